//! A stack that the function may not see, for a while or for ever; and other things that its role doesn't allow.

use super::{creation, template, update};
use crate::cloudformation::Wish;
use crate::configuration::{Budget, Configuration, Meddling, NotAllowed};

pub fn all() -> Vec<Configuration> {
    let none = Budget::NONE;
    let failing = Budget {
        failures: 1,
        others_fail: 1,
        tries: 1,
        ..none
    };
    let degraded = Budget { others: 1, ..failing };
    let at_first = Budget {
        denials: 1,
        failures: 1,
        others_fail: 1,
        ..none
    };
    let for_long = Budget { denials: 6, ..none };
    vec![
        create_degraded("create, stack not allowed", NotAllowed::Stack, degraded),
        create_degraded("create, foreign stack", NotAllowed::StackIsForeign, degraded),
        not_allowed(
            update("update, stack not allowed", "labels", failing),
            NotAllowed::Stack,
        ),
        not_allowed(
            update("replacement, stack not allowed", "spot", failing),
            NotAllowed::Stack,
        ),
        not_allowed(
            update("replacement, foreign stack", "spot", failing),
            NotAllowed::StackIsForeign,
        ),
        propagated("update, denied at first", "labels", at_first),
        propagated("replacement, denied at first", "spot", at_first),
        propagated("update, denied for long", "labels", for_long),
        propagated(
            "update, denied and cancelled",
            "labels",
            Budget {
                denials: 2,
                cancels: 1,
                ..none
            },
        ),
        propagated(
            "replacement, denied and cancelled",
            "spot",
            Budget {
                denials: 2,
                cancels: 1,
                ..none
            },
        ),
        untag_denied(),
    ]
}

/// The stack's tags are on the nodes too.
pub fn propagated(name: &'static str, to: &str, budget: Budget) -> Configuration {
    Configuration {
        properties: vec![template("propagated"), template(&format!("propagated {to}"))],
        ..update(name, to, budget)
    }
}

fn not_allowed(of: Configuration, not_allowed: NotAllowed) -> Configuration {
    Configuration { not_allowed, ..of }
}

/// A group that becomes degraded while a Create waits for it.
pub fn create_degraded(name: &'static str, not_allowed: NotAllowed, budget: Budget) -> Configuration {
    Configuration {
        not_allowed,
        meddling: Meddling::Degrades,
        ..creation(name, budget)
    }
}

/// The group that took the place of another is updated.
fn untag_denied() -> Configuration {
    let budget = Budget {
        failures: 1,
        others_fail: 1,
        ..Budget::NONE
    };
    Configuration {
        properties: vec![template(""), template("spot"), template("spot labels")],
        wishes: vec![Wish::Update(1), Wish::Update(2)],
        not_allowed: NotAllowed::Untag,
        ..update("replacement, tags not taken away", "spot", budget)
    }
}
