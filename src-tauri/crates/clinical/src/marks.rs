//! What was drawn on images: measurements, and the labels of vertebrae. Points lie in the coordinate system of
//! the patient (DICOM PS3.3 section C.7.6.2.1.1): mm, x to the left, y to the back, z to the head. Values are
//! computed by `imaging` from points and pixels, never here and never on the screen.

use crate::level::Level;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A place in the coordinate system of the patient, mm.
pub type Point = [f64; 3];

/// A measurement, drawn on one image or on several of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    pub id: String,
    pub kind: MarkKind,
    pub study_instance_uid: String,
    pub series_instance_uid: String,
    /// Absent where the images do not say in which frame of reference they lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub frame_of_reference_uid: Option<String>,
    pub modality: String,
    /// The day of the images.
    #[serde(default)]
    pub study_date: Option<NaiveDate>,
    pub parts: Vec<MarkPart>,
    /// Window centre and width in which it was drawn, in the units of the rescaled pixel values.
    pub window_center: f64,
    pub window_width: f64,
    #[serde(default)]
    pub level: Option<Level>,
    #[serde(default)]
    pub note: String,
    /// In the order of [`MarkKind`]; what cannot be computed is left out.
    #[serde(default)]
    pub measured: Vec<Measured>,
    pub drawn_at: DateTime<Utc>,
    pub author: String,
}

/// What of a mark lies on one image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct MarkPart {
    pub sop_instance_uid: String,
    /// Counted from 1 (DICOM PS3.3 section C.7.6.6).
    pub frame: u32,
    pub points: Vec<Point>,
}

/// The tool that drew a mark; it says which parts and points there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// One part, two points: the distance.
    Length,
    /// One part, four points: the angle between the line of the first two and that of the last two, 0 to 90°.
    Angle,
    /// One part, four points: the upper end plate of the upper vertebra, the lower end plate of the lower one,
    /// each from the same side to the other; 0 to 180°.
    CobbAngle,
    /// One part, four points: the ends of one diameter, then those of the other, at right angles to it.
    Ellipse,
    /// One part, at least three points: a closed outline.
    Freehand,
    /// One part, four points: the longest diameter, then the longest at right angles to it.
    Bidirectional,
    /// One part, six points: the height of the vertebral body in question, of the one above and of the one
    /// below, each from its upper to its lower end plate.
    HeightLoss,
    /// One part, three points: the upper and the lower end of the back wall of the lower vertebral body, then
    /// the lower end of the back wall of the upper one.
    Translation,
    /// Two parts on one axial image, at least three points each: the outline of the bony canal, then that of
    /// what narrows it.
    CanalCompromise,
    /// One part on each of several parallel images, at least three points each: outlines of one lesion.
    Volume,
    /// Two parts on one axial image, at least three points each: the right, then the left psoas muscle.
    PsoasArea,
}

/// A value of a mark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    pub quantity: Quantity,
    pub value: f64,
    pub unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Millimetre,
    SquareMillimetre,
    Millilitre,
    Degree,
    Percent,
    Hounsfield,
    /// Of pixel values whose unit the images do not say, as in MR.
    None,
}

impl Unit {
    /// The code of UCUM, as DICOM writes it (PS3.16 CID 7181 and others).
    pub fn ucum(self) -> &'static str {
        match self {
            Unit::Millimetre => "mm",
            Unit::SquareMillimetre => "mm2",
            Unit::Millilitre => "mL",
            Unit::Degree => "deg",
            Unit::Percent => "%",
            Unit::Hounsfield => "[hnsf'U]",
            Unit::None => "1",
        }
    }
}

/// What a value is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    Length,
    Angle,
    Area,
    Mean,
    StandardDeviation,
    Minimum,
    Maximum,
    LongDiameter,
    ShortDiameter,
    /// Height of the vertebral body in question.
    Height,
    /// Mean height of its neighbours.
    ExpectedHeight,
    /// 100 × (1 − height / expected height).
    HeightLoss,
    /// Of the upper vertebra against the lower one; to the front is positive.
    Translation,
    CanalArea,
    /// Share of the canal's area that is taken.
    CanalCompromise,
    Volume,
    PsoasAreaRight,
    PsoasAreaLeft,
}

/// The vertebrae of a frame of reference, labelled once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SpineLabels {
    pub frame_of_reference_uid: String,
    /// From where the vertebrae were counted.
    pub anchor: LabelAnchor,
    /// How many thoracic vertebrae bear ribs, where that is not 12: 11 or 13.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub thoracic: Option<u8>,
    /// How many lumbar vertebrae there are, where that is not 5: 4 or 6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lumbar: Option<u8>,
    /// From head to foot; the point is in the middle of the vertebral body.
    pub labels: Vec<SpineLabel>,
    pub labelled_at: DateTime<Utc>,
    pub author: String,
}

/// The vertebra that the counting starts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LabelAnchor {
    /// C2, by its dens.
    Axis,
    /// S1, the first vertebra of the sacrum.
    Sacrum,
    /// Neither is in the images; the person knows the level otherwise and says so.
    Stated,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SpineLabel {
    pub level: Level,
    pub point: Point,
}
