//! Colours as sRGB floats, 0..255.

/// An sRGB colour, each channel 0..255; values outside are clipped when the picture is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour(pub [f32; 3]);

/// Skin tones from light to deep.
pub const SKINS: [Colour; 6] =
    [rgb(246, 216, 198), rgb(236, 192, 163), rgb(219, 168, 128), rgb(190, 136, 96), rgb(146, 97, 68), rgb(104, 68, 50)];

/// A colour from its three channels.
pub const fn rgb(red: u8, green: u8, blue: u8) -> Colour {
    Colour([red as f32, green as f32, blue as f32])
}

impl Colour {
    /// This colour at `share` 0, `other` at 1.
    pub fn mix(self, other: Self, share: f32) -> Self {
        let mut mixed = self.0;
        for (channel, target) in mixed.iter_mut().zip(other.0) {
            *channel += (target - *channel) * share;
        }
        Self(mixed)
    }

    /// Every channel times `factor`.
    pub fn scaled(self, factor: f32) -> Self {
        Self(self.0.map(|channel| channel * factor))
    }

    /// Lighter by `share` of the way to a warm white.
    pub fn lighter(self, share: f32) -> Self {
        self.mix(rgb(255, 246, 234), share)
    }

    /// Rec. 601 luma, 0..255.
    pub fn luma(self) -> f32 {
        0.299 * self.0[0] + 0.587 * self.0[1] + 0.114 * self.0[2]
    }
}
