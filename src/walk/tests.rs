use super::*;
use std::fs;

fn relatives(walked: &Walked) -> Vec<&str> {
    walked.sources.iter().filter_map(|source| source.relative().to_str()).collect()
}

fn tree(files: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a temp folder");
    for file in files {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().expect("has a parent")).expect("created");
        fs::write(path, "x").expect("written");
    }
    root
}

fn listed(root: Option<&Path>, paths: &[PathBuf]) -> Walked {
    let walk = Walk { root, ..Walk::default() };
    walk.over(paths.iter().cloned().map(|path| Ok(Input::Listed(path)))).expect("walks")
}

#[test]
fn folders_are_walked_in_order_without_hidden_files_notes_and_the_output() {
    let root = tree(&["b.jpg", "a/z.png", ".hidden/x.jpg", ".y.jpg", "notes.txt", "no-extension", "out/old.jpg"]);
    let inputs = [Input::Path(root.path().to_owned()), Input::Path(root.path().join("b.jpg"))];
    let walked = walk(&inputs, &root.path().join("out")).expect("walks");
    assert_eq!(relatives(&walked), ["a/z.png", "b.jpg", "no-extension"]);
}

/// A hundred thousand sources are 5 MB.
#[test]
fn a_source_is_small() {
    assert!(size_of::<Source>() <= 24);
}

#[test]
fn a_listed_path_keeps_its_folders_but_no_way_out() {
    let inputs = [Input::Listed("../shoot/./ana.jpg".into()), Input::Listed("/srv/ben.jpg".into())];
    let walked = walk(&inputs, Path::new("out")).expect("what is not there is told by whoever opens it");
    assert_eq!(relatives(&walked), ["shoot/ana.jpg", "srv/ben.jpg"]);
    assert_eq!(walked.sources[0].path(), Path::new("../shoot/./ana.jpg"));
    assert_eq!(walked.sources[1].path(), Path::new("/srv/ben.jpg"));
}

#[test]
fn a_missing_input_and_an_output_on_the_input_are_errors() {
    let root = tree(&["a.jpg"]);
    let missing = walk(&[Input::Path(root.path().join("none"))], Path::new("out")).expect_err("missing");
    assert_eq!(missing.exit_code(), 1);
    let same = walk(&[Input::Path(root.path().to_owned())], root.path()).expect_err("the same folder");
    assert_eq!(same.exit_code(), 2);
}

#[test]
fn a_list_below_a_root_gives_the_names_of_the_folder() {
    let root = tree(&["team/ana.jpg", "team/@eaDir/ana.jpg/thumb.jpg", "ben.jpg", ".x/c.jpg", "elsewhere.jpg"]);
    let folder = root.path();
    let walked = walk(&[Input::Path(folder.to_owned())], Path::new("out")).expect("walks");
    // As `find` lists it: each folder and all files in it.
    let whole: Vec<PathBuf> =
        walkdir::WalkDir::new(folder).into_iter().flatten().map(|e| e.path().to_owned()).collect();
    let list = listed(Some(folder), &whole);
    assert_eq!(relatives(&list), relatives(&walked));
    assert!(list.sources.iter().all(|source| source.root() == Some(folder) && source.path().is_file()));
    assert!(list.roots.is_empty(), "a list does not say what is gone");
    // As somebody lists it who is in the folder.
    let below = listed(Some(folder), &["./team".into(), "ben.jpg".into(), "gone.jpg".into()]);
    assert_eq!(relatives(&below), ["ben.jpg", "gone.jpg", "team/ana.jpg"]);
    assert!(walk(&[Input::Listed(folder.join("team"))], Path::new("out")).expect("walks").sources[0].path().is_file());
}

#[test]
fn what_is_left_out_is_counted_and_named_on_demand() {
    let root = tree(&["a.jpg", "#recycle/x.jpg", "#recycle/y.jpg", "team/b.jpg.part", ".hidden.jpg", "notes.txt"]);
    let counted = walk(&[Input::Path(root.path().to_owned())], Path::new("out")).expect("walks");
    assert_eq!((relatives(&counted), counted.ignored.count), (vec!["a.jpg"], 2));
    assert!(counted.ignored.names.is_empty());
    let named = Walk { names_ignored: true, ..Walk::default() };
    let named = named.over([Ok(Input::Path(root.path().to_owned()))]).expect("walks");
    let names: Vec<Why> = named.ignored.names.iter().map(|(_, why)| *why).collect();
    assert_eq!(names, [Why::RecycleBin, Why::Unfinished]);
    // Named outright, all of it is taken.
    let outright = ["#recycle", "team/b.jpg.part", "notes.txt"].map(|name| Input::Path(root.path().join(name)));
    let walked = walk(&outright, Path::new("out")).expect("walks");
    assert_eq!(relatives(&walked), ["b.jpg.part", "notes.txt", "x.jpg", "y.jpg"]);
}

#[cfg(unix)]
#[test]
fn a_link_back_is_told_and_not_followed() {
    use std::os::unix::fs::symlink;
    let root = tree(&["a/x.jpg"]);
    symlink(root.path(), root.path().join("a/loop")).expect("linked");
    let walked = walk(&[Input::Path(root.path().to_owned())], Path::new("out")).expect("walks");
    assert_eq!(relatives(&walked), ["a/x.jpg"]);
    assert_eq!((walked.notes.len(), walked.is_incomplete), (1, false));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_a_source_that_cannot_be_read() {
    use std::os::unix::fs::symlink;
    let root = tree(&["x.jpg"]);
    for (name, target) in [("dangling.jpg", "gone.jpg"), ("round", "round"), (".#x.jpg", "me@here"), ("n.txt", "gone")]
    {
        symlink(target, root.path().join(name)).expect("linked");
    }
    let walked = walk(&[Input::Path(root.path().to_owned())], Path::new("out")).expect("walks");
    assert_eq!(relatives(&walked), ["dangling.jpg", "round", "x.jpg"]);
    let told: Vec<bool> = walked.sources.iter().map(|source| source.unreadable().is_some()).collect();
    assert_eq!((told, walked.is_incomplete), (vec![true, true, false], true));
}

#[cfg(unix)]
#[test]
fn a_file_that_is_reached_by_several_ways_counts_once() {
    use std::os::unix::fs::symlink;
    let root = tree(&["team/ana.jpg", "ben.jpg"]);
    let at = |name: &str| root.path().join(name);
    symlink("ben.jpg", at("a-link.jpg")).expect("linked");
    symlink("team", at("crew")).expect("linked");
    fs::hard_link(at("ben.jpg"), at("twin.jpg")).expect("linked");
    let walked = walk(&[Input::Path(root.path().to_owned())], Path::new("out")).expect("walks");
    assert_eq!(relatives(&walked), ["ben.jpg", "team/ana.jpg", "twin.jpg"]);
    let inputs = [
        Input::Listed(at("./team/../ben.jpg")),
        Input::Path(at("ben.jpg")),
        Input::Path(root.path().to_owned()),
        Input::Listed(at("team/ana.jpg")),
    ];
    let walked = walk(&inputs, Path::new("out")).expect("walks");
    assert_eq!(relatives(&walked), ["ben.jpg", "team/ana.jpg", "twin.jpg"]);
}
