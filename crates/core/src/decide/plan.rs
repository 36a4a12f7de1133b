//! What is wanted in full, and the ordered steps that are missing to get there.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::change::{ConfigChange, config_change, missing};
use super::history::StepKind;
use super::roll::loosens;
use crate::autoscaling::ScalingStep;
use crate::launch_template::ec2_resources::Place;
use crate::launch_template::steps::LaunchStep;
use crate::node::ami_type::AmiType;
use crate::nodegroup::group::NodeGroup;
use crate::nodegroup::ownership::{Confirmation, Owner, REPLACES_TAG, Replaces, UNFINISHED_TAG};
use crate::nodegroup::request_order::Turn;
use crate::properties::scaling::DesiredSize;
use crate::properties::settings::Setting;
use crate::properties::spec::{ForceUpdate, LaunchTemplateIdentity, Release, Spec};
use crate::properties::tags::OWN_PREFIX;
use crate::properties::version::{KubernetesVersion, compare_releases};

/// A spec with all that had to be looked up to carry it out.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    pub name: String,
    pub owner: Owner,
    pub spec: Spec,
    /// Stack tags, the template's tags over them, and over both those of the owner and of the turn.
    pub tags: BTreeMap<String, String>,
    pub stack_tags: StackTags,
    /// Tags that the template had before and has no more. Others on the group are somebody else's.
    pub removed_tags: BTreeSet<String>,
    /// Settings that the template had before and has no more.
    pub dropped: BTreeSet<Setting>,
    pub desired_size: DesiredSize,
    pub direction: Direction,
    pub purpose: Purpose,
    /// The physical id that the stack knows the resource by, where it is an update.
    pub current_id: Option<String>,
    /// A group that was created before then, in seconds since the epoch, is none of this request's. `None`: the request doesn't
    /// say when it was sent.
    pub sent: Option<u64>,
    /// Which request this is, among those for the same resource.
    pub turn: Turn,
    /// The version of the user's own launch template as a number, where the template names one.
    pub launch_template_version: Option<String>,
}

/// Whether the stack's tags could be read. Unknown tags are not empty tags: what the group has stands in for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StackTags {
    Known,
    Unknown,
}

/// Whether the stack goes forward or is being rolled back. A rollback never fails because of what EKS can't take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forward,
    RollingBack,
    /// The stack can't be described. Nothing is refused that a rollback might need; how the request comes out is judged as
    /// going forward.
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
    /// One in EC2, for the resource's own launch template and what it brings along.
    Launch(LaunchStep),
    Create(NewGroup),
    Tag(BTreeMap<String, String>),
    Untag(BTreeSet<String>),
    UpdateVersion(VersionChange),
    UpdateConfig(Box<ConfigChange>),
    Delete,
    /// Those on the Auto Scaling group, in this order.
    Scaling(Vec<ScalingStep>),
    /// The device plugin is applied for this group too.
    JoinPlugin {
        image: String,
    },
    /// This group needs the device plugin no more.
    LeavePlugin,
    /// The network plugin gives addresses to Windows pods.
    EnableWindows,
}

/// What a new group gets beside its spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    pub template: TemplateVersion,
    /// For a template that names no AMI type; `None` leaves the choice to the service.
    pub default_ami_type: Option<AmiType>,
}

/// A launch template and the version of it that nodes are to run. `None` is the default one, in a rollback that can't ask.
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

/// The steps still missing, in the order in which the service takes them one at a time, and what can't be had.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub warnings: Vec<String>,
}

/// A change that can't be made, said before anything is touched.
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
    /// Where the group's belongings in EC2 are found.
    pub fn place(&self) -> Place {
        Place {
            cluster: self.spec.cluster.clone(),
            name: self.name.clone(),
            owner: self.owner.clone(),
        }
    }

    /// The tags that a new group gets. One made in place of another is marked until CloudFormation is known to have learnt of it,
    /// and one by an event until the request has succeeded.
    pub fn tags_of_new(&self) -> BTreeMap<String, String> {
        let mut tags = self.tags.clone();
        tags.extend(self.turn.marks());
        tags.extend(self.replaced().map(|id| (REPLACES_TAG.to_owned(), id.to_owned())));
        tags
    }

    /// The physical ID of the group whose place this one takes.
    pub fn replaced(&self) -> Option<&str> {
        let own = format!("{}/{}", self.spec.cluster, self.name);
        self.current_id.as_deref().filter(|id| *id != own)
    }

    /// What the group that runs has inherited stands in for stack tags that could not be read, so that nothing is retagged or rolled
    /// for them.
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

    /// Whether a group was there before the request was sent. Without its times nobody can tell.
    pub fn is_of_before(&self, live: &NodeGroup) -> Option<bool> {
        Some(live.created_at? < self.sent?)
    }

    /// The tags that are missing. A request that names a replacement as its own group shows that CloudFormation has learnt of it.
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

/// The steps from `live` to what is wanted: new tags first, then version and launch template as well as configuration, and the
/// tags to be removed at the end, since some of them mark a group that isn't finished. The service refuses version and
/// configuration in one (eksctl issue 2565) and takes one update at a time. Configuration follows the roll, unless it lets
/// the roll go faster.
///
/// `template` is what the nodes are to run; `None` leaves it out of account.
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

/// What a warning says of a size that is left.
pub const SIZE_LEFT: &str = "so it can't tell whether this update is a rollback";

/// Where the stack can't be described a size that isn't the template's former one may be an autoscaler's, and the request a rollback.
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
    // The service's pages disagree on which version an update without one takes, so it is always said; with a custom AMI
    // it may not be.
    let version = (!live.ami_type.is_custom()).then(|| version.unwrap_or_else(|| live.version.clone()));
    // Without a release a roll takes the newest, whatever it was begun for; a stated one stays.
    let pinned = matches!(desired.spec.release, Release::Exact(_)).then(|| live.release_version.clone());
    Ok(Some(VersionChange {
        version,
        release_version: release.or(pinned),
        launch_template,
        force: desired.spec.force,
    }))
}

/// The Kubernetes version and the AMI release that are newer than what runs.
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
    // A group keeps its launch template for life. In a rollback another one of the resource's own may be there, if somebody has deleted it.
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
