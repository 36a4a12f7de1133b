//! All 17 codes of an update's `ErrorCode`. Clusters and add-ons share the list.

use super::IssueTable;
use crate::texts::Explanation;

pub const UPDATE: IssueTable = IssueTable {
    causes: CAUSES,
    symptoms: SYMPTOMS,
};

const CAUSES: &[Explanation] = &[
    Explanation {
        code: "PodEvictionFailure",
        cause: "A pod couldn't be moved off its old node within 15 minutes: a disruption budget allows no eviction, \
                several budgets cover the pod, or it tolerates every taint and comes back.",
        remedy: "Loosen the pod disruption budget (`kubectl get pdb -A`) and deploy again, or set ForceUpdateEnabled \
                 to go on without it.",
        example: "PodEvictionFailure: Reached max retries while trying to evict pods from nodes in node group web \
                  [ip-10-0-0-1.ec2.internal]",
    },
    Explanation {
        code: "InsufficientFreeAddresses",
        cause: "A subnet hasn't enough free addresses for the nodes that an update adds before it removes the old \
                ones.",
        remedy: "Free addresses in the Subnets, or lower UpdateConfig's MaxUnavailable, or set its UpdateStrategy to \
                 MINIMAL, which removes nodes first.",
        example: "InsufficientFreeAddresses: not enough free addresses in the subnet [subnet-0a1b]",
    },
    Explanation {
        code: "IpNotAvailable",
        cause: "A subnet has no free address left.",
        remedy: "Free addresses in the subnet, or name further Subnets, which makes a new node group.",
        example: "IpNotAvailable: a subnet does not have any available IP addresses [subnet-0a1b]",
    },
    Explanation {
        code: "EniLimitReached",
        cause: "The account has as many network interfaces in this Region as its quota allows.",
        remedy: "Delete network interfaces that nothing uses, or have the VPC quota raised, then deploy again.",
        example: "EniLimitReached: the limit of network interfaces is reached [subnet-0a1b]",
    },
    Explanation {
        code: "SubnetNotFound",
        cause: "A subnet of the node group or the cluster doesn't exist any more.",
        remedy: "Name Subnets that exist, in the cluster's VPC; that makes a new node group.",
        example: "SubnetNotFound: subnet was not found [subnet-0a1b]",
    },
    Explanation {
        code: "SecurityGroupNotFound",
        cause: "A security group that the update needs doesn't exist any more.",
        remedy: "Name SecurityGroups and RemoteAccess.SourceSecurityGroups that exist; the cluster's own can't be made \
                 again.",
        example: "SecurityGroupNotFound: security group was not found [sg-0a1b]",
    },
    Explanation {
        code: "VpcIdNotFound",
        cause: "The cluster's VPC doesn't exist any more.",
        remedy: "Make a new cluster, and the node group in it.",
        example: "VpcIdNotFound: VPC was not found [vpc-0a1b]",
    },
    Explanation {
        code: "AccessDenied",
        cause: "A permission is missing for the update: of the caller in IAM, or of `eks:node-manager` in the cluster.",
        remedy: "Give the permission that the message names; put the ClusterRole and ClusterRoleBinding \
                 `eks:node-manager` back if they are gone.",
        example: "AccessDenied: pods is forbidden: User \"eks:node-manager\" cannot list resource \"pods\" [web]",
    },
    Explanation {
        code: "OperationNotPermitted",
        cause: "The cluster's own service role lacks a permission.",
        remedy: "Attach AmazonEKSClusterPolicy to the cluster's role, and see that no service control policy takes it \
                 away.",
        example: "OperationNotPermitted: the service role lacks the required access \
                  [arn:aws:iam::111122223333:role/eks-cluster]",
    },
    Explanation {
        code: "ClusterUnreachable",
        cause: "EKS or a node doesn't reach the cluster's API server: something blocks the network, or the server is \
                too busy to answer.",
        remedy: "Look at the network ACLs, the cluster security group and admission webhooks that don't answer, then \
                 deploy again.",
        example: "ClusterUnreachable: the Kubernetes API server did not respond in time [my-cluster]",
    },
    Explanation {
        code: "ConfigurationConflict",
        cause: "Something in the cluster was set by somebody else to another value than the update sets.",
        remedy: "Undo the other change, or make the properties agree with it, then deploy again.",
        example: "ConfigurationConflict: conflicts found when trying to apply [web]",
    },
    Explanation {
        code: "AdmissionRequestDenied",
        cause: "An admission webhook or policy in the cluster refuses what EKS sets.",
        remedy: "Let the webhook or policy allow requests of EKS (`eks:node-manager`), then deploy again.",
        example: "AdmissionRequestDenied: admission webhook \"policy.example.com\" denied the request [web]",
    },
    Explanation {
        code: "InsufficientNumberOfReplicas",
        cause: "A workload that the update needs has too few running pods, as a rule because they find no node.",
        remedy: "See why the pods are pending (`kubectl get pods -A`): raise ScalingConfig, or loosen Taints.",
        example: "InsufficientNumberOfReplicas: the deployment has fewer replicas than needed [coredns]",
    },
    Explanation {
        code: "K8sResourceNotFound",
        cause: "Something in the cluster that the update needs was deleted.",
        remedy: "Put back what the message names, then deploy again.",
        example: "K8sResourceNotFound: clusterroles.rbac.authorization.k8s.io \"eks:node-manager\" not found [web]",
    },
    Explanation {
        code: "UnsupportedAddonModification",
        cause: "An add-on in the cluster has a change that EKS can't keep.",
        remedy: "Undo the change in the add-on, then deploy again.",
        example: "UnsupportedAddonModification: the add-on has an unsupported change [vpc-cni]",
    },
];

const SYMPTOMS: &[Explanation] = &[
    Explanation {
        code: "NodeCreationFailure",
        cause: "The update's new instances were not launched, or didn't become ready nodes in time. EKS has gone back \
                to the old ones.",
        remedy: "See what is new in this update: AMI, UserData, Labels, SecurityGroups or launch template version; \
                 otherwise capacity, quota and the way to the cluster. An instance's system log tells more.",
        example: "NodeCreationFailure: Couldn't proceed with upgrade process as new nodes are not joining node group \
                  web [i-0123]",
    },
    Explanation {
        code: "Unknown",
        cause: "EKS doesn't know itself what failed.",
        remedy: "Deploy again; if it stays, ask AWS Support with the node group's ARN and the update's id.",
        example: "Unknown: an unknown error occurred [web]",
    },
];
