//! The matrix of docs/reliability.md as data: what CloudFormation may do, against what a node group may be and what the function may
//! know. Each cell names rules; each rule says what must happen and what holds it.

mod back;
mod forward;
mod known;
mod sources;
mod tables;

pub use sources::Sources;
pub use tables::{BY_GROUP, BY_KNOWLEDGE, SequenceRow, SequenceTable};

/// What must happen in a cell.
pub struct CellRule {
    pub code: &'static str,
    /// One or two sentences.
    pub must: &'static str,
    pub held: &'static [RuleEvidence],
}

/// What holds a rule.
#[derive(Debug)]
pub enum RuleEvidence {
    /// The name of a test.
    Test(&'static str),
    /// The name of a property of the model.
    Property(&'static str),
    /// The name of a life that the model explores.
    Life(&'static str),
    /// Words of a judgement of the soak.
    Soak(&'static str),
    /// Why no test is needed, or can be.
    Reason(&'static str),
    /// What the function doesn't do yet.
    Open(&'static str),
}

/// All rules, in the order of the page.
pub fn rules() -> impl Iterator<Item = &'static CellRule> {
    forward::FORWARD.iter().chain(back::BACK).chain(known::KNOWN)
}

/// Both tables and the rules, as Markdown.
pub fn page() -> String {
    let rules: String = rules().map(rule).collect();
    format!(
        "{}\n{}\nThe rules:\n\n| rule | what must happen | held by |\n|---|---|---|\n{rules}",
        table(&BY_GROUP),
        table(&BY_KNOWLEDGE)
    )
}

fn table(table: &SequenceTable) -> String {
    let heads = table.columns.join(" | ");
    let line = "|---".repeat(table.columns.len() + 1);
    let rows: String = table.rows.iter().map(row).collect();
    format!("{}\n\n| CloudFormation | {heads} |\n{line}|\n{rows}", table.title)
}

fn row(row: &SequenceRow) -> String {
    let cells: Vec<String> = row.cells().map(|codes| codes.join(" ")).collect();
    format!("| {} | {} |\n", row.operation, cells.join(" | "))
}

fn rule(rule: &CellRule) -> String {
    let held: Vec<String> = rule.held.iter().map(RuleEvidence::render).collect();
    format!("| {} | {} | {} |\n", rule.code, rule.must, held.join("; "))
}

impl RuleEvidence {
    fn render(&self) -> String {
        match self {
            Self::Test(name) => format!("`{name}`"),
            Self::Property(name) => format!("model: \"{name}\""),
            Self::Life(name) => format!("life \"{name}\""),
            Self::Soak(words) => format!("soak: \"{}\"", words.trim()),
            Self::Reason(why) => format!("no test: {why}"),
            Self::Open(what) => format!("not yet: {what}"),
        }
    }
}
