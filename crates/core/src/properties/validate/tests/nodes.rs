//! What is read of the nodes' settings.

use super::*;
use crate::node::max_pods::{Addressing, Networking, PodSubnets};
use crate::properties::spec::{BlockPodImds, Encryption, MaxPods, NodeSettings, PropagateTags, SshKey};

fn node(changes: &Value) -> NodeSettings {
    spec_of(&properties(changes)).node
}

#[test]
fn a_volume_is_encrypted_as_it_is_asked() {
    let on = |kms_key: Option<&str>| Encryption::On {
        kms_key: kms_key.map(str::to_owned),
    };
    for (volume, expected) in [
        (json!({}), Encryption::Unstated),
        (json!({"Encrypted": false}), Encryption::Off),
        (json!({"Encrypted": true}), on(None)),
        (json!({"Encrypted": true, "KmsKeyId": "k"}), on(Some("k"))),
        (json!({"KmsKeyId": "k"}), on(Some("k"))),
    ] {
        assert_eq!(node(&json!({"Volume": volume})).volume.encryption, expected, "{volume}");
    }
    for sized in [json!({"DiskSize": 80}), json!({"Volume": {"Size": 80}})] {
        assert_eq!(node(&sized).volume.size, Some(80), "{sized}");
    }
}

#[test]
fn pods_are_counted_as_the_network_plugin_is_set_up() {
    let computed = |addressing, pod_subnets| {
        Some(MaxPods::Computed(Networking {
            addressing,
            pod_subnets,
        }))
    };
    for (max_pods, expected) in [
        (json!(null), None),
        (json!("58"), Some(MaxPods::Number(58))),
        (json!({}), computed(Addressing::Secondary, PodSubnets::NodesOwn)),
        (
            json!({"PrefixDelegation": true}),
            computed(Addressing::Prefixes, PodSubnets::NodesOwn),
        ),
        (
            json!({"CustomNetworking": "true", "PrefixDelegation": "false"}),
            computed(Addressing::Secondary, PodSubnets::Custom),
        ),
    ] {
        assert_eq!(node(&json!({"MaxPods": max_pods})).max_pods, expected, "{max_pods}");
    }
    check(&json!({"MaxPods": 12_000}), &[]);
    for number in [0, 12_001] {
        let expected = format!("MaxPods: expected a whole number from 1 to 12000, got \"{number}\"");
        check(&json!({"MaxPods": number}), &[&expected]);
    }
}

#[test]
fn switches_are_on_where_they_are_asked_for() {
    for (asked, imds, tags) in [
        (json!(null), BlockPodImds::No, PropagateTags::No),
        (json!(false), BlockPodImds::No, PropagateTags::No),
        (json!(true), BlockPodImds::Yes, PropagateTags::Yes),
    ] {
        let found = node(&json!({"BlockPodImds": asked, "PropagateTags": asked}));
        assert_eq!((found.block_pod_imds, found.propagate_tags), (imds, tags), "{asked}");
    }
    for (text, expected) in [("echo hello", Some("echo hello")), (" \n", None), ("", None)] {
        assert_eq!(node(&json!({"UserData": text})).user_data.as_deref(), expected);
    }
}

#[test]
fn a_key_is_named_or_imported() {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBNPOgZEmJxIPRJmqHgXlTwd+0CQaLGJNQDCEaNjX/+5 me@example.com";
    let access = |changes: Value| {
        node(&json!({"RemoteAccess": changes}))
            .remote_access
            .expect("an access")
    };
    let named = access(json!({"Ec2SshKey": "k", "SourceSecurityGroups": ["sg-2", "sg-1"]}));
    assert_eq!(named.key, SshKey::Named("k".to_owned()));
    assert_eq!(
        named.source_security_groups,
        ["sg-1".to_owned(), "sg-2".to_owned()].into()
    );
    assert!(matches!(access(json!({"PublicKey": key})).key, SshKey::Imported(_)));
    check(
        &json!({"RemoteAccess": {"PublicKey": key, "Ec2SshKey": "k"}}),
        &[
            "RemoteAccess.Ec2SshKey: expected either Ec2SshKey, the name of a key pair, or PublicKey, a key in OpenSSH's format, got both",
        ],
    );
    let groups = json!({"SecurityGroups": ["sg-2", "sg-1", "sg-2"]});
    assert_eq!(
        node(&groups).security_groups,
        ["sg-1".to_owned(), "sg-2".to_owned()].into()
    );
}

#[test]
fn beside_a_template_of_the_users_only_what_is_asked_for_is_refused() {
    for (key, value) in [
        ("DiskSize", json!(20)),
        ("Volume", json!({"Size": 20})),
        ("RemoteAccess", json!({"Ec2SshKey": "k"})),
        ("SecurityGroups", json!(["sg-1"])),
        ("MaxPods", json!(58)),
        ("UserData", json!("echo hello")),
        ("PropagateTags", json!(true)),
    ] {
        let expected = format!("{key}: can't stand beside LaunchTemplate: set it in the launch template");
        check(&json!({key: value, "LaunchTemplate": {"Id": "lt-1"}}), &[&expected]);
    }
    for (key, value) in [("PropagateTags", json!(false)), ("BlockPodImds", json!(true))] {
        check(&json!({key: value, "LaunchTemplate": {"Id": "lt-1"}}), &[]);
    }
}

/// Whether a label can be set and how user data is read, the image and the template decide.
#[test]
fn where_image_or_template_are_not_known_nothing_is_said() {
    let unknown = json!({"Ref": "X"});
    for changes in [
        json!({"Labels": {"a": ""}, "AmiType": unknown}),
        json!({"Labels": {"a": ""}, "LaunchTemplate": unknown}),
        json!({"UserData": "IyEvYmluL2Jhc2gKZWNobyBoZWxsbwo=", "AmiType": unknown}),
        json!({"AmiType": "CUSTOM", "LaunchTemplate": unknown}),
        json!({"CapacityType": "CAPACITY_BLOCK", "LaunchTemplate": unknown}),
        json!({"ReleaseVersion": "1.19.2-29cc92cc", "AmiType": unknown}),
        json!({"Volume": {"Type": unknown, "Iops": 100, "Throughput": 125}}),
    ] {
        let found = inspect_template(properties(&changes).as_object().unwrap(), "Nodes");
        assert_eq!(found, [], "{changes}");
    }
}
