//! The program from outside: a real binary in a temporary folder, judged by its exit code, its words and its files.

// These run the program.
#![cfg(feature = "cli")]

#[path = "../support/portrait/mod.rs"]
mod portrait;
#[path = "../support/preset.rs"]
mod preset;
#[path = "../support/run.rs"]
mod run;

mod arguments;
mod checks;
mod folders;
mod inputs;
mod inspect;
mod ledger;
#[cfg(unix)]
mod links;
mod lists;
mod look;
mod mistakes;
mod names;
mod notify;
mod outcomes;
mod outputs;
mod overrides;
mod photos;
mod prune;
mod roster;
mod samples;
mod shards;
mod uniform;
