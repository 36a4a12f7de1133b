//! The figures as a table in Markdown, and which bar they meet.

use crate::account::Transport;
use crate::bars;
use crate::contender::Name;
use crate::emulator::Emulated;
use crate::results::{Results, median};

/// A figure of each contender.
type FigureRow<'a> = (&'a str, Box<dyn Fn(Name) -> Option<f64> + 'a>);

/// Medians, the bars, and where it was.
pub fn render(results: &Results) -> String {
    [
        medians(results),
        emulator(results),
        bars::render(results),
        machine(results),
    ]
    .join("\n")
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

fn rows(results: &Results) -> Vec<FigureRow<'_>> {
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
