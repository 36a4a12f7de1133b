//! A stack's life: it is created, updated, rolled back, and deleted, while others do what they do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::faults::{Weather, pick};
use crate::judge::Verdicts;
use crate::properties::{Change, changed, first, for_life};
use crate::stack::{Asking, CloudFormation, Heard};
use crate::world::{World, held};

mod others;

/// An id that CloudFormation makes up for what it never heard the name of.
const MADE_UP: &str = "nodes-Nodes-1XK9Q2Z7T4";
/// As often is a Delete sent for what was replaced, and by an operator for a stack that could not be deleted.
const TRIES: usize = 3;

/// What CloudFormation has recorded of the resource.
#[derive(Debug, Clone)]
struct Known {
    id: String,
    properties: Value,
}

/// A stack, and what its seed has chosen for it.
pub struct Life {
    cloudformation: CloudFormation,
    world: Arc<World>,
    dice: Rng,
    /// By physical id: the properties that the group was made by.
    made: BTreeMap<String, Value>,
    pub verdicts: Verdicts,
}

impl Life {
    pub fn new(world: Arc<World>, dice: Rng) -> Self {
        Self {
            cloudformation: CloudFormation::new(Arc::clone(&world)),
            verdicts: Verdicts::begin(Arc::clone(&world)),
            world,
            dice,
            made: BTreeMap::new(),
        }
    }

    pub async fn live(&mut self) {
        others::settle_in(&self.world, &mut self.dice);
        self.verdicts.remember_what_is_foreign();
        let properties = first(&mut self.dice);
        if let Some(mut known) = self.create(properties).await {
            for _ in 0..*pick(&mut self.dice, &[0, 1, 1, 2, 3]) {
                self.between().await;
                known = self.update(known).await;
            }
            self.between().await;
            self.delete(&known.id, &known.properties).await;
        }
        self.until_quiet().await;
        self.verdicts.of_the_end();
    }

    async fn between(&mut self) {
        let pause = self.dice.u64(0..600);
        tokio::time::sleep(Duration::from_secs(pause)).await;
        others::meddle(&self.world, &mut self.dice, &mut self.verdicts);
    }

    /// `None` where nothing is left but to look at what is left.
    async fn create(&mut self, properties: Value) -> Option<Known> {
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
            Some(Heard::Success { id }) => {
                self.made.insert(id.clone(), properties.clone());
                self.world.stack_is("CREATE_COMPLETE");
                return Some(Known { id, properties });
            }
            Some(Heard::Failed { id, .. }) => self.end_of_creation(&id, &properties).await,
            Some(Heard::Silence) => self.end_of_creation(MADE_UP, &properties).await,
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

    async fn update(&mut self, known: Known) -> Known {
        let change = *pick(
            &mut self.dice,
            &[
                Change::InPlace,
                Change::InPlace,
                Change::Replacement,
                Change::Replacement,
                Change::Upgrade,
                Change::Refused,
            ],
        );
        if change == Change::Upgrade {
            self.world
                .simulator
                .put_cluster(json!({"name": crate::world::CLUSTER, "version": "1.34"}));
        }
        let wanted = changed(&mut self.dice, &known.properties, change);
        self.world.stack_is("UPDATE_IN_PROGRESS");
        let operation = *pick(&mut self.dice, &["Create", "ConfigUpdate", "VersionUpdate"]);
        others::forebode(&self.world, &mut self.dice, operation);
        let request = self.cloudformation.send(Asking {
            kind: "Update",
            id: Some(&known.id),
            properties: &wanted,
            old: Some(&known.properties),
        });
        match self.hear_or_cancel(&request).await {
            Some(Heard::Success { id }) => self.updated(&known, id, wanted, change).await,
            _ => self.roll_back(&known.id.clone(), known, &wanted).await,
        }
    }

    async fn updated(&mut self, known: &Known, id: String, wanted: Value, change: Change) -> Known {
        self.verdicts
            .of_an_id(&known.id, &id, self.made.get(&known.id), &wanted);
        self.verdicts.of_a_success(change);
        if id != known.id {
            self.made.insert(id.clone(), wanted.clone());
        }
        // Something else in the stack fails.
        if self.dice.u8(..5) == 0 {
            return self.roll_back(&id, known.clone(), &wanted).await;
        }
        if id != known.id {
            self.world.stack_is("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
            self.remove(&known.id, &known.properties).await;
        }
        self.world.stack_is("UPDATE_COMPLETE");
        Known { id, properties: wanted }
    }

    /// To `before`, for a resource that CloudFormation knows as `current` by now. What can't be rolled back an operator tries
    /// again or skips.
    async fn roll_back(&mut self, current: &str, before: Known, failed: &Value) -> Known {
        for _ in 0..TRIES {
            self.world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
            let request = self.cloudformation.send(Asking {
                kind: "Update",
                id: Some(current),
                properties: &before.properties,
                old: Some(failed),
            });
            let heard = self.hear(&request).await;
            self.verdicts.of_a_rollback(&request, &heard);
            if let Heard::Success { id } = heard {
                return self.rolled_back(current, id, before, failed).await;
            }
            self.world.stack_is("UPDATE_ROLLBACK_FAILED");
            if self.dice.bool() {
                break;
            }
            *held(&self.world.weather) = Weather::none();
        }
        self.world.count("rollbacks that were skipped");
        self.verdicts.skipped = true;
        self.world.stack_is("UPDATE_ROLLBACK_COMPLETE");
        Known {
            id: current.to_owned(),
            properties: before.properties,
        }
    }

    async fn rolled_back(&mut self, current: &str, id: String, before: Known, failed: &Value) -> Known {
        if id != current {
            self.verdicts
                .of_an_id(current, &id, self.made.get(current), &before.properties);
            self.made.entry(id.clone()).or_insert_with(|| before.properties.clone());
            self.world.stack_is("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
            self.remove(current, failed).await;
        }
        self.world.stack_is("UPDATE_ROLLBACK_COMPLETE");
        Known {
            id,
            properties: before.properties,
        }
    }

    /// A Delete of what was replaced or never finished, and whether it succeeded. What can't be deleted is abandoned.
    async fn remove(&mut self, id: &str, properties: &Value) -> bool {
        for _ in 0..TRIES {
            let asking = Asking {
                kind: "Delete",
                id: Some(id),
                properties,
                old: None,
            };
            let request = self.cloudformation.send(asking);
            match self.hear(&request).await {
                Heard::Success { .. } => return true,
                Heard::Failed { reason, .. } => self.verdicts.abandoned.push(format!("{id}: {reason}")),
                Heard::Silence => self.verdicts.abandoned.push(format!("{id}: never answered")),
            }
        }
        false
    }

    async fn delete(&mut self, id: &str, properties: &Value) {
        for _ in 0..TRIES {
            self.world.stack_is("DELETE_IN_PROGRESS");
            let before = self.verdicts.abandoned.len();
            if self.remove(id, properties).await {
                self.verdicts.abandoned.truncate(before);
                self.world.stack_is("DELETE_COMPLETE");
                return;
            }
            self.world.stack_is("DELETE_FAILED");
            *held(&self.world.weather) = Weather::none();
        }
    }

    async fn hear(&mut self, request: &str) -> Heard {
        let heard = self.cloudformation.hear(request).await;
        self.verdicts.of_an_answer(request, &heard);
        heard
    }

    /// `None` where an operator has cancelled before there was an answer. Whatever comes then is ignored.
    async fn hear_or_cancel(&mut self, request: &str) -> Option<Heard> {
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
