//! The command line: arguments, configuration, what is printed.

pub mod cli;
pub mod config;
pub mod console;
pub mod inspect;
pub mod presets;
pub mod spread;
