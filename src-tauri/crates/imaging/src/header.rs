//! The facts of one image file: who, which study and series, how the pixels are stored, and where
//! each frame lies.
//!
//! Reads single-frame objects (PS3.3 sections C.7.6.2, C.7.6.3, C.11.1, C.11.2) and the functional
//! groups of enhanced multi-frame objects (C.7.6.16, see [`crate::functional_groups`]).

use crate::{
    charset::{Charsets, PersonName},
    functional_groups::FunctionalGroups,
    library::{Padding, PatientFacts, Rescale, Window},
    part10::{OpenedFile, PixelLocation},
    pixels::{FRAME_LIMIT, Photometric, PixelFormat},
    problem::{Reason, Refusal},
    values::{date, fixed, numbers, plain, raw, small, whole},
};
use chrono::NaiveDate;
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// More frames than any scanner writes into one object; each costs memory while scanning.
pub(crate) const FRAME_COUNT_LIMIT: u32 = 200_000;
const DICOMDIR: &str = "1.2.840.10008.1.3.10";

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ImageHeader {
    pub(crate) sop_instance_uid: String,
    pub(crate) patient: PatientFacts,
    pub(crate) study_uid: String,
    pub(crate) study_description: String,
    pub(crate) study_date: Option<NaiveDate>,
    pub(crate) series_uid: String,
    pub(crate) series_number: Option<i32>,
    pub(crate) series_description: String,
    pub(crate) series_date: Option<NaiveDate>,
    pub(crate) modality: String,
    pub(crate) body_part: String,
    pub(crate) derived_identifiers: bool,
    pub(crate) frame_of_reference_uid: String,
    pub(crate) instance_number: Option<i32>,
    /// What parts repeated passes over one place: image type, acquisition, echo, time.
    pub(crate) pass: String,
    pub(crate) shape: FrameShape,
    pub(crate) padding: Option<Padding>,
    pub(crate) frames: Vec<FrameFacts>,
    pub(crate) entry: StudyEntry,
}

/// What an object that refers to the image repeats of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StudyEntry {
    pub(crate) sop_class_uid: String,
    /// As stored.
    pub(crate) study_time: String,
    pub(crate) study_id: String,
    pub(crate) accession_number: String,
    pub(crate) referring_physician: PersonName,
    /// Lossy Image Compression (0028,2110) says so.
    pub(crate) is_lossy: bool,
}

/// What the decoder has to know of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FrameShape {
    pub(crate) rows: u16,
    pub(crate) columns: u16,
    pub(crate) frames: u32,
    pub(crate) format: PixelFormat,
}

/// Where one frame lies and how its values are read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FrameFacts {
    pub(crate) position: Option<[f64; 3]>,
    pub(crate) orientation: Option<[f64; 6]>,
    pub(crate) spacing: Option<[f64; 2]>,
    pub(crate) thickness: Option<f64>,
    pub(crate) rescale: Option<Rescale>,
    pub(crate) windows: Vec<Window>,
    pub(crate) pass: String,
}

impl FrameShape {
    /// Samples of one frame as handed out.
    pub(crate) fn samples(&self) -> usize {
        usize::from(self.rows) * usize::from(self.columns) * usize::from(self.format.samples)
    }

    pub(crate) fn read(object: &InMemDicomObject) -> Result<FrameShape, Refusal> {
        let dimension = |tag: Tag, name: &str| match whole(object, tag) {
            None => Err(Reason::MissingAttribute.because(name)),
            Some(value) => match u16::try_from(value) {
                Ok(value) if value > 0 => Ok(value),
                _ => Err(Reason::InvalidAttribute.because(name)),
            },
        };
        let rows = dimension(tags::ROWS, "rows")?;
        let columns = dimension(tags::COLUMNS, "columns")?;
        let bits_allocated = dimension(tags::BITS_ALLOCATED, "bits allocated")?;
        if !matches!(bits_allocated, 1 | 8 | 16 | 32) {
            return Err(
                Reason::InvalidAttribute.because(format!("bits allocated {bits_allocated}"))
            );
        }
        let bits_stored = match whole(object, tags::BITS_STORED) {
            None => bits_allocated,
            Some(_) => dimension(tags::BITS_STORED, "bits stored")?,
        };
        if bits_stored > bits_allocated {
            return Err(Reason::InvalidAttribute.because("bits stored"));
        }
        let term = plain(object, tags::PHOTOMETRIC_INTERPRETATION);
        let samples = match whole(object, tags::SAMPLES_PER_PIXEL) {
            None => 1,
            Some(1) => 1,
            Some(3) => 3,
            Some(_) => return Err(Reason::InvalidAttribute.because("samples per pixel")),
        };
        let frames = whole(object, tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1);
        let frames = u32::try_from(frames)
            .ok()
            .filter(|frames| *frames <= FRAME_COUNT_LIMIT)
            .ok_or_else(|| Reason::TooLarge.because("number of frames"))?;
        let shape = FrameShape {
            rows,
            columns,
            frames,
            format: PixelFormat {
                samples,
                bits_allocated,
                bits_stored,
                signed: whole(object, tags::PIXEL_REPRESENTATION) == Some(1),
                planar: whole(object, tags::PLANAR_CONFIGURATION) == Some(1),
                photometric: Photometric::parse(&term, samples)?,
            },
        };
        if shape.samples() as u64 * shape.format.kind().bytes() as u64 > FRAME_LIMIT {
            return Err(Reason::TooLarge.because(format!("{rows} rows, {columns} columns")));
        }
        Ok(shape)
    }

    /// Bytes of one frame as stored without compression; none for single bits.
    pub(crate) fn native_frame_bytes(&self) -> Option<u64> {
        let samples = u64::from(self.rows) * u64::from(self.columns);
        match (self.format.bits_allocated, self.format.photometric) {
            (1, _) => None,
            // Two pixels share their colour: four bytes (PS3.3 section C.7.6.3.1.2).
            (8, Photometric::YbrFull422) => Some(samples * 2),
            (bits, _) => Some(samples * u64::from(self.format.samples) * u64::from(bits / 8)),
        }
    }

    /// Bytes of all frames as stored without compression.
    pub(crate) fn native_bytes(&self) -> u64 {
        match self.native_frame_bytes() {
            Some(frame) => frame * u64::from(self.frames),
            None => (self.samples() as u64 * u64::from(self.frames)).div_ceil(8),
        }
    }
}

impl ImageHeader {
    /// Reads the facts of an opened file; a file that holds no image gives its reason.
    pub(crate) fn read(file: &OpenedFile) -> Result<ImageHeader, Refusal> {
        let object = &file.header;
        if file.media_sop_class == DICOMDIR {
            return Err(Reason::Dicomdir.because(""));
        }
        let Some(location) = file.pixels else {
            let sop_class = plain(object, tags::SOP_CLASS_UID);
            let known = !sop_class.is_empty() || !file.media_sop_class.is_empty();
            return Err(if known || object.get(tags::ROWS).is_none() {
                Reason::NoImage.because(modality(object))
            } else {
                Reason::MissingAttribute.because("pixel data")
            });
        };
        let shape = FrameShape::read(object)?;
        check_length(&shape, location, file.source.length())?;
        let charsets = Charsets::parse(&file.charset);
        let text = |tag: Tag| charsets.text(&raw(object, tag));
        let patient = PatientFacts {
            patient_id: text(tags::PATIENT_ID),
            name: charsets.person_name(&raw(object, tags::PATIENT_NAME)),
            birth_date: date(object, tags::PATIENT_BIRTH_DATE),
            sex: Some(plain(object, tags::PATIENT_SEX)).filter(|sex| !sex.is_empty()),
        };
        let mut header = ImageHeader {
            sop_instance_uid: plain(object, tags::SOP_INSTANCE_UID),
            study_uid: plain(object, tags::STUDY_INSTANCE_UID),
            study_description: text(tags::STUDY_DESCRIPTION),
            study_date: date(object, tags::STUDY_DATE),
            series_uid: plain(object, tags::SERIES_INSTANCE_UID),
            series_number: small(object, tags::SERIES_NUMBER),
            series_description: text(tags::SERIES_DESCRIPTION),
            series_date: date(object, tags::SERIES_DATE)
                .or_else(|| date(object, tags::ACQUISITION_DATE)),
            modality: modality(object),
            body_part: text(tags::BODY_PART_EXAMINED),
            derived_identifiers: false,
            frame_of_reference_uid: plain(object, tags::FRAME_OF_REFERENCE_UID),
            instance_number: small(object, tags::INSTANCE_NUMBER),
            pass: [
                plain(object, tags::IMAGE_TYPE),
                plain(object, tags::ACQUISITION_NUMBER),
                plain(object, tags::ECHO_NUMBERS),
                plain(object, tags::TEMPORAL_POSITION_IDENTIFIER),
            ]
            .join("|"),
            padding: padding(object, &shape),
            frames: frames(object, &shape, &charsets),
            shape,
            patient,
            entry: StudyEntry {
                sop_class_uid: Some(plain(object, tags::SOP_CLASS_UID))
                    .filter(|uid| !uid.is_empty())
                    .unwrap_or_else(|| file.media_sop_class.clone()),
                study_time: plain(object, tags::STUDY_TIME),
                study_id: text(tags::STUDY_ID),
                accession_number: text(tags::ACCESSION_NUMBER),
                referring_physician: charsets
                    .person_name(&raw(object, tags::REFERRING_PHYSICIAN_NAME)),
                is_lossy: plain(object, tags::LOSSY_IMAGE_COMPRESSION) == "01",
            },
        };
        header.fill_identifiers(file);
        Ok(header)
    }

    /// Files that were stripped of their identifiers get some that follow from their contents.
    fn fill_identifiers(&mut self, file: &OpenedFile) {
        if self.sop_instance_uid.is_empty() {
            self.sop_instance_uid = if file.media_sop_instance.is_empty() {
                self.derived_identifiers = true;
                derived_uid(&[&file.header_bytes])
            } else {
                file.media_sop_instance.clone()
            };
        }
        if self.study_uid.is_empty() {
            self.derived_identifiers = true;
            self.study_uid = derived_uid(&[b"study", self.patient.patient_id.as_bytes()]);
        }
        if self.series_uid.is_empty() {
            self.derived_identifiers = true;
            self.series_uid = derived_uid(&[
                b"series",
                self.study_uid.as_bytes(),
                self.modality.as_bytes(),
                self.series_description.as_bytes(),
            ]);
        }
    }
}

/// A UID under 2.25 (PS3.5 section B.2) that follows from bytes.
pub(crate) fn derived_uid(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let mut half = [0_u8; 16];
    half.copy_from_slice(&digest[..16]);
    format!("2.25.{}", u128::from_be_bytes(half))
}

fn check_length(shape: &FrameShape, location: PixelLocation, end: u64) -> Result<(), Refusal> {
    let there = end.saturating_sub(location.offset);
    match location.length {
        // Each frame has at least one fragment with an item header of eight bytes.
        None if there / 8 < u64::from(shape.frames) => {
            Err(Reason::Truncated.because(format!("{} frames in {there} bytes", shape.frames)))
        }
        None => Ok(()),
        Some(length) if length > there || length < shape.native_bytes() => Err(Reason::Truncated
            .because(format!(
                "{} bytes of pixel data instead of {}",
                length.min(there),
                shape.native_bytes()
            ))),
        Some(_) => Ok(()),
    }
}

fn frames(object: &InMemDicomObject, shape: &FrameShape, charsets: &Charsets) -> Vec<FrameFacts> {
    let of_file = frame_facts(object, charsets);
    match FunctionalGroups::of(object) {
        Some(groups) => (0..shape.frames as usize)
            .map(|frame| groups.frame(frame, &of_file, charsets))
            .collect(),
        None if shape.frames == 1 => vec![of_file],
        // Without functional groups a position belongs to the first frame only, hence to none.
        None => {
            let placeless = FrameFacts {
                position: None,
                orientation: None,
                ..of_file
            };
            vec![placeless; shape.frames as usize]
        }
    }
}

/// Lengths in millimetres, rescaling and windows beyond it measure nothing; below it no sum or product
/// of a few of them leaves the range of numbers.
pub(crate) const LARGEST: f64 = 1e9;

fn measures(values: &[f64]) -> bool {
    values.iter().all(|value| value.abs() <= LARGEST)
}

/// The attributes of one frame where they stand in the data set itself or in one item.
pub(crate) fn frame_facts(object: &InMemDicomObject, charsets: &Charsets) -> FrameFacts {
    let first = |tag| {
        let value = numbers(object, tag).first().copied();
        value.filter(|value| measures(&[*value]))
    };
    let slope = first(tags::RESCALE_SLOPE);
    let intercept = first(tags::RESCALE_INTERCEPT);
    FrameFacts {
        position: fixed(object, tags::IMAGE_POSITION_PATIENT)
            .filter(|position: &[f64; 3]| measures(position)),
        orientation: fixed(object, tags::IMAGE_ORIENTATION_PATIENT)
            .filter(|cosines: &[f64; 6]| measures(cosines)),
        spacing: fixed(object, tags::PIXEL_SPACING).filter(|spacing: &[f64; 2]| {
            measures(spacing) && spacing.iter().all(|length| *length > 0.0)
        }),
        thickness: first(tags::SLICE_THICKNESS).filter(|thickness| *thickness > 0.0),
        rescale: (slope.is_some() || intercept.is_some()).then(|| Rescale {
            slope: slope.filter(|slope| *slope != 0.0).unwrap_or(1.0),
            intercept: intercept.unwrap_or(0.0),
        }),
        windows: windows(object, charsets),
        pass: String::new(),
    }
}

fn windows(object: &InMemDicomObject, charsets: &Charsets) -> Vec<Window> {
    let centers = numbers(object, tags::WINDOW_CENTER);
    let widths = numbers(object, tags::WINDOW_WIDTH);
    let names = charsets.text(&raw(object, tags::WINDOW_CENTER_WIDTH_EXPLANATION));
    let mut names = names.split('\\');
    centers
        .into_iter()
        .zip(widths)
        .map(|(center, width)| Window {
            center,
            width,
            // LO has 64 characters at most (PS3.5 section 6.2); each frame carries a copy.
            name: names
                .next()
                .unwrap_or_default()
                .trim()
                .chars()
                .take(64)
                .collect(),
        })
        // PS3.3 section C.11.2.1.2: the width is never below 1.
        .filter(|window| window.width >= 1.0 && measures(&[window.width, window.center]))
        .take(16)
        .collect()
}

fn padding(object: &InMemDicomObject, shape: &FrameShape) -> Option<Padding> {
    let bits = u32::from(shape.format.bits_allocated.min(32));
    // The value may be written under the other signedness than the pixels'.
    let fitted = |value: i64| {
        let modulus = 1_i64 << bits;
        let wrapped = value.rem_euclid(modulus);
        if shape.format.signed && wrapped >= modulus / 2 {
            wrapped - modulus
        } else {
            wrapped
        }
    };
    let value = fitted(whole(object, tags::PIXEL_PADDING_VALUE)?);
    let limit = whole(object, tags::PIXEL_PADDING_RANGE_LIMIT).map_or(value, fitted);
    Some(Padding {
        from: value.min(limit),
        to: value.max(limit),
    })
}

fn modality(object: &InMemDicomObject) -> String {
    let code = plain(object, tags::MODALITY);
    let is_code = |code: &str| {
        code.len() <= 16
            && code.chars().all(|letter| {
                letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_'
            })
    };
    if is_code(&code) { code } else { String::new() }
}
