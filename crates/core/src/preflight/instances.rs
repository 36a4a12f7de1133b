//! The instance types: whether they exist in the zones of the subnets, boot the image, and fit the account's quotas.

mod images;
mod offers;
mod sizes;

use super::check::Check;
use super::facts::InstanceType;
use super::finding::Finding;
use super::text::listed;
use super::view::{CheckInput, known};

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let mut findings: Vec<Finding> = not_found(view).into_iter().collect();
    findings.extend(offers::findings(view));
    findings.extend(images::findings(view));
    findings.extend(sizes::findings(view));
    findings
}

fn not_found(view: &CheckInput) -> Option<Finding> {
    let found = known(&view.facts.types)?;
    let wanted = view.type_names().into_iter();
    let missing: Vec<String> = wanted
        .filter(|name| !name.is_empty() && !found.iter().any(|kind| kind.name == *name))
        .collect();
    (!missing.is_empty()).then(|| {
        let missing = listed(missing);
        let cause = format!("EC2 has no such type in this Region: {missing}");
        Finding::new(Check::InstanceTypeNotFound, view.types_property(), missing, cause)
    })
}

fn names<'a>(types: impl IntoIterator<Item = &'a InstanceType>) -> String {
    listed(types.into_iter().map(|kind| &kind.name))
}
