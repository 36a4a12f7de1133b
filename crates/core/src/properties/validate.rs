//! Properties become a spec, or a list of everything that is wrong with them. Nothing is called here.

mod ids;
mod images;
pub(super) mod kubernetes;
mod labels;
mod launch_template;
pub mod name;
mod node;
mod rules;
mod settings;
mod workload;

pub use node::MAX_PODS;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::fields::intrinsic::{is_call, without_no_values};
use super::fields::{Fields, Problem, Problems, PropertySource};
use super::rule::Rule;
use super::scaling::Scaling;
use super::spec::{CapacityType, ForceUpdate, Preflight, Release, Spec, WaitFor};
use super::table::PROPERTIES;
use super::version::KubernetesVersion;
use crate::node::ami_type::AmiType;

/// CloudFormation's own bounds of `ServiceTimeout`, in seconds; the upper one is its default.
pub const MAX_SERVICE_TIMEOUT: i32 = 3600;

/// Reads and checks the properties of a resource.
///
/// # Errors
/// Every problem found, each with the property's path and what was expected.
pub fn validate(properties: &Map<String, Value>, logical_id: &str) -> Result<Spec, Vec<Problem>> {
    let (spec, problems) = inspect(properties, logical_id);
    if problems.is_empty() { Ok(spec) } else { Err(problems) }
}

/// Reads properties as far as they can be read, with everything that is wrong with them: for whoever looks for more that is.
pub fn inspect(properties: &Map<String, Value>, logical_id: &str) -> (Spec, Vec<Problem>) {
    let mut found = Problems::new(PropertySource::Request);
    let spec = read_and_check(properties, logical_id, &mut found);
    (spec, found.problems)
}

/// Reads properties as they stand in a template. What an intrinsic function will give isn't known: it counts as given and
/// correct, and no rule concludes anything from it. `AWS::NoValue` counts as nothing.
pub fn inspect_template(properties: &Map<String, Value>, logical_id: &str) -> Vec<Problem> {
    if is_call(properties) {
        return vec![];
    }
    let mut found = Problems::new(PropertySource::Template);
    read_and_check(&without_no_values(properties), logical_id, &mut found);
    found.problems
}

fn read_and_check(properties: &Map<String, Value>, logical_id: &str, found: &mut Problems) -> Spec {
    let spec = read(&mut Fields::new(properties, PROPERTIES, found), logical_id);
    rules::check(&spec, found);
    spec
}

fn read(fields: &mut Fields, logical_id: &str) -> Spec {
    // CloudFormation's own property, passed on to the function.
    fields.text("ServiceToken");
    let mut spec = Spec {
        cluster: name::cluster(fields),
        naming: name::naming(fields, logical_id),
        node_role: ids::node_role(fields),
        subnets: subnets(fields),
        ami_type: fields.word("AmiType").as_deref().map(AmiType::from),
        capacity_type: capacity_type(fields),
        instance_types: instance_types(fields),
        launch_template: fields.object("LaunchTemplate", launch_template::read).flatten(),
        node: node::settings(fields),
        version: version(fields),
        release: release(fields),
        force: if fields.boolean("ForceUpdateEnabled") == Some(true) {
            ForceUpdate::Yes
        } else {
            ForceUpdate::No
        },
        scaling: fields.object("ScalingConfig", scaling).unwrap_or_default(),
        labels: BTreeMap::new(),
        taints: settings::taints(fields),
        tags: fields.text_map("Tags"),
        update_settings: fields
            .object("UpdateConfig", settings::update_settings)
            .unwrap_or_default(),
        node_repair: fields
            .object("NodeRepairConfig", settings::node_repair)
            .unwrap_or_default(),
        warm_pool: fields.object("WarmPoolConfig", settings::warm_pool).unwrap_or_default(),
        scaling_group: workload::scaling_group(fields),
        device_plugin: workload::device_plugin(fields),
        windows_support: workload::windows_support(fields),
        stateful: workload::stateful(fields),
        wait_for: wait_for(fields),
        preflight: preflight(fields),
        service_timeout: service_timeout(fields),
    };
    let labels = fields.text_map("Labels");
    (spec.node.labels, spec.labels) = labels
        .into_iter()
        .partition(|(key, value)| node::is_the_nodes_own(key, value));
    fields.refuse_unknown();
    spec
}

fn subnets(fields: &mut Fields) -> BTreeSet<String> {
    let stated = fields.has("Subnets");
    let subnets: BTreeSet<String> = fields.texts("Subnets").unwrap_or_default().into_iter().collect();
    match (stated, subnets.is_empty() && fields.knows("Subnets")) {
        (false, _) => fields.problem("Subnets", Rule::Required, "is required"),
        (true, true) => fields.problem("Subnets", Rule::Required, "expected at least one subnet id"),
        (true, false) => ids::subnets(fields, &subnets),
    }
    subnets
}

/// Each once: their order is a priority, which a second mention only blurs.
fn instance_types(fields: &mut Fields) -> Vec<String> {
    let types = fields.texts("InstanceTypes").unwrap_or_default();
    let mut seen = BTreeSet::new();
    let twice: BTreeSet<&String> = types.iter().filter(|name| !seen.insert(*name)).collect();
    for name in twice {
        let message = format!("expected each type once, got {name} again; remove it");
        fields.problem("InstanceTypes", Rule::Duplicate, message);
    }
    types
}

fn capacity_type(fields: &mut Fields) -> CapacityType {
    match fields.word("CapacityType").as_deref() {
        Some("SPOT") => CapacityType::Spot,
        Some("CAPACITY_BLOCK") => CapacityType::CapacityBlock,
        _ => CapacityType::OnDemand,
    }
}

fn version(fields: &mut Fields) -> Option<KubernetesVersion> {
    let text = fields.text("Version")?;
    let version = KubernetesVersion::parse(&text);
    if version.is_none() {
        fields.problem(
            "Version",
            Rule::KubernetesVersion,
            format!("expected a Kubernetes version such as 1.34, got \"{text}\""),
        );
    }
    version
}

fn release(fields: &mut Fields) -> Release {
    match fields.text("ReleaseVersion") {
        None => Release::Unstated,
        Some(text) if text == "latest" => Release::Latest,
        Some(text) => Release::Exact(text),
    }
}

fn scaling(fields: &mut Fields) -> Scaling {
    Scaling {
        min: fields.integer("MinSize"),
        max: fields.integer("MaxSize"),
        desired: fields.integer("DesiredSize"),
    }
}

fn wait_for(fields: &mut Fields) -> WaitFor {
    match fields.word("WaitFor").as_deref() {
        Some("Submitted") => WaitFor::Submitted,
        Some("NodesReady") => WaitFor::NodesReady,
        _ => WaitFor::Active,
    }
}

fn preflight(fields: &mut Fields) -> Preflight {
    match fields.word("Preflight").as_deref() {
        Some("Warn") => Preflight::Warn,
        Some("Off") => Preflight::Off,
        _ => Preflight::Strict,
    }
}

fn service_timeout(fields: &mut Fields) -> u64 {
    let seconds = fields.integer("ServiceTimeout").unwrap_or(MAX_SERVICE_TIMEOUT);
    u64::from(seconds.unsigned_abs())
}

#[cfg(test)]
pub mod tests;
