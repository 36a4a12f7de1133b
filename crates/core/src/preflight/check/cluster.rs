//! The cluster, and what its version and IP address family allow.

use crate::texts::Explanation;

pub const NOT_FOUND: Explanation = Explanation {
    code: "cluster-not-found",
    cause: "No cluster of that name is in the account and Region of the stack.",
    remedy: "correct the name, or make the cluster first",
    example: "ClusterName: cluster prod doesn't exist in this account and Region; correct the name, or make the \
              cluster first [cluster-not-found]",
};

pub const NOT_USABLE: Explanation = Explanation {
    code: "cluster-not-usable",
    cause: "The cluster is being deleted, or has failed. One that is being made or updated is waited for.",
    remedy: "name another cluster",
    example: "ClusterName: cluster prod is DELETING, and EKS makes node groups in an ACTIVE one only; name another \
              cluster [cluster-not-usable]",
};

pub const ON_OUTPOST: Explanation = Explanation {
    code: "cluster-on-outpost",
    cause: "The cluster is a local one, on an Outpost.",
    remedy: "run self-managed nodes there",
    example: "ClusterName: cluster prod is a local cluster on an Outpost, where EKS makes no managed node groups; \
              run self-managed nodes there [cluster-on-outpost]",
};

pub const SECURITY_GROUP_GONE: Explanation = Explanation {
    code: "cluster-security-group-gone",
    cause: "The security group that EKS made for the cluster and its nodes was deleted.",
    remedy: "make the cluster anew",
    example: "ClusterName: sg-cluster, the cluster security group of prod, is gone, and every node would have it; \
              make the cluster anew [cluster-security-group-gone]",
};

pub const VERSION_AHEAD: Explanation = Explanation {
    code: "version-ahead",
    cause: "Nodes can't be newer than their cluster.",
    remedy: "upgrade the cluster first, or leave Version out",
    example: "Version: 1.35 is ahead of cluster prod, which runs 1.34; upgrade the cluster first, or leave Version \
              out [version-ahead]",
};

pub const VERSION_BEHIND: Explanation = Explanation {
    code: "version-behind",
    cause: "Nodes may be three minor versions older than their cluster, and no more.",
    remedy: "raise Version, or leave it out",
    example: "Version: 1.30 is more than 3 minor versions behind cluster prod, which runs 1.34; raise Version, or \
              leave it out [version-behind]",
};

pub const AL2_VERSION: Explanation = Explanation {
    code: "al2-version",
    cause: "There are no Amazon Linux 2 images for Kubernetes 1.33 and newer.",
    remedy: "take an AL2023 or Bottlerocket AMI type",
    example: "AmiType: AL2_x86_64 has no image for Kubernetes 1.34, nor for any since 1.33; take an AL2023 or \
              Bottlerocket AMI type [al2-version]",
};

pub const AL2_RETIRED: Explanation = Explanation {
    code: "al2-retired",
    cause: "AWS ended the Amazon Linux 2 images of EKS on 2025-11-26.",
    remedy: "move to an AL2023 or Bottlerocket AMI type",
    example: "AmiType: AL2_x86_64 gets no new images, and no fixes, since 2025-11-26; move to an AL2023 or \
              Bottlerocket AMI type [al2-retired]",
};

pub const WINDOWS_IPV6: Explanation = Explanation {
    code: "windows-ipv6",
    cause: "Windows nodes take no part in an IPv6 cluster.",
    remedy: "take a Linux AMI type, or an IPv4 cluster",
    example: "AmiType: WINDOWS_CORE_2022_x86_64 runs on IPv4 only, and cluster prod is an IPv6 one; take a Linux AMI \
              type, or an IPv4 cluster [windows-ipv6]",
};

pub const PUBLIC_CIDRS: Explanation = Explanation {
    code: "public-cidrs",
    cause: "The cluster has only a public endpoint, open to some addresses, and the nodes' may not be among them.",
    remedy: "switch the private endpoint on, or add the nodes' addresses to the list",
    example: "ClusterName: cluster prod has a public endpoint only, open to 203.0.113.0/24: nodes reach it from the \
              address of their NAT gateway, or from public ones of their own, and those have to be among these; \
              switch the private endpoint on, or add the nodes' addresses to the list [public-cidrs]",
};
