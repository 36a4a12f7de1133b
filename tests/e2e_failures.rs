//! What goes wrong, through the emulated CloudFormation: each ends as it should, and nothing is left behind.

mod support;

use local_stack::PollingMode;
use serde_json::json;
use support::deployed::{Deployed, ended};

#[tokio::test]
async fn bad_input_is_told_whole() {
    let mut deployed = Deployed::start(PollingMode::SelfInvoke).await;
    let failed = deployed.create(&[("Sibling", "bad")]).await;
    ended(&failed, "ROLLBACK_COMPLETE");
    let reasons = failed.reasons("Sibling", "CREATE_FAILED").join(" ");
    for problem in [
        "ClusterName: is required",
        "NodeRole: is required",
        "Subnets: ",
        "DiskSize: ",
        "did you mean Labels?",
    ] {
        assert!(reasons.contains(problem), "{problem} in {reasons}");
    }
    assert!(deployed.groups().is_empty(), "{:?}", deployed.names());
}

#[tokio::test]
async fn a_foreign_group_is_left_alone() {
    let mut deployed = Deployed::start(PollingMode::SelfInvoke).await;
    deployed
        .local
        .eks
        .put_node_group(json!({"clusterName": "my-cluster", "nodegroupName": "taken"}));
    let failed = deployed.create(&[("Name", "taken")]).await;
    ended(&failed, "ROLLBACK_COMPLETE");
    let reasons = failed.reasons("Nodes", "CREATE_FAILED").join(" ");
    assert!(reasons.contains("[name-taken]"), "{reasons}");
    ended(&deployed.delete().await, "DELETE_COMPLETE");
    assert_eq!(deployed.names(), ["taken"]);
}

#[tokio::test]
async fn rollbacks_after_an_upgrade_and_after_a_replacement() {
    let mut deployed = Deployed::start(PollingMode::StepFunctions).await;
    let created = deployed.create(&[]).await;
    ended(&created, "CREATE_COMPLETE");
    let names = deployed.names();

    // The upgrade succeeds and the sibling fails: what EKS can't take back stays, the rest comes back.
    deployed.cluster_runs("1.34");
    let back = deployed
        .update(&[("Version", "1.34"), ("Team", "green"), ("Sibling", "bad")])
        .await;
    ended(&back, "UPDATE_ROLLBACK_COMPLETE");
    let group = deployed.groups().remove(0);
    assert_eq!(
        (&group["version"], &group["labels"]),
        (&json!("1.34"), &json!({"team": "blue"}))
    );
    assert_eq!(deployed.names(), names);

    // The replacement succeeds and the sibling fails: the old group is found again, and nothing is made.
    deployed.update(&[("Version", "1.34")]).await;
    let made = deployed.created();
    let back = deployed.update(&[("CapacityType", "SPOT"), ("Sibling", "bad")]).await;
    ended(&back, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(deployed.created(), made + 1, "the rollback made a group");
    assert!(deployed.names().contains(&names[0]), "{:?}", deployed.names());

    ended(&deployed.delete().await, "DELETE_COMPLETE");
}

#[tokio::test]
async fn groups_that_fail_tell_why() {
    let mut deployed = Deployed::start(PollingMode::SelfInvoke).await;
    deployed.fails("Create", None, "NodeCreationFailure", "i-0123");
    let failed = deployed.create(&[]).await;
    ended(&failed, "ROLLBACK_COMPLETE");
    let reasons = failed.reasons("Nodes", "CREATE_FAILED").join(" ");
    assert!(
        reasons.contains("could not be created: NodeCreationFailure: as the test has it [i-0123]"),
        "{reasons}"
    );
    ended(&deployed.delete().await, "DELETE_COMPLETE");

    deployed.stack = "degraded";
    deployed.fails("Create", Some("DEGRADED"), "InsufficientFreeAddresses", "subnet-1");
    let failed = deployed.create(&[]).await;
    let reasons = failed.reasons("Nodes", "CREATE_FAILED").join(" ");
    assert!(
        reasons.contains("is degraded: InsufficientFreeAddresses: as the test has it [subnet-1]"),
        "{reasons}"
    );
}

#[tokio::test]
async fn deletes_end_whatever_they_meet() {
    let mut deployed = Deployed::start(PollingMode::SelfInvoke).await;
    ended(&deployed.create(&[]).await, "CREATE_COMPLETE");
    deployed.fails("Delete", None, "Ec2SecurityGroupDeletionFailure", "sg-1");
    let failed = deployed.delete().await;
    ended(&failed, "DELETE_FAILED");
    let reasons = failed.reasons("Nodes", "DELETE_FAILED").join(" ");
    assert!(
        reasons.contains("Ec2SecurityGroupDeletionFailure: as the test has it [sg-1]"),
        "{reasons}"
    );
    ended(&deployed.delete().await, "DELETE_COMPLETE");
    assert!(deployed.groups().is_empty());

    // Gone already: somebody deleted it by hand.
    deployed.stack = "gone";
    ended(&deployed.create(&[]).await, "CREATE_COMPLETE");
    let name = deployed.names().remove(0);
    let by_hand = reqwest::Client::new().delete(format!(
        "{}/clusters/my-cluster/node-groups/{name}",
        deployed.local.eks.endpoint()
    ));
    by_hand.send().await.expect("the simulator answers");
    ended(&deployed.delete().await, "DELETE_COMPLETE");
    assert!(deployed.groups().is_empty());
}

#[tokio::test]
async fn a_service_timeout_of_a_minute_is_kept_to() {
    let mut deployed = Deployed::start(PollingMode::StepFunctions).await;
    deployed.local.eks.durations(|durations| durations.create = 1e6);
    let failed = deployed.create(&[("ServiceTimeout", "60")]).await;
    ended(&failed, "ROLLBACK_COMPLETE");
    let reasons = failed.reasons("Nodes", "CREATE_FAILED").join(" ");
    assert!(
        reasons.contains("the time given by ServiceTimeout is over") && reasons.contains("is CREATING"),
        "{reasons}"
    );
}
