//! What can be known before anything is made, looked at once a request.

use super::Stop;
use super::goal::{current, owner};
use crate::ports::Cloud;
use crate::progress::Progress;
use crate::stack_state::rolls_back;
use mng_core::decide::Waiting;
use mng_core::decide::plan::Direction;
use mng_core::diagnosis::WARNING;
use mng_core::launch_template::steps::Cluster;
use mng_core::nodegroup::name::name;
use mng_core::numbered::numbered;
use mng_core::preflight::check::Check;
use mng_core::preflight::facts::Facts;
use mng_core::preflight::finding::{Finding, Severity};
use mng_core::preflight::{Standing, findings, soften, unread};
use mng_core::properties::fields::Problem;
use mng_core::properties::spec::{Preflight, Spec};
use mng_core::protocol::request::{Request, RequestType};

/// What was found, until the group that it is about is known.
pub struct Found {
    findings: Vec<Finding>,
    /// The name is taken by this very resource: an earlier delivery of the request has made the group.
    group: Group,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Ours,
    NotOurs,
}

/// Reads and judges, unless the request was looked at before, the template switches it off, or this is a rollback, which
/// nothing found here may fail.
///
/// # Errors
/// A wait, while a cluster that a new group is for comes up.
pub async fn look<C: Cloud>(cloud: &C, progress: &mut Progress, spec: &Spec) -> Result<Option<Found>, Stop> {
    if progress.preflight_done || spec.preflight == Preflight::Off || rolls_back(progress) {
        return Ok(None);
    }
    let (found, facts) = read(cloud, progress, spec).await;
    let refuses = found.findings.iter().any(|finding| finding.severity == Severity::Error);
    if progress.request.kind == RequestType::Create && !refuses {
        wait_for_cluster(progress, &facts)?;
    }
    remember(progress, spec, facts);
    Ok(Some(found))
}

/// What is found beside properties that are wrong already: one deploy tells both.
pub async fn beside<C: Cloud>(cloud: &C, progress: &Progress, spec: &Spec) -> Vec<Finding> {
    match spec.preflight {
        Preflight::Off => vec![],
        Preflight::Strict | Preflight::Warn => {
            let mut findings = read(cloud, progress, spec).await.0.findings;
            findings.retain(|finding| finding.severity == Severity::Error);
            findings
        }
    }
}

/// What the checks say of a group that has failed, the gravest first.
pub async fn again<C: Cloud>(cloud: &C, progress: &Progress, spec: &Spec) -> Vec<String> {
    let mut findings = read(cloud, progress, spec).await.0.findings;
    findings.retain(|finding| finding.check != Check::NotChecked);
    let text = |finding: &Finding| match finding.severity {
        Severity::Error => finding.to_string(),
        Severity::Warning => format!("{WARNING}{finding}"),
    };
    findings.iter().map(text).collect()
}

/// The errors that refuse the request; everything else becomes a warning of its answer.
pub fn judge(progress: &mut Progress, spec: &Spec, target: Option<&str>, found: Found) -> Vec<Finding> {
    let standing = standing(&progress.request, spec, target, found.group);
    let findings = soften(found.findings, &standing, strictness(progress, spec));
    let (errors, warnings): (Vec<_>, Vec<_>) = findings
        .into_iter()
        .partition(|finding| finding.severity == Severity::Error);
    if errors.is_empty() {
        progress.preflight_done = true;
        warnings.iter().for_each(|warning| progress.warn(warning.to_string()));
    }
    errors
}

/// Where the stack can't be described an update may be a rollback, and then nothing found here may fail it.
fn strictness(progress: &Progress, spec: &Spec) -> Preflight {
    let kind = progress.request.kind;
    let direction = progress
        .situation
        .as_ref()
        .map(|situation| situation.phase.direction(kind));
    match direction {
        Some(Direction::RollingBack | Direction::Unknown) => Preflight::Warn,
        Some(Direction::Forward) | None => spec.preflight,
    }
}

/// Everything that speaks against a request, in one answer.
pub fn told(problems: &[Problem], findings: &[Finding]) -> String {
    let problem = |problem: &Problem| format!("{problem} [{}]", problem.rule.code());
    let mut texts: Vec<String> = problems.iter().map(problem).collect();
    texts.extend(findings.iter().map(Finding::to_string));
    format!("nothing was changed, {} problem(s): {}", texts.len(), numbered(&texts))
}

async fn read<C: Cloud>(cloud: &C, progress: &Progress, spec: &Spec) -> (Found, Facts) {
    let owner = owner(&progress.request);
    let facts = cloud.facts(spec, &name(spec, &owner)).await;
    let mut findings = findings(spec, &owner, &facts);
    findings.extend(not_checked(&facts));
    let group = match &facts.name {
        Some(Ok(Some(group))) if owner.owns(&group.tags) => Group::Ours,
        _ => Group::NotOurs,
    };
    (Found { findings, group }, facts)
}

fn not_checked(facts: &Facts) -> Option<Finding> {
    let unread = unread(facts);
    let cause = format!("not everything was checked: {}", unread.join("; "));
    (!unread.is_empty()).then(|| Finding::new(Check::NotChecked, "Preflight", "", cause))
}

/// A group can't be made for a cluster that isn't ACTIVE (EKS user guide, "Create a managed node group").
fn wait_for_cluster(progress: &mut Progress, facts: &Facts) -> Result<(), Stop> {
    let Some(Ok(cluster)) = &facts.cluster else {
        return Ok(());
    };
    if !matches!(cluster.status.as_str(), "CREATING" | "PENDING" | "UPDATING") {
        return Ok(());
    }
    progress.history.obstacle = Some(format!("cluster {} is {}", cluster.name, cluster.status));
    Err(Stop::Wait(Waiting::ForOthers))
}

/// What was read is not asked for again.
fn remember(progress: &mut Progress, spec: &Spec, facts: Facts) {
    progress.history.obstacle = None;
    if let Some(Ok(types)) = facts.types {
        progress.types = Some(types.into_iter().map(|kind| kind.facts).collect());
    }
    if let (Some(Ok(template)), Some(_)) = (facts.template, &spec.launch_template) {
        progress.launch_template_version = Some(template.version.to_string());
    }
    if let Some(Ok(cluster)) = facts.cluster
        && !cluster.vpc.is_empty()
        && !cluster.security_group.is_empty()
    {
        progress.cluster = Some(Cluster {
            vpc: cluster.vpc,
            security_group: cluster.security_group,
        });
    }
}

fn standing(request: &Request, spec: &Spec, target: Option<&str>, group: Group) -> Standing {
    match current(request) {
        None if group == Group::Ours => Standing::Made,
        None => Standing::New,
        Some(current) if spec.cluster == current.cluster && target.is_none_or(|target| target == current.name) => {
            Standing::Kept {
                changed: changed(request),
            }
        }
        Some(_) => Standing::New,
    }
}

/// The properties that the update changes. What was recorded may be wrong after a skipped rollback; here it only makes an
/// error of a warning, or the other way round.
fn changed(request: &Request) -> Vec<String> {
    let Some(old) = &request.old_properties else {
        return request.properties.keys().cloned().collect();
    };
    let keys = request.properties.keys().chain(old.keys());
    keys.filter(|key| request.properties.get(*key) != old.get(*key))
        .cloned()
        .collect()
}
