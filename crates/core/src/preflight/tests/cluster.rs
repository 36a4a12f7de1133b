//! The cluster and the group's name.

use std::collections::BTreeMap;

use super::*;
use crate::properties::version::KubernetesVersion;

pub(super) fn cases() -> Vec<CheckExample> {
    vec![
        case(Check::ClusterNotFound, json!({}), |facts| {
            *facts = Facts {
                cluster: failed(Fault::NotFound),
                ..Facts::default()
            };
        }),
        case(Check::ClusterNotUsable, json!({}), |facts| {
            read(&mut facts.cluster).status = "DELETING".to_owned();
        }),
        case(Check::ClusterOnOutpost, json!({}), |facts| {
            read(&mut facts.cluster).location = Location::Outpost;
        }),
        case(Check::ClusterSecurityGroupGone, json!({}), |facts| {
            read(&mut facts.security_groups).remove("sg-cluster");
        }),
        case(Check::VersionAhead, json!({"Version": "1.35"}), |_| {}),
        case(Check::VersionBehind, json!({"Version": "1.30"}), |_| {}),
        case(Check::Al2Version, json!({"AmiType": "AL2_x86_64"}), |_| {}),
        case(Check::Al2Retired, json!({"AmiType": "AL2_x86_64"}), |facts| {
            read(&mut facts.cluster).version = "1.32".to_owned();
        }),
        case(
            Check::WindowsIpv6,
            json!({"AmiType": "WINDOWS_CORE_2022_x86_64"}),
            |facts| {
                read(&mut facts.cluster).ip_family = IpFamily::V6;
                facts.role_policies = None;
            },
        ),
        case(Check::PublicCidrs, json!({}), |facts| {
            let cluster = read(&mut facts.cluster);
            cluster.private_access = false;
            cluster.public_cidrs = vec!["203.0.113.0/24".to_owned()];
        }),
        case(Check::NameTaken, json!({}), |facts| {
            facts.name = runs(BTreeMap::new());
        }),
        case(Check::NodeGroupsQuota, json!({}), |facts| {
            facts.node_groups = Some(Ok(30));
        }),
    ]
}

#[test]
fn a_cluster_that_is_busy_is_waited_for() {
    for (status, expected) in [
        ("ACTIVE", &[][..]),
        ("CREATING", &[]),
        ("UPDATING", &[]),
        ("PENDING", &[]),
        ("FAILED", &["E cluster-not-usable"]),
    ] {
        let alter = |facts: &mut Facts| read(&mut facts.cluster).status = status.to_owned();
        check(&json!({}), alter, expected);
    }
}

#[test]
fn a_cluster_that_comes_up_has_little_to_show() {
    let alter = |facts: &mut Facts| {
        *read(&mut facts.cluster) = Cluster {
            name: "prod".to_owned(),
            status: "CREATING".to_owned(),
            ..Cluster::default()
        };
    };
    check(
        &json!({"Version": "1.30", "AmiType": "AL2023_x86_64_STANDARD"}),
        alter,
        &[],
    );
}

#[test]
fn versions_may_differ_by_three() {
    for (version, expected) in [
        ("1.31", &[][..]),
        ("1.34", &[]),
        ("1.29", &["E version-behind"]),
        ("1.100", &["E version-ahead"]),
    ] {
        check(&json!({"Version": version}), |_| {}, expected);
    }
}

#[test]
fn al2_ends_with_1_33() {
    for (of_cluster, version, expected) in [
        ("1.33", None, &["E al2-version"][..]),
        ("1.32", None, &["W al2-retired"]),
        ("1.33", Some("1.32"), &["W al2-retired"]),
    ] {
        let alter = |facts: &mut Facts| read(&mut facts.cluster).version = of_cluster.to_owned();
        let mut wish = json!({"AmiType": "AL2_x86_64"});
        version.into_iter().for_each(|version| wish["Version"] = json!(version));
        check(&wish, alter, expected);
    }
    let mut stated = spec(&json!({"AmiType": "AL2_x86_64"}));
    stated.version = KubernetesVersion::parse("1.34");
    assert_eq!(
        findings(&stated, &owner(), &fine()),
        [],
        "validation refuses it already"
    );
}

#[test]
fn a_private_endpoint_or_an_open_one_is_reached_from_anywhere() {
    for (private_access, cidrs, expected) in [
        (false, vec!["203.0.113.0/24"], &["W public-cidrs"][..]),
        (true, vec!["203.0.113.0/24"], &[]),
        (false, vec!["203.0.113.0/24", "0.0.0.0/0"], &[]),
        (false, vec!["::/0"], &[]),
        (false, vec![], &[]),
    ] {
        let alter = |facts: &mut Facts| {
            let cluster = read(&mut facts.cluster);
            cluster.private_access = private_access;
            cluster.public_cidrs = cidrs.iter().map(ToString::to_string).collect();
        };
        check(&json!({}), alter, expected);
    }
}

#[test]
fn a_name_is_taken_by_others_only() {
    let ours = |facts: &mut Facts| {
        facts.name = runs(owner().tags());
        facts.node_groups = Some(Ok(30));
    };
    check(&json!({}), ours, &[]);
    let others = |facts: &mut Facts| {
        let mut tags = owner().tags();
        tags.values_mut().for_each(|value| value.push('2'));
        facts.name = runs(tags);
    };
    check(&json!({}), others, &["E name-taken"]);
    let cause = &found(&json!({}), others)[0].cause;
    assert!(cause.ends_with("belongs to Nodes2 of stack arn:aws:cloudformation:us-east-1:111122223333:stack/app/12"));
}
