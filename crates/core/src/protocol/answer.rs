//! The one response to a request, as bytes: at most 4096 of them, whatever the reason and the attributes hold.

use std::collections::BTreeMap;

use serde::Serialize;

use super::request::Envelope;

/// CloudFormation's limit for a response body. CloudFormation drops a longer body: the stack event then says "Response
/// object is too long.", and the reason is lost.
pub const MAX_BYTES: usize = 4096;

/// Names and values of the resource's attributes, which `Fn::GetAtt` reads.
pub type Attributes = BTreeMap<String, String>;

/// What the function answers CloudFormation. The stack events show the reason of a success too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Success {
        physical_id: String,
        attributes: Attributes,
        note: String,
    },
    Failed {
        physical_id: String,
        reason: String,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResponseBody<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    data: &'a Attributes,
}

impl Answer {
    /// The body of the PUT. The body echoes the IDs of the request and never exceeds [`MAX_BYTES`]. The middle of the
    /// reason is cut first, then the longest attributes are emptied.
    pub fn body(&self, envelope: &Envelope) -> Vec<u8> {
        match self {
            Self::Failed { physical_id, reason } => {
                let reason = if reason.trim().is_empty() {
                    "no reason was given"
                } else {
                    reason
                };
                fit(reason, |reason| {
                    render(envelope, "FAILED", reason, physical_id, &Attributes::new())
                })
            }
            Self::Success {
                physical_id,
                attributes,
                note,
            } => {
                let attributes = fit_attributes(attributes, |data| {
                    render(envelope, "SUCCESS", "", physical_id, data).len()
                });
                fit(note, |note| render(envelope, "SUCCESS", note, physical_id, &attributes))
            }
        }
    }
}

fn render(envelope: &Envelope, status: &'static str, reason: &str, physical_id: &str, data: &Attributes) -> Vec<u8> {
    let body = ResponseBody {
        status,
        reason,
        physical_resource_id: physical_id,
        stack_id: &envelope.stack_id,
        request_id: &envelope.request_id,
        logical_resource_id: &envelope.logical_resource_id,
        data,
    };
    serde_json::to_vec(&body).expect("strings and maps of strings always serialise")
}

/// The longest version of `text`, cut in the middle, that renders within the limit. A bisection finds the length, since
/// JSON escapes make the bytes of a character unpredictable.
fn fit(text: &str, render: impl Fn(&str) -> Vec<u8>) -> Vec<u8> {
    let whole = render(text);
    if whole.len() <= MAX_BYTES {
        return whole;
    }
    let (mut fits, mut too_long) = (0, text.chars().count());
    while too_long - fits > 1 {
        let middle = usize::midpoint(fits, too_long);
        if render(&cut(text, middle)).len() <= MAX_BYTES {
            fits = middle
        } else {
            too_long = middle
        }
    }
    render(&cut(text, fits))
}

/// Keeps `length` characters: two thirds from the front, where the cause stands, and the rest from the end.
pub fn cut(text: &str, length: usize) -> String {
    let count = text.chars().count();
    match length {
        0 => return String::new(),
        whole if whole >= count => return text.to_owned(),
        _ => {}
    }
    let front = length * 2 / 3;
    let head = text.chars().take(front);
    let tail = text.chars().skip(count - (length - front));
    head.chain(" … ".chars()).chain(tail).collect()
}

/// Keeps every key, since a `Fn::GetAtt` of a missing attribute fails the stack. The longest values are emptied until
/// the body fits.
fn fit_attributes(attributes: &Attributes, size: impl Fn(&Attributes) -> usize) -> Attributes {
    let mut fitted = attributes.clone();
    while size(&fitted) > MAX_BYTES {
        let Some(longest) = fitted
            .values_mut()
            .max_by_key(|value| value.len())
            .filter(|value| !value.is_empty())
        else {
            break;
        };
        *longest = if longest.chars().count() > 256 {
            cut(longest, 200)
        } else {
            String::new()
        };
    }
    fitted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::request::Reply;
    use crate::protocol::response_url::ResponseUrl;
    use proptest::prelude::*;
    use serde_json::Value;

    fn envelope(stack_id: &str) -> Envelope {
        Envelope {
            reply: Reply::Url(ResponseUrl::new("https://example.com")),
            stack_id: stack_id.to_owned(),
            request_id: "r".to_owned(),
            logical_resource_id: "Nodes".to_owned(),
            physical_resource_id: None,
        }
    }

    fn read(answer: &Answer) -> Value {
        let body = answer.body(&envelope("arn:stack"));
        assert!(body.len() <= MAX_BYTES, "{} bytes", body.len());
        serde_json::from_slice(&body).unwrap()
    }

    #[test]
    fn a_reason_is_cut_in_its_middle() {
        let reason = format!("the cause{}the remedy", "x".repeat(9000));
        let body = read(&Answer::Failed {
            physical_id: "c/n".to_owned(),
            reason,
        });
        let reason = body["Reason"].as_str().unwrap();
        assert!(
            reason.starts_with("the cause") && reason.ends_with("the remedy") && reason.contains('…'),
            "{reason}"
        );
        assert!(body.get("Data").is_none());
    }

    #[test]
    fn a_failure_always_has_a_reason() {
        let body = read(&Answer::Failed {
            physical_id: "c/n".to_owned(),
            reason: " ".to_owned(),
        });
        assert_eq!(body["Reason"], "no reason was given");
    }

    #[test]
    fn what_is_cut_keeps_two_thirds_in_front() {
        for (text, length, expected) in [
            ("abcdefghi", 0, ""),
            ("abcdefghi", 6, "abcd … hi"),
            ("abcdefghi", 8, "abcde … ghi"),
            ("abcdefghi", 9, "abcdefghi"),
            ("abcdefghi", 10, "abcdefghi"),
            ("äöü", 2, "ä … ü"),
            ("", 0, ""),
        ] {
            assert_eq!(cut(text, length), expected, "{text}, {length}");
        }
    }

    fn with_attributes(values: &[String]) -> Answer {
        let named = |(i, value): (usize, &String)| (format!("Key{i:02}"), value.clone());
        Answer::Success {
            physical_id: "c/n".to_owned(),
            attributes: values.iter().enumerate().map(named).collect(),
            note: String::new(),
        }
    }

    /// The beginning and the end of a long value still say something. A reader would take a part of a short value for
    /// the whole.
    #[test]
    fn only_as_many_attributes_give_way_as_must() {
        for (length, given_way) in [(256, 0), (257, 203)] {
            let body = read(&with_attributes(&vec!["x".repeat(length); 16]));
            let data = body["Data"].as_object().unwrap();
            let lengths: Vec<usize> = data
                .values()
                .map(|value| value.as_str().unwrap().chars().count())
                .collect();
            assert!(
                lengths.iter().all(|found| [length, given_way].contains(found)),
                "{lengths:?}"
            );
            assert!(lengths.contains(&length) && lengths.contains(&given_way), "{lengths:?}");
        }
    }

    #[test]
    fn what_just_fits_is_whole() {
        let empty = with_attributes(&[String::new()]).body(&envelope("arn:stack")).len();
        let just = "x".repeat(MAX_BYTES - empty);
        assert_eq!(
            read(&with_attributes(std::slice::from_ref(&just)))["Data"]["Key00"],
            just
        );
        let over = read(&with_attributes(&[just + "x"]));
        assert_eq!(over["Data"]["Key00"].as_str().unwrap().chars().count(), 203);
    }

    proptest! {
        #[test]
        fn any_text_fits(reason in "\\PC{0,6000}|[\\x00-\\x1f\"\\\\]{0,3000}", values in prop::collection::vec(".{0,900}", 0..12)) {
            let failed = read(&Answer::Failed { physical_id: "c/n".to_owned(), reason: reason.clone() });
            prop_assert_eq!(&failed["StackId"], "arn:stack");
            let attributes: Attributes = values.into_iter().enumerate().map(|(i, value)| (format!("Key{i}"), value)).collect();
            let keys = attributes.len();
            let success = read(&Answer::Success { physical_id: "c/n".to_owned(), attributes, note: reason });
            prop_assert_eq!(success.get("Data").map_or(0, |data| data.as_object().unwrap().len()), keys);
        }
    }
}
