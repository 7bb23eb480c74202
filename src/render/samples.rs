//! What the tests of this room ask for.

use super::Wanted;
use crate::extend::Clearance;
use crate::frame::{Frame, OutputSize};
use crate::geometry::{Point, Rect};
use crate::preset::Extend;
use crate::subject::Head;

/// An output of so many pixels for a frame around `centre`, `width` source pixels wide.
pub(super) fn output((x, y): (f64, f64), width: f64, (columns, rows): (u32, u32), roll_deg: f64) -> Wanted {
    let height = width * f64::from(rows) / f64::from(columns);
    let size = OutputSize { width: columns, height: rows, upscale: f64::from(columns) / width };
    Wanted { frame: Frame { centre: Point::new(x, y), width, height, roll_deg }, size, extend: Extend::Blur }
}

/// A person in the middle of a picture of about 900 x 1000 pixels.
pub(super) fn clearance() -> Clearance {
    Clearance::around(&Head {
        eyes: [Point::new(400.0, 480.0), Point::new(500.0, 480.0)],
        chin: Point::new(450.0, 600.0),
        crown: Point::new(450.0, 360.0),
        crown_confidence: 1.0,
        roll_deg: 0.0,
        yaw: 0.0,
        pitch: 0.0,
        face: Rect::new(380.0, 420.0, 140.0, 180.0),
    })
}
