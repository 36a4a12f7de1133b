//! The user's own launch template, and the image that it names.

use crate::launch_template::custom_template::{CustomTemplate, TemplateContext, TemplateVerdict, judge};
use crate::node::instance_type::Architecture;
use crate::preflight::check::Check;
use crate::preflight::facts::{InstanceType, MachineImage};
use crate::preflight::finding::Finding;
use crate::preflight::text::listed;
use crate::preflight::view::{CheckInput, is_gone, known};
use crate::properties::fields::Problem;

const PROPERTY: &str = "LaunchTemplate";

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let mut findings: Vec<Finding> = not_found(view).into_iter().collect();
    if let Some(template) = view.template() {
        findings.extend(judged(view, template));
        findings.extend(image(view, template));
    }
    findings
}

/// The call names the template and its version. Either of them may be missing.
fn not_found(view: &CheckInput) -> Option<Finding> {
    let wanted = view.spec.launch_template.as_ref()?;
    let Some(Err(error)) = &view.facts.template else {
        return None;
    };
    is_gone(&view.facts.template).then(|| {
        let name = wanted.identity.as_str();
        let cause = format!("launch template {name} or its version isn't there: {}", error.message);
        Finding::new(Check::LaunchTemplateNotFound, PROPERTY, name, cause)
    })
}

fn judged(view: &CheckInput, template: &CustomTemplate) -> Vec<Finding> {
    let public = view.subnets().iter().filter(|subnet| subnet.assigns_public_addresses);
    let public_subnets: Vec<String> = public.map(|subnet| subnet.id.clone()).collect();
    let group = view.cluster().map(|cluster| cluster.security_group.as_str());
    let around = TemplateContext {
        cluster_security_group: group.filter(|group| !group.is_empty()),
        public_subnets: &public_subnets,
    };
    let TemplateVerdict { problems, warnings } = judge(view.spec, template, &around);
    let refused = problems
        .iter()
        .map(|problem| (Check::LaunchTemplateRefused, message(problem)));
    let advice = warnings
        .into_iter()
        .map(|warning| (Check::LaunchTemplateAdvice, warning));
    refused
        .chain(advice)
        .map(|(check, cause)| Finding::new(check, PROPERTY, &template.id, cause))
        .collect()
}

/// If the template contradicts another property, the message names that property first.
fn message(problem: &Problem) -> String {
    if problem.path == PROPERTY {
        problem.message.clone()
    } else {
        format!("{}: {}", problem.path, problem.message)
    }
}

fn image(view: &CheckInput, template: &CustomTemplate) -> Vec<Finding> {
    let (Some(id), Some(image)) = (&template.image_id, known(&view.facts.image)) else {
        return vec![];
    };
    let Some(image) = image else {
        let (version, of) = (template.version, &template.id);
        let cause =
            format!("{id}, in version {version} of launch template {of}, is gone or isn't shared with this account");
        return vec![Finding::new(Check::ImageNotFound, PROPERTY, id, cause)];
    };
    [not_available(image), architecture(view, image)]
        .into_iter()
        .flatten()
        .collect()
}

/// An image that EC2 still creates may be available by the time of the launch.
fn not_available(image: &MachineImage) -> Option<Finding> {
    let MachineImage { id, state, .. } = image;
    let finding = || Finding::new(Check::ImageNotAvailable, PROPERTY, id, format!("{id} is {state}"));
    match state.as_str() {
        "" | "available" => None,
        "pending" | "transient" => Some(finding().as_warning()),
        _ => Some(finding()),
    }
}

fn architecture(view: &CheckInput, image: &MachineImage) -> Option<Finding> {
    let foreign = |kind: &&InstanceType| kind.facts.architecture != image.architecture;
    let types: Vec<&str> = view
        .types()
        .iter()
        .filter(foreign)
        .map(|kind| kind.name.as_str())
        .collect();
    (!types.is_empty()).then(|| {
        let of = match image.architecture {
            Architecture::X86 => "x86_64",
            Architecture::Arm => "arm64",
        };
        let cause = format!("{} is for {of}, which {} is not", image.id, listed(types));
        Finding::new(Check::ImageArchitecture, PROPERTY, &image.id, cause)
    })
}
