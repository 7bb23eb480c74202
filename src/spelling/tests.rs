use super::*;

fn sources(names: &[&str]) -> Vec<Source> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.iter().map(|name| Source::at(name, Path::new("/srv/photos").join(name))).collect()
}

fn called(photos: &[&str], written: &str) -> Vec<String> {
    let sources = sources(photos);
    let index = Index::of(&sources);
    let found = index.called(written).expect("no pattern");
    found.into_iter().map(|photo| sources[photo].relative().display().to_string()).collect()
}

fn hint(photos: &[&str], written: &str) -> String {
    assert_eq!(called(photos, written), Vec::<String>::new(), "{written}");
    Index::of(&sources(photos)).hint(written, |_| true)
}

#[test]
fn a_name_matches_in_every_spelling_that_some_system_takes_for_the_same() {
    let photos = ["team/Ana.jpg", "ren\u{e9}.png"];
    for written in [
        "ana.JPG",
        "Ana",
        "team/ANA.jpg",
        "TEAM\\ana.jpg",
        "./team/ana.jpg",
        "/srv/photos/team/ana.jpg",
        "photos/team/ana.jpg",
        "C:\\srv\\photos\\team\\ana.jpg",
        "\\\\nas\\photos\\team\\ana.jpg",
    ] {
        assert_eq!(called(&photos, written), ["team/Ana.jpg"], "{written}");
    }
    assert_eq!(called(&photos, "RENE\u{301}"), ["ren\u{e9}.png"]);
    // The photo of that name may be of somebody else than in the folder that is meant.
    assert_eq!(called(&photos, "sales/ana.jpg"), Vec::<String>::new());
}

#[test]
fn what_no_photo_is_called_is_answered_with_the_photo_that_is_meant() {
    let photos =
        ["007.jpg", "DSC_0001.jpg", "ana maria.jpg", "m\u{fc}ller.jpg", "120000.jpg", "jonathan.jpg", "a/b/deep.jpg"];
    for (written, meant) in [
        ("7", "007.jpg"),
        ("7.0", "007.jpg"),
        ("7,00", "007.jpg"),
        ("7.jpg", "007.jpg"),
        ("0007.JPEG", "007.jpg"),
        ("1.2E+05", "120000.jpg"),
        ("120000.0", "120000.jpg"),
        ("DSC_0001.JPEG", "DSC_0001.jpg"),
        ("dsc-1.png", "DSC_0001.jpg"),
        ("C:\\Users\\hr\\Photos\\DSC_0001.jpg", "DSC_0001.jpg"),
        ("photos\\2024\\DSC_0001.jpg", "DSC_0001.jpg"),
        ("other/deep.jpg", "a/b/deep.jpg"),
        ("Ana\u{a0}Maria.jpg", "ana maria.jpg"),
        ("ana_maria.jpg", "ana maria.jpg"),
        ("muller.jpg", "m\u{fc}ller.jpg"),
        ("jonatan.jpg", "jonathan.jpg"),
    ] {
        assert_eq!(hint(&photos, written), format!("; did you mean {meant}?"), "{written}");
    }
    for written in ["8", "DSC_0002.jpg", "bob.jpg", "9.9E+05", "", "....", "*x*"] {
        assert_eq!(hint(&photos, written), "", "{written}");
    }
}

#[test]
fn several_likely_photos_are_all_named_and_many_are_none() {
    assert_eq!(hint(&["07.jpg", "007.jpg"], "7"), "; did you mean 007.jpg or 07.jpg?");
    assert_eq!(hint(&["07.jpg", "007.jpg", "0007.jpg", "00007.jpg"], "7"), "");
    let sources = sources(&["07.jpg", "007.jpg"]);
    // One that is somebody's is not meant.
    assert_eq!(Index::of(&sources).hint("7", |photo| photo == 1), "; did you mean 07.jpg?");
}
