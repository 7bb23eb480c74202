//! Writes the sample portraits into the folder named on the command line.

#[path = "../tests/support/portrait/mod.rs"]
mod portrait;

use image::codecs::jpeg::JpegEncoder;
use portrait::{Background, Beard, Clothes, Features, Glasses, HairStyle, Portrait, SKINS, Smile, rgb};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

/// JPEG quality, 1..100.
const QUALITY: u8 = 90;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("give the folder to write the samples into")?);
    for (name, portrait) in team().into_iter().chain(speakers()) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        let drawn = portrait.draw();
        let mut bytes = Vec::new();
        drawn.image.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))?;
        fs::write(&path, bytes)?;
        println!("{}: {:?}", path.display(), drawn.truth);
    }
    Ok(())
}

fn team() -> [(&'static str, Portrait); 5] {
    [
        ("team/amara.jpg", amara()),
        ("team/ben.jpg", ben()),
        ("team/ingrid.jpg", ingrid()),
        ("team/mateo.jpg", mateo()),
        ("team/yuki.jpg", yuki()),
    ]
}

fn speakers() -> [(&'static str, Portrait); 3] {
    [("speakers/leila.jpg", leila()), ("speakers/samuel.jpg", samuel()), ("speakers/viktor.jpg", viktor())]
}

fn amara() -> Portrait {
    Portrait {
        mid_eye: (610.0, 690.0),
        head_height: 560.0,
        roll_deg: -6.0,
        body_roll_deg: Some(-1.5),
        skin: SKINS[5],
        hair: rgb(38, 28, 26),
        hair_style: HairStyle::Afro,
        eyes: rgb(72, 44, 30),
        smile: Smile::Open,
        earrings: true,
        clothes: Clothes::VNeck,
        clothes_colour: rgb(214, 150, 62),
        build: 0.2,
        makeup: 0.8,
        background: Background::Studio(rgb(146, 168, 170)),
        seed: 11,
        features: Features { face_width: 0.98, eye_opening: 1.05, nose_width: 1.15, lips: 1.25 },
        ..Portrait::sized(1200, 1600)
    }
}

fn ben() -> Portrait {
    Portrait {
        mid_eye: (545.0, 600.0),
        head_height: 520.0,
        roll_deg: 2.0,
        body_roll_deg: Some(0.0),
        skin: SKINS[1],
        hair: rgb(122, 78, 46),
        beard: Beard::Full,
        smile: Smile::Open,
        eyes: rgb(84, 112, 126),
        clothes: Clothes::Hoodie,
        clothes_colour: rgb(70, 98, 92),
        build: 0.7,
        background: Background::Bookshelf,
        seed: 12,
        features: Features { face_width: 1.02, eye_opening: 0.95, nose_width: 1.05, lips: 0.9 },
        ..Portrait::sized(1200, 1500)
    }
}

fn ingrid() -> Portrait {
    Portrait {
        mid_eye: (760.0, 640.0),
        head_height: 620.0,
        roll_deg: 3.0,
        body_roll_deg: Some(0.0),
        skin: SKINS[0],
        hair: rgb(196, 190, 186),
        hair_style: HairStyle::Bob,
        eyes: rgb(96, 128, 146),
        glasses: Glasses::Round,
        clothes: Clothes::RollNeck,
        clothes_colour: rgb(110, 48, 66),
        build: 0.25,
        makeup: 0.45,
        age: 0.8,
        background: Background::Studio(rgb(138, 158, 152)),
        seed: 13,
        features: Features { face_width: 0.98, eye_opening: 0.96, nose_width: 0.95, lips: 0.95 },
        ..Portrait::sized(1500, 1500)
    }
}

fn mateo() -> Portrait {
    Portrait {
        mid_eye: (1010.0, 500.0),
        head_height: 470.0,
        roll_deg: 8.0,
        body_roll_deg: Some(2.0),
        skin: SKINS[3],
        hair: rgb(40, 30, 28),
        mirrored_hair: true,
        eyes: rgb(84, 56, 36),
        beard: Beard::Stubble,
        smile: Smile::Open,
        clothes: Clothes::Shirt,
        clothes_colour: rgb(148, 178, 206),
        build: 0.6,
        background: Background::Window,
        seed: 14,
        features: Features { face_width: 1.0, eye_opening: 0.98, nose_width: 1.1, lips: 1.0 },
        ..Portrait::sized(1600, 1200)
    }
}

fn yuki() -> Portrait {
    Portrait {
        mid_eye: (600.0, 560.0),
        head_height: 470.0,
        roll_deg: -3.0,
        body_roll_deg: Some(0.0),
        skin: SKINS[1].mix(rgb(240, 204, 160), 0.5),
        hair: rgb(34, 28, 32),
        hair_style: HairStyle::Long,
        eyes: rgb(58, 38, 30),
        clothes: Clothes::Blazer,
        clothes_colour: rgb(52, 62, 84),
        build: 0.15,
        makeup: 0.6,
        background: Background::Plain(rgb(232, 226, 218)),
        seed: 15,
        features: Features { face_width: 1.03, eye_opening: 0.88, nose_width: 0.92, lips: 1.0 },
        ..Portrait::sized(1200, 1600)
    }
}

fn leila() -> Portrait {
    Portrait {
        mid_eye: (640.0, 650.0),
        head_height: 540.0,
        roll_deg: 1.5,
        body_roll_deg: Some(0.0),
        skin: SKINS[2],
        hair_style: HairStyle::Hijab,
        headwear: rgb(66, 116, 120),
        hair: rgb(44, 32, 28),
        eyes: rgb(88, 66, 40),
        clothes: Clothes::CrewNeck,
        clothes_colour: rgb(54, 60, 74),
        build: 0.2,
        makeup: 0.7,
        background: Background::Lights,
        seed: 16,
        features: Features { face_width: 0.99, eye_opening: 1.08, nose_width: 1.0, lips: 1.1 },
        ..Portrait::sized(1200, 1600)
    }
}

fn samuel() -> Portrait {
    Portrait {
        mid_eye: (600.0, 610.0),
        head_height: 640.0,
        roll_deg: -1.0,
        body_roll_deg: Some(0.0),
        skin: SKINS[4],
        hair: rgb(36, 28, 26),
        hair_style: HairStyle::Cropped,
        beard: Beard::Stubble,
        glasses: Glasses::Square,
        smile: Smile::Open,
        eyes: rgb(66, 42, 30),
        clothes: Clothes::CrewNeck,
        clothes_colour: rgb(176, 84, 66),
        build: 0.8,
        age: 0.35,
        background: Background::Studio(rgb(120, 138, 158)),
        seed: 17,
        features: Features { face_width: 1.02, eye_opening: 0.98, nose_width: 1.28, lips: 1.2 },
        ..Portrait::sized(1200, 1500)
    }
}

fn viktor() -> Portrait {
    Portrait {
        mid_eye: (650.0, 520.0),
        head_height: 460.0,
        roll_deg: 4.0,
        body_roll_deg: Some(0.0),
        skin: SKINS[0].mix(SKINS[1], 0.6),
        hair: rgb(172, 166, 160),
        hair_style: HairStyle::Bald,
        beard: Beard::Full,
        eyes: rgb(92, 110, 96),
        clothes: Clothes::Blazer,
        clothes_colour: rgb(86, 84, 82),
        build: 0.9,
        age: 0.75,
        background: Background::Window,
        seed: 19,
        features: Features { face_width: 1.04, eye_opening: 0.88, nose_width: 1.12, lips: 0.75 },
        ..Portrait::sized(1280, 1600)
    }
}
