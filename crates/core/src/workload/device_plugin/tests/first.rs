//! Where there is none yet.

use super::*;

const TERMS: &str =
    "/spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";

/// What a value says, by where it says it.
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

/// Kubernetes lets whoever created it keep its fields: none of them may be one that a manifest leaves out.
#[test]
fn it_is_created_for_no_group_and_with_nothing_that_a_manifest_lacks() {
    let taints = taints(&["team=ml:NoSchedule"]);
    let Verdict::Create(mut bare) = join(&asked("a", &taints), &[]) else {
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

/// Whoever created it died before anything was applied.
#[test]
fn what_is_for_no_group_is_taken_over_and_removed() {
    let none = BTreeSet::new();
    let joined = applied(&manifest(join(&asked("a", &none), &[created()])));
    assert_eq!(join(&asked("a", &none), std::slice::from_ref(&joined)), Verdict::AsItIs);
    assert_eq!(joined.annotations.len(), 1);
    assert_eq!(leave("a", &[created()]), gone());
}
