//! EventBridge: puts one event at a time.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use super::Aws;
use super::errors::{call_error, empty_answer, fault};
use mng_core::call_error::CallError;
use mng_core::protocol::eventbridge::outcome::{Announcement, SOURCE};
use mng_engine::ports::EventBus;

const ACTION: &str = "events:PutEvents";

impl EventBus for Aws {
    async fn put_event(&self, bus: &str, event: &Announcement) -> Result<(), CallError> {
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(bus)
            .source(SOURCE)
            .detail_type(event.detail_type)
            .detail(&event.detail)
            .build();
        let answer = self.eventbridge().put_events().entries(entry).send().await;
        let answer = answer.map_err(|error| call_error(ACTION, bus, &error))?;
        if answer.failed_entry_count() == 0 {
            return Ok(());
        }
        let entry = answer.entries().first().ok_or_else(|| empty_answer(ACTION, bus))?;
        let code = entry.error_code().unwrap_or("no code").to_owned();
        let message = entry.error_message().unwrap_or("no message").to_owned();
        Err(CallError {
            action: ACTION,
            resource: bus.to_owned(),
            // The call itself succeeded, so no HTTP status says more than the code of the entry.
            fault: fault(&code, &message, 0),
            code,
            message,
        })
    }
}
