//! Renders a recipe to the data of a launch template, in EC2's own names.

use serde::Serialize;

use super::recipe::Recipe;
use crate::node::ami_type::OperatingSystem;
use crate::node::user_data::{Bootstrap, user_data};
use crate::properties::spec::{BlockPodImds, Encryption, Volume};

/// EC2's type of general purpose, which costs less than gp2 at the same speed.
const DEFAULT_VOLUME_TYPE: &str = "gp3";

/// A pod's network namespace adds one hop, so a limit of one hop ends at the node. Only IMDSv2 tokens count hops, so
/// the template requires tokens (EC2 user guide, "Configure the instance metadata options").
const HOPS_TO_THE_NODE: i32 = 1;
const HOPS_TO_A_POD: i32 = 2;

/// `LaunchTemplateData`. The user data is not encoded in base64 yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Content {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_name: Option<String>,
    pub security_group_ids: Vec<String>,
    pub metadata_options: MetadataOptions,
    pub block_device_mappings: Vec<BlockDevice>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tag_specifications: Vec<TagSpecification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_data: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MetadataOptions {
    pub http_tokens: &'static str,
    pub http_put_response_hop_limit: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BlockDevice {
    pub device_name: &'static str,
    pub ebs: Ebs,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Ebs {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume_size: Option<i32>,
    pub volume_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms_key_id: Option<String>,
    pub delete_on_termination: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagSpecification {
    pub resource_type: &'static str,
    pub tags: Vec<Tag>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    pub key: String,
    pub value: String,
}

impl Content {
    /// Renders a recipe.
    ///
    /// # Errors
    /// The user's part of the user data cannot be used. Validation has reported this before.
    pub fn new(recipe: &Recipe) -> Result<Self, String> {
        let bootstrap = Bootstrap {
            os: recipe.os,
            max_pods: recipe.max_pods,
            node_labels: &recipe.labels,
            own: recipe.user_data.as_deref(),
        };
        Ok(Self {
            instance_type: recipe.instance_type.clone(),
            key_name: recipe.key_name.clone(),
            security_group_ids: recipe.security_groups.clone(),
            metadata_options: metadata_options(recipe.block_pod_imds),
            block_device_mappings: block_devices(recipe.os, &recipe.volume),
            tag_specifications: tag_specifications(recipe),
            user_data: user_data(&bootstrap).map_err(|problem| format!("UserData: {problem}"))?,
        })
    }
}

fn metadata_options(block_pod_imds: BlockPodImds) -> MetadataOptions {
    MetadataOptions {
        http_tokens: "required",
        http_put_response_hop_limit: match block_pod_imds {
            BlockPodImds::Yes => HOPS_TO_THE_NODE,
            BlockPodImds::No => HOPS_TO_A_POD,
        },
    }
}

/// Bottlerocket keeps its system on the first volume and everything that grows on the second, so the size is the second's,
/// and encryption is both's.
fn block_devices(os: OperatingSystem, volume: &Volume) -> Vec<BlockDevice> {
    let device = |device_name, ebs| BlockDevice { device_name, ebs };
    match os {
        OperatingSystem::AmazonLinux2 | OperatingSystem::AmazonLinux2023 => vec![device("/dev/xvda", ebs(volume, os))],
        OperatingSystem::Windows => vec![device("/dev/sda1", ebs(volume, os))],
        OperatingSystem::Bottlerocket => {
            let system = Volume {
                encryption: volume.encryption.clone(),
                ..Volume::default()
            };
            let of_the_image = Ebs {
                volume_size: None,
                ..ebs(&system, os)
            };
            vec![device("/dev/xvda", of_the_image), device("/dev/xvdb", ebs(volume, os))]
        }
    }
}

fn ebs(volume: &Volume, os: OperatingSystem) -> Ebs {
    let (encrypted, kms_key_id) = match &volume.encryption {
        Encryption::Unstated => (None, None),
        Encryption::Off => (Some(false), None),
        Encryption::On { kms_key } => (Some(true), kms_key.clone()),
    };
    Ebs {
        volume_size: Some(volume.size.unwrap_or(os.default_disk())),
        volume_type: volume.kind.clone().unwrap_or_else(|| DEFAULT_VOLUME_TYPE.to_owned()),
        iops: volume.iops,
        throughput: volume.throughput,
        encrypted,
        kms_key_id,
        delete_on_termination: true,
    }
}

fn tag_specifications(recipe: &Recipe) -> Vec<TagSpecification> {
    if recipe.tags.is_empty() {
        return vec![];
    }
    let tag = |(key, value): (&String, &String)| Tag {
        key: key.clone(),
        value: value.clone(),
    };
    let specification = |resource_type| TagSpecification {
        resource_type,
        tags: recipe.tags.iter().map(tag).collect(),
    };
    ["instance", "volume", "network-interface"].map(specification).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn recipe(os: OperatingSystem) -> Recipe {
        Recipe {
            os,
            instance_type: None,
            key_name: None,
            security_groups: vec!["sg-cluster".to_owned()],
            block_pod_imds: BlockPodImds::No,
            volume: Volume::default(),
            tags: [].into(),
            max_pods: None,
            labels: [].into(),
            user_data: None,
        }
    }

    #[track_caller]
    fn check(recipe: &Recipe, expected: &Value) {
        assert_eq!(serde_json::to_value(Content::new(recipe).unwrap()).unwrap(), *expected);
    }

    #[test]
    fn nothing_asked_for_is_what_eks_does_but_with_tokens() {
        let disk = json!({"VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": true});
        let expected = json!({
            "SecurityGroupIds": ["sg-cluster"], "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
            "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": disk}],
        });
        check(&recipe(OperatingSystem::AmazonLinux2023), &expected);
        check(&recipe(OperatingSystem::AmazonLinux2), &expected);
    }

    #[test]
    fn everything_asked_for_is_there() {
        let full = Recipe {
            instance_type: Some("m5.large".to_owned()),
            key_name: Some("k".to_owned()),
            block_pod_imds: BlockPodImds::Yes,
            tags: [("team".to_owned(), "blue".to_owned())].into(),
            volume: Volume {
                size: Some(80),
                kind: Some("io2".to_owned()),
                iops: Some(4000),
                throughput: None,
                encryption: Encryption::On {
                    kms_key: Some("key".to_owned()),
                },
            },
            ..recipe(OperatingSystem::Bottlerocket)
        };
        let tags = json!([{"Key": "team", "Value": "blue"}]);
        check(
            &full,
            &json!({
                "InstanceType": "m5.large", "KeyName": "k", "SecurityGroupIds": ["sg-cluster"],
                "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
                "BlockDeviceMappings": [
                    {"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp3", "Encrypted": true, "KmsKeyId": "key",
                     "DeleteOnTermination": true}},
                    {"DeviceName": "/dev/xvdb", "Ebs": {"VolumeSize": 80, "VolumeType": "io2", "Iops": 4000, "Encrypted": true,
                     "KmsKeyId": "key", "DeleteOnTermination": true}},
                ],
                "TagSpecifications": [
                    {"ResourceType": "instance", "Tags": tags}, {"ResourceType": "volume", "Tags": tags},
                    {"ResourceType": "network-interface", "Tags": tags},
                ],
            }),
        );
    }

    #[test]
    fn windows_has_its_own_disk() {
        let content = Content::new(&recipe(OperatingSystem::Windows)).unwrap();
        let device = &content.block_device_mappings[0];
        assert_eq!((device.device_name, device.ebs.volume_size), ("/dev/sda1", Some(50)));
    }
}
