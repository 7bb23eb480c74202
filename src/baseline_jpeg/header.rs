//! What stands before the coded data (ITU-T T.81, annex B; JFIF 1.02; ICC.1:2022, annex B.4).

use super::tables::{CHROMA, LUMA};
use super::{Chroma, Refusal, Settings};

/// Most bytes of a profile in one segment: 65,535 without the length, the name and the two numbers.
const PROFILE_PART: usize = 65_535 - 2 - PROFILE_NAME.len() - 2;
const PROFILE_NAME: &[u8; 12] = b"ICC_PROFILE\0";

/// Adds a marker segment; its length counts itself.
fn segment(bytes: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    bytes.extend_from_slice(&[0xff, marker]);
    bytes.extend_from_slice(&(length as u16 + 2).to_be_bytes());
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
}

/// Adds all from the start of the image to the start of the scan. `steps` stand in the order of the zigzag.
pub(super) fn write(
    bytes: &mut Vec<u8>,
    [width, height]: [u16; 2],
    steps: &[[u8; 64]; 2],
    settings: &Settings<'_>,
) -> Result<(), Refusal> {
    bytes.extend_from_slice(&[0xff, 0xd8]);
    // Without a density, pixels are said to be square.
    let (unit, density) = settings.dpi.map_or((0, 1), |dpi| (1, dpi));
    let density = density.to_be_bytes();
    segment(bytes, 0xe0, &[b"JFIF\0\x01\x02", &[unit], &density, &density, &[0, 0]]);
    if let Some(profile) = settings.profile {
        let count = u8::try_from(profile.len().div_ceil(PROFILE_PART)).map_err(|_| Refusal::Profile)?;
        for (number, part) in (1..=count).zip(profile.chunks(PROFILE_PART)) {
            segment(bytes, 0xe2, &[PROFILE_NAME, &[number, count], part]);
        }
    }
    for (number, steps) in (0..).zip(steps) {
        segment(bytes, 0xdb, &[&[number], steps]);
    }
    // Eight bits, three components; of each its name, its sampling and its table of steps.
    let sampling = if settings.chroma == Chroma::Half { 0x22 } else { 0x11 };
    let components = [1, sampling, 0, 2, 0x11, 1, 3, 0x11, 1];
    segment(bytes, 0xc0, &[&[8], &height.to_be_bytes(), &width.to_be_bytes(), &[3], &components]);
    for (number, pair) in (0..).zip([LUMA, CHROMA]) {
        segment(bytes, 0xc4, &[&[number], &pair.dc.counts, pair.dc.symbols]);
        segment(bytes, 0xc4, &[&[0x10 | number], &pair.ac.counts, pair.ac.symbols]);
    }
    // Three components with their Huffman tables, and the constants of baseline: all coefficients, all bits.
    segment(bytes, 0xda, &[&[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]]);
    Ok(())
}
