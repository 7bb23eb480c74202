//! Photo and frame to pixels, from the decoded photo, with a sub-pixel source box.
//!
//! The photo stays as it is stored; its EXIF orientation is applied to the small results. A frame that lies in the
//! photo is one separable Lanczos resize, a little turn included where the photo is decoded on demand. Others are cut
//! from a part of the photo that has somewhat more pixels than the output, continued beyond the photo where that is
//! wanted, and turned by a bicubic kernel that finishes the shrinking: rotation, crop and scale together.

mod surroundings;

use crate::error::Failure;
use crate::extend::{Clearance, Growth};
use crate::frame::{Frame, OutputSize};
use crate::geometry::{Point, Rect};
use crate::photo::{Decoded, Photo, PhotoView, Pixels, Purpose, Raster, flatten};
use crate::preset::{Alpha, Extend, OutputFormat, Preset};
use crate::reduced::{
    BACKGROUND, Chroma, DECODED_PER_OUTPUT_PIXEL, MOST_PER_OUTPUT_PIXEL, turned_little, turned_request, turns_little,
    upright_box, upright_request,
};
use crate::sparse_jpeg::Request;
use crate::subject::{CHIN_ABOVE_BOX_BOTTOM, HEAD_HEIGHT_PER_BOX};
use crate::transparency;
use image::{DynamicImage, RgbImage};

/// Pixels around a turned frame that the bicubic kernel reaches, in pixels of the picture it is turned from.
const KERNEL_REACH: f64 = 4.0;

/// What making one output takes besides the photo, in bytes: an upper estimate, for a photo of this width and height,
/// in pixels.
///
/// A turned frame is taken from a picture of its upright bounds, at most 1.8 times as fine as the output
/// ([`crate::reduced::MOST_PER_OUTPUT_PIXEL`]), held with 7 bytes a pixel: RGB twice where it is continued or turned,
/// RGBA and RGB where it is laid over a colour. It is shrunk along its rows first, for which up to 4 bytes are held for
/// each of its columns and each row of the photo. Encoders hold an output several times over: measured at 8 megapixels
/// as 7 bytes a pixel for JPEG and PNG, 11 for WebP and 38 for AVIF.
#[must_use]
pub fn memory(preset: &Preset, photo: (u32, u32), allow_upscale: bool) -> u64 {
    const PICTURE_BYTES: f64 = 7.0;
    const BETWEEN_BYTES: f64 = 4.0;
    const OUTPUT_BYTES: f64 = 3.0;
    let encoder = match preset.format {
        OutputFormat::Jpeg | OutputFormat::Png => 12.0,
        OutputFormat::Webp => 20.0,
        OutputFormat::Avif => 48.0,
    };
    let pixels = f64::from(photo.0) * f64::from(photo.1);
    let (width, height) = (f64::from(preset.width), f64::from(preset.height));
    let asked = width * height;
    // Enlarged at most twice each way, unless it is allowed; continued by at most a third of the shorter side.
    let output = if allow_upscale { asked } else { asked.min(4.0 * pixels) };
    let (width, height) = (width * (output / asked).sqrt(), height * (output / asked).sqrt());
    // Largest at a turn of 45 degrees; widest where a diagonal lies level.
    let bounds = (width + height) * (width + height) / 2.0;
    let picture = (MOST_PER_OUTPUT_PIXEL * MOST_PER_OUTPUT_PIXEL * bounds).min(2.0 * pixels);
    let columns = MOST_PER_OUTPUT_PIXEL * (width * width + height * height).sqrt();
    let between = (columns * f64::from(photo.0.max(photo.1))).min(2.0 * pixels);
    (PICTURE_BYTES * picture + BETWEEN_BYTES * between + (OUTPUT_BYTES + encoder) * output).ceil() as u64
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
    /// How fine chroma is in the file that is made of it.
    pub chroma: Chroma,
}

impl Wanted {
    /// The output of this size for a frame of `preset`.
    #[must_use]
    pub const fn new(frame: Frame, size: OutputSize, preset: &Preset) -> Self {
        let halves = preset.format.halves_chroma(size.width, size.height);
        Self { frame, size, extend: preset.framing.extend, chroma: if halves { Chroma::Half } else { Chroma::Full } }
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

/// The output `wanted` in sRGB: upright source pixels come to it by [`Frame::transform`]. `clearance` is that of the
/// person, in upright source pixels. It is opaque unless alpha is kept.
///
/// It depends on what is given here and on nothing else: neither on other outputs nor on what is decoded already.
///
/// # Errors
/// As [`crate::reduced::reduced`].
pub fn render<'a>(
    photo: impl Into<PhotoView<'a>>,
    wanted: &Wanted,
    behind: Behind,
    clearance: &Clearance,
) -> Result<Raster, Failure> {
    let view = photo.into();
    let (photo, Wanted { frame, extend, .. }) = (view.photo, wanted);
    let mut colours = framed(view, wanted, clearance)?;
    let is_plain = behind.alpha == Alpha::Flatten && behind.background == BACKGROUND;
    let alpha = if is_plain { None } else { transparency::alpha_as_photo(photo) };
    let Some(alpha) = alpha else {
        photo.colour.to_srgb(&mut colours);
        paint_beyond(&mut colours, frame, photo, *extend);
        return Ok(Raster::Rgb(colours));
    };
    let mut alpha = framed((&alpha).into(), wanted, clearance)?;
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
fn framed(photo: PhotoView<'_>, wanted: &Wanted, clearance: &Clearance) -> Result<RgbImage, Failure> {
    let &Wanted { frame, size: OutputSize { width, height, .. }, chroma, .. } = wanted;
    match way(photo.photo, wanted) {
        Way::Upright => upright_box(photo, upright(&frame), (width, height), chroma),
        Way::InTwoPasses => turned_little(photo, &frame.transform(width, height), (width, height), chroma),
        Way::FromSurroundings => surroundings::seen(photo, wanted, clearance),
    }
}

/// What [`framed`] reads of a photo that is decoded on demand.
fn request(photo: &Photo, wanted: &Wanted) -> Option<Request> {
    let &Wanted { frame, size: OutputSize { width, height, .. }, chroma, .. } = wanted;
    match way(photo, wanted) {
        Way::Upright => upright_request(photo, upright(&frame), (width, height), chroma),
        Way::InTwoPasses => turned_request(photo, &frame.transform(width, height), (width, height), chroma),
        Way::FromSurroundings => surroundings::request(photo, wanted),
    }
}

/// The rectangle of a frame that is not turned.
fn upright(frame: &Frame) -> Rect {
    let (left, top) = (frame.centre.x - frame.width / 2.0, frame.centre.y - frame.height / 2.0);
    Rect::new(left, top, frame.width, frame.height)
}

fn reaches_beyond(frame: &Frame, photo: &Photo) -> bool {
    let (width, height) = photo.size();
    Growth::around(Rect::around(&frame.corners()), width, height, 1.0) != Growth::default()
}

/// `decoded` with what rendering all that is `wanted` reads, and without what it does not: decoded at once, where the
/// photo is decoded on demand.
#[must_use]
pub fn prepare(photo: &Photo, decoded: Decoded, wanted: &[Wanted]) -> Decoded {
    let Pixels::Sparse(sparse) = &photo.pixels else { return decoded };
    let requests: Vec<_> = wanted.iter().filter_map(|wanted| request(photo, wanted)).collect();
    sparse.decode(decoded, &requests)
}

/// Decodes at once what is going to be looked at, `looks`, and what `presets` are likely to want of a face with this
/// box. A guess: what it misses is decoded when it is asked for.
#[must_use]
pub fn foresee(photo: &Photo, face: Rect, looks: &[Request], presets: &[Preset]) -> Decoded {
    /// The shrinking that a preset needs turns out this much more or less: near the bounds between two scales both are
    /// decoded, which costs less than to read the file once more.
    const UNSURE: f64 = 1.08;
    let Pixels::Sparse(sparse) = &photo.pixels else { return Decoded::default() };
    let Some(to_stored) = photo.to_stored() else { return Decoded::default() };
    let (width, height) = photo.size();
    let (width, height) = (f64::from(width), f64::from(height));
    let mut requests = looks.to_vec();
    let mut foresee = |request: Request| {
        // Where the file is not read anew for it, a kind of planes that nobody looks at can wait until it is certain.
        if sparse.reads_anew() || looks.iter().any(|look| look.is_alike(&request)) {
            requests.push(request);
        }
    };
    for preset in presets {
        let frame = likely_frame(face, preset);
        // Where the photo has less room, the frame is as wide as it is at most.
        let widest = width.min(height * preset.aspect());
        // A look from afar does not tell whether the head will be turned level; most are, a little.
        let shrinking = frame.width.min(widest) / f64::from(preset.width) / DECODED_PER_OUTPUT_PIXEL;
        let fine_colour = !preset.format.halves_chroma(preset.width, preset.height);
        for shrinking in [shrinking / UNSURE, shrinking * UNSURE] {
            foresee(sparse.request(frame.mapped(&to_stored), shrinking, Purpose::Output { fine_colour }));
        }
    }
    sparse.decode(Decoded::default(), &requests)
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

#[cfg(test)]
mod tests;
