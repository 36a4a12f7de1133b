//! What the properties need of the Kubernetes API, and of the workloads on the nodes.

use crate::texts::Explanation;

pub const NO_ACCESS_ENTRY: Explanation = Explanation {
    code: "no-access-entry",
    cause: "The properties ask for something in Kubernetes, or take the device plugin out of a group that has it, and the cluster \
            doesn't know the function's role.",
    remedy: "make the access entry, or leave the property out, unless the group has the device plugin already",
    example: "WaitFor: list nodes on the Kubernetes API of cluster c: 401 Unauthorized: Unauthorized; make the access entry, or \
              leave the property out, unless the group has the device plugin already [no-access-entry]",
};

pub const FORBIDDEN: Explanation = Explanation {
    code: "kubernetes-forbidden",
    cause: "The function has an access entry, which doesn't allow what is to be done in Kubernetes. AmazonEKSViewPolicy doesn't show \
            nodes.",
    remedy: "allow it, or leave the property out, unless the group has the device plugin already",
    example: "WaitFor: list nodes on the Kubernetes API of cluster c: 403 Forbidden: nodes is forbidden; allow it, or leave the \
              property out, unless the group has the device plugin already [kubernetes-forbidden]",
};

pub const UNREACHABLE: Explanation = Explanation {
    code: "kubernetes-unreachable",
    cause: "Something is to be done in Kubernetes, and the function doesn't reach the cluster's endpoint: it is private, or closed to \
            the function's address.",
    remedy: "put the function into the cluster's VPC (parameters VpcSubnetIds and VpcSecurityGroupIds), let its security group \
             reach port 443 of the cluster's, or leave the property out, unless the group has the device plugin already",
    example: "WaitFor: list nodes on the Kubernetes API of cluster c: no answer: timed out; put the function into the cluster's VPC \
              (parameters VpcSubnetIds and VpcSecurityGroupIds), let its security group reach port 443 of the cluster's, or leave \
              the property out, unless the group has the device plugin already [kubernetes-unreachable]",
};

pub const WINDOWS_NEEDS_LINUX: Explanation = Explanation {
    code: "windows-needs-linux",
    cause: "CoreDNS doesn't run on Windows, and the cluster has neither a Linux node that is Ready nor CoreDNS on Fargate.",
    remedy: "add a Linux node group first",
    example: "WindowsSupport: the cluster has no Linux node, and CoreDNS doesn't run on Fargate either; add a Linux node group \
              first [windows-needs-linux]",
};

pub const ACCESS_ENTRY_TYPE: Explanation = Explanation {
    code: "node-access-entry-type",
    cause: "The node role has an access entry for the other operating system: nodes with it stay NotReady.",
    remedy: "give Windows and Linux groups a role each, or delete the entry and let EKS make the right one",
    example: "NodeRole: the access entry of arn:aws:iam::123456789012:role/node is of type EC2_LINUX, and Windows nodes need \
              EC2_WINDOWS; give Windows and Linux groups a role each, or delete the entry and let EKS make the right one \
              [node-access-entry-type]",
};

pub const STATEFUL_SPANS_ZONES: Explanation = Explanation {
    code: "stateful-spans-zones",
    cause: "EBS volumes are in one zone each. In a group over several zones, the autoscaler may add a node where the volume isn't.",
    remedy: "make one group for each zone (examples/one-group-per-zone.yaml)",
    example: "Stateful: subnets in several zones: us-east-1a, us-east-1b; make one group for each zone \
              (examples/one-group-per-zone.yaml) [stateful-spans-zones]",
};
