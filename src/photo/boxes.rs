//! The boxes of ISO media files (ISO/IEC 14496-12, 4.2), read in place: HEIF, AVIF, JPEG XL, JPEG 2000 and Canon's CR3
//! are made of them.

/// One box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MediaBox<'a> {
    /// Four letters that say what it holds.
    pub kind: &'a [u8; 4],
    /// What it holds.
    pub body: &'a [u8],
    /// Where it ends, counted from the start of the bytes that were walked.
    pub end: usize,
}

/// The boxes that `bytes` starts with, up to the first that does not fit into them.
pub(super) fn boxes(bytes: &[u8]) -> impl Iterator<Item = MediaBox<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let found = box_at(bytes, at)?;
        at = found.end;
        Some(found)
    })
}

fn box_at(bytes: &[u8], at: usize) -> Option<MediaBox<'_>> {
    let (head, rest) = bytes.get(at..)?.split_first_chunk::<8>()?;
    let (size, kind) = head.split_first_chunk::<4>()?;
    let kind: &[u8; 4] = kind.try_into().ok()?;
    let (head_bytes, total) = match u32::from_be_bytes(*size) {
        // Up to the end of the file.
        0 => (8, bytes.len() - at),
        // The size follows in 64 bits.
        1 => (16, usize::try_from(u64::from_be_bytes(*rest.first_chunk()?)).ok()?),
        size => (8, size as usize),
    };
    let end = at.checked_add(total)?;
    Some(MediaBox { kind, body: bytes.get(at + head_bytes..end)?, end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_ways_to_give_a_size() {
        let bytes = b"\0\0\0\x0Aaaaa12\0\0\0\x01bbbb\0\0\0\0\0\0\0\x113\0\0\0\0cccc45";
        let found: Vec<_> = boxes(bytes).map(|found| (found.kind, found.body)).collect();
        assert_eq!(found, [(b"aaaa", b"12".as_slice()), (b"bbbb", b"3"), (b"cccc", b"45")]);
    }

    #[test]
    fn a_box_that_does_not_fit_ends_the_walk() {
        for bytes in
            [b"\0\0\0\x09aaaa".as_slice(), b"\0\0\0\x07aaaa", b"\0\0\0\x01aaaa\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"]
        {
            assert_eq!(boxes(bytes).count(), 0);
        }
    }

    proptest! {
        #[test]
        fn every_walk_ends(bytes in proptest::collection::vec(0u8..20, 0..200)) {
            prop_assert!(boxes(&bytes).count() <= bytes.len() / 8);
        }
    }
}
