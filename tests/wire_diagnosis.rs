//! What diagnosis reads, as the real adapters read it from moto; and what becomes of a read that is denied, preflight's
//! among them.

mod support;

use mng_core::call_error::Fault;
use mng_core::diagnosis::{Activity, Console, Evidence};
use mng_core::nodegroup::group::{Issue, NodeGroup};
use mng_engine::ports::{Calls, ReadEvidence};
use serde_json::json;
use support::account::{Account, failed, good};

const OF_THE_FIRST_ROUND: [&str; 10] = [
    "iam:GetRole",
    "iam:GetRole",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "ec2:DescribeSubnets",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeKeyPairs",
    "kms:DescribeKey",
    "servicequotas:GetServiceQuota",
    "ec2:DescribeVpcs",
];
const OF_THE_SECOND_ROUND: [&str; 8] = [
    "ec2:DescribeRouteTables",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeInstanceTypeOfferings",
    "kms:ListGrants",
    "kms:GetKeyPolicy",
];

const ACTIVITIES: &str = r#"<DescribeScalingActivitiesResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/">
    <DescribeScalingActivitiesResult><Activities>
    <member><StatusCode>Failed</StatusCode><Description>Launching a new EC2 instance</Description>
    <StatusMessage>no capacity</StatusMessage><Cause>more was wanted</Cause></member>
    <member><StatusCode>Successful</StatusCode><Description>Launching a new EC2 instance: i-0abc</Description></member>
    </Activities></DescribeScalingActivitiesResult></DescribeScalingActivitiesResponse>"#;

#[tokio::test]
async fn what_a_group_met_is_read() {
    let account = Account::start().await;
    let moto = &account.moto;
    let refused = "<Response><Errors><Error><Code>UnsupportedOperation</Code></Error></Errors></Response>";
    for (action, having, status, body) in [
        ("DescribeScalingActivities", "eks-nodes", 200, ACTIVITIES),
        ("GetConsoleOutput", "i-0abc", 200, &console("booting")),
        ("GetConsoleOutput", "i-0def", 200, &console("kept")),
        ("GetConsoleOutput", "i-0def&Latest=true", 400, refused),
    ] {
        moto.answer(action, having, status, body).await.unwrap();
    }
    let failed = Activity {
        status: "Failed".to_owned(),
        description: "Launching a new EC2 instance".to_owned(),
        message: "no capacity".to_owned(),
        cause: "more was wanted".to_owned(),
    };
    let evidence = |activities: &[Activity], console: Option<(&str, &str)>| Evidence {
        activities: activities.to_vec(),
        console: console.map(|(instance, text)| Console {
            instance: instance.to_owned(),
            text: text.to_owned(),
        }),
        ..Evidence::default()
    };
    for (group, expected) in [
        // The one launched last, where the service names none.
        (
            group("eks-nodes", &[]),
            evidence(&[failed], Some(("i-0abc", "booting"))),
        ),
        (
            group("", &["eks-asg", "i-0def"]),
            evidence(&[], Some(("i-0def", "kept"))),
        ),
        (group("", &[]), Evidence::default()),
    ] {
        assert_eq!(account.aws.call(&read(group)).await, expected);
    }
    moto.deny("autoscaling:DescribeScalingActivities").await.unwrap();
    moto.deny("ec2:GetConsoleOutput").await.unwrap();
    let unread = account.aws.call(&read(group("eks-nodes", &["i-0abc"]))).await.unread;
    let expected = [
        ("autoscaling:DescribeScalingActivities", "eks-nodes"),
        ("ec2:GetConsoleOutput", "i-0abc"),
    ];
    assert_eq!(unread.len(), expected.len());
    for (text, (action, resource)) in unread.iter().zip(expected) {
        assert!(text.starts_with(&format!("{action} on {resource}: ")), "{text}");
        assert!(
            text.ends_with(&format!(
                "allow {action} to the role of the function behind ServiceToken"
            )),
            "{text}"
        );
    }
}

/// One read that is denied takes none of the others with it.
#[tokio::test]
async fn a_denied_read_tells_the_action() {
    let account = Account::start().await;
    let kms = aws_sdk_kms::Client::new(&account.config().await);
    let key = kms
        .create_key()
        .policy("{}")
        .send()
        .await
        .unwrap()
        .key_metadata
        .unwrap();
    let changes = json!({"Volume": {"KmsKeyId": key.key_id}, "RemoteAccess": {"Ec2SshKey": "my-key"}});
    for action in OF_THE_SECOND_ROUND {
        account.moto.deny(action).await.unwrap();
    }
    let facts = account.facts(changes.clone()).await;
    let faults = [
        failed(facts.route_tables),
        failed(facts.endpoints),
        failed(facts.dns),
        failed(facts.dhcp),
        failed(facts.security_groups),
        failed(facts.offers),
        failed(facts.grantees),
        failed(facts.key_policy),
    ];
    assert_eq!(faults, OF_THE_SECOND_ROUND.map(|action| (Fault::Denied, action)));
    for action in OF_THE_FIRST_ROUND {
        account.moto.deny(action).await.unwrap();
    }
    let facts = account.facts(changes).await;
    let faults = [
        failed(facts.role),
        failed(facts.service_linked_role),
        failed(facts.role_policies),
        failed(facts.other_instances),
        failed(facts.subnets),
        failed(facts.types),
        failed(facts.key_pairs),
        failed(facts.key),
        failed(facts.quotas),
        // Of the cluster's VPC, since the subnets' isn't known.
        failed(facts.dhcp),
    ];
    assert_eq!(faults, OF_THE_FIRST_ROUND.map(|action| (Fault::Denied, action)));
    assert_eq!(facts.offers, None);
    assert_eq!(good(facts.cluster).status, "ACTIVE");
}

fn group(auto_scaling_group: &str, resources: &[&str]) -> NodeGroup {
    NodeGroup {
        auto_scaling_group: auto_scaling_group.to_owned(),
        issues: vec![Issue {
            code: "NodeCreationFailure".to_owned(),
            message: "Instances failed to join the kubernetes cluster".to_owned(),
            resources: resources.iter().map(|&resource| resource.to_owned()).collect(),
        }],
        ..NodeGroup::default()
    }
}

fn console(text: &str) -> String {
    let output = aws_smithy_types::base64::encode(text);
    format!("<GetConsoleOutputResponse><output>{output}</output></GetConsoleOutputResponse>")
}

fn read(group: NodeGroup) -> ReadEvidence {
    let group = Box::new(group);
    ReadEvidence { group }
}
