//! What must be so, always or once everything is quiet.
//!
//! "In the end" is said of quiet states: a request that nobody works on any more has its answer. That everything comes to be
//! quiet follows from the deadline: a look past it never waits, and time goes by where nothing else does.

use std::collections::BTreeSet;

use mng_core::nodegroup::group::Status;
use serde_json::{Map, Value};
use stateright::Property;

use crate::cloudformation::{Flow, name_in};
use crate::configuration::OnFailure;
use crate::explore::Exploration;
use crate::world::World;

type Invariant = fn(&Exploration, &World) -> bool;

/// By name.
pub const ALWAYS: [(&str, Invariant); 17] = [
    ("every request is answered", answered),
    ("never two answers that differ", one_answer),
    ("a look past the deadline answers", ends),
    ("the ids of answers follow the protocol", |_, world| !world.wrongs.id),
    ("nothing foreign is changed", |_, world| !world.wrongs.foreign_changed),
    ("no group that no stack knows", known),
    ("never two groups outside a replacement", one_group),
    ("a Delete leaves nothing", |_, world| !world.wrongs.left_behind),
    ("what the stack has recorded is what runs", recorded),
    ("what was retained stays", |_, world| world.keeps_what_was_retained()),
    ("no unfinished replacement is left", swept),
    ("what the stack knows is there", is_there),
    ("what an autoscaler has set stands", |_, world| !world.wrongs.resized),
    ("no nodes roll for nothing", rolls),
    ("nothing is begun once the stack's operation is over", |_, world| {
        !world.wrongs.begun_after_the_end
    }),
    ("nothing fails for nothing", |_, world| !world.wrongs.failed_for_nothing),
    ("no Create goes well with a degraded group", |_, world| {
        !world.wrongs.degraded_taken
    }),
];

pub fn all() -> Vec<Property<Exploration>> {
    let all = ALWAYS.iter().map(|(name, rule)| Property::always(name, *rule));
    all.collect()
}

fn answered(_: &Exploration, world: &World) -> bool {
    !world.is_idle() || world.stack.requests.iter().all(|asked| !asked.answers.is_empty())
}

/// Two deliveries that are at work at once know nothing of each other, and a call that fails for one may not fail for the other.
/// Then one may say that it went well and the other that it didn't; whichever is read, everything else holds. Never do two say that it
/// went well, and of different groups.
fn one_answer(exploration: &Exploration, world: &World) -> bool {
    let budget = exploration.of.budget;
    let left = world.left;
    let hurt = left.faults < budget.faults || left.deaths < budget.deaths || left.failures < budget.failures;
    world.stack.requests.iter().all(|asked| {
        let good = asked.answers.iter().filter(|told| told.success);
        let ids: BTreeSet<&String> = good.map(|told| &told.id).collect();
        let excused = asked.doubled && hurt;
        asked.answers.len() < 2 || (excused && ids.len() < 2)
    })
}

fn ends(_: &Exploration, world: &World) -> bool {
    !world.wrongs.waits_past_deadline
}

/// Whether time has run out for something: what a request had no time left for its answer tells.
fn in_time(exploration: &Exploration, world: &World) -> bool {
    world.left.deadlines == exploration.of.budget.deadlines
}

/// What CloudFormation has given up it says itself. A skipped or failed rollback may know less than there is.
fn known(exploration: &Exploration, world: &World) -> bool {
    let knows = in_time(exploration, world)
        && !world.stripped
        && match world.stack.flow {
            Flow::Resting | Flow::Gone => world.is_quiet(),
            _ => false,
        };
    !knows || knows_all(world)
}

fn knows_all(world: &World) -> bool {
    let mut ours = world.ours().map(String::as_str).chain(world.with_belongings());
    ours.all(|name| world.stack.mentions(name) || is_half_deleted(world, name))
}

/// However the requests before the last have ended, for want of time too.
fn swept(_: &Exploration, world: &World) -> bool {
    !world.has_ended_well() || world.stripped || knows_all(world)
}

/// Never deleted while it was in use; and there when all is quiet, whatever has failed.
fn is_there(exploration: &Exploration, world: &World) -> bool {
    let rests = matches!(
        world.stack.flow,
        Flow::Resting | Flow::UpdateFailed { .. } | Flow::RollbackFailed { .. }
    );
    let judged = rests && world.is_quiet() && !world.disturbed && !fails_unattended(exploration, world);
    let there = |name: &str| world.eks.groups.contains_key(name);
    !world.wrongs.lost && (!judged || world.stack.known().is_none_or(there))
}

/// With `WaitFor: Submitted` nobody waits for what EKS does, and a later update meets what became of it.
fn fails_unattended(exploration: &Exploration, world: &World) -> bool {
    let submitted = exploration.of.properties[world.stack.recorded]["WaitFor"] == "Submitted";
    submitted && world.left.failures < exploration.of.budget.failures
}

/// Where nobody has taken away what they run on.
fn rolls(exploration: &Exploration, world: &World) -> bool {
    exploration.rolls || world.disturbed || !world.wrongs.rolls
}

/// What the service has failed to delete is told in the answer.
fn is_half_deleted(world: &World, name: &str) -> bool {
    let group = world.eks.groups.get(name);
    group.is_some_and(|group| group.shown.status == Status::DeleteFailed)
}

fn one_group(exploration: &Exploration, world: &World) -> bool {
    let there = |name: &&String| {
        let group = &world.eks.groups[*name];
        let left = world.stack.abandoned.iter().chain(&world.stack.retained);
        let is_left = left.filter_map(|id| name_in(id)).any(|left| left == *name);
        group.shown.status != Status::Deleting && !is_left && !is_half_deleted(world, name)
    };
    let ends = ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"].contains(&world.stack.status);
    let replaces = exploration.replaces && world.stack.status.starts_with("UPDATE_") && !ends;
    let most = match (replaces, exploration.of.on_failure) {
        (false, _) => 1,
        (true, OnFailure::RollBack) => 2,
        // What failed updates have replaced is there until one goes well or the stack is rolled back, and what one has left
        // unfinished until the next has done its own work.
        (true, OnFailure::Preserve) => 3 + world.stack.replaced.len(),
    };
    !in_time(exploration, world) || world.stripped || world.ours().filter(there).count() <= most
}

/// In the stack's own words, where nobody has meddled with it.
fn recorded(exploration: &Exploration, world: &World) -> bool {
    let meddled = world.disturbed || fails_unattended(exploration, world);
    let judged = world.is_quiet() && world.stack.flow == Flow::Resting && !meddled && in_time(exploration, world);
    let Some(name) = world.stack.known().filter(|_| judged) else {
        return true;
    };
    let wanted = &exploration.of.properties[world.stack.recorded];
    let Some(group) = world.eks.groups.get(name) else {
        return false;
    };
    let labels: Map<String, Value> = group
        .shown
        .labels
        .iter()
        .map(|(key, value)| (key.clone(), value.clone().into()))
        .collect();
    let capacity = wanted["CapacityType"].as_str().unwrap_or("ON_DEMAND");
    let role = wanted["NodeRole"].as_str();
    let wanted = wanted["Labels"].as_object().cloned().unwrap_or_default();
    group.shown.capacity_type == capacity && role == Some(&group.shown.node_role) && labels == wanted
}
