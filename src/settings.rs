//! Settings, read once from the environment.

use mng_core::protocol::response_url::Loopback;

/// Where waiting is hosted.
pub const POLLING_MODE: &str = "POLLING_MODE";
/// The state machine's ARN, for `POLLING_MODE=StepFunctions`.
pub const STATE_MACHINE_ARN: &str = "STATE_MACHINE_ARN";
/// `error`, `warn`, `info` or `debug`.
pub const LOG_LEVEL: &str = "LOG_LEVEL";
/// `true` takes plain HTTP to loopback for a response URL. Only local runs set it.
pub const ALLOW_LOOPBACK_RESPONSE_URL: &str = "ALLOW_LOOPBACK_RESPONSE_URL";
/// Multiplies every wait, and the service's time is taken to go by as much faster. Only local runs set it.
pub const POLL_TIME_SCALE: &str = "POLL_TIME_SCALE";
/// The ARN of the function's role, for whoever has to give it access to a cluster.
pub const FUNCTION_ROLE_ARN: &str = "FUNCTION_ROLE_ARN";
/// CloudWatch's namespace of the metrics. Empty, there are none.
pub const METRICS_NAMESPACE: &str = "METRICS_NAMESPACE";
/// The name or the ARN of the bus on which outcomes are told; not set, none is told.
pub const EVENT_BUS: &str = "EVENT_BUS";
/// Set by Lambda.
const FUNCTION_NAME: &str = "AWS_LAMBDA_FUNCTION_NAME";

#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub polling: PollingMode,
    pub function_name: String,
    pub loopback: Loopback,
    pub poll_time_scale: f64,
    pub log_level: String,
    pub role: Option<String>,
    pub metrics_namespace: Option<String>,
    pub event_bus: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollingMode {
    SelfInvoke,
    StepFunctions { state_machine: String },
}

/// A setting that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("environment variable {name}: expected {expected}, got \"{got}\"")]
pub struct BadSetting {
    name: &'static str,
    expected: &'static str,
    got: String,
}

/// A variable of the process's environment.
#[allow(
    clippy::disallowed_methods,
    reason = "this is where the environment is injected from"
)]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// The first setting that can't be used.
    pub fn from_environment() -> Result<Self, BadSetting> {
        Self::from_lookup(variable)
    }

    /// Reads settings from anything that knows names.
    ///
    /// # Errors
    /// The first setting that can't be used.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, BadSetting> {
        let get = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let bad = |name, expected, got: String| BadSetting { name, expected, got };
        let polling = match get(POLLING_MODE).as_deref() {
            None | Some("SelfInvoke") => PollingMode::SelfInvoke,
            Some("StepFunctions") => {
                let missing = || bad(STATE_MACHINE_ARN, "the state machine's ARN", String::new());
                PollingMode::StepFunctions {
                    state_machine: get(STATE_MACHINE_ARN).ok_or_else(missing)?,
                }
            }
            Some(other) => return Err(bad(POLLING_MODE, "SelfInvoke or StepFunctions", other.to_owned())),
        };
        let scale = get(POLL_TIME_SCALE).unwrap_or_else(|| "1".to_owned());
        let poll_time_scale = scale.parse().ok().filter(|scale| (0.0..=1.0).contains(scale));
        Ok(Self {
            polling,
            function_name: get(FUNCTION_NAME).unwrap_or_default(),
            loopback: if get(ALLOW_LOOPBACK_RESPONSE_URL).as_deref() == Some("true") {
                Loopback::Allowed
            } else {
                Loopback::Refused
            },
            poll_time_scale: poll_time_scale.ok_or_else(|| bad(POLL_TIME_SCALE, "a number from 0 to 1", scale))?,
            log_level: get(LOG_LEVEL).unwrap_or_else(|| "info".to_owned()).to_lowercase(),
            role: get(FUNCTION_ROLE_ARN),
            metrics_namespace: namespace(get(METRICS_NAMESPACE))?,
            event_bus: get(EVENT_BUS),
        })
    }
}

/// What CloudWatch takes for a namespace: up to 255 characters, and those that begin with `AWS/` are its own.
fn namespace(given: Option<String>) -> Result<Option<String>, BadSetting> {
    let is_taken = |c: char| c.is_ascii_alphanumeric() || "._-/#:".contains(c);
    match given {
        Some(got) if got.len() > 255 || !got.chars().all(is_taken) || got.starts_with("AWS/") => Err(BadSetting {
            name: METRICS_NAMESPACE,
            expected: "up to 255 of A-Z, a-z, 0-9 and ._-/#:, not beginning with AWS/",
            got,
        }),
        given => Ok(given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        let lookup = |name: &str| {
            pairs
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Settings::from_lookup(lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_set_is_safe() {
        let settings = read(&[]).unwrap();
        assert_eq!(
            (settings.polling, settings.loopback),
            (PollingMode::SelfInvoke, Loopback::Refused)
        );
        assert!((settings.poll_time_scale - 1.0).abs() < f64::EPSILON);
        assert_eq!(settings.metrics_namespace, None);
    }

    #[test]
    fn what_can_not_be_used_is_told() {
        for (pairs, expected) in [
            (
                &[(POLLING_MODE, "Sleep")][..],
                "environment variable POLLING_MODE: expected SelfInvoke or StepFunctions, got \"Sleep\"",
            ),
            (
                &[(POLLING_MODE, "StepFunctions")],
                "environment variable STATE_MACHINE_ARN: expected the state machine's ARN, got \"\"",
            ),
            (
                &[(POLL_TIME_SCALE, "fast")],
                "environment variable POLL_TIME_SCALE: expected a number from 0 to 1, got \"fast\"",
            ),
            (
                &[(METRICS_NAMESPACE, "AWS/Mine")],
                "environment variable METRICS_NAMESPACE: expected up to 255 of A-Z, a-z, 0-9 and ._-/#:, not beginning \
                 with AWS/, got \"AWS/Mine\"",
            ),
        ] {
            assert_eq!(read(pairs).unwrap_err(), expected);
        }
    }
}
