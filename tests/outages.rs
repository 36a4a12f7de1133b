//! What passes fails nothing: IAM's lag in EKS's words, a cluster whose authenticator is out for a while, and a Kubernetes API
//! that says nothing.

mod support;

use std::time::Duration;

use mng_core::call_error::Fault::Unknown;
use mng_core::call_error::NO_ANSWER;
use mng_engine::ports::Calls;
use serde_json::{Value, json};
use simulator::{FaultKind, InjectedFault, NodesStay, When};
use support::flows::{create, properties, reason, roll_back};
use support::plugin::gpu;
use support::requests::list_daemon_sets;
use support::world::World;

/// As often as the function asks for what its role doesn't allow.
const DENIALS: u32 = 5;

/// More denials in a row than access gets that never worked.
const MANY: u32 = 12;

/// How long a test waits for what has to happen.
const PATIENCE: Duration = Duration::from_secs(60);

const DRY_RUN: &str = "You are not authorized to launch instances with this launch template. Encoded authorization failure message: \
     4Oey8yXlZdFCmtDDN0";
const SERVICE_ROLE: &str = "Failed to validate if SLR: AWSServiceRoleForAmazonEKSNodegroup already exists due to missing permissions for \
                            'iam:GetRole'";

fn wanted(changes: &Value) -> Value {
    let sizes = json!({"MinSize": 0, "MaxSize": 5, "DesiredSize": 2});
    let mut wanted = properties(&json!({"NodegroupName": "my-mng", "WaitFor": "NodesReady", "ScalingConfig": sizes}));
    for (key, value) in changes.as_object().unwrap() {
        wanted[key] = value.clone();
    }
    wanted
}

fn refuse_creates(world: &World, code: &str, message: &str, times: u32) {
    world.simulator.fault(InjectedFault {
        operation: "CreateNodegroup".to_owned(),
        nth: 1,
        times,
        when: When::Before,
        kind: FaultKind::Error {
            status: 400,
            code: code.to_owned(),
            message: message.to_owned(),
        },
    });
}

fn hang(world: &World, operation: &str, nth: u32) {
    world.simulator.fault(InjectedFault {
        operation: operation.to_owned(),
        nth,
        times: u32::MAX,
        when: When::Before,
        kind: FaultKind::Hang,
    });
}

/// CloudFormation changes the policy of the function's role and sends the request moments later. EKS tells what IAM doesn't
/// allow yet as a request that isn't valid.
#[tokio::test]
async fn a_denial_in_eks_own_words_is_waited_for() {
    for (code, message) in [
        ("InvalidRequestException", DRY_RUN),
        ("InvalidParameterException", SERVICE_ROLE),
    ] {
        let world = World::start(false).await;
        refuse_creates(&world, code, message, DENIALS - 1);
        create(&world, &properties(&json!({}))).await;
        world.receiver.assert_clean();
    }
}

/// A permission that lacks for good is told in EKS's words: it isn't the one that the call is named by.
#[tokio::test]
async fn a_denial_in_eks_own_words_that_lasts_is_told_in_them() {
    for message in [DRY_RUN, SERVICE_ROLE] {
        let world = World::start(false).await;
        refuse_creates(&world, "InvalidRequestException", message, u32::MAX);
        let answer = world
            .answer(&world.request("Create", None, &properties(&json!({})), None))
            .await;
        let told = reason(&answer);
        assert!(told.contains(message), "{told}");
        assert!(!told.contains("allow eks:CreateNodegroup"), "{told}");
        let asked = world.simulator.requests().into_iter();
        let asked = asked.filter(|request| request.operation == "CreateNodegroup").count();
        assert_eq!(asked, DENIALS as usize);
    }
}

/// Waits until the nodes were listed, denies whoever asks, and ends the watch: what comes next is a list.
async fn deny_after_the_first_list(world: &World) {
    let listed = async {
        while world.simulator.kubernetes_requests().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, listed).await.expect("nodes are listed");
    world.simulator.deny("my-cluster", MANY);
    world.simulator.compact("my-cluster");
    world.simulator.end_watches("my-cluster");
}

/// The group is ACTIVE and its nodes were listed. Then the cluster's authenticator is out for a while and answers 401 to everybody.
#[tokio::test]
async fn access_that_worked_is_asked_for_until_it_works_again() {
    for step_functions in [false, true] {
        let world = World::start(step_functions).await;
        world.simulator.durations(|durations| durations.node_ready = 400.0);
        let request = world.request("Create", None, &wanted(&json!({})), None);
        let (answer, ()) = tokio::join!(world.answer(&request), deny_after_the_first_list(&world));
        assert_eq!(answer["Status"], "SUCCESS", "{answer}");
        assert_eq!(answer["Data"]["ReadyNodes"], "2");
        let denied = world.simulator.kubernetes_requests().into_iter();
        assert_eq!(denied.filter(|request| request.status == 401).count(), MANY as usize);
    }
}

/// It lasts to the deadline, and then the reason names it, and how many nodes were Ready when they could be counted.
#[tokio::test]
async fn access_that_worked_and_does_not_come_back_is_told_at_the_deadline() {
    let world = World::start(false).await;
    let stay = NodesStay::Absent { count: 1 };
    world.simulator.nodes_stay("my-cluster", "my-mng", stay);
    let request = world.request("Create", None, &wanted(&json!({"ServiceTimeout": "4"})), None);
    let deny = async {
        deny_after_the_first_list(&world).await;
        world.simulator.deny("my-cluster", u32::MAX);
    };
    let (answer, ()) = tokio::join!(world.answer(&request), deny);
    let told = reason(&answer);
    for part in [
        "the time given by ServiceTimeout is over",
        "401 Unauthorized",
        "of 2 nodes were Ready",
        "earlier in this request",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

/// What was listed a moment ago shows that the cluster knows the function, also where something is to be created.
#[tokio::test]
async fn the_device_plugin_is_applied_after_an_outage() {
    let world = World::start(false).await;
    unauthorised(&world, "create daemonsets", MANY);
    create(&world, &gpu(&json!({}))).await;
    let asked = world.simulator.kubernetes_requests();
    assert_eq!(
        asked.iter().filter(|request| request.method == "POST").count(),
        MANY as usize + 1
    );
}

fn unauthorised(world: &World, operation: &str, times: u32) {
    failing(world, operation, times, 401, "Unauthorized");
}

fn failing(world: &World, operation: &str, times: u32, status: u16, reason: &str) {
    world.simulator.fault(InjectedFault {
        operation: operation.to_owned(),
        nth: 1,
        times,
        when: When::Before,
        kind: FaultKind::Error {
            status,
            code: reason.to_owned(),
            message: reason.to_owned(),
        },
    });
}

/// The network plugin's setting can't be written for a while: the nodes were listed before.
#[tokio::test]
async fn windows_support_is_switched_on_after_an_outage() {
    let world = World::start(false).await;
    unauthorised(&world, "patch configmaps", MANY);
    let wanted = properties(&json!({"AmiType": "WINDOWS_CORE_2022_x86_64", "WindowsSupport": true}));
    create(&world, &wanted).await;
}

/// That nodes may be listed doesn't say that DaemonSets may be created.
#[tokio::test]
async fn what_was_never_allowed_is_refused_early() {
    let world = World::start(false).await;
    failing(&world, "create daemonsets", u32::MAX, 403, "Forbidden");
    let answer = world
        .answer(&world.request("Create", None, &gpu(&json!({})), None))
        .await;
    assert!(reason(&answer).contains("403 Forbidden"), "{answer}");
    let asked = world.simulator.kubernetes_requests();
    assert_eq!(asked.iter().filter(|request| request.method == "POST").count(), 3);
}

/// The call under way is named, and no other is blamed.
#[tokio::test]
async fn a_kubernetes_api_that_is_silent_is_named_at_the_deadline() {
    let world = World::start(false).await;
    hang(&world, "list nodes", 1);
    let request = world.request("Create", None, &wanted(&json!({"ServiceTimeout": "3"})), None);
    let answer = world.answer(&request).await;
    let told = reason(&answer);
    for part in [
        "the time given by ServiceTimeout is over",
        "list nodes on the Kubernetes API of cluster my-cluster",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("AWS did not answer"), "{told}");
}

#[tokio::test]
async fn what_was_known_before_a_silence_is_told() {
    let world = World::start(false).await;
    let stay = NodesStay::Absent { count: 1 };
    world.simulator.nodes_stay("my-cluster", "my-mng", stay);
    hang(&world, "list nodes", 2);
    let request = world.request("Create", None, &wanted(&json!({"ServiceTimeout": "4"})), None);
    let expire = async {
        let counted = async {
            while world.simulator.kubernetes_requests().len() < 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, counted)
            .await
            .expect("nodes are watched");
        world.simulator.compact("my-cluster");
        world.simulator.end_watches("my-cluster");
    };
    let (answer, ()) = tokio::join!(world.answer(&request), expire);
    let told = reason(&answer);
    assert!(told.contains("list nodes on the Kubernetes API"), "{told}");
    assert!(told.contains("of 2 nodes were Ready"), "{told}");
}

/// A list has a limit of its own, which is shorter than what a pass has left at the deadline.
#[tokio::test]
async fn a_list_that_does_not_come_is_given_up() {
    let world = World::start(false).await;
    hang(&world, "list daemonsets", 1);
    let listed = world.function.cloud.aws.call(&list_daemon_sets("my-cluster")).await;
    let error = listed.expect_err("nothing comes");
    assert_eq!((error.fault, error.code.as_str()), (Unknown, NO_ANSWER));
    assert!(error.message.contains("none came within 10 seconds"), "{error}");
}

/// A rollback goes on without what it can't have, when its time is over at the latest.
#[tokio::test]
async fn a_rollback_does_not_fail_for_a_kubernetes_api_that_is_silent() {
    let world = World::start(false).await;
    let (first, second) = (
        wanted(&json!({"ServiceTimeout": "3"})),
        wanted(&json!({"ServiceTimeout": "3", "Labels": {"a": "b"}})),
    );
    let id = create(&world, &first).await;
    hang(&world, "list nodes", 1);
    let warnings = roll_back(&world, &id, &first, &second).await;
    assert!(warnings.contains("list nodes on the Kubernetes API"), "{warnings}");
}

/// Whatever call is under way when the time is over, the reason names it.
#[tokio::test]
async fn a_call_of_eks_that_is_silent_is_named_too() {
    let world = World::start(false).await;
    hang(&world, "CreateNodegroup", 1);
    let request = world.request("Create", None, &wanted(&json!({"ServiceTimeout": "3"})), None);
    let answer = world.answer(&request).await;
    assert!(reason(&answer).contains("eks:CreateNodegroup"), "{answer}");
}
