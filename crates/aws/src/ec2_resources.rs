//! The EC2 resources of a node group, as EC2 shows them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    Filter, IpPermission, LaunchTemplate, LaunchTemplateVersion, SecurityGroup as Ec2SecurityGroup, Tag,
};

use super::Aws;
use super::errors::call_error;
use super::launch::DESCRIPTION;
use mng_core::call_error::CallError;
use mng_core::launch_template::ec2_resources::{
    Ec2Resources, GroupRef, IngressRule, IngressSource, KeyPair, SecurityGroup, Template, Version, VersionRole,
};
use mng_core::nodegroup::ownership::NODEGROUP_TAG;
use mng_engine::ports::{Calls, DescribeEc2Resources};

/// The function finds template and security group by their names, so that it also sees those of somebody else. It finds
/// key pairs by their tag, since their names follow from their keys. It reads each list to its end: with a filter, EC2
/// may answer an empty page that has a next one.
impl Calls<DescribeEc2Resources> for Aws {
    async fn call(&self, request: &DescribeEc2Resources) -> Result<Ec2Resources, CallError> {
        let group_ref = &request.group_ref;
        Ok(Ec2Resources {
            templates: self.templates(group_ref).await?,
            security_groups: self.security_groups(group_ref).await?,
            key_pairs: self.key_pairs(group_ref).await?,
        })
    }
}

impl Aws {
    async fn templates(&self, group_ref: &GroupRef) -> Result<Vec<Template>, CallError> {
        let name = group_ref.resource_name();
        let call = self.ec2().describe_launch_templates();
        let mut pages = call
            .filters(filter("launch-template-name", &name))
            .into_paginator()
            .send();
        let mut templates = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call_error("ec2:DescribeLaunchTemplates", &name, &error))?;
            for template in page.launch_templates() {
                templates.push(self.template(template).await?);
            }
        }
        Ok(templates)
    }

    /// The function also reads the versions of a template without the function's tags: the node group that runs the
    /// template may show whose it is.
    async fn template(&self, template: &LaunchTemplate) -> Result<Template, CallError> {
        let id = template.launch_template_id().unwrap_or_default().to_owned();
        Ok(Template {
            versions: self.versions(&id).await?,
            tags: tags(template.tags()),
            id,
        })
    }

    async fn versions(&self, template: &str) -> Result<Vec<Version>, CallError> {
        let mut pages = self
            .ec2()
            .describe_launch_template_versions()
            .launch_template_id(template)
            .into_paginator()
            .send();
        let mut versions = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call_error("ec2:DescribeLaunchTemplateVersions", template, &error))?;
            versions.extend(page.launch_template_versions().iter().map(version));
        }
        Ok(versions)
    }

    async fn security_groups(&self, group_ref: &GroupRef) -> Result<Vec<SecurityGroup>, CallError> {
        let name = group_ref.security_group_name();
        let call = self.ec2().describe_security_groups();
        let mut pages = call.filters(filter("group-name", &name)).into_paginator().send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call_error("ec2:DescribeSecurityGroups", &name, &error))?;
            groups.extend(page.security_groups().iter().map(security_group));
        }
        Ok(groups)
    }

    async fn key_pairs(&self, group_ref: &GroupRef) -> Result<Vec<KeyPair>, CallError> {
        let group = format!("{}/{}", group_ref.cluster, group_ref.name);
        let call = self
            .ec2()
            .describe_key_pairs()
            .filters(filter(&format!("tag:{NODEGROUP_TAG}"), &group));
        let answer = call.send().await;
        let answer = answer.map_err(|error| call_error("ec2:DescribeKeyPairs", &group, &error))?;
        let pairs = answer.key_pairs().iter().map(|pair| KeyPair {
            id: pair.key_pair_id().unwrap_or_default().to_owned(),
            name: pair.key_name().unwrap_or_default().to_owned(),
            tags: tags(pair.tags()),
        });
        Ok(pairs.collect())
    }
}

fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

fn tags(tags: &[Tag]) -> BTreeMap<String, String> {
    let pairs = tags
        .iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())));
    pairs.collect()
}

fn version(version: &LaunchTemplateVersion) -> Version {
    let description = version.version_description().unwrap_or_default();
    Version {
        number: version.version_number().unwrap_or_default(),
        digest: description.strip_prefix(DESCRIPTION).unwrap_or_default().to_owned(),
        role: if version.default_version() == Some(true) {
            VersionRole::Default
        } else {
            VersionRole::Other
        },
    }
}

fn security_group(group: &Ec2SecurityGroup) -> SecurityGroup {
    SecurityGroup {
        id: group.group_id().unwrap_or_default().to_owned(),
        vpc: group.vpc_id().unwrap_or_default().to_owned(),
        tags: tags(group.tags()),
        rules: group.ip_permissions().iter().flat_map(rules).collect(),
    }
}

/// Only rules of the kind that the resource makes. A rule that somebody added by hand stays.
fn rules(permission: &IpPermission) -> BTreeSet<IngressRule> {
    let (from, to) = (permission.from_port(), permission.to_port());
    let port = from.filter(|from| Some(*from) == to && permission.ip_protocol() == Some("tcp"));
    let Some(port) = port
        .and_then(|port| u16::try_from(port).ok())
        .filter(|port| [22, 3389].contains(port))
    else {
        return BTreeSet::new();
    };
    let groups = permission
        .user_id_group_pairs()
        .iter()
        .filter_map(|pair| pair.group_id());
    let groups = groups.map(|id| IngressSource::SecurityGroup(id.to_owned()));
    let open = permission
        .ip_ranges()
        .iter()
        .filter(|range| range.cidr_ip() == Some("0.0.0.0/0"));
    let open = open.map(|_| IngressSource::Anywhere);
    groups.chain(open).map(|source| IngressRule { port, source }).collect()
}
