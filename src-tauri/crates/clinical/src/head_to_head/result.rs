//! What a comparison of the model and the scores gives: for the screen, the tables and the paper.

use crate::{
    assessment::{FigureProvenance, PackIdentity, ScorePopulation},
    performance::{Comparison, PredictorPerformance},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A comparison with all that is needed to repeat it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CohortStudy {
    pub made_on: NaiveDate,
    pub app_version: String,
    /// The model; absent where no pack is ready, and then nothing is compared.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pack: Option<PackIdentity>,
    /// The kind of cohort whose baseline the model took; absent where it knows one only.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// Lines of the table, with those that could not be read.
    pub lines: u32,
    /// What is wrong with which line and column.
    pub faults: Vec<String>,
    /// Columns of the table that were not read.
    pub passed: Vec<PassedColumn>,
    /// The scores were named by the person who asked, so that all of them stand on the same rows.
    pub chosen: bool,
    /// Probabilities of death at which the board would act otherwise, as stated; the decision curves have
    /// more, for drawing.
    pub thresholds: Vec<f64>,
    /// Scores that were made from these patients, as the person says who asked.
    pub developed_here: Vec<String>,
    pub result: HeadToHead,
}

/// A column of the table that is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PassedColumn {
    /// As in the header, shortened.
    pub name: String,
    pub reason: PassedReason,
    /// The name that may have been meant.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PassedReason {
    /// What happened afterwards, by its name: nobody knew it on the day of the forecast.
    OutcomeLike,
    Unknown,
    /// A unit without a number that it could be of.
    UnitWithoutNumber,
}

impl PassedReason {
    /// The code of the words `passed_<code>`.
    pub fn code(self) -> &'static str {
        match self {
            PassedReason::OutcomeLike => "outcome_like",
            PassedReason::Unknown => "unknown",
            PassedReason::UnitWithoutNumber => "unit_without_number",
        }
    }
}

/// The model and the scores on one cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct HeadToHead {
    /// Rows that could be read.
    pub patients: u32,
    /// The model first.
    pub predictors: Vec<PredictorSource>,
    /// All that are not left out, on the rows that have a value of each; absent where no row has.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_rows: Option<Comparison>,
    /// The model on all rows that it can forecast.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_alone: Option<Comparison>,
    /// Each score against the model, on all rows that the two can use.
    pub pairs: Vec<PairOfPredictors>,
    /// By primary tumour, then by era.
    pub parts: Vec<CohortPart>,
    /// Facts that the table has, and how many rows lack them.
    pub missing: Vec<MissingFact>,
    /// Facts that look like the outcome in another column.
    pub suspicious: Vec<SuspiciousFact>,
}

impl HeadToHead {
    /// The comparison with the most predictors, or at least the model.
    pub fn any(&self) -> Option<&Comparison> {
        self.same_rows.as_ref().or(self.model_alone.as_ref())
    }

    /// The model on all rows that it can forecast, then each score on all rows of the two.
    pub fn with_all_their_rows(&self) -> impl Iterator<Item = &PredictorPerformance> {
        let alone = self
            .model_alone
            .iter()
            .filter_map(|one| one.predictors.first());
        let pairs = self.pairs.iter();
        alone.chain(pairs.filter_map(|pair| pair.comparison.predictors.last()))
    }
}

/// Where a predictor comes from and how many rows it can use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PredictorSource {
    /// Id of a score, or [`super::MODEL`].
    pub id: String,
    /// The short name of a score.
    pub name: String,
    pub rows: u32,
    /// Where a score was published.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paper: Option<String>,
    /// The patients that a score was made from: on those it does better than on others.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_from: Option<ScorePopulation>,
    /// Horizons for which a score publishes a probability for each group; calibration is of these.
    pub probabilities: Vec<ProbabilitySource>,
    /// For want of which facts how many rows have no value of a score; most rows first.
    pub lacking: Vec<MissingFact>,
    /// Why it takes no part on the same rows.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProbabilitySource {
    pub months: u32,
    /// The cohort whose shares alive are taken.
    pub cohort: String,
    /// Of the least certain of the shares.
    pub provenance: FigureProvenance,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// No row has all that it reads.
    NoRow,
    /// With it, less than half of the model's rows would be left to compare the others on.
    FewRows,
}

impl LeftOut {
    /// The code of the words `left_out_<code>`.
    pub fn code(self) -> &'static str {
        match self {
            LeftOut::NoRow => "no_row",
            LeftOut::FewRows => "few_rows",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PairOfPredictors {
    pub score: String,
    /// The model first, then the score.
    pub comparison: Comparison,
}

/// A part of the cohort, on the same rows as the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CohortPart {
    pub kind: CohortPartKind,
    /// Option of the primary tumour, or first and last year.
    pub value: String,
    pub comparison: Comparison,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CohortPartKind {
    Primary,
    Era,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MissingFact {
    /// By its id in the catalogue.
    pub feature: String,
    /// Rows without it.
    pub missing: u32,
}

/// A fact that alone ranks the deaths nearly perfectly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SuspiciousFact {
    pub feature: String,
    /// In the direction in which it ranks, 0.5 to 1.
    pub harrell_c: f64,
}
