//! Whatever a file holds, `mng validate` says something about it and doesn't panic.
#![no_main]

use cli::check::check;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    // Findings, or that it can't be read: either is an answer.
    let _ = check(file);
});
