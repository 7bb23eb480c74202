//! Bits of the entropy-coded data, with the zero bytes after 0xFF taken out (ITU-T T.81, F.1.2.3).

use super::Refusal;

/// A place in the coded data from which reading can go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The next byte to take in.
    at: usize,
    /// The next bits, from the top. Below the counted ones may stand the first bits of the byte at `at`.
    buffer: u64,
    /// How many bits of the buffer count: 0..=63.
    count: u32,
    /// How many bits were made up in all, because the data were at their end.
    made_up: u32,
}

/// Reads bits. At a marker or at the end of the file it makes up zeros and counts them.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    data: &'a [u8],
    place: Place,
}

impl<'a> Reader<'a> {
    /// From the byte at `start`.
    pub(super) const fn new(data: &'a [u8], start: usize) -> Self {
        Self { data, place: Place { at: start, buffer: 0, count: 0, made_up: 0 } }
    }

    /// From where another reader of the same data was.
    pub(super) const fn resume(data: &'a [u8], place: Place) -> Self {
        Self { data, place }
    }

    pub(super) const fn place(&self) -> Place {
        self.place
    }

    /// The next bits, from the top.
    #[inline(always)]
    pub(super) const fn buffer(&self) -> u64 {
        self.place.buffer
    }

    /// The next 16 bits.
    #[inline(always)]
    pub(super) const fn window(&self) -> u32 {
        (self.place.buffer >> 48) as u32
    }

    /// Passes over `bits`, at most those that the last [`Reader::refill`] promised.
    #[inline(always)]
    pub(super) const fn consume(&mut self, bits: u32) {
        self.place.buffer <<= bits & 63;
        self.place.count = self.place.count.wrapping_sub(bits);
    }

    /// Makes sure of at least 56 bits.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        let Place { at, buffer, count, .. } = &mut self.place;
        if let Some(next) = self.data.get(*at..).and_then(|rest| rest.first_chunk::<8>()) {
            let next = u64::from_be_bytes(*next);
            // Some byte is 0xFF where its complement is zero.
            let marked = (!next).wrapping_sub(0x0101_0101_0101_0101) & next & 0x8080_8080_8080_8080;
            if marked == 0 {
                *buffer |= next >> (*count & 63);
                *at += ((63 - (*count & 63)) >> 3) as usize;
                *count |= 56;
                return;
            }
        }
        self.place = refill_slowly(self.data, self.place);
    }

    /// Whether bits were used that are not in the file.
    pub(super) const fn is_beyond_the_end(&self) -> bool {
        self.place.made_up > self.place.count
    }

    /// Ends a stretch of coded data: nothing but fill bits may be left, then comes a marker, which is passed over.
    pub(super) fn marker(&mut self) -> Result<u8, Refusal> {
        self.refill();
        if self.is_beyond_the_end() {
            return Err(Refusal::Damaged("the coded data end early"));
        }
        let rest = self.data.get(self.place.at..).unwrap_or_default();
        let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
        match rest.get(fill) {
            Some(&marker) if fill > 0 && marker != 0 && self.place.count - self.place.made_up < 8 => {
                self.place = Place { at: self.place.at + fill + 1, buffer: 0, count: 0, made_up: 0 };
                Ok(marker)
            }
            Some(_) => Err(Refusal::Damaged("coded data where none belong")),
            None => Err(Refusal::Damaged("it has no end mark")),
        }
    }
}

/// [`Reader::refill`] byte by byte. The place comes and goes by value, so that the fast way keeps it in registers.
#[cold]
#[inline(never)]
fn refill_slowly(data: &[u8], mut place: Place) -> Place {
    while place.count < 56 {
        let (byte, length) = match data.get(place.at) {
            Some(0xFF) if data.get(place.at + 1) == Some(&0) => (0xFF, 2),
            Some(0xFF) | None => {
                let bits = (63 - place.count) & !7;
                place.made_up = place.made_up.saturating_add(bits);
                place.count += bits;
                break;
            }
            Some(&byte) => (byte, 1),
        };
        place.buffer |= u64::from(byte) << (56 - place.count);
        place.at += length;
        place.count += 8;
    }
    place
}
