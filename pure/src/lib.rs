//! The function's decisions and the loop that acts on them, as a crate of their own.
//!
//! The sources are the function's, no copy: what is explored, mutated and fuzzed is what is deployed. That this compiles
//! without an SDK is the proof that these rooms know none, and a change of them is built in seconds where the function's
//! own build takes minutes.

#[path = "../../src/auto_scaling/mod.rs"]
pub mod auto_scaling;
#[path = "../../src/bus/mod.rs"]
pub mod bus;
#[path = "../../src/cfn/mod.rs"]
pub mod cfn;
#[path = "../../src/clock.rs"]
pub mod clock;
#[path = "../../src/diagnose/mod.rs"]
pub mod diagnose;
#[path = "../../src/engine/mod.rs"]
pub mod engine;
#[path = "../../src/failures.rs"]
pub mod failures;
#[path = "../../src/launch_template/mod.rs"]
pub mod launch_template;
#[path = "../../src/nodegroup/mod.rs"]
pub mod nodegroup;
#[path = "../../src/polling/mod.rs"]
pub mod polling;
#[path = "../../src/ports/mod.rs"]
pub mod ports;
#[path = "../../src/preflight/mod.rs"]
pub mod preflight;
#[path = "../../src/progress/mod.rs"]
pub mod progress;
#[path = "../../src/settings.rs"]
pub mod settings;
#[path = "../../src/telemetry/mod.rs"]
pub mod telemetry;
#[path = "../../src/workload/mod.rs"]
pub mod workload;
