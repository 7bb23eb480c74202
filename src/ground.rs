//! What a photo offers to frames: where it has picture, and where that may be continued around a head.

use crate::error::Failure;
use crate::extend::{Clearance, Margins};
use crate::geometry::Point;
use crate::outline::Outline;
use crate::photo::Photo;
use crate::preset::Extend;
use crate::subject::Head;

/// What a photo offers, whoever is framed.
#[derive(Clone, Debug, PartialEq)]
pub struct Backdrop {
    outline: Outline,
    /// Where the background may be continued, and where that is not seen.
    margins: [Margins; 2],
}

impl Backdrop {
    /// That of `photo`.
    ///
    /// # Errors
    /// As [`Margins::plain`].
    pub fn of(photo: &Photo) -> Result<Self, Failure> {
        let outline = Outline::of(photo);
        let none = || Margins::none(outline.size());
        let margins = if outline.is_rectangle() { Margins::plain(photo)? } else { [none(), none()] };
        Ok(Self { outline, margins })
    }
}

/// A photo, to the frames around one head.
#[derive(Clone, Debug, PartialEq)]
pub struct Ground {
    /// Where the photo has picture.
    pub outline: Outline,
    /// Where there is no person.
    pub clearance: Clearance,
    none: [Margins; 1],
    /// Plain background; then corners of any.
    own: [Margins; 2],
    any: [Margins; 1],
    /// Where a continued background is not seen.
    unseen: Margins,
}

impl Ground {
    /// The ground around `head` on a photo with this outline, of which no background is plain. It takes no pixels.
    ///
    /// # Examples
    /// ```
    /// use headshot::detect::Face;
    /// use headshot::geometry::{Affine, Rect};
    /// use headshot::ground::Ground;
    /// use headshot::outline::Outline;
    /// use headshot::preset::Extend;
    /// use headshot::subject::Head;
    ///
    /// let face = Face { rect: Rect::new(500.0, 300.0, 150.0, 200.0), score: 0.9, landmarks: None };
    /// let head = Head::from_face(&face, &Affine::IDENTITY).expect("the map has a way back");
    /// let ground = Ground::busy(&head, Outline::rectangle(1200, 1600));
    /// assert!(ground.margins(Extend::Never).iter().all(|margins| margins.is_none()));
    /// ```
    #[must_use]
    pub fn busy(head: &Head, outline: Outline) -> Self {
        let none = Margins::none(outline.size());
        Self::around(head, Backdrop { outline, margins: [none.clone(), none] })
    }

    /// The ground around `head`.
    #[must_use]
    pub fn around(head: &Head, Backdrop { outline, margins: [plain, unseen] }: Backdrop) -> Self {
        let clearance = Clearance::around(head);
        let none = Margins::none(outline.size());
        // Around a shape cut out of the photo there is nothing to continue.
        let is_whole = outline.is_rectangle();
        let corners = if is_whole { plain.with_corners(&clearance) } else { none.clone() };
        let any = if is_whole { Margins::any(outline.size()) } else { none.clone() };
        Self { outline, clearance, none: [none], own: [plain, corners], any: [any], unseen }
    }

    /// Whether `point`, in upright source pixels, is where a photo that was cut to a shape before has nothing.
    pub(crate) fn is_missing(&self, point: Point) -> bool {
        self.unseen.is_on_photo(point) && !self.outline.holds(point)
    }

    /// Whether the background that continues the photo at `point`, in upright source pixels, may be seen to be made up:
    /// it is not plain, and not mirrored because the person is near.
    pub(crate) fn is_made_up(&self, point: Point) -> bool {
        !self.unseen.is_on_photo(point)
            && self.unseen.way_back(point) != Point::default()
            && !self.clearance.is_mirrored(point, self.outline.size())
    }

    /// Where frames may reach beyond the photo, first choice first.
    #[must_use]
    pub fn margins(&self, extend: Extend) -> &[Margins] {
        match extend {
            Extend::Never => &self.none,
            Extend::Plain => &self.own,
            Extend::Blur | Extend::Colour(_) => &self.any,
        }
    }
}
