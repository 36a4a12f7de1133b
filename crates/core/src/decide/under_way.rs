//! What a request works on at the moment, in one word: the `step` of each log line, and the phase that waiting time is
//! attributed to.

use serde::{Deserialize, Serialize};

use super::Waiting;

/// The step that a request performs or waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
pub enum UnderWay {
    /// Nothing has begun: the function reads the stack and the group and makes the checks. The phase counts from the
    /// time that CloudFormation signed the request, so it includes a slow delivery and a cold start.
    #[default]
    Prepare,
    /// Launch template, security group and key pair.
    Ec2,
    Create,
    Tags,
    UpdateVersion,
    UpdateConfig,
    /// The Auto Scaling group.
    ScalingGroup,
    Windows,
    DevicePlugin,
    /// Nodes that are not Ready.
    Nodes,
    Delete,
    /// After the request's own work: removal of unfinished replacements of earlier updates.
    RemoveAbandoned,
    /// After a failed replacement: removal of what it made.
    Undo,
}

impl UnderWay {
    pub const ALL: [Self; 13] = [
        Self::Prepare,
        Self::Ec2,
        Self::Create,
        Self::Tags,
        Self::UpdateVersion,
        Self::UpdateConfig,
        Self::ScalingGroup,
        Self::Windows,
        Self::DevicePlugin,
        Self::Nodes,
        Self::Delete,
        Self::RemoveAbandoned,
        Self::Undo,
    ];

    /// The word in logs, in metrics and in the state of a state machine.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prepare => "Prepare",
            Self::Ec2 => "Ec2",
            Self::Create => "Create",
            Self::Tags => "Tags",
            Self::UpdateVersion => "UpdateVersion",
            Self::UpdateConfig => "UpdateConfig",
            Self::ScalingGroup => "ScalingGroup",
            Self::Windows => "Windows",
            Self::DevicePlugin => "DevicePlugin",
            Self::Nodes => "Nodes",
            Self::Delete => "Delete",
            Self::RemoveAbandoned => "RemoveAbandoned",
            Self::Undo => "Undo",
        }
    }

    /// What is waited for, also where another request or somebody else began it; `None` where the wait doesn't tell.
    pub fn waited_for(waiting: Waiting) -> Option<Self> {
        match waiting {
            Waiting::ForCreate => Some(Self::Create),
            Waiting::ForConfigUpdate => Some(Self::UpdateConfig),
            Waiting::ForVersionUpdate => Some(Self::UpdateVersion),
            Waiting::ForDelete => Some(Self::Delete),
            Waiting::ForNodes => Some(Self::Nodes),
            Waiting::ForOthers | Waiting::ForAnAnswer => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::plan::StepKind;

    #[test]
    fn a_word_is_the_same_in_the_state_and_in_the_log() {
        for what in UnderWay::ALL {
            assert_eq!(serde_json::to_value(what).unwrap(), what.as_str());
        }
    }

    #[test]
    fn a_step_that_was_begun_is_under_way() {
        for (step, expected) in [
            (StepKind::Launch, "Ec2"),
            (StepKind::Create, "Create"),
            (StepKind::Tag, "Tags"),
            (StepKind::Untag, "Tags"),
            (StepKind::UpdateVersion, "UpdateVersion"),
            (StepKind::UpdateConfig, "UpdateConfig"),
            (StepKind::Delete, "Delete"),
            (StepKind::Scaling, "ScalingGroup"),
            (StepKind::JoinPlugin, "DevicePlugin"),
            (StepKind::LeavePlugin, "DevicePlugin"),
            (StepKind::EnableWindows, "Windows"),
        ] {
            assert_eq!(step.under_way().as_str(), expected);
        }
    }

    #[test]
    fn what_is_waited_for_is_under_way_whoever_began_it() {
        for (waiting, expected) in [
            (Waiting::ForCreate, Some("Create")),
            (Waiting::ForConfigUpdate, Some("UpdateConfig")),
            (Waiting::ForVersionUpdate, Some("UpdateVersion")),
            (Waiting::ForDelete, Some("Delete")),
            (Waiting::ForNodes, Some("Nodes")),
            (Waiting::ForOthers, None),
            (Waiting::ForAnAnswer, None),
        ] {
            assert_eq!(
                UnderWay::waited_for(waiting).map(UnderWay::as_str),
                expected,
                "{waiting:?}"
            );
        }
    }
}
