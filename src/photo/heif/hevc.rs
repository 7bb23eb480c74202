//! The HEVC pictures of HEIC, by heifer.

use super::super::{Limits, Raster};
use super::{Container, unsupported};
use crate::error::Failure;
use heifer::heifer_hevc_dec::nal::NalUnit;
use heifer::heifer_hevc_dec::params::ParameterSets;
use heifer::heifer_isobmff::{HeifFile, ItemId};
use heifer::{Error, Options};

/// The type number of a sequence parameter set (ITU-T H.265, table 7-1), which gives the coded size.
const SEQUENCE_PARAMETER_SET: u8 = 33;

/// The primary picture, put together and turned as the container asks.
pub(super) fn upright(container: &Container<'_>, limits: &Limits) -> Result<Raster, Failure> {
    // One photo is one task: tiles are decoded one after the other. The parts' sizes were checked before.
    let options = Options { max_threads: 1, max_pixels: limits.max_pixels };
    let picture = heifer::decode_rgba8(container.bytes, &options).map_err(|error| explain(container, &error))?;
    Ok(Raster::rgba_from(picture.width, picture.height, picture.data))
}

/// How many pixels a part is coded with. The stream decides, not the container: either can lie.
pub(super) fn coded_pixels(file: &HeifFile<'_>, part: ItemId, data: &[u8]) -> u64 {
    let pixels = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
    let largest = file.image_size(part).ok().flatten().map_or(0, pixels);
    let Ok(Some(config)) = file.hevc_config(part) else { return largest };
    let outside = config.nal_units.iter().map(Vec::as_slice);
    outside.chain(units(data, usize::from(config.nal_length_size))).filter_map(sequence).fold(
        largest,
        |largest, sets| {
            let sizes = sets.sps.iter().flatten();
            let sizes = sizes.map(|set| pixels((set.pic_width_in_luma_samples, set.pic_height_in_luma_samples)));
            largest.max(sizes.max().unwrap_or(0))
        },
    )
}

/// The primaries and the transfer that a stream gives (ITU-T H.265, E.2.1).
pub(super) fn code_points(file: &HeifFile<'_>, part: ItemId) -> Option<(u16, u16)> {
    let config = file.hevc_config(part).ok()??;
    let sets = config.nal_units.iter().find_map(|unit| sequence(unit))?;
    let vui = sets.sps.iter().flatten().find_map(|set| set.vui.as_ref())?;
    Some((u16::from(vui.colour_primaries), u16::from(vui.transfer_characteristics)))
}

/// What a unit says of the sequence, where it is one that does.
fn sequence(unit: &[u8]) -> Option<ParameterSets> {
    let mut sets = ParameterSets::default();
    let is_one = unit.first().is_some_and(|first| first >> 1 & 63 == SEQUENCE_PARAMETER_SET);
    (is_one && NalUnit::parse(unit).is_ok_and(|unit| sets.add(&unit).is_ok())).then_some(sets)
}

/// The units of a stream that gives each one's length before it.
fn units(mut data: &[u8], length_bytes: usize) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = data.split_at_checked(length_bytes).filter(|_| length_bytes > 0)?;
        let length = length.iter().fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte));
        let (unit, rest) = rest.split_at_checked(length)?;
        data = rest;
        Some(unit)
    })
}

fn explain(container: &Container<'_>, error: &Error) -> Failure {
    match error {
        Error::Unsupported(_) | Error::Hevc(heifer::heifer_hevc_dec::Error::Unimplemented(_)) => {
            unsupported(container.format, "this kind of coding")
        }
        Error::Container(error) => super::broken(container.format, error),
        _ => container.format.broken(),
    }
}
