//! All 36 codes of `NodegroupIssueCode`.

use super::IssueTable;
use crate::texts::Explanation;

pub const HEALTH: IssueTable = IssueTable {
    causes: CAUSES,
    symptoms: SYMPTOMS,
};

const CAUSES: &[Explanation] = &[
    Explanation {
        code: "Ec2SubnetInvalidConfiguration",
        cause: "A subnet has a route to an internet gateway, of its own or by the VPC's main route table, and gives \
                its instances no public address.",
        remedy: "Set MapPublicIpOnLaunch on the subnet, or name private Subnets that have a NAT gateway or VPC \
                 endpoints.",
        example: "Ec2SubnetInvalidConfiguration: One or more Amazon EC2 Subnets of [subnet-0a1b] for node group web \
                  does not automatically assign public IP addresses to instances launched into it. [subnet-0a1b]",
    },
    Explanation {
        code: "Ec2SubnetMissingIpv6Assignment",
        cause: "The cluster uses IPv6, and a subnet gives its instances no IPv6 address.",
        remedy: "Set AssignIpv6AddressOnCreation on each of the Subnets.",
        example: "Ec2SubnetMissingIpv6Assignment: subnet does not auto-assign IPv6 addresses [subnet-0a1b]",
    },
    Explanation {
        code: "Ec2SubnetNotFound",
        cause: "A subnet of the node group doesn't exist any more.",
        remedy: "Name Subnets that exist, in the cluster's VPC; that makes a new node group.",
        example: "Ec2SubnetNotFound: subnet was not found [subnet-0a1b]",
    },
    Explanation {
        code: "Ec2SubnetListTooLong",
        cause: "The node group has more subnets than its Auto Scaling group takes.",
        remedy: "Name fewer Subnets: one for each availability zone is enough.",
        example: "Ec2SubnetListTooLong: the list of subnets is too long [eks-web-1c2d]",
    },
    Explanation {
        code: "InsufficientFreeAddresses",
        cause: "A subnet hasn't enough free addresses for the nodes, and for the further ones that an update adds for \
                a while.",
        remedy: "Name further or larger Subnets, or free addresses; each node takes some for its pods beforehand.",
        example: "InsufficientFreeAddresses: Amazon Autoscaling was unable to launch instances because there are not \
                  enough free addresses in the subnet associated with your AutoScaling group(s). [subnet-0a1b]",
    },
    Explanation {
        code: "Ec2SecurityGroupNotFound",
        cause: "The cluster security group, which EKS made for the cluster, doesn't exist any more.",
        remedy: "It can't be made again: make a new cluster.",
        example: "Ec2SecurityGroupNotFound: the cluster security group was not found [sg-0a1b]",
    },
    Explanation {
        code: "Ec2SecurityGroupDeletionFailure",
        cause: "The security group made for remote access is still in use, mostly by a network interface that a \
                deleted node left or by a rule of another group.",
        remedy: "Remove the network interfaces and rules that name the group, then delete again.",
        example: "Ec2SecurityGroupDeletionFailure: DependencyViolation - resource has a dependent object [sg-0a1b]",
    },
    Explanation {
        code: "Ec2InstanceTypeDoesNotExist",
        cause: "One of the instance types isn't offered in this Region.",
        remedy: "Name InstanceTypes that `aws ec2 describe-instance-type-offerings` lists for the Region and the \
                 subnets' zones.",
        example: "Ec2InstanceTypeDoesNotExist: the instance types do not exist in the Region [m9z.large]",
    },
    Explanation {
        code: "AmiIdNotFound",
        cause: "The launch template's AMI doesn't exist in this Region, or isn't shared with the account.",
        remedy: "Put an AMI of this Region and account into the LaunchTemplate, or leave it out and give AmiType.",
        example: "AmiIdNotFound: The image id '[ami-0a1b]' does not exist [ami-0a1b]",
    },
    Explanation {
        code: "SourceEc2LaunchTemplateNotFound",
        cause: "The launch template that the properties name, or the version of it, was deleted.",
        remedy: "Name a LaunchTemplate and a version that exist; another template makes a new node group.",
        example: "SourceEc2LaunchTemplateNotFound: launch template was not found [lt-0a1b]",
    },
    Explanation {
        code: "Ec2LaunchTemplateNotFound",
        cause: "The launch template that EKS made for the node group was deleted.",
        remedy: "Have the node group made anew: change NodegroupName, or leave it out and change a property that \
                 replaces.",
        example: "Ec2LaunchTemplateNotFound: the launch template was not found [lt-0a1b]",
    },
    Explanation {
        code: "Ec2LaunchTemplateVersionMismatch",
        cause: "Somebody changed the launch template that EKS made for the node group: it has another version than \
                EKS's.",
        remedy: "Set the Auto Scaling group back to the version that EKS made, and make changes with this resource \
                 only.",
        example: "Ec2LaunchTemplateVersionMismatch: the version does not match the one that Amazon EKS created \
                  [lt-0a1b]",
    },
    Explanation {
        code: "Ec2LaunchTemplateInvalidConfiguration",
        cause: "The launch template has something that EKS or EC2 doesn't take.",
        remedy: "Put right what the message names, in the LaunchTemplate or in UserData, Volume and SecurityGroups.",
        example: "Ec2LaunchTemplateInvalidConfiguration: launch template contains an invalid block device mapping \
                  [lt-0a1b]",
    },
    Explanation {
        code: "Ec2LaunchTemplateMaxLimitExceeded",
        cause: "The account has as many launch templates in this Region as its quota allows.",
        remedy: "Delete launch templates that nothing uses, or have the EC2 quota raised.",
        example: "Ec2LaunchTemplateMaxLimitExceeded: the limit of launch templates is reached [eks-web-1c2d]",
    },
    Explanation {
        code: "Ec2LaunchTemplateVersionMaxLimitExceeded",
        cause: "The launch template has as many versions as the quota allows.",
        remedy: "Delete versions that no node group uses, oldest first.",
        example: "Ec2LaunchTemplateVersionMaxLimitExceeded: the limit of versions is reached [lt-0a1b]",
    },
    Explanation {
        code: "Ec2LaunchTemplateDeletionFailure",
        cause: "EKS couldn't delete the launch template that it made.",
        remedy: "Delete again; if it fails again, delete the launch template in EC2 first.",
        example: "Ec2LaunchTemplateDeletionFailure: the launch template could not be deleted [lt-0a1b]",
    },
    Explanation {
        code: "IamNodeRoleNotFound",
        cause: "The node role doesn't exist any more.",
        remedy: "Make the role again under the same name and path with the same policies, or name another NodeRole.",
        example: "IamNodeRoleNotFound: node role was not found [arn:aws:iam::111122223333:role/eks-node]",
    },
    Explanation {
        code: "IamInstanceProfileNotFound",
        cause: "The instance profile that EKS made for the node role was deleted.",
        remedy: "Make the instance profile again under the same name with the NodeRole in it, or have the node group \
                 made anew.",
        example: "IamInstanceProfileNotFound: instance profile was not found [eks-1c2d]",
    },
    Explanation {
        code: "IamLimitExceeded",
        cause: "EKS needs a further instance profile or role, and the account's IAM quota is reached.",
        remedy: "Delete instance profiles and roles that nothing uses, or have the IAM quota raised.",
        example: "IamLimitExceeded: Cannot exceed quota for InstanceProfilesPerAccount: 1000 [eks-web-1c2d]",
    },
    Explanation {
        code: "IamThrottling",
        cause: "IAM answered EKS that there were too many calls at once.",
        remedy: "Deploy again some minutes later; fewer stacks at a time help.",
        example: "IamThrottling: Rate exceeded [arn:aws:iam::111122223333:role/eks-node]",
    },
    Explanation {
        code: "KubernetesLabelInvalid",
        cause: "Kubernetes doesn't take one of the labels.",
        remedy: "Put the label's key or value right in Labels: at most 63 characters, letters and digits at both ends.",
        example: "KubernetesLabelInvalid: label is not valid [team/]",
    },
    Explanation {
        code: "AutoScalingGroupNotFound",
        cause: "Somebody deleted the node group's Auto Scaling group.",
        remedy: "Have the node group made anew: change NodegroupName, or leave it out and change a property that \
                 replaces.",
        example: "AutoScalingGroupNotFound: the Auto Scaling group was not found [eks-web-1c2d]",
    },
    Explanation {
        code: "AutoScalingGroupInvalidConfiguration",
        cause: "Somebody changed the node group's Auto Scaling group outside of EKS.",
        remedy: "Undo the change in the Auto Scaling group, and make it with this resource's properties.",
        example: "AutoScalingGroupInvalidConfiguration: the Auto Scaling group has an invalid configuration \
                  [eks-web-1c2d]",
    },
    Explanation {
        code: "AutoScalingGroupInstanceRefreshActive",
        cause: "Somebody runs an instance refresh on the node group's Auto Scaling group.",
        remedy: "Wait until it is over or cancel it, then deploy again; EKS replaces nodes by itself.",
        example: "AutoScalingGroupInstanceRefreshActive: an instance refresh is in progress [eks-web-1c2d]",
    },
    Explanation {
        code: "AutoScalingGroupOptInRequired",
        cause: "The account isn't signed up for Auto Scaling or EC2 in this Region.",
        remedy: "Enable the Region for the account and wait until AWS has confirmed it.",
        example: "AutoScalingGroupOptInRequired: You are not subscribed to this service. [eks-web-1c2d]",
    },
    Explanation {
        code: "AutoScalingGroupRateLimitExceeded",
        cause: "Auto Scaling answered EKS that there were too many calls at once.",
        remedy: "Deploy again some minutes later; fewer stacks at a time help.",
        example: "AutoScalingGroupRateLimitExceeded: Rate exceeded [eks-web-1c2d]",
    },
    Explanation {
        code: "InstanceLimitExceeded",
        cause: "The account may not run any more instances of this type: the EC2 vCPU quota is used up.",
        remedy: "Have the quota raised in Service Quotas, lower ScalingConfig, or name InstanceTypes of another \
                 family.",
        example: "InstanceLimitExceeded: You have requested more vCPU capacity than your current vCPU limit allows. \
                  [eks-web-1c2d]",
    },
    Explanation {
        code: "LimitExceeded",
        cause: "A quota of the account is used up; the message says which.",
        remedy: "Have that quota raised in Service Quotas, or remove what isn't used.",
        example: "LimitExceeded: a quota of the account is exceeded [eks-web-1c2d]",
    },
    Explanation {
        code: "PodEvictionFailure",
        cause: "A pod couldn't be moved off its node within 15 minutes: a disruption budget allows no eviction, \
                several budgets cover the pod, or it tolerates every taint and comes back.",
        remedy: "Loosen the pod disruption budget (`kubectl get pdb -A`), or set ForceUpdateEnabled to go on without \
                 it.",
        example: "PodEvictionFailure: Reached max retries while trying to evict pods from nodes in node group web \
                  [ip-10-0-0-1.ec2.internal]",
    },
    Explanation {
        code: "AccessDenied",
        cause: "EKS or a node may not do its work in the cluster: the ClusterRole and ClusterRoleBinding \
                `eks:node-manager` are gone, the node role's mapping is, or (\"Not authorized for images\") the \
                Windows AMI has been withdrawn.",
        remedy: "Put `eks:node-manager` back, give the NodeRole its access entry or aws-auth line again, or update to \
                 a new ReleaseVersion. See https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html",
        example: "AccessDenied: nodes is forbidden: User \"eks:node-manager\" cannot list resource \"nodes\" [web]",
    },
    Explanation {
        code: "ClusterUnreachable",
        cause: "EKS or a node doesn't reach the cluster's API server: something blocks the network, or the server is \
                too busy to answer.",
        remedy: "Look at the network ACLs, the cluster security group and the endpoint's public CIDRs, and at what \
                 floods the API server; then deploy again.",
        example: "ClusterUnreachable: the Kubernetes API server did not respond in time [my-cluster]",
    },
    Explanation {
        code: "NodeTerminationFailure",
        cause: "An instance of the node group couldn't be terminated.",
        remedy: "Remove termination or scale-in protection from the instance and any lifecycle hook of yours, then try \
                 again.",
        example: "NodeTerminationFailure: the instance could not be terminated [i-0123]",
    },
];

const SYMPTOMS: &[Explanation] = &[
    Explanation {
        code: "AsgInstanceLaunchFailures",
        cause: "The Auto Scaling group can't launch instances.",
        remedy: "Read the message, and the Activity tab of the Auto Scaling group: capacity, quota, key pair, security \
                 group, KMS key, AMI and launch template are what mostly fails.",
        example: "AsgInstanceLaunchFailures: Could not launch On-Demand Instances. InsufficientInstanceCapacity \
                  [eks-web-1c2d]",
    },
    Explanation {
        code: "NodeCreationFailure",
        cause: "Instances were launched, and didn't become nodes of the cluster within 15 minutes. Mostly they have no \
                way to the cluster or to AWS, the node role lacks a policy, or their user data fails.",
        remedy: "Give the Subnets a NAT gateway or VPC endpoints and a route to the cluster's endpoint, give the \
                 NodeRole AmazonEKSWorkerNodePolicy, AmazonEC2ContainerRegistryPullOnly and AmazonEKS_CNI_Policy, and \
                 look at an instance's system log. See \
                 https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html",
        example: "NodeCreationFailure: Instances failed to join the kubernetes cluster [i-0123, i-0456]",
    },
    Explanation {
        code: "InternalFailure",
        cause: "Something failed within EKS itself.",
        remedy: "Deploy again; if it stays, ask AWS Support with the node group's ARN.",
        example: "InternalFailure: an internal error occurred [web]",
    },
    Explanation {
        code: "Unknown",
        cause: "EKS doesn't know itself what failed.",
        remedy: "Look at the Auto Scaling group's Activity tab and an instance's system log, then deploy again; if it \
                 stays, ask AWS Support with the node group's ARN.",
        example: "Unknown: an unknown error occurred [web]",
    },
];
