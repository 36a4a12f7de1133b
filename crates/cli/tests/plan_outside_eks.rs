//! `mng plan` of what is beyond EKS's own API: the Auto Scaling group is moto's, and the cluster the simulator's.

#[path = "support/account.rs"]
mod account;
mod support;

use account::Account;
use local_stack::simulator::Access;
use serde_json::{Value, json};
use support::CommandResult;

const ID: &str = "my-cluster/my-mng";
const PLUGIN: &str = "kube-system/managed-node-group-nvidia-device-plugin";
const TAGS: [&str; 3] = [
    "k8s.io/cluster-autoscaler/node-template/label/eks.amazonaws.com/capacityType",
    "k8s.io/cluster-autoscaler/node-template/label/eks.amazonaws.com/nodegroup",
    "k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage",
];

/// The lines on stdout from this action on, with the Auto Scaling group's id left out.
#[track_caller]
fn check((status, output, notes): CommandResult, from: &str, expected: &[String]) {
    assert_eq!(status, Some(0), "{output}{notes}");
    let word = |word: &str| match word.strip_prefix("eks-my-mng-") {
        Some(_) => "eks-my-mng-…".to_owned(),
        None => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let lines = output.lines().skip_while(|line| !line.starts_with(from));
    assert_eq!(lines.map(line).collect::<Vec<_>>(), expected, "{output}{notes}");
}

fn signed(sign: &str, keys: &[&str]) -> String {
    let signed = keys.iter().map(|key| format!("{sign}{key}"));
    signed.collect::<Vec<_>>().join(" ")
}

fn each(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[tokio::test]
async fn the_auto_scaling_group_is_planned_as_it_is_changed() {
    let account = Account::start().await;
    let asked = json!({"ClusterAutoscaler": "true", "SuspendProcesses": ["AZRebalance"]});
    let marks = ["managed-node-group:suspended", "managed-node-group:tags"];
    let new = signed("+", &[&TAGS[..], &marks].concat());

    let create = account.create(&asked);
    let later = [
        format!("autoscaling:CreateOrUpdateTags eks-my-mng-…  {new}, once the node group is ACTIVE"),
        "autoscaling:SuspendProcesses eks-my-mng-…  AZRebalance, once the node group is ACTIVE".to_owned(),
    ];
    check(account.output("plan", &create).await, "autoscaling:", &later);

    let create = account.create(&json!({}));
    assert_eq!(account.made(&create).await, ID);
    let update = account.update(&create, ID, &asked);
    let expected = [
        format!("autoscaling:CreateOrUpdateTags eks-my-mng-…  {new}"),
        "autoscaling:SuspendProcesses eks-my-mng-…  AZRebalance".to_owned(),
    ];
    check(account.output("plan", &update).await, "", &expected);

    account.made(&update).await;
    check(account.output("plan", &update).await, "", &each(&["no changes"]));
    let group = account.scaling_group("my-mng").await;
    assert_eq!(
        TAGS.map(|key| group.tags[key].as_str()),
        ["ON_DEMAND", "my-mng", "20Gi"]
    );
    assert_eq!(group.suspended.into_iter().collect::<Vec<_>>(), ["AZRebalance"]);

    let larger = account.update(
        &update,
        ID,
        &json!({"ClusterAutoscaler": {"Resources": {"ephemeral-storage": "90Gi"}}}),
    );
    let changed = format!("autoscaling:CreateOrUpdateTags eks-my-mng-…  ~{}", TAGS[2]);
    check(account.output("plan", &larger).await, "", &[changed]);

    let removed = account.update(
        &update,
        ID,
        &json!({"ClusterAutoscaler": "false", "SuspendProcesses": []}),
    );
    let expected = [
        "autoscaling:ResumeProcesses eks-my-mng-…  AZRebalance".to_owned(),
        format!(
            "autoscaling:DeleteTags eks-my-mng-…  {}",
            signed("-", &[&TAGS[..], &marks].concat())
        ),
    ];
    check(account.output("plan", &removed).await, "", &expected);
}

fn gpu(account: &Account, changes: &Value) -> Value {
    let mut properties = json!({"InstanceTypes": ["g5.xlarge"], "RemoteAccess": null});
    for (key, value) in changes.as_object().expect("changes") {
        properties[key] = value.clone();
    }
    account.create(&properties)
}

#[tokio::test]
async fn the_device_plugin_is_planned_as_it_is_applied() {
    let account = Account::start().await;
    let later = each(&[
        "eks:TagResource my-cluster/my-mng  +managed-node-group:device-plugin, once the node group is ACTIVE",
        &format!("create daemonsets {PLUGIN}  nvcr.io/nvidia/k8s-device-plugin:v0.19.0, once the node group is ACTIVE"),
        &format!("patch daemonsets {PLUGIN}  nvcr.io/nvidia/k8s-device-plugin:v0.19.0, once the node group is ACTIVE"),
    ]);
    let create = gpu(&account, &json!({"NvidiaDevicePlugin": {"Version": "v0.19.0"}}));
    check(account.output("plan", &create).await, "eks:TagResource", &later);

    let create = gpu(&account, &json!({}));
    account.made(&create).await;
    let update = account.update(&create, ID, &json!({"NvidiaDevicePlugin": {"Image": "mine:1"}}));
    let expected = each(&[
        "eks:TagResource my-cluster/my-mng  +managed-node-group:device-plugin",
        &format!("create daemonsets {PLUGIN}  mine:1"),
        &format!("patch daemonsets {PLUGIN}  mine:1"),
    ]);
    check(account.output("plan", &update).await, "", &expected);

    account.made(&update).await;
    check(account.output("plan", &update).await, "", &each(&["no changes"]));
    let expected = each(&[
        &format!("delete daemonsets {PLUGIN}"),
        "eks:UntagResource my-cluster/my-mng  -managed-node-group:device-plugin",
    ]);
    let removed = account.update(&update, ID, &json!({"NvidiaDevicePlugin": "false"}));
    check(account.output("plan", &removed).await, "", &expected);
    let (status, output, notes) = account.output("plan", &account.delete(&update, ID)).await;
    assert_eq!(status, Some(0), "{output}{notes}");
    assert!(output.starts_with(&expected.join("\n")), "{output}");
}

#[tokio::test]
async fn windows_support_is_planned_for_windows_nodes() {
    let account = Account::start().await;
    let windows = json!({"AmiType": "WINDOWS_CORE_2022_x86_64", "RemoteAccess": null, "WindowsSupport": "true"});
    let expected = "patch configmaps kube-system/amazon-vpc-cni  ~enable-windows-ipam, once the node group is ACTIVE";
    let told = account.output("plan", &account.create(&windows)).await;
    assert!(told.2.contains("which the add-on vpc-cni manages"), "{}", told.2);
    check(told, "patch ", &each(&[expected]));
}

/// Whoever plans may see AWS and not the cluster.
#[tokio::test]
async fn the_cluster_is_asked_for_what_it_is_about_alone() {
    let account = Account::start().await;
    let create = account.create(&json!({}));
    account.made(&create).await;
    for (access, endpoint, expected) in [
        (Access::NoEntry, Value::Null, "[no-access-entry]"),
        (
            Access::Granted,
            json!("https://127.0.0.1:1"),
            "[kubernetes-unreachable]",
        ),
    ] {
        account.simulator.access("my-cluster", access);
        if !endpoint.is_null() {
            account
                .simulator
                .put_cluster(json!({"name": "my-cluster", "endpoint": endpoint}));
        }
        account.simulator.forget_kubernetes_requests();
        let without = json!({"ClusterAutoscaler": "true", "Stateful": "true", "ForceUpdateEnabled": "true"});
        let (status, output, notes) = account.output("plan", &account.update(&create, ID, &without)).await;
        assert_eq!(status, Some(0), "{output}{notes}");
        assert!(output.starts_with("autoscaling:CreateOrUpdateTags "), "{output}");
        assert_eq!(account.simulator.kubernetes_requests(), []);

        let with = account.update(&create, ID, &json!({"WaitFor": "NodesReady"}));
        let (status, output, notes) = account.output("plan", &with).await;
        assert_eq!(status, Some(1), "{output}{notes}");
        assert!(output.contains(expected), "{output}");
    }
}
