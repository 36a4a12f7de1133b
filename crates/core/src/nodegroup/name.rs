//! Generated names are content-addressed: a replacement finds a new name, a rollback finds the old one again.

use sha2::{Digest, Sha256};

use super::ownership::Owner;
use super::requester::Requester;
use crate::properties::spec::{InstanceTypes, Naming, Spec};
use crate::properties::validate::name::{MAX_LENGTH, MAX_PREFIX_LENGTH};

/// What is hashed begins with this. It changes when the list of immutable properties does, and the vectors below with it:
/// an upgrade of the function may never rename a group by accident.
///
/// A changed hash replaces no group by itself: an Update asks whether the group of the physical id fits, and what is handed over
/// names its group. But a rollback of a replacement, and a second delivery of a Create, find theirs by this name alone. So a
/// release that changes it has to look first for a group under the name of each earlier version; `tests/releases` keeps those.
const HASH_VERSION: &str = "2";

/// Twelve hexadecimal digits: 48 bits, of which two groups of one resource never share all.
const HASH_DIGITS: usize = 12;

const _: () = assert!(MAX_PREFIX_LENGTH + 1 + HASH_DIGITS == MAX_LENGTH);

/// The name that a group of this resource with these immutable properties has. One that is asked for by events is never
/// replaced, and its name is found again by whoever knows neither the other properties nor the physical id.
pub fn name(spec: &Spec, owner: &Owner) -> String {
    match &spec.naming {
        Naming::Explicit(name) => name.clone(),
        Naming::Generated { prefix } => join(prefix, &hash(spec, owner)),
    }
}

/// The name of a group that takes the place of the one called `current`. What forces a replacement may not be among the
/// properties that are hashed: an instance type of another architecture lives in the launch template, yet no group changes
/// its image's. Then the current name is hashed in, and a rollback still finds the old group under the old name.
pub fn replacement_name(spec: &Spec, owner: &Owner, current: &str) -> String {
    let name = name(spec, owner);
    match next_name(spec, owner, current) {
        Some(next) if name == current => next,
        Some(_) | None => name,
    }
}

/// The name to try after `taken`, which a group has that may not be taken over. `None`: the template states the name. The same
/// names follow one another in each delivery of a request.
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

    /// Nobody who sends a Delete has to know what the group was made with.
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
