//! What each line of an operation says of it: the span in which one event is worked on.

use std::borrow::Cow;

use serde_json::{Value, json};
use tracing::{Span, error_span};

use mng_core::decide::under_way::UnderWay;
use mng_core::protocol::event::Event;
use mng_core::protocol::request::EVENT_OWNER;

/// The step of a line that the last resort logs.
const LAST_RESORT: &str = "LastResort";

/// The span of an event, by what can be read of it: also of one that can't be carried out. It is of the gravest level, since
/// a span below the level of the log would be missing on what is above it.
pub fn of(event: &Event) -> Span {
    let (request, target, step) = parts(event);
    let (cluster, nodegroup) = group(&request, target);
    error_span!(
        "request",
        request_id = plain(&request["RequestId"]),
        stack_id = plain(&request["StackId"]),
        logical_id = plain(&request["LogicalResourceId"]),
        kind = plain(&request["RequestType"]),
        cluster,
        nodegroup,
        step,
    )
}

/// The node group that the lines from here on are about.
pub fn about(cluster: &str, nodegroup: &str) {
    Span::current()
        .record("cluster", cluster)
        .record("nodegroup", nodegroup);
}

/// The step that the lines from here on belong to.
pub fn step(step: UnderWay) {
    Span::current().record("step", step.as_str());
}

/// The request, the name of the group as far as it was chosen, and the step.
fn parts(event: &Event) -> (Cow<'_, Value>, &Value, &str) {
    let prepare = UnderWay::Prepare.as_str();
    match event {
        Event::Request(request) => (Cow::Borrowed(request), &Value::Null, prepare),
        Event::Bus(sent) => (Cow::Owned(as_of_a_stack(sent)), &Value::Null, prepare),
        Event::Continuation { progress, .. } => (
            Cow::Borrowed(&progress["request"]),
            &progress["target"],
            plain(&progress["under_way"]).unwrap_or(prepare),
        ),
        Event::LastResort { work, .. } => {
            let (request, target, _) = parts(work);
            (request, target, LAST_RESORT)
        }
    }
}

/// What an event of EventBridge says, in the words of a stack's request. Its owner is what progress has in the place of a
/// stack from then on.
fn as_of_a_stack(sent: &Value) -> Value {
    let detail = &sent["detail"];
    let text = |key: &str| sent[key].as_str().unwrap_or_default();
    json!({
        "RequestId": sent["id"],
        "StackId": format!("{EVENT_OWNER}{}:{}", text("account"), text("source")),
        "LogicalResourceId": detail["LogicalResourceId"],
        "RequestType": detail["RequestType"],
        "PhysicalResourceId": detail["PhysicalResourceId"],
        "ResourceProperties": {"ClusterName": detail["ResourceProperties"]["ClusterName"]},
    })
}

fn group<'a>(request: &'a Value, target: &'a Value) -> (Option<&'a str>, Option<&'a str>) {
    let known = plain(&request["PhysicalResourceId"]).and_then(|id| id.split_once('/'));
    let cluster = plain(&request["ResourceProperties"]["ClusterName"]).or(known.map(|(cluster, _)| cluster));
    (cluster, plain(target).or(known.map(|(_, name)| name)))
}

/// An id, but nothing that might be a URL with a signature in it, whoever put that there: no `?`, `&`, `=` or `%`.
fn plain(value: &Value) -> Option<&str> {
    let is_of_an_id = |c: char| c.is_ascii_alphanumeric() || "-_.:/@+".contains(c);
    value
        .as_str()
        .filter(|text| !text.is_empty() && text.len() <= 1024 && text.chars().all(is_of_an_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_is_no_place_for_a_url() {
        for (value, expected) in [
            (
                json!("arn:aws:cloudformation:us-east-1:1:stack/s/1"),
                Some("arn:aws:cloudformation:us-east-1:1:stack/s/1"),
            ),
            (json!("https://h/k?X-Amz-Signature=1"), None),
            (json!("a%2Fb"), None),
            (json!(""), None),
            (json!(1), None),
        ] {
            assert_eq!(plain(&value), expected, "{value}");
        }
    }
}
