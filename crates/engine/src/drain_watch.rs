//! A roll that takes long: what blocks the drain is looked up while it does, so that the deadline's reason can name it.

use crate::case::Case;
use crate::ports::{Cloud, ReadDrain};
use crate::progress::Warnings;
use mng_core::decide::history::History;
use mng_core::decide::plan::StepKind;
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::workload::drain::blocked_message;

/// How long a roll may take, in seconds, before it is asked what holds it up, and how often it is asked then. EKS gives the
/// pods of a node 15 minutes to be evicted (EKS user guide, "Managed node update behavior"), and most go within seconds.
const ASK_EVERY_SECONDS: u64 = 300;

/// Asks Kubernetes once in a while. Nobody has asked for that access, so where there is none it is only logged.
pub async fn check<C: Cloud>(
    cloud: &C,
    case: &Case,
    history: &mut History,
    warnings: &mut Warnings,
    target: Option<&str>,
    now: u64,
) {
    let Some(begun) = history.of(StepKind::UpdateVersion) else {
        return;
    };
    let asked = history.drain_asked.unwrap_or(begun.at);
    let Some(group) = group(case, target).filter(|_| now >= asked + ASK_EVERY_SECONDS) else {
        return;
    };
    history.drain_asked = Some(now);
    let read = ReadDrain {
        group: group.clone(),
        nodes: vec![],
    };
    match cloud.call(&read).await {
        Ok(drain) => {
            let held_up = blocked_message(&drain).map(|blocked| format!("the roll was held up: {blocked}"));
            if let Some(held_up) = &held_up {
                tracing::warn!(cluster = group.cluster, name = group.name, held_up);
                announce(history, warnings, held_up);
            }
            history.obstacle = held_up;
        }
        Err(error) => tracing::info!(%error, "what holds the roll up could not be looked up"),
    }
}

/// The answer tells it too, the last that was seen: where the roll ends well, the next one is held up by the same.
fn announce(history: &mut History, warnings: &mut Warnings, held_up: &str) {
    let before = history.obstacle.take();
    warnings.0.retain(|warning| Some(warning) != before.as_ref());
    warnings.add(held_up.to_owned());
}

fn group(case: &Case, target: Option<&str>) -> Option<PhysicalId> {
    let derived = case.derived_id()?;
    Some(PhysicalId {
        name: target?.to_owned(),
        ..derived
    })
}
