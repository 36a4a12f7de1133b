//! Whole flows about launch templates: the resource's own and what it brings along, and a user's.

mod support;

use fakes::FIRST_READ;
use mng_core::call_error::Fault;
use serde_json::{Value, json};
use support::flows::{create, properties, reason};
use support::world::{Death, World};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3YfB2k8l2i2lVgJbHzQm0yX0n4m0wYp3v5uHkq1d7V";

async fn update(world: &World, id: &str, new: &Value, old: &Value) -> Value {
    world.stack_is("UPDATE_IN_PROGRESS");
    world.answer(&world.request("Update", Some(id), new, Some(old))).await
}

async fn roll_back(world: &World, id: &str, to: &Value, from: &Value) -> Value {
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    world.answer(&world.request("Update", Some(id), to, Some(from))).await
}

async fn delete(world: &World, id: &str, properties: &Value) -> Value {
    world.stack_is("DELETE_IN_PROGRESS");
    world.answer(&world.request("Delete", Some(id), properties, None)).await
}

fn types(one: &str) -> Value {
    properties(&json!({"InstanceTypes": [one]}))
}

fn belongings(world: &World) -> Vec<String> {
    world.function.cloud.ec2.all()
}

#[tokio::test]
async fn what_lives_in_the_template_is_told_as_attributes() {
    let world = World::start(false).await;
    let wanted = properties(
        &json!({"InstanceTypes": ["m5.large"], "RemoteAccess": {"Ec2SshKey": "my-key"},
        "MaxPods": {"PrefixDelegation": true}, "BlockPodImds": true}),
    );
    let answer = world.answer(&world.request("Create", None, &wanted, None)).await;
    let data = &answer["Data"];
    assert_eq!(
        (&data["InstanceTypes"], &data["MaxPods"]),
        (&json!("m5.large"), &json!("110")),
        "{answer}"
    );
    assert_ne!(data["RemoteAccessSecurityGroup"], "", "{answer}");
    let warnings = data["Warnings"].as_str().unwrap();
    assert!(
        warnings.contains("0.0.0.0/0") && warnings.contains("on AL2023 EKS puts its own number after it"),
        "{warnings}"
    );
    let content = world
        .function
        .cloud
        .ec2
        .content(data["LaunchTemplateId"].as_str().unwrap(), 1);
    assert_eq!(content.metadata_options.http_put_response_hop_limit, 1);
    assert!(content.user_data.unwrap().contains("maxPods: 110"));
}

/// An AMI type is for life, and so a type of another architecture needs another group, under another name: the type itself is
/// in no name. A rollback finds the first again.
#[tokio::test]
async fn another_architecture_replaces_and_the_rollback_finds_the_first_group() {
    let world = World::start(false).await;
    let (x86, arm) = (types("m5.large"), types("m7g.large"));
    let first = create(&world, &x86).await;
    let rolled = update(&world, &first, &types("m5a.large"), &x86).await;
    assert_eq!(
        (
            rolled["PhysicalResourceId"].as_str(),
            &rolled["Data"]["LaunchTemplateVersion"]
        ),
        (Some(first.as_str()), &json!("2"))
    );

    let replaced = update(&world, &first, &arm, &x86).await;
    let second = replaced["PhysicalResourceId"].as_str().unwrap().to_owned();
    assert_ne!(second, first, "{replaced}");
    assert_eq!(replaced["Data"]["AmiType"], "AL2023_ARM_64_STANDARD", "{replaced}");
    assert_eq!(belongings(&world).len(), 2, "{:?}", belongings(&world));

    let back = roll_back(&world, &second, &x86, &arm).await;
    assert_eq!(back["PhysicalResourceId"].as_str(), Some(first.as_str()), "{back}");
    delete(&world, &second, &arm).await;
    delete(&world, &first, &x86).await;
    assert!(belongings(&world).is_empty() && world.groups().is_empty());
    world.receiver.assert_clean();
}

/// The function dies for good while it makes the group of the other architecture; only the rollback can know of it.
#[tokio::test]
async fn a_lost_replacement_of_another_architecture_is_removed_by_the_rollback() {
    let world = World::start(false).await;
    let (x86, arm) = (types("m5.large"), types("m7g.large"));
    let first = create(&world, &x86).await;
    let before = belongings(&world);
    for call in 4..12 {
        world.stack_is("UPDATE_IN_PROGRESS");
        world.die(Death::After(call));
        world
            .lose(&world.request("Update", Some(&first), &arm, Some(&x86)))
            .await;
        let back = roll_back(&world, &first, &x86, &arm).await;
        assert_eq!(
            (&back["Status"], back["PhysicalResourceId"].as_str()),
            (&json!("SUCCESS"), Some(first.as_str())),
            "{back}"
        );
        assert_eq!(
            (world.groups().len(), belongings(&world)),
            (1, before.clone()),
            "after call {call}"
        );
    }
}

#[tokio::test]
async fn a_failed_roll_comes_back_without_another() {
    let world = World::start(false).await;
    let (small, large) = (properties(&json!({})), properties(&json!({"DiskSize": 50})));
    let id = create(&world, &small).await;
    world.fails("VersionUpdate", "PodEvictionFailure", "stuck", "pod");
    let failed = update(&world, &id, &large, &small).await;
    assert!(reason(&failed).contains("PodEvictionFailure"), "{failed}");
    world.forget_calls();
    let back = roll_back(&world, &id, &small, &large).await;
    assert_eq!(
        (&back["Status"], &back["Data"]["LaunchTemplateVersion"]),
        (&json!("SUCCESS"), &json!("1")),
        "{back}"
    );
    assert!(!world.called("UpdateNodegroupVersion"), "{:?}", world.changes());
    // The next try takes the version that is there.
    let again = update(&world, &id, &large, &small).await;
    assert_eq!(
        (&again["Status"], &again["Data"]["LaunchTemplateVersion"]),
        (&json!("SUCCESS"), &json!("2")),
        "{again}"
    );
}

#[tokio::test]
async fn somebody_elses_template_of_the_name_is_left_alone() {
    let world = World::start(false).await;
    world.function.cloud.ec2.foreign_template("my-cluster/my-mng");
    let wanted = properties(&json!({"NodegroupName": "my-mng"}));
    let failed = world.answer(&world.request("Create", None, &wanted, None)).await;
    assert!(
        reason(&failed).contains("launch template my-cluster/my-mng (lt-foreign) exists and isn't"),
        "{failed}"
    );
    let deleted = delete(&world, failed["PhysicalResourceId"].as_str().unwrap(), &wanted).await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert_eq!(belongings(&world), ["launch-template my-cluster/my-mng"]);
    assert!(world.groups().is_empty());
}

/// A security group's name is unique within its VPC alone.
#[tokio::test]
async fn somebody_elses_security_group_of_the_name_counts_in_the_clusters_vpc_alone() {
    let keyed = properties(&json!({"NodegroupName": "my-mng", "RemoteAccess": {"PublicKey": KEY}}));
    let world = World::start(false).await;
    let ec2 = &world.function.cloud.ec2;
    ec2.foreign_security_group("vpc-of-others", "my-cluster/my-mng");
    let id = create(&world, &keyed).await;
    let deleted = delete(&world, &id, &keyed).await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert_eq!(belongings(&world), ["security-group my-cluster/my-mng"]);

    ec2.foreign_security_group("vpc-simulated", "my-cluster/my-mng");
    world.stack_is("CREATE_IN_PROGRESS");
    let failed = world.answer(&world.request("Create", None, &keyed, None)).await;
    let told = "security group my-cluster/my-mng (sg-foreign) exists and isn't";
    assert!(reason(&failed).contains(told), "{failed}");
}

/// An update that has rolled every node isn't rolled back for an old key pair. The next update takes it along.
#[tokio::test]
async fn what_can_not_be_tidied_is_a_warning() {
    let world = World::start(false).await;
    let (keyed, bare) = (
        properties(&json!({"RemoteAccess": {"PublicKey": KEY}})),
        properties(&json!({})),
    );
    let id = create(&world, &keyed).await;
    world
        .function
        .cloud
        .ec2
        .refuses("ec2:DeleteKeyPair", Fault::Denied, "UnauthorizedOperation");
    let updated = update(&world, &id, &bare, &keyed).await;
    assert_eq!(updated["Status"], "SUCCESS", "{updated}");
    let warnings = updated["Data"]["Warnings"].as_str().unwrap();
    assert!(
        warnings.contains("the next update or the deletion removes it") && warnings.contains("allow ec2:DeleteKeyPair"),
        "{warnings}"
    );
    assert_eq!(belongings(&world).len(), 2, "{:?}", belongings(&world));
    let next = update(&world, &id, &properties(&json!({"Labels": {"a": "b"}})), &bare).await;
    assert_eq!(
        (&next["Status"], &next["Data"]["LaunchTemplateVersion"]),
        (&json!("SUCCESS"), &json!("2")),
        "{next}"
    );
    assert_eq!(belongings(&world), [format!("launch-template {id}")]);
}

/// A permission that is missing fails an update, and leaves a rollback with what runs: it may not fail because of us.
/// As often as the function asks for what its role doesn't allow.
const DENIALS: usize = 5;

/// CloudFormation changes the role's policy and sends the request moments later, when IAM hasn't told everybody yet.
#[tokio::test]
async fn what_is_allowed_a_moment_later_is_waited_for() {
    for (times, expected) in [(DENIALS - 1, "SUCCESS"), (DENIALS, "FAILED")] {
        let world = World::start(false).await;
        world.function.cloud.ec2.denies("ec2:CreateLaunchTemplate", times);
        let request = world.request("Create", None, &properties(&json!({})), None);
        let answer = world.answer(&request).await;
        assert_eq!(answer["Status"], expected, "{answer}");
        if expected == "FAILED" {
            assert!(reason(&answer).contains("allow ec2:CreateLaunchTemplate"), "{answer}");
        }
    }
}

#[tokio::test]
async fn a_look_that_is_denied_fails_an_update_and_no_rollback() {
    let world = World::start(false).await;
    let (old, new) = (properties(&json!({})), properties(&json!({"DiskSize": 50})));
    let id = create(&world, &old).await;
    let deny = || world.function.cloud.ec2.denies(FIRST_READ, DENIALS);
    deny();
    let failed = update(&world, &id, &new, &old).await;
    assert!(
        reason(&failed).contains("allow ec2:DescribeLaunchTemplates"),
        "{failed}"
    );
    deny();
    let back = roll_back(&world, &id, &old, &new).await;
    assert_eq!(
        (&back["Status"], &back["Data"]["LaunchTemplateVersion"]),
        (&json!("SUCCESS"), &json!("1")),
        "{back}"
    );
    assert!(
        back["Data"]["Warnings"].as_str().unwrap().contains("was left as it is"),
        "{back}"
    );
}

/// EC2 is eventually consistent: what it has just made it may not have told EKS yet.
#[tokio::test]
async fn a_template_that_eks_does_not_see_yet_is_waited_for() {
    let world = World::start(false).await;
    world.simulator.fault(simulator::InjectedFault {
        operation: "CreateNodegroup".to_owned(),
        nth: 1,
        times: 2,
        when: simulator::When::Before,
        kind: simulator::FaultKind::Error {
            status: 400,
            code: "InvalidRequestException".to_owned(),
            // The id that the EC2 in memory gives the first template of this name.
            message: "The launch template with id 17-1 was not found".to_owned(),
        },
    });
    let answer = world
        .answer(&world.request("Create", None, &properties(&json!({"NodegroupName": "my-mng"})), None))
        .await;
    assert_eq!(
        (&answer["Status"], &answer["Data"]["LaunchTemplateId"]),
        (&json!("SUCCESS"), &json!("17-1")),
        "{answer}"
    );
}

/// The network interfaces of terminated nodes hold a security group for a while; a deletion waits for them.
#[tokio::test]
async fn a_security_group_in_use_is_waited_for() {
    let world = World::start(false).await;
    let open = properties(&json!({"RemoteAccess": {"Ec2SshKey": "my-key"}}));
    let id = create(&world, &open).await;
    world
        .function
        .cloud
        .ec2
        .refuses("ec2:DeleteSecurityGroup", Fault::InUse, "DependencyViolation");
    let deleted = delete(&world, &id, &open).await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert!(belongings(&world).is_empty(), "{:?}", belongings(&world));
}

#[tokio::test]
async fn an_update_waits_a_while_for_a_security_group_in_use() {
    let world = World::start(false).await;
    let (open, bare) = (
        properties(&json!({"RemoteAccess": {"Ec2SshKey": "my-key"}})),
        properties(&json!({})),
    );
    let id = create(&world, &open).await;
    world
        .function
        .cloud
        .ec2
        .refuses("ec2:DeleteSecurityGroup", Fault::InUse, "DependencyViolation");
    let updated = update(&world, &id, &bare, &open).await;
    assert_eq!(
        (&updated["Status"], &updated["Data"]["Warnings"]),
        (&json!("SUCCESS"), &json!("")),
        "{updated}"
    );
    assert_eq!(belongings(&world), [format!("launch-template {id}")]);
}

#[tokio::test]
async fn a_deletion_that_can_not_remove_all_fails_and_says_what() {
    let world = World::start(false).await;
    let plain = properties(&json!({}));
    let id = create(&world, &plain).await;
    world.function.cloud.ec2.denies("ec2:DeleteLaunchTemplate", DENIALS);
    let failed = delete(&world, &id, &plain).await;
    assert!(reason(&failed).contains("allow ec2:DeleteLaunchTemplate"), "{failed}");
    assert_eq!(delete(&world, &id, &plain).await["Status"], "SUCCESS");
    assert!(belongings(&world).is_empty());
}

/// A group keeps its launch template for life, so going over to one of the user's is a replacement; the old one's goes with
/// the old group.
#[tokio::test]
async fn a_users_template_in_place_of_the_own_replaces() {
    let world = World::start(false).await;
    let (own, users) = (
        properties(&json!({})),
        properties(&json!({"LaunchTemplate": {"Id": "lt-1"}})),
    );
    let first = create(&world, &own).await;
    let replaced = update(&world, &first, &users, &own).await;
    let second = replaced["PhysicalResourceId"].as_str().unwrap().to_owned();
    assert_ne!(second, first, "{replaced}");
    delete(&world, &first, &own).await;
    assert!(belongings(&world).is_empty());
    let back = update(&world, &second, &own, &users).await;
    assert_eq!(back["PhysicalResourceId"].as_str(), Some(first.as_str()), "{back}");
}

/// What EKS would refuse is told before anything is made; in a rollback it isn't asked.
#[tokio::test]
async fn a_users_template_that_eks_would_refuse_is_refused_first() {
    let world = World::start(false).await;
    let wanted = properties(&json!({"LaunchTemplate": {"Id": "lt-two-interfaces"}, "BlockPodImds": true}));
    let failed = world.answer(&world.request("Create", None, &wanted, None)).await;
    for part in [
        "2 problem(s)",
        "BlockPodImds: version 3 of launch template lt-two-interfaces",
        "2 network interfaces",
    ] {
        assert!(reason(&failed).contains(part), "{failed}");
    }
    assert!(world.changes().is_empty(), "{:?}", world.changes());
}
