//! Whether what is handed over fits. Step Functions ends an execution whose state is larger than a state machine takes, and
//! nothing catches that (`States.DataLimitExceeded`; Step Functions developer guide, "Handling errors"): nobody would answer.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::operation::Operation;
use crate::progress::Warnings;
use mng_core::protocol::physical_id::PhysicalId;
use mng_core::protocol::request::{Properties, RequestType};

/// What waits between two looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandOverChannel {
    StateMachine,
    /// Another invocation of the function.
    Invocation,
}

/// When it is asked whether something fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeCheck {
    /// Before anything is made: what the request gathers on its way has to fit too.
    First,
    HandedOver,
}

/// An execution's input and a task's result, in bytes (Step Functions developer guide, "Quotas").
const MOST_IN_MACHINE: usize = 262_144;
/// What the machine adds to a state, in bytes: the Cause of a failure that it catches has up to 32,768 characters (API reference,
/// `TaskFailedEventDetails`), and what Lambda tells of an invocation.
const OF_THE_MACHINE: usize = 40_960;
/// The payload of an asynchronous invocation, in bytes (Lambda developer guide, "Lambda quotas").
const MOST_IN_INVOCATION: usize = 1_048_576;
/// What a record of a failed invocation adds to it, in bytes.
const OF_THE_RECORD: usize = 40_960;
/// What a request may gather on its way, in bytes: the stack's tags, warnings, what was looked up of instance types.
const GATHERED: usize = 32_768;

impl HandOverChannel {
    /// How large the progress of a request may be, as JSON in bytes.
    pub fn room(self, when: SizeCheck) -> usize {
        let room = match self {
            Self::StateMachine => MOST_IN_MACHINE - OF_THE_MACHINE,
            Self::Invocation => MOST_IN_INVOCATION - OF_THE_RECORD,
        };
        match when {
            SizeCheck::First => room - GATHERED,
            SizeCheck::HandedOver => room,
        }
    }
}

/// What doesn't fit. Lengths are in bytes of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    pub length: usize,
    pub room: usize,
    pub carrier: HandOverChannel,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { length, room, carrier } = self;
        let (what, way_out) = match carrier {
            HandOverChannel::StateMachine => (
                "the state machine of PollingMode StepFunctions",
                ", or deploy the provider with PollingMode SelfInvoke, which takes four times as much",
            ),
            HandOverChannel::Invocation => ("an asynchronous invocation of the function", ""),
        };
        write!(
            f,
            "the request has {length} bytes of JSON, and {what} takes at most {room}; shorten UserData or other properties{way_out}"
        )
    }
}

/// What is to be handed over: all of the progress, or, where that is too large, what no look can do without.
///
/// # Errors
/// That is too large too.
pub fn fitted(
    operation: &Operation,
    carrier: HandOverChannel,
    when: SizeCheck,
) -> Result<Cow<'_, Operation>, TooLarge> {
    let room = carrier.room(when);
    if length(operation) <= room {
        return Ok(Cow::Borrowed(operation));
    }
    let slim = slim(operation.clone());
    let length = length(&slim);
    if length <= room {
        return Ok(Cow::Owned(slim));
    }
    Err(TooLarge { length, room, carrier })
}

fn length(operation: &Operation) -> usize {
    serde_json::to_vec(operation).map_or(0, |json| json.len())
}

/// Without what is looked up again, what no answer has room for, and properties that no later look reads.
fn slim(mut operation: Operation) -> Operation {
    let progress = &mut operation.progress;
    progress.reads.lookups.types = None;
    progress.reads.lookups.cluster = None;
    progress.warnings = Warnings(first_of(std::mem::take(&mut progress.warnings.0), TOLD));
    let request = &mut Arc::make_mut(&mut operation.case).request;
    match request.kind {
        RequestType::Delete if is_named(request.envelope.physical_resource_id.as_deref()) => {
            request.properties.retain(|key, _| key == "ServiceTimeout");
        }
        RequestType::Delete => cut(&mut request.properties),
        RequestType::Create | RequestType::Update => {}
    }
    if let Some(old) = &mut request.old_properties {
        cut(old);
    }
    operation
}

/// How long an answer is at the most, in bytes (CloudFormation user guide, "Custom resource request and response reference").
const TOLD: usize = 4096;

fn first_of(warnings: Vec<String>, room: usize) -> Vec<String> {
    let mut left = room;
    let fits = |warning: &String| {
        left = left.saturating_sub(warning.len());
        left > 0
    };
    warnings.into_iter().take_while(fits).collect()
}

/// A Delete goes by its physical id, unless CloudFormation has made the id up.
fn is_named(physical_id: Option<&str>) -> bool {
    physical_id.and_then(PhysicalId::parse).is_some()
}

/// How large a property is that nothing is made by, in bytes of JSON. What names a group, its tags and its sizes are all smaller.
const LONG: usize = 32_768;

/// Leaves what names a group. Old properties also tell which tags the template no longer has, and whether it changed the size.
/// None of that is in UserData.
fn cut(properties: &mut Properties) {
    properties.retain(|key, value| key != "UserData" && value.to_string().len() <= LONG);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Case;
    use mng_core::protocol::request::Request;
    use serde_json::{Value, json};

    const MACHINE: HandOverChannel = HandOverChannel::StateMachine;

    fn operation(kind: &str, id: Option<&str>, properties: &Value, old: Option<&Value>) -> Operation {
        let mut event = json!({
            "RequestType": kind, "ResponseURL": "u", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l",
            "ResourceProperties": properties,
        });
        if let Some(id) = id {
            event["PhysicalResourceId"] = json!(id);
        }
        if let Some(old) = old {
            event["OldResourceProperties"] = old.clone();
        }
        Operation::begin(Case::of(Request::parse(&event).unwrap()), 1000)
    }

    fn of_length(length: usize) -> Value {
        json!({"ServiceTimeout": "60", "UserData": "a".repeat(length)})
    }

    #[test]
    fn room_is_left_for_the_carrier_and_for_what_a_request_gathers() {
        for (carrier, when, expected) in [
            (MACHINE, SizeCheck::First, 188_416),
            (MACHINE, SizeCheck::HandedOver, 221_184),
            (HandOverChannel::Invocation, SizeCheck::First, 974_848),
            (HandOverChannel::Invocation, SizeCheck::HandedOver, 1_007_616),
        ] {
            assert_eq!(carrier.room(when), expected, "{carrier:?} {when:?}");
        }
    }

    #[test]
    fn what_is_large_fits_where_no_look_needs_it() {
        let (small, large) = (of_length(1), of_length(300_000));
        let (group, invented) = (Some("c/n"), Some("stack-l-1ABC"));
        for (kind, id, properties, old, fits) in [
            ("Create", None, &small, None, true),
            ("Create", None, &large, None, false),
            ("Update", group, &large, Some(&small), false),
            ("Update", group, &small, Some(&large), true),
            ("Delete", group, &large, None, true),
            // The group is found by the properties then, and UserData isn't one that names it.
            ("Delete", invented, &large, None, true),
        ] {
            let operation = operation(kind, id, properties, old);
            let fitted = fitted(&operation, MACHINE, SizeCheck::HandedOver);
            assert_eq!(fitted.is_ok(), fits, "{kind} {id:?}");
        }
    }

    #[test]
    fn what_fits_is_handed_over_as_it_is() {
        for (length, expected) in [(180_000, true), (200_000, false)] {
            let operation = operation("Create", None, &of_length(length), None);
            assert_eq!(
                fitted(&operation, MACHINE, SizeCheck::First).is_ok(),
                expected,
                "{length}"
            );
            let fitted = fitted(&operation, MACHINE, SizeCheck::HandedOver).unwrap();
            assert_eq!(*fitted, operation);
        }
    }

    #[test]
    fn what_later_looks_read_is_kept() {
        let old = json!({"UserData": "a".repeat(300_000), "Tags": {"a": "b"}, "ScalingConfig": {"DesiredSize": "2"}});
        let mut update = operation("Update", Some("c/n"), &of_length(1), Some(&old));
        update.progress.warnings = Warnings(vec!["a".repeat(4000), "b".repeat(4000)]);
        update.progress.groups.target = Some("n".to_owned());
        let kept = fitted(&update, MACHINE, SizeCheck::HandedOver).unwrap().into_owned();
        let old = json!({"Tags": {"a": "b"}, "ScalingConfig": {"DesiredSize": "2"}});
        assert_eq!(kept.case.request.old_properties, old.as_object().cloned());
        assert_eq!(kept.case.request.properties, update.case.request.properties);
        assert_eq!(kept.progress.warnings.0.len(), 1);
        assert_eq!(kept.progress.groups, update.progress.groups);
        let delete = operation("Delete", Some("c/n"), &of_length(300_000), None);
        let kept = fitted(&delete, MACHINE, SizeCheck::HandedOver).unwrap().into_owned();
        assert_eq!(json!(kept.case.request.properties), json!({"ServiceTimeout": "60"}));
    }

    #[test]
    fn a_reason_says_how_large_it_is_and_what_to_do() {
        for (carrier, expected) in [
            (
                MACHINE,
                "has 7 bytes of JSON, and the state machine of PollingMode StepFunctions takes at most 5",
            ),
            (MACHINE, "PollingMode SelfInvoke"),
            (
                HandOverChannel::Invocation,
                "an asynchronous invocation of the function takes at most 5",
            ),
            (HandOverChannel::Invocation, "shorten UserData"),
        ] {
            let told = TooLarge {
                length: 7,
                room: 5,
                carrier,
            }
            .to_string();
            assert!(told.contains(expected), "{expected}: {told}");
        }
    }
}
