//! What `mng plan` and `mng preflight` are asked about: a request in a file, or properties without a stack.

use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};

use mng_core::protocol::request::{Envelope, Properties, Reply, Request, RequestType};
use mng_core::protocol::response_url::ResponseUrl;
use serde_json::Value;

use crate::answer::CommandFailure;
use crate::document::{self, YamlContent};
use crate::request::read;
use crate::template::is_template;
use crate::validate::Format;

/// About which node group.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("about").required(true)))]
pub struct RequestArguments {
    /// A request as JSON, such as one in events/
    #[arg(group = "about")]
    event: Option<PathBuf>,
    /// The properties of a node group to be made, alone, in YAML or JSON
    #[arg(long, value_name = "FILE", group = "about")]
    properties: Option<PathBuf>,
    /// The ClusterName of --properties
    #[arg(long, value_name = "NAME", requires = "properties")]
    cluster: Option<String>,
    /// `text`: a line each. `json`: an array of objects
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestOrigin {
    /// A stack's own event.
    Event,
    /// Properties alone: there is no stack to ask about.
    Properties,
}

/// What every call error advises; here its reader's own credentials are at work.
const ADVICE: &str = " to the role of the function behind ServiceToken";

impl RequestArguments {
    /// The request. Its response URL is taken out: whoever holds it can answer for the resource, and its date would make
    /// a request of an hour ago one whose time is over.
    pub fn request(&self) -> Result<(Request, RequestOrigin), CommandFailure> {
        let (mut request, origin) = match (&self.event, &self.properties) {
            (Some(event), _) => (read(event)?, RequestOrigin::Event),
            (None, Some(file)) => (made_up(self.properties(file)?), RequestOrigin::Properties),
            (None, None) => return Err(CommandFailure::NoAnswer("expected an event or --properties".to_owned())),
        };
        match &mut request.envelope.reply {
            Reply::Url(url) => *url = ResponseUrl::new(""),
            // One that would be sent now: it is neither too late nor superseded.
            Reply::Bus(sent) => "9999-12-31T23:59:59Z".clone_into(&mut sent.time),
        }
        Ok((request, origin))
    }

    fn properties(&self, file: &Path) -> Result<Properties, CommandFailure> {
        let unreadable = |problem: String| CommandFailure::NoAnswer(format!("{}: {problem}", file.display()));
        let text = fs::read_to_string(file).map_err(|error| unreadable(error.to_string()))?;
        let document = document::read(&text).map_err(|error| unreadable(error.to_string()))?;
        if is_template(&document) || !matches!(document.content, YamlContent::Map(_)) {
            return Err(unreadable("expected the properties of one node group alone".to_owned()));
        }
        let mut properties = document.object();
        if let Some(cluster) = &self.cluster {
            properties.insert("ClusterName".to_owned(), Value::String(cluster.clone()));
        }
        Ok(properties)
    }
}

/// One request needs no threads.
pub fn block_on<T>(work: impl Future<Output = T>) -> Result<T, CommandFailure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CommandFailure::NoAnswer(error.to_string()))?;
    Ok(runtime.block_on(work))
}

/// A text without what its call errors advise for the function's role.
pub fn without_advice(text: &str) -> String {
    let mut parts: Vec<&str> = text.split(ADVICE).collect();
    let rest = parts.pop().unwrap_or_default();
    let before = |part: &&str| part.rfind("; allow ").map_or(*part, |at| &part[..at]).to_owned();
    parts.iter().map(before).collect::<String>() + rest
}

/// A Create by a stack that isn't there.
fn made_up(properties: Properties) -> Request {
    Request {
        kind: RequestType::Create,
        envelope: Envelope {
            reply: Reply::Url(ResponseUrl::new("")),
            stack_id: "a stack to be made".to_owned(),
            request_id: "plan".to_owned(),
            logical_resource_id: "NodeGroup".to_owned(),
            physical_resource_id: None,
        },
        properties,
        old_properties: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_for_the_function_is_left_out() {
        let error = |action: &str| format!("{action} on x: AccessDenied: no; allow {action}{ADVICE}");
        for (text, expected) in [
            (error("iam:GetRole"), "iam:GetRole on x: AccessDenied: no"),
            (
                format!("{}; {}; more", error("a:B"), error("c:D")),
                "a:B on x: AccessDenied: no; c:D on x: AccessDenied: no; more",
            ),
            (
                "nothing to leave out; allow it".to_owned(),
                "nothing to leave out; allow it",
            ),
        ] {
            assert_eq!(without_advice(&text), expected);
        }
    }
}
