//! An account to read from: EKS of the simulator, all else of moto; and what its seeds look like when they are read.

use std::collections::BTreeSet;

use local_stack::{Moto, Seeds};
use mng_aws::Aws;
use mng_core::call_error::Fault;
use mng_core::node::instance_type::{Accelerator, Architecture, InstanceTypeFacts};
use mng_core::node::max_pods::{NetworkFacts, Prefixes};
use mng_core::preflight::facts::{Cluster, Facts, InstanceType, IpFamily, Location, Read, Role, Subnet};
use mng_core::properties::spec::Spec;
use mng_core::properties::validate::inspect;
use mng_engine::ports::{Calls, ReadFacts};
use serde_json::{Value, json};
use simulator::Simulator;

use super::world::aws_beside;

pub struct Account {
    pub moto: Moto,
    pub eks: Simulator,
    pub seeds: Seeds,
    pub aws: Aws,
}

impl Account {
    pub async fn start() -> Self {
        let moto = Moto::start().await.expect("moto starts");
        let seeds = moto.seeds();
        let options = simulator::Options {
            vpc: seeds.vpc.clone(),
            cluster_security_group: seeds.cluster_security_group.clone(),
            ..simulator::Options::default()
        };
        let eks = Simulator::start(options).await;
        let aws = aws_beside(&eks.endpoint(), &moto.url).await;
        Self { moto, eks, seeds, aws }
    }

    /// Good properties, changed; a null leaves one out.
    fn spec(&self, changes: Value) -> Spec {
        let mut properties = json!({
            "ServiceToken": "arn", "ClusterName": "my-cluster", "NodegroupName": "nodes",
            "NodeRole": self.seeds.node_role, "Subnets": [self.seeds.subnets[0]], "InstanceTypes": ["m5.large"],
        });
        for (key, value) in changes.as_object().expect("an object") {
            properties[key] = value.clone();
        }
        let properties = properties.as_object().expect("an object").clone();
        let stated = properties.into_iter().filter(|(_, value)| !value.is_null());
        inspect(&stated.collect(), "Nodes").0
    }

    pub async fn facts(&self, changes: Value) -> Facts {
        let read = ReadFacts {
            spec: Box::new(self.spec(changes)),
            name: "nodes".to_owned(),
        };
        self.aws.call(&read).await
    }

    /// For making what isn't among the seeds.
    pub async fn config(&self) -> aws_config::SdkConfig {
        let credentials = aws_sdk_ec2::config::Credentials::new("test", "test", None, None, "test");
        aws_config::defaults(aws_config::BehaviorVersion::latest())
            .endpoint_url(&self.moto.url)
            .region(aws_config::Region::new("us-east-1"))
            .credentials_provider(credentials)
            .load()
            .await
    }
}

pub fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    items.into_iter().collect()
}

pub fn good<T>(read: Option<Read<T>>) -> T {
    read.expect("a reason to ask").expect("an answer")
}

/// The fault and the action of a read that failed.
pub fn failed<T: std::fmt::Debug>(read: Option<Read<T>>) -> (Fault, &'static str) {
    let error = read.expect("a reason to ask").expect_err("no answer");
    (error.fault, error.action)
}

pub fn m5_large() -> InstanceType {
    InstanceType {
        name: "m5.large".to_owned(),
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

pub fn seeded_cluster(seeds: &Seeds) -> Cluster {
    Cluster {
        name: "my-cluster".to_owned(),
        arn: "arn:aws:eks:us-east-1:123456789012:cluster/my-cluster".to_owned(),
        status: "ACTIVE".to_owned(),
        version: "1.34".to_owned(),
        role: "arn:aws:iam::123456789012:role/cluster".to_owned(),
        vpc: seeds.vpc.clone(),
        security_group: seeds.cluster_security_group.clone(),
        authentication: "CONFIG_MAP".to_owned(),
        public_access: true,
        private_access: false,
        public_cidrs: vec!["203.0.113.0/24".to_owned()],
        ip_family: IpFamily::V6,
        location: Location::Outpost,
    }
}

pub fn seeded_role(seeds: &Seeds) -> Role {
    let principal = json!({"Service": "ec2.amazonaws.com"});
    let statement = json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"});
    let trust = json!({"Version": "2012-10-17", "Statement": [statement]});
    Role {
        arn: seeds.node_role.clone(),
        trust: trust.to_string(),
    }
}

pub fn seeded_subnet(seeds: &Seeds) -> Subnet {
    Subnet {
        id: seeds.subnets[0].clone(),
        vpc: seeds.vpc.clone(),
        zone: "us-east-1a".to_owned(),
        outpost: None,
        free_addresses: 4091,
        assigns_public_addresses: true,
        assigns_ipv6_addresses: false,
    }
}
