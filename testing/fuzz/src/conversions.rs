//! Whatever a file holds, `mng from-eksctl` and `mng from-native` say something about it, and what is printed can be deployed.

use cli::check::check;
use cli::{eksctl, native, yaml};

pub fn run(file: &[u8]) {
    let Ok(file) = std::str::from_utf8(file) else {
        return;
    };
    if let Ok(converted) = eksctl::convert(file) {
        let text = yaml::write(&converted.template);
        let checked = check(text.as_bytes()).expect("what was written is a template");
        assert_eq!(checked.findings, [], "{text}");
    }
    if let Ok(converted) = native::convert(file) {
        // What would be refused is told beside it.
        check(converted.text.as_bytes()).expect("what was edited is a template still");
    }
}
