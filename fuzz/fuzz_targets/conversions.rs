//! Whatever a file holds, `mng from-eksctl` and `mng from-native` say something about it and don't panic.
#![no_main]

use cli::{eksctl, native};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &str| {
    let _ = eksctl::convert(file);
    let _ = native::convert(file);
});
