//! What leaves for other systems: measurements as a DICOM structured report, key images as a key object
//! selection, outlines as a segmentation. Each is a DICOM file (PS3.10 section 7) as bytes.
//!
//! An object belongs to the study of its images: their patient and study are repeated as their own headers
//! say (see [`Sources`]), and every image that it rests on is named. Marks of several studies give several
//! objects. Nothing private is written. Time and randomness come in through [`Making`].
//!
//! Codes are those of DICOM PS3.16; what it has no code for stands in the coding scheme `99SPINEBOARD`,
//! which each object explains (PS3.3 section C.12.1.1.1, Coding Scheme Identification Sequence).

mod codes;
mod content;
mod elements;
mod frames;
mod key_images;
mod modules;
mod outlines;
mod report;
mod segmentation;
mod segments;
mod sources;

pub use key_images::key_object_selections;
pub use report::measurement_reports;
pub use segmentation::segmentations;
pub use sources::Sources;

use chrono::{DateTime, FixedOffset};

/// Who writes an object, when and with what.
pub struct Making<'making> {
    /// The person who exports, as they are shown.
    pub author: &'making str,
    /// In the time of the place, as DICOM dates and times are meant.
    pub written_at: DateTime<FixedOffset>,
    pub software_version: &'making str,
    /// Gives another UID each time, see [`uid_of_random`].
    pub new_uid: &'making mut dyn FnMut() -> String,
}

/// A finished object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenObject {
    pub sop_instance_uid: String,
    pub study_instance_uid: String,
    /// SR, KO or SEG.
    pub modality: &'static str,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// Why an object cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    #[error("there is nothing to write: draw a measurement or mark a key image first")]
    Nothing,
    #[error("{count} of the images are not there: open the folder or disc that they came from")]
    ImagesMissing { count: usize },
    #[error(
        "the images were stripped of their identifiers, so that no other system could find them: use the original images"
    )]
    NoIdentifiers,
    #[error("the images belong to several patients: write for one of them at a time")]
    SeveralPatients,
    #[error(
        "the image of a mark does not say where it lies in the patient, so that its points cannot be given as pixels"
    )]
    NoPosition { mark: String },
    #[error(
        "the images do not say in which frame of reference they lie, which has to be named with these places"
    )]
    NoFrameOfReference { mark: String },
    #[error(
        "a point of a mark lies {tenths} tenths of a millimetre beside its image: draw it anew"
    )]
    BesideItsImage { mark: String, tenths: u64 },
    #[error("the points or values of a mark are not those of its kind: draw it anew")]
    NotOfItsKind { mark: String },
    #[error("an outline covers no pixel: draw it larger")]
    EmptyOutline { mark: String },
    #[error("the segmentation would be larger than this program writes: choose fewer outlines")]
    TooLarge,
    #[error("the object could not be encoded")]
    Encode,
}

/// A UID of sixteen random bytes (PS3.5 section B.2: 2.25 and a UUID, here of version 4).
pub fn uid_of_random(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    format!("2.25.{}", u128::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::uid_of_random;

    /// The UUID f81d4fae-7dec-41d0-a765-00a0c91e6bf6 is of version 4 already; by Python's `uuid`.
    #[test]
    fn a_uid_is_a_uuid_in_decimal() {
        let uuid = 0xf81d_4fae_7dec_41d0_a765_00a0_c91e_6bf6_u128;
        let uid = uid_of_random(uuid.to_be_bytes());
        assert_eq!(uid, "2.25.329800735698586855969233156254476430326");
        assert!(uid_of_random([0xff; 16]).len() <= 64);
    }
}
