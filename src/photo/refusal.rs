//! What several decoders say of a file that they do not read.

use super::Format;
use crate::error::{Failure, Reason};

impl Format {
    /// A file of this format that is broken or ends early; `what` says how.
    pub(super) fn damaged(self, what: &str) -> Failure {
        let (message, advice) = match self {
            Self::Jpeg | Self::Png => (
                format!("the {self} is damaged ({what})"),
                "copy it again, or take what can be read with --allow-damaged",
            ),
            _ => (format!("the {self} file is damaged ({what})"), "copy or export it again"),
        };
        Failure::new(Reason::Damaged, message).advised(advice)
    }

    /// A file of this format whose content its decoder cannot make sense of. What decoders say of that is for those who
    /// write them.
    pub(super) fn broken(self) -> Failure {
        self.damaged("its data are broken")
    }

    /// A file of this format that holds `what`, which would keep the decoder busy for more than a photo is worth.
    #[cfg(any(feature = "heif", feature = "avif-decode", feature = "jxl", feature = "jp2"))]
    pub(super) fn too_much(self, what: &str) -> Failure {
        Failure::new(Reason::TooLarge, format!("the {self} file holds {what}"))
            .advised("open it in an editor and save it again")
    }
}
