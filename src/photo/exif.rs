//! EXIF: how a picture stands and which colours it is stored in. An EXIF block is a small TIFF file; TIFF and camera
//! RAW files hold the same directories themselves.

use super::tiff::{Directory, tag};

/// What EXIF says about the picture. The default says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exif {
    /// The orientation tag as stored, which may be out of range.
    pub orientation: Option<u16>,
    /// Whether the colours are Adobe RGB.
    pub adobe_rgb: bool,
}

impl Exif {
    /// Reads a block that starts at the TIFF header, with or without the `Exif\0\0` that JPEG puts before it (some WebP
    /// and PNG writers copy it along). An unreadable block says nothing.
    pub(super) fn read(block: &[u8]) -> Self {
        let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        if !block.starts_with(b"II*\0") && !block.starts_with(b"MM\0*") {
            return Self::default();
        }
        Directory::read(block).map_or_else(Self::default, |main| Self::of(&main))
    }

    /// What the main directory of a TIFF-like file says.
    pub(super) fn of(main: &Directory<'_>) -> Self {
        let orientation = main.value(tag::ORIENTATION).and_then(|value| u16::try_from(value).ok());
        let adobe_rgb = main.directory_at(tag::EXIF_IFD).is_some_and(|exif| is_adobe_rgb(&exif));
        Self { orientation, adobe_rgb }
    }

    /// The same, with what it leaves open taken from `other`.
    pub(super) fn or(self, other: Self) -> Self {
        Self { orientation: self.orientation.or(other.orientation), adobe_rgb: self.adobe_rgb || other.adobe_rgb }
    }
}

/// Whether an EXIF directory declares Adobe RGB.
///
/// EXIF itself only knows sRGB (1) and "uncalibrated" (65535). Cameras set to Adobe RGB write the latter together with
/// interoperability index R03, which stands for "DCF optional file, Adobe RGB" (DCF 2.0, 3.2.2); uncalibrated alone
/// says nothing. A few writers use the value 2, which is in no standard; exiftool and darktable read it as Adobe RGB
/// too. R03 beside a plain 1 is contradictory: the colour space decides, as in darktable.
pub(super) fn is_adobe_rgb(exif: &Directory<'_>) -> bool {
    const SRGB: u64 = 1;
    const ADOBE_RGB: u64 = 2;
    match exif.value(tag::COLOUR_SPACE) {
        Some(SRGB) => false,
        Some(ADOBE_RGB) => true,
        _ => exif
            .directory_at(tag::INTEROPERABILITY_IFD)
            .and_then(|interoperability| interoperability.text(tag::INTEROPERABILITY_INDEX))
            .is_some_and(|index| index.starts_with(b"R03")),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An EXIF block, from its TIFF header on, with these values where they are given.
    pub(in crate::photo) fn block(
        big_endian: bool,
        orientation: Option<u16>,
        colour_space: Option<u16>,
        index: Option<&[u8; 4]>,
    ) -> Vec<u8> {
        let short = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let long = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        let directory = |start: usize, entries: &[(u16, u16, u32, [u8; 4])]| {
            let mut bytes = short(entries.len() as u16).to_vec();
            for (tag, kind, count, value) in entries {
                bytes.extend(short(*tag));
                bytes.extend(short(*kind));
                bytes.extend(long(*count));
                bytes.extend(value);
            }
            bytes.extend([0; 4]);
            let end = start + bytes.len();
            (bytes, end as u32)
        };
        let inline = |value: u16| {
            let [a, b] = short(value);
            [a, b, 0, 0]
        };
        let mut main: Vec<_> = orientation.map(|value| (tag::ORIENTATION, 3, 1, inline(value))).into_iter().collect();
        let main_end = 8 + 2 + (main.len() as u32 + 1) * 12 + 4;
        main.push((tag::EXIF_IFD, 4, 1, long(main_end)));
        let mut exif: Vec<_> = colour_space.map(|value| (tag::COLOUR_SPACE, 3, 1, inline(value))).into_iter().collect();
        let exif_end = main_end + 2 + (exif.len() + usize::from(index.is_some())) as u32 * 12 + 4;
        exif.extend(index.map(|_| (tag::INTEROPERABILITY_IFD, 4, 1, long(exif_end))));
        let interoperability: Vec<_> =
            index.map(|index| (tag::INTEROPERABILITY_INDEX, 2, 4, *index)).into_iter().collect();
        let mut bytes = if big_endian { b"MM\0*\0\0\0\x08" } else { b"II*\0\x08\0\0\0" }.to_vec();
        for entries in [main, exif, interoperability] {
            bytes.extend(directory(bytes.len(), &entries).0);
        }
        bytes
    }

    #[test]
    fn adobe_rgb_is_told_by_its_index() {
        for big_endian in [false, true] {
            for (space, index, adobe_rgb) in [
                (Some(65_535), Some(b"R03\0"), true),
                (Some(65_535), Some(b"R98\0"), false),
                (Some(65_535), Some(b"THM\0"), false),
                (Some(65_535), None, false),
                (Some(1), Some(b"R03\0"), false),
                (Some(1), Some(b"R98\0"), false),
                (Some(2), None, true),
                (Some(2), Some(b"R98\0"), true),
                (None, Some(b"R03\0"), true),
                (None, None, false),
            ] {
                let exif = Exif::read(&block(big_endian, Some(6), space, index));
                assert_eq!(exif, Exif { orientation: Some(6), adobe_rgb }, "{space:?} {index:?}");
            }
        }
    }

    #[test]
    fn the_block_may_carry_the_jpeg_prefix() {
        let plain = block(true, Some(8), Some(65_535), Some(b"R03\0"));
        assert_eq!(Exif::read(&[b"Exif\0\0", plain.as_slice()].concat()), Exif::read(&plain));
        assert_eq!(Exif::read(b"nothing of the kind"), Exif::default());
    }

    #[test]
    fn a_block_that_is_cut_off_keeps_what_was_before() {
        let whole = block(false, Some(3), Some(65_535), Some(b"R03\0"));
        for length in 0..whole.len() {
            let exif = Exif::read(&whole[..length]);
            assert!(exif.orientation.is_none_or(|value| value == 3));
        }
        assert_eq!(Exif::read(&whole[..40]).orientation, Some(3));
    }
}
