//! RGB to luma and chroma (JFIF 1.02; ITU-R BT.601), in plain loops over runs of sixteen pixels.
//!
//! All arithmetic is in 16 bits, levels in the upper eight of them. A product keeps its upper 16 bits, so that a level
//! is off by three parts in 256 at most before it is rounded.

/// Pixels to a step.
pub(super) const RUN: usize = 16;

/// Sixteen pixels, three bytes each.
pub(super) type Run = [u8; 3 * RUN];

/// Parts of red, green and blue in luma, of 65,536.
pub(super) const LUMA: [u16; 3] = [19_595, 38_470, 7_471];
/// Parts of red and green that are taken from half of blue, of 65,536. Their sum is a half, so that greys have no
/// colour.
pub(super) const TOWARDS_BLUE: [u16; 2] = [11_059, 21_709];
/// Parts of green and blue that are taken from half of red.
pub(super) const TOWARDS_RED: [u16; 2] = [27_439, 5_329];
/// A half to round by, and one for what three products lose on average.
pub(super) const LUMA_ROUNDING: u16 = 128 + 1;
/// The middle, which is no colour, and a half, less one for what the products lose and one more: full blue is 255.5.
pub(super) const CHROMA_ROUNDING: u16 = (128 << 8) + 128 - 2;

/// The upper half of the product.
#[inline(always)]
pub(super) fn part(level: u16, parts: u16) -> u16 {
    ((u32::from(level) * u32::from(parts)) >> 16) as u16
}

#[inline(always)]
fn luma([red, green, blue]: [u16; 3]) -> u8 {
    let sum = part(red, LUMA[0]) + part(green, LUMA[1]) + part(blue, LUMA[2]);
    ((sum + LUMA_ROUNDING) >> 8) as u8
}

/// How much more there is of `most` than of the others.
#[inline(always)]
fn chroma(most: u16, others: [u16; 2], parts: [u16; 2]) -> u8 {
    ((CHROMA_ROUNDING + (most >> 1) - part(others[0], parts[0]) - part(others[1], parts[1])) >> 8) as u8
}

/// The pixels' levels, colour by colour, raised by `bits`.
#[inline(always)]
fn raised(run: &Run, bits: u32) -> [[u16; RUN]; 3] {
    let mut levels = [[0; RUN]; 3];
    for (place, pixel) in run.as_chunks::<3>().0.iter().enumerate() {
        for (level, &byte) in levels.iter_mut().zip(pixel) {
            level[place] = u16::from(byte) << bits;
        }
    }
    levels
}

#[inline(always)]
fn write_luma(run: &Run, written: &mut [u8; RUN]) {
    let [red, green, blue] = raised(run, 8);
    for place in 0..RUN {
        written[place] = luma([red[place], green[place], blue[place]]);
    }
}

#[inline(always)]
fn write_chroma<const COUNT: usize>(
    [red, green, blue]: &[[u16; COUNT]; 3],
    towards_blue: &mut [u8; COUNT],
    towards_red: &mut [u8; COUNT],
) {
    for place in 0..COUNT {
        let [red, green, blue] = [red[place], green[place], blue[place]];
        towards_blue[place] = chroma(blue, [red, green], TOWARDS_BLUE);
        towards_red[place] = chroma(red, [green, blue], TOWARDS_RED);
    }
}

/// A run of pixels with colour for each.
pub(super) fn full(run: &Run, luma: &mut [u8; RUN], [blue, red]: [&mut [u8; RUN]; 2]) {
    write_luma(run, luma);
    write_chroma(&raised(run, 8), blue, red);
}

/// Runs of two rows, with the mean colour of each four pixels.
pub(super) fn half(runs: [&Run; 2], luma: [&mut [u8; RUN]; 2], [blue, red]: [&mut [u8; RUN / 2]; 2]) {
    for (run, luma) in runs.into_iter().zip(luma) {
        write_luma(run, luma);
    }
    let [upper, lower] = runs.map(|run| raised(run, 6));
    let mut sums = [[0; RUN / 2]; 3];
    for ((sums, upper), lower) in sums.iter_mut().zip(&upper).zip(&lower) {
        for (place, sum) in sums.iter_mut().enumerate() {
            *sum = upper[2 * place] + lower[2 * place] + upper[2 * place + 1] + lower[2 * place + 1];
        }
    }
    write_chroma(&sums, blue, red);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Luma and chroma towards blue and red by JFIF.
    fn exact(pixel: [f64; 3]) -> [f64; 3] {
        let [red, green, blue] = pixel;
        let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
        [luma, 128.0 + (blue - luma) / 1.772, 128.0 + (red - luma) / 1.402]
    }

    fn check(sample: u8, exact: f64, pixel: [u8; 3]) {
        // Rounding is half a level; products lose three parts in 256 and are one too many at most. 255.5 is none.
        let difference = (f64::from(sample) - exact.min(255.0)).abs();
        assert!(difference < 0.5 + 4.0 / 256.0, "{pixel:?}: {sample} for {exact}");
    }

    #[test]
    fn colours_are_those_of_the_standard() {
        let levels = || (0..=255).step_by(5);
        for (red, green, blue) in
            levels().flat_map(|red| levels().flat_map(move |g| levels().map(move |b| (red, g, b))))
        {
            let pixel = [red, green, blue];
            let mut run = [0; 3 * RUN];
            run.as_chunks_mut().0.fill(pixel);
            let mut found = [[0; RUN]; 3];
            let [luma, towards_blue, towards_red] = &mut found;
            full(&run, luma, [towards_blue, towards_red]);
            for (found, exact) in found.iter().zip(exact(pixel.map(f64::from))) {
                assert!(found.iter().all(|&sample| sample == found[0]));
                check(found[0], exact, pixel);
            }
            let (mut upper, mut lower, mut halves) = ([0; RUN], [0; RUN], [[0; RUN / 2]; 2]);
            let [towards_blue, towards_red] = &mut halves;
            half([&run, &run], [&mut upper, &mut lower], [towards_blue, towards_red]);
            assert!(upper == found[0] && lower == found[0]);
            assert!(halves[0] == found[1][..RUN / 2] && halves[1] == found[2][..RUN / 2], "{pixel:?}");
        }
    }

    #[test]
    fn greys_have_no_colour() {
        for level in 0..=255 {
            let (mut luma, mut blue, mut red) = ([0; RUN], [0; RUN], [0; RUN]);
            full(&[level; 3 * RUN], &mut luma, [&mut blue, &mut red]);
            assert!(luma == [level; RUN] && blue == [128; RUN] && red == [128; RUN], "{level}");
        }
    }

    #[test]
    fn half_is_the_mean_of_four() {
        let [upper, lower]: [Run; 2] = [40_503, 30_011]
            .map(|factor| std::array::from_fn(|place| ((place as u32 + 1).wrapping_mul(factor) >> 7) as u8));
        let (mut luma, mut chroma) = ([[0; RUN]; 2], [[0; RUN / 2]; 2]);
        let ([first, second], [blue, red]) = (&mut luma, &mut chroma);
        half([&upper, &lower], [first, second], [blue, red]);
        for place in 0..RUN / 2 {
            let mean = std::array::from_fn(|colour| {
                let sum = |run: &Run| u32::from(run[6 * place + colour]) + u32::from(run[6 * place + 3 + colour]);
                f64::from(sum(&upper) + sum(&lower)) / 4.0
            });
            let [_, blue, red] = exact(mean);
            check(chroma[0][place], blue, mean.map(|level| level as u8));
            check(chroma[1][place], red, mean.map(|level| level as u8));
        }
    }
}
