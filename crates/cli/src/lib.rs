//! What `mng` does, for the binary, the tests and the fuzz target.

pub mod answer;
pub mod check;
pub mod document;
#[cfg(feature = "account")]
pub mod dry_run;
pub mod eksctl;
pub mod from_eksctl;
pub mod from_native;
#[cfg(feature = "account")]
pub mod max_pods;
pub mod native;
pub mod note;
#[cfg(feature = "account")]
pub mod plan;
#[cfg(feature = "account")]
pub mod preflight;
pub mod render;
pub mod request;
#[cfg(feature = "account")]
pub mod request_arguments;
pub mod schema;
pub mod template;
pub mod validate;
pub mod yaml;
