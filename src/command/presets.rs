//! `headshot presets`: the list, one preset as TOML, the check of a file.

use super::log::println_ignoring_a_closed_pipe as print;
use headshot::error::Error;
use headshot::names::shown;
use headshot::preset::{self, Preset};
use std::path::Path;

/// Lists all presets and groups.
pub fn list() -> Result<(), Error> {
    let presets = preset::built_in()?;
    print(&format!("{:<17}{:<12}{:<11}{:<10}{:<9}{}", "PRESET", "PIXELS", "SHAPE", "LIMIT", "AS OF", "FOR; SOURCE"));
    presets.iter().for_each(|preset| print(&row(preset)));
    print("\nGROUPS");
    for group in preset::group_names(&presets) {
        let members: Vec<&str> = presets
            .iter()
            .filter(|preset| group == "all" || preset.groups.iter().any(|name| name == group))
            .map(|preset| preset.name.as_str())
            .collect();
        let members = if group == "all" { "every preset".to_owned() } else { members.join(", ") };
        print(&format!("{group:<17}{members}"));
    }
    Ok(())
}

fn row(preset: &Preset) -> String {
    let limit = preset.max_bytes.map_or("-".into(), bytes);
    let shape = preset.shape.code();
    let size = format!("{}x{}", preset.width, preset.height);
    let (as_of, note) = preset.source.as_ref().map_or(("-", String::new()), |source| {
        let confidence = source.confidence.code();
        (source.as_of.as_str(), format!("; {} ({confidence} confidence)", source.note))
    });
    format!("{:<17}{size:<12}{shape:<11}{limit:<10}{as_of:<9}{}{note}", preset.name, preset.title)
}

fn bytes(count: u64) -> String {
    match count {
        1_000_000.. => format!("{} MB", count as f64 / 1e6),
        _ => format!("{} KB", count as f64 / 1e3),
    }
}

/// Prints the preset `name` as TOML.
pub fn show(name: &str) -> Result<(), Error> {
    let chosen = preset::select(&[name.to_owned()])?;
    for preset in chosen {
        let text = toml::to_string(&preset).map_err(|error| {
            Error::fatal_anywhere(format!("{name} cannot be shown: {error}; please report it")).caused_by(error)
        })?;
        print(text.trim_end());
    }
    Ok(())
}

/// Checks the preset file at `path`.
pub fn check(path: &Path) -> Result<(), Error> {
    let preset = Preset::read(path)?;
    print(&format!("{}: the preset \"{}\" is valid", shown(path), preset.name));
    Ok(())
}
