//! There is no room: EC2's capacity, the account's quotas, the subnet's addresses.

use crate::diagnosis::error_pattern::ErrorPattern;
use crate::texts::Explanation;

pub const SIGNS: &[ErrorPattern] = &[
    ErrorPattern {
        patterns: &[&["maxspotinstancecountexceeded"], &["max spot instance count exceeded"]],
        explanation: Explanation {
            code: "spot-quota",
            cause: "The account may not run any more Spot instances: its Spot quota is used up.",
            remedy: "Have the Spot request quota of the instance family raised in Service Quotas, or set CapacityType to \
                     ON_DEMAND.",
            example: "Could not launch Spot Instances. MaxSpotInstanceCountExceeded - Max spot instance count exceeded. \
                      Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["spotmaxpricetoolow"],
            &["spot", "price", "lower than the minimum required"],
        ],
        explanation: Explanation {
            code: "spot-price-too-low",
            cause: "The highest price that the launch template bids is below what Spot costs now.",
            remedy: "Take the highest price out of the LaunchTemplate: then it is the on-demand price.",
            example: "SpotMaxPriceTooLow - Your Spot request price of 0.01 is lower than the minimum required Spot request \
                      fulfillment price of 0.0335. Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["unfulfillablecapacity"],
            &["no spot capacity"],
            &["could not launch spot", "insufficientinstancecapacity"],
        ],
        explanation: Explanation {
            code: "spot-capacity",
            cause: "EC2 has no Spot instances left of these types in these zones.",
            remedy: "Name more InstanceTypes of like size, or Subnets in more zones, or set CapacityType to ON_DEMAND.",
            example: "Could not launch Spot Instances. InsufficientInstanceCapacity - There is no Spot capacity available \
                      that matches your request. Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[&["reservationcapacityexceeded"], &["capacity reservation", "exceed"]],
        explanation: Explanation {
            code: "reservation-full",
            cause: "The capacity reservation or capacity block has fewer free instances than are asked for, or isn't \
                    active now.",
            remedy: "Lower ScalingConfig to what is reserved, or wait until the capacity block begins.",
            example: "ReservationCapacityExceeded - Requested instance count exceeds the available capacity of the \
                      Capacity Reservation. Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["insufficientinstancecapacity"],
            &["do not have sufficient", "capacity"],
            &["insufficient capacity"],
        ],
        explanation: Explanation {
            code: "instance-capacity",
            cause: "EC2 has no instances left of this type in this zone.",
            remedy: "Name more or other InstanceTypes, or Subnets in the zones that the message names, or deploy again \
                     later.",
            example: "Could not launch On-Demand Instances. InsufficientInstanceCapacity - We currently do not have \
                      sufficient p4d.24xlarge capacity in the Availability Zone you requested (us-east-1a). Launching EC2 \
                      instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["vcpulimitexceeded"],
            &["more vcpu capacity than your current vcpu limit"],
        ],
        explanation: Explanation {
            code: "vcpu-quota",
            cause: "The account may not run any more vCPUs of this instance family: its quota is used up.",
            remedy: "Have the on-demand quota of the family raised in Service Quotas, lower ScalingConfig, or name \
                     InstanceTypes of another family.",
            example: "Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity than \
                      your current vCPU limit of 32 allows for the instance bucket that the specified instance type \
                      belongs to.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["securitygroupsperinstancelimitexceeded"],
            &["securitygroupsperinterfacelimitexceeded"],
        ],
        explanation: Explanation {
            code: "security-group-limit",
            cause: "An instance may not have so many security groups.",
            remedy: "Name fewer SecurityGroups: by default five are allowed, the cluster's own among them.",
            example: "SecurityGroupsPerInstanceLimitExceeded - The maximum number of security groups per instance has been \
                      reached.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["instancelimitexceeded"],
            &["requested more instances", "than your current instance limit"],
        ],
        explanation: Explanation {
            code: "instance-quota",
            cause: "The account may not run any more instances of this type: its quota is used up.",
            remedy: "Have the quota raised in Service Quotas, lower ScalingConfig, or name other InstanceTypes.",
            example: "InstanceLimitExceeded - You have requested more instances (5) than your current instance limit of 4 \
                      allows for the specified instance type.",
        },
    },
    ErrorPattern {
        patterns: &[&["maxfleetcountexceeded"], &["quota for maximum fleet requests"]],
        explanation: Explanation {
            code: "fleet-quota",
            cause: "The account may make no more fleet requests. On a young account AWS says so of one that it has not \
                    released yet.",
            remedy: "Start an instance by hand once to see whether the account is released; otherwise ask AWS Support.",
            example: "You've reached your quota for maximum Fleet Requests for this account. Launching EC2 instance \
                      failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["pendingverification"],
            &["account is currently blocked"],
            &["accessing resources in this region is being validated"],
            &["optinrequired"],
        ],
        explanation: Explanation {
            code: "account-not-released",
            cause: "AWS hasn't released the account for EC2 in this Region, or has blocked it.",
            remedy: "Wait for AWS's mail, enable the Region for the account, or ask AWS Support.",
            example: "PendingVerification - Your request for accessing resources in this region is being validated, and \
                      you will not be able to launch additional resources in this region until the validation is complete.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["insufficientfreeaddresses"],
            &["not enough free addresses"],
            &["insufficient free addresses"],
        ],
        explanation: Explanation {
            code: "subnet-addresses",
            cause: "The subnet has no free address left for a further instance.",
            remedy: "Free addresses, or name further or larger Subnets.",
            example: "InsufficientFreeAddressesInSubnet - There are not enough free addresses in subnet 'subnet-0a1b' to \
                      satisfy the requested number of instances. Launching EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[&["networkinterfacelimitexceeded"], &["attachmentlimitexceeded"]],
        explanation: Explanation {
            code: "network-interface-quota",
            cause: "The account has as many network interfaces in this Region as its quota allows.",
            remedy: "Delete network interfaces that nothing uses, or have the VPC quota raised.",
            example: "NetworkInterfaceLimitExceeded - The maximum number of network interfaces has been reached. Launching \
                      EC2 instance failed.",
        },
    },
    ErrorPattern {
        patterns: &[
            &["volumelimitexceeded"],
            &["maxiopslimitexceeded"],
            &["maximum number of active volumes"],
        ],
        explanation: Explanation {
            code: "volume-quota",
            cause: "The account's EBS quota for this volume type is used up.",
            remedy: "Have the EBS storage or IOPS quota raised, lower DiskSize or Volume.Iops, or choose another \
                     Volume.Type.",
            example: "Client.VolumeLimitExceeded: Volume limit exceeded",
        },
    },
    ErrorPattern {
        patterns: &[
            &["requestlimitexceeded"],
            &["request limit exceeded"],
            &["rate exceeded"],
        ],
        explanation: Explanation {
            code: "throttled",
            cause: "EC2 answered Auto Scaling that there were too many calls at once.",
            remedy: "Deploy again some minutes later; fewer stacks at a time help.",
            example: "RequestLimitExceeded - Request limit exceeded. Launching EC2 instance failed.",
        },
    },
];
