//! Who asks for a node group, and what differs between the two that may.

use std::fmt;

use crate::protocol::request::{EVENT_OWNER, Envelope, Reply};

/// Who sends the requests for a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requester {
    /// A stack, by its ARN: CloudFormation sends the requests.
    Stack { id: String },
    /// Somebody who sends events to EventBridge. The requests of one source in one account share their logical IDs.
    Sender { account: String, source: String },
}

impl Requester {
    /// Who has sent a request with this envelope. EventBridge says who sent an event; the text in the place of a stack's ID says nothing.
    pub fn of(envelope: &Envelope) -> Self {
        match &envelope.reply {
            Reply::Url(_) => Self::Stack {
                id: envelope.stack_id.clone(),
            },
            Reply::Bus(sent) => Self::Sender {
                account: sent.account.clone(),
                source: sent.source.clone(),
            },
        }
    }

    /// The stack that can be described: its status, its tags, its record of the resource.
    pub fn stack_id(&self) -> Option<&str> {
        match self {
            Self::Stack { id } => Some(id),
            Self::Sender { .. } => None,
        }
    }

    /// Whether an Update may create a group, in place of the running one or again. CloudFormation deletes the group that was replaced.
    /// Nobody would delete it for a sender of events.
    pub fn may_replace(&self) -> bool {
        match self {
            Self::Stack { .. } => true,
            Self::Sender { .. } => false,
        }
    }

    /// Whether a Create may take over a group of the resource that existed before. In a stack a policy of Retain has kept such a group,
    /// and a rollback of the Create would delete it.
    pub fn may_take_over(&self) -> bool {
        match self {
            Self::Stack { .. } => false,
            Self::Sender { .. } => true,
        }
    }

    /// Whether the function itself removes what a failed Create has made. A stack rolls back, and CloudFormation sends a Delete.
    pub fn clears_up_after_itself(&self) -> bool {
        match self {
            Self::Stack { .. } => false,
            Self::Sender { .. } => true,
        }
    }

    /// Whether several requests for one resource may be under way at once. CloudFormation sends one after the answer to the last. Events
    /// come late, twice, and in any order.
    pub fn may_overlap(&self) -> bool {
        match self {
            Self::Stack { .. } => false,
            Self::Sender { .. } => true,
        }
    }
}

/// The text in tags and in the hash of generated names. It is on groups that run, so it may never change.
impl fmt::Display for Requester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stack { id } => f.write_str(id),
            Self::Sender { account, source } => write!(f, "{EVENT_OWNER}{account}:{source}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::request::EventEnvelope;
    use crate::protocol::response_url::ResponseUrl;

    fn envelope(reply: Reply, stack_id: &str) -> Envelope {
        Envelope {
            reply,
            stack_id: stack_id.to_owned(),
            request_id: "r".to_owned(),
            logical_resource_id: "Nodes".to_owned(),
            physical_resource_id: None,
        }
    }

    /// Somebody may call a stack whatever he likes: only EventBridge says that a request is an event.
    #[test]
    fn a_stack_id_that_looks_like_a_senders_is_a_stack() {
        let url = Reply::Url(ResponseUrl::new("https://example.com/"));
        let stack = Requester::of(&envelope(url, "event:111122223333:com.example"));
        assert_eq!(stack.stack_id(), Some("event:111122223333:com.example"));
        assert!(
            stack.may_replace() && !stack.may_take_over() && !stack.clears_up_after_itself() && !stack.may_overlap()
        );
    }

    #[test]
    fn the_text_of_a_sender_is_the_one_in_its_envelope() {
        let sent = EventEnvelope {
            account: "111122223333".to_owned(),
            source: "com.example".to_owned(),
            time: "2026-11-26T10:15:00Z".to_owned(),
        };
        let text = sent.owner();
        let sender = Requester::of(&envelope(Reply::Bus(sent), &text));
        assert_eq!(sender.to_string(), text);
        assert_eq!(sender.stack_id(), None);
        assert!(
            !sender.may_replace() && sender.may_take_over() && sender.clears_up_after_itself() && sender.may_overlap()
        );
    }
}
