//! Everything that this resource fails or warns with, in one page: `docs/failures.md` is made of it.

use std::fmt::Write;

use crate::diagnose::catalogue::rows;
use crate::nodegroup::rule::Rule;
use crate::preflight::check::Check;

const HEAD: &str = "\
# What it fails with, and what to do

This page is made from the code (`src/failures.rs`), and a test holds it to that. The code in brackets at the end of a
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

const DIAGNOSIS: &str = "\
## After a failure

The service's codes, and what is found in the Auto Scaling group's activities and on the console of one failed instance. The
reason begins with the most likely cause.
";

const CHECK_TABLE: &str = "| code | severity | cause | remedy | example |\n|---|---|---|---|---|\n";

const KIND_TABLE: &str = "| code | where | cause | remedy | example |\n|---|---|---|---|---|\n";

/// The page, in Markdown.
pub fn page() -> String {
    [
        HEAD.to_owned(),
        format!("{RULES}\n{CHECK_TABLE}{}", rules()),
        format!("{CHECKS}\n{CHECK_TABLE}{}", checks()),
        format!("{DIAGNOSIS}\n{KIND_TABLE}{}", diagnosis()),
    ]
    .join("\n")
}

fn rules() -> String {
    let rows = Rule::ALL.iter().map(|rule| {
        let entry = rule.entry();
        row([rule.code(), "error", entry.cause, entry.remedy, entry.example])
    });
    rows.collect()
}

fn checks() -> String {
    let rows = Check::ALL.iter().map(|check| {
        let entry = check.entry();
        row([
            entry.code,
            entry.severity.as_str(),
            entry.cause,
            entry.remedy,
            entry.example,
        ])
    });
    rows.collect()
}

fn diagnosis() -> String {
    rows()
        .map(|entry| row([entry.code, entry.kind, entry.cause, entry.remedy, entry.example]))
        .collect()
}

fn row(cells: [&str; 5]) -> String {
    let mut row = String::from("|");
    for cell in cells {
        let cell = cell.replace('|', "\\|").replace('\n', " ");
        // Writing to a String doesn't fail.
        let _ = write!(row, " {cell} |");
    }
    row + "\n"
}
