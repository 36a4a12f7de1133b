//! Every field of a managed group in eksctl's schema, and what becomes of it: one row each. `docs/from-eksctl.md` is made of
//! them, and a field without a row is told as unknown, so that none is dropped in silence.

mod mapped;
mod unmapped;

use std::fmt::Write;

use mapped::MAPPED;
use unmapped::UNMAPPED;

/// The release of eksctl whose schema the rows are of.
pub const RELEASE: &str = "v0.230.0";

/// A field that holds a value, not more fields.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// As in `taints[].key`: what is in a list has `[]`.
    pub path: &'static str,
    pub kind: FieldType,
    pub verdict: FieldMapping,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    Text,
    Boolean,
    Integer,
    /// Texts under keys of the user's choice.
    Texts,
    /// Anything, such as a policy.
    Document,
}

#[derive(Debug, Clone, Copy)]
pub enum FieldMapping {
    /// To what, in Markdown.
    Mapped(&'static str),
    Unmapped {
        /// The value that asks for no more than the resource does anyway, or than eksctl does without it.
        idle: Option<&'static str>,
        why: &'static str,
        instead: &'static str,
    },
}

const HEAD: &str = "\
# From eksctl: what becomes of each field

`mng from-eksctl FILE` turns the `managedNodeGroups` of a ClusterConfig into a CloudFormation template. This page is made
from the code (`crates/cli/src/eksctl/fields`), and a test holds it to that. It has every field that the schema of eksctl
RELEASE has for managed groups. A field that is not mapped is told with its line, and so is one that isn't here, or
whose value can't be taken over; of a list or a map no more is left out than has to be. A value that asks for nothing,
such as `false`, `\"\"` or what the last column calls idle, is passed over.

Beside the fields, what eksctl does by itself is done too:

- The label `alpha.eksctl.io/cluster-name` is set, since pods select nodes by it. `alpha.eksctl.io/nodegroup-name` is not:
  `eksctl delete nodegroup` drains every node that has it, the new ones too. Neither are the tags
  `alpha.eksctl.io/nodegroup-name` and `alpha.eksctl.io/nodegroup-type`, which mark eksctl's own groups. What the file itself
  says of any of them, eksctl overwrites; a note says so.
- Instances are called `CLUSTER-GROUP-Node`, by a tag `Name`, which `PropagateTags` hands to them.
- Volumes are of 80 GiB and gp3, where the file says nothing.
- Two nodes, m5.large, where the file says nothing.
- NVIDIA's device plugin for its instance types on AL2023 and AL2 (`NvidiaDevicePlugin`), and `WindowsSupport` for Windows.
  Both need the cluster's API: see \"To the Ready node\" in the README.
- A node role with the policies that eksctl attaches, one for each group, where the file names none. With `iam.withOIDC` it
  has no `AmazonEKS_CNI_Policy`: eksctl asks the cluster whether the network plugin needs it, and a note says what to look at.

";

/// Every field.
pub fn fields() -> impl Iterator<Item = &'static Field> {
    MAPPED.iter().chain(UNMAPPED)
}

/// The page, in Markdown.
pub fn page() -> String {
    let mut page = HEAD.replace("RELEASE", RELEASE);
    page += "| field | mapped to |\n|---|---|\n";
    for field in fields() {
        if let FieldMapping::Mapped(to) = field.verdict {
            let _ = writeln!(page, "| `{}` | {to} |", field.path);
        }
    }
    page += "\n## Not mapped\n\n| field | why | what to do | idle |\n|---|---|---|---|\n";
    for field in fields() {
        if let FieldMapping::Unmapped { idle, why, instead } = field.verdict {
            let idle = idle.map(|idle| format!("`{idle}`")).unwrap_or_default();
            let _ = writeln!(page, "| `{}` | {why} | {instead} | {idle} |", field.path);
        }
    }
    page
}

/// The row of a path, `[]` for each place in a list.
pub fn field(path: &str) -> Option<&'static Field> {
    fields().find(|field| field.path == path)
}

/// Whether there are fields within a path, as in a map.
pub fn is_around(path: &str) -> bool {
    let within = |field: &Field| field.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    path.is_empty() || fields().any(within)
}

/// The field that is meant by one written in other cases, which eksctl doesn't take.
pub fn meant(path: &str) -> Option<&'static str> {
    let meant = fields().find(|field| {
        let same_length = field.path.get(..path.len());
        same_length.is_some_and(|begins| begins.eq_ignore_ascii_case(path))
            && [None, Some(&b'.'), Some(&b'[')].contains(&field.path.as_bytes().get(path.len()))
    });
    meant.map(|field| &field.path[..path.len()])
}
