//! Embeds `presets/*.toml`, so that a new preset is one new file, tells the tests whether the corpus is there, and
//! leaves out instructions on request.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    embed_presets(&root);
    announce_corpus(&root);
    leave_instructions_out();
}

/// Sets `has_corpus` where the photos of the tests are beside the repository, and in CI, where tests that need them
/// must fail rather than be ignored; sets `ci` there.
fn announce_corpus(root: &Path) {
    println!("cargo::rustc-check-cfg=cfg(has_corpus)");
    println!("cargo::rustc-check-cfg=cfg(ci)");
    println!("cargo::rerun-if-env-changed=CI");
    let is_ci = env::var_os("CI").is_some_and(|value| value == "true");
    if is_ci {
        println!("cargo::rustc-cfg=ci");
    }
    if is_ci || root.join("../shared/corpus/truth.json").is_file() {
        println!("cargo::rustc-cfg=has_corpus");
    }
}

fn embed_presets(root: &Path) {
    println!("cargo::rerun-if-changed=presets");
    let mut names: Vec<String> = fs::read_dir(root.join("presets"))
        .expect("the folder presets/ is part of the package")
        .map(|entry| entry.expect("a readable folder").file_name().into_string().expect("preset names are ASCII"))
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    let mut table = String::from("&[\n");
    for name in names {
        let path = root.join("presets").join(&name);
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(table, "    ({name:?}, include_str!({path:?})),").expect("writing to a String");
    }
    table.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("presets.rs"), table).expect("OUT_DIR is writable");
}

/// Tells `src/processor.rs` what `HEADSHOT_INSTRUCTIONS` says.
fn leave_instructions_out() {
    println!("cargo::rustc-check-cfg=cfg(headshot_instructions, values(\"baseline\", \"avx2\"))");
    println!("cargo::rerun-if-env-changed=HEADSHOT_INSTRUCTIONS");
    let Ok(most) = env::var("HEADSHOT_INSTRUCTIONS") else { return };
    match most.as_str() {
        "baseline" | "avx2" => println!("cargo::rustc-cfg=headshot_instructions=\"{most}\""),
        other => panic!("HEADSHOT_INSTRUCTIONS is \"{other}\": it takes \"baseline\" or \"avx2\""),
    }
}
