//! A rollback, which an operator tries again or skips where it fails.

use serde_json::Value;

use super::{Life, RecordedResource, TRIES};
use crate::faults::Weather;
use crate::stack::{Asking, RequestResult};
use crate::world::held;

impl Life {
    /// To `before`, for a resource that CloudFormation knows as `current` by now. What can't be rolled back an operator tries
    /// again or skips.
    pub(super) async fn roll_back(
        &mut self,
        current: &str,
        before: RecordedResource,
        failed: &Value,
    ) -> RecordedResource {
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
            if let RequestResult::Success { id } = heard {
                self.verdicts.sizes_back(&request, failed, &before.properties);
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
        self.replaced.clear();
        self.world.stack_is("UPDATE_ROLLBACK_COMPLETE");
        RecordedResource {
            id: current.to_owned(),
            properties: before.properties,
        }
    }

    async fn rolled_back(
        &mut self,
        current: &str,
        id: String,
        before: RecordedResource,
        failed: &Value,
    ) -> RecordedResource {
        self.verdicts.of_the_way_back(&before.id, &id);
        if id != current {
            self.verdicts
                .of_an_id(current, &id, self.made.get(current), &before.properties);
            self.made.entry(id.clone()).or_insert_with(|| before.properties.clone());
            self.replaced.push(RecordedResource {
                id: current.to_owned(),
                properties: failed.clone(),
            });
        }
        let given_up = std::mem::take(&mut self.replaced);
        if !given_up.is_empty() {
            self.world.stack_is("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
        }
        for replaced in given_up.iter().filter(|replaced| replaced.id != id) {
            self.give_up(replaced).await;
        }
        self.world.stack_is("UPDATE_ROLLBACK_COMPLETE");
        self.verdicts.of_the_size(&id);
        RecordedResource {
            id,
            properties: before.properties,
        }
    }
}
