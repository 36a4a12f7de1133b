//! AWS's list prices, in USD, of us-east-1, without the free tiers, as published on the pages that each line names. Those of Lambda and
//! Step Functions were looked up in copies on 2026-11-26; that of CloudWatch Logs is as this project has known it.

/// A GB-second of Lambda on x86 and on arm64, first tier (aws.amazon.com/lambda/pricing).
pub const GB_SECOND_X86: f64 = 0.000_016_666_7;
pub const GB_SECOND_ARM64: f64 = 0.000_013_333_4;
/// A request of Lambda (the same page).
pub const REQUEST: f64 = 0.20 / 1e6;
/// A state transition of a standard workflow, retries among them (aws.amazon.com/step-functions/pricing).
pub const TRANSITION: f64 = 0.025 / 1e3;
/// A byte taken in by CloudWatch Logs, standard class (aws.amazon.com/cloudwatch/pricing).
pub const LOGGED_BYTE: f64 = 0.50 / 1e9;

/// Memory that comes with one whole processor (Lambda developer guide, "Configure Lambda function memory"). A function of less has
/// its part of one.
pub const MIB_OF_A_PROCESSOR: f64 = 1769.0;

/// About what Lambda itself logs of an invocation in JSON: its start, its end, its report.
pub const LOGGED_BY_LAMBDA: u64 = 800;
