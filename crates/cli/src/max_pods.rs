//! `mng max-pods`: EKS's recommended calculation, with EC2's figures.

use mng_aws::{Aws, sdk_config};
use mng_core::node::ami_type::{AmiType, OperatingSystem};
use mng_core::node::instance_type::InstanceTypeFacts;
use mng_core::node::max_pods::{Addressing, Networking, PodSubnets, max_pods as smallest};
use mng_engine::ports::{Calls, DescribeInstanceTypes};

use crate::answer::{CommandFailure, CommandOutput};
use crate::request_arguments::{block_on, without_advice};

/// For which nodes.
#[derive(clap::Args)]
pub struct MaxPodsArguments {
    /// The smallest number over them counts, as the group's nodes are of any
    #[arg(required = true, value_name = "TYPE")]
    instance_types: Vec<String>,
    /// The VPC CNI has ENABLE_PREFIX_DELEGATION
    #[arg(long)]
    prefix_delegation: bool,
    /// The VPC CNI has AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG
    #[arg(long)]
    custom_networking: bool,
    /// The nodes' AmiType; Windows counts differently
    #[arg(long, default_value = "AL2023_x86_64_STANDARD")]
    ami_type: AmiType,
}

/// The number alone.
pub fn max_pods(asked: &MaxPodsArguments) -> Result<CommandOutput, CommandFailure> {
    let facts = instance_types(&asked.instance_types)?;
    let networks: Option<Vec<_>> = facts.iter().map(|facts| facts.network).collect();
    let os = OperatingSystem::of(Some(&asked.ami_type));
    let number = networks.and_then(|networks| smallest(&networks, networking(asked), os));
    match number {
        Some(number) => Ok(CommandOutput {
            text: format!("{number}\n"),
            notes: vec![],
        }),
        None => Err(CommandFailure::NoAnswer(format!(
            "expected EC2 to tell the network of {}, got an answer without it",
            asked.instance_types.join(", ")
        ))),
    }
}

fn instance_types(names: &[String]) -> Result<Vec<InstanceTypeFacts>, CommandFailure> {
    let describe = DescribeInstanceTypes { names: names.to_vec() };
    let found = block_on(async { Aws::new(sdk_config().await).call(&describe).await })?;
    found.map_err(|error| CommandFailure::NoAnswer(without_advice(&error.to_string())))
}

fn networking(asked: &MaxPodsArguments) -> Networking {
    Networking {
        addressing: if asked.prefix_delegation {
            Addressing::Prefixes
        } else {
            Addressing::Secondary
        },
        pod_subnets: if asked.custom_networking {
            PodSubnets::Custom
        } else {
            PodSubnets::NodesOwn
        },
    }
}
