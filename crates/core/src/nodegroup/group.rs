//! A node group as EKS shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::node::ami_type::AmiType;
use crate::properties::scaling::LiveScaling;
use crate::properties::settings::{NodeRepair, Taint, UpdateSettings, WarmPool};
use crate::protocol::physical_id::PhysicalId;

/// A node group that exists.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NodeGroup {
    pub arn: String,
    pub cluster: String,
    pub name: String,
    pub status: Status,
    /// In seconds since the epoch.
    pub created_at: Option<u64>,
    pub version: String,
    pub release_version: String,
    pub ami_type: AmiType,
    pub capacity_type: String,
    pub instance_types: Vec<String>,
    pub subnets: BTreeSet<String>,
    pub node_role: String,
    pub launch_template: Option<LiveLaunchTemplate>,
    pub scaling: LiveScaling,
    pub labels: BTreeMap<String, String>,
    pub taints: BTreeSet<Taint>,
    pub tags: BTreeMap<String, String>,
    pub update_settings: UpdateSettings,
    pub node_repair: NodeRepair,
    pub warm_pool: WarmPool,
    pub issues: Vec<Issue>,
    pub auto_scaling_group: String,
    pub remote_access_security_group: String,
}

/// A node group as the target of a call: its cluster and name, and the ARN by which EKS takes tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTarget {
    pub cluster: String,
    pub name: String,
    pub arn: String,
}

impl GroupTarget {
    pub fn id(&self) -> PhysicalId {
        PhysicalId {
            cluster: self.cluster.clone(),
            name: self.name.clone(),
        }
    }
}

impl NodeGroup {
    pub fn id(&self) -> PhysicalId {
        PhysicalId {
            cluster: self.cluster.clone(),
            name: self.name.clone(),
        }
    }

    /// This group as the target of a call.
    pub fn target(&self) -> GroupTarget {
        GroupTarget {
            cluster: self.cluster.clone(),
            name: self.name.clone(),
            arn: self.arn.clone(),
        }
    }
}

/// The launch template a group runs; the service reports both its id and its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveLaunchTemplate {
    pub id: String,
    pub name: String,
    pub version: String,
}

/// The statuses that EKS has, and one that EKS may add later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Status {
    #[default]
    Creating,
    Active,
    Updating,
    Deleting,
    CreateFailed,
    DeleteFailed,
    Degraded,
    Unknown(String),
}

/// A health issue of EKS, or one error of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    pub code: String,
    pub message: String,
    pub resources: Vec<String>,
}

/// All issues in one text, each with its code first, as a person reads them in a stack event.
pub fn describe_issues(issues: &[Issue]) -> String {
    let texts: Vec<String> = issues.iter().map(Issue::to_string).collect();
    if texts.is_empty() {
        "the service names no issue".to_owned()
    } else {
        texts.join("; ")
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        if self.resources.is_empty() {
            Ok(())
        } else {
            write!(f, " [{}]", self.resources.join(", "))
        }
    }
}

impl Status {
    /// The status as EKS spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Updating => "UPDATING",
            Self::Deleting => "DELETING",
            Self::CreateFailed => "CREATE_FAILED",
            Self::DeleteFailed => "DELETE_FAILED",
            Self::Degraded => "DEGRADED",
            Self::Unknown(word) => word,
        }
    }
}

impl From<&str> for Status {
    fn from(word: &str) -> Self {
        match word {
            "CREATING" => Self::Creating,
            "ACTIVE" => Self::Active,
            "UPDATING" => Self::Updating,
            "DELETING" => Self::Deleting,
            "CREATE_FAILED" => Self::CreateFailed,
            "DELETE_FAILED" => Self::DeleteFailed,
            "DEGRADED" => Self::Degraded,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_in_the_services_word() {
        for word in [
            "CREATING",
            "ACTIVE",
            "UPDATING",
            "DELETING",
            "CREATE_FAILED",
            "DELETE_FAILED",
            "DEGRADED",
            "HIBERNATING",
        ] {
            let status = Status::from(word);
            assert_eq!(status.as_str(), word);
            assert_eq!(matches!(status, Status::Unknown(_)), word == "HIBERNATING", "{word}");
        }
    }

    #[test]
    fn issues_are_told_as_a_person_reads_them() {
        let issue = |code: &str, resources: &[&str]| Issue {
            code: code.to_owned(),
            message: "gone".to_owned(),
            resources: resources.iter().map(|&id| id.to_owned()).collect(),
        };
        for (issues, expected) in [
            (vec![], "the service names no issue"),
            (vec![issue("A", &[])], "A: gone"),
            (
                vec![issue("A", &["i-1", "i-2"]), issue("B", &[])],
                "A: gone [i-1, i-2]; B: gone",
            ),
        ] {
            assert_eq!(describe_issues(&issues), expected);
        }
    }
}
