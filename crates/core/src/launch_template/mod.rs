//! The launch template that the function makes for a node group, the EC2 resources that belong to it, and the judgement
//! of a template that the user brings.
//!
//! [`recipe`] says what a template is made from, [`content`] renders a recipe in EC2's names, and [`steps`] plans the
//! calls that lead to the wanted version and later remove everything.

pub mod content;
pub mod custom_template;
pub mod ec2_resources;
pub mod recipe;
pub mod steps;
pub mod warnings;
