//! EventBridge's side of the protocol: requests that come as events, and outcomes that go as events. Knows nothing of EKS.

pub mod codes;
pub mod outcome;
pub mod request;
