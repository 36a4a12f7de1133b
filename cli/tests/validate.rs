//! The exit status and the lines of `mng validate`.

mod support;

use std::path::Path;

use serde_json::json;
use support::{Told, create, events, file, mng};

fn validate(event: &Path) -> Told {
    mng(&[Path::new("validate"), event], &[])
}

#[test]
fn a_good_event_is_clean_and_a_bad_one_told_line_by_line() {
    let good = validate(&events().join("my-mng.create.json"));
    assert_eq!(good, (Some(0), String::new(), String::new()));

    let bad = file(&create(&json!({"InstanceType": ["m5.large"], "DiskSize": "none"})));
    let (status, lines, _) = validate(bad.path());
    assert_eq!((status, lines.lines().count()), (Some(1), 2), "{lines}");
    let told = "InstanceType: unknown property; did you mean InstanceTypes?";
    assert!(lines.contains(&format!("{}: {told}", bad.path().display())), "{lines}");

    let (status, lines, problem) = validate(Path::new("/nowhere"));
    assert_eq!((status, lines.len()), (Some(2), 0));
    assert!(problem.starts_with("/nowhere: "), "{problem}");
}
