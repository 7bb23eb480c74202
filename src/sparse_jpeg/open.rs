//! Opening a file: what its header says, and the pass over its coded data.

use super::coefficients::{self, Coefficients};
use super::header::Header;
use super::scan::{Index, MCUS_PER_PLACE, Tables};
use super::scans::{self, Scans};
use super::{Flaw, Keep, Kept, Outline, Refusal, SparseJpeg, bits, passes};

/// Reads the header only.
///
/// # Errors
///
/// A [`Refusal`] where [`SparseJpeg::open`] would refuse the file by its header.
pub fn outline(bytes: &[u8], keep: Keep) -> Result<Outline, Refusal> {
    let header = header(bytes, keep)?;
    let (columns, rows) = (header.mcu_columns() as u64, header.mcu_rows() as u64);
    let blocks = columns * rows * header.blocks_per_mcu() as u64;
    let kept = match keep {
        Keep::Places => columns.div_ceil(MCUS_PER_PLACE as u64) * rows * size_of::<bits::Place>() as u64,
        Keep::Coefficients => coefficients::most_memory(blocks, bytes.len() as u64),
    };
    let memory = blocks * size_of::<i16>() as u64 + kept;
    let has_planes = header.has_planes();
    Ok(Outline { width: header.width as u32, height: header.height as u32, memory, has_planes })
}

fn header(bytes: &[u8], keep: Keep) -> Result<Header, Refusal> {
    let header = Header::read(bytes)?;
    if !header.one_scan && keep == Keep::Places {
        return Err(Refusal::NotHandled("several scans, and places only to be kept"));
    }
    Ok(header)
}

impl<'a> SparseJpeg<'a> {
    /// Passes over the whole file once. What it accepts, it has seen to the end: every code is a possible one, no block
    /// has too many coefficients, all MCUs and restart markers are there, and of progressive files that end without
    /// their end mark all bits of all coefficients.
    ///
    /// What is kept of a file in one scan changes only time and memory; what is accepted and every sample are the same.
    ///
    /// # Errors
    ///
    /// A [`Refusal`]: the file is damaged, or for another decoder.
    pub fn open(bytes: &'a [u8], keep: Keep) -> Result<Self, Refusal> {
        let header = header(bytes, keep)?;
        header.check_length(bytes)?;
        if !header.one_scan {
            return match Self::scan_by_scan(bytes, header)? {
                (file, None) => Ok(file),
                (_, Some(why)) => Err(why),
            };
        }
        let tables = Box::new(Tables::new(&header));
        let (dc, kept, flaw) = match keep {
            Keep::Places => {
                let (dc, index, flaw) = Index::read(bytes, &header, &tables)?;
                (dc, Kept::Places(tables, index), flaw)
            }
            Keep::Coefficients => {
                let (dc, all, flaw) = Coefficients::read(bytes, &header, &tables)?;
                (dc, Kept::Coefficients(all), flaw)
            }
        };
        let bounds = header.bounds();
        Ok(Self { bytes, header, dc, kept, bounds, flaw })
    }

    /// Opens a damaged file: what cannot be read of it is grey, or without detail. Returns what is wrong with it too.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] where nothing can be read.
    pub fn open_damaged(bytes: &'a [u8]) -> Result<(Self, Option<Refusal>), Refusal> {
        let header = Header::read(bytes)?;
        Self::scan_by_scan(bytes, header.scan_by_scan())
    }

    /// Opens a file in any scans. Returns what is missing of it too.
    fn scan_by_scan(bytes: &'a [u8], header: Header) -> Result<(Self, Option<Refusal>), Refusal> {
        let Scans { list, components, flaw, missing } = scans::all(bytes, &header);
        if let (true, Some(why)) = (list.is_empty(), missing) {
            return Err(why);
        }
        let header = Header { components, ..header };
        let read = passes::read(bytes, &header, &list);
        let stray = header.has_stray_bytes.then_some(Flaw::StrayBytes);
        let flaw = flaw.or(read.flaw).or(stray);
        let kept = Kept::Coefficients(read.all);
        let bounds = header.bounds();
        Ok((Self { bytes, header, dc: read.dc, kept, bounds, flaw }, missing.or(read.damage)))
    }
}
