//! Cases of what is beyond EKS's own API: the Auto Scaling group, and the cluster.

use mng_core::properties::device_plugin::{DEFAULT_VERSION, IMAGE};
use mng_core::properties::table::Effect::{InPlace, Nothing};
use serde_json::{Value, json};

use super::{PropertyChange, case};

const NONE: Value = Value::Null;
pub const TAG: &str = "autoscaling:CreateOrUpdateTags";
pub const UNTAG: &str = "autoscaling:DeleteTags";

/// `/called` are the calls that changed the Auto Scaling group.
pub fn scaling_group() -> Vec<PropertyChange> {
    let (autoscaler, processes, called) = ("ClusterAutoscaler", "SuspendProcesses", "/called");
    let (suspend, resume) = ("autoscaling:SuspendProcesses", "autoscaling:ResumeProcesses");
    let stated = json!({"Resources": {"nvidia.com/gpu": "1"}, "Options": {"scaledownunneededtime": "10m"}});
    let (one, other) = (json!(["AZRebalance"]), json!(["HealthCheck"]));
    let labels = json!({"team": "blue"});
    vec![
        case(autoscaler, NONE, json!(true), InPlace).is(called, json!([TAG])),
        case(autoscaler, json!(true), json!("true"), Nothing),
        case(autoscaler, json!("true"), stated.clone(), InPlace).is(called, json!([TAG])),
        case("Labels", NONE, labels.clone(), InPlace).is(called, json!([TAG])),
        // A process is resumed, and a tag deleted, only where the group has it.
        case(processes, NONE, one.clone(), InPlace).is(called, json!([TAG, suspend])),
        case(processes, one, other.clone(), InPlace).is(called, json!([resume, TAG, suspend])),
        case(processes, other, NONE, InPlace).is(called, json!([resume, UNTAG])),
        case("Labels", labels, NONE, InPlace).is(called, json!([UNTAG, TAG])),
        case(autoscaler, stated, NONE, InPlace).is(called, json!([UNTAG])),
    ]
}

/// What is read at each request.
pub fn nodes() -> Vec<PropertyChange> {
    let (sizes, ready) = (
        json!({"MinSize": 1, "MaxSize": 4, "DesiredSize": 3}),
        "/outputs/ReadyNodes",
    );
    let (nodes_ready, warnings) = (json!("NodesReady"), "/outputs/Warnings");
    vec![
        case("ScalingConfig", NONE, sizes, InPlace).is(ready, json!("")),
        case("WaitFor", NONE, nodes_ready.clone(), Nothing).is(ready, json!("3")),
        case("WaitFor", nodes_ready, NONE, Nothing).is(ready, json!("")),
        case("Stateful", NONE, json!(true), Nothing).holds(warnings, "[stateful-spans-zones]"),
        case("Stateful", json!(true), NONE, Nothing).is(warnings, json!("")),
    ]
}

/// Of a group with GPUs.
pub fn device_plugin() -> Vec<PropertyChange> {
    let (plugin, pod) = ("NvidiaDevicePlugin", "/beyond/plugin/spec/template/spec");
    let image = "/beyond/plugin/spec/template/spec/containers/0/image";
    let toleration = "/beyond/plugin/spec/template/spec/tolerations/1/key";
    let mark = "/group/tags/managed-node-group:device-plugin";
    let (version, own) = (json!({"Version": "v0.19.0"}), json!({"Image": "mine:1"}));
    let taints = json!([{"Key": "team", "Value": "ml", "Effect": "NoSchedule"}]);
    vec![
        case(plugin, NONE, json!(true), InPlace)
            .is(image, json!(format!("{IMAGE}:{DEFAULT_VERSION}")))
            .is(mark, json!("nvidia")),
        case(plugin, json!(true), version.clone(), InPlace).is(image, json!(format!("{IMAGE}:v0.19.0"))),
        case("Taints", NONE, taints, InPlace).is(toleration, json!("team")),
        case(plugin, version, NONE, InPlace).is(pod, NONE).is(mark, NONE),
        case(plugin, NONE, own, InPlace).is(image, json!("mine:1")),
    ]
}

/// Of a group of Windows nodes.
pub fn windows() -> Vec<PropertyChange> {
    let addresses = "/beyond/network_plugin/data/enable-windows-ipam";
    vec![
        case("WindowsSupport", NONE, json!(true), InPlace).is(addresses, json!("true")),
        case("WindowsSupport", json!(true), NONE, Nothing).is(addresses, json!("true")),
    ]
}
