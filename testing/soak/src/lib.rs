//! The whole function in one process: its real code, the SDKs with their serialising, signing, retries and reading of errors,
//! the simulator of EKS, and CloudFormation, Lambda and Step Functions as they treat a request. Time is virtual, no socket is
//! opened, and one number chooses everything: what the stack goes through, what goes wrong with which call, when a process
//! dies, when a clock jumps. The same number plays the same again.

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
mod request_record;
mod seed;
mod services;
mod stack;
mod time;
mod trace;
mod wire;
mod world;

pub use counts::Counts;
pub use fiction::Fiction;
pub use seed::{Played, play, play_with};
