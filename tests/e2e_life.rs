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

    deployed.fails("ConfigUpdate", None, "IpNotAvailable", "subnet-1");
    let back = deployed.update(&[("MaxSize", "7")]).await;
    ended(&back, "UPDATE_ROLLBACK_COMPLETE");
    let reasons = back.reasons("Nodes", "UPDATE_FAILED").join(" ");
    assert!(
        reasons.contains("IpNotAvailable: as the test has it [subnet-1]"),
        "{reasons}"
    );
    assert_eq!(deployed.groups()[0]["scalingConfig"]["maxSize"], 5);

    ended(&deployed.delete().await, "DELETE_COMPLETE");
    assert!(deployed.groups().is_empty(), "{:?}", deployed.names());

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

/// None missing, none unused: what both modes call is what the template allows.
#[tokio::test]
async fn a_life_in_both_modes_takes_the_actions_that_the_role_allows() {
    let mut called = life(PollingMode::SelfInvoke).await;
    assert!(
        called.contains("lambda:InvokeFunction"),
        "nothing was handed over: {called:?}"
    );
    called.extend(life(PollingMode::StepFunctions).await);
    assert_eq!(called, called_by_the_function());
}
