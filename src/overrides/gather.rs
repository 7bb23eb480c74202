//! Finds and reads the files of overrides of a run, before its first photo is worked on.

use super::Adjustment;
use super::parse::{Mistake, PinnedPhoto, folder_file, sidecar};
use crate::error::{Error, line_of};
use crate::names::shown;
use crate::preset::{self, Preset};
use crate::regular_file::{self, MOST_BYTES};
use crate::spelling::{Index, folded};
use crate::walk::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};

mod missing;

use missing::{Disk, Roots, forsaken_sidecars, missing};

/// The name of the file that pins what is decided for the photos of a folder and of those below it.
pub const FOLDER_FILE: &str = "headshot.toml";

/// What a sidecar's name has behind the photo's.
const SIDECAR_EXTENSION: &str = "toml";

/// The overrides of a run.
#[derive(Debug, Default)]
pub struct Gathered {
    /// What is pinned for sources, by their index: for most, nothing is.
    pub adjustments: BTreeMap<usize, Adjustment>,
    /// What is pinned for nothing: lines `file:line: what`, by file.
    pub warnings: Vec<String>,
}

/// Reads all overrides of `sources`: of `chosen`, the file of the command line, whose paths are below the input folder;
/// of the sidecar beside each photo; and of the folder files from the photo's folder up to the input folder. The
/// nearest wins, in this order. A photo is known by its name as it is written, otherwise in any spelling that some
/// system takes for the same ([`folded`]).
///
/// `presets` are those of the run: names that are neither theirs nor built in are warned of, as are photos that are not
/// there, unless the run does not cover their folder.
///
/// # Errors
/// [`Error::Usage`] with every mistake in every file, as `file:line: what`.
pub fn gather(sources: &[Source], chosen: Option<&Path>, presets: &[Preset]) -> Result<Gathered, Error> {
    let mut shelf = Shelf::default();
    let chosen = chosen.map(|path| shelf.chosen(path));
    let adjustments = sources
        .iter()
        .enumerate()
        .map(|(index, source)| (index, shelf.adjustment(source, chosen)))
        .filter(|(_, adjustment)| *adjustment != Adjustment::default())
        .collect();
    if !shelf.mistakes.is_empty() {
        return Err(Error::mistakes("overrides", shelf.mistakes));
    }
    let mut known: BTreeSet<String> = presets.iter().map(|preset| preset.name.clone()).collect();
    known.extend(preset::built_in()?.into_iter().map(|preset| preset.name));
    Ok(Gathered { adjustments, warnings: shelf.warnings(sources, &known) })
}

/// A file of overrides that was read.
struct File {
    path: PathBuf,
    /// The folder that its paths start from; `None` for the input folders.
    folder: Option<PathBuf>,
    photos: BTreeMap<PathBuf, PinnedPhoto>,
    /// The names in `photos`, by what they are [`folded`].
    spellings: BTreeMap<String, Vec<PathBuf>>,
    /// Those of `photos` that the run has, with the names that these have.
    met: BTreeMap<PathBuf, PathBuf>,
}

impl File {
    /// The name in this file that means the photo `below` its folder, whose whole path is `path`.
    ///
    /// # Errors
    /// Where several do.
    fn name_of(&self, below: &Path, path: &Path) -> Result<Option<PathBuf>, Mistake> {
        if self.photos.is_empty() || self.photos.contains_key(below) {
            return Ok(self.photos.contains_key(below).then(|| below.to_owned()));
        }
        let Some(names) = self.spellings.get(&folded(below)) else { return Ok(None) };
        let levels = below.components().count();
        let folder = path.ancestors().nth(levels).unwrap_or(Path::new(""));
        // Where capitals are told apart there may be a photo of exactly that name.
        let is_another = |name: &&PathBuf| {
            let other = folder.join(name);
            other.exists() && !same_file::is_same_file(&other, path).unwrap_or(false)
        };
        let mut names = names.iter().filter(|name| !is_another(name));
        match (names.next(), names.next()) {
            (Some(one), Some(other)) => {
                let line =
                    self.photos.get(one).into_iter().chain(self.photos.get(other)).map(|pinned| pinned.line).max();
                let what = format!("the photo \"{}\" is named twice, as \"{}\" too", shown(other), shown(one));
                Err(Mistake { line: line.unwrap_or(1), what })
            }
            (name, _) => Ok(name.cloned()),
        }
    }
}

/// The files of a run, each read once.
#[derive(Default)]
struct Shelf {
    files: Vec<File>,
    /// By folder, the index of its file; `None` where it has none.
    folders: BTreeMap<PathBuf, Option<usize>>,
    mistakes: Vec<String>,
}

impl Shelf {
    /// The index of the file of the command line.
    fn chosen(&mut self, path: &Path) -> usize {
        let bytes = regular_file::read(path, MOST_BYTES).unwrap_or_else(|error| {
            self.mistakes.push(format!("{}: the overrides cannot be read: {error}; check the path", shown(path)));
            Vec::new()
        });
        self.add(path.to_owned(), None, &bytes, folder_file)
    }

    /// What all files together say about `source`.
    fn adjustment(&mut self, source: &Source, chosen: Option<usize>) -> Adjustment {
        let path = source.path();
        let mut adjustment = chosen.map(|file| self.pinned(file, source.relative(), &path)).unwrap_or_default();
        if let Some(file) = self.sidecar(&path) {
            let name = PathBuf::from(path.file_name().unwrap_or_default());
            adjustment = adjustment.over(&self.pinned(file, &name, &path));
        }
        for folder in folders(&path, source.relative()) {
            if let Some(file) = self.folder_file(folder) {
                let below: PathBuf = path.strip_prefix(folder).unwrap_or(&path).components().collect();
                adjustment = adjustment.over(&self.pinned(file, &below, &path));
            }
        }
        adjustment
    }

    /// What the file says about the photo `below` its folder, whose whole path is `path`.
    fn pinned(&mut self, file: usize, below: &Path, path: &Path) -> Adjustment {
        let Some(file) = self.files.get_mut(file) else { return Adjustment::default() };
        let mistake = match file.name_of(below, path) {
            Ok(None) => return Adjustment::default(),
            Ok(Some(name)) => match file.met.get(&name) {
                Some(other) if other != below => Mistake {
                    line: file.photos.get(&name).map_or(1, |pinned| pinned.line),
                    what: format!(
                        "\"{}\" may be {} or {}; write it as the photo is named",
                        shown(name),
                        shown(other),
                        shown(below)
                    ),
                },
                _ => {
                    let adjustment = file.photos.get(&name).map(|pinned| pinned.adjustment.clone());
                    file.met.insert(name, below.to_owned());
                    return adjustment.unwrap_or_default();
                }
            },
            Err(mistake) => mistake,
        };
        self.mistakes.push(format!("{}:{}: {}", shown(&file.path), mistake.line, mistake.what));
        Adjustment::default()
    }

    fn sidecar(&mut self, photo: &Path) -> Option<usize> {
        let name = photo.file_name()?;
        let path = photo.with_file_name(with_extension(name));
        // A photo that is named `headshot` has no sidecar: that name is the folder file's.
        if path.file_name() == Some(OsStr::new(FOLDER_FILE)) {
            return None;
        }
        let bytes = self.read(&path)?;
        let (folder, name) = (photo.parent().map(Path::to_owned), PathBuf::from(name));
        Some(self.add(path, folder, &bytes, |text| sidecar(text).map(|pinned| [(name, pinned)].into())))
    }

    fn folder_file(&mut self, folder: &Path) -> Option<usize> {
        if let Some(&known) = self.folders.get(folder) {
            return known;
        }
        let path = folder.join(FOLDER_FILE);
        let found = self.read(&path).map(|bytes| self.add(path, Some(folder.to_owned()), &bytes, folder_file));
        self.folders.insert(folder.to_owned(), found);
        found
    }

    /// The bytes of the file at `path`, where there is one. A path that cannot be looked at has none: the photo beside
    /// it cannot be opened either, and fails alone.
    fn read(&mut self, path: &Path) -> Option<Vec<u8>> {
        match regular_file::read(path, MOST_BYTES) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound || std::fs::metadata(path).is_err() => None,
            Err(error) => {
                let path = shown(path);
                self.mistakes.push(format!("{path}: the overrides cannot be read: {error}; mend or remove that file"));
                None
            }
        }
    }

    /// Adds the file at `path`, without photos where it has mistakes; its index.
    fn add(
        &mut self,
        path: PathBuf,
        folder: Option<PathBuf>,
        bytes: &[u8],
        parse: impl FnOnce(&str) -> Result<BTreeMap<PathBuf, PinnedPhoto>, Vec<Mistake>>,
    ) -> usize {
        let parsed = std::str::from_utf8(bytes).map_err(|error| {
            let line = line_of(bytes, error.valid_up_to());
            vec![Mistake { line, what: "the text is not UTF-8; save it as UTF-8".into() }]
        });
        let photos = parsed.and_then(parse).unwrap_or_else(|mistakes| {
            let told = mistakes.iter().map(|mistake| format!("{}:{}: {}", shown(&path), mistake.line, mistake.what));
            self.mistakes.extend(told);
            BTreeMap::new()
        });
        let mut spellings: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for name in photos.keys() {
            spellings.entry(folded(name)).or_default().push(name.clone());
        }
        self.files.push(File { path, folder, photos, spellings, met: BTreeMap::new() });
        self.files.len() - 1
    }

    /// What is pinned for photos that are nowhere and for presets that nobody knows.
    fn warnings(&self, sources: &[Source], known: &BTreeSet<String>) -> Vec<String> {
        let index = Index::of(sources);
        let roots = Roots::of(sources);
        let mut disk = Disk::default();
        let mut warnings = Vec::new();
        for file in &self.files {
            for (photo, pinned) in &file.photos {
                if !file.met.contains_key(photo)
                    && let Some(hint) = missing(file, photo, &index, &roots, &mut disk)
                {
                    warnings.push((&file.path, pinned.line, format!("there is no photo \"{}\"{hint}", shown(photo))));
                }
                for (name, line) in pinned.presets.iter().filter(|(name, _)| !known.contains(name)) {
                    let what = format!("there is no preset \"{name}\" (`headshot presets` lists them all)");
                    warnings.push((&file.path, *line, what));
                }
            }
        }
        warnings.sort();
        let told = warnings.into_iter().map(|(path, line, what)| format!("{}:{line}: {what}", shown(path)));
        told.chain(self.folders.keys().flat_map(|folder| forsaken_sidecars(folder, &index))).collect()
    }
}

/// The folders whose file is about the photo at `path`, which is named by `relative`: its own first, the input folder
/// last.
fn folders<'a>(path: &'a Path, relative: &Path) -> impl Iterator<Item = &'a Path> {
    let levels = relative.components().count();
    // What lies above `..` cannot be told by its name.
    let mut below_parent = false;
    path.ancestors().skip(1).take(levels).take_while(move |folder| {
        let goes_on = !below_parent;
        below_parent = folder.components().next_back() == Some(Component::ParentDir);
        goes_on
    })
}

fn with_extension(photo: &OsStr) -> OsString {
    let mut name = photo.to_owned();
    name.push(".");
    name.push(SIDECAR_EXTENSION);
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temp folder");
        for (file, text) in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("has a parent")).expect("created");
            fs::write(path, text).expect("written");
        }
        root
    }

    fn gathered(root: &Path, photos: &[&str], chosen: Option<&str>) -> Result<Gathered, Error> {
        let sources: Vec<Source> = photos.iter().map(|name| Source::at(name, root.join(name))).collect();
        let chosen = chosen.map(|name| root.join(name));
        gather(&sources, chosen.as_deref(), &[])
    }

    /// The warnings or mistakes of a run, without the folder's own path.
    fn lines(root: &Path, text: &str) -> Vec<String> {
        let root = format!("{}{}", root.display(), std::path::MAIN_SEPARATOR);
        text.lines().map(|line| line.trim_start().replace(&root, "")).collect()
    }

    #[test]
    fn the_nearest_file_wins_key_by_key() {
        let root = tree(&[
            ("headshot.toml", "[photo.\"a/b/ana.jpg\"]\nface = 4\nscale = 1.4\nroll = 4\nnudge = [0.4, 0]\n"),
            ("a/headshot.toml", "[photo.\"b/ana.jpg\"]\nface = 3\nscale = 1.3\nroll = 3\n"),
            ("a/b/ana.jpg", "no pixels are needed here"),
            ("a/b/ana.jpg.toml", "face = 2\nscale = 1.2\n"),
            ("mine", "[photo.\"a/b/ana.jpg\"]\nface = 1\n"),
        ]);
        for (chosen, face) in [(Some("mine"), 1), (None, 2)] {
            let gathered = gathered(root.path(), &["a/b/ana.jpg", "a/ben.jpg"], chosen).expect("valid");
            let [(&0, ana)] = gathered.adjustments.iter().collect::<Vec<_>>()[..] else {
                panic!("one photo is pinned")
            };
            assert_eq!(ana.face.map(std::num::NonZeroUsize::get), Some(face));
            let framing = ana.framing;
            assert_eq!((framing.scale, framing.roll_deg), (Some(1.2), Some(3.0)));
            assert_eq!(framing.nudge.map(|nudge| nudge.right), Some(0.4));
            assert_eq!(gathered.warnings, Vec::<String>::new());
        }
    }

    #[test]
    fn every_mistake_of_every_file_is_told_at_once() {
        let root = tree(&[
            ("headshot.toml", "[photo.\"ana.jpg\"]\nscale = 9\nface = 0\n"),
            ("ana.jpg.toml", "rol = 3\n"),
            ("mine", "photo = \n"),
        ]);
        fs::write(root.path().join("ben.jpg.toml"), b"face = 1\n# \xff").expect("written");
        let error = gathered(root.path(), &["ana.jpg", "ben.jpg"], Some("mine")).expect_err("mistakes");
        assert_eq!(error.exit_code(), 2);
        let told = lines(root.path(), &error.to_string());
        assert_eq!(told[0], "5 mistakes in overrides; nothing was written:");
        for (told, start) in told[1..].iter().zip([
            "mine:1: ",
            "ana.jpg.toml:1: unknown field `rol`",
            "headshot.toml:2: scale takes",
            "headshot.toml:3: face is",
            "ben.jpg.toml:2: the text is not UTF-8",
        ]) {
            assert!(told.starts_with(start), "{told}");
        }
        let missing = gathered(root.path(), &["no/such.jpg"], Some("none")).expect_err("no such file");
        assert!(missing.to_string().contains("none: the overrides cannot be read: "), "{missing}");
    }

    #[test]
    fn what_is_pinned_for_nothing_is_warned_of() {
        let root = tree(&[
            ("headshot.toml", "[photo.\"anna.jpg\"]\n[photo.\"ana.jpg\"]\n[photo.\"there.jpg\".preset.linkdin]\n"),
            ("there.jpg", "no part of the run"),
            ("ana.JPG.toml", "face = 1\n"),
            ("ben.heic.toml", "face = 1\n"),
            ("notes.toml", "about something else"),
            ("mine", "[photo.\"ana.jpg\".preset.press]\n[photo.\"team/ana.jpg\"]\n"),
        ]);
        let gathered = gathered(root.path(), &["ana.jpg"], Some("mine")).expect("valid");
        assert_eq!(
            lines(root.path(), &gathered.warnings.join("\n")),
            [
                "headshot.toml:1: there is no photo \"anna.jpg\"",
                "headshot.toml:3: there is no preset \"linkdin\" (`headshot presets` lists them all)",
                "ana.JPG.toml:1: there is no photo \"ana.JPG\" beside these overrides; did you mean ana.jpg?",
                "ben.heic.toml:1: there is no photo \"ben.heic\" beside these overrides",
            ]
        );
    }

    #[test]
    fn folders_go_up_to_the_input_folder_and_not_beyond_what_names_tell() {
        let folders = |relative: &str, path: &str| -> Vec<String> {
            folders(Path::new(path), Path::new(relative)).map(|folder| folder.display().to_string()).collect()
        };
        assert_eq!(folders("b/ana.jpg", "in/a/b/ana.jpg"), ["in/a/b", "in/a"]);
        assert_eq!(folders("ana.jpg", "ana.jpg"), [""]);
        assert_eq!(folders("shoot/ana.jpg", "../shoot/ana.jpg"), ["../shoot", ".."]);
        assert_eq!(folders("a/b/ana.jpg", "a/../b/ana.jpg"), ["a/../b", "a/.."]);
        assert_eq!(folders("srv/ana.jpg", "/srv/ana.jpg"), ["/srv", "/"]);
    }
}
