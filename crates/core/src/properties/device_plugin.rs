//! NVIDIA's device plugin, as far as `NvidiaDevicePlugin` chooses it.

/// NVIDIA's image of the plugin.
pub const IMAGE: &str = "nvcr.io/nvidia/k8s-device-plugin";
/// The version that the function applies unless the template names another.
pub const DEFAULT_VERSION: &str = "v0.20.0";
