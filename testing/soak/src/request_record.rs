//! A request, and what befalls it.

use std::time::Duration;

use serde_json::Value;

/// A request of CloudFormation's, and what befell it.
#[derive(Debug, Clone)]
pub struct RequestRecord {
    pub event: Value,
    pub sent: Duration,
    pub timeout: Duration,
    pub faults: u32,
    pub deaths: u32,
    /// Calls that were denied, and those of them that CloudFormation denied.
    pub denied: u32,
    pub stack_denied: u32,
    /// Invocations that ended without an answer or a hand-over, for whatever reason.
    pub failures: u32,
    pub last_resorts: u32,
    pub deliveries: u32,
    /// How often what is about it was delivered twice.
    pub doubled: u32,
    pub answers: Vec<(Duration, Value)>,
    /// When CloudFormation has read what was there by then, or has stopped waiting.
    pub read: Option<Duration>,
}

impl RequestRecord {
    /// One that is about to be sent, at a time since the life began.
    pub fn now(event: &Value, sent: Duration, timeout: Duration) -> Self {
        Self {
            event: event.clone(),
            sent,
            timeout,
            faults: 0,
            deaths: 0,
            denied: 0,
            stack_denied: 0,
            failures: 0,
            last_resorts: 0,
            deliveries: 0,
            doubled: 0,
            answers: vec![],
            read: None,
        }
    }
}
