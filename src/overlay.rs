//! Pure: what was seen in a photo, drawn over a small picture of it.

use crate::geometry::{Affine, Point, Rect};
use crate::pipeline::{Crop, Cropped};
use crate::subject::Head;
use image::{Rgb, RgbImage};

/// Colours of the frames, in the order of the presets, then from the start again: told apart also by those who do not
/// tell red from green (Okabe and Ito, "Color Universal Design", 2008).
const FRAMES: [[u8; 3]; 6] =
    [[86, 180, 233], [230, 159, 0], [0, 158, 115], [240, 228, 66], [204, 121, 167], [213, 94, 0]];

/// Colours of the faces' boxes, and of the main head's eye line, crown and chin.
const FACE: [u8; 3] = [255, 255, 255];
const HEAD: [u8; 3] = [255, 64, 129];

/// Colour of the bounds within a border: the blue of the same source, which no frame has.
const INSET: [u8; 3] = [0, 114, 178];

/// Under every line lies a darker one, this much wider: lines are seen on any photo.
const EDGE: [u8; 3] = [0, 0, 0];
const EDGE_WIDTH: f64 = 1.0;

/// A line is this share of the picture's long side wide, and a pixel and a half at least.
const WIDTH: f64 = 1.0 / 640.0;

/// Draws the bounds of the picture within a border, the face boxes, the frames of all crops, and eye line, crown and
/// chin of the heads that were framed over `image`, which shows the whole photo as its file says it stands.
pub fn draw(image: &mut RgbImage, cropped: &Cropped) {
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let (photo_width, photo_height) = (f64::from(cropped.size.0).max(1.0), f64::from(cropped.size.1).max(1.0));
    let to_image = Affine::scaling(width / photo_width, height / photo_height);
    let half = (width.max(height) * WIDTH).max(1.5) / 2.0;
    let mut lines: Vec<(Point, Point, [u8; 3])> = Vec::new();
    cropped.inset.iter().for_each(|inset| lines.extend(closed(inset.corners(), INSET)));
    cropped.faces.iter().for_each(|face| lines.extend(closed(face.rect.corners(), FACE)));
    for crop in &cropped.crops {
        if let Some(frame) = frame_of(crop) {
            lines.extend(closed(frame, FRAMES[crop.preset % FRAMES.len()]));
        }
    }
    cropped.heads.iter().for_each(|head| lines.extend(of_head(head)));
    let lines: Vec<_> =
        lines.iter().map(|&(from, to, colour)| (to_image.apply(from), to_image.apply(to), colour)).collect();
    lines.iter().for_each(|&(from, to, _)| segment(image, from, to, half + EDGE_WIDTH, EDGE));
    lines.iter().for_each(|&(from, to, colour)| segment(image, from, to, half, colour));
}

/// The corners of a crop in the photo.
fn frame_of(crop: &Crop) -> Option<[Point; 4]> {
    let back = crop.transform.inverse()?;
    let output = Rect::new(0.0, 0.0, f64::from(crop.width), f64::from(crop.height));
    Some(output.corners().map(|corner| back.apply(corner)))
}

fn closed(corners: [Point; 4], colour: [u8; 3]) -> impl Iterator<Item = (Point, Point, [u8; 3])> {
    (0..4).map(move |index| (corners[index], corners[(index + 1) % 4], colour))
}

/// The eye line, as wide as the head, and shorter lines at crown and chin.
fn of_head(head: &Head) -> [(Point, Point, [u8; 3]); 3] {
    let (sin, cos) = libm::sincos(head.roll_deg.to_radians());
    let across = |at: Point, half: f64| {
        let half = half * head.height();
        (Point::new(at.x - cos * half, at.y - sin * half), Point::new(at.x + cos * half, at.y + sin * half), HEAD)
    };
    [across(head.eye_mid(), 0.5), across(head.crown, 0.2), across(head.chin, 0.2)]
}

/// Draws a line with soft edges and round ends, in pixels of `image`.
fn segment(image: &mut RgbImage, from: Point, to: Point, half_width: f64, colour: [u8; 3]) {
    if ![from.x, from.y, to.x, to.y].iter().all(|value| value.is_finite()) {
        return;
    }
    let bounds = Rect::around(&[from, to]).grown(half_width + 1.0);
    let within = |value: f64, side: u32| value.clamp(0.0, f64::from(side)) as u32;
    let (along_x, along_y) = (to.x - from.x, to.y - from.y);
    let length = (along_x * along_x + along_y * along_y).max(f64::MIN_POSITIVE);
    for y in within(bounds.y, image.height())..within(bounds.bottom().ceil(), image.height()) {
        for x in within(bounds.x, image.width())..within(bounds.right().ceil(), image.width()) {
            let at = Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5);
            let share = (((at.x - from.x) * along_x + (at.y - from.y) * along_y) / length).clamp(0.0, 1.0);
            let cover = (half_width + 0.5 - at.distance(from.towards(to, share))).clamp(0.0, 1.0);
            if cover > 0.0 {
                let Rgb(pixel) = image.get_pixel_mut(x, y);
                for (value, paint) in pixel.iter_mut().zip(colour) {
                    *value = (f64::from(*value) * (1.0 - cover) + f64::from(paint) * cover).round() as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A line is where it should be and nowhere else, also where its ends are far outside the picture.
        #[test]
        fn a_line_covers_its_pixels_alone(
            x in -50.0..90.0f64, y in -50.0..90.0f64, to_x in -50.0..90.0f64, to_y in -50.0..90.0f64,
        ) {
            let mut image = RgbImage::new(40, 40);
            let (from, to) = (Point::new(x, y), Point::new(to_x, to_y));
            segment(&mut image, from, to, 1.5, [255; 3]);
            for (column, row, pixel) in image.enumerate_pixels() {
                let at = Point::new(f64::from(column) + 0.5, f64::from(row) + 0.5);
                let steps = (0..=400).map(|step| f64::from(step) / 400.0);
                let near = steps
                    .map(|share| at.distance(from.towards(to, share)))
                    .fold(f64::INFINITY, f64::min);
                prop_assert!(pixel.0[0] == 0 || near < 2.3, "{column}, {row} is {near} away");
                prop_assert!(pixel.0[0] == 255 || near > 0.9, "{column}, {row} is {near} away");
            }
        }
    }

    #[test]
    fn a_line_without_place_is_not_drawn() {
        let mut image = RgbImage::new(4, 4);
        segment(&mut image, Point::new(f64::NAN, 0.0), Point::new(3.0, 3.0), 1.0, [255; 3]);
        assert_eq!(image, RgbImage::new(4, 4));
    }
}
