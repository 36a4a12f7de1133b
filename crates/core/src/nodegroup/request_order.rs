//! The order of several requests for one resource. CloudFormation sends one request at a time. EventBridge delivers
//! events late, twice and out of order, so tags on the group say which event the group follows.

use std::collections::BTreeMap;

use super::ownership::{REQUESTED_TAG, UNFINISHED_TAG};

/// A request by event. Requests are ordered by the time they were sent, and within one second by their IDs, so that two
/// of them never alternate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requested {
    /// As EventBridge writes it, such as `2026-11-26T10:15:00Z`. The order of such texts is the order of the times.
    pub time: String,
    /// The ID of the event.
    pub id: String,
}

/// The place of a request among the requests for the same resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestOrder {
    /// A request of CloudFormation, which sends the next one after the response.
    OneByOne,
    /// A request by event.
    Sent(Requested),
}

impl RequestOrder {
    /// The tags of a group that follows this request.
    pub fn tags(&self) -> BTreeMap<String, String> {
        match self {
            Self::OneByOne => BTreeMap::new(),
            Self::Sent(requested) => [(REQUESTED_TAG.to_owned(), requested.tag_value())].into(),
        }
    }

    /// The further tags of a group that this request makes, until the group is finished. If a delivery dies, these tags
    /// show that nobody else removes the group.
    pub fn marks(&self) -> BTreeMap<String, String> {
        match self {
            Self::OneByOne => BTreeMap::new(),
            Self::Sent(requested) => [(UNFINISHED_TAG.to_owned(), requested.tag_value())].into(),
        }
    }

    /// Whether this very request made the group with these tags and has not finished it.
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

    /// Whether a group with these tags still lacks the tag of this request.
    pub fn lacks_request_tag(&self, tags: &BTreeMap<String, String>) -> bool {
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

    /// The request in a group's tags. A group without the tag follows no request: it was made earlier, or somebody
    /// removed the tag.
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

    fn sent(time: &str, id: &str) -> RequestOrder {
        RequestOrder::Sent(Requested {
            time: time.to_owned(),
            id: id.to_owned(),
        })
    }

    #[test]
    fn the_later_request_wins_and_a_tie_has_a_winner() {
        let own = || sent("2026-11-26T10:15:00Z", "b");
        for (order, on_the_group, superseded, untold) in [
            (own(), sent("2026-11-26T10:15:00Z", "b"), false, false),
            (own(), sent("2026-11-26T10:15:01Z", "a"), true, false),
            (own(), sent("2026-11-26T10:14:59Z", "c"), false, true),
            (own(), sent("2026-11-26T10:15:00Z", "a"), false, true),
            (own(), sent("2026-11-26T10:15:00Z", "c"), true, false),
            (own(), RequestOrder::OneByOne, false, true),
            (RequestOrder::OneByOne, sent("2026-11-26T10:15:00Z", "b"), false, false),
        ] {
            let tags = on_the_group.tags();
            assert_eq!(
                order.superseded_by(&tags).is_some(),
                superseded,
                "{order:?} on {tags:?}"
            );
            assert_eq!(order.lacks_request_tag(&tags), untold, "{order:?} on {tags:?}");
        }
        let nonsense = [(REQUESTED_TAG.to_owned(), "nonsense".to_owned())].into();
        assert!(own().lacks_request_tag(&nonsense) && own().superseded_by(&nonsense).is_none());
    }
}
