//! The exit status and the lines of `mng validate`.

use std::path::Path;
use std::process::{Command, Output};

fn validate(event: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mng"))
        .arg("validate")
        .arg(event)
        .output()
        .expect("mng runs")
}

#[test]
fn a_good_event_is_clean_and_a_bad_one_told_line_by_line() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let good = validate(&events.join("my-mng.create.json"));
    assert_eq!((good.status.code(), good.stdout.len()), (Some(0), 0));

    let bad = tempfile::NamedTempFile::new().expect("a file");
    let text = std::fs::read_to_string(events.join("my-mng.create.json")).expect("the event");
    std::fs::write(bad.path(), text.replace("\"InstanceTypes\"", "\"InstanceType\"")).expect("written");
    let told = validate(bad.path());
    let lines = String::from_utf8(told.stdout).expect("text");
    assert_eq!(told.status.code(), Some(1), "{lines}");
    assert!(
        lines.contains("InstanceType: unknown property; did you mean InstanceTypes?"),
        "{lines}"
    );

    assert_eq!(validate(Path::new("/nowhere")).status.code(), Some(2));
}
