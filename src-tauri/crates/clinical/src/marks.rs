//! What was drawn on images: measurements, and the labels of vertebrae. Points lie in the coordinate system of
//! the patient (DICOM PS3.3 section C.7.6.2.1.1): mm, x to the left, y to the back, z to the head. Values are
//! computed by `imaging` from points and pixels, never here and never on the screen.

mod counting;
mod outlines;
mod progression;
mod proposals;

use crate::level::Level;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use counting::VertebraCounts;
pub use outlines::{OutlineModel, OutlineTarget};
pub use progression::{DAYS_PER_MONTH, Progression, latest_progressions, progression};
pub use proposals::{LEAST_HEIGHT_LOSS, Proposal, ProposalRule, proposals};

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
    /// On one plane made from a volume instead of on its images, then the plane's normal, of length 1; the only
    /// part names the image that lies nearest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reformatted_normal: Option<Point>,
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
    /// The models whose proposals its outlines began as; empty where a person drew all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<OutlineModel>>")]
    pub proposed_by: Vec<OutlineModel>,
    pub drawn_at: DateTime<Utc>,
    pub author: String,
}

impl Mark {
    /// A measured value, where there is one.
    pub fn value(&self, quantity: Quantity) -> Option<f64> {
        let measured = self.measured.iter();
        let mut found = measured.filter(|measured| measured.quantity == quantity);
        Some(found.next()?.value)
    }
}

impl MarkKind {
    /// What a mark is made for, where it has several values.
    pub fn main_quantities(self) -> &'static [Quantity] {
        match self {
            MarkKind::Length => &[Quantity::Length],
            MarkKind::Angle | MarkKind::CobbAngle => &[Quantity::Angle],
            MarkKind::Ellipse | MarkKind::Freehand => &[Quantity::Mean, Quantity::Area],
            MarkKind::Bidirectional => &[Quantity::LongDiameter, Quantity::ShortDiameter],
            MarkKind::HeightLoss => &[Quantity::HeightLoss],
            MarkKind::Translation => &[Quantity::Translation],
            MarkKind::CanalCompromise => &[Quantity::CanalCompromise],
            MarkKind::Volume => &[Quantity::Volume],
            MarkKind::PsoasArea => &[Quantity::PsoasAreaRight, Quantity::PsoasAreaLeft],
        }
    }
}

/// The marks with a part on an image, in their order, each with the letter that names it on a picture. The
/// frame counts from 1. Marks on planes made from a volume lie on no image.
pub fn lettered<'mark>(
    marks: &'mark [Mark],
    sop_instance_uid: &str,
    frame: u32,
) -> Vec<(String, &'mark Mark)> {
    let is_here = |mark: &&Mark| {
        let mut parts = mark.parts.iter();
        mark.reformatted_normal.is_none()
            && parts.any(|part| part.sop_instance_uid == sop_instance_uid && part.frame == frame)
    };
    let here = marks.iter().filter(is_here).enumerate();
    here.map(|(index, mark)| (letter(index), mark)).collect()
}

/// A to Z, then AA, AB and so on.
fn letter(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (index % 26) as u8));
        if index < 26 {
            return letters.iter().rev().collect();
        }
        index = index / 26 - 1;
    }
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
    /// Digits after the point, as far as a pixel can tell.
    pub fn digits(self) -> usize {
        match self {
            Unit::Millimetre | Unit::Millilitre | Unit::Degree => 1,
            Unit::SquareMillimetre | Unit::Percent | Unit::Hounsfield | Unit::None => 0,
        }
    }

    /// The code of its words, `marks.unit.<code>`; a value without a unit has none.
    pub fn code(self) -> Option<&'static str> {
        match self {
            Unit::Millimetre => Some("millimetre"),
            Unit::SquareMillimetre => Some("square_millimetre"),
            Unit::Millilitre => Some("millilitre"),
            Unit::Degree => Some("degree"),
            Unit::Percent => Some("percent"),
            Unit::Hounsfield => Some("hounsfield"),
            Unit::None => None,
        }
    }

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

impl Quantity {
    /// The code of its words, `marks.quantity.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Quantity::Length => "length",
            Quantity::Angle => "angle",
            Quantity::Area => "area",
            Quantity::Mean => "mean",
            Quantity::StandardDeviation => "standard_deviation",
            Quantity::Minimum => "minimum",
            Quantity::Maximum => "maximum",
            Quantity::LongDiameter => "long_diameter",
            Quantity::ShortDiameter => "short_diameter",
            Quantity::Height => "height",
            Quantity::ExpectedHeight => "expected_height",
            Quantity::HeightLoss => "height_loss",
            Quantity::Translation => "translation",
            Quantity::CanalArea => "canal_area",
            Quantity::CanalCompromise => "canal_compromise",
            Quantity::Volume => "volume",
            Quantity::PsoasAreaRight => "psoas_area_right",
            Quantity::PsoasAreaLeft => "psoas_area_left",
        }
    }
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

/// No part of a vertebra lies farther from the middle of its body, mm; what does, has no level. A working rule.
const REACH: f64 = 60.0;

impl SpineLabels {
    /// The vertebra whose label is nearest, within reach.
    pub fn nearest(&self, point: Point) -> Option<Level> {
        let distance = |label: &SpineLabel| -> f64 {
            let square = |axis: usize| (label.point[axis] - point[axis]).powi(2);
            (square(0) + square(1) + square(2)).sqrt()
        };
        self.labels
            .iter()
            .map(|label| (distance(label), label.level))
            .filter(|(distance, _)| *distance <= REACH)
            .min_by(|one, other| one.0.total_cmp(&other.0))
            .map(|(_, level)| level)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_nearest_label_within_reach_names_the_level() {
        let label = |level: &str, z: f64| SpineLabel {
            level: level.parse().unwrap(),
            point: [0.0, 0.0, z],
        };
        let labels = SpineLabels {
            frame_of_reference_uid: "1.5".to_owned(),
            anchor: LabelAnchor::Stated,
            thoracic: None,
            lumbar: None,
            labels: vec![label("L1", 35.0), label("L2", 0.0)],
            labelled_at: "2026-03-02T10:00:00Z".parse().unwrap(),
            author: "Dr Test".to_owned(),
        };
        // In the canal, 32 mm behind the body of L2.
        assert_eq!(labels.nearest([3.0, 32.0, -2.0]), "L2".parse().ok());
        assert_eq!(labels.nearest([0.0, 0.0, 18.0]), "L1".parse().ok());
        assert_eq!(labels.nearest([0.0, 0.0, -61.0]), None);
    }

    #[test]
    fn letters_go_on_after_z() {
        let names = [0, 1, 25, 26, 27, 51, 52, 701, 702].map(letter);
        assert_eq!(
            names,
            ["A", "B", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"].map(str::to_owned)
        );
    }

    /// A mark at L1 without points and values.
    pub(crate) fn mark(kind: MarkKind, day: &str) -> Mark {
        Mark {
            id: format!("{kind:?} {day}"),
            kind,
            study_instance_uid: "1.2".to_owned(),
            series_instance_uid: "1.3".to_owned(),
            frame_of_reference_uid: None,
            modality: "CT".to_owned(),
            study_date: day.parse().ok(),
            reformatted_normal: None,
            proposed_by: Vec::new(),
            parts: vec![MarkPart {
                sop_instance_uid: "1.4".to_owned(),
                frame: 1,
                points: Vec::new(),
            }],
            window_center: 400.0,
            window_width: 1800.0,
            level: "L1".parse().ok(),
            note: String::new(),
            measured: Vec::new(),
            drawn_at: "2026-03-02T10:00:00Z".parse().unwrap(),
            author: "Dr Test".to_owned(),
        }
    }
}
