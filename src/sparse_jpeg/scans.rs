//! The scans of a progressive file: what each says of itself, and whether they make a whole picture together (ITU-T
//! T.81, G.1.1.1).

use super::Refusal;
use super::header::{Header, Listed, mark, restart_interval, segment};
use super::huffman::{BandTable, Codes, DcTable, MAX_AC_SIZE};

/// Most scans. Encoders write 6 to 20; each costs a look at all blocks, which a hostile file gets for a dozen bytes.
const MAX_SCANS: usize = 64;

/// Most bits by which coefficients are first sent short (T.81, B.2.3).
const MAX_SHIFT: u8 = 13;

/// What a scan holds.
#[derive(Debug)]
pub(super) enum Content {
    /// DC coefficients for the first time, of these components, each with its table.
    FirstDc(Vec<(usize, DcTable)>),
    /// The next bit of DC coefficients, of these components.
    MoreDc(Vec<usize>),
    /// AC coefficients of a component for the first time.
    FirstAc(usize, BandTable),
    /// The next bit of AC coefficients of a component.
    MoreAc(usize, BandTable),
}

/// A scan's header.
#[derive(Debug)]
pub(super) struct Scan {
    pub content: Content,
    /// First and last coefficient in zigzag order: 0 and 0, or within 1..=63.
    pub band: (u32, u32),
    /// How many lower bits are left for later scans: 0..=13.
    pub shift: u32,
    /// MCUs between restart markers; 0 without them.
    pub restart_interval: usize,
    /// Where its coded data start.
    pub data: usize,
}

/// Walks through the file from its first scan to its end mark.
pub(super) fn all(bytes: &[u8], header: &Header) -> Result<Vec<Scan>, Refusal> {
    let mut scans = Vec::new();
    let mut sent = Sent { shifts: header.components.iter().map(|_| [None; 64]).collect() };
    let mut codes = header.codes.clone();
    let mut interval = header.restart_interval;
    let mut at = header.scan;
    while !ends(bytes, at) {
        let (marker, body, end) = segment(bytes, at)?;
        at = end;
        match marker {
            mark::DHT => codes.take(body)?,
            mark::DRI => interval = restart_interval(body)?,
            mark::APP0..=mark::APP15 | mark::COM => {}
            mark::SOS if scans.len() == MAX_SCANS => return Err(Refusal::NotHandled("very many scans")),
            mark::SOS => {
                scans.push(scan(body, header, &codes, &mut sent, interval, end)?);
                at = behind_data(bytes, end)?;
            }
            _ => return Err(Refusal::NotHandled("an unusual segment between its scans")),
        }
    }
    // The general decoder takes the rest for zero.
    if sent.shifts.iter().flatten().any(|shift| *shift != Some(0)) {
        return Err(Refusal::NotHandled("scans that leave some of the picture out"));
    }
    Ok(scans)
}

/// Whether the end mark stands at `at`, behind fill bytes.
fn ends(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
    fill > 0 && rest.get(fill) == Some(&mark::EOI)
}

/// Where the first marker at or behind `at` stands that is none of coded data.
fn behind_data(bytes: &[u8], mut at: usize) -> Result<usize, Refusal> {
    const CUT: Refusal = Refusal::Damaged("it has no end mark");
    loop {
        // Sixteen at a time, which is one comparison.
        let rest = bytes.get(at..).ok_or(CUT)?;
        let has_mark = |part: &&[u8; 16]| part.iter().fold(false, |found, &byte| found | (byte == 0xFF));
        at += 16 * rest.as_chunks().0.iter().take_while(|part| !has_mark(part)).count();
        at += bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0xFF)).ok_or(CUT)?;
        match *bytes.get(at + 1).ok_or(CUT)? {
            0xFF => at += 1,
            0 | mark::RST0..mark::SOI => at += 2,
            _ => return Ok(at),
        }
    }
}

/// How many lower bits of each coefficient of each component are still to come; `None` before its first scan.
struct Sent {
    shifts: Vec<[Option<u8>; 64]>,
}

impl Sent {
    /// Notes a scan that brings the coefficients of a band from `before` (`None` at first) to `shift` missing bits.
    fn note(&mut self, component: usize, band: (u8, u8), before: Option<u8>, shift: u8) -> Result<(), Refusal> {
        let shifts =
            self.shifts.get_mut(component).and_then(|all| all.get_mut(usize::from(band.0)..=usize::from(band.1)));
        let shifts = shifts.ok_or(ODD_SCAN)?;
        if shifts.iter().any(|all| *all != before) {
            return Err(Refusal::NotHandled("scans that do not build on each other"));
        }
        shifts.fill(Some(shift));
        Ok(())
    }
}

const ODD_SCAN: Refusal = Refusal::NotHandled("a scan header that makes no sense");

/// Reads a scan's header.
fn scan(
    body: &[u8],
    header: &Header,
    codes: &Listed,
    sent: &mut Sent,
    restart_interval: usize,
    data: usize,
) -> Result<Scan, Refusal> {
    let (&count, rest) = body.split_first().ok_or(ODD_SCAN)?;
    let (selectors, &[first, last, shifts]) = rest.split_last_chunk::<3>().ok_or(ODD_SCAN)?;
    let (before, shift) = (shifts >> 4, shifts & 15);
    let is_refining = before > 0;
    let is_possible = shift <= MAX_SHIFT && (!is_refining || before == shift + 1);
    let band_is_possible = if first == 0 { last == 0 } else { count == 1 && first <= last && last <= 63 };
    if count == 0 || selectors.len() != 2 * usize::from(count) || !is_possible || !band_is_possible {
        return Err(ODD_SCAN);
    }
    // Each component with its table numbers, in the order of the frame.
    let mut parts: Vec<(usize, [usize; 2])> = Vec::with_capacity(selectors.len() / 2);
    for selector in selectors.chunks_exact(2) {
        let index = header.components.iter().position(|part| part.name == selector[0]).ok_or(ODD_SCAN)?;
        if parts.last().is_some_and(|(before, _)| index <= *before) {
            return Err(Refusal::NotHandled("components out of order"));
        }
        sent.note(index, (first, last), is_refining.then_some(before), shift)?;
        parts.push((index, [usize::from(selector[1] >> 4), usize::from(selector[1] & 15)]));
    }
    let content = match (first, is_refining) {
        (0, false) => {
            let table = |&(index, [dc, _]): &(usize, [usize; 2])| Ok((index, DcTable::new(listed(&codes.dc, dc)?)));
            Content::FirstDc(parts.iter().map(table).collect::<Result<_, Refusal>>()?)
        }
        (0, true) => Content::MoreDc(parts.iter().map(|(index, _)| *index).collect()),
        _ => {
            let &(index, [_, ac]) = parts.first().ok_or(ODD_SCAN)?;
            let table = BandTable::new(listed(&codes.ac, ac)?, if is_refining { 1 } else { MAX_AC_SIZE });
            if is_refining { Content::MoreAc(index, table) } else { Content::FirstAc(index, table) }
        }
    };
    Ok(Scan { content, band: (u32::from(first), u32::from(last)), shift: u32::from(shift), restart_interval, data })
}

fn listed(tables: &[Option<Box<Codes>>; 4], index: usize) -> Result<&Codes, Refusal> {
    tables.get(index).and_then(Option::as_deref).ok_or(Refusal::NotHandled("a Huffman table is missing"))
}
