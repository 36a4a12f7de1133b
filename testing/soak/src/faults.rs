//! What goes wrong, and when: chosen by the seed, one throw for each call.

use std::ops::Range;
use std::time::Duration;

use fastrand::Rng;

/// What is said to a call that the role doesn't allow. No request may fail for it.
pub const DENIED: &str = "the role does not allow it now";

/// How a call comes to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallFailureKind {
    Throttle,
    ServerError,
    Reset,
    Hang,
    Garbage,
    /// The role doesn't allow it, at the moment.
    Denied,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    BeforeItsEffect,
    AfterItsEffect,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallFate {
    Fine,
    Wrong(CallFailureKind, When),
    Death(When),
}

const KINDS: [CallFailureKind; 5] = [
    CallFailureKind::Throttle,
    CallFailureKind::ServerError,
    CallFailureKind::Reset,
    CallFailureKind::Hang,
    CallFailureKind::Garbage,
];

/// A time in which every call of a service fails alike.
#[derive(Debug, Clone)]
pub struct Storm {
    pub service: &'static str,
    pub kind: CallFailureKind,
    pub during: Range<Duration>,
}

/// What the role doesn't allow for some time. The function has to get along without each of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// All that is asked of CloudFormation.
    AskTheStack,
    DescribeStackEvents,
    DescribeStackResource,
    UntagResource,
}

/// A time in which the role lacks a right.
#[derive(Debug, Clone)]
pub struct Denial {
    pub right: Right,
    pub during: Range<Duration>,
}

/// The services whose calls are denied now and then, each for once. A denied PUT has another meaning, and what a hand-over comes to
/// is Lambda's to try again.
const DENYING: [&str; 4] = ["eks", "cloudformation", "ec2", "autoscaling"];

impl Right {
    /// Whether a call needs it, by the name that the call has in the trace.
    fn is_needed_by(self, service: &str, what: &str) -> bool {
        match self {
            Self::AskTheStack => service == "cloudformation",
            Self::DescribeStackEvents => what == "DescribeStackEvents",
            Self::DescribeStackResource => what == "DescribeStackResource",
            Self::UntagResource => what.starts_with("eks DELETE") && !what.contains("/node-groups"),
        }
    }
}

/// The faults of one life. They end with it: what is left to be done is done in good weather.
#[derive(Debug, Clone)]
pub struct Weather {
    /// How likely a call is to go wrong.
    pub wrong: f64,
    pub kinds: Vec<CallFailureKind>,
    /// How likely a process is to die at a call.
    pub death: f64,
    /// How likely a process is to die in an invocation at any moment, asleep or not.
    pub sudden_death: f64,
    /// How likely an event is to be delivered twice.
    pub twice: f64,
    pub storms: Vec<Storm>,
    /// How likely a single call is to be denied.
    pub denied: f64,
    pub denials: Vec<Denial>,
    pub clock_jumps: bool,
}

impl Weather {
    pub fn of(dice: &mut Rng) -> Self {
        let wrong = *pick(dice, &[0.0, 0.005, 0.02, 0.05, 0.12]);
        let mut kinds = KINDS.to_vec();
        dice.shuffle(&mut kinds);
        kinds.truncate(dice.usize(1..=KINDS.len()));
        Self {
            wrong,
            kinds,
            death: *pick(dice, &[0.0, 0.0, 0.004, 0.015]),
            sudden_death: *pick(dice, &[0.0, 0.0, 0.02, 0.1]),
            twice: *pick(dice, &[0.0, 0.05, 0.3]),
            storms: storms(dice),
            denied: *pick(dice, &[0.0, 0.0, 0.004, 0.02]),
            denials: denials(dice),
            clock_jumps: dice.u8(..) < 64,
        }
    }

    pub fn none() -> Self {
        Self {
            wrong: 0.0,
            kinds: vec![CallFailureKind::Throttle],
            death: 0.0,
            sudden_death: 0.0,
            twice: 0.0,
            storms: vec![],
            denied: 0.0,
            denials: vec![],
            clock_jumps: false,
        }
    }

    /// Whether the role lacks a right at a time.
    pub fn denies(&self, right: Right, at: Duration) -> bool {
        self.denials
            .iter()
            .any(|denial| denial.right == right && denial.during.contains(&at))
    }

    /// Whether the role lacks a right at any moment of a time.
    pub fn lacked(&self, right: Right, during: Range<Duration>) -> bool {
        let overlaps = |denied: &Range<Duration>| denied.start < during.end && during.start < denied.end;
        let mut denials = self.denials.iter();
        denials.any(|denial| denial.right == right && overlaps(&denial.during))
    }

    /// What becomes of a call to a service, `what` being its name in the trace.
    pub fn fate(&self, dice: &mut Rng, service: &str, what: &str, at: Duration) -> CallFate {
        let when = |dice: &mut Rng| match dice.bool() {
            true => When::BeforeItsEffect,
            false => When::AfterItsEffect,
        };
        if dice.f64() < self.death {
            return CallFate::Death(when(dice));
        }
        let is_denied = |denial: &Denial| denial.during.contains(&at) && denial.right.is_needed_by(service, what);
        let at_once = DENYING.contains(&service) && dice.f64() < self.denied;
        if at_once || self.denials.iter().any(is_denied) {
            return CallFate::Wrong(CallFailureKind::Denied, When::BeforeItsEffect);
        }
        let storm = self
            .storms
            .iter()
            .find(|storm| storm.service == service && storm.during.contains(&at));
        if let Some(storm) = storm {
            return CallFate::Wrong(storm.kind, When::BeforeItsEffect);
        }
        if dice.f64() >= self.wrong {
            return CallFate::Fine;
        }
        match *pick(dice, &self.kinds) {
            // Who is throttled has done nothing.
            CallFailureKind::Throttle => CallFate::Wrong(CallFailureKind::Throttle, When::BeforeItsEffect),
            kind => CallFate::Wrong(kind, when(dice)),
        }
    }
}

fn storms(dice: &mut Rng) -> Vec<Storm> {
    let services = ["eks", "ec2", "cloudformation", "s3", "lambda", "states"];
    let count = *pick(dice, &[0, 0, 0, 1, 3]);
    let mut storms = vec![];
    for _ in 0..count {
        let from = Duration::from_secs(dice.u64(0..3600));
        storms.push(Storm {
            service: pick::<&str>(dice, &services),
            kind: *pick(dice, &KINDS),
            during: from..from + Duration::from_secs(dice.u64(5..150)),
        });
    }
    storms
}

/// From some seconds, as IAM takes to tell everybody of a policy, to the whole life.
fn denials(dice: &mut Rng) -> Vec<Denial> {
    use Right::{AskTheStack, DescribeStackEvents, DescribeStackResource, UntagResource};
    let rights = [
        AskTheStack,
        AskTheStack,
        DescribeStackEvents,
        DescribeStackResource,
        UntagResource,
    ];
    let count = *pick(dice, &[0, 0, 0, 0, 1, 2]);
    let mut denials = vec![];
    for _ in 0..count {
        let right = *pick(dice, &rights);
        let from = Duration::from_secs(*pick(dice, &[0, 0, 60, 600, 1800]));
        let long = Duration::from_secs(*pick(dice, &[3, 15, 60, 600, 1_000_000]));
        denials.push(Denial {
            right,
            during: from..from + long,
        });
    }
    denials
}

/// One of them.
pub fn pick<'a, T>(dice: &mut Rng, all: &'a [T]) -> &'a T {
    &all[dice.usize(..all.len())]
}
