//! Which services the node role trusts.

use std::collections::BTreeSet;

use super::{RoleArn, finding};
use crate::preflight::check::Check;
use crate::preflight::finding::Finding;
use crate::preflight::policy::allows;
use crate::preflight::text::listed;

const EC2: &str = "ec2.amazonaws.com";

/// EKS has required it in China (bottlerocket-update-operator issue 316). EC2 itself accepts either name there today.
const EC2_IN_CHINA: &str = "ec2.amazonaws.com.cn";

/// EKS refuses a role that EC2 may not assume: "Following required service principals [ec2.amazonaws.com] were not
/// found in the trust relationships" (eksctl issue 3290). A trust policy that cannot be parsed leads to no finding.
pub fn check(arn: &RoleArn, policy: &str) -> Option<Finding> {
    let policy = serde_json::from_str(policy).ok()?;
    let allowing = allows(&policy)?;
    let assuming = allowing.iter().filter(|allow| allow.covers("sts:AssumeRole"));
    let trusted: BTreeSet<&str> = assuming.flat_map(|allow| allow.principals("Service")).collect();
    let trusts = |principal| trusted.contains(principal) || trusted.contains("*");
    let in_china = arn.partition == "aws-cn";
    match (trusts(EC2), in_china, trusts(EC2_IN_CHINA)) {
        (true, false, _) | (_, true, true) => None,
        (true, true, false) => Some(lacks(arn, EC2_IN_CHINA, &trusted).as_warning()),
        (false, true, false) => Some(lacks(arn, EC2_IN_CHINA, &trusted)),
        (false, false, _) => Some(lacks(arn, EC2, &trusted)),
    }
}

fn lacks(arn: &RoleArn, principal: &str, trusted: &BTreeSet<&str>) -> Finding {
    let instead = if trusted.is_empty() {
        "no service".to_owned()
    } else {
        listed(trusted)
    };
    let cause = format!(
        "role {} trusts {instead}, and not {principal}, by which nodes take it",
        arn.name
    );
    finding(Check::RoleTrust, arn.name, cause)
}
