//! The words that a property can be.

use schemars::JsonSchema;

#[derive(JsonSchema)]
#[schemars(inline, rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CapacityType {
    OnDemand,
    Spot,
    CapacityBlock,
}

/// In EKS's spelling, where x86 is written in small letters.
#[derive(JsonSchema)]
#[schemars(inline)]
#[allow(
    non_camel_case_types,
    clippy::upper_case_acronyms,
    reason = "the names are the words"
)]
pub enum AmiType {
    AL2_x86_64,
    AL2_x86_64_GPU,
    AL2_ARM_64,
    CUSTOM,
    BOTTLEROCKET_ARM_64,
    BOTTLEROCKET_x86_64,
    BOTTLEROCKET_ARM_64_FIPS,
    BOTTLEROCKET_x86_64_FIPS,
    BOTTLEROCKET_ARM_64_NVIDIA,
    BOTTLEROCKET_x86_64_NVIDIA,
    BOTTLEROCKET_ARM_64_NVIDIA_FIPS,
    BOTTLEROCKET_x86_64_NVIDIA_FIPS,
    WINDOWS_CORE_2019_x86_64,
    WINDOWS_FULL_2019_x86_64,
    WINDOWS_CORE_2022_x86_64,
    WINDOWS_FULL_2022_x86_64,
    WINDOWS_CORE_2025_x86_64,
    WINDOWS_FULL_2025_x86_64,
    AL2023_x86_64_STANDARD,
    AL2023_ARM_64_STANDARD,
    AL2023_x86_64_NEURON,
    AL2023_x86_64_NVIDIA,
    AL2023_ARM_64_NVIDIA,
}

#[derive(JsonSchema)]
#[schemars(inline)]
pub enum WaitFor {
    Active,
    Submitted,
    NodesReady,
}

#[derive(JsonSchema)]
#[schemars(inline)]
pub enum Preflight {
    Strict,
    Warn,
    Off,
}

#[derive(JsonSchema)]
#[schemars(inline, rename_all = "lowercase")]
pub enum VolumeType {
    Gp3,
    Gp2,
    Io2,
    Io1,
    Standard,
}

/// In Kubernetes' spelling and in EKS's.
#[derive(JsonSchema)]
#[schemars(inline)]
pub enum TaintEffect {
    NoSchedule,
    NoExecute,
    PreferNoSchedule,
    #[schemars(rename = "NO_SCHEDULE")]
    NoScheduleOfEks,
    #[schemars(rename = "NO_EXECUTE")]
    NoExecuteOfEks,
    #[schemars(rename = "PREFER_NO_SCHEDULE")]
    PreferNoScheduleOfEks,
}

#[derive(JsonSchema)]
#[schemars(inline, rename_all = "UPPERCASE")]
pub enum UpdateStrategy {
    Default,
    Minimal,
}

#[derive(JsonSchema)]
#[schemars(inline)]
pub enum RepairAction {
    Replace,
    Reboot,
    NoAction,
}

#[derive(JsonSchema)]
#[schemars(inline, rename_all = "UPPERCASE")]
pub enum PoolState {
    Stopped,
    Running,
    Hibernated,
}
