//! What goes beyond the service's own API, as its owners take it.

use super::*;
use crate::properties::spec::{Autoscaler, DevicePlugin, Stateful, WindowsSupport};

#[track_caller]
fn assert_problem(changes: &Value, expected: &str) {
    let expected: Vec<&str> = Some(expected).into_iter().filter(|text| !text.is_empty()).collect();
    check(changes, &expected);
}

#[test]
fn what_is_asked_for_is_what_is_given() {
    let asked = spec_of(&properties(&json!({
        "ClusterAutoscaler": {"Resources": {"ephemeral-storage": "100Gi"}, "Options": {"scaledownunneededtime": "10m"}},
        "SuspendProcesses": ["AZRebalance"], "NvidiaDevicePlugin": true, "WindowsSupport": true, "Stateful": true,
    })));
    let map = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    assert_eq!(
        asked.scaling_group.autoscaler,
        Autoscaler::Tagged {
            resources: map("ephemeral-storage", "100Gi"),
            options: map("scaledownunneededtime", "10m"),
        }
    );
    assert_eq!(asked.scaling_group.suspended, ["AZRebalance".to_owned()].into());
    assert_eq!(
        (asked.windows_support, asked.stateful),
        (WindowsSupport::Enabled, Stateful::Yes)
    );
    let unasked = spec_of(&properties(&json!({
        "ClusterAutoscaler": false, "NvidiaDevicePlugin": false, "WindowsSupport": false, "Stateful": false,
    })));
    assert_eq!(unasked, spec_of(&properties(&json!({}))));
    let tagged = spec_of(&properties(&json!({"ClusterAutoscaler": true})))
        .scaling_group
        .autoscaler;
    assert!(matches!(tagged, Autoscaler::Tagged { resources, options } if resources.is_empty() && options.is_empty()));
}

#[test]
fn the_device_plugin_has_one_image() {
    let image = |property: Value| match spec_of(&properties(&json!({"NvidiaDevicePlugin": property}))).device_plugin {
        DevicePlugin::Nvidia { image } => image,
        DevicePlugin::Unasked => String::new(),
    };
    let newest = image(json!(true));
    let (name, _) = newest.rsplit_once(':').unwrap();
    assert_eq!(image(json!({})), newest);
    assert_eq!(image(json!({"Version": "v0.20.0"})), format!("{name}:v0.20.0"));
    assert_eq!(image(json!({"Image": "mine/plugin:1"})), "mine/plugin:1");
    assert_eq!(image(json!(false)), "");
    assert_problem(
        &json!({"NvidiaDevicePlugin": {"Version": "v0.20.0", "Image": "mine/plugin:1"}}),
        "NvidiaDevicePlugin.Version: expected either Version, of NVIDIA's own image, or Image, the whole reference; got both",
    );
}

#[test]
fn only_processes_that_a_group_can_do_without_are_suspended() {
    let known = "AddToLoadBalancer, AlarmNotification, AZRebalance, HealthCheck, InstanceRefresh, ReplaceUnhealthy, ScheduledActions";
    for (name, expected) in [
        ("HealthCheck", String::new()),
        (
            "Launch",
            "expected a process that a node group can do without; Launch is not".to_owned(),
        ),
        (
            "Terminate",
            "expected a process that a node group can do without; Terminate is not".to_owned(),
        ),
        ("Rebalance", format!("expected some of {known}, got \"Rebalance\"")),
    ] {
        let path = if expected.is_empty() { "" } else { "SuspendProcesses: " };
        assert_problem(&json!({"SuspendProcesses": [name]}), &format!("{path}{expected}"));
    }
}

#[test]
fn quantities_are_kubernetes() {
    for (quantity, good) in [
        ("4", true),
        ("1.5", true),
        ("500m", true),
        ("100Gi", true),
        ("2k", true),
        ("", false),
        ("Gi", false),
        ("4 Gi", false),
        ("4GB", false),
        ("-1", false),
        ("1.2.3", false),
        ("1e", false),
        ("inf", false),
    ] {
        let expected = format!(
            "ClusterAutoscaler.Resources.memory: expected a quantity such as 4, 500m or 100Gi, got \"{quantity}\""
        );
        let changes = json!({"ClusterAutoscaler": {"Resources": {"memory": quantity}}});
        assert_problem(&changes, if good { "" } else { &expected });
    }
}

#[test]
fn options_are_the_cluster_autoscalers() {
    let (share, time, truth) = (
        "a number from 0 to 1",
        "a duration such as 10m or 1h30m",
        "true or false",
    );
    for (name, value, expected) in [
        ("scaledownutilizationthreshold", "0", ""),
        ("scaledowngpuutilizationthreshold", "1", ""),
        ("scaledownutilizationthreshold", "1.1", share),
        ("scaledownutilizationthreshold", "-0.1", share),
        ("scaledowngpuutilizationthreshold", "half", share),
        ("scaledownunneededtime", "10m", ""),
        ("scaledownunneededtime", "1h30m", ""),
        ("scaledownunreadytime", "1.5h", ""),
        ("scaledownunreadytime", "90s", ""),
        ("scaledownunneededtime", "10", time),
        ("scaledownunneededtime", "m", time),
        ("scaledownunneededtime", "", time),
        ("scaledownunneededtime", "10d", time),
        ("scaledownunneededtime", "10m5", time),
        ("scaledownunneededtime", "10mm", time),
        ("ignoredaemonsetsutilization", "true", ""),
        ("ignoredaemonsetsutilization", "false", ""),
        ("ignoredaemonsetsutilization", "yes", truth),
    ] {
        let told_as = format!("ClusterAutoscaler.Options.{name}: expected {expected}, got \"{value}\"");
        let changes = json!({"ClusterAutoscaler": {"Options": {name: value}}});
        assert_problem(&changes, if expected.is_empty() { "" } else { &told_as });
    }
    assert_problem(
        &json!({"ClusterAutoscaler": {"Options": {"scaledowntime": "10m"}}}),
        "ClusterAutoscaler.Options.scaledowntime: expected one of scaledownutilizationthreshold, scaledowngpuutilizationthreshold, \
         scaledownunneededtime, scaledownunreadytime, ignoredaemonsetsutilization",
    );
}
