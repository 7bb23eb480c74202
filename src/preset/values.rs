//! What the keys of a preset may say.

use serde::{Deserialize, Serialize};

/// Which length of the head a preset's `head_height` sets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum HeadMeasure {
    /// Twice the distance from the mid-eye point to the chin: free of hair, so that a set shows faces of one size.
    #[default]
    TwiceEyesToChin,
    /// From the natural top of the head to the chin, as identity documents measure it: from the crown where the hair is
    /// flat, and from an estimate where it is raised ([`crate::subject::natural_top`]).
    CrownToChin,
}

/// How the platform shows the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Shape {
    /// The circle that touches the edges.
    Circle,
    /// As it is, sides equal.
    Square,
    /// A square with rounded corners.
    Rounded,
    /// As it is.
    Rectangle,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 4] = [Self::Circle, Self::Square, Self::Rounded, Self::Rectangle];

    /// The word in a preset.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Circle => "circle",
            Self::Square => "square",
            Self::Rounded => "rounded",
            Self::Rectangle => "rectangle",
        }
    }
}

/// File format of an output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OutputFormat {
    /// Baseline JPEG, sRGB.
    #[default]
    Jpeg,
    /// 8-bit RGB PNG.
    Png,
    /// Lossy WebP.
    Webp,
    /// 8-bit AVIF.
    Avif,
}

impl OutputFormat {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Jpeg, Self::Png, Self::Webp, Self::Avif];

    /// The word in a preset and behind `--format`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Avif => "avif",
        }
    }

    /// Whether a picture of this size, in pixels, is written with chroma half as fine as luma: JPEGs are as cameras
    /// write them, but for small ones, in which lips and irises are a few pixels wide and would bleed.
    #[must_use]
    pub const fn halves_chroma(self, width: u32, height: u32) -> bool {
        /// Of the shorter side. Set by eye.
        const FROM: u32 = 400;
        matches!(self, Self::Jpeg) && width >= FROM && height >= FROM
    }

    /// Whether pixels can be transparent in what is written.
    #[must_use]
    pub const fn has_alpha(self) -> bool {
        matches!(self, Self::Png | Self::Webp)
    }

    /// The file extension, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Avif => "avif",
        }
    }
}

/// What may fill the frame beyond the photo's edge: `never`, `plain`, `blur`, or `colour #rrggbb`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Extend {
    /// Nothing: the frame stays inside the photo.
    #[default]
    Never,
    /// The photo's own background, where it is measurably plain.
    Plain,
    /// The photo's edge, blurred.
    Blur,
    /// One colour, as red, green, blue.
    Colour([u8; 3]),
}

impl TryFrom<String> for Extend {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "never" => return Ok(Self::Never),
            "plain" => return Ok(Self::Plain),
            "blur" => return Ok(Self::Blur),
            _ => {}
        }
        text.strip_prefix("colour ")
            .and_then(|colour| HexColour::try_from(colour.to_owned()).ok())
            .map(|colour| Self::Colour(colour.0))
            .ok_or_else(|| format!("\"{text}\" is not one of \"never\", \"plain\", \"blur\", \"colour #rrggbb\""))
    }
}

impl From<Extend> for String {
    fn from(extend: Extend) -> Self {
        match extend {
            Extend::Never => "never".into(),
            Extend::Plain => "plain".into(),
            Extend::Blur => "blur".into(),
            Extend::Colour(colour) => format!("colour {}", Self::from(HexColour(colour))),
        }
    }
}

/// How sure a preset's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Confidence {
    /// The vendor says so.
    High,
    /// Several independent sources agree.
    Medium,
    /// A guess, or sources differ.
    Low,
}

impl Confidence {
    /// Every degree, the surest first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The word in a preset.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// An sRGB colour as red, green, blue, written `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HexColour(pub [u8; 3]);

impl HexColour {
    const WHITE: Self = Self([255; 3]);

    pub(super) fn is_white(&self) -> bool {
        *self == Self::WHITE
    }
}

impl Default for HexColour {
    fn default() -> Self {
        Self::WHITE
    }
}

impl TryFrom<String> for HexColour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .map(|value| Self([(value >> 16) as u8, (value >> 8) as u8, value as u8]))
            .ok_or_else(|| format!("\"{text}\" is not a colour like \"#ffffff\""))
    }
}

impl From<HexColour> for String {
    fn from(HexColour([red, green, blue]): HexColour) -> Self {
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

/// What becomes of transparent parts of a photo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Alpha {
    /// The preset's background shows through.
    #[default]
    Flatten,
    /// They stay transparent, in formats that can.
    Keep,
}

impl Alpha {
    pub(super) fn is_flat(&self) -> bool {
        *self == Self::Flatten
    }
}
