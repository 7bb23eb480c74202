//! What is said of how even a run's headshots are.

use super::log::printable;
use headshot::preset::Preset;
use headshot::report::spread::{Apart, Evenness, Spread, evenness};
use headshot::uniform::UniformHeight;

/// From this many headshots on they are a set, of which some can stand apart.
const A_SET: usize = 3;

/// Presets told of before the rest is only counted: as many as the group `work` has.
const PRESETS_TOLD: usize = 6;

/// Photos named for each preset.
const NAMES: usize = 5;

/// A line for each preset of whose headshots some stand apart: nobody needs to read that all is even.
pub fn spread_lines(spread: &Spread, presets: &[Preset]) -> Vec<String> {
    let mut lines: Vec<String> = presets
        .iter()
        .filter(|preset| spread.of(&preset.name).len() >= A_SET)
        .filter_map(|preset| Some((preset, evenness(spread.of(&preset.name), None)?)))
        .filter(|(_, even)| !even.apart.is_empty())
        .map(|(preset, even)| format!("{}: {}", preset.name, measured(&even, even.head_height.0, 2)))
        .collect();
    let more = lines.len().saturating_sub(PRESETS_TOLD);
    if more > 0 {
        lines.truncate(PRESETS_TOLD);
        lines.push(format!("and {more} more presets with photos apart from the rest"));
    }
    lines
}

/// A line for each preset of a run of one head height: what was chosen, and for whom.
pub fn uniform_lines(spread: &Spread, presets: &[Preset], heights: &[UniformHeight]) -> Vec<String> {
    let line = |(preset, chosen): (&Preset, &UniformHeight)| {
        let even = evenness(spread.of(&preset.name), Some(chosen.head_height))?;
        let why = match &chosen.set_by {
            Some(source) => format!("set by {}", printable(source)),
            None => "as the preset says".to_owned(),
        };
        Some(format!(
            "{}: one head height, {:.3}, {why}; {}",
            preset.name,
            chosen.head_height,
            measured(&even, chosen.head_height, 3)
        ))
    };
    presets.iter().zip(heights).filter_map(line).collect()
}

/// How even a set is, and who stands apart in it; heads are compared with the height `usual`.
fn measured(even: &Evenness<'_>, usual: f64, decimals: usize) -> String {
    let ((eyes, eyes_off), (head, head_off)) = (even.eye_line, even.head_height);
    let mut line = format!("eye line {eyes:.3} ± {eyes_off:.3}, head height {head:.decimals$} ± {head_off:.decimals$}");
    if !even.apart.is_empty() {
        let names: Vec<String> =
            even.apart.iter().take(NAMES).map(|apart| named(apart, even.eye_line.0, usual)).collect();
        line.push_str(&format!("; apart from the rest: {}", names.join(", ")));
    }
    if even.apart.len() > NAMES {
        line.push_str(&format!(" and {} more", even.apart.len() - NAMES));
    }
    line
}

/// A photo, and by how much it differs from the usual eye line and head height.
fn named(apart: &Apart<'_>, eye_line: f64, head_height: f64) -> String {
    let by = |difference: f64, more: &str, less: &str| {
        let word = if difference > 0.0 { more } else { less };
        format!("{:.0}% {word}", 100.0 * difference.abs())
    };
    let eyes = apart.eye_line.map(|eyes| format!("eyes {}", by(eyes - eye_line, "lower", "higher")));
    let head = apart.head_height.map(|head| format!("head {}", by(head / head_height - 1.0, "larger", "smaller")));
    let what: Vec<String> = [eyes, head].into_iter().flatten().collect();
    format!("{} ({})", printable(apart.source), what.join(", "))
}
