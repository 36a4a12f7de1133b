//! Requests that outlive their operation, or come when all is over; what an autoscaler has set meanwhile; launch templates without tags;
//! and groups that failed before an update began.

use super::{creation, template, update};
use crate::cloudformation::Wish;
use crate::configuration::{Budget, Configuration, Meddling, Start};

/// The size is the autoscaler's as soon as it has set it.
pub fn scaled(name: &'static str, properties: [&str; 2], budget: Budget) -> Configuration {
    Configuration {
        properties: properties.map(template).to_vec(),
        meddling: Meddling::Scales,
        ..update(name, "", budget)
    }
}

/// A group's launch template loses its tags.
pub fn stripped(name: &'static str, budget: Budget) -> Configuration {
    Configuration {
        meddling: Meddling::StripsTemplates,
        ..update(name, "labels", budget)
    }
}

/// Nobody waits for the group, and it may fail when nobody looks.
pub fn submitted(name: &'static str, budget: Budget) -> Configuration {
    Configuration {
        properties: vec![
            template("submitted"),
            template("submitted labels"),
            template("submitted"),
        ],
        start: Start::Nothing,
        wishes: vec![Wish::Update(1), Wish::Update(2)],
        ..creation(name, budget)
    }
}

/// An update that is cancelled and still at work when the next one replaces the group.
pub fn outlived(name: &'static str, budget: Budget) -> Configuration {
    Configuration {
        properties: vec![template(""), template("labels"), template("spot")],
        wishes: vec![Wish::Update(1), Wish::Update(2)],
        ..update(name, "labels", budget)
    }
}

/// A group that somebody deletes and the function makes again.
pub fn made_again(name: &'static str, budget: Budget) -> Configuration {
    Configuration {
        properties: vec![template(""), template("labels"), template("")],
        wishes: vec![Wish::Update(1), Wish::Update(2)],
        meddling: Meddling::Deletes,
        ..update(name, "labels", budget)
    }
}

pub fn all() -> Vec<Configuration> {
    let none = Budget::NONE;
    let twice = Budget {
        duplicates: 1,
        others: 1,
        ..none
    };
    let failing = Budget {
        failures: 1,
        others_fail: 1,
        others: 1,
        ..none
    };
    vec![
        scaled("update, after the end", ["three", "three labels"], twice),
        scaled("autoscaler", ["three", "three labels"], Budget { faults: 1, ..failing }),
        scaled(
            "autoscaler, another size",
            ["three", "five"],
            Budget { faults: 1, ..failing },
        ),
        outlived(
            "update, cancelled, then a replacement",
            Budget {
                cancels: 1,
                deaths: 1,
                ..none
            },
        ),
        stripped("template without tags", failing),
        submitted(
            "create, submitted",
            Budget {
                failures: 2,
                others_fail: 1,
                ..none
            },
        ),
        made_again(
            "made again",
            Budget {
                faults: 1,
                failures: 1,
                ..failing
            },
        ),
    ]
}
