//! What is looked up when the decision asks for it, each once in a pass.

use crate::case::Case;
use crate::fault::{Stop, at_once, lasting};
use crate::outside_eks::{OutsideEks, answered};
use crate::ports::{
    Cloud, DescribeCluster, DescribeEc2Resources, DescribeInstanceTypes, DescribeScalingGroup, ListNodes, ListUpdates,
};
use crate::progress::{KnownStack, Progress, Reads};
use crate::texts::DEGRADED_BY;
use mng_core::autoscaling::is_asked;
use mng_core::call_error::Fault;
use mng_core::decide::history::{History, Updates};
use mng_core::decide::{Around, Goal, Look, Part, Waiting};
use mng_core::launch_template::ec2_resources::Place;
use mng_core::launch_template::steps::Cluster;
use mng_core::node::image::InstanceTypeFacts;
use mng_core::nodegroup::group::GroupTarget;
use mng_core::properties::spec::Spec;
use mng_core::workload::nodes::{Ready, ready};

/// Looks up one thing for the next decision.
pub async fn look<C: Cloud>(
    cloud: &C,
    case: &Case,
    progress: &mut Progress,
    goal: &Goal,
    look: &Look,
) -> Result<(), Stop> {
    match look {
        Look::Around => match goal {
            Goal::Present(desired) => {
                look_around(
                    cloud,
                    &mut progress.history,
                    &mut progress.reads,
                    &progress.stack,
                    desired.place(),
                    &desired.spec,
                )
                .await
            }
            Goal::Absent(_) | Goal::AsIs { .. } | Goal::Repeat(_) => {
                look_at_ec2_resources(cloud, &mut progress.reads, goal.place()).await
            }
        },
        Look::ScalingGroup(name) => {
            let asked = matches!(goal, Goal::Present(desired) if is_asked(&desired.spec));
            look_at_scaling_group(cloud, progress.outside_eks(), name, asked).await
        }
        Look::Nodes(group, wanted) => look_at_nodes(cloud, case, progress.outside_eks(), group, *wanted).await,
        Look::Updates(group) => look_for_updates(cloud, case, progress.outside_eks(), group).await,
    }
}

async fn look_at_scaling_group<C: Cloud>(
    cloud: &C,
    mut outside: OutsideEks<'_>,
    name: &str,
    asked: bool,
) -> Result<(), Stop> {
    const PART: Part = Part::ScalingGroup;
    outside.reads.pass.asking_for = Some(PART);
    match cloud.call(&DescribeScalingGroup { name: name.to_owned() }).await {
        Ok(found) => outside.reads.pass.beyond.scaling_group = Some(found),
        Err(error) if !asked && !outside.is_worth_asking_again(PART, &error) => {
            outside.give_up(PART, Some(&error));
        }
        Err(error) => return outside.failed(PART, &error),
    }
    answered(outside.history, outside.reads);
    Ok(())
}

async fn look_at_nodes<C: Cloud>(
    cloud: &C,
    case: &Case,
    mut outside: OutsideEks<'_>,
    group: &GroupTarget,
    wanted: usize,
) -> Result<(), Stop> {
    outside.reads.pass.asking_for = Some(Part::Nodes);
    let list = ListNodes {
        group: group.id(),
        request_id: case.request.envelope.request_id.clone(),
    };
    match cloud.call(&list).await {
        Ok(nodes) => {
            let count = ready(&nodes);
            tracing::info!(ready = count, wanted, "nodes");
            outside.history.ready = Some(Ready { ready: count, wanted });
            outside.history.tries.remove(&Part::Nodes);
            outside.reads.lookups.watched = Some((group.cluster.clone(), group.name.clone()));
            outside.reads.pass.beyond.nodes = Some(nodes);
        }
        Err(error) => return outside.failed(Part::Nodes, &error),
    }
    answered(outside.history, outside.reads);
    Ok(())
}

/// Updates of the group that EKS began since the request was sent, and that this delivery hasn't begun itself.
async fn look_for_updates<C: Cloud>(
    cloud: &C,
    case: &Case,
    outside: OutsideEks<'_>,
    group: &GroupTarget,
) -> Result<(), Stop> {
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
pub async fn look_around<C: Cloud>(
    cloud: &C,
    history: &mut History,
    reads: &mut Reads,
    stack: &KnownStack,
    place: Place,
    spec: &Spec,
) -> Result<(), Stop> {
    let cluster = cluster(cloud, history, reads, &spec.cluster).await?;
    let types = types(cloud, reads, stack, spec).await?;
    look_at_ec2_resources(cloud, reads, place).await?;
    if let Some(around) = &mut reads.pass.around {
        around.cluster = Some(cluster);
        around.types = types;
    }
    Ok(())
}

async fn look_at_ec2_resources<C: Cloud>(cloud: &C, reads: &mut Reads, place: Place) -> Result<(), Stop> {
    match cloud.call(&DescribeEc2Resources { place: place.clone() }).await {
        Ok(belongings) => {
            reads.retries.answered();
            reads.pass.around = Some(Around {
                place,
                cluster: None,
                types: vec![],
                belongings,
            });
            Ok(())
        }
        Err(error) if error.fault == Fault::Denied => Err(reads.retries.denied(&error)),
        Err(error) if error.fault == Fault::Refused => Err(Stop::Fail(error.to_string())),
        Err(error) => Err(reads.retries.retry(&error)),
    }
}

/// The cluster's VPC and security group, which a cluster that is being made doesn't have yet.
async fn cluster<C: Cloud>(cloud: &C, history: &mut History, reads: &mut Reads, name: &str) -> Result<Cluster, Stop> {
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
            Err(Stop::Wait(Waiting::ForOthers))
        }
        Err(error) => Err(Stop::Fail(format!("ClusterName: {error}"))),
    }
}

/// Instance types that can't be read leave the choice of the image to the service, and a rollback isn't refused for them.
/// Types that EC2 doesn't know are told before anything is made.
pub async fn types<C: Cloud>(
    cloud: &C,
    reads: &mut Reads,
    stack: &KnownStack,
    spec: &Spec,
) -> Result<Vec<InstanceTypeFacts>, Stop> {
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
        Err(error) => return Err(Stop::Fail(format!("InstanceTypes: {error}"))),
    };
    reads.lookups.types = Some(types.clone());
    Ok(types)
}
