//! What a PNG says about its picture outside the pixels: the chunks that the decoder leaves aside, or only reads before
//! the picture where they may also be behind it.

use super::exif::Exif;
use super::orientation::MAX_METADATA_BYTES;
use fdeflate::decompress_to_vec_bounded;
use std::borrow::Cow;

/// Most texts that are unpacked. A file has one of EXIF, of XMP and of a profile at most; the keyword is read first, so
/// that other texts cost nothing.
const MAX_TEXTS: usize = 8;

/// What Adobe's packets are called (XMP specification, part 3, 1.1.5).
const XMP: &[u8] = b"XML:com.adobe.xmp";

/// How ImageMagick and exiftool begin the names of blocks of other formats, which they store in hexadecimal.
const RAW_PROFILE: &[u8] = b"Raw profile type ";

/// What is said outside the pixels.
#[derive(Debug, Default)]
pub(super) struct Metadata<'a> {
    /// Of an `eXIf` chunk, otherwise of a raw profile.
    pub exif: Exif,
    pub xmp: Option<Cow<'a, [u8]>>,
    /// An ICC profile that is stored as a text.
    pub profile: Option<Vec<u8>>,
    /// Primaries, transfer, matrix and range (`cICP`), before the picture and of a possible length.
    pub code_points: Option<[u8; 4]>,
}

impl<'a> Metadata<'a> {
    /// Reads all chunks up to the first that does not fit.
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let mut found = Self::default();
        let (mut chunk_exif, mut text_exif) = (Exif::default(), Exif::default());
        let (mut before_picture, mut texts) = (true, 0);
        for (kind, data) in chunks(bytes) {
            match kind {
                b"IDAT" => before_picture = false,
                b"cICP" if before_picture => found.code_points = found.code_points.or_else(|| data.try_into().ok()),
                b"eXIf" => chunk_exif = chunk_exif.or(Exif::read(data)),
                b"tEXt" | b"zTXt" | b"iTXt" => {
                    if let Some(keyword) = data.split(|&byte| byte == 0).next()
                        && texts < MAX_TEXTS
                        && (keyword == XMP || keyword.starts_with(RAW_PROFILE))
                    {
                        texts += 1;
                        found.take(keyword, text(kind, &data[keyword.len()..]), &mut text_exif);
                    }
                }
                _ => {}
            }
        }
        found.exif = chunk_exif.or(text_exif);
        found
    }

    fn take(&mut self, keyword: &[u8], text: Option<Cow<'a, [u8]>>, exif: &mut Exif) {
        let Some(text) = text else { return };
        let Some(profile) = keyword.strip_prefix(RAW_PROFILE) else {
            self.xmp.get_or_insert(text);
            return;
        };
        let Some(block) = raw_profile(&text) else { return };
        match profile {
            // APP1 is a JPEG's segment, with either.
            b"exif" | b"APP1" | b"xmp" => match block.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
                Some(packet) => drop(self.xmp.get_or_insert_with(|| Cow::Owned(packet.to_vec()))),
                None if profile == b"xmp" => drop(self.xmp.get_or_insert(Cow::Owned(block))),
                None => *exif = exif.or(Exif::read(&block)),
            },
            b"icc" | b"icm" => drop(self.profile.get_or_insert(block)),
            _ => {}
        }
    }
}

/// What a text chunk holds behind its keyword (PNG, third edition, 11.3.3), at most [`MAX_METADATA_BYTES`].
fn text<'a>(kind: &[u8], rest: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    let unpacked = |packed: &[u8]| decompress_to_vec_bounded(packed, MAX_METADATA_BYTES).ok().map(Cow::Owned);
    match (kind, rest) {
        (b"tEXt", [0, text @ ..]) => Some(Cow::Borrowed(text)),
        (b"zTXt", [0, 0, packed @ ..]) => unpacked(packed),
        (b"iTXt", [0, is_packed, _, rest @ ..]) => {
            // The language and the keyword in it.
            let text = rest.splitn(3, |&byte| byte == 0).nth(2)?;
            if *is_packed == 0 { Some(Cow::Borrowed(text)) } else { unpacked(text) }
        }
        _ => None,
    }
    .filter(|text| text.len() <= MAX_METADATA_BYTES)
}

/// The bytes of a raw profile: a line with its name, one with its length, and hexadecimal digits.
fn raw_profile(text: &[u8]) -> Option<Vec<u8>> {
    let mut lines = text.trim_ascii_start().splitn(3, |&byte| byte == b'\n');
    let (_, length, digits) = (lines.next()?, lines.next()?, lines.next()?);
    let length: usize = std::str::from_utf8(length.trim_ascii()).ok()?.parse().ok()?;
    let digits: Vec<u8> =
        digits.iter().filter_map(|&digit| char::from(digit).to_digit(16)).map(|digit| digit as u8).collect();
    let mut block: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    block.truncate(length);
    Some(block)
}

/// The chunks of a file: kind and data, up to the first that does not fit.
pub(super) fn chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = bytes.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, data) = rest.split_at_checked(8)?;
        let (length, kind) = head.split_first_chunk()?;
        let (data, crc) = data.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = crc.get(4..)?;
        Some((kind, data))
    })
}

/// The file without its chunks of light and colour for video. The decoder ends at one whose content makes no sense,
/// which takes nothing from the picture; what is needed of them is in [`Metadata`].
pub(super) fn without_video_chunks(bytes: &[u8]) -> Cow<'_, [u8]> {
    let is_for_video = |kind: &[u8]| matches!(kind, b"cICP" | b"mDCV" | b"cLLI");
    if !chunks(bytes).any(|(kind, _)| is_for_video(kind)) {
        return Cow::Borrowed(bytes);
    }
    let mut kept = bytes[..8].to_vec();
    let mut at = 8;
    for (kind, data) in chunks(bytes) {
        let end = at + data.len() + 12;
        if !is_for_video(kind) {
            kept.extend(&bytes[at..end]);
        }
        at = end;
    }
    kept.extend(&bytes[at..]);
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::super::exif::tests::block;
    use super::*;
    use fdeflate::compress_to_vec;
    use proptest::prelude::*;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        [&(data.len() as u32).to_be_bytes(), kind.as_slice(), data, &[0; 4]].concat()
    }

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        [b"\x89PNG\r\n\x1A\n".to_vec(), chunks.concat()].concat()
    }

    /// As ImageMagick writes it: a length in eight places, and 36 bytes a line.
    fn raw(name: &str, data: &[u8]) -> Vec<u8> {
        let lines: Vec<String> =
            data.chunks(36).map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
        format!("\n{name}\n{:8}\n{}\n", data.len(), lines.join("\n")).into_bytes()
    }

    fn texts(keyword: &str, text: &[u8]) -> [Vec<u8>; 4] {
        let name = keyword.as_bytes();
        let packed = compress_to_vec(text);
        [
            chunk(b"tEXt", &[name, b"\0", text].concat()),
            chunk(b"zTXt", &[name, b"\0\0", &packed].concat()),
            chunk(b"iTXt", &[name, b"\0\0\0en\0key\0", text].concat()),
            chunk(b"iTXt", &[name, b"\0\x01\0\0\0", &packed].concat()),
        ]
    }

    #[test]
    fn exif_is_found_in_every_place() {
        let exif = block(false, Some(6), Some(65_535), Some(b"R03\0"));
        let wanted = Exif { orientation: Some(6), adobe_rgb: true };
        let prefixed = [b"Exif\0\0", exif.as_slice()].concat();
        let mut places = vec![chunk(b"eXIf", &exif), chunk(b"eXIf", &prefixed)];
        for name in ["exif", "APP1"] {
            places.extend(texts(&format!("Raw profile type {name}"), &raw(name, &prefixed)));
            places.extend(texts(&format!("Raw profile type {name}"), &raw(name, &exif)));
        }
        for place in places {
            for order in [file(&[place.clone(), chunk(b"IDAT", b"")]), file(&[chunk(b"IDAT", b""), place])] {
                assert_eq!(Metadata::read(&order).exif, wanted);
            }
        }
        let upright = chunk(b"eXIf", &block(true, Some(1), None, None));
        let [text, ..] = texts("Raw profile type exif", &raw("exif", &exif));
        assert_eq!(Metadata::read(&file(&[text, upright])).exif.orientation, Some(1), "the chunk goes first");
    }

    #[test]
    fn xmp_and_profiles_are_found_in_every_text() {
        let packet = b"<x:xmpmeta tiff:Orientation=\"6\"/>";
        let app1 = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), packet].concat();
        let named = texts("XML:com.adobe.xmp", packet).into_iter();
        let raws = texts("Raw profile type xmp", &raw("xmp", packet)).into_iter();
        for place in named.chain(raws).chain(texts("Raw profile type APP1", &raw("generic profile", &app1))) {
            assert_eq!(Metadata::read(&file(&[place])).xmp.as_deref(), Some(packet.as_slice()));
        }
        for name in ["icc", "icm"] {
            for place in texts(&format!("Raw profile type {name}"), &raw(name, b"profile")) {
                assert_eq!(Metadata::read(&file(&[place])).profile.as_deref(), Some(b"profile".as_slice()));
            }
        }
    }

    #[test]
    fn what_unpacks_to_too_much_is_left_alone() {
        let bomb = compress_to_vec(&vec![0; 8 << 20]);
        for (kind, head) in [(b"zTXt", b"\0\0".as_slice()), (b"iTXt", b"\0\x01\0\0\0")] {
            let chunk = chunk(kind, &[XMP, head, &bomb].concat());
            assert!(chunk.len() < 1 << 20 && Metadata::read(&file(&vec![chunk; 20])).xmp.is_none());
        }
    }

    #[test]
    fn code_points_count_before_the_picture() {
        let points = chunk(b"cICP", &[9, 16, 0, 1]);
        let before = file(&[points.clone(), chunk(b"IDAT", b"x"), b"rest".to_vec()]);
        assert_eq!(Metadata::read(&before).code_points, Some([9, 16, 0, 1]));
        assert_eq!(Metadata::read(&file(&[chunk(b"IDAT", b"x"), points])).code_points, None);
        assert_eq!(without_video_chunks(&before), file(&[chunk(b"IDAT", b"x"), b"rest".to_vec()]));
    }

    proptest! {
        #[test]
        fn nothing_panics(kind in 0usize..6, data in proptest::collection::vec(0u8..4, 0..40), keyword: bool) {
            let kinds = [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"cICP", b"mDCV"];
            let data = if keyword { [b"Raw profile type exif".as_slice(), &data].concat() } else { data };
            let file = file(&[chunk(kinds[kind], &data)]);
            Metadata::read(&file);
            prop_assert!(without_video_chunks(&file).len() <= file.len());
        }
    }
}
