//! A death between any two of key pair, security group, launch template, version and node group, and of their deletions,
//! against moto's EC2: the event comes again, or a Delete does, and nothing is left behind.

mod support;

use local_stack::Moto;
use serde_json::{Value, json};
use support::world::{Death, World};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3YfB2k8l2i2lVgJbHzQm0yX0n4m0wYp3v5uHkq1d7V";
const OTHER_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3YfB2k8l2i2lVgJbHzQm0yX0n4m0wYp3v5uHkq1d7U";

fn properties(moto: &Moto, key: &str, disk: u32) -> Value {
    json!({
        "ServiceToken": "arn", "ClusterName": "my-cluster", "NodeRole": "arn:aws:iam::123456789012:role/node",
        "Subnets": ["subnet-1", "subnet-2"], "DiskSize": disk,
        "RemoteAccess": {"PublicKey": key, "SourceSecurityGroups": [moto.seeds().security_group]},
    })
}

/// A world whose EC2 is moto, with nothing in it but the seeds.
async fn world(moto: &Moto, step_functions: bool) -> World {
    assert_eq!(moto.belongings().await.unwrap(), [""; 0], "what the world before left");
    World::start_with(step_functions, Some(moto)).await
}

/// The writes among the calls that the function made: a death before or after one of those is what may leave something.
fn writes(world: &World) -> Vec<usize> {
    let made = world.function.cloud.made.lock().unwrap().clone();
    let changes = |action: &str| {
        action.starts_with("ec2:") || ["CreateNodegroup", "DeleteNodegroup", "UpdateNodegroupVersion"].contains(&action)
    };
    (1..)
        .zip(made)
        .filter(|(_, action)| changes(action))
        .map(|(number, _)| number)
        .collect()
}

fn deaths(writes: &[usize]) -> Vec<Death> {
    writes
        .iter()
        .flat_map(|call| [Death::Before(*call), Death::After(*call)])
        .collect()
}

async fn create(world: &World, properties: &Value) -> Value {
    world.stack_is("CREATE_IN_PROGRESS");
    world.answer(&world.request("Create", None, properties, None)).await
}

async fn delete(world: &World, id: &str, properties: &Value) {
    world.stack_is("DELETE_IN_PROGRESS");
    let deleted = world.answer(&world.request("Delete", Some(id), properties, None)).await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
}

async fn assert_nothing_left(world: &World, moto: &Moto, what: &str) {
    assert_eq!(moto.belongings().await.unwrap(), [""; 0], "{what}");
    assert!(world.groups().is_empty(), "{what}: {:?}", world.groups());
    world.receiver.assert_clean();
}

#[tokio::test]
async fn a_create_that_dies_goes_on_or_is_deleted_whole() {
    let moto = Moto::start().await.expect("moto starts");
    let whole = world(&moto, false).await;
    whole.die(Death::Never);
    let id = create(&whole, &properties(&moto, KEY, 20)).await["PhysicalResourceId"]
        .as_str()
        .unwrap()
        .to_owned();
    let deaths = deaths(&writes(&whole));
    delete(&whole, &id, &properties(&moto, KEY, 20)).await;
    assert!(
        deaths.len() >= 10,
        "key pair, security group, rules, template and node group: {deaths:?}"
    );

    for death in deaths {
        let world = world(&moto, false).await;
        let wanted = properties(&moto, KEY, 20);
        world.die(death);
        let created = create(&world, &wanted).await;
        assert_eq!(created["Status"], "SUCCESS", "{death:?}: {created}");
        assert_eq!(moto.belongings().await.unwrap().len(), 3, "{death:?}");
        assert_eq!(
            moto.launch_template_versions(created["Data"]["LaunchTemplateId"].as_str().unwrap())
                .await
                .unwrap()
                .len(),
            1
        );
        delete(&world, &id, &wanted).await;
        assert_nothing_left(&world, &moto, &format!("{death:?}")).await;
    }
}

/// The process dies and never comes back; CloudFormation's Delete is all that follows.
#[tokio::test]
async fn what_a_lost_create_made_is_found_by_the_delete() {
    let moto = Moto::start().await.expect("moto starts");
    let whole = world(&moto, false).await;
    whole.die(Death::Never);
    create(&whole, &properties(&moto, KEY, 20)).await;
    let deaths = deaths(&writes(&whole));
    delete(&whole, "nodes-Nodes-1A2B3C", &properties(&moto, KEY, 20)).await;
    for death in deaths {
        let world = world(&moto, false).await;
        let wanted = properties(&moto, KEY, 20);
        world.stack_is("CREATE_IN_PROGRESS");
        world.die(death);
        let request = world.request("Create", None, &wanted, None);
        world.lose(&request).await;
        // An id that this function never gave: CloudFormation makes one up when nobody answered.
        delete(&world, "nodes-Nodes-1A2B3C", &wanted).await;
        assert_eq!(moto.belongings().await.unwrap(), [""; 0], "{death:?}");
        assert!(world.groups().is_empty(), "{death:?}: {:?}", world.groups());
    }
}

#[tokio::test]
async fn an_update_that_dies_leaves_nothing_old_and_nothing_twice() {
    let moto = Moto::start().await.expect("moto starts");
    let mut rehearsal = true;
    let mut left = vec![Death::Never];
    while let Some(death) = left.pop() {
        let world = world(&moto, false).await;
        let (old, new) = (properties(&moto, KEY, 20), properties(&moto, OTHER_KEY, 50));
        let id = create(&world, &old).await["PhysicalResourceId"]
            .as_str()
            .unwrap()
            .to_owned();
        world.stack_is("UPDATE_IN_PROGRESS");
        world.die(death);
        let updated = world
            .answer(&world.request("Update", Some(&id), &new, Some(&old)))
            .await;
        assert_eq!(
            (&updated["Status"], &updated["Data"]["LaunchTemplateVersion"]),
            (&json!("SUCCESS"), &json!("2")),
            "{death:?}: {updated}"
        );
        if std::mem::take(&mut rehearsal) {
            left = deaths(&writes(&world));
            assert!(left.len() >= 8, "key pair, version, roll and old key pair: {left:?}");
        }
        assert_eq!(
            moto.belongings().await.unwrap().len(),
            3,
            "{death:?}: {:?}",
            moto.belongings().await
        );
        delete(&world, &id, &new).await;
        assert_nothing_left(&world, &moto, &format!("{death:?}")).await;
    }
}

#[tokio::test]
async fn a_delete_that_dies_is_gone_through_again() {
    let moto = Moto::start().await.expect("moto starts");
    let mut left = vec![Death::Never];
    let mut rehearsal = true;
    while let Some(death) = left.pop() {
        let world = world(&moto, true).await;
        let wanted = properties(&moto, KEY, 20);
        let id = create(&world, &wanted).await["PhysicalResourceId"]
            .as_str()
            .unwrap()
            .to_owned();
        world.die(death);
        delete(&world, &id, &wanted).await;
        if std::mem::take(&mut rehearsal) {
            left = deaths(&writes(&world));
            assert!(
                left.len() >= 8,
                "node group, template, security group and key pair: {left:?}"
            );
        }
        assert_nothing_left(&world, &moto, &format!("{death:?}")).await;
    }
}

/// A mistyped group is told at once, not waited for.
#[tokio::test]
async fn a_source_security_group_that_is_not_there_fails_the_create() {
    let moto = Moto::start().await.expect("moto starts");
    let world = world(&moto, false).await;
    let mut wanted = properties(&moto, KEY, 20);
    wanted["RemoteAccess"]["SourceSecurityGroups"] = json!(["sg-0123456789abcdef0"]);
    let failed = create(&world, &wanted).await;
    let reason = failed["Reason"].as_str().unwrap();
    assert!(
        reason.contains("InvalidGroup.NotFound") && reason.contains("sg-0123456789abcdef0"),
        "{failed}"
    );
    delete(&world, failed["PhysicalResourceId"].as_str().unwrap(), &wanted).await;
    assert_nothing_left(&world, &moto, "after all").await;
}

/// A replacement that EKS refuses has its template by then. The update itself clears up.
#[tokio::test]
async fn a_replacement_that_is_refused_leaves_nothing() {
    let moto = Moto::start().await.expect("moto starts");
    let world = world(&moto, false).await;
    let old = properties(&moto, KEY, 20);
    let id = create(&world, &old).await["PhysicalResourceId"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = moto.belongings().await.unwrap();
    let mut new = old.clone();
    new["CapacityType"] = json!("SPOT");
    world.stack_is("UPDATE_IN_PROGRESS");
    world.faults("CreateNodegroup", 1, 400, "InvalidParameterException");
    let failed = world
        .answer(&world.request("Update", Some(&id), &new, Some(&old)))
        .await;
    assert_eq!(
        (&failed["Status"], failed["PhysicalResourceId"].as_str()),
        (&json!("FAILED"), Some(id.as_str())),
        "{failed}"
    );
    assert_eq!(moto.belongings().await.unwrap(), before);
    assert_eq!(world.groups().len(), 1);
    delete(&world, &id, &old).await;
    assert_nothing_left(&world, &moto, "after all").await;
}
