use serde_json::{Value, json};

use super::*;
use crate::launch_template::ec2_resources::{IngressSource, KeyPair, SecurityGroup};
use crate::launch_template::recipe::tests::group_ref;
use crate::properties::validate::tests::{properties, spec_of};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ3YfB2k8l2i2lVgJbHzQm0yX0n4m0wYp3v5uHkq1d7V";

struct TemplateFixture {
    spec: Spec,
    group_ref: GroupRef,
    cluster: ClusterNetwork,
    tags: BTreeMap<String, String>,
}

impl TemplateFixture {
    fn new(changes: &Value) -> Self {
        Self {
            spec: spec_of(&properties(changes)),
            group_ref: group_ref(),
            cluster: ClusterNetwork {
                vpc: "vpc-1".to_owned(),
                security_group: "sg-cluster".to_owned(),
            },
            tags: BTreeMap::new(),
        }
    }

    fn wanted(&self) -> WantedTemplate<'_> {
        WantedTemplate {
            spec: &self.spec,
            group_ref: &self.group_ref,
            cluster: &self.cluster,
            os: OperatingSystem::AmazonLinux2023,
            types: &[],
            tags: &self.tags,
        }
    }

    /// Takes steps until the wanted version exists. Gives the actions of the steps, and the version.
    fn prepare(&self, seen: &mut Ec2Resources, running: Option<i64>) -> (Vec<&'static str>, i64) {
        let mut actions = Vec::new();
        loop {
            match prepare(&self.wanted(), seen, running).unwrap() {
                TemplateProgress::Act(step) => carry_out(&step, seen, &mut actions),
                TemplateProgress::Version { number, .. } => return (actions, number),
            }
        }
    }

    fn tidy(&self, seen: &mut Ec2Resources, running: i64) -> Vec<&'static str> {
        let mut actions = Vec::new();
        while let Some(step) = tidy(&self.wanted(), seen, running) {
            carry_out(&step, seen, &mut actions);
        }
        actions
    }
}

/// Does what EC2 would do. The IDs say what they identify.
fn carry_out(step: &LaunchStep, seen: &mut Ec2Resources, actions: &mut Vec<&'static str>) {
    actions.push(step.action());
    let newest = seen
        .templates
        .first()
        .and_then(|template| template.versions.iter().map(|version| version.number).max());
    let made = match step {
        LaunchStep::CreateVersion { .. } => LaunchStepResult::Version(newest.unwrap_or_default() + 1),
        step => LaunchStepResult::Id(format!("id of {}", step.resource())),
    };
    seen.apply(step, made);
}

#[test]
fn what_is_wanted_comes_in_order() {
    let full = json!({"RemoteAccess": {"PublicKey": KEY, "SourceSecurityGroups": ["sg-1"]}});
    for (changes, expected) in [
        (json!({}), &["ec2:CreateLaunchTemplate"][..]),
        (
            full,
            &[
                "ec2:ImportKeyPair",
                "ec2:CreateSecurityGroup",
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:CreateLaunchTemplate",
            ],
        ),
    ] {
        let (case, mut seen) = (TemplateFixture::new(&changes), Ec2Resources::default());
        assert_eq!(case.prepare(&mut seen, None), (expected.to_vec(), 1), "{changes}");
        assert_eq!(case.prepare(&mut seen, None), (vec![], 1), "{changes}, again");
        assert!(case.tidy(&mut seen, 1).is_empty(), "{changes}");
    }
}

#[test]
fn every_step_may_be_the_last_and_everything_goes() {
    let case = TemplateFixture::new(&json!({"RemoteAccess": {"PublicKey": KEY}}));
    let mut seen = Ec2Resources::default();
    while let TemplateProgress::Act(step) = prepare(&case.wanted(), &seen, None).unwrap() {
        carry_out(&step, &mut seen, &mut vec![]);
        let mut left = seen.clone();
        while let Some(step) = remove(&group_ref(), &left) {
            carry_out(&step, &mut left, &mut vec![]);
        }
        assert_eq!(left, Ec2Resources::default(), "after {step:?}");
    }
}

#[test]
fn a_change_makes_one_version_and_a_way_back_none() {
    let (plain, larger) = (
        TemplateFixture::new(&json!({})),
        TemplateFixture::new(&json!({"DiskSize": 50})),
    );
    let mut seen = Ec2Resources::default();
    plain.prepare(&mut seen, None);
    assert_eq!(
        larger.prepare(&mut seen, Some(1)),
        (vec!["ec2:CreateLaunchTemplateVersion"], 2)
    );
    assert_eq!(plain.prepare(&mut seen, Some(1)), (vec![], 1));
    assert_eq!(plain.prepare(&mut seen, Some(2)), (vec![], 1));
}

#[test]
fn among_equal_versions_the_running_one_stays() {
    let mut seen = Ec2Resources::default();
    let case = TemplateFixture::new(&json!({}));
    case.prepare(&mut seen, None);
    let same = seen.templates[0].versions[0].clone();
    seen.templates[0].versions.push(Version { number: 2, ..same });
    assert_eq!(case.prepare(&mut seen, Some(1)).1, 1);
    assert_eq!(case.prepare(&mut seen, None).1, 2);
}

#[test]
fn old_versions_go_but_the_last_few() {
    let mut seen = Ec2Resources::default();
    for size in 20..30 {
        TemplateFixture::new(&json!({"DiskSize": size})).prepare(&mut seen, None);
    }
    let last = TemplateFixture::new(&json!({"DiskSize": 29}));
    assert_eq!(last.tidy(&mut seen, 10), ["ec2:DeleteLaunchTemplateVersions"]);
    let numbers: Vec<i64> = seen.templates[0]
        .versions
        .iter()
        .map(|version| version.number)
        .collect();
    assert_eq!(numbers, [1, 7, 8, 9, 10]);
}

#[test]
fn another_key_is_another_pair_and_the_old_one_goes_last() {
    let other = KEY.replace("d7V", "d7U");
    let (first, second) = (
        TemplateFixture::new(&json!({"RemoteAccess": {"PublicKey": KEY}})),
        TemplateFixture::new(&json!({"RemoteAccess": {"PublicKey": other}})),
    );
    let mut seen = Ec2Resources::default();
    first.prepare(&mut seen, None);
    let steps = second.prepare(&mut seen, Some(1));
    assert_eq!(steps, (vec!["ec2:ImportKeyPair", "ec2:CreateLaunchTemplateVersion"], 2));
    assert_eq!(seen.key_pairs.len(), 2);
    assert_eq!(second.tidy(&mut seen, 2), ["ec2:DeleteKeyPair"]);
    let none = TemplateFixture::new(&json!({}));
    none.prepare(&mut seen, Some(2));
    assert_eq!(
        none.tidy(&mut seen, 3),
        ["ec2:DeleteSecurityGroup", "ec2:DeleteKeyPair"]
    );
}

#[test]
fn rules_change_in_place_and_new_ones_come_first() {
    let sources = |groups: Value| {
        TemplateFixture::new(&json!({"RemoteAccess": {"Ec2SshKey": "k", "SourceSecurityGroups": groups}}))
    };
    let mut seen = Ec2Resources::default();
    sources(json!(["sg-1"])).prepare(&mut seen, None);
    let steps = sources(json!(["sg-2"])).prepare(&mut seen, Some(1));
    assert_eq!(
        steps,
        (
            vec!["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
            1
        )
    );
    let rule = |source| IngressRule { port: 22, source };
    assert_eq!(
        seen.security_groups[0].rules,
        [rule(IngressSource::SecurityGroup("sg-2".to_owned()))].into()
    );
}

#[test]
fn what_is_not_ours_is_neither_used_nor_removed() {
    let foreign = Ec2Resources {
        templates: vec![Template {
            id: "lt-1".to_owned(),
            tags: [].into(),
            versions: vec![],
        }],
        ..Ec2Resources::default()
    };
    let refusal = prepare(&TemplateFixture::new(&json!({})).wanted(), &foreign, None).unwrap_err();
    assert!(
        refusal.starts_with("launch template c/n (lt-1) exists and isn't"),
        "{refusal}"
    );
    assert_eq!(remove(&group_ref(), &foreign), None);

    let group = Ec2Resources {
        security_groups: vec![SecurityGroup {
            id: "sg-1".to_owned(),
            vpc: "vpc-1".to_owned(),
            tags: [].into(),
            rules: [].into(),
        }],
        key_pairs: vec![KeyPair {
            id: "key-1".to_owned(),
            name: "c/n-1".to_owned(),
            tags: [].into(),
        }],
        ..Ec2Resources::default()
    };
    let open = TemplateFixture::new(&json!({"RemoteAccess": {"Ec2SshKey": "k"}}));
    let refusal = prepare(&open.wanted(), &group, None).unwrap_err();
    assert!(
        refusal.starts_with("security group c/n (sg-1) exists and isn't"),
        "{refusal}"
    );
    assert_eq!(remove(&group_ref(), &group), None);
    // A group without remote access does not need the name.
    assert!(prepare(&TemplateFixture::new(&json!({})).wanted(), &group, None).is_ok());
}

#[test]
fn max_pods_that_can_not_be_computed_end_it_before_anything_is_made() {
    let case =
        TemplateFixture::new(&json!({"MaxPods": {"PrefixDelegation": true}, "RemoteAccess": {"PublicKey": KEY}}));
    let refusal = prepare(&case.wanted(), &Ec2Resources::default(), None).unwrap_err();
    assert!(
        refusal.starts_with("MaxPods can't be computed") && refusal.contains("t3.medium"),
        "{refusal}"
    );
}

fn group_in(id: &str, vpc: &str, tags: BTreeMap<String, String>) -> SecurityGroup {
    SecurityGroup {
        id: id.to_owned(),
        vpc: vpc.to_owned(),
        tags,
        rules: [].into(),
    }
}

/// Names are unique within a VPC. The function searches by name alone, so it also finds security groups in other VPCs.
#[test]
fn a_foreign_security_group_of_another_vpc_is_nobodys_business() {
    let open = TemplateFixture::new(&json!({"RemoteAccess": {"Ec2SshKey": "k"}}));
    let mut seen = Ec2Resources {
        security_groups: vec![group_in("sg-2", "vpc-2", BTreeMap::new())],
        ..Ec2Resources::default()
    };
    let (actions, number) = open.prepare(&mut seen, None);
    assert_eq!(actions[0], "ec2:CreateSecurityGroup");
    let made = seen
        .security_group(&group_ref(), "vpc-1")
        .expect("a group in the cluster's VPC");
    assert_eq!(made.vpc, "vpc-1");
    assert_eq!(open.tidy(&mut seen, number), [] as [&str; 0]);
}

/// A cluster that was deleted and created anew has another VPC. Nodes there cannot have the old security group, and the
/// function removes it.
#[test]
fn a_security_group_of_ours_in_another_vpc_is_replaced_and_removed() {
    let open = TemplateFixture::new(&json!({"RemoteAccess": {"Ec2SshKey": "k"}}));
    let old = group_in("sg-2", "vpc-2", group_ref().tags());
    let mut seen = Ec2Resources {
        security_groups: vec![old],
        ..Ec2Resources::default()
    };
    let (actions, number) = open.prepare(&mut seen, None);
    assert_eq!(actions[0], "ec2:CreateSecurityGroup");
    assert_eq!(open.tidy(&mut seen, number), ["ec2:DeleteSecurityGroup"]);
    assert_eq!(seen.own_security_groups(&group_ref()).count(), 1);

    seen.security_groups.push(group_in("sg-2", "vpc-2", group_ref().tags()));
    let mut actions = Vec::new();
    while let Some(step) = remove(&group_ref(), &seen) {
        carry_out(&step, &mut seen, &mut actions);
    }
    assert_eq!(
        actions,
        [
            "ec2:DeleteLaunchTemplate",
            "ec2:DeleteSecurityGroup",
            "ec2:DeleteSecurityGroup"
        ]
    );
}
