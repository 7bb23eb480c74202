//! All coefficients of a picture, of which parts are transformed without reading coded data again.

use super::Refusal;
use super::header::{Component, Header};
use super::scan::{Block, DcPlane, Tables, decode, pass};

/// Bytes that a block takes here.
pub(super) const BYTES_PER_BLOCK: u64 = (size_of::<[i16; 64]>() + size_of::<u8>()) as u64;

/// The AC coefficients of one component, block by block in the order of its [`DcPlane`].
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// As stored, not yet multiplied by the quantisation steps, column by column. The first, which is the DC coefficient's
    /// place, is 0.
    pub values: Vec<[i16; 64]>,
    /// The last stored coefficient of each block, in zigzag order, behind which all are zero: 0..=63.
    pub used: Vec<u8>,
}

impl Part {
    fn new(component: &Component, mcus: usize) -> Self {
        let blocks = mcus * component.horizontal * component.vertical;
        Self { values: vec![[0; 64]; blocks], used: vec![0; blocks] }
    }
}

/// The AC coefficients of all components.
#[derive(Clone, Debug)]
pub(super) struct Coefficients {
    pub parts: Vec<Part>,
}

impl Coefficients {
    /// Of all components, all zero.
    pub(super) fn zero(header: &Header) -> Self {
        let mcus = header.mcu_columns() * header.mcu_rows();
        Self { parts: header.components.iter().map(|part| Part::new(part, mcus)).collect() }
    }

    /// Decodes all of a sequential file; returns the DC coefficients too.
    pub(super) fn read(bytes: &[u8], header: &Header, tables: &Tables) -> Result<(Vec<DcPlane>, Self), Refusal> {
        let mut all = Self::zero(header);
        let planes = pass(
            bytes,
            header,
            tables,
            |_| (),
            |reader, step, block| {
                let part = &mut all.parts[step.component];
                part.used[block] = decode(reader, step, 63, &mut part.values[block])? as u8;
                Ok(())
            },
        )?;
        Ok((planes, all))
    }

    /// Hands out the blocks of the MCUs `first..last` of a row.
    pub(super) fn row(
        &self,
        header: &Header,
        dc: &[DcPlane],
        row: usize,
        (first, last): (usize, usize),
        mut take: impl FnMut(Block<'_>),
    ) {
        for (component, ((part, plane), ac)) in header.components.iter().zip(dc).zip(&self.parts).enumerate() {
            for line in 0..part.vertical {
                let start = (row * part.vertical + line) * plane.columns;
                let blocks = start + first * part.horizontal..start + last * part.horizontal;
                let parts = (plane.values.get(blocks.clone()), ac.values.get(blocks.clone()), ac.used.get(blocks));
                let (Some(means), Some(values), Some(used)) = parts else { return };
                for (column, ((&mean, values), &used)) in means.iter().zip(values).zip(used).enumerate() {
                    // What is zero all over is not even looked at.
                    let mut coefficients = if used == 0 { [0; 64] } else { *values };
                    coefficients[0] = mean;
                    take(Block { component, column, row: line, coefficients: &coefficients, used: u32::from(used) });
                }
            }
        }
    }
}
