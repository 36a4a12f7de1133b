//! EC2: the content of a user's launch template, and the facts about instance types.

use aws_sdk_ec2::types::{ArchitectureType, InstanceType, InstanceTypeHypervisor, InstanceTypeInfo, NetworkInfo};

use super::errors::failed;
use super::{Aws, template_data};
use mng_core::call_error::{CallError, Fault};
use mng_core::launch_template::custom_template::CustomTemplate;
use mng_core::node::instance_type::{Accelerator, Architecture, InstanceTypeFacts};
use mng_core::node::max_pods::{NetworkFacts, Prefixes};
use mng_core::properties::spec::{LaunchTemplateIdentity, LaunchTemplateVersion};
use mng_engine::ports::{ApiRequest, Calls, DescribeInstanceTypes, DescribeLaunchTemplate};

impl Calls<DescribeLaunchTemplate> for Aws {
    async fn call(&self, request: &DescribeLaunchTemplate) -> Result<CustomTemplate, CallError> {
        let version = match request.template.version {
            LaunchTemplateVersion::Latest => "$Latest".to_owned(),
            LaunchTemplateVersion::Default => "$Default".to_owned(),
            LaunchTemplateVersion::Number(number) => number.to_string(),
        };
        let call = self.ec2().describe_launch_template_versions().versions(version);
        let call = match &request.template.identity {
            LaunchTemplateIdentity::Id(id) => call.launch_template_id(id),
            LaunchTemplateIdentity::Name(name) => call.launch_template_name(name),
        };
        let answer = call.send().await.map_err(failed(request))?;
        let found = answer.launch_template_versions().first();
        found.map(template_data::users_template).ok_or_else(|| CallError {
            action: request.action(),
            resource: request.resource(),
            fault: Fault::NotFound,
            code: "no version".to_owned(),
            message: "the launch template has no such version".to_owned(),
        })
    }
}

impl Calls<DescribeInstanceTypes> for Aws {
    async fn call(&self, request: &DescribeInstanceTypes) -> Result<Vec<InstanceTypeFacts>, CallError> {
        let types = request.names.iter().map(|name| InstanceType::from(name.as_str()));
        let call = self.ec2().describe_instance_types();
        let answer = call.set_instance_types(Some(types.collect())).send().await;
        let answer = answer.map_err(failed(request))?;
        Ok(answer.instance_types().iter().map(facts).collect())
    }
}

pub(super) fn facts(info: &InstanceTypeInfo) -> InstanceTypeFacts {
    let architectures = info
        .processor_info()
        .map_or(&[][..], |processor| processor.supported_architectures());
    let arm = architectures.contains(&ArchitectureType::Arm64);
    let nvidia = info
        .gpu_info()
        .is_some_and(|gpus| gpus.gpus().iter().any(|gpu| gpu.manufacturer() == Some("NVIDIA")));
    let accelerator = match (nvidia, info.neuron_info().is_some()) {
        (true, _) => Accelerator::Nvidia,
        (false, true) => Accelerator::Neuron,
        (false, false) => Accelerator::None,
    };
    InstanceTypeFacts {
        architecture: if arm { Architecture::Arm } else { Architecture::X86 },
        accelerator,
        network: network(info),
    }
}

/// Bare metal names no hypervisor, and the VPC CNI gives it prefixes nevertheless (amazon-vpc-cni-k8s, awsutils.go).
pub(super) fn nitro(info: &InstanceTypeInfo) -> bool {
    info.hypervisor() == Some(&InstanceTypeHypervisor::Nitro) || info.bare_metal() == Some(true)
}

/// Pods get addresses of the interfaces of the default network card only. For example, p5.48xlarge has 64 interfaces in
/// all, and two on that card.
fn network(info: &InstanceTypeInfo) -> Option<NetworkFacts> {
    let network = info.network_info()?;
    let positive = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    Some(NetworkFacts {
        interfaces: positive(interfaces(network))?,
        addresses: positive(network.ipv4_addresses_per_interface())?,
        vcpus: positive(info.v_cpu_info()?.default_v_cpus())?,
        prefixes: if nitro(info) {
            Prefixes::Supported
        } else {
            Prefixes::NotSupported
        },
    })
}

fn interfaces(network: &NetworkInfo) -> Option<i32> {
    let default = network.default_network_card_index().unwrap_or_default();
    let cards = network.network_cards().iter();
    let card = cards
        .into_iter()
        .find(|card| card.network_card_index() == Some(default));
    card.and_then(|card| card.maximum_network_interfaces())
        .or(network.maximum_network_interfaces())
}
