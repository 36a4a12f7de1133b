//! The Auto Scaling group behind a node group is made and removed in the emulator that has them.

mod support;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::json;
use simulator::{Options, Simulator};
use support::{GROUP, SimulatorClient};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

type ReceivedForm = (String, String);

/// Keeps each form with its authorization, and answers with `status`.
async fn emulator(status: StatusCode) -> (String, UnboundedReceiver<ReceivedForm>) {
    let (forms, received) = unbounded_channel();
    let keep = move |State(forms): State<UnboundedSender<ReceivedForm>>, headers: HeaderMap, form: String| async move {
        let authorization = headers["authorization"].to_str().expect("text").to_owned();
        forms.send((authorization, form)).expect("the test listens");
        status
    };
    let app = Router::new().fallback(keep).with_state(forms);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}"), received)
}

async fn eks(endpoint: String) -> SimulatorClient {
    SimulatorClient::with(Options {
        time_scale: 0.0,
        auto_scaling_endpoint: Some(endpoint),
        ..Options::default()
    })
    .await
}

async fn next(received: &mut UnboundedReceiver<ReceivedForm>, action: &str) -> ReceivedForm {
    loop {
        let sent = received.recv().await.expect("the emulator runs");
        if sent.1.contains(&format!("Action={action}&")) {
            return sent;
        }
    }
}

#[tokio::test]
async fn it_lives_as_long_as_the_node_group() {
    let (endpoint, mut received) = emulator(StatusCode::OK).await;
    let eks = eks(endpoint).await;
    let created = eks
        .create(json!({"scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 3}}))
        .await;
    let name = created.body["nodegroup"]["resources"]["autoScalingGroups"][0]["name"].clone();
    let name = format!("AutoScalingGroupName={}", name.as_str().unwrap().replace('-', "%2D"));
    let (authorization, form) = next(&mut received, "CreateAutoScalingGroup").await;
    assert!(
        authorization.contains("/us-east-1/autoscaling/aws4_request"),
        "{authorization}"
    );
    for part in [
        &name,
        "MinSize=1",
        "MaxSize=4",
        "DesiredCapacity=3",
        "Tags.member.1.Key=eks%3Acluster%2Dname",
    ] {
        assert!(form.replace("%2E", ".").contains(part), "{part}: {form}");
    }
    assert!(
        form.contains("k8s%2Eio%2Fcluster%2Dautoscaler%2Fmy%2Dcluster"),
        "{form}"
    );
    assert_eq!(eks.status().await, "ACTIVE");
    eks.delete(GROUP).await;
    assert_eq!(eks.get(GROUP).await.status, 404);
    let (_, form) = next(&mut received, "DeleteAutoScalingGroup").await;
    assert!(form.contains(&name), "{form}");
}

#[tokio::test]
async fn one_that_cannot_be_made_does_not_hurt_the_node_group() {
    let (endpoint, mut received) = emulator(StatusCode::INTERNAL_SERVER_ERROR).await;
    let eks = eks(endpoint).await;
    eks.create(json!({})).await;
    next(&mut received, "CreateAutoScalingGroup").await;
    assert_eq!(eks.status().await, "ACTIVE");
}

#[tokio::test]
async fn a_simulator_stops_when_it_is_dropped() {
    let simulator = Simulator::start(Options::default()).await;
    let address = simulator.endpoint().replace("http://", "");
    drop(simulator);
    // The listener goes when the runtime next polls what was stopped.
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
