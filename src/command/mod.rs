//! The command line: arguments, configuration, the run, what is printed.

pub mod cli;
pub mod config;
pub mod console;
pub mod crop;
pub mod heap;
pub mod inspect;
pub mod log;
pub mod look;
pub mod manual;
pub mod merge;
pub mod notify;
pub mod panics;
pub mod people;
pub mod presets;
pub mod prune;
pub mod review;
pub mod signals;
pub mod spread;
pub mod status;
pub mod stdin;
