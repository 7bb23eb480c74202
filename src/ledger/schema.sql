-- Version 1 (PRAGMA user_version). Paths are kept twice: as the bytes that the file system has, and as text to read.
CREATE TABLE run (
    id        INTEGER PRIMARY KEY,
    program   TEXT NOT NULL,              -- version of headshot
    settings  BLOB NOT NULL,              -- BLAKE3 of what the run was asked for
    started   INTEGER NOT NULL,           -- seconds since 1970, UTC
    ended     INTEGER,                    -- NULL while it runs, and where it was killed
    completed INTEGER NOT NULL DEFAULT 0, -- 1 where it reached every photo
    written INTEGER, unchanged INTEGER, review INTEGER, refused INTEGER, failed INTEGER, skipped INTEGER
);
CREATE TABLE source (
    id          INTEGER PRIMARY KEY,
    path        BLOB NOT NULL UNIQUE,     -- below the input folder
    path_text   TEXT NOT NULL,
    root        BLOB,                     -- the input folder, or --root; NULL for a photo named outright or in a list
    size        INTEGER,
    modified_ns INTEGER,                  -- nanoseconds since 1970; NULL where the time proves nothing
    hash        BLOB,                     -- BLAKE3 of the file; NULL where it could not be read
    settings    BLOB NOT NULL,            -- BLAKE3 of all that influenced its outputs
    outcome     TEXT NOT NULL,            -- written, review, refused, failed, skipped
    reason      TEXT,
    record      TEXT NOT NULL,            -- its line of the report
    run         INTEGER NOT NULL          -- the run that made it
);
CREATE TABLE output (
    path        BLOB NOT NULL PRIMARY KEY, -- below the output folder
    path_text   TEXT NOT NULL,
    source      INTEGER NOT NULL REFERENCES source (id),
    preset      TEXT NOT NULL,
    size        INTEGER NOT NULL,
    modified_ns INTEGER,
    hash        BLOB NOT NULL,
    eye_line    REAL NOT NULL,             -- from the top, in output heights
    head_height REAL NOT NULL,             -- in output heights
    widest      INTEGER NOT NULL,          -- 1 where the photo is tighter than the preset
    pinned      INTEGER NOT NULL,          -- 1 where a person pinned the size of the head
    stale       INTEGER NOT NULL           -- 1 where its photo does not make it any more
);
CREATE INDEX output_of_source ON output (source);
-- Added since. Older programs pass over these.
CREATE TABLE IF NOT EXISTS asked (
    preset TEXT NOT NULL PRIMARY KEY,
    run    INTEGER NOT NULL                -- the last run that asked for it
);
CREATE TABLE IF NOT EXISTS told (
    job    BLOB NOT NULL,                  -- BLAKE3 of the names of the presets: two jobs may share a folder
    path   BLOB NOT NULL,                  -- of the photo, below the input folder
    digest BLOB NOT NULL,                  -- BLAKE3 of what --notify told of it
    PRIMARY KEY (job, path)
) WITHOUT ROWID;
