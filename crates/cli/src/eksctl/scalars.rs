//! What is copied as it is, with numbers and truths told from texts by the rules of YAML 1.1, which eksctl's reader has (go-yaml 2,
//! `resolve.go`): `yes` is true, and `010` is 8. What is quoted is text.

use serde_json::{Map, Value, json};

use crate::document::{Style, YamlContent, YamlNode};

const TRUE: [&str; 11] = ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"];
const FALSE: [&str; 11] = [
    "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
];

pub fn typed(node: &YamlNode) -> Value {
    match &node.content {
        YamlContent::Nothing => Value::Null,
        YamlContent::List(items) => items.iter().map(typed).collect(),
        YamlContent::Map(entries) => {
            let members = entries.iter().map(|entry| (entry.key.clone(), typed(&entry.value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        YamlContent::Text(text) if node.style == Style::Plain => scalar(text),
        YamlContent::Text(text) => json!(text),
    }
}

fn scalar(text: &str) -> Value {
    if TRUE.contains(&text) {
        return json!(true);
    }
    if FALSE.contains(&text) {
        return json!(false);
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return json!(text);
    }
    let digits = text.replace('_', "");
    integer(&digits)
        .or_else(|| float(&digits))
        .unwrap_or_else(|| json!(text))
}

/// With the prefixes of Go's `strconv.ParseInt`, a mere zero among them.
fn integer(text: &str) -> Option<Value> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let prefixed = |prefix: &str| {
        let begins = digits.get(..prefix.len())?;
        begins.eq_ignore_ascii_case(prefix).then(|| &digits[prefix.len()..])
    };
    let bases = [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)];
    let (digits, base) = bases
        .iter()
        .find_map(|(prefix, base)| Some((prefixed(prefix).filter(|rest| !rest.is_empty())?, *base)))
        .unwrap_or((digits, 10));
    if !digits.starts_with(|first: char| first.is_digit(base)) {
        return None;
    }
    let signed = i64::from_str_radix(&format!("{sign}{digits}"), base);
    signed.map(Value::from).ok()
}

/// A whole one is a number as any other, once it has been through JSON.
fn float(text: &str) -> Option<Value> {
    const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    let number: f64 = text.chars().all(is_number).then(|| text.parse().ok())??;
    if number.fract() == 0.0 && number.abs() <= LARGEST_WHOLE {
        return format!("{number:.0}").parse::<i64>().ok().map(Value::from);
    }
    number.is_finite().then(|| json!(number))
}
