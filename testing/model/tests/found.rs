//! What the exploration has found, in the smallest configuration that shows it.

use model::cloudformation::Wish;
use model::configuration::{Budget, Configuration, properties};
use model::{explore, lives};
use serde_json::{Value, json};

#[track_caller]
fn holds(of: Configuration) {
    let name = of.name;
    let verdict = explore(of, 1);
    let violated: Vec<String> = verdict
        .violated
        .into_iter()
        .map(|(name, path)| format!("{name}:\n{}", path.join("\n")))
        .collect();
    assert!(violated.is_empty(), "{name}: {}", violated.join("\n"));
}

const CANCELLED: Budget = Budget {
    faults: 1,
    cancels: 1,
    ..Budget::NONE
};

/// A first look that came to nothing was the last that asked for the stack, and the first step was begun without asking again:
/// when the stack was cancelled meanwhile, what it made belonged to nobody, and an update fought with its own rollback.
#[test]
fn nothing_is_begun_for_a_stack_that_was_cancelled_after_the_first_look() {
    let users = |changes: &Value| {
        let mut changes = changes.clone();
        changes["LaunchTemplate"] = json!({"Id": "lt-1", "Version": "1"});
        properties(&changes)
    };
    let mut with_users_template = lives::creation("a group", CANCELLED);
    with_users_template.properties = vec![users(&json!({}))];
    holds(with_users_template);
    holds(lives::creation("a launch template", CANCELLED));
    let mut update = lives::update("an update", "labels", CANCELLED);
    update.properties = vec![users(&json!({})), users(&json!({"Labels": {"a": "b"}}))];
    holds(update);
}

/// Lambda may deliver an Update once more when its stack is being deleted or is gone. It took that for a rollback, in which nothing
/// is refused, and made the group anew.
#[test]
fn an_update_that_comes_again_makes_nothing_for_a_stack_that_is_gone() {
    let twice = Budget {
        duplicates: 1,
        ..Budget::NONE
    };
    let mut of = lives::update("an update that comes late", "labels", twice);
    of.wishes.push(Wish::Delete);
    holds(of);
}
