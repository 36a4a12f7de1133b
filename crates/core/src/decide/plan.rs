//! The full description of the wanted group, and the ordered steps that lead from the live group to it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::change::{ConfigChange, config_change, missing};
use super::history::StepKind;
use super::roll::loosens;
use crate::autoscaling::ScalingStep;
use crate::launch_template::ec2_resources::Place;
use crate::launch_template::steps::LaunchStep;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::{Confirmation, Owner, REPLACES_TAG, Replaces, UNFINISHED_TAG};
use crate::nodegroup::request_order::Turn;
use crate::properties::scaling::DesiredSize;
use crate::properties::settings::Setting;
use crate::properties::spec::{ForceUpdate, LaunchTemplateIdentity, Release, Spec};
use crate::properties::tags::OWN_PREFIX;
use crate::properties::version::{KubernetesVersion, compare_releases};

/// A specification with everything that the function had to look up to carry it out.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    pub name: String,
    pub owner: Owner,
    pub spec: Spec,
    /// The tags of the stack, overridden by the template's, overridden by those of the owner and of the request order.
    pub tags: BTreeMap<String, String>,
    pub stack_tags: StackTags,
    /// Tags that the template had before and no longer has. Any other tag on the group is somebody else's.
    pub removed_tags: BTreeSet<String>,
    /// Settings that the template had before and no longer has.
    pub dropped: BTreeSet<Setting>,
    pub desired_size: DesiredSize,
    pub direction: Direction,
    pub purpose: Purpose,
    /// The physical ID that the stack has recorded for the resource, in an Update.
    pub current_id: Option<String>,
    /// When the request was sent, in seconds since the epoch. A group that was created earlier is not this request's.
    /// `None` if the request has no time.
    pub sent: Option<u64>,
    /// The place of this request among the requests for the same resource.
    pub turn: Turn,
    /// The version of the user's own launch template as a number, if the template names one.
    pub launch_template_version: Option<String>,
}

/// Whether the function could read the stack's tags. Unknown tags are not empty tags: the group's inherited tags stand
/// in for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StackTags {
    Known,
    Unknown,
}

/// Whether the stack goes forward or rolls back. A rollback never fails by a change that EKS cannot take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forward,
    RollingBack,
    /// The function cannot describe the stack. It refuses nothing that a rollback might need, and judges the result of
    /// the request as if the stack went forward.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Create,
    Update,
}

/// One call that changes something.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A call to EC2, for the launch template that the function makes, its security group or its key pair.
    Launch(LaunchStep),
    Create(NewGroup),
    Tag(BTreeMap<String, String>),
    Untag(BTreeSet<String>),
    UpdateVersion(VersionChange),
    UpdateConfig(Box<ConfigChange>),
    Delete,
    /// The calls for the Auto Scaling group, in this order.
    Scaling(Vec<ScalingStep>),
    /// Apply the device plugin for this group too.
    JoinPlugin {
        image: String,
    },
    /// This group no longer needs the device plugin.
    LeavePlugin,
    /// Let the network plugin give addresses to Windows pods.
    EnableWindows,
}

/// What a new group needs in addition to its specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    pub template: TemplateVersion,
    /// The AMI type for a template that names none. `None` leaves the choice to EKS.
    pub default_ami_type: Option<String>,
}

/// A launch template, and the version of it that nodes shall run. `None` stands for the default version, in a rollback
/// that cannot ask EC2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateVersion {
    pub identity: LaunchTemplateIdentity,
    pub version: Option<String>,
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

impl Desired {
    /// Identifies the group's resources in EC2.
    pub fn place(&self) -> Place {
        Place {
            cluster: self.spec.cluster.clone(),
            name: self.name.clone(),
            owner: self.owner.clone(),
        }
    }

    /// The tags of a new group. A replacement is marked until CloudFormation has provably recorded it. A group by event
    /// is marked until the request has succeeded.
    pub fn tags_of_new(&self) -> BTreeMap<String, String> {
        let mut tags = self.tags.clone();
        tags.extend(self.turn.marks());
        tags.extend(self.replaced().map(|id| (REPLACES_TAG.to_owned(), id.to_owned())));
        tags
    }

    /// The physical ID of the group that this group replaces.
    pub fn replaced(&self) -> Option<&str> {
        let own = format!("{}/{}", self.spec.cluster, self.name);
        self.current_id.as_deref().filter(|id| *id != own)
    }

    /// Uses the inherited tags of the running group if the function could not read the stack's tags, so that it neither
    /// retags nor rolls for them.
    pub fn inherit(&mut self, live: &BTreeMap<String, String>) {
        if self.stack_tags == StackTags::Known {
            return;
        }
        let is_inherited = |key: &String| {
            !["aws:", OWN_PREFIX].iter().any(|prefix| key.starts_with(prefix)) && !self.removed_tags.contains(key)
        };
        let inherited = live.iter().filter(|(key, _)| is_inherited(key));
        for (key, value) in inherited {
            self.tags.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }

    /// Whether a group existed before the request was sent. `None` if the request or the group has no time.
    pub fn is_of_before(&self, live: &NodeGroup) -> Option<bool> {
        Some(live.created_at? < self.sent?)
    }

    /// The tags that are missing. If the request names a replacement as its own group, CloudFormation has recorded the
    /// replacement.
    fn missing_tags(&self, live: &NodeGroup) -> BTreeMap<String, String> {
        let mut tags = missing(&self.tags, &live.tags);
        let confirmed = Replaces::on(&live.tags).filter(|_| self.current_id.is_some() && self.replaced().is_none());
        tags.extend(
            confirmed
                .and_then(|replaces| replaces.becomes(Confirmation::Confirmed))
                .unwrap_or_default(),
        );
        tags
    }
}

impl Step {
    pub fn kind(&self) -> StepKind {
        match self {
            Self::Launch(_) => StepKind::Launch,
            Self::Create(_) => StepKind::Create,
            Self::Tag(_) => StepKind::Tag,
            Self::Untag(_) => StepKind::Untag,
            Self::UpdateVersion(_) => StepKind::UpdateVersion,
            Self::UpdateConfig(_) => StepKind::UpdateConfig,
            Self::Delete => StepKind::Delete,
            Self::Scaling(_) => StepKind::Scaling,
            Self::JoinPlugin { .. } => StepKind::JoinPlugin,
            Self::LeavePlugin => StepKind::LeavePlugin,
            Self::EnableWindows => StepKind::EnableWindows,
        }
    }
}

/// The steps from `live` to what is wanted: new tags first, then version and launch template, then configuration. The
/// tags to remove come last, since some of them mark an unfinished group. EKS refuses version and configuration in one
/// call (eksctl issue 2565) and takes one update at a time. Configuration follows the roll. Except: a configuration
/// that lets the roll go faster comes first.
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
        plan.steps.push(Step::Tag(tags));
    }
    let version = version.map(Step::UpdateVersion);
    let config = config_change(desired, live).map(|change| Step::UpdateConfig(Box::new(change)));
    let updates = match loosens(live.scaling.desired, live.update_settings, desired.spec.update_settings) {
        true => [config, version],
        false => [version, config],
    };
    plan.steps.extend(updates.into_iter().flatten());
    let is_unwanted = |key: &&String| desired.removed_tags.contains(*key) || key.as_str() == UNFINISHED_TAG;
    plan.warnings.extend(size_left(desired, live));
    let unwanted: BTreeSet<String> = live.tags.keys().filter(is_unwanted).cloned().collect();
    if !unwanted.is_empty() {
        plan.steps.push(Step::Untag(unwanted));
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
    let version = (live.ami_type != "CUSTOM").then(|| version.unwrap_or_else(|| live.version.clone()));
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
