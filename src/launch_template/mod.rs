//! What the resource's own launch template holds, and what it brings along. Pure: no SDK, no clock, no async.

pub mod belongings;
pub mod content;
pub mod max_pods;
pub mod os;
pub mod public_key;
pub mod recipe;
pub mod steps;
pub mod user_data;
pub mod users;
pub mod warnings;
