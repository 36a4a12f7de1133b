//! `mng plan`: the calls that a request would lead to, without one of them.

use mng_aws::clock::{Clock, SystemClock};
use mng_aws::{Aws, sdk_config};
use mng_core::decide::Waiting;
use mng_core::nodegroup::group::NodeGroup;
use mng_core::protocol::answer::Answer;
use mng_core::protocol::request::Request;
use mng_engine::ports::Cloud;
use mng_engine::progress::Progress;
use mng_engine::{Case, Operation, Outcome, pass};
use serde_json::{Value, json};

use crate::answer::{CommandFailure, CommandOutput};
use crate::dry_run::DryRun;
use crate::dry_run::call::Call;
use crate::request_arguments::{RequestArguments, RequestOrigin, block_on, without_advice};
use crate::validate::Format;

/// No request takes as many looks when nothing has to be waited for.
const MOST_LOOKS: usize = 50;

/// What a request would lead to.
struct PredictedCalls {
    calls: Vec<Call>,
    warnings: Vec<String>,
    end: PlanEnd,
}

/// How far it can be known.
#[derive(Debug, PartialEq, Eq)]
enum PlanEnd {
    /// To where everything is called for.
    Done,
    /// The engine's reason.
    Refused(String),
    /// Something is waited for that a dry run can't bring about.
    Unknown(String),
}

/// One line a call.
pub fn plan(asked: &RequestArguments) -> Result<CommandOutput, CommandFailure> {
    let (request, origin) = asked.request()?;
    let mut plan = block_on(async {
        let cloud = DryRun::new(Aws::new(sdk_config().await), request.kind, origin);
        Box::pin(run(&cloud, request, SystemClock.now())).await
    })?;
    if origin == RequestOrigin::Properties {
        let note = "without a stack its tags are left out, and a generated name will end otherwise";
        plan.warnings.push(note.to_owned());
    }
    printed(plan, asked.format)
}

async fn run<C: Cloud>(cloud: &DryRun<C>, request: Request, now: u64) -> PredictedCalls {
    let mut operation = Operation::begin(Case::of(request), now);
    let Operation { case, progress } = &mut operation;
    let (mut end, mut before) = (None, 0);
    for _ in 0..MOST_LOOKS {
        let outcome = pass(cloud, case, progress, now).await;
        let after = cloud.calls().len();
        end = ended(cloud, progress, outcome, after > before);
        if end.is_some() {
            break;
        }
        before = after;
    }
    cloud.once_active().await;
    let endless = || PlanEnd::Unknown(format!("there was no end to it within {MOST_LOOKS} looks"));
    let (end, warnings) = end.unwrap_or_else(|| (endless(), String::new()));
    let warnings = Some(warnings).filter(|warnings| !warnings.is_empty());
    PredictedCalls {
        calls: cloud.calls(),
        warnings: cloud.notes().into_iter().chain(warnings).collect(),
        end,
    }
}

/// The end, with its warnings. Waits aren't slept: one for what was only noted is over at once, and any other ends the
/// plan, as a group to be made does.
fn ended<C: Cloud>(
    cloud: &DryRun<C>,
    progress: &Progress,
    outcome: Outcome,
    goes_on: bool,
) -> Option<(PlanEnd, String)> {
    match outcome {
        Outcome::Answer(Answer::Success { note, .. }) => Some((PlanEnd::Done, note)),
        Outcome::Answer(Answer::Failed { reason, .. }) => Some((refused(cloud, reason), String::new())),
        Outcome::Wait(_) if creates(cloud) => Some((PlanEnd::Done, progress.warnings.0.join("; "))),
        Outcome::Wait(_) if goes_on => None,
        Outcome::Wait(waiting) => Some((PlanEnd::Unknown(obstacle(cloud, progress, waiting)), String::new())),
    }
}

fn creates<C: Cloud>(cloud: &DryRun<C>) -> bool {
    let calls = cloud.calls();
    calls.iter().any(|call| call.action == "eks:CreateNodegroup")
}

/// A read that the reader's credentials don't allow, or that went unanswered, is none of the engine's refusals.
fn refused<C: Cloud>(cloud: &DryRun<C>, reason: String) -> PlanEnd {
    let unanswered = cloud.unanswered();
    let cause = unanswered.iter().find(|error| reason.contains(&error.to_string()));
    cause.map_or(PlanEnd::Refused(reason), |error| PlanEnd::Unknown(error.to_string()))
}

fn obstacle<C: Cloud>(cloud: &DryRun<C>, progress: &Progress, waiting: Waiting) -> String {
    let unanswered = cloud.unanswered().pop().filter(|_| waiting == Waiting::ForAnAnswer);
    if let Some(error) = unanswered {
        return error.to_string();
    }
    let unsettled = progress.history.obstacle.clone().unwrap_or_else(|| {
        let state = |group: &NodeGroup| {
            format!(
                "node group {}/{} is {}",
                group.cluster,
                group.name,
                group.status.as_str()
            )
        };
        cloud.node_groups().iter().map(state).collect::<Vec<_>>().join("; ")
    });
    format!("{unsettled}, which the request would wait for; plan again after it")
}

fn printed(plan: PredictedCalls, format: Format) -> Result<CommandOutput, CommandFailure> {
    let notes: Vec<String> = plan.warnings.iter().map(|warning| without_advice(warning)).collect();
    let refusal = match plan.end {
        PlanEnd::Done => None,
        PlanEnd::Refused(reason) => Some(without_advice(&reason)),
        PlanEnd::Unknown(why) => return Err(CommandFailure::NoAnswer(without_advice(&why))),
    };
    let lines = match format {
        Format::Text => text(&plan.calls, refusal.as_deref()),
        Format::Json => vec![array(&plan.calls, refusal.as_deref())?],
    };
    if refusal.is_some() {
        notes.iter().for_each(|note| eprintln!("{note}"));
        return Err(CommandFailure::Problems(lines));
    }
    Ok(CommandOutput {
        text: lines.iter().map(|line| format!("{line}\n")).collect(),
        notes,
    })
}

fn text(calls: &[Call], refusal: Option<&str>) -> Vec<String> {
    let mut lines: Vec<String> = calls.iter().map(Call::to_string).collect();
    lines.extend(refusal.map(str::to_owned));
    if lines.is_empty() {
        lines.push("no changes".to_owned());
    }
    lines
}

fn array(calls: &[Call], refusal: Option<&str>) -> Result<String, CommandFailure> {
    let mut entries: Vec<Value> = calls.iter().map(|call| json!(call)).collect();
    entries.extend(refusal.map(|reason| json!({ "refused": reason })));
    serde_json::to_string_pretty(&entries).map_err(|error| CommandFailure::NoAnswer(error.to_string()))
}
