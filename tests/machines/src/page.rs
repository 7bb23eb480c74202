//! The same for a page or node: memory for a photo, and its lines.

use headshot::pipeline::Cropper;
use std::sync::LazyLock;

static CROPPER: LazyLock<Cropper> = LazyLock::new(super::cropper);

/// Room for a photo of `length` bytes.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    Box::into_raw(vec![0; length].into_boxed_slice()).cast()
}

/// The lines of the photo that was put into what [`room`] gave: their place, and behind it 32 bits of their length.
///
/// # Safety
/// `photo` is from [`room`] for the same `length`, and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lines_of(photo: *mut u8, length: usize) -> u64 {
    // SAFETY: the caller's word.
    let photo = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(photo, length)) };
    let lines = super::lines(&CROPPER, &photo).into_bytes().leak();
    (lines.as_ptr() as u64) << 32 | lines.len() as u64
}
