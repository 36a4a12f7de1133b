//! What the resource's own launch template holds, the EC2 resources that belong to it, and the judgement of a template that the
//! user brings.

pub mod content;
pub mod custom_template;
pub mod ec2_resources;
pub mod recipe;
pub mod steps;
pub mod warnings;
