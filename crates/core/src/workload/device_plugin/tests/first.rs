//! Clusters without the function's DaemonSet.

use super::*;

const TERMS: &str =
    "/spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";

/// The leaves of a JSON value, by their path.
fn leaves(value: &Value, at: &str) -> BTreeMap<String, Value> {
    let within = |key: &str, value: &Value| leaves(value, &format!("{at}/{key}"));
    match value {
        Value::Object(members) => members.iter().flat_map(|(key, value)| within(key, value)).collect(),
        Value::Array(items) => (0..)
            .zip(items)
            .flat_map(|(index, item): (usize, _)| within(&index.to_string(), item))
            .collect(),
        value => [(at.to_owned(), value.clone())].into(),
    }
}

/// Kubernetes lets the creator keep its fields, so none of them may be a field that a later manifest omits.
#[test]
fn it_is_created_for_no_group_and_with_nothing_that_a_manifest_lacks() {
    let taints = taints(&["team=ml:NoSchedule"]);
    let JoinDecision::Create(mut bare) = join(&asked("a", &taints), &[]) else {
        panic!("none is there")
    };
    assert!(applied(&bare).annotations.is_empty() && manifest::has_our_label(&applied(&bare)));
    let terms = bare.pointer_mut(TERMS).unwrap();
    assert_eq!(terms.take(), json!([{}]), "no node matches such a term");
    let mut full = first(&asked("a", &taints));
    full.pointer_mut(TERMS).unwrap().take();
    let full = leaves(&full, "");
    for (at, value) in leaves(&bare, "") {
        assert_eq!(full.get(&at), Some(&value), "{at}");
    }
}

/// The delivery that created the DaemonSet died before it applied a group.
#[test]
fn what_is_for_no_group_is_taken_over_and_removed() {
    let none = BTreeSet::new();
    let joined = applied(&manifest(join(&asked("a", &none), &[created()])));
    assert_eq!(
        join(&asked("a", &none), std::slice::from_ref(&joined)),
        JoinDecision::AsItIs
    );
    assert_eq!(joined.annotations.len(), 1);
    assert_eq!(leave("a", &[created()]), gone());
}
