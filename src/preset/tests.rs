//! Tests of presets and of choosing them.

use super::select::BUILT_IN;
use super::*;

#[test]
fn every_built_in_preset_is_valid_and_named_as_its_file() {
    let presets = built_in().expect("built-in presets are valid");
    assert_eq!(presets.len(), BUILT_IN.len());
    for (preset, (file, _)) in presets.iter().zip(BUILT_IN) {
        assert_eq!(format!("{}.toml", preset.name), *file);
        assert!(preset.source.is_some(), "{file} does not say where its numbers come from");
        assert!(!group_names(&presets).contains(&preset.name.as_str()), "{file} is named as a group");
    }
}

#[test]
fn a_preset_survives_being_written_and_read() {
    for preset in built_in().expect("valid") {
        let text = toml::to_string(&preset).expect("a preset is TOML");
        assert_eq!(Preset::parse(&text, "again").expect("what we write we read"), preset);
    }
}

#[test]
fn errors_name_the_file_and_the_line() {
    let linkedin = BUILT_IN.iter().find(|(file, _)| *file == "linkedin.toml").expect("built in").1;
    for (from, to, expected) in [
        ("head_height = 0.56", "head_heigth = 0.56", "mine.toml:12: unknown field `head_heigth`"),
        ("headroom = 0.03", "headroom = 7", "mine.toml:15: headroom is 7; it takes 0 to 0.4"),
        ("width = 800\n", "width = 8000000\n", "mine.toml:4: width is 8000000; it takes 16 to 10000 pixels"),
        ("\"plain\"", "\"colour #12\"", "mine.toml:17: \"colour #12\" is not one of"),
        ("name = \"linkedin\"", "name = \"../x\"", "mine.toml:1: name takes"),
    ] {
        let message = Preset::parse(&linkedin.replacen(from, to, 1), "mine.toml").expect_err(to).to_string();
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn groups_and_names_select_each_preset_once() {
    let names = |words: &[&str]| -> Vec<String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        select(&words).expect("known").into_iter().map(|preset| preset.name).collect()
    };
    assert_eq!(names(&["work"]), ["email-signature", "linkedin", "resume", "slack", "team-page", "teams-365"]);
    assert_eq!(names(&["directory"]), ["ad-thumbnail", "id-badge", "teams-365"]);
    assert_eq!(names(&["linkedin", "social"]).iter().filter(|name| *name == "linkedin").count(), 1);
    assert_eq!(names(&["all"]).len(), BUILT_IN.len());
}

#[test]
fn a_mistyped_name_gets_a_suggestion() {
    let message = select(&["linkdin".into()]).expect_err("mistyped").to_string();
    assert!(message.contains("did you mean \"linkedin\"?"), "{message}");
    let message = select(&["zzzzzzzzz".into()]).expect_err("unknown").to_string();
    assert_eq!(message, "there is no preset or group \"zzzzzzzzz\" (`headshot presets` lists them all)");
}

#[test]
fn transparency_is_kept_only_where_the_format_can() {
    let linkedin = BUILT_IN.iter().find(|(file, _)| *file == "linkedin.toml").expect("built in").1;
    let kept = linkedin.replacen("format = \"jpeg\"", "format = \"jpeg\"\nalpha = \"keep\"", 1);
    let message = Preset::parse(&kept, "mine.toml").expect_err("no transparency").to_string();
    assert!(message.starts_with("mine.toml:9: alpha = \"keep\" takes format png or webp"), "{message}");
    let png = kept.replacen("\"jpeg\"", "\"png\"\nbackground = \"#20406f\"", 1);
    let preset = Preset::parse(&png, "mine.toml").expect("valid");
    assert_eq!((preset.alpha, preset.background), (Alpha::Keep, HexColour([0x20, 0x40, 0x6f])));
    assert_eq!(Preset::parse(&toml::to_string(&preset).expect("TOML"), "again").expect("valid"), preset);
}
