//! One request of `Custom::ManagedNodeGroup` from its event to its outcome. Knows ports, and no AWS.
//!
//! A request is read once into a [`Case`], which doesn't change. What survives a wait is its [`progress::Progress`]; both together are
//! an [`Operation`]. A [`pass`] prepares the goal, observes the group, lets `mng_core::decide` decide, and performs the step, until
//! there is something to wait for or to answer.
//!
//! # Guarantees
//! A pass may be repeated, run twice at once, or be cut off between any two calls: the next one looks again and goes on.
//! Every pass ends in an answer or in something to wait for.
//!
//! # Assumptions
//! The service takes the same client token for the same call, and shows a group that it has accepted within a minute.

mod answer;
mod by_event;
mod case;
mod cut_off;
mod delete_target;
mod desired_size;
mod device_plugin;
mod diagnosis;
mod drain_watch;
pub mod failures;
mod fault;
mod lookup;
mod operation;
mod outside_eks;
mod pass;
mod perform;
pub mod polling;
pub mod ports;
mod preflight;
mod prepare;
pub mod progress;
pub mod request_span;
mod rollback_target;
mod stack_state;
mod stale_request;
mod step_failure;
pub mod tally;
mod target;
pub mod texts;
mod unfinished_replacements;
mod windows_support;

pub use answer::{failed, known_id};
pub use by_event::{RemovalAfterFailure, identified, sent_in_the_future, too_many_tags, too_old, undoing};
pub use case::Case;
pub use cut_off::{answer_without_cleanup, cut_off};
pub use operation::Operation;
pub use pass::{Outcome, pass};
