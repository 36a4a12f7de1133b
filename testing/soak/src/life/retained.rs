//! What a policy retains: a group that was replaced, or whose resource went from the template. The resource may come back.

use std::time::Duration;

use serde_json::Value;

use super::policies::Policy;
use super::{Life, MADE_UP, RecordedResource, others};
use crate::faults::pick;
use crate::properties::{UpdateKind, changed};
use crate::stack::{Asking, RequestResult};
use crate::world::held;

/// What came of a resource that an update added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Added {
    Made,
    Failed,
}

impl Life {
    /// Whether the next update has a template without the resource. Nobody asks for that where its group would be deleted: a life
    /// ends with a Delete anyway.
    pub(super) fn is_left_out(&mut self) -> bool {
        self.policies.retains() && self.dice.u8(..4) == 0
    }

    /// The resource goes from the template and its group stays, of which the function isn't told.
    pub(super) async fn leave_out(&mut self, known: &RecordedResource) {
        self.world.count("resources that were removed, and retained");
        self.world.stack_is("UPDATE_IN_PROGRESS");
        self.retain(&known.id).await;
        *held(&self.world.is_in_the_stack) = false;
        *held(&self.world.recorded) = None;
        self.past.push(known.properties.clone());
        self.world.stack_is("UPDATE_COMPLETE");
    }

    /// From now on a group may not be touched.
    pub(super) async fn retain(&mut self, id: &str) {
        self.verdicts.keep(id);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }

    /// What was replaced, once the update is over.
    pub(super) async fn clean_up(&mut self, replaced: &RecordedResource) {
        if self.policies.replacement == Policy::Delete {
            self.remove(&replaced.id, &replaced.properties).await;
            return;
        }
        self.world.count("groups that were replaced, and retained");
        self.retain(&replaced.id).await;
    }

    /// The resource is in the template again, as it was or otherwise. `None` where it doesn't get there.
    pub(super) async fn add_again(&mut self) -> Option<RecordedResource> {
        let before = self.past.last().cloned().unwrap_or_default();
        let properties = match self.dice.u8(..3) {
            0 => changed(&mut self.dice, &before, UpdateKind::Replacement),
            1 => changed(&mut self.dice, &before, UpdateKind::InPlace),
            _ => before,
        };
        self.world.count("resources that were added again");
        *held(&self.world.is_in_the_stack) = true;
        self.world.stack_is("UPDATE_IN_PROGRESS");
        others::forebode(&self.world, &mut self.dice, "Create");
        let request = self.cloudformation.send(Asking {
            kind: "Create",
            id: None,
            properties: &properties,
            old: None,
        });
        match self.hear_or_cancel(&request).await {
            Some(RequestResult::Success { id }) => return self.added(&request, id, properties).await,
            Some(RequestResult::Failed { id, .. }) => self.take_back(Added::Failed, &id, &properties).await,
            Some(RequestResult::Silence) | None => self.take_back(Added::Failed, MADE_UP, &properties).await,
        }
        None
    }

    async fn added(&mut self, request: &str, id: String, properties: Value) -> Option<RecordedResource> {
        self.verdicts.of_a_new_id(&id);
        self.verdicts.of_known_tags(request);
        self.made.insert(id.clone(), properties.clone());
        // Something else in the stack fails.
        if self.dice.u8(..4) == 0 {
            self.take_back(Added::Made, &id, &properties).await;
            return None;
        }
        self.past.push(properties.clone());
        self.world.stack_is("UPDATE_COMPLETE");
        Some(RecordedResource { id, properties })
    }

    /// The update that added the resource is rolled back. What it made is retained by a `DeletionPolicy` of `Retain`, and by
    /// `RetainExceptOnCreate` it isn't. What failed to be made is deleted.
    async fn take_back(&mut self, added: Added, id: &str, properties: &Value) {
        self.world.stack_is("UPDATE_ROLLBACK_IN_PROGRESS");
        self.world.stack_is("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
        if self.policies.deletion == Policy::Retain && added == Added::Made {
            self.world.count("groups that a rollback retained");
            self.retain(id).await;
        } else {
            self.remove(id, properties).await;
        }
        *held(&self.world.is_in_the_stack) = false;
        *held(&self.world.recorded) = None;
        self.world.stack_is("UPDATE_ROLLBACK_COMPLETE");
    }

    /// In a rollback what is given up for what was there before. Whether `UpdateReplacePolicy` is asked there AWS doesn't say, so both
    /// come.
    pub(super) async fn give_up(&mut self, replaced: &RecordedResource) {
        let is_retained = self.policies.replacement == Policy::Retain && *pick(&mut self.dice, &[true, false]);
        if is_retained {
            self.world.count("groups that a rollback retained");
            self.retain(&replaced.id).await;
        } else {
            self.remove(&replaced.id, &replaced.properties).await;
        }
    }
}
