//! `mng plan`: what would be called, against an account in which nothing may change by it.

#[path = "support/account.rs"]
mod account;
mod support;

use account::Account;
use local_stack::simulator::{FaultKind, InjectedFault, When};
use serde_json::{Value, json};
use support::{CommandResult, file, mng};

const NO_STACK: &str = "the stack's tags are left out: cloudformation:DescribeStacks on ";
const ID: &str = "my-cluster/my-mng";

/// The lines on stdout, with the ids of EC2's by their kind alone.
fn lines(text: &str) -> Vec<String> {
    let word = |word: &str| match word.split_once('-') {
        Some((kind @ ("lt" | "sg" | "vpc" | "key"), _)) => format!("{kind}-…"),
        _ => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect()
}

#[track_caller]
fn check((status, output, notes): CommandResult, expected_status: i32, expected: &[&str]) {
    assert_eq!(status, Some(expected_status), "{output}{notes}");
    assert_eq!(lines(&output), expected, "{notes}");
}

#[tokio::test]
async fn a_create() {
    let account = Account::start().await;
    let expected = [
        "ec2:CreateSecurityGroup my-cluster/my-mng  in vpc-…",
        "ec2:AuthorizeSecurityGroupIngress my-cluster/my-mng  tcp 22 from 0.0.0.0/0",
        "ec2:CreateLaunchTemplate my-cluster/my-mng  m5.large, 20 GiB, key pair my-key, no IMDS for pods",
        "eks:CreateNodegroup my-cluster/my-mng  launch template my-cluster/my-mng version 1, AL2023_x86_64_STANDARD, \
         minSize 2, maxSize 4, desiredSize 3",
    ];
    let told = account.output("plan", &account.create(&json!({}))).await;
    assert!(told.2.starts_with(NO_STACK), "{}", told.2);
    assert!(told.2.contains("\nSSH is open to 0.0.0.0/0"), "{}", told.2);
    check(told, 0, &expected);

    let submitted = account.create(&json!({"WaitFor": "Submitted", "Preflight": "Off"}));
    check(account.output("plan", &submitted).await, 0, &expected);
    let message =
        json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": account.create(&json!({})).to_string()}}]});
    check(account.output("plan", &message).await, 0, &expected);
}

#[tokio::test]
async fn an_update_and_a_delete() {
    let account = Account::start().await;
    let create = account.create(&json!({}));
    assert_eq!(account.made(&create).await, ID);
    check(
        account.output("plan", &account.update(&create, ID, &json!({}))).await,
        0,
        &["no changes"],
    );

    let changes = json!({
        "Labels": {"team": "blue"}, "DiskSize": "50",
        "Taints": [{"Key": "dedicated", "Value": "gpu", "Effect": "NoSchedule"}],
        "ScalingConfig": {"MinSize": "2", "MaxSize": "5", "DesiredSize": "3"},
        "UpdateConfig": {"MaxUnavailablePercentage": "33"},
    });
    let update = account.update(&create, ID, &changes);
    let release = account.simulator.node_group("my-cluster", "my-mng")["releaseVersion"].clone();
    let release = release.as_str().expect("a release");
    let version = format!(
        "eks:UpdateNodegroupVersion my-cluster/my-mng  releaseVersion {release} → the newest, \
         launch template version 1 → 2, rolls 3 node(s)"
    );
    let expected = [
        "ec2:CreateLaunchTemplateVersion lt-…  my-cluster/my-mng: m5.large, 50 GiB, key pair my-key, no IMDS for pods",
        &version,
        "eks:UpdateNodegroupConfig my-cluster/my-mng  maxSize 4 → 5, labels +team, taints +dedicated=gpu:NO_SCHEDULE, \
         maxUnavailable 1 → 33%",
    ];
    check(account.output("plan", &update).await, 0, &expected);

    let expected = [
        "eks:DeleteNodegroup my-cluster/my-mng",
        "ec2:DeleteLaunchTemplate lt-…  my-cluster/my-mng",
        "ec2:DeleteSecurityGroup sg-…  my-cluster/my-mng",
    ];
    let told = account.output("plan", &account.delete(&create, ID)).await;
    assert!(!told.2.contains(NO_STACK), "a Delete gives no tags: {}", told.2);
    check(told, 0, &expected);
    let never = account.delete(&create, "my-cluster/other");
    check(account.output("plan", &never).await, 0, &["no changes"]);
}

/// Its tags count, and not what it does today.
#[tokio::test]
async fn the_stack_is_asked_for_its_tags() {
    let account = Account::start().await;
    let create = account.create(&json!({}));
    account.made(&create).await;
    let stack = "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>my-mng</StackName>\
                 <StackStatus>UPDATE_ROLLBACK_COMPLETE</StackStatus>\
                 <CreationTime>2026-01-01T00:00:00Z</CreationTime><Tags>\
                 <member><Key>team</Key><Value>blue</Value></member></Tags></member></Stacks></DescribeStacksResult>\
                 </DescribeStacksResponse>";
    let told = account.moto.answer("DescribeStacks", "", 200, stack).await;
    told.expect("moto takes it");
    let same = account.output("plan", &account.update(&create, ID, &json!({}))).await;
    assert!(!same.2.contains("tags are left out"), "{}", same.2);
    check(same, 0, &["eks:TagResource my-cluster/my-mng  +team"]);
}

#[tokio::test]
async fn a_replacement() {
    let account = Account::start().await;
    let create = account.create(&json!({"NodegroupName": null, "RemoteAccess": null}));
    let id = account.made(&create).await;
    let update = account.update(
        &create,
        &id,
        &json!({"CapacityType": "SPOT", "InstanceTypes": ["m5.large", "m5a.large"]}),
    );
    let (status, output, notes) = account.output("plan", &update).await;
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!((status, lines.len()), (Some(0), 3), "{output}{notes}");
    assert!(
        lines[0].starts_with("ec2:CreateLaunchTemplate my-cluster/NodeGroup-"),
        "{output}"
    );
    assert!(
        lines[1].starts_with("eks:CreateNodegroup my-cluster/NodeGroup-"),
        "{output}"
    );
    for part in [&format!("  in place of {id}, "), " m5.large or m5a.large, ", " SPOT, "] {
        assert!(lines[1].contains(part), "{part} in {output}");
    }
    assert!(
        lines[2].starts_with("eks:UntagResource my-cluster/NodeGroup-"),
        "{output}"
    );
    let deletes = format!("CloudFormation then asks for the deletion of {id}, ");
    assert!(notes.contains(&deletes), "{notes}");
}

#[tokio::test]
async fn what_would_be_refused_is_told_with_its_reason() {
    let account = Account::start().await;
    for (changes, expected) in [
        (json!({"Version": "1.35"}), "[version-ahead]"),
        (json!({"AmiTyp": "x"}), "[unknown-property]"),
    ] {
        let (status, output, _) = account.output("plan", &account.create(&changes)).await;
        assert_eq!(status, Some(1), "{output}");
        assert!(
            output.starts_with("nothing was changed, 1 problem(s): (1) "),
            "{output}"
        );
        assert!(output.contains(expected), "{output}");
    }
    let file = file(&account.create(&json!({"Version": "1.35"})));
    let path = file.path().display().to_string();
    let (status, output, _) = account.run(&["plan", "--format", "json", &path]).await;
    let told: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!((status, told.as_array().map(Vec::len)), (Some(1), Some(1)), "{told}");
    assert!(
        told[0]["refused"]
            .as_str()
            .is_some_and(|reason| reason.contains("[version-ahead]")),
        "{told}"
    );
}

#[tokio::test]
async fn properties_alone_are_planned_for_a_new_stack() {
    let account = Account::start().await;
    let properties = account.properties(&json!({"ClusterName": null, "RemoteAccess": null, "DiskSize": 30}));
    let file = file(&properties);
    let path = file.path().display().to_string();
    let arguments = [
        "plan",
        "--properties",
        &path,
        "--cluster",
        "my-cluster",
        "--format",
        "json",
    ];
    let (status, output, notes) = account.run(&arguments).await;
    let told: Value = serde_json::from_str(&output).unwrap_or_else(|error| panic!("{error}: {output}{notes}"));
    let first =
        json!({"action": "ec2:CreateLaunchTemplate", "resource": ID, "details": "m5.large, 30 GiB, no IMDS for pods"});
    assert_eq!((status, &told[0]), (Some(0), &first), "{notes}");
    assert_eq!(told[1]["action"], "eks:CreateNodegroup");
    assert!(notes.starts_with("without a stack its tags are left out"), "{notes}");

    let (status, output, _) = account.run(&["plan", "--properties", &path]).await;
    assert_eq!(status, Some(1), "{output}");
    assert!(output.contains("ClusterName: is required"), "{output}");
}

#[tokio::test]
async fn what_cant_be_known_is_no_plan() {
    let account = Account::start().await;
    let create = account.create(&json!({}));
    account.made(&create).await;
    account
        .simulator
        .patch_node_group("my-cluster", "my-mng", json!({"status": "UPDATING"}));
    let (status, output, problem) = account.output("plan", &account.update(&create, ID, &json!({}))).await;
    assert_eq!((status, output.as_str()), (Some(2), ""), "{problem}");
    assert!(
        problem.starts_with("node group my-cluster/my-mng is UPDATING, which the request would wait for"),
        "{problem}"
    );

    account.simulator.fault(InjectedFault {
        operation: "DescribeNodegroup".to_owned(),
        nth: 1,
        times: 9,
        when: When::Before,
        kind: FaultKind::Error {
            status: 403,
            code: "AccessDeniedException".to_owned(),
            message: "not allowed".to_owned(),
        },
    });
    let other = account.create(&json!({"NodegroupName": "other"}));
    let (status, output, problem) = account.output("plan", &other).await;
    assert_eq!((status, output.as_str()), (Some(2), ""), "{problem}");
    assert!(
        problem.starts_with("eks:DescribeNodegroup on my-cluster/other: "),
        "{problem}"
    );
    assert!(!problem.contains("ServiceToken"), "{problem}");
}

#[test]
fn what_cant_be_read_or_asked_is_told() {
    // Nothing listens on port 1.
    let environment = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_REGION", local_stack::REGION),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    let template = file(&json!({"Resources": {}}));
    let event = file(&support::event("my-mng.create.json"));
    let path = |file: &tempfile::NamedTempFile| file.path().display().to_string();
    for command in ["plan", "preflight"] {
        for (arguments, expected) in [
            (&[command, &path(&event)][..], "no answer: "),
            (
                &[command, "--properties", &path(&template)],
                "expected the properties of one node group alone",
            ),
            (&[command, &path(&template)], "no request"),
            (&[command, "no-such-file.json"], "no-such-file.json: "),
            (&[command], "<EVENT|--properties <FILE>>"),
        ] {
            let (status, output, problem) = mng(arguments, &environment);
            assert_eq!((status, output.as_str()), (Some(2), ""), "{arguments:?}: {problem}");
            assert!(problem.contains(expected), "{arguments:?}: {problem}");
        }
    }
}
