//! `NvidiaDevicePlugin` against the simulator's Kubernetes API: one DaemonSet for all groups that ask for it, never a
//! hand on somebody else's, and no rollback that fails for it.

mod support;

use mng_core::properties::device_plugin::{DEFAULT_VERSION, IMAGE};
use mng_engine::ports::Calls;
use serde_json::{Value, json};
use simulator::Access;
use support::flows::{create, reason, roll_back};
use support::plugin::{TAG, delete, gpu, groups, is_marked, plugin};
use support::requests;
use support::world::{Death, World};

const ROLE: &str = "arn:aws:iam::123456789012:role/managed-node-group";
const FOREIGN: &str = "nvidia-device-plugin-daemonset";

fn image(daemon_set: &Value) -> &str {
    daemon_set["spec"]["template"]["spec"]["containers"][0]["image"]
        .as_str()
        .unwrap_or_default()
}

/// The keys of the taints that it tolerates.
fn tolerated(daemon_set: &Value) -> Vec<&str> {
    let tolerations = daemon_set["spec"]["template"]["spec"]["tolerations"]
        .as_array()
        .unwrap();
    tolerations
        .iter()
        .map(|toleration| toleration["key"].as_str().unwrap())
        .collect()
}

/// A request of another resource of the stack.
fn of_the_second(world: &World, mut request: Value) -> Value {
    request["LogicalResourceId"] = json!("Second");
    world.receiver.expect(&request);
    request
}

async fn update(world: &World, id: &str, new: &Value, old: &Value) -> Value {
    world.stack_is("UPDATE_IN_PROGRESS");
    let answer = world.answer(&world.request("Update", Some(id), new, Some(old))).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    answer
}

#[tokio::test]
async fn the_plugin_is_applied_for_the_groups_nodes() {
    let world = World::start(false).await;
    let id = create(&world, &gpu(&json!({}))).await;
    let applied = plugin(&world);
    assert_eq!(image(&applied), format!("{IMAGE}:{DEFAULT_VERSION}"));
    assert_eq!(groups(&applied), &json!(["gpu"]));
    let tolerations = &applied["spec"]["template"]["spec"]["tolerations"];
    let own = json!({"key": "team", "operator": "Equal", "value": "vision", "effect": "NoSchedule"});
    assert!(tolerations.as_array().unwrap().contains(&own), "{tolerations}");
    let managers = applied["metadata"]["managedFields"].as_array().unwrap();
    let named = managers.iter().map(|entry| [&entry["manager"], &entry["operation"]]);
    assert_eq!(
        json!(named.collect::<Vec<_>>()),
        json!([["managed-node-group", "Update"], ["managed-node-group", "Apply"]])
    );
    assert!(is_marked(&world, &id), "{}", world.group(&id));
    assert_eq!(delete(&world, &id, &gpu(&json!({}))).await["Status"], "SUCCESS");
    assert_eq!(plugin(&world), Value::Null);
    world.receiver.assert_clean();
}

#[tokio::test]
async fn it_goes_with_the_last_group_that_asked_for_it() {
    let world = World::start(false).await;
    let (first, second) = (gpu(&json!({})), gpu(&json!({"NodegroupName": "more", "Taints": null})));
    let id = create(&world, &first).await;
    let joins = of_the_second(&world, world.request("Create", None, &second, None));
    let joined = world.answer(&joins).await;
    assert_eq!(joined["Status"], "SUCCESS", "{joined}");
    assert_eq!(groups(&plugin(&world)), &json!(["gpu", "more"]));
    let uid = plugin(&world)["metadata"]["uid"].clone();

    assert_eq!(delete(&world, &id, &first).await["Status"], "SUCCESS");
    let left = plugin(&world);
    assert_eq!(
        (groups(&left), &left["metadata"]["uid"]),
        (&json!(["more"]), &uid),
        "{left}"
    );
    assert_eq!(tolerated(&left), ["nvidia.com/gpu"], "the taint was the first one's");

    let leaves = world.request("Delete", joined["PhysicalResourceId"].as_str(), &second, None);
    let answer = world.answer(&of_the_second(&world, leaves)).await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    assert_eq!(plugin(&world), Value::Null);
}

/// Neither undoes the other's part.
#[tokio::test]
async fn two_groups_may_be_the_first_at_once() {
    let world = World::start(false).await;
    let (first, second) = (gpu(&json!({})), gpu(&json!({"NodegroupName": "more", "Taints": null})));
    let joins = of_the_second(&world, world.request("Create", None, &second, None));
    let (_, joined) = tokio::join!(create(&world, &first), world.answer(&joins));
    assert_eq!(joined["Status"], "SUCCESS", "{joined}");
    assert_eq!(groups(&plugin(&world)), &json!(["gpu", "more"]));
    assert_eq!(tolerated(&plugin(&world)), ["nvidia.com/gpu", "team"]);
}

#[tokio::test]
async fn an_update_is_followed() {
    let world = World::start(false).await;
    let before = gpu(&json!({}));
    let id = create(&world, &before).await;
    let other = gpu(&json!({"Taints": [{"Key": "night", "Effect": "NO_EXECUTE"}]}));
    update(&world, &id, &other, &before).await;
    assert_eq!(tolerated(&plugin(&world)), ["nvidia.com/gpu", "night"]);

    let versioned = gpu(&json!({"NvidiaDevicePlugin": {"Version": "v0.17.1"}}));
    update(&world, &id, &versioned, &other).await;
    assert_eq!(image(&plugin(&world)), format!("{IMAGE}:v0.17.1"));
    assert_eq!(tolerated(&plugin(&world)), ["nvidia.com/gpu", "team"]);

    let mirrored = gpu(&json!({"NvidiaDevicePlugin": {"Image": "registry.example/k8s-device-plugin:v0.18.0"}}));
    update(&world, &id, &mirrored, &versioned).await;
    assert_eq!(image(&plugin(&world)), "registry.example/k8s-device-plugin:v0.18.0");

    let without = gpu(&json!({"NvidiaDevicePlugin": null}));
    update(&world, &id, &without, &mirrored).await;
    assert_eq!(plugin(&world), Value::Null);
    assert!(!is_marked(&world, &id), "{}", world.group(&id));
}

#[tokio::test]
async fn a_plugin_of_somebody_elses_is_not_touched() {
    let world = World::start(false).await;
    let put = json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": FOREIGN, "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": [
            {"name": "plugin", "image": "nvcr.io/nvidia/k8s-device-plugin:v0.17.0"},
        ]}}},
    });
    let before = world.simulator.put_object("my-cluster", put);
    let is_untouched = || {
        assert_eq!(
            world.simulator.objects("my-cluster", "daemonsets"),
            std::slice::from_ref(&before)
        );
        assert!(world.groups().is_empty() || !is_marked(&world, "my-cluster/gpu"));
    };
    let (wanted, changed) = (gpu(&json!({})), gpu(&json!({"Labels": {"a": "b"}})));
    let answer = world.answer(&world.request("Create", None, &wanted, None)).await;
    let warnings = answer["Data"]["Warnings"].as_str().unwrap_or_default();
    for part in [
        &format!("kube-system/{FOREIGN}"),
        "doesn't tolerate team=vision:NoSchedule",
    ] {
        assert!(warnings.contains(part), "{part}: {answer}");
    }
    is_untouched();
    let answer = update(&world, "my-cluster/gpu", &changed, &wanted).await;
    assert!(
        answer["Data"]["Warnings"].as_str().unwrap().contains(FOREIGN),
        "{answer}"
    );
    is_untouched();
    assert_eq!(delete(&world, "my-cluster/gpu", &changed).await["Status"], "SUCCESS");
    is_untouched();
}

/// Bottlerocket runs the plugin itself, and nodes without a GPU need none: Kubernetes isn't even asked.
#[tokio::test]
async fn where_it_is_not_needed_nothing_is_applied() {
    for (ami_type, instance_type, warned) in [
        ("BOTTLEROCKET_x86_64_NVIDIA", "g5.xlarge", ""),
        (
            "AL2023_x86_64_NVIDIA",
            "m5.large",
            "None of the instance types m5.large has an NVIDIA GPU",
        ),
        ("AL2023_x86_64_NEURON", "inf2.xlarge", "The nodes have Neuron devices"),
        (
            "AL2023_x86_64_STANDARD",
            "g5.xlarge",
            "AL2023_x86_64_STANDARD brings no NVIDIA driver",
        ),
    ] {
        let world = World::start(false).await;
        let wanted = gpu(&json!({"AmiType": ami_type, "InstanceTypes": [instance_type]}));
        let answer = world.answer(&world.request("Create", None, &wanted, None)).await;
        assert_eq!(answer["Status"], "SUCCESS", "{ami_type}: {answer}");
        let told = answer["Data"]["Warnings"].as_str().unwrap();
        assert!(
            told.contains(warned) && told.is_empty() == warned.is_empty(),
            "{ami_type}: {told}"
        );
        assert_eq!(world.simulator.kubernetes_requests(), [], "{ami_type}");
        assert!(!is_marked(&world, "my-cluster/gpu"), "{ami_type}");
    }
}

fn forbidden() -> Access {
    let resources = vec!["daemonsets".to_owned()];
    Access::Forbidden { resources }
}

/// A Create without access says how to give it, and leaves nothing that its rollback would need access for.
#[tokio::test]
async fn without_access_a_create_fails_and_its_rollback_does_not() {
    for (access, remedy) in [
        (Access::NoEntry, "aws eks create-access-entry --cluster-name my-cluster"),
        (forbidden(), "aws eks update-access-entry --cluster-name my-cluster"),
    ] {
        let mut world = World::start(false).await;
        world.has_role(ROLE).await;
        world.simulator.access("my-cluster", access);
        let answer = world
            .answer(&world.request("Create", None, &gpu(&json!({})), None))
            .await;
        for part in [remedy, ROLE, "--kubernetes-groups managed-node-group"] {
            assert!(reason(&answer).contains(part), "{part}: {answer}");
        }
        let id = answer["PhysicalResourceId"].as_str().unwrap();
        assert!(!is_marked(&world, id), "{}", world.group(id));
        let deleted = delete(&world, id, &gpu(&json!({}))).await;
        assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
        assert_eq!(world.groups(), [""; 0]);
    }
}

/// The list tells nothing of it, so it is the first write that fails.
#[tokio::test]
async fn a_cluster_that_shows_but_takes_nothing() {
    let mut world = World::start(false).await;
    world.has_role(ROLE).await;
    world.simulator.access("my-cluster", Access::ReadOnly);
    let wanted = gpu(&json!({}));
    let answer = world.answer(&world.request("Create", None, &wanted, None)).await;
    for part in [
        "doesn't allow it to create daemonsets",
        "aws eks update-access-entry --cluster-name my-cluster",
        ROLE,
    ] {
        assert!(reason(&answer).contains(part), "{part}: {answer}");
    }
    let id = answer["PhysicalResourceId"].as_str().unwrap();
    assert!(world.called("TagResource"), "{:?}", world.changes());
    assert!(!is_marked(&world, id), "{}", world.group(id));
    world.simulator.access("my-cluster", Access::NoEntry);
    let deleted = delete(&world, id, &wanted).await;
    assert_eq!(deleted["Status"], "SUCCESS", "{deleted}");
    assert_eq!(world.groups(), [""; 0]);
}

/// As one has that a function set right before it died.
#[tokio::test]
async fn a_tag_that_speaks_of_nothing_goes_where_nothing_can_be_created() {
    let world = World::start(false).await;
    let (without, wanted) = (gpu(&json!({"NvidiaDevicePlugin": null})), gpu(&json!({})));
    let id = create(&world, &without).await;
    let arn = world.group(&id)["nodegroupArn"].as_str().unwrap().to_owned();
    world
        .function
        .cloud
        .aws
        .call(&requests::tag(&arn, TAG, "nvidia"))
        .await
        .unwrap();
    world.simulator.access("my-cluster", Access::ReadOnly);
    world.stack_is("UPDATE_IN_PROGRESS");
    let update = world.request("Update", Some(&id), &wanted, Some(&without));
    let answer = world.answer(&update).await;
    assert!(reason(&answer).contains("create daemonsets"), "{answer}");
    assert!(!is_marked(&world, &id), "{}", world.group(&id));
}

/// The DaemonSet would stay for good, so that is told; who wants it so unties the group from it.
#[tokio::test]
async fn access_lost_before_a_delete_is_told_with_both_ways_out() {
    let mut world = World::start(false).await;
    world.has_role(ROLE).await;
    let wanted = gpu(&json!({}));
    let id = create(&world, &wanted).await;
    world.simulator.access("my-cluster", forbidden());
    let answer = delete(&world, &id, &wanted).await;
    let arn = world.group(&id)["nodegroupArn"].as_str().unwrap().to_owned();
    let untag = format!("aws eks untag-resource --resource-arn {arn} --tag-keys {TAG}");
    for part in [&untag, "aws eks update-access-entry --cluster-name my-cluster"] {
        assert!(reason(&answer).contains(part), "{part}: {answer}");
    }
    assert_eq!(world.groups(), ["gpu ACTIVE"]);

    world
        .function
        .cloud
        .aws
        .call(&requests::untag(&arn, TAG))
        .await
        .unwrap();
    assert_eq!(delete(&world, &id, &wanted).await["Status"], "SUCCESS");
    assert_eq!(world.groups(), [""; 0]);
    assert!(!plugin(&world).is_null(), "nobody may delete it");

    // A later group of the name finds it as it is to be, and takes it away in the end.
    world.simulator.access("my-cluster", Access::Granted);
    world.stack_is("CREATE_IN_PROGRESS");
    create(&world, &wanted).await;
    assert!(is_marked(&world, &id), "{}", world.group(&id));
    assert_eq!(delete(&world, &id, &wanted).await["Status"], "SUCCESS");
    assert_eq!(plugin(&world), Value::Null);
}

/// An endpoint that was closed to the function stays so: that is told, with the way out, long before the time is over.
#[tokio::test]
async fn a_cluster_out_of_reach_keeps_the_group_and_says_what_to_do() {
    let mut world = World::start(false).await;
    let wanted = gpu(&json!({}));
    let id = create(&world, &wanted).await;
    world
        .simulator
        .put_cluster(json!({"name": "my-cluster", "endpoint": "https://127.0.0.1:1"}));
    world.has_role(ROLE).await;
    let answer = delete(&world, &id, &wanted).await;
    for part in ["no answer", &format!("--tag-keys {TAG}")] {
        assert!(reason(&answer).contains(part), "{part}: {answer}");
    }
    assert_eq!(world.groups(), ["gpu ACTIVE"]);
}

/// Neither is a rollback of an update.
#[tokio::test]
async fn a_rollback_of_an_update_does_not_fail_for_access() {
    let world = World::start(false).await;
    let (first, second) = (gpu(&json!({})), gpu(&json!({"NvidiaDevicePlugin": null})));
    let id = create(&world, &second).await;
    world.simulator.access("my-cluster", Access::NoEntry);
    let warnings = roll_back(&world, &id, &first, &second).await;
    assert!(warnings.contains("401 Unauthorized"), "{warnings}");
}

/// Creates and deletes, with one death in one of both; the calls of each.
async fn live_and_die(in_create: Death, in_delete: Death) -> [Vec<&'static str>; 2] {
    let world = World::start(false).await;
    let wanted = gpu(&json!({}));
    let made = || world.function.cloud.made.lock().unwrap().clone();
    world.die(in_create);
    let id = create(&world, &wanted).await;
    let of_create = made();
    let all = || world.simulator.objects("my-cluster", "daemonsets");
    assert_eq!(all().len(), 1, "{in_create:?}");
    assert_eq!(groups(&plugin(&world)), &json!(["gpu"]));
    assert!(is_marked(&world, &id), "{in_create:?}");
    world.die(in_delete);
    let answer = delete(&world, &id, &wanted).await;
    assert_eq!(answer["Status"], "SUCCESS", "{in_delete:?}: {answer}");
    assert_eq!(all(), [Value::Null; 0], "{in_delete:?}");
    assert_eq!(world.groups(), [""; 0], "{in_delete:?}");
    world.receiver.assert_clean();
    [of_create, made()]
}

/// What is called before the group is there, `crashes.rs` tries.
#[tokio::test]
async fn a_death_at_any_call_leaves_one_daemon_set_and_then_none() {
    let [of_create, of_delete] = live_and_die(Death::Never, Death::Never).await;
    assert!(
        of_create.contains(&"CreateDaemonSet")
            && of_create.contains(&"ApplyObject")
            && of_delete.contains(&"DeleteDaemonSet")
    );
    let made = of_create.iter().position(|call| *call == "CreateNodegroup").unwrap();
    let alive = Death::Never;
    for call in made + 1..=of_create.len() {
        tokio::join!(
            live_and_die(Death::Before(call), alive),
            live_and_die(Death::After(call), alive)
        );
    }
    for call in 1..=of_delete.len().min(20) {
        tokio::join!(
            live_and_die(alive, Death::Before(call)),
            live_and_die(alive, Death::After(call))
        );
    }
}
