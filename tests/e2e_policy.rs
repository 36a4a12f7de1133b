//! What the provider's roles may do and may not, as IAM's policy simulator tells it of the deployed stack: the local stack's
//! own, with its evaluator of conditions. What it can't show: the policies of resources, and which keys of a context a
//! service really sends. Those are taken from the service authorization reference; `docs/security.md` says where a condition
//! was left out for want of it.

mod support;

use std::path::Path;

use local_stack::{LocalStack, PollingMode, StackOptions};
use serde_json::Value;
use support::policies::PolicyTable;
use support::template::statements;

const ROLES: [(&str, &str); 2] = [
    ("FunctionRole", include_str!("policies/function-role.txt")),
    ("StateMachineRole", include_str!("policies/state-machine-role.txt")),
];
const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// With every parameter that brings a permission along.
async fn deployed() -> LocalStack {
    let local = LocalStack::start(StackOptions::default())
        .await
        .expect("the local stack starts");
    // The function isn't called here, so its code is any file that is small.
    let binary = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let parameters = [
        ("NodeRoleArns", "arn:aws:iam::123456789012:role/eks-node-*"),
        ("EventBusName", "default"),
        ("Tracing", "Active"),
        ("KmsKeyArn", KEY),
        ("VpcSubnetIds", "subnet-1"),
        ("VpcSecurityGroupIds", "sg-1"),
    ];
    let deploying = local.deploy_provider_with(PollingMode::SelfInvoke, &binary, &parameters);
    deploying.await.expect("the provider is deployed");
    local
}

#[tokio::test]
async fn each_role_may_do_what_it_needs_and_no_more() {
    let local = deployed().await;
    let queue = local.provider_resource("FailedInvocations").await.expect("the queue");
    let queue = queue.rsplit('/').next().expect("its name");
    for (role, text) in ROLES {
        let table = PolicyTable::read(text, &[("{queue}", queue), ("{key}", KEY)]);
        let arn = local.provider_role(role).await.expect("the role");
        let (wrong, cases) = table.wrong(&local, &arn).await;
        assert!(wrong.is_empty(), "{role}, of {cases} cases: {wrong:#?}");
        println!("{role}: {cases} cases");
    }
}

/// A permission comes with a line for what it is for, and one for what it is not.
#[test]
fn every_permission_has_its_lines() {
    for (role, text) in ROLES {
        assert_eq!(PolicyTable::read(text, &[]).lacks(role), Vec::<String>::new(), "{role}");
    }
}

#[test]
fn statements_are_found_under_conditions_too() {
    let sids: Vec<Value> = statements("FunctionRole")
        .iter()
        .map(|one| one["Sid"].clone())
        .collect();
    for sid in [
        "CallCreateNodegroup",
        "CallPutEvents",
        "LambdaAloneHasInterfaces",
        "LambdaQueueKey",
    ] {
        assert!(sids.contains(&Value::from(sid)), "{sid} in {sids:?}");
    }
}
