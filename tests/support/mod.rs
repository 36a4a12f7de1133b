//! What the integration tests share.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(
    clippy::disallowed_methods,
    reason = "only the function's clock and environment are injected"
)]

pub mod account;
pub mod anything;
pub mod asking;
pub mod beyond;
pub mod bus;
pub mod cut;
pub mod delivered;
pub mod deployed;
pub mod ec2;
pub mod flows;
pub mod heard;
pub mod log;
pub mod matrix;
pub mod plugin;
pub mod policies;
pub mod protocol;
pub mod readme;
pub mod receiver;
pub mod releases;
pub mod scene;
pub mod sent;
pub mod simulated;
pub mod stacks;
pub mod template;
pub mod tools;
pub mod world;
