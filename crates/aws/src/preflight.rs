//! Reads the facts for the preflight checks: one call for each fact, and all calls of a round at once. No call changes
//! anything. `mng_core::preflight::reads` decides which facts to read.

mod cluster;
mod instances;
mod key;
mod network;
mod role;
mod workload;

use std::pin::Pin;

use aws_sdk_ec2::types::Filter;
use futures_util::future::OptionFuture;

use super::Aws;
use crate::retry_policy::once_more;
use mng_core::launch_template::custom_template::CustomTemplate;
use mng_core::preflight::facts::{Facts, Read};
use mng_core::preflight::reads::{FirstReads, SecondReads};
use mng_core::properties::spec::{LaunchTemplate, Spec};
use mng_engine::ports::{Calls, DescribeLaunchTemplate, ReadFacts};

/// Reads several facts concurrently and sets each, once all are there.
macro_rules! at_once {
    ($($($fact:ident).+ = $read:expr;)+) => {
        ($($($fact).+,)+) = tokio::join!($($read),+)
    };
}

/// Two rounds: what the properties name, then what the answers of the first round name.
impl Calls<ReadFacts> for Aws {
    async fn call(&self, ReadFacts { spec, name }: &ReadFacts) -> Facts {
        let mut facts = Box::pin(self.first_round(FirstReads::of(spec, name))).await;
        Box::pin(self.second_round(spec, &mut facts)).await;
        facts
    }
}

impl Aws {
    async fn first_round(&self, reads: FirstReads<'_>) -> Facts {
        let role = reads.role;
        let mut facts = Facts::default();
        at_once! {
            facts.cluster = ask(reads.cluster, |name| once_more(move || self.read_cluster(name)));
            facts.name = ask(reads.group, |(cluster, name)| once_more(
                move || self.read_name(cluster, name)
            ));
            facts.node_groups = ask(reads.cluster, |name| once_more(move || self.count_node_groups(name)));
            facts.role = ask(role, |role| self.read_role(role));
            facts.role_policies = ask(role, |role| self.read_role_policies(role));
            facts.role_inline_policies = ask(role, |role| self.read_inline_policies(role));
            facts.other_instances = ask(role, |role| self.read_other_instances(role));
            facts.service_linked_role = ask(Some(()), |()| self.read_service_linked_role());
            facts.subnets = ask(reads.subnets, |ids| self.read_subnets(ids));
            facts.types = ask(reads.types, |names| self.read_types(names));
            facts.quotas = ask(Some(reads.quotas), |codes| self.read_quotas(codes));
            facts.key_pairs = ask(reads.key_pair, |name| self.read_key_pair(name));
            facts.template = ask(reads.template, |template| self.read_template(template));
            facts.key = ask(reads.key, |key| self.read_key(key));
        }
        facts
    }

    async fn read_template(&self, template: &LaunchTemplate) -> Read<CustomTemplate> {
        let template = template.clone();
        self.call(&DescribeLaunchTemplate { template }).await
    }

    async fn second_round(&self, spec: &Spec, facts: &mut Facts) {
        let reads = SecondReads::of(spec, facts);
        let (vpc, key) = (reads.vpc, reads.key);
        let types;
        at_once! {
            facts.route_tables = ask(vpc, |vpc| self.read_route_tables(vpc));
            facts.endpoints = ask(vpc, |vpc| self.read_endpoints(vpc));
            facts.dns = ask(vpc, |vpc| self.read_dns(vpc));
            facts.dhcp = ask(vpc, |vpc| self.read_dhcp(vpc));
            facts.security_groups = ask(reads.security_groups, |ids| self.read_security_groups(ids));
            facts.offers = ask(reads.offers, |(names, zones)| self.read_offers(names, zones));
            types = ask(reads.types, |names| self.read_types(names));
            facts.image = ask(reads.image, |image| self.read_image(image));
            facts.grantees = ask(key, |arn| self.read_grantees(arn));
            facts.key_policy = ask(key, |arn| self.read_key_policy(arn));
            facts.nodes = ask(reads.nodes, |cluster| self.read_nodes(cluster));
            facts.daemon_sets = ask(reads.daemon_sets, |cluster| self.read_daemon_sets(cluster));
            facts.windows = ask(reads.windows, |cluster| self.read_windows(cluster));
            facts.node_access_entry = ask(reads.access_entry, |cluster| once_more(
                move || self.read_access_entry(cluster, &spec.node_role)
            ));
        }
        facts.types = facts.types.take().or(types);
    }
}

/// Makes a call if there is a reason for it. Each call is boxed, since two dozen of the SDK's futures side by side
/// overflow a thread's stack.
fn ask<T, F: Future>(about: Option<T>, read: impl FnOnce(T) -> F) -> OptionFuture<Pin<Box<F>>> {
    about.map(|about| Box::pin(read(about))).into()
}

/// A filter by ID leaves out a resource that does not exist. A call that names resources by ID fails as a whole if one
/// is missing.
fn filter(name: &str, values: &[String]) -> Filter {
    Filter::builder().name(name).set_values(Some(values.to_vec())).build()
}
