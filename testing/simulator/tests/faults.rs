//! Throttling, and single calls that go wrong.

mod support;

use reqwest::Method;
use serde_json::json;
use simulator::{FaultKind, Options, When};
use support::cluster::{ClusterClient, NODES};
use support::{AT_ONCE, GROUP, GROUPS, SimulatorClient, fault, group, server_error};

#[tokio::test]
async fn a_token_bucket_throttles() {
    let eks = SimulatorClient::with(Options {
        throttle: Some((0.0, 2.0)),
        ..Options::default()
    })
    .await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(eks.get(GROUPS).await);
    }
    assert_eq!((statuses[0].status, statuses[1].status), (200, 200));
    assert_eq!(
        (statuses[2].status, statuses[2].code.as_str()),
        (429, "ThrottlingException")
    );
    assert_eq!(eks.simulator.requests().last().unwrap().code, "ThrottlingException");
}

#[tokio::test]
async fn a_call_fails_when_its_turn_comes_and_as_often_as_it_was_told() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    let mut chosen = fault("DescribeNodegroup", server_error());
    (chosen.nth, chosen.times) = (2, 2);
    eks.simulator.fault(chosen);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        eks.get(GROUPS).await;
        statuses.push(eks.get(GROUP).await.status);
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
    assert!(eks.simulator.faults().is_empty(), "a fault that befell is gone");
}

#[tokio::test]
async fn a_fault_comes_before_or_after_the_effect() {
    for (when, groups) in [(When::Before, 0), (When::After, 1)] {
        let eks = SimulatorClient::start(AT_ONCE).await;
        let mut chosen = fault("CreateNodegroup", server_error());
        chosen.when = when;
        eks.simulator.fault(chosen);
        let answer = eks.create(json!({})).await;
        assert_eq!(
            (answer.status, answer.code.as_str(), answer.message()),
            (500, "ServerException", "chosen by the test")
        );
        assert_eq!(eks.simulator.node_groups().len(), groups, "{when:?}");
    }
}

#[tokio::test]
async fn a_connection_breaks_without_an_answer() {
    for (when, groups) in [(When::Before, 0), (When::After, 1)] {
        let eks = SimulatorClient::start(AT_ONCE).await;
        let mut chosen = fault("CreateNodegroup", FaultKind::Reset);
        chosen.when = when;
        eks.simulator.fault(chosen);
        let sent = eks
            .request(Method::POST, GROUPS)
            .body(group(json!({})).to_string())
            .send()
            .await;
        assert!(sent.is_err(), "not even a status came: {sent:?}");
        assert_eq!(eks.simulator.node_groups().len(), groups, "{when:?}");
        let recorded = &eks.simulator.requests()[0];
        assert_eq!(
            (recorded.status, recorded.code.as_str(), recorded.nodegroup.as_str()),
            (0, "Reset", "nodes")
        );
    }
}

#[tokio::test]
async fn an_answer_never_comes_or_is_unreadable() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    eks.simulator.fault(fault("DescribeNodegroup", FaultKind::Garbage));
    assert_eq!(eks.get(GROUP).await.body, json!("<html>"));
    eks.simulator.fault(fault("DescribeNodegroup", FaultKind::Hang));
    let hanging = eks.request(Method::GET, GROUP).send();
    tokio::select! {
        answer = hanging => panic!("{answer:?}"),
        () = recorded(&eks, "Hang") => {}
    }
    assert_eq!(eks.status().await, "ACTIVE", "one call hangs, the next doesn't");
}

async fn recorded(eks: &SimulatorClient, code: &str) {
    while !eks.simulator.requests().iter().any(|request| request.code == code) {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
}

/// A cluster's own API goes wrong likewise, by verb and resource.
#[tokio::test]
async fn a_request_to_a_cluster_goes_wrong() {
    let cluster = ClusterClient::start(AT_ONCE).await;
    let simulator = &cluster.eks.simulator;
    simulator.fault(fault("list daemonsets", server_error()));
    simulator.fault(fault("list nodes", FaultKind::Reset));
    let sent = cluster.request(Method::GET, NODES).send().await;
    assert!(sent.is_err(), "not even a status came: {sent:?}");
    assert_eq!(cluster.get(NODES).await.0, 200);
    let (status, body) = cluster.get("/apis/apps/v1/daemonsets").await;
    assert_eq!((status, &body["message"]), (500, &json!("chosen by the test")));
    let statuses: Vec<u16> = simulator.kubernetes_requests().iter().map(|made| made.status).collect();
    assert_eq!(statuses, [0, 200, 0]);
}

#[tokio::test]
async fn clearing_takes_all_faults_away() {
    let eks = SimulatorClient::with_group(AT_ONCE).await;
    eks.simulator.fault(fault("DescribeNodegroup", server_error()));
    eks.simulator.clear_faults();
    assert_eq!(eks.get(GROUP).await.status, 200);
}
