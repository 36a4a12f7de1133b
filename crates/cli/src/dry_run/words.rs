//! What matters of a call, in a few words. What is set reads `+key`, what changes `~key`, what goes `-key`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use mng_core::decide::change::{ConfigChange, ScalingChange};
use mng_core::decide::desired::{Desired, NewGroup};
use mng_core::decide::plan::VersionChange;
use mng_core::launch_template::content::Content;
use mng_core::launch_template::ec2_resources::{Ec2Resources, GroupRef, IngressRule, IngressSource};
use mng_core::launch_template::steps::LaunchStep;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::properties::scaling::LiveScaling;
use mng_core::properties::settings::{Amount, Taint, UpdateSettings};
use mng_core::properties::spec::{CapacityType, ForceUpdate, InstanceTypes, Release};

/// Of CreateNodegroup.
pub fn create(desired: &Desired, group: &NewGroup) -> String {
    let spec = &desired.spec;
    let own_id = format!("{}/{}", spec.cluster, desired.name);
    let replaced = desired.current_id.as_ref().filter(|id| **id != own_id);
    let version = group.template.version.as_deref().unwrap_or("$Default");
    let types = match spec.types() {
        InstanceTypes::OnGroup(types) if !types.is_empty() => Some(types.join(" or ")),
        InstanceTypes::OnGroup(_) | InstanceTypes::InTemplate(_) => None,
    };
    let sizes = spec.scaling.for_create();
    let release = match &spec.release {
        Release::Exact(release) => Some(release.clone()),
        Release::Latest | Release::Unstated => None,
    };
    listed([
        replaced.map(|id| format!("in place of {id}")),
        Some(format!(
            "launch template {} version {version}",
            group.template.identity.as_str()
        )),
        types,
        spec.ami_type
            .as_ref()
            .or(group.default_ami_type.as_ref())
            .map(ToString::to_string),
        (spec.capacity_type != CapacityType::OnDemand).then(|| spec.capacity_type.as_str().to_owned()),
        sizes.map(|size| {
            format!(
                "minSize {}, maxSize {}, desiredSize {}",
                size.min, size.max, size.desired
            )
        }),
        spec.version.map(|version| format!("version {version}")),
        release.map(|release| format!("releaseVersion {release}")),
    ])
}

/// Of UpdateNodegroupVersion.
pub fn version(group: &NodeGroup, change: &VersionChange) -> String {
    let running = group.launch_template.as_ref();
    let running = running.map_or_else(String::new, |template| template.version.clone());
    let newest = "the newest".to_owned();
    let release = change.release_version.as_ref().unwrap_or(&newest);
    let template = change.launch_template.as_ref().map(|(_, version)| version);
    listed([
        change
            .version
            .as_ref()
            .and_then(|to| moved("version", &group.version, to)),
        (change.version.is_some() || change.release_version.is_some())
            .then(|| moved("releaseVersion", &group.release_version, release))
            .flatten(),
        template.and_then(|to| moved("launch template version", &running, to)),
        Some(format!("rolls {} node(s)", group.scaling.desired)),
        (change.force == ForceUpdate::Yes).then(|| "by force".to_owned()),
    ])
}

/// Of UpdateNodegroupConfig.
pub fn config(group: &NodeGroup, change: &ConfigChange) -> String {
    let labels = [set(&group.labels, &change.set_labels), removed(&change.remove_labels)];
    let taints = [taints("+", &change.set_taints), taints("-", &change.remove_taints)];
    let is_changed = |what: &str, changed: bool| changed.then(|| what.to_owned());
    listed([
        change.scaling.map(|to| sizes(group.scaling, to)),
        named("labels", &labels),
        named("taints", &taints),
        change.update_settings.map(|to| updates(group.update_settings, to)),
        is_changed("nodeRepairConfig", change.node_repair.is_some()),
        is_changed("warmPoolConfig", change.warm_pool.is_some()),
    ])
}

/// Of a step in EC2, with what it is about.
pub fn launch(step: &LaunchStep, around: Option<(&GroupRef, &Ec2Resources)>) -> String {
    let name = |name: fn(&GroupRef) -> String| around.map_or_else(String::new, |(group_ref, _)| name(group_ref));
    match step {
        LaunchStep::ImportKeyPair { .. } => String::new(),
        LaunchStep::CreateSecurityGroup { vpc, .. } => format!("in {vpc}"),
        LaunchStep::Authorize { rules, .. } | LaunchStep::Revoke { rules, .. } => ports(rules),
        LaunchStep::CreateTemplate { content, .. } => data(content),
        LaunchStep::CreateVersion { content, .. } => format!("{}: {}", name(GroupRef::resource_name), data(content)),
        LaunchStep::TagTemplate { tags, .. } => {
            format!("{}: {}", name(GroupRef::resource_name), set(&BTreeMap::new(), tags))
        }
        LaunchStep::DeleteVersions { numbers, .. } => {
            let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
            format!("{}: {}", name(GroupRef::resource_name), numbers.join(", "))
        }
        LaunchStep::DeleteTemplate { .. } => name(GroupRef::resource_name),
        LaunchStep::DeleteSecurityGroup { .. } => name(GroupRef::security_group_name),
        LaunchStep::DeleteKeyPair { id } => {
            let keys = around.map_or(&[][..], |(_, seen)| &seen.key_pairs);
            let found = keys.iter().find(|key| key.id == *id);
            found.map_or_else(String::new, |key| key.name.clone())
        }
    }
}

/// Of entries that are set where others may be.
pub fn set(had: &BTreeMap<String, String>, set: &BTreeMap<String, String>) -> String {
    let sign = |key: &String| if had.contains_key(key) { '~' } else { '+' };
    spaced(set.keys().map(|key| format!("{}{key}", sign(key))))
}

/// Of keys that go.
pub fn removed(keys: &BTreeSet<String>) -> String {
    spaced(keys.iter().map(|key| format!("-{key}")))
}

fn data(content: &Content) -> String {
    // Bottlerocket's second device is the one that the size is of.
    let disk = content.block_device_mappings.last().map(|device| &device.ebs);
    let size = disk.and_then(|disk| disk.volume_size);
    let blocked = content.metadata_options.http_put_response_hop_limit == 1;
    listed([
        content.instance_type.clone(),
        size.map(|size| format!("{size} GiB")),
        disk.filter(|disk| disk.encrypted == Some(true))
            .map(|_| "encrypted".to_owned()),
        content.key_name.as_ref().map(|key| format!("key pair {key}")),
        blocked.then(|| "no IMDS for pods".to_owned()),
        content.user_data.as_ref().map(|_| "user data".to_owned()),
    ])
}

fn ports(rules: &BTreeSet<IngressRule>) -> String {
    let source = |rule: &IngressRule| match &rule.source {
        IngressSource::SecurityGroup(group) => group.clone(),
        IngressSource::Anywhere => "0.0.0.0/0".to_owned(),
    };
    let texts: Vec<String> = rules
        .iter()
        .map(|rule| format!("tcp {} from {}", rule.port, source(rule)))
        .collect();
    texts.join(", ")
}

fn sizes(live: LiveScaling, to: ScalingChange) -> String {
    listed([
        moved("minSize", &live.min, &to.min),
        moved("maxSize", &live.max, &to.max),
        to.desired
            .and_then(|desired| moved("desiredSize", &live.desired, &desired)),
    ])
}

fn updates(live: UpdateSettings, to: UpdateSettings) -> String {
    let amount = |amount| match amount {
        Amount::Nodes(nodes) => nodes.to_string(),
        Amount::Percentage(percentage) => format!("{percentage}%"),
    };
    listed([
        moved("maxUnavailable", &amount(live.unavailable), &amount(to.unavailable)),
        (live.strategy != to.strategy).then(|| format!("updateStrategy {:?}", to.strategy)),
    ])
}

fn taints(sign: &str, taints: &BTreeSet<Taint>) -> String {
    spaced(taints.iter().map(|taint| format!("{sign}{taint}")))
}

fn moved<T: Display + PartialEq>(what: &str, from: &T, to: &T) -> Option<String> {
    (from != to).then(|| format!("{what} {from} → {to}"))
}

fn named(what: &str, parts: &[String; 2]) -> Option<String> {
    let text = spaced(parts.iter().filter(|part| !part.is_empty()).cloned());
    (!text.is_empty()).then(|| format!("{what} {text}"))
}

fn spaced(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(" ")
}

fn listed<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
