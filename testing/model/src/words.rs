//! A path in words.

use crate::action::Action;
use crate::lambda::{Doing, QueuedEvent, What};
use crate::world::World;

/// What an action is in the state that it comes in.
pub fn render_action(world: &World, action: Action) -> String {
    let about = |who: usize| format!("#{who} for r{}", world.running[who].work.request());
    match action {
        Action::Deliver(number) => format!("Lambda delivers {}", delivered(&world.queue[number])),
        Action::Duplicate(number) => format!("r{number} is delivered once more"),
        Action::Call(who, fault) => match &world.running[who].doing {
            Doing::Passing(pass) => format!("{} calls {} [{fault:?}]", about(who), pass.next.0.message()),
            doing => unreachable!("{doing:?} calls nothing"),
        },
        Action::Put(who, fault) => match &world.running[who].doing {
            Doing::Telling(told) => format!("{} answers {told:?} [{fault:?}]", about(who)),
            doing => unreachable!("{doing:?} answers nothing"),
        },
        Action::Look(who) => format!("{} looks again", about(who)),
        Action::HandOver(who, fault) => format!("{} hands over [{fault:?}]", about(who)),
        Action::Dies(who) => format!("{} dies", about(who)),
        Action::Ends(number, how) => {
            let name = world.name(number);
            let status = world.eks.groups[&name].shown.status.as_str();
            format!("{status} of {name} ends {how:?}")
        }
        other => format!("{other:?}"),
    }
}

fn delivered(work: &QueuedEvent) -> String {
    let tries = work.failed + 1;
    match &work.what {
        What::Request(number) => format!("r{number}, try {tries}"),
        What::Continuation(number, _) => format!("what r{number} has handed over, try {tries}"),
        What::LastResort(number) => format!("r{number} to the last resort"),
    }
}

/// A state, in a line.
pub fn state(world: &World) -> String {
    let groups = world.eks.groups.iter();
    let groups: Vec<String> = groups
        .map(|(name, group)| format!("{name} {}", group.shown.status.as_str()))
        .collect();
    let templates: Vec<&String> = world.ec2.templates.keys().collect();
    let id = world.stack.id.as_deref().unwrap_or("-");
    format!("{} {id}, {groups:?} {templates:?}", world.stack.status)
}

/// The requests, with what they ask for.
pub fn requests(world: &World) -> Vec<String> {
    let requests = world.stack.requests.iter().enumerate();
    requests
        .map(|(number, asked)| {
            let id = asked.request.envelope.physical_resource_id.as_deref().unwrap_or("-");
            format!("r{number}: {} {id}: {:?}", asked.request.kind.as_str(), asked.answers)
        })
        .collect()
}
