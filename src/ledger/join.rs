//! The ledgers of shards -> the ledger of the whole.

use super::store::{LEDGER_NAME, added, check, creation, trouble};
use crate::error::Error;
use crate::publish::new_temp;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};

/// Writes the ledger of `folder` from those of its shards, `parts`: all rows of all of them, and of photos that several
/// know, as after a change of the number of shards, the last one's. It appears whole or not at all.
///
/// # Errors
/// [`Error::Fatal`] where a ledger is missing or cannot be used.
pub fn join(folder: &Path, parts: &[PathBuf]) -> Result<(), Error> {
    /// The columns of `source` without its number, which is another one in the whole.
    const COLUMNS: &str = "path, path_text, root, size, modified_ns, hash, settings, outcome, reason, record, run";
    let target = folder.join(LEDGER_NAME);
    let unwritable =
        |error: std::io::Error| Error::fatal(&target, format!("cannot be written: {error}")).caused_by(error);
    let whole = new_temp(folder, None).map_err(unwritable)?;
    let told = |error: rusqlite::Error| trouble(whole.path(), error);
    // Addresses as of ATTACH are among the flags that a connection has without others.
    let connection = Connection::open(whole.path()).map_err(told)?;
    connection.execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = FULL;").map_err(told)?;
    connection.execute_batch(&creation()).map_err(told)?;
    for part in parts {
        let told = |error: rusqlite::Error| trouble(part, error);
        let shard = Connection::open_with_flags(part, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(told)?;
        check(&shard, part)?;
        shard.execute_batch(added()).map_err(told)?;
        shard.close().map_err(|(_, error)| told(error))?;
        // Numbers of runs and photos are each ledger's own: they are moved behind those that are there. A stale output
        // never takes the place of a fresh one of another shard: they are one file.
        let outputs = |conflict: &str, stale: u8| {
            format!(
                "INSERT {conflict} INTO main.output
                 SELECT made.path, made.path_text, whole.id, made.preset, made.size, made.modified_ns, made.hash, made.eye_line,
                     made.head_height, made.widest, made.pinned, made.stale
                 FROM part.output AS made JOIN part.source AS own ON own.id = made.source
                     JOIN main.source AS whole ON whole.path = own.path
                 WHERE made.stale = {stale};"
            )
        };
        let join = format!(
            "BEGIN;
             CREATE TEMP TABLE offset AS SELECT (SELECT coalesce(max(id), 0) FROM main.run) AS run;
             INSERT INTO main.run SELECT id + (SELECT run FROM offset), program, settings, started, ended, completed, written,
                 unchanged, review, refused, failed, skipped FROM part.run ORDER BY id;
             INSERT OR REPLACE INTO main.source ({COLUMNS})
                 SELECT path, path_text, root, size, modified_ns, hash, settings, outcome, reason, record,
                     run + (SELECT run FROM offset) FROM part.source ORDER BY id;
             {}
             {}
             INSERT INTO main.asked SELECT preset, run + (SELECT run FROM offset) FROM part.asked WHERE true
                 ON CONFLICT (preset) DO UPDATE SET run = max(run, excluded.run);
             INSERT OR REPLACE INTO main.told SELECT * FROM part.told;
             DROP TABLE offset;
             COMMIT;",
            outputs("OR IGNORE", 1),
            outputs("OR REPLACE", 0),
        );
        connection
            .execute("ATTACH ?1 AS part", [address(part)])
            .and_then(|_| connection.execute_batch(&join))
            .and_then(|()| connection.execute_batch("DETACH part"))
            .map_err(told)?;
    }
    connection.close().map_err(|(_, error)| told(error))?;

    whole.as_file().sync_all().map_err(unwritable)?;
    whole.persist(&target).map_err(|error| unwritable(error.error))?;
    Ok(())
}

/// The file at `path` as SQL can say it, in text: an address (sqlite.org/uri.html) in which every byte that is no
/// letter, digit or slash is escaped, so that a folder may have any name.
#[cfg(unix)]
fn address(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().iter().fold("file:".to_owned(), |mut address, &byte| {
        match byte {
            b'/' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => address.push(char::from(byte)),
            _ => address.push_str(&format!("%{byte:02x}")),
        }
        address
    })
}

/// Names are text on other systems.
#[cfg(not(unix))]
fn address(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
