//! Whether a group's nodes need the plugin.

use crate::node::ami_type::{AmiType, OperatingSystem};
use crate::node::instance_type::{Accelerator, InstanceTypeFacts};
use crate::properties::spec::{DevicePlugin, Spec};

/// Whether the function applies the plugin for a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginDecision {
    Apply,
    /// The properties do not ask for the plugin, or the nodes have it already.
    No,
    /// The properties ask for the plugin, but it does not suit the nodes, so the function applies nothing.
    Warn(String),
}

/// What the image of an AMI type has for NVIDIA GPUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GpuSupport {
    Nothing,
    Driver,
    DriverAndPlugin,
    /// For AWS's own accelerators.
    Neuron,
}

/// Goes by the AMI type alone where the instance types aren't known: the user's launch template may name them.
pub fn plugin_decision(spec: &Spec, ami_type: &AmiType, types: &[InstanceTypeFacts]) -> PluginDecision {
    if spec.device_plugin == DevicePlugin::Unasked {
        return PluginDecision::No;
    }
    let has = |accelerator| types.iter().any(|facts| facts.accelerator == accelerator);
    let is_known = !types.is_empty();
    match image(ami_type) {
        _ if has(Accelerator::Neuron) && !has(Accelerator::Nvidia) => PluginDecision::Warn(neuron()),
        GpuSupport::Neuron if !is_known => PluginDecision::Warn(neuron()),
        _ if is_known && !has(Accelerator::Nvidia) => PluginDecision::Warn(no_gpu(spec)),
        // Bottlerocket runs the plugin as a service of the operating system. A second plugin would report the same GPUs
        // again (EKS user guide, "Install Kubernetes device plugin for GPUs": not to be installed with Bottlerocket).
        GpuSupport::DriverAndPlugin => PluginDecision::No,
        GpuSupport::Driver => PluginDecision::Apply,
        GpuSupport::Nothing | GpuSupport::Neuron => PluginDecision::Warn(no_driver(ami_type)),
    }
}

/// `CUSTOM` is an image of the user's, who asks for the plugin and so has the driver.
fn image(ami_type: &AmiType) -> GpuSupport {
    let is_bottlerocket = ami_type.family() == Some(OperatingSystem::Bottlerocket);
    match ami_type.accelerator() {
        Accelerator::Neuron => GpuSupport::Neuron,
        Accelerator::Nvidia if is_bottlerocket => GpuSupport::DriverAndPlugin,
        Accelerator::Nvidia => GpuSupport::Driver,
        Accelerator::None if ami_type.is_custom() => GpuSupport::Driver,
        Accelerator::None => GpuSupport::Nothing,
    }
}

/// Neuron documentation, "Neuron Helm Chart".
fn neuron() -> String {
    "NvidiaDevicePlugin: nothing was applied. The nodes have Neuron devices, and the Neuron device plugin isn't \
     installed by this resource; install it with \
     `helm upgrade --install neuron-helm-chart oci://public.ecr.aws/neuron/neuron-helm-chart`"
        .to_owned()
}

fn no_gpu(spec: &Spec) -> String {
    format!(
        "NvidiaDevicePlugin: nothing was applied. None of the instance types {} has an NVIDIA GPU; name types that \
         have, or remove NvidiaDevicePlugin",
        spec.type_names().join(", ")
    )
}

fn no_driver(ami_type: &AmiType) -> String {
    let ami_type = match ami_type.as_str() {
        "" => "that EKS chose",
        named => named,
    };
    format!(
        "NvidiaDevicePlugin: nothing was applied. The AMI type {ami_type} brings no NVIDIA driver, and the plugin \
         finds no GPU without it; set AmiType to AL2023_x86_64_NVIDIA or AL2023_ARM_64_NVIDIA"
    )
}
