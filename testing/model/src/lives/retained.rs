//! Policies of `Retain`: what is replaced or removed stays, and its properties may be asked for again.

use super::{template, update};
use crate::cloudformation::Wish;
use crate::configuration::{Budget, Configuration, Keeps};

/// A group is replaced, and stays.
pub fn replaced(name: &'static str, budget: Budget) -> Configuration {
    Configuration {
        keeps: Keeps::Replaced,
        ..update(name, "spot", budget)
    }
}

/// What was replaced is asked for once more, with other labels.
pub fn there_and_back(name: &'static str, keeps: Keeps, budget: Budget) -> Configuration {
    Configuration {
        properties: vec![template(""), template("spot"), template("labels")],
        wishes: vec![Wish::Update(1), Wish::Update(2)],
        keeps,
        ..update(name, "spot", budget)
    }
}

/// The resource goes out of the template and comes back.
pub fn added_again(name: &'static str, budget: Budget) -> Configuration {
    Configuration {
        wishes: vec![Wish::Remove, Wish::Add(0), Wish::Delete],
        ..update(name, "", budget)
    }
}

pub fn all() -> Vec<Configuration> {
    let none = Budget::NONE;
    let failing = Budget {
        failures: 1,
        others_fail: 1,
        faults: 1,
        ..none
    };
    vec![
        there_and_back("retained, there and back", Keeps::Replaced, failing),
        there_and_back(
            "retained, there and back, the new too",
            Keeps::ReplacedAndNew,
            Budget {
                failures: 1,
                others_fail: 2,
                ..none
            },
        ),
        there_and_back(
            "retained, there and back, cancelled",
            Keeps::Replaced,
            Budget {
                cancels: 1,
                others_fail: 1,
                tries: 1,
                ..none
            },
        ),
        added_again("retained, added again", failing),
        added_again(
            "retained, added again, cancelled",
            Budget {
                cancels: 1,
                deaths: 1,
                ..none
            },
        ),
    ]
}
