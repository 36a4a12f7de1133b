//! The function's process is killed, as Lambda kills one that runs out of memory.

mod support;

use std::time::Duration;

use local_stack::{PollingMode, StackOptions};
use support::delivered::Delivered;

async fn delivered() -> Delivered {
    let mut delivered = Delivered::start(PollingMode::SelfInvoke, StackOptions::default()).await;
    let properties = delivered.properties();
    let request = delivered.request("Create", None, &properties, None);
    delivered.deployed.invoke(&request).await;
    delivered
}

#[tokio::test]
async fn a_process_that_is_killed_is_followed_by_one_that_goes_on() {
    let mut delivered = delivered().await;
    while delivered.deployed.created() == 0 {
        let answers = delivered.receiver.answers("r1");
        assert!(answers.is_empty(), "answered before a group was made: {answers:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    delivered.kill().await;
    let answer = delivered.receiver.answer("r1").await;
    assert_eq!(answer["Status"], "SUCCESS", "{answer}");
    let names = delivered.deployed.names();
    assert_eq!(names.len(), 1, "{names:?}");
    delivered.receiver.assert_clean();
}

#[tokio::test]
async fn a_process_that_is_killed_each_time_is_answered_for_by_the_last_resort() {
    let mut delivered = delivered().await;
    for _ in 0..3 {
        delivered.kill().await;
    }
    let answer = delivered.receiver.answer("r1").await;
    assert_eq!(answer["Status"], "FAILED", "{answer}");
    let reason = answer["Reason"].as_str().unwrap();
    assert!(reason.contains("the function failed several times"), "{answer}");
    delivered.receiver.assert_clean();
}
