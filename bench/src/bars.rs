//! What the figures have to be, by the issue that asked for them, and whether they are.

use crate::account::Transport;
use crate::bill::BilledOperation;
use crate::contender::Name::{self, ByHand, Crhelper, Function, Node, Python};
use crate::crowd::Crowd;
use crate::results::{Results, median};
use crate::stage::Mode;
use crate::table::shown;

/// A bound, and what was measured.
struct Bar {
    what: String,
    wanted: Threshold,
    bound: f64,
    measured: Option<f64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Threshold {
    AtMost,
    AtLeast,
}

/// A table of them in Markdown.
pub fn render(results: &Results) -> String {
    let mut table = String::from("| bar | wanted | measured | met |\n|---|---:|---:|---|\n");
    let parts = [
        sooner(results),
        smaller(results),
        waiting(results),
        crowded(results.crowd.as_ref()),
    ];
    for bar in parts.iter().flatten() {
        let sign = match bar.wanted {
            Threshold::AtMost => "≤",
            Threshold::AtLeast => "≥",
        };
        let measured = bar.measured.map_or_else(|| "–".to_owned(), shown);
        table += &format!("| {} | {sign} {} | {measured} | {} |\n", bar.what, bar.bound, bar.met());
    }
    table
}

impl Bar {
    fn at_most(what: impl Into<String>, bound: f64, measured: Option<f64>) -> Self {
        Self {
            what: what.into(),
            wanted: Threshold::AtMost,
            bound,
            measured,
        }
    }

    fn at_least(what: impl Into<String>, bound: f64, measured: Option<f64>) -> Self {
        Self {
            wanted: Threshold::AtLeast,
            ..Self::at_most(what, bound, measured)
        }
    }

    fn met(&self) -> &'static str {
        let met = self.measured.map(|measured| match self.wanted {
            Threshold::AtMost => measured <= self.bound,
            Threshold::AtLeast => measured >= self.bound,
        });
        match met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "not measured",
        }
    }
}

fn ratio(above: Option<f64>, below: Option<f64>) -> Option<f64> {
    Some(above? / below?)
}

fn sooner(results: &Results) -> Vec<Bar> {
    let mut bars = Vec::new();
    for (transport, shown, floor, peers) in [(Transport::Http, "HTTP", 1.5, 60.0), (Transport::Tls, "TLS", 1.3, 50.0)] {
        let first = |name| results.median(name, transport, |sample| sample.first_answer);
        let faster = [Python, Crhelper].into_iter().filter_map(first).min_by(f64::total_cmp);
        let what = |than: &str| format!("first answer over {shown}: times sooner than {than}");
        bars.extend([
            Bar::at_most(
                format!("first answer over {shown}: times the one by hand"),
                floor,
                ratio(first(Function), first(ByHand)),
            ),
            Bar::at_least(what("the faster Python"), peers, ratio(faster, first(Function))),
            Bar::at_least(what("Node"), peers, ratio(first(Node), first(Function))),
        ]);
    }
    bars
}

fn smaller(results: &Results) -> Vec<Bar> {
    let times = |name: Name| ratio(results.memory(name), results.memory(Function));
    let python = [Python, Crhelper].into_iter().filter_map(times).min_by(f64::total_cmp);
    vec![
        Bar::at_most("peak memory after a whole create, MiB", 14.0, results.memory(Function)),
        Bar::at_least("peak memory: times less than the smaller Python's", 5.0, python),
        Bar::at_least("peak memory: times less than Node's", 8.0, times(Node)),
        Bar::at_most("package, zipped, MB", 5.0, results.package(Function)),
        Bar::at_most(
            "CPU of a warm pass, ms",
            0.5,
            results.warm_cpu(Function, Transport::Tls),
        ),
    ]
}

fn waiting(results: &Results) -> Vec<Bar> {
    let mut bars = Vec::new();
    for mode in [Mode::SelfInvoke, Mode::StepFunctions] {
        let creates = || results.lag.iter().filter(move |sample| sample.mode == mode);
        let three_minutes = creates().filter(|sample| sample.takes <= 180.0);
        let calls = three_minutes.map(|sample| f64::from(sample.eks_calls()));
        let bill = |wanted| {
            let mut bills = results.bills.iter().filter(|bill| bill.mode == mode);
            bills
                .find(|bill| bill.operation == wanted)
                .map(|bill| bill.total * 1000.0)
        };
        bars.extend([
            Bar::at_most(
                format!("`{mode:?}`: from ACTIVE to the answer, create of 3 minutes, s"),
                3.0,
                median(creates().map(|sample| sample.lag).collect()),
            ),
            Bar::at_most(
                format!("`{mode:?}`: calls of EKS in one of up to 180 s, the most of any"),
                30.0,
                calls.max_by(f64::total_cmp),
            ),
            Bar::at_most(
                format!("`{mode:?}`: bill of a create of 5 minutes, thousandths of a USD"),
                2.0,
                bill(BilledOperation::Create(300)),
            ),
        ]);
    }
    bars
}

fn crowded(crowd: Option<&Crowd>) -> Vec<Bar> {
    let of = |figure: fn(&Crowd) -> Option<f64>| crowd.and_then(figure);
    vec![
        Bar::at_least(
            "1,000 at once: ended well",
            1000.0,
            of(|crowd| Some(crowd.resources.len() as f64)),
        ),
        Bar::at_most(
            "1,000 at once: total time, times what the bucket allows for the calls",
            1.3,
            of(|crowd| Some(crowd.total / crowd.allowed)),
        ),
        Bar::at_most(
            "1,000 at once: calls of each, refused ones too, times those of a lone one",
            1.5,
            of(Crowd::calls_against_a_lone_one),
        ),
        Bar::at_most(
            "1,000 at once: slowest, times the median",
            2.0,
            of(Crowd::slowest_against_the_median),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_met_from_its_side() {
        for (measured, most, least) in [
            (Some(5.0), "yes", "yes"),
            (Some(5.1), "**no**", "yes"),
            (Some(4.9), "yes", "**no**"),
            (None, "not measured", "not measured"),
        ] {
            assert_eq!(Bar::at_most("bar", 5.0, measured).met(), most);
            assert_eq!(Bar::at_least("bar", 5.0, measured).met(), least);
        }
    }
}
