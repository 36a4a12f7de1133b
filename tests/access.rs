//! examples/kubernetes/access.yaml lets the function do what it does in a cluster, and no more.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

const VERBS: [&str; 6] = ["get", "list", "watch", "create", "patch", "delete"];

type Actions = BTreeSet<(String, String)>;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn objects() -> Vec<Value> {
    let text = read("examples/kubernetes/access.yaml");
    let documents = yaml_serde::Deserializer::from_str(&text);
    documents
        .map(|document| Value::deserialize(document).expect("an object"))
        .collect()
}

fn texts<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    value[key]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// What the roles allow, as `(patch, daemonsets)`.
fn allowed(objects: &[Value]) -> Actions {
    let rules = objects.iter().filter_map(|object| object["rules"].as_array()).flatten();
    let pairs = rules.flat_map(|rule| {
        let verbs = texts(rule, "verbs").into_iter();
        verbs.flat_map(move |verb| {
            texts(rule, "resources")
                .into_iter()
                .map(move |what| (verb.to_owned(), what.to_owned()))
        })
    });
    pairs.collect()
}

/// What the adapter does, by the names under which its errors tell it: "list nodes".
fn done() -> Actions {
    let sources = ["crates/aws/src/kubernetes/mod.rs", "crates/aws/src/kubernetes/reads.rs"]
        .map(read)
        .concat();
    let actions = sources.split('"').filter_map(|text| text.split_once(' '));
    let actions = actions.filter(|(verb, what)| VERBS.contains(verb) && what.chars().all(|c| c.is_ascii_lowercase()));
    actions.map(|(verb, what)| (verb.to_owned(), what.to_owned())).collect()
}

/// What has no name of its own: following nodes, and applying settings that aren't there yet. Kubernetes wants `get` beside `list` of
/// whoever looks by hand under the same role.
fn tacit() -> Actions {
    let tacit = [
        ("watch", "nodes"),
        ("get", "nodes"),
        ("get", "daemonsets"),
        ("create", "configmaps"),
    ];
    tacit.map(|(verb, what)| (verb.to_owned(), what.to_owned())).into()
}

#[test]
fn it_allows_what_is_done_and_no_more() {
    let done = done();
    assert!(done.len() > 5, "{done:?}");
    assert_eq!(allowed(&objects()), done.union(&tacit()).cloned().collect::<Actions>());
}

#[test]
fn what_changes_anything_is_bound_to_names_where_kubernetes_can() {
    for object in objects() {
        for rule in object["rules"].as_array().into_iter().flatten() {
            let changes = texts(rule, "verbs")
                .iter()
                .any(|verb| ["patch", "delete"].contains(verb));
            let is_bound = object["kind"] == "Role" && !texts(rule, "resourceNames").is_empty();
            assert!(!changes || is_bound, "{object}");
        }
    }
}

#[test]
fn each_role_is_bound_to_the_group_of_the_access_entry() {
    let entry = read("examples/kubernetes-access.yaml");
    assert!(entry.contains("KubernetesGroups: [managed-node-group]"), "{entry}");
    let (roles, bindings): (Vec<Value>, Vec<Value>) =
        objects().into_iter().partition(|object| object["rules"].is_array());
    let bound = |role: &&Value| {
        bindings.iter().any(|binding| {
            binding["roleRef"]["kind"] == role["kind"]
                && binding["roleRef"]["name"] == role["metadata"]["name"]
                && binding["metadata"]["namespace"] == role["metadata"]["namespace"]
                && binding["subjects"][0]["kind"] == "Group"
                && binding["subjects"][0]["name"] == "managed-node-group"
        })
    };
    assert_eq!(roles.iter().filter(bound).count(), bindings.len());
    assert_eq!(roles.len(), bindings.len());
}
