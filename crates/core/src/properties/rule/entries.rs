//! Cause, remedy and example of each rule.

use super::Rule;
use crate::texts::Explanation;

impl Rule {
    /// How the documentation explains a problem with this rule.
    pub fn explanation(self) -> Explanation {
        let (cause, remedy, example) = match self {
            Self::UnknownProperty => (
                "a property that the resource doesn't have",
                "write it as the message suggests, or remove it",
                "SclaingConfig: unknown property; did you mean ScalingConfig?",
            ),
            Self::Required => (
                "something that must be there is missing or empty",
                "set it",
                "ClusterName: is required",
            ),
            Self::WrongKind => (
                "a value is of another kind: text for a list, a word for a number",
                "give the kind that the message names",
                "ScalingConfig.MinSize: expected a whole number at least 0, got \"two\"",
            ),
            Self::NotOneOf => (
                "a word that is none of those that are possible",
                "take one of the words of the message, in the same case",
                "CapacityType: expected one of ON_DEMAND, SPOT, CAPACITY_BLOCK, got \"Spot\"; did you mean SPOT?",
            ),
            Self::OutOfRange => (
                "a number beyond its bounds",
                "stay within the bounds of the message",
                "DiskSize: expected a whole number from 1 to 16384, got \"0\"",
            ),
            Self::EitherOr => (
                "two properties of which one says all: both are set, or neither",
                "keep exactly one of the two",
                "LaunchTemplate.Id: expected either Id or Name of the launch template, got both",
            ),
            Self::TooMany => (
                "more entries than EKS takes",
                "remove some",
                "Tags: expected at most 46 tags, got 47",
            ),
            Self::Duplicate => (
                "an instance type is listed twice",
                "keep the first mention; the order is the priority",
                "InstanceTypes: expected each type once, got m5.large again; remove it",
            ),
            Self::NameSyntax => (
                "a name with characters that it can't have",
                "use letters, digits and hyphens, the first a letter",
                "NodegroupName: expected letters, digits and hyphens, the first a letter, got \"my_mng\"",
            ),
            Self::NameTooLong => (
                "a name beyond EKS's limit",
                "shorten it, or leave NodegroupName out to have one generated",
                "NodegroupName: expected at most 63 characters, EKS's limit, got 64",
            ),
            Self::IdSyntax => (
                "the id of something else, or a name where an id belongs",
                "give ids of the kind that the message names",
                "Subnets: expected ids such as subnet-0123456789abcdef0, got the id of a VPC, \"vpc-0123456789abcdef0\"",
            ),
            Self::NodeRole => (
                "the node role isn't given by its ARN",
                "give the ARN of the role, not its name and not its instance profile",
                "NodeRole: expected the ARN of a role, such as arn:aws:iam::111122223333:role/eks-node, got a name, \"eks-node\"",
            ),
            Self::LabelSyntax => (
                "a label that Kubernetes can't have",
                "use letters, digits, '-', '_' and '.', and in a key perhaps a DNS name and a slash before them",
                "Labels.team: expected letters, digits, '-', '_' and '.', a letter or digit at both ends, got \"web & mail\"",
            ),
            Self::LabelTooLong => (
                "a label's key or value beyond 63 characters",
                "shorten it",
                "Labels.team: expected a value of 1 to 63 characters, EKS's limit",
            ),
            Self::LabelReserved => (
                "a label's key in a domain that Kubernetes or EKS keeps: EKS refuses it, or the kubelet doesn't start",
                "use a domain of your own",
                "Labels.eks.amazonaws.com/team: expected a key outside eks.amazonaws.com/, which EKS keeps for itself",
            ),
            Self::LabelUnsettable => (
                "a label without a value, or with a key of over 63 characters, where only EKS can set labels",
                "give it a value and a key of at most 63 characters, or use AL2023 without LaunchTemplate",
                "Labels.spare: expected a key of 1 to 63 characters and a value, EKS's limit; only AL2023 and AL2 nodes of the \
                 resource's own launch template can set others by themselves",
            ),
            Self::TaintSyntax => (
                "a taint that Kubernetes can't have",
                "use letters, digits, '-', '_' and '.', and in a key perhaps a DNS name and a slash before them",
                "Taints[0].Value: expected letters, digits, '-', '_' and '.', a letter or digit at both ends, got \"a b\"",
            ),
            Self::TaintEffect => (
                "a taint's effect that there is not",
                "take NoSchedule, NoExecute or PreferNoSchedule; NO_SCHEDULE and so on do as well",
                "Taints[0].Effect: expected NoSchedule, NoExecute or PreferNoSchedule, got \"Never\"",
            ),
            Self::TaintDuplicate => (
                "two taints of one key and one effect, which are one taint with two values",
                "keep one of them",
                "Taints: expected each pair of Key and Effect once: they are a taint's identity",
            ),
            Self::TagSyntax => (
                "a tag's key beyond 128 characters, or its value beyond 256",
                "shorten it",
                "Tags.about: expected a key of 1 to 128 characters and a value of at most 256",
            ),
            Self::TagReserved => (
                "a tag's key that AWS keeps, or by which the resource knows what is its own",
                "use another key",
                "Tags.aws:team: expected a key outside aws:, which AWS keeps for itself",
            ),
            Self::SizesOrder => (
                "sizes that contradict each other",
                "let MinSize be the least, MaxSize the most, and DesiredSize between them",
                "ScalingConfig.MinSize: expected at most MaxSize",
            ),
            Self::UpdateExceedsSize => (
                "an update may take more nodes than the group can have",
                "lower MaxUnavailable, or use MaxUnavailablePercentage",
                "UpdateConfig.MaxUnavailable: expected at most ScalingConfig.MaxSize, 3, got 5: the group never has as many nodes",
            ),
            Self::NumberOrPercentage => (
                "a number and a percentage for the same thing",
                "keep one of the two",
                "UpdateConfig.MaxUnavailable: expected either MaxUnavailable or MaxUnavailablePercentage, got both",
            ),
            Self::Repair => (
                "NodeRepairConfig sets up what is off, or one condition twice",
                "set Enabled, and one action for each condition and reason",
                "NodeRepairConfig.Enabled: expected Enabled: true, since MaxParallelNodesRepairedCount is set; without it nothing \
                 is switched on",
            ),
            Self::WarmPool => (
                "a warm pool that can't be: with Spot, a custom AMI, what Bottlerocket lacks, or sizes that contradict each other",
                "follow the message, or set Enabled: false",
                "WarmPoolConfig.PoolState: expected STOPPED or RUNNING: Bottlerocket doesn't hibernate",
            ),
            Self::KubernetesVersion => (
                "no version of Kubernetes as EKS names them",
                "give major and minor version, without a patch and without a v",
                "Version: expected a Kubernetes version such as 1.34, got \"latest\"",
            ),
            Self::ReleaseForm => (
                "a release as another family of images writes it",
                "take a release of the AMI type's own family, or latest",
                "ReleaseVersion: expected a release of BOTTLEROCKET_x86_64, such as 1.19.2-29cc92cc, got \"1.34.1-20260304\"",
            ),
            Self::VersionRelease => (
                "a release of another Kubernetes version",
                "take a release of Version, or leave one of the two out",
                "ReleaseVersion: expected a release of Version 1.34, got \"1.33.1-20260101\"",
            ),
            Self::Al2Version => (
                "Amazon Linux 2 with a Kubernetes version that EKS has no AL2 image of",
                "take AL2023 or Bottlerocket",
                "AmiType: expected AL2023_x86_64_STANDARD or Bottlerocket with Version 1.34, got AL2_x86_64: EKS has no AL2 image \
                 from Version 1.33 on",
            ),
            Self::CustomAmi => (
                "CUSTOM without an AMI of the user's own, or beside properties that the AMI decides",
                "name the AMI in a launch template, and leave Version and ReleaseVersion out",
                "AmiType: CUSTOM needs a LaunchTemplate that names the AMI",
            ),
            Self::CapacityBlock => (
                "a capacity block that its launch template doesn't fully describe",
                "put MarketType capacity-block, the reservation and the instance type into the launch template",
                "InstanceTypes: expected none with CAPACITY_BLOCK: the launch template names the block's instance type; remove \
                 them here",
            ),
            Self::Volume => (
                "volume settings that EC2 doesn't combine",
                "follow the message: each volume type has its own settings",
                "Volume.Iops: is required with Type io2",
            ),
            Self::Key => (
                "a public key that EC2 can't import, or not for Windows",
                "give one line as in a .pub file: ssh-ed25519 or ssh-rsa, on Windows ssh-rsa",
                "RemoteAccess.PublicKey: expected an RSA key: EC2 takes no ed25519 key for Windows",
            ),
            Self::UserData => (
                "user data that can't be merged with EKS's own part",
                "follow the message",
                "UserData: expected plain text, got base64: leave Fn::Base64 out, the encoding is done here",
            ),
            Self::TemplateConflict => (
                "a property that the launch template decides",
                "keep it in one place",
                "DiskSize: can't stand beside LaunchTemplate: set it in the launch template",
            ),
            Self::LaunchTemplateVersion => (
                "no version of a launch template",
                "give a number, $Latest or $Default",
                "LaunchTemplate.Version: expected a number, $Latest or $Default, got \"newest\"",
            ),
            Self::LaunchTemplateRefused => (
                "the launch template sets what EKS refuses in one",
                "remove it from the template, and use the property that the message names",
                "LaunchTemplate: version 3 of launch template lt-1 sets IamInstanceProfile, which EKS refuses; remove it from the \
                 template: the property NodeRole decides",
            ),
            Self::BlockPodImds => (
                "BlockPodImds is asked for, and the launch template lets pods reach the instance metadata",
                "set HttpTokens to required and HttpPutResponseHopLimit to 1 in the template",
                "BlockPodImds: version 3 of launch template lt-1 lets pods reach the instance metadata: HttpTokens is unset and \
                 HttpPutResponseHopLimit unset; set them to required and 1 there",
            ),
            Self::PublicAddress => (
                "instances with several network interfaces get no public address, which public subnets rely on",
                "use private subnets, or one interface",
                "LaunchTemplate: version 3 of launch template lt-1 has 2 network interfaces, so that its instances get no public \
                 address, which those in subnet-1 rely on; use private subnets, or one interface",
            ),
            Self::Autoscaler => (
                "a resource or an option that the Cluster Autoscaler would not understand, and leave out without a word",
                "write it as the message says",
                "ClusterAutoscaler.Options.scaledownunneededtime: expected a duration such as 10m or 1h30m, got \"10\"",
            ),
            Self::Submitted => (
                "something that is done once the group is there, when the stack doesn't wait for it",
                "set WaitFor to Active or NodesReady, or leave it out",
                "SuspendProcesses: needs the Auto Scaling group, which isn't there yet when WaitFor: Submitted ends; set WaitFor: \
                 Active",
            ),
        };
        Explanation {
            code: self.code(),
            cause,
            remedy,
            example,
        }
    }
}
