//! Borders drawn around the real portraits: each headshot is that of the bare photo.
//!
//! By default a small sample. All of them, or every n-th: `BORDERS=1 cargo test --release --test borders -- --ignored
//! --nocapture`, where the number is n.

#[path = "support/corpus.rs"]
mod corpus;

use corpus::{corpus, files};
use headshot::geometry::{Point, Rect};
use headshot::overrides::Adjustment;
use headshot::photo::{self, Limits, Photo};
use headshot::pipeline::{Cropped, Cropper, Options};
use image::{Rgb, RgbImage};
use std::collections::BTreeMap;
use std::path::Path;

const COLOURS: [&str; 7] = ["white", "black", "grey", "cream", "mean", "stripes", "checks"];

/// Photos stored larger than this are left out of the sample: encoding them takes longer than all others.
const LONGEST: u32 = 3000;

#[derive(Clone, Copy, Debug)]
struct Border {
    colour: usize,
    /// Left, top, right, bottom; in pixels.
    widths: [u32; 4],
    is_jpeg: bool,
}

impl Border {
    fn pixel(&self, x: u32, y: u32, mean: [u8; 3]) -> Rgb<u8> {
        Rgb(match COLOURS[self.colour] {
            "white" => [255; 3],
            "black" => [0; 3],
            "grey" => [128; 3],
            "cream" => [250, 243, 224],
            "mean" => mean,
            "stripes" if ((x + y) / 6).is_multiple_of(2) => [180, 30, 40],
            "stripes" => [240, 230, 210],
            _ if (x / 8 + y / 8).is_multiple_of(2) => [60; 3],
            _ => [200; 3],
        })
    }

    fn around(&self, picture: &RgbImage) -> RgbImage {
        let (width, height) = picture.dimensions();
        let sum =
            picture.pixels().fold([0_u64; 3], |sum, pixel| std::array::from_fn(|at| sum[at] + u64::from(pixel[at])));
        let mean = sum.map(|sum| (sum / (u64::from(width) * u64::from(height))) as u8);
        let [left, top, right, bottom] = self.widths;
        RgbImage::from_fn(width + left + right, height + top + bottom, |x, y| {
            let inside = (left..left + width).contains(&x) && (top..top + height).contains(&y);
            if inside { *picture.get_pixel(x - left, y - top) } else { self.pixel(x, y, mean) }
        })
    }

    /// The least mean difference between the border and the pixels next to it, of all sides, in levels.
    fn contrast(&self, bordered: &RgbImage) -> f64 {
        let [left, top, right, bottom] = self.widths;
        let (width, height) = bordered.dimensions();
        let (last_x, last_y) = (width - 1 - right, height - 1 - bottom);
        let apart = |(x, y): (u32, u32), (next_x, next_y): (u32, u32)| {
            let pair = bordered.get_pixel(x, y).0.into_iter().zip(bordered.get_pixel(next_x, next_y).0);
            pair.map(|(a, b)| f64::from(a.abs_diff(b))).sum::<f64>() / 3.0
        };
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        let mut contrasts = Vec::new();
        if left > 0 {
            contrasts.push(mean((top..=last_y).map(|y| apart((left - 1, y), (left, y))).collect()));
        }
        if right > 0 {
            contrasts.push(mean((top..=last_y).map(|y| apart((last_x + 1, y), (last_x, y))).collect()));
        }
        if top > 0 {
            contrasts.push(mean((left..=last_x).map(|x| apart((x, top - 1), (x, top))).collect()));
        }
        if bottom > 0 {
            contrasts.push(mean((left..=last_x).map(|x| apart((x, last_y + 1), (x, last_y))).collect()));
        }
        contrasts.into_iter().fold(f64::INFINITY, f64::min)
    }
}

/// All borders around a picture of this size; which sides have one when not all have goes round.
fn borders((width, height): (u32, u32), turn: usize) -> Vec<Border> {
    let mut all = Vec::new();
    for colour in 0..COLOURS.len() {
        for depth in [1, 2, 6, 20, 80, width.min(height) / 3] {
            for sides in [1, 2, 4] {
                for is_jpeg in [false, true] {
                    let index = all.len() + turn;
                    let has = |side: usize| match sides {
                        1 => side == index / 2 % 4,
                        2 => side % 2 == index / 2 % 2,
                        _ => true,
                    };
                    all.push(Border {
                        colour,
                        widths: [0, 1, 2, 3].map(|side| if has(side) { depth } else { 0 }),
                        is_jpeg,
                    });
                }
            }
        }
    }
    all
}

fn as_jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 60);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_2_0);
    let (width, height) = picture.dimensions();
    encoder.encode(picture.as_raw(), width as u16, height as u16, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

/// The photo at `path` as RGB before white; `None` for one that is not read, is turned by its file or is not sRGB.
fn rgb(path: &Path) -> Option<RgbImage> {
    let bytes = std::fs::read(path).unwrap();
    let photo = photo::decode(&bytes, &Limits::default()).ok()?;
    let is_plain = photo.orientation == photo::Orientation::UPRIGHT;
    is_plain.then(|| photo.pixels.into_raster().into_rgb([255; 3]))
}

fn made(cropper: &Cropper, picture: &RgbImage, is_jpeg: bool) -> Cropped {
    if is_jpeg {
        return cropper.process(&as_jpeg(picture)).unwrap();
    }
    let photo = Photo::from_rgb(picture.clone()).unwrap();
    cropper.process_photo(photo, &Adjustment::default()).unwrap()
}

/// Of the picture within borders of these widths in a JPEG of `bordered`.
fn made_within(cropper: &Cropper, bordered: &RgbImage, [left, top, right, bottom]: [u32; 4]) -> Cropped {
    let bytes = as_jpeg(bordered);
    let whole = photo::decode(&bytes, &Limits::default()).unwrap().pixels.into_raster().into_rgb([255; 3]);
    let (width, height) = (whole.width() - left - right, whole.height() - top - bottom);
    made(cropper, &image::imageops::crop_imm(&whole, left, top, width, height).to_image(), false)
}

/// Which preset, and the corners of its headshot in the photo.
type Corners = (usize, [Point; 4]);

/// Those of all headshots.
fn frames(cropped: &Cropped) -> Vec<Corners> {
    let corners = |crop: &headshot::pipeline::Crop| {
        let back = crop.transform.inverse().unwrap();
        Rect::new(0.0, 0.0, f64::from(crop.width), f64::from(crop.height)).corners().map(|corner| back.apply(corner))
    };
    cropped.crops.iter().map(|crop| (crop.preset, corners(crop))).collect()
}

fn is_written(cropped: &Cropped) -> bool {
    cropped.refused.is_none() && cropped.missing.is_empty() && cropped.doubts.is_empty()
}

/// Whether a headshot reaches into the border: into what was seen of the photo, but is not its picture.
fn shows_border(cropped: &Cropped, widths: [u32; 4]) -> bool {
    let [left, top, right, bottom] = widths.map(f64::from);
    let (width, height) = (f64::from(cropped.size.0), f64::from(cropped.size.1));
    let seen = cropped.inset.unwrap_or(Rect::new(0.0, 0.0, width, height));
    frames(cropped).iter().any(|(_, corners)| {
        let frame = Rect::around(corners);
        let reaches = |start: f64, end: f64| end - start > 0.5;
        reaches(frame.x.max(seen.x), left)
            || reaches(frame.y.max(seen.y), top)
            || reaches(width - right, frame.right().min(seen.right()))
            || reaches(height - bottom, frame.bottom().min(seen.bottom()))
    })
}

/// The largest distance between corners of the headshots of both, as a share of their width.
fn moved(bare: &Cropped, bordered: &Cropped, widths: [u32; 4]) -> f64 {
    let frames = [frames(bare), frames(bordered)];
    if frames[0].len() != frames[1].len() {
        return f64::INFINITY;
    }
    let shift = Point::new(f64::from(widths[0]), f64::from(widths[1]));
    let apart = |(a, b): (&Corners, &Corners)| {
        let width = a.1[0].distance(a.1[1]);
        let corner = |(a, b): (&Point, &Point)| Point::new(a.x + shift.x, a.y + shift.y).distance(*b) / width;
        a.1.iter().zip(&b.1).map(corner).fold(0.0, f64::max)
    };
    frames[0].iter().zip(&frames[1]).map(apart).fold(0.0, f64::max)
}

/// What became of the borders of one kind.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    all: u32,
    same: u32,
    moved: u32,
    otherwise: u32,
    shown: u32,
}

/// Tries every `step`-th border around each of the portraits and returns what became of the visible and of the others.
fn tried(folder: &Path, step: usize, longest: u32) -> [Counts; 2] {
    let mut options = Options::default();
    options.render = false;
    let builder = Cropper::builder().preset("linkedin").preset("resume").preset("team-page");
    let cropper = builder.options(options).build().unwrap();
    let mut kinds: BTreeMap<String, [Counts; 2]> = BTreeMap::new();
    let mut tried = 0;
    for (turn, path) in files(&folder.join("portraits")).iter().enumerate() {
        let Some(picture) = rgb(path).filter(|picture| picture.width().max(picture.height()) <= longest) else {
            continue;
        };
        let plain = made(&cropper, &picture, false);
        for border in borders(picture.dimensions(), turn) {
            tried += 1;
            if tried % step != 0 {
                continue;
            }
            let bordered = border.around(&picture);
            // What a JPEG of this quality leaves of a face is measured a little otherwise, and otherwise again where its
            // blocks lie elsewhere: the bare photo is what is within the border in the same file.
            let bare = if border.is_jpeg { &made_within(&cropper, &bordered, border.widths) } else { &plain };
            let inset = bare.inset.unwrap_or_default();
            let is_seen = border.contrast(&bordered) > 12.0;
            let cropped = made(&cropper, &bordered, border.is_jpeg);
            let key = format!(
                "{} {:?} {}",
                COLOURS[border.colour],
                border.widths.iter().max().unwrap().min(&81),
                border.is_jpeg
            );
            let counts = &mut kinds.entry(key).or_default()[usize::from(!is_seen)];
            let moved = moved(bare, &cropped, border.widths);
            let is_same = moved <= 0.01 && is_written(&cropped) == is_written(bare);
            counts.all += 1;
            counts.same += u32::from(is_same);
            counts.moved += u32::from(!is_same && moved > 0.01);
            counts.otherwise += u32::from(!is_same && moved <= 0.01);
            let shown = is_written(&cropped) && shows_border(&cropped, border.widths);
            counts.shown += u32::from(shown);
            if is_seen && (!is_same || shown) {
                println!(
                    "{} {:?} of {}x{}: inset {:?} (bare {inset:?}), moved {moved:.3}, shown {shown}, {:?} for {:?}",
                    path.file_name().unwrap().to_string_lossy(),
                    border,
                    picture.width(),
                    picture.height(),
                    cropped.inset,
                    cropped.doubts.first().map(|doubt| doubt.reason),
                    bare.doubts.first().map(|doubt| doubt.reason)
                );
            }
        }
    }
    let mut sums = [Counts::default(); 2];
    for (kind, counts) in &kinds {
        println!("{kind}: seen {:?}, hardly {:?}", counts[0], counts[1]);
        for (sum, counts) in sums.iter_mut().zip(counts) {
            sum.all += counts.all;
            sum.same += counts.same;
            sum.moved += counts.moved;
            sum.otherwise += counts.otherwise;
            sum.shown += counts.shown;
        }
    }
    println!("seen {:?}, hardly {:?}", sums[0], sums[1]);
    sums
}

#[test]
#[cfg_attr(not(has_corpus), ignore = "needs ../shared/corpus, which is not part of the repository")]
fn a_bordered_portrait_has_the_headshot_of_the_bare_one() {
    let [seen, _] = tried(&corpus(), 211, 1200);
    assert!(seen.all > 40, "{seen:?}");
    // 55 of 64. Of the others, a row of the photo was taken for what a JPEG leaves of the border, or the same pixels
    // were measured otherwise as a JPEG and decoded.
    assert!(seen.same * 100 >= seen.all * 85, "{seen:?}");
    assert_eq!(seen.shown, 0, "{seen:?}");
}

#[test]
#[ignore = "takes minutes to hours: BORDERS=n tries every n-th of 24,696 borders"]
fn all_bordered_portraits_have_the_headshots_of_the_bare_ones() {
    let step = std::env::var("BORDERS").ok().and_then(|step| step.parse().ok()).unwrap_or(20);
    let [seen, _] = tried(&corpus(), step, LONGEST);
    assert!(seen.same * 100 >= seen.all * 95, "{seen:?}");
    assert_eq!(seen.shown, 0, "{seen:?}");
}
