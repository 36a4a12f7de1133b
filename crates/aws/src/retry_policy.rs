//! Which failed calls the SDK retries. A throttle of EKS is no reason for an immediate retry.
//!
//! The SDK would retry within a second, when the token bucket that many callers share is still empty: one more refused
//! call for everybody. The engine polls again by itself, and later each time. [`once_more`] retries the reads that the
//! engine does not repeat.

use std::future::Future;
use std::time::Duration;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};
use aws_smithy_types::retry::ErrorKind;

use mng_core::call_error::Fault;
use mng_core::preflight::facts::Read;

/// The pause between the two attempts of a read that happens once a request.
const PAUSE: Duration = Duration::from_secs(1);

/// Leaves throttles to the engine. The SDK retries broken connections and server errors.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy;

impl ClassifyRetry for RetryPolicy {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, _: &InterceptorContext, so_far: &RetryAction) -> RetryAction {
        if is_throttle(so_far) {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "Patience"
    }

    /// This classifier comes last, since it judges the result of the others.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// The SDK recognises throttles by their code, and waits longer after them. The SDK does not recognise a bare status
/// 429.
pub fn is_throttle(verdict: &RetryAction) -> bool {
    let RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) = verdict else {
        return false;
    };
    *kind == ErrorKind::ThrottlingError
}

/// Repeats a throttled read once. The checks run once a request, and a check whose read fails is not made.
pub async fn once_more<T, F: Future<Output = Read<T>>>(read: impl Fn() -> F) -> Read<T> {
    match read().await {
        Err(error) if error.fault == Fault::Throttled => {
            tokio::time::sleep(PAUSE).await;
            read().await
        }
        read => read,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use aws_smithy_runtime_api::client::interceptors::context::Input;
    use mng_core::call_error::CallError;

    #[test]
    fn only_throttles_are_left_to_the_loop() {
        let context = InterceptorContext::new(Input::erase(()));
        for (so_far, expected) in [
            (RetryAction::throttling_error(), RetryAction::RetryForbidden),
            (RetryAction::transient_error(), RetryAction::NoActionIndicated),
            (RetryAction::server_error(), RetryAction::NoActionIndicated),
            (RetryAction::NoActionIndicated, RetryAction::NoActionIndicated),
        ] {
            assert_eq!(RetryPolicy.classify_retry_v2(&context, &so_far), expected, "{so_far}");
        }
    }

    fn failed(fault: Fault) -> Read<()> {
        Err(CallError {
            action: "eks:DescribeCluster",
            resource: "my-cluster".to_owned(),
            fault,
            code: String::new(),
            message: String::new(),
        })
    }

    #[tokio::test]
    async fn a_read_that_is_throttled_is_made_twice_and_no_other() {
        for (answers, reads, is_good) in [
            (&[None][..], 1, true),
            (&[Some(Fault::Throttled), None], 2, true),
            (&[Some(Fault::Throttled), Some(Fault::Throttled), None], 2, false),
            (&[Some(Fault::Denied), None], 1, false),
            (&[Some(Fault::Unknown), None], 1, false),
        ] {
            let made = Cell::new(0);
            let read = once_more(|| {
                let answer = answers[made.replace(made.get() + 1)];
                async move { answer.map_or(Ok(()), failed) }
            });
            assert_eq!((read.await.is_ok(), made.get()), (is_good, reads), "{answers:?}");
        }
    }
}
