//! A request that Lambda delivers once more when the stack's operation is over: nothing may change for it.

use std::time::Duration;

use serde_json::{Value, json};

use super::Life;
use crate::judge::difference::{by_name, difference};
use crate::judge::id_of;
use crate::request_record::RequestRecord;
use crate::world::{Work, request_number, text};

/// Till when a request comes again.
const HOUR: Duration = Duration::from_secs(3600);
/// Between two looks at whether something is under way.
const LOOK: Duration = Duration::from_secs(5);

impl Life {
    /// Where the function can't ask the stack it can't know that the operation is over, so this isn't asked of it.
    pub(super) async fn deliver_again(&mut self) {
        if self.dice.u8(..4) > 0 || !self.world.stack_is_known() {
            return;
        }
        let Some(event) = self.one_of_before() else {
            return;
        };
        if !self.is_quiet_within(HOUR / 2).await {
            return;
        }
        let number = request_number(text(&event, "RequestId"));
        let before = self.everything();
        self.world.count("requests that come again after the end");
        self.world.tell(&format!("Lambda delivers {number} again"));
        self.world.give(Work::Event(event));
        self.is_quiet_within(HOUR).await;
        let after = self.everything();
        if before != after {
            let what = difference(&before, &after);
            self.verdicts
                .wrong(format!("{number} came again after the end, and changed {what}"));
        }
    }

    fn one_of_before(&mut self) -> Option<Value> {
        let now = self.world.time.gone_by();
        let is_of_before = |asked: &RequestRecord| asked.read.is_some() && asked.sent + HOUR > now;
        let mut all = self.world.all_asked();
        all.retain(is_of_before);
        (!all.is_empty()).then(|| all[self.dice.usize(..all.len())].event.clone())
    }

    async fn is_quiet_within(&self, longest: Duration) -> bool {
        let till = self.world.time.gone_by() + longest;
        while self.world.time.gone_by() < till {
            tokio::time::sleep(LOOK).await;
            let is_under_way =
                |group: &Value| !matches!(text(group, "status"), "ACTIVE" | "DEGRADED" | "CREATE_FAILED");
            if self.world.is_quiet() && !self.world.simulator.node_groups().iter().any(is_under_way) {
                return true;
            }
        }
        false
    }

    /// All that there is, without when it was changed.
    fn everything(&self) -> Value {
        let mut groups = self.world.simulator.node_groups();
        for group in groups.iter_mut().filter_map(Value::as_object_mut) {
            group.shift_remove("modifiedAt");
        }
        let in_ec2: Vec<Value> = self.world.ec2.all().into_iter().map(Value::String).collect();
        let by_itself = |one: &Value| one.as_str().unwrap_or_default().to_owned();
        json!({"groups": by_name(&groups, id_of), "in EC2": by_name(&in_ec2, by_itself)})
    }
}
