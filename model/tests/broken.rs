//! Each property can fail: a rule is broken on purpose, and it is noticed. With the rule kept the same lives are explored by `make model`.

use model::configuration::{Broken, Budget, Configuration};
use model::{explore, lives};

const NONE: Budget = Budget::NONE;

#[track_caller]
fn check(of: Configuration, broken: Broken, property: &str) {
    let verdict = explore(of.with(broken), 2);
    let violated: Vec<_> = verdict.violated.keys().collect();
    assert!(
        verdict.violated.contains_key(property),
        "{broken:?}: {property}: {violated:?}"
    );
}

#[test]
fn a_rule_that_is_broken_is_noticed() {
    let creation = |budget| lives::creation("create", budget);
    let update = |to, budget| lives::update("update", to, budget);
    let deletion = |budget| lives::deletion("delete", budget);
    let (deaths, faults) = (Budget { deaths: 3, ..NONE }, Budget { faults: 1, ..NONE });
    let (deadlines, others) = (Budget { deadlines: 1, ..NONE }, Budget { others: 2, ..NONE });
    for (of, broken, property) in [
        (deletion(deaths), Broken::NoLastResort, "every request is answered"),
        (creation(NONE), Broken::AnswersTwice, "never two answers that differ"),
        (
            creation(deadlines),
            Broken::NoDeadline,
            "a look past the deadline answers",
        ),
        (
            update("labels", faults),
            Broken::FailedUpdateTellsNewId,
            "the ids of answers follow the protocol",
        ),
        (deletion(others), Broken::TagsIgnored, "nothing foreign is changed"),
        (update("spot", NONE), Broken::NoCleanup, "no group that no stack knows"),
        (
            update("spot", NONE),
            Broken::NoCleanup,
            "never two groups outside a replacement",
        ),
        (deletion(NONE), Broken::DeleteAnswersEarly, "a Delete leaves nothing"),
        (
            update("labels", NONE),
            Broken::UpdatesDoNothing,
            "what the stack has recorded is what runs",
        ),
    ] {
        check(of, broken, property);
    }
}
