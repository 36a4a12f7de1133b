//! What is looked up when the decision asks for it, each once in a pass.

use crate::case::Case;
use crate::fault::{PassStop, at_once, lasting};
use crate::outside_eks::{OutsideEks, answered};
use crate::ports::{
    Cloud, DescribeCluster, DescribeEc2Resources, DescribeInstanceTypes, DescribeScalingGroup, ListNodes, ListUpdates,
};
use crate::progress::{KnownStack, Progress, Reads};
use crate::texts::DEGRADED_BY;
use mng_core::autoscaling::is_asked;
use mng_core::call_error::Fault;
use mng_core::decide::history::{History, Updates};
use mng_core::decide::{Goal, NeededRead, OutsideEksPart, Surroundings, Waiting};
use mng_core::launch_template::ec2_resources::GroupRef;
use mng_core::launch_template::steps::ClusterNetwork;
use mng_core::node::instance_type::InstanceTypeFacts;
use mng_core::nodegroup::group::GroupTarget;
use mng_core::properties::spec::Spec;
use mng_core::workload::nodes::{Ready, ready};

/// Looks up one thing for the next decision.
pub async fn read<C: Cloud>(
    cloud: &C,
    case: &Case,
    progress: &mut Progress,
    goal: &Goal,
    look: &NeededRead,
) -> Result<(), PassStop> {
    match look {
        NeededRead::Surroundings => match goal {
            Goal::Present(desired) => {
                read_surroundings(
                    cloud,
                    &mut progress.history,
                    &mut progress.reads,
                    &progress.stack,
                    desired.group_ref(),
                    &desired.spec,
                )
                .await
            }
            Goal::Absent(_) | Goal::AsIs { .. } | Goal::Repeat(_) => {
                read_ec2_resources(cloud, &mut progress.reads, goal.group_ref()).await
            }
        },
        NeededRead::ScalingGroup(name) => {
            let asked = matches!(goal, Goal::Present(desired) if is_asked(&desired.spec));
            read_scaling_group(cloud, progress.outside_eks(), name, asked).await
        }
        NeededRead::Nodes(group, wanted) => read_nodes(cloud, case, progress.outside_eks(), group, *wanted).await,
        NeededRead::Updates(group) => read_updates(cloud, case, progress.outside_eks(), group).await,
    }
}

async fn read_scaling_group<C: Cloud>(
    cloud: &C,
    mut outside: OutsideEks<'_>,
    name: &str,
    asked: bool,
) -> Result<(), PassStop> {
    const PART: OutsideEksPart = OutsideEksPart::ScalingGroup;
    outside.reads.pass.asking_for = Some(PART);
    match cloud.call(&DescribeScalingGroup { name: name.to_owned() }).await {
        Ok(found) => outside.reads.pass.outside_eks.scaling_group = Some(found),
        Err(error) if !asked && !outside.may_retry_denied(PART, &error) => {
            outside.give_up(PART, Some(&error));
        }
        Err(error) => return outside.failed(PART, &error),
    }
    answered(outside.history, outside.reads);
    Ok(())
}

async fn read_nodes<C: Cloud>(
    cloud: &C,
    case: &Case,
    mut outside: OutsideEks<'_>,
    group: &GroupTarget,
    wanted: usize,
) -> Result<(), PassStop> {
    outside.reads.pass.asking_for = Some(OutsideEksPart::Nodes);
    let list = ListNodes {
        group: group.id(),
        request_id: case.request.envelope.request_id.clone(),
    };
    match cloud.call(&list).await {
        Ok(nodes) => {
            let count = ready(&nodes);
            tracing::info!(ready = count, wanted, "nodes");
            outside.history.ready = Some(Ready { ready: count, wanted });
            outside.history.tries.remove(&OutsideEksPart::Nodes);
            outside.reads.lookups.watched = Some((group.cluster.clone(), group.name.clone()));
            outside.reads.pass.outside_eks.nodes = Some(nodes);
        }
        Err(error) => return outside.failed(OutsideEksPart::Nodes, &error),
    }
    answered(outside.history, outside.reads);
    Ok(())
}

/// Updates of the group that EKS began since the request was sent, and that this delivery hasn't begun itself.
async fn read_updates<C: Cloud>(
    cloud: &C,
    case: &Case,
    outside: OutsideEks<'_>,
    group: &GroupTarget,
) -> Result<(), PassStop> {
    let since = case.sent().unwrap_or_default();
    let read = cloud
        .call(&ListUpdates {
            group: group.id(),
            since,
        })
        .await;
    let found = match at_once(&mut outside.reads.retries, read)? {
        Ok(updates) => updates.iter().any(|update| !began(outside.history, &update.id)),
        Err(error) => {
            outside.warnings.add(format!("{DEGRADED_BY}: {error}"));
            false
        }
    };
    outside.history.updates_since_sent = Some(if found { Updates::Found } else { Updates::None });
    Ok(())
}

fn began(history: &History, update: &str) -> bool {
    history
        .begun
        .iter()
        .any(|begun| begun.update_id.as_deref() == Some(update))
}

/// Everything around a group that is to be present.
pub async fn read_surroundings<C: Cloud>(
    cloud: &C,
    history: &mut History,
    reads: &mut Reads,
    stack: &KnownStack,
    group_ref: GroupRef,
    spec: &Spec,
) -> Result<(), PassStop> {
    let cluster = cluster(cloud, history, reads, &spec.cluster).await?;
    let types = types(cloud, reads, stack, spec).await?;
    read_ec2_resources(cloud, reads, group_ref).await?;
    if let Some(surroundings) = &mut reads.pass.surroundings {
        surroundings.cluster = Some(cluster);
        surroundings.types = types;
    }
    Ok(())
}

async fn read_ec2_resources<C: Cloud>(cloud: &C, reads: &mut Reads, group_ref: GroupRef) -> Result<(), PassStop> {
    match cloud
        .call(&DescribeEc2Resources {
            group_ref: group_ref.clone(),
        })
        .await
    {
        Ok(ec2_resources) => {
            reads.retries.answered();
            reads.pass.surroundings = Some(Surroundings {
                group_ref,
                cluster: None,
                types: vec![],
                ec2_resources,
            });
            Ok(())
        }
        Err(error) if error.fault == Fault::Denied => Err(reads.retries.denied(&error)),
        Err(error) if error.fault == Fault::Refused => Err(PassStop::Fail(error.to_string())),
        Err(error) => Err(reads.retries.retry(&error)),
    }
}

/// The cluster's VPC and security group, which a cluster that is being made doesn't have yet.
async fn cluster<C: Cloud>(
    cloud: &C,
    history: &mut History,
    reads: &mut Reads,
    name: &str,
) -> Result<ClusterNetwork, PassStop> {
    if let Some(cluster) = &reads.lookups.cluster {
        return Ok(cluster.clone());
    }
    let read = cloud
        .call(&DescribeCluster {
            cluster: name.to_owned(),
        })
        .await;
    match lasting(&mut reads.retries, read)? {
        Ok(Some(cluster)) => {
            reads.lookups.cluster = Some(cluster.clone());
            Ok(cluster)
        }
        Ok(None) => {
            history.obstacle = Some(format!("cluster {name} has no VPC or no cluster security group yet"));
            Err(PassStop::Wait(Waiting::ForOthers))
        }
        Err(error) => Err(PassStop::Fail(format!("ClusterName: {error}"))),
    }
}

/// Instance types that can't be read leave the choice of the image to the service, and a rollback isn't refused for them.
/// Types that EC2 doesn't know are told before anything is made.
pub async fn types<C: Cloud>(
    cloud: &C,
    reads: &mut Reads,
    stack: &KnownStack,
    spec: &Spec,
) -> Result<Vec<InstanceTypeFacts>, PassStop> {
    if let Some(types) = &reads.lookups.types {
        return Ok(types.clone());
    }
    let read = cloud
        .call(&DescribeInstanceTypes {
            names: spec.type_names(),
        })
        .await;
    let types = match lasting(&mut reads.retries, read)? {
        Ok(types) => types,
        Err(error) if error.fault == Fault::Denied || stack.rolls_back() => {
            tracing::warn!(%error, "instance types could not be read, so EKS chooses the AMI type");
            vec![]
        }
        Err(error) => return Err(PassStop::Fail(format!("InstanceTypes: {error}"))),
    };
    reads.lookups.types = Some(types.clone());
    Ok(types)
}
