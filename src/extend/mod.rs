//! Beyond the photo's edge: where its background is plain enough to be continued, and the pixels that continue it.

mod clearance;
mod fill;
mod margins;

pub use clearance::Clearance;
pub(crate) use fill::{Fill, Growth, continued};
pub use margins::Margins;
