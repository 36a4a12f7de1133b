//! To the Ready node and the running workload, through the emulated CloudFormation: the function in the emulated Lambda, the
//! simulator's Kubernetes API over TLS, moto's Auto Scaling.

mod support;

use local_stack::PollingMode;
use serde_json::{Value, json};
use simulator::Access;
use support::deployed::{Deployed, ended};

const PLUGIN: &str = "managed-node-group-nvidia-device-plugin";

fn plugin(deployed: &Deployed) -> Value {
    deployed
        .local
        .eks
        .object("my-cluster", "daemonsets", "kube-system", PLUGIN)
}

/// Kubernetes forgets its history and ends all watches while nodes are waited for.
async fn disturb(deployed: &Deployed) {
    let eks = &deployed.local.eks;
    while eks.kubernetes_requests().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    for _ in 0..4 {
        eks.compact("my-cluster");
        eks.end_watches("my-cluster");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

async fn ready(mode: PollingMode) {
    let mut deployed = Deployed::start(mode).await;
    deployed.local.eks.durations(|durations| durations.node_ready = 120.0);
    let wanted = deployed.wanted(&[("WaitFor", "NodesReady")]);
    let (created, ()) = tokio::join!(deployed.local.create_stack(&wanted), disturb(&deployed));
    let created = created.expect("CreateStack");
    ended(&created, "CREATE_COMPLETE");
    assert_eq!(created.outputs["ReadyNodes"], "2");
    deployed.cluster_runs("1.34");
    let rolled = deployed.update(&[("Version", "1.34")]).await;
    ended(&rolled, "UPDATE_COMPLETE");
    assert_eq!(rolled.outputs["ReadyNodes"], "2");
    let back = deployed.update(&[("Team", "green"), ("Sibling", "bad")]).await;
    ended(&back, "UPDATE_ROLLBACK_COMPLETE");
}

#[tokio::test]
async fn a_stack_is_complete_when_its_nodes_are_ready() {
    ready(PollingMode::SelfInvoke).await;
    ready(PollingMode::StepFunctions).await;
}

#[tokio::test]
async fn missing_access_is_told_before_anything_is_made() {
    let mut deployed = Deployed::start(PollingMode::SelfInvoke).await;
    for (access, code) in [
        (Access::NoEntry, "[no-access-entry]"),
        (
            Access::Forbidden {
                resources: vec!["nodes".to_owned()],
            },
            "[kubernetes-forbidden]",
        ),
    ] {
        deployed.local.eks.access("my-cluster", access);
        let failed = deployed.create(&[("WaitFor", "NodesReady")]).await;
        ended(&failed, "ROLLBACK_COMPLETE");
        let reasons = failed.reasons("Nodes", "CREATE_FAILED").join(" ");
        for part in [
            code,
            "access-entry --cluster-name my-cluster --principal-arn arn:aws:iam::",
        ] {
            assert!(reasons.contains(part), "{part}: {reasons}");
        }
        ended(&deployed.delete().await, "DELETE_COMPLETE");
    }
    assert_eq!((deployed.created(), deployed.belongings().await), (0, vec![]));
}

/// Two stacks share the plugin, and the last one takes it away.
#[tokio::test]
async fn the_device_plugin_comes_with_the_first_group_and_goes_with_the_last() {
    let mut deployed = Deployed::start(PollingMode::SelfInvoke).await;
    let gpu = [("InstanceType", "g5.xlarge"), ("Plugin", "true")];
    ended(&deployed.create(&gpu).await, "CREATE_COMPLETE");
    let applied = plugin(&deployed);
    let tolerations = applied["spec"]["template"]["spec"]["tolerations"].to_string();
    assert!(
        tolerations.contains("PreferNoSchedule") && tolerations.contains("nvidia.com/gpu"),
        "{applied:#}"
    );
    assert_eq!(applied["metadata"]["managedFields"][0]["manager"], "managed-node-group");

    deployed.stack = "others";
    ended(&deployed.create(&gpu).await, "CREATE_COMPLETE");
    ended(&deployed.delete().await, "DELETE_COMPLETE");
    assert_ne!(plugin(&deployed), Value::Null, "the first group still needs it");

    deployed.stack = "nodes";
    ended(&deployed.update(&[("Plugin", "false")]).await, "UPDATE_COMPLETE");
    assert_eq!(plugin(&deployed), Value::Null);
    ended(&deployed.update(&[("Plugin", "true")]).await, "UPDATE_COMPLETE");
    assert_ne!(plugin(&deployed), Value::Null);
    ended(&deployed.delete().await, "DELETE_COMPLETE");
    assert_eq!(plugin(&deployed), Value::Null);
}

#[tokio::test]
async fn a_plugin_of_somebody_else_is_left_alone() {
    let mut deployed = Deployed::start(PollingMode::StepFunctions).await;
    let foreign = json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": {"name": "nvidia-device-plugin-daemonset", "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "nvcr.io/nvidia/k8s-device-plugin:v0.17.0"}]}}},
    });
    let put = deployed.local.eks.put_object("my-cluster", foreign);
    let created = deployed
        .create(&[("InstanceType", "g5.xlarge"), ("Plugin", "true")])
        .await;
    ended(&created, "CREATE_COMPLETE");
    let warnings = &created.outputs["Warnings"];
    assert!(warnings.contains("nvidia-device-plugin-daemonset"), "{warnings}");
    ended(&deployed.delete().await, "DELETE_COMPLETE");
    assert_eq!(deployed.local.eks.objects("my-cluster", "daemonsets"), [put]);
}

#[tokio::test]
async fn windows_support_is_switched_on() {
    let mut deployed = Deployed::start(PollingMode::SelfInvoke).await;
    let windows = [
        ("AmiType", "WINDOWS_CORE_2022_x86_64"),
        ("Windows", "true"),
        ("DiskSize", "50"),
    ];
    let linux = "ip-10-0-0-10.ec2.internal";
    let node = deployed.local.eks.remove_object("my-cluster", "nodes", "", linux);
    let refused = deployed.create(&windows).await;
    ended(&refused, "ROLLBACK_COMPLETE");
    let reasons = refused.reasons("Nodes", "CREATE_FAILED").join(" ");
    assert!(reasons.contains("[windows-needs-linux]"), "{reasons}");
    ended(&deployed.delete().await, "DELETE_COMPLETE");

    deployed.local.eks.put_object("my-cluster", node);
    let created = deployed.create(&[]).await;
    ended(&created, "CREATE_COMPLETE");
    let config_map = deployed
        .local
        .eks
        .object("my-cluster", "configmaps", "kube-system", "amazon-vpc-cni");
    assert_eq!(config_map["data"]["enable-windows-ipam"], "true");
    assert!(
        created.outputs["Warnings"].contains("enableWindowsIpam"),
        "{:?}",
        created.outputs
    );
}

#[tokio::test]
async fn the_auto_scaling_group_follows() {
    let mut deployed = Deployed::start(PollingMode::SelfInvoke).await;
    let created = deployed
        .create(&[("Autoscaler", "true"), ("Suspended", "AZRebalance")])
        .await;
    ended(&created, "CREATE_COMPLETE");
    let group = created.outputs["AutoScalingGroup"].clone();
    let template = "tag k8s.io/cluster-autoscaler/node-template";
    let on_it = deployed.local.on_the_scaling_group(&group).await.unwrap();
    for line in [
        format!("{template}/label/team=blue"),
        format!("{template}/taint/team=blue:PreferNoSchedule"),
        format!("{template}/resources/ephemeral-storage=20Gi"),
        "suspended AZRebalance".to_owned(),
    ] {
        assert!(on_it.contains(&line), "{line}: {on_it:#?}");
    }
    let updated = deployed.update(&[("Team", "green"), ("Suspended", "")]).await;
    ended(&updated, "UPDATE_COMPLETE");
    let on_it = deployed.local.on_the_scaling_group(&group).await.unwrap();
    assert!(on_it.contains(&format!("{template}/label/team=green")), "{on_it:#?}");
    assert!(
        !on_it
            .iter()
            .any(|line| line.contains("blue") || line.starts_with("suspended")),
        "{on_it:#?}"
    );
    ended(&deployed.update(&[("Autoscaler", "false")]).await, "UPDATE_COMPLETE");
    let on_it = deployed.local.on_the_scaling_group(&group).await.unwrap();
    assert_eq!(
        on_it,
        [
            "tag eks:cluster-name=my-cluster".to_owned(),
            format!("tag eks:nodegroup-name={}", deployed.names()[0]),
            "tag k8s.io/cluster-autoscaler/enabled=true".to_owned(),
            "tag k8s.io/cluster-autoscaler/my-cluster=owned".to_owned(),
        ],
        "only what EKS itself has set"
    );
}

#[tokio::test]
async fn a_blocked_drain_is_told_with_its_pods() {
    let mut deployed = Deployed::start(PollingMode::SelfInvoke).await;
    ended(&deployed.create(&[]).await, "CREATE_COMPLETE");
    deployed.cluster_runs("1.34");
    deployed.fails("VersionUpdate", None, "PodEvictionFailure", "ip-10-0-1-17.ec2.internal");
    deployed.local.eks.put_object(
        "my-cluster",
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "web-1", "namespace": "shop", "labels": {"app": "web"}},
            "spec": {"nodeName": "ip-10-0-1-17.ec2.internal"}, "status": {"phase": "Running"},
        }),
    );
    deployed.local.eks.put_object("my-cluster", json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web-budget", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}},
        "status": {"disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1},
    }));
    let failed = deployed.update(&[("Version", "1.34")]).await;
    ended(&failed, "UPDATE_ROLLBACK_COMPLETE");
    let reasons = failed.reasons("Nodes", "UPDATE_FAILED").join(" ");
    for part in [
        "PodEvictionFailure",
        "shop/web-1",
        "shop/web-budget",
        "ForceUpdateEnabled",
    ] {
        assert!(reasons.contains(part), "{part}: {reasons}");
    }
}
