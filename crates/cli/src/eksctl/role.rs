//! `NodeRole`: the one that the file names, or else one in the template with the policies that eksctl attaches.

use serde_json::{Map, Value, json};

use super::group::EksctlGroup;
use super::scalars::typed;
use crate::note::NoteKind;

/// What every node needs.
const NODE: [&str; 2] = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"];
/// Without an OIDC provider the network plugin has the node's permissions alone.
const NETWORK: &str = "AmazonEKS_CNI_Policy";
/// What Session Manager needs.
const SESSIONS: &str = "AmazonSSMManagedInstanceCore";

/// Of AWS's.
const ADDON_POLICIES: [(&str, &str); 4] = [
    ("imageBuilder", "AmazonEC2ContainerRegistryPowerUser"),
    ("cloudWatch", "CloudWatchAgentServerPolicy"),
    ("ebs", "service-role/AmazonEBSCSIDriverPolicy"),
    ("xRay", "AWSXRayDaemonWriteAccess"),
];

/// Whose statements stand in the role.
const ADDON_STATEMENTS: [&str; 5] = ["autoScaler", "certManager", "efs", "externalDNS", "fsx"];

const ROLE_FIELDS: [&str; 3] = ["attachPolicy", "attachPolicyARNs", "instanceRolePermissionsBoundary"];

/// How the cluster's network plugin gets its permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkPermissions {
    /// By a role of its own, as `iam.withOIDC` in this line lets eksctl suppose.
    OfThePlugin {
        line: usize,
    },
    OfTheNodes,
}

pub enum NodeRole {
    Arn(String),
    /// A resource of the template.
    Made(Value),
}

pub fn node_role(group: &mut EksctlGroup, network: NetworkPermissions) -> NodeRole {
    match group.text("iam.instanceRoleARN") {
        Some(arn) => {
            tell_what_is_the_roles(group);
            NodeRole::Arn(arn.to_owned())
        }
        None => {
            tell_of_network(group, network);
            NodeRole::Made(made(group, network))
        }
    }
}

/// A role that is there isn't changed, by eksctl neither.
fn tell_what_is_the_roles(group: &mut EksctlGroup) {
    let settings = ROLE_FIELDS.map(|field| format!("iam.{field}"));
    let is_set = |field: &String| {
        let node = group.at(field);
        node.is_some_and(|node| node.text() != Some("") && !(node.items().is_empty() && node.kind() == "a list"))
    };
    let settings: Vec<String> = settings.into_iter().filter(is_set).chain(asked_for(group)).collect();
    for field in settings {
        group.unmapped(
            &field,
            "iam.instanceRoleARN names a role that is there; change that role",
        );
    }
}

/// eksctl looks at the service account of `aws-node` too (`DoesAWSNodeUseIRSA`), and attaches the policy where that has no role.
fn tell_of_network(group: &mut EksctlGroup, network: NetworkPermissions) {
    if let NetworkPermissions::OfThePlugin { line } = network
        && group.texts("iam.attachPolicyARNs").is_empty()
    {
        let text = format!(
            "the node roles don't have {NETWORK}, for with an OIDC provider the network plugin is taken to have a role of its own; \
             if aws-node has none in the cluster, add it to ManagedPolicyArns, or the nodes don't become ready"
        );
        group.notes.add(line, "iam.withOIDC", NoteKind::Told, text);
    }
}

fn made(group: &EksctlGroup, network: NetworkPermissions) -> Value {
    let mut role = Map::new();
    let boundary = group.text("iam.instanceRolePermissionsBoundary");
    role.extend(boundary.map(|arn| ("PermissionsBoundary".to_owned(), json!(arn))));
    role.insert("AssumeRolePolicyDocument".to_owned(), trust());
    role.insert("ManagedPolicyArns".to_owned(), managed_policies(group, network));
    let policies = inline_policies(group);
    if !policies.is_empty() {
        role.insert("Policies".to_owned(), Value::Array(policies));
    }
    json!({"Type": "AWS::IAM::Role", "Properties": role})
}

/// The addon policies that the template would hold.
fn asked_for(group: &EksctlGroup) -> Vec<String> {
    let mapped = ADDON_POLICIES.map(|(addon, _)| addon);
    let mapped = mapped.into_iter().chain(ADDON_STATEMENTS);
    let fields = mapped.map(|addon| format!("iam.withAddonPolicies.{addon}"));
    fields.filter(|field| group.is(field)).collect()
}

/// EC2's name differs in China.
fn trust() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": {"Fn::Sub": "ec2.${AWS::URLSuffix}"}},
            "Action": "sts:AssumeRole",
        }],
    })
}

fn managed_policies(group: &EksctlGroup, network: NetworkPermissions) -> Value {
    let own = group.texts("iam.attachPolicyARNs");
    let mut names = vec![];
    if own.is_empty() {
        names.extend(NODE);
        names.extend((network == NetworkPermissions::OfTheNodes).then_some(NETWORK));
        names.push(SESSIONS);
    }
    let addons = ADDON_POLICIES
        .iter()
        .filter(|(addon, _)| group.is(&format!("iam.withAddonPolicies.{addon}")));
    names.extend(addons.map(|(_, policy)| *policy));
    let is_attached = |name: &&str| own.iter().any(|arn| arn.ends_with(&format!(":policy/{name}")));
    names.retain(|name| !is_attached(name));
    let arns = names
        .iter()
        .map(|name| json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:iam::aws:policy/{name}")}));
    own.iter().map(|arn| json!(arn)).chain(arns).collect()
}

fn inline_policies(group: &EksctlGroup) -> Vec<Value> {
    let mut policies = vec![];
    if group.is("iam.withAddonPolicies.autoScaler") {
        policies.push(named("cluster-autoscaler", &autoscaler()));
    }
    policies.extend(zones(group).map(|statements| named("route-53", &statements)));
    if group.is("iam.withAddonPolicies.efs") {
        policies.push(named("efs", &efs()));
    }
    if group.is("iam.withAddonPolicies.fsx") {
        policies.push(named("fsx", &fsx()));
    }
    let own = group
        .at("iam.attachPolicy")
        .filter(|policy| !policy.entries().is_empty());
    if let Some(document) = own.map(typed) {
        policies.push(json!({"PolicyName": "attached", "PolicyDocument": document}));
    }
    policies
}

fn named(name: &str, statements: &Value) -> Value {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    json!({"PolicyName": name, "PolicyDocument": document})
}

/// What the Cluster Autoscaler calls (its documentation, "Cluster Autoscaler on AWS").
fn autoscaler() -> Value {
    json!([{
        "Effect": "Allow",
        "Action": [
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "autoscaling:DescribeTags",
            "autoscaling:SetDesiredCapacity",
            "autoscaling:TerminateInstanceInAutoScalingGroup",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:GetInstanceTypesFromInstanceRequirements",
            "eks:DescribeNodegroup",
        ],
        "Resource": "*",
    }])
}

/// As wide as eksctl gives it (`efsStatements` and `efsEc2Statements` of its `pkg/cfn/builder`). AWS's policy for the driver
/// allows less: access points alone, and those of the driver's own.
fn efs() -> Value {
    json!([
        {"Effect": "Allow", "Action": "elasticfilesystem:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": [
                "ec2:CreateNetworkInterface",
                "ec2:DeleteNetworkInterface",
                "ec2:DescribeNetworkInterfaceAttribute",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
                "ec2:ModifyNetworkInterfaceAttribute",
            ],
            "Resource": "*",
        },
    ])
}

/// As eksctl gives it (`fsxStatements` and `serviceLinkRoleStatements`).
fn fsx() -> Value {
    let roles = json!({"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/aws-service-role/*"});
    json!([
        {"Effect": "Allow", "Action": "fsx:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["iam:AttachRolePolicy", "iam:CreateServiceLinkedRole", "iam:PutRolePolicy"],
            "Resource": roles,
        },
    ])
}

/// What cert-manager and ExternalDNS call (their documentation, on Route 53).
fn zones(group: &EksctlGroup) -> Option<Value> {
    let certificates = group.is("iam.withAddonPolicies.certManager");
    let names = group.is("iam.withAddonPolicies.externalDNS");
    if !certificates && !names {
        return None;
    }
    let change = json!({
        "Effect": "Allow",
        "Action": "route53:ChangeResourceRecordSets",
        "Resource": {"Fn::Sub": "arn:${AWS::Partition}:route53:::hostedzone/*"},
    });
    let mut reads = vec!["route53:ListResourceRecordSets"];
    reads.extend(certificates.then_some("route53:ListHostedZonesByName"));
    if names {
        reads.extend([
            "route53:ListHostedZones",
            "route53:ListTagsForResource",
            "route53:ListTagsForResources",
        ]);
    }
    let mut statements = vec![change, json!({"Effect": "Allow", "Action": reads, "Resource": "*"})];
    if certificates {
        let resource = json!({"Fn::Sub": "arn:${AWS::Partition}:route53:::change/*"});
        statements.push(json!({"Effect": "Allow", "Action": "route53:GetChange", "Resource": resource}));
    }
    Some(Value::Array(statements))
}
