//! EKS: the cluster, the node group that has the wanted name, and the number of node groups.

use aws_sdk_eks::types::{Cluster as EksCluster, IpFamily as EksIpFamily};

use super::super::Aws;
use super::super::errors::{call_error, empty_answer};
use mng_core::call_error::Fault;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::preflight::facts::{Cluster, IpFamily, Location, Read};
use mng_core::protocol::physical_id::PhysicalId;
use mng_engine::ports::{Calls, DescribeNodegroup, ListNodegroups};

impl Aws {
    pub(super) async fn read_cluster(&self, name: &str) -> Read<Cluster> {
        const ACTION: &str = "eks:DescribeCluster";
        let answer = self.eks().describe_cluster().name(name).send().await;
        let answer = answer.map_err(|error| call_error(ACTION, name, &error))?;
        answer.cluster().map(cluster).ok_or_else(|| empty_answer(ACTION, name))
    }

    /// A missing cluster also means that no node group has the name. The read of the cluster reports the cluster as
    /// missing.
    pub(super) async fn read_name(&self, cluster: &str, name: &str) -> Read<Option<NodeGroup>> {
        let group = PhysicalId {
            cluster: cluster.to_owned(),
            name: name.to_owned(),
        };
        match self.call(&DescribeNodegroup { group }).await {
            Err(error) if error.fault == Fault::NotFound => Ok(None),
            found => found.map(Some),
        }
    }

    pub(super) async fn count_node_groups(&self, cluster: &str) -> Read<usize> {
        let list = ListNodegroups {
            cluster: cluster.to_owned(),
        };
        self.call(&list).await.map(|names| names.len())
    }
}

fn cluster(cluster: &EksCluster) -> Cluster {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let network = cluster.resources_vpc_config();
    let access = cluster.access_config().and_then(|access| access.authentication_mode());
    let family = cluster
        .kubernetes_network_config()
        .and_then(|network| network.ip_family());
    Cluster {
        name: text(cluster.name()),
        arn: text(cluster.arn()),
        status: text(cluster.status().map(|status| status.as_str())),
        version: text(cluster.version()),
        role: text(cluster.role_arn()),
        vpc: text(network.and_then(|network| network.vpc_id())),
        security_group: text(network.and_then(|network| network.cluster_security_group_id())),
        authentication: text(access.map(|mode| mode.as_str())),
        public_access: network.is_some_and(|network| network.endpoint_public_access()),
        private_access: network.is_some_and(|network| network.endpoint_private_access()),
        public_cidrs: network.map_or_else(Vec::new, |network| network.public_access_cidrs().to_vec()),
        ip_family: match family {
            Some(EksIpFamily::Ipv6) => IpFamily::V6,
            _ => IpFamily::V4,
        },
        location: match cluster.outpost_config() {
            Some(_) => Location::Outpost,
            None => Location::Region,
        },
    }
}
