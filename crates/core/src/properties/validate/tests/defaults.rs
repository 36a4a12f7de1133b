//! What stands where a template says nothing.

use super::*;

#[test]
fn instance_types_are_listed_wherever_they_are_stated() {
    for (changes, expected) in [
        (json!({}), &["t3.medium"][..]),
        (json!({"InstanceTypes": ["m5.large"]}), &["m5.large"]),
        (
            json!({"InstanceTypes": ["m5.large", "m5a.large"]}),
            &["m5.large", "m5a.large"],
        ),
        (
            json!({"InstanceTypes": ["m5.large"], "LaunchTemplate": {"Id": "lt-1"}}),
            &["m5.large"],
        ),
        (json!({"LaunchTemplate": {"Id": "lt-1"}}), &[]),
    ] {
        assert_eq!(spec_of(&properties(&changes)).type_names(), expected, "{changes}");
    }
}

#[test]
fn what_is_left_out_has_its_default() {
    for (word, expected) in [
        (None, Preflight::Strict),
        (Some("Strict"), Preflight::Strict),
        (Some("Warn"), Preflight::Warn),
        (Some("Off"), Preflight::Off),
    ] {
        assert_eq!(spec_of(&properties(&json!({"Preflight": word}))).preflight, expected);
    }
    for (word, expected) in [
        (None, WaitFor::Active),
        (Some("Active"), WaitFor::Active),
        (Some("Submitted"), WaitFor::Submitted),
        (Some("NodesReady"), WaitFor::NodesReady),
    ] {
        assert_eq!(spec_of(&properties(&json!({"WaitFor": word}))).wait_for, expected);
    }
    for (word, template, expected) in [
        (None, Value::Null, "ON_DEMAND"),
        (Some("ON_DEMAND"), Value::Null, "ON_DEMAND"),
        (Some("SPOT"), Value::Null, "SPOT"),
        (Some("CAPACITY_BLOCK"), json!({"Id": "lt-1"}), "CAPACITY_BLOCK"),
    ] {
        let spec = spec_of(&properties(&json!({"CapacityType": word, "LaunchTemplate": template})));
        assert_eq!(spec.capacity_type.as_str(), expected);
    }
    let spec = spec_of(&properties(&json!({})));
    assert_eq!((spec.service_timeout, spec.force), (3600, ForceUpdate::No));
    assert_eq!(spec_of(&properties(&json!({"ServiceTimeout": 1}))).service_timeout, 1);
}
