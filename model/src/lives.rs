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
    let one = Budget {
        faults: 1,
        deaths: 1,
        duplicates: 1,
        hand_overs: 1,
        failures: 1,
        others: 0,
        others_fail: 1,
        cancels: 0,
        tries: 1,
        pauses: 0,
        deadlines: 0,
    };
    let nothing = Start::Nothing;
    let running = Start::Running;
    vec![
        life("create", nothing, 0, vec![], Budget { faults: 2, deadlines: 1, ..one }),
        life("create, cancelled", nothing, 0, vec![], Budget { cancels: 1, duplicates: 0, ..one }),
        life("create, deaths", nothing, 0, vec![], Budget { deaths: 3, faults: 0, ..one }),
        life("create, others", nothing, 0, vec![], Budget { others: 2, duplicates: 0, ..one }),
        life("update", running, 1, vec![Wish::Update(1)], Budget { duplicates: 0, ..one }),
        life("update, cancelled", running, 1, vec![Wish::Update(1)], Budget { duplicates: 0, cancels: 1, others_fail: 0, ..one }),
        life("two steps", running, 2, vec![Wish::Update(1)], Budget { duplicates: 0, cancels: 1, ..one }),
        life("replacement", running, 3, vec![Wish::Update(1)], Budget { duplicates: 0, ..one }),
        life("replacement, cancelled", running, 3, vec![Wish::Update(1)], Budget { duplicates: 0, cancels: 1, others_fail: 0, ..one }),
        life("delete", running, 0, vec![Wish::Delete], Budget { faults: 2, deadlines: 1, ..one }),
        life("delete, others", running, 0, vec![Wish::Delete], Budget { others: 2, deadlines: 1, ..one }),
        life("update, duplicate", running, 1, vec![Wish::Update(1)], Budget { deaths: 0, failures: 0, hand_overs: 0, ..one }),
        life("replacement, duplicate", running, 3, vec![Wish::Update(1)], Budget { deaths: 0, failures: 0, hand_overs: 0, ..one }),
        life("update, others", running, 1, vec![Wish::Update(1)], Budget { others: 2, deaths: 0, duplicates: 0, deadlines: 1, ..one }),
        life("replacement, others", running, 3, vec![Wish::Update(1)], Budget { others: 2, deaths: 0, duplicates: 0, deadlines: 1, ..one }),
    ]
}
