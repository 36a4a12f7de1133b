//! The steps that lead from a running group to what is wanted, in their order.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::change::{ConfigChange, config_change};
use super::desired::{Desired, Direction, NewGroup, Purpose, TemplateVersion};
use super::roll::loosens;
use super::under_way::UnderWay;
use super::{OutsideEksPart, Waiting};
use crate::autoscaling::ScalingStep;
use crate::launch_template::steps::LaunchStep;
use crate::nodegroup::group::{GroupTarget, NodeGroup};
use crate::nodegroup::ownership::UNFINISHED_TAG;
use crate::properties::scaling::DesiredSize;
use crate::properties::settings::Taint;
use crate::properties::spec::{ForceUpdate, LaunchTemplateIdentity, Release};
use crate::properties::version::{KubernetesVersion, compare_releases};

/// One call that changes something, with what it is made on. A new kind of step is added here and in the engine's `perform`.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A call to EC2, for the resource's own launch template and the EC2 resources that belong to it.
    Launch(LaunchStep),
    Create(Box<Desired>, NewGroup),
    Tag(GroupTarget, BTreeMap<String, String>),
    Untag(GroupTarget, BTreeSet<String>),
    UpdateVersion(GroupTarget, Box<VersionChange>),
    UpdateConfig(GroupTarget, Box<ConfigChange>),
    Delete(GroupTarget),
    /// Calls on the Auto Scaling group of this name, in this order.
    Scaling(String, Vec<ScalingStep>),
    /// The device plugin is applied for this group too.
    JoinPlugin(Box<PluginForGroup>),
    /// This group no longer needs the device plugin.
    LeavePlugin(GroupTarget),
    /// The network plugin of the cluster of this name gives addresses to Windows pods.
    EnableWindows(String),
}

/// The device plugin as one group needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginForGroup {
    pub group: GroupTarget,
    pub image: String,
    pub taints: BTreeSet<Taint>,
    pub mark: PluginMark,
}

/// Whether the group bears the tag that says that there may be something of the plugin in the cluster for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginMark {
    Missing,
    Set,
}

/// The kinds of steps, of which each is begun once in a request: a failed update is reported, never retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepKind {
    /// Calls to EC2, of which there may be several: only the first is noted.
    Launch,
    Create,
    Tag,
    Untag,
    UpdateVersion,
    UpdateConfig,
    Delete,
    Scaling,
    JoinPlugin,
    LeavePlugin,
    EnableWindows,
}

impl Step {
    pub fn kind(&self) -> StepKind {
        match self {
            Self::Launch(_) => StepKind::Launch,
            Self::Create(..) => StepKind::Create,
            Self::Tag(..) => StepKind::Tag,
            Self::Untag(..) => StepKind::Untag,
            Self::UpdateVersion(..) => StepKind::UpdateVersion,
            Self::UpdateConfig(..) => StepKind::UpdateConfig,
            Self::Delete(_) => StepKind::Delete,
            Self::Scaling(..) => StepKind::Scaling,
            Self::JoinPlugin(_) => StepKind::JoinPlugin,
            Self::LeavePlugin(_) => StepKind::LeavePlugin,
            Self::EnableWindows(_) => StepKind::EnableWindows,
        }
    }
}

/// Whose API a step calls, which decides what its failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    Eks,
    Ec2,
    /// Not EKS itself: a rollback goes on without it.
    Outside(OutsideEksPart),
}

impl StepKind {
    pub fn system(self) -> System {
        match self {
            Self::Create | Self::Tag | Self::Untag | Self::UpdateVersion | Self::UpdateConfig | Self::Delete => {
                System::Eks
            }
            Self::Launch => System::Ec2,
            Self::Scaling => System::Outside(OutsideEksPart::ScalingGroup),
            Self::JoinPlugin | Self::LeavePlugin => System::Outside(OutsideEksPart::DevicePlugin),
            Self::EnableWindows => System::Outside(OutsideEksPart::Windows),
        }
    }

    /// What is waited for once a step was begun; `None`: the step is over at once, so the group is looked at again at once.
    pub fn waits_for(self) -> Option<Waiting> {
        match self {
            Self::Create => Some(Waiting::ForCreate),
            Self::UpdateVersion => Some(Waiting::ForVersionUpdate),
            Self::UpdateConfig => Some(Waiting::ForConfigUpdate),
            Self::Delete => Some(Waiting::ForDelete),
            Self::Launch | Self::Tag | Self::Untag => None,
            Self::Scaling | Self::JoinPlugin | Self::LeavePlugin | Self::EnableWindows => None,
        }
    }

    /// What is under way once a step was begun.
    pub fn under_way(self) -> UnderWay {
        match self {
            Self::Launch => UnderWay::Ec2,
            Self::Create => UnderWay::Create,
            Self::Tag | Self::Untag => UnderWay::Tags,
            Self::UpdateVersion => UnderWay::UpdateVersion,
            Self::UpdateConfig => UnderWay::UpdateConfig,
            Self::Delete => UnderWay::Delete,
            Self::Scaling => UnderWay::ScalingGroup,
            Self::JoinPlugin | Self::LeavePlugin => UnderWay::DevicePlugin,
            Self::EnableWindows => UnderWay::Windows,
        }
    }
}

/// One `UpdateNodegroupVersion`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionChange {
    pub version: Option<String>,
    pub release_version: Option<String>,
    pub launch_template: Option<(LaunchTemplateIdentity, String)>,
    pub force: ForceUpdate,
}

/// The steps that are missing, in the order in which EKS accepts them one at a time, and warnings about what cannot be
/// done.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub warnings: Vec<String>,
}

/// A change that EKS cannot make. The function refuses it before it changes anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{property}: {wanted} is older than {running}, which {group} runs, and EKS takes no node group back; set {property} to {running}, or remove it"
)]
pub struct Downgrade {
    property: &'static str,
    wanted: String,
    running: String,
    group: String,
}

/// The steps from `live` to what is wanted: new tags first, then version and launch template as well as configuration, and the
/// tags to be removed at the end, since some of them mark a group that isn't finished. The service refuses version and
/// configuration in one (eksctl issue 2565) and takes one update at a time. Configuration follows the roll, unless it lets
/// the roll go faster.
///
/// `template` is what the nodes shall run; `None` leaves the launch template out.
///
/// # Errors
/// [`Downgrade`], outside a rollback.
pub fn plan(desired: &Desired, live: &NodeGroup, template: Option<&TemplateVersion>) -> Result<Plan, Downgrade> {
    let mut plan = Plan::default();
    let version = version_change(desired, live, template, &mut plan.warnings)?;
    let tags = desired.missing_tags(live);
    if !tags.is_empty() {
        plan.steps.push(Step::Tag(live.target(), tags));
    }
    let version = version.map(|change| Step::UpdateVersion(live.target(), Box::new(change)));
    let config = config_change(desired, live).map(|change| Step::UpdateConfig(live.target(), Box::new(change)));
    let updates = match loosens(live.scaling.desired, live.update_settings, desired.spec.update_settings) {
        true => [config, version],
        false => [version, config],
    };
    plan.steps.extend(updates.into_iter().flatten());
    let is_unwanted = |key: &&String| desired.removed_tags.contains(*key) || key.as_str() == UNFINISHED_TAG;
    plan.warnings.extend(size_left(desired, live));
    let unwanted: BTreeSet<String> = live.tags.keys().filter(is_unwanted).cloned().collect();
    if !unwanted.is_empty() {
        plan.steps.push(Step::Untag(live.target(), unwanted));
    }
    Ok(plan)
}

/// The words of the warning about a size that the function leaves.
pub const SIZE_LEFT: &str = "so it can't tell whether this update is a rollback";

/// If the function cannot describe the stack, an autoscaler may have set a size that differs from the template's former
/// one, and the request may be a rollback.
fn size_left(desired: &Desired, live: &NodeGroup) -> Option<String> {
    let wanted = desired
        .spec
        .scaling
        .desired
        .filter(|wanted| *wanted != live.scaling.desired)?;
    let takes_back = match desired.desired_size {
        DesiredSize::TakeBack { failed } => failed == live.scaling.desired,
        DesiredSize::Template | DesiredSize::Live => true,
    };
    (desired.direction == Direction::Unknown && !takes_back).then(|| {
        format!(
            "DesiredSize: {}/{} stays at {}, and {wanted} isn't set: the function can't describe the stack, {SIZE_LEFT}; allow cloudformation:DescribeStacks",
            live.cluster, live.name, live.scaling.desired
        )
    })
}

fn version_change(
    desired: &Desired,
    live: &NodeGroup,
    template: Option<&TemplateVersion>,
    warnings: &mut Vec<String>,
) -> Result<Option<VersionChange>, Downgrade> {
    let (version, release) = image_change(desired, live, warnings)?;
    let launch_template = template.and_then(|template| launch_template_change(desired, template, live));
    let follows = desired.spec.release == Release::Latest
        && desired.purpose == Purpose::Update
        && desired.direction == Direction::Forward;
    if version.is_none() && release.is_none() && launch_template.is_none() && !follows {
        return Ok(None);
    }
    // EKS's pages disagree on which version an update without a version takes, so the call always states it. Except:
    // with a custom AMI the call must not.
    let version = (!live.ami_type.is_custom()).then(|| version.unwrap_or_else(|| live.version.clone()));
    // Without a stated release, a roll takes the newest release, whatever the reason of the roll. A stated release
    // stays.
    let pinned = matches!(desired.spec.release, Release::Exact(_)).then(|| live.release_version.clone());
    Ok(Some(VersionChange {
        version,
        release_version: release.or(pinned),
        launch_template,
        force: desired.spec.force,
    }))
}

/// The Kubernetes version and the AMI release that are newer than what the group runs.
fn image_change(
    desired: &Desired,
    live: &NodeGroup,
    warnings: &mut Vec<String>,
) -> Result<(Option<String>, Option<String>), Downgrade> {
    let mut upgrade = |property, wanted: &str, running: &str, order| match order {
        Some(Ordering::Equal) => Ok(false),
        Some(Ordering::Less) => {
            let downgrade = Downgrade {
                property,
                wanted: wanted.to_owned(),
                running: running.to_owned(),
                group: format!("{}/{}", live.cluster, live.name),
            };
            give_up_or_refuse(desired.direction, downgrade, warnings).map(|()| false)
        }
        Some(Ordering::Greater) | None => Ok(true),
    };
    let (mut version, mut release) = (None, None);
    if let Some(wanted) = desired.spec.version {
        let order = KubernetesVersion::parse(&live.version).map(|running| wanted.cmp(&running));
        let text = wanted.to_string();
        version = upgrade("Version", &text, &live.version, order)?.then_some(text);
    }
    if let Release::Exact(wanted) = &desired.spec.release {
        let order = compare_releases(wanted, &live.release_version);
        release = upgrade("ReleaseVersion", wanted, &live.release_version, order)?.then(|| wanted.clone());
    }
    Ok((version, release))
}

fn give_up_or_refuse(direction: Direction, downgrade: Downgrade, warnings: &mut Vec<String>) -> Result<(), Downgrade> {
    match direction {
        Direction::Forward => Err(downgrade),
        Direction::RollingBack | Direction::Unknown => {
            let Downgrade {
                property,
                wanted,
                running,
                group,
            } = downgrade;
            warnings.push(format!(
                "{property}: {group} stays at {running}, since EKS can't take it back to {wanted}"
            ));
            Ok(())
        }
    }
}

fn launch_template_change(
    desired: &Desired,
    wanted: &TemplateVersion,
    live: &NodeGroup,
) -> Option<(LaunchTemplateIdentity, String)> {
    let version = wanted.version.clone()?;
    let running = live.launch_template.as_ref()?;
    // A group keeps its launch template for life. In a rollback the resource may have another template of its own, if
    // somebody deleted the first one.
    let is_another = match &wanted.identity {
        LaunchTemplateIdentity::Id(id) => *id != running.id,
        LaunchTemplateIdentity::Name(name) => *name != running.name,
    };
    if is_another && desired.direction != Direction::Forward {
        return None;
    }
    (running.version != version).then(|| (wanted.identity.clone(), version))
}

#[cfg(test)]
pub mod tests;
