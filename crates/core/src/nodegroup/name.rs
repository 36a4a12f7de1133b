//! Generated names are content-addressed: a replacement gets a new name, and a rollback finds the old name again.

use sha2::{Digest, Sha256};

use super::ownership::Owner;
use super::requester::Requester;
use crate::properties::spec::{InstanceTypes, Naming, Spec};
use crate::properties::validate::name::{MAX_LENGTH, MAX_PREFIX_LENGTH};

/// The prefix of the hashed text. It changes only with the list of immutable properties, and so do the vectors below: a
/// release may never rename a group by accident.
///
/// A changed hash alone replaces no group: an Update checks whether the group of the physical ID still fits, and a
/// hand-over names its group. But the rollback of a replacement, and a second delivery of a Create, find their group by
/// this name alone. So a release with another hash must first look for a group under the name of each earlier version.
/// `tests/releases` keeps those names.
const HASH_VERSION: &str = "2";

/// Twelve hexadecimal digits, 48 bits: two groups of one resource never have the same digits.
const HASH_DIGITS: usize = 12;

const _: () = assert!(MAX_PREFIX_LENGTH + 1 + HASH_DIGITS == MAX_LENGTH);

/// The name of a group of this resource with these immutable properties. A request by event never replaces a group. So
/// for events the name does not depend on the other properties, and a sender who knows neither them nor the physical ID
/// finds the group again.
pub fn name(spec: &Spec, owner: &Owner) -> String {
    match &spec.naming {
        Naming::Explicit(name) => name.clone(),
        Naming::Generated { prefix } => join(prefix, &hash(spec, owner)),
    }
}

/// The name of a group that replaces the group `current`. The reason of a replacement may be a property that the hash
/// does not cover. For example, the instance type stands in the launch template, and no group changes the architecture
/// of its image. In that case `current` goes into the hash, and a rollback still finds the old group under the old
/// name.
pub fn replacement_name(spec: &Spec, owner: &Owner, current: &str) -> String {
    let name = name(spec, owner);
    match next_name(spec, owner, current) {
        Some(next) if name == current => next,
        Some(_) | None => name,
    }
}

/// The name to try after `taken`, if a group has that name which this resource may not take over. `None` if the
/// template states the name. Each delivery of a request tries the same names in the same order.
pub fn next_name(spec: &Spec, owner: &Owner, taken: &str) -> Option<String> {
    match &spec.naming {
        Naming::Generated { prefix } => {
            let salt = digest(&format!("{} {taken}", hash(spec, owner)), HASH_DIGITS);
            Some(join(prefix, &salt))
        }
        Naming::Explicit(_) => None,
    }
}

fn join(prefix: &str, hash: &str) -> String {
    let prefix: String = prefix.chars().take(MAX_PREFIX_LENGTH).collect();
    format!("{}-{hash}", prefix.trim_end_matches('-'))
}

fn hash(spec: &Spec, owner: &Owner) -> String {
    let subnets: Vec<&str> = spec.subnets.iter().map(String::as_str).collect();
    let on_group = match spec.types() {
        InstanceTypes::InTemplate(_) => None,
        InstanceTypes::OnGroup(types) => Some(types),
    };
    let requester = owner.requester.to_string();
    if let Requester::Sender { .. } = owner.requester {
        let content = serde_json::json!([HASH_VERSION, requester, owner.logical_id, spec.cluster]);
        return digest(&content.to_string(), HASH_DIGITS);
    }
    let content = serde_json::json!([
        HASH_VERSION,
        requester,
        owner.logical_id,
        spec.cluster,
        spec.node_role,
        subnets,
        spec.ami_type,
        spec.capacity_type.as_str(),
        on_group,
        spec.launch_template.as_ref().map(|template| template.identity.as_str()),
    ]);
    digest(&content.to_string(), HASH_DIGITS)
}

/// The first digits of a SHA-256, in hexadecimal.
pub fn digest(text: &str, digits: usize) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()[..digits]
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::properties::validate::tests::spec_of;
    use serde_json::{Value, json};

    fn owner() -> Owner {
        Owner::of_stack("arn:aws:cloudformation:us-east-1:123456789012:stack/s/1", "Nodes")
    }

    fn name_with(changes: &Value) -> String {
        let mut properties =
            json!({"ClusterName": "my-cluster", "NodeRole": "arn:aws:iam::1:role/n", "Subnets": ["b", "a"]});
        for (key, value) in changes.as_object().unwrap() {
            properties[key] = value.clone();
        }
        name(&spec_of(&properties), &owner())
    }

    /// A changed vector means that every stack's next replacement or rollback looks for a group under another name.
    #[test]
    fn names_are_pinned() {
        assert_eq!(name_with(&json!({})), "Nodes-fc9eb3d71f06");
        assert_eq!(
            name_with(&json!({"InstanceTypes": ["m5.large"], "CapacityType": "SPOT"})),
            "Nodes-cabf8793b26b"
        );
        assert_eq!(
            name_with(&json!({"LaunchTemplate": {"Id": "lt-1"}})),
            "Nodes-6b548ef5ef37"
        );
        assert_eq!(name_with(&json!({"NodegroupName": "my-mng"})), "my-mng");
    }

    /// The sender of a Delete need not know the properties that the group was made with.
    #[test]
    fn a_name_by_events_is_the_senders_and_the_clusters() {
        let by_events = |changes: &Value| {
            let owner = Owner {
                requester: Requester::Sender {
                    account: "111122223333".to_owned(),
                    source: "com.example".to_owned(),
                },
                logical_id: "Nodes".to_owned(),
            };
            name(
                &spec_of(&crate::properties::validate::tests::properties(changes)),
                &owner,
            )
        };
        let plain = by_events(&json!({}));
        assert_eq!(plain, "Nodes-407399adf72d");
        for same in [
            json!({"Subnets": ["a"]}),
            json!({"CapacityType": "SPOT"}),
            json!({"AmiType": "AL2023_ARM_64_STANDARD"}),
        ] {
            assert_eq!(by_events(&same), plain, "{same}");
        }
        assert_ne!(by_events(&json!({"ClusterName": "d"})), plain);
        assert_eq!(by_events(&json!({"NodegroupName": "my-mng"})), "my-mng");
    }

    #[test]
    fn only_what_is_immutable_changes_a_name() {
        let plain = name_with(&json!({}));
        for same in [
            json!({"Subnets": ["a", "b", "a"]}),
            json!({"Labels": {"a": "b"}}),
            json!({"Version": "1.34"}),
            json!({"DiskSize": "20", "InstanceTypes": ["m5.large"]}),
        ] {
            assert_eq!(name_with(&same), plain, "{same}");
        }
        for other in [
            json!({"Subnets": ["a"]}),
            json!({"AmiType": "AL2023_x86_64_STANDARD"}),
            json!({"InstanceTypes": ["m5.large", "m5a.large"]}),
        ] {
            assert_ne!(name_with(&other), plain, "{other}");
        }
    }

    #[test]
    fn a_replacement_never_has_the_name_of_what_it_replaces() {
        let spec = spec_of(&json!({"ClusterName": "c", "NodeRole": "arn:aws:iam::1:role/n", "Subnets": ["a"]}));
        let first = name(&spec, &owner());
        assert_eq!(replacement_name(&spec, &owner(), "another"), first);
        let second = replacement_name(&spec, &owner(), &first);
        assert_ne!(second, first);
        assert_eq!(replacement_name(&spec, &owner(), &second), first);
    }

    #[test]
    fn a_long_prefix_is_cut_and_the_hash_kept() {
        let name = name_with(&json!({"NodegroupNamePrefix": "p".repeat(50)}));
        assert_eq!(name.len(), MAX_LENGTH);
    }
}
