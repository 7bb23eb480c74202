#![no_main]

libfuzzer_sys::fuzz_target!(
    init: headshot_fuzz::watch(),
    |text: &str| headshot_fuzz::run(|| _ = headshot_fuzz::hostile::sidecar(text))
);
