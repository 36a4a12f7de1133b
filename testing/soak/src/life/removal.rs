//! Deletes: of what was replaced or never finished, and of the stack.

use serde_json::Value;

use super::{Life, RecordedResource, TRIES};
use crate::faults::Weather;
use crate::stack::{Asking, RequestResult};
use crate::world::held;

impl Life {
    /// A Delete of what was replaced or never finished, and whether it succeeded. What can't be deleted is abandoned.
    pub(super) async fn remove(&mut self, id: &str, properties: &Value) -> bool {
        for _ in 0..TRIES {
            let asking = Asking {
                kind: "Delete",
                id: Some(id),
                properties,
                old: None,
            };
            let request = self.cloudformation.send(asking);
            match self.hear(&request).await {
                RequestResult::Success { .. } => return true,
                RequestResult::Failed { reason, .. } => self.verdicts.abandoned.push(format!("{id}: {reason}")),
                RequestResult::Silence => self.verdicts.abandoned.push(format!("{id}: never answered")),
            }
        }
        false
    }

    pub(super) async fn delete(&mut self, id: &str, properties: &Value) {
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

    /// The stack's end. What it keeps by its policies is left, and what it has replaced without an end to that goes with it.
    pub(super) async fn end(&mut self, resource: Option<RecordedResource>) {
        for replaced in std::mem::take(&mut self.replaced) {
            self.world.stack_is("DELETE_IN_PROGRESS");
            self.clean_up(&replaced).await;
        }
        match resource {
            Some(known) if self.policies.retains() => {
                self.world.stack_is("DELETE_IN_PROGRESS");
                self.retain(&known.id).await;
                self.world.stack_is("DELETE_COMPLETE");
            }
            Some(known) => self.delete(&known.id, &known.properties).await,
            None => {
                self.world.stack_is("DELETE_IN_PROGRESS");
                self.world.stack_is("DELETE_COMPLETE");
            }
        }
    }
}
