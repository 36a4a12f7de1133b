//! The lives that are explored.

use serde_json::{Value, json};

use crate::cloudformation::Wish;
use crate::configuration::{Broken, Budget, Configuration, Stale, Start, properties};

/// The least, with labels, with another disk and labels, and one that needs another group.
fn template(which: &str) -> Value {
    match which {
        "labels" => properties(&json!({"Labels": {"a": "b"}})),
        "disk" => properties(&json!({"Labels": {"a": "b"}, "DiskSize": "30"})),
        "spot" => properties(&json!({"CapacityType": "SPOT"})),
        _ => properties(&json!({})),
    }
}

/// The stack is created with the first template.
pub fn creation(name: &'static str, budget: Budget) -> Configuration {
    Configuration {
        name,
        properties: vec![template("")],
        start: Start::Nothing,
        wishes: vec![],
        budget,
        stale: Stale::Dropped,
        known_gaps: &[],
        broken: Broken::Nothing,
    }
}

/// A stack that runs is updated.
pub fn update(name: &'static str, to: &str, budget: Budget) -> Configuration {
    Configuration {
        properties: vec![template(""), template(to)],
        start: Start::Running,
        wishes: vec![Wish::Update(1)],
        ..creation(name, budget)
    }
}

pub fn deletion(name: &'static str, budget: Budget) -> Configuration {
    Configuration {
        start: Start::Running,
        wishes: vec![Wish::Delete],
        ..creation(name, budget)
    }
}

/// Two deliveries at once, since a hand-over's answer was lost; EKS fails to make the group, and the answer to its deletion is lost
/// too. Then the one that undoes doesn't know that it has deleted already, and takes what the other has made anew for its own.
fn replacement() -> Configuration {
    let budget = Budget {
        faults: 2,
        deaths: 1,
        failures: 1,
        others_fail: 1,
        hand_overs: 1,
        tries: 1,
        ..Budget::NONE
    };
    Configuration {
        known_gaps: &["what the stack has recorded is what runs"],
        ..update("replacement", "spot", budget)
    }
}

fn cancelled_replacement() -> Configuration {
    let budget = Budget {
        cancels: 1,
        faults: 1,
        failures: 1,
        ..Budget::NONE
    };
    update("replacement, cancelled", "spot", budget)
}

/// Only the stack's status tells the Update of a rollback from one that was taken up when its stack rolled back already.
fn late_update() -> Configuration {
    let budget = Budget {
        cancels: 1,
        ..Budget::NONE
    };
    Configuration {
        stale: Stale::Delivered,
        known_gaps: &["what the stack has recorded is what runs"],
        ..update("update, taken up after it was cancelled", "labels", budget)
    }
}

/// All are explored by `make model`.
pub fn all() -> Vec<Configuration> {
    let none = Budget::NONE;
    let one = Budget {
        faults: 1,
        deaths: 1,
        failures: 1,
        others_fail: 1,
        ..none
    };
    vec![
        creation(
            "create",
            Budget {
                faults: 2,
                hand_overs: 1,
                deadlines: 1,
                ..one
            },
        ),
        creation("create, delivered twice", Budget { duplicates: 1, ..one }),
        creation(
            "create, to the last resort",
            Budget {
                deaths: 3,
                hand_overs: 1,
                duplicates: 1,
                failures: 1,
                ..none
            },
        ),
        creation(
            "create, cancelled",
            Budget {
                cancels: 1,
                tries: 1,
                hand_overs: 1,
                ..one
            },
        ),
        creation(
            "create, others meddle",
            Budget {
                others: 2,
                deadlines: 1,
                tries: 1,
                ..one
            },
        ),
        update(
            "update",
            "labels",
            Budget {
                hand_overs: 1,
                tries: 1,
                ..one
            },
        ),
        update(
            "update, cancelled",
            "labels",
            Budget {
                cancels: 1,
                tries: 1,
                ..one
            },
        ),
        update(
            "update in two steps",
            "disk",
            Budget {
                failures: 1,
                others_fail: 1,
                tries: 1,
                faults: 1,
                ..none
            },
        ),
        update(
            "update in two steps, cancelled",
            "disk",
            Budget {
                cancels: 1,
                faults: 1,
                ..none
            },
        ),
        replacement(),
        cancelled_replacement(),
        late_update(),
        update(
            "replacement, with deaths",
            "spot",
            Budget {
                deaths: 3,
                hand_overs: 1,
                failures: 1,
                others_fail: 1,
                ..none
            },
        ),
        update(
            "replacement, others meddle",
            "spot",
            Budget {
                others: 1,
                others_fail: 1,
                failures: 1,
                deadlines: 1,
                ..none
            },
        ),
        deletion(
            "delete",
            Budget {
                faults: 1,
                deaths: 1,
                hand_overs: 1,
                failures: 1,
                tries: 1,
                deadlines: 1,
                duplicates: 1,
                ..none
            },
        ),
        deletion(
            "delete, others meddle",
            Budget {
                others: 2,
                failures: 1,
                faults: 1,
                tries: 1,
                deadlines: 1,
                ..none
            },
        ),
    ]
}
