//! A node, as the kubelet registers it.

use serde_json::{Value, json};

use super::time;

/// What the kubelet says until the network plugin is there.
pub const NO_NETWORK: (&str, &str) = (
    "KubeletNotReady",
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin \
     returns error: cni plugin not initialized",
);
const GROUP_LABEL: &str = "eks.amazonaws.com/nodegroup";

/// Where and as the how manieth of its cluster a node begins.
#[derive(Debug, Clone, Copy)]
pub struct NodePosition<'p> {
    pub region: &'p str,
    /// From which its address and its instance's id are made.
    pub number: u32,
    /// Which of the group's nodes it is: zones go round.
    pub index: usize,
}

/// A node of a group as DescribeNodegroup shows it, not Ready yet.
pub fn of_group(group: &Value, place: NodePosition) -> Value {
    let text = |key: &str| group[key].as_str().unwrap_or_default();
    let (windows, arm) = (text("amiType").starts_with("WINDOWS"), text("amiType").contains("ARM"));
    let zones = group["subnets"].as_array().map_or(1, Vec::len).clamp(1, 3);
    let zone = format!("{}{}", place.region, ["a", "b", "c"][place.index % zones]);
    let system = if windows { "windows" } else { "linux" };
    let mut node = bare(&name(place), &zone, place.number, (system, text("version")));
    let labels = &mut node["metadata"]["labels"];
    labels[GROUP_LABEL] = group["nodegroupName"].clone();
    labels["eks.amazonaws.com/nodegroup-image"] = json!(image(group));
    labels["eks.amazonaws.com/capacityType"] = group["capacityType"].clone();
    labels["kubernetes.io/arch"] = json!(if arm { "arm64" } else { "amd64" });
    labels["node.kubernetes.io/instance-type"] = json!(group["instanceTypes"][0].as_str().unwrap_or("t3.medium"));
    if let Some(id) = group["launchTemplate"]["id"].as_str() {
        labels["eks.amazonaws.com/sourceLaunchTemplateId"] = json!(id);
        labels["eks.amazonaws.com/sourceLaunchTemplateVersion"] = group["launchTemplate"]["version"].clone();
    }
    for (key, value) in group["labels"].as_object().into_iter().flatten() {
        labels[key] = value.clone();
    }
    set_taints(&mut node, &group["taints"]);
    not_ready(&mut node, NO_NETWORK.0, NO_NETWORK.1);
    node
}

/// A Linux node of nobody's group.
pub fn lone(name: &str, region: &str, version: &str) -> Value {
    let mut node = bare(name, &format!("{region}a"), 0, ("linux", version));
    becomes_ready(&mut node);
    node
}

pub fn name(place: NodePosition) -> String {
    let (high, low) = (1 + place.number / 200, 16 + place.number % 200);
    let domain = match place.region {
        "us-east-1" => "ec2.internal".to_owned(),
        region => format!("{region}.compute.internal"),
    };
    format!("ip-10-0-{high}-{low}.{domain}")
}

/// The taints of a group, in Kubernetes' spelling.
pub fn set_taints(node: &mut Value, taints: &Value) {
    let effect = |taint: &Value| match taint["effect"].as_str() {
        Some("NO_EXECUTE") => "NoExecute",
        Some("PREFER_NO_SCHEDULE") => "PreferNoSchedule",
        _ => "NoSchedule",
    };
    let one = |taint: &Value| {
        let mut shown = json!({"key": taint["key"], "effect": effect(taint)});
        if taint["value"].as_str().is_some_and(|value| !value.is_empty()) {
            shown["value"] = taint["value"].clone();
        }
        shown
    };
    let taints: Vec<Value> = taints.as_array().into_iter().flatten().map(one).collect();
    if taints.is_empty() {
        if let Some(spec) = node["spec"].as_object_mut() {
            spec.shift_remove("taints");
        }
    } else {
        node["spec"]["taints"] = json!(taints);
    }
}

pub fn becomes_ready(node: &mut Value) {
    set_condition(node, ("True", "KubeletReady", "kubelet is posting ready status"));
}

pub fn not_ready(node: &mut Value, reason: &str, message: &str) {
    set_condition(node, ("False", reason, message));
}

pub fn is_ready(node: &Value) -> bool {
    ready(node).is_some_and(|condition| condition["status"] == "True")
}

pub fn group(node: &Value) -> Option<&str> {
    node["metadata"]["labels"][GROUP_LABEL].as_str()
}

fn ready(node: &Value) -> Option<&Value> {
    let conditions = node["status"]["conditions"].as_array()?;
    conditions.iter().find(|condition| condition["type"] == "Ready")
}

fn set_condition(node: &mut Value, (status, reason, message): (&str, &str, &str)) {
    let now = time::rfc3339(time::now());
    let since = ready(node).filter(|condition| condition["status"] == status);
    let since = since.map_or(json!(now), |condition| condition["lastTransitionTime"].clone());
    let condition = json!({
        "type": "Ready", "status": status, "reason": reason, "message": message,
        "lastTransitionTime": since, "lastHeartbeatTime": now,
    });
    let conditions = &mut node["status"]["conditions"];
    match conditions.as_array_mut() {
        Some(all) => {
            all.retain(|condition| condition["type"] != "Ready");
            all.push(condition);
        }
        None => *conditions = json!([condition]),
    }
}

fn bare(name: &str, zone: &str, number: u32, (system, version): (&str, &str)) -> Value {
    let address = name
        .split('.')
        .next()
        .unwrap_or_default()
        .trim_start_matches("ip-")
        .replace('-', ".");
    let instance = u64::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let capacity = json!({"cpu": "2", "memory": "3926Mi", "pods": "17", "ephemeral-storage": "20Gi"});
    json!({
        "metadata": {"name": name, "labels": {
            "kubernetes.io/os": system, "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": name,
            "node.kubernetes.io/instance-type": "t3.medium", "topology.kubernetes.io/zone": zone,
            "topology.kubernetes.io/region": zone.trim_end_matches(|c: char| c.is_ascii_lowercase()),
        }},
        "spec": {"providerID": format!("aws:///{zone}/i-0{instance:016x}")},
        "status": {
            "capacity": capacity, "allocatable": capacity,
            "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
            "nodeInfo": {
                "architecture": "amd64", "operatingSystem": system,
                "kubeletVersion": format!("v{version}.0-eks-0000000"), "containerRuntimeVersion": "containerd://2.1.5",
                "bootID": "", "kernelVersion": "", "kubeProxyVersion": "", "machineID": "", "osImage": "",
                "systemUUID": "",
            },
        },
    })
}

/// The AMI: an image of one's own is what the group shows as its release; for another, an id is made of the release.
fn image(group: &Value) -> String {
    let release = group["releaseVersion"].as_str().unwrap_or_default();
    if release.starts_with("ami-") {
        return release.to_owned();
    }
    let digest = release.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("ami-0{digest:016x}")
}
