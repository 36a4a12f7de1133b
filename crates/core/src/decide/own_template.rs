//! Decisions about the launch template that the function makes, and about its security group and key pair.

use std::collections::BTreeMap;

use super::attributes::InTemplate;
use super::history::Tidying;
use super::plan::Step;
use super::{Identity, Look, Next, View, done};
use crate::decide::desired::{Desired, Direction, TemplateVersion};
use crate::launch_template::ec2_resources::{Belongings, Place};
use crate::launch_template::recipe::{remote_access_rules, wanted_max_pods};
use crate::launch_template::steps::{Cluster, LaunchStep, Prepared, Wanted, prepare, remove, tidy as tidy_step};
use crate::launch_template::warnings::warnings as template_warnings;
use crate::node::ami_type::{AmiType, OperatingSystem};
use crate::node::image::InstanceTypeFacts;
use crate::node::max_pods::{Networking, max_pods};
use crate::nodegroup::group::NodeGroup;
use crate::properties::spec::LaunchTemplateIdentity;

/// What the function reads around a node group: its cluster, its instance types, and its resources in EC2.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    pub place: Place,
    /// `None` in a removal, which needs neither cluster nor instance types.
    pub cluster: Option<Cluster>,
    pub types: Vec<InstanceTypeFacts>,
    pub belongings: Belongings,
}

/// The template and version that the nodes shall run, or the step that comes first.
pub fn template(desired: &Desired, live: Option<&NodeGroup>, view: View) -> Result<TemplateVersion, Next> {
    if let Some(users) = &desired.spec.launch_template {
        return Ok(TemplateVersion {
            identity: users.identity.clone(),
            version: desired.launch_template_version.clone(),
        });
    }
    let around = view.around.ok_or(Next::Look(Look::Around))?;
    let place = desired.place();
    let running_id = live
        .and_then(|live| live.launch_template.as_ref())
        .map(|template| template.id.as_str())
        .or(view.history.ran_template.as_deref());
    if let Some(step) = tag_again(&place, &around.belongings, running_id) {
        return Err(Next::Act(Step::Launch(step)));
    }
    let wanted = wanted(desired, &place, around, live).ok_or(Next::Look(Look::Around))?;
    match prepare(&wanted, &around.belongings, running(live)) {
        Ok(Prepared::Version { template, number }) => Ok(TemplateVersion {
            identity: LaunchTemplateIdentity::Id(template),
            version: Some(number.to_string()),
        }),
        Ok(Prepared::Act(step)) => Err(Next::Act(Step::Launch(step))),
        Err(problem) => what_runs(desired, live).ok_or(Next::Fail(problem)),
    }
}

/// If the function will create a group anew with the same launch template, it restores the template's tags before the
/// old group goes. Once the group is gone, nothing else shows whose the template is.
pub fn tagged_first(desired: &Desired, live: &NodeGroup, view: View) -> Option<Next> {
    if desired.spec.launch_template.is_some() {
        return None;
    }
    let Some(around) = view.around else {
        return Some(Next::Look(Look::Around));
    };
    let running = live.launch_template.as_ref().map(|template| template.id.as_str());
    tag_again(&desired.place(), &around.belongings, running).map(|step| Next::Act(Step::Launch(step)))
}

/// A clean-up tool may have removed the tags from the template that the group runs. Without them the function would
/// believe that somebody else owns the template, and would replace the running group.
fn tag_again(place: &Place, seen: &Belongings, running: Option<&str>) -> Option<LaunchStep> {
    seen.stripped_template(place, running?)
        .map(|template| LaunchStep::TagTemplate {
            id: template.id.clone(),
            tags: place.tags(),
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
    let due = view.history.tidying != Tidying::GivenUp && view.now < view.history.deadline;
    let around = view.around.filter(|_| due && desired.spec.launch_template.is_none())?;
    let place = desired.place();
    let wanted = wanted(desired, &place, around, Some(live))?;
    let Ok(Prepared::Version { number, .. }) = prepare(&wanted, &around.belongings, running(Some(live))) else {
        return None;
    };
    (running(Some(live)) == Some(number))
        .then(|| tidy_step(&wanted, &around.belongings, number))
        .flatten()
}

/// Removes the resources of a group that is gone, one by one. Resources that a later event has made stay for the later
/// group.
pub fn clear(identity: &Identity, view: View) -> Next {
    let Some(around) = view.around else {
        return Next::Look(Look::Around);
    };
    let (place, ran) = (identity.place(), view.history.ran_template.as_deref());
    if let Some(step) = tag_again(&place, &around.belongings, ran) {
        return Next::Act(Step::Launch(step));
    }
    let is_later = |tags: &BTreeMap<String, String>| identity.turn.superseded_by(tags).is_some();
    match remove(&place, &around.belongings.without(is_later)) {
        Some(step) => Next::Act(Step::Launch(step)),
        None => done(),
    }
}

/// A group of that name which belongs to somebody else stays. The function removes what its own Create made before it
/// met that group. Except: the group runs on it. Then the group was the function's and lost its tags, and without its
/// template it would be harmed.
pub fn clear_beside(identity: &Identity, live: &NodeGroup, view: View) -> Next {
    let Some(around) = view.around else {
        return Next::Look(Look::Around);
    };
    let place = identity.place();
    let ours = around.belongings.template(&place).map(|template| &template.id);
    match (ours, live.launch_template.as_ref().map(|running| &running.id)) {
        (Some(ours), Some(running)) if ours == running => done(),
        _ => clear(identity, view),
    }
}

/// What a new group gets when the template names no AMI type. With a launch template of the user's that may name an image,
/// the choice is the service's.
pub fn default_ami_type(desired: &Desired, view: View) -> Option<AmiType> {
    let spec = &desired.spec;
    let around = view
        .around
        .filter(|_| spec.ami_type.is_none() && spec.launch_template.is_none())?;
    AmiType::fitting(&around.types)
}

/// The values of the template for the attributes. `None` if the function has to read them first.
pub fn in_template(desired: &Desired, live: &NodeGroup, view: View) -> Option<InTemplate> {
    if desired.spec.launch_template.is_some() {
        return Some(InTemplate::default());
    }
    let around = view.around?;
    let (spec, os) = (&desired.spec, os(desired, around, Some(live)));
    let vpc = around.cluster.as_ref().map(|cluster| cluster.vpc.as_str());
    let group = vpc.and_then(|vpc| around.belongings.security_group(&around.place, vpc));
    let group = group.filter(|_| !remote_access_rules(spec, os).is_empty());
    Some(InTemplate {
        instance_types: spec.type_names(),
        remote_access_security_group: group.map(|group| group.id.clone()),
        max_pods: told_max_pods(desired, os, &around.types),
    })
}

pub fn warnings(desired: &Desired, live: &NodeGroup, view: View) -> Vec<String> {
    let Some(around) = view.around.filter(|_| desired.spec.launch_template.is_none()) else {
        return vec![];
    };
    let mut warnings = template_warnings(&desired.spec, &live.ami_type, &around.types);
    let place = desired.place();
    let wanted = wanted(desired, &place, around, Some(live));
    let problem = wanted.and_then(|wanted| prepare(&wanted, &around.belongings, running(Some(live))).err());
    warnings.extend(problem.map(|problem| format!("the launch template was left as it is: {problem}")));
    warnings
}

/// What is asked for, or else what EKS's recommended calculation gives.
fn told_max_pods(desired: &Desired, os: OperatingSystem, types: &[InstanceTypeFacts]) -> Option<u32> {
    let asked = wanted_max_pods(&desired.spec, os, types).ok().flatten();
    let facts = || types.iter().map(|facts| facts.network).collect::<Option<Vec<_>>>();
    asked.or_else(|| max_pods(&facts()?, Networking::default(), os))
}

fn wanted<'a>(
    desired: &'a Desired,
    place: &'a Place,
    around: &'a Around,
    live: Option<&NodeGroup>,
) -> Option<Wanted<'a>> {
    Some(Wanted {
        spec: &desired.spec,
        place,
        cluster: around.cluster.as_ref()?,
        os: os(desired, around, live),
        types: &around.types,
        tags: &desired.tags,
    })
}

/// A running group's image decides; an AMI type is for life.
fn os(desired: &Desired, around: &Around, live: Option<&NodeGroup>) -> OperatingSystem {
    match (live, &desired.spec.ami_type) {
        (Some(live), _) => OperatingSystem::of(Some(&live.ami_type)),
        (None, Some(stated)) => OperatingSystem::of(Some(stated)),
        (None, None) => OperatingSystem::of(AmiType::fitting(&around.types).as_ref()),
    }
}

fn running(live: Option<&NodeGroup>) -> Option<i64> {
    live?.launch_template.as_ref()?.version.parse().ok()
}
