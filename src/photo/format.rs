//! What kind of file this is, by its content. The file's name is never asked: cameras, mail programs and people rename.

use crate::error::{Failure, Reason};
use std::fmt;

mod sniff;

pub use sniff::sniff;

/// A kind of file, as recognised by [`sniff`]. The first ten are always read, some by a feature of this crate
/// ([`Format::feature`]); the others are known so that the message can say what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// JPEG, and MPO (several JPEGs one after the other; the first is the picture).
    Jpeg,
    /// PNG and APNG.
    Png,
    /// WebP.
    WebP,
    /// GIF.
    Gif,
    /// TIFF and BigTIFF.
    Tiff,
    /// Windows bitmap.
    Bmp,
    /// PBM, PGM, PPM, PAM.
    Pnm,
    /// Truevision TGA.
    Tga,
    /// "Quite OK Image".
    Qoi,
    /// Windows icon.
    Ico,
    /// AVIF.
    Avif,
    /// HEIC and HEIF, the phone's photo format.
    Heic,
    /// JPEG XL.
    JpegXl,
    /// JPEG 2000.
    Jpeg2000,
    /// Photoshop document.
    Photoshop,
    /// SVG drawing.
    Svg,
    /// PDF document.
    Pdf,
    /// A camera's sensor data, with the kind.
    CameraRaw(&'static str),
    /// ZIP archive, or an office document, which is one inside.
    Zip,
    /// A phone's photo and the video around it, in one ZIP archive.
    LivePhoto,
    /// A video, with the kind.
    Video(&'static str),
    /// A recording of sound.
    Sound,
    /// A picture of a kind that is rare among photos, with its name.
    OtherPicture(&'static str),
    /// Something else that is no picture, with its name.
    OtherFile(&'static str),
    /// What macOS keeps beside a file on disks that cannot hold it.
    AppleDouble,
    /// A web page.
    Html,
    /// The stand-in that Git LFS leaves where the file was not fetched.
    LfsPointer,
    /// Some other text.
    Text,
    /// No bytes at all.
    Empty,
    /// Nothing but zeros.
    Blank,
}

impl Format {
    /// The name that people know it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Pnm => "PNM",
            Self::Tga => "TGA",
            Self::Qoi => "QOI",
            Self::Ico => "ICO",
            Self::Avif => "AVIF",
            Self::Heic => "HEIC",
            Self::JpegXl => "JPEG XL",
            Self::Jpeg2000 => "JPEG 2000",
            Self::Photoshop => "Photoshop",
            Self::Svg => "SVG",
            Self::Pdf => "PDF",
            Self::CameraRaw(_) => "camera RAW",
            Self::Zip => "ZIP",
            Self::Html => "HTML",
            Self::LfsPointer => "Git LFS pointer",
            Self::Text => "text",
            Self::Empty => "empty file",
            Self::LivePhoto => "Live Photo bundle",
            Self::Video(name) | Self::OtherPicture(name) | Self::OtherFile(name) => name,
            Self::Sound => "sound",
            Self::AppleDouble => "AppleDouble",
            Self::Blank => "file of zeros",
        }
    }

    /// Whether this build decodes it.
    #[must_use]
    pub fn is_readable(self) -> bool {
        super::reader(self).is_some()
    }

    /// The cargo feature that adds it, for a kind of file that not every build reads.
    #[must_use]
    pub const fn feature(self) -> Option<&'static str> {
        match self {
            Self::Avif => Some("avif-decode"),
            Self::Heic => Some("heif"),
            Self::JpegXl => Some("jxl"),
            Self::Jpeg2000 => Some("jp2"),
            Self::CameraRaw(_) => Some("raw"),
            _ => None,
        }
    }

    /// The same format in the `image` crate's words, for those that are read.
    pub(super) const fn image_format(self) -> Option<image::ImageFormat> {
        Some(match self {
            Self::Jpeg => image::ImageFormat::Jpeg,
            Self::Png => image::ImageFormat::Png,
            Self::WebP => image::ImageFormat::WebP,
            Self::Gif => image::ImageFormat::Gif,
            Self::Tiff => image::ImageFormat::Tiff,
            Self::Bmp => image::ImageFormat::Bmp,
            Self::Pnm => image::ImageFormat::Pnm,
            Self::Tga => image::ImageFormat::Tga,
            Self::Qoi => image::ImageFormat::Qoi,
            Self::Ico => image::ImageFormat::Ico,
            _ => return None,
        })
    }

    /// Why a file of this kind is not read, and what to do.
    pub(super) fn refusal(self) -> Failure {
        if let Some(feature) = self.feature() {
            return not_built_in(self.name(), feature);
        }
        let (message, advice) = match self {
            Self::Empty => ("the file is empty (0 bytes)".to_owned(), "copy it again from where it came"),
            Self::Blank => (
                "the file holds nothing but zeros: it was never copied or downloaded to its end".to_owned(),
                "copy or download it again",
            ),
            Self::Html => (
                "a web page, not a picture".to_owned(),
                "the download may have ended at a login page: log in and download it again",
            ),
            Self::LfsPointer => ("a Git LFS pointer, not the picture itself".to_owned(), "run \"git lfs pull\" first"),
            Self::Text => ("text, not a picture".to_owned(), "check that this is the file that was meant"),
            Self::Zip => ("a ZIP archive or an office document, not a picture".to_owned(), "unpack it first"),
            Self::LivePhoto => (
                "a Live Photo bundle, which is a photo and a video in one ZIP archive".to_owned(),
                "unpack it and use the photo inside",
            ),
            Self::Video(kind) => {
                (format!("a video ({kind}), not a photo"), "export a still picture from it as JPEG or PNG first")
            }
            Self::Sound => {
                ("a sound recording, not a picture".to_owned(), "check that this is the file that was meant")
            }
            Self::AppleDouble => (
                "what macOS keeps beside a file, not the picture itself".to_owned(),
                "use the file whose name lacks the \"._\" at the start, and delete this one",
            ),
            Self::Pdf => {
                ("a PDF document, not a photo".to_owned(), "export the page or its photo as JPEG or PNG first")
            }
            Self::Svg => ("an SVG drawing, not a photo".to_owned(), "export it as JPEG or PNG first"),
            Self::Photoshop => ("a Photoshop document, not a photo".to_owned(), "export it as JPEG or PNG first"),
            Self::OtherFile(name) => (format!("{name}, not a picture"), "check that this is the file that was meant"),
            other => (format!("{} is not read", other.name()), "convert it to JPEG or PNG first"),
        };
        Failure::new(Reason::UnsupportedFormat, message).advised(advice)
    }
}

/// What names of photos end with, in lower case, and the kind of file that is likely behind it. It tells names that are
/// meant for photos from others; what a file is, [`sniff`] says.
pub const EXTENSIONS: &[(&str, Format)] = &[
    ("arw", Format::CameraRaw("NEF, ARW or similar")),
    ("avif", Format::Avif),
    ("bmp", Format::Bmp),
    ("cr2", Format::CameraRaw("Canon CR2")),
    ("cr3", Format::CameraRaw("Canon CR3")),
    ("dng", Format::CameraRaw("DNG")),
    ("gif", Format::Gif),
    ("heic", Format::Heic),
    ("heif", Format::Heic),
    ("ico", Format::Ico),
    ("j2k", Format::Jpeg2000),
    ("jp2", Format::Jpeg2000),
    ("jpeg", Format::Jpeg),
    ("jpg", Format::Jpeg),
    ("jxl", Format::JpegXl),
    ("mpo", Format::Jpeg),
    ("nef", Format::CameraRaw("NEF, ARW or similar")),
    ("orf", Format::CameraRaw("Olympus ORF")),
    ("pbm", Format::Pnm),
    ("pef", Format::CameraRaw("NEF, ARW or similar")),
    ("pgm", Format::Pnm),
    ("png", Format::Png),
    ("ppm", Format::Pnm),
    ("qoi", Format::Qoi),
    ("raf", Format::CameraRaw("Fujifilm RAF")),
    ("rw2", Format::CameraRaw("Panasonic RW2")),
    ("tga", Format::Tga),
    ("tif", Format::Tiff),
    ("tiff", Format::Tiff),
    ("webp", Format::WebP),
];

/// A kind of file that this program reads, but not this build of it.
pub(super) fn not_built_in(what: &str, feature: &str) -> Failure {
    Failure::new(Reason::UnsupportedFormat, format!("{what} support is not built in"))
        .joined("; ", format!("install headshot with --features {feature}, or convert the photo first"))
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests;
