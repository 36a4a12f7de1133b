//! What goes wrong, and when: chosen by the seed, one throw for each call.

use std::ops::Range;
use std::time::Duration;

use fastrand::Rng;

/// How a call comes to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Throttle,
    ServerError,
    Reset,
    Hang,
    Garbage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    BeforeItsEffect,
    AfterItsEffect,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Fine,
    Wrong(Kind, When),
    Death(When),
}

const KINDS: [Kind; 5] = [
    Kind::Throttle,
    Kind::ServerError,
    Kind::Reset,
    Kind::Hang,
    Kind::Garbage,
];

/// A time in which every call of a service fails alike.
#[derive(Debug, Clone)]
pub struct Storm {
    pub service: &'static str,
    pub kind: Kind,
    pub during: Range<Duration>,
}

/// The faults of one life. They end with it: what is left to be done is done in good weather.
#[derive(Debug, Clone)]
pub struct Weather {
    /// How likely a call is to go wrong.
    pub wrong: f64,
    pub kinds: Vec<Kind>,
    /// How likely a process is to die at a call.
    pub death: f64,
    /// How likely a process is to die in an invocation at any moment, asleep or not.
    pub sudden_death: f64,
    /// How likely an event is to be delivered twice.
    pub twice: f64,
    pub storms: Vec<Storm>,
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
            clock_jumps: dice.u8(..) < 64,
        }
    }

    pub fn none() -> Self {
        Self {
            wrong: 0.0,
            kinds: vec![Kind::Throttle],
            death: 0.0,
            sudden_death: 0.0,
            twice: 0.0,
            storms: vec![],
            clock_jumps: false,
        }
    }

    pub fn fate(&self, dice: &mut Rng, service: &str, at: Duration) -> Fate {
        let when = |dice: &mut Rng| match dice.bool() {
            true => When::BeforeItsEffect,
            false => When::AfterItsEffect,
        };
        if dice.f64() < self.death {
            return Fate::Death(when(dice));
        }
        let storm = self
            .storms
            .iter()
            .find(|storm| storm.service == service && storm.during.contains(&at));
        if let Some(storm) = storm {
            return Fate::Wrong(storm.kind, When::BeforeItsEffect);
        }
        if dice.f64() >= self.wrong {
            return Fate::Fine;
        }
        match *pick(dice, &self.kinds) {
            // Who is throttled has done nothing.
            Kind::Throttle => Fate::Wrong(Kind::Throttle, When::BeforeItsEffect),
            kind => Fate::Wrong(kind, when(dice)),
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

/// One of them.
pub fn pick<'a, T>(dice: &mut Rng, all: &'a [T]) -> &'a T {
    &all[dice.usize(..all.len())]
}
