//! The resource's properties: raw JSON becomes a [`spec::Spec`], and every problem is collected on the way.

pub mod device_plugin;
pub mod fields;
pub mod rule;
pub mod scaling;
pub mod settings;
pub mod spec;
pub mod tags;
pub mod validate;
pub mod version;
