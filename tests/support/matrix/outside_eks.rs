//! What a stack's changes do beyond EKS's own API: in Auto Scaling, by the calls that the function logs, and in the
//! cluster, by what is there.

use std::collections::BTreeSet;
use std::time::Duration;

use mng_core::workload::device_plugin::{NAME, NAMESPACE};
use mng_core::workload::windows::CONFIG_MAP;
use serde_json::{Value, json};

use super::super::deployed::Deployed;

/// What there is, with every call so far that changed an Auto Scaling group. The log of an invocation comes after its
/// end, and the answer before it, so this waits for the log of so many answers.
pub async fn look(deployed: &Deployed, answers: usize) -> Value {
    let mut lines = log(deployed).await;
    while answered(&lines).len() < answers {
        tokio::time::sleep(Duration::from_millis(20)).await;
        lines = log(deployed).await;
    }
    let calls = lines.iter().filter_map(|line| line["action"].as_str());
    let calls = calls.filter(|action| action.starts_with("autoscaling:") && !action.contains(":Describe"));
    let object = |kind: &str, name: &str| deployed.local.eks.object("my-cluster", kind, NAMESPACE, name);
    json!({
        "calls": calls.collect::<Vec<_>>(), "plugin": object("daemonsets", NAME),
        "network_plugin": object("configmaps", CONFIG_MAP),
    })
}

/// How many requests were answered by now. Nothing else may be under way.
pub async fn answers(deployed: &Deployed) -> usize {
    answered(&log(deployed).await).len()
}

/// The calls of the one look that came after the other.
pub fn calls_since(before: &Value, after: &Value) -> Value {
    let calls = |look: &Value| look["calls"].as_array().cloned().unwrap_or_default();
    calls(after).split_off(calls(before).len()).into()
}

/// Whether anything was written into the cluster since its requests were forgotten.
pub fn wrote(deployed: &Deployed) -> bool {
    let requests = deployed.local.eks.kubernetes_requests();
    requests
        .iter()
        .any(|request| request.method != "GET" && request.status < 300)
}

async fn log(deployed: &Deployed) -> Vec<Value> {
    let lines = deployed.local.logs().await.expect("the function's log");
    lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

fn answered(lines: &[Value]) -> BTreeSet<&str> {
    let answers = lines.iter().filter(|line| line["message"] == "answer SUCCESS");
    answers.filter_map(|line| line["request_id"].as_str()).collect()
}
