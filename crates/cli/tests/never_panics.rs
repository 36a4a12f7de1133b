//! Whatever a file holds, `mng validate` answers. The fuzz target looks for more of the same, for longer.

use cli::check::check;
use proptest::prelude::*;

/// Pieces of which templates are made, whole and broken.
const PIECES: &[&str] = &[
    "Resources:",
    "Nodes:",
    "Type: Custom::ManagedNodeGroup",
    "Properties:",
    "Fn::ForEach::A:",
    "Fn::Transform:",
    "\n",
    "\n  ",
    "\n    ",
    "\n  - ",
    "- ",
    "? ",
    ": ",
    ":",
    "{",
    "}",
    "[",
    "]",
    ",",
    "!Ref ",
    "!Sub ",
    "!If [",
    "!",
    "!<x> ",
    "!!str ",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    ">-\n",
    "'",
    "\"",
    "\\",
    "\\ud83d",
    "#",
    "%TAG ! x",
    "---\n",
    "...\n",
    "\t",
    "\r",
    "\0",
    "\u{feff}",
    "\u{85}",
    "é",
    "ClusterName",
    "Subnets",
    "Labels",
    "Taints",
    "ScalingConfig",
    "MaxSize",
    "UserData",
    "NodeRole",
    "a",
    "1",
    "-1",
    "99999999999",
    "~",
    "null",
    "${A}",
    "{{resolve:",
    "RequestType",
    "Records",
    "AWS::NoValue",
];

fn yaml_ish() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat())
}

/// Property values in any shape, under the names that exist.
fn properties() -> impl Strategy<Value = String> {
    let name = prop::sample::select(mng_core::properties::table::PROPERTIES);
    prop::collection::vec((name, yaml_ish()), 1..6).prop_map(|properties| {
        let lines = properties
            .iter()
            .map(|(property, value)| format!("{}: {}\n", property.name, value.replace('\n', " ")));
        lines.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_bytes(file in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = check(&file);
    }

    #[test]
    fn on_text(file in ".{0,200}") {
        let _ = check(file.as_bytes());
    }

    #[test]
    fn on_what_looks_like_a_template(file in yaml_ish()) {
        let _ = check(file.as_bytes());
    }

    #[test]
    fn on_properties(file in properties()) {
        let _ = check(file.as_bytes());
    }
}
