//! Outputs are where their transform says, and what they are made with does not depend on what was decoded before.

use super::*;
use crate::frame::Frame;
use crate::photo::{Limits, Orientation, decode};
use crate::subject::Head;
use image::{GrayImage, Rgb, Rgba, RgbaImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::io::Cursor;

const WIDTH: u32 = 900;
const HEIGHT: u32 = 1000;

/// Waves along both axes, by which a place is known: up to 2.3 levels a pixel steep.
fn levels(at: Point) -> [f64; 3] {
    let wave = |at: f64| 127.0 + 92.0 * (at / 40.0).sin();
    [wave(at.x), wave(at.y), wave(0.7 * at.x + 0.6 * at.y)]
}

/// Only the second of the channels, three times.
fn grey_levels(at: Point) -> [f64; 3] {
    [levels(at)[1]; 3]
}

fn pixel(x: u32, y: u32) -> [u8; 3] {
    levels(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5)).map(|level| level.round() as u8)
}

fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb(pixel(x, y)))
}

fn png(image: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).expect("encodes");
    bytes.into_inner()
}

fn jpeg(image: &RgbImage, sampling: SamplingFactor, progressive: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 97);
    encoder.set_progressive(progressive);
    encoder.set_sampling_factor(sampling);
    let (width, height) = image.dimensions();
    encoder.encode(image.as_raw(), width as u16, height as u16, ColorType::Rgb).expect("encodes");
    bytes
}

fn grey_jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (width, height) = image.dimensions();
    let grey = GrayImage::from_fn(width, height, |x, y| image::Luma([image.get_pixel(x, y)[1]]));
    let encoder = Encoder::new(&mut bytes, 97);
    encoder.encode(grey.as_raw(), width as u16, height as u16, ColorType::Luma).expect("encodes");
    bytes
}

/// A frame around `centre`, `width` pixels of the photo wide.
fn output((x, y): (f64, f64), width: f64, (columns, rows): (u32, u32), roll_deg: f64) -> Wanted {
    let height = width * f64::from(rows) / f64::from(columns);
    let size = OutputSize { width: columns, height: rows, upscale: f64::from(columns) / width };
    let frame = Frame { centre: Point::new(x, y), width, height, roll_deg };
    let chroma = if columns.min(rows) < 400 { Chroma::Full } else { Chroma::Half };
    Wanted { frame, size, extend: Extend::Blur, chroma }
}

/// Upright, turned a little and much, small and large, and beyond the upper edge.
fn outputs(extend: Extend) -> Vec<Wanted> {
    let all = [
        output((450.0, 500.0), 400.0, (300, 300), 0.0),
        output((455.5, 510.25), 380.5, (70, 70), 0.0),
        output((440.0, 520.0), 600.0, (400, 500), 0.0),
        output((450.0, 500.0), 390.0, (450, 450), 7.5),
        output((440.0, 520.0), 420.0, (200, 250), -8.5),
        output((450.0, 500.0), 500.0, (90, 90), 23.0),
        output((450.0, 480.0), 430.0, (260, 260), -31.0),
        output((450.0, 150.0), 400.0, (300, 300), 0.0),
        output((460.0, 160.0), 420.0, (250, 250), 6.0),
        output((410.0, 520.0), 800.0, (300, 300), 0.0),
    ];
    all.into_iter().map(|wanted| Wanted { extend, ..wanted }).collect()
}

fn clearance() -> Clearance {
    Clearance::around(&Head {
        eyes: [Point::new(400.0, 480.0), Point::new(500.0, 480.0)],
        chin: Point::new(450.0, 600.0),
        crown: Point::new(450.0, 360.0),
        crown_confidence: 1.0,
        roll_deg: 0.0,
        yaw: 0.0,
        pitch: 0.0,
        face: Rect::new(380.0, 420.0, 140.0, 180.0),
    })
}

const WHITE: Behind = Behind { background: BACKGROUND, alpha: Alpha::Flatten };

/// Compares an output with what its transform says it shows, where `is_picture` (upright source pixels).
fn check(photo: &Photo<'_>, wanted: &Wanted, image: &Raster, what: &str, expected: &dyn Fn(Point) -> Option<[f64; 3]>) {
    let Wanted { frame, size, .. } = wanted;
    let image = match image {
        Raster::Rgb(image) => image.clone(),
        Raster::Rgba(image) => DynamicImage::ImageRgba8(image.clone()).into_rgb8(),
    };
    assert_eq!(image.dimensions(), (size.width, size.height));
    let back = frame.transform(size.width, size.height).inverse().expect("an inverse");
    let (width, height) = photo.size();
    let margin = 4.0 * (1.0 / size.upscale).max(1.0);
    let inside = Rect::new(0.0, 0.0, f64::from(width), f64::from(height)).grown(-margin);
    let (mut sum, mut count, mut worst) = (0.0, 0.0, 0.0f64);
    for (x, y, pixel) in image.enumerate_pixels() {
        let at = back.apply(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
        let is_inside = at.x > inside.x && at.y > inside.y && at.x < inside.right() && at.y < inside.bottom();
        let Some(levels) = expected(at).filter(|_| is_inside) else { continue };
        for (level, wanted) in pixel.0.iter().zip(levels) {
            let off = (f64::from(*level) - wanted).abs();
            (sum, count, worst) = (sum + off, count + 1.0, worst.max(off));
        }
    }
    let mean = sum / count;
    assert!(count > 1000.0, "{what}: nothing was compared of {wanted:?}");
    // Half a pixel of the source beside its place would be a mean of 0.7.
    assert!(mean < 0.7 + 0.6 / size.upscale && worst < 40.0, "{what}: off by {mean}, at most {worst}: {wanted:?}");
}

/// The photo in every orientation, made by all ways.
fn check_all(photo: &Photo<'_>, extend: Extend, what: &str, levels: fn(Point) -> [f64; 3]) {
    for exif in 1..=8 {
        let mut photo = photo.clone();
        photo.orientation = Orientation::from_exif(exif);
        let (stored_width, stored_height) = photo.stored_size();
        // Frames are around the middle of a photo of 900 x 1000 pixels, and shorter sides have room for them.
        let to_stored = photo.to_stored().expect("an inverse");
        let (width, height) = photo.size();
        let moved = Point::new((f64::from(width) - 900.0) / 2.0, ((f64::from(height) - 1000.0) / 2.0).min(0.0));
        for mut wanted in outputs(extend) {
            wanted.frame.centre = Point::new(wanted.frame.centre.x + moved.x, wanted.frame.centre.y + moved.y);
            let image = render(&photo, &wanted, WHITE, &clearance()).expect("renders");
            let what = format!("{what} ({stored_width} x {stored_height}), EXIF {exif}");
            check(&photo, &wanted, &image, &what, &|at| Some(levels(to_stored.apply(at))));
        }
    }
}

#[test]
fn outputs_of_photos_that_are_decoded_whole_are_where_their_transform_says() {
    let bytes = png(&DynamicImage::ImageRgb8(picture(WIDTH, HEIGHT)));
    let photo = decode(&bytes, &Limits::default()).expect("decodes");
    for extend in [Extend::Blur, Extend::Plain, Extend::Colour([10, 200, 30])] {
        check_all(&photo, extend, "PNG", levels);
    }
}

#[test]
fn outputs_of_photos_that_are_decoded_on_demand_are_where_their_transform_says() {
    use SamplingFactor::{R_4_2_0, R_4_2_2, R_4_4_0, R_4_4_4};
    let small = picture(WIDTH, HEIGHT);
    for (sampling, progressive) in
        [(R_4_4_4, false), (R_4_2_2, false), (R_4_4_0, false), (R_4_2_0, false), (R_4_2_0, true), (R_4_4_4, true)]
    {
        let bytes = jpeg(&small, sampling, progressive);
        let photo = decode(&bytes, &Limits::default()).expect("decodes");
        assert!(matches!(photo.pixels, Pixels::Sparse(_)));
        check_all(&photo, Extend::Blur, &format!("{sampling:?} progressive {progressive}"), levels);
    }
    let bytes = grey_jpeg(&small);
    check_all(&decode(&bytes, &Limits::default()).expect("decodes"), Extend::Blur, "grey", grey_levels);
    // One that is decoded in parts.
    let bytes = jpeg(&picture(5200, HEIGHT), R_4_2_0, false);
    let photo = decode(&bytes, &Limits::default()).expect("decodes");
    assert!(matches!(&photo.pixels, Pixels::Sparse(sparse) if sparse.reads_anew()));
    check_all(&photo, Extend::Blur, "large", levels);
}

/// Whether a place is well inside (`Some(true)`) or well outside of the circle that a photo is cut to.
fn in_circle(at: Point) -> Option<bool> {
    let distance = at.distance(Point::new(450.0, 500.0));
    if distance < 400.0 { Some(true) } else { (distance > 450.0).then_some(false) }
}

#[test]
fn outputs_of_photos_with_transparent_corners_are_where_their_transform_says() {
    // Cut to a circle with a soft edge; what is hidden is black.
    let circle = RgbaImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let distance = Point::new(f64::from(x), f64::from(y)).distance(Point::new(450.0, 500.0));
        let alpha = ((425.0 - distance) * 25.0 + 128.0).clamp(0.0, 255.0) as u8;
        let [red, green, blue] = if alpha == 0 { [0; 3] } else { pixel(x, y) };
        Rgba([red, green, blue, alpha])
    });
    let bytes = png(&DynamicImage::ImageRgba8(circle));
    for exif in 1..=8 {
        let mut photo = decode(&bytes, &Limits::default()).expect("decodes");
        photo.orientation = Orientation::from_exif(exif);
        let to_stored = photo.to_stored().expect("an inverse");
        for extend in [Extend::Blur, Extend::Plain, Extend::Colour([10, 200, 30])] {
            for mut wanted in outputs(extend) {
                // No frame reaches beyond the lower edge, which is nearer where the photo lies on its side.
                let lowest = f64::from(photo.size().1) - wanted.frame.height / 2.0 - 1.0;
                if wanted.frame.roll_deg == 0.0 {
                    wanted.frame.centre.y = wanted.frame.centre.y.min(lowest);
                }
                let what = format!("transparent corners, EXIF {exif}");
                let shown = |background: [u8; 3]| {
                    move |at: Point| {
                        let at = to_stored.apply(at);
                        let behind = background.map(f64::from);
                        in_circle(at).map(|inside| if inside { levels(at) } else { behind })
                    }
                };
                let made = |behind: Behind| render(&photo, &wanted, behind, &clearance()).expect("renders");
                check(&photo, &wanted, &made(WHITE), &what, &shown(BACKGROUND));
                let blue = Behind { background: [20, 40, 200], ..WHITE };
                check(&photo, &wanted, &made(blue), &what, &shown(blue.background));
                let kept = made(Behind { alpha: Alpha::Keep, ..WHITE });
                check(&photo, &wanted, &kept, &what, &|at| {
                    let at = to_stored.apply(at);
                    in_circle(at).filter(|inside| *inside).map(|_| levels(at))
                });
                let Raster::Rgba(kept) = kept else { panic!("alpha is kept") };
                let alpha = RgbImage::from_fn(kept.width(), kept.height(), |x, y| Rgb([kept.get_pixel(x, y)[3]; 3]));
                check(&photo, &wanted, &Raster::Rgb(alpha), &what, &|at| {
                    in_circle(to_stored.apply(at)).map(|inside| [if inside { 255.0 } else { 0.0 }; 3])
                });
            }
        }
    }
}

#[test]
fn what_was_decoded_before_changes_no_output() {
    use SamplingFactor::{R_4_2_0, R_4_4_4};
    let presets = crate::preset::built_in().expect("built in");
    for (size, sampling, progressive) in [
        ((WIDTH, HEIGHT), R_4_2_0, false),
        ((WIDTH, HEIGHT), R_4_4_4, true),
        ((5200, HEIGHT), R_4_2_0, false),
        ((5200, HEIGHT), R_4_4_4, false),
    ] {
        let bytes = jpeg(&picture(size.0, size.1), sampling, progressive);
        let photo = decode(&bytes, &Limits::default()).expect("decodes");
        let all = outputs(Extend::Blur);
        let looks = Rect::new(380.0, 420.0, 140.0, 180.0);
        let foreseen = foresee(&photo, looks, &[], &presets);
        let prepared = prepare(&photo, foreseen.clone(), &all);
        for wanted in all {
            let made = |decoded: &Decoded| {
                render(PhotoView { photo: &photo, decoded }, &wanted, WHITE, &clearance()).expect("renders")
            };
            let alone = made(Decoded::NOTHING);
            let own = prepare(&photo, Decoded::default(), &[wanted]);
            assert!(made(&own) == alone && made(&foreseen) == alone && made(&prepared) == alone, "{size:?} {wanted:?}");
        }
    }
}
