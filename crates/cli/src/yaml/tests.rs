use proptest::prelude::*;
use serde_json::{Value, json};

use super::write;
use crate::document::read;

#[track_caller]
fn check(value: &Value, expected: &str) {
    assert_eq!(write(value), expected);
    assert_eq!(read(expected).expect("YAML").value(), *value, "{expected}");
}

#[test]
fn a_template_is_written_as_people_write_it() {
    let value = json!({
        "Token": {"Fn::ImportValue": "Name"}, "Sub": {"Fn::Sub": "ec2.${AWS::URLSuffix}"}, "Of": {"Ref": "Subnets"},
        "Version": "1.30", "Word": "yes", "Arn": "arn:aws:iam::1:role/a", "Empty": {}, "None": [],
        "List": ["a", {"b": "c", "d": ["e"]}, ["f"]], "Text": "a\n  b\n\nc\n", "Cut": "a\nb",
    });
    check(
        &value,
        "Token: !ImportValue Name\nSub: !Sub \"ec2.${AWS::URLSuffix}\"\nOf: !Ref Subnets\nVersion: \"1.30\"\nWord: \"yes\"\n\
         Arn: arn:aws:iam::1:role/a\nEmpty: {}\nNone: []\nList:\n  - a\n  - b: c\n    d:\n      - e\n  - - f\n\
         Text: |\n  a\n    b\n\n  c\nCut: |-\n  a\n  b\n",
    );
}

fn values() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z :#'\"\\-\n\t]{0,12}",
        "\\PC{0,8}",
        any::<String>(),
        "[0-9.e+-]{1,5}",
        "[ \n]{0,4}"
    ];
    let leaf = text.prop_map(Value::String);
    leaf.prop_recursive(4, 32, 4, |inner| {
        let key = prop_oneof![
            "[A-Za-z.: -]{1,8}",
            any::<String>(),
            Just("Ref".to_owned()),
            Just("Fn::Sub".to_owned())
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((key, inner), 0..4).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Keys and texts come back as they were. A key of `<<` would be read as a merge.
    #[test]
    fn what_is_written_is_read_again(value in values()) {
        let text = write(&json!({"a": value}));
        let read = read(&text).map(|node| node.value());
        prop_assert_eq!(read.map_err(|problem| problem.to_string()), Ok(json!({"a": value})), "{}", text);
    }
}
