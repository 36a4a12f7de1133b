//! EventBridge: puts one event at a time.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use super::Aws;
use super::errors::{empty, failed, fault};
use mng_core::call_error::CallError;
use mng_core::protocol::eventbridge::outcome::SOURCE;
use mng_engine::ports::{ApiRequest, Calls, PutEvent};

impl Calls<PutEvent> for Aws {
    async fn call(&self, request: &PutEvent) -> Result<(), CallError> {
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&request.bus)
            .source(SOURCE)
            .detail_type(request.event.detail_type)
            .detail(&request.event.detail)
            .build();
        let answer = self.eventbridge().put_events().entries(entry).send().await;
        let answer = answer.map_err(failed(request))?;
        if answer.failed_entry_count() == 0 {
            return Ok(());
        }
        let entry = answer.entries().first().ok_or_else(|| empty(request))?;
        let code = entry.error_code().unwrap_or("no code").to_owned();
        let message = entry.error_message().unwrap_or("no message").to_owned();
        Err(CallError {
            action: request.action(),
            resource: request.resource(),
            // The call itself succeeded, so no HTTP status says more than the code of the entry.
            fault: fault(&code, &message, 0),
            code,
            message,
        })
    }
}
