//! Pure: which photo a person means who wrote its name down, exactly or nearly.
//!
//! Rosters and overrides name photos alike. What matches is a name that some system takes for the photo's own
//! ([`key`]); what only resembles one is never taken for it, but can be asked back.

use crate::names::key;
use crate::photo::EXTENSIONS;
use crate::walk::{Source, absolute};
use glob::{MatchOptions, Pattern, PatternError};
use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Most photos that a name is said to resemble.
const MOST_LIKELY: usize = 3;

/// Names that an [`Index`] compares with others letter by letter in all, about a second of them: a long list of names
/// that match nothing must not take minutes.
const COMPARISONS: usize = 10_000_000;

/// A path as every system reads it alike: capitals and the two ways to write an accent are one, and a backslash
/// separates folders, as Windows has it, where no slash does.
#[must_use]
pub fn folded(path: &Path) -> String {
    // An accent and its letter are one character, so that `?` in a pattern stands for both.
    let name: String = String::from_utf8_lossy(&key(path)).nfc().collect();
    if name.contains('/') { name } else { name.replace('\\', "/") }
}

/// The photos of a run by what people may call them.
#[derive(Debug)]
pub struct Index<'a> {
    sources: &'a [Source],
    /// Folded paths below the input folder, sorted.
    paths: Vec<(String, usize)>,
    /// Folded file names, sorted.
    names: Vec<(String, usize)>,
    /// Folded file names without extension, sorted.
    stems: Vec<(String, usize)>,
    /// What [`gist`] leaves of the file names, sorted.
    gists: OnceCell<Vec<(String, usize)>>,
    /// File names that are a number, by that.
    numbers: OnceCell<Vec<(f64, usize)>>,
    /// The folded paths of the input folders from the root on.
    roots: OnceCell<BTreeSet<String>>,
    /// Of [`COMPARISONS`], those that are left.
    comparisons: Cell<usize>,
}

impl<'a> Index<'a> {
    /// The index of `sources`; photos are told by their place in it.
    #[must_use]
    pub fn of(sources: &'a [Source]) -> Self {
        let sorted = |part: fn(&Path) -> Option<&Path>| {
            let all = sources.iter().enumerate();
            let mut names: Vec<(String, usize)> =
                all.filter_map(|(photo, source)| Some((folded_file(part(source.relative())?), photo))).collect();
            names.sort_unstable();
            names
        };
        Self {
            sources,
            paths: sorted(|path| Some(path)),
            names: sorted(|path| path.file_name().map(Path::new)),
            stems: sorted(|path| path.file_stem().map(Path::new)),
            gists: OnceCell::new(),
            numbers: OnceCell::new(),
            roots: OnceCell::new(),
            comparisons: Cell::new(COMPARISONS),
        }
    }

    /// The photos, in their order.
    #[must_use]
    pub const fn sources(&self) -> &'a [Source] {
        self.sources
    }

    /// The photos that are called `written`, in no particular order, one perhaps twice.
    ///
    /// A name without a slash is that of a photo in any folder, with or without its extension. One with slashes is the
    /// path below the input folder, or the end of the photo's whole path that begins above it. What no photo is called
    /// is tried as a pattern: `*`, `?`, `[a-c]`, `**`.
    ///
    /// # Errors
    /// That of a broken pattern.
    pub fn called(&self, written: &str) -> Result<Vec<usize>, PatternError> {
        let name = plain(written);
        let is_path = name.contains('/');
        let found = if is_path {
            or_else(equal(&self.paths, &name), || self.by_whole_path(&name))
        } else {
            [equal(&self.names, &name), equal(&self.stems, &name)].concat()
        };
        let Some(wild) = name.find(['*', '?', '[']) else { return Ok(found) };
        if !found.is_empty() {
            return Ok(found);
        }
        let pattern = Pattern::new(&name)?;
        let options =
            MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };
        let names = if is_path { &self.paths } else { &self.names };
        // Only names that begin as the pattern does are looked at: with thousands of patterns the rest would take
        // minutes.
        let begins = &name[..wild];
        let start = names.partition_point(|(other, _)| other.as_str() < begins);
        let likely = names[start..].iter().take_while(|(other, _)| other.starts_with(begins));
        Ok(likely.filter(|(other, _)| pattern.matches_with(other, options)).map(|(_, photo)| *photo).collect())
    }

    /// The photos whose path from the root on ends with `name`. More than what is below the input folder has to agree:
    /// a photo of another folder that has the same file name may show somebody else.
    fn by_whole_path(&self, name: &str) -> Vec<usize> {
        let roots = self.roots.get_or_init(|| {
            let of_source = |source: &Source| {
                let levels = source.relative().components().count();
                Some(absolute(&source.path()).ancestors().nth(levels)?.to_owned())
            };
            let mut roots: Vec<PathBuf> = self.sources.iter().filter_map(of_source).collect();
            roots.dedup();
            roots.iter().map(|root| folded(root)).collect()
        });
        // What of the name is below an input folder, whose own path may be written from any of its folders on.
        let starts = roots.iter().flat_map(|root| {
            let cuts = root.match_indices('/').map(|(at, _)| at + 1);
            cuts.chain([0]).filter_map(|cut| name.strip_prefix(root.get(cut..)?)?.strip_prefix('/'))
        });
        let end = format!("/{name}");
        let ends_so = |photo: &usize| {
            self.sources.get(*photo).is_some_and(|source| folded(&absolute(&source.path())).ends_with(&end))
        };
        starts.flat_map(|below| equal(&self.paths, below)).filter(ends_so).collect()
    }

    /// The photos among those that are `free` that `written`, which no photo is called, probably means: one of the same
    /// file name in another folder; of another extension; that spells the name with other spaces, hyphens or accents,
    /// or a number with other zeros, as a spreadsheet does; or, if `typos` are looked for, with a letter wrong. None
    /// where there are many such.
    #[must_use]
    pub fn likely(&self, written: &str, typos: bool, free: impl Fn(usize) -> bool) -> Vec<usize> {
        let name = plain(written);
        let file = name.rsplit('/').next().unwrap_or(&name);
        if file.contains(['*', '?', '[']) {
            return Vec::new();
        }
        let looks: [&dyn Fn() -> Vec<usize>; 4] = [
            &|| [equal(&self.names, file), equal(&self.stems, file)].concat(),
            &|| equal(self.gists(), &gist(file)),
            &|| self.of_number(file),
            &|| self.one_letter_off(&gist(file)),
        ];
        for look in looks.into_iter().take(if typos { 4 } else { 3 }) {
            let mut found = look();
            found.retain(|photo| free(*photo));
            found.sort_unstable();
            found.dedup();
            if !found.is_empty() {
                return if found.len() > MOST_LIKELY { Vec::new() } else { found };
            }
        }
        Vec::new()
    }

    /// `; did you mean ana.jpg?` with the relative paths of [`Self::likely`]; empty where there is none.
    #[must_use]
    pub fn hint(&self, written: &str, free: impl Fn(usize) -> bool) -> String {
        let likely = self.likely(written, true, free).into_iter().filter_map(|photo| self.sources.get(photo));
        question(likely.map(|source| source.relative().display().to_string()))
    }

    fn gists(&self) -> &[(String, usize)] {
        self.gists.get_or_init(|| {
            let mut gists: Vec<(String, usize)> = self.names.iter().map(|(name, photo)| (gist(name), *photo)).collect();
            gists.sort_unstable();
            gists
        })
    }

    /// The photos whose name is the number that a spreadsheet shows as `written`: 7.0 for 7, and 1.2E+05 for all from
    /// 115000 to 125000.
    fn of_number(&self, written: &str) -> Vec<usize> {
        let Some((value, half)) = shown_number(written) else { return Vec::new() };
        let numbers = self.numbers.get_or_init(|| {
            let number = |(stem, photo): &(String, usize)| {
                let is_number = !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_digit());
                Some((is_number.then(|| stem.parse().ok()).flatten()?, *photo))
            };
            let mut numbers: Vec<(f64, usize)> = self.stems.iter().filter_map(number).collect();
            numbers.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
            numbers
        });
        let start = numbers.partition_point(|(number, _)| *number < value - half);
        let near = numbers[start..].iter().take_while(|(number, _)| *number <= value + half);
        near.map(|(_, photo)| *photo).take(MOST_LIKELY + 1).collect()
    }

    /// The photos whose name has the same digits as `wanted`, and one letter wrong, missing or too much; in long names,
    /// two.
    fn one_letter_off(&self, wanted: &str) -> Vec<usize> {
        let length = wanted.chars().count();
        let most = match length {
            0..=3 => return Vec::new(),
            4..=8 => 1,
            _ => 2,
        };
        let Some(left) = self.comparisons.get().checked_sub(self.gists().len()) else { return Vec::new() };
        self.comparisons.set(left);
        let digits: Vec<u8> = wanted.bytes().filter(u8::is_ascii_digit).collect();
        let is_near = |name: &str| {
            // A photo with another number is another photo.
            name.len().abs_diff(wanted.len()) <= 4 * most
                && name.bytes().filter(u8::is_ascii_digit).eq(digits.iter().copied())
                && edit_distance(wanted, name) <= most
        };
        self.gists().iter().filter(|(name, _)| is_near(name)).map(|(_, photo)| *photo).take(MOST_LIKELY + 1).collect()
    }
}

/// `; did you mean a.jpg or b.jpg?`; empty where there are no `names`.
pub(crate) fn question(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    if names.is_empty() { String::new() } else { format!("; did you mean {}?", names.join(" or ")) }
}

fn or_else(found: Vec<usize>, other: impl FnOnce() -> Vec<usize>) -> Vec<usize> {
    if found.is_empty() { other() } else { found }
}

/// The entries of the sorted `names` that are `name`.
fn equal(names: &[(String, usize)], name: &str) -> Vec<usize> {
    let start = names.partition_point(|(other, _)| other.as_str() < name);
    names[start..].iter().take_while(|(other, _)| other == name).map(|(_, photo)| *photo).collect()
}

/// The folded path of a file that exists: a backslash in it is a letter on systems that allow it.
fn folded_file(path: &Path) -> String {
    String::from_utf8_lossy(&key(path)).nfc().collect()
}

/// What was written, folded, without what says only where a path begins: `./`, `/`, `C:\`, `\\server`.
fn plain(written: &str) -> String {
    let name = folded(Path::new(written));
    let mut rest = name.as_str();
    if let [drive, b':', b'/', ..] = rest.as_bytes()
        && drive.is_ascii_alphabetic()
    {
        rest = &rest[2..];
    } else if let Some((_, share)) = rest.strip_prefix("//").and_then(|share| share.split_once('/')) {
        rest = share;
    }
    rest.trim_start_matches("./").trim_start_matches('/').to_owned()
}

/// What is left of the folded file name `name` without the extension of a picture, accents, and all that is no letter
/// or digit, each number without zeros in front: names with the same gist are easily taken for each other.
fn gist(name: &str) -> String {
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if EXTENSIONS.iter().any(|(known, _)| *known == extension) => stem,
        _ => name,
    };
    let mut gist = String::with_capacity(stem.len());
    let mut zeros = 0;
    for c in stem.nfkd().filter(|c| c.is_alphanumeric() && !is_combining_mark(*c)) {
        let after_digit = gist.ends_with(|last: char| last.is_ascii_digit());
        if c == '0' && !after_digit {
            zeros += 1;
            continue;
        }
        if zeros > 0 && !c.is_ascii_digit() {
            gist.push('0');
        }
        zeros = 0;
        gist.push(c);
    }
    if zeros > 0 {
        gist.push('0');
    }
    gist
}

/// The number that is shown as `text`, such as `7`, `7.0`, `7,00` or `1.2E+05`, and half a unit of its last place where
/// that is not one.
fn shown_number(text: &str) -> Option<(f64, f64)> {
    let text = text.replace(',', ".");
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text.as_str(), 0),
    };
    let is_plain = mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !is_plain || !(0..=300).contains(&exponent) {
        return None;
    }
    let value = format!("{mantissa}e{exponent}").parse::<f64>().ok()?;
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let places = exponent - i32::try_from(decimals).ok()?;
    let half = if places > 0 { format!("5e{}", places - 1).parse().ok()? } else { 0.0 };
    Some((value, half))
}

/// Levenshtein distance, in characters.
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
