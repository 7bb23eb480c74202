//! A share of a run, for several processes or machines that work on one folder.

use crate::error::Error;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// The share `index` of `count`, written `2/4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// From 1.
    index: u32,
    count: u32,
}

impl Shard {
    /// Shares that are still told apart: more than any cluster gives one job.
    const MOST: u32 = 10_000;

    /// Whether the photo with this relative path is in the share.
    ///
    /// The first eight bytes of the BLAKE3 hash of the path, with slashes on every system, as a little-endian number
    /// modulo the count: the same on every machine, whatever the other photos are.
    #[must_use]
    pub fn takes(&self, relative: &Path) -> bool {
        let mut hasher = blake3::Hasher::new();
        for (position, part) in relative.components().enumerate() {
            if position > 0 {
                hasher.update(b"/");
            }
            hasher.update(part.as_os_str().as_encoded_bytes());
        }
        let mut first = [0; 8];
        hasher.finalize_xof().fill(&mut first);
        u64::from_le_bytes(first) % u64::from(self.count) == u64::from(self.index - 1)
    }

    /// The share's own name for the file `name`: `report.2-of-4.jsonl`.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{}-of-{}.{extension}", self.index, self.count),
            None => format!("{name}.{}-of-{}", self.index, self.count),
        }
    }

    /// The name of the file `name` in a run of `share`, which is the usual one where the run takes all photos.
    #[must_use]
    pub fn own_name(share: Option<Self>, name: &str) -> String {
        share.map_or_else(|| name.to_owned(), |share| share.name(name))
    }

    /// Whether a run of `share` takes the photo with this relative path; without a share it takes all.
    #[must_use]
    pub fn is_taken(share: Option<Self>, relative: &Path) -> bool {
        share.is_none_or(|share| share.takes(relative))
    }

    /// All shares of this one's count.
    pub fn all(self) -> impl Iterator<Item = Self> {
        (1..=self.count).map(move |index| Self { index, ..self })
    }

    /// The share that [`Self::name`] made `name` of, if it did so of `of`.
    #[must_use]
    pub fn of_name(name: &str, of: &str) -> Option<Self> {
        let (stem, extension) = of.rsplit_once('.')?;
        let share = name.strip_prefix(stem)?.strip_prefix('.')?.strip_suffix(extension)?.strip_suffix('.')?;
        share.replacen("-of-", "/", 1).parse().ok()
    }

    /// How many shares there are.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parsed = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match parsed {
            Some((index, count)) if (1..=Self::MOST).contains(&count) && (1..=count).contains(&index) => {
                Ok(Self { index, count })
            }
            _ => Err(Error::usage(format!(
                "\"{text}\" is no share: write I/N with I from 1 to N and N up to {}, for example 2/4",
                Self::MOST
            ))),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_are_read_named_and_told_from_nonsense() {
        let shard: Shard = "2/4".parse().expect("a share");
        assert_eq!((shard.to_string(), shard.name("report.jsonl")), ("2/4".into(), "report.2-of-4.jsonl".into()));
        assert_eq!(Shard::of_name("report.2-of-4.jsonl", "report.jsonl"), Some(shard));
        for other in ["report.jsonl", "report.5-of-4.jsonl", "ledger.2-of-4.sqlite", "report.x.jsonl"] {
            assert_eq!(Shard::of_name(other, "report.jsonl"), None);
        }
        for nonsense in ["0/4", "5/4", "1", "a/b", "1/0", "-1/4", "1/99999", ""] {
            let message = nonsense.parse::<Shard>().expect_err(nonsense).to_string();
            assert!(message.contains("for example 2/4"), "{message}");
        }
    }

    /// The numbers are part of what users rely on: shares of another version must be those of this one.
    #[test]
    fn the_hash_is_that_of_every_version() {
        let share = |path: &str| {
            let first: Shard = "1/1000".parse().expect("a share");
            first.all().position(|shard| shard.takes(Path::new(path))).expect("one share takes it")
        };
        let reference = |path: &str| {
            let first: [u8; 8] = blake3::hash(path.as_bytes()).as_bytes()[..8].try_into().expect("eight bytes");
            (u64::from_le_bytes(first) % 1000) as usize
        };
        for path in ["ana.jpg", "team/ana.jpg", "a/b/c d.png"] {
            assert_eq!(share(path), reference(path));
        }
    }

    proptest! {
        #[test]
        fn every_photo_is_in_one_share(name in "[a-z/]{1,20}", count in 1u32..40) {
            let first = Shard { index: 1, count };
            prop_assert_eq!(first.all().filter(|shard| shard.takes(Path::new(&name))).count(), 1);
        }
    }
}
