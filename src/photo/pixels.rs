//! The pixels of a photo, whole or as far as somebody looked.

use super::Photo;
use super::markers::{Coding, Markers};
use super::raster::{Raster, cut, flatten};
use crate::geometry::Rect;
use crate::sparse_jpeg::{Area, Keep, Planes, PlanesView, Request, Scale, SparseJpeg};
use image::RgbImage;
use std::borrow::Cow;

/// From this long side on, in pixels, an eighth of a photo is twice what the first look for faces has (320), and the
/// coded data are passed over and decoded in parts. Of smaller photos nearly everything is wanted at nearly full size:
/// their coefficients are kept, as those of progressive ones of any size, which hold each block in many places.
const PARTS_FROM_LONG_SIDE: u32 = 8 * 640;

/// What kernels reach beyond a part, in steps of its shrinking. Looks have triangles, of one step, over chroma that may
/// be half as fine.
const LOOK_REACH: f64 = 2.0;

/// Outputs have Lanczos' kernel, of three steps, over chroma that may be half as fine, and are decoded 1.2 times finer
/// than they are: 7.2.
const OUTPUT_REACH: f64 = 8.0;

/// What a part of a photo is decoded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To measure something in it.
    Look,
    /// To be seen by people.
    Output {
        /// Whether chroma is to be as fine as luma, as far as the file has it.
        fine_colour: bool,
    },
}

/// Parts of a photo, decoded before they are looked at: of each kind of planes at most one.
///
/// It saves time and changes nothing: what is taken from it is what would have been decoded without it.
#[derive(Clone, Debug, Default)]
pub struct Decoded(Vec<Planes>);

impl Decoded {
    /// Nothing yet.
    pub const NOTHING: &'static Self = &Self(Vec::new());
}

/// A photo, with what of it is decoded already.
#[derive(Clone, Copy, Debug)]
pub struct PhotoView<'a> {
    /// The photo.
    pub photo: &'a Photo<'a>,
    /// Parts of it.
    pub decoded: &'a Decoded,
}

impl<'a> From<&'a Photo<'a>> for PhotoView<'a> {
    /// Nothing is decoded.
    fn from(photo: &'a Photo<'a>) -> Self {
        Self { photo, decoded: Decoded::NOTHING }
    }
}

/// Exactly the planes that a request stands for.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    jpeg: &'a SparseJpeg<'a>,
    planes: Cow<'a, Planes>,
    request: Request,
}

impl Part<'_> {
    /// The planes; `None` where nothing of the request lies in the photo, of which there is no part.
    #[must_use]
    pub fn view(&self) -> Option<PlanesView<'_>> {
        self.jpeg.view(&self.planes, &self.request)
    }
}

/// The pixels of a photo as stored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Pixels<'a> {
    /// All of them.
    Whole(Raster),
    /// A file of which parts are decoded on demand.
    Sparse(Box<Sparse<'a>>),
}

impl From<Raster> for Pixels<'_> {
    fn from(raster: Raster) -> Self {
        Self::Whole(raster)
    }
}

impl Pixels<'_> {
    /// Width and height as stored, in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        match self {
            Self::Whole(raster) => raster.size(),
            Self::Sparse(sparse) => {
                let Area { left, top, right, bottom } = sparse.jpeg.bounds();
                (right - left, bottom - top)
            }
        }
    }

    /// Where these pixels begin in what is decoded of their file, in columns and rows.
    pub(crate) fn origin(&self) -> (u32, u32) {
        match self {
            Self::Whole(_) => (0, 0),
            Self::Sparse(sparse) => (sparse.jpeg.bounds().left, sparse.jpeg.bounds().top),
        }
    }

    /// Those of them that lie in `area`, which is not empty and lies in them, as if there were no others.
    pub(super) fn within(self, area: Area) -> Self {
        match self {
            Self::Whole(raster) => Self::Whole(raster.cut(area)),
            Self::Sparse(sparse) => {
                let Sparse { jpeg, keep } = *sparse;
                let (left, top) = (jpeg.bounds().left, jpeg.bounds().top);
                let bounds = Area {
                    left: area.left + left,
                    top: area.top + top,
                    right: area.right + left,
                    bottom: area.bottom + top,
                };
                Self::Sparse(Box::new(Sparse { jpeg: jpeg.within(bounds), keep }))
            }
        }
    }

    /// The pixels of `area`, which is not empty and lies in them, before white where they are transparent; of another
    /// size where they cannot be had.
    pub(crate) fn piece(&self, area: Area) -> RgbImage {
        match self {
            Self::Whole(Raster::Rgb(pixels)) => cut(pixels, area),
            Self::Whole(Raster::Rgba(pixels)) => flatten(&cut(pixels, area), [255; 3]),
            Self::Sparse(sparse) => {
                let (left, top) = self.origin();
                let area = Area {
                    left: area.left + left,
                    top: area.top + top,
                    right: area.right + left,
                    bottom: area.bottom + top,
                };
                let planes = sparse.jpeg.planes(Request { area, scale: Scale::Full, fine_colour: true });
                planes.and_then(|planes| planes.view().region(area)).map(|region| region.pixels).unwrap_or_default()
            }
        }
    }

    /// Whether some pixel is not opaque.
    #[must_use]
    pub const fn has_alpha(&self) -> bool {
        matches!(self, Self::Whole(raster) if raster.has_alpha())
    }

    /// All of them, decoded where they are not.
    #[must_use]
    pub fn into_raster(self) -> Raster {
        match self {
            Self::Whole(raster) => raster,
            Self::Sparse(sparse) => {
                let region = sparse.jpeg.region(sparse.jpeg.bounds(), Scale::Full);
                Raster::Rgb(region.map(|region| region.pixels).unwrap_or_default())
            }
        }
    }
}

/// A JPEG that is decoded where it is looked at.
#[derive(Clone, Debug)]
pub struct Sparse<'a> {
    jpeg: SparseJpeg<'a>,
    keep: Keep,
}

impl<'a> Sparse<'a> {
    /// An open file for which [`SparseJpeg::has_planes`].
    pub(super) const fn new(jpeg: SparseJpeg<'a>) -> Self {
        let keep = jpeg.keeps();
        Self { jpeg, keep }
    }

    /// What `request` stands for, out of `decoded` (of this photo) where that has it. `None` where nothing of it lies
    /// in the photo.
    #[must_use]
    pub fn part<'s>(&'s self, decoded: &'s Decoded, request: Request) -> Option<Part<'s>> {
        let ready = decoded.0.iter().find(|planes| self.jpeg.view(planes, &request).is_some());
        let planes = match ready {
            Some(planes) => Cow::Borrowed(planes),
            None => Cow::Owned(self.jpeg.planes(request)?),
        };
        Some(Part { jpeg: &self.jpeg, planes, request })
    }

    /// `decoded` (of this photo) with what `requests` ask for, and without kinds of planes that they do not. What is
    /// missing is decoded from one reading of the file.
    #[must_use]
    pub fn decode(&self, decoded: Decoded, requests: &[Request]) -> Decoded {
        if self.jpeg.is_bounded() {
            return Decoded::default();
        }
        let mut wanted: Vec<Request> = Vec::new();
        // An eighth costs nothing.
        for request in requests.iter().filter(|request| request.scale != Scale::Eighth) {
            match wanted.iter_mut().find(|other| other.is_alike(request)) {
                Some(other) => other.area = around(other.area, request.area),
                None => wanted.push(*request),
            }
        }
        let mut ready = decoded.0;
        ready.retain(|planes| wanted.iter().any(|request| self.jpeg.view(planes, request).is_some()));
        wanted.retain(|request| ready.iter().all(|planes| self.jpeg.view(planes, request).is_none()));
        ready.extend(self.jpeg.decode(&wanted));
        Decoded(ready)
    }

    /// Whether each look at the file reads it anew, so that it is of use to know beforehand what is looked at.
    #[must_use]
    pub fn reads_anew(&self) -> bool {
        self.keep == Keep::Places
    }

    /// Whether looks are at twice the pixels and with all colour, as they cost little where coefficients are kept. To
    /// the search for the crown hair is higher than it is where its colour runs into the wall's, and a shadow on the
    /// wall is another where it is softer: of 98 portraits, four crowns were found elsewhere.
    #[must_use]
    pub fn is_looked_at_closely(&self, purpose: Purpose) -> bool {
        purpose == Purpose::Look && self.keep == Keep::Coefficients
    }

    /// What is decoded of `area` and what a kernel reaches around it, with `shrinking` source pixels to each pixel that
    /// is wanted of it.
    #[must_use]
    pub fn request(&self, area: Rect, shrinking: f64, purpose: Purpose) -> Request {
        let is_close = self.is_looked_at_closely(purpose);
        // The halves and quarters are cut off where their pixels end; the eighths are plain means, which are soft and
        // show what is finer than a pixel as a coarser pattern, so that an output wants more than one of them a pixel.
        let eighth_from = if purpose == Purpose::Look { 8.0 } else { 12.0 };
        let scale = [(Scale::Eighth, eighth_from), (Scale::Quarter, 4.0), (Scale::Half, 2.0)]
            .into_iter()
            .find(|&(_, from)| shrinking >= if is_close { 2.0 * from } else { from })
            .map_or(Scale::Full, |(scale, _)| scale);
        let steps = if purpose == Purpose::Look { LOOK_REACH } else { OUTPUT_REACH };
        let reach = (steps * shrinking.max(1.0)).ceil() + 1.0;
        let (width, height) = self.jpeg.size();
        let within = |at: f64, side: u32| at.clamp(0.0, f64::from(side)) as u32;
        let area = Area {
            left: within((area.x - reach).floor(), width),
            top: within((area.y - reach).floor(), height),
            right: within((area.right() + reach).ceil(), width),
            bottom: within((area.bottom() + reach).ceil(), height),
        };
        Request { area, scale, fine_colour: is_close || purpose == (Purpose::Output { fine_colour: true }) }
    }
}

/// What is kept of a file with this header.
pub(super) fn kept(markers: &Markers<'_>) -> Keep {
    let is_large = markers.width.max(markers.height) >= PARTS_FROM_LONG_SIDE;
    if is_large && markers.coding == Coding::Sequential && !markers.is_split() {
        Keep::Places
    } else {
        Keep::Coefficients
    }
}

fn around(a: Area, b: Area) -> Area {
    Area {
        left: a.left.min(b.left),
        top: a.top.min(b.top),
        right: a.right.max(b.right),
        bottom: a.bottom.max(b.bottom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;
    use crate::photo::{Limits, Orientation, Photo, decode};
    use crate::reduced::{Filter, reduced};
    use image::{Rgb, RgbImage};

    const WIDTH: u16 = 5200;
    const HEIGHT: u16 = 400;

    /// Waves from broad to fine, as baseline or progressive JPEG.
    fn jpeg(progressive: bool) -> Vec<u8> {
        let wave = |x: u32, y: u32, length: f64| {
            let at = Point::new(f64::from(x), f64::from(y)).distance(Point::new(700.0, -90.0));
            (127.0 + 90.0 * (at / length).sin()) as u8
        };
        let picture = RgbImage::from_fn(u32::from(WIDTH), u32::from(HEIGHT), |x, y| {
            Rgb([wave(x, y, 40.0 - f64::from(x) / 400.0), wave(y, x, 25.0), wave(x, y, 90.0)])
        });
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 92);
        encoder.set_progressive(progressive);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_2_0);
        encoder.encode(picture.as_raw(), WIDTH, HEIGHT, jpeg_encoder::ColorType::Rgb).expect("encodes");
        bytes
    }

    fn whole(photo: &Photo<'_>) -> Photo<'static> {
        let pixels = photo.pixels.clone().into_raster().into();
        Photo::new(pixels, photo.orientation, photo.colour.clone(), photo.format)
    }

    fn mean_difference(a: &RgbImage, b: &RgbImage) -> f64 {
        assert_eq!(a.dimensions(), b.dimensions());
        a.iter().zip(b.iter()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
    }

    #[test]
    fn baseline_and_progressive_files_are_sparse() {
        let (baseline, progressive) = (jpeg(false), jpeg(true));
        let limits = Limits::default();
        for bytes in [&baseline, &progressive] {
            assert!(matches!(decode(bytes, &limits).expect("decodes").pixels, Pixels::Sparse(_)));
        }
        // A truncated one is the general decoder's to name.
        let cut = decode(&baseline[..baseline.len() / 2], &limits).expect_err("damaged");
        assert_eq!(cut.reason, crate::error::Reason::Damaged);
    }

    #[test]
    fn parts_are_those_of_the_whole_at_any_scale_and_orientation() {
        for (progressive, exif) in [(false, 1), (false, 3), (false, 6), (false, 7), (true, 1), (true, 8)] {
            let bytes = jpeg(progressive);
            let mut photo = decode(&bytes, &Limits::default()).expect("decodes");
            photo.orientation = Orientation::from_exif(exif);
            let whole = whole(&photo);
            let (width, height) = photo.size();
            let (width, height) = (f64::from(width), f64::from(height));
            for scale in [1.0, 0.7, 0.5, 0.31, 0.25, 0.125, 0.05] {
                let part = Rect::new(0.21 * width, 0.13 * height, 0.6 * width, 0.8 * height);
                let parts = [&photo, &whole]
                    .map(|photo| reduced(photo, part, scale, Filter::Lanczos3).expect("a part of the photo").image);
                let difference = mean_difference(&parts[0], &parts[1]);
                // The eighths have the colour of this file as means over 16 pixels, which rounds its waves off.
                let allowed = if scale < 0.1 { 3.0 } else { 1.0 };
                assert!(difference < allowed, "EXIF {exif}, scale {scale}: {difference}");
            }
        }
    }

    #[test]
    fn what_was_decoded_before_changes_nothing() {
        for progressive in [false, true] {
            let bytes = jpeg(progressive);
            let Pixels::Sparse(sparse) = decode(&bytes, &Limits::default()).expect("decodes").pixels else {
                panic!("sparse")
            };
            let area = Rect::new(900.0, 40.0, 700.0, 200.0);
            let purpose = Purpose::Output { fine_colour: false };
            let decoded = sparse.decode(Decoded::default(), &[sparse.request(area.grown(50.0), 2.0, purpose)]);
            for (part, shrinking, is_ready) in
                [(area, 2.0, true), (area, 3.9, true), (area, 1.5, false), (area.grown(100.0), 2.0, false)]
            {
                let request = sparse.request(part, shrinking, purpose);
                let got = sparse.part(&decoded, request).expect("in the photo");
                assert_eq!(matches!(got.planes, Cow::Borrowed(_)), is_ready, "{part:?} at {shrinking}");
                let alone = sparse.part(Decoded::NOTHING, request).expect("in the photo");
                let pixels = |part: &Part<'_>| part.view().and_then(|view| view.region(request.area)).expect("RGB");
                assert_eq!(pixels(&got), pixels(&alone), "{part:?} at {shrinking}");
            }
            let beyond = sparse.request(Rect::new(9000.0, 0.0, 10.0, 10.0), 1.0, purpose);
            assert!(sparse.part(&decoded, beyond).is_none());
        }
    }
}
