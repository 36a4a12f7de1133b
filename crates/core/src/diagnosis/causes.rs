//! Ranks the causes that the evidence names.

use std::borrow::Cow;
use std::collections::HashSet;

use super::console::ConsoleError;
use super::error_pattern::ErrorPattern;
use super::issues::{self, CodeMeaning};
use super::text::{clip, masked, on_one_line};
use super::{Activity, Console, Evidence, IssueKind, activities, console};
use crate::nodegroup::group::Issue;
use crate::texts::Explanation;
use crate::workload::drain::{self, Blocked, Drain};

/// The longest quote of Auto Scaling's text, in characters. An encoded authorization failure alone has a thousand.
const QUOTE: usize = 300;
/// How many errors of one console output the reason names. Further errors mostly follow from the first.
const CONSOLE_ERRORS: usize = 3;
/// The update error of a drain that does not end.
const EVICTION: &str = "PodEvictionFailure";
/// The prefix of a finding in [`Evidence::preflight`] that refuses nothing.
pub const WARNING: &str = "warning: ";

/// Something that may have made the group fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    nearness: EvidenceRank,
    code: &'static str,
    what: String,
    /// The source and the words of the evidence.
    quote: Option<String>,
    remedy: Cow<'static, str>,
}

/// How near a piece of evidence is to the cause, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum EvidenceRank {
    /// A code of EKS that names what is wrong.
    Named,
    /// A known error in a message of EKS, of Auto Scaling or of the instance.
    Seen,
    /// A preflight check that refuses the group as it is.
    Checked,
    /// A known error that follows from another one.
    Follows,
    /// A code of EKS that says only that something is wrong.
    General,
}

/// All causes, the most likely first, each code once. A general code adds nothing to a nearer cause, so it is left out.
pub fn ranked(issues: &[Issue], evidence: &Evidence, kind: IssueKind) -> Vec<Cause> {
    let mut causes = named(issues, kind, evidence.drain.as_ref());
    let seen_at_launch = [from_messages(issues, kind), from_activities(&evidence.activities)].concat();
    let seen_on_node = from_console(evidence.console.as_ref());
    causes.extend(match launches_fail(issues) {
        true => [seen_at_launch, seen_on_node].concat(),
        false => [seen_on_node, seen_at_launch].concat(),
    });
    causes.extend(checked(&evidence.preflight));
    causes.sort_by_key(|cause| cause.nearness);
    let nearest = causes.first().map(|cause| cause.nearness);
    causes.retain(|cause| cause.nearness != EvidenceRank::General || nearest == Some(EvidenceRank::General));
    each_once(causes)
}

/// Whether nodes are missing because EC2 launches no instances. If EC2 launches them, the instance's own words are the
/// nearest evidence.
fn launches_fail(issues: &[Issue]) -> bool {
    issues.iter().any(|issue| issue.code == "AsgInstanceLaunchFailures")
}

fn named(issues: &[Issue], kind: IssueKind, drain: Option<&Drain>) -> Vec<Cause> {
    let blocked = drain.and_then(drain::blocked);
    let cause = |code: &str| match &blocked {
        Some(blocked) if code == EVICTION => of_drain(blocked),
        _ => of_code(kind, code),
    };
    let mut codes: Vec<&str> = issues.iter().map(|issue| issue.code.as_str()).collect();
    codes.sort_by_key(|code| issues::place(kind, code));
    codes.into_iter().map(cause).collect()
}

/// The pods and budgets that the function found, in place of the general explanation of the code.
fn of_drain(blocked: &Blocked) -> Cause {
    Cause {
        nearness: EvidenceRank::Named,
        code: EVICTION,
        what: format!("Pods keep their old nodes from being drained: {}.", blocked.what),
        quote: None,
        remedy: Cow::Owned(blocked.remedy.clone()),
    }
}

fn of_code(kind: IssueKind, code: &str) -> Cause {
    let (
        tells,
        Explanation {
            code, cause, remedy, ..
        },
    ) = issues::find(kind, code);
    Cause {
        nearness: match tells {
            CodeMeaning::Cause => EvidenceRank::Named,
            CodeMeaning::Symptom => EvidenceRank::General,
        },
        code,
        what: cause.to_owned(),
        quote: None,
        remedy: Cow::Borrowed(remedy),
    }
}

/// EKS passes Auto Scaling's words on under a general code, so the function recognises them without a call to Auto
/// Scaling.
fn from_messages(issues: &[Issue], kind: IssueKind) -> Vec<Cause> {
    let is_general = |issue: &&Issue| issues::find(kind, &issue.code).0 == CodeMeaning::Symptom;
    let recognised = |issue: &Issue| activities::recognise(&issue.message).map(|sign| at_launch(sign, None));
    issues.iter().filter(is_general).filter_map(recognised).collect()
}

fn from_activities(activities: &[Activity]) -> Vec<Cause> {
    let seen = |activity: &Activity| {
        let (sign, text) = recognise(activity)?;
        let quote = clip(&on_one_line(&masked(text)), QUOTE);
        Some(at_launch(sign, Some(format!("Auto Scaling: \"{quote}\""))))
    };
    activities.iter().filter_map(seen).collect()
}

/// The known error of an activity, and the text of the activity that has it.
pub fn recognise(activity: &Activity) -> Option<(&'static ErrorPattern, &str)> {
    let texts = [&activity.message, &activity.description, &activity.cause];
    texts
        .into_iter()
        .find_map(|text| activities::recognise(text).map(|sign| (sign, text.as_str())))
}

fn at_launch(sign: &'static ErrorPattern, quote: Option<String>) -> Cause {
    of_sign(sign, activities::is_symptom(sign), quote)
}

fn from_console(console: Option<&Console>) -> Vec<Cause> {
    let Some(console) = console else { return vec![] };
    let quoted = |ConsoleError { sign, line }: ConsoleError| {
        let quote = format!("console output of {}: \"{line}\"", console.instance);
        of_sign(sign, console::is_symptom(sign), Some(quote))
    };
    let seen = console::read(&console.text).into_iter();
    seen.take(CONSOLE_ERRORS).map(quoted).collect()
}

fn of_sign(sign: &'static ErrorPattern, is_symptom: bool, quote: Option<String>) -> Cause {
    let Explanation {
        code, cause, remedy, ..
    } = sign.explanation;
    Cause {
        nearness: if is_symptom {
            EvidenceRank::Follows
        } else {
            EvidenceRank::Seen
        },
        code,
        what: cause.to_owned(),
        quote,
        remedy: Cow::Borrowed(remedy),
    }
}

/// The text of a finding already contains its remedy and code.
fn checked(findings: &[String]) -> Vec<Cause> {
    let refusing = findings
        .iter()
        .filter(|finding| !finding.is_empty() && !finding.starts_with(WARNING));
    let cause = |finding: &String| Cause {
        nearness: EvidenceRank::Checked,
        code: "",
        what: masked(finding),
        quote: None,
        remedy: Cow::Borrowed(""),
    };
    refusing.map(cause).collect()
}

/// Several instances fail alike, and two causes may share a remedy. The reason says each cause and each remedy once.
fn each_once(causes: Vec<Cause>) -> Vec<Cause> {
    let mut said = HashSet::new();
    let mut remedies = HashSet::new();
    let mut kept = Vec::new();
    for mut cause in causes {
        if !said.insert((cause.code, cause.what.clone())) {
            continue;
        }
        if !remedies.insert(cause.remedy.clone()) {
            cause.remedy = Cow::Borrowed("");
        }
        kept.push(cause);
    }
    kept
}

impl Cause {
    /// The text for the most likely cause. If the cause is a code of EKS, the code already stands before it, in the
    /// issue.
    pub fn as_first(&self) -> String {
        let advice = match self.remedy.as_ref() {
            "" => String::new(),
            remedy => format!(" What to do: {remedy}"),
        };
        let code = match self.nearness {
            EvidenceRank::Named | EvidenceRank::General => String::new(),
            _ => self.code_in_brackets(),
        };
        format!("Most likely: {}{advice}{code}", self.what_was_seen())
    }

    /// The text for a further cause.
    pub fn as_further(&self) -> String {
        let remedy = match self.remedy.as_ref() {
            "" => String::new(),
            remedy => format!(" {remedy}"),
        };
        format!("{}{remedy}{}", self.what_was_seen(), self.code_in_brackets())
    }

    fn what_was_seen(&self) -> String {
        match &self.quote {
            Some(quote) => format!("{} ({quote})", self.what),
            None => self.what.clone(),
        }
    }

    fn code_in_brackets(&self) -> String {
        match self.code {
            "" => String::new(),
            code => format!(" [{code}]"),
        }
    }
}
