//! Colours by how different they look.

/// sRGB to CIE Lab (D65) with the lightness weighted 0.6: shading on a wall is no edge, another colour is.
///
/// The curve and the primaries are those of IEC 61966-2-1, the rest is CIE 15; the weight is that of the study that the
/// crown's flood goes back to.
pub(crate) struct Lab {
    /// Light, 0..=1, for every level of sRGB: the powers once, not for every pixel.
    linear: [f32; 256],
}

impl Lab {
    pub(crate) fn new() -> Self {
        let mut linear = [0.0; 256];
        for (level, light) in linear.iter_mut().enumerate() {
            let value = level as f32 / 255.0;
            *light = if value <= 0.04045 { value / 12.92 } else { libm::powf((value + 0.055) / 1.055, 2.4) };
        }
        Self { linear }
    }

    pub(crate) fn of(&self, rgb: [u8; 3]) -> [f32; 3] {
        let [r, g, b] = rgb.map(|level| self.linear[usize::from(level)]);
        let curve = |t: f32| if t > 0.008_856 { libm::cbrtf(t) } else { 7.787 * t + 16.0 / 116.0 };
        let x = curve((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        let y = curve(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = curve((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        [0.6 * (116.0 * y - 16.0), 500.0 * (x - y), 200.0 * (y - z)]
    }
}
