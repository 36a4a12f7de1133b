//! A group's properties, one after the other as the README has them.

use mng_core::node::instance_type::Accelerator;
use serde_json::{Map, Value, json};

use super::group::EksctlGroup;
use super::image::{self, Family};
use super::{access, bootstrap, marks, scaling, storage};
use crate::document::YamlNode;
use crate::note::NoteKind;

/// The instance type that eksctl takes when nobody names one.
const DEFAULT_TYPE: &str = "m5.large";

/// EKS's limit is 63, and a generated name has more behind its prefix.
const MAX_PREFIX: usize = 50;

/// What stands in a launch template, so that neither EKS nor the resource takes it beside one.
const TEMPLATES_OWN: [&str; 19] = [
    "volumeSize",
    "volumeType",
    "volumeIOPS",
    "volumeThroughput",
    "volumeEncrypted",
    "volumeKmsKeyID",
    "ssh.allow",
    "ssh.publicKey",
    "ssh.publicKeyName",
    "ssh.sourceSecurityGroupIds",
    "securityGroups.attachIDs",
    "maxPodsPerNode",
    "preBootstrapCommands",
    "overrideBootstrapCommand",
    "bottlerocket.settings",
    "bottlerocket.enableAdminContainer",
    "instanceName",
    "instancePrefix",
    "instanceType",
];

/// What a group takes over from the cluster it is in.
pub struct EksctlCluster<'c> {
    pub name: &'c str,
    /// `metadata.tags`
    pub tags: Vec<(&'c str, &'c str)>,
}

/// Everything but the node role and the subnets.
pub fn properties(group: &mut EksctlGroup, cluster: &EksctlCluster) -> Map<String, Value> {
    let mut properties = Map::new();
    let mut set = |key: &str, value: Option<Value>| properties.extend(value.map(|value| (key.to_owned(), value)));
    let has_template = group.text("launchTemplate.id").is_some();
    let family = image::family(group);
    let types = instance_types(group);
    set("NodegroupNamePrefix", prefix(group));
    set("AmiType", image::ami_type(group, family, &types).map(Value::from));
    set("CapacityType", group.is("spot").then(|| json!("SPOT")));
    set("InstanceTypes", (!types.is_empty()).then(|| json!(types)));
    set("LaunchTemplate", launch_template(group));
    set("ReleaseVersion", group.text("releaseVersion").map(Value::from));
    set("ScalingConfig", Some(scaling::scaling(group)));
    set("Labels", Some(marks::labels(group, cluster)));
    set("Taints", taints(group));
    set("Tags", marks::tags(group, cluster));
    set(
        "UpdateConfig",
        numbers(group, "updateConfig", &["maxUnavailable", "maxUnavailablePercentage"]),
    );
    set("NodeRepairConfig", repair(group));
    set("BlockPodImds", group.is("disablePodIMDS").then(|| json!(true)));
    if has_template {
        tell_what_is_the_templates(group);
    } else {
        set("Volume", Some(storage::volume(group)));
        set("RemoteAccess", access::remote_access(group));
        set("SecurityGroups", texts(group, "securityGroups.attachIDs"));
        set("MaxPods", max_pods(group, family));
        set("UserData", bootstrap::user_data(group, family).map(Value::from));
        set("PropagateTags", Some(json!(true)));
    }
    set("ClusterAutoscaler", group.is("propagateASGTags").then(|| json!(true)));
    set("SuspendProcesses", texts(group, "asgSuspendProcesses"));
    set("NvidiaDevicePlugin", device_plugin(group, family, &types));
    set("WindowsSupport", windows(group, family));
    properties
}

/// The list goes before the one, of which eksctl refuses to have both. With a launch template that one says it.
fn instance_types<'c>(group: &mut EksctlGroup<'c>) -> Vec<&'c str> {
    let (list, one) = (group.texts("instanceTypes"), group.text("instanceType"));
    match (list.is_empty(), one) {
        (false, Some(_)) => {
            group.unmapped(
                "instanceType",
                "instanceTypes stands beside it, and eksctl takes one of the two; remove it",
            );
            list
        }
        (false, None) => list,
        (true, _) if group.text("launchTemplate.id").is_some() => vec![],
        (true, one) => vec![one.unwrap_or(DEFAULT_TYPE)],
    }
}

fn prefix(group: &mut EksctlGroup) -> Option<Value> {
    let name = group.text("name")?;
    let clean = name.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let begins = if clean.starts_with(|c: char| c.is_ascii_alphabetic()) {
        ""
    } else {
        "ng-"
    };
    let prefix: String = format!("{begins}{clean}").chars().take(MAX_PREFIX).collect();
    if prefix != name {
        group.note(
            "name",
            NoteKind::Differs,
            format!("the group's name begins with {prefix}, as far as EKS and its limit allow"),
        );
    }
    Some(json!(prefix))
}

fn launch_template(group: &mut EksctlGroup) -> Option<Value> {
    let version = group.text("launchTemplate.version");
    let Some(id) = group.text("launchTemplate.id") else {
        if version.is_some() {
            group.unmapped(
                "launchTemplate.version",
                "there is no launchTemplate.id beside it; set that",
            );
        }
        return None;
    };
    let mut template = Map::from_iter([("Id".to_owned(), json!(id))]);
    template.extend(version.map(|version| ("Version".to_owned(), json!(version))));
    Some(Value::Object(template))
}

fn tell_what_is_the_templates(group: &mut EksctlGroup) {
    for field in TEMPLATES_OWN {
        // That SSH is closed needs no template, and of two instance types one was told already.
        let is_idle = match field {
            "ssh.allow" => !group.is(field),
            "instanceType" => !group.texts("instanceTypes").is_empty(),
            _ => false,
        };
        if !is_idle && group.at(field).is_some_and(says_something) {
            group.unmapped(
                field,
                "it can't stand beside launchTemplate; set it in the launch template",
            );
        }
    }
}

fn says_something(node: &YamlNode) -> bool {
    node.text().is_some_and(|text| !text.is_empty()) || !node.items().is_empty() || !node.entries().is_empty()
}

fn taints(group: &EksctlGroup) -> Option<Value> {
    let field = |node: &YamlNode, key| node.get(key).and_then(YamlNode::text).map(Value::from);
    let taint = |node: &YamlNode| {
        let fields = [("key", "Key"), ("value", "Value"), ("effect", "Effect")];
        let fields = fields.map(|(key, property)| Some((property.to_owned(), field(node, key)?)));
        Value::Object(fields.into_iter().flatten().collect())
    };
    let taints: Vec<Value> = group.items("taints").iter().map(taint).collect();
    (!taints.is_empty()).then_some(Value::Array(taints))
}

fn repair(group: &EksctlGroup) -> Option<Value> {
    const NUMBERS: [&str; 4] = [
        "maxParallelNodesRepairedCount",
        "maxParallelNodesRepairedPercentage",
        "maxUnhealthyNodeThresholdCount",
        "maxUnhealthyNodeThresholdPercentage",
    ];
    let mut repair = Map::new();
    let enabled = group.truth("nodeRepairConfig.enabled").map(Value::from);
    repair.extend(enabled.map(|enabled| ("Enabled".to_owned(), enabled)));
    if let Some(Value::Object(numbers)) = numbers(group, "nodeRepairConfig", &NUMBERS) {
        repair.extend(numbers);
    }
    let overrides: Vec<Value> = group
        .items("nodeRepairConfig.nodeRepairConfigOverrides")
        .iter()
        .map(capitalized)
        .collect();
    if !overrides.is_empty() {
        repair.insert("NodeRepairConfigOverrides".to_owned(), Value::Array(overrides));
    }
    (!repair.is_empty()).then_some(Value::Object(repair))
}

/// Fields of the same names as properties, but for the first letter. What isn't in the schema was told before.
fn capitalized(node: &YamlNode) -> Value {
    const FIELDS: [&str; 4] = [
        "nodeMonitoringCondition",
        "nodeUnhealthyReason",
        "minRepairWaitTimeMins",
        "repairAction",
    ];
    let fields = FIELDS.iter().filter_map(|key| {
        let text = node.get(key)?.text()?;
        Some((
            property(key),
            text.parse::<i32>().map_or_else(|_| json!(text), |number| json!(number)),
        ))
    });
    Value::Object(fields.collect())
}

fn numbers(group: &EksctlGroup, path: &str, fields: &[&str]) -> Option<Value> {
    let numbers = fields
        .iter()
        .filter_map(|field| Some((property(field), json!(group.number(&format!("{path}.{field}"))?))));
    let numbers: Map<String, Value> = numbers.collect();
    (!numbers.is_empty()).then_some(Value::Object(numbers))
}

fn property(field: &str) -> String {
    let (first, rest) = field.split_at(1);
    first.to_ascii_uppercase() + rest
}

fn texts(group: &EksctlGroup, path: &str) -> Option<Value> {
    let texts = group.texts(path);
    (!texts.is_empty()).then(|| json!(texts))
}

/// Of zero, nothing, as eksctl has it.
fn max_pods(group: &mut EksctlGroup, family: Family) -> Option<Value> {
    let number = group.number("maxPodsPerNode").filter(|number| *number != 0)?;
    if matches!(family, Family::Windows(_)) {
        group.unmapped(
            "maxPodsPerNode",
            "EKS alone says how many pods a Windows node takes; remove it",
        );
        return None;
    }
    Some(json!(number))
}

/// eksctl installs a plugin for each kind of accelerator, but on Bottlerocket, which has NVIDIA's.
fn device_plugin(group: &mut EksctlGroup, family: Family, types: &[&str]) -> Option<Value> {
    let has = |wanted| types.iter().any(|name| image::kind(name).1 == wanted);
    if has(Accelerator::Neuron) {
        let text = "eksctl installs the Neuron device plugin, the resource doesn't; install it yourself";
        group.note("instanceTypes", NoteKind::Differs, text);
    }
    let wanted = has(Accelerator::Nvidia) && matches!(family, Family::AmazonLinux2023 | Family::AmazonLinux2);
    wanted.then(|| needs_access(group, "NvidiaDevicePlugin"))
}

fn windows(group: &mut EksctlGroup, family: Family) -> Option<Value> {
    matches!(family, Family::Windows(_)).then(|| needs_access(group, "WindowsSupport"))
}

fn needs_access(group: &mut EksctlGroup, property: &str) -> Value {
    let text = format!(
        "{property} is set, as eksctl does it by itself; the function needs access to the cluster's API for it, see \
         examples/kubernetes-access.yaml"
    );
    group.note("", NoteKind::Told, text);
    json!(true)
}
