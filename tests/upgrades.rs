//! Operations are under way while the function is upgraded, and groups are as old as their stacks: what an earlier release has
//! written is read, whatever was named stays so, and what a later release has written leaves nobody unanswered.

mod support;

use mng_core::launch_template::ec2_resources::GroupRef;
use mng_core::launch_template::recipe::{Recipe, RecipeInputs};
use mng_core::nodegroup::name::{name, replacement_name};
use mng_core::nodegroup::ownership::Owner;
use mng_core::nodegroup::requester::Requester;
use mng_core::properties::validate::validate;
use mng_core::protocol::physical_id::{PhysicalId, never_created};
use mng_core::protocol::request::Request;
use mng_engine::polling::step_functions::execution_name;
use serde_json::{Value, json};
use support::flows::{create, properties, reason};
use support::releases::{UNDER_WAY, UpgradedOperation, fields, folder, keep, of_today, releases, sample};
use support::world::World;

/// With `RENEW_SAMPLES=1` in the environment those of this release are written anew: before it is published, and never after.
#[allow(clippy::disallowed_methods, reason = "only the function's environment is injected")]
fn renews() -> bool {
    std::env::var_os("RENEW_SAMPLES").is_some()
}

/// Each release's progress is carried on to its end, from where that release had brought it.
#[tokio::test]
async fn what_an_earlier_release_has_begun_comes_to_its_end() {
    for under_way in UNDER_WAY {
        let mut found = 0;
        for release in releases() {
            let Some(sample) = sample(&release, under_way.name) else {
                continue;
            };
            let world = under_way.world().await;
            let request = under_way.begin(&world).await;
            let handed_over = under_way.hand_over(&world, &request).await;
            let end = under_way.end(&world, &request, &of_today(&sample, &handed_over)).await;
            assert!(end.contains(under_way.end), "{} of {release:?}: {end}", under_way.name);
            found += 1;
        }
        assert!(found > 0 || renews(), "no sample of {}", under_way.name);
    }
}

/// A release has samples of its own, of all that it writes.
#[tokio::test]
async fn this_release_has_its_samples() {
    let release = folder(env!("CARGO_PKG_VERSION"));
    for under_way in UNDER_WAY {
        let world = under_way.world().await;
        let request = under_way.begin(&world).await;
        let written = under_way.hand_over(&world, &request).await;
        if renews() {
            keep(under_way.name, &written);
        }
        let sample = sample(&release, under_way.name).unwrap_or_default();
        let wanted = fields(&written["Continuation"]);
        assert!(
            fields(&sample["Continuation"]) == wanted,
            "{release:?}/{} is of another day: RENEW_SAMPLES=1 cargo nextest run --workspace -E 'binary(upgrades)'",
            under_way.name
        );
    }
}

/// The owner as a tag of this text says it.
fn owner(stack: &str, logical_id: &str) -> Owner {
    match stack.split(':').collect::<Vec<_>>()[..] {
        ["event", account, source] => Owner {
            requester: Requester::Sender {
                account: account.to_owned(),
                source: source.to_owned(),
            },
            logical_id: logical_id.to_owned(),
        },
        _ => Owner::of_stack(stack, logical_id),
    }
}

/// What follows from a request by content alone, for one row of `names.json`.
fn derived(row: &Value) -> Value {
    let text = |key: &str| row[key].as_str().unwrap().to_owned();
    let owner = owner(&text("StackId"), &text("LogicalResourceId"));
    let spec = validate(row["ResourceProperties"].as_object().unwrap(), &owner.logical_id).unwrap();
    let name = name(&spec, &owner);
    let group_ref = GroupRef {
        cluster: spec.cluster.clone(),
        name: name.clone(),
        owner: owner.clone(),
    };
    let from = RecipeInputs {
        os: spec.operating_system(),
        cluster_security_group: "sg-cluster",
        remote_access_security_group: None,
        max_pods: None,
        tags: &spec.tags,
    };
    json!({
        "Name": name,
        "InPlaceOfThat": replacement_name(&spec, &owner, &name),
        "PhysicalResourceId": PhysicalId { cluster: spec.cluster.clone(), name }.to_string(),
        "NeverCreated": never_created(&owner.logical_id),
        "LaunchTemplate": group_ref.resource_name(),
        "SecurityGroup": group_ref.security_group_name(),
        "KeyPair": group_ref.key_pair_name("ssh-ed25519 AAAA"),
        "Tags": group_ref.tags(),
        "Digest": Recipe::new(&spec, &group_ref, &from).digest(),
        "Execution": execution_name(&request(row), 0),
    })
}

fn request(row: &Value) -> Request {
    let mut event = row.clone();
    let url = "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/a?X-Amz-Signature=0";
    for (key, value) in [("RequestType", "Create"), ("ResponseURL", url), ("RequestId", "r")] {
        event[key] = json!(value);
    }
    Request::resume(&event).unwrap()
}

/// A running production group replaced because of an upgrade: no changed name, digest or tag may ever come to that.
#[test]
fn what_an_earlier_release_has_named_has_that_name() {
    let stack = "arn:aws:cloudformation:us-east-1:123456789012:stack/nodes/2f3c0000-0000-4000-8000-000000000001";
    if renews() {
        let rows = [
            (stack, json!({})),
            (
                stack,
                json!({"CapacityType": "SPOT", "InstanceTypes": ["m5.large", "m5a.large"]}),
            ),
            (
                stack,
                json!({"InstanceTypes": ["m5.large"], "DiskSize": "50", "UserData": "echo hello", "BlockPodImds": "true"}),
            ),
            (
                stack,
                json!({"AmiType": "BOTTLEROCKET_x86_64", "NodegroupNamePrefix": "web", "ClusterName": "sg-1"}),
            ),
            (
                stack,
                json!({"NodegroupName": "my-mng", "LaunchTemplate": {"Id": "lt-1", "Version": "3"}}),
            ),
            ("event:123456789012:com.example", json!({"CapacityType": "SPOT"})),
        ];
        let rows = rows.map(|(stack, changes)| {
            let mut row =
                json!({"StackId": stack, "LogicalResourceId": "Nodes", "ResourceProperties": properties(&changes)});
            row["Derived"] = derived(&row);
            row
        });
        keep("names", &json!(rows));
    }
    for release in releases() {
        let rows = sample(&release, "names").unwrap();
        for row in rows.as_array().unwrap() {
            assert_eq!(
                derived(row),
                row["Derived"],
                "{release:?}: {}",
                row["ResourceProperties"]
            );
            let id = row["Derived"]["PhysicalResourceId"].as_str().unwrap();
            assert_eq!(PhysicalId::parse(id).unwrap().to_string(), id);
        }
    }
}

/// A name as another release would derive it.
const OTHERWISE: &str = "Nodes-0123456789ab";

/// A group that another release has made, as far as CloudFormation knows it: its name follows from nothing that this one knows.
async fn of_another_release(world: &World) -> String {
    let id = create(world, &properties(&json!({"NodegroupName": OTHERWISE}))).await;
    assert_eq!(id, format!("my-cluster/{OTHERWISE}"));
    world.stack_is("UPDATE_IN_PROGRESS");
    world.forget_calls();
    id
}

#[tokio::test]
async fn a_group_that_another_release_has_named_stays_in_place() {
    for step_functions in [false, true] {
        let world = World::start(step_functions).await;
        let id = of_another_release(&world).await;
        let (old, new) = (properties(&json!({})), properties(&json!({"Labels": {"a": "b"}})));
        for (status, from, to) in [
            ("UPDATE_IN_PROGRESS", &old, &new),
            ("UPDATE_ROLLBACK_IN_PROGRESS", &new, &old),
        ] {
            world.stack_is(status);
            let answer = world.answer(&world.request("Update", Some(&id), to, Some(from))).await;
            assert_eq!(
                (&answer["Status"], &answer["PhysicalResourceId"]),
                (&json!("SUCCESS"), &json!(id)),
                "{answer}"
            );
            assert_eq!(world.groups(), [format!("{OTHERWISE} ACTIVE")]);
        }
        // It isn't rolled either.
        let changes = world.changes();
        assert!(
            changes.iter().all(|change| change == "UpdateNodegroupConfig"),
            "{changes:?}"
        );
        let gone = world.answer(&world.request("Delete", Some(&id), &old, None)).await;
        assert_eq!(gone["Status"], "SUCCESS", "{gone}");
        assert!(world.groups().is_empty());
        world.receiver.assert_clean();
    }
}

/// CloudFormation deletes by the id of the failure: by any other than the group's own, the group would be left behind.
#[tokio::test]
async fn a_create_that_another_release_has_begun_fails_under_the_name_that_it_has() {
    for (ending, expected) in [
        ("fails", "NodeCreationFailure"),
        ("panics", "mistake"),
        ("lost", "several times"),
    ] {
        let world = World::start(true).await;
        world.simulator.durations(|durations| durations.create = 400.0);
        if ending == "fails" {
            world.fails(
                "Create",
                "NodeCreationFailure",
                "Instances failed to join the cluster",
                "i-0123",
            );
        }
        let request = world.request("Create", None, &properties(&json!({"NodegroupName": OTHERWISE})), None);
        let mut state = UNDER_WAY[0].hand_over(&world, &request).await;
        let asked = &mut state["Continuation"]["request"]["ResourceProperties"];
        drop(asked.as_object_mut().unwrap().remove("NodegroupName"));
        match ending {
            "panics" => world.panics(),
            "lost" => {
                state =
                    json!({"Catch": {"Continuation": state["Continuation"], "Failure": {"Error": "Lambda.Unknown"}}})
            }
            _ => {}
        }
        world.deliver(&state).await;
        let answer = world.receiver.answer(request["RequestId"].as_str().unwrap()).await;
        assert!(reason(&answer).contains(expected), "{answer}");
        assert_eq!(
            answer["PhysicalResourceId"],
            format!("my-cluster/{OTHERWISE}"),
            "{ending}"
        );
        world.receiver.assert_clean();
    }
}

fn of_a_later_release(progress: &mut Value, what: &str) {
    match what {
        "version" => progress["version"] = json!(2),
        "step" => {
            let step = json!({"step": "Something", "at": 1, "update_id": null});
            progress["history"]["begun"].as_array_mut().unwrap().push(step);
        }
        "stage" => progress["stage"] = json!({"Something": {"else": true}}),
        "situation" => progress["situation"]["phase"] = json!("Something"),
        "history" => progress["history"] = json!("elsewhere"),
        _ => *progress = json!({"version": 2, "request": progress["request"], "target": progress["target"]}),
    }
}

/// A release may be rolled back while operations are under way. What it has written is read as far as it can be; all else is
/// looked at anew.
#[tokio::test]
async fn what_a_later_release_has_begun_comes_to_its_end_too() {
    for what in ["version", "step", "stage", "situation", "history", "all"] {
        for under_way in UNDER_WAY.iter().filter(|under_way| applies(under_way, what)) {
            let world = under_way.world().await;
            let request = under_way.begin(&world).await;
            let mut handed_over = under_way.hand_over(&world, &request).await;
            world.forget_calls();
            of_a_later_release(&mut handed_over["Continuation"], what);
            let end = under_way.end(&world, &request, &handed_over).await;
            assert!(end.contains(under_way.end), "{what} of {}: {end}", under_way.name);
            assert!(
                !world.called("CreateNodegroup"),
                "{what} of {} makes another group",
                under_way.name
            );
        }
    }
}

/// A replacement that fails and is removed is begun anew where nothing says that it was, as by a second delivery.
fn applies(under_way: &UpgradedOperation, what: &str) -> bool {
    what == "version" || ["create", "config-update", "remove-abandoned"].contains(&under_way.name)
}

#[tokio::test]
async fn what_nobody_can_carry_out_is_answered_still() {
    let world = World::start(true).await;
    let request = world.request("Create", None, &properties(&json!({})), None);
    let mut state = UNDER_WAY[0].hand_over(&world, &request).await;
    state["Continuation"]["version"] = json!(2);
    state["Continuation"]["request"]["RequestType"] = json!("Import");
    world.deliver(&state).await;
    let answer = world.receiver.answer(request["RequestId"].as_str().unwrap()).await;
    assert!(reason(&answer).contains("can't be read"), "{answer}");
}
