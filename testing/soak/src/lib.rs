//! The whole function in one process: its real code, the SDKs with their serialising, signing, retries and reading of errors,
//! the simulator of EKS, and CloudFormation, Lambda and Step Functions as they treat a request. Time is virtual, no socket is
//! opened, and one number chooses everything: what the stack goes through, what goes wrong with which call, when a process
//! dies, when a clock jumps. The same number plays the same again.

mod asked;
mod cloud;
mod cluster;
mod counts;
mod faults;
mod fiction;
mod judge;
mod lambda;
mod life;
mod machine;
mod process;
mod properties;
mod seed;
mod services;
mod stack;
mod time;
mod trace;
mod wire;
mod world;

/// What the function's own tests hold an answer to, and the EC2 that they run against.
#[allow(dead_code, reason = "each of those who share it uses a part")]
#[path = "../../../tests/support/ec2.rs"]
mod ec2;
#[allow(dead_code, reason = "each of those who share it uses a part")]
#[path = "../../../tests/support/protocol.rs"]
mod protocol;

pub use counts::Counts;
pub use fiction::Fiction;
pub use seed::{Played, play, play_with};
