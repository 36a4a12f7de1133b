//! What an operator sees: lines of JSON that all say whose they are, and metrics among them.

pub mod lines;
pub mod metrics;
