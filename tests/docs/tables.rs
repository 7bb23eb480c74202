//! Tables in the documents that are written by these tests: of presets, of their framings and of checks.

use crate::{at_root, keep, readme};
use headshot::check::{Bad, Kind};
use headshot::preset::{self, HeadMeasure, Preset, Shape};
use std::fs;

/// The README's table of presets, and the groups below it.
fn preset_table(presets: &[Preset]) -> String {
    let mut table = String::from(
        "| preset | for | pixels | least width | shown as | at most | dpi | sure? |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    presets.iter().for_each(|preset| table.push_str(&row(preset)));
    table.push_str("\n| group | presets |\n| --- | --- |\n");
    for group in preset::group_names(presets) {
        let members: Vec<&str> = presets
            .iter()
            .filter(|preset| preset.groups.iter().any(|name| name == group))
            .map(|preset| preset.name.as_str())
            .collect();
        let members = if group == "all" { "every preset".to_owned() } else { members.join(", ") };
        table.push_str(&format!("| `{group}` | {members} |\n"));
    }
    table
}

fn row(preset: &Preset) -> String {
    let or_nothing = |value: Option<String>| value.unwrap_or_default();
    format!(
        "| `{}` | {} | {} x {} | {} | {} | {} | {} | {} |\n",
        preset.name,
        preset.title,
        preset.width,
        preset.height,
        or_nothing(preset.min_width.map(|width| width.to_string())),
        match preset.shape {
            Shape::Rounded => "rounded square",
            shape => shape.code(),
        },
        or_nothing(preset.max_bytes.map(bytes)),
        or_nothing(preset.dpi.map(|dpi| dpi.to_string())),
        or_nothing(preset.source.as_ref().map(|source| source.confidence.code().to_owned())),
    )
}

fn bytes(count: u64) -> String {
    if count >= 1_000_000 { format!("{} MB", count as f64 / 1e6) } else { format!("{} KB", count as f64 / 1e3) }
}

#[test]
fn the_table_of_presets_is_that_of_the_files() {
    keep("README.md", "presets", &preset_table(&preset::built_in().expect("built-in presets are valid")));
}

/// The table of where presets want the head.
fn framing_table(presets: &[Preset]) -> String {
    let mut table = String::from(
        "| preset | head height | at most | eye line | headroom | to the side | gaze room |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for preset in presets {
        let framing = &preset.framing;
        let measure = if framing.head_measure == HeadMeasure::CrownToChin { " (crown to chin)" } else { "" };
        let gaze_room = if framing.gaze_room > 0.0 { format!("{:.2}", framing.gaze_room) } else { String::new() };
        table.push_str(&format!(
            "| `{}` | {:.2}{measure} | {:.2} | {:.2} | {:.2} | {:.2} | {gaze_room} |\n",
            preset.name,
            framing.head_height,
            framing.max_head_height,
            framing.eye_line,
            framing.headroom,
            framing.subject_x,
        ));
    }
    table
}

#[test]
fn the_table_of_framings_is_that_of_the_files() {
    keep("docs/framing.md", "framing", &framing_table(&preset::built_in().expect("built-in presets are valid")));
}

/// The table of checks in docs/checks.md.
fn check_table() -> String {
    let mut table = String::from("| check | measured in | bad is | warns | fails |\n| --- | --- | --- | --- | --- |\n");
    for kind in Kind::ALL {
        let bounds = kind.default_bounds();
        let limit = |limit: f64| if limit.is_finite() { limit.to_string() } else { "never".into() };
        let bad = if kind.bad() == Bad::Over { "over" } else { "under" };
        table.push_str(&format!(
            "| `{}` | {} | {bad} | {} | {} |\n",
            kind.reason(),
            kind.unit(),
            limit(bounds.warn),
            limit(bounds.fail)
        ));
    }
    table
}

#[test]
fn the_table_of_checks_is_that_of_the_program() {
    keep("docs/checks.md", "checks", &check_table());
}

#[test]
fn every_check_is_explained_below_the_table_and_named_in_the_readme() {
    let told = fs::read_to_string(at_root("docs/checks.md")).expect("there is one");
    let (_, below) = told.split_once("<!-- /checks -->").expect("the mark behind the table");
    for kind in Kind::ALL {
        let code = kind.reason().code();
        let is_heading = |line: &str| line.starts_with("### ") && line.contains(code);
        assert!(below.lines().any(is_heading), "docs/checks.md does not explain {code}");
        assert!(readme().contains(&format!("`{code}`")), "the README does not name {code}");
    }
}
