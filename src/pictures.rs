//! Small pictures of the photos themselves, for those who look over a run: thumbnails for the contact sheet, and copies
//! with what was seen drawn in.

use crate::encode::{Encoding, encode};
use crate::error::Failure;
use crate::ledger::Hash;
use crate::overlay;
use crate::photo::Raster;
use crate::pipeline::Cropped;
use crate::preset::OutputFormat;
use crate::publish::OutputFolder;
use image::RgbImage;
use image::imageops::{FilterType, resize};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The folder of thumbnails in the output folder. Hidden folders are not walked for photos, so that no output of the
/// usual names comes to lie in it; browsers open what is in it like any other file.
pub const THUMBNAIL_FOLDER: &str = ".sheet";

/// Long side of a thumbnail, in pixels: an eye is still some pixels wide where the head is a quarter of the photo, and
/// 3,000 of them are under 100 MB.
const THUMBNAIL_SIDE: u32 = 512;

/// Long side of a copy with what was seen drawn in, in pixels: what a screen shows.
const OVERLAY_SIDE: u32 = 1600;

/// JPEG quality of both: nobody publishes them.
const QUALITY: u8 = 78;

/// The pictures that a run makes besides the headshots.
#[derive(Debug)]
pub struct Pictures<'a> {
    /// Whether there are thumbnails.
    pub thumbnails: bool,
    /// Where copies go that show what was seen.
    pub overlays: Option<&'a OutputFolder>,
    /// What went wrong first.
    trouble: Mutex<Option<String>>,
}

impl<'a> Pictures<'a> {
    /// Thumbnails or not, and copies in `overlays`.
    #[must_use]
    pub const fn new(thumbnails: bool, overlays: Option<&'a OutputFolder>) -> Self {
        Self { thumbnails, overlays, trouble: Mutex::new(None) }
    }

    /// Long side, in pixels, of the picture that they are made from.
    #[must_use]
    pub const fn long_side(&self) -> u32 {
        if self.overlays.is_some() { OVERLAY_SIDE } else { THUMBNAIL_SIDE }
    }

    /// Writes the pictures of the photo `relative`, of which `cropped` came: its thumbnail to `thumbnail` in `folder`.
    /// Takes the picture out of `cropped`. What fails is told by [`Self::trouble`] and stops nothing.
    pub fn publish(&self, folder: &OutputFolder, relative: &Path, thumbnail: &Path, cropped: &mut Cropped) {
        let Some(mut picture) = cropped.overview.take() else { return };
        let written = || -> Result<(), Failure> {
            if self.thumbnails {
                folder.publish(thumbnail, &jpeg(small(&picture, THUMBNAIL_SIDE))?)?;
            }
            if let Some(overlays) = self.overlays {
                overlay::draw(&mut picture, cropped);
                overlays.publish(&overlay_name(relative), &jpeg(picture)?)?;
            }
            Ok(())
        };
        if let Err(failure) = written() {
            let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
            trouble.get_or_insert(failure.sentence());
        }
    }

    /// What went wrong first.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Where the thumbnail of a photo lies below the output folder, by the photo's content and the settings it was worked
/// on with: a thumbnail that is there is that of the record that is kept.
#[must_use]
pub fn thumbnail(content: &Hash, settings: &Hash) -> PathBuf {
    let mut hasher = blake3::Hasher::new();
    hasher.update(content).update(settings);
    let name: String = hasher.finalize().as_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Path::new(THUMBNAIL_FOLDER).join(name + ".jpg")
}

/// The copy's name: all of the photo's name, so that `ana.jpg` and `ana.png` do not meet.
fn overlay_name(relative: &Path) -> PathBuf {
    let mut name: OsString = relative.file_name().unwrap_or_default().to_owned();
    name.push(".overlay.jpg");
    relative.with_file_name(name)
}

fn small(picture: &RgbImage, long_side: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let scale = (f64::from(long_side) / f64::from(width.max(height))).min(1.0);
    let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    if scale < 1.0 { resize(picture, side(width), side(height), FilterType::Triangle) } else { picture.clone() }
}

fn jpeg(picture: RgbImage) -> Result<Vec<u8>, Failure> {
    let encoding = Encoding::new(OutputFormat::Jpeg).with_quality(QUALITY);
    Ok(encode(&Raster::Rgb(picture), &encoding)?.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pictures_do_not_meet() {
        assert_eq!(overlay_name(Path::new("team/ana.jpg")), Path::new("team/ana.jpg.overlay.jpg"));
        let (one, other) = (thumbnail(&[1; 32], &[2; 32]), thumbnail(&[2; 32], &[1; 32]));
        assert_ne!(one, other);
        assert_eq!(one.to_str().map(str::len), Some(".sheet/".len() + 32 + ".jpg".len()));
    }

    #[test]
    fn a_small_picture_is_not_enlarged() {
        assert_eq!(small(&RgbImage::new(2000, 1000), 512).dimensions(), (512, 256));
        assert_eq!(small(&RgbImage::new(20, 1), 512).dimensions(), (20, 1));
        assert_eq!(small(&RgbImage::new(2000, 1), 512).dimensions(), (512, 1));
    }
}
