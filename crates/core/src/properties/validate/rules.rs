//! The rules that concern more than one property. Each draws its conclusions from what is known alone.

use std::collections::BTreeMap;

use super::{images, labels, workload};
use crate::node::ami_type::OperatingSystem;
use crate::node::user_data::{Bootstrap, takes_node_labels, user_data};
use crate::properties::fields::Problems;
use crate::properties::rule::Rule;
use crate::properties::settings::Amount;
use crate::properties::spec::{CapacityType, Encryption, MaxPods, Spec};
use crate::properties::table::MOST_INSTANCE_TYPES;

/// The largest that EKS's calculation comes to, for a node of more than 30 vCPUs.
const LARGEST_MAX_PODS: u32 = 250;

/// Adds what is wrong across properties.
pub fn check(spec: &Spec, found: &mut Problems) {
    sizes(spec, found);
    labels::labels(spec, found);
    labels::tags(spec, found);
    instance_types(spec, found);
    capacity_block(spec, found);
    images::check(spec, found);
    warm_pool(spec, found);
    node(spec, found);
    workload::check(spec, found);
}

/// Sizes that aren't stated are filled in so that they fit those that are (`Scaling::for_create`, `Scaling::for_update`).
fn sizes(spec: &Spec, found: &mut Problems) {
    let ordered = |small: Option<i32>, large: Option<i32>| small.zip(large).is_none_or(|(small, large)| small <= large);
    let sizes = &spec.scaling;
    let mut least = |ok: bool, small: &str, large: &str| {
        if !ok {
            let message = format!("expected at most {large}");
            found.report(format!("ScalingConfig.{small}"), Rule::SizesOrder, message);
        }
    };
    least(ordered(sizes.min, sizes.max), "MinSize", "MaxSize");
    least(ordered(sizes.min, sizes.desired), "MinSize", "DesiredSize");
    least(ordered(sizes.desired, sizes.max), "DesiredSize", "MaxSize");
    if let (Amount::Nodes(nodes), Some(max)) = (spec.update_settings.unavailable, sizes.max)
        && nodes > max
    {
        let message =
            format!("expected at most ScalingConfig.MaxSize, {max}, got {nodes}: the group never has as many nodes");
        found.report("UpdateConfig.MaxUnavailable", Rule::UpdateExceedsSize, message);
    }
}

fn instance_types(spec: &Spec, found: &mut Problems) {
    let count = spec.instance_types.len();
    if count > MOST_INSTANCE_TYPES {
        let message = format!("expected at most {MOST_INSTANCE_TYPES} types, got {count}");
        found.report("InstanceTypes", Rule::TooMany, message);
    }
}

/// EKS takes a capacity block only by a launch template that names it and its instance type (EKS user guide, "Managed node
/// groups with Capacity Blocks").
fn capacity_block(spec: &Spec, found: &mut Problems) {
    if spec.capacity_type != CapacityType::CapacityBlock {
        return;
    }
    if spec.launch_template.is_none() && found.knows("LaunchTemplate") {
        let advice = "CAPACITY_BLOCK needs a LaunchTemplate whose MarketType is capacity-block, with the reservation's id and the \
                      instance type";
        found.report("CapacityType", Rule::CapacityBlock, advice);
    }
    if !spec.instance_types.is_empty() {
        let advice =
            "expected none with CAPACITY_BLOCK: the launch template names the block's instance type; remove them here";
        found.report("InstanceTypes", Rule::CapacityBlock, advice);
    }
}

/// What a warm pool doesn't go with: no custom AMI, and on Bottlerocket neither hibernation nor reuse (EKS user guide, "warm
/// pools with managed node groups"); no Spot (Amazon EC2 Auto Scaling user guide, "Warm pools", limitations); hibernation
/// wants an encrypted root volume (Amazon EC2 user guide, "Prerequisites for hibernation").
fn warm_pool(spec: &Spec, found: &mut Problems) {
    let pool = &spec.warm_pool;
    if !pool.enabled {
        return;
    }
    let mut problem = |path: &str, message: &str| found.report(path, Rule::WarmPool, message);
    let hibernates = pool.pool_state.as_deref() == Some("HIBERNATED");
    if spec.capacity_type == CapacityType::Spot {
        problem(
            "WarmPoolConfig.Enabled",
            "expected false with SPOT: Auto Scaling keeps no Spot instances in a warm pool",
        );
    }
    if spec.has_custom_ami() {
        problem(
            "WarmPoolConfig.Enabled",
            "expected false with a custom AMI: EKS keeps only its own images in a warm pool",
        );
    }
    if spec.operating_system() == OperatingSystem::Bottlerocket {
        if hibernates {
            problem(
                "WarmPoolConfig.PoolState",
                "expected STOPPED or RUNNING: Bottlerocket doesn't hibernate",
            );
        }
        if pool.reuse_on_scale_in == Some(true) {
            problem(
                "WarmPoolConfig.ReuseOnScaleIn",
                "expected false: Bottlerocket's nodes don't return to a warm pool",
            );
        }
    } else if hibernates && spec.node.volume.encryption == Encryption::Off {
        problem(
            "Volume.Encrypted",
            "expected true with PoolState HIBERNATED: the memory is saved on the root volume",
        );
    }
}

/// Labels and user data are tried on the very node configuration that they lead to.
fn node(spec: &Spec, found: &mut Problems) {
    if !(found.knows("AmiType") && found.knows("LaunchTemplate")) {
        return;
    }
    let os = spec.operating_system();
    if !spec.node.labels.is_empty() && (spec.launch_template.is_some() || !takes_node_labels(os)) {
        for key in spec.node.labels.keys() {
            let limit = "expected a key of 1 to 63 characters and a value, EKS's limit; only AL2023 and AL2 nodes of the \
                         resource's own launch template can set others by themselves";
            found.report(format!("Labels.{key}"), Rule::LabelUnsettable, limit);
        }
        return;
    }
    // They would be refused a second time, as if they stood in the user data.
    let refused = found.problems.iter().any(|problem| problem.path.starts_with("Labels"));
    let bootstrap = Bootstrap {
        os,
        max_pods: spec.node.max_pods.map(|wanted| match wanted {
            MaxPods::Number(number) => number,
            MaxPods::Computed(_) => LARGEST_MAX_PODS,
        }),
        node_labels: if refused { &BTreeMap::new() } else { &spec.node.labels },
        own: spec.node.user_data.as_deref(),
    };
    if let Err(message) = user_data(&bootstrap) {
        found.report("UserData", Rule::UserData, message);
    }
}
