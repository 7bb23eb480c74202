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
            return Err(Refusal::Damaged("it ends early"));
        }
        let rest = self.data.get(self.place.at..).unwrap_or_default();
        let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
        // Some webcams fill up with a whole byte of ones.
        let left = self.place.count - self.place.made_up;
        let is_filled = left < 8 || (left < 16 && self.place.buffer.leading_ones() >= left);
        match rest.get(fill) {
            Some(&marker) if fill > 0 && marker != 0 && is_filled => {
                self.place = Place { at: self.place.at + fill + 1, buffer: 0, count: 0, made_up: 0 };
                Ok(marker)
            }
            Some(_) => Err(Refusal::Damaged("coded data where none belong")),
            None => Err(Refusal::Damaged("it has no end mark")),
        }
    }
}

/// How a scan's data end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// Where the next marker stands, or the file ends.
    pub at: usize,
    /// Whether something stands between the two that belongs to neither.
    pub has_stray_bytes: bool,
}

impl Reader<'_> {
    /// Ends a scan, all of whose data were read: finds what stands behind it.
    ///
    /// # Errors
    /// Where the data are too short, or longer than the scan.
    pub(super) fn end(&mut self) -> Result<End, Refusal> {
        /// Cameras and webcams leave a byte or two before the end mark. Whatever is longer and not zero is a scan that
        /// was read wrongly because it is damaged.
        const FEW: usize = 4;
        self.refill();
        if self.is_beyond_the_end() {
            return Err(Refusal::Damaged("it ends early"));
        }
        let start = self.next_byte();
        let rest = self.data.get(start..).unwrap_or_default();
        let marker = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF);
        let length = rest.windows(2).position(marker).unwrap_or(rest.len());
        let (stray, behind) = rest.split_at(length);
        let is_little = stray.len() <= FEW || stray.iter().all(|&byte| matches!(byte, 0 | 0xFF));
        // More coded data would go on to a mark of their kind; what a vendor writes in place of the end mark does not.
        let is_coded = matches!(behind, [_, 0xD0..=0xD7 | 0xD9, ..]);
        if is_coded && !is_little {
            return Err(Refusal::Damaged("coded data where none belong"));
        }
        Ok(End { at: start + length, has_stray_bytes: stray.iter().any(|&byte| byte != 0xFF) })
    }

    /// Where the first byte stands none of whose bits were read.
    fn next_byte(&self) -> usize {
        let Place { mut at, count, made_up, .. } = self.place;
        for _ in 0..(count - made_up.min(count)) / 8 {
            let is_stuffed = at >= 2 && self.data.get(at - 2..at) == Some(&[0xFF, 0]);
            at = at.saturating_sub(if is_stuffed { 2 } else { 1 });
        }
        at
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
