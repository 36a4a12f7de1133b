//! The parts of AWS that the function's tests and the soak share: EC2 in memory, facts of instance types, and
//! CloudFormation's check of a response.

mod ec2;
mod forward;
mod instance_types;
pub mod protocol;

pub use ec2::{Ec2, FIRST_READ};
pub use instance_types::instance_type;

#[doc(hidden)]
pub use mng_engine::ports::{ApiRequest, Calls};
