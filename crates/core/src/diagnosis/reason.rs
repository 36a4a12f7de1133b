//! Puts the parts of a reason together, within the length that a stack event takes.

use std::collections::HashSet;

use super::causes::{Cause, WARNING, recognise};
use super::text::{clip, cut, masked, on_one_line};
use super::{Evidence, IssueKind, console, issues};
use crate::nodegroup::group::{Issue, describe_issues};

/// How many issues stand before the cause. The other issues come last, so that a reader on a phone sees the cause.
const ISSUES_FIRST: usize = 3;
/// How many unknown texts of Auto Scaling the reason quotes.
const UNKNOWN_TEXTS: usize = 3;
/// The longest of these quotes, in characters.
const QUOTE: usize = 300;
/// A text that is cut below this many bytes says nothing.
const LEAST: usize = 24;

pub struct ReasonParts<'a> {
    pub headline: &'a str,
    /// In the order of what a reader should hear first.
    pub issues: Vec<String>,
    pub first: String,
    pub rest: Vec<String>,
}

/// The issues in EKS's own words, each once, the most telling first.
pub fn issue_texts(issues: &[Issue], kind: IssueKind) -> Vec<String> {
    let mut sorted: Vec<&Issue> = issues.iter().collect();
    sorted.sort_by_key(|issue| issues::place(kind, &issue.code));
    let texts = sorted.into_iter().map(|issue| masked(&issue.to_string()));
    let texts = each_once(texts);
    match texts.is_empty() {
        true => vec![describe_issues(&[])],
        false => texts,
    }
}

/// Further evidence, the weightiest first.
pub fn rest(causes: impl Iterator<Item = Cause>, issues: &[Issue], evidence: &Evidence) -> Vec<String> {
    let causes = causes.map(|cause| cause.as_further());
    let warnings = evidence.preflight.iter().filter(|finding| finding.starts_with(WARNING));
    let texts = causes
        .chain(unknown_texts(issues, evidence))
        .chain(warnings.map(|warning| masked(warning)))
        .chain(silent_console(evidence))
        .chain(
            evidence
                .unread
                .iter()
                .map(|unread| format!("Not read: {}", masked(unread))),
        );
    each_once(texts)
}

/// Texts of Auto Scaling that match no known error. A text that an issue already contains is left out.
fn unknown_texts(issues: &[Issue], evidence: &Evidence) -> Vec<String> {
    let unknown = evidence
        .activities
        .iter()
        .filter(|activity| recognise(activity).is_none());
    let texts = unknown.map(|activity| match activity.message.trim() {
        "" => activity.description.trim(),
        message => message,
    });
    let is_new = |text: &&str| !text.is_empty() && !issues.iter().any(|issue| issue.message.contains(text));
    let quoted = texts.filter(is_new).map(|text| {
        let quote = clip(&on_one_line(&masked(text)), QUOTE);
        format!("Auto Scaling: \"{quote}\"")
    });
    each_once(quoted).into_iter().take(UNKNOWN_TEXTS).collect()
}

/// A console output without a known error is worth a sentence: the user may want to read it.
fn silent_console(evidence: &Evidence) -> Option<String> {
    let console = evidence.console.as_ref()?;
    let instance = &console.instance;
    console::read(&console.text)
        .is_empty()
        .then(|| format!("The console output of {instance} has no error that is known."))
}

fn each_once(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut said = HashSet::new();
    texts
        .filter(|text| !text.is_empty() && said.insert(text.clone()))
        .collect()
}

impl ReasonParts<'_> {
    /// `headline: issues. Most likely: … What to do: … Also: …`, in at most `limit` bytes.
    pub fn within(&self, limit: usize) -> String {
        let opening = format!("{}: ", self.headline);
        let mandatory = opening.len() + self.first.len();
        let Some(room) = limit.checked_sub(mandatory) else {
            return cut(&format!("{opening}{}", self.first), limit);
        };
        let (before, left) = self.issues_within(room);
        let mut reason = format!("{opening}{before}{}", self.first);
        append(&mut reason, self.rest.iter().chain(left), limit);
        reason
    }

    /// The issues that stand before the cause, with the punctuation after them, and the issues that are left for the
    /// end.
    fn issues_within(&self, room: usize) -> (String, &[String]) {
        let mut before = String::new();
        let mut told = 0;
        for issue in self.issues.iter().take(ISSUES_FIRST) {
            let joined = if told == 0 {
                issue.clone()
            } else {
                format!("{before}; {issue}")
            };
            if told > 0 && joined.len() + 2 > room {
                break;
            }
            before = joined;
            told += 1;
        }
        let before = cut(&before, room.saturating_sub(2));
        let parted = match before.chars().last() {
            None => before,
            Some('.' | '…') => before + " ",
            Some(_) => before + ". ",
        };
        (parted, &self.issues[told..])
    }
}

/// Appends the texts that fit. The last one may be cut.
fn append<'a>(reason: &mut String, texts: impl Iterator<Item = &'a String>, limit: usize) {
    let mut parting = " Also: ";
    for text in texts {
        let room = limit.saturating_sub(reason.len() + parting.len());
        if room < text.len().min(LEAST) {
            return;
        }
        *reason += parting;
        *reason += &cut(text, room);
        parting = if text.ends_with('.') { " " } else { "; " };
    }
}
