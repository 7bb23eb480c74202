//! Baseline JPEG, written fast.
//!
//! An encoder for photos: [`encode_rgb`] takes pixels, [`encode_planes`] luma and chroma. What it writes every decoder
//! reads: one scan of Huffman codes, 8 bits, luma and chroma, chroma as fine as luma or half as fine each way, the
//! standard's Huffman tables and its quantisation tables scaled by a quality.
//!
//! # How
//!
//! A row of MCUs at a time: `strip` takes its samples from the picture, with `colour`; `block` makes them coefficients;
//! `scan` makes those bits. Where there is AVX2, colours and coefficients are made by its instructions (`avx2`),
//! elsewhere by plain loops; files are the same to the last byte.
//!
//! # Memory
//!
//! Beside the file: the samples and coefficients of a row of MCUs, 4.7 bytes for each of its pixels in 4:2:0 and 9.4 in
//! 4:4:4, and 7 KB of tables.
//!
//! It shares nothing with the rest of the program and could be a crate of its own.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod block;
mod colour;
mod header;
mod instructions;
mod scan;
mod strip;
mod tables;

use block::{Block, Quantiser};
use instructions::Instructions;
use scan::{Blocks, Scan};
use std::fmt;
use strip::{Rgb, Source, Strips};

/// How fine colour is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chroma {
    /// As fine as luma: 4:4:4.
    Full,
    /// Half as fine each way: 4:2:0, of which each sample is the mean of four pixels.
    Half,
}

impl Chroma {
    /// Pixels to a sample, each way.
    const fn step(self) -> usize {
        match self {
            Self::Full => 1,
            Self::Half => 2,
        }
    }
}

/// What a file is to be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings<'a> {
    /// 1..=100 on the scale of the Independent JPEG Group; what is beyond is taken for the nearest of these.
    pub quality: u8,
    /// How fine colour is stored.
    pub chroma: Chroma,
    /// Dots per inch; `None` says that pixels are square and no more.
    pub dpi: Option<u16>,
    /// An ICC profile: 16,707,345 bytes at most.
    pub profile: Option<&'a [u8]>,
}

/// Luma and chroma of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planes<'a> {
    /// Width of luma, in pixels: 1..=65535.
    pub width: u32,
    /// Height of luma, in pixels: 1..=65535.
    pub height: u32,
    /// Y of JFIF, `width * height` samples, row by row.
    pub luma: &'a [u8],
    /// Cb and Cr of JFIF, 128 for grey: as many samples as luma for [`Chroma::Full`], and for [`Chroma::Half`] half as
    /// many each way, rounded up.
    pub chroma: [&'a [u8]; 2],
}

/// Why there is no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A side is 0 or more than 65,535 pixels.
    Sides,
    /// There are more or fewer samples than the sides say.
    Samples,
    /// The profile is longer than 255 segments hold.
    Profile,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sides => "sides of a JPEG are 1 to 65535 pixels",
            Self::Samples => "the samples are not as many as the sides say",
            Self::Profile => "the colour profile is longer than a JPEG holds",
        })
    }
}

impl std::error::Error for Refusal {}

/// A picture of `width` x `height` pixels as a file. `pixels` are three bytes each, red, green and blue of sRGB or
/// whatever the profile says, row by row.
///
/// # Errors
///
/// See [`Refusal`].
pub fn encode_rgb(pixels: &[u8], width: u32, height: u32, settings: &Settings<'_>) -> Result<Vec<u8>, Refusal> {
    rgb(pixels, [width, height], settings, Instructions::detect())
}

/// Luma and chroma as a file.
///
/// # Errors
///
/// See [`Refusal`].
pub fn encode_planes(planes: &Planes<'_>, settings: &Settings<'_>) -> Result<Vec<u8>, Refusal> {
    self::planes(planes, settings, Instructions::detect())
}

fn rgb(pixels: &[u8], size: [u32; 2], settings: &Settings<'_>, with: Instructions) -> Result<Vec<u8>, Refusal> {
    let [width, height] = sides(size)?;
    let (pixels, rest) = pixels.as_chunks();
    if !rest.is_empty() || pixels.len() != usize::from(width) * usize::from(height) {
        return Err(Refusal::Samples);
    }
    encode(&Rgb { pixels, width: width.into() }, [width, height], settings, with)
}

fn planes(planes: &Planes<'_>, settings: &Settings<'_>, with: Instructions) -> Result<Vec<u8>, Refusal> {
    let size = sides([planes.width, planes.height])?;
    let count = |step: usize| size.map(|side| usize::from(side).div_ceil(step)).iter().product::<usize>();
    let coarse = count(settings.chroma.step());
    if planes.luma.len() != count(1) || planes.chroma.iter().any(|plane| plane.len() != coarse) {
        return Err(Refusal::Samples);
    }
    encode(planes, size, settings, with)
}

fn sides([width, height]: [u32; 2]) -> Result<[u16; 2], Refusal> {
    let side = |length: u32| u16::try_from(length).ok().filter(|&length| length > 0).ok_or(Refusal::Sides);
    Ok([side(width)?, side(height)?])
}

fn encode(
    source: &impl Source,
    size: [u16; 2],
    settings: &Settings<'_>,
    with: Instructions,
) -> Result<Vec<u8>, Refusal> {
    let [width, height] = size.map(usize::from);
    let chroma = settings.chroma;
    let steps = tables::steps(settings.quality);
    // Portraits at quality 90 take 1 to 2 bits a pixel.
    let mut bytes = Vec::with_capacity(width * height / 4 + settings.profile.map_or(0, <[u8]>::len) + 1024);
    header::write(&mut bytes, size, &steps, settings)?;
    let quantisers = steps.map(|steps| Quantiser::new(&steps));
    let mut strips = strip::strips(width, chroma);
    let mut blocks = blocks(&strips);
    let mut scan = Scan::new(bytes, &tables::LUMA, &tables::CHROMA);
    let mcu = 8 * chroma.step();
    for top in (0..height).step_by(mcu) {
        source.fill(top, &mut strips, chroma, with);
        for (component, (strip, blocks)) in strips.iter().zip(&mut blocks).enumerate() {
            with.transform(strip, &quantisers[component.min(1)], blocks);
        }
        with.add(&mut scan, &blocks, width.div_ceil(mcu));
    }
    let mut bytes = scan.finished();
    bytes.extend_from_slice(&[0xff, 0xd9]);
    Ok(bytes)
}

/// Room for the coefficients of strips.
fn blocks(strips: &Strips) -> [Blocks; 3] {
    strips.each_ref().map(|strip| {
        let columns = strip.width / 8;
        let side = strip.samples.len() / strip.width / 8;
        Blocks { blocks: vec![Block::EMPTY; columns * side], columns, side }
    })
}

#[cfg(test)]
mod tests;
