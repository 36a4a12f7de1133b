//! An update of the stack: tried once and rolled back where it fails, or left failed and gone on with, as the user wants.

use std::time::Duration;

use serde_json::{Value, json};

use super::policies::OnFailure;
use super::{Life, RecordedResource, others};
use crate::faults::pick;
use crate::judge::Went;
use crate::properties::{UpdateKind, changed};
use crate::stack::{Asking, RequestResult};
use crate::world::CLUSTER;

/// How often a user goes on with a failed update before he takes the stack back.
const MOST_ATTEMPTS: usize = 4;

const CHANGES: [UpdateKind; 8] = [
    UpdateKind::InPlace,
    UpdateKind::InPlace,
    UpdateKind::Replacement,
    UpdateKind::Replacement,
    UpdateKind::Replacement,
    UpdateKind::Upgrade,
    UpdateKind::Refused,
    UpdateKind::Back,
];

/// What CloudFormation knows while an update that failed isn't over.
struct FailedUpdate {
    /// The id that is recorded.
    id: String,
    /// What the next request has for old properties.
    old: Value,
    wanted: Value,
    change: UpdateKind,
}

/// How a try ended.
enum Tried {
    Done,
    Failed,
    /// By an operator, who wants the stack of before.
    Cancelled,
}

/// What a user does about a failed update.
#[derive(Clone, Copy)]
enum Then {
    Retry,
    Forward,
    RollBackTheStack,
    DeleteTheStack,
}

impl Life {
    pub(super) async fn update(&mut self, stable: RecordedResource) -> RecordedResource {
        let (wanted, change) = self.choose(&stable.properties);
        let mut standing = FailedUpdate {
            id: stable.id.clone(),
            old: stable.properties.clone(),
            wanted,
            change,
        };
        self.verdicts.of_a_beginning(&stable.id, &stable.properties);
        for _ in 0..MOST_ATTEMPTS {
            let tried = self.attempt(&mut standing).await;
            match tried {
                // Something else in the stack fails.
                Tried::Done if self.dice.u8(..5) > 0 => return self.finish(standing).await,
                Tried::Cancelled => break,
                Tried::Done | Tried::Failed => {}
            }
            if self.policies.failure == OnFailure::RollBack {
                break;
            }
            self.world.stack_is("UPDATE_FAILED");
            self.world.count("updates that were left failed");
            tokio::time::sleep(Duration::from_secs(self.dice.u64(3..600))).await;
            self.verdicts.of_rest(Some(&standing.id));
            self.deliver_again().await;
            match *pick(
                &mut self.dice,
                &[
                    Then::Retry,
                    Then::Retry,
                    Then::Forward,
                    Then::RollBackTheStack,
                    Then::DeleteTheStack,
                ],
            ) {
                // What is done isn't asked for once more.
                Then::Retry if matches!(tried, Tried::Done) => {
                    self.world.stack_is("UPDATE_IN_PROGRESS");
                    return self.finish(standing).await;
                }
                Then::Retry => self.world.count("failed updates that were tried again"),
                Then::Forward => {
                    self.world.count("failed updates that were rolled forward");
                    (standing.wanted, standing.change) = self.choose(&standing.wanted.clone());
                }
                Then::RollBackTheStack => {
                    self.world.count("failed updates that were taken back");
                    break;
                }
                Then::DeleteTheStack => {
                    self.world.count("stacks that were deleted when an update had failed");
                    self.is_to_end = true;
                    return RecordedResource {
                        id: standing.id,
                        properties: standing.wanted,
                    };
                }
            }
        }
        self.roll_back(&standing.id, stable, &standing.wanted).await
    }

    fn choose(&mut self, before: &Value) -> (Value, UpdateKind) {
        let change = *pick(&mut self.dice, &CHANGES);
        if change == UpdateKind::Upgrade {
            self.world
                .simulator
                .put_cluster(json!({"name": CLUSTER, "version": "1.34"}));
        }
        if change == UpdateKind::Back {
            let others: Vec<&Value> = self.past.iter().filter(|past| *past != before).collect();
            if !others.is_empty() {
                self.world.count("updates to properties of before");
                return ((*pick(&mut self.dice, &others)).clone(), change);
            }
        }
        (changed(&mut self.dice, before, change), change)
    }

    /// One request for the update.
    async fn attempt(&mut self, standing: &mut FailedUpdate) -> Tried {
        self.world.stack_is("UPDATE_IN_PROGRESS");
        let operation = *pick(&mut self.dice, &["Create", "ConfigUpdate", "VersionUpdate"]);
        others::forebode(&self.world, &mut self.dice, operation);
        let request = self.cloudformation.send(Asking {
            kind: "Update",
            id: Some(&standing.id),
            properties: &standing.wanted,
            old: Some(&standing.old),
        });
        let heard = self.hear_or_cancel(&request).await;
        if let Some(heard) = &heard {
            self.verdicts.of_a_failure(&request, heard);
        }
        let (old, wanted) = (standing.old.clone(), standing.wanted.clone());
        // Which of the two AWS doesn't say.
        let old_after_failure = if self.dice.bool() { &old } else { &wanted };
        match heard {
            Some(RequestResult::Success { id }) => {
                // What makes another group leaves the size of this one.
                if id == standing.id {
                    self.verdicts.sizes(&old, &wanted, Went::Well);
                }
                self.updated(&request, standing, id);
                Tried::Done
            }
            Some(RequestResult::Failed { .. } | RequestResult::Silence) => {
                self.verdicts.sizes(&old, &wanted, Went::Wrong);
                standing.old = old_after_failure.clone();
                Tried::Failed
            }
            None => {
                self.verdicts.sizes(&old, &wanted, Went::Wrong);
                Tried::Cancelled
            }
        }
    }

    fn updated(&mut self, request: &str, standing: &mut FailedUpdate, id: String) {
        self.verdicts
            .of_an_id(&standing.id, &id, self.made.get(&standing.id), &standing.wanted);
        self.verdicts.of_a_success(request, standing.change);
        self.verdicts.of_a_roll(&id, &standing.wanted);
        self.verdicts.of_known_tags(request);
        let old = std::mem::replace(&mut standing.old, standing.wanted.clone());
        if id != standing.id {
            self.verdicts.of_a_new_id(&id);
            self.made.insert(id.clone(), standing.wanted.clone());
            let replaced = std::mem::replace(&mut standing.id, id);
            self.replaced.push(RecordedResource {
                id: replaced,
                properties: old,
            });
        }
    }

    /// The stack's operation has gone well, and what it has replaced goes.
    async fn finish(&mut self, standing: FailedUpdate) -> RecordedResource {
        let known = RecordedResource {
            id: standing.id,
            properties: standing.wanted,
        };
        let replaced = std::mem::take(&mut self.replaced);
        if !replaced.is_empty() {
            self.world.stack_is("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
        }
        for replaced in replaced.iter().filter(|replaced| replaced.id != known.id) {
            self.clean_up(replaced).await;
        }
        self.world.stack_is("UPDATE_COMPLETE");
        self.verdicts.of_the_size(&known.id);
        self.past.push(known.properties.clone());
        known
    }
}
