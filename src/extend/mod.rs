//! Beyond the photo's edge: where its background is plain enough to be continued, and the pixels that continue it.

mod clearance;
mod fill;
mod margins;

pub use clearance::Clearance;
pub(crate) use fill::{Fill, Growth, continued};
pub use margins::Margins;

/// The largest difference of any channel, in levels.
fn difference(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}
