//! What can be known before anything is made, looked at once a request.

use crate::case::Case;
use crate::fault::PassStop;
use crate::ports::{Cloud, ReadFacts};
use crate::progress::{KnownStack, Lookups, Reads, Warnings};
use mng_core::decide::Waiting;
use mng_core::decide::desired::Direction;
use mng_core::decide::history::History;
use mng_core::diagnosis::WARNING;
use mng_core::launch_template::steps::ClusterNetwork;
use mng_core::preflight::check::Check;
use mng_core::preflight::facts::Facts;
use mng_core::preflight::finding::{Finding, Severity};
use mng_core::preflight::{RequestImpact, findings, soften, unread};
use mng_core::properties::fields::Problem;
use mng_core::properties::spec::{Preflight, Spec};
use mng_core::protocol::request::{Request, RequestType};
use mng_core::texts::numbered;

/// What was found, until the group that it is about is known.
pub struct PreflightFindings {
    findings: Vec<Finding>,
    /// The name is taken by this very resource: an earlier delivery of the request has made the group.
    group: NameOwner,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NameOwner {
    Ours,
    NotOurs,
}

/// Reads and judges, unless the request was looked at before, the template switches it off, or this is a rollback, which
/// nothing found here may fail.
///
/// # Errors
/// A wait, while a cluster that a new group is for comes up.
pub async fn run<C: Cloud>(
    cloud: &C,
    case: &Case,
    history: &mut History,
    reads: &mut Reads,
    stack: &KnownStack,
) -> Result<Option<PreflightFindings>, PassStop> {
    let is_due = !reads.lookups.preflight_done && !stack.rolls_back();
    if !is_due || case.spec.preflight == Preflight::Off {
        return Ok(None);
    }
    let (found, facts) = read(cloud, case).await;
    if let Some(Ok(group)) = &facts.name {
        reads.pass.note_group(case.id_of_name(case.name()), group.clone());
    }
    let refuses = found.findings.iter().any(|finding| finding.severity == Severity::Error);
    if case.kind() == RequestType::Create
        && !refuses
        && let Some(obstacle) = cluster_is_not_ready(&facts)
    {
        history.obstacle = Some(obstacle);
        return Err(PassStop::Wait(Waiting::ForOthers));
    }
    history.obstacle = None;
    remember(&mut reads.lookups, &case.spec, facts);
    Ok(Some(found))
}

/// The errors that the checks find besides properties that are wrong already: one deployment shows both.
pub async fn errors_beside_invalid_properties<C: Cloud>(cloud: &C, case: &Case) -> Vec<Finding> {
    match case.spec.preflight {
        Preflight::Off => vec![],
        Preflight::Strict | Preflight::Warn => {
            let mut findings = read(cloud, case).await.0.findings;
            findings.retain(|finding| finding.severity == Severity::Error);
            findings
        }
    }
}

/// What the checks say of a group that has failed, the gravest first.
pub async fn causes_of_failure<C: Cloud>(cloud: &C, case: &Case) -> Vec<String> {
    let mut findings = read(cloud, case).await.0.findings;
    findings.retain(|finding| finding.check != Check::NotChecked);
    let text = |finding: &Finding| match finding.severity {
        Severity::Error => finding.to_string(),
        Severity::Warning => format!("{WARNING}{finding}"),
    };
    findings.iter().map(text).collect()
}

/// The errors that refuse the request; everything else becomes a warning of its answer.
pub fn judge(
    case: &Case,
    lookups: &mut Lookups,
    known: &mut Warnings,
    stack: &KnownStack,
    target: Option<&str>,
    found: PreflightFindings,
) -> Vec<Finding> {
    let impact = request_impact(case, target, found.group);
    let findings = soften(found.findings, &impact, strictness(case, stack));
    let (errors, warnings): (Vec<_>, Vec<_>) = findings
        .into_iter()
        .partition(|finding| finding.severity == Severity::Error);
    if errors.is_empty() {
        lookups.preflight_done = true;
        let warnings = warnings.iter().map(Finding::to_string);
        warnings.for_each(|warning| known.add(warning));
    }
    errors
}

/// Where the stack can't be described an update may be a rollback, and then nothing found here may fail it.
fn strictness(case: &Case, stack: &KnownStack) -> Preflight {
    let known = stack.situation.as_ref();
    match known.map(|situation| situation.phase.direction(case.kind())) {
        Some(Direction::RollingBack | Direction::Unknown) => Preflight::Warn,
        Some(Direction::Forward) | None => case.spec.preflight,
    }
}

/// Everything that speaks against a request, in one answer.
pub fn refusal(problems: &[Problem], findings: &[Finding]) -> String {
    let problem = |problem: &Problem| format!("{problem} [{}]", problem.rule.code());
    let mut texts: Vec<String> = problems.iter().map(problem).collect();
    texts.extend(findings.iter().map(Finding::to_string));
    format!("nothing was changed, {} problem(s): {}", texts.len(), numbered(&texts))
}

async fn read<C: Cloud>(cloud: &C, case: &Case) -> (PreflightFindings, Facts) {
    let facts = cloud
        .call(&ReadFacts {
            spec: Box::new(case.spec.clone()),
            name: case.name(),
        })
        .await;
    let mut findings = findings(&case.spec, &case.owner, &facts);
    findings.extend(not_checked(&facts));
    let group = match &facts.name {
        Some(Ok(Some(group))) if case.owner.owns(&group.tags) => NameOwner::Ours,
        Some(Ok(Some(_) | None) | Err(_)) | None => NameOwner::NotOurs,
    };
    (PreflightFindings { findings, group }, facts)
}

fn not_checked(facts: &Facts) -> Option<Finding> {
    let unread = unread(facts);
    let cause = format!("not everything was checked: {}", unread.join("; "));
    (!unread.is_empty()).then(|| Finding::new(Check::NotChecked, "Preflight", "", cause))
}

/// Why a new group has to wait: none can be made for a cluster that isn't ACTIVE (EKS user guide, "Create a managed node group").
fn cluster_is_not_ready(facts: &Facts) -> Option<String> {
    let Some(Ok(cluster)) = &facts.cluster else {
        return None;
    };
    let waits = matches!(cluster.status.as_str(), "CREATING" | "PENDING" | "UPDATING");
    waits.then(|| format!("cluster {} is {}", cluster.name, cluster.status))
}

/// What was read is not asked for again.
fn remember(lookups: &mut Lookups, spec: &Spec, facts: Facts) {
    if let Some(Ok(types)) = facts.types {
        lookups.types = Some(types.into_iter().map(|kind| kind.facts).collect());
    }
    if let (Some(Ok(template)), Some(_)) = (facts.template, &spec.launch_template) {
        lookups.launch_template_version = Some(template.version.to_string());
    }
    if let Some(Ok(cluster)) = facts.cluster
        && !cluster.vpc.is_empty()
        && !cluster.security_group.is_empty()
    {
        lookups.cluster = Some(ClusterNetwork {
            vpc: cluster.vpc,
            security_group: cluster.security_group,
        });
    }
}

fn request_impact(case: &Case, target: Option<&str>, group: NameOwner) -> RequestImpact {
    match case.current() {
        None if group == NameOwner::Ours => RequestImpact::Made,
        None => RequestImpact::New,
        Some(current) if case.spec.cluster == current.cluster && target.is_none_or(|target| target == current.name) => {
            RequestImpact::Kept {
                changed: changed(&case.request),
            }
        }
        Some(_) => RequestImpact::New,
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
