//! The codes that only a request by event fails with, for the documentation and for rules that match outcome events.

use crate::texts::Explanation;

pub const BAD_REQUEST: &str = "bad-request";
pub const TOO_LATE: &str = "too-late";

pub const ALL: [Explanation; 5] = [
    Explanation {
        code: BAD_REQUEST,
        cause: "The event doesn't have the shape of a request.",
        remedy: "Put right what is named; schema/events/request.schema.json has the shape.",
        example: "nothing was changed, 1 problem(s) with the request: (1) RequestType: expected Create, Update or Delete, got \
                  \"Destroy\" [bad-request]",
    },
    Explanation {
        code: TOO_LATE,
        cause: "The event came after the time that its ServiceTimeout gives it, counted from when it was sent: it was delivered \
                late, or replayed from an archive.",
        remedy: "Send the request anew if it is still wanted.",
        example: "not carried out: the event was sent at 2026-11-26T10:15:00Z, and its time of 3600 seconds was over when it \
                  came; send the request anew if it is still wanted [too-late]",
    },
    Explanation {
        code: "superseded",
        cause: "The node group follows a request that was sent later, so this one came out of order.",
        remedy: "Nothing, if the later request is what is wanted; send this one anew if not. Events that are sent within the same \
                 second have no order to be told by.",
        example: "superseded by event 5f0c of 2026-11-26T10:16:00Z: node group my-cluster/Nodes-0a1b2c3d4e5f follows that one, \
                  which was sent later, so this request changes nothing [superseded]",
    },
    Explanation {
        code: "nothing-to-change",
        cause: "An Update names a node group that isn't there. Among events an Update never makes one.",
        remedy: "Send a Create, or the PhysicalResourceId of the group that is meant.",
        example: "there is no node group my-cluster/Nodes-0a1b2c3d4e5f of this resource to change; send a Create, or the \
                  PhysicalResourceId of the group that is meant [nothing-to-change]",
    },
    Explanation {
        code: "needs-new-group",
        cause: "The properties differ from those of the running group in what no group can change.",
        remedy: "Ask for the new group under another LogicalResourceId, and send a Delete for this one.",
        example: "changing CapacityType needs a new node group in place of my-cluster/Nodes-0a1b2c3d4e5f, and events replace none; \
                  ask for the new one under another LogicalResourceId and then send a Delete for this one, or send that first \
                  [needs-new-group]",
    },
];
