//! EventBridge's side of the protocol: requests that arrive as events, and outcomes that leave as events. This module
//! knows nothing of EKS.

pub mod codes;
pub mod outcome;
pub mod request;
