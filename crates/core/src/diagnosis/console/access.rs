//! The node lacks a permission that it needs.

use crate::diagnosis::error_pattern::ErrorPattern;
use crate::texts::Explanation;

pub const SIGNS: &[ErrorPattern] = &[
    ErrorPattern {
        patterns: &[
            &["no ec2 imds role found"],
            &["failed to refresh cached credentials"],
            &["unable to locate credentials"],
            &["nocredentialproviders"],
        ],
        explanation: Explanation {
            code: "node-role-credentials",
            cause: "The instance gets no credentials of the node role.",
            remedy: "See that the NodeRole exists and trusts ec2.amazonaws.com, and that its instance profile has it.",
            example: "nodeadm[1501]: operation error EC2: DescribeInstances, get identity: get credentials: failed to \
                      refresh cached credentials, no EC2 IMDS role found",
        },
    },
    ErrorPattern {
        patterns: &[
            &["169.254.169.254", "401"],
            &["imds", "statuscode: 401"],
            &["imds request failed"],
            &["request to ec2 imds failed"],
            &["failed to get instance identity"],
            &["169.254.169.254", "i/o timeout"],
            &["169.254.169.254", "connection refused"],
        ],
        explanation: Explanation {
            code: "instance-metadata-unreadable",
            cause: "The node can't read its instance metadata: it is switched off, wants a token that the program doesn't \
                    send, or is further away than the hop limit.",
            remedy: "Leave the metadata service on in your LaunchTemplate, with a hop limit of 2; without one of your own, \
                     leave BlockPodImds out.",
            example: "nodeadm[1501]: operation error ec2imds: GetMetadata, http response error StatusCode: 401, request to \
                      EC2 IMDS failed",
        },
    },
    ErrorPattern {
        patterns: &[
            &["eks:describecluster", "not authorized"],
            &["describecluster", "accessdenied"],
            &["error describing cluster", "accessdenied"],
        ],
        explanation: Explanation {
            code: "describe-cluster-denied",
            cause: "The node role may not read the cluster.",
            remedy: "Attach AmazonEKSWorkerNodePolicy to the NodeRole. See \
                     https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html",
            example: "An error occurred (AccessDeniedException) when calling the DescribeCluster operation: User: \
                      arn:aws:sts::111122223333:assumed-role/eks-node/i-0123 is not authorized to perform: \
                      eks:DescribeCluster",
        },
    },
    ErrorPattern {
        patterns: &[
            &["ec2:describeinstances", "not authorized"],
            &["describeinstances", "unauthorizedoperation"],
            &["error describing instance", "unauthorizedoperation"],
        ],
        explanation: Explanation {
            code: "describe-instances-denied",
            cause: "The node role may not read its own instance in EC2.",
            remedy: "Attach AmazonEKSWorkerNodePolicy to the NodeRole. See \
                     https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html",
            example: "pluto[1671]: [ERROR] EC2 DescribeInstances attempt failed, will retry: code=UnauthorizedOperation \
                      message=You are not authorized to perform this operation. User: eks-node is not authorized to \
                      perform: ec2:DescribeInstances",
        },
    },
    ErrorPattern {
        patterns: &[
            &["no basic auth credentials"],
            &["ecr:getauthorizationtoken"],
            &["not authorized", "ecr:"],
            &["ecr", "403 forbidden"],
            &["unable to retrieve", "ecr"],
        ],
        explanation: Explanation {
            code: "image-pull-denied",
            cause: "The node role may not pull images from Amazon ECR.",
            remedy: "Attach AmazonEC2ContainerRegistryPullOnly to the NodeRole. See \
                     https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html",
            example: "sandbox-image[2210]: failed to pull image \
                      \"602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/pause:3.5\": pull access denied: authorization \
                      failed: no basic auth credentials",
        },
    },
    ErrorPattern {
        patterns: &[
            &["system:anonymous"],
            &["asked for the client to provide credentials"],
            &["unable to register node", "unauthorized"],
            &["failed to ensure lease exists", "unauthorized"],
            &["failed to contact api server", "unauthorized"],
            &["failed to list", "unauthorized"],
            &["failed to watch", "unauthorized"],
            &["certificate signing request", "unauthorized"],
            &["error getting node", "unauthorized"],
        ],
        explanation: Explanation {
            code: "role-not-mapped",
            cause: "The cluster doesn't know the node role, so it refuses the node.",
            remedy: "Give the NodeRole an access entry of type EC2_LINUX or EC2_WINDOWS, or its aws-auth line (there \
                     without the role's path), and name the right ClusterName in your own user data.",
            example: "kubelet[3214]: E0606 19:33:03.828406 kubelet_node_status.go:96] \"Unable to register node with API \
                      server\" err=\"Unauthorized\" node=\"ip-10-0-0-1.ec2.internal\"",
        },
    },
    ErrorPattern {
        patterns: &[
            &["forbidden", "cannot create resource", "nodes"],
            &["is not allowed to modify node"],
            &["forbidden", "cannot get resource", "nodes"],
        ],
        explanation: Explanation {
            code: "node-not-permitted",
            cause: "The cluster knows the node role, and not as a node's.",
            remedy: "Make the NodeRole's access entry one of type EC2_LINUX or EC2_WINDOWS, or give its aws-auth line the \
                     groups system:bootstrappers and system:nodes; Linux and Windows need a role each.",
            example: "kubelet[3214]: \"Unable to register node with API server\" err=\"nodes is forbidden: User \
                      \\\"eks-node\\\" cannot create resource \\\"nodes\\\" in API group \\\"\\\" at the cluster scope\"",
        },
    },
    ErrorPattern {
        patterns: &[&["x509", "unknown authority"], &["x509", "signed by unknown"]],
        explanation: Explanation {
            code: "unknown-certificate-authority",
            cause: "The node is told another cluster's certificate authority, or something on the way opens the \
                    connection.",
            remedy: "Put the cluster's own endpoint and certificate into the LaunchTemplate's user data, or leave the AMI \
                     out so that EKS does; let no proxy open connections to the endpoint.",
            example: "kubelet[3214]: Unable to register node with API server: Post \
                      \"https://ABCD.gr7.us-east-1.eks.amazonaws.com/api/v1/nodes\": x509: certificate signed by unknown \
                      authority",
        },
    },
];
