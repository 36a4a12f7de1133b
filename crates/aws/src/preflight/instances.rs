//! EC2 and Service Quotas: instance types and their offers, quotas, key pairs and images.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{ArchitectureValues, Image as Ec2Image, InstanceTypeInfo, LocationType};
use futures_util::future::try_join_all;

use super::super::errors::call_error;
use super::super::{Aws, ec2};
use super::filter;
use mng_core::call_error::Fault;
use mng_core::node::instance_type::Architecture;
use mng_core::preflight::facts::{InstanceType, MachineImage, Read};
use mng_core::preflight::quotas::service;

impl Aws {
    pub(super) async fn read_types(&self, names: Vec<String>) -> Read<Vec<InstanceType>> {
        let call = self
            .ec2()
            .describe_instance_types()
            .filters(filter("instance-type", &names));
        let found = call.into_paginator().items().send().try_collect().await;
        let found: Vec<_> = found.map_err(|error| call_error("ec2:DescribeInstanceTypes", names.join(","), &error))?;
        Ok(found.iter().map(instance_type).collect())
    }

    pub(super) async fn read_offers(&self, names: Vec<String>, zones: Vec<String>) -> Read<BTreeSet<(String, String)>> {
        let call = self.ec2().describe_instance_type_offerings();
        let call = call
            .location_type(LocationType::AvailabilityZone)
            .filters(filter("instance-type", &names))
            .filters(filter("location", &zones));
        let found = call.into_paginator().items().send().try_collect().await;
        let found: Vec<_> =
            found.map_err(|error| call_error("ec2:DescribeInstanceTypeOfferings", names.join(","), &error))?;
        let offers = found.iter();
        let offers = offers.filter_map(|offer| Some((offer.instance_type()?.as_str(), offer.location()?)));
        Ok(offers.map(|(name, zone)| (name.to_owned(), zone.to_owned())).collect())
    }

    pub(super) async fn read_quotas(&self, codes: Vec<&str>) -> Read<BTreeMap<String, f64>> {
        let values = try_join_all(codes.iter().map(|code| self.read_quota(code))).await?;
        let shown = codes.into_iter().zip(values);
        Ok(shown
            .filter_map(|(code, value)| Some((code.to_owned(), value?)))
            .collect())
    }

    async fn read_quota(&self, code: &str) -> Read<Option<f64>> {
        let call = self
            .servicequotas()
            .get_service_quota()
            .service_code(service(code))
            .quota_code(code);
        let answer = call.send().await;
        match answer.map_err(|error| call_error("servicequotas:GetServiceQuota", code, &error)) {
            Err(error) if error.fault == Fault::NotFound => Ok(None),
            answer => Ok(answer?.quota().and_then(|quota| quota.value())),
        }
    }

    pub(super) async fn read_key_pair(&self, name: &str) -> Read<BTreeSet<String>> {
        let call = self
            .ec2()
            .describe_key_pairs()
            .filters(filter("key-name", &[name.to_owned()]));
        let answer = call
            .send()
            .await
            .map_err(|error| call_error("ec2:DescribeKeyPairs", name, &error))?;
        let names = answer.key_pairs().iter().filter_map(|pair| pair.key_name());
        Ok(names.map(str::to_owned).collect())
    }

    /// A deprecated image can be launched, but EC2 shows it only on request. EC2 shows a disabled image to its owner,
    /// so the check can report its state.
    pub(super) async fn read_image(&self, id: &str) -> Read<Option<MachineImage>> {
        let call = self
            .ec2()
            .describe_images()
            .filters(filter("image-id", &[id.to_owned()]));
        let call = call.include_deprecated(true).include_disabled(true);
        let found = call.into_paginator().items().send().try_collect().await;
        let found: Vec<_> = found.map_err(|error| call_error("ec2:DescribeImages", id, &error))?;
        Ok(found.first().map(image))
    }
}

fn instance_type(info: &InstanceTypeInfo) -> InstanceType {
    let vcpus = info.v_cpu_info().and_then(|vcpus| vcpus.default_v_cpus());
    let memory = info.memory_info().and_then(|memory| memory.size_in_mib());
    InstanceType {
        name: info
            .instance_type()
            .map_or_else(String::new, |name| name.as_str().to_owned()),
        facts: ec2::facts(info),
        vcpus: vcpus.and_then(|vcpus| vcpus.try_into().ok()).unwrap_or_default(),
        memory_mib: memory.and_then(|memory| memory.try_into().ok()).unwrap_or_default(),
        nitro: ec2::nitro(info),
    }
}

fn image(image: &Ec2Image) -> MachineImage {
    let arm = image.architecture() == Some(&ArchitectureValues::Arm64);
    MachineImage {
        id: image.image_id().unwrap_or_default().to_owned(),
        architecture: if arm { Architecture::Arm } else { Architecture::X86 },
        state: image
            .state()
            .map_or_else(String::new, |state| state.as_str().to_owned()),
    }
}
