use super::*;
use crate::geometry::Point;
use image::Rgb;

const WIDTH: u32 = 420;
const HEIGHT: u32 = 500;

/// Noise between -3 and 3, the same for the same place.
fn noise(x: u32, y: u32) -> f64 {
    let mixed = (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77)).wrapping_mul(0xC2B2_AE3D);
    f64::from((mixed >> 16) % 7) - 3.0
}

/// Something like a photo: broad waves with noise.
fn photo_pixel(x: u32, y: u32) -> Rgb<u8> {
    let wave = |a: f64, b: f64| 120.0 + 60.0 * (f64::from(x) / a + f64::from(y) / b).sin() + noise(x, y);
    Rgb([wave(37.0, 90.0) as u8, wave(60.0, 41.0) as u8, wave(83.0, 55.0) as u8])
}

/// That photo with borders of these widths: left, top, right, bottom.
fn bordered(widths: [u32; 4], colour: impl Fn(u32, u32) -> [u8; 3]) -> RgbImage {
    let [left, top, right, bottom] = widths;
    RgbImage::from_fn(WIDTH + left + right, HEIGHT + top + bottom, |x, y| {
        let is_photo = (left..left + WIDTH).contains(&x) && (top..top + HEIGHT).contains(&y);
        if is_photo { photo_pixel(x - left, y - top) } else { Rgb(colour(x, y)) }
    })
}

fn inset(picture: RgbImage) -> Option<Rect> {
    Inset::of(Photo::from_rgb(picture).expect("has pixels")).bounds
}

fn within(widths: [u32; 4]) -> Option<Rect> {
    let [left, top, ..] = widths.map(f64::from);
    Some(Rect::new(left, top, f64::from(WIDTH), f64::from(HEIGHT)))
}

#[test]
fn borders_of_any_width_colour_and_number_are_found_to_the_pixel() {
    for width in [1, 2, 6, 20, 80, 140] {
        for sides in [[1, 1, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]] {
            let widths = sides.map(|side| side * width);
            for colour in [[255; 3], [0; 3], [250, 243, 224], [30, 60, 200]] {
                assert_eq!(inset(bordered(widths, |_, _| colour)), within(widths), "{colour:?} {widths:?}");
            }
            let stripes =
                |x: u32, y: u32| if ((x + y) / 6).is_multiple_of(2) { [180, 30, 40] } else { [240, 230, 210] };
            assert_eq!(inset(bordered(widths, stripes)), within(widths), "stripes {widths:?}");
        }
    }
}

#[test]
fn borders_within_borders_are_taken_off_together() {
    let line_around_bar = |x: u32, y: u32| {
        let (width, height) = (WIDTH + 60, HEIGHT + 60);
        if x < 2 || y < 2 || x >= width - 2 || y >= height - 2 { [255; 3] } else { [0; 3] }
    };
    assert_eq!(inset(bordered([30; 4], line_around_bar)), within([30; 4]));
    // A print with a broad lower edge.
    assert_eq!(inset(bordered([40, 40, 40, 160], |_, _| [244, 244, 238])), within([40, 40, 40, 160]));
}

#[test]
fn what_belongs_to_the_photo_is_no_border() {
    type Picture<'a> = &'a dyn Fn(u32, u32) -> [u8; 3];
    let grey = |value: f64| [value.clamp(0.0, 255.0) as u8; 3];
    let pictures: [(&str, Picture<'_>); 5] = [
        ("all photo", &|x, y| photo_pixel(x, y).0),
        ("a wall with a straight skirting", &|x, y| {
            grey(if y < 380 { 205.0 + f64::from(x) / 40.0 } else { 90.0 } + noise(x, y))
        }),
        ("a sky over a straight horizon", &|x, y| {
            if y < 170 { grey(190.0 + f64::from(y) / 6.0 + noise(x, y) / 3.0) } else { photo_pixel(x, y).0 }
        }),
        ("a head before a white backdrop", &|x, y| {
            let at = (f64::from(x) - 210.0).hypot((f64::from(y) - 260.0) / 1.3);
            if at < 130.0 || y > 430 { photo_pixel(x, y).0 } else { [255; 3] }
        }),
        ("a head in a black theatre", &|x, y| {
            let at = (f64::from(x) - 210.0).hypot((f64::from(y) - 260.0) / 1.3);
            if at < 130.0 { photo_pixel(x, y).0 } else { [0; 3] }
        }),
    ];
    for (what, picture) in pictures {
        let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| Rgb(picture(x, y)));
        assert_eq!(inset(picture), None, "{what}");
    }
}

#[test]
fn a_print_askew_in_a_scanner_is_cut_within_and_doubted() {
    for degrees in [-3.0_f64, -0.8, 0.6, 2.0] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (width, height) = (WIDTH + 120, HEIGHT + 140);
        let is_print = |x: u32, y: u32| {
            let (x, y) = (f64::from(x) - f64::from(width) / 2.0, f64::from(y) - f64::from(height) / 2.0);
            let (along, down) = (x * cos + y * sin, y * cos - x * sin);
            along.abs() < f64::from(WIDTH) / 2.0 && down.abs() < f64::from(HEIGHT) / 2.0
        };
        let pixel = |x, y| if is_print(x, y) { photo_pixel(x, y) } else { Rgb([252; 3]) };
        let scan = RgbImage::from_fn(width, height, pixel);
        let found = Inset::of(Photo::from_rgb(scan).expect("has pixels"));
        let bounds = found.bounds.expect("an inset");
        assert!(found.doubt.is_some_and(|doubt| doubt.reason == Reason::Border), "{degrees}");
        let corners = bounds.grown(-1.0).corners();
        assert!(corners.iter().all(|corner| is_print(corner.x as u32, corner.y as u32)), "{degrees}: {bounds:?}");
    }
}

#[test]
fn the_inset_is_upright_and_nothing_beyond_it_is_seen() {
    let widths = [10, 40, 20, 0];
    let mut bytes = Vec::new();
    let picture = bordered(widths, |_, _| [255; 3]);
    let (width, height) = picture.dimensions();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    encoder.encode(picture.as_raw(), width as u16, height as u16, jpeg_encoder::ColorType::Rgb).expect("encodes");
    for exif in 1..=8 {
        let mut photo = crate::photo::decode(&bytes, &crate::photo::Limits::default()).expect("decodes");
        photo.orientation = crate::photo::Orientation::from_exif(exif);
        let to_upright = photo.orientation.to_upright(width, height);
        let found = Inset::of(photo);
        let truth = within(widths).expect("has one").mapped(&to_upright);
        let bounds = found.bounds.expect("an inset");
        let apart = |(a, b): (Point, Point)| a.distance(b);
        let most = bounds.corners().into_iter().zip(truth.corners()).map(apart).fold(0.0, f64::max);
        assert!(most < 3.0, "EXIF {exif}: {bounds:?} for {truth:?}");
        let small = crate::reduced::miniature(&found.photo, 200).expect("shrinks");
        assert!(small.pixels().all(|pixel| pixel.0 != [255; 3]), "EXIF {exif}");
        assert_eq!(found.photo.size(), (bounds.width as u32, bounds.height as u32));
    }
}

#[test]
fn a_transparent_frame_is_a_border() {
    let picture = bordered([30; 4], |_, _| [9; 3]);
    let (width, height) = picture.dimensions();
    let clear = image::RgbaImage::from_fn(width, height, |x, y| {
        let Rgb([red, green, blue]) = *picture.get_pixel(x, y);
        let is_photo = (30..30 + WIDTH).contains(&x) && (30..30 + HEIGHT).contains(&y);
        image::Rgba([red, green, blue, if is_photo { 255 } else { 0 }])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    clear.write_to(&mut bytes, image::ImageFormat::Png).expect("encodes");
    let photo = crate::photo::decode(bytes.get_ref(), &crate::photo::Limits::default()).expect("decodes");
    let found = Inset::of(photo);
    assert_eq!(found.bounds, within([30; 4]));
    assert!(!found.photo.pixels.has_alpha());
}
