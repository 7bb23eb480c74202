#![no_main]

libfuzzer_sys::fuzz_target!(
    init: headshot_fuzz::watch(),
    |bytes: &[u8]| headshot_fuzz::run(|| _ = headshot_fuzz::hostile::sparse_jpeg(bytes))
);
