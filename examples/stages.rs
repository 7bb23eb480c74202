//! One photo, stage by stage: what the pipeline does, by hand, and what each stage has made.
//!
//! ```text
//! cargo run --release --example stages -- samples/astronaut.png
//! ```

use headshot::check::{self, Certainty, FaceMeasures, FaceView};
use headshot::detect::{seeta::Seeta, yunet::YuNet};
use headshot::encode::{Encoding, encode};
use headshot::frame::{Levelling, frame, output_size};
use headshot::ground::{Backdrop, Ground};
use headshot::photo::{self, Limits};
use headshot::preset;
use headshot::render::{Behind, Wanted, render};
use headshot::subject::{closeup, crown, finder::Finder};
use std::error::Error;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(env::args_os().nth(1).ok_or("name a photo")?)?;

    // Bytes to pixels, as the file has them.
    let photo = photo::decode(&bytes, &Limits::default())?;
    println!("photo: {} x {} pixels, {}", photo.size().0, photo.size().1, photo.colour.assumed());

    // Faces, and which way is up.
    let finder = Finder { detector: Box::new(YuNet::new()), second_opinion: Some(Box::new(Seeta::new())) };
    let found = finder.find(&photo, false)?;
    let photo = photo.turned(found.turn);
    let face = found.faces.first().ok_or("nobody is there")?;
    println!("face: {:?}, score {:.2}, sure: {}", face.rect, face.score, found.sure);

    // The head of the main person: eyes, chin and tilt from near, and the top of the hair.
    let seen = closeup::look(&photo, face, finder.detector.as_ref(), found.tone)?.ok_or("no head")?;
    let head = crown::find(&photo, seen.head, found.tone)?;
    println!(
        "head: {:.0} pixels from crown to chin, tilted {:.1} degrees",
        head.crown.distance(head.chin),
        head.roll_deg
    );

    // What is to be said of the face, whatever is cut.
    let view = seen.picture.and_then(|picture| FaceView::new(&picture, &head, &photo.colour));
    let measures = FaceMeasures::of(&head, view.as_ref(), photo.size());

    let ground = Ground::around(&head, Backdrop::of(&photo)?);
    for preset in preset::select(&["linkedin".to_owned(), "team-page".to_owned()])? {
        // Where it is cut, and how large it becomes.
        let framed = frame(&head, &ground, &preset, Levelling::Measured)?;
        let size = output_size(framed.frame.width, &preset, false)?;
        println!("{}: {} x {}, gives up {:?}", preset.name, size.width, size.height, framed.steps);
        for check in check::checks_of_face(&measures, Certainty::default(), &preset.checks) {
            println!("    {}: {:.2}, {:?}", check.code.code(), check.value, check.level);
        }

        // Pixels, and a file of them.
        let wanted = Wanted::new(framed.frame, size, &preset);
        let pixels = render(&photo, &wanted, Behind::of(&preset), &ground.clearance)?;
        let file = encode(&pixels, &Encoding::of(&preset))?;
        println!("    {} bytes of {}", file.bytes.len(), preset.format.extension());
    }
    Ok(())
}
