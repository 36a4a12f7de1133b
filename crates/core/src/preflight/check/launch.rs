//! What EC2 launches an instance with.

use crate::texts::Explanation;

pub const KEY_PAIR_NOT_FOUND: Explanation = Explanation {
    code: "key-pair-not-found",
    cause: "The key pair doesn't exist.",
    remedy: "correct the name, or make the key pair first",
    example: "RemoteAccess.Ec2SshKey: key pair ops doesn't exist in this account and Region; correct the name, or \
              make the key pair first [key-pair-not-found]",
};

pub const SECURITY_GROUP_NOT_FOUND: Explanation = Explanation {
    code: "security-group-not-found",
    cause: "A security group doesn't exist.",
    remedy: "correct the ids",
    example: "SecurityGroups: not found in this account and Region: sg-9; correct the ids [security-group-not-found]",
};

pub const SECURITY_GROUP_OTHER_VPC: Explanation = Explanation {
    code: "security-group-other-vpc",
    cause: "A security group isn't in the VPC of the nodes. A warning for a source, which may be of a peered VPC.",
    remedy: "name security groups of that VPC",
    example: "SecurityGroups: not in vpc-1, the VPC of the nodes: sg-1 in vpc-2; name security groups of that VPC \
              [security-group-other-vpc]",
};

pub const TEMPLATE_NOT_FOUND: Explanation = Explanation {
    code: "launch-template-not-found",
    cause: "The user's launch template, or the version of it, doesn't exist.",
    remedy: "correct LaunchTemplate, or make it first",
    example: "LaunchTemplate: launch template lt-1 or its version isn't there: no such thing; correct \
              LaunchTemplate, or make it first [launch-template-not-found]",
};

pub const TEMPLATE_REFUSED: Explanation = Explanation {
    code: "launch-template-refused",
    cause: "The user's launch template sets what EKS prohibits, or what a property states too.",
    remedy: "if the template changes, name its new version here",
    example: "LaunchTemplate: version 3 of launch template lt-1 sets IamInstanceProfile, which EKS refuses; remove \
              it from the template: the property NodeRole decides; if the template changes, name its new version \
              here [launch-template-refused]",
};

pub const TEMPLATE_ADVICE: Explanation = Explanation {
    code: "launch-template-advice",
    cause: "The user's launch template leaves to the image or the network what EKS would do otherwise.",
    remedy: "make sure that this is meant",
    example: "LaunchTemplate: version 3 of launch template lt-1 names security groups without the cluster's, \
              sg-cluster, which EKS adds to none then; nodes join only if the others let them reach the control \
              plane and each other; make sure that this is meant [launch-template-advice]",
};

pub const IMAGE_NOT_FOUND: Explanation = Explanation {
    code: "image-not-found",
    cause: "The AMI of the user's launch template doesn't exist, or isn't shared with the account.",
    remedy: "share it, or name another in a new version of the template",
    example: "LaunchTemplate: ami-1, in version 3 of launch template lt-1, is gone or isn't shared with this \
              account; share it, or name another in a new version of the template [image-not-found]",
};

pub const IMAGE_NOT_AVAILABLE: Explanation = Explanation {
    code: "image-not-available",
    cause: "The AMI of the user's launch template can't be launched. A warning while it is being made.",
    remedy: "name one that is available in a new version of the template",
    example: "LaunchTemplate: ami-1 is disabled; name one that is available in a new version of the template \
              [image-not-available]",
};

pub const IMAGE_ARCHITECTURE: Explanation = Explanation {
    code: "image-architecture",
    cause: "The AMI of the user's launch template is for another processor architecture than an instance type has.",
    remedy: "take another type, or an image of the type's architecture",
    example: "LaunchTemplate: ami-1 is for arm64, which m5.large is not; take another type, or an image of the \
              type's architecture [image-architecture]",
};

pub const KMS_KEY_NOT_FOUND: Explanation = Explanation {
    code: "kms-key-not-found",
    cause: "The key of the volumes doesn't exist.",
    remedy: "correct KmsKeyId",
    example: "Volume.KmsKeyId: key alias/nodes doesn't exist in this Region; correct KmsKeyId [kms-key-not-found]",
};

pub const KMS_KEY_NOT_ENABLED: Explanation = Explanation {
    code: "kms-key-not-enabled",
    cause: "The key of the volumes can't be used, since it is disabled or to be deleted.",
    remedy: "enable it, or name another",
    example: "Volume.KmsKeyId: key alias/nodes is PendingDeletion; enable it, or name another [kms-key-not-enabled]",
};

pub const KMS_NO_GRANT: Explanation = Explanation {
    code: "kms-no-grant",
    cause: "The role by which Auto Scaling launches the nodes may not use the key. A warning where the key's policy \
            couldn't be read.",
    remedy: "grant that role the key, or name it in the key's policy",
    example: "Volume.KmsKeyId: neither a grant nor the policy of key alias/nodes lets AWSServiceRoleForAutoScaling \
              use it; grant that role the key, or name it in the key's policy [kms-no-grant]",
};
