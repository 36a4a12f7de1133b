//! What a launch template holds, and which one.

use schemars::JsonSchema;
use serde_json::json;

use super::scalars::{Boolean, List, Text, Whole};
use super::words::VolumeType;

/// By one of the two keys.
#[derive(JsonSchema)]
#[schemars(
    rename_all = "PascalCase",
    deny_unknown_fields,
    extend("oneOf" = [{"required": ["Ec2SshKey"]}, {"required": ["PublicKey"]}]),
)]
pub struct RemoteAccess {
    /// The name of a key pair that exists.
    #[schemars(example = &"my-key", rename = "Ec2SshKey")]
    ec2_ssh_key: Option<Text>,
    /// A public key in OpenSSH's format, from which a key pair is made and removed again.
    #[schemars(
        example = &"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEBw+RbqdAvUJnK2+8mpQwT3ZfEHFqzX8OGAEMVw9j9r nodes@example.com"
    )]
    public_key: Option<Text>,
    /// Whose instances may connect. Without one the port is open to the world.
    #[schemars(example = json!(["sg-0123456789abcdef0"]), inner(pattern("^sg-")))]
    source_security_groups: Option<List<0>>,
}

/// By id or by name.
#[derive(JsonSchema)]
#[schemars(
    rename_all = "PascalCase",
    deny_unknown_fields,
    extend("oneOf" = [{"required": ["Id"]}, {"required": ["Name"]}]),
)]
pub struct LaunchTemplate {
    /// Another one replaces the group.
    #[schemars(example = &"lt-0123456789abcdef0", extend("pattern" = "^lt-"))]
    id: Option<Text>,
    /// Another one replaces the group.
    #[schemars(example = &"mine")]
    name: Option<Text>,
    /// A number, $Latest or $Default, which it is unless given. Another version rolls.
    #[schemars(example = &"3", example = &"$Latest")]
    version: Option<Text>,
}

/// A number, or what to compute one from.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum MaxPods {
    Number(Whole<1, 12_000>),
    Computed(Networking),
}

/// Computed over the instance types, by EKS's recommended calculation.
#[derive(JsonSchema)]
#[schemars(inline, rename_all = "PascalCase", deny_unknown_fields)]
pub struct Networking {
    /// Whether the VPC CNI takes prefixes in place of single addresses (ENABLE_PREFIX_DELEGATION).
    prefix_delegation: Option<Boolean>,
    /// Whether pods have subnets of their own (AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG).
    custom_networking: Option<Boolean>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Volume {
    /// In GiB.
    #[schemars(example = 50)]
    size: Option<Whole<1, 16_384>>,
    /// The kind of EBS volume; gp3 unless given.
    r#type: Option<VolumeType>,
    /// Needed with io1 and io2, at least 3000 with gp3, and not to be had with the others.
    #[schemars(example = 4000)]
    iops: Option<Whole<100, 256_000>>,
    /// In MiB a second, with gp3 alone.
    #[schemars(example = 200)]
    throughput: Option<Whole<125, 2_000>>,
    /// Whether it is encrypted. Not given, the account's setting decides.
    encrypted: Option<Boolean>,
    /// Which key it is encrypted with; not given, the account's default.
    #[schemars(example = &"arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-1234-5678-9abc-0a1b2c3d4e5f")]
    kms_key_id: Option<Text>,
}
