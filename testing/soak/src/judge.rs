//! What has to be true of a life, whatever has befallen it, and what of it faults excuse.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::faults::{DENIED, Right};
use crate::life::has_to_be_another;
use crate::properties::UpdateKind;
use crate::request_record::RequestRecord;
use crate::stack::RequestResult;
use crate::time::EPOCH_MILLIS;
use crate::world::{World, request_number, text};
use fakes::protocol::SECOND;

/// Reasons that aren't the function's: EKS failed what it had taken, or time ran out for what others had to do.
const OF_OTHERS: [&str; 2] = ["chosen by the seed", "ServiceTimeout is over"];
/// How the last resort begins its reason (`handler.rs`).
const LAST_RESORT: &str = "the function failed several times";

/// How a panic is told.
const OWN_MISTAKE: &str = "by a mistake of its own";

/// How long before the end of a request its deadline is (`progress/mod.rs`).
const MARGIN: Duration = Duration::from_secs(60);

pub mod difference;
mod rest;
mod sizes;

use rest::RetainedGroup;
use sizes::Sizes;
pub use sizes::Went;

/// Everything that was found wrong, and what is known of what is right.
pub struct Verdicts {
    world: Arc<World>,
    pub violations: Vec<String>,
    foreign: Vec<Value>,
    foreign_in_ec2: Vec<String>,
    /// What a policy retains.
    kept: Vec<RetainedGroup>,
    kept_to_the_end: Vec<RetainedGroup>,
    /// The group at the beginning of an update, and the properties that were in force.
    beginning: Option<(Value, Value)>,
    sizes: Option<Sizes>,
    /// The group was made, or last updated, by a request that could not ask the stack for its tags.
    tags_unknown: bool,
    /// CloudFormation cancelled a request while the function could not describe the stack, so the function never learned of it. The
    /// function may then work at the same time as the rollback (`docs/reliability.md`), and the judge accepts what that leaves behind.
    unheard_cancel: bool,
    /// Somebody else has changed a group of the stack.
    pub disturbed: bool,
    /// A rollback was skipped, so that CloudFormation knows of less than there is.
    pub skipped: bool,
    /// Deletes that were answered FAILED, or never, and not tried again with more luck.
    pub abandoned: Vec<String>,
}

impl Verdicts {
    pub fn begin(world: Arc<World>) -> Self {
        Self {
            world,
            violations: vec![],
            foreign: vec![],
            foreign_in_ec2: vec![],
            kept: vec![],
            kept_to_the_end: vec![],
            beginning: None,
            sizes: None,
            tags_unknown: false,
            unheard_cancel: false,
            disturbed: false,
            skipped: false,
            abandoned: vec![],
        }
    }

    pub fn remember_what_is_foreign(&mut self) {
        self.foreign = self.world.simulator.node_groups();
        self.foreign_in_ec2 = self.world.ec2.all();
    }

    pub fn wrong(&mut self, what: String) {
        self.world.tell(&format!("VIOLATION: {what}"));
        self.violations.push(what);
    }

    /// Nobody waits for the answer any more.
    pub fn give_up(&mut self, request: &str) {
        self.unheard_cancel |= !self.world.stack_is_known();
        self.world
            .tell(&format!("CloudFormation: {} is cancelled", request_number(request)));
        self.world.count("requests that were cancelled");
        let now = self.world.time.gone_by();
        self.world.note(request, |asked| asked.read = Some(now));
    }

    pub fn of_an_answer(&mut self, request: &str, heard: &RequestResult) {
        let Some(asked) = self.world.asked(request) else {
            return;
        };
        if let RequestResult::Failed { reason, .. } = heard {
            let kind = text(&asked.event, "RequestType");
            self.world.count(format!("FAILED {kind}: {}", gist(reason)));
            if reason.contains(OWN_MISTAKE) {
                self.wrong(format!("{}: {reason}", request_number(request)));
            }
            if cause(reason).contains(DENIED) && !self.excuses_denial(&asked, cause(reason)) {
                self.wrong(format!("{} FAILED for a denial: {reason}", request_number(request)));
            }
        }
        if *heard == RequestResult::Silence && !self.excuses_silence(&asked) {
            self.wrong(format!(
                "{} was never answered, and nothing excuses it",
                request_number(request)
            ));
        }
    }

    /// A request stays unanswered where the process dies each time, where the bucket takes nothing, and where the clock is behind by more
    /// than the margin that the deadline leaves.
    fn excuses_silence(&self, asked: &RequestRecord) -> bool {
        let margin = MARGIN.min(asked.timeout / 4);
        let near_the_end = (asked.sent + asked.timeout).saturating_sub(margin);
        asked.failures >= 3 || self.world.time.was_behind(margin, near_the_end)
    }

    /// Without the right to untag, no tag goes that the template no longer has. That a rollback fails for it is found otherwise.
    fn excuses_denial(&self, asked: &RequestRecord, cause: &str) -> bool {
        let lacked = self.world.lacked(Right::UntagResource, asked.sent);
        lacked && cause.starts_with("eks:UntagResource") && removes_tags(&asked.event)
    }

    /// Where the function can't ask the stack it takes any update for one that may be a rollback, and refuses nothing that a rollback
    /// may ask for: it leaves the version as it is, with a warning.
    pub fn of_a_success(&mut self, request: &str, change: UpdateKind) {
        let denied = self.world.asked(request).is_none_or(|asked| asked.stack_denied > 0);
        let knows = self.world.stack_is_known() && !denied;
        if change == UpdateKind::Refused && knows {
            self.wrong("what has to be refused was done".to_owned());
        }
    }

    /// What takes a group's place is needed.
    pub fn of_an_id(&mut self, before: &str, after: &str, made_by: Option<&Value>, wanted: &Value) {
        let needed = made_by.is_none_or(|made_by| has_to_be_another(made_by, wanted));
        if before != after && !needed {
            self.wrong(format!("{before} was replaced by {after} for nothing"));
        }
    }

    /// A rollback fails for what EKS does meanwhile, or for faults that were more than anybody can bear. A group that had failed before
    /// it is left as it is.
    pub fn of_a_rollback(&mut self, request: &str, heard: &RequestResult) {
        let RequestResult::Failed { reason, .. } = heard else {
            return;
        };
        let of_eks = OF_OTHERS.iter().any(|word| reason.contains(word)) && !self.has_failed_before(request, reason);
        let died_often = self.world.asked(request).is_some_and(|asked| asked.failures >= 3);
        let is_excused = of_eks || (reason.starts_with(LAST_RESORT) && died_often);
        if !is_excused {
            self.wrong(format!("the rollback {} FAILED: {reason}", request_number(request)));
        }
    }

    /// An update makes a group again that could not be made before.
    pub fn of_a_failure(&mut self, request: &str, heard: &RequestResult) {
        let RequestResult::Failed { reason, .. } = heard else {
            return;
        };
        if self.has_failed_before(request, reason) {
            let number = request_number(request);
            self.wrong(format!("{number} did not make the failed group again: {reason}"));
        }
    }

    /// Whether a request ended with a group that had failed when it was sent.
    fn has_failed_before(&self, request: &str, reason: &str) -> bool {
        let Some(asked) = self.world.asked(request) else {
            return false;
        };
        let sent = EPOCH_MILLIS as f64 / 1000.0 + asked.sent.as_secs_f64();
        let current = self.group(text(&asked.event, "PhysicalResourceId"));
        let is_older = |group: &Value| group["createdAt"].as_f64().is_some_and(|made| made < sent);
        let has_failed = |group: &Value| text(group, "status") == "CREATE_FAILED" && is_older(group);
        reason.contains("could not be created") && current.as_ref().is_some_and(has_failed)
    }

    /// When everything is over.
    pub fn of_the_end(&mut self) {
        self.of_all_answers();
        self.of_what_is_foreign();
        self.of_what_is_kept();
        self.of_what_is_left();
    }

    fn of_all_answers(&mut self) {
        let (second, others): (Vec<String>, Vec<String>) = self
            .world
            .violations()
            .into_iter()
            .partition(|violation| violation.starts_with(SECOND));
        others.into_iter().for_each(|violation| self.wrong(violation));
        self.world
            .counts()
            .of
            .insert("answers that differ from one before".to_owned(), second.len() as u64);
        for asked in self.world.all_asked() {
            let number = request_number(text(&asked.event, "RequestId"));
            if differs(&asked) && asked.last_resorts == 0 {
                self.wrong(format!("{number} has two answers that differ"));
            }
        }
    }

    fn of_what_is_foreign(&mut self) {
        let groups = self.world.simulator.node_groups();
        for before in self.foreign.clone() {
            let name = &before["nodegroupName"];
            match groups.iter().find(|group| group["nodegroupName"] == *name) {
                Some(after) if *after == before => {}
                Some(after) => self.wrong(format!("somebody else's {name} was changed: {before} {after}")),
                None => self.wrong(format!("somebody else's {name} is gone")),
            }
        }
        let in_ec2 = self.world.ec2.all();
        for before in self.foreign_in_ec2.clone() {
            if !in_ec2.contains(&before) {
                self.wrong(format!("somebody else's {before} is gone"));
            }
        }
    }

    fn of_what_is_left(&mut self) {
        let is_foreign = |group: &Value| {
            self.foreign
                .iter()
                .any(|one| one["nodegroupName"] == group["nodegroupName"])
        };
        let groups = self.world.simulator.node_groups();
        let mut left: Vec<String> = groups
            .iter()
            .filter(|group| !is_foreign(group) && !self.is_kept(&id_of(group)))
            .map(|group| format!("node group {} {}", text(group, "nodegroupName"), text(group, "status")))
            .collect();
        let in_ec2 = self.world.ec2.all();
        let is_ours = |one: &String| {
            !self.foreign_in_ec2.contains(one) && !self.is_of_what_is_kept(one) && !self.is_stripped(one)
        };
        left.extend(in_ec2.into_iter().filter(is_ours));
        if left.is_empty() {
            return;
        }
        // A request that is delivered again can't know that its update was taken back, where the stack can't be described.
        if self.skipped || self.unheard_cancel || !self.abandoned.is_empty() || self.is_stack_unknown() {
            self.world
                .count("ends with something left, and an operator who was told");
            return;
        }
        self.wrong(format!("left behind: {}", left.join(", ")));
    }
}

/// A reason without its warnings.
fn cause(reason: &str) -> &str {
    reason.split("Warnings before that:").next().unwrap_or_default()
}

fn removes_tags(event: &Value) -> bool {
    let now = &event["ResourceProperties"]["Tags"];
    let before = event["OldResourceProperties"]["Tags"].as_object();
    before.is_some_and(|before| before.keys().any(|key| now.get(key).is_none()))
}

/// A group's physical id.
pub fn id_of(group: &Value) -> String {
    format!("{}/{}", text(group, "clusterName"), text(group, "nodegroupName"))
}

/// A reason without what is another in each life.
fn gist(reason: &str) -> String {
    let words = reason
        .split_whitespace()
        .filter(|word| !word.contains(['-', '/']) && !word.contains(char::is_numeric));
    words.take(9).collect::<Vec<_>>().join(" ")
}

/// Whether CloudFormation could have read one thing or another. What comes when it has read is told to nobody.
fn differs(asked: &RequestRecord) -> bool {
    let said = |answer: &Value| {
        let of = |key: &str| text(answer, key).to_owned();
        (of("Status"), of("PhysicalResourceId"))
    };
    let in_time = |(at, _): &&(Duration, Value)| asked.read.is_none_or(|read| *at <= read);
    let mut answers = asked.answers.iter().filter(in_time).map(|(_, answer)| said(answer));
    let first = answers.next();
    answers.any(|answer| Some(answer) != first)
}
