use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::node::ami_type::OperatingSystem;
use crate::properties::reference::{overview, reference};
use crate::properties::validate::tests::properties;
use crate::properties::validate::{MAX_SERVICE_TIMEOUT, inspect};

fn named(name: &str) -> &'static Property {
    let mut found = PROPERTIES.iter().filter(|property| property.name == name);
    found.next().expect("a property")
}

/// Calls `check` with each property and member, and with a path to it, in which `[]` is a list's first entry.
fn each(
    members: &'static [Property],
    path: &[&'static str],
    check: &mut impl FnMut(&[&'static str], &'static Property),
) {
    for property in members {
        let path = [path, &[property.name]].concat();
        check(&path, property);
        if let Some(object) = property.kind.object() {
            let list: &[&str] = if matches!(property.kind, PropertyType::Objects { .. }) {
                &["[]"]
            } else {
                &[]
            };
            each(object.members, &[&path[..], list].concat(), check);
        }
    }
}

fn at(path: &[&'static str], value: Value) -> Value {
    path.iter().rev().fold(value, |inner, step| match *step {
        "[]" => json!([inner]),
        name => json!({ name: inner }),
    })
}

/// What is wrong with a group that has a value at a path, as far as the path goes.
fn problems(path: &[&'static str], value: Value) -> Vec<String> {
    let properties = properties(&at(path, value));
    let (_, problems) = inspect(properties.as_object().expect("properties"), "Nodes");
    let end = path.last().expect("a name");
    let concern = problems.iter().filter(|problem| problem.path.contains(end));
    concern.map(ToString::to_string).collect()
}

/// A list within a list is no value of any property, so whoever reads a property says so.
#[test]
fn validation_reads_every_property_and_member() {
    each(PROPERTIES, &[], &mut |path, _| {
        let found = problems(path, json!([[]]));
        assert!(
            found.iter().any(|problem| problem.contains("expected")),
            "{path:?}: {found:?}"
        );
    });
}

#[test]
fn every_example_is_good() {
    each(PROPERTIES, &[], &mut |path, property| {
        for example in property.example_values() {
            let found = problems(path, example);
            let wrong = found
                .iter()
                .filter(|problem| problem.contains("got") && !problem.contains("got neither"));
            assert_eq!(wrong.count(), 0, "{path:?}: {found:?}");
        }
    });
}

#[test]
fn every_name_is_there_once_and_described_in_sentences() {
    let mut seen = BTreeSet::new();
    each(PROPERTIES, &[], &mut |path, property| {
        assert!(seen.insert(path.to_vec()), "{path:?}");
        assert!(property.documentation.ends_with('.'), "{path:?}");
    });
}

#[test]
fn what_is_said_of_defaults_is_so() {
    let (linux, windows) = (
        OperatingSystem::AmazonLinux2023.default_disk(),
        OperatingSystem::Windows.default_disk(),
    );
    assert_eq!(named("DiskSize").default, format!("{linux}, on Windows {windows}"));
    assert_eq!(named("ServiceTimeout").default, MAX_SERVICE_TIMEOUT.to_string());
}

/// As a reader of the documentation sees it.
#[test]
fn each_property_is_a_row_of_the_overview() {
    let overview = overview();
    let lines: Vec<&str> = overview.lines().collect();
    // CloudFormation's own ServiceToken is no property of a node group.
    assert_eq!(lines.len(), PROPERTIES.len() - 1 + 2);
    assert_eq!(
        lines[..2],
        ["| property | default | example | when changed |", "|---|---|---|---|"]
    );
    for row in [
        "| `ClusterName` (required) |  | `my-cluster` | replaces |",
        "| `DiskSize` | 20, on Windows 50 | `50` | rolls in place |",
        "| `Version` | the cluster's | `\"1.34\"` | rolls in place to a later one, never down; removed, what runs stays |",
        "| `Taints` |  | `[{Key: gpu, Value: \"true\", Effect: NoSchedule}]` | in place |",
        "| `Stateful` | `false` | `true` | read at each request |",
    ] {
        assert!(lines.contains(&row), "{row}");
    }
}

#[test]
fn each_property_has_its_section_with_its_members() {
    let reference = reference();
    for part in [
        "\n### DiskSize\n\nThe size of the root volume in GiB. The same as `Volume.Size`.\n\n- Type: whole number from 1 to 16384\n\
         - Default: 20, on Windows 50\n- Example: `50`\n- When changed: rolls in place\n",
        "| `NodeRepairConfigOverrides[].RepairAction` (required) | one of `Replace`, `Reboot`, `NoAction` |",
    ] {
        assert!(reference.contains(part), "{part}");
    }
}
