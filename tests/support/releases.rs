//! What each release has written into what it hands over, kept in `tests/releases`, and how an operation comes as far again.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::asking::asks;
use super::flows::{create, properties};
use super::world::World;

/// An operation that was under way during an upgrade.
pub struct UpgradedOperation {
    pub name: &'static str,
    pub step_functions: bool,
    /// Whether its progress has come to where the sample was taken.
    pub reached: fn(&Value) -> bool,
    /// What is told at its end.
    pub end: &'static str,
}

pub const SUCCESS: &str = "SUCCESS";

#[rustfmt::skip]
pub const UNDER_WAY: [UpgradedOperation; 11] = [
    UpgradedOperation { name: "create", step_functions: true, reached: |seen| begun(seen, "Create"), end: SUCCESS },
    UpgradedOperation { name: "create-self-invoked", step_functions: false, reached: |seen| seen["looks"].as_u64() > Some(1), end: SUCCESS },
    UpgradedOperation { name: "launch-template", step_functions: true, reached: |seen| begun(seen, "Create"), end: SUCCESS },
    UpgradedOperation { name: "nodes", step_functions: true, reached: |seen| seen["watched"].is_array(), end: SUCCESS },
    UpgradedOperation { name: "version-update", step_functions: true, reached: |seen| begun(seen, "UpdateVersion"), end: SUCCESS },
    UpgradedOperation { name: "config-update", step_functions: false, reached: |seen| begun(seen, "UpdateConfig"), end: SUCCESS },
    UpgradedOperation { name: "undo", step_functions: false, reached: |seen| seen["stage"]["Undo"].is_object(), end: "NodeCreationFailure" },
    UpgradedOperation { name: "remove-abandoned", step_functions: true, reached: |seen| seen["stage"]["Sweep"].is_object(), end: SUCCESS },
    UpgradedOperation { name: "delete", step_functions: false, reached: |seen| begun(seen, "Delete"), end: SUCCESS },
    UpgradedOperation { name: "sent", step_functions: true, reached: |seen| begun(seen, "Create"), end: SUCCESS },
    UpgradedOperation { name: "sent-undo", step_functions: false, reached: |seen| seen["stage"]["Undo"].is_object(), end: "NodeCreationFailure" },
];

fn begun(progress: &Value, step: &str) -> bool {
    let begun = progress["history"]["begun"].as_array();
    begun.is_some_and(|begun| begun.iter().any(|begun| begun["step"] == step))
}

impl UpgradedOperation {
    pub async fn world(&self) -> World {
        let world = if self.is_sent() {
            World::start_with_bus(self.step_functions).await
        } else {
            World::start(self.step_functions).await
        };
        // So long that it is handed over on the way.
        world.simulator.durations(|durations| {
            durations.create = 400.0;
            durations.node_ready = 400.0;
        });
        world
    }

    fn is_sent(&self) -> bool {
        self.name.starts_with("sent")
    }

    /// Brings a world to where the operation begins, and gives its request.
    pub async fn begin(&self, world: &World) -> Value {
        match self.name {
            "launch-template" => world.request("Create", None, &properties(&own_template()), None),
            "nodes" => world.request("Create", None, &properties(&waits_for_nodes()), None),
            "version-update" => {
                world.cluster_runs("1.33");
                let old = json!({"Version": "1.33"});
                update(world, &old, &json!({"Version": "1.34"}), |world| {
                    world.cluster_runs("1.34")
                })
                .await
            }
            "config-update" => update(world, &json!({}), &json!({"Labels": {"a": "b"}}), |_| {}).await,
            "undo" => update(world, &json!({}), &replacing(), fails).await,
            "remove-abandoned" => abandoned(world).await,
            "delete" => {
                let id = create(world, &properties(&json!({}))).await;
                all_takes_long(world);
                world.request("Delete", Some(&id), &properties(&json!({})), None)
            }
            "sent" => world.sent(10, &asks("Create", &json!({}))),
            "sent-undo" => {
                fails(world);
                all_takes_long(world);
                world.sent(10, &asks("Create", &json!({})))
            }
            _ => world.request("Create", None, &properties(&json!({})), None),
        }
    }

    /// Works on a request until its progress has come to where the sample was taken, and gives what was handed over there.
    pub async fn hand_over(&self, world: &World, request: &Value) -> Value {
        let mut work = VecDeque::from([request.clone()]);
        while let Some(event) = work.pop_front() {
            let state = world.invoke(&event).await;
            work.extend((state["Outcome"] == "Waiting").then_some(state));
            work.extend(world.function.cloud.onward.lock().unwrap().drain(..));
            let reached = work.iter().find(|event| (self.reached)(&event["Continuation"]));
            if let Some(event) = reached {
                return event.clone();
            }
        }
        panic!("{} was at its end before", self.name)
    }

    /// Goes on with what was handed over, and gives what is told at the end.
    pub async fn end(&self, world: &World, request: &Value, handed_over: &Value) -> String {
        world.deliver(handed_over).await;
        world.receiver.assert_clean();
        let told = if self.is_sent() {
            assert_eq!(world.ends_of(request).len(), 1, "{}", self.name);
            world.end_of(request).1
        } else {
            let id = request["RequestId"].as_str().unwrap();
            assert_eq!(world.receiver.answers(id).len(), 1, "{}", self.name);
            world.receiver.answer(id).await
        };
        let failed = told["Status"] == "FAILED" || told.get("Codes").is_some();
        let reason = told["Reason"].as_str().filter(|_| failed);
        reason.unwrap_or(SUCCESS).to_owned()
    }
}

fn own_template() -> Value {
    json!({
        "InstanceTypes": ["m5.large"], "DiskSize": "50", "UserData": "echo hello", "PropagateTags": "true", "Tags": {"team": "blue"},
        "RemoteAccess": {"Ec2SshKey": "k", "SourceSecurityGroups": ["sg-2"]},
    })
}

fn waits_for_nodes() -> Value {
    json!({"WaitFor": "NodesReady", "ScalingConfig": {"MinSize": "0", "MaxSize": "3", "DesiredSize": "2"}})
}

fn replacing() -> Value {
    json!({"CapacityType": "SPOT"})
}

fn fails(world: &World) {
    world.fails(
        "Create",
        "NodeCreationFailure",
        "Instances failed to join the cluster",
        "i-0123",
    );
}

fn all_takes_long(world: &World) {
    world.simulator.durations(|durations| {
        durations.delete = 400.0;
        durations.config_update = 400.0;
        durations.version_update = 400.0;
    });
}

async fn update(world: &World, old: &Value, new: &Value, then: fn(&World)) -> Value {
    let (old, new) = (properties(old), properties(new));
    let id = create(world, &old).await;
    then(world);
    all_takes_long(world);
    world.stack_is("UPDATE_IN_PROGRESS");
    world.request("Update", Some(&id), &new, Some(&old))
}

/// A rollback, after an update that died over the group which it had made.
async fn abandoned(world: &World) -> Value {
    let (old, new) = (properties(&json!({})), properties(&replacing()));
    let id = create(world, &old).await;
    world.stack_is("UPDATE_IN_PROGRESS");
    world.lose(&world.request("Update", Some(&id), &new, Some(&old))).await;
    assert_eq!(world.groups().len(), 2);
    all_takes_long(world);
    world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
    world.request("Update", Some(&id), &old, Some(&new))
}

/// A release's sample as if it were of today: when it was begun, by what the service calls it, and whom to answer.
pub fn of_today(sample: &Value, handed_over: &Value) -> Value {
    let (mut event, today) = (sample.clone(), &handed_over["Continuation"]);
    let progress = &mut event["Continuation"];
    for key in ["ResponseURL", "Event", "RequestId"] {
        if progress["request"].get(key).is_some() {
            progress["request"][key] = today["request"][key].clone();
        }
    }
    for key in ["began", "deadline"] {
        progress["history"][key] = today["history"][key].clone();
    }
    let begun = progress["history"]["begun"].as_array_mut().into_iter().flatten();
    for (begun, of_today) in begun.zip(today["history"]["begun"].as_array().into_iter().flatten()) {
        begun["at"] = of_today["at"].clone();
        begun["update_id"] = of_today["update_id"].clone();
    }
    event
}

/// The names of a value's fields, as far as they are ours to name.
pub fn fields(progress: &Value) -> BTreeSet<String> {
    let keys = |value: &Value| {
        value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key.clone())
            .collect::<Vec<_>>()
    };
    let of_history = keys(&progress["history"])
        .into_iter()
        .map(|key| format!("history.{key}"));
    keys(progress).into_iter().chain(of_history).collect()
}

/// Every release with samples, the first one first.
pub fn releases() -> Vec<PathBuf> {
    let folders = fs::read_dir(folder("")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.collect();
    folders.sort();
    folders
}

/// Where a release's samples are.
pub fn folder(release: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/releases")
        .join(release)
}

pub fn sample(release: &Path, name: &str) -> Option<Value> {
    let text = fs::read_to_string(release.join(format!("{name}.json"))).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

/// Keeps a sample of this release, without whom to answer.
pub fn keep(name: &str, sample: &Value) {
    let mut sample = sample.clone();
    if let Some(url) = sample.pointer_mut("/Continuation/request/ResponseURL") {
        *url = json!(
            "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/s%7CNodes%7Cr?X-Amz-Signature=0"
        );
    }
    let folder = folder(env!("CARGO_PKG_VERSION"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.json")), format!("{sample:#}\n")).unwrap();
}
