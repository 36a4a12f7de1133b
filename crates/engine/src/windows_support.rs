//! The network plugin's setting for Windows nodes.

use crate::ports::{ApplyObject, Cloud, ReadWindowsState};
use mng_core::call_error::CallError;
use mng_core::workload::windows::{Ipam, lacks_linux, switched_on, warning};

/// What keeps Windows support from being switched on.
pub enum NotEnabled {
    NoLinuxNodes(String),
    Failed(CallError),
}

/// Switches Windows support on in a cluster. Gives a warning, if there is one.
///
/// # Errors
/// [`NotEnabled`].
pub async fn enable_windows<C: Cloud>(cloud: &C, cluster: &str) -> Result<Option<String>, NotEnabled> {
    let read = ReadWindowsState {
        cluster: cluster.to_owned(),
    };
    let state = cloud.call(&read).await.map_err(NotEnabled::Failed)?;
    if let Some(why) = lacks_linux(&state) {
        let told = format!("WindowsSupport: {why}; add a Linux node group first");
        // Where it is on already this is no step that lacks something, and Linux nodes come and go.
        return match state.ipam {
            Ipam::On => Ok(Some(told)),
            Ipam::Off | Ipam::OffByAddOn => Err(NotEnabled::NoLinuxNodes(told)),
        };
    }
    if let Some(config_map) = switched_on(&state) {
        let apply = ApplyObject {
            cluster: cluster.to_owned(),
            object: config_map,
        };
        cloud.call(&apply).await.map_err(NotEnabled::Failed)?;
    }
    Ok(warning(&state))
}
