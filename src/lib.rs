//! Turns portrait photos into headshots: finds the person and cuts crops framed the way a careful retoucher would.
//!
//! From bytes to bytes, with no file touched:
//!
//! ```
//! use headshot::pipeline::Cropper;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let cropper = Cropper::builder().preset("linkedin").preset("email-signature").build()?;
//! # let photo = include_bytes!("../samples/astronaut.png");
//! let crops = cropper.crop(photo)?;
//! for crop in &crops {
//!     let preset = &cropper.presets()[crop.preset].name;
//!     println!("{preset}: {} x {}, {} bytes of JPEG", crop.width, crop.height, crop.bytes.len());
//! }
//! # assert_eq!(crops.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! The way of a photo is [`pipeline`], top to bottom. Its stages, each a module of pure functions: [`photo`] (decode),
//! [`detect`], [`subject`], [`frame`], [`check`], [`render`], [`encode`]. Under the first lies [`sparse_jpeg`], which
//! decodes large JPEGs where they are looked at. Around it: [`walk`] and [`plan`] find sources and name outputs,
//! [`roster`] knows whom the photos show, [`overrides`] has what people pinned, [`batch`] runs many photos, [`intake`]
//! reads one when [`memory`] has room for it, [`publish`] writes files whole, [`ledger`] remembers what was made from
//! what, [`report`] says what became of each, [`pictures`] and [`overlay`] show the photos small, [`uniform`] finds the
//! head height that a whole set can have, [`shard`] shares a run among processes, [`inspect`] says what a file is.

pub mod batch;
pub mod check;
pub mod detect;
pub mod encode;
pub mod error;
pub mod extend;
pub mod frame;
pub mod geometry;
pub mod ground;
pub mod inspect;
pub mod intake;
pub mod ledger;
pub mod memory;
pub mod names;
pub mod outline;
pub mod overlay;
pub mod overrides;
pub mod photo;
pub mod pictures;
pub mod pipeline;
pub mod plan;
pub mod preset;
pub mod progress;
pub mod publish;
pub mod reduced;
pub mod render;
pub mod report;
pub mod resample;
pub mod roster;
pub mod shard;
#[cfg(feature = "cli")]
pub mod sheet;
pub mod sparse_jpeg;
pub mod stop;
pub mod subject;
pub mod transparency;
pub mod uniform;
pub mod walk;

/// The program's version, as in the report and `--version`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
