//! `--disable-rollback`: an update that failed rests as it is, and the user says how it goes on.

use super::{template, update};
use crate::cloudformation::Wish;
use crate::configuration::{Budget, Configuration, OnFailure};

/// One update after the other, each to a group of its own but the last.
pub fn preserved(name: &'static str, wishes: Vec<Wish>, budget: Budget) -> Configuration {
    Configuration {
        properties: vec![template(""), template("spot"), template("role"), template("labels")],
        wishes,
        on_failure: OnFailure::Preserve,
        ..update(name, "spot", budget)
    }
}

pub fn all() -> Vec<Configuration> {
    let none = Budget::NONE;
    let in_vain = Budget {
        failures: 1,
        deadlines: 1,
        tries: 1,
        ..none
    };
    let others = Budget {
        others_fail: 2,
        failures: 1,
        tries: 1,
        ..none
    };
    vec![
        preserved(
            "preserved, then elsewhere",
            vec![Wish::Update(1), Wish::Update(3)],
            in_vain,
        ),
        preserved("preserved, then deleted", vec![Wish::Update(1), Wish::Delete], in_vain),
        preserved("preserved twice", vec![Wish::Update(1), Wish::Update(2)], others),
        preserved(
            "preserved twice, with faults",
            vec![Wish::Update(1), Wish::Update(2)],
            Budget {
                faults: 1,
                deaths: 1,
                failures: 1,
                tries: 1,
                ..none
            },
        ),
    ]
}
