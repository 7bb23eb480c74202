//! Rows of samples: chroma interpolated to the size of luma, and both turned into RGB.

/// A chroma row halfway between two: three parts of the nearer and one of the other, rounded.
#[inline(always)]
pub(super) fn between(near: &[u8], far: &[u8], row: &mut [u8]) {
    for ((&near, &far), sample) in near.iter().zip(far).zip(row) {
        *sample = weighted(near, far);
    }
}

/// Each sample becomes two, a quarter of the way to its neighbours; the outermost two are copies.
#[inline(always)]
pub(super) fn twice_as_wide(row: &[u8], wide: &mut [u8]) {
    let (Some(&first), Some(&last)) = (row.first(), row.last()) else { return };
    if let [start, inner @ .., end] = wide {
        (*start, *end) = (first, last);
        for ((&left, &right), pair) in row.iter().zip(row.iter().skip(1)).zip(inner.chunks_exact_mut(2)) {
            (pair[0], pair[1]) = (weighted(left, right), weighted(right, left));
        }
    }
}

/// Three parts `near` and one `far`, rounded: the triangle filter that JPEG decoders share.
#[inline(always)]
fn weighted(near: u8, far: u8) -> u8 {
    ((3 * u16::from(near) + u16::from(far) + 2) >> 2) as u8
}

/// Grey to three equal samples a pixel.
pub(super) fn grey_to_rgb(luma: &[u8], rgb: &mut [u8]) {
    for (&luma, pixel) in luma.iter().zip(rgb.chunks_exact_mut(3)) {
        pixel.fill(luma);
    }
}

/// What stored chroma is lowered by.
pub(super) const CENTRE: i16 = 128;
/// A half, in 64ths.
pub(super) const ROUNDING: i16 = 32;
/// The share of chroma towards red in red: 1.402 in 16384ths.
pub(super) const RED: i16 = 22_970;
/// The shares of chroma towards red and towards blue in green: 0.714136 and 0.344136.
pub(super) const GREEN: [i16; 2] = [-11_700, -5_638];
/// The share of chroma towards blue in blue: 1.772.
pub(super) const BLUE: i16 = 29_032;

/// Pixels in one step of [`to_rgb`]: so many that the loops over them stay loops, which become vector instructions.
const STEP: usize = 64;

/// Luma and chroma of full range to RGB (JFIF 1.02; ITU-R BT.601), `rgb.len() / 3` pixels.
pub(super) fn to_rgb(luma: &[u8], blue: &[u8], red: &[u8], rgb: &mut [u8]) {
    let (steps, rest) = rgb.as_chunks_mut::<{ 3 * STEP }>();
    let whole = steps.len() * STEP;
    let parts = luma.as_chunks::<STEP>().0.iter().zip(blue.as_chunks::<STEP>().0).zip(red.as_chunks::<STEP>().0);
    for (((luma, blue), red), pixels) in parts.zip(steps) {
        step(luma, blue, red, pixels);
    }
    if !rest.is_empty() {
        // The last pixels: a whole step of which a part is kept.
        let padded = |row: &[u8]| {
            let mut step = [0; STEP];
            step.iter_mut().zip(row.iter().skip(whole)).for_each(|(to, from)| *to = *from);
            step
        };
        let mut pixels = [0; 3 * STEP];
        step(&padded(luma), &padded(blue), &padded(red), &mut pixels);
        rest.iter_mut().zip(pixels).for_each(|(to, from)| *to = from);
    }
}

fn step(luma: &[u8; STEP], blue: &[u8; STEP], red: &[u8; STEP], pixels: &mut [u8; 3 * STEP]) {
    // Everything in 64ths, so that 16 bits hold it.
    let scaled = |sample: u8, factor: i16| {
        let centred = (i16::from(sample) - CENTRE) << 8;
        ((i32::from(centred) * i32::from(factor)) >> 16) as i16
    };
    let finished = |value: i16| (value >> 6).clamp(0, 255) as u16;
    // Red and green in one word of 16 bits, blue in the next.
    let mut halves = [[0; 2]; STEP];
    for (at, pixel) in halves.iter_mut().enumerate() {
        let base = (i16::from(luma[at]) << 6) + ROUNDING;
        let r = finished(base + scaled(red[at], RED));
        let g = finished(base + scaled(red[at], GREEN[0]) + scaled(blue[at], GREEN[1]));
        let b = finished(base + scaled(blue[at], BLUE));
        *pixel = [r | g << 8, b];
    }
    let words = halves.map(|[low, high]| u32::from(low) | u32::from(high) << 16);
    for (four, words) in pixels.as_chunks_mut::<12>().0.iter_mut().zip(words.as_chunks::<4>().0) {
        four[..4].copy_from_slice(&(words[0] | words[1] << 24).to_le_bytes());
        four[4..8].copy_from_slice(&(words[1] >> 8 | words[2] << 16).to_le_bytes());
        four[8..].copy_from_slice(&(words[2] >> 16 | words[3] << 8).to_le_bytes());
    }
}
