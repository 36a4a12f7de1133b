//! The node does not reach an endpoint that it needs. Signs that name the endpoint come before a plain timeout.

use crate::diagnosis::error_pattern::ErrorPattern;
use crate::texts::Explanation;

pub const SIGNS: &[ErrorPattern] = &[
    ErrorPattern {
        patterns: &[
            &["no such host"],
            &["temporary failure in name resolution"],
            &["could not resolve host"],
            &["name or service not known"],
            &["server misbehaving"],
        ],
        explanation: Explanation {
            code: "name-not-resolved",
            cause: "The node can't look up names.",
            remedy: "Enable DNS support and DNS host names in the VPC, give its DHCP options name servers, and let UDP and \
                     TCP port 53 through.",
            example: "kubelet[3214]: dial tcp: lookup ABCD.gr7.us-east-1.eks.amazonaws.com on 10.0.0.2:53: no such host",
        },
    },
    ErrorPattern {
        patterns: &[
            &["sts.", "i/o timeout"],
            &["sts.", "timed out"],
            &["sts.", "deadline exceeded"],
            &["sts.", "connection refused"],
            &["regiondisabledexception"],
        ],
        explanation: Explanation {
            code: "sts-unreachable",
            cause: "The node doesn't reach AWS STS, which it needs to sign in.",
            remedy: "Give the Subnets a NAT gateway or a VPC endpoint for sts that lets the nodes in, and keep STS enabled \
                     in this Region.",
            example: "kubelet[3214]: Post \"https://sts.us-east-1.amazonaws.com/\": dial tcp 10.0.1.5:443: i/o timeout",
        },
    },
    ErrorPattern {
        patterns: &[
            &[".ecr.", "i/o timeout"],
            &[".ecr.", "timed out"],
            &[".ecr.", "deadline exceeded"],
            &[".ecr.", "connection refused"],
        ],
        explanation: Explanation {
            code: "registry-unreachable",
            cause: "The node doesn't reach Amazon ECR, which has the images that it starts with.",
            remedy: "Give the Subnets a NAT gateway, or VPC endpoints for ecr.api, ecr.dkr and S3. See \
                     https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html",
            example: "containerd[2001]: failed to do request: Head \
                      \"https://602401143452.dkr.ecr.us-east-1.amazonaws.com/v2/eks/pause/manifests/3.5\": dial tcp \
                      52.1.2.3:443: i/o timeout",
        },
    },
    ErrorPattern {
        patterns: &[
            &["retrying request ec2/describeinstances, attempt 5"],
            &["describeinstances", "deadline exceeded"],
            &["describeinstances", "i/o timeout"],
            &["exceeded max wait time for instancecondition"],
            &["timed-out waiting for eks describe cluster"],
            &["timed out retrieving private dns name"],
            &["exhausted retries while describing cluster"],
            &["connect timeout on endpoint url"],
            &["could not connect to the endpoint url"],
            &["ec2.", ".amazonaws.com", "timeout"],
        ],
        explanation: Explanation {
            code: "aws-api-unreachable",
            cause: "The node doesn't reach the AWS APIs that it asks about itself and the cluster.",
            remedy: "Give the Subnets a NAT gateway, or VPC endpoints for ec2, eks and sts. See \
                     https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html",
            example: "nodeadm[1501]: SDK 2026/02/19 07:59:15 DEBUG retrying request EC2/DescribeInstances, attempt 5",
        },
    },
    ErrorPattern {
        patterns: &[
            &[".eks.amazonaws.com", "timeout"],
            &[".eks.amazonaws.com", "timed out"],
            &[".eks.amazonaws.com", "connection refused"],
            &[".eks.amazonaws.com", "deadline exceeded"],
            &["dial tcp", ":443", "i/o timeout"],
            &["dial tcp", ":443", "connection timed out"],
            &["tls handshake timeout"],
            &["no route to host"],
            &["network is unreachable"],
        ],
        explanation: Explanation {
            code: "endpoint-unreachable",
            cause: "The node doesn't reach the cluster's endpoint.",
            remedy: "Enable the cluster's private endpoint, or let the public one's CIDRs include the nodes' NAT \
                     addresses; let SecurityGroups and network ACLs pass port 443 to the cluster security group.",
            example: "kubelet[3214]: Unable to register node with API server: Post \
                      \"https://ABCD.gr7.us-east-1.eks.amazonaws.com/api/v1/nodes\": dial tcp 10.0.0.9:443: i/o timeout",
        },
    },
    ErrorPattern {
        patterns: &[
            &["failed to pull", "pause"],
            &["failed to get sandbox image"],
            &["sandbox-image.service", "failed"],
        ],
        explanation: Explanation {
            code: "pause-image-not-pulled",
            cause: "The node couldn't pull the pause image, without which no pod starts.",
            remedy: "Give the Subnets a way to Amazon ECR and S3, and the NodeRole AmazonEC2ContainerRegistryPullOnly.",
            example: "containerd[2001]: RunPodSandbox failed, error=\"failed to get sandbox image \\\"eks/pause:3.5\\\"\"",
        },
    },
];
