//! The key of the nodes' volumes. Auto Scaling launches the instances, so it is its role that has to be allowed the
//! key; what is said of a key that isn't is `Client.InternalError`, twenty minutes later (terraform-aws-eks issue
//! 1619).

use crate::preflight::check::Check;
use crate::preflight::facts::{Key, KeyMaker};
use crate::preflight::finding::Finding;
use crate::preflight::policy::allows;
use crate::preflight::view::{View, is_gone, known};
use crate::properties::spec::Encryption;

const PROPERTY: &str = "Volume.KmsKeyId";

/// Of an account's own Auto Scaling groups, EKS's among them.
const AUTO_SCALING: &str = "AWSServiceRoleForAutoScaling";

pub fn findings(view: &View) -> Vec<Finding> {
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

fn not_enabled(key: &Key, wanted: &str) -> Option<Finding> {
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

/// Whether the key's policy lets the role of Auto Scaling use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByPolicy {
    Allowed,
    NotAllowed,
    Unknown,
}

/// Of an AWS managed key nothing has to be granted.
fn no_grant(view: &View, key: &Key, wanted: &str) -> Option<Finding> {
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

/// The account's root among the principals isn't enough: the role's own policy names no key.
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
