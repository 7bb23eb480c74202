//! The picture within borders, bars and frames.
//!
//! Everything after it sees that picture as if it were the file: its bounds are the photo's edges.

mod border;
mod strip;

use crate::geometry::Rect;
use crate::photo::Photo;
use crate::sparse_jpeg::Area;
use image::RgbImage;
use strip::Pieces;

impl Pieces for Photo<'_> {
    fn piece(&self, area: Area) -> RgbImage {
        self.pixels.piece(area)
    }
}

/// A photo without the borders around it.
#[derive(Clone, Debug)]
pub struct Inset<'a> {
    /// The picture, as if it were all of the file.
    pub photo: Photo<'a>,
    /// Where it lies in the upright photo, in whole pixels; `None` where there was nothing around it.
    pub bounds: Option<Rect>,
}

impl<'a> Inset<'a> {
    /// The picture within the borders of `photo`.
    #[must_use]
    pub fn of(photo: Photo<'a>) -> Self {
        let (right, bottom) = photo.stored_size();
        let whole = Area { left: 0, top: 0, right, bottom };
        let area = border::within_borders(&photo, whole);
        if area == whole {
            return Self { photo, bounds: None };
        }
        let stored = Rect::new(
            f64::from(area.left),
            f64::from(area.top),
            f64::from(area.right - area.left),
            f64::from(area.bottom - area.top),
        );
        let bounds = Some(stored.mapped(&photo.orientation.to_upright(right, bottom)));
        Self { photo: photo.within(area), bounds }
    }
}
