//! Several processes on one folder.

use crate::photos::{ANA, BEN, NOBODY, broken};
use crate::run::Workplace;
use std::process::{Command, Stdio};

/// The example of docs/operations.md: four processes at once, then the merge, against one run.
#[test]
fn four_shards_at_once_make_what_one_run_makes() {
    let place = Workplace::new();
    for number in 0..12 {
        place.write(format!("in/{}/{number}.jpg", number % 3), if number % 2 == 0 { &ANA } else { &BEN });
    }
    place.write("in/wall.jpg", &NOBODY);
    place.write("in/broken.jpg", &broken());
    #[cfg(all(unix, not(target_os = "macos")))]
    {
        use std::os::unix::ffi::OsStrExt;
        place.write(std::ffi::OsStr::from_bytes(b"in/1/ren\xE9.jpg"), &ANA);
        place.write(std::ffi::OsStr::from_bytes(b"in/1/ren\xF8.jpg"), &ANA);
    }
    let one = place.run(&["in", "-o", "one", "-p", "ad-thumbnail"]);
    let shards: Vec<_> = (1..=4)
        .map(|index| {
            Command::new(env!("CARGO_BIN_EXE_headshot"))
                .args(["in", "-o", "four", "-p", "ad-thumbnail", "-j", "1", "--shard", &format!("{index}/4")])
                .current_dir(place.path(""))
                .stderr(Stdio::null())
                .spawn()
                .expect("starts")
        })
        .collect();
    for shard in shards {
        let output = shard.wait_with_output().expect("ends");
        assert!(matches!(output.status.code(), Some(0 | 3 | 4)), "{output:?}");
    }
    let merged = place.run(&["merge", "four"]);
    assert_eq!(merged.code, one.code, "{}", merged.stderr);
    assert!(merged.stderr.starts_with("headshot: 16 photos of 4 shards joined to report.jsonl"), "{}", merged.stderr);
    let whole: Vec<String> =
        place.files("four").into_iter().filter(|file| !file.starts_with("report.") || file == "report.jsonl").collect();
    assert_eq!(whole, place.files("one"));
    for file in whole {
        let lossy = file.contains('\u{fffd}');
        assert!(lossy || place.read(format!("one/{file}")) == place.read(format!("four/{file}")), "{file}");
    }
    // The merged ledger serves a run of all: nothing is left to do but what is gone.
    std::fs::remove_file(place.path("four/ad-thumbnail/1/4.jpg")).expect("removed");
    let again = place.run(&["in", "-o", "four", "-p", "ad-thumbnail", "--quiet"]);
    assert!(
        again.stderr.starts_with("headshot: 16 photos: 1 written, 13 unchanged, 1 refused, 1 failed"),
        "{}",
        again.stderr
    );
}

#[test]
fn shards_keep_each_other_and_whole_runs_out() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    std::fs::create_dir(place.path("out")).expect("created");
    let lock = |name: &str| std::fs::File::create(place.path(format!("out/{name}"))).expect("created");
    let run =
        |flags: &[&str]| place.run(&[&["in", "-o", "out", "-p", "ad-thumbnail", "--allow-empty"], flags].concat());
    let whole = lock(".headshot.lock");
    whole.lock().expect("locked");
    assert_eq!(run(&["--shard", "1/2"]).code, 75);
    whole.unlock().expect("unlocked");
    whole.lock_shared().expect("locked");
    let second = lock(".headshot.2-of-2.lock");
    second.lock().expect("locked");
    assert_eq!(run(&["--shard", "2/2"]).code, 75);
    assert_eq!(run(&["--shard", "1/2"]).code, 0);
    assert_eq!(run(&[]).code, 75);
    assert_eq!(place.run(&["merge", "out"]).code, 1, "a shard is missing");
}

#[test]
fn a_shard_that_is_missing_is_named() {
    let place = Workplace::with(&[("in/ana.jpg", &ANA)]);
    assert_eq!(place.run(&["in", "-o", "out", "-p", "ad-thumbnail", "--shard", "1/1"]).code, 0);
    std::fs::rename(place.path("out/report.1-of-1.jsonl"), place.path("out/report.1-of-3.jsonl")).expect("renamed");
    let ran = place.run(&["merge", "out"]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (1, "headshot: out: the report of shard 2/3, 3/3 is missing; run it first")
    );
}

/// What is merged can be read by those who can read everything else that is made under this umask, and by nobody more.
#[cfg(unix)]
#[test]
fn a_merged_ledger_is_as_private_as_the_umask_says() {
    use std::os::unix::fs::PermissionsExt;
    let place = Workplace::with(&[("in/wall.jpg", &NOBODY)]);
    assert_eq!(place.run(&["in", "-o", "out", "--shard", "1/1"]).code, 4);
    for (umask, mode) in [("077", 0o600), ("002", 0o664)] {
        let merged = Command::new("sh")
            .args(["-c", &format!("umask {umask}; exec \"$0\" merge out"), env!("CARGO_BIN_EXE_headshot")])
            .current_dir(place.path(""))
            .stderr(Stdio::null())
            .status();
        assert_eq!(merged.expect("starts").code(), Some(4));
        for file in ["out/ledger.sqlite", "out/report.jsonl"] {
            let permissions = std::fs::metadata(place.path(file)).expect("there").permissions();
            assert_eq!(permissions.mode() & 0o777, mode, "{file} under {umask}");
        }
    }
}

/// Folders' names are bytes on these systems; macOS refuses those that are no UTF-8.
#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_folder_whose_name_is_no_utf8_is_merged() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let place = Workplace::with(&[("in/wall.jpg", &NOBODY)]);
    let output = OsStr::from_bytes(b"out?50%\xff#1");
    let run = |arguments: &[&str]| {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        place.run(&arguments.iter().map(|&word| if word == "OUT" { output } else { word }).collect::<Vec<_>>())
    };
    assert_eq!(run(&["in", "-o", "OUT", "--shard", "1/1"]).code, 4);
    let merged = run(&["merge", "OUT"]);
    assert_eq!(merged.code, 4, "{}", merged.stderr);
    let again = run(&["in", "-o", "OUT", "--quiet"]);
    assert!(again.stderr.starts_with("headshot: 1 photo: 1 refused; 0 files"), "{}", again.stderr);
    assert!(run(&["status", "OUT"]).stdout.starts_with("       1  photos"));
}

#[test]
fn what_is_to_be_reviewed_comes_in_the_order_of_the_shards() {
    let place = Workplace::new();
    for shard in [10, 2, 1] {
        let made = r#""width":1,"height":1,"bytes":1,"transform":[1,0,0,0,1,0],"steps":[],"padded":0,"upscale":1"#;
        let output = format!(r#"{{"preset":"x","path":"x/{shard}.jpg","face":0,{made}}}"#);
        let about = format!(r#""schema":1,"source":"{shard}.jpg","outcome":"review","message":"look""#);
        let line = format!(r#"{{{about},"outputs":[{output}]}}"#);
        place.write(format!("out/report.{shard}-of-12.jsonl"), line.as_bytes());
    }
    let ran = place.run(&["status", "out", "--review"]);
    assert_eq!(ran.stdout, "x/1.jpg: look (1.jpg)\nx/2.jpg: look (2.jpg)\nx/10.jpg: look (10.jpg)\n", "{}", ran.stderr);
}
