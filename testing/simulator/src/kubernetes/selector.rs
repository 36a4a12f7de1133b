//! Label and field selectors.

use serde_json::Value;

use super::status::StatusFailure;

/// What a list or a watch selects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selector {
    labels: Vec<Requirement>,
    fields: Vec<Requirement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Requirement {
    In(String, Vec<String>),
    /// Also true of what has no such key.
    NotIn(String, Vec<String>),
    Exists(String),
    Missing(String),
}

/// Those that the API server can select by, of the kinds that there are here.
const FIELDS: [(&str, &str); 4] = [
    ("metadata.name", "/metadata/name"),
    ("metadata.namespace", "/metadata/namespace"),
    ("spec.nodeName", "/spec/nodeName"),
    ("status.phase", "/status/phase"),
];

impl Selector {
    pub fn of(query: &[(String, String)]) -> Result<Self, StatusFailure> {
        let value = |key: &str| {
            query
                .iter()
                .find(|(name, _)| name == key)
                .map_or("", |(_, value)| value.as_str())
        };
        let labels = requirements(value("labelSelector"))?;
        let fields = requirements(value("fieldSelector"))?;
        let unknown = fields.iter().map(Requirement::key).find(|key| pointer(key).is_none());
        if let Some(key) = unknown {
            return Err(StatusFailure::bad_request(format!("field label not supported: {key}")));
        }
        Ok(Self { labels, fields })
    }

    pub fn matches(&self, object: &Value) -> bool {
        let label = |key: &str| object["metadata"]["labels"][key].as_str();
        let field =
            |key: &str| pointer(key).map(|path| object.pointer(path).and_then(Value::as_str).unwrap_or_default());
        self.labels.iter().all(|one| one.holds(label(one.key())))
            && self.fields.iter().all(|one| one.holds(field(one.key())))
    }
}

impl Requirement {
    fn key(&self) -> &str {
        match self {
            Self::In(key, _) | Self::NotIn(key, _) | Self::Exists(key) | Self::Missing(key) => key,
        }
    }

    fn holds(&self, value: Option<&str>) -> bool {
        let among = |wanted: &[String]| value.is_some_and(|value| wanted.iter().any(|one| one == value));
        match self {
            Self::In(_, wanted) => among(wanted),
            Self::NotIn(_, wanted) => !among(wanted),
            Self::Exists(_) => value.is_some(),
            Self::Missing(_) => value.is_none(),
        }
    }
}

fn pointer(field: &str) -> Option<&'static str> {
    let known = FIELDS.iter().find(|(name, _)| *name == field);
    known.map(|(_, pointer)| *pointer)
}

fn requirements(text: &str) -> Result<Vec<Requirement>, StatusFailure> {
    let parts = split(text);
    let written = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    written.map(requirement).collect()
}

/// By commas that aren't in brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (index, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn requirement(text: &str) -> Result<Requirement, StatusFailure> {
    let one = |value: &str| vec![value.trim().to_owned()];
    let refused = || StatusFailure::bad_request(format!("unable to parse requirement: {text}"));
    let parsed = if let Some((key, values)) = text.split_once('(') {
        set(key, values).ok_or_else(refused)?
    } else if let Some((key, value)) = text.split_once("!=") {
        Requirement::NotIn(key.trim().to_owned(), one(value))
    } else if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        Requirement::In(key.trim().to_owned(), one(value))
    } else if let Some(key) = text.strip_prefix('!') {
        Requirement::Missing(key.trim().to_owned())
    } else {
        Requirement::Exists(text.to_owned())
    };
    let key = parsed.key();
    if key.is_empty() || key.contains(char::is_whitespace) {
        return Err(refused());
    }
    Ok(parsed)
}

fn set(key: &str, values: &str) -> Option<Requirement> {
    let values = values.trim().strip_suffix(')')?;
    let values = values.split(',').map(|value| value.trim().to_owned()).collect();
    let (key, word) = key.trim().rsplit_once(char::is_whitespace)?;
    match word {
        "in" => Some(Requirement::In(key.trim().to_owned(), values)),
        "notin" => Some(Requirement::NotIn(key.trim().to_owned(), values)),
        _ => None,
    }
}
