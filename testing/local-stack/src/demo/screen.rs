//! What a person sees while an operation runs.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use serde_json::Value;
use simulator::{Recorded, Simulator};

use crate::cloudformation::{OperationSign, StackEventSummary};

/// How often the progress line changes where it can't be rewritten in place, in a log for example.
const RARELY: Duration = Duration::from_secs(2);

pub(crate) struct Screen<'a> {
    eks: &'a Simulator,
    /// How many of the simulator's requests were shown.
    calls: usize,
    /// The nodes that were shown, each with what it was then.
    nodes: BTreeMap<String, NodeState>,
    in_place: bool,
    progress_shown: Instant,
    started: Instant,
}

impl<'a> Screen<'a> {
    pub(crate) fn new(eks: &'a Simulator) -> Self {
        let now = Instant::now();
        let in_place = std::io::stdout().is_terminal();
        Self {
            eks,
            calls: eks.requests().len(),
            nodes: nodes(eks),
            in_place,
            progress_shown: now,
            started: now,
        }
    }

    pub(crate) fn show(&mut self, sign: &OperationSign<'_>) {
        self.show_calls();
        self.show_nodes();
        match sign {
            OperationSign::Event(event) => self.line(&event_line(event)),
            OperationSign::Waiting(_) => self.show_progress(),
        }
    }

    /// The calls that change something; a poll is no news.
    fn show_calls(&mut self) {
        let requests = self.eks.requests();
        for request in &requests[self.calls..] {
            if !request.operation.starts_with("Describe") {
                self.line(&call_line(request));
            }
        }
        self.calls = requests.len();
    }

    /// Nodes that have come, that are Ready, and that have gone.
    fn show_nodes(&mut self) {
        let now = nodes(self.eks);
        for (name, state) in now.iter().filter(|(name, state)| self.nodes.get(*name) != Some(*state)) {
            self.line(&format!("  node {name} {}", state.word()));
        }
        for name in self.nodes.keys().filter(|name| !now.contains_key(*name)) {
            self.line(&format!("  node {name} gone"));
        }
        self.nodes = now;
    }

    fn show_progress(&mut self) {
        if !self.in_place && self.progress_shown.elapsed() < RARELY {
            return;
        }
        self.progress_shown = Instant::now();
        let groups = self.eks.node_groups();
        let text = |group: &serde_json::Value, field: &str| group[field].as_str().unwrap_or_default().to_owned();
        let states = groups
            .iter()
            .map(|group| format!("{} {}", text(group, "nodegroupName"), text(group, "status")));
        let waiting = format!("... {}", states.collect::<Vec<_>>().join(", "));
        if self.in_place {
            print!("\r\x1b[2K{:>7.1}s  {waiting}", self.started.elapsed().as_secs_f64());
            // Where nothing can be written there is nobody who looks.
            let _ = std::io::stdout().flush();
        } else {
            self.line(&waiting);
        }
    }

    pub(crate) fn line(&self, text: &str) {
        let clear = if self.in_place { "\r\x1b[2K" } else { "" };
        println!("{clear}{:>7.1}s  {text}", self.started.elapsed().as_secs_f64());
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NodeState {
    NotReady,
    Ready,
    Draining,
}

impl NodeState {
    /// As `kubectl get nodes` has it.
    fn word(self) -> &'static str {
        match self {
            Self::NotReady => "NotReady",
            Self::Ready => "Ready",
            Self::Draining => "Ready,SchedulingDisabled",
        }
    }
}

/// The nodes of node groups, as the cluster's own API shows them.
fn nodes(eks: &Simulator) -> BTreeMap<String, NodeState> {
    let nodes = eks.objects("my-cluster", "nodes").into_iter();
    let of_groups = nodes.filter(|node| node["metadata"]["labels"]["eks.amazonaws.com/nodegroup"].is_string());
    let named = of_groups.map(|node| {
        (
            node["metadata"]["name"].as_str().unwrap_or_default().to_owned(),
            state(&node),
        )
    });
    named.collect()
}

fn state(node: &Value) -> NodeState {
    let conditions = node["status"]["conditions"].as_array().into_iter().flatten();
    let mut ready = conditions.filter(|condition| condition["type"] == "Ready" && condition["status"] == "True");
    match (ready.next(), node["spec"]["unschedulable"] == true) {
        (None, _) => NodeState::NotReady,
        (Some(_), false) => NodeState::Ready,
        (Some(_), true) => NodeState::Draining,
    }
}

fn event_line(event: &StackEventSummary) -> String {
    let StackEventSummary {
        logical_id,
        status,
        physical_id,
        reason,
        ..
    } = event;
    let id = if event.resource_type.starts_with("Custom::") {
        physical_id.as_str()
    } else {
        ""
    };
    format!("{logical_id:<14} {status:<36} {id} {reason}")
        .trim_end()
        .to_owned()
}

fn call_line(request: &Recorded) -> String {
    let name = request.body["nodegroupName"].as_str().unwrap_or(&request.nodegroup);
    let refused = if request.code.is_empty() {
        String::new()
    } else {
        format!(" -> {}", request.code)
    };
    format!("  eks:{} {name}{refused}", request.operation)
}
