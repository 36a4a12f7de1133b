//! Decisions about the launch template that the function makes, and about its security group and key pair.

use std::collections::BTreeMap;

use super::attributes::InTemplate;
use super::history::CleanupState;
use super::plan::Step;
use super::{Identity, NeededRead, Next, View, done};
use crate::decide::desired::{Desired, Direction, TemplateVersion};
use crate::launch_template::ec2_resources::{Ec2Resources, GroupRef};
use crate::launch_template::recipe::{remote_access_rules, wanted_max_pods};
use crate::launch_template::steps::{
    ClusterNetwork, LaunchStep, TemplateProgress, WantedTemplate, prepare, remove, tidy as tidy_step,
};
use crate::launch_template::warnings::warnings as template_warnings;
use crate::node::ami_type::{AmiType, OperatingSystem};
use crate::node::instance_type::InstanceTypeFacts;
use crate::node::max_pods::{Networking, max_pods};
use crate::nodegroup::group::NodeGroup;
use crate::properties::spec::LaunchTemplateIdentity;

/// What the function reads around a node group: its cluster, its instance types, and its resources in EC2.
#[derive(Debug, Clone, PartialEq)]
pub struct Surroundings {
    pub group_ref: GroupRef,
    /// `None` in a removal, which needs neither cluster nor instance types.
    pub cluster: Option<ClusterNetwork>,
    pub types: Vec<InstanceTypeFacts>,
    pub ec2_resources: Ec2Resources,
}

/// The template and version that the nodes shall run, or the step that comes first.
pub fn template(desired: &Desired, live: Option<&NodeGroup>, view: View) -> Result<TemplateVersion, Next> {
    if let Some(users) = &desired.spec.launch_template {
        return Ok(TemplateVersion {
            identity: users.identity.clone(),
            version: desired.launch_template_version.clone(),
        });
    }
    let surroundings = view.surroundings.ok_or(Next::Look(NeededRead::Surroundings))?;
    let group_ref = desired.group_ref();
    let running_id = live
        .and_then(|live| live.launch_template.as_ref())
        .map(|template| template.id.as_str())
        .or(view.history.ran_template.as_deref());
    if let Some(step) = tag_again(&group_ref, &surroundings.ec2_resources, running_id) {
        return Err(Next::Act(Step::Launch(step)));
    }
    let wanted = wanted(desired, &group_ref, surroundings, live).ok_or(Next::Look(NeededRead::Surroundings))?;
    match prepare(&wanted, &surroundings.ec2_resources, running(live)) {
        Ok(TemplateProgress::Version { template, number }) => Ok(TemplateVersion {
            identity: LaunchTemplateIdentity::Id(template),
            version: Some(number.to_string()),
        }),
        Ok(TemplateProgress::Act(step)) => Err(Next::Act(Step::Launch(step))),
        Err(problem) => what_runs(desired, live).ok_or(Next::Fail(problem)),
    }
}

/// If the function will create a group anew with the same launch template, it restores the template's tags before the
/// old group goes. Once the group is gone, nothing else shows whose the template is.
pub fn restore_template_tags_first(desired: &Desired, live: &NodeGroup, view: View) -> Option<Next> {
    if desired.spec.launch_template.is_some() {
        return None;
    }
    let Some(surroundings) = view.surroundings else {
        return Some(Next::Look(NeededRead::Surroundings));
    };
    let running = live.launch_template.as_ref().map(|template| template.id.as_str());
    tag_again(&desired.group_ref(), &surroundings.ec2_resources, running).map(|step| Next::Act(Step::Launch(step)))
}

/// A clean-up tool may have removed the tags from the template that the group runs. Without them the function would
/// believe that somebody else owns the template, and would replace the running group.
fn tag_again(group_ref: &GroupRef, seen: &Ec2Resources, running: Option<&str>) -> Option<LaunchStep> {
    seen.stripped_template(group_ref, running?)
        .map(|template| LaunchStep::TagTemplate {
            id: template.id.clone(),
            tags: group_ref.tags(),
        })
}

/// A rollback does not fail because a template cannot be read or created. The running version stays, and a warning says
/// so.
fn what_runs(desired: &Desired, live: Option<&NodeGroup>) -> Option<TemplateVersion> {
    let running = live?.launch_template.as_ref()?;
    (desired.direction != Direction::Forward).then(|| TemplateVersion {
        identity: LaunchTemplateIdentity::Id(running.id.clone()),
        version: None,
    })
}

/// The next resource that a converged group no longer needs. The function removes it only when the group runs what is
/// wanted: until then EC2 may launch new nodes with it.
pub fn tidy(desired: &Desired, live: &NodeGroup, view: View) -> Option<LaunchStep> {
    let due = view.history.tidying != CleanupState::GivenUp && view.now < view.history.deadline;
    let surroundings = view
        .surroundings
        .filter(|_| due && desired.spec.launch_template.is_none())?;
    let group_ref = desired.group_ref();
    let wanted = wanted(desired, &group_ref, surroundings, Some(live))?;
    let Ok(TemplateProgress::Version { number, .. }) =
        prepare(&wanted, &surroundings.ec2_resources, running(Some(live)))
    else {
        return None;
    };
    (running(Some(live)) == Some(number))
        .then(|| tidy_step(&wanted, &surroundings.ec2_resources, number))
        .flatten()
}

/// Removes the resources of a group that is gone, one by one. Resources that a later event has made stay for the later
/// group.
pub fn clear(identity: &Identity, view: View) -> Next {
    let Some(surroundings) = view.surroundings else {
        return Next::Look(NeededRead::Surroundings);
    };
    let (group_ref, ran) = (identity.group_ref(), view.history.ran_template.as_deref());
    if let Some(step) = tag_again(&group_ref, &surroundings.ec2_resources, ran) {
        return Next::Act(Step::Launch(step));
    }
    let is_later = |tags: &BTreeMap<String, String>| identity.order.superseded_by(tags).is_some();
    match remove(&group_ref, &surroundings.ec2_resources.without(is_later)) {
        Some(step) => Next::Act(Step::Launch(step)),
        None => done(),
    }
}

/// A group of that name which belongs to somebody else stays. The function removes what its own Create made before it
/// met that group. Except: the group runs on it. Then the group was the function's and lost its tags, and without its
/// template it would be harmed.
pub fn clear_leftovers_of_own_create(identity: &Identity, live: &NodeGroup, view: View) -> Next {
    let Some(surroundings) = view.surroundings else {
        return Next::Look(NeededRead::Surroundings);
    };
    let group_ref = identity.group_ref();
    let ours = surroundings
        .ec2_resources
        .template(&group_ref)
        .map(|template| &template.id);
    match (ours, live.launch_template.as_ref().map(|running| &running.id)) {
        (Some(ours), Some(running)) if ours == running => done(),
        _ => clear(identity, view),
    }
}

/// What a new group gets when the template names no AMI type. With a launch template of the user's that may name an image,
/// the choice is the service's.
pub fn default_ami_type(desired: &Desired, view: View) -> Option<AmiType> {
    let spec = &desired.spec;
    let surroundings = view
        .surroundings
        .filter(|_| spec.ami_type.is_none() && spec.launch_template.is_none())?;
    AmiType::fitting(&surroundings.types)
}

/// The values of the template for the attributes. `None` if the function has to read them first.
pub fn in_template(desired: &Desired, live: &NodeGroup, view: View) -> Option<InTemplate> {
    if desired.spec.launch_template.is_some() {
        return Some(InTemplate::default());
    }
    let surroundings = view.surroundings?;
    let (spec, os) = (&desired.spec, os(desired, surroundings, Some(live)));
    let vpc = surroundings.cluster.as_ref().map(|cluster| cluster.vpc.as_str());
    let group = vpc.and_then(|vpc| surroundings.ec2_resources.security_group(&surroundings.group_ref, vpc));
    let group = group.filter(|_| !remote_access_rules(spec, os).is_empty());
    Some(InTemplate {
        instance_types: spec.type_names(),
        remote_access_security_group: group.map(|group| group.id.clone()),
        max_pods: max_pods_of_nodes(desired, os, &surroundings.types),
    })
}

pub fn warnings(desired: &Desired, live: &NodeGroup, view: View) -> Vec<String> {
    let Some(surroundings) = view.surroundings.filter(|_| desired.spec.launch_template.is_none()) else {
        return vec![];
    };
    let mut warnings = template_warnings(&desired.spec, &live.ami_type, &surroundings.types);
    let group_ref = desired.group_ref();
    let wanted = wanted(desired, &group_ref, surroundings, Some(live));
    let problem = wanted.and_then(|wanted| prepare(&wanted, &surroundings.ec2_resources, running(Some(live))).err());
    warnings.extend(problem.map(|problem| format!("the launch template was left as it is: {problem}")));
    warnings
}

/// What is asked for, or else what EKS's recommended calculation gives.
fn max_pods_of_nodes(desired: &Desired, os: OperatingSystem, types: &[InstanceTypeFacts]) -> Option<u32> {
    let asked = wanted_max_pods(&desired.spec, os, types).ok().flatten();
    let facts = || types.iter().map(|facts| facts.network).collect::<Option<Vec<_>>>();
    asked.or_else(|| max_pods(&facts()?, Networking::default(), os))
}

fn wanted<'a>(
    desired: &'a Desired,
    group_ref: &'a GroupRef,
    surroundings: &'a Surroundings,
    live: Option<&NodeGroup>,
) -> Option<WantedTemplate<'a>> {
    Some(WantedTemplate {
        spec: &desired.spec,
        group_ref,
        cluster: surroundings.cluster.as_ref()?,
        os: os(desired, surroundings, live),
        types: &surroundings.types,
        tags: &desired.tags,
    })
}

/// A running group's image decides; an AMI type is for life.
fn os(desired: &Desired, surroundings: &Surroundings, live: Option<&NodeGroup>) -> OperatingSystem {
    match (live, &desired.spec.ami_type) {
        (Some(live), _) => OperatingSystem::of(Some(&live.ami_type)),
        (None, Some(stated)) => OperatingSystem::of(Some(stated)),
        (None, None) => OperatingSystem::of(AmiType::fitting(&surroundings.types).as_ref()),
    }
}

fn running(live: Option<&NodeGroup>) -> Option<i64> {
    live?.launch_template.as_ref()?.version.parse().ok()
}
