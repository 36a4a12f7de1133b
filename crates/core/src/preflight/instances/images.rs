//! Whether the instance types boot the image, and whether the image has drivers for their accelerators.

use super::names;
use crate::node::ami_type::OperatingSystem;
use crate::node::instance_type::{Accelerator, Architecture};
use crate::preflight::check::Check;
use crate::preflight::facts::{InstanceType, IpFamily};
use crate::preflight::finding::Finding;
use crate::preflight::view::CheckInput;

pub fn findings(view: &CheckInput) -> Vec<Finding> {
    let mixed = mixed(view);
    let architecture = if mixed.is_some() { None } else { architecture(view) };
    [mixed, architecture, accelerator(view), driver(view), nitro(view)]
        .into_iter()
        .flatten()
        .collect()
}

/// One group has one image.
fn mixed(view: &CheckInput) -> Option<Finding> {
    let of = |architecture| {
        let types = view.types().iter();
        types.filter(move |kind| kind.facts.architecture == architecture)
    };
    let (x86, arm) = (names(of(Architecture::X86)), names(of(Architecture::Arm)));
    (!x86.is_empty() && !arm.is_empty()).then(|| {
        let cause = format!("one group runs one image, and of these some are x86_64 ({x86}), others arm64 ({arm})");
        let all = names(view.types());
        Finding::new(Check::MixedArchitectures, view.types_property(), all, cause)
    })
}

fn architecture(view: &CheckInput) -> Option<Finding> {
    let kind = view.stated_ami_type()?;
    let other: Vec<&InstanceType> = chosen(view, |one| !kind.boots(&[one.facts]))?;
    let names = names(other);
    let cause = format!("{kind} doesn't boot on {names}, which is of another architecture");
    Some(Finding::new(Check::AmiArchitecture, "AmiType", names, cause))
}

fn accelerator(view: &CheckInput) -> Option<Finding> {
    let kind = view.stated_ami_type()?;
    let (check, what) = match kind.accelerator() {
        Accelerator::None => return None,
        Accelerator::Neuron => (Check::AmiNeedsNeuron, "AWS Inferentia or Trainium"),
        Accelerator::Nvidia => (Check::AmiNeedsGpu, "NVIDIA GPUs"),
    };
    let without = chosen(view, |one| !kind.drives(one.facts.accelerator))?;
    let names = names(without);
    let cause = format!("{kind} is for types with {what}, which {names} has not");
    Some(Finding::new(check, "AmiType", names, cause))
}

/// EKS does not choose an accelerated image by itself. If the properties state no AMI type, the function chooses one by
/// the instance types. Whether Bottlerocket's plain images have drivers for Neuron devices depends on their version.
fn driver(view: &CheckInput) -> Option<Finding> {
    let kind = view.stated_ami_type()?;
    let lacking = |accelerator| {
        let types = chosen(view, |one| one.facts.accelerator == accelerator);
        types.filter(|_| !kind.drives(accelerator)).map(names)
    };
    if let Some(names) = lacking(Accelerator::Nvidia) {
        let cause = format!("{kind} has no NVIDIA driver, so that the GPUs of {names} lie idle");
        return Some(Finding::new(Check::GpuWithoutDriver, "AmiType", names, cause));
    }
    let names = lacking(Accelerator::Neuron).filter(|_| kind.family() != Some(OperatingSystem::Bottlerocket))?;
    let cause = format!("{kind} has no Neuron driver, so that the accelerators of {names} lie idle");
    Some(Finding::new(Check::NeuronWithoutDriver, "AmiType", names, cause))
}

/// EKS user guide, "Learn about IPv6 addresses to clusters, Pods, and services".
fn nitro(view: &CheckInput) -> Option<Finding> {
    let on_ipv6 = view.ip_family() == Some(IpFamily::V6);
    let names = names(chosen(view, |one| on_ipv6 && !one.nitro)?);
    let cause = format!(
        "cluster {} is an IPv6 one, and {names} isn't built on Nitro",
        view.spec.cluster
    );
    Some(Finding::new(Check::NitroNeeded, view.types_property(), names, cause))
}

/// The types that a finding concerns, or `None` if there are none.
fn chosen<'a>(view: &CheckInput<'a>, concerns: impl Fn(&InstanceType) -> bool) -> Option<Vec<&'a InstanceType>> {
    let chosen: Vec<&InstanceType> = view.types().iter().filter(|kind| concerns(kind)).collect();
    (!chosen.is_empty()).then_some(chosen)
}
