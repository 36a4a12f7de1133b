//! `mng preflight`: what speaks against a node group, as far as it can be known before anything is made.

use mng_aws::{Aws, sdk_config};
use mng_core::call_error::{CallError, Fault};
use mng_core::nodegroup::name::name;
use mng_core::nodegroup::ownership::Owner;
use mng_core::preflight::facts::Facts;
use mng_core::preflight::finding::{Finding, Severity};
use mng_core::preflight::{findings, unread};
use mng_core::properties::fields::Problem;
use mng_core::properties::spec::Spec;
use mng_core::properties::validate::inspect;
use mng_core::protocol::request::{Request, RequestType};
use mng_engine::ports::{Calls, ReadFacts};
use serde::Serialize;

use crate::answer::{CommandFailure, CommandOutput};
use crate::request_arguments::{RequestArguments, block_on, without_advice};
use crate::validate::Format;

/// One thing that was found, by validation or by a check.
#[derive(Serialize)]
struct PrintedFinding {
    code: &'static str,
    severity: &'static str,
    /// Its path, such as `Taints[0].Effect`.
    property: String,
    /// Ids or names, comma-separated; validation names none.
    resource: String,
    cause: String,
    remedy: &'static str,
}

/// One line a finding, the gravest first. An update's findings are told as for a new group.
pub fn preflight(asked: &RequestArguments) -> Result<CommandOutput, CommandFailure> {
    let (request, _) = asked.request()?;
    if request.kind == RequestType::Delete {
        let note = "the request deletes the node group, and nothing is checked before that".to_owned();
        return printed(&[], vec![note], asked.format);
    }
    let (spec, problems) = inspect(&request.properties, &request.envelope.logical_resource_id);
    let owner = owner(&request);
    let facts = block_on(read(&spec, &name(&spec, &owner)))?;
    if let Some(error) = cluster_unread(&facts) {
        return Err(CommandFailure::NoAnswer(without_advice(&error.to_string())));
    }
    let found = findings(&spec, &owner, &facts);
    let entries = problems.into_iter().map(problem).chain(found.into_iter().map(finding));
    let entries: Vec<PrintedFinding> = entries.collect();
    let unread = unread(&facts);
    let notes = unread
        .iter()
        .map(|read| format!("not checked: {}", without_advice(read)));
    printed(&entries, notes.collect(), asked.format)
}

async fn read(spec: &Spec, name: &str) -> Facts {
    let aws = Aws::new(sdk_config().await);
    let read = ReadFacts {
        spec: Box::new(spec.clone()),
        name: name.to_owned(),
    };
    Box::pin(aws.call(&read)).await
}

fn owner(request: &Request) -> Owner {
    Owner::of(&request.envelope)
}

/// Where even the cluster doesn't answer, the credentials or the endpoint are wrong, and every check would be left out.
fn cluster_unread(facts: &Facts) -> Option<&CallError> {
    let error = facts.cluster.as_ref()?.as_ref().err()?;
    Some(error).filter(|error| error.fault != Fault::NotFound)
}

fn problem(problem: Problem) -> PrintedFinding {
    PrintedFinding {
        code: problem.rule.code(),
        severity: Severity::Error.as_str(),
        property: problem.path,
        resource: String::new(),
        cause: problem.message,
        remedy: problem.rule.explanation().remedy,
    }
}

fn finding(finding: Finding) -> PrintedFinding {
    let known = finding.check.explanation();
    PrintedFinding {
        code: known.code,
        severity: finding.severity.as_str(),
        property: finding.property.to_owned(),
        resource: finding.resource,
        cause: finding.cause,
        remedy: known.remedy,
    }
}

fn printed(entries: &[PrintedFinding], notes: Vec<String>, format: Format) -> Result<CommandOutput, CommandFailure> {
    let lines = match format {
        Format::Text => entries.iter().map(line).collect(),
        Format::Json => {
            vec![serde_json::to_string_pretty(entries).map_err(|error| CommandFailure::NoAnswer(error.to_string()))?]
        }
    };
    let is_error = |entry: &PrintedFinding| entry.severity == Severity::Error.as_str();
    if entries.iter().any(is_error) {
        notes.iter().for_each(|note| eprintln!("{note}"));
        return Err(CommandFailure::Problems(lines));
    }
    Ok(CommandOutput {
        text: lines.iter().map(|line| format!("{line}\n")).collect(),
        notes,
    })
}

fn line(entry: &PrintedFinding) -> String {
    let PrintedFinding {
        code,
        severity,
        property,
        cause,
        remedy,
        ..
    } = entry;
    format!("{severity} {code} {property}: {cause}; {remedy}")
}
