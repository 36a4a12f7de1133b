//! Whatever an answer is made of, its body is what CloudFormation takes. The parts of the file, in this order, are the reason or
//! note, the physical id, the logical id, and the attributes' values; between them stands the character made for it, U+001E.

use mng_core::protocol::answer::{Answer, Attributes, MAX_BYTES};
use mng_core::protocol::request::{Envelope, Reply};
use mng_core::protocol::response_url::ResponseUrl;
use serde_json::Value;

const SEPARATOR: char = '\u{1e}';
const URL: &str = "https://example.com/?X-Amz-Signature=never-told";

pub fn run(file: &[u8]) {
    let text = String::from_utf8_lossy(file);
    let mut parts = text.split(SEPARATOR);
    let mut part = || parts.next().unwrap_or_default();
    let (words, physical_id, logical_id) = (part(), id(part(), 255), id(part(), 255));
    let attributes: Attributes = parts
        .enumerate()
        .map(|(n, value)| (format!("Key{n}"), value.to_owned()))
        .take(19)
        .collect();
    let envelope = envelope(&logical_id);
    check(
        &Answer::Failed {
            physical_id: physical_id.clone(),
            reason: words.to_owned(),
        },
        &envelope,
    );
    check(
        &Answer::Success {
            physical_id,
            attributes,
            note: words.to_owned(),
        },
        &envelope,
    );
}

/// CloudFormation's ids have a length, and physical ids are this function's.
fn id(text: &str, longest: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(longest).collect()
}

fn envelope(logical_id: &str) -> Envelope {
    Envelope {
        reply: Reply::Url(ResponseUrl::new(URL)),
        stack_id: format!(
            "arn:aws:cloudformation:us-east-1:123456789012:stack/{}/1",
            "s".repeat(128)
        ),
        request_id: "5f0c2a6e-9a52-4a6b-8f3e-0a1b2c3d4e5f".to_owned(),
        logical_resource_id: logical_id.to_owned(),
        physical_resource_id: None,
    }
}

/// The rules of a response (CloudFormation user guide, "Custom resource response objects"), and that each word of the answer is
/// of what it was made of.
pub fn check(answer: &Answer, envelope: &Envelope) {
    let body = answer.body(envelope);
    assert!(body.len() <= MAX_BYTES, "{} bytes", body.len());
    let told: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(told["StackId"], envelope.stack_id);
    assert_eq!(told["RequestId"], envelope.request_id);
    assert_eq!(told["LogicalResourceId"], envelope.logical_resource_id);
    assert!(told.get("ResponseURL").is_none(), "{told}");
    match answer {
        Answer::Failed { physical_id, reason } => {
            assert_eq!(
                (&told["Status"], &told["PhysicalResourceId"]),
                (&"FAILED".into(), &physical_id.as_str().into())
            );
            let said = told["Reason"].as_str().expect("a reason");
            assert!(!said.trim().is_empty(), "{told}");
            assert!(told.get("Data").is_none(), "{told}");
            assert!(
                reason.trim().is_empty() || is_cut_of(said, reason),
                "{said:?} of {reason:?}"
            );
        }
        Answer::Success {
            physical_id,
            attributes,
            note,
        } => {
            assert_eq!(
                (&told["Status"], &told["PhysicalResourceId"]),
                (&"SUCCESS".into(), &physical_id.as_str().into())
            );
            assert!(is_cut_of(told["Reason"].as_str().unwrap_or_default(), note), "{told}");
            // A stack fails for a key that lacks.
            let keys = |data: &Value| data.as_object().map_or(0, serde_json::Map::len);
            assert_eq!(keys(&told["Data"]), attributes.len(), "{told}");
        }
    }
}

/// What was left of a text: all of it, none, or its two ends.
fn is_cut_of(said: &str, whole: &str) -> bool {
    const MARK: &str = " … ";
    let marks = said.char_indices().filter(|(at, _)| said[*at..].starts_with(MARK));
    let mut ends = marks.map(|(at, _)| (&said[..at], &said[at + MARK.len()..]));
    said == whole || said.is_empty() || ends.any(|(front, end)| whole.starts_with(front) && whole.ends_with(end))
}
