//! One event that is delivered more than once, and what becomes of the group that it asks for.

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mng_aws::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use support::asking::{asks, delete, failed, ready};
use support::world::{Death, World};
use tokio::sync::Notify;

/// Carries a delivery as far as its first hand-over, and gives what goes on from there.
async fn begun(world: &World, event: &Value) -> Value {
    world.creates_take(1);
    world.invoke(event).await;
    let next = world.function.cloud.onward.lock().unwrap().pop_front();
    next.expect("a create outlasts an invocation")
}

/// Two deliveries ask with the same token, so both have made the group. One has told that it is ready; what the other meets
/// after that is no reason to delete it.
#[tokio::test]
async fn a_group_that_was_told_ready_is_not_cleared_up() {
    for step_functions in [false, true] {
        let world = World::start_with_bus(step_functions).await;
        let create = world.sent(30, &asks("Create", &json!({})));
        let goes_on = begun(&world, &create).await;
        world.deliver(&goes_on).await;
        let id = ready(&world.end_of(&create));
        world.becomes(&id, "DEGRADED");
        world.deliver(&goes_on).await;
        let ends = world.ends_of(&create);
        failed(&ends[1], "");
        assert_eq!(world.group(&id)["status"], "DEGRADED", "{ends:?}");
        assert_eq!(world.function.cloud.ec2.all().len(), 1);
    }
}

/// The service made the group, and the answer got lost.
#[tokio::test]
async fn what_was_made_without_an_answer_is_cleared_up() {
    for step_functions in [false, true] {
        let world = World::start_with_bus(step_functions).await;
        world.always_fails("Create", "NodeCreationFailure", "no join", "i-1");
        world.loses_the_answer_to("CreateNodegroup");
        let create = world.sent(30, &asks("Create", &json!({})));
        let reason = failed(&world.outcome(&create).await, "NodeCreationFailure");
        assert!(!reason.contains("could not remove what"), "{reason}");
        assert!(world.groups().is_empty(), "{:?}", world.groups());
        assert!(world.function.cloud.ec2.all().is_empty());
        world.assert_well_told();
    }
}

/// What failed is removed, and the outcome isn't taken: the next try finds nothing, and still tells why.
#[tokio::test]
async fn the_cause_outlives_what_it_was_of() {
    let world = Arc::new(World::start_with_bus(false).await);
    world.always_fails("Create", "NodeCreationFailure", "no join", "i-1");
    let other = world.clone();
    world.meanwhile("DeleteNodegroup", async move {
        other.function.cloud.deaf.store(8, Ordering::SeqCst);
    });
    let create = world.sent(30, &asks("Create", &json!({})));
    let mut next = Some(create.clone());
    while let Some(event) = &next {
        // Long enough for all that is left to do.
        let deadline = SystemClock.now_millis() + 200_000;
        if world.function.handle(event.clone(), deadline).await.is_ok() {
            next = world.function.cloud.onward.lock().unwrap().pop_front();
        }
    }
    failed(&world.end_of(&create), "NodeCreationFailure");
    assert!(world.happened() && world.function.cloud.deaf.load(Ordering::SeqCst) == 0);
    assert!(world.groups().is_empty() && world.function.cloud.ec2.all().is_empty());
    world.assert_well_told();
}

/// Nobody waits for the group, so it is as good as finished when it is accepted.
#[tokio::test]
async fn a_group_that_nobody_waits_for_bears_no_mark() {
    let world = World::start_with_bus(false).await;
    let submitted = json!({"WaitFor": "Submitted"});
    let id = ready(&world.outcome(&world.sent(30, &asks("Create", &submitted))).await);
    let tags = world.group(&id)["tags"].clone();
    assert_eq!(tags.get("managed-node-group:unfinished"), None, "{tags}");
}

#[tokio::test]
async fn there_is_room_for_the_mark() {
    let world = World::start_with_bus(false).await;
    let tags = |count: usize| -> serde_json::Map<String, Value> {
        (0..count).map(|number| (format!("t{number}"), json!("v"))).collect()
    };
    let event = world.sent(30, &asks("Create", &json!({"Tags": tags(46)})));
    let reason = failed(&world.outcome(&event).await, "too-many");
    assert!(reason.contains("at most 45 tags in a request by event"), "{reason}");
    ready(
        &world
            .outcome(&world.sent(30, &asks("Create", &json!({"Tags": tags(45)}))))
            .await,
    );
    world.assert_well_told();
}

/// An update that is held up between its steps in EC2 sees at each that a later one has the group.
#[tokio::test]
async fn an_earlier_update_stops_between_its_steps_in_ec2() {
    for step_functions in [false, true] {
        let world = Arc::new(World::start_with_bus(step_functions).await);
        let id = ready(&world.outcome(&world.sent(30, &asks("Create", &json!({})))).await);
        let (other, group) = (world.clone(), id.clone());
        world.meanwhile("ec2:CreateSecurityGroup", async move {
            other.follows(&group, "2999-01-01T00:00:00Z a-later-one");
        });
        let access = json!({"RemoteAccess": {"Ec2SshKey": "key", "SourceSecurityGroups": ["sg-1"]}});
        let update = world.sent(20, &asks("Update", &access));
        world.die(Death::Never);
        failed(&world.outcome(&update).await, "superseded");
        let made = world.function.cloud.made.lock().unwrap().clone();
        assert!(
            world.happened() && !made.contains(&"ec2:AuthorizeSecurityGroupIngress"),
            "{made:?}"
        );
        // It had said that the group follows it before the first of them.
        let at = |action: &str| made.iter().position(|one| *one == action);
        assert!(
            at("TagResource") < at("ec2:CreateSecurityGroup") && at("TagResource").is_some(),
            "{made:?}"
        );
    }
}

/// A Create that comes while an earlier Delete takes the launch template away takes up nothing of it.
#[tokio::test]
async fn a_create_after_a_delete_has_a_template_of_its_own() {
    for step_functions in [false, true] {
        let world = Arc::new(World::start_with_bus(step_functions).await);
        let id = ready(&world.outcome(&world.sent(30, &asks("Create", &json!({})))).await);
        let (gone, create) = (world.sent(20, &delete()), world.sent(10, &asks("Create", &json!({}))));
        let (other, half_gone) = (world.clone(), Arc::new(Notify::new()));
        let goes_on = half_gone.clone();
        world.meanwhile("ec2:DeleteLaunchTemplate", async move {
            goes_on.notify_one();
            // As far as the Create comes while the template is still there.
            other.until_ec2_resources_are_read_twice().await;
        });
        let comes = async {
            half_gone.notified().await;
            world.deliver(&create).await;
        };
        tokio::join!(world.deliver(&gone), comes);
        assert_eq!(ready(&world.end_of(&create)), id);
        let template = world.group(&id)["launchTemplate"]["id"].clone();
        let left = world.function.cloud.ec2.template_ids();
        assert_eq!([template], left.as_slice(), "the group runs on a template that is gone");
        world.assert_well_told();
    }
}

/// A delivery that died left a group, or only what is made for one in EC2, and the next one comes when the time is over.
#[tokio::test]
async fn what_comes_too_late_clears_up_what_came_in_time() {
    for step_functions in [false, true] {
        for last in ["CreateNodegroup", "ec2:CreateLaunchTemplate"] {
            let world = World::start_with_bus(step_functions).await;
            let create = asks("Create", &json!({"ServiceTimeout": "60"}));
            let calls = calls_up_to(last, step_functions, &create).await;
            // A quarter of the time is kept for the answer.
            let event = world.sent(43, &create);
            world.die(Death::After(calls));
            world.lose(&event).await;
            assert!(!world.function.cloud.ec2.all().is_empty());
            tokio::time::sleep(Duration::from_secs(3)).await;
            let reason = failed(&world.outcome(&event).await, "too-late");
            assert!(!reason.contains("nothing"), "{reason}");
            assert!(world.groups().is_empty(), "{:?}", world.groups());
            assert!(world.function.cloud.ec2.all().is_empty());
            world.assert_well_told();
        }
    }
}

/// How many calls a Create makes until one of this name.
async fn calls_up_to(action: &str, step_functions: bool, create: &Value) -> usize {
    let world = World::start_with_bus(step_functions).await;
    world.die(Death::Never);
    world.deliver(&world.sent(10, create)).await;
    let made = world.function.cloud.made.lock().unwrap();
    1 + made.iter().position(|one| *one == action).expect("the call is made")
}
