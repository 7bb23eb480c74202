//! What a web service does with an upload: bytes of a stranger in, an avatar or a sentence for the person out.
//!
//! ```text
//! cargo run --release --example upload -- samples/astronaut.png
//! ```

use headshot::check::{self, verdict::Verdict};
use headshot::error::{Failure, Reason};
use headshot::photo::Limits;
use headshot::pipeline::{Cropper, Faces};
use std::error::Error;
use std::{env, fs};

/// An answer as a web framework would want it: status and body.
enum Answer {
    Avatar(Vec<u8>),
    /// The upload is at fault, and the sentence says what to do.
    Unusable(String),
    /// We are.
    Broken,
}

/// Made once, for all requests.
fn cropper() -> Result<Cropper, headshot::error::Error> {
    // A stranger gets less memory and time than a photographer does.
    let limits = Limits::default().with_max_pixels(50_000_000).with_max_bytes(250_000_000);
    Cropper::builder().preset("github").faces(Faces::Only).limits(limits).build()
}

/// What happened and what to do next. [`Failure::advice`] may name flags of the command line, which are nothing to
/// somebody at a web page; so the advice is our own, or that of the check.
fn told(why: &Failure) -> String {
    let advice = match why.reason {
        Reason::NoFace => Some("send one that shows your face"),
        Reason::SeveralPeople => Some("send one of you alone"),
        Reason::TooLarge => Some("send a smaller copy"),
        Reason::Damaged | Reason::UnsupportedFormat => Some("send the photo as a JPEG file"),
        other => check::advice(other),
    };
    advice.map_or_else(|| why.message.clone(), |advice| format!("{}; {advice}", why.message))
}

fn handle(cropper: &Cropper, upload: &[u8]) -> Answer {
    match cropper.process(upload) {
        Ok(mut cropped) => match (cropped.crops.pop(), cropped.verdict, cropped.refused) {
            (Some(crop), Verdict::Headshot | Verdict::Croppable, _) => Answer::Avatar(crop.bytes),
            (_, _, Some(why)) => Answer::Unusable(told(&why)),
            _ => Answer::Unusable(cropped.doubts.iter().map(told).collect::<Vec<_>>().join("; ")),
        },
        Err(why) if why.reason == Reason::Internal => Answer::Broken,
        Err(why) => Answer::Unusable(told(&why)),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let cropper = cropper()?;
    for path in env::args_os().skip(1) {
        match handle(&cropper, &fs::read(&path)?) {
            Answer::Avatar(bytes) => println!("200, {} bytes", bytes.len()),
            Answer::Unusable(sentence) => println!("422, {sentence}"),
            Answer::Broken => println!("500"),
        }
    }
    Ok(())
}
