#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| fuzz::conversions::run(file));
