//! Passes and requests that end before their work does: what is answered then.

use crate::answer::fail;
use crate::case::Case;
use crate::pass::Outcome;
use crate::progress::Progress;
use mng_core::decide::Waiting;
use mng_core::protocol::answer::Answer;

/// Ends a pass that was cut off in the midst of a call. The deadline is asked here too, for a call that hangs each time lets
/// no pass come as far.
pub fn cut_off(case: &Case, progress: &mut Progress, now: u64) -> Outcome {
    let call = progress.access.calls.under_way().unwrap_or_default();
    tracing::warn!(
        looks = progress.reads.retries.looks,
        call,
        "a pass was cut off, for a call went on too long"
    );
    progress.reads.retries.count_lost_call();
    progress.end_pass();
    let over = now >= progress.history.deadline;
    if !over || progress.outside_eks().continue_without_outside_eks() {
        return Outcome::Wait(Waiting::ForAnAnswer);
    }
    let reason = reason(progress);
    loop {
        if let Some(answer) = fail(case, progress, reason.clone()) {
            return Outcome::Answer(answer);
        }
        // There is time left for clearing up.
        if now < progress.history.deadline {
            return Outcome::Wait(Waiting::ForAnAnswer);
        }
    }
}

/// The answer to a request that can't go on at all, not even to clear up.
pub fn answer_without_cleanup(case: &Case, progress: &mut Progress, reason: &str) -> Answer {
    loop {
        if let Some(answer) = fail(case, progress, reason.to_owned()) {
            return answer;
        }
    }
}

/// Why a request fails whose time is over before the group could be seen or the next step be taken: what held it up, which call
/// has no answer, and what was known last.
pub fn reason(progress: &Progress) -> String {
    let history = &progress.history;
    let problem = history.obstacle.clone().or_else(|| progress.access.calls.failed());
    let facts = [
        problem.map(|problem| format!("The last problem was: {problem}.")),
        progress
            .access
            .calls
            .under_way()
            .map(|call| format!("The function was still waiting for an answer to {call}.")),
        history.ready.map(|count| format!("At the last count, {count}.")),
    ];
    let told = ["the time given by ServiceTimeout is over.".to_owned()].into_iter();
    let told: Vec<String> = told.chain(facts.into_iter().flatten()).collect();
    format!(
        "{} The function's log has every call and what came back",
        told.join(" ")
    )
}
