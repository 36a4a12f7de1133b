//! A template written in YAML, as people write one: short intrinsic functions, texts in blocks, quotes where they are needed.

use serde_json::Value;

/// Writes a value, with a line feed at the end.
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text.trim_start_matches('\n').to_owned() + "\n"
}

/// Writes behind `key:` or `-`, and without a line feed at the end.
fn block(value: &Value, depth: usize, text: &mut String) {
    let (tag, value) = called(value);
    if let Some(tag) = &tag {
        *text += &format!(" !{tag}");
    }
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                *text += &format!("\n{}{}:", indent(depth), scalar(key));
                block(value, depth + 1, text);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for item in list {
                *text += &format!("\n{}-", indent(depth));
                let mut inner = String::new();
                block(item, depth + 1, &mut inner);
                *text += &beside_the_dash(&inner, depth);
            }
        }
        Value::String(lines) if is_block(lines) => {
            *text += if lines.ends_with('\n') { " |" } else { " |-" };
            for line in lines.lines() {
                *text += "\n";
                if !line.is_empty() {
                    *text += &format!("{}{line}", indent(depth));
                }
            }
        }
        Value::String(word) => *text += &format!(" {}", scalar(word)),
        other => *text += &format!(" {other}"),
    }
}

/// A map's first key, or a list's first item, goes into the line of the dash.
fn beside_the_dash(inner: &str, depth: usize) -> String {
    match inner.strip_prefix(&format!("\n{}", indent(depth + 1))) {
        Some(rest) => format!(" {rest}"),
        None => inner.to_owned(),
    }
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

/// `{"Ref": x}` is `!Ref x`, where the argument is a text. CloudFormation takes no short form within another.
fn called(value: &Value) -> (Option<String>, &Value) {
    let only = value
        .as_object()
        .filter(|map| map.len() == 1)
        .and_then(|map| map.iter().next());
    match only {
        Some((key, argument @ Value::String(_))) => {
            let tag = if key == "Ref" {
                Some("Ref")
            } else {
                key.strip_prefix("Fn::")
            };
            match tag {
                Some(tag) if tag.chars().all(|c| c.is_ascii_alphanumeric()) && !tag.is_empty() => {
                    (Some(tag.to_owned()), argument)
                }
                _ => (None, value),
            }
        }
        _ => (None, value),
    }
}

/// Whether several lines can stand as they are. What blank lines and blanks at the edges mean there is too easily changed.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let is_plain = |line: &str| !line.starts_with(' ') || !line.trim().is_empty();
    body.contains('\n')
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && body.chars().all(|c| c == '\n' || is_printable(c))
        && body.split('\n').all(is_plain)
}

fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(c, '\u{2028}' | '\u{2029}')
}

fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Words that no reader of YAML takes for anything but text.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let inner = |c: char| c.is_ascii_alphanumeric() || " _./@+=,()-:'".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(inner)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn quoted(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            c if is_printable(c) => quoted.push(c),
            c => quoted += &escaped(c),
        }
    }
    quoted + "\""
}

fn escaped(c: char) -> String {
    match u32::from(c) {
        code @ 0x1_0000.. => format!("\\U{code:08x}"),
        code => format!("\\u{code:04x}"),
    }
}

#[cfg(test)]
mod tests;
