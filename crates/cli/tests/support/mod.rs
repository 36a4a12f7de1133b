//! Running `mng`, and requests for it to read.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod consistent;
pub mod readme;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::NamedTempFile;

/// Exit status, stdout and stderr.
pub type CommandResult = (Option<i32>, String, String);

/// Runs `mng` with nothing of the developer's environment, where a profile or a proxy may be.
pub fn mng<A: AsRef<OsStr>>(arguments: &[A], environment: &[(&str, &str)]) -> CommandResult {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mng"));
    command.env_clear().envs(environment.iter().copied());
    let output = command.args(arguments).output().expect("mng runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

pub fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

pub fn event(name: &str) -> Value {
    let path = events().join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("an event is JSON")
}

/// A file that holds an event. It is gone when it is dropped.
pub fn file(event: &Value) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), event.to_string()).expect("written");
    file
}

/// A Create of a bare group, with these properties beside what each group must have.
pub fn create(properties: &Value) -> Value {
    let mut event = event("my-mng.create.json");
    let bare = &mut event["ResourceProperties"];
    for property in ["InstanceTypes", "ScalingConfig", "RemoteAccess", "BlockPodImds"] {
        bare.as_object_mut().expect("properties").shift_remove(property);
    }
    for (property, value) in properties.as_object().expect("properties") {
        bare[property] = value.clone();
    }
    event
}
