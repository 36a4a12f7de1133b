//! How many had come so far: a line for each kind, over time.

use std::path::Path;

use plotters::prelude::*;

use crate::results::Results;
use crate::stage::Mode;

const SIZE: (u32, u32) = (720, 260);
const COLORS: [RGBColor; 2] = [RGBColor(0x1f, 0x6f, 0xb2), RGBColor(0xc9, 0x6a, 0x1b)];

pub struct Curve {
    title: &'static str,
    /// Of the axis of time.
    time: &'static str,
    lines: Vec<(String, Vec<f64>)>,
}

/// The seconds from ACTIVE to the answer.
pub fn lag(results: &Results) -> Option<Curve> {
    let of = |mode| {
        let samples = results.lag.iter().filter(move |sample| sample.mode == mode);
        (format!("{mode:?}"), samples.map(|sample| sample.lag).collect())
    };
    let curve = Curve {
        title: "Creates of three minutes, answered by so many seconds after ACTIVE",
        time: "seconds",
        lines: vec![of(Mode::SelfInvoke), of(Mode::StepFunctions)],
    };
    (!results.lag.is_empty()).then_some(curve)
}

/// The seconds until each of a thousand was answered, and what the bucket allows for the calls that were made.
pub fn crowd(results: &Results) -> Option<Curve> {
    let crowd = results.crowd.as_ref()?;
    let seconds = crowd.resources.iter().map(|one| one.seconds).collect();
    Some(Curve {
        title: "A thousand creates at once, 10 calls a second for all: answered by so many seconds",
        time: "seconds of the service",
        lines: vec![
            ("answered".to_owned(), seconds),
            ("the bucket has let all calls through".to_owned(), vec![crowd.allowed]),
        ],
    })
}

impl Curve {
    pub fn draw(&self, path: &Path) -> Result<(), Box<dyn std::error::Error>> {
        let area = SVGBackend::new(path, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let latest = self
            .lines
            .iter()
            .flat_map(|(_, times)| times)
            .copied()
            .fold(0.0, f64::max);
        let most = self
            .lines
            .iter()
            .map(|(_, times)| times.len())
            .max()
            .unwrap_or_default();
        let mut chart = ChartBuilder::on(&area)
            .caption(self.title, ("sans-serif", 16))
            .margin(10)
            .x_label_area_size(36)
            .y_label_area_size(48)
            .build_cartesian_2d(0.0..latest * 1.05, 0.0..most as f64 * 1.05)?;
        chart
            .configure_mesh()
            .x_desc(self.time)
            .light_line_style(WHITE)
            .draw()?;
        for ((name, times), color) in self.lines.iter().zip(COLORS) {
            chart
                .draw_series(LineSeries::new(steps(times, most), color.stroke_width(2)))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE.filled())
            .border_style(BLACK)
            .draw()?;
        area.present()?;
        Ok(())
    }
}

/// Up by one at each time. A single one is a mark over the whole height.
fn steps(times: &[f64], most: usize) -> Vec<(f64, f64)> {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    if let [only] = times[..] {
        return vec![(only, 0.0), (only, most as f64)];
    }
    let counted = times.iter().enumerate();
    counted
        .flat_map(|(index, time)| [(*time, index as f64), (*time, index as f64 + 1.0)])
        .collect()
}
