//! EC2 refuses to launch the instance with these settings.

use crate::diagnosis::error_pattern::ErrorPattern;
use crate::texts::Explanation;

pub const SIGNS: &[ErrorPattern] = &[
    ErrorPattern {
        patterns: &[
            &["invalidkmskey", "state"],
            &["kmskeyinvalidstate"],
            &["kmsinvalidstate"],
            &["kms", "pending deletion"],
            &["kms", "is disabled"],
        ],
        explanation: Explanation {
            code: "kms-key-state",
            cause: "The KMS key of the volumes is disabled or about to be deleted.",
            remedy: "Enable the key again or cancel its deletion, or name another Volume.KmsKeyId.",
            example: "Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state",
        },
    },
    ErrorPattern {
        patterns: &[&["invalidkmskey"], &["kms", "notfound"], &["kms key", "does not exist"]],
        explanation: Explanation {
            code: "kms-key-not-found",
            cause: "The KMS key of the volumes doesn't exist in this Region.",
            remedy: "Name a Volume.KmsKeyId of this Region, or leave it out for the account's default key.",
            example: "Client.InvalidKmsKeyId.NotFound: The KMS key provided was not found",
        },
    },
    ErrorPattern {
        patterns: &[
            &["client.internalerror"],
            &["client error on launch"],
            &["inaccessible", "kms key"],
            &["not authorized", "kms:"],
        ],
        explanation: Explanation {
            code: "kms-key-not-usable",
            cause: "The instance was ended at once. As a rule Auto Scaling may not use the KMS key that encrypts the \
                    volume.",
            remedy: "Let AWSServiceRoleForAutoScaling use the key of Volume.KmsKeyId, in its policy or by a grant. See \
                     https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
            example: "Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: \
                      Client.InternalError: Client error on launch",
        },
    },
    ErrorPattern {
        patterns: &[&["invalidkeypair"], &["key pair", "does not exist"]],
        explanation: Explanation {
            code: "key-pair-not-found",
            cause: "The key pair doesn't exist in this Region.",
            remedy: "Name a key pair of this Region in RemoteAccess.Ec2SshKey, or give RemoteAccess.PublicKey.",
            example: "The key pair 'my-key' does not exist. Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[&["security group", "different networks"]],
        explanation: Explanation {
            code: "security-group-other-network",
            cause: "A security group and the subnet are of different VPCs.",
            remedy: "Name SecurityGroups and RemoteAccess.SourceSecurityGroups of the cluster's VPC.",
            example: "Security group sg-0a1b and subnet subnet-0a1b belong to different networks. Launching EC2 instance \
                      failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["invalidgroup"],
            &["invalidsecuritygroupid"],
            &["security group", "does not exist"],
        ],
        explanation: Explanation {
            code: "security-group-not-found",
            cause: "A security group doesn't exist, or not in the cluster's VPC.",
            remedy: "Name SecurityGroups that exist, in the cluster's VPC; with your own LaunchTemplate, put it right \
                     there.",
            example: "The security group 'sg-0a1b' does not exist. Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[&["architecture", "does not match"]],
        explanation: Explanation {
            code: "ami-architecture",
            cause: "The AMI is made for another processor architecture than the instance type's.",
            remedy: "Make AmiType or the LaunchTemplate's AMI agree with InstanceTypes: arm64 for Graviton, x86_64 \
                     otherwise.",
            example: "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of \
                      the specified AMI. Specify an instance type and an AMI that have matching architectures, and try \
                      again.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["invalidamiid"],
            &["image id", "does not exist"],
            &["not authorized for images"],
        ],
        explanation: Explanation {
            code: "ami-not-found",
            cause: "The AMI doesn't exist in this Region, isn't shared with the account, or was withdrawn.",
            remedy: "Put an AMI of this Region and account into the LaunchTemplate, or leave it out and give AmiType; for \
                     Windows update to a new ReleaseVersion.",
            example: "The image id '[ami-0a1b]' does not exist. Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["not supported in your requested availability zone"],
            &["requested instance type", "is not supported"],
        ],
        explanation: Explanation {
            code: "instance-type-not-in-zone",
            cause: "The instance type isn't offered in the zone of a subnet.",
            remedy: "Name InstanceTypes that every zone of the Subnets offers, or leave out the subnet in that zone.",
            example: "Your requested instance type (m6g.large) is not supported in your requested Availability Zone \
                      (us-east-1e). Please retry your request by not specifying an Availability Zone or choosing \
                      us-east-1a, us-east-1b.",
        },
    },
    ErrorPattern {
        patterns: &[&["invalidinstancetype"], &["instance types do not exist"]],
        explanation: Explanation {
            code: "instance-type-not-found",
            cause: "The instance type doesn't exist in this Region.",
            remedy: "Name InstanceTypes that `aws ec2 describe-instance-type-offerings` lists for the Region.",
            example: "InvalidInstanceType - The following supplied instance types do not exist: [m9z.large]",
        },
    },
    ErrorPattern {
        patterns: &[&["invalidsubnetid"], &["subnet id", "does not exist"]],
        explanation: Explanation {
            code: "subnet-not-found",
            cause: "A subnet doesn't exist any more.",
            remedy: "Name Subnets that exist, in the cluster's VPC.",
            example: "InvalidSubnetID.NotFound - The subnet ID 'subnet-0a1b' does not exist. Launching EC2 instance \
                      failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["invalidlaunchtemplateid.versionnotfound"],
            &["launch template", "version", "does not exist"],
        ],
        explanation: Explanation {
            code: "launch-template-version-not-found",
            cause: "The version of the launch template doesn't exist any more.",
            remedy: "Name a version of the LaunchTemplate that exists.",
            example: "InvalidLaunchTemplateId.VersionNotFound - Could not find launch template version 3. Launching EC2 \
                      instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["invalidlaunchtemplate"],
            &["launch template", "does not exist"],
            &["launch template", "could not be found"],
        ],
        explanation: Explanation {
            code: "launch-template-not-found",
            cause: "The launch template doesn't exist any more.",
            remedy: "Name a LaunchTemplate that exists; if the one that EKS made is gone, have the node group made anew.",
            example: "InvalidLaunchTemplateId.NotFound - The specified launch template, with template ID lt-0a1b, does not \
                      exist.",
        },
    },
    ErrorPattern {
        patterns: &[&["invalid iam instance profile"], &["iaminstanceprofile", "invalid"]],
        explanation: Explanation {
            code: "instance-profile-not-found",
            cause: "The instance profile with the node role doesn't exist, or not yet everywhere.",
            remedy: "Deploy again some minutes later; if it stays, see that the NodeRole exists.",
            example: "Invalid IAM Instance Profile name (eks-1c2d). Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[&["smaller than snapshot"]],
        explanation: Explanation {
            code: "volume-too-small",
            cause: "The volume is smaller than the AMI's snapshot.",
            remedy: "Raise DiskSize or Volume.Size to at least what the message names.",
            example: "Volume of size 8GB is smaller than snapshot 'snap-0a1b', expect size>= 20GB. Launching EC2 instance \
                      failed.",
        },
    },
    ErrorPattern {
        patterns: &[&["invalidsnapshot"], &["snapshot", "does not exist"]],
        explanation: Explanation {
            code: "snapshot-not-found",
            cause: "A snapshot that a volume is made of doesn't exist, or isn't shared with the account.",
            remedy: "Put the LaunchTemplate's block devices right, or use an AMI whose snapshots exist.",
            example: "Client.InvalidSnapshot.NotFound: The snapshot 'snap-0a1b' does not exist.",
        },
    },
    ErrorPattern {
        patterns: &[&["invalid device name"]],
        explanation: Explanation {
            code: "device-name",
            cause: "A volume has a device name that EC2 doesn't take, or that the AMI has already.",
            remedy: "Put the LaunchTemplate's block devices right: /dev/xvda is the root on Amazon Linux.",
            example: "Invalid device name /dev/xvdzz. Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["unauthorizedoperation"],
            &["not authorized to perform"],
            &["accessdenied"],
        ],
        explanation: Explanation {
            code: "not-authorized",
            cause: "Auto Scaling may not launch the instance as it is asked for: a service control policy or a missing \
                    permission forbids it.",
            remedy: "Allow AWSServiceRoleForAutoScaling what the message names, in the organization's policies too; `aws \
                     sts decode-authorization-message` makes an encoded message readable.",
            example: "UnauthorizedOperation - You are not authorized to perform this operation. Encoded authorization \
                      failure message: AbCd. Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[&["server.internalerror"], &["internal error on launch"]],
        explanation: Explanation {
            code: "ec2-internal-error",
            cause: "Something failed within EC2 itself.",
            remedy: "Deploy again; if it stays, name other InstanceTypes or ask AWS Support.",
            example: "Termination Reason: Server.InternalError: Internal error on launch",
        },
    },
    ErrorPattern {
        patterns: &[
            &["unsupported"],
            &["requested configuration is currently not supported"],
        ],
        explanation: Explanation {
            code: "unsupported-configuration",
            cause: "The instance type can't be had with these settings, such as tenancy, placement, volume or boot mode.",
            remedy: "Name other InstanceTypes, or take out of the LaunchTemplate what the message names.",
            example: "Unsupported - The requested configuration is currently not supported. Please check the documentation \
                      for supported configurations. Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["invalidparameter"],
            &["invalidblockdevicemapping"],
            &["invalidfleetconfiguration"],
            &["invaliduserdata"],
        ],
        explanation: Explanation {
            code: "invalid-parameter",
            cause: "EC2 doesn't take one of the values.",
            remedy: "Put right what the message names, in the properties or in your LaunchTemplate.",
            example: "InvalidParameterValue - Invalid value '70000' for volumeSize. Launching EC2 instance failed.",
        },
    },
];
