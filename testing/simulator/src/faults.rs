//! Failures that a test chooses: of single calls, and of operations that the service accepts and then can't do.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One call, or a few, of an operation that go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InjectedFault {
    /// As EKS names it, such as `CreateNodegroup`; of a cluster's own API, verb and resource, such as `list nodes`.
    pub operation: String,
    /// Which call of the operation from now on, beginning with 1.
    #[serde(default = "one")]
    pub nth: u32,
    #[serde(default = "one")]
    pub times: u32,
    #[serde(default)]
    pub when: When,
    pub kind: FaultKind,
}

/// Whether the call has its effect nevertheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum When {
    #[default]
    Before,
    After,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaultKind {
    Error {
        status: u16,
        code: String,
        message: String,
    },
    /// The connection breaks without an answer.
    Reset,
    /// No answer, ever.
    Hang,
    /// An answer that nobody can read.
    Garbage,
}

/// How accepted operations end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeRule {
    /// `Create`, `Delete`, `ConfigUpdate` or `VersionUpdate`.
    pub operation: String,
    /// A node group's name, `cluster/name` where several clusters have one of that name, or `*`.
    #[serde(default = "any")]
    pub nodegroup: String,
    pub outcome: SimulatedOutcome,
    #[serde(default = "one")]
    pub times: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SimulatedOutcome {
    Succeed,
    /// `status`: what the group becomes; `issues`: as `health.issues` shows them, or an update's errors.
    Fail {
        #[serde(default)]
        status: Option<String>,
        issues: Vec<Value>,
    },
}

#[derive(Debug, Default)]
pub struct Faults(Vec<InjectedFault>);

impl Faults {
    pub fn add(&mut self, fault: InjectedFault) {
        self.0.push(fault);
    }

    pub fn list(&self) -> &[InjectedFault] {
        &self.0
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts a call, and gives the fault that befalls it.
    pub fn befall(&mut self, operation: &str) -> Option<InjectedFault> {
        let mut found = None;
        for fault in self.0.iter_mut().filter(|fault| fault.operation == operation) {
            if fault.nth > 1 {
                fault.nth -= 1;
            } else if found.is_none() && fault.times > 0 {
                fault.times -= 1;
                found = Some(fault.clone());
            }
        }
        self.0.retain(|fault| fault.times > 0);
        found
    }
}

/// The outcome of an operation on a group, by the first rule that speaks of it.
pub fn take_outcome(rules: &mut Vec<OutcomeRule>, operation: &str, cluster: &str, nodegroup: &str) -> SimulatedOutcome {
    let names = ["*".to_owned(), nodegroup.to_owned(), format!("{cluster}/{nodegroup}")];
    let speaks =
        |rule: &&mut OutcomeRule| rule.operation == operation && rule.times > 0 && names.contains(&rule.nodegroup);
    let Some(rule) = rules.iter_mut().find(speaks) else {
        return SimulatedOutcome::Succeed;
    };
    rule.times -= 1;
    let outcome = rule.outcome.clone();
    rules.retain(|rule| rule.times > 0);
    outcome
}

fn one() -> u32 {
    1
}

fn any() -> String {
    "*".to_owned()
}
