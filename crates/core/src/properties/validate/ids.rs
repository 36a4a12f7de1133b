//! Ids and ARNs: each is of the kind that its property wants. What exists is for the preflight checks to say.

use std::collections::BTreeSet;

use crate::properties::fields::Fields;
use crate::properties::rule::Rule;

/// What ids of EC2 begin with, and what they are ids of.
const KINDS: [(&str, &str); 10] = [
    ("subnet-", "a subnet"),
    ("vpc-", "a VPC"),
    ("sg-", "a security group"),
    ("rtb-", "a route table"),
    ("eni-", "a network interface"),
    ("igw-", "an internet gateway"),
    ("nat-", "a NAT gateway"),
    ("acl-", "a network ACL"),
    ("vpce-", "a VPC endpoint"),
    ("lt-", "a launch template"),
];

/// A group takes the role's ARN; its instance profile, which EC2 wants, is EKS's to make.
pub fn node_role(fields: &mut Fields) -> String {
    let arn = fields.required_text("NodeRole");
    let is_arn = arn.starts_with("arn:");
    if arn.trim().is_empty() || is_arn && arn.contains(":role/") {
        return arn;
    }
    let got = if arn.contains(":instance-profile/") {
        "the ARN of an instance profile"
    } else if is_arn {
        "the ARN of something else"
    } else {
        "a name"
    };
    let expected = "expected the ARN of a role, such as arn:aws:iam::111122223333:role/eks-node";
    fields.problem("NodeRole", Rule::NodeRole, format!("{expected}, got {got}, \"{arn}\""));
    arn
}

/// A list that CloudFormation handed over as one text has commas in it.
pub fn subnets(fields: &mut Fields, subnets: &BTreeSet<String>) {
    for id in subnets {
        let expected = "expected ids such as subnet-0123456789abcdef0";
        if id.contains(',') {
            let message =
                format!("{expected}, got several in one text, \"{id}\"; make them a list, by Fn::Split for example");
            fields.problem("Subnets", Rule::IdSyntax, message);
        } else if let Some(kind) = kind(id).filter(|kind| *kind != "a subnet") {
            let message = format!("{expected}, got the id of {kind}, \"{id}\"");
            fields.problem("Subnets", Rule::IdSyntax, message);
        }
    }
}

pub fn security_groups(fields: &mut Fields, key: &'static str) -> BTreeSet<String> {
    let groups: BTreeSet<String> = fields.texts(key).unwrap_or_default().into_iter().collect();
    for group in groups
        .iter()
        .filter(|group| !group.trim().is_empty() && !group.starts_with("sg-"))
    {
        let message = format!("expected ids such as sg-0123456789abcdef0, got \"{group}\"");
        fields.problem(key, Rule::IdSyntax, message);
    }
    groups
}

pub fn launch_template(fields: &mut Fields, id: String) -> String {
    if !id.starts_with("lt-") {
        let expected = "expected an id such as lt-0123456789abcdef0";
        fields.problem(
            "Id",
            Rule::IdSyntax,
            format!("{expected}, got \"{id}\"; a name belongs into Name"),
        );
    }
    id
}

fn kind(id: &str) -> Option<&'static str> {
    let known = KINDS.iter().find(|(start, _)| id.starts_with(start));
    known.map(|(_, kind)| *kind)
}
