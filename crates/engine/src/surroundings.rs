//! What a group has around it: looked up when the decision asks for it, and once in a pass.

use super::Stop;
use super::goal::{again_if_denied, denied, unanswered};
use crate::ports::Cloud;
use crate::progress::Progress;
use crate::stack_state::rolls_back;
use mng_core::call_error::Fault;
use mng_core::decide::{Around, Goal, Waiting};
use mng_core::launch_template::ec2_resources::Place;
use mng_core::launch_template::steps::Cluster;
use mng_core::node::image::InstanceTypeFacts;
use mng_core::properties::spec::Spec;

/// The group that a goal is about.
pub fn place(goal: &Goal) -> Place {
    match goal {
        Goal::Present(desired) => desired.place(),
        Goal::Absent(identity) | Goal::AsIs { identity, .. } | Goal::Repeat(identity) => identity.place(),
    }
}

/// Looks up what the goal's decision needs.
pub async fn look<C: Cloud>(cloud: &C, progress: &mut Progress, goal: &Goal) -> Result<(), Stop> {
    match goal {
        Goal::Present(desired) => look_around(cloud, progress, desired.place(), &desired.spec).await,
        Goal::Absent(_) | Goal::AsIs { .. } | Goal::Repeat(_) => look_at_belongings(cloud, progress, place(goal)).await,
    }
}

/// Everything around a group that is to be present.
pub async fn look_around<C: Cloud>(cloud: &C, progress: &mut Progress, place: Place, spec: &Spec) -> Result<(), Stop> {
    let cluster = cluster(cloud, progress, &spec.cluster).await?;
    let types = types(cloud, progress, spec).await?;
    look_at_belongings(cloud, progress, place).await?;
    if let Some(around) = &mut progress.around {
        around.cluster = Some(cluster);
        around.types = types;
    }
    Ok(())
}

async fn look_at_belongings<C: Cloud>(cloud: &C, progress: &mut Progress, place: Place) -> Result<(), Stop> {
    match cloud.belongings(&place).await {
        Ok(belongings) => {
            progress.unanswered = 0;
            progress.around = Some(Around {
                place,
                cluster: None,
                types: vec![],
                belongings,
            });
            Ok(())
        }
        Err(error) if error.fault == Fault::Denied => Err(denied(progress, &error)),
        Err(error) if error.fault == Fault::Refused => Err(Stop::Fail(error.to_string())),
        Err(error) => Err(unanswered(progress, &error)),
    }
}

/// The cluster's VPC and security group, which a cluster that is being made doesn't have yet.
async fn cluster<C: Cloud>(cloud: &C, progress: &mut Progress, name: &str) -> Result<Cluster, Stop> {
    if let Some(cluster) = &progress.cluster {
        return Ok(cluster.clone());
    }
    match cloud.cluster(name).await {
        Ok(Some(cluster)) => {
            progress.cluster = Some(cluster.clone());
            Ok(cluster)
        }
        Ok(None) => {
            progress.history.obstacle = Some(format!("cluster {name} has no VPC or no cluster security group yet"));
            Err(Stop::Wait(Waiting::ForOthers))
        }
        Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
            Err(unanswered(progress, &error))
        }
        Err(error) => match again_if_denied(progress, &error) {
            Some(wait) => Err(wait),
            None => Err(Stop::Fail(format!("ClusterName: {error}"))),
        },
    }
}

/// Instance types that can't be read leave the choice of the image to the service, and a rollback isn't refused for them.
/// Types that EC2 doesn't know are told before anything is made.
pub async fn types<C: Cloud>(cloud: &C, progress: &mut Progress, spec: &Spec) -> Result<Vec<InstanceTypeFacts>, Stop> {
    let names = spec.type_names();
    if let Some(types) = &progress.types {
        return Ok(types.clone());
    }
    let types = match cloud.instance_types(&names).await {
        Ok(types) => types,
        Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
            return Err(unanswered(progress, &error));
        }
        Err(error) => match again_if_denied(progress, &error) {
            Some(wait) => return Err(wait),
            None if error.fault == Fault::Denied || rolls_back(progress) => {
                tracing::warn!(%error, "instance types could not be read, so EKS chooses the AMI type");
                vec![]
            }
            None => return Err(Stop::Fail(format!("InstanceTypes: {error}"))),
        },
    };
    progress.types = Some(types.clone());
    Ok(types)
}
