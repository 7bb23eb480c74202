//! Runs that nobody watches: killed, interrupted, with the disk full. With HEADSHOT_KILLS=200 the first test does what
//! its name says that often; HEADSHOT_SEED picks other moments.

// These run the program.
#![cfg(feature = "cli")]

#[path = "cli/photos.rs"]
#[allow(dead_code)]
mod photos;
#[path = "support/portrait/mod.rs"]
mod portrait;
#[path = "support/run.rs"]
mod run;

use headshot::ledger::reader::Reader;
use headshot::ledger::store::LEDGER_NAME;
use photos::{ANA, BEN, NOBODY};
use portrait::random::Random;
use run::{Workplace, word};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const PRESETS: &[&str] = &["x", "ad-thumbnail"];

/// Photos enough that a run takes a while, of which some make nothing.
fn workplace() -> Workplace {
    let place = Workplace::new();
    for number in 0..10 {
        place.write(format!("in/{}/{number}.jpg", number % 3), if number % 2 == 0 { &ANA } else { &BEN });
    }
    place.write("in/wall.jpg", &NOBODY);
    place
}

fn start(place: &Workplace, output: &str, more: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_headshot"))
        .args(["in", "-o", output, "-p", &PRESETS.join(","), "--quiet"])
        .args(more)
        .current_dir(place.path(""))
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn complete(place: &Workplace, output: &str) -> i32 {
    let status: ExitStatus = start(place, output, &[]).wait().expect("ends");
    status.code().expect("ended by itself")
}

/// All files of `output` but locks and ledgers, by their bytes.
fn tree(place: &Workplace, output: &str) -> BTreeMap<String, Vec<u8>> {
    let files = place.files(output).into_iter();
    files.map(|file| (file.clone(), place.read(format!("{output}/{file}")))).collect()
}

/// What the ledger of `output` says of every photo but when: record, content, outputs with their content.
fn rows(place: &Workplace, output: &str) -> Vec<String> {
    let presets: Vec<String> = PRESETS.iter().map(ToString::to_string).collect();
    let mut reader = Reader::open(&place.path(output), LEDGER_NAME).expect("opens").expect("is there");
    let mut row = |photo: &String| {
        let known = reader.lookup(Path::new(photo), &presets).expect("reads")?;
        let outputs: Vec<_> =
            known.outputs.iter().map(|made| (made.path.clone(), made.hash, made.stamp.size)).collect();
        Some(format!("{photo} {} {:?} {:?} {outputs:?}", known.record, known.hash, known.is_told))
    };
    place.files("in").iter().filter_map(&mut row).collect()
}

/// How many headshots are in `output` by now; a run may be at work there.
fn headshots(place: &Workplace, output: &str) -> u64 {
    let files = walkdir::WalkDir::new(place.path(output)).into_iter().flatten();
    files.filter(|file| file.path().extension().is_some_and(|extension| extension == "jpg")).count() as u64
}

/// Every output is whole, whatever happened to the run that wrote it.
fn assert_nothing_is_torn(place: &Workplace, output: &str) {
    for file in place.files(output).iter().filter(|file| file.ends_with(".jpg")) {
        let bytes = place.read(format!("{output}/{file}"));
        assert!(image::load_from_memory(&bytes).is_ok() && bytes.ends_with(&[0xFF, 0xD9]), "{file}");
    }
    if place.path(output).join("report.jsonl").exists() {
        assert_eq!(place.report(output).len(), place.files("in").len());
    }
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_whole_files_and_the_next_one_completes_it() {
    let number = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name}={value}")))
    };
    let (kills, mut random) = (number("HEADSHOT_KILLS", 8), Random::new(number("HEADSHOT_SEED", 1)));
    let place = workplace();
    let code = complete(&place, "undisturbed");
    let (expected, expected_rows) = (tree(&place, "undisturbed"), rows(&place, "undisturbed"));
    let mut killed_at_work = 0;
    for kill in 0..kills {
        let output = format!("killed-{kill}");
        // Once in three a second run is killed too.
        for _ in 0..=u64::from(kill % 3 == 0) {
            // The first at once, the others when so many headshots are there.
            let moment = (random.unit() * headshots(&place, "undisturbed") as f64) as u64 * u64::from(kill > 0);
            let mut run = start(&place, &output, &[]);
            while headshots(&place, &output) < moment && run.try_wait().expect("asked").is_none() {
                std::thread::sleep(Duration::from_millis(2));
            }
            run.kill().expect("sent");
            killed_at_work += u64::from(run.wait().expect("ends").code().is_none());
            if place.path(&output).exists() {
                assert_nothing_is_torn(&place, &output);
                Reader::open(&place.path(&output), LEDGER_NAME).expect("the ledger opens");
            }
        }
        assert_eq!(complete(&place, &output), code);
        assert_eq!(tree(&place, &output).keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (file, bytes) in tree(&place, &output) {
            // The last run of all may have ended before it was killed; then the next one has nothing to do, and says
            // so.
            let is_repeated = file == "report.jsonl" && String::from_utf8_lossy(&bytes).contains("\"unchanged\":true");
            assert!(is_repeated || bytes == expected[&file], "{output}/{file}");
        }
        assert_eq!(rows(&place, &output), expected_rows, "{output}");
        std::fs::remove_dir_all(place.path(&output)).expect("removed");
    }
    println!("{kills} rounds, {killed_at_work} runs killed at work");
    assert!(killed_at_work > 0, "no run was killed at work");
}

/// Sends `signals` to `run`, one after the other, once its first output is there.
#[cfg(unix)]
fn signal_once_writing(place: &Workplace, run: &Child, output: &str, signals: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !place.path(output).join("x").exists() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(2));
    }
    for signal in signals {
        let sent = Command::new("kill").args([format!("-{signal}"), run.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_ends_in_good_order_and_is_completed_by_the_next() {
    let place = workplace();
    let code = complete(&place, "undisturbed");
    for (signal, expected) in [("INT", 130), ("TERM", 143)] {
        let run = start(&place, signal, &["-j", "1"]);
        signal_once_writing(&place, &run, signal, &[signal]);
        let ended = run.wait_with_output().expect("ends");
        let said = String::from_utf8(ended.stderr).expect("UTF-8");
        assert_eq!(ended.status.code(), Some(expected), "{said}");
        assert!(said.starts_with("headshot: interrupted; 11 photos: "), "{said}");
        assert_nothing_is_torn(&place, signal);
        let report = place.report(signal);
        let not_reached = report.iter().filter(|record| record["reason"] == "not-reached").count();
        assert!((1..11).contains(&not_reached), "{said}");
        // What was done is accounted for as ever, and its files are there.
        let outputs = report.iter().flat_map(run::outputs).map(|output| word(&output["path"]));
        assert!(outputs.into_iter().all(|path| place.path(signal).join(path).is_file()));
        assert_eq!(complete(&place, signal), code);
        assert!(tree(&place, signal) == tree(&place, "undisturbed"));
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_the_run_at_once() {
    let place = workplace();
    let run = start(&place, "out", &["-j", "1"]);
    signal_once_writing(&place, &run, "out", &["INT", "INT"]);
    let ended = run.wait_with_output().expect("ends");
    assert_eq!(ended.status.code(), Some(130));
    assert_nothing_is_torn(&place, "out");
    complete(&place, "out");
    assert!(place.files("out").iter().all(|file| !file.ends_with(".tmp")), "strays are swept");
}

#[test]
fn the_number_of_threads_is_in_no_byte() {
    let place = workplace();
    let trees = ["1", "2", "8"].map(|threads| {
        let output = format!("out-{threads}");
        start(&place, &output, &["-j", threads]).wait().expect("ends");
        tree(&place, &output)
    });
    assert!(trees[0].len() > 20 && trees[0] == trees[1] && trees[1] == trees[2]);
}

/// A file system of 200 KB, where the system lets this test make one.
#[cfg(target_os = "linux")]
struct SmallDisk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn new(at: std::path::PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&at).expect("created");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=200k", "tmpfs"])
            .arg(&at)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        mounted.then_some(Self(at))
    }

    fn remount(&self, options: &str) -> bool {
        let options = format!("remount,{options}");
        Command::new("mount").args(["-o", &options]).arg(&self.0).status().is_ok_and(|status| status.success())
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_the_run_and_a_larger_one_completes_it() {
    let place = workplace();
    let code = complete(&place, "undisturbed");
    let Some(disk) = SmallDisk::new(place.path("out")) else {
        eprintln!("skipped: no file system can be mounted here");
        return;
    };
    let run = start(&place, "out", &["-p", "x,ad-thumbnail,resume"]).wait_with_output().expect("ends");
    let said = String::from_utf8(run.stderr).expect("UTF-8");
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.contains("disk full") || said.contains("disk is full") || said.contains("No space left"), "{said}");
    assert_nothing_is_torn(&place, "out");
    assert!(place.files("out").iter().all(|file| !file.ends_with(".tmp")), "nothing half is left");
    if disk.remount("size=20m") {
        assert_eq!(complete(&place, "out"), code);
        for (file, bytes) in tree(&place, "undisturbed").iter().filter(|(file, _)| file.ends_with(".jpg")) {
            assert!(&place.read(format!("out/{file}")) == bytes, "{file}");
        }
        assert!(disk.remount("ro"));
        let ran = place.run(&["in", "-o", "out", "-p", "x,ad-thumbnail"]);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains("out: the output folder cannot be written"), "{}", ran.stderr);
    }
}

#[cfg(unix)]
#[test]
fn an_output_folder_that_is_taken_away_is_not_made_again() {
    let place = workplace();
    let run = start(&place, "out", &["-j", "1"]);
    signal_once_writing(&place, &run, "out", &[]);
    std::fs::rename(place.path("out"), place.path("away")).expect("renamed");
    let ended = run.wait_with_output().expect("ends");
    assert_eq!(ended.status.code(), Some(1), "{}", String::from_utf8_lossy(&ended.stderr));
    assert!(!place.path("out").exists());
}

#[test]
fn a_photo_that_goes_while_the_run_is_on_is_one_failure() {
    let place = workplace();
    // A list names what is not there any more when its turn comes.
    let list = b"in/0/0.jpg\nin/0/gone.jpg\nin/1/1.jpg\n";
    let ran = place.run_with_list(&["-", "-o", "out", "-p", "x"], list);
    assert_eq!(ran.code, 3);
    assert_eq!(place.report("out").iter().filter(|record| record["outcome"] == "written").count(), 2);
}
