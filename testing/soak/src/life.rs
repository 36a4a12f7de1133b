//! A stack's life: it is created, updated, rolled back, and deleted, while others do what they do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use serde_json::Value;

use crate::faults::{Weather, pick};
use crate::judge::Verdicts;
use crate::properties::{first, for_life};
use crate::stack::{Asking, CloudFormation, RequestResult};
use crate::world::{World, held};

mod again;
mod others;
mod policies;
mod removal;
mod retained;
mod rollback;
mod update;

use policies::Policies;

/// An id that CloudFormation makes up for what it never heard the name of.
const MADE_UP: &str = "nodes-Nodes-1XK9Q2Z7T4";
/// As often is a Delete sent for what was replaced, and by an operator for a stack that could not be deleted.
const TRIES: usize = 3;

/// What CloudFormation has recorded of the resource.
#[derive(Debug, Clone)]
struct RecordedResource {
    id: String,
    properties: Value,
}

/// A stack, and what its seed has chosen for it.
pub struct Life {
    cloudformation: CloudFormation,
    world: Arc<World>,
    dice: Rng,
    policies: Policies,
    /// By physical id: the properties that the group was made by.
    made: BTreeMap<String, Value>,
    /// Properties that were in force before, to which an update may go back.
    past: Vec<Value>,
    /// What the operation at hand has replaced. It is cleaned up when the operation is over.
    replaced: Vec<RecordedResource>,
    /// The next operation is the stack's deletion.
    is_to_end: bool,
    pub verdicts: Verdicts,
}

impl Life {
    pub fn new(world: Arc<World>, mut dice: Rng) -> Self {
        Self {
            cloudformation: CloudFormation::new(Arc::clone(&world)),
            verdicts: Verdicts::begin(Arc::clone(&world)),
            policies: Policies::of(&mut dice),
            world,
            dice,
            made: BTreeMap::new(),
            past: vec![],
            replaced: vec![],
            is_to_end: false,
        }
    }

    pub async fn live(&mut self) {
        others::settle_in(&self.world, &mut self.dice);
        self.verdicts.remember_what_is_foreign();
        let properties = first(&mut self.dice);
        if let Some(known) = self.create(properties).await {
            self.grow_old(known).await;
        }
        self.until_quiet().await;
        self.verdicts.of_the_end();
    }

    /// One operation of the stack after another, to its deletion.
    async fn grow_old(&mut self, known: RecordedResource) {
        let mut resource = Some(known);
        for _ in 0..*pick(&mut self.dice, &[0, 1, 1, 2, 3, 4]) {
            self.between(resource.as_ref()).await;
            resource = match resource {
                Some(known) if self.is_left_out() => {
                    self.leave_out(&known).await;
                    None
                }
                Some(known) => Some(self.update(known).await),
                None => self.add_again().await,
            };
            if self.is_to_end {
                break;
            }
        }
        self.between(resource.as_ref()).await;
        self.end(resource).await;
    }

    /// The stack is at rest, and others aren't.
    async fn between(&mut self, resource: Option<&RecordedResource>) {
        let pause = self.dice.u64(3..600);
        tokio::time::sleep(Duration::from_secs(pause)).await;
        self.verdicts.of_rest(resource.map(|known| known.id.as_str()));
        others::meddle(
            &self.world,
            &mut self.dice,
            &mut self.verdicts,
            resource.map(|known| known.id.as_str()),
        );
        self.deliver_again().await;
        self.verdicts.of_rest(resource.map(|known| known.id.as_str()));
    }

    /// `None` where nothing is left but to look at what is left.
    async fn create(&mut self, properties: Value) -> Option<RecordedResource> {
        self.world.stack_is("CREATE_IN_PROGRESS");
        others::forebode(&self.world, &mut self.dice, "Create");
        let asking = Asking {
            kind: "Create",
            id: None,
            properties: &properties,
            old: None,
        };
        let request = self.cloudformation.send(asking);
        match self.hear_or_cancel(&request).await {
            Some(RequestResult::Success { id }) => {
                self.made.insert(id.clone(), properties.clone());
                self.past.push(properties.clone());
                self.verdicts.of_known_tags(&request);
                self.world.stack_is("CREATE_COMPLETE");
                return Some(RecordedResource { id, properties });
            }
            Some(RequestResult::Failed { id, .. }) => self.end_of_creation(&id, &properties).await,
            Some(RequestResult::Silence) => self.end_of_creation(MADE_UP, &properties).await,
            None => self.delete(MADE_UP, &properties).await,
        }
        None
    }

    async fn end_of_creation(&mut self, id: &str, properties: &Value) {
        self.world.stack_is("ROLLBACK_IN_PROGRESS");
        if !self.remove(id, properties).await {
            self.world.stack_is("ROLLBACK_FAILED");
            self.delete(id, properties).await;
        }
    }

    async fn hear(&mut self, request: &str) -> RequestResult {
        let heard = self.cloudformation.hear(request).await;
        self.verdicts.of_an_answer(request, &heard);
        heard
    }

    /// `None` where an operator has cancelled before there was an answer. Whatever comes then is ignored.
    async fn hear_or_cancel(&mut self, request: &str) -> Option<RequestResult> {
        let cancels = self.dice.u8(..10) == 0;
        let after = Duration::from_secs(if cancels { self.dice.u64(0..400) } else { 100_000 });
        let heard = tokio::time::timeout(after, self.hear(request)).await.ok();
        if heard.is_none() {
            self.verdicts.give_up(request);
        }
        heard
    }

    /// Whatever is still under way ends by itself: nobody waits for it any more.
    async fn until_quiet(&self) {
        *held(&self.world.weather) = Weather::none();
        for _ in 0..24 {
            tokio::time::sleep(Duration::from_secs(600)).await;
            if self.world.is_quiet() {
                return;
            }
        }
        self.world.wrong("something is still under way after four hours");
    }
}

/// Whether a group has to be another for `wanted`.
pub fn has_to_be_another(made_by: &Value, wanted: &Value) -> bool {
    for_life(made_by) != for_life(wanted)
}
