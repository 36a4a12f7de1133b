//! Launch template data: from core's content to EC2's, and from a user's template to the settings that matter.

use aws_sdk_ec2::types::{
    InstanceType, LaunchTemplateBlockDeviceMappingRequest, LaunchTemplateEbsBlockDeviceRequest,
    LaunchTemplateHttpTokensState, LaunchTemplateInstanceMetadataOptionsRequest, LaunchTemplateTagSpecificationRequest,
    LaunchTemplateVersion, MarketType, RequestLaunchTemplateData, ResourceType, ResponseLaunchTemplateData, Tag,
    VolumeType,
};
use aws_smithy_types::base64;

use mng_core::launch_template::content::{BlockDevice, Content, MetadataOptions, TagSpecification};
use mng_core::launch_template::custom_template::{CustomTemplate, TemplateSetting};

/// The data of a version.
pub fn request(content: &Content) -> RequestLaunchTemplateData {
    let devices = content.block_device_mappings.iter().map(block_device).collect();
    let tags: Vec<_> = content.tag_specifications.iter().map(tag_specification).collect();
    RequestLaunchTemplateData::builder()
        .set_instance_type(content.instance_type.as_deref().map(InstanceType::from))
        .set_key_name(content.key_name.clone())
        .set_security_group_ids(Some(content.security_group_ids.clone()))
        .metadata_options(metadata_options(content.metadata_options))
        .set_block_device_mappings(Some(devices))
        .set_tag_specifications((!tags.is_empty()).then_some(tags))
        .set_user_data(content.user_data.as_ref().map(base64::encode))
        .build()
}

/// A version of a user's template.
pub fn users_template(version: &LaunchTemplateVersion) -> CustomTemplate {
    let mut template = CustomTemplate {
        id: version.launch_template_id().unwrap_or_default().to_owned(),
        version: version.version_number().unwrap_or_default(),
        ..CustomTemplate::default()
    };
    let Some(data) = version.launch_template_data() else {
        return template;
    };
    let metadata = data.metadata_options();
    template.image_id = data.image_id().map(str::to_owned);
    template.instance_type = data.instance_type().map(|kind| kind.as_str().to_owned());
    template.user_data = data.user_data().map(decoded);
    template.security_groups = data.security_group_ids().iter().cloned().collect();
    for interface in data.network_interfaces() {
        template.security_groups.extend(interface.groups().iter().cloned());
    }
    template.network_interfaces = data.network_interfaces().len();
    template.http_tokens = metadata.and_then(|options| Some(options.http_tokens()?.as_str().to_owned()));
    template.hop_limit = metadata.and_then(|options| options.http_put_response_hop_limit());
    template.settings = settings(data).into_iter().flatten().collect();
    template
}

fn settings(data: &ResponseLaunchTemplateData) -> [Option<TemplateSetting>; 5] {
    let market = data.instance_market_options().and_then(|options| options.market_type());
    let market = match market {
        Some(MarketType::Spot) => Some(TemplateSetting::Spot),
        Some(MarketType::CapacityBlock) => Some(TemplateSetting::CapacityBlock),
        _ => None,
    };
    let has_subnet = data
        .network_interfaces()
        .iter()
        .any(|interface| interface.subnet_id().is_some());
    let hibernates = data.hibernation_options().and_then(|options| options.configured()) == Some(true);
    let when = |there: bool, setting| there.then_some(setting);
    [
        market,
        when(has_subnet, TemplateSetting::Subnet),
        when(data.iam_instance_profile().is_some(), TemplateSetting::InstanceProfile),
        when(hibernates, TemplateSetting::Hibernation),
        when(
            data.instance_initiated_shutdown_behavior().is_some(),
            TemplateSetting::ShutdownBehavior,
        ),
    ]
}

/// User data that is not base64, or not text, says nothing about max pods.
fn decoded(user_data: &str) -> String {
    let bytes = base64::decode(user_data).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn metadata_options(options: MetadataOptions) -> LaunchTemplateInstanceMetadataOptionsRequest {
    LaunchTemplateInstanceMetadataOptionsRequest::builder()
        .http_tokens(LaunchTemplateHttpTokensState::from(options.http_tokens))
        .http_put_response_hop_limit(options.http_put_response_hop_limit)
        .build()
}

fn block_device(device: &BlockDevice) -> LaunchTemplateBlockDeviceMappingRequest {
    let ebs = &device.ebs;
    let request = LaunchTemplateEbsBlockDeviceRequest::builder()
        .set_volume_size(ebs.volume_size)
        .volume_type(VolumeType::from(ebs.volume_type.as_str()))
        .set_iops(ebs.iops)
        .set_throughput(ebs.throughput)
        .set_encrypted(ebs.encrypted)
        .set_kms_key_id(ebs.kms_key_id.clone())
        .delete_on_termination(ebs.delete_on_termination);
    LaunchTemplateBlockDeviceMappingRequest::builder()
        .device_name(device.device_name)
        .ebs(request.build())
        .build()
}

fn tag_specification(specification: &TagSpecification) -> LaunchTemplateTagSpecificationRequest {
    let tags = specification.tags.iter();
    let tags = tags.map(|tag| Tag::builder().key(&tag.key).value(&tag.value).build());
    LaunchTemplateTagSpecificationRequest::builder()
        .resource_type(ResourceType::from(specification.resource_type))
        .set_tags(Some(tags.collect()))
        .build()
}
