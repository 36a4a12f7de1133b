//! What a test says and asks of the simulated service, in the words of its story.

use std::time::Duration;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use mng_aws::clock::{Clock, SystemClock};
use mng_engine::{Case, Operation};
use serde_json::{Value, json};
use simulator::{FaultKind, OutcomeRule, SimulatedOutcome, When};

use super::world::{Death, TIME_SCALE, World};

impl<K: Clock> World<K> {
    pub fn cluster_runs(&self, version: &str) {
        self.simulator
            .put_cluster(json!({"name": "my-cluster", "version": version}));
    }

    pub fn foreign_group(&self, name: &str) {
        self.simulator
            .put_node_group(json!({"clusterName": "my-cluster", "nodegroupName": name}));
    }

    /// `name STATUS` of every node group.
    pub fn groups(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |group: &Value| format!("{} {}", text(&group["nodegroupName"]), text(&group["status"]));
        self.simulator.node_groups().iter().map(line).collect()
    }

    /// What DescribeNodegroup shows, by physical id.
    pub fn group(&self, id: &str) -> Value {
        let (cluster, name) = id.split_once('/').expect("cluster/name");
        self.simulator.node_group(cluster, name)
    }

    pub async fn until_there_is_a_group(&self) {
        while self.groups().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub async fn until(&self, id: &str, status: &str) {
        while self.group(id)["status"] != status {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// The next operation of this kind is accepted and then fails.
    pub fn fails(&self, operation: &str, code: &str, message: &str, resource: &str) {
        self.ends(operation, None, 1, (code, message, resource));
    }

    /// And so does each after it.
    pub fn always_fails(&self, operation: &str, code: &str, message: &str, resource: &str) {
        self.ends(operation, None, u32::MAX, (code, message, resource));
    }

    /// The next group that is created becomes DEGRADED.
    pub fn becomes_degraded(&self, code: &str, message: &str, resource: &str) {
        self.ends("Create", Some("DEGRADED".to_owned()), 1, (code, message, resource));
    }

    fn ends(&self, operation: &str, status: Option<String>, times: u32, issue: (&str, &str, &str)) {
        let (code, message, resource) = issue;
        let issues = vec![json!({"code": code, "message": message, "resourceIds": [resource]})];
        self.simulator.outcome(OutcomeRule {
            operation: operation.to_owned(),
            nodegroup: "*".to_owned(),
            outcome: SimulatedOutcome::Fail { status, issues },
            times,
        });
    }

    /// The next calls of an operation come to nothing.
    pub fn faults(&self, operation: &str, times: u32, status: u16, code: &str) {
        let kind = FaultKind::Error {
            status,
            code: code.to_owned(),
            message: "chosen by the test".to_owned(),
        };
        self.simulator.fault(simulator::InjectedFault {
            operation: operation.to_owned(),
            nth: 1,
            times,
            when: When::Before,
            kind,
        });
    }

    /// The next call of an operation has its effect, but no answer.
    pub fn loses_the_answer_to(&self, operation: &str) {
        self.simulator.fault(simulator::InjectedFault {
            operation: operation.to_owned(),
            nth: 1,
            times: 1,
            when: When::After,
            kind: FaultKind::Reset,
        });
    }

    /// What the service shows of a group changes by itself.
    pub fn becomes(&self, id: &str, status: &str) {
        let (cluster, name) = id.split_once('/').expect("cluster/name");
        self.simulator
            .patch_node_group(cluster, name, json!({"status": status}));
    }

    /// A group was created so many seconds ago.
    pub fn is_old(&self, id: &str, seconds: u64) {
        let (cluster, name) = id.split_once('/').expect("cluster/name");
        let created = SystemClock.now() - seconds;
        self.simulator
            .patch_node_group(cluster, name, json!({"createdAt": created}));
    }

    /// The stack's last update began so many seconds ago.
    pub fn update_began(&self, seconds: u64) {
        let mut stack = self.function.cloud.stack.lock().unwrap();
        stack.updated = Some(SystemClock.now() - seconds);
        stack.created = Some(SystemClock.now() - 10_000);
    }

    /// A request whose URL says that CloudFormation has signed it now.
    pub fn dated(&self, kind: &str, id: Option<&str>, properties: &Value, old: Option<&Value>) -> Value {
        let mut request = self.request(kind, id, properties, old);
        let url = request["ResponseURL"].as_str().expect("a URL").to_owned();
        let date = signed_at(SystemClock.now());
        request["ResponseURL"] = json!(format!("{url}&X-Amz-Date={date}"));
        self.receiver.expect(&request);
        request
    }

    /// Another event has told a group that it follows that one.
    pub fn follows(&self, id: &str, requested: &str) {
        let (cluster, name) = id.split_once('/').expect("cluster/name");
        let tags = json!({"managed-node-group:requested": requested});
        self.simulator.patch_node_group(cluster, name, json!({"tags": tags}));
    }

    pub fn autoscaler_moves(&self, id: &str, desired: i32) {
        let (cluster, name) = id.split_once('/').expect("cluster/name");
        self.simulator
            .patch_node_group(cluster, name, json!({"scalingConfig": {"desiredSize": desired}}));
    }

    pub fn creates_take(&self, seconds: u32) {
        self.simulator
            .durations(|durations| durations.create = f64::from(seconds) / TIME_SCALE);
    }

    pub fn forget_calls(&self) {
        self.simulator.forget_requests();
    }

    pub fn called(&self, operation: &str) -> bool {
        self.simulator
            .requests()
            .iter()
            .any(|request| request.operation == operation)
    }

    /// The operations that changed something, in order.
    pub fn changes(&self) -> Vec<String> {
        let reads = |operation: &str| ["Describe", "List"].iter().any(|verb| operation.starts_with(verb));
        let requests = self.simulator.requests().into_iter().map(|request| request.operation);
        requests.filter(|operation| !reads(operation)).collect()
    }
}

/// What the guards are tried with.
impl<K: Clock> World<K> {
    /// The next call panics.
    pub fn panics(&self) {
        *self.function.cloud.death.lock().unwrap() = Death::Panic;
    }

    pub fn hangs(&self) {
        *self.function.cloud.death.lock().unwrap() = Death::Hang;
    }

    /// The progress of a request that was just taken up, as a state machine holds it.
    pub fn continuation_of(&self, request: &Value) -> Value {
        let request = mng_core::protocol::request::Request::parse(request).expect("a good request");
        json!(Operation::begin(Case::of(request), SystemClock.now()))
    }
}

/// As a signature has it: `20261126T101500Z`.
fn signed_at(seconds: u64) -> String {
    let time = DateTime::from_secs(i64::try_from(seconds).expect("it is of this age"));
    let text = time.fmt(Format::DateTime).expect("it is of this age");
    text.replace(['-', ':'], "")
}
