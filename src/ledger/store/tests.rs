use super::*;
use crate::ledger::{OutputEntry, Remembered, hash};
use crate::report::spread::Placement;
use crate::stamp::Stamp;
use std::fs;

fn presets() -> Vec<String> {
    vec!["x".into()]
}

fn open(folder: &Path) -> Result<Ledger, Error> {
    Ledger::open(folder, LEDGER_NAME, presets(), &[9; 32])
}

fn lookup(folder: &Path, relative: &str) -> Option<Remembered> {
    let mut reader = Reader::open(folder, LEDGER_NAME).expect("opens")?;
    reader.lookup(Path::new(relative), &presets()).expect("reads")
}

fn entry(relative: &str, output: &str) -> SourceEntry {
    SourceEntry {
        relative: relative.into(),
        root: Some("/in".into()),
        stamp: Some(Stamp { size: 3, modified_ns: Some(1 << 60) }),
        hash: Some(hash(b"abc")),
        settings: [9; 32],
        outcome: Outcome::Written,
        reason: None,
        outputs: vec![OutputEntry {
            path: output.into(),
            preset: "x".into(),
            stamp: Stamp { size: 4, modified_ns: None },
            hash: hash(b"defg"),
            placement: Placement { eye_line: 0.43, head_height: 0.56 },
            is_widest: true,
            is_pinned: false,
        }],
    }
}

#[test]
fn what_is_recorded_is_known_again_and_told_once_the_run_has_ended() {
    let folder = tempfile::tempdir().expect("a temp folder");
    let expected = entry("a.jpg", "x/a.jpg");
    let mut ledger = open(folder.path()).expect("opens");
    ledger.record(&expected, "{}").expect("written");
    assert_eq!(lookup(folder.path(), "a.jpg"), None, "nothing is there before the commit");
    ledger.commit().expect("written");
    let known = lookup(folder.path(), "a.jpg").expect("known");
    assert_eq!((Some(known.stamp), known.outputs.clone()), (expected.stamp, expected.outputs.clone()));
    assert!(!known.is_told);
    ledger.finish(&Tally::default(), true).expect("written");
    assert!(lookup(folder.path(), "a.jpg").expect("known").is_told);
    // What a run adds that does not end is not told; what an earlier one told stays so.
    let mut ledger = open(folder.path()).expect("opens");
    ledger.record(&entry("b.jpg", "x/b.jpg"), "{}").expect("written");
    ledger.finish(&Tally::default(), false).expect("written");
    assert!(!lookup(folder.path(), "b.jpg").expect("known").is_told);
    assert!(lookup(folder.path(), "a.jpg").expect("known").is_told);
}

#[test]
fn an_output_that_its_photo_makes_no_more_is_stale_unless_the_photo_only_failed() {
    let folder = tempfile::tempdir().expect("a temp folder");
    let mut ledger = open(folder.path()).expect("opens");
    ledger.record(&entry("a.jpg", "x/a.jpg"), "{}").expect("written");
    let failed = SourceEntry { outcome: Outcome::Failed, outputs: vec![], ..entry("a.jpg", "") };
    ledger.record(&failed, "{}").expect("written");
    ledger.commit().expect("written");
    assert_eq!(lookup(folder.path(), "a.jpg").expect("known").outputs.len(), 1);
    ledger.record(&entry("a.jpg", "other/a.jpg"), "{}").expect("written");
    ledger.commit().expect("written");
    let outputs = lookup(folder.path(), "a.jpg").expect("known").outputs;
    assert_eq!(outputs.iter().map(|output| output.path.as_path()).collect::<Vec<_>>(), [Path::new("other/a.jpg")]);
}

#[test]
fn a_ledger_that_cannot_be_used_is_an_error_and_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a temp folder");
    let path = folder.path().join(LEDGER_NAME);
    let refused = |what: &str| {
        let before = fs::read(&path).expect("there");
        for error in [open(folder.path()).map(drop), Reader::open(folder.path(), LEDGER_NAME).map(drop)] {
            let error = error.expect_err(what);
            assert_eq!(error.exit_code(), 1);
            assert!(error.to_string().contains(what) && error.to_string().contains("move"), "{error}");
        }
        assert_eq!(fs::read(&path).expect("there"), before);
    };
    fs::write(&path, b"no database, but longer than nothing").expect("written");
    refused("the ledger is damaged");
    fs::remove_file(&path).expect("removed");
    Connection::open(&path).and_then(|other| other.execute_batch("CREATE TABLE t (a)")).expect("created");
    refused("of another program");
    fs::remove_file(&path).expect("removed");
    let mut ledger = open(folder.path()).expect("opens");
    for number in 0..500 {
        ledger.record(&entry(&format!("{number}.jpg"), &format!("x/{number}.jpg")), "{}").expect("written");
    }
    ledger.finish(&Tally::default(), true).expect("written");
    let whole = fs::read(&path).expect("there");
    let mut torn = whole.clone();
    torn[8192..12288].fill(0xAA);
    fs::write(&path, torn).expect("written");
    refused("the ledger is damaged");
    fs::write(&path, whole).expect("written");
    Connection::open(&path).and_then(|newer| newer.execute_batch("PRAGMA user_version = 7")).expect("written");
    refused("newer version");
}

#[test]
fn a_folder_without_a_ledger_has_none() {
    let folder = tempfile::tempdir().expect("a temp folder");
    assert!(Reader::open(folder.path(), LEDGER_NAME).expect("opens").is_none());
    assert!(!folder.path().join(LEDGER_NAME).exists());
    fs::write(folder.path().join(LEDGER_NAME), b"").expect("written");
    assert!(Reader::open(folder.path(), LEDGER_NAME).expect("opens").is_none());
}
