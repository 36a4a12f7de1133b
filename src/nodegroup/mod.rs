//! What a managed node group is, what was asked of it, and what to do next. Pure: no SDK, no clock, no async.

pub mod attributes;
pub mod change;
pub mod decide;
pub mod fields;
pub mod fits;
pub mod group;
pub mod history;
pub mod image;
pub mod matrix;
pub mod name;
pub mod ownership;
pub mod plan;
pub mod roll;
pub mod rule;
pub mod scaling;
pub mod settings;
pub mod spec;
pub mod tags;
pub mod target;
pub mod turn;
pub mod under_way;
pub mod validate;
pub mod version;
