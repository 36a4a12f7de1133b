//! The pure part of `Custom::ManagedNodeGroup`: what a request asks for, what a node group is, and what to do next.
//!
//! No SDK, no clock, no async: this crate depends on nothing that has them. Each module uses only modules above it in
//! this table:
//!
//! | module | contents |
//! |---|---|
//! | [`texts`] | how messages are explained, numbered and written |
//! | [`protocol`] | CloudFormation's and EventBridge's side of a request and of its response |
//! | [`call_error`] | how a call to AWS or to Kubernetes fails |
//! | [`node`] | what one node is: image, user data, maximum of pods, key |
//! | [`properties`] | raw properties as a [`properties::spec::Spec`], or every problem with them |
//! | [`nodegroup`] | the group as EKS shows it, its name, its owner |
//! | [`launch_template`] | the launch template that the function makes, and the EC2 resources that belong to it |
//! | [`workload`] | what runs in the cluster for a group |
//! | [`autoscaling`] | tags and processes of the Auto Scaling group |
//! | [`preflight`] | the checks before a change |
//! | [`diagnosis`] | why something failed |
//! | [`decide`] | goal, plan and next step; nothing else uses it |

pub mod autoscaling;
pub mod call_error;
pub mod decide;
pub mod diagnosis;
pub mod launch_template;
pub mod node;
pub mod nodegroup;
pub mod preflight;
pub mod properties;
pub mod protocol;
pub mod texts;
pub mod workload;
