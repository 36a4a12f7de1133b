//! CloudFormation's custom resource protocol: who asks, what is asked, and the one answer. Knows nothing of EKS.

pub mod answer;
pub mod event;
pub mod eventbridge;
pub mod physical_id;
pub mod request;
mod response_bucket;
pub mod response_url;
