//! The picture within borders, bars and frames, or on a page.
//!
//! Everything after it sees that picture as if it were the file: its bounds are the photo's edges.

mod border;
mod page;
mod strip;
mod tilted;

use crate::detect::Face;
use crate::error::{Failure, Reason};
use crate::geometry::{Affine, Rect};
use crate::photo::Photo;
use crate::sparse_jpeg::Area;
use crate::subject::finder::Found;
use image::RgbImage;
use strip::{Pieces, Side};

/// From so many pixels on, a border is no thin line that may be around anything.
const BROAD: u32 = 8;

impl Pieces for Photo<'_> {
    fn piece(&self, area: Area) -> RgbImage {
        let stored = self.stored_area(area);
        self.orientation.apply_rgb(self.pixels.piece(stored))
    }
}

/// A photo without what is around the picture in it.
#[derive(Clone, Debug)]
pub struct Inset<'a> {
    /// The picture, as if it were all of the file.
    pub photo: Photo<'a>,
    /// Where it lies in the upright photo, in whole pixels; `None` where there was nothing around it.
    pub bounds: Option<Rect>,
    /// The sides at which something broad was around it.
    bare: Vec<Side>,
    /// Why a person should look whether what is around it is in a headshot.
    pub doubt: Option<Failure>,
}

impl<'a> Inset<'a> {
    /// The picture within the borders of `photo`.
    #[must_use]
    pub fn of(photo: Photo<'a>) -> Self {
        let whole = whole(&photo);
        let (area, is_askew) = border::within_borders(&photo, whole);
        let bare = Side::ALL.into_iter().filter(|side| side.distance(&whole, &area) >= BROAD).collect();
        let inset = Self { photo, bounds: None, bare, doubt: None }.cut(area);
        if is_askew { inset.doubted() } else { inset }
    }

    /// The picture around the main face of `found`, which was found in this photo, where that is a page with pictures.
    #[must_use]
    pub fn around_face(&self, found: &Found) -> Option<Around> {
        let face = found.faces.first()?;
        let (width, height) = self.photo.size();
        let back = found.turn.to_upright(width, height).inverse()?;
        let whole = whole(&self.photo);
        let area_of = |face: &Face| {
            let rect = face.rect.mapped(&back);
            let within = |at: f64, most: u32| at.clamp(0.0, f64::from(most)) as u32;
            Area {
                left: within(rect.x, width),
                top: within(rect.y, height),
                right: within(rect.right(), width),
                bottom: within(rect.bottom(), height),
            }
        };
        let picture = &found.overview.image;
        let small = page::Small { picture, scale: f64::from(picture.width()) / f64::from(width) };
        let page::Found { area, is_sure } = page::around(&self.photo, whole, area_of(face), small, &self.bare)?;
        // What is of one colour all across the picture's side was hardly seen beside the face.
        let (area, _) = border::within_borders(&self.photo, area);
        let is_within = |face: &Face| {
            let face = area_of(face);
            let (x, y) = ((face.left + face.right) / 2, (face.top + face.bottom) / 2);
            (area.left..area.right).contains(&x) && (area.top..area.bottom).contains(&y)
        };
        Some(Around { area, is_sure, has_everybody: found.faces.iter().all(is_within) })
    }

    /// The part of it in `area`, in pixels of its upright photo.
    #[must_use]
    pub fn cut(self, area: Area) -> Self {
        if area == whole(&self.photo) {
            return self;
        }
        let corner = self.bounds.unwrap_or_default();
        let bounds = Rect::new(
            f64::from(area.left),
            f64::from(area.top),
            f64::from(area.right - area.left),
            f64::from(area.bottom - area.top),
        );
        let stored = self.photo.stored_area(area);
        let bounds = bounds.mapped(&Affine::translation(corner.x, corner.y));
        Self { photo: self.photo.within(stored), bounds: Some(bounds), ..self }
    }

    /// The same with a doubt: there seems to be something around the picture, and it is not plain where it ends.
    #[must_use]
    pub fn doubted(self) -> Self {
        let message = "there seems to be a border, a bar or a page around the picture, and it may be in the headshot";
        let doubt = Failure::new(Reason::Border, message).advised("cut the photo out of it first");
        Self { doubt: Some(doubt), ..self }
    }
}

/// A picture on a page, around a face.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    /// In pixels of the upright photo.
    pub area: Area,
    /// Whether nothing of what is around it can belong to the photo.
    pub is_sure: bool,
    /// Whether all faces are in it.
    pub has_everybody: bool,
}

fn whole(photo: &Photo<'_>) -> Area {
    let (right, bottom) = photo.size();
    Area { left: 0, top: 0, right, bottom }
}

#[cfg(test)]
mod tests;
