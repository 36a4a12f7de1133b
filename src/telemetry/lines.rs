//! The log: one object of JSON a line, with the fields of the request at the top beside the line's own, where Logs Insights
//! finds them by their names. tracing-subscriber's own JSON puts a span's fields one level deeper.

use std::fmt;
use std::io::Write;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};

/// The target of an event whose field `line` is an object of its own, as metrics are. It gets the request's fields beside it.
pub const OBJECT: &str = "object";

/// The crates that the function is made of.
const OWN_CRATES: [&str; 4] = [env!("CARGO_CRATE_NAME"), "mng_aws", "mng_core", "mng_engine"];

/// What writes the log. `level` is that of the function's own lines; of the libraries' there is nothing below WARN, for they log
/// what they send, and that holds response URLs.
pub fn log(level: &str, write: impl Fn(&str) + Send + Sync + 'static) -> impl Subscriber + Send + Sync {
    let own = level.parse().unwrap_or(LevelFilter::INFO);
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_targets(OWN_CRATES.map(|name| (name, own)))
        .with_target(OBJECT, LevelFilter::INFO);
    Registry::default().with(filter).with(JsonLines(write))
}

/// Writes a line to standard output in one piece. Where that is closed nobody is left to be told.
pub fn to_standard_output(line: &str) {
    let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
}

struct JsonLines<W>(W);

/// The fields of a span, or of an event.
#[derive(Default)]
struct LogFields(Map<String, Value>);

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&str) + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = LogFields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<LogFields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = line(event);
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(LogFields(of_span)) = span.extensions().get() {
                for (key, value) in of_span {
                    line.entry(key).or_insert_with(|| value.clone());
                }
            }
        }
        (self.0)(&Value::Object(line).to_string());
    }
}

/// What the event itself says.
fn line(event: &Event<'_>) -> Map<String, Value> {
    let mut fields = LogFields::default();
    event.record(&mut fields);
    let object = fields.0.get("line").filter(|_| event.metadata().target() == OBJECT);
    let object = object.and_then(|line| serde_json::from_str(line.as_str()?).ok());
    object.unwrap_or_else(|| {
        let mut line = Map::from_iter([("level".to_owned(), event.metadata().level().as_str().into())]);
        line.append(&mut fields.0);
        line
    })
}

impl LogFields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for LogFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::json;

    use super::*;

    fn written(level: &str, tell: impl FnOnce()) -> Vec<Value> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&lines);
        let log = log(level, move |line| {
            seen.lock().unwrap().push(serde_json::from_str(line).unwrap());
        });
        tracing::subscriber::with_default(log, tell);
        let lines = lines.lock().unwrap();
        lines.clone()
    }

    #[test]
    fn a_line_says_whose_it_is() {
        let lines = written("info", || {
            let span = tracing::error_span!("request", request_id = "r", step = "Prepare", missing = None::<&str>);
            let _inside = span.enter();
            tracing::info!(looks = 3, "take up");
            span.record("step", "Create");
            tracing::warn!(target: "a_library", request_id = "its own", "late");
        });
        let expected = json!([
            {"level": "INFO", "message": "take up", "looks": 3, "request_id": "r", "step": "Prepare"},
            {"level": "WARN", "message": "late", "request_id": "its own", "step": "Create"},
        ]);
        assert_eq!(Value::Array(lines), expected);
    }

    /// Libraries log what they send; what is to be seen of this crate is chosen.
    #[test]
    fn levels_are_kept() {
        let tell = || {
            tracing::error_span!("request", request_id = "r").in_scope(|| {
                tracing::info!(target: "a_library", "PUT https://h/?X-Amz-Signature=1");
                tracing::info!("not at this level");
                tracing::error!("told");
                tracing::info!(target: OBJECT, line = r#"{"metric":1}"#);
            });
        };
        let expected =
            json!([{"level": "ERROR", "message": "told", "request_id": "r"}, {"metric": 1, "request_id": "r"}]);
        assert_eq!(Value::Array(written("error", tell)), expected);
    }
}
