//! What the integration tests share.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(
    clippy::disallowed_methods,
    reason = "only the function's clock and environment are injected"
)]

pub mod account;
pub mod anything;
pub mod asking;
pub mod bus;
pub mod by_event;
pub mod delivered;
pub mod deployed;
pub mod flows;
pub mod killable;
pub mod local_cloud;
pub mod log;
pub mod matrix;
pub mod outcome_events;
pub mod plugin;
pub mod policies;
pub mod readme;
pub mod receiver;
pub mod releases;
pub mod requests;
pub mod scene;
pub mod simulated;
pub mod stacks;
pub mod template;
pub mod tools;
pub mod world;
