//! The CDK construct's example through the emulated CloudFormation: once with function and state machine in its own
//! stack, and once with the function that template.yaml has deployed, which waits by itself. The asset of the first is
//! replaced by the binary of this checkout (`local_stack::cdk`): what is packed is looked at by `tests/package.rs`.

mod support;

use local_stack::cdk::Synthesised;
use local_stack::{Deployment, LocalStack, PollingMode, StackOptions, StackOutcome, tools};
use serde_json::{Value, json};
use support::deployed::ended;

/// The subnets that the example names, in its zones' order.
const SUBNETS: [&str; 2] = ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"];

/// A stack of the example, in the local stack's network.
fn stack(local: &LocalStack, example: &Synthesised, name: &str) -> Deployment {
    let mut stack = example.stack(name).expect("it was synthesised");
    for (named, there) in SUBNETS.iter().zip(&local.seeds.subnets) {
        assert!(stack.template.contains(named), "{name} has no {named}");
        stack.template = stack.template.replace(named, there);
    }
    stack
}

/// The stack's own state machine has waited for the new group and for its new settings. It goes with the stack, so this is
/// asked before.
async fn has_waited(local: &LocalStack, stack: &Deployment) {
    let call =
        |target: &'static str, input: Value| async move { local.call("states", target, &input).await.expect(target) };
    let arn = format!(
        "arn:aws:states:us-east-1:{}:stateMachine:{}",
        local_stack::ACCOUNT,
        machine(stack)
    );
    let listed = call("AWSStepFunctions.ListExecutions", json!({"stateMachineArn": arn})).await;
    let executions = listed["executions"].as_array().expect("executions");
    for (kind, waits) in [
        ("Create-", "Wait for the new node group"),
        ("Update-", "Wait for the new settings"),
    ] {
        let is_it = |one: &&Value| one["name"].as_str().is_some_and(|name| name.starts_with(kind));
        let execution = executions
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("no {kind} in {listed}"));
        let history = json!({"executionArn": execution["executionArn"]});
        let history = call("AWSStepFunctions.GetExecutionHistory", history).await.to_string();
        assert!(history.contains(&format!("\"{waits}\"")), "{waits} in {history}");
    }
}

/// The name of the one state machine in a stack's template.
fn machine(stack: &Deployment) -> String {
    let template: Value = serde_json::from_str(&stack.template).expect("JSON");
    let resources = template["Resources"].as_object().expect("resources");
    let machine = resources
        .values()
        .find(|resource| resource["Type"] == "AWS::StepFunctions::StateMachine")
        .expect("a state machine");
    machine["Properties"]["StateMachineName"]
        .as_str()
        .expect("a name")
        .to_owned()
}

/// Deletes the stack, and nothing is left of it.
async fn leaves_nothing(local: &LocalStack, name: &str) {
    let deleted: StackOutcome = local.delete_stack(name).await.expect("DeleteStack");
    ended(&deleted, "DELETE_COMPLETE");
    assert!(local.eks.node_groups().is_empty());
    assert_eq!(local.belongings().await.expect("EC2's lists"), [""; 0]);
}

#[tokio::test]
async fn a_stack_brings_its_own_function() {
    let local = LocalStack::start(StackOptions::default())
        .await
        .expect("the local stack");
    let example = Synthesised::example().expect("the example");
    let binary = tools::function_binary().expect("the function is built");
    example.publish(&local, "Nodes", &binary).await.expect("its assets");
    let wanted = stack(&local, &example, "Nodes");

    let created = local.create_stack(&wanted).await.expect("CreateStack");
    ended(&created, "CREATE_COMPLETE");
    let group = local.eks.node_groups().remove(0);
    assert_eq!(group["labels"], json!({"team": "blue"}));
    assert_eq!(
        group["taints"],
        json!([{"key": "dedicated", "value": "batch", "effect": "NO_SCHEDULE"}])
    );
    assert_eq!(group["tags"]["owner"], "platform");
    assert_eq!(group["scalingConfig"]["desiredSize"], 2);
    let (id, template) = (&created.outputs["Id"], &created.outputs["LaunchTemplateId"]);
    assert_eq!(
        id,
        &format!("my-cluster/{}", group["nodegroupName"].as_str().unwrap_or_default())
    );
    assert_eq!(group["releaseVersion"], created.outputs["ReleaseVersion"]);
    let versions = local.launch_template_versions(template).await.expect("its versions");
    let data = &versions[0]["LaunchTemplateData"];
    assert_eq!(data["MetadataOptions"]["HttpPutResponseHopLimit"], 1);
    assert_eq!(data["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"], 50);

    let mut green = wanted.clone();
    green.template = green.template.replace("\"blue\"", "\"green\"");
    let updated = local.update_stack(&green).await.expect("UpdateStack");
    ended(&updated, "UPDATE_COMPLETE");
    assert_eq!(&updated.outputs["Id"], id);
    assert_eq!(local.eks.node_groups()[0]["labels"], json!({"team": "green"}));
    has_waited(&local, &green).await;

    leaves_nothing(&local, "Nodes").await;
}

#[tokio::test]
async fn a_stack_uses_a_function_that_is_there() {
    let local = LocalStack::start(StackOptions::default())
        .await
        .expect("the local stack");
    let example = Synthesised::example().expect("the example");
    let binary = tools::function_binary().expect("the function is built");
    let provider = local.deploy_provider(PollingMode::SelfInvoke, &binary).await;
    provider.expect("the provider is deployed");
    example.publish(&local, "Stateful", &binary).await.expect("its assets");
    let wanted = stack(&local, &example, "Stateful");

    let created = local.create_stack(&wanted).await.expect("CreateStack");
    ended(&created, "CREATE_COMPLETE");
    let groups = local.eks.node_groups();
    for (output, subnet) in [("GroupA", 0), ("GroupB", 1)] {
        let name = created.outputs[output].trim_start_matches("my-cluster/");
        let group = groups.iter().find(|group| group["nodegroupName"] == name);
        let group = group.unwrap_or_else(|| panic!("no {name} in {groups:#?}"));
        assert!(name.starts_with("stateful-us-east-1"), "{name}");
        assert_eq!(group["subnets"], json!([local.seeds.subnets[subnet]]));
    }
    assert_eq!(groups.len(), 2);

    let mut larger = wanted.clone();
    larger.template = larger.template.replace("\"MaxSize\": 4", "\"MaxSize\": 6");
    let updated = local.update_stack(&larger).await.expect("UpdateStack");
    ended(&updated, "UPDATE_COMPLETE");
    let sizes: Vec<_> = local
        .eks
        .node_groups()
        .iter()
        .map(|group| group["scalingConfig"]["maxSize"].clone())
        .collect();
    assert_eq!(sizes, [json!(6), json!(6)]);

    leaves_nothing(&local, "Stateful").await;
}
