//! Everything that a score's data file says, whatever the case: for reading, not for counting.

use super::{
    ChecklistHeading, Direction, FigureProvenance, NotComputable, ScoreFamily, ScoreGroup,
    ScorePopulation, ScoreStatus, ValidationEntry,
};
use crate::catalogue::{FeatureId, Per};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The sheet of one published score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ScoreSheet {
    pub id: String,
    pub name: String,
    pub short_name: String,
    pub family: ScoreFamily,
    pub direction: Direction,
    pub status: ScoreStatus,
    pub per: Per,
    /// The original paper first.
    pub citations: Vec<SheetCitation>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<ScorePopulation>,
    pub content: SheetContent,
    /// From the low end of the scale to the high end.
    pub groups: Vec<SheetGroup>,
    /// Every doubt and trap of the file, also those that concern some patients only.
    pub caveats: Vec<SheetCaveat>,
    /// Why some facts stand in no row.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    pub validation: Vec<ValidationEntry>,
    /// In the order of the catalogue.
    pub inputs: Vec<SheetInput>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SheetCitation {
    /// What the paper is to the score, such as "original".
    pub role: String,
    pub text: String,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doi: Option<String>,
    pub provenance: FigureProvenance,
}

/// What the score is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SheetContent {
    /// Points that are added.
    Sum {
        minimum: i32,
        maximum: i32,
        items: Vec<SheetItem>,
        /// The highest total that is reported where the rows add up to more.
        #[ts(optional)]
        #[serde(skip_serializing_if = "Option::is_none")]
        cap: Option<i32>,
        /// The feature that holds a total which somebody typed.
        #[ts(optional)]
        #[serde(skip_serializing_if = "Option::is_none")]
        typed_total: Option<FeatureId>,
    },
    /// Definitions, of which the first that holds is the grade.
    Grade { grades: Vec<SheetGrade> },
    /// Headings without a number.
    Checklist { headings: Vec<ChecklistHeading> },
    /// Listed and never computed.
    NotComputable(NotComputable),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SheetItem {
    pub id: String,
    pub label: String,
    pub reads: Vec<FeatureId>,
    /// The first row that holds gives the points.
    pub rows: Vec<SheetRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SheetRow {
    pub label: String,
    pub points: i32,
    pub provenance: FigureProvenance,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternative: Option<SheetAlternative>,
}

/// Points that another source gives for the same row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SheetAlternative {
    pub points: i32,
    pub reason: String,
    pub provenance: FigureProvenance,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SheetGrade {
    pub id: String,
    pub definition: String,
    /// Id of one of [`ScoreSheet::groups`].
    pub group: String,
    pub provenance: FigureProvenance,
}

/// A group with its band of totals and what cohorts report for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SheetGroup {
    pub group: ScoreGroup,
    /// Totals from `minimum` to `maximum`, both included; absent where no total is counted.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i32>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i32>,
    pub provenance: FigureProvenance,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SheetCaveat {
    pub text: String,
    /// Concerns only patients with certain facts; a result shows it to them only.
    pub some_patients: bool,
    /// Absent for a remark that rests on no source.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provenance: Option<FigureProvenance>,
}

/// A feature that the score reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SheetInput {
    pub feature: FeatureId,
    /// How the feature follows from others where nobody entered it; absent where it never does.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<SheetRule>,
}

/// The catalogue's rule of a feature, with its doubts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SheetRule {
    pub note: String,
    pub citation: String,
    /// In the order of the catalogue.
    pub reads: Vec<FeatureId>,
}
