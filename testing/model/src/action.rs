//! Everything that can happen, one thing at a time.

use crate::call::Ended;
use crate::cloudformation::StackStep;

/// One step of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Lambda delivers an event of its queue.
    Deliver(usize),
    /// Lambda takes a request into its queue once more.
    Duplicate(usize),
    /// An invocation makes its next call.
    Call(usize, CallFault),
    /// An invocation has waited, and looks again.
    Look(usize),
    /// An invocation hands the work over to another.
    HandOver(usize, CallFault),
    /// An invocation delivers its answer.
    Put(usize, CallFault),
    /// The process of an invocation is gone.
    Dies(usize),
    /// What EKS does to a group ends; groups are counted by name.
    Ends(usize, Ended),
    Others(Others),
    Stack(StackStep),
    /// Two minutes in which nobody looks.
    Pause,
    /// The time of the request whose time is over first.
    Deadline,
}

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallFault {
    None,
    /// Nothing was done.
    Throttled,
    /// It was done, and the answer is lost.
    Lost,
    /// It is done, and the answer never comes, so that the pass is cut off.
    Hangs,
    /// The service refuses.
    Refused,
    /// What was made a moment ago isn't seen yet.
    Unseen,
    /// The role's policy doesn't allow it yet.
    Denied,
}

/// What somebody else does; groups and names are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Others {
    /// A foreign group takes the name.
    Take(usize),
    /// A foreign launch template does.
    TakeTemplate(usize),
    Delete(usize),
    Update(usize),
    /// The group is in a status that the function doesn't know.
    Freeze(usize),
    Thaw(usize),
    Degrade(usize),
    StripTags(usize),
    DeleteTemplate(usize),
    StripTemplate(usize),
    Scale(usize),
}
