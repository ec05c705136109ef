//! What a folder holds: patients' studies, their series, and the stacks of images within.
//!
//! Lengths are millimetres in the patient coordinate system of DICOM PS3.3 section C.7.6.2.1.1
//! (x to the patient's left, y to the back, z to the head).

use crate::{charset::PersonName, pixels::PixelFormat, problem::Reason};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use ts_rs::TS;

/// Everything found in what was opened. Studies are sorted by patient, date and UID.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Library {
    /// The folders, archives and files that were read, as they were named; for the directory of a disc
    /// its folder.
    pub sources: Vec<PathBuf>,
    pub studies: Vec<Study>,
    /// Files that were left out, sorted by path.
    pub rejected: Vec<RejectedFile>,
    /// How many files were looked at.
    #[ts(type = "number")]
    pub files: u64,
    /// What a person has to judge; nothing was merged.
    pub questions: Vec<LibraryQuestion>,
    /// Named by the directory of a disc and not there, sorted; at most 10,000.
    pub missing: Vec<MissingFile>,
}

/// Something that the files leave open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LibraryQuestion {
    /// Studies, series or images with the same unique identifier stand under several patients: one
    /// person with two numbers or spellings, or a mix-up.
    SameExamOtherPatient {
        study_uids: Vec<String>,
        patients: Vec<PatientFacts>,
        /// Files with an image in these studies, all patients together.
        #[ts(type = "number")]
        images: u64,
    },
}

/// A file that the directory of a disc (DICOMDIR) names and that is not there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct MissingFile {
    pub directory: PathBuf,
    /// Its path below the directory's folder, with slashes.
    pub file: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RejectedFile {
    pub path: PathBuf,
    pub reason: Reason,
    pub detail: String,
}

/// Who the images say the patient is.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
)]
pub struct PatientFacts {
    /// Patient ID (0010,0020); empty where the file has none.
    pub patient_id: String,
    pub name: PersonName,
    pub birth_date: Option<NaiveDate>,
    /// As stored: M, F, O; none where absent.
    pub sex: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Study {
    pub uid: String,
    pub description: String,
    pub date: Option<NaiveDate>,
    pub patient: PatientFacts,
    /// Sorted by number, then UID.
    pub series: Vec<Series>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Series {
    pub uid: String,
    pub number: Option<i32>,
    pub modality: String,
    pub description: String,
    pub body_part: String,
    pub date: Option<NaiveDate>,
    /// The files carry no identifiers of their own; these were derived from their contents.
    pub derived_identifiers: bool,
    pub stacks: Vec<Stack>,
}

/// Images of one series that share orientation, frame of reference, matrix, spacing and type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Stack {
    /// Unique and stable within a library: the series UID and the number of the stack, counted from 1
    /// over all patients that the series stands under.
    pub id: String,
    pub rows: u32,
    pub columns: u32,
    /// Millimetres between rows, then between columns (PS3.3 section 10.7.1.3).
    pub pixel_spacing: Option<[f64; 2]>,
    /// Direction cosines of a row, then of a column.
    pub orientation: Option<[f64; 6]>,
    pub frame_of_reference_uid: String,
    pub plane: Plane,
    /// At least three parallel slices, evenly spaced along their normal without shear.
    pub is_volume: bool,
    /// Millimetres from centre to centre; the median where the slices are uneven.
    pub spacing_between_slices: Option<f64>,
    pub slice_thickness: Option<f64>,
    pub notes: Vec<StackNote>,
    pub format: PixelFormat,
    pub rescale: Rescale,
    /// Windows of the middle image, as the scanner proposes them.
    pub windows: Vec<Window>,
    pub padding: Option<Padding>,
    /// Ordered along the normal, where there is one.
    pub images: Vec<ImageRef>,
}

/// One frame of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ImageRef {
    pub sop_instance_uid: String,
    /// Counted from 1.
    pub frame: u32,
    pub path: PathBuf,
    pub instance_number: Option<i32>,
    /// Centre of the first pixel.
    pub position: Option<[f64; 3]>,
    pub rescale: Rescale,
}

/// Stored value × slope + intercept (PS3.3 section C.11.1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct Rescale {
    pub slope: f64,
    pub intercept: f64,
}

impl Rescale {
    pub const NONE: Rescale = Rescale {
        slope: 1.0,
        intercept: 0.0,
    };
}

/// A range of grey values, in rescaled units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Window {
    pub center: f64,
    pub width: f64,
    /// The file's own name for it, or the id of a preset.
    pub name: String,
}

/// Stored values outside the image proper, both ends included (PS3.3 section C.7.5.1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Padding {
    #[ts(type = "number")]
    pub from: i64,
    #[ts(type = "number")]
    pub to: i64,
}

/// The anatomical plane nearest to a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    Axial,
    Sagittal,
    Coronal,
    Oblique,
    /// The images do not say how they lie in the patient.
    Unknown,
}

/// Why a stack is not, or not quite, a volume.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StackNote {
    /// So many images lie where another one lies.
    DuplicatePositions { count: u32 },
    /// Distances between neighbours differ, in mm.
    UnevenSpacing { smallest: f64, largest: f64 },
    /// Slices are missing: the largest gap and what is usual, in mm.
    Gap { largest: f64, usual: f64 },
    /// Each slice is shifted within its plane, as with a tilted gantry; mm per slice.
    Sheared { shift: f64 },
}

impl Library {
    /// The source that a study was read from: the most particular one that leads to its first image.
    pub fn source_of(&self, study: &Study) -> Option<&PathBuf> {
        let first = study
            .series
            .iter()
            .flat_map(|series| &series.stacks)
            .find_map(|stack| stack.images.first())?;
        self.sources
            .iter()
            .filter(|source| first.path.starts_with(source))
            .max_by_key(|source| source.components().count())
    }

    /// All stacks in order.
    pub fn stacks(&self) -> impl Iterator<Item = (&Study, &Series, &Stack)> {
        self.studies.iter().flat_map(|study| {
            study.series.iter().flat_map(move |series| {
                series
                    .stacks
                    .iter()
                    .map(move |stack| (study, series, stack))
            })
        })
    }

    /// Study, stack and place of an image, once for each patient that it stands under; the frame
    /// counts from 1.
    pub fn find_images<'library>(
        &'library self,
        sop_instance_uid: &'library str,
        frame: u32,
    ) -> impl Iterator<Item = (&'library Study, &'library Stack, usize)> {
        self.stacks().filter_map(move |(study, _, stack)| {
            let index = stack.images.iter().position(|image| {
                image.sop_instance_uid == sop_instance_uid && image.frame == frame
            })?;
            Some((study, stack, index))
        })
    }
}
