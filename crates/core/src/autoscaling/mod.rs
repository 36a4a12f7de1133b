//! What the function sets on the Auto Scaling group behind a node group: tags, and suspended processes. This module is
//! pure.
//!
//! EKS makes the Auto Scaling group and has no API for either. The function stores nothing elsewhere: two tags on the
//! group itself say what the function set (`marks`). So the function can remove what the properties no longer ask
//! for, and leaves what others set.

mod marks;
mod tag_limit;
mod tags;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::marks::{Claims, SUSPENDED_MARK, TAGS_MARK, is_of_service};
use crate::node::instance_type::InstanceTypeFacts;
use crate::nodegroup::group::NodeGroup;
use crate::properties::spec::{PropagateTags, ScalingGroupSettings, Spec};

/// An Auto Scaling group as the service shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScalingGroup {
    pub name: String,
    pub tags: BTreeMap<String, String>,
    /// The processes that are suspended.
    pub suspended: BTreeSet<String>,
}

impl ScalingGroup {
    /// Changes the group as Auto Scaling does for the call of a step.
    pub fn apply(&mut self, step: &ScalingStep) {
        match step {
            ScalingStep::Tag(tags) => self.tags.extend(tags.clone()),
            ScalingStep::Untag(keys) => self.tags.retain(|key, _| !keys.contains(key)),
            ScalingStep::Suspend(processes) => self.suspended.extend(processes.clone()),
            ScalingStep::Resume(processes) => self.suspended.retain(|process| !processes.contains(process)),
        }
    }
}

/// One call to Auto Scaling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScalingStep {
    Tag(BTreeMap<String, String>),
    Untag(BTreeSet<String>),
    Suspend(BTreeSet<String>),
    Resume(BTreeSet<String>),
}

/// The calls to make, in this order, and the warnings for the response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Steps {
    pub steps: Vec<ScalingStep>,
    pub warnings: Vec<String>,
}

/// The most tags in one call (Auto Scaling user guide, "Tag Auto Scaling groups and instances").
const BATCH: usize = 25;

/// Whether the properties ask for anything here. If not, the function does not read the Auto Scaling group of a new
/// node group.
pub fn is_asked(spec: &Spec) -> bool {
    spec.scaling_group != ScalingGroupSettings::default() || spec.node.propagate_tags == PropagateTags::Yes
}

/// The steps from the group as it is to what the properties ask for. There are none if the group already matches.
/// `tags` are the node group's tags, with the tags of the stack and of the owner: `PropagateTags` puts them on the Auto
/// Scaling group.
///
/// The mark grows before the function adds what it marks, and shrinks after the function removed it. So after a crash
/// between two calls, no tag and no process of the function is without its mark. Tags are removed before others are
/// added, since both together may not fit.
pub fn steps(
    spec: &Spec,
    tags: &BTreeMap<String, String>,
    group: &NodeGroup,
    types: &[InstanceTypeFacts],
    live: &ScalingGroup,
) -> Steps {
    let mut warnings = Vec::new();
    let claims = Claims::read(live);
    let processes = Processes::of(&spec.scaling_group.suspended, live, &claims, &mut warnings);
    let candidates = tags::wanted(spec, tags, group, types, &mut warnings);
    let reserved = usize::from(!processes.marked.is_empty());
    let wanted = tag_limit::fitting(candidates, live, &claims, reserved, &mut warnings);
    let ours = wanted
        .iter()
        .filter(|(key, value)| !is_of_service(key) && (claims.cover(key) || live.tags.get(*key) != Some(value)));
    let marks = [
        (TAGS_MARK, marks::of_tags(ours.map(|(key, _)| key.as_str()))),
        (SUSPENDED_MARK, marks::of_processes(&processes.marked)),
    ];
    let untag = to_untag(&wanted, live, &claims, &marks);
    let put = to_put(&wanted, live, &marks);
    let mut steps = Vec::new();
    steps.extend(some(processes.resume).map(ScalingStep::Resume));
    steps.extend(batches(untag).map(ScalingStep::Untag));
    steps.extend(batches(put).map(ScalingStep::Tag));
    steps.extend(some(processes.suspend).map(ScalingStep::Suspend));
    Steps { steps, warnings }
}

type Marks<'a> = [(&'a str, String)];

/// The function's own tags that the properties no longer ask for, and last the marks that have become empty.
fn to_untag(wanted: &BTreeMap<String, String>, live: &ScalingGroup, claims: &Claims, marks: &Marks) -> Vec<String> {
    let stale = |key: &&String| claims.own(key) && !wanted.contains_key(*key);
    let tags = live.tags.keys().filter(stale).cloned();
    let empty = marks
        .iter()
        .filter(|(mark, value)| value.is_empty() && live.tags.contains_key(*mark));
    tags.chain(empty.map(|(mark, _)| (*mark).to_owned())).collect()
}

/// First the marks, then the tags that they mark.
fn to_put(wanted: &BTreeMap<String, String>, live: &ScalingGroup, marks: &Marks) -> Vec<(String, String)> {
    let differs = |key: &str, value: &String| live.tags.get(key) != Some(value);
    let marks = marks
        .iter()
        .filter(|(mark, value)| !value.is_empty() && differs(mark, value));
    let tags = wanted.iter().filter(|(key, value)| differs(key, value));
    marks
        .map(|(mark, value)| ((*mark).to_owned(), value.clone()))
        .chain(tags.map(|(key, value)| (key.clone(), value.clone())))
        .collect()
}

fn batches<T: Clone, C: FromIterator<T>>(all: Vec<T>) -> impl Iterator<Item = C> {
    let batches: Vec<C> = all.chunks(BATCH).map(|batch| batch.iter().cloned().collect()).collect();
    batches.into_iter()
}

fn some(processes: BTreeSet<String>) -> Option<BTreeSet<String>> {
    (!processes.is_empty()).then_some(processes)
}

/// The changes of suspended processes. The function never resumes a process that somebody else suspended.
#[derive(Debug, Default)]
struct Processes {
    resume: BTreeSet<String>,
    suspend: BTreeSet<String>,
    /// The processes that the function has suspended in the end.
    marked: BTreeSet<String>,
}

impl Processes {
    fn of(wanted: &BTreeSet<String>, live: &ScalingGroup, claims: &Claims, warnings: &mut Vec<String>) -> Self {
        let ours = marks::processes(live);
        let resume = ours
            .difference(wanted)
            .filter(|name| live.suspended.contains(*name))
            .cloned()
            .collect();
        let mut suspend = &(wanted - &live.suspended);
        let none = BTreeSet::new();
        if !suspend.is_empty()
            && !live.tags.contains_key(SUSPENDED_MARK)
            && tag_limit::others(live, claims) >= tag_limit::MOST
        {
            warnings.push(format!(
                "SuspendProcesses: nothing was suspended. The Auto Scaling group {} has {} tags of others, and the one \
                 that says what we suspended needs room; remove a tag from it and deploy again",
                live.name,
                tag_limit::MOST
            ));
            suspend = &none;
        }
        let kept = &ours & wanted;
        Self {
            resume,
            suspend: suspend.clone(),
            marked: suspend | &kept,
        }
    }
}
