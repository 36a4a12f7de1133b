//! What `mng` does, for the binary, the tests and the fuzz target.

pub mod answer;
pub mod asked;
pub mod check;
pub mod document;
pub mod dry_run;
pub mod eksctl;
pub mod from_eksctl;
pub mod from_native;
pub mod max_pods;
pub mod native;
pub mod note;
pub mod plan;
pub mod preflight;
pub mod render;
pub mod request;
pub mod schema;
pub mod template;
pub mod validate;
pub mod yaml;
