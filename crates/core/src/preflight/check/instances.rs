//! The instance types and the image that they boot.

use crate::texts::Explanation;

pub const TYPE_NOT_FOUND: Explanation = Explanation {
    code: "instance-type-not-found",
    cause: "EC2 doesn't know an instance type in the Region.",
    remedy: "correct the name, or take another type",
    example: "InstanceTypes: EC2 has no such type in this Region: m9.huge; correct the name, or take another type \
              [instance-type-not-found]",
};

pub const TYPE_NOT_OFFERED: Explanation = Explanation {
    code: "instance-type-not-offered",
    cause: "An instance type is offered in no zone of the subnets. A warning beside types that are.",
    remedy: "take another type, or subnets in other zones",
    example: "InstanceTypes: in no zone of the subnets, us-east-1a, us-east-1b, EC2 offers m5.large; take another \
              type, or subnets in other zones [instance-type-not-offered]",
};

pub const ZONE_WITHOUT_TYPE: Explanation = Explanation {
    code: "zone-without-instance-type",
    cause: "In a zone of the subnets none of the instance types is offered.",
    remedy: "leave those subnets out, or add a type",
    example: "InstanceTypes: EC2 offers m5.large nowhere in us-east-1b (subnet-2); leave those subnets out, or add a \
              type [zone-without-instance-type]",
};

pub const TYPE_NOT_IN_ZONE: Explanation = Explanation {
    code: "instance-type-not-in-zone",
    cause: "In a zone of the subnets some of the instance types aren't offered.",
    remedy: "see that the others suffice there",
    example: "InstanceTypes: not every type is offered in every zone of the subnets: EC2 has no m6i.large in \
              us-east-1b; see that the others suffice there [instance-type-not-in-zone]",
};

pub const AMI_ARCHITECTURE: Explanation = Explanation {
    code: "ami-architecture",
    cause: "The AMI type is for another processor architecture than an instance type has.",
    remedy: "leave AmiType out, or take that of the other architecture",
    example: "AmiType: AL2023_ARM_64_STANDARD doesn't boot on m5.large, which is of another architecture; leave \
              AmiType out, or take that of the other architecture [ami-architecture]",
};

pub const MIXED_ARCHITECTURES: Explanation = Explanation {
    code: "mixed-architectures",
    cause: "The instance types are of different processor architectures.",
    remedy: "make a node group of each",
    example: "InstanceTypes: one group runs one image, and of these some are x86_64 (m5.large), others arm64 \
              (m7g.large); make a node group of each [mixed-architectures]",
};

pub const AMI_NEEDS_GPU: Explanation = Explanation {
    code: "ami-needs-gpu",
    cause: "The AMI type is for NVIDIA GPUs, and an instance type has none.",
    remedy: "leave AmiType out, or take types with GPUs",
    example: "AmiType: AL2023_x86_64_NVIDIA is for types with NVIDIA GPUs, which m5.large has not; leave AmiType \
              out, or take types with GPUs [ami-needs-gpu]",
};

pub const AMI_NEEDS_NEURON: Explanation = Explanation {
    code: "ami-needs-neuron",
    cause: "The AMI type is for AWS Neuron devices, and an instance type has none.",
    remedy: "leave AmiType out, or take inf or trn types",
    example: "AmiType: AL2023_x86_64_NEURON is for types with AWS Inferentia or Trainium, which m5.large has not; \
              leave AmiType out, or take inf or trn types [ami-needs-neuron]",
};

pub const GPU_WITHOUT_DRIVER: Explanation = Explanation {
    code: "gpu-without-driver",
    cause: "An instance type has NVIDIA GPUs, and the AMI type no driver for them.",
    remedy: "leave AmiType out, or take an NVIDIA one",
    example: "AmiType: AL2023_x86_64_STANDARD has no NVIDIA driver, so that the GPUs of g5.xlarge lie idle; leave \
              AmiType out, or take an NVIDIA one [gpu-without-driver]",
};

pub const NEURON_WITHOUT_DRIVER: Explanation = Explanation {
    code: "neuron-without-driver",
    cause: "An instance type has AWS Neuron devices, and the AMI type no driver for them.",
    remedy: "leave AmiType out, or take AL2023_x86_64_NEURON",
    example: "AmiType: AL2023_x86_64_STANDARD has no Neuron driver, so that the accelerators of inf2.xlarge lie \
              idle; leave AmiType out, or take AL2023_x86_64_NEURON [neuron-without-driver]",
};

pub const NITRO_NEEDED: Explanation = Explanation {
    code: "nitro-needed",
    cause: "The cluster is an IPv6 one, and an instance type isn't built on Nitro.",
    remedy: "take types built on Nitro",
    example: "InstanceTypes: cluster prod is an IPv6 one, and m4.large isn't built on Nitro; take types built on \
              Nitro [nitro-needed]",
};

pub const SPOT_ONE_TYPE: Explanation = Explanation {
    code: "spot-one-type",
    cause: "A spot group has one instance type.",
    remedy: "add types of the same size",
    example: "InstanceTypes: m5.large is the only type, and spot capacity of one type runs out at once; add types of \
              the same size [spot-one-type]",
};

pub const TYPES_DIFFER_IN_SIZE: Explanation = Explanation {
    code: "types-differ-in-size",
    cause: "The instance types have different vCPUs or memory.",
    remedy: "take types of one size, or no Cluster Autoscaler",
    example: "InstanceTypes: m5.large (2 vCPUs, 8 GiB) and m5.xlarge (4 vCPUs, 16 GiB) differ in size, and the \
              Cluster Autoscaler computes with one of them for all; take types of one size, or no Cluster Autoscaler \
              [types-differ-in-size]",
};

pub const FEW_PODS: Explanation = Explanation {
    code: "few-pods",
    cause: "An instance type has addresses for fewer than 8 pods, most of which are the system's.",
    remedy: "take a larger type, or prefix delegation",
    example: "InstanceTypes: few pods find room on a node beside the system's own: t3.micro (4); take a larger type, \
              or prefix delegation [few-pods]",
};

pub const VCPU_QUOTA: Explanation = Explanation {
    code: "vcpu-quota",
    cause: "The nodes at first take more vCPUs than the account's quota for the family of types allows.",
    remedy: "have it raised in Service Quotas, or lower DesiredSize",
    example: "InstanceTypes: 3 nodes of m5.large take 6 vCPUs, and quota L-1216C47A allows 5 in all; have it raised \
              in Service Quotas, or lower DesiredSize [vcpu-quota]",
};

pub const NODES_QUOTA: Explanation = Explanation {
    code: "nodes-quota",
    cause: "MaxSize is over the account's quota of nodes in a managed node group.",
    remedy: "lower MaxSize, or have the quota raised in Service Quotas",
    example: "ScalingConfig: MaxSize is 500, and quota L-BD136A63 allows 450 nodes in a group; lower MaxSize, or \
              have the quota raised in Service Quotas [nodes-quota]",
};
