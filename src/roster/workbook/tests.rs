use super::*;
use std::io::Write;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, SimpleFileOptions::default()).expect("started");
        archive.write_all(content.as_bytes()).expect("written");
    }
    archive.finish().expect("finished").into_inner()
}

const PACKAGE: &str = concat!(
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" "#,
    r#"Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
);

fn xlsx(sheets: &[&str]) -> Vec<u8> {
    let number = |index: usize| index + 1;
    let part = |index: usize| format!("xl/worksheets/sheet{}.xml", number(index));
    let listed: String = (0..sheets.len())
        .map(|index| format!(r#"<sheet name="S{0}" sheetId="{0}" r:id="r{0}"/>"#, number(index)))
        .collect();
    let related: String = (0..sheets.len())
        .map(|index| {
            format!(
                r#"<Relationship Id="r{0}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{0}.xml"/>"#,
                number(index)
            )
        })
        .collect();
    let workbook = format!(
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{listed}</sheets></workbook>"#
    );
    let relations = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>"#
    );
    let mut files = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        ("_rels/.rels".to_owned(), PACKAGE.to_owned()),
        ("xl/workbook.xml".to_owned(), workbook),
        ("xl/_rels/workbook.xml.rels".to_owned(), relations),
    ];
    for (index, rows) in sheets.iter().enumerate() {
        files.push((part(index), format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, content)| (&**name, &**content)).collect();
    archive(&files)
}

fn ods(tables: &str) -> Vec<u8> {
    archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", &format!("<office:document-content>{tables}</office:document-content>")),
    ])
}

fn people(bytes: &[u8]) -> Vec<String> {
    let roster = read(bytes).expect("reads");
    let person = |row: usize| {
        let photos: Vec<&str> = roster.photos(row).collect();
        format!("{} {} {}", roster.line(row), photos.join("+"), roster.cell(row, "id").unwrap_or("-"))
    };
    (0..roster.len()).map(person).collect()
}

const COVER: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Our people</t></is></c></row>"#;

#[test]
fn a_workbook_of_excel_is_read_by_its_first_sheet_with_photos() {
    let list = concat!(
        r#"<row r="2"><c r="A2" t="inlineStr"><is><t>id</t></is></c><c r="C2" t="inlineStr"><is><t>File</t></is></c></row>"#,
        r#"<row r="4"><c r="A4"><v>7</v></c><c r="C4" t="inlineStr"><is><t> ana.jpg </t></is></c></row>"#,
        r#"<row r="5"><c r="A5"><v>1.5</v></c><c r="C5"><v>120000</v></c></row><row r="9"><c r="A9" t="e"><v>#N/A</v></c></row>"#,
    );
    assert_eq!(people(&xlsx(&[COVER, list])), ["4 ana.jpg 7", "5 120000 1.5"]);
    let mistakes = read(&xlsx(&[COVER])).expect_err("no list");
    assert!(mistakes[0].what.ends_with("the columns are our_people"), "{mistakes:?}");
}

#[test]
fn a_sheet_of_open_document_is_read_with_what_is_repeated() {
    let tables = concat!(
        "<table:table><table:table-row><table:table-cell><text:p>Cover</text:p></table:table-cell></table:table-row></table:table>",
        "<table:table><table:table-row><table:table-cell><text:p>file</text:p></table:table-cell>",
        "<table:table-cell><text:p>id</text:p></table:table-cell></table:table-row>",
        r#"<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#,
        r#"<table:table-row><table:table-cell office:value="7"><text:p>007</text:p><office:annotation><text:p>new</text:p></office:annotation></table:table-cell>"#,
        r#"<table:table-cell office:value="1200"><text:p>1,200</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16380"/></table:table-row>"#,
        "<table:table-row><table:table-cell><text:p>a &amp; b&#46;jpg</text:p></table:table-cell></table:table-row>",
        r#"<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>"#,
    );
    assert_eq!(people(&ods(tables)), ["5 007 1200", "6 a & b.jpg -"]);
}

#[test]
fn a_row_that_is_repeated_without_end_is_a_mistake() {
    let cell = format!(
        r#"<table:table-cell table:number-columns-repeated="999999999"><text:p>{}</text:p></table:table-cell>"#,
        "x".repeat(99)
    );
    let row = format!(r#"<table:table-row table:number-rows-repeated="999999999999">{cell}</table:table-row>"#);
    let names = "<table:table-row><table:table-cell><text:p>file</text:p></table:table-cell></table:table-row>";
    let mistakes = read(&ods(&format!("<table:table>{names}{row}</table:table>"))).expect_err("too many fields");
    assert!(mistakes[0].what.starts_with("2 fields where"), "{mistakes:?}");
    let cell = "<table:table-cell><text:p>x</text:p></table:table-cell>";
    let row = format!(r#"<table:table-row table:number-rows-repeated="999999999999">{cell}</table:table-row>"#);
    let mistakes = read(&ods(&format!("<table:table>{names}{row}</table:table>"))).expect_err("too many rows");
    assert_eq!(mistakes[0].what, "the list is too large; split it");
}

#[test]
fn nothing_is_unpacked_that_is_too_large() {
    // 65 MB of spaces are 65 KB.
    let bomb = ods(&" ".repeat(65_000_000));
    assert!(bomb.len() < 100_000);
    let mistakes = read(&bomb).expect_err("too large");
    assert!(mistakes[0].what.starts_with("the workbook unpacks to 66 MB, and 64 MB is the limit"), "{mistakes:?}");
    // The directory says less than there is: the size stands in it once, 24 bytes behind its mark.
    let mut liar = bomb;
    let size = 65_000_051_u32.to_le_bytes();
    let places: Vec<usize> = (0..liar.len() - 4).filter(|at| liar[*at..*at + 4] == size).collect();
    assert!(!places.is_empty(), "no size found");
    for at in places {
        liar[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    assert!(read(&liar).expect_err("a lie")[0].what.starts_with("no workbook that can be read"));
}

#[test]
fn archives_of_other_kinds_and_damaged_ones_are_told() {
    let other = archive(&[("word/document.xml", "<x/>")]);
    assert!(read(&other).expect_err("a letter")[0].what.starts_with("an archive, not a workbook"));
    let whole = xlsx(&[COVER]);
    for length in (4..whole.len()).step_by(7) {
        assert!(read(&whole[..length]).is_err());
    }
}
