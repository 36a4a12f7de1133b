//! Requests by SNS and by EventBridge through the local stack, with the project's own template, as README.md shows them.
//!
//! The emulated CloudFormation takes no topic for a service token, so the test publishes on the topic what CloudFormation
//! would, and waits at the response URL. The emulated EventBridge takes nothing in the name of AWS, so the cluster's event has
//! another source; it neither tries a target again nor hands it to Lambda as an asynchronous invocation.

mod support;

use local_stack::{Deployment, PollingMode};
use serde_json::{Value, json};
use support::bus::Bus;
use support::deployed::{Deployed, ended};
use support::outcome_events::{ReceivedEvent, ends, steps};
use support::readme::Section;
use support::receiver::Receiver;

const REQUEST: &str = "ManagedNodeGroup Request";
const EXAMPLE: &str = include_str!("../examples/cluster-event.yaml");
/// A stack of an account that the function can't ask about.
const ELSEWHERE: &str = "arn:aws:cloudformation:us-east-1:444455556666:stack/nodes/1";

/// The provider with the parameters of the README's section.
async fn deployed(mode: PollingMode) -> Deployed {
    let section = Section::read("By SNS and by EventBridge");
    let parameters = section.parameter_overrides();
    assert!(
        parameters.iter().any(|(name, _)| name == "EventBusName"),
        "{parameters:?}"
    );
    let parameters: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    Deployed::start_with(mode, &parameters).await
}

/// The README's request, for a role and subnets that are there.
fn request(deployed: &Deployed) -> Value {
    let mut detail = Section::read("By SNS and by EventBridge").json();
    detail["ResourceProperties"]["NodeRole"] = json!(deployed.local.seeds.node_role);
    detail["ResourceProperties"]["Subnets"] = json!(deployed.local.seeds.subnets);
    detail
}

#[track_caller]
fn assert_outcome(outcome: &ReceivedEvent, kind: &str) {
    assert_eq!(outcome.0, format!("ManagedNodeGroup {kind}"), "{outcome:?}");
}

async fn life_by_events(mode: PollingMode) {
    let deployed = deployed(mode).await;
    let mut bus = Bus::listen(&deployed.local).await;
    let source = "com.example.platform";
    let mut detail = request(&deployed);

    let create = bus.put(source, REQUEST, &detail).await;
    let ready = bus.outcome(&create).await;
    assert_outcome(&ready, "Ready");
    let id = ready.1["PhysicalResourceId"].clone();
    assert!(id.as_str().unwrap().starts_with("my-cluster/Web-"), "{id}");
    assert_eq!(ready.1["Data"]["Id"], id);
    assert_eq!(steps(bus.heard(), &create), ["Ec2", "Create", "Tags"]);
    deliver_again(&deployed, &mut bus, &create, source, &detail).await;

    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    detail["RequestType"] = json!("Update");
    detail["ResourceProperties"]["Labels"] = json!({"team": "blue"});
    let update = bus.put(source, REQUEST, &detail).await;
    assert_outcome(&bus.outcome(&update).await, "Ready");
    assert_eq!(deployed.groups()[0]["labels"], json!({"team": "blue"}));

    let mut bad = detail.clone();
    bad["ResourceProperties"]["MaxSize"] = json!(3);
    bad["ResourceProperties"]["Subnets"] = json!([]);
    let bad = bus.put(source, REQUEST, &bad).await;
    let failed = bus.outcome(&bad).await;
    assert_outcome(&failed, "Failed");
    let codes = failed.1["Codes"].as_array().unwrap();
    assert!(codes.contains(&json!("unknown-property")), "{failed:?}");
    let unreadable = bus.put(source, REQUEST, &json!({"RequestType": "Destroy"})).await;
    let failed = bus.outcome(&unreadable).await;
    assert_eq!(failed.1["Codes"], json!(["bad-request"]), "{failed:?}");

    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let gone = json!({"RequestType": "Delete", "LogicalResourceId": "Web", "ResourceProperties": {"ClusterName": "my-cluster"}});
    let delete = bus.put(source, REQUEST, &gone).await;
    let deleted = bus.outcome(&delete).await;
    assert_outcome(&deleted, "Deleted");
    assert_eq!(deleted.1["PhysicalResourceId"], id);
    assert!(deployed.groups().is_empty(), "{:?}", deployed.names());
    assert_eq!(deployed.belongings().await, [""; 0]);

    let actions = deployed.local.actions().await.expect("the function's log");
    assert!(actions.iter().any(|action| action == "events:PutEvents"));
    assert!(
        !actions.iter().any(|action| action == "cloudformation:DescribeStacks"),
        "there is no stack"
    );
    bus.assert_well_told();
}

/// EventBridge delivers at least once: the same id with the same time.
async fn deliver_again(deployed: &Deployed, bus: &mut Bus<'_>, id: &str, source: &str, detail: &Value) {
    let group = deployed.groups().remove(0);
    let requested = group["tags"]["managed-node-group:requested"].as_str().unwrap();
    let (time, told_id) = requested.split_once(' ').unwrap();
    assert_eq!(told_id, id);
    let event = json!({"id": id, "time": time, "account": "123456789012", "source": source, "detail-type": REQUEST, "detail": detail});
    deployed.invoke(&event).await;
    assert_eq!(bus.outcomes(id, 2).await.len(), 2);
    assert_eq!(deployed.created(), 1);
}

#[tokio::test]
async fn a_group_lives_by_events_that_wait_in_the_function() {
    life_by_events(PollingMode::SelfInvoke).await;
}

#[tokio::test]
async fn a_group_lives_by_events_that_wait_in_the_state_machine() {
    life_by_events(PollingMode::StepFunctions).await;
}

/// What CloudFormation publishes for a stack of another account.
struct ByTopic<'a> {
    deployed: &'a Deployed,
    receiver: Receiver,
    topic: String,
    asked: usize,
}

impl ByTopic<'_> {
    async fn answer(&mut self, kind: &str, id: Option<&Value>, properties: &Value, old: Option<&Value>) -> Value {
        self.asked += 1;
        let request_id = format!("r{}", self.asked);
        let mut request = json!({
            "RequestType": kind, "ResponseURL": self.receiver.response_url(&request_id), "StackId": ELSEWHERE,
            "RequestId": request_id, "ResourceType": "Custom::ManagedNodeGroup", "LogicalResourceId": "Nodes",
            "ResourceProperties": properties,
        });
        for (key, value) in [("PhysicalResourceId", id), ("OldResourceProperties", old)] {
            if let Some(value) = value {
                request[key] = value.clone();
            }
        }
        self.receiver.expect(&request);
        let published = self.deployed.local.publish(&self.topic, &request.to_string()).await;
        published.expect("Publish");
        self.receiver.answer(&request_id).await
    }
}

#[tokio::test]
async fn a_topic_is_a_service_token_too() {
    let deployed = deployed(PollingMode::SelfInvoke).await;
    let mut bus = Bus::listen(&deployed.local).await;
    let provider = deployed
        .local
        .cloudformation()
        .describe_stacks()
        .stack_name("managed-node-group")
        .send()
        .await;
    let outputs = provider.expect("DescribeStacks").stacks()[0].outputs().to_vec();
    let topic = outputs
        .iter()
        .find(|output| output.output_key() == Some("RequestTopic"));
    let topic = topic
        .and_then(|topic| topic.output_value())
        .expect("the topic")
        .to_owned();
    let token = Section::read("By SNS and by EventBridge").text_after("ServiceToken: ");
    assert_eq!(token.rsplit(':').next(), topic.rsplit(':').next(), "the README's topic");
    let mut by_topic = ByTopic {
        deployed: &deployed,
        receiver: Receiver::start().await,
        topic: topic.clone(),
        asked: 0,
    };

    // What isn't a request harms none that is.
    deployed.local.publish(&topic, "no JSON").await.expect("Publish");
    let seeds = &deployed.local.seeds;
    let good = json!({"ServiceToken": topic, "ClusterName": "my-cluster", "NodeRole": seeds.node_role, "Subnets": seeds.subnets});
    let created = by_topic.answer("Create", None, &good, None).await;
    assert_eq!(created["Status"], "SUCCESS", "{created}");
    let warnings = created["Data"]["Warnings"].as_str().unwrap();
    assert!(warnings.contains("the stack is in another account"), "{warnings}");
    let id = created["PhysicalResourceId"].clone();

    let mut labelled = good.clone();
    labelled["Labels"] = json!({"team": "blue"});
    let updated = by_topic.answer("Update", Some(&id), &labelled, Some(&good)).await;
    assert_eq!(
        (&updated["Status"], &updated["PhysicalResourceId"]),
        (&json!("SUCCESS"), &id),
        "{updated}"
    );
    assert_eq!(deployed.groups()[0]["labels"], json!({"team": "blue"}));

    let bad = by_topic
        .answer("Create", None, &json!({"ServiceToken": topic, "Cluster": "c"}), None)
        .await;
    assert_eq!(bad["Status"], "FAILED", "{bad}");
    assert!(bad["Reason"].as_str().unwrap().contains("[unknown-property]"), "{bad}");

    let deleted = by_topic.answer("Delete", Some(&id), &labelled, None).await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert!(deployed.groups().is_empty(), "{:?}", deployed.names());
    by_topic.receiver.assert_clean();

    // Each is told on the bus as well.
    for (request, kind) in [("r1", "Ready"), ("r2", "Ready"), ("r3", "Failed"), ("r4", "Deleted")] {
        let outcome = bus.outcome(request).await;
        assert_outcome(&outcome, kind);
        assert_eq!(outcome.1["StackId"], ELSEWHERE);
    }
    let actions = deployed.local.actions().await.expect("the function's log");
    assert!(
        !actions.iter().any(|action| action == "cloudformation:DescribeStacks"),
        "of another account"
    );
    bus.assert_well_told();
}

/// A stack of this account, by the function's own ARN: what becomes of it is on the bus too.
#[tokio::test]
async fn what_becomes_of_a_stack_is_told_on_the_bus() {
    let mut deployed = deployed(PollingMode::SelfInvoke).await;
    let created = deployed.create(&[]).await;
    ended(&created, "CREATE_COMPLETE");
    let wanted = deployed.wanted(&[("MaxSize", "5")]);
    let mut bus = Bus::listen(&deployed.local).await;
    let updated = deployed.local.update_stack(&wanted).await;
    ended(&updated.expect("UpdateStack"), "UPDATE_COMPLETE");
    ended(&deployed.delete().await, "DELETE_COMPLETE");
    bus.until_deleted().await;
    let told: Vec<&str> = bus
        .heard()
        .iter()
        .map(|(kind, _)| kind.rsplit(' ').next().unwrap())
        .collect();
    for kind in ["Requested", "Progressing", "Ready", "Deleted"] {
        assert!(told.contains(&kind), "{kind} in {told:?}");
    }
    let of_the_stack = bus
        .heard()
        .iter()
        .all(|(_, detail)| detail["StackId"] == created.stack_id.as_str());
    assert!(of_the_stack, "{:?}", bus.heard());
    bus.assert_well_told();
}

#[tokio::test]
async fn a_new_cluster_gets_its_node_groups() {
    let deployed = deployed(PollingMode::SelfInvoke).await;
    let mut bus = Bus::listen(&deployed.local).await;
    let seeds = &deployed.local.seeds;
    let example = Deployment::new("cluster-event", EXAMPLE)
        .parameter("NodeRole", &seeds.node_role)
        .parameter("MadeBy", "test.eks");
    ended(
        &deployed.local.create_stack(&example).await.expect("CreateStack"),
        "CREATE_COMPLETE",
    );

    deployed
        .local
        .eks
        .put_cluster(json!({"name": "new", "version": "1.33", "status": "CREATING"}));
    let call = |error: Option<&str>| {
        let mut call = json!({
            "eventSource": "eks.amazonaws.com", "eventName": "CreateCluster",
            "requestParameters": {"name": "new", "resourcesVpcConfig": {"subnetIds": seeds.subnets}},
        });
        if let Some(error) = error {
            call["errorCode"] = json!(error);
        }
        call
    };
    let refused = bus
        .put("test.eks", "AWS API Call via CloudTrail", &call(Some("AccessDenied")))
        .await;
    let made = bus.put("test.eks", "AWS API Call via CloudTrail", &call(None)).await;
    bus.until_requested(&made, 2).await;
    deployed
        .local
        .eks
        .put_cluster(json!({"name": "new", "version": "1.33", "status": "ACTIVE"}));

    let outcomes = bus.outcomes(&made, 2).await;
    outcomes.iter().for_each(|outcome| assert_outcome(outcome, "Ready"));
    let mut names: Vec<&str> = outcomes
        .iter()
        .map(|(_, detail)| detail["LogicalResourceId"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["System", "Workers"]);
    assert_eq!(outcomes[0].1["Source"], "cluster-events");
    assert!(
        ends(bus.heard(), &refused).is_empty(),
        "a call that was refused made something"
    );
    assert_eq!(deployed.groups().len(), 2, "{:?}", deployed.names());
}
