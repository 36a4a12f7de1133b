//! What goes beyond EKS's own API: the Auto Scaling group, and what runs in the cluster.

use schemars::JsonSchema;
use serde_json::json;

use super::scalars::{Boolean, Duration, Fraction, Quantities, Text, Truth};

/// Whether, or with what.
#[derive(JsonSchema)]
#[schemars(inline, untagged)]
pub enum ClusterAutoscaler {
    Asked(Boolean),
    Tagged(Tagged),
}

#[derive(JsonSchema)]
#[schemars(inline, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Tagged {
    /// What a node has, over what the autoscaler knows of the instance type.
    #[schemars(example = json!({"ephemeral-storage": "100Gi", "nvidia.com/gpu": 4}))]
    resources: Option<Quantities>,
    /// Settings of the autoscaler for this group alone.
    options: Option<Options>,
}

/// In the autoscaler's own spelling.
#[derive(JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
pub struct Options {
    /// A node that is used less than this share of it may go.
    #[schemars(example = 0.5)]
    scaledownutilizationthreshold: Option<Fraction>,
    /// The same of a node's GPUs.
    #[schemars(example = 0.5)]
    scaledowngpuutilizationthreshold: Option<Fraction>,
    /// How long a node must have been used too little before it goes.
    #[schemars(example = &"10m")]
    scaledownunneededtime: Option<Duration>,
    /// How long a node must have been unready before it goes.
    #[schemars(example = &"1h30m")]
    scaledownunreadytime: Option<Duration>,
    /// Whether the pods of DaemonSets count for nothing in how much a node is used.
    ignoredaemonsetsutilization: Option<Truth>,
}

/// Auto Scaling's processes that a node group can do without.
#[derive(JsonSchema)]
#[schemars(inline)]
pub enum Process {
    AddToLoadBalancer,
    AlarmNotification,
    AZRebalance,
    HealthCheck,
    InstanceRefresh,
    ReplaceUnhealthy,
    ScheduledActions,
}

/// Whether, or in which version.
#[derive(JsonSchema)]
#[schemars(inline, untagged)]
pub enum DevicePlugin {
    Asked(Boolean),
    Chosen(Plugin),
}

#[derive(JsonSchema)]
#[schemars(
    inline,
    rename_all = "PascalCase",
    deny_unknown_fields,
    extend("not" = {"required": ["Version", "Image"]}),
)]
pub struct Plugin {
    /// Of NVIDIA's own image.
    #[schemars(example = &"v0.20.0")]
    version: Option<Text>,
    /// The whole reference of an image, as in a registry of your own.
    #[schemars(example = &"111122223333.dkr.ecr.eu-central-1.amazonaws.com/k8s-device-plugin:v0.20.0")]
    image: Option<Text>,
}
