//! The physical ID `cluster/name`, which `Ref` returns as it does for the native resource. Only this module writes and
//! parses it.

use std::fmt;

/// How many bytes of a logical ID a made-up physical ID holds. CloudFormation's limit for a physical ID is 1 KB.
const LONGEST_LOGICAL_ID: usize = 255;

/// The node group that a resource stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhysicalId {
    pub cluster: String,
    pub name: String,
}

impl PhysicalId {
    /// Parses `cluster/name`. The result is `None` for any other text, such as the ID that CloudFormation makes up for
    /// a cancelled Create.
    pub fn parse(text: &str) -> Option<Self> {
        let (cluster, name) = text.split_once('/')?;
        let well_formed = !cluster.is_empty() && !name.is_empty() && !name.contains('/');
        well_formed.then(|| Self {
            cluster: cluster.to_owned(),
            name: name.to_owned(),
        })
    }
}

impl fmt::Display for PhysicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.cluster, self.name)
    }
}

/// The ID of a Create that failed before the function knew the node group's name. The ID is no `cluster/name`, so the
/// Delete after the failed Create finds nothing to delete.
pub fn never_created(logical_resource_id: &str) -> String {
    let mut logical: String = logical_resource_id.chars().filter(|c| *c != '/').collect();
    logical.truncate(logical.floor_char_boundary(LONGEST_LOGICAL_ID));
    format!("{logical}-never-created")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A user reads this ID in the stack events of a resource that never existed.
    #[test]
    fn what_was_never_created_bears_its_logical_id() {
        for (logical, expected) in [("Nodes", "Nodes-never-created"), ("a/b", "ab-never-created")] {
            assert_eq!(never_created(logical), expected);
        }
    }

    #[test]
    fn a_made_up_id_is_one_that_cloudformation_takes() {
        for logical_id in ["", "Nodes", &"N".repeat(3000), &"💥".repeat(3000)] {
            assert!((1..=1024).contains(&never_created(logical_id).len()), "{logical_id}");
        }
    }

    #[test]
    fn only_cluster_slash_name_is_an_id() {
        for (text, expected) in [
            ("my-cluster/my-mng", Some(("my-cluster", "my-mng"))),
            ("my-mng", None),
            ("/my-mng", None),
            ("my-cluster/", None),
            ("a/b/c", None),
            ("", None),
            (&never_created("Nodes"), None),
            (&never_created("a/b"), None),
        ] {
            let parsed = PhysicalId::parse(text);
            assert_eq!(
                parsed.as_ref().map(|id| (id.cluster.as_str(), id.name.as_str())),
                expected,
                "{text}"
            );
            if let Some(id) = parsed {
                assert_eq!(id.to_string(), text);
            }
        }
    }
}
