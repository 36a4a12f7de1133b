//! Values that the tests of this module share.

mod anything;
mod catalogue;
mod console;
mod drain;
mod reason;
mod tight;

use super::{Activity, Console, Evidence};
use crate::nodegroup::group::Issue;

const HEADLINE: &str = "node group c/n could not be created";

fn issue(code: &str, message: &str, resources: &[&str]) -> Issue {
    Issue {
        code: code.to_owned(),
        message: message.to_owned(),
        resources: resources.iter().map(|&resource| resource.to_owned()).collect(),
    }
}

fn no_join() -> Issue {
    issue(
        "NodeCreationFailure",
        "Instances failed to join the kubernetes cluster",
        &["i-0123"],
    )
}

fn activity(message: &str) -> Activity {
    Activity {
        status: "Failed".to_owned(),
        description: "Launching a new EC2 instance".to_owned(),
        message: message.to_owned(),
        cause: "At 2026-01-01T00:00:00Z an instance was started".to_owned(),
    }
}

fn console(text: &str) -> Evidence {
    Evidence {
        console: Some(Console {
            instance: "i-0123".to_owned(),
            text: text.to_owned(),
        }),
        ..Evidence::default()
    }
}

fn activities(messages: &[&str]) -> Evidence {
    Evidence {
        activities: messages.iter().map(|message| activity(message)).collect(),
        ..Evidence::default()
    }
}
