//! The model as the checker walks it.

use serde_json::Value;
use stateright::{Model, Property};

use crate::action::{Action, CallFault};
use crate::call::Ended;
use crate::cloudformation::{Flow, StackStep};
use crate::configuration::{Configuration, Start};
use crate::lambda::Doing;
use crate::properties;
use crate::world::World;

/// A configuration that is explored.
pub struct Exploration {
    pub of: Configuration,
    /// Whether some of its wishes need another group.
    pub replaces: bool,
    /// Whether some of its wishes need other nodes.
    pub rolls: bool,
    first: World,
}

impl Exploration {
    pub fn new(of: Configuration) -> Self {
        let differ = |key: &str| {
            let mut all = of.properties.iter();
            all.any(|one: &Value| one[key] != of.properties[0][key])
        };
        let (replaces, rolls) = (differ("CapacityType"), differ("DiskSize"));
        let mut first = World::new(of.budget);
        let request = first.stack.create(&of, first.now);
        first.enqueue(Some(request));
        if of.start == Start::Running {
            while let Some(action) = first.undisturbed() {
                first.take(action, &of);
            }
            first.stack.requests.truncate(1);
        }
        Self {
            of,
            replaces,
            rolls,
            first,
        }
    }
}

impl Model for Exploration {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.first.clone()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        world.choices(&self.of, actions);
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        next.take(action, &self.of);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

impl World {
    /// The next thing that happens where nothing goes wrong, until the stack rests.
    fn undisturbed(&self) -> Option<Action> {
        if !self.queue.is_empty() {
            return Some(Action::Deliver(0));
        }
        if self.stack.is_to_read() {
            return Some(Action::Stack(StackStep::Read));
        }
        let under_way = self
            .eks
            .groups
            .values()
            .position(|group| group.shown.status.as_str() == "CREATING");
        match (self.running.first().map(|one| &one.doing), under_way, self.stack.flow) {
            (Some(Doing::Passing(_)), ..) => Some(Action::Call(0, CallFault::None)),
            (Some(Doing::Telling(_)), ..) => Some(Action::Put(0, CallFault::None)),
            (_, Some(number), _) => Some(Action::Ends(number, Ended::Well)),
            (Some(Doing::Sleeping(_)), ..) => Some(Action::Look(0)),
            (None, None, Flow::Created) => Some(Action::Stack(StackStep::OthersWell)),
            (None, None, _) => None,
        }
    }
}
