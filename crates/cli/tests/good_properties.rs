//! Property sets made by walking the schema: each is good, so validation finds nothing, and the schema accepts it.

mod support;

use jsonschema::Validator;
use proptest::prelude::*;
use proptest::strategy::{Union, ValueTree};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Number, Value, json};
use support::consistent::consistent;

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_schema_allows_is_clean(properties in values(&schema()).prop_map(consistent)) {
        let checked = cli::check::check(properties.to_string().as_bytes());
        let checked = checked.expect("properties are something to check");
        prop_assert_eq!(checked.findings, vec![], "{:#}", properties);
        let errors: Vec<String> = validator().iter_errors(&properties).map(|error| error.to_string()).collect();
        prop_assert_eq!(errors, Vec::<String>::new(), "{:#}", properties);
    }
}

/// Else the property above could be one of bare groups.
#[test]
fn every_property_is_in_one_of_the_sets() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let strategy = values(&schema()).prop_map(consistent);
    let sets: Vec<Value> = (0..200)
        .map(|_| strategy.new_tree(&mut runner).expect("a set").current())
        .collect();
    for name in schema()["properties"].as_object().expect("properties").keys() {
        assert!(sets.iter().any(|set| set.get(name).is_some()), "{name}");
    }
}

#[test]
fn the_schema_refuses_what_is_wrong() {
    let good = json!({"ClusterName": "c", "NodeRole": "arn:aws:iam::111122223333:role/r", "Subnets": ["subnet-1"]});
    assert!(validator().is_valid(&good));
    for (property, value) in [
        ("Subnets", json!([])),
        ("Subnets", json!("subnet-1")),
        ("DiskSize", json!("ten")),
        ("DiskSize", json!(0)),
        ("DiskSize", Value::Null),
        ("BlockPodImds", json!("yes")),
        ("CapacityType", json!("Spot")),
        ("NodegroupName", json!("my_mng")),
        ("Version", json!("latest")),
        ("SclaingConfig", json!({})),
        ("ScalingConfig", json!({"MinSise": 1})),
        (
            "UpdateConfig",
            json!({"MaxUnavailable": 1, "MaxUnavailablePercentage": "1"}),
        ),
        ("LaunchTemplate", json!({"Version": "1"})),
        ("RemoteAccess", json!({"Ec2SshKey": "k", "PublicKey": "k"})),
        ("MaxPods", json!({"PrefixDelegate": true})),
        ("Taints", json!([{"Key": "k"}])),
        ("ClusterAutoscaler", json!("yes")),
        (
            "ClusterAutoscaler",
            json!({"Resources": {"ephemeral-storage": "100GiB"}}),
        ),
        (
            "ClusterAutoscaler",
            json!({"Options": {"scaledownunneededtime": "ten minutes"}}),
        ),
        (
            "ClusterAutoscaler",
            json!({"Options": {"scaledownutilizationthreshold": 2}}),
        ),
        (
            "ClusterAutoscaler",
            json!({"Options": {"scaleDownUnneededTime": "10m"}}),
        ),
        ("SuspendProcesses", json!("AZRebalance")),
        ("SuspendProcesses", json!(["Launch"])),
        ("NvidiaDevicePlugin", json!({"Version": "v0.20.0", "Image": "i"})),
        ("WaitFor", json!("Ready")),
        ("Labels", json!({"a": ["b"]})),
    ] {
        let mut bad = good.clone();
        bad[property] = value;
        assert!(!validator().is_valid(&bad), "{bad}");
    }
}

fn schema() -> Value {
    mng_core::properties::schema::schema()
}

fn validator() -> Validator {
    jsonschema::draft7::new(&schema()).expect("the schema is one")
}

/// Values that a schema allows: its examples and words where it has any.
fn values(schema: &Value) -> BoxedStrategy<Value> {
    let list = |key: &str| schema[key].as_array().cloned().filter(|list| !list.is_empty());
    if let Some(words) = list("examples").or_else(|| list("enum")) {
        return prop::sample::select(words).prop_flat_map(spelled).boxed();
    }
    if let Some(choices) = list("anyOf") {
        // The text of a number or a boolean comes of it, since there is only a pattern for it.
        let plain = choices.iter().filter(|choice| choice["type"] != "string");
        return Union::new(plain.map(values)).prop_flat_map(spelled).boxed();
    }
    match schema["type"].as_str() {
        Some("object") => object(schema),
        Some("array") => prop::collection::vec(values(&schema["items"]), 0..3)
            .prop_map(Value::Array)
            .boxed(),
        Some("integer") => integer(schema),
        Some("boolean") => any::<bool>().prop_map(Value::Bool).boxed(),
        other => panic!("{other:?} has no example: {schema}"),
    }
}

/// A number or a boolean as it is, or as text.
fn spelled(value: Value) -> BoxedStrategy<Value> {
    match &value {
        Value::Number(_) | Value::Bool(_) => {
            let text = Value::String(value.to_string());
            prop_oneof![Just(value), Just(text)].boxed()
        }
        _ => Just(value).boxed(),
    }
}

/// All that is required and some of the rest.
fn object(schema: &Value) -> BoxedStrategy<Value> {
    let required = |name: &str| {
        schema["required"]
            .as_array()
            .is_some_and(|names| names.contains(&json!(name)))
    };
    let properties = schema["properties"].as_object().expect("properties");
    let entries = properties.iter().map(|(name, inner)| {
        let (is_required, name) = (required(name), name.clone());
        let entry = values(inner).prop_map(move |value| (name.clone(), value));
        if is_required {
            entry.prop_map(Some).boxed()
        } else {
            prop::option::weighted(0.4, entry).boxed()
        }
    });
    let entries: Vec<_> = entries.collect();
    let object =
        |entries: Vec<Option<(String, Value)>>| Value::Object(entries.into_iter().flatten().collect::<Map<_, _>>());
    entries.prop_map(object).boxed()
}

/// Small ones and the largest.
fn integer(schema: &Value) -> BoxedStrategy<Value> {
    let least = schema["minimum"].as_i64().expect("a minimum");
    let most = schema["maximum"].as_i64().unwrap_or(i64::from(i32::MAX));
    let few = least..=most.min(least + 10);
    prop_oneof![4 => few, 1 => Just(most)]
        .prop_map(|number| Value::Number(Number::from(number)))
        .boxed()
}
