//! What can go wrong with a folder or a file of images, as codes with words that say what to do.
//!
//! Details carry numbers, tags and transfer syntaxes, never a value that could identify a patient.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use ts_rs::TS;

/// Why a file was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nothing in the file says DICOM.
    NotDicom,
    /// The file has no bytes.
    Empty,
    /// A directory of other files (PS3.10 section 8.6); its images are found by themselves.
    Dicomdir,
    /// A DICOM object without pixels: report, structure set, plan, presentation state.
    NoImage,
    /// The same image, by SOP Instance UID and contents, was read already.
    Duplicate,
    /// Another file with the same SOP Instance UID and patient has other contents.
    DuplicateDiffers,
    /// The file ends before its contents do.
    Truncated,
    /// The elements of the file contradict each other.
    BrokenStructure,
    /// An attribute that an image needs is missing.
    MissingAttribute,
    /// An attribute has a value that an image cannot have.
    InvalidAttribute,
    /// Larger than this program agrees to hold in memory.
    TooLarge,
    /// The compression is not one that this program decodes.
    UnsupportedCompression,
    /// The compressed data are damaged.
    DecodingFailed,
    /// The operating system refuses to read the file.
    Unreadable,
    /// The name in an archive or on a disc leads, or could lead, out of it.
    UnsafePath,
    /// A link, pipe or device: following or opening one may lead anywhere or never end.
    Link,
    /// Unpacks to far more than it should.
    Bomb,
    /// Protected by a password.
    Encrypted,
    /// An archive within an archive.
    NestedArchive,
    /// A packed entry of an archive that is too large to be held unpacked in memory.
    UnpackFirst,
    /// The file or its archive has gone since it was opened.
    Missing,
    /// The file holds another image than when it was opened.
    Changed,
    /// More files than this program agrees to list.
    TooMany,
    /// The image worker had no answer within its time and was ended.
    TimedOut,
    /// The image worker needed more memory than it may have.
    OutOfMemory,
    /// The image worker ended while it read this file.
    DecoderCrashed,
}

/// A file that was left out, or a frame that could not be decoded, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{} ({detail})", reason.sentence())]
pub struct Refusal {
    pub reason: Reason,
    /// Which element, number or transfer syntax it is about; empty where the reason says it all.
    pub detail: String,
}

/// Every failure of this crate.
#[derive(Debug, thiserror::Error)]
pub enum ImagingError {
    #[error(
        "the folder cannot be opened: check that the disc or drive is still there, then open it again ({0})"
    )]
    Folder(std::io::ErrorKind),
    #[error("opening the folder was cancelled; nothing was changed")]
    Cancelled,
    #[error("this image cannot be shown: {0}")]
    Image(#[from] Refusal),
    #[error(
        "the image stack has {count} images, image {index} was asked for; open the folder again"
    )]
    NoSuchImage { index: usize, count: usize },
    #[error(
        "the folder {folder} cannot be written: free some space or choose another folder ({kind})"
    )]
    Write {
        folder: PathBuf,
        kind: std::io::ErrorKind,
    },
    #[error("the picture could not be encoded; try a smaller size")]
    Encode,
    #[error(
        "the image reader, a second process of this program, cannot be started: start the program again, or install it anew ({0})"
    )]
    Worker(String),
}

impl Reason {
    /// A plain sentence that says what to do.
    pub fn sentence(self) -> &'static str {
        match self {
            Reason::NotDicom => "not a DICOM file, nothing to do",
            Reason::Empty => "the file is empty, copy it again from its source",
            Reason::Dicomdir => "a directory file, its images are found by themselves",
            Reason::NoImage => "a DICOM object without an image, it is not shown",
            Reason::Duplicate => "the same image was found in another file, one copy is used",
            Reason::DuplicateDiffers => {
                "another file claims to be this image but differs, the other one is used: ask the source which is right"
            }
            Reason::Truncated => "the file ends too early, copy it again from its source",
            Reason::BrokenStructure => "the file is damaged, export it again from its source",
            Reason::MissingAttribute => {
                "the file lacks an attribute that an image needs, export it again from its source"
            }
            Reason::InvalidAttribute => {
                "an attribute has a value that an image cannot have, export it again from its source"
            }
            Reason::TooLarge => "the image is larger than this program holds, export it in parts",
            Reason::UnsupportedCompression => {
                "this compression is not supported, export the image uncompressed"
            }
            Reason::DecodingFailed => {
                "the compressed image is damaged, export it again from its source"
            }
            Reason::Unreadable => "the file cannot be read, check the disc and its permissions",
            Reason::UnsafePath => {
                "its name leads out of the archive or disc, it was not opened: ask the sender for a new export"
            }
            Reason::Link => "a link or device and not a file, open the place it leads to by itself",
            Reason::Bomb => {
                "it unpacks to far more than images do, it was not opened: ask the sender for a new export"
            }
            Reason::Encrypted => "protected by a password, unpack it and open the folder",
            Reason::NestedArchive => "an archive within an archive, unpack it and open the folder",
            Reason::UnpackFirst => {
                "too large to be read inside the archive, unpack it and open the folder"
            }
            Reason::Missing => "the file is no longer there, open the images again",
            Reason::Changed => "the file was changed since it was opened, open the images again",
            Reason::TooMany => {
                "too many files for one opening, the rest was not looked at: open a smaller folder"
            }
            Reason::TimedOut => {
                "reading the file took too long and was ended, check the disc and open it again"
            }
            Reason::OutOfMemory => {
                "the file asks for more memory than one image may use, export it in parts or anew"
            }
            Reason::DecoderCrashed => {
                "the file stopped the image reader, which was started anew; export it again from its source"
            }
        }
    }

    /// Pairs the reason with what it is about.
    pub fn because(self, detail: impl Into<String>) -> Refusal {
        Refusal {
            reason: self,
            detail: detail.into(),
        }
    }
}

impl From<std::io::Error> for Refusal {
    fn from(error: std::io::Error) -> Refusal {
        if let Some(refusal) = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Refusal>())
        {
            return refusal.clone();
        }
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Reason::Truncated.because("end of file"),
            std::io::ErrorKind::NotFound => Reason::Missing.because(""),
            kind => Reason::Unreadable.because(kind.to_string()),
        }
    }
}
