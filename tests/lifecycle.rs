//! Whole flows against the simulator, where the emulated CloudFormation can't play them or would take long.

mod support;

use serde_json::{Value, json};
use support::flows::{create, properties, reason, roll_back};
use support::world::{STACK_ID, World};

#[tokio::test]
async fn every_attribute_comes_with_every_success() {
    let world = World::start(false).await;
    let (first, second) = (properties(&json!({})), properties(&json!({"Labels": {"a": "b"}})));
    let created = world.answer(&world.request("Create", None, &first, None)).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let id = created["PhysicalResourceId"].as_str();
    let updated = world.answer(&world.request("Update", id, &second, Some(&first))).await;
    let keys = |answer: &Value| answer["Data"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let expected = [
        "AmiType",
        "Arn",
        "AutoScalingGroupName",
        "CapacityType",
        "ClusterName",
        "DesiredSize",
        "Id",
        "InstanceTypes",
        "LaunchTemplateId",
        "LaunchTemplateVersion",
        "MaxPods",
        "NodeRole",
        "NodegroupName",
        "ReadyNodes",
        "ReleaseVersion",
        "RemoteAccessSecurityGroup",
        "Status",
        "Version",
        "Warnings",
    ];
    assert_eq!(keys(&created), expected);
    assert_eq!(keys(&updated), expected);
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_foreign_group_of_the_name_survives_create_and_delete() {
    let world = World::start(false).await;
    world.foreign_group("my-mng");
    world.function.cloud.ec2.foreign_template("my-cluster/my-mng");
    let runs = json!({"launchTemplate": {"id": "lt-foreign", "name": "my-cluster/my-mng", "version": "1"}});
    world.simulator.patch_node_group("my-cluster", "my-mng", runs);
    let wanted = properties(&json!({"NodegroupName": "my-mng"}));
    let failed = world.answer(&world.request("Create", None, &wanted, None)).await;
    assert!(reason(&failed).contains("isn't this resource's"), "{failed}");
    world.stack_is("ROLLBACK_IN_PROGRESS");
    let id = failed["PhysicalResourceId"].as_str();
    let deleted = world.answer(&world.request("Delete", id, &wanted, None)).await;
    assert_eq!(deleted["Status"], "SUCCESS");
    assert_eq!(world.groups(), ["my-mng ACTIVE"]);
    assert_eq!(world.function.cloud.ec2.all(), ["launch-template my-cluster/my-mng"]);
    assert!(world.function.cloud.ec2.template_tags("my-cluster/my-mng").is_empty());
    world.receiver.assert_clean();
}

/// CloudFormation makes an id up when a create is cancelled before it was answered (aws-cdk issue 26139).
#[tokio::test]
async fn a_cancelled_create_is_found_and_deleted() {
    let world = World::start(false).await;
    let wanted = properties(&json!({}));
    let create = world.request("Create", None, &wanted, None);
    let delete = world.request("Delete", Some("nodes-Nodes-1ABCDEF"), &wanted, None);
    let deletion = async {
        world.until_there_is_a_group().await;
        world.stack_is("ROLLBACK_IN_PROGRESS");
        world.answer(&delete).await
    };
    let (created, deleted) = tokio::join!(world.answer(&create), deletion);
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert!(world.groups().is_empty(), "{created} {:?}", world.groups());
    world.receiver.assert_clean();
}

#[tokio::test]
async fn deletes_end_whatever_they_meet() {
    let world = World::start(false).await;
    let wanted = properties(&json!({}));
    let id = create(&world, &wanted).await;
    let delete = || world.request("Delete", Some(&id), &json!({"nonsense": []}), None);

    world.fails(
        "Delete",
        "Ec2SecurityGroupDeletionFailure",
        "DependencyViolation",
        "sg-0123",
    );
    let failed = world.answer(&delete()).await;
    assert!(
        reason(&failed).contains("Ec2SecurityGroupDeletionFailure: DependencyViolation [sg-0123]"),
        "{failed}"
    );

    let deleted = world.answer(&delete()).await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    let gone = world.answer(&delete()).await;
    assert_eq!(gone["Status"], "SUCCESS", "{gone}");
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_delete_waits_out_an_update() {
    let world = World::start(false).await;
    // So long that it is seen under way, however busy the machine is.
    world.simulator.durations(|durations| durations.config_update = 400.0);
    let (old, new) = (properties(&json!({})), properties(&json!({"Labels": {"a": "b"}})));
    let id = create(&world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    let update = world.request("Update", Some(&id), &new, Some(&old));
    let deletion = async {
        world.until(&id, "UPDATING").await;
        world.answer(&world.request("Delete", Some(&id), &new, None)).await
    };
    let (_, deleted) = tokio::join!(world.answer(&update), deletion);
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert!(world.groups().is_empty());
    world.receiver.assert_clean();
}

#[tokio::test]
async fn what_went_wrong_is_told_with_code_message_and_resources() {
    let world = World::start(false).await;
    world.fails(
        "Create",
        "AsgInstanceLaunchFailures",
        "Could not launch On-Demand Instances",
        "asg-1",
    );
    let failed = world
        .answer(&world.request("Create", None, &properties(&json!({})), None))
        .await;
    assert!(
        reason(&failed).contains("AsgInstanceLaunchFailures: Could not launch On-Demand Instances [asg-1]"),
        "{failed}"
    );
    let id = failed["PhysicalResourceId"].as_str();
    world.stack_is("ROLLBACK_IN_PROGRESS");
    let deleted = world
        .answer(&world.request("Delete", id, &properties(&json!({})), None))
        .await;
    assert_eq!(deleted["Status"], "SUCCESS");
    assert!(world.groups().is_empty(), "{:?}", world.groups());

    world.stack_is("CREATE_IN_PROGRESS");
    world.becomes_degraded("InsufficientFreeAddresses", "no free addresses", "subnet-1");
    let failed = world
        .answer(&world.request("Create", None, &properties(&json!({"Subnets": ["subnet-1"]})), None))
        .await;
    assert!(
        reason(&failed).contains("is degraded: InsufficientFreeAddresses: no free addresses [subnet-1]"),
        "{failed}"
    );
    world.receiver.assert_clean();
}

#[tokio::test]
async fn version_and_configuration_go_in_one_update_one_after_the_other() {
    let world = World::start(true).await;
    world.cluster_runs("1.33");
    let old =
        properties(&json!({"Version": "1.33", "ScalingConfig": {"MinSize": "1", "MaxSize": "3", "DesiredSize": "2"}}));
    let id = create(&world, &old).await;
    world.cluster_runs("1.34");
    world.stack_is("UPDATE_IN_PROGRESS");
    world.forget_calls();
    let new = properties(&json!({
        "Version": "1.34", "Labels": {"a": "b"}, "Taints": [{"Key": "k", "Effect": "NoSchedule"}],
        "ScalingConfig": {"MinSize": "1", "MaxSize": "5", "DesiredSize": "3"},
    }));
    let updated = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert_eq!(
        (&updated["Status"], &updated["Data"]["Version"]),
        (&json!("SUCCESS"), &json!("1.34")),
        "{updated}"
    );
    assert_eq!(world.changes(), ["UpdateNodegroupVersion", "UpdateNodegroupConfig"]);
    let group = world.group(&id);
    assert_eq!(group["labels"], json!({"a": "b"}));
    assert_eq!(
        group["scalingConfig"],
        json!({"minSize": 1, "maxSize": 5, "desiredSize": 3})
    );
    world.receiver.assert_clean();
}

#[tokio::test]
async fn an_autoscalers_size_stands() {
    let world = World::start(false).await;
    let sizes = |max: &str| json!({"ScalingConfig": {"MinSize": "1", "MaxSize": max, "DesiredSize": "2"}});
    let (old, new) = (properties(&sizes("6")), properties(&sizes("8")));
    let id = create(&world, &old).await;
    world.autoscaler_moves(&id, 5);
    world.stack_is("UPDATE_IN_PROGRESS");
    let updated = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert_eq!(updated["Data"]["DesiredSize"], "5", "{updated}");
    assert_eq!(
        world.group(&id)["scalingConfig"],
        json!({"minSize": 1, "maxSize": 8, "desiredSize": 5})
    );
}

#[tokio::test]
async fn stack_tags_are_inherited() {
    let world = World::start(false).await;
    let tags = [
        ("team", "blue"),
        ("aws:cloudformation:stack-name", "nodes"),
        ("managed-node-group:device-plugin", "of somebody's"),
        ("env", "test"),
    ];
    world.function.cloud.stack.lock().unwrap().tags =
        tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let id = create(&world, &properties(&json!({"Tags": {"env": "prod"}}))).await;
    let expected = json!({
        "team": "blue", "env": "prod", "managed-node-group:stack-id": STACK_ID, "managed-node-group:logical-id": "Nodes",
    });
    assert_eq!(world.group(&id)["tags"], expected);
}

/// EKS takes 50 tags on a group, whoever gives them.
#[tokio::test]
async fn tags_that_have_no_room_beside_the_stacks_are_refused_before_anything_is_made() {
    let world = World::start(false).await;
    let has_tags = |count: usize| {
        let tags = (0..count).map(|number| (format!("s{number}"), String::new())).collect();
        world.function.cloud.stack.lock().unwrap().tags = tags;
    };
    has_tags(49);
    let wanted = properties(&json!({}));
    let failed = world.answer(&world.request("Create", None, &wanted, None)).await;
    for words in ["the stack gives 49", "[too-many]", "nothing was changed"] {
        assert!(reason(&failed).contains(words), "{words} in {failed}");
    }
    assert_eq!(world.function.cloud.ec2.all(), [] as [&str; 0]);
    assert_eq!(world.changes(), [] as [&str; 0]);

    has_tags(47);
    let id = create(&world, &wanted).await;
    has_tags(49);
    let changed = properties(&json!({"Labels": {"a": "b"}}));
    world.stack_is("UPDATE_IN_PROGRESS");
    world.forget_calls();
    let failed = world
        .answer(&world.request("Update", Some(&id), &changed, Some(&wanted)))
        .await;
    assert!(reason(&failed).contains("[too-many]"), "{failed}");
    let warnings = roll_back(&world, &id, &wanted, &changed).await;
    assert!(warnings.contains("left as it is"), "{warnings}");
    assert_eq!(world.changes(), [] as [&str; 0]);
    world.receiver.assert_clean();
}

#[tokio::test]
async fn bad_input_is_told_whole_and_changes_nothing() {
    let world = World::start(false).await;
    let bad = json!({"ServiceToken": "arn", "Subnets": [], "DiskSize": "big", "Lables": {}, "Taints": [{"Key": "k", "Effect": "x"}]});
    let failed = world.answer(&world.request("Create", None, &bad, None)).await;
    for problem in [
        "ClusterName: is required",
        "NodeRole: is required",
        "Subnets: ",
        "DiskSize: ",
        "Taints[0].Effect: ",
        "Lables: unknown property; did you mean Labels?",
    ] {
        assert!(reason(&failed).contains(problem), "{problem} in {failed}");
    }
    assert!(!world.called("DescribeNodegroup"));
    assert_eq!(
        *world.function.cloud.made.lock().unwrap(),
        ["ReadFacts"],
        "only the checks read"
    );
    let id = failed["PhysicalResourceId"].as_str();
    let deleted = world.answer(&world.request("Delete", id, &bad, None)).await;
    assert_eq!(deleted["Status"], "SUCCESS");
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_short_service_timeout_is_kept_to() {
    let world = World::start(false).await;
    world.creates_take(7_200);
    let started = world.request("Create", None, &properties(&json!({"ServiceTimeout": "2"})), None);
    let failed = world.answer(&started).await;
    assert!(
        reason(&failed).contains("ServiceTimeout is over")
            && reason(&failed).contains("EKS continues what it has begun"),
        "{failed}"
    );
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_duplicate_of_a_create_after_the_stack_is_gone_makes_nothing() {
    let world = World::start(false).await;
    world.stack_is("DELETE_COMPLETE");
    let failed = world
        .answer(&world.request("Create", None, &properties(&json!({})), None))
        .await;
    assert!(reason(&failed).contains("no longer being created"), "{failed}");
    assert!(world.groups().is_empty());
}

#[tokio::test]
async fn throttled_and_lost_answers_are_waited_out() {
    let world = World::start(false).await;
    world.faults("DescribeNodegroup", 3, 429, "ThrottlingException");
    world.faults("CreateNodegroup", 2, 503, "ServiceUnavailableException");
    let id = create(&world, &properties(&json!({}))).await;
    world.faults("DescribeNodegroup", 2, 500, "ServerException");
    let deleted = world
        .answer(&world.request("Delete", Some(&id), &properties(&json!({})), None))
        .await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert!(world.groups().is_empty());
    world.receiver.assert_clean();
}

#[tokio::test]
async fn an_answer_survives_errors_of_the_bucket() {
    let world = World::start(false).await;
    world.receiver.refuse(2, 503);
    create(&world, &properties(&json!({}))).await;
    world.receiver.assert_clean();
}

/// A request that names the group shows that CloudFormation has learnt of it: an update in place as well as the next replacement,
/// after which it may be kept.
#[tokio::test]
async fn a_replacement_is_confirmed_by_the_next_request_that_names_it() {
    let spot = properties(&json!({"CapacityType": "SPOT"}));
    for next in [json!({"CapacityType": "SPOT", "Labels": {"a": "b"}}), json!({})] {
        let world = World::start(false).await;
        let old = properties(&json!({}));
        let first = create(&world, &old).await;
        world.stack_is("UPDATE_IN_PROGRESS");
        let replaced = world
            .answer(&world.request("Update", Some(&first), &spot, Some(&old)))
            .await;
        let id = replaced["PhysicalResourceId"].as_str().unwrap();
        let mark = || world.group(id)["tags"].get("managed-node-group:replaces").cloned();
        assert_eq!(mark(), Some(json!(first)));
        let request = world.request("Update", Some(id), &properties(&next), Some(&spot));
        assert_eq!(world.answer(&request).await["Status"], "SUCCESS");
        assert_eq!(mark(), Some(json!(format!("{first} confirmed"))), "{next}");
    }
}
