//! What the Auto Scaling group behind a node group is given: tags, and processes that don't run. Pure.
//!
//! The service makes that group and has no API for any of this. Nothing is remembered elsewhere: the group itself says
//! in two tags what of it is ours ([`marks`]), so that what is no longer asked for goes again and nothing of others
//! does.

mod fit;
mod marks;
mod tags;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use self::marks::{Claims, SUSPENDED_MARK, TAGS_MARK, is_of_service};
use crate::node::image::InstanceTypeFacts;
use crate::nodegroup::group::NodeGroup;
use crate::properties::spec::{PropagateTags, ScalingGroupSettings, Spec};

/// An Auto Scaling group as the service shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScalingGroup {
    pub name: String,
    pub tags: BTreeMap<String, String>,
    /// The processes that don't run.
    pub suspended: BTreeSet<String>,
}

/// One call each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScalingStep {
    Tag(BTreeMap<String, String>),
    Untag(BTreeSet<String>),
    Suspend(BTreeSet<String>),
    Resume(BTreeSet<String>),
}

/// What is to be called, in this order, and what there is to tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Steps {
    pub steps: Vec<ScalingStep>,
    pub warnings: Vec<String>,
}

/// Tags in one call (Auto Scaling user guide, "Tag Auto Scaling groups and instances").
const BATCH: usize = 25;

/// Whether anything is asked for: without it, nothing has to be looked at for a new group.
pub fn is_asked(spec: &Spec) -> bool {
    spec.scaling_group != ScalingGroupSettings::default() || spec.node.propagate_tags == PropagateTags::Yes
}

/// The steps from the group as it is to what is asked for; none when it is so already. `tags` are the node group's own
/// with the stack's and the owner's: with `PropagateTags` they go on the Auto Scaling group.
///
/// What is ours shrinks before its mark does, and the mark grows before what is ours does: after a crash between two
/// calls, no tag and no process of ours is without its mark. Tags are removed before others are put, since both may not
/// fit.
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
    let wanted = fit::fitting(candidates, live, &claims, reserved, &mut warnings);
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

/// Ours that nobody wants any more, and last the marks that say nothing any more.
fn to_untag(wanted: &BTreeMap<String, String>, live: &ScalingGroup, claims: &Claims, marks: &Marks) -> Vec<String> {
    let stale = |key: &&String| claims.own(key) && !wanted.contains_key(*key);
    let tags = live.tags.keys().filter(stale).cloned();
    let empty = marks
        .iter()
        .filter(|(mark, value)| value.is_empty() && live.tags.contains_key(*mark));
    tags.chain(empty.map(|(mark, _)| (*mark).to_owned())).collect()
}

/// First the marks, then what they speak of.
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

/// What is to become of the processes. One that somebody else suspended is never resumed.
#[derive(Debug, Default)]
struct Processes {
    resume: BTreeSet<String>,
    suspend: BTreeSet<String>,
    /// Those that are suspended by us when all is done.
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
        if !suspend.is_empty() && !live.tags.contains_key(SUSPENDED_MARK) && fit::others(live, claims) >= fit::MOST {
            warnings.push(format!(
                "SuspendProcesses: nothing was suspended. The Auto Scaling group {} has {} tags of others, and the one \
                 that says what we suspended needs room; remove a tag from it and deploy again",
                live.name,
                fit::MOST
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
