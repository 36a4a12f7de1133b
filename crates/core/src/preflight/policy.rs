//! IAM policy documents, as far as a check reads them. A check concludes nothing from a document that it cannot parse.

use serde_json::Value;

/// One statement of a policy that allows something.
#[derive(Debug, Clone, Copy)]
pub struct Allow<'a>(&'a Value);

/// The statements that allow something, or `None` if the document cannot be parsed. A document with one statement may
/// omit the list around it.
pub fn allows(document: &Value) -> Option<Vec<Allow<'_>>> {
    let statements = as_list(document.get("Statement")?);
    let allowing = statements
        .into_iter()
        .filter(|statement| statement["Effect"] == "Allow");
    Some(allowing.map(Allow).collect())
}

impl<'a> Allow<'a> {
    /// Whether the statement covers an action, by its name or by a wildcard. `NotAction` may cover any action.
    pub fn covers(&self, action: &str) -> bool {
        let patterns = texts(&self.0["Action"]);
        self.0.get("NotAction").is_some() || patterns.iter().any(|pattern| matches(pattern, action))
    }

    /// The principals of a kind, such as `Service`. `*` stands for every principal, and `NotPrincipal` counts as `*`.
    pub fn principals(&self, kind: &str) -> Vec<&'a str> {
        if self.0.get("NotPrincipal").is_some() {
            return vec!["*"];
        }
        match self.0.get("Principal") {
            Some(Value::String(all)) => vec![all],
            Some(Value::Object(kinds)) => kinds.get(kind).map_or_else(Vec::new, texts),
            _ => vec![],
        }
    }
}

fn as_list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}

fn texts(value: &Value) -> Vec<&str> {
    as_list(value).into_iter().filter_map(Value::as_str).collect()
}

/// IAM compares actions without regard to case. Only the part before a wildcard is compared.
fn matches(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    match pattern.split_once(['*', '?']) {
        Some((start, _)) => action.starts_with(start),
        None => pattern == action,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn actions_and_principals_come_in_every_form() {
        for (statement, covers, services) in [
            (
                json!({"Action": "sts:AssumeRole", "Principal": {"Service": "a"}}),
                true,
                vec!["a"],
            ),
            (
                json!({"Action": ["sts:assumerole"], "Principal": {"Service": ["a", "b"]}}),
                true,
                vec!["a", "b"],
            ),
            (json!({"Action": "sts:*", "Principal": {"AWS": "x"}}), true, vec![]),
            (json!({"Action": "*", "Principal": "*"}), true, vec!["*"]),
            (
                json!({"Action": "sts:TagSession", "NotPrincipal": {"AWS": "x"}}),
                false,
                vec!["*"],
            ),
            (json!({"NotAction": "iam:*"}), true, vec![]),
        ] {
            let mut statement = statement;
            statement["Effect"] = json!("Allow");
            let document = json!({ "Statement": statement });
            let found = allows(&document).expect("a statement")[0];
            assert_eq!(found.covers("sts:AssumeRole"), covers, "{statement}");
            assert_eq!(found.principals("Service"), services, "{statement}");
        }
        assert!(allows(&json!({"Statement": [{"Effect": "Deny"}]})).is_some_and(|allows| allows.is_empty()));
        assert!(allows(&json!({})).is_none());
    }
}
