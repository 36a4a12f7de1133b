//! EC2: what a launch template's version is, and what an instance type needs.

use aws_sdk_ec2::types::{ArchitectureType, InstanceType, InstanceTypeInfo};

use super::Aws;
use super::errors::call_error;
use crate::nodegroup::image::{Accelerator, Architecture, InstanceTypeFacts};
use crate::nodegroup::spec::{LaunchTemplate, LaunchTemplateIdentity, LaunchTemplateVersion};
use crate::ports::{CallError, Fault};

impl Aws {
    pub(super) async fn describe_launch_template_version(
        &self,
        template: &LaunchTemplate,
    ) -> Result<String, CallError> {
        const ACTION: &str = "ec2:DescribeLaunchTemplateVersions";
        let resource = template.identity.as_str();
        let version = match template.version {
            LaunchTemplateVersion::Latest => "$Latest".to_owned(),
            LaunchTemplateVersion::Default => "$Default".to_owned(),
            LaunchTemplateVersion::Number(number) => number.to_string(),
        };
        let call = self.ec2().describe_launch_template_versions().versions(version);
        let call = match &template.identity {
            LaunchTemplateIdentity::Id(id) => call.launch_template_id(id),
            LaunchTemplateIdentity::Name(name) => call.launch_template_name(name),
        };
        let answer = call
            .send()
            .await
            .map_err(|error| call_error(ACTION, resource, &error))?;
        let number = answer
            .launch_template_versions()
            .first()
            .and_then(|version| version.version_number());
        number.map(|number| number.to_string()).ok_or_else(|| CallError {
            action: ACTION,
            resource: resource.to_owned(),
            fault: Fault::NotFound,
            code: "no version".to_owned(),
            message: "the launch template has no such version".to_owned(),
        })
    }

    pub(super) async fn describe_instance_types(&self, names: &[String]) -> Result<Vec<InstanceTypeFacts>, CallError> {
        let types: Vec<InstanceType> = names.iter().map(|name| InstanceType::from(name.as_str())).collect();
        let answer = self
            .ec2()
            .describe_instance_types()
            .set_instance_types(Some(types))
            .send()
            .await;
        let answer = answer.map_err(|error| call_error("ec2:DescribeInstanceTypes", names.join(","), &error))?;
        Ok(answer.instance_types().iter().map(facts).collect())
    }
}

fn facts(info: &InstanceTypeInfo) -> InstanceTypeFacts {
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
    }
}
