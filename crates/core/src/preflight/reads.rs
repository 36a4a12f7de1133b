//! Which reads the checks need: a first round by the properties alone, then a second round by what the first one found.
//!
//! A field is `None` if the properties give no reason for the read, or name what to read wrongly.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::facts::{Cluster, Facts, KeyMaker};
use super::quotas::quota_codes;
use super::role::role_name;
use super::view::known;
use super::workload::access::{may_need_daemon_sets, may_need_nodes, may_need_windows};
use crate::properties::spec::{Encryption, LaunchTemplate, Spec, SshKey};

/// What the properties alone give a reason to read.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstReads<'a> {
    pub cluster: Option<&'a str>,
    /// Cluster and name of the node group.
    pub group: Option<(&'a str, &'a str)>,
    /// The name of the node role.
    pub role: Option<&'a str>,
    pub subnets: Option<Vec<String>>,
    pub types: Option<Vec<String>>,
    pub quotas: Vec<&'static str>,
    pub key_pair: Option<&'a str>,
    pub template: Option<&'a LaunchTemplate>,
    /// The KMS key of the volumes: an ID, an ARN, or an alias.
    pub key: Option<&'a str>,
}

/// What the answers of the first round give a reason to read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SecondReads<'a> {
    /// The nodes' VPC, for its route tables, endpoints, DNS attributes and DHCP options.
    pub vpc: Option<&'a str>,
    pub security_groups: Option<Vec<String>>,
    /// Instance types and availability zones.
    pub offers: Option<(Vec<String>, Vec<String>)>,
    /// The type that the user's launch template names, unless the first round read the types of the properties.
    pub types: Option<Vec<String>>,
    pub image: Option<&'a str>,
    /// The ARN of a KMS key, for its grants and its policy.
    pub key: Option<&'a str>,
    /// The cluster, for a list of its nodes.
    pub nodes: Option<&'a str>,
    /// The cluster, for a list of its DaemonSets.
    pub daemon_sets: Option<&'a str>,
    /// The cluster, for what Windows nodes need of it.
    pub windows: Option<&'a str>,
    /// The cluster, for the access entry of the node role.
    pub access_entry: Option<&'a str>,
}

impl<'a> FirstReads<'a> {
    /// `name` is the name that the node group has or will have.
    pub fn of(spec: &'a Spec, name: &'a str) -> Self {
        let cluster = stated(&spec.cluster);
        Self {
            cluster,
            group: cluster.zip(stated(name)),
            role: role_name(&spec.node_role),
            subnets: any(spec.subnets.iter().cloned()),
            types: any(spec.type_names()),
            quotas: quota_codes(spec),
            key_pair: key_pair(spec),
            template: spec.launch_template.as_ref(),
            key: volume_key(spec),
        }
    }
}

impl<'a> SecondReads<'a> {
    /// `facts` holds the answers of the first round.
    pub fn of(spec: &'a Spec, facts: &'a Facts) -> Self {
        let names = any(type_names(spec, facts));
        let zones = any(zones(facts).into_iter().map(str::to_owned));
        let cluster = stated(&spec.cluster);
        let api = cluster.filter(|_| answers(facts));
        let live = known(&facts.name).and_then(Option::as_ref);
        Self {
            vpc: vpc(facts),
            security_groups: any(security_groups(spec, facts)),
            offers: names.clone().zip(zones),
            types: names.filter(|_| facts.types.is_none()),
            image: image(facts),
            key: key_with_grants(facts),
            nodes: api.filter(|_| may_need_nodes(spec)),
            daemon_sets: api.filter(|_| may_need_daemon_sets(spec, live)),
            windows: api.filter(|_| may_need_windows(spec)),
            access_entry: cluster.filter(|_| has_access_entries(facts) && !spec.node_role.is_empty()),
        }
    }
}

/// The nodes' VPC: the VPC of the subnets, or while nothing is known of them, the VPC of the cluster.
pub(super) fn vpc(facts: &Facts) -> Option<&str> {
    let of_subnets = known(&facts.subnets).and_then(|subnets| Some(subnets.first()?.vpc.as_str()));
    let of_cluster = || known(&facts.cluster).map(|cluster| cluster.vpc.as_str());
    of_subnets.or_else(of_cluster).and_then(stated)
}

/// The availability zones of the subnets.
pub(super) fn zones(facts: &Facts) -> BTreeSet<&str> {
    let subnets = known(&facts.subnets).into_iter().flatten();
    subnets.filter_map(|subnet| stated(&subnet.zone)).collect()
}

/// The instance types that the properties name, or else the one in the user's launch template.
pub(super) fn type_names(spec: &Spec, facts: &Facts) -> Vec<String> {
    let names = spec.type_names();
    if !names.is_empty() {
        return names;
    }
    let in_template = known(&facts.template).and_then(|template| template.instance_type.clone());
    in_template.into_iter().collect()
}

/// A property that is missing or wrong is empty in the specification.
fn stated(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// The texts that are not empty. EC2 refuses a filter without values, so no list at all stands for an empty one.
fn any(texts: impl IntoIterator<Item = String>) -> Option<Vec<String>> {
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    Some(texts).filter(|texts| !texts.is_empty())
}

fn key_pair(spec: &Spec) -> Option<&str> {
    match &spec.node.remote_access.as_ref()?.key {
        SshKey::Named(name) => stated(name),
        SshKey::Imported(_) => None,
    }
}

fn volume_key(spec: &Spec) -> Option<&str> {
    match &spec.node.volume.encryption {
        Encryption::On { kms_key } => stated(kms_key.as_deref()?),
        Encryption::Unstated | Encryption::Off => None,
    }
}

/// The cluster's own group, and the groups of `SecurityGroups` and `SourceSecurityGroups`.
fn security_groups(spec: &Spec, facts: &Facts) -> Vec<String> {
    let of_cluster = known(&facts.cluster).map(|cluster| &cluster.security_group);
    let access = spec.node.remote_access.iter();
    let sources = access.flat_map(|access| &access.source_security_groups);
    let groups = of_cluster.into_iter().chain(&spec.node.security_groups).chain(sources);
    groups.cloned().collect()
}

/// A launch template may also name its image as `resolve:ssm:…`, a parameter that holds the image's ID.
fn image(facts: &Facts) -> Option<&str> {
    let image = known(&facts.template)?.image_id.as_deref()?;
    Some(image).filter(|image| image.starts_with("ami-"))
}

/// KMS takes an alias in `DescribeKey` only, so the other calls need the ARN of its answer. Everybody in the account may use an AWS
/// managed key without a grant.
fn key_with_grants(facts: &Facts) -> Option<&str> {
    let key = known(&facts.key)?;
    stated(&key.arn).filter(|_| key.maker == KeyMaker::Customer)
}

/// Whether the cluster has a Kubernetes API to call. A cluster that EKS still creates has no endpoint.
fn answers(facts: &Facts) -> bool {
    is_cluster(facts, |cluster| {
        ["ACTIVE", "UPDATING"].contains(&cluster.status.as_str())
    })
}

/// A cluster that authenticates by the ConfigMap aws-auth alone has no access entries.
fn has_access_entries(facts: &Facts) -> bool {
    is_cluster(facts, |cluster| cluster.authentication.contains("API"))
}

fn is_cluster(facts: &Facts, so: impl Fn(&Cluster) -> bool) -> bool {
    known(&facts.cluster).is_some_and(so)
}
