//! A picture a figure, as SVG.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::account::Transport;
use crate::contender::Name;
use crate::curve;
use crate::results::{Results, folder};
use crate::table::shown;

const WIDTH: i32 = 720;
const HEADING: i32 = 40;
const ROW: i32 = 30;
const LABELS: i32 = 150;
const VALUES: i32 = 90;
const OURS: RGBColor = RGBColor(0x1f, 0x6f, 0xb2);
const OTHERS: RGBColor = RGBColor(0xa9, 0xb4, 0xbf);

/// Bars, one for each contender that has the figure.
struct Bars<'a> {
    file: &'a str,
    title: &'a str,
    unit: &'a str,
    values: Vec<(Name, f64)>,
}

/// # Errors
/// A picture can't be written.
pub fn draw(results: &Results) -> Result<()> {
    let charts = folder().join("charts");
    std::fs::create_dir_all(&charts)?;
    let of = |figure: &dyn Fn(Name) -> Option<f64>| -> Vec<(Name, f64)> {
        let values = Name::ALL.iter().map(|name| Some((*name, figure(*name)?)));
        values.flatten().collect()
    };
    let first = |transport| of(&move |name| results.median(name, transport, |sample| sample.first_answer));
    let all = [
        Bars {
            file: "first-answer-http.svg",
            title: "Process start to first answer of a Create, HTTP",
            unit: "ms",
            values: first(Transport::Http),
        },
        Bars {
            file: "first-answer-tls.svg",
            title: "Process start to first answer of a Create, TLS",
            unit: "ms",
            values: first(Transport::Tls),
        },
        Bars {
            file: "warm.svg",
            title: "A later look, TLS",
            unit: "ms",
            values: of(&|name| results.warm(name, Transport::Tls)),
        },
        Bars {
            file: "memory.svg",
            title: "Peak memory after a whole create, TLS",
            unit: "MiB",
            values: of(&|name| results.memory(name)),
        },
        Bars {
            file: "package.svg",
            title: "Package, zipped",
            unit: "MB",
            values: of(&|name| results.package(name)),
        },
    ];
    for (file, curve) in [("lag.svg", curve::lag(results)), ("crowd.svg", curve::crowd(results))] {
        if let Some(curve) = curve {
            curve
                .draw(&charts.join(file))
                .map_err(|error| anyhow!("{error}"))
                .with_context(|| format!("draw {file}"))?;
        }
    }
    for bars in all.iter().filter(|bars| !bars.values.is_empty()) {
        bars.draw(&charts)
            .map_err(|error| anyhow!("{error}"))
            .with_context(|| format!("draw {}", bars.file))?;
    }
    Ok(())
}

impl Bars<'_> {
    fn draw(&self, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let rows = i32::try_from(self.values.len())?;
        let size = (WIDTH.unsigned_abs(), (HEADING + rows * ROW + 10).unsigned_abs());
        let path = folder.join(self.file);
        let area = SVGBackend::new(&path, size).into_drawing_area();
        area.fill(&WHITE)?;
        let title = ("sans-serif", 17).into_font().color(&BLACK);
        area.draw(&Text::new(format!("{} ({})", self.title, self.unit), (10, 12), title))?;
        let longest = self.values.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        for ((name, value), row) in self.values.iter().zip(0..) {
            let top = HEADING + row * ROW;
            let middle = top + ROW / 2;
            #[allow(clippy::cast_possible_truncation, reason = "pixels")]
            let length = (f64::from(WIDTH - LABELS - VALUES) * value / longest).round() as i32;
            let end = LABELS + length.max(1);
            let color = if *name == Name::Function { OURS } else { OTHERS };
            let bar = [(LABELS, top + 5), (end, top + ROW - 5)];
            area.draw(&Rectangle::new(bar, color.filled()))?;
            let text = |side| {
                ("sans-serif", 14)
                    .into_font()
                    .color(&BLACK)
                    .pos(Pos::new(side, VPos::Center))
            };
            area.draw(&Text::new(name.shown(), (LABELS - 8, middle), text(HPos::Right)))?;
            area.draw(&Text::new(shown(*value), (end + 8, middle), text(HPos::Left)))?;
        }
        area.present()?;
        Ok(())
    }
}
