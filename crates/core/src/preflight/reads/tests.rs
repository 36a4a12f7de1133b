use serde_json::{Value, json};

use super::*;
use crate::launch_template::custom_template::CustomTemplate;
use crate::preflight::facts::KmsKey;
use crate::preflight::tests::{fine, read, spec};

const TEMPLATE: &str = "lt-0123456789abcdef0";

fn texts(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|&text| text.to_owned()).collect())
}

#[test]
fn the_properties_name_the_first_reads() {
    let spec = spec(&json!({
        "RemoteAccess": {"Ec2SshKey": "ops"}, "Volume": {"Encrypted": true, "KmsKeyId": "alias/nodes"},
    }));
    let expected = FirstReads {
        cluster: Some("prod"),
        group: Some(("prod", "blue")),
        role: Some("eks-node"),
        subnets: texts(&["subnet-1", "subnet-2"]),
        types: texts(&["m5.large"]),
        quotas: vec!["L-6D54EA21", "L-BD136A63", "L-1216C47A"],
        key_pair: Some("ops"),
        template: None,
        key: Some("alias/nodes"),
    };
    assert_eq!(FirstReads::of(&spec, "blue"), expected);
}

#[test]
fn nothing_is_read_of_what_the_properties_leave_out() {
    let mut spec = spec(&json!({}));
    spec.cluster = String::new();
    spec.node_role = "eks-node".to_owned();
    spec.subnets.clear();
    let reads = FirstReads::of(&spec, "blue");
    assert_eq!((reads.cluster, reads.group, reads.role), (None, None, None));
    assert_eq!((reads.subnets, reads.key_pair, reads.key), (None, None, None));
    let facts = Facts {
        types: fine().types,
        ..Facts::default()
    };
    assert_eq!(SecondReads::of(&spec, &facts), SecondReads::default());
}

#[test]
fn a_public_key_of_the_properties_is_no_key_pair_to_read() {
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBNPOgZEmJxIPRJmqHgXlTwd+0CQaLGJNQDCEaNjX/+5";
    let spec = spec(&json!({"RemoteAccess": {"PublicKey": KEY}}));
    assert_eq!(FirstReads::of(&spec, "blue").key_pair, None);
}

#[test]
fn the_first_answers_name_the_second_reads() {
    let expected = SecondReads {
        vpc: Some("vpc-1"),
        security_groups: texts(&["sg-cluster", "sg-1"]),
        offers: texts(&["m5.large"]).zip(texts(&["us-east-1a", "us-east-1b"])),
        nodes: Some("prod"),
        access_entry: Some("prod"),
        ..SecondReads::default()
    };
    let spec = spec(&json!({"SecurityGroups": ["sg-1"], "WaitFor": "NodesReady"}));
    assert_eq!(SecondReads::of(&spec, &fine()), expected);
}

/// One field of the second round for `changes`, after `alter` has changed the answers of the first round.
fn second(changes: &Value, alter: impl Fn(&mut Facts), of: impl Fn(SecondReads) -> Option<String>) -> Option<String> {
    let mut facts = fine();
    alter(&mut facts);
    of(SecondReads::of(&spec(changes), &facts))
}

#[test]
fn without_subnets_the_vpc_is_the_clusters() {
    for (alter, expected) in [
        ((|_| {}) as fn(&mut Facts), Some("vpc-1")),
        (|facts| facts.subnets = None, Some("vpc-c")),
        (|facts| read(&mut facts.subnets).clear(), Some("vpc-c")),
        (|facts| (facts.subnets, facts.cluster) = (None, None), None),
    ] {
        let altered = |facts: &mut Facts| {
            read(&mut facts.cluster).vpc = "vpc-c".to_owned();
            alter(facts);
        };
        let found = second(&json!({}), altered, |reads| reads.vpc.map(str::to_owned));
        assert_eq!(found.as_deref(), expected);
    }
}

#[test]
fn a_kubernetes_api_is_asked_only_where_there_is_one() {
    for (status, expected) in [
        ("ACTIVE", Some("prod")),
        ("UPDATING", Some("prod")),
        ("CREATING", None),
        ("PENDING", None),
        ("DELETING", None),
        ("FAILED", None),
    ] {
        let alter = |facts: &mut Facts| read(&mut facts.cluster).status = status.to_owned();
        let waiting = json!({"WaitFor": "NodesReady"});
        let found = second(&waiting, alter, |reads| reads.nodes.map(str::to_owned));
        assert_eq!(found.as_deref(), expected, "{status}");
    }
}

#[test]
fn only_a_cluster_with_access_entries_is_asked_for_one() {
    for (authentication, expected) in [
        ("API", Some("prod")),
        ("API_AND_CONFIG_MAP", Some("prod")),
        ("CONFIG_MAP", None),
    ] {
        let alter = |facts: &mut Facts| read(&mut facts.cluster).authentication = authentication.to_owned();
        let found = second(&json!({}), alter, |reads| reads.access_entry.map(str::to_owned));
        assert_eq!(found.as_deref(), expected, "{authentication}");
    }
}

#[test]
fn grants_are_read_of_a_customers_key_only() {
    for (arn, maker, expected) in [
        ("arn:key", KeyMaker::Customer, Some("arn:key")),
        ("arn:key", KeyMaker::Aws, None),
        ("", KeyMaker::Customer, None),
    ] {
        let alter = |facts: &mut Facts| {
            let (arn, state) = (arn.to_owned(), "Enabled".to_owned());
            facts.key = Some(Ok(KmsKey { arn, state, maker }));
        };
        let found = second(&json!({}), alter, |reads| reads.key.map(str::to_owned));
        assert_eq!(found.as_deref(), expected, "{arn} {maker:?}");
    }
}

#[test]
fn a_launch_template_names_type_and_image() {
    for (image, expected) in [("ami-1", Some("ami-1")), ("resolve:ssm:/golden", None)] {
        let spec = spec(&json!({"InstanceTypes": null, "LaunchTemplate": {"Id": TEMPLATE, "Version": "1"}}));
        let mut facts = fine();
        facts.types = None;
        facts.template = Some(Ok(CustomTemplate {
            instance_type: Some("c5.large".to_owned()),
            image_id: Some(image.to_owned()),
            ..CustomTemplate::default()
        }));
        let reads = SecondReads::of(&spec, &facts);
        assert_eq!(reads.types, texts(&["c5.large"]));
        assert_eq!(reads.image, expected);
    }
}
