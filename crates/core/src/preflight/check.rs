//! Every preflight check, with its severity and its explanation. The explanations stand in one file for each family.

mod cluster;
mod engine;
mod instances;
mod launch;
mod name;
mod network;
mod role;
mod workload;

use super::finding::Severity;
use crate::texts::Explanation;

/// Names each check once, so that no list of checks can miss one.
macro_rules! checks {
    ($($check:ident: $severity:ident $explanation:path,)+) => {
        /// A check that the function makes before it changes anything.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $($check,)+
        }

        impl Check {
            /// In the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$check,)+];

            /// The gravest severity that a finding of this check has.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$check => Severity::$severity,)+
                }
            }

            /// Code, cause, remedy and example, as the documentation shows them.
            pub fn explanation(self) -> Explanation {
                match self {
                    $(Self::$check => $explanation,)+
                }
            }
        }
    };
}

checks! {
    ClusterNotFound: Error cluster::NOT_FOUND,
    ClusterNotUsable: Error cluster::NOT_USABLE,
    ClusterOnOutpost: Error cluster::ON_OUTPOST,
    ClusterSecurityGroupGone: Error cluster::SECURITY_GROUP_GONE,
    VersionAhead: Error cluster::VERSION_AHEAD,
    VersionBehind: Error cluster::VERSION_BEHIND,
    Al2Version: Error cluster::AL2_VERSION,
    Al2Retired: Warning cluster::AL2_RETIRED,
    WindowsIpv6: Error cluster::WINDOWS_IPV6,
    PublicCidrs: Warning cluster::PUBLIC_CIDRS,
    NameTaken: Error name::TAKEN,
    NodeGroupsQuota: Error name::NODE_GROUPS_QUOTA,
    RoleNotFound: Error role::NOT_FOUND,
    RoleOtherAccount: Error role::OTHER_ACCOUNT,
    RoleTrust: Error role::TRUST,
    RoleIsClusterRole: Error role::IS_CLUSTER_ROLE,
    RoleWorkerPolicy: Error role::WORKER_POLICY,
    RoleRegistryPolicy: Error role::REGISTRY_POLICY,
    RoleCniPolicy: Warning role::CNI_POLICY,
    RolePath: Warning role::PATH,
    RoleShared: Warning role::SHARED,
    ServiceLinkedRole: Warning role::SERVICE_LINKED,
    SubnetNotFound: Error network::SUBNET_NOT_FOUND,
    SubnetOtherVpc: Error network::SUBNET_OTHER_VPC,
    SubnetsOfSeveralVpcs: Error network::SUBNETS_OF_SEVERAL_VPCS,
    SubnetOnOutpost: Error network::SUBNET_ON_OUTPOST,
    SubnetInWavelength: Error network::SUBNET_IN_WAVELENGTH,
    SubnetNoPublicAddress: Error network::SUBNET_NO_PUBLIC_ADDRESS,
    SubnetBlackhole: Error network::SUBNET_BLACKHOLE,
    NoWayOut: Error network::NO_WAY_OUT,
    PrivateEndpointOff: Error network::PRIVATE_ENDPOINT_OFF,
    EndpointNotAvailable: Warning network::ENDPOINT_NOT_AVAILABLE,
    SubnetNoIpv6: Error network::SUBNET_NO_IPV6,
    AddressesExhausted: Error network::ADDRESSES_EXHAUSTED,
    AddressesShort: Warning network::ADDRESSES_SHORT,
    DnsSupport: Error network::DNS_SUPPORT,
    DnsHostnames: Warning network::DNS_HOSTNAMES,
    DhcpNoDns: Warning network::DHCP_NO_DNS,
    InstanceTypeNotFound: Error instances::TYPE_NOT_FOUND,
    InstanceTypeNotOffered: Error instances::TYPE_NOT_OFFERED,
    ZoneWithoutInstanceType: Error instances::ZONE_WITHOUT_TYPE,
    InstanceTypeNotInZone: Warning instances::TYPE_NOT_IN_ZONE,
    AmiArchitecture: Error instances::AMI_ARCHITECTURE,
    MixedArchitectures: Error instances::MIXED_ARCHITECTURES,
    AmiNeedsGpu: Error instances::AMI_NEEDS_GPU,
    AmiNeedsNeuron: Error instances::AMI_NEEDS_NEURON,
    GpuWithoutDriver: Warning instances::GPU_WITHOUT_DRIVER,
    NeuronWithoutDriver: Warning instances::NEURON_WITHOUT_DRIVER,
    NitroNeeded: Error instances::NITRO_NEEDED,
    SpotOneType: Warning instances::SPOT_ONE_TYPE,
    TypesDifferInSize: Warning instances::TYPES_DIFFER_IN_SIZE,
    FewPods: Warning instances::FEW_PODS,
    VcpuQuota: Error instances::VCPU_QUOTA,
    NodesQuota: Error instances::NODES_QUOTA,
    KeyPairNotFound: Error launch::KEY_PAIR_NOT_FOUND,
    SecurityGroupNotFound: Error launch::SECURITY_GROUP_NOT_FOUND,
    SecurityGroupOtherVpc: Error launch::SECURITY_GROUP_OTHER_VPC,
    LaunchTemplateNotFound: Error launch::TEMPLATE_NOT_FOUND,
    LaunchTemplateRefused: Error launch::TEMPLATE_REFUSED,
    LaunchTemplateAdvice: Warning launch::TEMPLATE_ADVICE,
    ImageNotFound: Error launch::IMAGE_NOT_FOUND,
    ImageNotAvailable: Error launch::IMAGE_NOT_AVAILABLE,
    ImageArchitecture: Error launch::IMAGE_ARCHITECTURE,
    KmsKeyNotFound: Error launch::KMS_KEY_NOT_FOUND,
    KmsKeyNotEnabled: Error launch::KMS_KEY_NOT_ENABLED,
    KmsNoGrant: Error launch::KMS_NO_GRANT,
    NoAccessEntry: Error workload::NO_ACCESS_ENTRY,
    KubernetesForbidden: Error workload::FORBIDDEN,
    KubernetesUnreachable: Error workload::UNREACHABLE,
    WindowsNeedsLinux: Error workload::WINDOWS_NEEDS_LINUX,
    NodeAccessEntryType: Error workload::ACCESS_ENTRY_TYPE,
    StatefulSpansZones: Warning workload::STATEFUL_SPANS_ZONES,
    RollOutlastsTimeout: Warning engine::ROLL_OUTLASTS_TIMEOUT,
    NotChecked: Warning engine::NOT_CHECKED,
}
