//! Requests as nobody would send them.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// JSON of any shape, with words of the protocol in it so that it comes far.
pub fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        "\\PC{0,40}".prop_map(Value::String),
        "[a-z]{1,70}".prop_map(Value::String),
        intrinsic(),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let keys = prop_oneof![
            Just("Key".to_owned()),
            Just("Effect".to_owned()),
            Just("MinSize".to_owned()),
            "[A-Za-z]{0,9}"
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((keys, inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// What CloudFormation would have put something else in the place of.
fn intrinsic() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"Ref": "AWS::NoValue"}),
        json!({"Fn::GetAtt": ["Role", "Arn"]}),
        json!({"Fn::If": ["A", "b", {"Ref": "C"}]}),
    ])
}

/// What goes with all others, and is good.
fn good_property() -> impl Strategy<Value = (&'static str, Value)> {
    select(vec![
        ("Labels", json!({"team": "blue", "a": ""})),
        ("Tags", json!({"team": "blue"})),
        ("Taints", json!([{"Key": "k", "Value": "v", "Effect": "NO_SCHEDULE"}])),
        ("CapacityType", json!("SPOT")),
        ("InstanceTypes", json!(["m5.large"])),
        (
            "ScalingConfig",
            json!({"MinSize": "1", "MaxSize": "3", "DesiredSize": "2"}),
        ),
        ("BlockPodImds", json!("true")),
        ("NodegroupName", json!("my-mng")),
        ("NodegroupNamePrefix", json!("web")),
        ("UpdateConfig", json!({"MaxUnavailable": "2"})),
        ("UserData", json!("echo héllo 💥")),
        ("WaitFor", json!("Submitted")),
        ("Stateful", json!("true")),
    ])
}

/// Properties by name, of which some are good, most are wrong, and a few aren't known.
pub fn any_property() -> impl Strategy<Value = (String, Value)> {
    let names: Vec<&str> = mng_core::properties::table::PROPERTIES
        .iter()
        .map(|property| property.name)
        .collect();
    prop_oneof![
        4 => good_property().prop_map(|(name, value)| (name.to_owned(), value)),
        1 => (select(names), any_value()).prop_map(|(name, value)| (name.to_owned(), value)),
        1 => ("\\PC{0,30}", any_value()),
    ]
}

/// In place of a text: nothing, no text, or one that is longer than anything of CloudFormation's.
pub fn no_id() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(|number| json!(number)),
        Just(json!(["a"])),
        Just(json!("💥".repeat(3000))),
        Just(json!("\u{1}".repeat(3000))),
    ]
}
