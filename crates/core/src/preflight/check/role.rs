//! The node role.

use crate::texts::Explanation;

pub const NOT_FOUND: Explanation = Explanation {
    code: "role-not-found",
    cause: "There is no role of that name in the account.",
    remedy: "correct the ARN, or make the role first",
    example: "NodeRole: role eks-node doesn't exist in account 111122223333; correct the ARN, or make the role first \
              [role-not-found]",
};

pub const OTHER_ACCOUNT: Explanation = Explanation {
    code: "role-other-account",
    cause: "The role is in another account than the cluster, and a role can't be passed across accounts.",
    remedy: "name a role of the cluster's account",
    example: "NodeRole: role eks-node is in account 444455556666, and cluster prod in 111122223333; name a role of \
              the cluster's account [role-other-account]",
};

pub const TRUST: Explanation = Explanation {
    code: "role-trust",
    cause: "The trust policy doesn't let EC2 take the role. In China EKS has asked for ec2.amazonaws.com.cn.",
    remedy: "allow that service sts:AssumeRole in the trust policy",
    example: "NodeRole: role eks-node trusts lambda.amazonaws.com, and not ec2.amazonaws.com, by which nodes take \
              it; allow that service sts:AssumeRole in the trust policy [role-trust]",
};

pub const IS_CLUSTER_ROLE: Explanation = Explanation {
    code: "role-is-cluster-role",
    cause: "The role is the one that the cluster itself was made with.",
    remedy: "give the nodes a role of their own",
    example: "NodeRole: role eks-node is that of cluster prod itself, which EKS doesn't take for nodes; give the \
              nodes a role of their own [role-is-cluster-role]",
};

pub const WORKER_POLICY: Explanation = Explanation {
    code: "role-worker-policy",
    cause: "The role lacks AmazonEKSWorkerNodePolicy. A warning if a policy of the user's own may stand for it.",
    remedy: "attach it",
    example: "NodeRole: role eks-node lacks AmazonEKSWorkerNodePolicy, without which nodes don't join; attach it \
              [role-worker-policy]",
};

pub const REGISTRY_POLICY: Explanation = Explanation {
    code: "role-registry-policy",
    cause: "The role lacks a policy to pull images from ECR. A warning if a policy of the user's own may stand for \
            it.",
    remedy: "attach it",
    example: "NodeRole: role eks-node lacks AmazonEC2ContainerRegistryPullOnly, without which nodes pull no images \
              from ECR, EKS's own among them; attach it [role-registry-policy]",
};

pub const CNI_POLICY: Explanation = Explanation {
    code: "role-cni-policy",
    cause: "The role lacks the policy of the VPC CNI, which is right only if aws-node has a role of its own.",
    remedy: "attach it, unless IRSA or EKS Pod Identity gives aws-node that policy",
    example: "NodeRole: role eks-node lacks AmazonEKS_CNI_Policy: nodes become Ready only if aws-node has a role of \
              its own; attach it, unless IRSA or EKS Pod Identity gives aws-node that policy [role-cni-policy]",
};

pub const PATH: Explanation = Explanation {
    code: "role-path",
    cause: "The role has a path, and the cluster authenticates by aws-auth alone.",
    remedy: "take a role without a path, or switch the cluster to access entries",
    example: "NodeRole: role eks-node has the path /nodes/, and cluster prod lets nodes in by its aws-auth ConfigMap \
              alone, which has to name a role without its path; take a role without a path, or switch the cluster to \
              access entries [role-path]",
};

pub const SHARED: Explanation = Explanation {
    code: "role-shared",
    cause: "Instances that no managed node group has use the role too, such as self-managed nodes.",
    remedy: "give this node group a role of its own",
    example: "NodeRole: role eks-node is also that of i-1, i-2, which no managed node group has: when the last node \
              group with the role is deleted, EKS takes the role's access to the cluster away, and those go \
              NotReady; give this node group a role of its own [role-shared]",
};

pub const SERVICE_LINKED: Explanation = Explanation {
    code: "service-linked-role",
    cause: "The account has made no managed node group before, and the role that EKS acts by isn't there yet.",
    remedy: "allow iam:CreateServiceLinkedRole to the role of the function behind ServiceToken",
    example: "ClusterName: the account has no AWSServiceRoleForAmazonEKSNodegroup yet; EKS makes it with the first \
              node group, where it may; allow iam:CreateServiceLinkedRole to the role of the function behind \
              ServiceToken [service-linked-role]",
};
