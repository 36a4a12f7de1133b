//! Everything that this resource fails or warns with, in one page: `docs/failures.md` is made of it.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::texts::{REFUSALS, WARNINGS};
use mng_core::diagnosis::catalogue::rows;
use mng_core::preflight::check::Check;
use mng_core::preflight::finding::Severity;
use mng_core::properties::rule::Rule;
use mng_core::protocol::eventbridge::codes;
use mng_core::texts::Explanation;

const HEAD: &str = "\
# What it fails with, and what to do

This page is made from the code (`crates/engine/src/failures.rs`), and a test holds it to that. The code in brackets at the end of a
reason is the one in the first column.
";

const RULES: &str = "\
## Properties

Told at once, all of them in one answer, before anything is looked up. Each is an error.
";

const CHECKS: &str = "\
## Before anything is made

Told together with the above, after reading and before the first change. With `Preflight: Strict` an error refuses; a
warning is told with the answer. An update that keeps its group is refused only for a property that it changes, and for want of
the access to the cluster that it would end with (`no-access-entry`, `kubernetes-forbidden`, `kubernetes-unreachable`); the rest
is told as warnings. A rollback is never refused. What may not be read is not checked, and `not-checked` says which permission
lacks.
";

const REFUSED: &str = "\
## Node groups that existed before

The function refuses a Create or an Update that would take over a node group which existed before the request. A request by event
is not refused: such a request may ask for a node group that runs already.
";

const WARNED: &str = "\
## Warnings without a code

The request succeeds. The attribute `Warnings` and the function's log hold the warning; a Delete has no attributes, and its answer
gives the warning as the reason. If the request fails nevertheless, the reason ends with the warnings.
";

const DIAGNOSIS: &str = "\
## After a failure

The service's codes, and what is found in the Auto Scaling group's activities and on the console of one failed instance. The
reason begins with the most likely cause.
";

const EVENTS: &str = "\
## Requests by event

Only what comes by EventBridge fails with these. The code stands among the `Codes` of the event that tells of the failure, as
all the others on this page do.
";

const CHECK_TABLE: &str = "| code | severity | cause | remedy | example |\n|---|---|---|---|---|\n";

const WARNING_TABLE: &str = "| warning | cause | remedy | example |\n|---|---|---|---|\n";

const KIND_TABLE: &str = "| code | where | cause | remedy | example |\n|---|---|---|---|---|\n";

/// The page, in Markdown.
pub fn page() -> String {
    [
        HEAD.to_owned(),
        format!("{RULES}\n{CHECK_TABLE}{}", rules()),
        format!("{CHECKS}\n{CHECK_TABLE}{}", checks()),
        format!("{REFUSED}\n{CHECK_TABLE}{}", refusals(&REFUSALS)),
        format!("{WARNED}\n{WARNING_TABLE}{}", warnings()),
        format!("{DIAGNOSIS}\n{KIND_TABLE}{}", diagnosis()),
        format!("{EVENTS}\n{CHECK_TABLE}{}", refusals(&codes::ALL)),
    ]
    .join("\n")
}

fn rules() -> String {
    let rules = Rule::ALL.iter();
    rules.map(|rule| coded(Severity::Error, &rule.explanation())).collect()
}

fn checks() -> String {
    let checks = Check::ALL.iter();
    checks
        .map(|check| coded(check.severity(), &check.explanation()))
        .collect()
}

fn diagnosis() -> String {
    let rows = rows();
    rows.map(|found| row(&[found.explanation.code, found.kind], &found.explanation))
        .collect()
}

fn refusals(codes: &[Explanation]) -> String {
    codes.iter().map(|code| coded(Severity::Error, code)).collect()
}

fn warnings() -> String {
    let warnings = WARNINGS.iter();
    warnings.map(|warning| row(&[warning.code], warning)).collect()
}

fn coded(severity: Severity, explanation: &Explanation) -> String {
    row(&[explanation.code, severity.as_str()], explanation)
}

/// One row of a table: the `first` cells, then cause, remedy and example.
fn row(first: &[&str], explanation: &Explanation) -> String {
    let Explanation {
        cause, remedy, example, ..
    } = *explanation;
    let mut row = String::from("|");
    for cell in first.iter().copied().chain([cause, remedy, example]) {
        let cell = cell.replace('|', "\\|").replace('\n', " ");
        // Writing to a String doesn't fail.
        let _ = write!(row, " {cell} |");
    }
    row + "\n"
}

/// The codes that a reason tells: ours stand in brackets, and the service's are words that nobody else uses.
pub fn codes_in(reason: &str) -> Vec<&'static str> {
    let words: BTreeSet<&str> = reason.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
    let ours = Rule::ALL.iter().map(|rule| rule.code());
    let ours = ours.chain(Check::ALL.iter().map(|check| check.explanation().code));
    let ours = ours.chain(codes::ALL.iter().chain(&REFUSALS).map(|code| code.code));
    let told = ours.filter(|code| words.contains(code) && reason.contains(&format!("[{code}]")));
    let services = rows().map(|row| row.explanation.code);
    let services = services.filter(|code| code.len() > LONGEST_WORD && code.starts_with(char::is_uppercase));
    let all: BTreeSet<&str> = told.chain(services.filter(|code| words.contains(code))).collect();
    all.into_iter().collect()
}

/// The service has a code "Unknown", which is a word too.
const LONGEST_WORD: usize = "Unknown".len();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_tells_its_codes() {
        for (reason, expected) in [
            (
                "nothing was changed, 2 problem(s): (1) a is required [required] (2) b [unknown-property]",
                &["required", "unknown-property"][..],
            ),
            (
                "node group c/n could not be created: NodeCreationFailure: no join [i-1]. Most likely: x",
                &["NodeCreationFailure"],
            ),
            ("superseded by event 1 [superseded]", &["superseded"]),
            ("existed before this request [retained-group]", &["retained-group"]),
            ("Unknown error, required by [subnet-1]", &[]),
        ] {
            assert_eq!(codes_in(reason), expected, "{reason}");
        }
    }
}
