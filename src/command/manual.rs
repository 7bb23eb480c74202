//! What other programs show of the command line: completions, the manual page.

use super::cli::Cli;
use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;
use headshot::error::Error;
use std::io::{ErrorKind, Write};

/// Prints the completions for `shell`.
pub fn completions(shell: Shell) -> Result<(), Error> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "headshot", &mut text);
    print(&text)
}

/// Prints the manual page, with the subcommands' options in it.
pub fn manual() -> Result<(), Error> {
    let mut text = Vec::new();
    let command = Cli::command();
    let unwritten = |error: std::io::Error| {
        Error::fatal_anywhere(format!("the manual page cannot be made: {error}; please report it")).caused_by(error)
    };
    Man::new(command.clone()).render(&mut text).map_err(unwritten)?;
    for subcommand in command.get_subcommands() {
        writeln!(text, ".SH \"headshot {}\"", subcommand.get_name()).map_err(unwritten)?;
        let page = Man::new(subcommand.clone());
        page.render_description_section(&mut text).map_err(unwritten)?;
        page.render_options_section(&mut text).map_err(unwritten)?;
    }
    print(&text)
}

/// Writes to standard output; a reader that has seen enough is no trouble.
fn print(text: &[u8]) -> Result<(), Error> {
    match std::io::stdout().lock().write_all(text) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Error::fatal_anywhere(format!(
            "standard output cannot be written: {error}; send it to a file on a disk with room"
        ))
        .caused_by(error)),
        _ => Ok(()),
    }
}
