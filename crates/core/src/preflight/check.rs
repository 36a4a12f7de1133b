//! Every check by its stable code, with what it is about. The texts stand by family, beside each other.

mod cluster;
mod engine;
mod instances;
mod launch;
mod name;
mod network;
mod role;
mod workload;

use super::finding::Severity;

/// What there is to know of a check.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Stable: people look for it, and it stands in brackets at the end of what they are told.
    pub code: &'static str,
    /// The gravest that it is told with.
    pub severity: Severity,
    pub cause: &'static str,
    pub remedy: &'static str,
    /// As it is told, remedy and code among it.
    pub example: &'static str,
}

/// Names each check once, so that no list of them can lack one.
macro_rules! checks {
    ($($check:ident: $entry:path,)+) => {
        /// A check that is made before anything is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check {
            $($check,)+
        }

        impl Check {
            /// In the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$check,)+];

            pub fn entry(self) -> Entry {
                match self {
                    $(Self::$check => $entry,)+
                }
            }
        }
    };
}

checks! {
    ClusterNotFound: cluster::NOT_FOUND,
    ClusterNotUsable: cluster::NOT_USABLE,
    ClusterOnOutpost: cluster::ON_OUTPOST,
    ClusterSecurityGroupGone: cluster::SECURITY_GROUP_GONE,
    VersionAhead: cluster::VERSION_AHEAD,
    VersionBehind: cluster::VERSION_BEHIND,
    Al2Version: cluster::AL2_VERSION,
    Al2Retired: cluster::AL2_RETIRED,
    WindowsIpv6: cluster::WINDOWS_IPV6,
    PublicCidrs: cluster::PUBLIC_CIDRS,
    NameTaken: name::TAKEN,
    NodeGroupsQuota: name::NODE_GROUPS_QUOTA,
    RoleNotFound: role::NOT_FOUND,
    RoleOtherAccount: role::OTHER_ACCOUNT,
    RoleTrust: role::TRUST,
    RoleIsClusterRole: role::IS_CLUSTER_ROLE,
    RoleWorkerPolicy: role::WORKER_POLICY,
    RoleRegistryPolicy: role::REGISTRY_POLICY,
    RoleCniPolicy: role::CNI_POLICY,
    RolePath: role::PATH,
    RoleShared: role::SHARED,
    ServiceLinkedRole: role::SERVICE_LINKED,
    SubnetNotFound: network::SUBNET_NOT_FOUND,
    SubnetOtherVpc: network::SUBNET_OTHER_VPC,
    SubnetsOfSeveralVpcs: network::SUBNETS_OF_SEVERAL_VPCS,
    SubnetOnOutpost: network::SUBNET_ON_OUTPOST,
    SubnetInWavelength: network::SUBNET_IN_WAVELENGTH,
    SubnetNoPublicAddress: network::SUBNET_NO_PUBLIC_ADDRESS,
    SubnetBlackhole: network::SUBNET_BLACKHOLE,
    NoWayOut: network::NO_WAY_OUT,
    PrivateEndpointOff: network::PRIVATE_ENDPOINT_OFF,
    EndpointNotAvailable: network::ENDPOINT_NOT_AVAILABLE,
    SubnetNoIpv6: network::SUBNET_NO_IPV6,
    AddressesExhausted: network::ADDRESSES_EXHAUSTED,
    AddressesShort: network::ADDRESSES_SHORT,
    DnsSupport: network::DNS_SUPPORT,
    DnsHostnames: network::DNS_HOSTNAMES,
    DhcpNoDns: network::DHCP_NO_DNS,
    InstanceTypeNotFound: instances::TYPE_NOT_FOUND,
    InstanceTypeNotOffered: instances::TYPE_NOT_OFFERED,
    ZoneWithoutInstanceType: instances::ZONE_WITHOUT_TYPE,
    InstanceTypeNotInZone: instances::TYPE_NOT_IN_ZONE,
    AmiArchitecture: instances::AMI_ARCHITECTURE,
    MixedArchitectures: instances::MIXED_ARCHITECTURES,
    AmiNeedsGpu: instances::AMI_NEEDS_GPU,
    AmiNeedsNeuron: instances::AMI_NEEDS_NEURON,
    GpuWithoutDriver: instances::GPU_WITHOUT_DRIVER,
    NeuronWithoutDriver: instances::NEURON_WITHOUT_DRIVER,
    NitroNeeded: instances::NITRO_NEEDED,
    SpotOneType: instances::SPOT_ONE_TYPE,
    TypesDifferInSize: instances::TYPES_DIFFER_IN_SIZE,
    FewPods: instances::FEW_PODS,
    VcpuQuota: instances::VCPU_QUOTA,
    NodesQuota: instances::NODES_QUOTA,
    KeyPairNotFound: launch::KEY_PAIR_NOT_FOUND,
    SecurityGroupNotFound: launch::SECURITY_GROUP_NOT_FOUND,
    SecurityGroupOtherVpc: launch::SECURITY_GROUP_OTHER_VPC,
    LaunchTemplateNotFound: launch::TEMPLATE_NOT_FOUND,
    LaunchTemplateRefused: launch::TEMPLATE_REFUSED,
    LaunchTemplateAdvice: launch::TEMPLATE_ADVICE,
    ImageNotFound: launch::IMAGE_NOT_FOUND,
    ImageNotAvailable: launch::IMAGE_NOT_AVAILABLE,
    ImageArchitecture: launch::IMAGE_ARCHITECTURE,
    KmsKeyNotFound: launch::KMS_KEY_NOT_FOUND,
    KmsKeyNotEnabled: launch::KMS_KEY_NOT_ENABLED,
    KmsNoGrant: launch::KMS_NO_GRANT,
    NoAccessEntry: workload::NO_ACCESS_ENTRY,
    KubernetesForbidden: workload::FORBIDDEN,
    KubernetesUnreachable: workload::UNREACHABLE,
    WindowsNeedsLinux: workload::WINDOWS_NEEDS_LINUX,
    NodeAccessEntryType: workload::ACCESS_ENTRY_TYPE,
    StatefulSpansZones: workload::STATEFUL_SPANS_ZONES,
    RollOutlastsTimeout: engine::ROLL_OUTLASTS_TIMEOUT,
    NotChecked: engine::NOT_CHECKED,
}
