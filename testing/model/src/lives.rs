//! The lives that are explored.

pub mod preserved;
pub mod retained;
pub mod stale_request;
pub mod unseen;

use serde_json::{Value, json};

use crate::cloudformation::Wish;
use crate::configuration::{
    BrokenRule, Budget, Configuration, Keeps, Meddling, NotAllowed, OnFailure, Start, properties,
};

/// The least, with a word for each change to it: labels, another disk, sizes, and a capacity and a role
/// that need another group.
fn template(words: &str) -> Value {
    let mut changes = json!({});
    for word in words.split_whitespace() {
        match word {
            "labels" => changes["Labels"] = json!({"a": "b"}),
            "others" => changes["Labels"] = json!({"c": "d"}),
            "disk" => changes["DiskSize"] = json!("30"),
            "spot" => changes["CapacityType"] = json!("SPOT"),
            "role" => changes["NodeRole"] = json!("arn:aws:iam::111122223333:role/other"),
            "three" => changes["ScalingConfig"] = sizes(3),
            "five" => changes["ScalingConfig"] = sizes(5),
            "propagated" => changes["PropagateTags"] = json!("true"),
            "submitted" => changes["WaitFor"] = json!("Submitted"),
            word => unreachable!("{word} changes nothing"),
        }
    }
    properties(&changes)
}

fn sizes(desired: u8) -> Value {
    json!({"MinSize": "1", "MaxSize": "9", "DesiredSize": desired.to_string()})
}

/// The stack is created with the first template.
pub fn creation(name: &'static str, budget: Budget) -> Configuration {
    Configuration {
        name,
        properties: vec![template("")],
        start: Start::Nothing,
        wishes: vec![],
        budget,
        on_failure: OnFailure::RollBack,
        keeps: Keeps::Nothing,
        not_allowed: NotAllowed::Nothing,
        meddling: Meddling::Usual,
        broken: BrokenRule::Nothing,
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
/// too: then the one that undoes doesn't know that it has deleted already, and the other makes the group anew.
fn doubled_replacement() -> Configuration {
    let budget = Budget {
        faults: 2,
        failures: 1,
        hand_overs: 1,
        ..Budget::NONE
    };
    update("replacement, by two at once", "spot", budget)
}

fn replacement() -> Configuration {
    let budget = Budget {
        faults: 1,
        deaths: 1,
        failures: 1,
        others_fail: 1,
        hand_overs: 1,
        tries: 1,
        ..Budget::NONE
    };
    update("replacement", "spot", budget)
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

/// What was replaced has its name again in the end, so that a Delete of the first cleanup that comes once more meets it.
fn there_and_back() -> Configuration {
    let budget = Budget {
        duplicates: 1,
        others_fail: 1,
        ..Budget::NONE
    };
    Configuration {
        properties: vec![template(""), template("spot"), template("")],
        wishes: vec![Wish::Update(1), Wish::Update(2)],
        ..update("replacement there and back, delivered twice", "spot", budget)
    }
}

/// All are explored by `make model`.
pub fn all() -> Vec<Configuration> {
    let mut all = usual();
    all.extend(retained::all());
    all.extend(preserved::all());
    all.extend(unseen::all());
    all.extend(stale_request::all());
    all
}

fn usual() -> Vec<Configuration> {
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
        update("update, delivered twice", "labels", Budget { duplicates: 1, ..one }),
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
            "labels disk",
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
            "labels disk",
            Budget {
                cancels: 1,
                faults: 1,
                ..none
            },
        ),
        update(
            "update, cancelled and delivered twice",
            "labels",
            Budget {
                cancels: 1,
                duplicates: 1,
                faults: 1,
                ..none
            },
        ),
        replacement(),
        doubled_replacement(),
        cancelled_replacement(),
        update(
            "replacement, delivered twice",
            "spot",
            Budget {
                duplicates: 1,
                others_fail: 1,
                deaths: 1,
                ..none
            },
        ),
        there_and_back(),
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
            "delete, delivered twice",
            Budget {
                faults: 1,
                deaths: 1,
                failures: 1,
                tries: 1,
                duplicates: 1,
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
