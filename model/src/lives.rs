//! The lives that are explored.

use serde_json::{Value, json};

use crate::cloudformation::Wish;
use crate::configuration::{Broken, Budget, Configuration, Start, properties};

/// A template, one with labels, one whose nodes need another disk too, and one that needs another group.
fn templates() -> [Value; 4] {
    [
        properties(&json!({})),
        properties(&json!({"Labels": {"a": "b"}})),
        properties(&json!({"Labels": {"a": "b"}, "DiskSize": "30"})),
        properties(&json!({"CapacityType": "SPOT"})),
    ]
}

fn life(name: &'static str, start: Start, to: usize, wishes: Vec<Wish>, budget: Budget) -> Configuration {
    let [plain, ..] = templates();
    let properties = vec![plain, templates()[to].clone()];
    Configuration {
        name,
        properties,
        start,
        wishes,
        budget,
        broken: Broken::Nothing,
    }
}

pub fn all() -> Vec<Configuration> {
    let none = Budget::default();
    vec![life(
        "create",
        Start::Nothing,
        0,
        vec![],
        Budget {
            faults: 2,
            deaths: 1,
            duplicates: 1,
            hand_overs: 1,
            failures: 1,
            others_fail: 1,
            deadlines: 1,
            ..none
        },
    )]
}
