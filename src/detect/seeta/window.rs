//! What a network of the cascade sees of a picture.

use image::{GrayImage, ImageBuffer, Luma};

/// Side of the windows that the cascade judges, in pixels; `rustface` has it built in.
pub const WINDOW: u32 = 40;

/// The square with its top left corner at `x`, `y` at the size that the networks judge; black beyond the picture.
/// `None` where the square has less than two pixels a side, or nothing of the picture.
///
/// Bilinear without smoothing, as the networks were trained.
pub fn window(picture: &GrayImage, x: i32, y: i32, side: i32) -> Option<GrayImage> {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    let (left, top, side) = (i64::from(x), i64::from(y), i64::from(side));
    let is_outside = left + side <= 0 || top + side <= 0 || left >= width || top >= height;
    if side < 2 || is_outside {
        return None;
    }
    let pixel = |x: i64, y: i64| {
        let is_inside = (0..width).contains(&x) && (0..height).contains(&y);
        if is_inside { f64::from(picture.get_pixel(x as u32, y as u32)[0]) } else { 0.0 }
    };
    let scale = side as f64 / f64::from(WINDOW);
    let nearest = |index: u32| {
        let place = scale * f64::from(index);
        let before = (place as i64).min(side - 2);
        (before, place - before as f64)
    };
    let seen = ImageBuffer::from_fn(WINDOW, WINDOW, |column, row| {
        let ((x, across), (y, down)) = (nearest(column), nearest(row));
        let (x, y) = (left + x, top + y);
        let upper = (1.0 - across) * pixel(x, y) + across * pixel(x + 1, y);
        let lower = (1.0 - across) * pixel(x, y + 1) + across * pixel(x + 1, y + 1);
        Luma([((1.0 - down) * upper + down * lower) as u8])
    });
    Some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ramp() -> GrayImage {
        GrayImage::from_fn(100, 80, |x, y| Luma([(x + 2 * y) as u8]))
    }

    #[test]
    fn a_window_of_its_own_size_is_a_copy() {
        let seen = window(&ramp(), 30, 20, 40).expect("inside");
        assert!(seen.enumerate_pixels().all(|(x, y, pixel)| u32::from(pixel[0]) == 30 + x + 2 * (20 + y)));
    }

    #[test]
    fn beyond_the_picture_is_black() {
        let seen = window(&ramp(), -20, 60, 40).expect("a part is inside");
        assert!(seen.enumerate_pixels().all(|(x, y, pixel)| (pixel[0] == 0) == (x < 20 || y >= 20)));
    }

    #[test]
    fn squares_that_show_nothing_have_no_window() {
        for (x, y, side) in
            [(100, 0, 40), (0, 80, 40), (-40, 0, 40), (0, -40, 40), (10, 10, 1), (10, 10, 0), (i32::MAX, i32::MIN, 9)]
        {
            assert_eq!(window(&ramp(), x, y, side), None, "{x}, {y}, {side}");
        }
    }

    proptest! {
        #[test]
        fn every_square_with_something_of_the_picture_has_one(
            x in -200..200_i32, y in -200..200_i32, side in -3..400_i32,
        ) {
            let shows = side >= 2 && x + side > 0 && y + side > 0 && x < 100 && y < 80;
            prop_assert_eq!(window(&ramp(), x, y, side).is_some(), shows);
        }
    }
}
