//! Each property can fail: a rule is broken on purpose, and it is noticed. With the rule kept the same lives are explored by `make model`.

use model::configuration::{BrokenRule, Budget, Configuration, NotAllowed};
use model::{explore, lives};

const NONE: Budget = Budget::NONE;

#[track_caller]
fn check(of: Configuration, broken: BrokenRule, property: &str) {
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
        (deletion(deaths), BrokenRule::NoLastResort, "every request is answered"),
        (
            creation(NONE),
            BrokenRule::AnswersTwice,
            "never two answers that differ",
        ),
        (
            creation(deadlines),
            BrokenRule::NoDeadline,
            "a look past the deadline answers",
        ),
        (
            update("labels", faults),
            BrokenRule::FailedUpdateTellsNewId,
            "the ids of answers follow the protocol",
        ),
        (deletion(others), BrokenRule::TagsIgnored, "nothing foreign is changed"),
        (
            update("spot", NONE),
            BrokenRule::NoCleanup,
            "no group that no stack knows",
        ),
        (
            update("spot", NONE),
            BrokenRule::NoCleanup,
            "never two groups outside a replacement",
        ),
        (
            deletion(NONE),
            BrokenRule::DeleteAnswersEarly,
            "a Delete leaves nothing",
        ),
        (
            update("labels", NONE),
            BrokenRule::UpdatesDoNothing,
            "what the stack has recorded is what runs",
        ),
    ] {
        check(of, broken, property);
    }
}

#[test]
fn a_broken_rule_of_what_stays_is_noticed() {
    let update = |to, budget| lives::update("update", to, budget);
    let with = |duplicates, deadlines, others| Budget {
        duplicates,
        deadlines,
        others,
        ..NONE
    };
    let scaled = |budget| lives::stale_request::scaled("autoscaler", ["three", "three labels"], budget);
    let degraded = lives::unseen::create_degraded("create", NotAllowed::Nothing, with(0, 0, 1));
    for (of, broken, property) in [
        (
            lives::retained::replaced("retained", NONE),
            BrokenRule::RetainsNothing,
            "what was retained stays",
        ),
        (
            update("spot", with(0, 1, 0)),
            BrokenRule::NoMarks,
            "no unfinished replacement is left",
        ),
        (
            update("spot", NONE),
            BrokenRule::CleanupOfTheNew,
            "what the stack knows is there",
        ),
        (
            scaled(with(0, 0, 1)),
            BrokenRule::SizeIsAlwaysSet,
            "what an autoscaler has set stands",
        ),
        (
            lives::unseen::propagated("update", "labels", NONE),
            BrokenRule::TagsChange,
            "no nodes roll for nothing",
        ),
        (
            scaled(with(1, 0, 1)),
            BrokenRule::NeverOver,
            "nothing is begun once the stack's operation is over",
        ),
        (
            update("labels", NONE),
            BrokenRule::UpdatesSeemToFail,
            "nothing fails for nothing",
        ),
        (
            degraded,
            BrokenRule::DegradedIsTaken,
            "no Create goes well with a degraded group",
        ),
    ] {
        check(of, broken, property);
    }
}
