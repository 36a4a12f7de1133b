//! `SelfInvoke`: poll while the invocation lasts, then go on in another one.
//!
//! Lambda stops a chain after about sixteen invocations (developer guide, "recursive loop detection"); slices of a
//! quarter of an hour make five of the longest request.

use serde_json::{Value, json};

use crate::operation::Operation;
use mng_core::protocol::event::CONTINUATION;

/// The payload that the next invocation gets.
pub fn payload(operation: &Operation) -> Value {
    json!({ CONTINUATION: operation })
}
