//! Huffman tables (ITU-T T.81, annex C) and what is looked up in them: single codes, codes with their values, and runs
//! of codes to be passed over.

use super::header::ZIGZAG;

/// The codes of one table, by length.
#[derive(Clone, Debug)]
pub(super) struct Codes {
    /// For each length, the first 16-bit window that is too large for it: windows below hold a code of at most that
    /// length.
    limits: [u32; 17],
    /// For each length, what to add to a code of it for its place in `symbols`.
    offsets: [i32; 17],
    symbols: [u8; 256],
}

impl Codes {
    /// From the number of codes of each length 1 to 16 and their symbols in order; `None` where more codes are claimed
    /// than lengths allow, the code of ones only being reserved.
    pub(super) fn new(lengths: &[u8; 16], listed: &[u8]) -> Option<Self> {
        let mut symbols = [0; 256];
        symbols.get_mut(..listed.len())?.copy_from_slice(listed);
        let (mut limits, mut offsets) = ([0; 17], [0; 17]);
        let (mut code, mut place) = (0_u32, 0_i32);
        for (length, &count) in (1..).zip(lengths) {
            offsets[length] = place - code as i32;
            code += u32::from(count);
            place += i32::from(count);
            if count > 0 && code >= 1 << length {
                return None;
            }
            limits[length] = code << (16 - length);
            code <<= 1;
        }
        Some(Self { limits, offsets, symbols })
    }

    /// The code at the top of a 16-bit window: its length in bits and its symbol; `None` where no code begins so.
    #[inline]
    pub(super) fn decode(&self, window: u32) -> Option<(u32, u8)> {
        let length = (1..17).find(|&length| window < self.limits[length])?;
        let place = (window >> (16 - length)) as i32 + self.offsets[length];
        Some((length as u32, self.symbols[(place & 255) as usize]))
    }
}

/// Bits that [`DcTable`] looks at.
const DC_BITS: u32 = 9;
/// Bits that [`AcTable`] looks at for one or two coefficients with their values.
const PAIR_BITS: u32 = 11;
/// Bits that [`AcTable`] looks at for one code.
const AC_BITS: u32 = 12;
/// Bits that [`BandTable`] looks at.
const BAND_BITS: u32 = 10;
/// Bits that [`SkipTable`] looks at. With 13, more runs go in one step but the tables leave the nearest cache.
const SKIP_BITS: u32 = 12;

/// Largest size category of a DC difference of 8-bit samples (T.81, table F.1).
const MAX_DC_SIZE: u32 = 11;
/// Largest size category of an AC coefficient of 8-bit samples (T.81, table F.2).
pub(super) const MAX_AC_SIZE: u32 = 10;

/// A code with the bits of its value behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Symbol {
    /// Bits of the code and the value: at most 30.
    pub bits: u32,
    /// Bits of the value: at most 14.
    pub size: u32,
    /// Places that it moves on among the coefficients of a block; [`END_OF_BLOCK`] at the end.
    pub advance: u32,
}

/// How far the end of a block moves on: further than any coefficient leads from within a block (62 + 16).
pub(super) const END_OF_BLOCK: u32 = 127;

impl Symbol {
    /// The DC difference whose code stands at the top of a 16-bit window; `None` for what no baseline file may hold.
    pub(super) fn dc(codes: &Codes, window: u32) -> Option<Self> {
        let (length, size) = codes.decode(window)?;
        let size = u32::from(size);
        (size <= MAX_DC_SIZE).then_some(Self { bits: length + size, size, advance: 0 })
    }

    /// The same for an AC coefficient.
    pub(super) fn ac(codes: &Codes, window: u32) -> Option<Self> {
        let (length, symbol) = codes.decode(window)?;
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        let advance = match (run, size) {
            (0, 0) => END_OF_BLOCK,
            (15, 0) => 16,
            (_, 0) => return None,
            _ if size > MAX_AC_SIZE => return None,
            _ => run + 1,
        };
        Some(Self { bits: length + size, size, advance })
    }

    /// The value (T.81, figure F.12), with the code at the top of `buffer`; 0 where it has no bits.
    #[inline(always)]
    pub(super) const fn value(self, buffer: u64) -> i16 {
        let value = buffer << ((self.bits - self.size) & 63);
        let raw = (value >> 1 >> (63 - self.size)) as i64;
        // Values whose first bit is 0 are negative.
        let negative = !(value as i64) >> 63;
        (raw + (negative & (1 - (1 << self.size)))) as i16
    }

    /// What stands at the top of a 16-bit window in an AC scan of a progressive file: as in a baseline file, and ends
    /// of the block that hold for more blocks, whose number has [`Self::raw`] bits (T.81, G.1.2.2).
    pub(super) fn band(codes: &Codes, window: u32) -> Option<Self> {
        let (length, symbol) = codes.decode(window)?;
        match (u32::from(symbol >> 4), u32::from(symbol & 15)) {
            (run @ 0..15, 0) => Some(Self { bits: length + run, size: run, advance: END_OF_BLOCK }),
            _ => Self::ac(codes, window),
        }
    }

    /// The bits of the value as they stand there, with the code at the top of `buffer`.
    #[inline(always)]
    pub(super) const fn raw(self, buffer: u64) -> u32 {
        ((buffer << ((self.bits - self.size) & 63)) >> 1 >> (63 - self.size)) as u32
    }

    const fn packed(self) -> u16 {
        (self.advance << 9 | self.size << 5 | self.bits) as u16
    }

    #[inline(always)]
    fn unpacked(packed: u16) -> Self {
        let packed = u32::from(packed);
        Self { bits: packed & 31, size: packed >> 5 & 15, advance: packed >> 9 }
    }
}

/// DC differences by the first bits of their codes.
#[derive(Clone, Debug)]
pub(super) struct DcTable {
    /// Packed symbols; 0 where the code is longer.
    entries: Box<[u16; 1 << DC_BITS]>,
    pub(super) codes: Box<Codes>,
}

impl DcTable {
    pub(super) fn new(codes: &Codes) -> Self {
        let mut entries = Box::new([0; 1 << DC_BITS]);
        for (index, entry) in (0_u32..).zip(entries.iter_mut()) {
            let symbol = Symbol::dc(codes, index << (16 - DC_BITS));
            *entry = symbol.filter(|symbol| symbol.bits - symbol.size <= DC_BITS).map_or(0, Symbol::packed);
        }
        Self { entries, codes: Box::new(codes.clone()) }
    }

    /// The symbol at the top of `buffer`; its bits are 0 where it is not in the table.
    #[inline(always)]
    pub(super) fn look(&self, buffer: u64) -> Symbol {
        Symbol::unpacked(self.entries[(buffer >> (64 - DC_BITS)) as usize])
    }
}

/// AC coefficients by the first bits of their codes and values.
#[derive(Clone, Debug)]
pub(super) struct AcTable {
    /// Packed [`Pair`]s; 0 where not even one value is known.
    pairs: Box<[u32; 1 << PAIR_BITS]>,
    /// Packed symbols; 0 where the code is longer, or symbol and value are longer than [`MAX_BITS`].
    singles: Box<[u16; 1 << AC_BITS]>,
    pub(super) codes: Box<Codes>,
}

/// One or two coefficients with their values, which fit 8 bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// Bits of both codes and values: at most [`PAIR_BITS`]. 0 for none.
    pub bits: u32,
    /// Places that the first moves on: 1..=16.
    pub first: u32,
    /// Places that the second moves on, 0 where there is none, [`END_OF_BLOCK`] at the end.
    pub second: u32,
    /// The value of the first; 0 for an end of the block that stands alone, which has one place as `first`.
    pub first_value: i16,
    /// The value of the second, 0 where there is none.
    pub second_value: i16,
}

impl Pair {
    /// What the window of [`PAIR_BITS`] in the lower bits of `index` begins with; `symbol` knows what 16 bits begin
    /// with.
    fn new(index: u32, symbol: impl Fn(u32) -> Option<Symbol>) -> Option<Self> {
        let known = |passed: u32| {
            let window = (index << passed & ((1 << PAIR_BITS) - 1)) << (16 - PAIR_BITS);
            let symbol = symbol(window).filter(|symbol| passed + symbol.bits <= PAIR_BITS)?;
            Some((symbol, i8::try_from(symbol.value(u64::from(window) << 48)).ok()?))
        };
        let (one, value) = known(0)?;
        let value = i16::from(value);
        let alone = Self { bits: one.bits, first: one.advance, second: 0, first_value: value, second_value: 0 };
        if one.advance == END_OF_BLOCK {
            return Some(Self { first: 1, second: END_OF_BLOCK, ..alone });
        }
        Some(known(one.bits).map_or(alone, |(two, value)| Self {
            bits: one.bits + two.bits,
            second: two.advance,
            second_value: i16::from(value),
            ..alone
        }))
    }

    const fn packed(self) -> u32 {
        let values = (self.second_value as u8 as u32) << 24 | (self.first_value as u8 as u32) << 16;
        values | self.second << 9 | (self.first - 1) << 5 | self.bits
    }

    #[inline(always)]
    const fn unpacked(packed: u32) -> Self {
        Self {
            bits: packed & 31,
            first: (packed >> 5 & 15) + 1,
            second: packed >> 9 & 127,
            first_value: (packed >> 16) as i8 as i16,
            second_value: (packed as i32 >> 24) as i16,
        }
    }
}

/// Most bits of what stands in a table, so that three follow each other after one refill of the bit buffer.
const MAX_BITS: u32 = 18;

impl AcTable {
    pub(super) fn new(codes: &Codes) -> Self {
        let mut pairs = Box::new([0; 1 << PAIR_BITS]);
        for (index, pair) in (0_u32..).zip(pairs.iter_mut()) {
            *pair = Pair::new(index, |window| Symbol::ac(codes, window)).map_or(0, Pair::packed);
        }
        let mut singles = Box::new([0; 1 << AC_BITS]);
        for (index, entry) in (0_u32..).zip(singles.iter_mut()) {
            let symbol = Symbol::ac(codes, index << (16 - AC_BITS));
            let fits = |symbol: &Symbol| symbol.bits - symbol.size <= AC_BITS && symbol.bits <= MAX_BITS;
            *entry = symbol.filter(fits).map_or(0, Symbol::packed);
        }
        Self { pairs, singles, codes: Box::new(codes.clone()) }
    }

    /// The coefficients at the top of `buffer`, as far as they fit a short window.
    #[inline(always)]
    pub(super) fn pair(&self, buffer: u64) -> Pair {
        Pair::unpacked(self.pairs[(buffer >> (64 - PAIR_BITS)) as usize])
    }

    /// The symbol at the top of `buffer`; its bits are 0 where it is not in the table.
    #[inline(always)]
    pub(super) fn single(&self, buffer: u64) -> Symbol {
        Symbol::unpacked(self.singles[(buffer >> (64 - AC_BITS)) as usize])
    }
}

/// AC coefficients in a scan of a progressive file by the first bits of their codes.
#[derive(Clone, Debug)]
pub(super) struct BandTable {
    /// As in [`AcTable`], with no end of the block that holds for more blocks.
    pairs: Box<[u32; 1 << PAIR_BITS]>,
    /// Packed symbols; 0 where the code is longer, or symbol and value are longer than [`MAX_BITS`].
    singles: Box<[u16; 1 << BAND_BITS]>,
    codes: Box<Codes>,
    most: u32,
}

impl BandTable {
    /// Of coefficients of at most so many bits: in a scan that refines only 1 is possible.
    pub(super) fn new(codes: &Codes, most: u32) -> Self {
        let (pairs, singles) = (Box::new([0; 1 << PAIR_BITS]), Box::new([0; 1 << BAND_BITS]));
        let mut table = Self { pairs, singles, codes: Box::new(codes.clone()), most };
        for index in 0..1 << BAND_BITS {
            let symbol = table.long_code(index << (16 - BAND_BITS));
            let fits = |symbol: &Symbol| symbol.bits - symbol.size <= BAND_BITS && symbol.bits <= MAX_BITS;
            table.singles[index as usize] = symbol.filter(fits).map_or(0, Symbol::packed);
        }
        // From the other table, which is quicker than from the codes.
        let known = |symbol: &Symbol| symbol.bits > 0 && (symbol.advance < END_OF_BLOCK || symbol.size == 0);
        for index in 0..1 << PAIR_BITS {
            let pair = Pair::new(index, |window| Some(table.single(u64::from(window) << 48)).filter(known));
            table.pairs[index as usize] = pair.map_or(0, Pair::packed);
        }
        table
    }

    /// The coefficients at the top of `buffer`, as far as they fit a short window.
    #[inline(always)]
    pub(super) fn pair(&self, buffer: u64) -> Pair {
        Pair::unpacked(self.pairs[(buffer >> (64 - PAIR_BITS)) as usize])
    }

    /// The symbol at the top of `buffer`; its bits are 0 where it is not in the table.
    #[inline(always)]
    pub(super) fn single(&self, buffer: u64) -> Symbol {
        Symbol::unpacked(self.singles[(buffer >> (64 - BAND_BITS)) as usize])
    }

    /// The symbol at the top of a 16-bit window.
    pub(super) fn long_code(&self, window: u32) -> Option<Symbol> {
        let possible = |symbol: &Symbol| symbol.advance == END_OF_BLOCK || symbol.size <= self.most;
        Symbol::band(&self.codes, window).filter(possible)
    }
}

/// As many AC symbols in one step as begin in a short window.
#[derive(Clone, Debug)]
pub(super) struct SkipTable {
    /// How many places the symbols move on in the upper byte, plus [`Self::ENDS`] where the last one ends the block;
    /// the bits of all in the lower. [`Self::NONE`] where not even one is known.
    entries: Box<[u16; 1 << SKIP_BITS]>,
    pub(super) codes: Box<Codes>,
}

impl SkipTable {
    /// An advance that ends no block and leaves no block's bounds.
    const NONE: u16 = 0xFF00;
    /// What marks an entry that ends the block: 64, and 1 for the place that the end takes the room of.
    pub(super) const ENDS: u32 = 65;

    pub(super) fn new(codes: &Codes) -> Self {
        let mut entries = Box::new([Self::NONE; 1 << SKIP_BITS]);
        for (index, entry) in (0_u32..).zip(entries.iter_mut()) {
            let (mut bits, mut advance, mut count) = (0, 0, 0);
            while bits < SKIP_BITS {
                let window = (index << bits & ((1 << SKIP_BITS) - 1)) << (16 - SKIP_BITS);
                let Some(symbol) = Symbol::ac(codes, window) else { break };
                // The code must lie in the window. The value of the first symbol may reach beyond: it is not looked at.
                let code_fits = bits + symbol.bits - symbol.size <= SKIP_BITS;
                let fits = if count == 0 { symbol.bits <= MAX_BITS } else { bits + symbol.bits <= SKIP_BITS };
                if !code_fits || !fits {
                    break;
                }
                if symbol.advance == END_OF_BLOCK {
                    (bits, advance, count) = (bits + symbol.bits, advance + Self::ENDS, count + 1);
                    break;
                }
                if advance + symbol.advance > 63 {
                    break;
                }
                (bits, advance, count) = (bits + symbol.bits, advance + symbol.advance, count + 1);
            }
            if count > 0 {
                *entry = (advance << 8 | bits) as u16;
            }
        }
        Self { entries, codes: Box::new(codes.clone()) }
    }

    /// Advance and bits of the symbols at the top of `buffer`.
    #[inline(always)]
    pub(super) fn look(&self, buffer: u64) -> (u32, u32) {
        let entry = u32::from(self.entries[(buffer >> (64 - SKIP_BITS)) as usize]);
        (entry >> 8, entry & 0xFF)
    }
}

/// Where each stored coefficient goes: its place in the transposed natural order (column by column). Places beyond the
/// last, which [`END_OF_BLOCK`] leads to, are that of the last: what is written there is 0.
pub(super) const PLACES: [u8; 256] = {
    let mut places = [63; 256];
    let mut index = 0;
    while index < 64 {
        places[index] = ZIGZAG[index] % 8 * 8 + ZIGZAG[index] / 8;
        index += 1;
    }
    places
};
