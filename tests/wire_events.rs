//! The exact call that puts an event on a bus, and what each answer to it means.

mod support;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use mng_core::call_error::{CallError, Fault};
use mng_core::protocol::eventbridge::outcome::Announcement;
use mng_engine::ports::{Calls, PutEvent};
use serde_json::{Value, json};
use support::world::aws;

/// What came, and what is answered.
struct EventBridgeStub {
    answer: (StatusCode, Value),
    came: Mutex<Option<(String, Value)>>,
}

async fn put(State(service): State<Arc<EventBridgeStub>>, headers: HeaderMap, body: String) -> (StatusCode, String) {
    let target = headers
        .get("x-amz-target")
        .map(|target| target.to_str().unwrap().to_owned());
    let body = serde_json::from_str(&body).unwrap();
    *service.came.lock().unwrap() = Some((target.unwrap_or_default(), body));
    (service.answer.0, service.answer.1.to_string())
}

async fn put_event(status: u16, answer: Value) -> (Result<(), CallError>, String, Value) {
    let service = Arc::new(EventBridgeStub {
        answer: (StatusCode::from_u16(status).unwrap(), answer),
        came: Mutex::default(),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(put).with_state(Arc::clone(&service));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let event = Announcement {
        detail_type: "ManagedNodeGroup Failed",
        detail: r#"{"Reason":"r"}"#.to_owned(),
    };
    let bus = "my-bus".to_owned();
    let put = aws(&endpoint).await.call(&PutEvent { bus, event }).await;
    server.abort();
    let (target, body) = service.came.lock().unwrap().take().expect("a call");
    (put, target, body)
}

#[tokio::test]
async fn an_event_is_put_as_it_is() {
    let (put, target, body) = put_event(200, json!({"FailedEntryCount": 0, "Entries": [{"EventId": "e"}]})).await;
    assert_eq!(put, Ok(()));
    assert_eq!(target, "AWSEvents.PutEvents");
    let entry = json!({
        "Source": "managed-node-group", "DetailType": "ManagedNodeGroup Failed", "Detail": "{\"Reason\":\"r\"}",
        "EventBusName": "my-bus",
    });
    assert_eq!(body, json!({"Entries": [entry]}));
}

/// EventBridge answers 200 also where it took nothing.
#[tokio::test]
async fn an_entry_that_is_not_taken_is_a_failure() {
    for (status, answer, expected, code) in [
        (
            200,
            json!({"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "m"}]}),
            Fault::Throttled,
            "ThrottlingException",
        ),
        (
            200,
            json!({"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "m"}]}),
            Fault::Unknown,
            "InternalFailure",
        ),
        (200, json!({"FailedEntryCount": 1}), Fault::Unknown, "empty answer"),
        (
            400,
            json!({"__type": "AccessDeniedException", "message": "m"}),
            Fault::Denied,
            "AccessDeniedException",
        ),
        (500, json!({}), Fault::Unknown, "no code"),
    ] {
        let (put, _, _) = put_event(status, answer.clone()).await;
        let error = put.expect_err("it was not taken");
        assert_eq!((error.action, error.resource.as_str()), ("events:PutEvents", "my-bus"));
        assert_eq!((error.fault, error.code.as_str()), (expected, code), "{answer}");
    }
}
