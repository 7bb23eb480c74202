//! What the page is told of a preset and of a photo.

use crate::overrides::{Adjustment, FramingAdjustment};
use crate::preset::{HeadMeasure, Preset, Shape};
use serde::Serialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// What the page is told of a preset.
#[derive(Clone, Debug, Serialize)]
pub struct SheetPreset<'a> {
    name: &'a str,
    title: &'a str,
    shape: Shape,
    width: u32,
    height: u32,
    /// The head height that a scale is a factor on, as a fraction of the output's height.
    head_height: f64,
    head_measure: HeadMeasure,
}

impl<'a> SheetPreset<'a> {
    /// Of `preset`, with the head height of the set, in a run that has one.
    #[must_use]
    pub fn new(preset: &'a Preset, uniform: Option<f64>) -> Self {
        Self {
            name: &preset.name,
            title: &preset.title,
            shape: preset.shape,
            width: preset.width,
            height: preset.height,
            head_height: uniform.unwrap_or(preset.framing.head_height),
            head_measure: preset.framing.head_measure,
        }
    }
}

/// What is pinned for a photo, with the keys of `headshot.toml`.
#[derive(Serialize)]
struct Pinned<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    face: Option<usize>,
    #[serde(flatten)]
    framing: PinnedFraming,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    preset: BTreeMap<&'a str, PinnedFraming>,
}

#[derive(Serialize)]
struct PinnedFraming {
    #[serde(skip_serializing_if = "Option::is_none")]
    nudge: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roll: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_is: Option<bool>,
}

impl From<&FramingAdjustment> for PinnedFraming {
    fn from(framing: &FramingAdjustment) -> Self {
        Self {
            nudge: framing.nudge.map(|nudge| [nudge.right, nudge.up]),
            scale: framing.scale,
            roll: framing.roll_deg,
            as_is: framing.as_is,
        }
    }
}

/// The entry of a photo: its `line` of the report, the path of its thumbnail below the output folder, and what is
/// pinned for it. `None` where the line is no JSON: one broken record must not break the page.
#[must_use]
pub fn entry(line: &str, thumbnail: Option<&str>, pinned: &Adjustment) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(line).ok()?;
    let mut entry = format!("{{\"record\":{line}");
    if let Some(path) = thumbnail {
        entry.push_str(&format!(",\"thumbnail\":{}", serde_json::to_string(path).ok()?));
    }
    if *pinned != Adjustment::default() {
        let pinned = Pinned {
            face: pinned.face.map(std::num::NonZeroUsize::get),
            framing: (&pinned.framing).into(),
            preset: pinned.presets.iter().map(|(name, framing)| (name.as_str(), framing.into())).collect(),
        };
        entry.push_str(&format!(",\"pinned\":{}", serde_json::to_string(&pinned).ok()?));
    }
    entry.push('}');
    Some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overrides::Nudge;
    use serde_json::{Value, json};
    use std::num::NonZeroUsize;

    fn parsed(entry: Option<String>) -> Value {
        serde_json::from_str(&entry.expect("an entry")).expect("JSON")
    }

    #[test]
    fn an_entry_has_what_is_there() {
        assert_eq!(
            parsed(entry("{\"source\":\"a\"}", None, &Adjustment::default())),
            json!({"record": {"source": "a"}})
        );
        let nudge = FramingAdjustment { nudge: Some(Nudge { right: 0.1, up: -0.2 }), ..FramingAdjustment::default() };
        let pinned = Adjustment {
            face: NonZeroUsize::new(2),
            framing: nudge,
            presets: [("x".to_owned(), FramingAdjustment { as_is: Some(true), ..FramingAdjustment::default() })].into(),
        };
        assert_eq!(
            parsed(entry("{}", Some(".sheet/\"1.jpg"), &pinned)),
            json!({
                "record": {},
                "thumbnail": ".sheet/\"1.jpg",
                "pinned": {"face": 2, "nudge": [0.1, -0.2], "preset": {"x": {"as_is": true}}}
            })
        );
        assert_eq!(entry("{\"source\":", None, &Adjustment::default()), None);
    }
}
