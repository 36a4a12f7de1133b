//! A recipe: what the properties ask of the resource's own launch template, and its digest.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::node::ami_type::{OperatingSystem, RemoteLogin};
use crate::node::instance_type::InstanceTypeFacts;
use crate::node::max_pods::max_pods;
use crate::nodegroup::name::digest;
use crate::properties::spec::{BlockPodImds, InstanceTypes, MaxPods, PropagateTags, Spec, SshKey, Volume};
use crate::properties::tags::OWN_PREFIX;

use super::ec2_resources::{GroupRef, IngressRule, IngressSource};

/// The prefix of the digest's input. A new value would roll the nodes of every running group, so it never changes. A
/// new setting that the properties do not ask for is left out of the JSON instead.
const DIGEST_VERSION: u32 = 1;

/// Half of a SHA-256. The digest only distinguishes the few versions of one template.
const DIGEST_DIGITS: usize = 32;

/// What a version of the launch template is made from.
///
/// The function compares recipes by digest, not the rendered content. So a release that renders the same recipe better
/// does not roll the nodes of every group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recipe {
    pub os: OperatingSystem,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_name: Option<String>,
    pub security_groups: Vec<String>,
    pub block_pod_imds: BlockPodImds,
    pub volume: Volume,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_pods: Option<u32>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_data: Option<String>,
}

/// What a recipe takes from outside the properties.
#[derive(Debug, Clone, Copy)]
pub struct RecipeInputs<'a> {
    /// What the group runs, or what it will.
    pub os: OperatingSystem,
    pub cluster_security_group: &'a str,
    /// The security group that the function makes if `RemoteAccess` asks for one.
    pub remote_access_security_group: Option<&'a str>,
    pub max_pods: Option<u32>,
    /// The tags of the group, stack tags included.
    pub tags: &'a BTreeMap<String, String>,
}

impl Recipe {
    /// The recipe of a specification without a launch template of the user.
    pub fn new(spec: &Spec, group_ref: &GroupRef, from: &RecipeInputs) -> Self {
        let node = &spec.node;
        let own = from.remote_access_security_group.map(str::to_owned);
        let mut security_groups = vec![from.cluster_security_group.to_owned()];
        // EC2 refuses a security group that is named twice.
        let others = node
            .security_groups
            .iter()
            .filter(|group| *group != from.cluster_security_group);
        security_groups.extend(others.cloned().chain(own));
        Self {
            os: from.os,
            instance_type: match spec.types() {
                InstanceTypes::InTemplate(one) => Some(one.to_owned()),
                InstanceTypes::OnGroup(_) => None,
            },
            key_name: key_name(spec, group_ref),
            security_groups,
            block_pod_imds: node.block_pod_imds,
            volume: node.volume.clone(),
            tags: match node.propagate_tags {
                PropagateTags::Yes => propagated(from.tags),
                PropagateTags::No => BTreeMap::new(),
            },
            max_pods: from.max_pods,
            labels: node.labels.clone(),
            user_data: node.user_data.clone(),
        }
    }

    /// Identifies the recipe: two recipes with different content have different digests.
    pub fn digest(&self) -> String {
        let text = serde_json::json!([DIGEST_VERSION, self]).to_string();
        digest(&text, DIGEST_DIGITS)
    }
}

/// The name of the key pair that nodes are launched with.
pub fn key_name(spec: &Spec, group_ref: &GroupRef) -> Option<String> {
    match &spec.node.remote_access.as_ref()?.key {
        SshKey::Named(name) => Some(name.clone()),
        SshKey::Imported(key) => Some(group_ref.key_pair_name(key.as_str())),
    }
}

/// The rules that `RemoteAccess` asks for. If there are none, the resource has no security group of its own.
///
/// On Windows no port is opened to the world: the key only decrypts the administrator's password (user guide, "Create a
/// managed node group": RDP is opened by a security group of one's choice).
pub fn remote_access_rules(spec: &Spec, os: OperatingSystem) -> Vec<IngressRule> {
    let Some(access) = &spec.node.remote_access else {
        return vec![];
    };
    let login = os.remote_login();
    let from = |source| IngressRule {
        port: login.port(),
        source,
    };
    match (access.source_security_groups.is_empty(), login) {
        (true, RemoteLogin::Rdp) => vec![],
        (true, RemoteLogin::Ssh) => vec![from(IngressSource::Anywhere)],
        (false, RemoteLogin::Ssh | RemoteLogin::Rdp) => {
            let groups = access.source_security_groups.iter().cloned();
            groups.map(|group| from(IngressSource::SecurityGroup(group))).collect()
        }
    }
}

/// The number that `MaxPods` results in, if the properties state it.
///
/// # Errors
/// It is to be computed and EC2 tells nothing of an instance type's network.
pub fn wanted_max_pods(spec: &Spec, os: OperatingSystem, types: &[InstanceTypeFacts]) -> Result<Option<u32>, String> {
    match spec.node.max_pods {
        None => Ok(None),
        Some(MaxPods::Number(number)) => Ok(Some(number)),
        Some(MaxPods::Computed(networking)) => {
            let facts: Option<Vec<_>> = types.iter().map(|facts| facts.network).collect();
            let computed = facts.and_then(|facts| max_pods(&facts, networking, os));
            let unknown = || {
                format!(
                    "MaxPods can't be computed: ec2:DescribeInstanceTypes tells nothing of the network of {}; give a number, or \
                     allow that action to the role of the function behind ServiceToken",
                    spec.type_names().join(", ")
                )
            };
            computed.map(Some).ok_or_else(unknown)
        }
    }
}

/// Instances belong to EKS, so they do not get the tags that mark what the function made. One of these tags changes
/// with each event and would roll the nodes each time.
fn propagated(tags: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let others = tags.iter().filter(|(key, _)| !key.starts_with(OWN_PREFIX));
    others.map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::nodegroup::ownership::Owner;
    use crate::properties::validate::tests::{properties, spec_of};
    use serde_json::{Value, json};

    pub fn group_ref() -> GroupRef {
        GroupRef {
            cluster: "c".to_owned(),
            name: "n".to_owned(),
            owner: Owner::of_stack("s", "l"),
        }
    }

    fn recipe(changes: &Value) -> Recipe {
        let tags = [("team".to_owned(), "blue".to_owned())].into();
        let from = RecipeInputs {
            os: OperatingSystem::AmazonLinux2023,
            cluster_security_group: "sg-cluster",
            remote_access_security_group: None,
            max_pods: None,
            tags: &tags,
        };
        Recipe::new(&spec_of(&properties(changes)), &group_ref(), &from)
    }

    /// A changed digest rolls the nodes of every group at its next update.
    #[test]
    fn digests_are_pinned() {
        for (changes, expected) in [
            (json!({}), "f26f43bd45b012fafc9a08dc2bdf5d90"),
            (
                json!({"InstanceTypes": ["m5.large"], "DiskSize": 50, "BlockPodImds": true, "PropagateTags": true,
                       "SecurityGroups": ["sg-2"], "UserData": "echo hello"}),
                "32c4abc979cb527090a44384c659c7b5",
            ),
        ] {
            assert_eq!(recipe(&changes).digest(), expected, "{changes}");
        }
    }

    #[test]
    fn what_is_asked_for_changes_the_digest_and_nothing_else_does() {
        let plain = recipe(&json!({})).digest();
        for same in [
            json!({"Labels": {"a": "b"}}),
            json!({"InstanceTypes": ["t3.medium"]}),
            json!({"PropagateTags": false}),
        ] {
            assert_eq!(recipe(&same).digest(), plain, "{same}");
        }
        for other in [
            json!({"InstanceTypes": ["m5.large"]}),
            json!({"DiskSize": 20}),
            json!({"BlockPodImds": true}),
            json!({"PropagateTags": true}),
            json!({"RemoteAccess": {"Ec2SshKey": "k"}}),
            json!({"Labels": {"a": ""}}),
            json!({"Volume": {"Encrypted": true}}),
        ] {
            assert_ne!(recipe(&other).digest(), plain, "{other}");
        }
    }

    #[test]
    fn the_cluster_security_group_is_always_there_and_once() {
        for (named, expected) in [
            (json!([]), &["sg-cluster"][..]),
            (json!(["sg-1", "sg-0"]), &["sg-cluster", "sg-0", "sg-1"]),
            (json!(["sg-cluster", "sg-1"]), &["sg-cluster", "sg-1"]),
        ] {
            assert_eq!(
                recipe(&json!({"SecurityGroups": named})).security_groups,
                expected,
                "{named}"
            );
        }
    }

    #[test]
    fn ssh_is_open_to_whom_it_is_to_be() {
        let rules = |changes: Value, os| {
            let rules = remote_access_rules(&spec_of(&properties(&changes)), os);
            rules
                .iter()
                .map(|rule| format!("{} {:?}", rule.port, rule.source))
                .collect::<Vec<_>>()
        };
        let named = json!({"RemoteAccess": {"Ec2SshKey": "k", "SourceSecurityGroups": ["sg-2", "sg-1"]}});
        let open = json!({"RemoteAccess": {"Ec2SshKey": "k"}});
        assert!(rules(json!({}), OperatingSystem::Bottlerocket).is_empty());
        assert_eq!(rules(open.clone(), OperatingSystem::Bottlerocket), ["22 Anywhere"]);
        assert!(rules(open, OperatingSystem::Windows).is_empty());
        assert_eq!(
            rules(named, OperatingSystem::Windows),
            [r#"3389 SecurityGroup("sg-1")"#, r#"3389 SecurityGroup("sg-2")"#]
        );
    }
}
