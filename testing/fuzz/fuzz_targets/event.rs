#![no_main]

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    fuzz::json::mutate(data, size, max_size, seed)
});

libfuzzer_sys::fuzz_target!(|file: &[u8]| fuzz::event::run(file));
