//! Which of several requests for one resource comes later. CloudFormation sends one at a time; events are delivered late, twice
//! and out of order, so a group tells which event it follows.

use std::collections::BTreeMap;

use super::ownership::{REQUESTED_TAG, UNFINISHED_TAG};

/// A request by event, in the order of when it was sent; within a second, in that of the ids, so that two never take turns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requested {
    /// As EventBridge writes it, such as `2026-11-26T10:15:00Z`. Such texts sort as the times do.
    pub time: String,
    /// The event's id.
    pub id: String,
}

/// The turn of a request among those for the same resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// CloudFormation's, which sends the next one after the answer.
    OneByOne,
    /// An event's.
    Sent(Requested),
}

impl Turn {
    /// What is put on a group that follows this request.
    pub fn tags(&self) -> BTreeMap<String, String> {
        match self {
            Self::OneByOne => BTreeMap::new(),
            Self::Sent(requested) => [(REQUESTED_TAG.to_owned(), requested.tag_value())].into(),
        }
    }

    /// What a group that this request makes bears beside them until it is finished. It says on the group itself what a delivery
    /// that died can't: that nobody else will remove it.
    pub fn marks(&self) -> BTreeMap<String, String> {
        match self {
            Self::OneByOne => BTreeMap::new(),
            Self::Sent(requested) => [(UNFINISHED_TAG.to_owned(), requested.tag_value())].into(),
        }
    }

    /// Whether a group with these tags was made by this very request and isn't finished.
    pub fn has_not_finished(&self, tags: &BTreeMap<String, String>) -> bool {
        match self {
            Self::OneByOne => false,
            Self::Sent(own) => tags.get(UNFINISHED_TAG) == Some(&own.tag_value()),
        }
    }

    /// The later request that a group with these tags follows, if there is one.
    pub fn superseded_by(&self, tags: &BTreeMap<String, String>) -> Option<Requested> {
        match self {
            Self::OneByOne => None,
            Self::Sent(own) => Requested::on(tags).filter(|other| other > own),
        }
    }

    /// Whether a group with these tags is still to be told that it follows this request.
    pub fn is_untold(&self, tags: &BTreeMap<String, String>) -> bool {
        match self {
            Self::OneByOne => false,
            Self::Sent(own) => Requested::on(tags).is_none_or(|other| other < *own),
        }
    }
}

impl Requested {
    fn tag_value(&self) -> String {
        format!("{} {}", self.time, self.id)
    }

    /// What a group's tags say. One without follows none: it was made before, or somebody took the tag away.
    fn on(tags: &BTreeMap<String, String>) -> Option<Self> {
        let (time, id) = tags.get(REQUESTED_TAG)?.split_once(' ')?;
        Some(Self {
            time: time.to_owned(),
            id: id.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(time: &str, id: &str) -> Turn {
        Turn::Sent(Requested {
            time: time.to_owned(),
            id: id.to_owned(),
        })
    }

    #[test]
    fn the_later_request_wins_and_a_tie_has_a_winner() {
        let own = || sent("2026-11-26T10:15:00Z", "b");
        for (turn, on_the_group, superseded, untold) in [
            (own(), sent("2026-11-26T10:15:00Z", "b"), false, false),
            (own(), sent("2026-11-26T10:15:01Z", "a"), true, false),
            (own(), sent("2026-11-26T10:14:59Z", "c"), false, true),
            (own(), sent("2026-11-26T10:15:00Z", "a"), false, true),
            (own(), sent("2026-11-26T10:15:00Z", "c"), true, false),
            (own(), Turn::OneByOne, false, true),
            (Turn::OneByOne, sent("2026-11-26T10:15:00Z", "b"), false, false),
        ] {
            let tags = on_the_group.tags();
            assert_eq!(turn.superseded_by(&tags).is_some(), superseded, "{turn:?} on {tags:?}");
            assert_eq!(turn.is_untold(&tags), untold, "{turn:?} on {tags:?}");
        }
        let nonsense = [(REQUESTED_TAG.to_owned(), "nonsense".to_owned())].into();
        assert!(own().is_untold(&nonsense) && own().superseded_by(&nonsense).is_none());
    }
}
