//! CloudFormation's custom resource protocol and the events of EventBridge.
//!
//! A payload becomes an [`event::Event`], an event becomes a [`request::Request`], and a request ends in one
//! [`answer::Answer`] at its [`response_url::ResponseUrl`]. [`eventbridge`] does the same for requests by event. This
//! module knows nothing of EKS.

pub mod answer;
pub mod event;
pub mod eventbridge;
pub mod physical_id;
pub mod request;
mod response_bucket;
pub mod response_url;
