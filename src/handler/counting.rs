//! What the function counts of its operations, and when. Each is told once it is certain: an outcome after its answer was
//! delivered, so that an answer which is tried again counts once. A second delivery of a whole request can't be known from
//! the first, and counts again.

use super::Function;
use crate::telemetry::lines::OBJECT;
use crate::telemetry::metrics::{OperationEnd, Sheet};
use mng_aws::clock::Clock;
use mng_core::decide::history::History;
use mng_core::decide::under_way::UnderWay;
use mng_core::protocol::answer::Answer;
use mng_core::protocol::request::RequestType;
use mng_engine::Operation;
use mng_engine::tally::Tally;

impl<C, K: Clock> Function<C, K> {
    pub(super) fn count_begun(&self, kind: RequestType) {
        self.write(|sheet| vec![sheet.begun(kind)]);
    }

    /// Time goes by for what was under way.
    pub(super) fn spend(&self, tally: &mut Tally, history: &History, what: UnderWay) {
        tally.spend(what, history.began * 1000, self.clock.now_millis());
    }

    pub(super) fn count_end(&self, operation: &Operation, answer: &Answer) {
        let end = match answer {
            Answer::Success { .. } => OperationEnd::Succeeded,
            Answer::Failed { .. } => OperationEnd::Failed,
        };
        self.write(|sheet| sheet.ended(operation.case.kind(), &operation.progress, end));
    }

    /// FAILED, and the engine had no part in it.
    pub(super) fn count_failed_otherwise(&self, kind: Option<RequestType>) {
        self.write(|sheet| vec![sheet.failed_otherwise(kind)]);
    }

    pub(super) fn count_unanswered(&self) {
        self.write(|sheet| vec![sheet.unanswered()]);
    }

    fn write(&self, lines: impl FnOnce(Sheet<'_>) -> Vec<String>) {
        let Some(namespace) = &self.settings.metrics_namespace else {
            return;
        };
        let now = self.clock.now_millis();
        for line in lines(Sheet { namespace, now }) {
            tracing::info!(target: OBJECT, line);
        }
    }
}
