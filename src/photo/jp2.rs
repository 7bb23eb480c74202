//! JPEG 2000, by hayro-jpeg2000.

use super::boxes::boxes;
use super::colour::{self, Colour};
use super::exif::Exif;
use super::orientation::Orientation;
use super::raster::Raster;
use super::{Format, Header, Limits, Photo};
use crate::error::{Failure, Reason};
use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};

/// Most components: CMYK with alpha.
const MAX_COMPONENTS: u64 = 5;

/// Most tiles: the standard's own limit (ISO/IEC 15444-1, A.4.2: the index has 16 bits).
const MAX_TILES: u64 = 65_535;

/// Most packets of all tiles, layers, components and resolutions. Each costs time even where it is empty. A
/// 200-megapixel picture in 1024 x 1024 tiles, six resolutions and 20 layers has 72,000.
const MAX_PACKETS: u64 = 4_000_000;

/// The main header's own markers (ISO/IEC 15444-1, table A.2).
mod mark {
    pub const SOC: u16 = 0xFF4F;
    pub const SIZ: u16 = 0xFF51;
    pub const COD: u16 = 0xFF52;
    pub const SOT: u16 = 0xFF90;
    pub const EOC: [u8; 2] = [0xFF, 0xD9];
}

/// What the header says.
pub(super) fn probe(bytes: &[u8]) -> Result<Header, Failure> {
    Ok(MainHeader::read(codestream(bytes)?)?.header(bytes.len()))
}

/// Decodes the picture.
pub(super) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Photo<'a>, Failure> {
    let stream = codestream(bytes)?;
    let main = MainHeader::read(stream)?;
    let header = main.header(bytes.len());
    limits.check(&header)?;
    main.check_work()?;
    if !stream.ends_with(&mark::EOC) {
        return Err(Format::Jpeg2000.damaged("it ends early"));
    }
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(bytes, &settings).map_err(|_| Format::Jpeg2000.broken())?;
    // A palette or a second header must not change what was checked.
    if (image.width(), image.height()) != (header.width, header.height) {
        return Err(Format::Jpeg2000.damaged("its two headers disagree"));
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|_| Format::Jpeg2000.broken())?;
    let samples = decoded.data_u8();
    let (raster, colour) = finish(&image, samples)?;
    Ok(Photo::new(raster.into(), Orientation::UPRIGHT, colour, Some(Format::Jpeg2000)))
}

/// The picture's data: the file itself, or the box that holds them.
fn codestream(bytes: &[u8]) -> Result<&[u8], Failure> {
    if bytes.starts_with(&mark::SOC.to_be_bytes()) {
        return Ok(bytes);
    }
    boxes(bytes)
        .find(|found| found.kind == b"jp2c")
        .map(|found| found.body)
        .ok_or_else(|| Format::Jpeg2000.damaged("it ends early"))
}

fn finish(image: &Image<'_>, samples: Vec<u8>) -> Result<(Raster, Colour), Failure> {
    let (width, height) = (image.width(), image.height());
    let profile = match image.color_space() {
        ColorSpace::Icc { profile, .. } => Some(profile.as_slice()),
        _ => None,
    };
    let grey = |samples: Vec<u8>| Raster::rgb_from(width, height, samples.iter().flat_map(|&grey| [grey; 3]).collect());
    let mut raster = match (image.color_space().num_channels(), image.has_alpha()) {
        (1, false) => grey(samples),
        (1, true) => {
            let pixels = samples.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]);
            Raster::rgba_from(width, height, pixels.collect())
        }
        (3, false) => Raster::rgb_from(width, height, samples),
        (3, true) => Raster::rgba_from(width, height, samples),
        (4, false) => {
            let (rgb, colour) = colour::cmyk_to_rgb(&samples, profile);
            return Ok((Raster::rgb_from(width, height, rgb), colour));
        }
        (count, _) => return Err(unsupported(&format!("{count} colour components are not read"))),
    };
    let colour = Colour::of_grey(profile, Exif::default(), &mut raster);
    Ok((raster, colour))
}

/// What the main header says about size and effort.
struct MainHeader {
    width: u32,
    height: u32,
    tile: (u32, u32),
    components: u64,
    layers: u64,
    resolutions: u32,
    /// The smallest precinct, as powers of two.
    precinct: (u32, u32),
}

impl MainHeader {
    fn read(stream: &[u8]) -> Result<Self, Failure> {
        Self::parse(stream).ok_or_else(|| Format::Jpeg2000.damaged("it ends inside its header"))?.checked()
    }

    fn parse(stream: &[u8]) -> Option<Self> {
        let mut main = None;
        let mut at = 2;
        loop {
            let marker = number(stream, at, 2)? as u16;
            if marker == mark::SOT {
                return main;
            }
            let end = at + 2 + number(stream, at + 2, 2)? as usize;
            let body = stream.get(at + 4..end)?;
            match marker {
                mark::SIZ => main = Some(Self::of_size(body)?),
                mark::COD => main.as_mut()?.take_coding(body)?,
                _ => {}
            }
            at = end;
        }
    }

    /// SIZ (ISO/IEC 15444-1, A.5.1): the picture is what the reference grid holds beyond its offset.
    fn of_size(body: &[u8]) -> Option<Self> {
        let side = |end, start| number(body, end, 4)?.checked_sub(number(body, start, 4)?);
        Some(Self {
            width: side(2, 10)?,
            height: side(6, 14)?,
            tile: (number(body, 18, 4)?, number(body, 22, 4)?),
            components: u64::from(number(body, 34, 2)?),
            layers: 1,
            resolutions: 1,
            precinct: (15, 15),
        })
    }

    /// COD (ISO/IEC 15444-1, A.6.1).
    fn take_coding(&mut self, body: &[u8]) -> Option<()> {
        self.layers = u64::from(number(body, 2, 2)?);
        self.resolutions = number(body, 5, 1)? + 1;
        if body.first()? & 1 != 0 {
            for size in body.get(10..)?.iter().take(self.resolutions as usize) {
                let (x, y) = self.precinct;
                self.precinct = (x.min(u32::from(size & 15)), y.min(u32::from(size >> 4)));
            }
        }
        Some(())
    }

    fn checked(self) -> Result<Self, Failure> {
        let possible = self.width > 0 && self.height > 0 && self.tile.0 > 0 && self.tile.1 > 0 && self.components > 0;
        if !possible || self.resolutions > 33 {
            return Err(Format::Jpeg2000.damaged("the header gives no possible picture size"));
        }
        Ok(self)
    }

    fn header(&self, file_bytes: usize) -> Header {
        let pixels = u64::from(self.width) * u64::from(self.height);
        // Floats of every component in two copies, the samples, and the raster.
        let bytes_per_pixel = 9 * self.components.min(MAX_COMPONENTS) + 4;
        let memory = pixels.saturating_mul(bytes_per_pixel).saturating_add(file_bytes as u64);
        Header { format: Format::Jpeg2000, width: self.width, height: self.height, memory }
    }

    /// Refuses what would keep the decoder busy beyond the size of the picture.
    fn check_work(&self) -> Result<(), Failure> {
        let tiles = u64::from(self.width.div_ceil(self.tile.0)) * u64::from(self.height.div_ceil(self.tile.1));
        let (width, height) = (self.tile.0.min(self.width), self.tile.1.min(self.height));
        let precincts = u64::from((width >> self.precinct.0) + 1) * u64::from((height >> self.precinct.1) + 1);
        let packets = [tiles, self.layers, self.components, u64::from(self.resolutions), precincts]
            .into_iter()
            .fold(1_u64, u64::saturating_mul);
        if self.components > MAX_COMPONENTS || tiles > MAX_TILES || packets > MAX_PACKETS {
            return Err(Format::Jpeg2000.too_much("more components, tiles or layers than a photo needs"));
        }
        Ok(())
    }
}

/// A big-endian number of up to four bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(bytes.get(at..at + length)?.iter().fold(0, |sum, &byte| sum << 8 | u32::from(byte)))
}

fn unsupported(what: &str) -> Failure {
    Failure::new(Reason::UnsupportedFormat, format!("{what} in JPEG 2000"))
        .advised("export the photo as JPEG or PNG first")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment(marker: u16, body: &[u8]) -> Vec<u8> {
        [marker.to_be_bytes().as_slice(), &(body.len() as u16 + 2).to_be_bytes(), body].concat()
    }

    /// A main header without picture data.
    fn stream(width: u32, height: u32, tile: u32, components: u16, layers: u16, precinct: u8) -> Vec<u8> {
        let sides = [width, height, 0, 0, tile, tile, 0, 0].map(u32::to_be_bytes).concat();
        let parts: Vec<u8> = (0..components).flat_map(|_| [7, 1, 1]).collect();
        let size = [&[0, 0], sides.as_slice(), &components.to_be_bytes(), &parts].concat();
        let coding = [&[1, 0], layers.to_be_bytes().as_slice(), &[0, 5, 4, 4, 0, 1], &[precinct; 6]].concat();
        let start = mark::SOC.to_be_bytes();
        [&start, segment(mark::SIZ, &size).as_slice(), &segment(mark::COD, &coding), &[0xFF, 0x90]].concat()
    }

    #[test]
    fn the_size_is_read_before_anything_else() {
        let bytes = stream(400, 300, 1024, 3, 1, 0xFF);
        let header = probe(&bytes).unwrap();
        assert_eq!((header.format, header.width, header.height), (Format::Jpeg2000, 400, 300));
        let small = Limits { max_pixels: 1000, ..Limits::default() };
        assert_eq!(decode(&bytes, &small).unwrap_err().reason, Reason::TooLarge);
        assert_eq!(decode(&bytes, &Limits::default()).unwrap_err().reason, Reason::Damaged);
    }

    #[test]
    fn effort_beyond_the_size_is_refused() {
        for bytes in [
            stream(4000, 3000, 4, 3, 1, 0xFF),
            stream(4000, 3000, 1024, 3, 65_535, 0xCC),
            stream(4000, 3000, 4096, 3, 1, 0x11),
            stream(400, 300, 1024, 99, 1, 0xFF),
        ] {
            assert_eq!(decode(&bytes, &Limits::default()).unwrap_err().reason, Reason::TooLarge);
        }
        assert!(MainHeader::read(&stream(16_000, 12_000, 1024, 3, 20, 0x88)).unwrap().check_work().is_ok());
    }

    #[test]
    fn an_impossible_size_is_damage() {
        for bytes in [stream(0, 300, 64, 3, 1, 0xFF), stream(300, 300, 0, 3, 1, 0xFF), stream(9, 9, 9, 0, 1, 0xFF)] {
            assert_eq!(probe(&bytes).unwrap_err().reason, Reason::Damaged);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(place: prop::sample::Index, byte: u8, kept: prop::sample::Index) {
            let mut bytes = stream(40, 30, 64, 3, 1, 0xFF);
            bytes.extend([0, 10, 0, 0, 0, 0, 0, 0, 0, 1, 0xFF, 0x93, 1, 2, 3, 0xFF, 0xD9]);
            let place = place.index(bytes.len());
            bytes[place] = byte;
            let limits = Limits { max_pixels: 1_000_000, ..Limits::default() };
            let _ = decode(&bytes, &limits);
            prop_assert!(decode(&bytes[..kept.index(bytes.len())], &limits).is_err());
        }
    }
}
