//! The scans of a file: what each says of itself, and whether they make a whole picture together (ITU-T T.81, G.1.1.1).

use super::bits::End;
use super::header::{Component, Header, Segment, mark, restart_interval};
use super::huffman::{AcTable, BandTable, Codes, DcTable, MAX_AC_SIZE};
use super::tables::Listed;
use super::{Flaw, Refusal};

/// Most scans. Encoders write 6 to 20; each costs a look at all blocks, which a hostile file gets for a dozen bytes.
const MAX_SCANS: usize = 64;

/// Most bits by which coefficients are first sent short (T.81, B.2.3).
const MAX_SHIFT: u8 = 13;

/// What a scan holds.
#[derive(Debug)]
pub(super) enum Content {
    /// All coefficients of these components of a sequential file, each with its tables.
    All(Vec<(usize, DcTable, AcTable)>),
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
    /// First and last coefficient in zigzag order: of a progressive file 0 and 0, or within 1..=63.
    pub band: (u32, u32),
    /// How many lower bits are left for later scans: 0..=13.
    pub shift: u32,
    /// MCUs between restart markers; 0 without them.
    pub restart_interval: usize,
    /// Where its coded data start.
    pub data: usize,
}

/// The scans of a file.
#[derive(Debug)]
pub(super) struct Scans {
    pub list: Vec<Scan>,
    /// The components, with the quantisation steps that stood at the first scan of each.
    pub components: Vec<Component>,
    /// What is amiss between them.
    pub flaw: Option<Flaw>,
    /// Why those that are listed are not the whole picture.
    pub missing: Option<Refusal>,
}

/// Walks through the file from its first scan to its end mark. A file that is cut off has the scans before the cut.
pub(super) fn all(bytes: &[u8], header: &Header) -> Scans {
    let mut walk = Walk {
        sent: Sent { shifts: header.components.iter().map(|_| [None; 64]).collect() },
        components: header.components.clone(),
        tables: header.tables.clone(),
        interval: header.restart_interval,
        height: header.height,
        is_progressive: header.progressive,
        list: Vec::new(),
        has_stray_bytes: false,
    };
    let ended = walk.through(bytes, header.scan);
    // Without an end mark there may have been more scans, but for a picture that has all of its bits.
    let missing = match &ended {
        _ if walk.sent.is_complete() => None,
        Ok(()) => walk.sent.lacks_a_component().then_some(Refusal::Damaged("a colour component is missing")),
        Err(why) => Some(*why),
    };
    let flaw = match ended {
        Ok(()) => walk.has_stray_bytes.then_some(Flaw::StrayBytes),
        Err(_) => Some(Flaw::NoEndMark),
    };
    Scans { list: walk.list, components: walk.components, flaw, missing }
}

/// What is known on the way through the file.
struct Walk {
    sent: Sent,
    components: Vec<Component>,
    tables: Listed,
    interval: usize,
    height: usize,
    is_progressive: bool,
    list: Vec<Scan>,
    has_stray_bytes: bool,
}

impl Walk {
    /// Goes from the marker at `at` to the end mark.
    ///
    /// # Errors
    /// Where the end mark is missing, or something else stands before it.
    fn through(&mut self, bytes: &[u8], mut at: usize) -> Result<(), Refusal> {
        loop {
            let Segment { marker, body, start, end, passes_reserved } = Segment::next(bytes, at).ok_or(CUT)?;
            // Behind the data of a scan, its reader sees what stands there.
            let is_behind_data = self.list.last().is_some_and(|scan| scan.data == at);
            if passes_reserved && is_behind_data && !self.sent.is_complete() {
                // It may have been the start of a scan, without which the picture is another one.
                return Err(Refusal::Damaged("an unknown marker between its scans"));
            }
            self.has_stray_bytes |= start != at && !is_behind_data;
            at = end;
            match marker {
                mark::EOI => return Ok(()),
                mark::DHT | mark::DQT => self.tables.take(marker, body)?,
                mark::DRI => self.interval = restart_interval(body)?,
                mark::APP0..=mark::APP15 | mark::COM => {}
                mark::DNL => repeats_height(body, self.height)?,
                mark::SOS if self.list.len() == MAX_SCANS => return Err(Refusal::NotHandled("very many scans")),
                mark::SOS => {
                    let scan = self.scan(body, end)?;
                    self.list.push(scan);
                }
                _ => return Err(Refusal::Damaged("an unusual segment between its scans")),
            }
        }
    }

    /// Reads a scan's header.
    fn scan(&mut self, body: &[u8], data: usize) -> Result<Scan, Refusal> {
        let (&count, rest) = body.split_first().ok_or(ODD_SCAN)?;
        let (selectors, &[first, last, shifts]) = rest.split_last_chunk::<3>().ok_or(ODD_SCAN)?;
        // Of a sequential file they say nothing, and are sometimes left zero.
        let (first, last, shifts) = if self.is_progressive { (first, last, shifts) } else { (0, 63, 0) };
        let (before, shift) = (shifts >> 4, shifts & 15);
        let is_refining = before > 0;
        let is_possible = shift <= MAX_SHIFT && (!is_refining || before == shift + 1);
        let is_possible_band = match (self.is_progressive, first) {
            (false, _) => true,
            (true, 0) => last == 0,
            (true, _) => count == 1 && first <= last && last <= 63,
        };
        if count == 0 || selectors.len() != 2 * usize::from(count) || !is_possible || !is_possible_band {
            return Err(ODD_SCAN);
        }
        let mut parts: Vec<Part> = Vec::with_capacity(selectors.len() / 2);
        for &[name, tables] in selectors.as_chunks().0 {
            // Some files give all components one name, and mean them in their order.
            let is_meant = |(index, component): &(usize, &Component)| {
                component.name == name && parts.iter().all(|part| part.component != *index)
            };
            let (component, _) = self.components.iter().enumerate().find(is_meant).ok_or(ODD_SCAN)?;
            if self.sent.is_new(component) {
                self.components[component].take_steps(&self.tables)?;
            }
            self.sent.note(component, (first, last), is_refining.then_some(before), shift)?;
            parts.push(Part { component, dc: usize::from(tables >> 4), ac: usize::from(tables & 15) });
        }
        Ok(Scan {
            content: self.content(&parts, first, is_refining)?,
            band: (u32::from(first), u32::from(last)),
            shift: u32::from(shift),
            restart_interval: self.interval,
            data,
        })
    }

    /// What a scan of these `parts` holds, by its first coefficient.
    fn content(&self, parts: &[Part], first: u8, is_refining: bool) -> Result<Content, Refusal> {
        let dc = |part: &Part| listed(&self.tables.dc, part.dc).map(DcTable::new);
        let ac = |part: &Part| listed(&self.tables.ac, part.ac);
        if !self.is_progressive {
            let tables = |part: &Part| Ok((part.component, dc(part)?, AcTable::new(ac(part)?)));
            return Ok(Content::All(parts.iter().map(tables).collect::<Result<_, Refusal>>()?));
        }
        Ok(match (first, is_refining) {
            (0, false) => {
                let tables = |part: &Part| Ok((part.component, dc(part)?));
                Content::FirstDc(parts.iter().map(tables).collect::<Result<_, Refusal>>()?)
            }
            (0, true) => Content::MoreDc(parts.iter().map(|part| part.component).collect()),
            _ => {
                let part = parts.first().ok_or(ODD_SCAN)?;
                let table = BandTable::new(ac(part)?, if is_refining { 1 } else { MAX_AC_SIZE });
                if is_refining {
                    Content::MoreAc(part.component, table)
                } else {
                    Content::FirstAc(part.component, table)
                }
            }
        })
    }
}

/// A component of a scan, with the numbers of its tables.
struct Part {
    component: usize,
    dc: usize,
    ac: usize,
}

/// What is amiss behind the data of a picture that is whole.
pub(super) fn flaw_behind(bytes: &[u8], end: End, height: usize) -> Result<Option<Flaw>, Refusal> {
    let mut flaw = end.has_stray_bytes.then_some(Flaw::StrayBytes);
    let mut at = end.at;
    while let Some(Segment { marker, body, start, end, .. }) = Segment::next(bytes, at) {
        if start != at {
            flaw = Some(Flaw::StrayBytes);
        }
        match marker {
            mark::EOI => return Ok(flaw),
            mark::DNL => repeats_height(body, height)?,
            mark::APP0..=mark::APP15 | mark::COM => {}
            _ => break,
        }
        at = end;
    }
    Ok(Some(Flaw::NoEndMark))
}

/// Reads the body of a segment that gives the height behind the picture, which is known.
fn repeats_height(body: &[u8], height: usize) -> Result<(), Refusal> {
    match *body {
        [high, low] if usize::from(u16::from_be_bytes([high, low])) == height => Ok(()),
        _ => Err(Refusal::NotHandled("a height that changes behind the picture")),
    }
}

/// How many lower bits of each coefficient of each component are still to come; `None` before its first scan.
struct Sent {
    shifts: Vec<[Option<u8>; 64]>,
}

impl Sent {
    /// Whether nothing of this component was sent.
    fn is_new(&self, component: usize) -> bool {
        self.shifts.get(component).is_none_or(|all| all.iter().all(Option::is_none))
    }

    /// Whether all bits of all coefficients were sent.
    fn is_complete(&self) -> bool {
        self.shifts.iter().flatten().all(|shift| *shift == Some(0))
    }

    /// Whether nothing of some component was sent. Coefficients that are not sent are zero (T.81, G.1.1.1.1).
    fn lacks_a_component(&self) -> bool {
        (0..self.shifts.len()).any(|component| self.is_new(component))
    }

    /// Notes a scan that brings the coefficients of a band from `before` (`None` at first) to `shift` missing bits.
    fn note(&mut self, component: usize, band: (u8, u8), before: Option<u8>, shift: u8) -> Result<(), Refusal> {
        let shifts =
            self.shifts.get_mut(component).and_then(|all| all.get_mut(usize::from(band.0)..=usize::from(band.1)));
        let shifts = shifts.ok_or(ODD_SCAN)?;
        if shifts.iter().any(|all| *all != before) {
            return Err(Refusal::Damaged("scans that do not build on each other"));
        }
        shifts.fill(Some(shift));
        Ok(())
    }
}

const ODD_SCAN: Refusal = Refusal::Damaged("a scan header that makes no sense");
const CUT: Refusal = Refusal::Damaged("it ends early");

fn listed(tables: &[Option<Box<Codes>>; 4], index: usize) -> Result<&Codes, Refusal> {
    tables.get(index).and_then(Option::as_deref).ok_or(Refusal::Damaged("a Huffman table is missing"))
}
