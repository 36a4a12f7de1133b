//! The files that are committed for the fuzz targets lead to no panic, without a fuzzer: each goes through the same functions.

#[path = "../testing/fuzz/src/answer.rs"]
mod answer;
#[path = "../testing/fuzz/src/event.rs"]
mod event;
#[path = "support/fed.rs"]
mod fed;
#[path = "../testing/fuzz/src/properties.rs"]
mod properties;
#[path = "../testing/fuzz/src/user_data.rs"]
mod user_data;

use std::path::Path;

use proptest::prelude::*;

fn feed(target: &str, run: fn(&[u8])) {
    fed::feed(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testing/fuzz"), target, run);
}

#[test]
fn answers() {
    feed("answer", answer::run);
}

#[test]
fn events() {
    feed("event", event::run);
}

#[test]
fn properties_of_a_resource() {
    feed("properties", properties::run);
}

#[test]
fn user_data_of_a_template() {
    feed("user_data", user_data::run);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "[\\x00-\\x1f\"\\\\ -~…💥\\x1e]{0,3000}") {
        answer::run(text.as_bytes());
        user_data::run(text.as_bytes());
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for run in [answer::run, event::run, properties::run, user_data::run] {
            run(&bytes);
        }
    }
}
