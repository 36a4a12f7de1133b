//! An instance started and ended again. Other evidence says why.

use crate::diagnosis::error_pattern::ErrorPattern;
use crate::texts::Explanation;

pub const SIGNS: &[ErrorPattern] = &[
    ErrorPattern {
        patterns: &[&["lifecycle action", "abandoned"], &["heartbeat timeout"]],
        explanation: Explanation {
            code: "node-not-ready-in-time",
            cause: "The instance ran, and EKS waited for its node in vain.",
            remedy: "See why it doesn't join: its system log (`aws ec2 get-console-output`) tells.",
            example: "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token 1c2d was abandoned: \
                      Heartbeat Timeout",
        },
    },
    ErrorPattern {
        patterns: &[
            &["status checks failure"],
            &["health check", "terminated or stopped"],
            &["ec2 health check"],
        ],
        explanation: Explanation {
            code: "instance-unhealthy",
            cause: "The instance failed EC2's status checks or was stopped, and Auto Scaling replaced it.",
            remedy: "Look at its system log (`aws ec2 get-console-output`), and at who stopped it in CloudTrail.",
            example: "At 2026-01-01T00:00:00Z an instance was taken out of service in response to an EC2 instance status \
                      checks failure.",
        },
    },
];
