//! Which findings refuse the request at hand: those about something that the request creates or changes, not those
//! about a group that runs already.

use super::check::Check;
use super::finding::{Finding, Severity};
use crate::properties::spec::Preflight;

/// What the request does to the group that the findings are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestImpact {
    /// The request creates the group, possibly in place of another.
    New,
    /// An earlier delivery of this very request has created the group, so it is too late to refuse.
    Made,
    /// The group runs, and the update changes these properties.
    Kept { changed: Vec<String> },
}

/// Turns errors that shall not refuse the request into warnings. A user must be able to change a label of a production
/// group whose subnets are full. So only two kinds of errors refuse an update that keeps its group: errors about a
/// property that the update changes, and errors about the access to the cluster that the update needs at its end.
pub fn soften(findings: Vec<Finding>, impact: &RequestImpact, preflight: Preflight) -> Vec<Finding> {
    let refuses = |finding: &Finding| match (preflight, impact) {
        (Preflight::Warn | Preflight::Off, _) | (_, RequestImpact::Made) => false,
        (Preflight::Strict, RequestImpact::New) => true,
        // The update needs the access at its end and would fail there, so the function refuses before it touches the
        // group.
        (Preflight::Strict, RequestImpact::Kept { .. }) if is_of_access(finding.check) => true,
        (Preflight::Strict, RequestImpact::Kept { changed }) => changed.iter().any(|key| key == finding.root()),
    };
    let softened = |finding: Finding| match finding.severity {
        Severity::Error if !refuses(&finding) => finding.as_warning(),
        Severity::Error | Severity::Warning => finding,
    };
    findings.into_iter().map(softened).collect()
}

fn is_of_access(check: Check) -> bool {
    [
        Check::NoAccessEntry,
        Check::KubernetesForbidden,
        Check::KubernetesUnreachable,
    ]
    .contains(&check)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The update needs the access only after all other steps.
    #[test]
    fn what_the_end_needs_is_refused_at_the_beginning() {
        let impact = RequestImpact::Kept {
            changed: vec!["Labels".to_owned()],
        };
        for check in [
            Check::NoAccessEntry,
            Check::KubernetesForbidden,
            Check::KubernetesUnreachable,
        ] {
            for (preflight, expected) in [
                (Preflight::Strict, Severity::Error),
                (Preflight::Warn, Severity::Warning),
            ] {
                let finding = Finding::new(check, "WaitFor", "c", "not known");
                let softened = soften(vec![finding], &impact, preflight);
                assert_eq!(softened[0].severity, expected, "{check:?} {preflight:?}");
            }
        }
    }

    #[test]
    fn only_what_is_to_be_made_is_refused() {
        let kept = |changed: &[&str]| RequestImpact::Kept {
            changed: changed.iter().map(|key| (*key).to_owned()).collect(),
        };
        for (preflight, impact, expected) in [
            (Preflight::Strict, RequestImpact::New, Severity::Error),
            (Preflight::Warn, RequestImpact::New, Severity::Warning),
            (Preflight::Strict, RequestImpact::Made, Severity::Warning),
            (Preflight::Strict, kept(&["Labels"]), Severity::Warning),
            (Preflight::Strict, kept(&["RemoteAccess"]), Severity::Error),
            (Preflight::Warn, kept(&["RemoteAccess"]), Severity::Warning),
        ] {
            let finding = Finding::new(Check::ClusterNotFound, "RemoteAccess.Ec2SshKey", "k", "k is not there");
            let softened = soften(vec![finding], &impact, preflight);
            assert_eq!(softened[0].severity, expected, "{preflight:?} {impact:?}");
        }
    }
}
