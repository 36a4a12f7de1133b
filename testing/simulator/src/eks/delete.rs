//! DeleteNodegroup.

use serde_json::{Value, json};

use super::group;
use crate::error::EksError;
use crate::faults::take_outcome;
use crate::routes::RoutedCall;
use crate::world::{Completion, Pending, World};

pub fn delete(world: &mut World, call: &RoutedCall) -> Result<Value, EksError> {
    match group(world, call)?.shown["status"].as_str() {
        Some("CREATING" | "UPDATING") => {
            return Err(EksError::in_use(
                "Nodegroup cannot be deleted as it is currently not in Active State",
            ));
        }
        Some("DELETING") => return Ok(json!({ "nodegroup": group(world, call)?.shown })),
        _ => {}
    }
    let outcome = take_outcome(&mut world.outcomes, "Delete", &call.cluster, &call.nodegroup);
    let pending = Pending {
        at: world.after(world.options.durations.delete),
        end: Completion::Deleted(outcome),
    };
    let group = group(world, call)?;
    group.shown["status"] = json!("DELETING");
    group.pending = Some(pending);
    Ok(json!({ "nodegroup": group.shown }))
}
