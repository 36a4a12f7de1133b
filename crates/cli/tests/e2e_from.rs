//! The README's ways in, end to end: `mng` converts its files, the emulated CloudFormation deploys what comes out.

mod support;

use std::process::Command;

use local_stack::{Deployment, LocalStack, PollingMode, StackOptions, tools};
use serde_json::{Value, json};
use support::readme::{arguments, block};

async fn deployed() -> LocalStack {
    let local = LocalStack::start(StackOptions::default())
        .await
        .expect("the local stack starts");
    let binary = tools::function_binary().expect("the function is built");
    let mode = PollingMode::SelfInvoke;
    local
        .deploy_provider(mode, &binary)
        .await
        .expect("the provider is deployed");
    local
}

/// What `mng` prints for a file of the README's, by the README's command, with what only the local stack knows put in.
fn converted(name: &str, local: &LocalStack) -> String {
    let text = block(name).replace("arn:aws:iam::111122223333:role/eks-node", &local.seeds.node_role);
    printed(name, &text, 0)
}

fn printed(name: &str, text: &str, status: i32) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(name), text).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mng"));
    let output = command
        .current_dir(folder.path())
        .args(arguments(name))
        .output()
        .expect("mng runs");
    assert_eq!(
        output.status.code(),
        Some(status),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

/// What was there before this resource came: groups by the names that the files have, as eksctl or CloudFormation made them.
fn old_groups(local: &LocalStack) -> Vec<Value> {
    for name in ["web", "nodes"] {
        let labels = json!({"alpha.eksctl.io/nodegroup-name": name});
        local
            .eks
            .put_node_group(json!({"clusterName": "my-cluster", "nodegroupName": name, "labels": labels}));
    }
    local.eks.node_groups()
}

/// Deploys, gives what the service has then beside the old groups and the outputs, and deletes again. The old ones stay as they were.
async fn group_of(local: &LocalStack, wanted: &Deployment, old: &[Value]) -> (Value, Vec<String>) {
    let created = local.create_stack(wanted).await.expect("CreateStack");
    assert_eq!(created.status, "CREATE_COMPLETE", "{:#?}", created.events);
    let groups = local.eks.node_groups();
    let (kept, new): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| old.contains(group));
    assert_eq!((kept.as_slice(), new.len()), (old, 1), "{new:#?}");
    let outputs = created.outputs.values().cloned().collect();
    let deleted = local.delete_stack("nodes").await.expect("DeleteStack");
    assert_eq!(deleted.status, "DELETE_COMPLETE", "{:#?}", deleted.events);
    assert_eq!(local.eks.node_groups(), old);
    (new[0].clone(), outputs)
}

#[tokio::test]
async fn what_the_readme_converts_can_be_deployed() {
    let local = deployed().await;
    let subnets = local.seeds.subnets.join(",");
    let old = old_groups(&local);
    assert_eq!(old.len(), 2);

    let template = converted("cluster.yaml", &local);
    let wanted = Deployment::new("nodes", template).parameter("PublicSubnets", subnets.clone());
    let (group, _) = group_of(&local, &wanted, &old).await;
    let name = group["nodegroupName"].as_str().unwrap_or_default();
    assert!(name.starts_with("web-"), "{group:#}");
    assert_eq!(group["instanceTypes"], json!(["m5.large", "m5a.large"]));
    assert_eq!(
        group["scalingConfig"],
        json!({"minSize": 2, "maxSize": 4, "desiredSize": 2})
    );
    assert_eq!(group["nodeRole"], json!(local.seeds.node_role));
    let labels = json!({"tier": "web", "alpha.eksctl.io/cluster-name": "my-cluster"});
    assert_eq!(group["labels"], labels);
    assert_eq!(
        (&group["tags"]["team"], &group["tags"]["Name"]),
        (&json!("blue"), &json!("my-cluster-web-Node"))
    );

    let template = converted("native.yaml", &local);
    assert!(template.contains("# as it was"), "{template}");
    let wanted = Deployment::new("nodes", template).parameter("Subnets", subnets.clone());
    let wanted = wanted.parameter("NodeRole", local.seeds.node_role.clone());
    let (group, outputs) = group_of(&local, &wanted, &old).await;
    assert_eq!(
        group["scalingConfig"],
        json!({"minSize": 2, "maxSize": 4, "desiredSize": 3})
    );
    assert_eq!(outputs, [group["nodegroupArn"].as_str().unwrap_or_default()]);

    let named = block("native.yaml").replace("my-cluster\n", "my-cluster\n      NodegroupName: nodes\n");
    let wanted = Deployment::new("nodes", printed("native.yaml", &named, 1)).parameter("Subnets", subnets);
    let wanted = wanted.parameter("NodeRole", local.seeds.node_role.clone());
    let (group, _) = group_of(&local, &wanted, &old).await;
    let name = group["nodegroupName"].as_str().unwrap_or_default();
    assert!(name.starts_with("nodes-"), "{group:#}");
}
