//! Something on the node is not up. Other evidence may say why.

use crate::diagnosis::error_pattern::ErrorPattern;
use crate::texts::Explanation;

pub const SIGNS: &[ErrorPattern] = &[
    ErrorPattern {
        patterns: &[
            &["setting generator", "failed with exit code"],
            &["timed-out waiting for settings generator"],
            &["failed to start", "pluto"],
            &["failed to start", "generate", "kubernetes settings"],
        ],
        explanation: Explanation {
            code: "bottlerocket-settings-not-generated",
            cause: "Bottlerocket couldn't find out what it needs to join: the cluster's settings, or its own name.",
            remedy: "See that the NodeRole has AmazonEKSWorkerNodePolicy, that the Subnets have a way to ec2 and eks, and \
                     that UserData sets no other Region.",
            example: "sundog[801]: Setting generator 'pluto max-pods' failed with exit code 1 - stderr: unknown",
        },
    },
    ErrorPattern {
        patterns: &[
            &["failed to start nodeadm"],
            &["nodeadm-run.service", "failed"],
            &["nodeadm", "\"fatal\""],
            &["nodeadm", "command failed"],
        ],
        explanation: Explanation {
            code: "nodeadm-failed",
            cause: "nodeadm, which sets an AL2023 node up, failed.",
            remedy: "See nodeadm's lines in the instance's system log, and what UserData changes.",
            example: "[FAILED] Failed to start nodeadm-config.service - EKS Nodeadm Config.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["failed to start containerd"],
            &["containerd.service: failed"],
            &["container runtime is down"],
            &["containerd.sock", "connection refused"],
        ],
        explanation: Explanation {
            code: "containerd-not-running",
            cause: "containerd doesn't run on the node.",
            remedy: "See what UserData changes in containerd, and that the disk is large enough.",
            example: "[FAILED] Failed to start containerd.service - containerd container runtime.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["failed to start kubelet"],
            &["kubelet.service: main process exited"],
            &["kubelet.service: failed"],
        ],
        explanation: Explanation {
            code: "kubelet-not-running",
            cause: "kubelet doesn't run on the node.",
            remedy: "See kubelet's lines in the instance's system log, and what UserData changes in it.",
            example: "systemd[1]: kubelet.service: Main process exited, code=exited, status=1/FAILURE",
        },
    },
    ErrorPattern {
        patterns: &[
            &["cni plugin not initialized"],
            &["networkpluginnotready"],
            &["cni config uninitialized"],
        ],
        explanation: Explanation {
            code: "network-plugin-not-ready",
            cause: "The node joined and isn't ready: the VPC CNI add-on (aws-node) hasn't started on it. Each node says so \
                    for a moment.",
            remedy: "See that the add-on vpc-cni is installed (`kubectl -n kube-system get pods -l k8s-app=aws-node`), and \
                     that AmazonEKS_CNI_Policy is on the NodeRole or on the add-on's own.",
            example: "kubelet[3214]: \"Container runtime network not ready\" networkReady=\"NetworkReady=false \
                      reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized\"",
        },
    },
];
