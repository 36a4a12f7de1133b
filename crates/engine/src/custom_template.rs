//! The number of the version of the user's own launch template, where the preflight didn't read it. Asked once a request.

use super::Stop;
use super::goal::{again_if_denied, unanswered};
use crate::ports::Cloud;
use crate::progress::Progress;
use crate::stack_state::rolls_back;
use mng_core::call_error::Fault;
use mng_core::properties::spec::Spec;

/// `$Latest`, `$Default` and no version become a number: the service's own answer to them isn't documented.
pub async fn resolve<C: Cloud>(cloud: &C, progress: &mut Progress, spec: &Spec) -> Result<(), Stop> {
    let Some(wanted) = spec
        .launch_template
        .as_ref()
        .filter(|_| progress.launch_template_version.is_none())
    else {
        return Ok(());
    };
    match cloud.users_template(wanted).await {
        Ok(template) => progress.launch_template_version = Some(template.version.to_string()),
        Err(error) if matches!(error.fault, Fault::Throttled | Fault::Unknown | Fault::InUse) => {
            return Err(unanswered(progress, &error));
        }
        Err(error) => match again_if_denied(progress, &error) {
            Some(wait) => return Err(wait),
            // The template of before may be gone; the version that runs then stands.
            None if rolls_back(progress) => {}
            None => return Err(Stop::Fail(format!("LaunchTemplate: {error}"))),
        },
    }
    Ok(())
}
