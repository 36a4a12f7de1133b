//! Amazon EKS managed node groups as a CloudFormation custom resource.
//!
//! A request only chooses a goal: this node group shall be present like so, or absent. Everything after that is
//! level-triggered: look at what is there ([`engine`]), decide the next step with a pure function
//! ([`nodegroup::decide`]), take it, look again. So a retry, a duplicate, a crash, a cancelled stack and a hand-over from
//! one invocation to the next are all the same case.
//!
//! [`cfn`] is the protocol and [`bus`] that of EventBridge, and neither knows EKS; [`nodegroup`] is pure; [`aws`] alone knows
//! the SDKs; [`polling`] hosts the waiting; [`handler`] promises exactly one answer; [`telemetry`] is what an operator sees
//! of it.

pub mod announce;
pub mod auto_scaling;
pub mod aws;
pub mod bus;
pub mod cfn;
pub mod clock;
pub mod diagnose;
pub mod engine;
pub mod failures;
pub mod handler;
pub mod https;
pub mod kubernetes;
pub mod launch_template;
pub mod nodegroup;
pub mod polling;
pub mod ports;
pub mod preflight;
pub mod progress;
pub mod respond;
pub mod settings;
pub mod telemetry;
pub mod workload;
