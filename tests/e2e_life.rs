//! A node group's life through the emulated CloudFormation, in both polling modes, with the project's own template: what
//! happens, which AWS actions it takes, and that no response URL is ever logged.

mod support;

use std::collections::BTreeSet;

use local_stack::PollingMode;
use serde_json::json;
use support::deployed::{Deployed, ended};
use support::template::called_by_the_function;

async fn life(mode: PollingMode) -> BTreeSet<String> {
    let mut deployed = Deployed::start(mode).await;

    let created = deployed.create(&[]).await;
    ended(&created, "CREATE_COMPLETE");
    let first = created.outputs["Id"].clone();
    assert!(first.starts_with("my-cluster/Nodes-"), "{first}");
    let group = deployed.groups().remove(0);
    assert_eq!(group["amiType"], "AL2023_x86_64_STANDARD");
    assert_eq!(
        (&group["tags"]["owner"], &group["tags"]["first"]),
        (&json!("platform"), &json!("1"))
    );

    // The host of waiting makes no difference to these.
    if mode == PollingMode::SelfInvoke {
        nodes(&mut deployed, &created.outputs["LaunchTemplateId"]).await;
    }

    deployed.cluster_runs("1.34");
    let updated = deployed
        .update(&[("Version", "1.34"), ("Team", "green"), ("MaxSize", "5")])
        .await;
    ended(&updated, "UPDATE_COMPLETE");
    assert_eq!(
        (&updated.outputs["Id"], &updated.outputs["Version"]),
        (&first, &"1.34".to_owned())
    );
    let group = deployed.groups().remove(0);
    assert_eq!(group["labels"], json!({"team": "green"}));
    assert_eq!(
        group["taints"],
        json!([{"key": "team", "value": "green", "effect": "PREFER_NO_SCHEDULE"}])
    );
    assert_eq!(group["scalingConfig"]["maxSize"], 5);
    assert_eq!(group["tags"].get("first"), None);

    let replaced = deployed.update(&[("Template", "default")]).await;
    ended(&replaced, "UPDATE_COMPLETE");
    assert_ne!(replaced.outputs["Id"], first);
    assert_eq!(replaced.outputs["LaunchTemplateVersion"], "2");
    assert_eq!(deployed.groups().len(), 1, "{:?}", deployed.names());

    let rolled = deployed.update(&[("Template", "latest")]).await;
    ended(&rolled, "UPDATE_COMPLETE");
    assert_eq!(
        (&rolled.outputs["Id"], &rolled.outputs["LaunchTemplateVersion"]),
        (&replaced.outputs["Id"], &"3".to_owned())
    );

    prohibited(&mut deployed).await;

    deployed.fails("ConfigUpdate", None, "IpNotAvailable", "i-0123456789abcdef0");
    let back = deployed.update(&[("MaxSize", "7")]).await;
    ended(&back, "UPDATE_ROLLBACK_COMPLETE");
    let reasons = back.reasons("Nodes", "UPDATE_FAILED").join(" ");
    assert!(
        reasons.contains("IpNotAvailable: as the test has it [i-0123456789abcdef0]"),
        "{reasons}"
    );
    assert_eq!(deployed.groups()[0]["scalingConfig"]["maxSize"], 5);

    ended(&deployed.delete().await, "DELETE_COMPLETE");
    assert!(deployed.groups().is_empty(), "{:?}", deployed.names());
    assert_eq!(deployed.belongings().await, [""; 0]);

    let logs = deployed.local.logs().await.expect("the function's log");
    assert!(
        logs.iter().any(|line| line.contains("answer SUCCESS")),
        "the log was not read"
    );
    let leaks: Vec<_> = logs
        .iter()
        .filter(|line| line.contains("cfn-response") || line.contains("ResponseURL"))
        .collect();
    assert!(leaks.is_empty(), "{leaks:#?}");
    deployed
        .local
        .actions()
        .await
        .expect("the function's log")
        .into_iter()
        .collect()
}

const FIRST_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3YfB2k8l2i2lVgJbHzQm0yX0n4m0wYp3v5uHkq1d7V first";
const SECOND_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3YfB2k8l2i2lVgJbHzQm0yX0n4m0wYp3v5uHkq1d7U second";

/// Everything that the resource's own launch template brings along comes, changes in place, and goes.
async fn nodes(deployed: &mut Deployed, template: &str) {
    let name = format!("my-cluster/{}", deployed.names()[0]);
    let (group, cluster) = (
        deployed.local.seeds.security_group.clone(),
        deployed.local.seeds.cluster_security_group.clone(),
    );
    let plain = deployed.newest(template).await;
    assert_eq!(plain["SecurityGroupIds"], json!([cluster]));
    assert_eq!(
        plain["MetadataOptions"],
        json!({"HttpTokens": "required", "HttpPutResponseHopLimit": 2})
    );

    let keyed = deployed
        .update(&[("PublicKey", FIRST_KEY), ("BlockPodImds", "true"), ("DiskSize", "30")])
        .await;
    ended(&keyed, "UPDATE_COMPLETE");
    assert_eq!(keyed.outputs["LaunchTemplateVersion"], "2");
    assert!(
        keyed.outputs["Warnings"].contains("SSH is open to 0.0.0.0/0"),
        "{:?}",
        keyed.outputs
    );
    let data = deployed.newest(template).await;
    assert_eq!(data["MetadataOptions"]["HttpPutResponseHopLimit"], 1);
    assert_eq!(data["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"], 30);
    assert_eq!(
        deployed.belongings().await.len(),
        3,
        "{:?}",
        deployed.belongings().await
    );
    let first_key = data["KeyName"].clone();

    let moved = deployed.update(&[("PublicKey", SECOND_KEY), ("Source", &group)]).await;
    ended(&moved, "UPDATE_COMPLETE");
    assert_ne!(deployed.newest(template).await["KeyName"], first_key);
    assert_eq!(
        deployed.local.security_group_rules(&name).await.unwrap(),
        [format!("tcp 22 {group}")]
    );
    assert_eq!(
        deployed.belongings().await.len(),
        3,
        "{:?}",
        deployed.belongings().await
    );

    let bare = deployed
        .update(&[("PublicKey", ""), ("Source", ""), ("BlockPodImds", "false")])
        .await;
    ended(&bare, "UPDATE_COMPLETE");
    assert_eq!(deployed.belongings().await, [format!("launch-template {name}")]);
    for (size, autoscaler, suspended) in [("31", "true", "AZRebalance"), ("32", "false", "")] {
        let changes = [("DiskSize", size), ("Autoscaler", autoscaler), ("Suspended", suspended)];
        ended(&deployed.update(&changes).await, "UPDATE_COMPLETE");
    }
    let versions = deployed.local.launch_template_versions(template).await.unwrap();
    let numbers: Vec<_> = versions
        .iter()
        .map(|version| version["VersionNumber"].as_i64().unwrap())
        .collect();
    assert_eq!(
        numbers,
        [1, 3, 4, 5, 6],
        "the second is neither the default, nor running, nor among the last few"
    );
}

/// All that EKS refuses in a launch template of the user's is told in one answer, and nothing is made for it.
async fn prohibited(deployed: &mut Deployed) {
    let before = deployed.created();
    let refused = deployed.update(&[("Template", "prohibited")]).await;
    ended(&refused, "UPDATE_ROLLBACK_COMPLETE");
    let reasons = refused.reasons("Nodes", "UPDATE_FAILED").join(" ");
    for part in [
        "SubnetId",
        "IamInstanceProfile",
        "CapacityType: SPOT",
        "HibernationOptions",
        "ShutdownBehavior",
        "2 network interfaces",
    ] {
        assert!(reasons.contains(part), "{part} in {reasons}");
    }
    assert_eq!(deployed.created(), before);
}

/// What is read of keys, of the user's own images and of a role's other instances: `preflight_nodes.rs` and
/// `preflight_cluster.rs` have them. What is told on a bus: `e2e_events.rs`. Updates of a DEGRADED group, and a launch template that
/// lost its tags: `live_groups.rs`.
const CALLED_ELSEWHERE: [&str; 8] = [
    "events:PutEvents",
    "ec2:CreateTags",
    "ec2:DescribeImages",
    "ec2:DescribeInstances",
    "eks:ListUpdates",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:ListGrants",
];

/// None missing, none unused: what both modes call is what the template allows.
#[tokio::test]
async fn a_life_in_both_modes_takes_the_actions_that_the_role_allows() {
    let mut called = life(PollingMode::SelfInvoke).await;
    assert!(
        called.contains("lambda:InvokeFunction"),
        "nothing was handed over: {called:?}"
    );
    called.extend(life(PollingMode::StepFunctions).await);
    called.extend(CALLED_ELSEWHERE.map(str::to_owned));
    assert_eq!(called, called_by_the_function());
}
