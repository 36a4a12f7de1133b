//! The differences between two JSON values, as the text of a verdict.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Each path at which the values differ, with the old and the new value.
pub fn difference(before: &Value, after: &Value) -> String {
    let mut found = vec![];
    collect("", before, after, &mut found);
    found.join(", ")
}

fn collect(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    if before == after {
        return;
    }
    let (Some(one), Some(other)) = (before.as_object(), after.as_object()) else {
        found.push(format!("{path} {before} -> {after}"));
        return;
    };
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    for key in keys {
        collect(&format!("{path}/{key}"), &before[key], &after[key], found);
    }
}

/// A list as an object, by what names each.
pub fn by_name(all: &[Value], name: impl Fn(&Value) -> String) -> Value {
    let mut named = json!({});
    for one in all {
        named[name(one)] = one.clone();
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_named() {
        let (before, after) = (
            json!({"a": {"b": 1, "c": 2}, "d": 3}),
            json!({"a": {"b": 1, "c": 4}, "e": 5}),
        );
        assert_eq!(difference(&before, &after), "/a/c 2 -> 4, /d 3 -> null, /e null -> 5");
        assert_eq!(difference(&before, &before), "");
    }
}
