use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::check::Check;
use super::facts::*;
use super::finding::Severity;
use super::*;
use crate::call_error::{CallError, Fault};
use crate::node::instance_type::{Accelerator, Architecture, InstanceTypeFacts};
use crate::node::max_pods::{NetworkFacts, Prefixes};
use crate::nodegroup::group::NodeGroup;
use crate::properties::validate::tests::{properties, spec_of};

mod cluster;
mod instances;
mod launch;
mod network;
mod role;
mod workload;

/// Facts that lead to one finding of one check. The finding is the example of the documentation.
struct CheckExample {
    check: Check,
    changes: Value,
    alter: fn(&mut Facts),
}

fn case(check: Check, changes: Value, alter: fn(&mut Facts)) -> CheckExample {
    CheckExample { check, changes, alter }
}

/// Good facts for the specification of [`spec`]: no check has a finding.
pub fn fine() -> Facts {
    Facts {
        cluster: Some(Ok(fine_cluster())),
        name: Some(Ok(None)),
        node_groups: Some(Ok(3)),
        role: Some(Ok(Role {
            arn: "arn:aws:iam::111122223333:role/eks-node".to_owned(),
            trust: trust("ec2.amazonaws.com"),
        })),
        role_policies: Some(Ok(policies(&[
            "AmazonEKSWorkerNodePolicy",
            "AmazonEC2ContainerRegistryPullOnly",
            "AmazonEKS_CNI_Policy",
        ]))),
        role_inline_policies: Some(Ok(BTreeSet::new())),
        other_instances: Some(Ok(vec![])),
        service_linked_role: Some(Ok(())),
        quotas: Some(Ok([("L-6D54EA21", 30.0), ("L-BD136A63", 450.0), ("L-1216C47A", 5.0)]
            .map(|(code, value)| (code.to_owned(), value))
            .into())),
        key_pairs: Some(Ok(["ops".to_owned()].into())),
        security_groups: Some(Ok(["sg-cluster", "sg-1"]
            .map(|id| (id.to_owned(), "vpc-1".to_owned()))
            .into())),
        ..fine_nodes()
    }
}

/// The specification that [`fine`] suits, with some properties changed.
pub fn spec(changes: &Value) -> Spec {
    let mut all = json!({
        "ClusterName": "prod", "NodegroupName": "blue", "NodeRole": "arn:aws:iam::111122223333:role/eks-node",
        "Subnets": ["subnet-1", "subnet-2"], "InstanceTypes": ["m5.large"],
    });
    for (key, value) in changes.as_object().expect("an object") {
        all[key] = value.clone();
    }
    spec_of(&properties(&all))
}

fn owner() -> Owner {
    Owner::of_stack("arn:aws:cloudformation:us-east-1:111122223333:stack/app/1", "Nodes")
}

fn fine_cluster() -> Cluster {
    Cluster {
        name: "prod".to_owned(),
        arn: "arn:aws:eks:us-east-1:111122223333:cluster/prod".to_owned(),
        status: "ACTIVE".to_owned(),
        version: "1.34".to_owned(),
        role: "arn:aws:iam::111122223333:role/eks-cluster".to_owned(),
        vpc: "vpc-1".to_owned(),
        security_group: "sg-cluster".to_owned(),
        authentication: "API_AND_CONFIG_MAP".to_owned(),
        public_access: true,
        private_access: true,
        public_cidrs: vec!["0.0.0.0/0".to_owned()],
        ..Cluster::default()
    }
}

/// Two private subnets with a NAT gateway.
fn fine_nodes() -> Facts {
    Facts {
        subnets: Some(Ok(vec![
            fine_subnet("subnet-1", "us-east-1a"),
            fine_subnet("subnet-2", "us-east-1b"),
        ])),
        route_tables: Some(Ok(vec![RouteTable {
            id: "rtb-main".to_owned(),
            vpc: "vpc-1".to_owned(),
            main: true,
            subnets: BTreeSet::new(),
            routes: vec![route("10.0.0.0/16", "local"), route("0.0.0.0/0", "nat-1")],
        }])),
        endpoints: Some(Ok(vec![])),
        dns: Some(Ok(VpcDns {
            support: true,
            hostnames: true,
        })),
        dhcp: Some(Ok(VpcDhcp {
            id: "dopt-1".to_owned(),
            domain_names: vec!["ec2.internal".to_owned()],
            servers: vec!["AmazonProvidedDNS".to_owned()],
        })),
        types: Some(Ok(vec![kind("m5.large")])),
        offers: Some(Ok(offers(&["m5.large"], &["us-east-1a", "us-east-1b"]))),
        ..Facts::default()
    }
}

fn fine_subnet(id: &str, zone: &str) -> Subnet {
    Subnet {
        id: id.to_owned(),
        vpc: "vpc-1".to_owned(),
        zone: zone.to_owned(),
        free_addresses: 250,
        assigns_ipv6_addresses: true,
        ..Subnet::default()
    }
}

fn route(destination: &str, target: &str) -> Route {
    Route {
        destination: destination.to_owned(),
        target: target.to_owned(),
        blackhole: false,
    }
}

/// The facts of an m5.large, under any name.
fn kind(name: &str) -> InstanceType {
    InstanceType {
        name: name.to_owned(),
        facts: InstanceTypeFacts {
            architecture: Architecture::X86,
            accelerator: Accelerator::None,
            network: Some(NetworkFacts {
                interfaces: 3,
                addresses: 10,
                vcpus: 2,
                prefixes: Prefixes::Supported,
            }),
        },
        vcpus: 2,
        memory_mib: 8192,
        nitro: true,
    }
}

fn offers(names: &[&str], zones: &[&str]) -> BTreeSet<(String, String)> {
    let of = |name: &&str| {
        let name = (*name).to_owned();
        zones.iter().map(move |zone| (name.clone(), (*zone).to_owned()))
    };
    names.iter().flat_map(of).collect()
}

fn trust(service: &str) -> String {
    json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}]})
        .to_string()
}

fn policies(names: &[&str]) -> BTreeSet<String> {
    names
        .iter()
        .map(|name| format!("arn:aws:iam::aws:policy/{name}"))
        .collect()
}

/// A group with these tags has the wanted name.
fn runs(tags: BTreeMap<String, String>) -> Option<Read<Option<NodeGroup>>> {
    let group = NodeGroup {
        tags,
        ..NodeGroup::default()
    };
    Some(Ok(Some(group)))
}

fn failed<T>(fault: Fault) -> Option<Read<T>> {
    Some(Err(error("iam:GetRole", fault)))
}

fn error(action: &'static str, fault: Fault) -> CallError {
    CallError {
        action,
        resource: "eks-node".to_owned(),
        fault,
        code: "AccessDenied".to_owned(),
        message: "no such thing".to_owned(),
    }
}

/// The answer of a read, for a case to change.
pub fn read<T>(fact: &mut Option<Read<T>>) -> &mut T {
    fact.as_mut().expect("a fact").as_mut().expect("an answer")
}

fn found(changes: &Value, alter: impl Fn(&mut Facts)) -> Vec<Finding> {
    let mut facts = fine();
    alter(&mut facts);
    findings(&spec(changes), &owner(), &facts)
}

/// Compares the codes of the findings, each with `E` for an error or `W` for a warning.
#[track_caller]
fn check(changes: &Value, alter: impl Fn(&mut Facts), expected: &[&str]) {
    let found = found(changes, alter);
    let code = |finding: &Finding| match finding.severity {
        Severity::Error => format!("E {}", finding.check.explanation().code),
        Severity::Warning => format!("W {}", finding.check.explanation().code),
    };
    let codes: Vec<String> = found.iter().map(code).collect();
    assert_eq!(codes, expected, "{changes}: {found:#?}");
}

#[test]
fn nothing_speaks_against_what_is_fine() {
    check(&json!({}), |_| {}, &[]);
    check(&json!({"ScalingConfig": {"MinSize": 0, "MaxSize": 450}}), |_| {}, &[]);
}

#[test]
fn each_check_tells_its_own_example() {
    let families = [
        cluster::cases(),
        role::cases(),
        network::cases(),
        instances::cases(),
        launch::cases(),
        workload::cases(),
    ];
    let cases: Vec<CheckExample> = families.into_iter().flatten().collect();
    for case in &cases {
        let found = found(&case.changes, case.alter);
        let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
        let entry = case.check.explanation();
        assert_eq!(texts, [entry.example], "{}", entry.code);
        assert_eq!(found[0].severity, case.check.severity(), "{}", entry.code);
    }
    let covered: BTreeSet<Check> = cases.iter().map(|case| case.check).collect();
    let of_the_engine = [Check::RollOutlastsTimeout, Check::NotChecked];
    let all = Check::ALL.iter().filter(|check| !of_the_engine.contains(check));
    for check in all {
        assert!(covered.contains(check), "{check:?} has no case");
    }
}

#[test]
fn an_example_holds_remedy_and_code_and_no_code_is_given_twice() {
    let codes: BTreeSet<&str> = Check::ALL.iter().map(|check| check.explanation().code).collect();
    assert_eq!(codes.len(), Check::ALL.len());
    for check in Check::ALL {
        let entry = check.explanation();
        let end = format!("; {} [{}]", entry.remedy, entry.code);
        assert!(entry.example.ends_with(&end), "{}: {}", entry.code, entry.example);
        assert!(
            entry.cause.ends_with('.') && !entry.remedy.ends_with('.'),
            "{}",
            entry.code
        );
    }
}

#[test]
fn what_was_not_read_says_nothing() {
    let spec = spec(&json!({"AmiType": "AL2_x86_64", "CapacityType": "ON_DEMAND"}));
    assert_eq!(findings(&spec, &owner(), &Facts::default()), []);
    let unread = |facts: &mut Facts, fault| {
        *facts = Facts {
            cluster: failed(fault),
            name: failed(fault),
            node_groups: failed(fault),
            role: failed(fault),
            role_policies: failed(fault),
            role_inline_policies: failed(fault),
            other_instances: failed(fault),
            service_linked_role: failed(fault),
            subnets: failed(fault),
            route_tables: failed(fault),
            endpoints: failed(fault),
            dns: failed(fault),
            dhcp: failed(fault),
            types: failed(fault),
            offers: failed(fault),
            quotas: failed(fault),
            key_pairs: failed(fault),
            security_groups: failed(fault),
            template: failed(fault),
            image: failed(fault),
            key: failed(fault),
            grantees: failed(fault),
            key_policy: failed(fault),
            nodes: failed(fault),
            daemon_sets: failed(fault),
            windows: failed(fault),
            node_access_entry: failed(fault),
        };
    };
    for fault in [Fault::Denied, Fault::Unknown, Fault::Throttled] {
        check(&json!({}), |facts| unread(facts, fault), &[]);
    }
}

#[test]
fn an_unfinished_spec_is_looked_at_as_far_as_it_goes() {
    let mut spec = spec(&json!({}));
    (spec.cluster, spec.node_role) = (String::new(), String::new());
    spec.subnets.clear();
    let facts = Facts {
        cluster: failed(Fault::NotFound),
        role: failed(Fault::NotFound),
        subnets: Some(Ok(vec![])),
        ..Facts::default()
    };
    assert_eq!(findings(&spec, &owner(), &facts), []);
}

#[test]
fn errors_come_before_warnings() {
    let alter = |facts: &mut Facts| {
        facts.service_linked_role = failed(Fault::NotFound);
        read(&mut facts.dns).support = false;
        facts.role = failed(Fault::NotFound);
    };
    let expected = ["E role-not-found", "E dns-support", "W service-linked-role"];
    check(&json!({}), alter, &expected);
}

#[test]
fn failed_reads_are_told_once_each() {
    let mut facts = fine();
    facts.role = failed(Fault::Denied);
    facts.service_linked_role = failed(Fault::Denied);
    facts.dns = Some(Err(error("ec2:DescribeVpcAttribute", Fault::Throttled)));
    facts.cluster = failed(Fault::NotFound);
    facts.key = failed(Fault::NotFound);
    assert_eq!(
        unread(&facts),
        [
            "iam:GetRole on eks-node: AccessDenied: no such thing; allow iam:GetRole to the role of the function \
             behind ServiceToken",
            "ec2:DescribeVpcAttribute on eks-node: AccessDenied: no such thing",
        ]
    );
    assert!(unread(&fine()).is_empty());
}
