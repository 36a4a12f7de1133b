//! The codes of EKS: what each one means and what to do. AWS documents about half of the health issues; the meaning of the others
//! follows from their names.

mod health;
mod update;

pub use health::HEALTH;
pub use update::UPDATE;

use super::IssueKind;
use crate::texts::Explanation;

/// The codes of one list of EKS, each part in the order of what a reader should hear first.
///
/// If EKS reports several issues, the first of them by this order is the cause and the others follow from it: a node that EC2 cannot
/// launch does not join either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssueTable {
    /// Codes that name what is wrong.
    pub causes: &'static [Explanation],
    /// Codes that say only that something is wrong. Any other evidence says more.
    pub symptoms: &'static [Explanation],
}

/// How much a code alone says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeMeaning {
    Cause,
    Symptom,
}

/// The explanation of a code that AWS added after this version.
pub const UNLISTED: Explanation = Explanation {
    code: "",
    cause: "EKS gives a code that this version doesn't know yet.",
    remedy: "Go by the service's own message; the node group's Health issues tab and the Auto Scaling group's Activity \
             tab may tell more.",
    example: "",
};

/// What to do if there is neither an issue nor any other evidence.
pub const NOTHING_KNOWN: &str = "What to do: look at the node group's Health issues tab, its Auto Scaling group's \
                                 Activity tab and an instance's system log.";

/// The place of a code in its table: the lower, the earlier the reason names it. An unlisted code stands between causes and symptoms.
pub fn place(kind: IssueKind, code: &str) -> usize {
    let table = table(kind);
    let place = table.all().position(|known| known.code == code);
    place.unwrap_or(table.causes.len())
}

/// How much a code says, and its explanation. The list of `kind` comes first; the other list follows, since EKS may report its codes
/// too.
pub fn find(kind: IssueKind, code: &str) -> (CodeMeaning, Explanation) {
    let other = match kind {
        IssueKind::Health => UPDATE,
        IssueKind::Update => HEALTH,
    };
    let found = table(kind).find(code).or_else(|| other.find(code));
    found.unwrap_or((CodeMeaning::Symptom, UNLISTED))
}

fn table(kind: IssueKind) -> IssueTable {
    match kind {
        IssueKind::Health => HEALTH,
        IssueKind::Update => UPDATE,
    }
}

impl IssueTable {
    /// All codes, causes first.
    pub fn all(self) -> impl Iterator<Item = &'static Explanation> {
        self.causes.iter().chain(self.symptoms)
    }

    fn find(self, code: &str) -> Option<(CodeMeaning, Explanation)> {
        let tells = [(CodeMeaning::Cause, self.causes), (CodeMeaning::Symptom, self.symptoms)];
        tells.into_iter().find_map(|(tells, codes)| {
            let known = codes.iter().find(|known| known.code == code)?;
            Some((tells, *known))
        })
    }
}
