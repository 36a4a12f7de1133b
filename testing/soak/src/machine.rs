//! The state machine of `template.yaml`: wait, look, and where the function can't, the last resort.

use std::time::Duration;

use serde_json::{Value, json};

use crate::lambda::{Lambda, request_of};
use crate::world::text;

/// As long as an execution may take.
const LONGEST: Duration = Duration::from_secs(7200);
/// Between the attempts of a task.
const TASK_APART: [u64; 2] = [5, 10];
/// Between those of the last resort.
const LAST_APART: [u64; 10] = [2, 4, 8, 16, 32, 64, 120, 120, 120, 120];

impl Lambda {
    /// Runs an execution to its end.
    pub async fn execute(&self, input: Value) {
        if tokio::time::timeout(LONGEST, self.states(input)).await.is_err() {
            self.world.count("executions that were timed out");
        }
    }

    async fn states(&self, mut state: Value) {
        loop {
            match text(&state, "Outcome") {
                "Answered" => return,
                "Waiting" => {}
                other => {
                    return self
                        .world
                        .wrong(&format!("the machine doesn't know the outcome {other}"));
                }
            }
            let wait = state["WaitSeconds"].as_u64().unwrap_or_default();
            tokio::time::sleep(Duration::from_secs(wait)).await;
            match self.tried(&state, &TASK_APART).await {
                Ok(next) => state = next,
                Err(cause) => return self.answer_in_its_place(&state, &cause).await,
            }
        }
    }

    async fn answer_in_its_place(&self, state: &Value, cause: &str) {
        let failure = json!({"Error": "States.TaskFailed", "Cause": cause});
        let payload = json!({"Catch": {"Continuation": state["Continuation"], "Failure": failure}});
        self.world.note(&request_of(state), |asked| asked.last_resorts += 1);
        self.world.count("last resorts by the machine");
        let _ = self.tried(&payload, &LAST_APART).await;
    }

    async fn tried(&self, payload: &Value, apart: &[u64]) -> Result<Value, String> {
        for seconds in apart {
            if let Ok(ended) = self.invoke(payload).await {
                return Ok(ended);
            }
            tokio::time::sleep(Duration::from_secs(*seconds)).await;
        }
        self.invoke(payload).await
    }
}
