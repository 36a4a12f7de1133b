//! No field of eksctl's schema is dropped in silence: each has one verdict, and the verdict is what happens.

#[path = "support/eksctl_cases.rs"]
mod eksctl_cases;

use cli::check::check;
use cli::eksctl::fields::{FieldMapping, FieldType, RELEASE, fields, page};
use cli::eksctl::{ConvertedConfig, convert};
use cli::note::{self, Note};
use eksctl_cases::{SECURITY_GROUP, base, cases};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The paths of the schema's fields and their types; no more of it.
const SCHEMA: &str = include_str!("eksctl/fields-v0.230.0.txt");
const SECTIONS: &str = include_str!("eksctl/sections-v0.230.0.txt");

#[test]
fn each_field_of_the_schema_has_one_verdict() {
    assert_eq!(RELEASE, "v0.230.0");
    let mut rows: Vec<String> = fields()
        .map(|field| {
            let kind = match field.kind {
                FieldType::Text => "string",
                FieldType::Boolean => "boolean",
                FieldType::Integer => "integer",
                FieldType::Texts | FieldType::Document => "object",
            };
            format!("{} {kind}", field.path)
        })
        .collect();
    rows.sort();
    let schema: Vec<&str> = SCHEMA.lines().collect();
    assert_eq!(rows, schema);
}

/// With `RENEW_DOCS=1` in the environment the page is written anew.
#[test]
#[allow(clippy::disallowed_methods, reason = "only the function's environment is injected")]
fn the_page_is_the_tables_own() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/from-eksctl.md");
    if std::env::var_os("RENEW_DOCS").is_some() {
        std::fs::write(&path, page()).expect("docs can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page(),
        "docs/from-eksctl.md is of another day: RENEW_DOCS=1 cargo nextest run --workspace"
    );
}

fn config(group: &Value) -> Value {
    json!({"apiVersion": "eksctl.io/v1alpha5", "kind": "ClusterConfig", "metadata": {"name": "my-cluster"},
           "managedNodeGroups": [group]})
}

#[track_caller]
fn converted(group: &Value) -> ConvertedConfig {
    convert(&config(group).to_string()).unwrap_or_else(|problems| panic!("{group}: {problems:?}"))
}

/// What is told of the fields, without what is told of each file.
fn told_of_fields(converted: &ConvertedConfig) -> Vec<&Note> {
    let notes = converted.notes.0.iter();
    notes.filter(|note| note.path != "managedNodeGroups").collect()
}

/// Sets what a path names, in the first place of each list.
fn set(group: &mut Value, path: &str, value: &Value) {
    let mut node = group;
    for part in path.split('.') {
        let (key, is_list) = part.strip_suffix("[]").map_or((part, false), |key| (key, true));
        node = &mut node[key];
        if is_list {
            if !node.is_array() {
                *node = json!([null]);
            }
            node = &mut node[0];
        }
    }
    *node = value.clone();
}

#[test]
fn a_mapped_field_changes_the_template() {
    let cases = cases();
    for field in fields().filter(|field| matches!(field.verdict, FieldMapping::Mapped(_))) {
        let case = cases.iter().find(|(path, ..)| *path == field.path);
        let (path, beside, value) = case.unwrap_or_else(|| panic!("no case for {}", field.path));
        let before = base(beside);
        let mut after = before.clone();
        set(&mut after, path, value);
        let (before, after) = (converted(&before), converted(&after));
        assert_ne!(before.template, after.template, "{path}: {:?}", after.notes);
        let is_about = |note: &&Note| note.kind == note::NoteKind::NotMapped;
        // It is refused beside a whole: SSH that is closed passes over its key.
        if *path != "ssh.allow" {
            assert_eq!(after.notes.0.iter().find(is_about), None, "{path}");
        }
        let yaml = cli::yaml::write(&after.template);
        let checked = check(yaml.as_bytes()).expect("a template");
        assert_eq!(checked.findings, [], "{path}: {yaml}");
    }
}

#[test]
fn an_unmapped_field_is_told_once_with_its_path_and_what_to_do() {
    for field in fields() {
        let FieldMapping::Unmapped { idle, why, instead } = field.verdict else {
            continue;
        };
        let (asks, asks_nothing) = match field.kind {
            FieldType::Boolean => (json!(idle != Some("true")), json!(idle == Some("true"))),
            FieldType::Integer => (json!(5), Value::Null),
            _ => (json!("x"), json!(idle.unwrap_or_default())),
        };
        let mut group = base(&json!({}));
        set(&mut group, field.path, &asks);
        let path = format!("managedNodeGroups[0].{}", field.path.replace("[]", "[0]"));
        let notes = converted(&group).notes;
        let told: Vec<_> = notes
            .0
            .iter()
            .map(|note| (note.path.as_str(), note.kind, note.text.as_str()))
            .collect();
        let text = format!("{why}; {instead}").replace('`', "");
        assert!(
            told.contains(&(path.as_str(), note::NoteKind::NotMapped, &text)),
            "{path}: {told:?}"
        );
        assert!(!notes.is_complete());
        set(&mut group, field.path, &asks_nothing);
        assert!(told_of_fields(&converted(&group)).is_empty(), "{path}: {asks_nothing}");
    }
}

#[test]
fn each_section_beside_the_groups_is_read_or_told() {
    for section in SECTIONS.lines() {
        let mut config = config(&base(&json!({})));
        if !["apiVersion", "kind", "metadata", "managedNodeGroups"].contains(&section) {
            config[section] = json!({"clusterName": "x"});
            let made = convert(&config.to_string()).expect("it is converted");
            let told: Vec<_> = told_of_fields(&made)
                .iter()
                .map(|note| (note.path.as_str(), note.kind))
                .collect();
            let kind = if section == "nodeGroups" {
                note::NoteKind::NotMapped
            } else {
                note::NoteKind::Clusters
            };
            assert_eq!(told, [(section, kind)]);
        }
    }
}

/// Values of which a part is refused.
fn half_bad() -> Vec<(String, Value)> {
    let action = |reason: &str, action: &str| {
        json!({"nodeMonitoringCondition": "NetworkingNotReady", "nodeUnhealthyReason": reason, "minRepairWaitTimeMins": 5,
               "repairAction": action})
    };
    let overrides = [action("a", "Reboot"), action("b", "Restart"), action("c", "Replace")];
    let settings = json!({"motd": "hello", "kubernetes": {"node-labels": {"a": "b"}, "max-pods": 7, "pod-pids-limit": 9},
                          "none": {"a": null, "b": 1}});
    let taints = json!([{"key": "a", "value": "b c", "effect": "NoSchedule"}, {"key": "d", "effect": "NoSchedule"},
                        {"key": "e", "effect": "Never"}]);
    let values = [
        (
            "asgSuspendProcesses",
            json!(["AZRebalance", "Launch", "HealthCheck", "Other"]),
        ),
        (
            "bottlerocket",
            json!({"enableAdminContainer": true, "settings": settings}),
        ),
        (
            "labels",
            json!({"a.b/c": "d", "e": "f g", "alpha.eksctl.io/nodegroup-name": "h"}),
        ),
        (
            "nodeRepairConfig",
            json!({"enabled": true, "nodeRepairConfigOverrides": overrides}),
        ),
        ("securityGroups.attachIDs", json!([SECURITY_GROUP, "web"])),
        ("subnets", json!(["subnet-0a1b2c3d4e5f60718", "subnet-"])),
        ("tags", json!({"aws:a": "b", "c": "d"})),
        ("taints", taints),
    ];
    values.map(|(path, value)| (path.to_owned(), value)).into()
}

/// Any of the fields, with good values and bad ones.
fn groups() -> impl Strategy<Value = Value> {
    let mapped: Vec<(String, Value)> = cases()
        .into_iter()
        .map(|(path, _, value)| (path.to_owned(), value))
        .collect();
    let unmapped = fields()
        .filter(|field| matches!(field.verdict, FieldMapping::Unmapped { .. }))
        .map(|field| {
            let value = match field.kind {
                FieldType::Boolean => json!(true),
                FieldType::Integer => json!(5),
                FieldType::Text => json!("x"),
                FieldType::Texts | FieldType::Document => json!({"a.b/c": "d e"}),
            };
            (field.path.to_owned(), value)
        });
    let odd = fields().filter(|field| field.kind == FieldType::Text);
    let odd = odd.map(|field| (field.path.to_owned(), json!(format!("é: #\n{}", field.path))));
    let numbers = fields()
        .filter(|field| field.kind == FieldType::Integer)
        .map(|field| (field.path.to_owned(), json!(-7)));
    let all: Vec<_> = mapped.into_iter().chain(unmapped).chain(odd).chain(numbers).collect();
    let single = prop::collection::vec(prop::sample::select(all), 0..12);
    let half_bad = prop::sample::subsequence(half_bad(), 0..4);
    (half_bad, single, any::<bool>()).prop_map(|(half_bad, single, is_bottlerocket)| {
        let mut group = json!({});
        for (path, value) in half_bad.into_iter().chain(single) {
            set(&mut group, &path, &value);
        }
        if is_bottlerocket {
            group["amiFamily"] = json!("Bottlerocket");
        }
        group["name"] = json!("ng-1");
        group
    })
}

/// A value of a group: its path as notes have it, where it is, and the row of its field.
struct Leaf {
    path: String,
    pointer: String,
    pattern: String,
}

/// Each value of a group.
fn leaves(node: &Value, around: &Leaf, found: &mut Vec<Leaf>) {
    let is_field = fields().any(|field| field.path == around.pattern);
    match node {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            let dot = if around.path.is_empty() { "" } else { "." };
            let inner = Leaf {
                path: format!("{}{dot}{key}", around.path),
                pointer: format!("{}/{}", around.pointer, key.replace('/', "~1")),
                pattern: if is_field {
                    around.pattern.clone()
                } else {
                    format!("{}{dot}{key}", around.pattern)
                },
            };
            leaves(value, &inner, found);
        }),
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| {
            let inner = Leaf {
                path: format!("{}[{index}]", around.path),
                pointer: format!("{}/{index}", around.pointer),
                pattern: if is_field {
                    around.pattern.clone()
                } else {
                    format!("{}[]", around.pattern)
                },
            };
            leaves(value, &inner, found);
        }),
        Value::Null => {}
        _ => found.push(Leaf {
            path: around.path.clone(),
            pointer: around.pointer.clone(),
            pattern: around.pattern.clone(),
        }),
    }
}

/// Of the value itself, or of something around it.
fn is_about(note: &Note, path: &str) -> bool {
    let field = note.path.strip_prefix("managedNodeGroups[0].").unwrap_or("?");
    let rest = path.strip_prefix(field);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What says nothing where something else has said it: eksctl passes it over too.
fn is_said_already(group: &Value, path: &str) -> bool {
    let is = |pointer: &str| group.pointer(pointer).is_some();
    match path {
        "privateNetworking" => is("/subnets"),
        "ssh.allow" => true,
        "bottlerocket.enableAdminContainer" => is("/ssh"),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_field_is_lost_and_the_template_is_good(group in groups()) {
        let whole = converted(&group);
        let yaml = cli::yaml::write(&whole.template);
        let checked = check(yaml.as_bytes()).expect("a template");
        prop_assert_eq!(&checked.findings, &[], "{}", yaml);
        let mut found = vec![];
        let root = Leaf { path: String::new(), pointer: String::new(), pattern: String::new() };
        leaves(&group, &root, &mut found);
        for Leaf { path, pointer, pattern } in found.iter().filter(|leaf| leaf.path != "name") {
            let told = whole.notes.0.iter().any(|note| is_about(note, path));
            let mut less = group.clone();
            *less.pointer_mut(pointer).expect("a leaf") = Value::Null;
            let changes = converted(&less).template != whole.template;
            let is_idle = fields().any(|field| field.path == *pattern
                && matches!(field.verdict, FieldMapping::Unmapped { idle: Some("true"), .. }));
            prop_assert!(told || changes || is_idle || is_said_already(&group, path), "{} in {}: {:?}", path, group, whole.notes.0);
        }
    }

    #[test]
    fn whatever_stands_in_a_file_is_answered(text in "\\PC{0,40}", path in prop::sample::select(fields().collect::<Vec<_>>())) {
        let mut group = base(&json!({}));
        set(&mut group, path.path, &json!([text]));
        let _ = convert(&config(&group).to_string());
        let _ = convert(&text);
    }
}
