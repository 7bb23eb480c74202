//! What a photo offers to frames: where it has picture, and where that may be continued around a head.

use crate::error::Failure;
use crate::extend::{Clearance, Margins};
use crate::outline::Outline;
use crate::photo::Photo;
use crate::preset::Extend;
use crate::subject::Head;

/// What a photo offers, whoever is framed.
#[derive(Clone, Debug, PartialEq)]
pub struct Backdrop {
    outline: Outline,
    plain: Margins,
}

impl Backdrop {
    /// That of `photo`.
    ///
    /// # Errors
    /// As [`Margins::plain`].
    pub fn of(photo: &Photo) -> Result<Self, Failure> {
        let outline = Outline::of(photo);
        let plain = if outline.is_rectangle() { Margins::plain(photo)? } else { Margins::none(outline.size()) };
        Ok(Self { outline, plain })
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
        let plain = Margins::none(outline.size());
        Self::around(head, Backdrop { outline, plain })
    }

    /// The ground around `head`.
    #[must_use]
    pub fn around(head: &Head, Backdrop { outline, plain }: Backdrop) -> Self {
        let clearance = Clearance::around(head);
        let none = Margins::none(outline.size());
        // Around a shape cut out of the photo there is nothing to continue.
        let is_whole = outline.is_rectangle();
        let corners = if is_whole { plain.with_corners(&clearance) } else { none.clone() };
        let any = if is_whole { Margins::any(outline.size()) } else { none.clone() };
        Self { outline, clearance, none: [none], own: [plain, corners], any: [any] }
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
