use super::*;
use image::RgbImage;

const ASTRONAUT: &[u8] = include_bytes!("../../samples/astronaut.png");

fn pixels() -> RgbImage {
    image::load_from_memory(ASTRONAUT).expect("the sample is sound").into_rgb8()
}

#[test]
fn own_pixels_become_what_a_file_of_them_becomes() {
    let cropper = Cropper::builder().preset("linkedin").build().expect("built in");
    let of_file = cropper.process(ASTRONAUT).expect("decodes");
    let photo = Photo::from_rgb(pixels()).expect("has pixels");
    let own = cropper.process_photo(photo, &Adjustment::default()).expect("is a photo");
    assert_eq!(own.heads, of_file.heads);
    assert_eq!(own.crops[0].bytes, of_file.crops[0].bytes);
}

#[test]
fn a_picture_without_pixels_is_no_photo() {
    for (width, height) in [(0, 0), (0, 7), (7, 0)] {
        let why = Photo::from_rgb(RgbImage::new(width, height)).expect_err("nothing to show");
        assert_eq!(why.reason, Reason::Damaged);
    }
}
