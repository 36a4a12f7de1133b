//! Reads what the checks before a change look at: one call for each fact, all at once. None of them changes anything.

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
use mng_core::nodegroup::group::NodeGroup;
use mng_core::preflight::facts::{Facts, Key, KeyMaker, Read};
use mng_core::preflight::quotas::quota_codes;
use mng_core::preflight::workload::access::{may_need_daemon_sets, may_need_nodes, may_need_windows};
use mng_core::properties::spec::{Encryption, Spec, SshKey};

/// Reads several facts concurrently and sets each, once all are there.
macro_rules! at_once {
    ($($($fact:ident).+ = $read:expr;)+) => {
        ($($($fact).+,)+) = tokio::join!($($read),+)
    };
}

impl Aws {
    /// Two rounds: what the properties name, then what those answers name.
    pub(super) async fn read_facts(&self, spec: &Spec, name: &str) -> Facts {
        let mut facts = Facts::default();
        self.by_the_spec(spec, name, &mut facts).await;
        self.by_the_answers(spec, &mut facts).await;
        facts
    }

    async fn by_the_spec(&self, spec: &Spec, name: &str, facts: &mut Facts) {
        let (cluster, role) = (present(&spec.cluster), role::name(&spec.node_role));
        let template = spec.launch_template.as_ref();
        at_once! {
            facts.cluster = ask(cluster, |name| once_more(move || self.read_cluster(name)));
            facts.name = ask(cluster.zip(present(name)), |(cluster, name)| {
                once_more(move || self.read_name(cluster, name))
            });
            facts.node_groups = ask(cluster, |name| once_more(move || self.count_node_groups(name)));
            facts.role = ask(role, |role| self.read_role(role));
            facts.role_policies = ask(role, |role| self.read_role_policies(role));
            facts.role_inline_policies = ask(role, |role| self.read_inline_policies(role));
            facts.other_instances = ask(role, |role| self.read_other_instances(role));
            facts.service_linked_role = ask(Some(()), |()| self.read_service_linked_role());
            facts.subnets = ask(some(spec.subnets.iter().cloned()), |ids| self.read_subnets(ids));
            facts.types = ask(some(spec.type_names()), |names| self.read_types(names));
            facts.quotas = ask(some(quota_codes(spec)), |codes| self.read_quotas(codes));
            facts.key_pairs = ask(key_pair(spec), |name| self.read_key_pair(name));
            facts.template = ask(template, |template| self.describe_users_template(template));
            facts.key = ask(volume_key(spec), |key| self.read_key(key));
        }
    }

    async fn by_the_answers(&self, spec: &Spec, facts: &mut Facts) {
        let (vpc, key, names) = (vpc(facts), granted(facts), type_names(spec, facts));
        let offers = some(names.clone()).zip(some(zones(facts)));
        let left = some(names).filter(|_| facts.types.is_none());
        let api = kubernetes(spec, facts);
        let types;
        at_once! {
            facts.route_tables = ask(vpc, |vpc| self.read_route_tables(vpc));
            facts.endpoints = ask(vpc, |vpc| self.read_endpoints(vpc));
            facts.dns = ask(vpc, |vpc| self.read_dns(vpc));
            facts.dhcp = ask(vpc, |vpc| self.read_dhcp(vpc));
            facts.security_groups = ask(some(security_groups(spec, facts)), |ids| self.read_security_groups(ids));
            facts.offers = ask(offers, |(names, zones)| self.read_offers(names, zones));
            types = ask(left, |names| self.read_types(names));
            facts.image = ask(image(facts), |image| self.read_image(image));
            facts.grantees = ask(key, |key| self.read_grantees(&key.arn));
            facts.key_policy = ask(key, |key| self.read_key_policy(&key.arn));
            facts.nodes = ask(api.filter(|_| may_need_nodes(spec)), |cluster| self.read_nodes(cluster));
            facts.daemon_sets = ask(api.filter(|_| may_need_daemon_sets(spec, live(facts))), |cluster| {
                self.read_daemon_sets(cluster)
            });
            facts.windows = ask(api.filter(|_| may_need_windows(spec)), |cluster| self.read_windows(cluster));
            facts.node_access_entry = ask(access_entry(spec, facts), |cluster| {
                once_more(move || self.read_access_entry(cluster, &spec.node_role))
            });
        }
        facts.types = facts.types.take().or(types);
    }
}

/// Asks where there is a reason to. Each call has its own place on the heap: two dozen of the SDK's futures side by side
/// overflow a thread's stack.
fn ask<T, F: Future>(about: Option<T>, read: impl FnOnce(T) -> F) -> OptionFuture<Pin<Box<F>>> {
    about.map(|about| Box::pin(read(about))).into()
}

/// What the properties don't say, or say wrongly, is empty: there is nothing to ask then.
fn present(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Likewise for a list. EC2 takes a filter without values for a mistake.
fn some<T: Into<String>>(list: impl IntoIterator<Item = T>) -> Option<Vec<String>> {
    let list: Vec<String> = list
        .into_iter()
        .map(Into::into)
        .filter(|text| !text.is_empty())
        .collect();
    Some(list).filter(|list| !list.is_empty())
}

/// Asked by id, one that is missing fails the whole call. By a filter, each one tells by its absence that it is.
fn filter(name: &str, values: &[String]) -> Filter {
    Filter::builder().name(name).set_values(Some(values.to_vec())).build()
}

fn known<T>(read: &Option<Read<T>>) -> Option<&T> {
    read.as_ref()?.as_ref().ok()
}

fn key_pair(spec: &Spec) -> Option<&str> {
    match &spec.node.remote_access.as_ref()?.key {
        SshKey::Named(name) => present(name),
        SshKey::Imported(_) => None,
    }
}

fn volume_key(spec: &Spec) -> Option<&str> {
    match &spec.node.volume.encryption {
        Encryption::On { kms_key } => present(kms_key.as_deref()?),
        Encryption::Unstated | Encryption::Off => None,
    }
}

/// The subnets', since theirs is where nodes will be; without an answer, the cluster's.
fn vpc(facts: &Facts) -> Option<&str> {
    let of_subnets = known(&facts.subnets).and_then(|subnets| Some(subnets.first()?.vpc.as_str()));
    of_subnets
        .or_else(|| known(&facts.cluster).map(|cluster| cluster.vpc.as_str()))
        .and_then(present)
}

fn zones(facts: &Facts) -> Vec<String> {
    let subnets = known(&facts.subnets).map_or(&[][..], Vec::as_slice);
    let mut zones: Vec<String> = subnets.iter().map(|subnet| subnet.zone.clone()).collect();
    zones.sort();
    zones.dedup();
    zones
}

/// The properties', or else the one in the user's launch template.
fn type_names(spec: &Spec, facts: &Facts) -> Vec<String> {
    let names = spec.type_names();
    let in_template = known(&facts.template).and_then(|template| template.instance_type.clone());
    if names.is_empty() {
        in_template.into_iter().collect()
    } else {
        names
    }
}

fn security_groups(spec: &Spec, facts: &Facts) -> Vec<String> {
    let of_cluster = known(&facts.cluster).map(|cluster| cluster.security_group.clone());
    let sources = spec
        .node
        .remote_access
        .iter()
        .flat_map(|access| &access.source_security_groups);
    let stated = spec.node.security_groups.iter().chain(sources).cloned();
    of_cluster.into_iter().chain(stated).collect()
}

/// Not of `resolve:ssm:…`, which names a parameter that holds the image's id.
fn image(facts: &Facts) -> Option<&str> {
    let image = known(&facts.template)?.image_id.as_deref()?;
    Some(image).filter(|image| image.starts_with("ami-"))
}

/// The cluster, if its own API can be asked. One that is being made has no endpoint yet.
fn kubernetes<'a>(spec: &'a Spec, facts: &Facts) -> Option<&'a str> {
    let is_there =
        known(&facts.cluster).is_some_and(|cluster| ["ACTIVE", "UPDATING"].contains(&cluster.status.as_str()));
    present(&spec.cluster).filter(|_| is_there)
}

fn live(facts: &Facts) -> Option<&NodeGroup> {
    known(&facts.name)?.as_ref()
}

/// Where the cluster keeps access entries at all.
fn access_entry<'a>(spec: &'a Spec, facts: &Facts) -> Option<&'a str> {
    let keeps = known(&facts.cluster).is_some_and(|cluster| cluster.authentication.contains("API"));
    present(&spec.cluster).filter(|_| keeps && !spec.node_role.is_empty())
}

/// KMS takes an alias for DescribeKey only, so what else is asked goes by the ARN that it told. An AWS managed key
/// serves everybody in the account: nobody needs a grant on it.
fn granted(facts: &Facts) -> Option<&Key> {
    known(&facts.key).filter(|key| key.maker == KeyMaker::Customer && !key.arn.is_empty())
}
