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
//! # The levels
//!
//! Whoever needs less than all of this takes the stages by themselves; each is a function of what the one before made.
//!
//! Faces only. A detector wants a small picture, some 320 pixels long:
//!
//! ```
//! use headshot::detect::{Detector, yunet::YuNet};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/astronaut.png");
//! let picture = image::open(path)?.thumbnail(320, 320).into_rgb8();
//! let faces = YuNet::new().detect(&picture, YuNet::SURE);
//! assert_eq!(faces.len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! Framing only, with the box of a face that somebody else found: no pixels are looked at, and what comes out are six
//! numbers for whoever cuts.
//!
//! ```
//! use headshot::detect::Face;
//! use headshot::frame::{Levelling, frame, output_size};
//! use headshot::geometry::{Affine, Rect};
//! use headshot::ground::Ground;
//! use headshot::outline::Outline;
//! use headshot::preset;
//! use headshot::subject::Head;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // From the middle of the forehead to the chin, in pixels of an upright photo of 1200 x 1600.
//! let face = Face { rect: Rect::new(525.0, 500.0, 150.0, 200.0), score: 1.0, landmarks: None };
//! let head = Head::from_face(&face, &Affine::IDENTITY).ok_or("a box without extent")?;
//! let ground = Ground::busy(&head, Outline::rectangle(1200, 1600));
//! let preset = &preset::select(&["linkedin".to_owned()])?[0];
//! let framed = frame(&head, &ground, preset, Levelling::Measured)?;
//! let size = output_size(framed.frame.width, preset, false)?;
//! let to_output = framed.frame.transform(size.width, size.height);
//! assert_eq!(to_output.apply(head.eye_mid()).x, f64::from(size.width) / 2.0);
//! # Ok(())
//! # }
//! ```
//!
//! All stages by hand, as `examples/stages.rs` has them with checks and sizes printed:
//!
//! ```
//! use headshot::detect::yunet::YuNet;
//! use headshot::encode::{Encoding, encode};
//! use headshot::frame::{Levelling, frame, output_size};
//! use headshot::ground::{Backdrop, Ground};
//! use headshot::photo::{self, Limits};
//! use headshot::preset;
//! use headshot::render::{Behind, Wanted, render};
//! use headshot::subject::{closeup, crown, finder::Finder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let bytes = include_bytes!("../samples/astronaut.png");
//! let photo = photo::decode(bytes, &Limits::default())?;
//! let finder = Finder { detector: Box::new(YuNet::new()), second_opinion: None };
//! let found = finder.find(&photo, false)?;
//! let photo = photo.turned(found.turn);
//! let face = found.faces.first().ok_or("nobody is there")?;
//! let seen = closeup::look(&photo, face, finder.detector.as_ref(), found.tone)?.ok_or("no head")?;
//! let head = crown::find(&photo, seen.head, found.tone)?;
//! let ground = Ground::around(&head, Backdrop::of(&photo)?);
//! let preset = &preset::select(&["linkedin".to_owned()])?[0];
//! let framed = frame(&head, &ground, preset, Levelling::Measured)?;
//! let size = output_size(framed.frame.width, preset, false)?;
//! let wanted = Wanted::new(framed.frame, size, preset);
//! let pixels = render(&photo, &wanted, Behind::of(preset), &ground.clearance)?;
//! let file = encode(&pixels, &Encoding::of(preset))?;
//! assert_eq!(pixels.size(), (size.width, size.height));
//! assert!(file.bytes.starts_with(&[0xff, 0xd8]), "a JPEG");
//! # Ok(())
//! # }
//! ```
//!
//! # What goes wrong
//!
//! A photo of which nothing can be made gives an [`error::Failure`]: a fixed word, a message that says what happened,
//! and advice. The message can be shown to anybody; the advice is that of the command line and may name its flags, so
//! a program with other users says what to do in words of its own, as `examples/upload.rs` does:
//!
//! ```
//! use headshot::error::Reason;
//! use headshot::photo::{self, Limits};
//!
//! let failure = photo::decode(b"Dear Ana,", &Limits::new()).err().expect("a letter is no photo");
//! assert_eq!(failure.reason, Reason::UnsupportedFormat);
//! assert_eq!(failure.message, "text, not a picture");
//! assert_eq!(failure.advice.as_deref(), Some("check that this is the file that was meant"));
//! ```
//!
//! What is no photo's fault, such as a preset that nobody knows or an output folder that cannot be written, is an
//! [`error::Error`]; where the system or another library said so, its `source()` is what they said.
//!
//! # The modules
//!
//! The way of a photo is [`pipeline`], top to bottom: decode, find, choose, measure, frame, size, check, judge, render,
//! encode. The stages are in modules of pure functions: decode in [`photo`]; find, choose, measure in [`subject`],
//! which asks a detector of [`detect`]; frame and size in [`frame`]; check and judge in [`check`]; then [`render`] and
//! [`encode`]. Under the first lies [`sparse_jpeg`], which decodes JPEGs where they are looked at, under the last
//! [`baseline_jpeg`], which writes JPEGs. Around it: [`walk`] and [`plan`] find sources and name outputs, [`roster`]
//! knows whom the photos show, [`overrides`] has what people pinned, [`batch`] runs many photos, [`intake`] reads one
//! when [`memory`] has room for it, [`publish`] writes files whole, [`ledger`] remembers what was made from what,
//! [`report`] says what became of each, [`limits`] has from where on checks fail, [`pictures`] and [`overlay`] show the
//! photos small, [`uniform`] finds the head height that a whole set can have, [`shard`] shares a run among processes,
//! [`inspect`] says what a file is, [`spelling`] which photo somebody means who wrote its name, [`regular_file`] opens
//! none that a run would wait for.

// What a feature is needed for is marked on docs.rs, which builds with the nightly compiler that this takes.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::unwrap_used)]
// The functions of clippy.toml, which differ between machines; tests may use them.
#![cfg_attr(not(test), warn(clippy::disallowed_methods))]

pub mod baseline_jpeg;
pub mod batch;
pub mod check;
pub mod detect;
pub mod encode;
pub mod error;
pub mod extend;
pub mod frame;
pub mod geometry;
pub mod ground;
pub mod inset;
pub mod inspect;
pub mod intake;
pub mod ledger;
pub mod limits;
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
#[cfg(target_arch = "x86_64")]
mod processor;
pub mod progress;
pub mod publish;
pub mod reduced;
pub mod regular_file;
pub mod render;
pub mod report;
pub mod resample;
pub mod roster;
mod rounding;
pub mod shard;
#[cfg(feature = "cli")]
pub mod sheet;
pub mod sparse_jpeg;
pub mod spelling;
pub mod stamp;
pub mod stop;
pub mod subject;
pub mod transparency;
pub mod uniform;
pub mod walk;

/// The program's version, as in the report and `--version`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
