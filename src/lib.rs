//! The Lambda function behind `Custom::ManagedNodeGroup`: start-up, the handler of an event, the delivery of its answer, telemetry.
//!
//! [`handler`] promises exactly one answer. What is asked and what to do next is decided in `mng_core`; `mng_engine` takes a request
//! from its event to its outcome over ports; `mng_aws` is behind the ports.

pub mod announce;
pub mod handler;
pub mod respond;
pub mod settings;
pub mod telemetry;
