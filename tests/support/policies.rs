//! Tables of what a role may do and may not, as `tests/policies/` has them.

use std::collections::BTreeSet;

use local_stack::LocalStack;
use serde_json::Value;

use super::template::{list, statements};

const ACCOUNT: &str = "123456789012";
/// A stack's ARN, on what is called and in what is asked for.
const STACK: (&str, &str) = (
    "aws:ResourceTag/managed-node-group:stack-id",
    "arn:aws:cloudformation:a-stack",
);
const TAGGING: (&str, &str) = (
    "aws:RequestTag/managed-node-group:stack-id",
    "arn:aws:cloudformation:a-stack",
);
/// What the function asks for when it tags a launch template again.
const OUR_TAGS: [(&str, &str); 4] = [
    TAGGING,
    ("aws:RequestTag/managed-node-group:logical-id", "Nodes"),
    ("aws:RequestTag/managed-node-group:nodegroup", "c/n"),
    (
        "aws:TagKeys",
        "managed-node-group:stack-id,managed-node-group:logical-id,managed-node-group:nodegroup",
    ),
];
const SOMEBODYS: (&str, &str) = ("aws:ResourceTag/owner", "platform");

/// A call, and what IAM is to say of it.
struct PolicyCase {
    allowed: bool,
    action: String,
    resource: String,
    context: Vec<(String, String)>,
}

/// What is said of one role.
pub struct PolicyTable(Vec<PolicyCase>);

impl PolicyTable {
    /// Reads a table, with other texts for the words in braces.
    pub fn read(text: &str, words: &[(&str, &str)]) -> Self {
        let text = words
            .iter()
            .fold(text.to_owned(), |text, (word, meaning)| text.replace(word, meaning));
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self(lines.flat_map(cases).collect())
    }

    /// What this table lacks: a line that allows each action of a role's statements, and one that denies it wherever the
    /// statement is limited.
    pub fn lacks(&self, role: &str) -> Vec<String> {
        let said = |verdict: bool| -> BTreeSet<&str> {
            let cases = self.0.iter().filter(|case| case.allowed == verdict);
            cases.map(|case| case.action.as_str()).collect()
        };
        let (allowed, denied) = (said(true), said(false));
        let mut lacking = vec![];
        for statement in statements(role) {
            let limited = statement.get("Condition").is_some() || statement["Resource"] != "*";
            for action in list(&statement["Action"]).iter().filter_map(Value::as_str) {
                let complete = allowed.contains(action) && (!limited || denied.contains(action));
                if !complete {
                    lacking.push(format!("{action} of {}", statement["Sid"]));
                }
            }
        }
        lacking
    }

    /// The cases of which IAM's simulator says something else, and how many there are.
    pub async fn wrong(&self, local: &LocalStack, role: &str) -> (Vec<String>, usize) {
        let mut wrong = vec![];
        for case in &self.0 {
            let context: Vec<(&str, &str)> = case.context.iter().map(|(key, value)| (&**key, &**value)).collect();
            let said = local.simulate(role, &case.action, &case.resource, &context).await;
            let said = said.expect("SimulatePrincipalPolicy");
            if (said == "allowed") != case.allowed {
                wrong.push(format!("{said}: {} on {} with {context:?}", case.action, case.resource));
            }
        }
        (wrong, self.0.len())
    }
}

/// `allow ec2:CreateTags on ec2:instance/i-1 with ec2:CreateAction=RunInstances`.
fn cases(line: &str) -> Vec<PolicyCase> {
    let (said, context) = line.split_once(" with ").unwrap_or((line, ""));
    let (verdict, done) = said.split_once(' ').expect("a verdict");
    let (actions, resources) = done.split_once(" on ").expect("what it is done to");
    let context: Vec<(String, String)> = context.split_whitespace().flat_map(entries).collect();
    let owned = |(key, value): (&str, &str)| vec![(key.to_owned(), value.to_owned())];
    let verdicts = match verdict {
        "allow" => vec![(true, context)],
        "deny" => vec![(false, context)],
        "ours" => vec![(true, owned(STACK)), (false, owned(SOMEBODYS)), (false, vec![])],
        other => panic!("{other} is no verdict: {line}"),
    };
    let mut cases = vec![];
    for (allowed, context) in verdicts {
        for action in actions.split_whitespace() {
            for resource in resources.split_whitespace() {
                cases.push(PolicyCase {
                    allowed,
                    action: action.to_owned(),
                    resource: arn(resource),
                    context: context.clone(),
                });
            }
        }
    }
    cases
}

/// What a word of the table stands for: keys of a call's context and their values, several with commas between them.
fn entries(text: &str) -> Vec<(String, String)> {
    match text {
        "our-tags" => OUR_TAGS.map(entry).into(),
        "stack" => vec![entry(STACK)],
        "tagging" => vec![entry(TAGGING)],
        text => vec![entry(text.split_once('=').expect("key=value"))],
    }
}

fn entry((key, value): (&str, &str)) -> (String, String) {
    let value = if value.starts_with("sqs:") || value.starts_with("states:") {
        arn(value)
    } else {
        value.to_owned()
    };
    (key.to_owned(), value)
}

fn arn(resource: &str) -> String {
    match resource.split_once(':') {
        None | Some(("arn", _)) => resource.to_owned(),
        Some(("iam", name)) => format!("arn:aws:iam::{ACCOUNT}:{name}"),
        Some((service, name)) => format!("arn:aws:{service}:us-east-1:{ACCOUNT}:{name}"),
    }
}
