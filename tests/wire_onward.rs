//! What Lambda and CloudFormation say of a hand-over and of a rollback, as the real adapters read it.

mod support;

use local_stack::Moto;
use mng_core::call_error::Fault;
use mng_engine::ports::{Calls, DescribeStack, FindOperationStart, InvokeFunction};
use serde_json::json;
use support::world::{STACK_ID, aws};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The soak's seed 593: something on the way answered in Lambda's place, and the work was lost.
#[tokio::test]
async fn a_hand_over_is_taken_only_where_lambda_says_so() {
    for (status, expected) in [("202 Accepted", None), ("200 OK", Some(Fault::Unknown))] {
        let invoke = InvokeFunction {
            function: "function".to_owned(),
            payload: json!({}),
        };
        let taken = aws(&answers_all(status).await).await.call(&invoke).await;
        assert_eq!(taken.map_err(|error| error.fault).err(), expected, "{status}");
    }
}

/// Answers each request with a status and no body, and gives its address.
async fn answers_all(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

/// The newest first, among those of resources and of an earlier update.
#[tokio::test]
async fn a_stacks_events_tell_when_what_it_does_began() {
    let moto = Moto::start().await.unwrap();
    let aws = aws(&moto.url).await;
    let event = |id: &str, status: &str, time: &str| {
        format!(
            "<member><EventId>1</EventId><StackId>{STACK_ID}</StackId><StackName>nodes</StackName><PhysicalResourceId>{id}</PhysicalResourceId>\
             <ResourceStatus>{status}</ResourceStatus><Timestamp>2026-11-26T{time}Z</Timestamp></member>"
        )
    };
    let before = event(STACK_ID, "UPDATE_ROLLBACK_IN_PROGRESS", "09:00:00.000")
        + &event(STACK_ID, "UPDATE_IN_PROGRESS", "08:00:00.000");
    let update = event("my-cluster/nodes", "UPDATE_IN_PROGRESS", "10:00:01.000")
        + &event(STACK_ID, "UPDATE_IN_PROGRESS", "10:00:00.000");
    let rollback = event("my-cluster/nodes", "UPDATE_IN_PROGRESS", "10:15:02.000")
        + &event(STACK_ID, "UPDATE_ROLLBACK_IN_PROGRESS", "10:15:00.900");
    let again = event(STACK_ID, "UPDATE_ROLLBACK_IN_PROGRESS", "10:30:00.000")
        + &event(STACK_ID, "UPDATE_ROLLBACK_FAILED", "10:20:00.000");
    for (events, expected) in [
        (format!("{rollback}{update}{before}"), Some(1_795_688_100)),
        (format!("{again}{rollback}{update}{before}"), Some(1_795_688_100)),
        (format!("{update}{before}"), Some(1_795_687_200)),
        (String::new(), None),
    ] {
        let body = format!(
            "<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>{events}</StackEvents></DescribeStackEventsResult>\
             </DescribeStackEventsResponse>"
        );
        moto.answer("DescribeStackEvents", STACK_ID, 200, &body).await.unwrap();
        let stack_id = STACK_ID.to_owned();
        let began = aws.call(&FindOperationStart { stack_id }).await;
        assert_eq!(began, Ok(expected), "{events}");
    }
}

#[tokio::test]
async fn a_stack_tells_when_its_last_update_began() {
    let moto = Moto::start().await.unwrap();
    for (updated, expected) in [
        (
            "<LastUpdatedTime>2026-11-26T10:15:00.900Z</LastUpdatedTime>",
            Some(1_795_688_100),
        ),
        ("", None),
    ] {
        let body = format!(
            "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>nodes</StackName>\
             <CreationTime>2026-11-25T10:15:00Z</CreationTime>{updated}<StackStatus>UPDATE_IN_PROGRESS</StackStatus></member></Stacks>\
             </DescribeStacksResult></DescribeStacksResponse>"
        );
        moto.answer("DescribeStacks", "", 200, &body).await.unwrap();
        let stack_id = STACK_ID.to_owned();
        let stack = aws(&moto.url).await.call(&DescribeStack { stack_id }).await.unwrap();
        assert_eq!(stack.updated, expected);
    }
}
