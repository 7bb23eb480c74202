//! Writes the seeds: small pictures drawn by code, in every kind that can be written, and the built-in presets.
//!
//! ```text
//! cargo run --release --example seeds
//! ```

#[path = "../../tests/support/portrait/mod.rs"]
mod portrait;

use headshot::encode::{Encoding, encode};
use headshot::photo::Raster;
use headshot::preset::{OutputFormat, built_in};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, imageops};
use portrait::Portrait;
use std::error::Error;
use std::fs;
use std::io::Cursor;
use std::path::Path;

type Outcome<T> = Result<T, Box<dyn Error>>;

const KINDS: [ImageFormat; 10] = [
    ImageFormat::Bmp,
    ImageFormat::Gif,
    ImageFormat::Ico,
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::Pnm,
    ImageFormat::Qoi,
    ImageFormat::Tga,
    ImageFormat::Tiff,
    ImageFormat::WebP,
];

const OVERRIDES: [(&str, &str); 2] = [
    ("sidecar.toml", "face = 2\nscale = 1.1\n[preset.linkedin]\nnudge = [0.0, 0.02]\n"),
    (
        "folder.toml",
        "[photo.\"ana.jpg\"]\nface = 2\nnudge = [0.02, -0.01]\nscale = 1.05\nroll = -3.5\n\n\
         [photo.\"ana.jpg\".preset.linkedin]\nnudge = [0.0, 0.02]\n\n[photo.\"team/ben.jpg\"]\nas_is = true\n",
    ),
];

const ROSTERS: [(&str, &str); 2] = [
    ("commas.csv", "file,id,name\na.jpg,7,\"Ito, Ana\"\nb/a.png,8,Ben\n,9,Cem\n"),
    ("semicolons.csv", "\u{feff}Pattern;ID\r\nb/*;7\r\n"),
];

fn main() -> Outcome<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let pattern = RgbImage::from_fn(24, 18, |x, y| Rgb([(x * 10) as u8, (y * 14) as u8, ((x ^ y) * 8) as u8]));
    for kind in KINDS {
        let name = format!("pattern.{}", kind.extensions_str()[0]);
        write(&folder.join("decode").join(name), &written(pattern.clone().into(), kind)?)?;
    }
    for (name, kind) in
        [("grey.png", ImageFormat::Png), ("grey.jpg", ImageFormat::Jpeg), ("grey.tiff", ImageFormat::Tiff)]
    {
        let grey = DynamicImage::from(pattern.clone()).into_luma8();
        write(&folder.join("decode").join(name), &written(grey.into(), kind)?)?;
    }
    for (name, kind) in [("wide.png", ImageFormat::Png), ("wide.tiff", ImageFormat::Tiff)] {
        let wide = DynamicImage::from(pattern.clone()).into_rgba16();
        write(&folder.join("decode").join(name), &written(wide.into(), kind)?)?;
    }
    write(&folder.join("decode/pattern.avif"), &avif(&pattern)?)?;

    let person = imageops::thumbnail(&Portrait::default().draw().image, 120, 150);
    for kind in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let name = format!("person.{}", kind.extensions_str()[0]);
        write(&folder.join("pipeline").join(name), &written(person.clone().into(), kind)?)?;
    }
    write(&folder.join("pipeline/person.avif"), &avif(&person)?)?;

    for preset in built_in()? {
        write(&folder.join("preset").join(format!("{}.toml", preset.name)), toml::to_string(&preset)?.as_bytes())?;
    }
    for (name, text) in ROSTERS {
        write(&folder.join("roster").join(name), text.as_bytes())?;
    }
    for (name, text) in OVERRIDES {
        write(&folder.join("sidecar").join(name), text.as_bytes())?;
    }
    Ok(())
}

fn written(picture: DynamicImage, kind: ImageFormat) -> Outcome<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, kind)?;
    Ok(bytes.into_inner())
}

fn avif(picture: &RgbImage) -> Outcome<Vec<u8>> {
    let encoding = Encoding::new(OutputFormat::Avif).with_quality(50);
    Ok(encode(&Raster::Rgb(picture.clone()), &encoding)?.bytes)
}

fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, bytes)?;
    println!("{}: {} bytes", path.display(), bytes.len());
    Ok(())
}
