//! Photo and frame to pixels, from the decoded photo, with a sub-pixel source box.
//!
//! The photo stays as it is stored; its EXIF orientation is applied to the small results. A frame that lies in the
//! photo is one separable Lanczos resize, a little turn included where the photo is decoded on demand. Others are cut
//! from a part of the photo that has somewhat more pixels than the output, continued beyond the photo where that is
//! wanted, and turned by a bicubic kernel that finishes the shrinking: rotation, crop and scale together.

#[cfg(test)]
mod samples;
mod shared;
mod surroundings;

use shared::Shared;
use surroundings::Surroundings;

use crate::error::Failure;
use crate::extend::{Clearance, Growth};
use crate::frame::{Frame, OutputSize};
use crate::geometry::{Point, Rect};
use crate::photo::{Photo, Pixels, Raster, flatten};
use crate::preset::{Alpha, Extend, OutputFormat, Preset};
use crate::reduced::{BACKGROUND, DECODED_PER_OUTPUT_PIXEL, turned_little, turns_little, upright_box};
use crate::subject::{CHIN_ABOVE_BOX_BOTTOM, HEAD_HEIGHT_PER_BOX};
use crate::transparency;
use image::{DynamicImage, RgbImage};

/// Pixels around a turned frame that the bicubic kernel reaches, in pixels of the picture it is turned from.
const KERNEL_REACH: f64 = 4.0;

/// What making one output takes besides the photo, in bytes: an upper estimate, for a photo of this many pixels.
///
/// A turned frame is taken from a picture at most 1.8 times as wide and high
/// ([`crate::reduced::MOST_PER_OUTPUT_PIXEL`]), whose upright bounds have at most twice its area; it is held with 3
/// bytes a pixel, and once more where it is continued. Encoders hold an output several times over: measured at 8
/// megapixels as 7 bytes a pixel for JPEG and PNG, 11 for WebP and 38 for AVIF.
#[must_use]
pub fn memory(preset: &Preset, photo_pixels: u64, allow_upscale: bool) -> u64 {
    const TURNED_BYTES: u64 = 7;
    // What several outputs are cut from is at most so much larger than the finest, and held beside it.
    const SHARED: u64 = shared::MOST_PIXELS as u64;
    let asked = u64::from(preset.width) * u64::from(preset.height);
    let most = if allow_upscale { asked } else { asked.min(photo_pixels.saturating_mul(2)) };
    let encoder = match preset.format {
        OutputFormat::Jpeg | OutputFormat::Png => 12,
        OutputFormat::Webp => 20,
        OutputFormat::Avif => 48,
    };
    TURNED_BYTES * (SHARED * most * 13 / 2).min(photo_pixels.saturating_mul(2)) + (3 * SHARED + encoder) * most
}

/// One output that is wanted of a photo.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Wanted {
    /// Where it is cut from.
    pub frame: Frame,
    /// How large it becomes.
    pub size: OutputSize,
    /// What is seen beyond the photo's edges.
    pub extend: Extend,
}

impl Wanted {
    /// The output of this size for a frame of `preset`.
    #[must_use]
    pub const fn new(frame: Frame, size: OutputSize, preset: &Preset) -> Self {
        Self { frame, size, extend: preset.framing.extend }
    }
}

/// What is seen where the photo is not opaque.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Behind {
    /// Behind its transparent parts, in sRGB.
    pub background: [u8; 3],
    /// Whether transparent parts stay so.
    pub alpha: Alpha,
}

impl Behind {
    /// As `preset` has it.
    #[must_use]
    pub const fn of(preset: &Preset) -> Self {
        Self { background: preset.background.0, alpha: preset.alpha }
    }
}

/// The output `wanted` in sRGB: upright source pixels come to it by [`Frame::transform`]. `prepared` is what
/// [`prepare`] made for it and others; `clearance` is that of the person, in upright source pixels. It is opaque unless
/// alpha is kept.
///
/// # Errors
/// As [`crate::reduced::reduced`].
pub fn render(
    photo: &Photo,
    prepared: &Prepared,
    wanted: &Wanted,
    behind: Behind,
    clearance: &Clearance,
) -> Result<Raster, Failure> {
    let Wanted { frame, extend, .. } = wanted;
    let mut colours = match prepared.shared.as_ref().and_then(|shared| shared.cut(wanted)) {
        Some(cut) => cut?,
        None => framed(photo, prepared.surroundings.as_ref(), wanted, clearance)?,
    };
    let is_plain = behind.alpha == Alpha::Flatten && behind.background == BACKGROUND;
    let alpha = if is_plain { None } else { transparency::alpha_as_photo(photo) };
    let Some(alpha) = alpha else {
        photo.colour.to_srgb(&mut colours);
        paint_beyond(&mut colours, frame, photo, *extend);
        return Ok(Raster::Rgb(colours));
    };
    let mut alpha = framed(&alpha, None, wanted, clearance)?;
    let mut image = transparency::uncovered(&colours, &alpha, BACKGROUND);
    photo.colour.to_srgb_rgba(&mut image);
    if let Extend::Colour(_) = extend {
        let mut colours = DynamicImage::ImageRgba8(image).into_rgb8();
        paint_beyond(&mut colours, frame, photo, *extend);
        paint_beyond(&mut alpha, frame, photo, Extend::Colour([255; 3]));
        image = transparency::joined(&colours, &alpha);
    }
    Ok(match behind.alpha {
        Alpha::Keep => Raster::Rgba(image),
        Alpha::Flatten => Raster::Rgb(flatten(&image, behind.background)),
    })
}

/// How an output comes from the photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It is an upright rectangle of the photo.
    Upright,
    /// It lies in the photo and is turned little.
    InTwoPasses,
    /// It is turned out of its surroundings.
    FromSurroundings,
}

fn way(photo: &Photo, Wanted { frame, .. }: &Wanted) -> Way {
    if reaches_beyond(frame, photo) {
        Way::FromSurroundings
    } else if frame.roll_deg == 0.0 {
        Way::Upright
    } else if turns_little(photo, frame.roll_deg) {
        Way::InTwoPasses
    } else {
        Way::FromSurroundings
    }
}

/// The pixels of what is `wanted`, still in the photo's colours.
fn framed(
    photo: &Photo,
    surroundings: Option<&Surroundings>,
    wanted: &Wanted,
    clearance: &Clearance,
) -> Result<RgbImage, Failure> {
    let Wanted { frame, size, .. } = wanted;
    match way(photo, wanted) {
        Way::Upright => {
            let (left, top) = (frame.centre.x - frame.width / 2.0, frame.centre.y - frame.height / 2.0);
            upright_box(photo, Rect::new(left, top, frame.width, frame.height), (size.width, size.height))
        }
        Way::InTwoPasses => turned_little(photo, &frame.transform(size.width, size.height), (size.width, size.height)),
        Way::FromSurroundings => match surroundings.filter(|surroundings| surroundings.has(wanted)) {
            Some(surroundings) => surroundings.seen(wanted),
            None => Surroundings::of_one(photo, wanted, clearance)?.seen(wanted),
        },
    }
}

fn reaches_beyond(frame: &Frame, photo: &Photo) -> bool {
    let (width, height) = photo.size();
    Growth::around(Rect::around(&frame.corners()), width, height, 1.0) != Growth::default()
}

/// What several outputs of a photo are made from.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    shared: Option<Shared>,
    surroundings: Option<Surroundings>,
}

/// Makes at once what rendering all that is `wanted` of one photo needs in common: decodes where the photo is decoded
/// on demand, and turns and shrinks where frames are much alike.
///
/// # Errors
/// As [`crate::reduced::reduced`].
pub fn prepare(photo: &mut Photo, wanted: &[Wanted], clearance: &Clearance) -> Result<Prepared, Failure> {
    let plan = shared::Plan::new(wanted, photo);
    let is_alone = |wanted: &&Wanted| !plan.as_ref().is_some_and(|plan| plan.has(wanted));
    let mut read: Vec<_> = wanted.iter().filter(is_alone).copied().collect();
    read.extend(plan.as_ref().map(|plan| plan.whole));
    decode_for(photo, &read);
    let surroundings = Surroundings::of_several(photo, &read, clearance)?;
    let shared = plan.map(|plan| Shared::new(photo, plan, surroundings.as_ref(), clearance)).transpose()?;
    Ok(Prepared { shared, surroundings })
}

/// Decodes at once what is going to be looked at around a face with this box, and what `presets` are likely to want of
/// it, where the photo is decoded on demand. A guess: what it misses is decoded when it is asked for, and nothing that
/// is seen depends on it but by rounding.
pub fn foresee(photo: &mut Photo, face: Rect, surroundings: Rect, presets: &[Preset]) {
    /// Kernels reach beyond what is looked at, by this share of it.
    const KERNELS: f64 = 0.02;
    let Some(to_stored) = photo.to_stored() else { return };
    let (width, height) = photo.size();
    let (width, height) = (f64::from(width), f64::from(height));
    let Pixels::Sparse(sparse) = &mut photo.pixels else { return };
    let area = presets.iter().map(|preset| likely_frame(face, preset));
    let area = area.fold(surroundings.grown(KERNELS * surroundings.width), Rect::union);
    // Where the photo has less room, the frame is as wide as it is at most.
    let shrinking = |preset: &Preset| {
        let widest = width.min(height * preset.aspect());
        likely_frame(face, preset).width.min(widest) / f64::from(preset.width)
    };
    let Some(shrinking) = presets.iter().map(shrinking).reduce(f64::min) else { return };
    // A look from afar does not tell whether the head will be turned level; most are, a little.
    sparse.prepare(area.mapped(&to_stored), shrinking / DECODED_PER_OUTPUT_PIXEL);
}

/// Where the frame of `preset` will be around a face whose box is `face`, if the photo has room and the head is hardly
/// tilted.
fn likely_frame(face: Rect, preset: &Preset) -> Rect {
    /// Room for a tilt of 5 degrees and for a face that is measured otherwise from near.
    const MORE: f64 = 0.06;
    let height = HEAD_HEIGHT_PER_BOX * face.height / preset.framing.head_height;
    let width = height * preset.aspect();
    let eyes = face.bottom() - (CHIN_ABOVE_BOX_BOTTOM + HEAD_HEIGHT_PER_BOX / 2.0) * face.height;
    let left = face.centre().x - preset.framing.subject_x * width;
    Rect::new(left, eyes - preset.framing.eye_line * height, width, height).grown(MORE * width.max(height))
}

/// Decodes at once what rendering all that is `wanted` is going to read, where the photo is decoded on demand.
fn decode_for(photo: &mut Photo, wanted: &[Wanted]) {
    let Some(to_stored) = photo.to_stored() else { return };
    let part = |Wanted { frame, size, .. }: &Wanted| {
        let is_plain = frame.roll_deg == 0.0 && !reaches_beyond(frame, photo);
        let finer = if is_plain { 1.0 } else { DECODED_PER_OUTPUT_PIXEL };
        let shrinking = frame.width / f64::from(size.width) / finer;
        let bounds = Rect::around(&frame.corners().map(|corner| to_stored.apply(corner)));
        (bounds.grown(2.0 * KERNEL_REACH * shrinking.max(1.0)), shrinking)
    };
    let whole = wanted.iter().map(part).reduce(|(a, fine), (b, finer)| (a.union(b), fine.min(finer)));
    if let (Some((area, shrinking)), Pixels::Sparse(sparse)) = (whole, &mut photo.pixels) {
        sparse.prepare(area, shrinking);
    }
}

/// Paints what is beyond the photo where `extend` has a colour for it, its edge softened over one pixel.
fn paint_beyond(image: &mut RgbImage, frame: &Frame, photo: &Photo, extend: Extend) {
    let Extend::Colour(colour) = extend else { return };
    if !reaches_beyond(frame, photo) {
        return;
    }
    let transform = frame.transform(image.width(), image.height());
    let Some(back) = transform.inverse() else { return };
    let (width, height) = photo.size();
    let (width, height) = (f64::from(width), f64::from(height));
    let pixels_per_source_pixel = transform.scale();
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let at = back.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
        let inside = at.x.min(width - at.x).min(at.y).min(height - at.y) * pixels_per_source_pixel;
        let share = (0.5 - inside).clamp(0.0, 1.0);
        for (value, paint) in pixel.0.iter_mut().zip(colour) {
            *value = (f64::from(*value) * (1.0 - share) + f64::from(paint) * share).round() as u8;
        }
    }
}
