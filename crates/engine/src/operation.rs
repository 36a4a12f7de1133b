//! One request under way: what is asked and how far it has come. It is the self-invocation's payload and the state machine's state
//! alike.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::case::Case;
use crate::progress::{Progress, StackPhase, Task, Warnings};
use mng_core::decide::history::BegunStep;
use mng_core::protocol::request::{Request, UnreadableRequest};

/// Written into every hand-over. A later release reads all earlier versions: operations are under way during an upgrade. It changes with
/// what a field means, and an earlier release, after a rollback of the function, then takes only the least of it ([`Operation::read`]).
const VERSION: u32 = 1;

/// What one invocation hands over to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    pub case: Arc<Case>,
    pub progress: Progress,
}

/// The shape of a hand-over since release 0.1.0.
#[derive(Serialize)]
struct HandOverPayload<'a> {
    version: u32,
    request: &'a Request,
    #[serde(flatten)]
    progress: &'a Progress,
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = HandOverPayload {
            version: VERSION,
            request: &self.case.request,
            progress: &self.progress,
        };
        written.serialize(serializer)
    }
}

impl Operation {
    /// A request before its first pass, at `now`, in seconds since the epoch.
    pub fn begin(case: Case, now: u64) -> Self {
        let progress = Progress::begin(&case, now);
        Self {
            case: Arc::new(case),
            progress,
        }
    }

    /// Reads what an earlier invocation has handed over, whatever release that was of. What a later release has written is taken up by
    /// its request, as a second delivery would be, with what no look can tell: when it began, which group it is about, what was begun
    /// and what is being removed again.
    ///
    /// # Errors
    /// Not even the request can be read.
    pub fn read(written: &Value, now: u64) -> Result<Self, UnreadableRequest> {
        let (case, progress) = match of_this_version(written) {
            Ok(operation) => operation,
            Err(problem) => {
                tracing::warn!(
                    problem,
                    "what was handed over is of another release, and its request is taken up anew"
                );
                let case = Case::of(Request::resume(&written["request"])?);
                let progress = restored_from_later_release(&case, written, now);
                (case, progress)
            }
        };
        Ok(Self {
            case: Arc::new(case),
            progress: migrated_from_0_1_0(progress),
        })
    }
}

/// What this release or an earlier one has written. A request by event may lack a physical ID that one of a stack has.
fn of_this_version(written: &Value) -> Result<(Case, Progress), String> {
    let version = u32::deserialize(&written["version"]).map_err(|error| error.to_string())?;
    if version > VERSION {
        return Err(format!("version {version}"));
    }
    let progress = Progress::deserialize(written).map_err(|error| error.to_string())?;
    let request = Request::deserialize(&written["request"]).map_err(|error| error.to_string())?;
    Ok((Case::of(request), progress))
}

/// What release 0.1.0 hands over in its own stages and words.
fn migrated_from_0_1_0(mut progress: Progress) -> Progress {
    if progress.stage == Task::RemoveAbandoned {
        // What was noted is about the group that was to be removed. The search for unfinished replacements finds that group again.
        progress.history.reset_for_another_group();
        progress.stage = Task::Converge;
    }
    let situation = progress.stack.situation.as_mut();
    if let Some(situation) = situation.filter(|known| known.phase == StackPhase::Unknown) {
        situation.tags = None;
    }
    progress
}

fn restored_from_later_release(case: &Case, written: &Value, now: u64) -> Progress {
    let mut progress = Progress::begin(case, now);
    let (history, own) = (&written["history"], &mut progress.history);
    own.began = readable(&history["began"]).unwrap_or(own.began);
    own.deadline = readable(&history["deadline"]).unwrap_or(own.deadline);
    own.first_status = readable(&history["first_status"]);
    own.first_made = readable(&history["first_made"]);
    let begun = history["begun"].as_array().into_iter().flatten();
    own.begun = begun.filter_map(readable::<BegunStep>).collect();
    progress.groups.target = readable(&written["target"]);
    progress.warnings = readable::<Warnings>(&written["warnings"]).unwrap_or_default();
    // The stage is one of a situation: without it both are found anew.
    if let (Some(stage), Some(situation)) = (readable(&written["stage"]), readable(&written["situation"])) {
        progress.stage = stage;
        progress.stack.situation = Some(situation);
    }
    progress
}

fn readable<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}
