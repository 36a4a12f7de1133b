//! The KMS key of the nodes' volumes. Auto Scaling launches the instances, so the key must allow Auto Scaling's role.
//! If it does not, the only message is `Client.InternalError`, twenty minutes later (terraform-aws-eks issue 1619).

use crate::preflight::check::Check;
use crate::preflight::facts::{KeyMaker, KmsKey};
use crate::preflight::finding::Finding;
use crate::preflight::policy::allows;
use crate::preflight::view::{CheckInput, is_gone, known};
use crate::properties::spec::Encryption;

const PROPERTY: &str = "Volume.KmsKeyId";

/// The role of the account's Auto Scaling groups, which include those that EKS makes.
const AUTO_SCALING: &str = "AWSServiceRoleForAutoScaling";

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let Encryption::On { kms_key: Some(wanted) } = &view.spec.node.volume.encryption else {
        return vec![];
    };
    if is_gone(&view.facts.key) {
        let cause = format!("key {wanted} doesn't exist in this Region");
        return vec![Finding::new(Check::KmsKeyNotFound, PROPERTY, wanted, cause)];
    }
    let Some(key) = known(&view.facts.key) else {
        return vec![];
    };
    [not_enabled(key, wanted), no_grant(view, key, wanted)]
        .into_iter()
        .flatten()
        .collect()
}

fn not_enabled(key: &KmsKey, wanted: &str) -> Option<Finding> {
    let state = key.state.as_str();
    let unusable = matches!(
        state,
        "Disabled" | "PendingDeletion" | "PendingImport" | "PendingReplicaDeletion" | "Unavailable"
    );
    unusable.then(|| {
        let cause = format!("key {wanted} is {state}");
        Finding::new(Check::KmsKeyNotEnabled, PROPERTY, wanted, cause)
    })
}

/// Whether the key's policy lets Auto Scaling's role use the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByPolicy {
    Allowed,
    NotAllowed,
    Unknown,
}

/// An AWS managed key needs no grant.
fn no_grant(view: &CheckInput, key: &KmsKey, wanted: &str) -> Option<Finding> {
    let grantees = known(&view.facts.grantees).filter(|_| key.maker == KeyMaker::Customer)?;
    if grantees.iter().any(|grantee| grantee.contains(AUTO_SCALING)) {
        return None;
    }
    let cause = format!("neither a grant nor the policy of key {wanted} lets {AUTO_SCALING} use it");
    let finding = Finding::new(Check::KmsNoGrant, PROPERTY, wanted, cause);
    match by_policy(known(&view.facts.key_policy).map(String::as_str)) {
        ByPolicy::Allowed => None,
        ByPolicy::NotAllowed => Some(finding),
        ByPolicy::Unknown => {
            let cause = format!("no grant lets {AUTO_SCALING} use key {wanted}, and the key's policy couldn't be read");
            Some(Finding { cause, ..finding }.as_warning())
        }
    }
}

/// The account's root among the principals is not enough, since the policy of Auto Scaling's role names no key.
fn by_policy(policy: Option<&str>) -> ByPolicy {
    let document = policy.and_then(|policy| serde_json::from_str(policy).ok());
    let Some(allowing) = document.as_ref().and_then(allows) else {
        return ByPolicy::Unknown;
    };
    let mut principals = allowing.iter().flat_map(|allow| allow.principals("AWS"));
    if principals.any(|principal| principal == "*" || principal.contains(AUTO_SCALING)) {
        ByPolicy::Allowed
    } else {
        ByPolicy::NotAllowed
    }
}
