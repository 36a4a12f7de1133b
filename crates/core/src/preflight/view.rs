//! The wish beside what was read of the world, as the checks look at both. What couldn't be read isn't there.

use std::collections::BTreeSet;

use super::facts::{Cluster, Facts, InstanceType, IpFamily, Read, Subnet};
use crate::call_error::Fault;
use crate::launch_template::custom_template::UsersTemplate;
use crate::node::ami_type::AmiType;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::Owner;
use crate::properties::spec::Spec;

/// What the checks are made of.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub spec: &'a Spec,
    pub owner: &'a Owner,
    pub facts: &'a Facts,
}

/// What was read, where it could be.
pub fn known<T>(read: &Option<Read<T>>) -> Option<&T> {
    read.as_ref()?.as_ref().ok()
}

/// Whether the answer was that it isn't there.
pub fn is_gone<T>(read: &Option<Read<T>>) -> bool {
    matches!(read, Some(Err(error)) if error.fault == Fault::NotFound)
}

impl<'a> View<'a> {
    pub fn cluster(&self) -> Option<&'a Cluster> {
        known(&self.facts.cluster)
    }

    /// `None` while it isn't known.
    pub fn ip_family(&self) -> Option<IpFamily> {
        self.cluster().map(|cluster| cluster.ip_family)
    }

    /// Those that exist, of those that are wanted.
    pub fn subnets(&self) -> &'a [Subnet] {
        known(&self.facts.subnets).map_or(&[], Vec::as_slice)
    }

    /// What is counted over all subnets means nothing unless all of them are known.
    pub fn all_subnets(&self) -> Option<&'a [Subnet]> {
        let found = self.subnets();
        (!found.is_empty() && found.len() == self.spec.subnets.len()).then_some(found)
    }

    pub fn zones(&self) -> BTreeSet<&'a str> {
        let zones = self.subnets().iter().map(|subnet| subnet.zone.as_str());
        zones.filter(|zone| !zone.is_empty()).collect()
    }

    /// The nodes' VPC, as far as it is known: the subnets', else the cluster's.
    pub fn vpc(&self) -> Option<&'a str> {
        let of_subnets = self.subnets().first().map(|subnet| subnet.vpc.as_str());
        let vpc = of_subnets.or_else(|| self.cluster().map(|cluster| cluster.vpc.as_str()));
        vpc.filter(|vpc| !vpc.is_empty())
    }

    pub fn template(&self) -> Option<&'a UsersTemplate> {
        known(&self.facts.template)
    }

    /// The property that names the instance types.
    pub fn types_property(&self) -> &'static str {
        if self.spec.type_names().is_empty() {
            "LaunchTemplate"
        } else {
            "InstanceTypes"
        }
    }

    /// Wherever they are stated: by the properties, or by the user's launch template.
    pub fn type_names(&self) -> Vec<String> {
        let names = self.spec.type_names();
        if names.is_empty() {
            let in_template = self.template().and_then(|template| template.instance_type.clone());
            return in_template.into_iter().collect();
        }
        names
    }

    /// Those that exist, of those that are wanted.
    pub fn types(&self) -> &'a [InstanceType] {
        known(&self.facts.types).map_or(&[], Vec::as_slice)
    }

    /// The AMI type that the template states, unless it says that the image is one's own.
    pub fn stated_ami_type(&self) -> Option<&'a AmiType> {
        self.spec.ami_type.as_ref().filter(|stated| !stated.is_custom())
    }

    /// Whether the nodes boot an image of the user's own, of which nothing is known.
    pub fn may_have_own_image(&self) -> bool {
        self.spec.launch_template.is_some() && self.template().is_none_or(|template| template.image_id.is_some())
    }

    /// Nodes of a new group. What EKS makes of no size at all isn't documented; there is one node at the least.
    pub fn nodes_at_first(&self) -> i32 {
        self.spec.scaling.for_create().map_or(1, |sizes| sizes.desired)
    }

    /// This resource's group, where it runs already under the name that is wanted.
    pub fn running(&self) -> Option<&'a NodeGroup> {
        let group = known(&self.facts.name)?.as_ref()?;
        self.owner.owns(&group.tags).then_some(group)
    }

    pub fn runs_already(&self) -> bool {
        self.running().is_some()
    }
}
