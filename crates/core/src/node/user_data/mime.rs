//! The MIME documents that cloud-init and nodeadm read: AL2's and AL2023's user data must be multipart for EKS to merge it.

use std::io;

use mail_builder::encoders::quoted_printable::quoted_printable_encode;
use mail_builder::headers::{content_type::ContentType, raw::Raw};
use mail_builder::mime::{BodyPart, MimePart};
use mail_parser::{Header, Message, MessageParser, MessagePart, MimeHeaders};

pub(super) const SHELL: &str = "text/x-shellscript";

/// Of the parts that nodeadm reads (amazon-eks-ami, `nodeadm/internal/configprovider`).
pub(super) const NODE_CONFIG: &str = "application/node.eks.aws";

/// One part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UserDataPart {
    pub media_type: String,
    pub body: String,
    /// Beside those that follow from the body. cloud-init reads some, `Merge-Type` for one.
    headers: Vec<(String, String)>,
}

impl UserDataPart {
    pub fn new(media_type: &str, body: String) -> Self {
        Self {
            media_type: media_type.to_owned(),
            body,
            headers: vec![],
        }
    }
}

/// What the user gave, as parts: those of a MIME document, or the text as the only one.
pub(super) fn parts(own: &str) -> Result<Vec<UserDataPart>, String> {
    if is_document(own) {
        read(own)
    } else {
        Ok(vec![of_text(own)])
    }
}

/// A document of these parts, `None` for none. It is the same, byte for byte, for the same parts: a change would be a new
/// version of the launch template, and new nodes.
pub(super) fn document(parts: &[UserDataPart]) -> Result<Option<String>, String> {
    if parts.is_empty() {
        return Ok(None);
    }
    let written = written(parts).map_err(|error| format!("the MIME document could not be written: {error}"))?;
    // The lines end as those of every example of EKS's and cloud-init's do. A shell takes no CR at the end of a line.
    Ok(Some(String::from_utf8_lossy(&written).replace("\r\n", "\n")))
}

fn written(parts: &[UserDataPart]) -> io::Result<Vec<u8>> {
    let content_type = ContentType::new("multipart/mixed").attribute("boundary", boundary(parts));
    let document = MimePart {
        headers: vec![
            ("MIME-Version".into(), Raw::new("1.0").into()),
            ("Content-Type".into(), content_type.into()),
        ],
        contents: BodyPart::Multipart(parts.iter().map(write).collect::<Result<_, _>>()?),
    };
    let mut written = vec![];
    document.write_part(&mut written)?;
    Ok(written)
}

/// How cloud-init tells what a text is (cloud-init's documentation, "User data formats"). The longer beginning goes first.
const BEGINNINGS: [(&str, &str); 5] = [
    ("#!", SHELL),
    ("#cloud-config-archive", "text/cloud-config-archive"),
    ("#cloud-config", "text/cloud-config"),
    ("#cloud-boothook", "text/cloud-boothook"),
    ("## template: jinja", "text/jinja2"),
];

fn of_text(text: &str) -> UserDataPart {
    let known = BEGINNINGS.iter().find(|(beginning, _)| text.starts_with(beginning));
    match known {
        Some((_, media_type)) => UserDataPart::new(media_type, text.to_owned()),
        None if begins_like_node_config(text) => UserDataPart::new(NODE_CONFIG, text.to_owned()),
        None => UserDataPart::new(SHELL, format!("#!/bin/bash\n{text}")),
    }
}

/// Kubernetes' YAML begins with one of its own keys, and no command is called that. Looking further down would take a script
/// for YAML that only writes some.
fn begins_like_node_config(text: &str) -> bool {
    const KEYS: [&str; 4] = ["apiVersion:", "kind:", "metadata:", "spec:"];
    let says_something = |line: &&str| !line.is_empty() && !line.starts_with('#') && *line != "---";
    let first = text.lines().map(str::trim).find(says_something).unwrap_or_default();
    KEYS.iter().any(|key| first.starts_with(key))
}

fn is_document(text: &str) -> bool {
    let first_line = text.lines().next().unwrap_or_default().to_ascii_lowercase();
    ["mime-version:", "content-type:"]
        .iter()
        .any(|header| first_line.starts_with(header))
}

fn read(document: &str) -> Result<Vec<UserDataPart>, String> {
    let unreadable = "expected a MIME document with a boundary and parts, got one without";
    let message = MessageParser::new().parse(document).ok_or(unreadable)?;
    let declared = message
        .content_type()
        .is_some_and(|declared| declared.c_type.eq_ignore_ascii_case("multipart"));
    if declared != message.root_part().is_multipart() {
        return Err(unreadable.to_owned());
    }
    let leaves = message.parts.iter().filter(|part| !part.is_multipart());
    let parts = leaves
        .map(|part| part_of(&message, part))
        .collect::<Result<Vec<_>, _>>()?;
    if parts.is_empty() {
        Err(unreadable.to_owned())
    } else {
        Ok(parts)
    }
}

fn part_of(message: &Message, part: &MessagePart) -> Result<UserDataPart, String> {
    let media_type = part.content_type().map_or_else(
        || "text/plain".to_owned(),
        |declared| format!("{}/{}", declared.c_type, declared.subtype().unwrap_or_default()).to_ascii_lowercase(),
    );
    let Some(text) = part.text_contents().filter(|_| !part.is_encoding_problem) else {
        return Err(format!(
            "expected text in each MIME part, got other data in one of type {media_type}"
        ));
    };
    let carried = part.headers.iter().filter(|header| is_carried(header));
    Ok(UserDataPart {
        headers: carried.map(|header| header_of(message, header)).collect(),
        ..UserDataPart::new(&media_type, text.to_owned())
    })
}

/// The others are written anew: they tell how the body is encoded.
fn is_carried(header: &Header) -> bool {
    const WRITTEN_ANEW: [&str; 3] = ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"];
    let name = header.name.as_str();
    !WRITTEN_ANEW.iter().any(|own| name.eq_ignore_ascii_case(own))
}

fn header_of(message: &Message, header: &Header) -> (String, String) {
    let value = &message.raw_message()[header.offset_start as usize..header.offset_end as usize];
    let value = String::from_utf8_lossy(value);
    // A CR by itself would end the line for some readers, and what is behind it would be a header of its own.
    let unfolded: Vec<_> = value
        .split(['\r', '\n'])
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    (header.name.as_str().to_owned(), unfolded.join(" "))
}

/// One that no part has in it. Random ones, as mail has them, would differ each time.
fn boundary(parts: &[UserDataPart]) -> String {
    let mut boundary = "managed-node-group".to_owned();
    while parts.iter().any(|part| part.body.contains(&format!("--{boundary}"))) {
        boundary.push('-');
    }
    boundary
}

/// Text beyond ASCII is written as quoted-printable: Go's reader, which nodeadm uses, decodes that and not base64, and
/// cloud-init garbles what comes as 8bit (its `message_from_string`, then `get_payload(decode=True)`). So is one with a CR that
/// ends no line: readers take it for a line's end or leave it out unless it is encoded, which the library does only where line
/// ends are encoded too.
fn write(part: &UserDataPart) -> io::Result<MimePart<'_>> {
    let lines = part.body.trim_end().split('\n').map(|line| line.trim_end_matches('\r'));
    let text = lines.collect::<Vec<_>>().join("\n") + "\n";
    let has_readable_lines = !text.contains('\r');
    let mut body = vec![];
    let (encoding, charset) = if text.is_ascii() && has_readable_lines {
        body.extend_from_slice(text.as_bytes());
        ("7bit", "us-ascii")
    } else {
        quoted_printable_encode(text.as_bytes(), &mut body, has_readable_lines)?;
        ("quoted-printable", "utf-8")
    };
    let mut content_type = ContentType::new(part.media_type.as_str());
    if content_type.is_text() {
        content_type = content_type.attribute("charset", charset);
    }
    let mut headers = vec![
        ("Content-Type".into(), content_type.into()),
        ("Content-Transfer-Encoding".into(), Raw::new(encoding).into()),
    ];
    let carried = part.headers.iter();
    headers.extend(carried.map(|(name, value)| (name.as_str().into(), Raw::new(value.as_str()).into())));
    Ok(MimePart {
        headers,
        contents: BodyPart::Binary(body.into()),
    })
}

#[cfg(test)]
mod tests;
