//! The specification and the facts together, with the questions that several checks ask. A fact whose read failed
//! counts as unknown.

use std::collections::BTreeSet;

use super::facts::{Cluster, Facts, InstanceType, IpFamily, Read, Subnet};
use super::reads;
use crate::call_error::Fault;
use crate::launch_template::custom_template::CustomTemplate;
use crate::node::ami_type::AmiType;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::Owner;
use crate::properties::spec::Spec;

/// What the checks judge.
#[derive(Debug, Clone, Copy)]
pub struct CheckInput<'a> {
    pub spec: &'a Spec,
    pub owner: &'a Owner,
    pub facts: &'a Facts,
}

/// The answer of a read, unless the read failed or was not made.
pub fn known<T>(read: &Option<Read<T>>) -> Option<&T> {
    read.as_ref()?.as_ref().ok()
}

/// Whether the answer of the read was that the resource does not exist.
pub fn is_gone<T>(read: &Option<Read<T>>) -> bool {
    matches!(read, Some(Err(error)) if error.fault == Fault::NotFound)
}

impl<'a> CheckInput<'a> {
    pub fn cluster(&self) -> Option<&'a Cluster> {
        known(&self.facts.cluster)
    }

    /// `None` if the cluster is not known.
    pub fn ip_family(&self) -> Option<IpFamily> {
        self.cluster().map(|cluster| cluster.ip_family)
    }

    /// The wanted subnets that exist.
    pub fn subnets(&self) -> &'a [Subnet] {
        known(&self.facts.subnets).map_or(&[], Vec::as_slice)
    }

    /// All wanted subnets, or `None` unless every one of them is known. A count over some of the subnets would mean
    /// nothing.
    pub fn all_subnets(&self) -> Option<&'a [Subnet]> {
        let found = self.subnets();
        (!found.is_empty() && found.len() == self.spec.subnets.len()).then_some(found)
    }

    pub fn zones(&self) -> BTreeSet<&'a str> {
        reads::zones(self.facts)
    }

    /// The nodes' VPC: the VPC of the subnets, or else of the cluster.
    pub fn vpc(&self) -> Option<&'a str> {
        reads::vpc(self.facts)
    }

    pub fn template(&self) -> Option<&'a CustomTemplate> {
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

    /// The instance types that the properties name, or else the one in the user's launch template.
    pub fn type_names(&self) -> Vec<String> {
        reads::type_names(self.spec, self.facts)
    }

    /// The wanted instance types that exist.
    pub fn types(&self) -> &'a [InstanceType] {
        known(&self.facts.types).map_or(&[], Vec::as_slice)
    }

    /// The AMI type that the template states, unless it says that the image is one's own.
    pub fn stated_ami_type(&self) -> Option<&'a AmiType> {
        self.spec.ami_type.as_ref().filter(|stated| !stated.is_custom())
    }

    /// Whether the nodes may boot an image of the user, about which nothing is known.
    pub fn may_have_own_image(&self) -> bool {
        self.spec.launch_template.is_some() && self.template().is_none_or(|template| template.image_id.is_some())
    }

    /// The number of nodes of a new group. Without sizes in the properties, EKS creates at least one node; how many is
    /// not documented.
    pub fn nodes_at_first(&self) -> i32 {
        self.spec.scaling.for_create().map_or(1, |sizes| sizes.desired)
    }

    /// This resource's group, if it already runs under the wanted name.
    pub fn running(&self) -> Option<&'a NodeGroup> {
        let group = known(&self.facts.name)?.as_ref()?;
        self.owner.owns(&group.tags).then_some(group)
    }

    pub fn runs_already(&self) -> bool {
        self.running().is_some()
    }
}
