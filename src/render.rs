//! Photo and frame to pixels: one resample, from the decoded photo, with a sub-pixel source box.
//!
//! The photo stays as it is stored; its EXIF orientation is applied to the small results. An upright frame is one
//! separable Lanczos resize. A turned one is first shrunk to one and a half times the output and turned by a
//! bicubic kernel that finishes the shrinking: rotation, crop and scale together.

mod shared;

pub use shared::Shared;

use crate::error::{Failure, Reason};
use crate::extend::{Clearance, Fill, Growth, continued};
use crate::frame::{Frame, OutputSize};
use crate::geometry::{Affine, Point, Rect};
use crate::photo::{Photo, Pixels, Raster, flatten};
use crate::preset::{Alpha, Extend, OutputFormat, Preset};
use crate::resample::turned;
use crate::subject::{CHIN_ABOVE_BOX_BOTTOM, HEAD_HEIGHT_PER_BOX};
use crate::transparency;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8x3, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, RgbImage, RgbaImage};

/// Resolution at which a turned frame is turned: enough that the turn loses nothing that the output can show.
const PIXELS_PER_OUTPUT_PIXEL: f64 = 1.5;

/// Pixels around a turned frame that the bicubic kernel reaches, in pixels of the picture it is turned from.
const KERNEL_REACH: f64 = 4.0;

/// What is behind transparent parts of a photo while it is looked at, and where no preset says otherwise.
const BACKGROUND: [u8; 3] = [255, 255, 255];

/// What making one output takes besides the photo, in bytes: an upper estimate, for a photo of this many pixels.
///
/// A turned frame is taken from a picture 1.5 times as wide and high, whose upright bounds have at most twice its area;
/// it is held with 3 bytes a pixel, with 4, and once more where it is continued. Encoders hold an output several times
/// over: measured at 8 megapixels as 7 bytes a pixel for JPEG and PNG, 11 for WebP and 38 for AVIF.
#[must_use]
pub fn memory(preset: &Preset, photo_pixels: u64, allow_upscale: bool) -> u64 {
    const TURNED_BYTES: u64 = 10;
    // What several outputs are cut from is at most so much larger than the finest, and held beside it.
    const SHARED: u64 = shared::MOST_PIXELS as u64;
    let asked = u64::from(preset.width) * u64::from(preset.height);
    let most = if allow_upscale { asked } else { asked.min(photo_pixels.saturating_mul(2)) };
    let encoder = match preset.format {
        OutputFormat::Jpeg | OutputFormat::Png => 12,
        OutputFormat::Webp => 20,
        OutputFormat::Avif => 48,
    };
    TURNED_BYTES * (SHARED * most * 9 / 2).min(photo_pixels.saturating_mul(2)) + (3 * SHARED + encoder) * most
}

/// A part of a photo, upright and opaque, shrunk; colours still as the photo's profile has them.
#[derive(Clone, Debug)]
pub struct Reduced {
    /// The pixels.
    pub image: RgbImage,
    /// From upright source pixels to pixels of `image`.
    pub from_photo: Affine,
}

/// The part `part` (upright source pixels, cut to the photo) at `scale` pixels per source pixel.
///
/// A scale over 1 counts as 1. The part is widened to whole source pixels.
///
/// # Errors
/// [`Reason::Internal`] where the resizer refuses; no input is known to make it.
pub fn reduced(photo: &Photo, part: Rect, scale: f64, filter: FilterType) -> Result<Reduced, Failure> {
    let (width, height) = photo.size();
    let left = part.x.floor().clamp(0.0, f64::from(width - 1));
    let top = part.y.floor().clamp(0.0, f64::from(height - 1));
    let right = part.right().ceil().clamp(left + 1.0, f64::from(width));
    let bottom = part.bottom().ceil().clamp(top + 1.0, f64::from(height));
    let scale = scale.min(1.0);
    let out_width = ((right - left) * scale).round().max(1.0);
    let out_height = ((bottom - top) * scale).round().max(1.0);
    let image = upright_box(
        photo,
        Rect::new(left, top, right - left, bottom - top),
        (out_width as u32, out_height as u32),
        filter,
    )?;
    let from_photo = Affine::translation(-left, -top)
        .then(&Affine::scaling(out_width / (right - left), out_height / (bottom - top)));
    Ok(Reduced { image, from_photo })
}

/// The whole photo with its long side shrunk to `long_side` pixels (never enlarged).
///
/// # Errors
/// As [`reduced`].
pub fn overview(photo: &Photo, long_side: u32) -> Result<Reduced, Failure> {
    let (width, height) = photo.size();
    let scale = f64::from(long_side) / f64::from(width.max(height));
    let whole = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    // A triangle as wide as the shrinking needs: the networks want a soft, alias-free picture, not a crisp one.
    reduced(photo, whole, scale, FilterType::Bilinear)
}

/// One output that is wanted of a photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Where it is cut from.
    pub frame: Frame,
    /// How large it becomes.
    pub size: OutputSize,
    /// What is seen beyond the photo's edges.
    pub extend: Extend,
}

/// The whole photo in sRGB with its long side shrunk to `long_side` pixels (never enlarged): for people to look at.
///
/// # Errors
/// As [`reduced`].
pub fn miniature(photo: &Photo, long_side: u32) -> Result<RgbImage, Failure> {
    let (width, height) = photo.size();
    let scale = f64::from(long_side) / f64::from(width.max(height));
    let whole = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut image = reduced(photo, whole, scale, FilterType::CatmullRom)?.image;
    photo.colour.to_srgb(&mut image);
    Ok(image)
}

/// What is seen where the photo is not opaque.
#[derive(Clone, Copy, Debug)]
pub struct Behind {
    /// Behind its transparent parts, in sRGB.
    pub background: [u8; 3],
    /// Whether transparent parts stay so.
    pub alpha: Alpha,
}

/// The output `wanted` in sRGB: upright source pixels come to it by [`Frame::transform`]. `shared` is what
/// [`prepare`] made for it and others; `clearance` is that of the person, in upright source pixels. It is opaque unless
/// alpha is kept.
///
/// # Errors
/// As [`reduced`].
pub fn render(
    photo: &Photo,
    shared: Option<&Shared>,
    wanted: &Wanted,
    behind: Behind,
    clearance: &Clearance,
) -> Result<Raster, Failure> {
    let Wanted { frame, extend, .. } = wanted;
    let mut colours = match shared.and_then(|shared| shared.cut(wanted)) {
        Some(cut) => cut?,
        None => framed(photo, wanted, clearance)?,
    };
    let is_plain = behind.alpha == Alpha::Flatten && behind.background == BACKGROUND;
    let alpha = if is_plain { None } else { transparency::alpha_as_photo(photo) };
    let Some(alpha) = alpha else {
        photo.colour.to_srgb(&mut colours);
        paint_beyond(&mut colours, frame, photo, *extend);
        return Ok(Raster::Rgb(colours));
    };
    let mut alpha = framed(&alpha, wanted, clearance)?;
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

/// The pixels of what is `wanted`, still in the photo's colours.
fn framed(photo: &Photo, wanted: &Wanted, clearance: &Clearance) -> Result<RgbImage, Failure> {
    let Wanted { frame, size, extend } = wanted;
    if frame.roll_deg == 0.0 && !reaches_beyond(frame, photo) {
        let (left, top) = (frame.centre.x - frame.width / 2.0, frame.centre.y - frame.height / 2.0);
        let part = Rect::new(left, top, frame.width, frame.height);
        return upright_box(photo, part, (size.width, size.height), FilterType::Lanczos3);
    }
    let fill = if *extend == Extend::Plain { Fill::Own(*clearance) } else { Fill::Blurred };
    turned_box(photo, frame, *size, fill)
}

fn reaches_beyond(frame: &Frame, photo: &Photo) -> bool {
    let (width, height) = photo.size();
    Growth::around(Rect::around(&frame.corners()), width, height, 1.0) != Growth::default()
}

/// Makes at once what rendering all that is `wanted` of one photo needs in common: decodes where the photo is decoded on
/// demand, and turns and shrinks where frames are much alike.
///
/// # Errors
/// As [`reduced`].
pub fn prepare(photo: &mut Photo, wanted: &[Wanted], clearance: &Clearance) -> Result<Option<Shared>, Failure> {
    let plan = shared::Plan::new(wanted, photo);
    let is_alone = |wanted: &&Wanted| !plan.as_ref().is_some_and(|plan| plan.has(wanted));
    let mut read: Vec<_> = wanted.iter().filter(is_alone).copied().collect();
    read.extend(plan.as_ref().map(|plan| plan.whole));
    decode_for(photo, &read);
    plan.map(|plan| Shared::new(photo, plan, clearance)).transpose()
}

/// Decodes at once what is going to be looked at around a face with this box, and what `presets` are likely to want of it, where the photo is
/// decoded on demand. A guess: what it misses is decoded when it is asked for, and nothing that is seen depends on it but by
/// rounding.
pub fn foresee(photo: &mut Photo, face: Rect, surroundings: Rect, presets: &[Preset]) {
    /// Kernels reach beyond what is looked at, by this share of it.
    const KERNELS: f64 = 0.02;
    let (stored_width, stored_height) = photo.stored_size();
    let Some(to_stored) = photo.orientation.to_upright(stored_width, stored_height).inverse() else { return };
    let Pixels::Sparse(sparse) = &mut photo.pixels else { return };
    let (width, height) = (f64::from(stored_width), f64::from(stored_height));
    let (width, height) = if photo.orientation.swaps_sides() { (height, width) } else { (width, height) };
    let area = presets.iter().map(|preset| likely_frame(face, preset));
    let area = area.fold(surroundings.grown(KERNELS * surroundings.width), Rect::union);
    // Where the photo has less room, the frame is as wide as it is at most.
    let shrinking = |preset: &Preset| {
        let widest = width.min(height * preset.aspect());
        likely_frame(face, preset).width.min(widest) / f64::from(preset.width)
    };
    let Some(shrinking) = presets.iter().map(shrinking).reduce(f64::min) else { return };
    // A look from afar does not tell whether the head will be turned level; most are, a little.
    sparse.prepare(area.mapped(&to_stored), shrinking / PIXELS_PER_OUTPUT_PIXEL);
}

/// Where the frame of `preset` will be around a face whose box is `face`, if the photo has room and the head is hardly tilted.
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
    let (stored_width, stored_height) = photo.stored_size();
    let Some(to_stored) = photo.orientation.to_upright(stored_width, stored_height).inverse() else { return };
    let Pixels::Sparse(sparse) = &mut photo.pixels else { return };
    let part = |Wanted { frame, size, .. }: &Wanted| {
        let finer = if frame.roll_deg == 0.0 { 1.0 } else { PIXELS_PER_OUTPUT_PIXEL };
        let shrinking = frame.width / f64::from(size.width) / finer;
        let bounds = Rect::around(&frame.corners().map(|corner| to_stored.apply(corner)));
        (bounds.grown(2.0 * KERNEL_REACH * shrinking.max(1.0)), shrinking)
    };
    let whole = wanted.iter().map(part).reduce(|(a, fine), (b, finer)| (a.union(b), fine.min(finer)));
    if let Some((area, shrinking)) = whole {
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
    let pixels_per_source_pixel = transform.0[0].hypot(transform.0[3]);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let at = back.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
        let inside = at.x.min(width - at.x).min(at.y).min(height - at.y) * pixels_per_source_pixel;
        let share = (0.5 - inside).clamp(0.0, 1.0);
        for (value, paint) in pixel.0.iter_mut().zip(colour) {
            *value = (f64::from(*value) * (1.0 - share) + f64::from(paint) * share).round() as u8;
        }
    }
}

/// The upright rectangle `part` of the photo, resampled to `size`; it is cut to the photo by at most rounding errors.
fn upright_box(photo: &Photo, part: Rect, size: (u32, u32), filter: FilterType) -> Result<RgbImage, Failure> {
    let (stored_width, stored_height) = photo.stored_size();
    let to_stored = photo
        .orientation
        .to_upright(stored_width, stored_height)
        .inverse()
        .ok_or_else(|| internal("the orientation has no inverse"))?;
    let first = to_stored.apply(Point::new(part.x, part.y));
    let second = to_stored.apply(Point::new(part.right(), part.bottom()));
    let within = |a: f64, b: f64, side: u32| {
        let side = f64::from(side);
        (a.min(b).clamp(0.0, side), a.max(b).clamp(0.0, side))
    };
    let (left, right) = within(first.x, second.x, stored_width);
    let (top, bottom) = within(first.y, second.y, stored_height);
    let (width, height) = if photo.orientation.swaps_sides() { (size.1, size.0) } else { size };
    let area = Rect::new(left, top, right - left, bottom - top);
    let algorithm = ResizeAlg::Convolution(filter);
    let image = match &photo.pixels {
        Pixels::Whole(Raster::Rgb(pixels)) => resized_rgb(pixels, area, (width, height), algorithm)?,
        Pixels::Whole(Raster::Rgba(pixels)) => {
            let bytes = resized::<U8x4>(pixels.as_raw(), pixels.dimensions(), area, (width, height), algorithm)?;
            let image = RgbaImage::from_raw(width, height, bytes).map(|image| flatten(&image, BACKGROUND));
            image.ok_or_else(wrong_size)?
        }
        Pixels::Sparse(sparse) => {
            let shrinking = (area.width / f64::from(width)).min(area.height / f64::from(height));
            let sharp = filter == FilterType::Lanczos3;
            let part = sparse.part(area, shrinking, sharp).ok_or_else(|| internal("a part lies beyond the photo"))?;
            let area = Rect::new(
                (area.x - part.left) / part.scale,
                (area.y - part.top) / part.scale,
                area.width / part.scale,
                area.height / part.scale,
            );
            resized_rgb(&part.pixels, area, (width, height), algorithm)?
        }
    };
    Ok(photo.orientation.apply_rgb(image))
}

fn resized_rgb(source: &RgbImage, area: Rect, size: (u32, u32), algorithm: ResizeAlg) -> Result<RgbImage, Failure> {
    let bytes = resized::<U8x3>(source.as_raw(), source.dimensions(), area, size, algorithm)?;
    RgbImage::from_raw(size.0, size.1, bytes).ok_or_else(wrong_size)
}

/// `area` of the picture with these samples, cut to it, resampled to `size`.
///
/// By the type of its pixels: asked through the crate's untyped pictures, the resizer of every type would be in the program,
/// 2 MB of them.
fn resized<Pixel: PixelTrait>(
    samples: &[u8],
    (width, height): (u32, u32),
    area: Rect,
    size: (u32, u32),
    algorithm: ResizeAlg,
) -> Result<Vec<u8>, Failure> {
    let told = |error: &dyn std::error::Error| internal(&error.to_string());
    let source = TypedImageRef::<Pixel>::from_buffer(width, height, samples).map_err(|error| told(&error))?;
    let mut bytes = vec![0; size.0 as usize * size.1 as usize * size_of::<Pixel>()];
    let mut target = TypedImage::<Pixel>::from_buffer(size.0, size.1, &mut bytes).map_err(|error| told(&error))?;
    let (left, top) = (area.x.max(0.0), area.y.max(0.0));
    let (right, bottom) = (area.right().min(f64::from(width)), area.bottom().min(f64::from(height)));
    let options = ResizeOptions::new().crop(left, top, right - left, bottom - top).resize_alg(algorithm);
    Resizer::new().resize_typed(&source, &mut target, &options).map_err(|error| told(&error))?;
    Ok(bytes)
}

fn wrong_size() -> Failure {
    internal("the resized picture has another size than asked for")
}

/// The turned rectangle `frame`, levelled.
fn turned_box(photo: &Photo, frame: &Frame, size: OutputSize, fill: Fill) -> Result<RgbImage, Failure> {
    let scale = (PIXELS_PER_OUTPUT_PIXEL * size.upscale).min(1.0);
    let reach = KERNEL_REACH / scale;
    let bounds = Rect::around(&frame.corners());
    let part = Rect::new(bounds.x - reach, bounds.y - reach, bounds.width + 2.0 * reach, bounds.height + 2.0 * reach);
    let mut source = reduced(photo, part, scale, FilterType::Lanczos3)?;
    let (width, height) = photo.size();
    let growth = Growth::around(bounds, width, height, scale);
    if growth != Growth::default() {
        let fill = fill.mapped(&source.from_photo);
        source.image = continued(&source.image, growth, fill);
        let (left, top) = (f64::from(growth.left), f64::from(growth.top));
        source.from_photo = source.from_photo.then(&Affine::translation(left, top));
    }
    if frame.roll_deg == 0.0 {
        return cropped(&source, frame, size);
    }
    let transform = frame.transform(size.width, size.height);
    let from_output = transform.inverse().ok_or_else(|| internal("the frame is flat"))?.then(&source.from_photo);
    Ok(turned(&source.image, &from_output, size.width, size.height))
}

/// The upright `frame` of a reduced picture that holds all of it.
fn cropped(source: &Reduced, frame: &Frame, size: OutputSize) -> Result<RgbImage, Failure> {
    let [top_left, _, bottom_right, _] = frame.corners().map(|corner| source.from_photo.apply(corner));
    let area = Rect::new(top_left.x, top_left.y, bottom_right.x - top_left.x, bottom_right.y - top_left.y);
    resized_rgb(&source.image, area, (size.width, size.height), ResizeAlg::Convolution(FilterType::Lanczos3))
}

fn internal(what: &str) -> Failure {
    Failure::new(Reason::Internal, format!("{what}; please report this with the photo's size"))
}
