//! What folders and lists hold besides photos, by its name.

use crate::error::Error;
use crate::names::printable;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::ffi::OsStr;
use std::fmt;
use std::path::{Component, Path};

/// Why a file or folder is left out, where that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// What somebody deleted.
    RecycleBin,
    /// Small copies that a NAS or a desktop keeps.
    Thumbnails,
    /// What the system keeps for itself, such as older versions.
    System,
    /// An upload or a download that has not come to its end.
    Unfinished,
    /// What macOS keeps beside a file on disks that are not its own.
    AppleDouble,
    /// It lies in the output folder.
    Output,
    /// It matches `--exclude`.
    Excluded,
    /// It does not match `--include`.
    NotIncluded,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RecycleBin => "a recycle bin",
            Self::Thumbnails => "thumbnails",
            Self::System => "a folder of the system",
            Self::Unfinished => "an upload or download in progress",
            Self::AppleDouble => "kept by macOS beside another file",
            Self::Output => "in the output folder",
            Self::Excluded => "it matches --exclude",
            Self::NotIncluded => "it does not match --include",
        })
    }
}

/// What is done with a file or folder that a walk meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Take,
    /// Hidden, or a file that is certainly no photo: nobody asks for these.
    PassOver,
    Ignore(Why),
}

/// Which files and folders are left out.
///
/// A glob without a slash matches names at any depth, one with a slash paths below the input folder; what is below a
/// folder that matches, matches too. Capitals do not count. `--exclude` wins over `--include`.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Where there are any, only files that match are taken.
    narrow: GlobSet,
    /// What is taken although it would be left out by its name.
    bring_in: GlobSet,
    exclude: GlobSet,
}

impl Rules {
    /// The rules of the command line. A glob of `include` that names what is left out otherwise (`@eaDir`, `*.tmp`)
    /// brings that in; any other narrows the run to what matches.
    ///
    /// # Errors
    /// [`Error::Usage`] with the first glob that is none.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Self, Error> {
        let names_the_left_out = |glob: &&String| {
            let parts = Path::new(glob.as_str()).components();
            let mut names = parts.filter(|part| matches!(part, Component::Normal(_)));
            names.any(|name| by_name(name.as_os_str()) != Verdict::Take)
        };
        let (bring_in, narrow): (Vec<&String>, Vec<&String>) = include.iter().partition(names_the_left_out);
        Ok(Self {
            narrow: set("--include", &narrow)?,
            bring_in: set("--include", &bring_in)?,
            exclude: set("--exclude", &exclude.iter().collect::<Vec<_>>())?,
        })
    }

    /// What is done with the folder or file `relative`, a path below the input. Its folders were asked about before.
    pub(super) fn of(&self, relative: &Path, is_folder: bool) -> Verdict {
        let matches = |set: &GlobSet| {
            !set.is_empty() && relative.ancestors().any(|path| path.file_name().is_some() && set.is_match(path))
        };
        if matches(&self.exclude) {
            return Verdict::Ignore(Why::Excluded);
        }
        let name = relative.file_name().unwrap_or_default();
        let found = if is_folder { folder_by_name(name) } else { by_name(name) };
        if found != Verdict::Take && !matches(&self.bring_in) {
            return found;
        }
        if !is_folder && !self.narrow.is_empty() && !matches(&self.narrow) && !matches(&self.bring_in) {
            return Verdict::Ignore(Why::NotIncluded);
        }
        Verdict::Take
    }

    /// What is done with the file or folder `relative` of a list, whose folders nobody has asked about. `is_below`: all
    /// of its folders are below one that was named, so that hidden ones among them are passed over too.
    pub(super) fn of_listed(&self, relative: &Path, is_folder: bool, is_below: bool) -> Verdict {
        let mut folders: Vec<&Path> = relative.ancestors().skip(1).filter(|path| path.file_name().is_some()).collect();
        folders.reverse();
        let verdicts = folders.into_iter().map(|folder| match self.of(folder, true) {
            Verdict::PassOver if !is_below => Verdict::Take,
            verdict => verdict,
        });
        let left_out = verdicts.into_iter().find(|verdict| *verdict != Verdict::Take);
        left_out.unwrap_or_else(|| self.of(relative, is_folder))
    }
}

fn set(flag: &str, globs: &[&String]) -> Result<GlobSet, Error> {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        let text = printable(glob);
        let wrong = |error: globset::Error| {
            let what = error.kind().to_string();
            Error::usage(format!("{flag} \"{text}\": {what}; write it like '*.png' or 'drafts/**'")).caused_by(error)
        };
        let path = glob.trim_end_matches('/');
        let path = path.strip_prefix("./").unwrap_or(path);
        let glob = match path.strip_prefix('/') {
            Some(from_the_top) => from_the_top.to_owned(),
            None if path.contains('/') => path.to_owned(),
            None => format!("**/{path}"),
        };
        if path.is_empty() {
            return Err(Error::usage(format!("{flag} \"{text}\": it matches nothing; write it like '*.png'")));
        }
        builder.add(GlobBuilder::new(&glob).literal_separator(true).case_insensitive(true).build().map_err(wrong)?);
    }
    builder.build().map_err(|error| Error::usage(format!("{flag}: {error}")).caused_by(error))
}

/// Extensions of files that lie beside photos and are none: passed over in folders and lists, tried where named
/// outright.
const NOT_PHOTOS: &[&str] = &[
    "aae", "avi", "cfg", "csv", "db", "htm", "html", "ini", "json", "jsonl", "lnk", "log", "m4v", "md", "mov", "mp3",
    "mp4", "mts", "pdf", "sha256", "sqlite", "toml", "txt", "url", "wav", "xls", "xlsx", "xml", "xmp", "yaml", "yml",
    "zip",
];

/// Names of files and folders that systems keep in the folders of people, in small letters, and what they are.
const OF_SYSTEMS: &[(&str, Why)] = &[
    // Windows, Synology, QNAP, Samba's vfs_recycle, netatalk.
    ("$recycle.bin", Why::RecycleBin),
    ("recycler", Why::RecycleBin),
    ("#recycle", Why::RecycleBin),
    ("@recycle", Why::RecycleBin),
    (".recycle", Why::RecycleBin),
    ("network trash folder", Why::RecycleBin),
    // Synology, QNAP, desktops by the specification of freedesktop.org.
    ("@eadir", Why::Thumbnails),
    (".@__thumb", Why::Thumbnails),
    (".thumbnails", Why::Thumbnails),
    // macOS, on disks and in archives.
    ("__macosx", Why::System),
    (".appledouble", Why::System),
    (".documentrevisions-v100", Why::System),
    (".fseventsd", Why::System),
    (".spotlight-v100", Why::System),
    (".temporaryitems", Why::System),
    // File checks, Windows, snapshots of Synology, QNAP and NetApp, versions of Syncthing.
    ("lost+found", Why::System),
    ("found.000", Why::System),
    ("system volume information", Why::System),
    ("#snapshot", Why::System),
    ("@recently-snapshot", Why::System),
    (".snapshot", Why::System),
    ("~snapshot", Why::System),
    (".stversions", Why::System),
    ("@tmp", Why::System),
];

/// Extensions of uploads and downloads in progress, in small letters: browsers, FTP clients, rclone, torrent and
/// download managers.
const UNFINISHED: &[&str] = &[
    "!bt",
    "!qb",
    "!sync",
    "!ut",
    "aria2",
    "bc!",
    "crdownload",
    "download",
    "dtapart",
    "fdmdownload",
    "filepart",
    "incomplete",
    "opdownload",
    "part",
    "partial",
    "temp",
    "tmp",
    "unfinished",
    "upload",
    "uploading",
];

/// What is done with a file or folder of this name, where no glob says otherwise. Folders that carry the name of an
/// unfinished download are Safari's, which keeps the half file in them.
fn folder_by_name(name: &OsStr) -> Verdict {
    let is_download = extension(name) == "download";
    match by_name(name) {
        Verdict::Ignore(Why::Unfinished) if !is_download => Verdict::Take,
        Verdict::PassOver if !is_hidden(name) => Verdict::Take,
        verdict => verdict,
    }
}

fn by_name(name: &OsStr) -> Verdict {
    let lower = name.to_string_lossy().to_ascii_lowercase();
    let of_system = OF_SYSTEMS.iter().find_map(|(known, why)| (*known == lower).then_some(*why));
    if let Some(why) = of_system.or_else(|| lower.starts_with(".trash").then_some(Why::RecycleBin)) {
        return Verdict::Ignore(why);
    }
    if lower.starts_with("._") {
        return Verdict::Ignore(Why::AppleDouble);
    }
    let extension = extension(name);
    if lower.starts_with("~$") || UNFINISHED.contains(&extension.as_str()) || is_of_rsync(&lower) {
        return Verdict::Ignore(Why::Unfinished);
    }
    if is_hidden(name) || NOT_PHOTOS.contains(&extension.as_str()) { Verdict::PassOver } else { Verdict::Take }
}

/// Whether `name` is that of a file which rsync is receiving: `.ana.jpg.aB3dE9` (rsync(1), "--temp-dir").
fn is_of_rsync(name: &str) -> bool {
    let parts = name.strip_prefix('.').and_then(|rest| rest.rsplit_once('.'));
    parts.is_some_and(|(of_file, random)| {
        of_file.contains('.') && random.len() == 6 && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// In small letters.
fn extension(name: &OsStr) -> String {
    Path::new(name).extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(include: &[&str], exclude: &[&str]) -> Rules {
        let owned = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect::<Vec<_>>();
        Rules::new(&owned(include), &owned(exclude)).expect("valid globs")
    }

    #[test]
    fn what_systems_and_programs_leave_in_folders_is_known_in_any_capitals() {
        let rules = Rules::default();
        for (name, why) in [
            ("#recycle", Why::RecycleBin),
            ("$RECYCLE.BIN", Why::RecycleBin),
            ("$Recycle.Bin", Why::RecycleBin),
            (".Trash-1000", Why::RecycleBin),
            (".Trashes", Why::RecycleBin),
            ("@eaDir", Why::Thumbnails),
            (".@__thumb", Why::Thumbnails),
            ("__MACOSX", Why::System),
            ("lost+found", Why::System),
            ("._ana.jpg", Why::AppleDouble),
            ("ana.jpg.download", Why::Unfinished),
        ] {
            assert_eq!(rules.of(Path::new("team").join(name).as_ref(), true), Verdict::Ignore(why), "{name}");
            assert_eq!(rules.of(Path::new(name), false), Verdict::Ignore(why), "{name}");
        }
        for name in [
            "ana.jpg.part",
            "ana.PART",
            "ana.jpg.partial",
            "ana.jpg.filepart",
            "Unconfirmed 1.crdownload",
            "ana.tmp",
            "~$ana.jpg",
            "ana.jpg.!ut",
            "ana.jpg.!qB",
            ".ana.jpg.aB3dE9",
            ".syncthing.ana.jpg.tmp",
        ] {
            assert_eq!(rules.of(Path::new(name), false), Verdict::Ignore(Why::Unfinished), "{name}");
        }
        for name in ["ana.jpg", "part.jpg", "tmp", "no-extension", "recycled.jpg", "ana.jpg~", "lost.jpg"] {
            assert_eq!(rules.of(Path::new(name), false), Verdict::Take, "{name}");
        }
        for name in [".ana.jpg", "notes.TXT", ".DS_Store"] {
            assert_eq!(rules.of(Path::new(name), false), Verdict::PassOver, "{name}");
        }
        // A folder has no extension.
        for name in ["2024.part", "notes.txt"] {
            assert_eq!(rules.of(Path::new(name), true), Verdict::Take, "{name}");
        }
    }

    #[test]
    fn globs_match_names_at_any_depth_or_paths() {
        let take = |rules: &Rules, path: &str| rules.of(Path::new(path), false) == Verdict::Take;
        let names = rules(&[], &["*.PNG", "drafts"]);
        assert!(take(&names, "a/ana.jpg") && take(&names, "a/drafts.jpg"));
        assert!(!take(&names, "a/b/ana.png") && !take(&names, "a/drafts/b/ana.jpg"));
        let paths = rules(&[], &["team/*.jpg", "/old/", "**/raw/**"]);
        assert!(!take(&paths, "team/a.jpg") && !take(&paths, "old/x/a.jpg") && !take(&paths, "x/raw/y/a.jpg"));
        assert!(take(&paths, "team/x/a.jpg") && take(&paths, "x/team/a.jpg") && take(&paths, "x/old/a.jpg"));
        let narrow = rules(&["*.jpg", "selects"], &["*-bw.*"]);
        assert!(take(&narrow, "x/a.JPG") && take(&narrow, "selects/a.png"));
        assert!(!take(&narrow, "x/a.png") && !take(&narrow, "x/a-bw.jpg") && !take(&narrow, "x/._a.jpg"));
    }

    #[test]
    fn a_glob_that_names_what_is_left_out_brings_it_in_and_narrows_nothing() {
        let rules = rules(&["*.tmp", "@eaDir", ".best"], &[]);
        for (path, is_folder) in
            [("a.tmp", false), ("a.jpg", false), ("x/@eaDir", true), ("x/@eaDir/a.jpg", false), (".best", true)]
        {
            assert_eq!(rules.of(Path::new(path), is_folder), Verdict::Take, "{path}");
        }
        assert_eq!(rules.of(Path::new("#recycle"), true), Verdict::Ignore(Why::RecycleBin));
    }

    #[test]
    fn of_a_listed_path_every_folder_counts() {
        let rules = Rules::default();
        let of = |path: &str, is_below| rules.of_listed(Path::new(path), false, is_below);
        assert_eq!(of("shoot/@eaDir/a.jpg/thumb.jpg", false), Verdict::Ignore(Why::Thumbnails));
        assert_eq!((of("home/.photos/a.jpg", false), of(".photos/a.jpg", true)), (Verdict::Take, Verdict::PassOver));
    }

    #[test]
    fn a_broken_glob_is_told() {
        let told = |globs: &[&str]| {
            let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
            Rules::new(&[], &globs).expect_err("broken").to_string()
        };
        let message = told(&["*.jpg", "a[b"]);
        assert!(message.starts_with("--exclude \"a[b\": unclosed character class"), "{message}");
        assert!(told(&["/"]).contains("it matches nothing"));
    }
}
