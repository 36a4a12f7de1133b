use super::*;
use serde_json::json;

#[track_caller]
fn check(text: &str, expected: &Value) {
    let read = read(text)
        .map(|node| node.value())
        .map_err(|unreadable| unreadable.to_string());
    assert_eq!(read, Ok(expected.clone()), "{text}");
}

#[track_caller]
fn check_unreadable(text: &str, expected: &str) {
    let problem = read(text).expect_err(text).to_string();
    assert!(problem.contains(expected), "{text}: {problem}");
}

#[test]
fn scalars_stay_as_they_are_written() {
    check(
        "{a: 0123, b: 1.30, c: yes, d: 0x1F, e: 1e3, f: True, g: '', h: \"null\", i: 2026-01-02}",
        &json!({"a": "0123", "b": "1.30", "c": "yes", "d": "0x1F", "e": "1e3", "f": "True", "g": "", "h": "null",
                "i": "2026-01-02"}),
    );
    check(
        "{a: , b: ~, c: null, d: !!str null}",
        &json!({"a": null, "b": null, "c": null, "d": "null"}),
    );
    check("a: |\n  b\n  c\nd: >-\n  e\n  f\n", &json!({"a": "b\nc\n", "d": "e f"}));
}

#[test]
fn short_functions_are_the_long_ones() {
    check(
        "a: !Ref b\nc: !GetAtt d.e\nf: !If [g, !Ref h, i]\nj: !Condition k\nl: !Sub\n  - m\n  - n: o\n",
        &json!({"a": {"Ref": "b"}, "c": {"Fn::GetAtt": "d.e"}, "f": {"Fn::If": ["g", {"Ref": "h"}, "i"]},
                "j": {"Condition": "k"}, "l": {"Fn::Sub": ["m", {"n": "o"}]}}),
    );
}

#[test]
fn json_is_read_too() {
    check(
        "{\"a\":[1.30,true,null,{\"b\":\"\\/\\t\"}]}",
        &json!({"a": ["1.30", "true", null, {"b": "/\t"}]}),
    );
    check("{\n\t\"a\": {\n\t\t\"b\": []\n\t}\n}", &json!({"a": {"b": []}}));
    check(r#"{"a": "\ud83d\ude00"}"#, &json!({"a": "\u{1f600}"}));
}

#[test]
fn aliases_and_merges_are_resolved() {
    check(
        "a: &x {b: 1, c: 2}\nd: *x\ne: {<<: *x, c: 3}\nf: {<<: [{b: 4}, *x]}\n",
        &json!({"a": {"b": "1", "c": "2"}, "d": {"b": "1", "c": "2"}, "e": {"c": "3", "b": "1"}, "f": {"b": "4", "c": "2"}}),
    );
}

#[test]
fn what_is_no_single_document_is_told_with_its_line() {
    for (text, expected) in [
        ("", "the file is empty"),
        ("# only a comment\n", "the file is empty"),
        ("a: 1\nb: [", "expected YAML or JSON"),
        ("a: 1\n---\nb: 2\n", "3: expected one document"),
        ("a: 1\nb: 2\na: 3\n", "3: expected each key once, got \"a\" again"),
        ("a: &x [*x]\n", "1: expected an alias of something complete"),
        ("a: *x\n", "1: expected YAML or JSON"),
        ("? [a]\n: b\n", "expected text for a key"),
        ("{\"a\": 1", "expected YAML or JSON"),
    ] {
        check_unreadable(text, expected);
    }
}

#[test]
fn depth_and_repetition_are_bounded() {
    check_unreadable(&"[".repeat(100_000), "");
    check_unreadable(&format!("{}1", "- ".repeat(100_000)), "128 levels");
    check_unreadable(&format!("{}1{}", "[".repeat(200), "]".repeat(200)), "128 levels");
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        bomb += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    check_unreadable(&bomb, "repeat at most 100000 values");
    let mut tower = "a0: &a0 [x]\n".to_owned();
    for level in 1..200 {
        tower += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    check_unreadable(&tower, "128 levels");
}

#[test]
fn paths_have_lines() {
    let text = "A: 1\nB:\n  - c\n  - D: e\n    F.x/y: g\nLabels:\n  a: 1\n  a.b/c: 2\n  a[0]: 3\nZ: {Y: {X: 1}}\n";
    let node = read(text).expect("YAML");
    for (path, line) in [
        ("", 1),
        ("A", 1),
        ("B", 2),
        ("B[0]", 3),
        ("B[1]", 4),
        ("B[1].F.x/y", 5),
        ("B[1].Missing", 4),
        ("B[7].D", 2),
        ("Labels.a", 7),
        ("Labels.a.b/c", 8),
        ("Labels.a[0]", 9),
        ("Labels.z", 6),
        ("Z.Y.X", 10),
        ("Missing.Y", 1),
    ] {
        assert_eq!(node.line_of(path), line, "{path}");
    }
}
