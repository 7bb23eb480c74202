//! Which rooms of the program use which: what `docs/architecture.md` says is what the code does.

use crate::{at_root, keep};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The rooms, each with those that it uses.
type Rooms = BTreeMap<String, BTreeSet<String>>;

/// What is in `src/` and no room: the crate itself, and the command line.
const NO_ROOMS: [&str; 3] = ["lib", "main", "command"];

fn architecture() -> String {
    fs::read_to_string(at_root("docs/architecture.md")).expect("there is one")
}

/// The room that a path below `src/` belongs to.
fn room_of(inside: &Path) -> Option<&str> {
    let first = inside.iter().next()?;
    Path::new(first).file_stem()?.to_str().filter(|name| !NO_ROOMS.contains(name))
}

fn rooms() -> Rooms {
    let source = at_root("src");
    let files: Vec<(String, String)> = walkdir::WalkDir::new(&source)
        .into_iter()
        .map(|entry| entry.expect("readable").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|path| {
            let inside = path.strip_prefix(&source).expect("below it");
            let is_test = inside.iter().any(|part| part == "tests" || part == "tests.rs");
            let room = room_of(inside).filter(|_| !is_test)?.to_owned();
            Some((room, fs::read_to_string(&path).expect("text")))
        })
        .collect();
    let names: BTreeSet<String> = files.iter().map(|(room, _)| room.clone()).collect();
    let mut rooms: Rooms = names.iter().map(|name| (name.clone(), BTreeSet::new())).collect();
    for (room, code) in &files {
        let uses = used(code).into_iter().filter(|other| other != room && names.contains(other));
        rooms.entry(room.clone()).or_default().extend(uses);
    }
    rooms
}

/// The first words behind `crate::` in `code`, tests and comments left out.
fn used(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let first_word = |text: &str| -> String {
        text.trim_start().chars().take_while(|&letter| letter.is_ascii_lowercase() || letter == '_').collect()
    };
    let named = |rest: &str| -> Vec<String> {
        match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().split(',').map(first_word).collect(),
            None => vec![first_word(rest)],
        }
    };
    lines.join("\n").split("crate::").skip(1).flat_map(named).collect()
}

/// The table in the document: what each room knows is kept from there, what it uses is put in.
fn table(rooms: &Rooms) -> String {
    let told = architecture();
    let mut table = String::from("| room | what it knows | may use |\n| --- | --- | --- |\n");
    for (room, uses) in rooms {
        let start = format!("| `{room}` | ");
        let row = told.lines().find_map(|line| line.strip_prefix(start.as_str()));
        let knows = row.and_then(|row| row.split(" |").next()).unwrap_or_default();
        let uses: Vec<&str> = uses.iter().map(String::as_str).collect();
        table.push_str(&format!("{start}{knows} | {} |\n", uses.join(", ")));
    }
    table
}

#[test]
fn rooms_use_what_is_told_of_them() {
    let table = table(&rooms());
    assert!(!table.contains("` |  |"), "docs/architecture.md does not say what a room knows:\n{table}");
    keep("docs/architecture.md", "rooms", &table);
}

#[test]
fn no_arrow_closes_a_circle() {
    let mut rooms = rooms();
    // Rooms that use none are taken away, again and again; what is left goes in circles.
    loop {
        let ends: BTreeSet<String> =
            rooms.iter().filter(|(_, uses)| uses.is_empty()).map(|(room, _)| room.clone()).collect();
        if ends.is_empty() {
            break;
        }
        rooms.retain(|room, _| !ends.contains(room));
        rooms.values_mut().for_each(|uses| uses.retain(|room| !ends.contains(room)));
    }
    assert!(rooms.is_empty(), "these use each other: {rooms:?}");
}
