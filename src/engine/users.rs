//! The number of the version of the user's own launch template, where the preflight didn't read it. Asked once a request.

use super::Stop;
use super::goal::unanswered;
use super::situation::rolls_back;
use crate::nodegroup::spec::Spec;
use crate::ports::{Cloud, Fault};
use crate::progress::Progress;

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
        // The template of before may be gone; the version that runs then stands.
        Err(_) if rolls_back(progress) => {}
        Err(error) => return Err(Stop::Fail(format!("LaunchTemplate: {error}"))),
    }
    Ok(())
}
