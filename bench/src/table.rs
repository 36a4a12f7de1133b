//! The figures as a table in Markdown, and which bar they meet.

use crate::account::Transport;
use crate::contender::Name;
use crate::emulator::Emulated;
use crate::results::{Results, median};

/// A figure of each contender.
type Row<'a> = (&'a str, Box<dyn Fn(Name) -> Option<f64> + 'a>);

/// What the figures have to be.
struct Bar {
    what: String,
    bound: f64,
    measured: Option<f64>,
    wanted: Wanted,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    AtMost,
    AtLeast,
}

/// Medians, the bars, and where it was.
pub fn render(results: &Results) -> String {
    [medians(results), emulator(results), bars(results), machine(results)].join("\n")
}

/// A number with as many digits as tell something.
pub fn shown(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else if value >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

fn medians(results: &Results) -> String {
    let heads: Vec<&str> = Name::ALL.iter().map(|name| name.shown()).collect();
    let rules = "|---:".repeat(Name::ALL.len());
    let mut table = format!("| median | {} |\n|---{rules}|\n", heads.join(" | "));
    for (title, figure) in rows(results) {
        let cells: Vec<String> = Name::ALL
            .iter()
            .map(|name| figure(*name).map_or_else(|| "–".to_owned(), shown))
            .collect();
        table += &format!("| {title} | {} |\n", cells.join(" | "));
    }
    table
}

fn rows(results: &Results) -> Vec<Row<'_>> {
    use Transport::{Http, Tls};
    vec![
        (
            "start to first answer of a Create, HTTP, ms",
            Box::new(|name| results.median(name, Http, |sample| sample.first_answer)),
        ),
        (
            "the same over TLS, ms",
            Box::new(|name| results.median(name, Tls, |sample| sample.first_answer)),
        ),
        (
            "of it until it is ready, TLS, ms",
            Box::new(|name| results.median(name, Tls, |sample| sample.ready)),
        ),
        (
            "CPU until the first answer, TLS, ms",
            Box::new(|name| results.median(name, Tls, |sample| sample.cpu)),
        ),
        ("a later look, TLS, ms", Box::new(|name| results.warm(name, Tls))),
        (
            "CPU of a later look, TLS, ms",
            Box::new(|name| results.warm_cpu(name, Tls)),
        ),
        (
            "peak memory after a whole create, MiB",
            Box::new(|name| results.memory(name)),
        ),
        ("package, zipped, MB", Box::new(|name| results.package(name))),
    ]
}

fn emulator(results: &Results) -> String {
    let of = |figure: fn(&Emulated) -> f64| median(results.emulator.iter().map(figure).collect());
    let (invocation, duration) = (of(|run| run.invocation), of(|run| run.duration));
    invocation.zip(duration).map_or_else(String::new, |(invocation, duration)| {
        format!(
            "Under AWS's emulator of Lambda's runtime the function's first invocation takes {} ms over TLS from the request to \
             its answer, the start of the process with it. The emulator reports {} ms of it as the handler's.\n",
            shown(invocation),
            shown(duration)
        )
    })
}

fn machine(results: &Results) -> String {
    format!("Measured on: {}.\n", results.machine.join("; "))
}

fn bars(results: &Results) -> String {
    let mut table = String::from("| bar | wanted | measured | met |\n|---|---:|---:|---|\n");
    for bar in all_bars(results) {
        let sign = match bar.wanted {
            Wanted::AtMost => "≤",
            Wanted::AtLeast => "≥",
        };
        let measured = bar.measured.map_or_else(|| "–".to_owned(), shown);
        table += &format!(
            "| {} | {sign} {} | {measured} | {} |\n",
            bar.what,
            bound(bar.bound),
            bar.met()
        );
    }
    table
}

fn bound(value: f64) -> String {
    format!("{value}")
}

impl Bar {
    fn met(&self) -> &'static str {
        let met = self.measured.map(|measured| match self.wanted {
            Wanted::AtMost => measured <= self.bound,
            Wanted::AtLeast => measured >= self.bound,
        });
        match met {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "not measured",
        }
    }
}

fn all_bars(results: &Results) -> Vec<Bar> {
    use Name::{ByHand, Crhelper, Function, Node, Python};
    let first = |name, transport| results.median(name, transport, |sample| sample.first_answer);
    let ratio = |above: Option<f64>, below: Option<f64>| Some(above? / below?);
    let mut bars = Vec::new();
    for (transport, shown, floor, peers) in [(Transport::Http, "HTTP", 1.5, 60.0), (Transport::Tls, "TLS", 1.3, 50.0)] {
        let ours = first(Function, transport);
        bars.push(Bar::new(
            format!("first answer, {shown}: times the one by hand"),
            Wanted::AtMost,
            floor,
            ratio(ours, first(ByHand, transport)),
        ));
        let pythons = [Python, Crhelper].map(|name| first(name, transport));
        let faster = pythons.into_iter().flatten().min_by(f64::total_cmp);
        for (peer, measured) in [("the faster Python", faster), ("Node", first(Node, transport))] {
            bars.push(Bar::new(
                format!("first answer, {shown}: times sooner than {peer}"),
                Wanted::AtLeast,
                peers,
                ratio(measured, ours),
            ));
        }
    }
    bars.push(Bar::new(
        "peak memory, MiB",
        Wanted::AtMost,
        14.0,
        results.memory(Function),
    ));
    for (name, parts) in [(Python, 5.0), (Node, 8.0)] {
        bars.push(Bar::new(
            format!("peak memory: what part of {}'s it is", name.shown()),
            Wanted::AtLeast,
            parts,
            ratio(results.memory(name), results.memory(Function)),
        ));
    }
    bars.push(Bar::new("package, MB", Wanted::AtMost, 5.0, results.package(Function)));
    bars.push(Bar::new(
        "CPU of a warm pass, ms",
        Wanted::AtMost,
        0.5,
        results.warm_cpu(Function, Transport::Tls),
    ));
    bars
}

impl Bar {
    fn new(what: impl Into<String>, wanted: Wanted, bound: f64, measured: Option<f64>) -> Self {
        Self {
            what: what.into(),
            bound,
            measured,
            wanted,
        }
    }
}

impl Results {
    pub fn memory(&self, name: Name) -> Option<f64> {
        median(
            self.of(name, Transport::Tls)
                .filter_map(|sample| sample.memory)
                .collect(),
        )
    }

    /// In megabytes.
    pub fn package(&self, name: Name) -> Option<f64> {
        let found = self.packages.iter().find(|package| package.name == name)?;
        #[allow(clippy::cast_precision_loss, reason = "a few million")]
        Some(found.bytes as f64 / 1e6)
    }

    pub fn warm_cpu(&self, name: Name, transport: Transport) -> Option<f64> {
        let called = self.of(name, transport).filter(|sample| !sample.warm.is_empty());
        median(called.map(|sample| sample.warm_cpu).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_met_from_its_side() {
        for (wanted, measured, expected) in [
            (Wanted::AtMost, Some(5.0), "yes"),
            (Wanted::AtMost, Some(5.1), "**no**"),
            (Wanted::AtLeast, Some(5.0), "yes"),
            (Wanted::AtLeast, Some(4.9), "**no**"),
            (Wanted::AtLeast, None, "not measured"),
        ] {
            assert_eq!(Bar::new("bar", wanted, 5.0, measured).met(), expected);
        }
    }

    #[test]
    fn numbers_have_as_many_digits_as_tell_something() {
        for (value, expected) in [(0.344, "0.34"), (14.02, "14.0"), (284.4, "284")] {
            assert_eq!(shown(value), expected);
        }
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }
}
