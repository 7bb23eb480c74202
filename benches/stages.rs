//! Each stage of a photo's way by itself, on a photo of 24 megapixels made from a portrait of `samples/`.
//!
//! ```text
//! cargo bench --bench stages
//! ```
//!
//! Times move from machine to machine; `benches/peers.py` compares the whole program with others.

use divan::{Bencher, black_box};
use headshot::detect::Detector;
use headshot::detect::yunet::YuNet;
use headshot::encode::{Encoding, encode};
use headshot::frame::{Levelling, frame, output_size};
use headshot::geometry::{Affine, Rect};
use headshot::ground::Ground;
use headshot::outline::Outline;
use headshot::photo::{Limits, Photo, Raster, decode};
use headshot::pipeline::Cropper;
use headshot::preset::{OutputFormat, Preset};
use headshot::reduced::{Chroma, overview, upright_box};
use headshot::resample::turned;
use headshot::sparse_jpeg::{Area, Keep, Request, Scale, SparseJpeg};
use headshot::subject::Head;
use image::imageops::{FilterType, crop_imm, resize};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use std::sync::LazyLock;

fn main() {
    divan::main();
}

/// Its width and height, in pixels.
const SIZE: (u16, u16) = (4000, 6000);

/// A JPEG as cameras write them, 4:2:0 at quality 92.
static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let square = image::load_from_memory(include_bytes!("../samples/astronaut.png")).expect("a sample").into_rgb8();
    let small = crop_imm(&square, 60, 0, 341, 512).to_image();
    let large = resize(&small, u32::from(SIZE.0), u32::from(SIZE.1), FilterType::Triangle);
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 92);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.encode(&large, SIZE.0, SIZE.1, ColorType::Rgb).expect("encodes");
    bytes
});

fn photo() -> Photo<'static> {
    decode(&FILE, &Limits::default()).expect("decodes")
}

fn presets(name: &str) -> Vec<Preset> {
    headshot::preset::select(&[name.to_owned()]).expect("built in")
}

fn preset() -> Preset {
    presets("linkedin").swap_remove(0)
}

#[divan::bench]
fn pass_over_the_file(bencher: Bencher) {
    bencher.bench(|| SparseJpeg::open(black_box(&FILE), Keep::Places).expect("opens"));
}

#[divan::bench(args = [Scale::Full, Scale::Half, Scale::Quarter])]
fn half_of_the_photo_decoded(bencher: Bencher, scale: Scale) {
    let jpeg = SparseJpeg::open(&FILE, Keep::Places).expect("opens");
    let area = Area { left: 500, top: 1000, right: 3500, bottom: 5000 };
    bencher.bench(|| jpeg.planes(Request { area, scale, fine_colour: false }));
}

#[divan::bench]
fn overview_of_the_photo(bencher: Bencher) {
    let photo = photo();
    bencher.bench(|| overview(&photo, 320));
}

#[divan::bench]
fn network(bencher: Bencher) {
    let picture = overview(&photo(), 320).expect("reduces").image;
    let detector = YuNet::new();
    bencher.bench(|| detector.detect(black_box(&picture), YuNet::SURE));
}

#[divan::bench]
fn framing(bencher: Bencher) {
    let seen = overview(&photo(), 320).expect("reduces");
    let face = YuNet::new().detect(&seen.image, YuNet::POSSIBLE).into_iter().next().expect("a face");
    let to_photo = seen.from_photo.inverse().expect("a scaling");
    let head = Head::from_face(&face, &Affine::IDENTITY).expect("a head").mapped(&to_photo);
    let ground = Ground::busy(&head, Outline::rectangle(u32::from(SIZE.0), u32::from(SIZE.1)));
    let preset = preset();
    bencher.bench(|| {
        let framed = frame(black_box(&head), &ground, &preset, Levelling::Measured).expect("frames");
        output_size(framed.frame.width, &preset, false)
    });
}

#[divan::bench]
fn upright_frame_of_800_pixels(bencher: Bencher) {
    let photo = photo();
    bencher.bench(|| upright_box((&photo).into(), Rect::new(500.0, 1500.0, 3000.0, 3000.0), (800, 800), Chroma::Half));
}

#[divan::bench]
fn turned_frame_of_800_pixels(bencher: Bencher) {
    let picture = upright_box((&photo()).into(), Rect::new(500.0, 1500.0, 3000.0, 3000.0), (1200, 1200), Chroma::Half)
        .expect("reduces");
    let map = Affine::scaling(1.4, 1.4).then(&Affine::rotation(4.0)).then(&Affine::translation(60.0, 20.0));
    bencher.bench(|| turned(black_box(&picture), &map, 800, 800));
}

#[divan::bench]
fn jpeg_of_800_pixels(bencher: Bencher) {
    let picture = upright_box((&photo()).into(), Rect::new(500.0, 1500.0, 3000.0, 3000.0), (800, 800), Chroma::Half)
        .expect("reduces");
    let picture = Raster::Rgb(picture);
    let encoding = Encoding::new(OutputFormat::Jpeg);
    bencher.bench(|| encode(black_box(&picture), &encoding));
}

#[divan::bench(args = ["linkedin", "work"])]
fn all_of_it(bencher: Bencher, name: &str) {
    let cropper = presets(name)
        .into_iter()
        .fold(Cropper::builder(), |builder, preset| builder.own_preset(preset))
        .build()
        .expect("builds");
    bencher.bench(|| cropper.crop(black_box(&FILE)));
}
