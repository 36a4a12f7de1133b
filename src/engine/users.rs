//! The user's own launch template: its version's number, and whether a node group can run it. Asked once a request, before
//! anything is made.

use super::Stop;
use super::goal::{rolls_back, unanswered};
use crate::launch_template::users::{Circumstances, UsersTemplate, judge};
use crate::nodegroup::fields::Problem;
use crate::nodegroup::spec::Spec;
use crate::ports::{CallError, Cloud, Fault};
use crate::progress::Progress;

/// `$Latest`, `$Default` and no version become a number: the service's own answer to them isn't documented. What EKS would
/// refuse is told at once; in a rollback nothing is.
pub async fn resolve<C: Cloud>(cloud: &C, progress: &mut Progress, spec: &Spec) -> Result<(), Stop> {
    let Some(wanted) = spec
        .launch_template
        .as_ref()
        .filter(|_| progress.launch_template_version.is_none())
    else {
        return Ok(());
    };
    let template = match cloud.users_template(wanted).await {
        Ok(template) => template,
        Err(error) if passes(&error) => return Err(unanswered(progress, &error)),
        // The template of before may be gone; the version that runs then stands.
        Err(_) if rolls_back(progress) => return Ok(()),
        Err(error) => return Err(Stop::Fail(format!("LaunchTemplate: {error}"))),
    };
    if !rolls_back(progress) {
        check(cloud, progress, spec, &template).await?;
    }
    progress.launch_template_version = Some(template.version.to_string());
    Ok(())
}

/// What speaks against the user's template beside what is wrong with the properties already: one deploy tells both. What
/// can't be asked is left out, since the request fails anyway.
pub async fn problems<C: Cloud>(cloud: &C, spec: &Spec) -> Vec<Problem> {
    let Some(wanted) = &spec.launch_template else {
        return vec![];
    };
    let Ok(template) = cloud.users_template(wanted).await else {
        return vec![];
    };
    let several = template.network_interfaces > 1 && !spec.subnets.is_empty();
    let public_subnets = if several {
        cloud.public_subnets(&spec.subnets).await.unwrap_or_default()
    } else {
        vec![]
    };
    let around = Circumstances {
        cluster_security_group: None,
        public_subnets: &public_subnets,
    };
    judge(spec, &template, &around).problems
}

async fn check<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    spec: &Spec,
    template: &UsersTemplate,
) -> Result<(), Stop> {
    let cluster_security_group = cluster_security_group(cloud, progress, spec, template).await?;
    let public_subnets = public_subnets(cloud, progress, spec, template).await?;
    let verdict = judge(
        spec,
        template,
        &Circumstances {
            cluster_security_group: cluster_security_group.as_deref(),
            public_subnets: &public_subnets,
        },
    );
    if !verdict.problems.is_empty() {
        return Err(Stop::Fail(super::told(&verdict.problems)));
    }
    verdict.warnings.into_iter().for_each(|warning| progress.warn(warning));
    Ok(())
}

/// Only a template with security groups of its own has to hold the cluster's.
async fn cluster_security_group<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    spec: &Spec,
    template: &UsersTemplate,
) -> Result<Option<String>, Stop> {
    if template.security_groups.is_empty() {
        return Ok(None);
    }
    match cloud.cluster(&spec.cluster).await {
        Ok(cluster) => Ok(cluster.map(|cluster| cluster.security_group)),
        Err(error) if passes(&error) => Err(unanswered(progress, &error)),
        Err(error) => {
            progress.warn(format!(
                "whether the nodes get the cluster security group was not checked: {error}"
            ));
            Ok(None)
        }
    }
}

/// Only a template with several network interfaces has trouble in a public subnet.
async fn public_subnets<C: Cloud>(
    cloud: &C,
    progress: &mut Progress,
    spec: &Spec,
    template: &UsersTemplate,
) -> Result<Vec<String>, Stop> {
    if template.network_interfaces < 2 {
        return Ok(vec![]);
    }
    match cloud.public_subnets(&spec.subnets).await {
        Ok(subnets) => Ok(subnets),
        Err(error) if passes(&error) => Err(unanswered(progress, &error)),
        Err(error) => {
            progress.warn(format!("whether the subnets are public was not checked: {error}"));
            Ok(vec![])
        }
    }
}

fn passes(error: &CallError) -> bool {
    matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse)
}
