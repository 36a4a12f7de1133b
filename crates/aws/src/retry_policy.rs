//! A throttle of EKS is no reason to ask once more at once.
//!
//! The SDK would, within a second, and a bucket that many share is as empty then: a refused call more for everybody. The loop
//! looks again by itself, and later each time. What no loop comes back to is asked once more here.

use std::future::Future;
use std::time::Duration;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};
use aws_smithy_types::retry::ErrorKind;

use mng_core::call_error::Fault;
use mng_core::preflight::facts::Read;

/// Between the two attempts of a read that is made once a request.
const PAUSE: Duration = Duration::from_secs(1);

/// Leaves throttles to the loop. What broke off or failed is the SDK's to try again.
#[derive(Debug, Clone, Copy)]
pub struct Patience;

impl ClassifyRetry for Patience {
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

    /// After all others: it judges what they have found.
    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// As the SDK has it, which decides by the code and waits longer then. A bare status 429 it doesn't know.
pub fn is_throttle(verdict: &RetryAction) -> bool {
    let RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) = verdict else {
        return false;
    };
    *kind == ErrorKind::ThrottlingError
}

/// A read that was throttled, once more. The checks are made once a request, and what they can't read they can't check.
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
            assert_eq!(Patience.classify_retry_v2(&context, &so_far), expected, "{so_far}");
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
