//! What a person sees while an operation runs.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use simulator::{Recorded, Simulator};

use crate::cloudformation::{Event, Sign};

/// How often the progress line changes where it can't be rewritten in place, in a log for example.
const RARELY: Duration = Duration::from_secs(2);

pub(crate) struct Screen<'a> {
    eks: &'a Simulator,
    /// How many of the simulator's requests were shown.
    calls: usize,
    in_place: bool,
    progress_shown: Instant,
    started: Instant,
}

impl<'a> Screen<'a> {
    pub(crate) fn new(eks: &'a Simulator) -> Self {
        let now = Instant::now();
        let in_place = std::io::stdout().is_terminal();
        Self {
            eks,
            calls: eks.requests().len(),
            in_place,
            progress_shown: now,
            started: now,
        }
    }

    pub(crate) fn show(&mut self, sign: &Sign<'_>) {
        self.show_calls();
        match sign {
            Sign::Event(event) => self.line(&event_line(event)),
            Sign::Waiting(_) => self.show_progress(),
        }
    }

    /// The calls that change something; a poll is no news.
    fn show_calls(&mut self) {
        let requests = self.eks.requests();
        for request in &requests[self.calls..] {
            if !request.operation.starts_with("Describe") {
                self.line(&call_line(request));
            }
        }
        self.calls = requests.len();
    }

    fn show_progress(&mut self) {
        if !self.in_place && self.progress_shown.elapsed() < RARELY {
            return;
        }
        self.progress_shown = Instant::now();
        let groups = self.eks.node_groups();
        let text = |group: &serde_json::Value, field: &str| group[field].as_str().unwrap_or_default().to_owned();
        let states = groups
            .iter()
            .map(|group| format!("{} {}", text(group, "nodegroupName"), text(group, "status")));
        let waiting = format!("... {}", states.collect::<Vec<_>>().join(", "));
        if self.in_place {
            print!("\r\x1b[2K{:>7.1}s  {waiting}", self.started.elapsed().as_secs_f64());
            // Where nothing can be written there is nobody who looks.
            let _ = std::io::stdout().flush();
        } else {
            self.line(&waiting);
        }
    }

    pub(crate) fn line(&self, text: &str) {
        let clear = if self.in_place { "\r\x1b[2K" } else { "" };
        println!("{clear}{:>7.1}s  {text}", self.started.elapsed().as_secs_f64());
    }
}

fn event_line(event: &Event) -> String {
    let Event {
        logical_id,
        status,
        physical_id,
        reason,
        ..
    } = event;
    let id = if event.resource_type.starts_with("Custom::") {
        physical_id.as_str()
    } else {
        ""
    };
    format!("{logical_id:<14} {status:<36} {id} {reason}")
        .trim_end()
        .to_owned()
}

fn call_line(request: &Recorded) -> String {
    let name = request.body["nodegroupName"].as_str().unwrap_or(&request.nodegroup);
    let refused = if request.code.is_empty() {
        String::new()
    } else {
        format!(" -> {}", request.code)
    };
    format!("  eks:{} {name}{refused}", request.operation)
}
