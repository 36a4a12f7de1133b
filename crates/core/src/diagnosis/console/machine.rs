//! The machine itself does not run.

use crate::diagnosis::error_pattern::ErrorPattern;
use crate::texts::Explanation;

pub const SIGNS: &[ErrorPattern] = &[
    ErrorPattern {
        patterns: &[&["kernel panic"]],
        explanation: Explanation {
            code: "kernel-panic",
            cause: "The instance's kernel stopped.",
            remedy: "Use an EKS AMI of the newest ReleaseVersion; with an AMI of your own, see that it has the type's \
                     drivers and file system.",
            example: "[    2.101010] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
        },
    },
    ErrorPattern {
        patterns: &[&["exec format error"]],
        explanation: Explanation {
            code: "wrong-architecture",
            cause: "A program on the node is made for another processor architecture than the instance's.",
            remedy: "Make AmiType and what UserData installs agree with InstanceTypes: arm64 for Graviton, x86_64 \
                     otherwise.",
            example: "/var/lib/cloud/instance/scripts/part-001: line 12: /usr/local/bin/agent: cannot execute binary file: \
                      Exec format error",
        },
    },
    ErrorPattern {
        patterns: &[&["no space left on device"]],
        explanation: Explanation {
            code: "disk-full",
            cause: "The node's disk is full.",
            remedy: "Raise DiskSize or Volume.Size, or put less on it in UserData.",
            example: "cloud-init[2101]: tar: opt/agent/lib.so: Cannot write: No space left on device",
        },
    },
    ErrorPattern {
        patterns: &[&["out of memory: killed process"], &["invoked oom-killer"]],
        explanation: Explanation {
            code: "out-of-memory",
            cause: "The node ran out of memory while it started.",
            remedy: "Name larger InstanceTypes, or start less in UserData.",
            example: "[  120.5] Out of memory: Killed process 2210 (kubelet) total-vm:1843212kB",
        },
    },
    ErrorPattern {
        patterns: &[
            &["x509", "not yet valid"],
            &["x509", "has expired"],
            &["signature expired"],
            &["signature not yet current"],
            &["requesttimetooskewed"],
            &["clock skew"],
        ],
        explanation: Explanation {
            code: "clock-wrong",
            cause: "The node's clock is wrong, so that AWS and the cluster refuse what it signs.",
            remedy: "Let the node use the Amazon Time Sync Service (169.254.169.123), and change no time settings in \
                     UserData.",
            example: "kubelet[3214]: SignatureDoesNotMatch: Signature expired: 20260101T000000Z is now earlier than \
                      20260101T010000Z",
        },
    },
];
