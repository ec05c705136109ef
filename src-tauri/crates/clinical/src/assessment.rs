//! What is computed from a case on an index date. Derived, never edited; every part names the
//! version of the data or model that it came from.

mod benefit;
mod explanation;
mod forecast;
mod model_label;
mod reason_sentences;
mod recalibration;
mod sheet;
mod validation;

use crate::{
    case::{Subject, Value},
    catalogue::FeatureId,
    cord_dose::CordDose,
    findings::Finding,
    pathway::Pathway,
};
pub use benefit::{
    BenefitAbsence, BenefitCell, BenefitComparison, BenefitEstimate, BenefitGrid, BenefitInterval,
    BenefitOutcome, BenefitState, Better, CriterionState, EntryCriterion, EvidenceKind, OutcomeId,
    TreatmentOption,
};
use chrono::NaiveDate;
pub use explanation::{
    ExplainedEndpoint, Explanation, ExplanationState, ForecastReason, SweepAnswer, SweepRow,
    Threshold,
};
pub use forecast::{
    Certainty, CordCompression, CordCompressionState, ForecastState, MedianSurvival, MedianTime,
    PackIdentity, PopulationMatch, Refusal, Similarity, SurvivalForecast, SurvivalPoint,
};
pub use model_label::{
    ForeseenSurvival, LearnedFrom, MeasuredGroup, MeasuredHorizon, MeasuredOnPatients, ModelLabel,
};
pub use reason_sentences::{
    FactForm, NamedFact, NamedReason, ReasonSentence, ReasonSentenceKind, reason_sentences,
};
pub use recalibration::{FollowUp, Recalibration, RecalibrationGain, ShippedPoint};
use serde::{Deserialize, Serialize};
pub use sheet::{
    ScoreSheet, SheetAlternative, SheetCaveat, SheetCitation, SheetContent, SheetGrade, SheetGroup,
    SheetInput, SheetItem, SheetRow, SheetRule,
};
use std::collections::BTreeMap;
use ts_rs::TS;
pub use validation::{ValidationEntry, ValidationMetric, ValidationMetricKind};

/// Scores, forecast, pathway and findings of one case on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Assessment {
    pub index_date: NaiveDate,
    /// Version of the application that computed it.
    pub app_version: String,
    /// What the scores and the forecast read, after selection by date and unit conversion.
    pub facts_used: Vec<UsedFact>,
    pub scores: Vec<ScoreResult>,
    pub forecast: ForecastState,
    /// What each option may bring; absent where the model pack says nothing about it, or gives no forecast.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benefit: Option<BenefitGrid>,
    /// What guidelines and frames say.
    #[serde(default)]
    pub pathway: Pathway,
    /// What radiotherapy adds up to at the cord; absent where none was given or is planned.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cord_dose: Option<CordDose>,
    pub findings: Vec<Finding>,
}

/// A fact as it entered the assessment, in the catalogue's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct UsedFact {
    pub feature: FeatureId,
    pub subject: Subject,
    pub value: Value,
    pub origin: FactOrigin,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_on: Option<NaiveDate>,
    pub stale: bool,
}

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FactOrigin {
    Observed {
        observation_id: String,
    },
    /// Computed by the catalogue's rule for this feature from `reads`.
    Derived {
        reads: Vec<FeatureId>,
    },
}

/// A published score applied to the case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ScoreResult {
    pub id: String,
    pub name: String,
    /// For narrow places, such as a column heading.
    pub short_name: String,
    pub family: ScoreFamily,
    pub direction: Direction,
    pub status: ScoreStatus,
    /// The patient, or the level that was scored.
    pub subject: Subject,
    pub outcome: ScoreOutcome,
    pub citation: Citation,
    /// The patients that the score was made from.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<ScorePopulation>,
    /// Doubts and traps that the score's data file states and that concern this case.
    pub caveats: Vec<String>,
    /// Totals by other readings of the paper, where sources disagree about points of this case.
    pub other_readings: Vec<OtherReading>,
}

/// How much of a score could be read, and so how far it is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ScoreStatus {
    /// Every point was read.
    Implementable,
    /// Complete, with doubts that its caveats name.
    ImplementableWithCaveats,
    /// Some patients or parts are left out, because their rows could not be read.
    Partial,
    /// The points, coefficients or tables were not readable.
    ReferenceOnly,
    /// The authors publish a calculator and not the model.
    NotPublic,
}

/// A total that another source gives for the same facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OtherReading {
    pub total: i32,
    pub group: ScoreGroup,
    /// What the sources say differently.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ScoreFamily {
    Survival,
    /// Death within weeks of radiotherapy.
    EarlyDeath,
    /// Walking after treatment.
    Ambulation,
    Stability,
    Compression,
    Neurology,
    Performance,
    Frailty,
    FractureRisk,
    Decision,
}

/// How to read the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    HigherIsBetter,
    LowerIsBetter,
    HigherIsLessStable,
    HigherIsWorse,
    /// Groups without an order, such as a choice of treatment.
    Unordered,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ScoreOutcome {
    /// A total of points; `minimum` and `maximum` are the ends of the scale.
    Total {
        total: i32,
        minimum: i32,
        maximum: i32,
        items: Vec<ScoreItem>,
        group: ScoreGroup,
        /// A total that somebody typed and that differs from the items: said, not used.
        #[ts(optional)]
        #[serde(skip_serializing_if = "Option::is_none")]
        typed: Option<i32>,
    },
    /// A total that was typed while its items are not all known: its own kind, so that nobody can
    /// show it as computed.
    TypedTotal {
        total: i32,
        minimum: i32,
        maximum: i32,
        group: ScoreGroup,
    },
    /// A grade that is chosen, not summed.
    Grade {
        grade: String,
        definition: String,
        group: ScoreGroup,
    },
    /// Cannot be computed.
    Missing {
        /// Facts that would have to be entered. For a derived feature the inputs that its rule
        /// lacks, or the feature itself where no input would settle it.
        features: Vec<FeatureId>,
        /// Known facts whose value stands in no row of the published table.
        outside: Vec<FeatureId>,
        /// The score is about a level and none is chosen.
        level_needed: bool,
        /// The items of a sum whose points are settled.
        #[serde(default)]
        items: Vec<ScoreItem>,
        /// Totals that the known facts still allow; none for a grade.
        #[ts(optional)]
        #[serde(skip_serializing_if = "Option::is_none")]
        possible: Option<PossibleTotals>,
    },
    /// Headings for a talk, without a number.
    Checklist { headings: Vec<ChecklistHeading> },
    /// Never computed here, whatever is known.
    NotComputable(NotComputable),
}

/// Why a published model is listed and not built.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NotComputable {
    pub reason: String,
    /// What would have to be found or read before it can be built.
    pub unlocked_by: String,
    /// Where the authors offer it.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl ScoreOutcome {
    /// The group that the patient is in, if there is a result.
    pub fn group(&self) -> Option<&ScoreGroup> {
        match self {
            ScoreOutcome::Total { group, .. }
            | ScoreOutcome::TypedTotal { group, .. }
            | ScoreOutcome::Grade { group, .. } => Some(group),
            ScoreOutcome::Missing { .. }
            | ScoreOutcome::Checklist { .. }
            | ScoreOutcome::NotComputable(_) => None,
        }
    }
}

/// One heading of a checklist and the facts that belong under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChecklistHeading {
    pub id: String,
    pub label: String,
    pub text: String,
    pub reads: Vec<FeatureId>,
    pub provenance: FigureProvenance,
}

/// What a score with gaps can still become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PossibleTotals {
    pub minimum: i32,
    pub maximum: i32,
    /// Labels of the groups that can still be reached, in the order of the scale.
    pub groups: Vec<String>,
}

/// The original cohort of a score; absent parts are not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ScorePopulation {
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patients: Option<u32>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub years: Option<String>,
    pub treatment: String,
    pub provenance: FigureProvenance,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ScoreItem {
    pub id: String,
    pub label: String,
    /// The row of the published table that applied.
    pub row: String,
    pub points: i32,
    pub reads: Vec<FeatureId>,
}

/// The group of a score, with what its paper and later cohorts report for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ScoreGroup {
    pub id: String,
    pub label: String,
    /// What the authors predict for the group, in their terms.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicted: Option<String>,
    /// What the authors advise for the group.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advised: Option<String>,
    pub published: Vec<PublishedSurvival>,
}

/// Survival reported for a score group in one cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PublishedSurvival {
    /// Cohort, country, treatment and years, as far as known.
    pub cohort: String,
    /// Reported by the paper that made the score, and not by a later one.
    pub original: bool,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patients: Option<u32>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_months: Option<f64>,
    /// 95 % confidence interval of the median, months.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_confidence_interval: Option<[f64; 2]>,
    /// Months to the share alive, 0 to 1.
    #[serde(with = "by_months")]
    #[ts(as = "BTreeMap<u32, f64>")]
    pub alive: BTreeMap<u32, f64>,
    /// The weakest provenance among the figures above.
    pub provenance: FigureProvenance,
}

/// How a figure came into a score's data file, from strongest to weakest: a recalled figure is
/// shown as such, and one recalled with low confidence is never shown, so it has no name here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FigureProvenance {
    Read,
    RecalledHigh,
    RecalledMedium,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Citation {
    pub text: String,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doi: Option<String>,
}

/// Numbers as keys of a JSON object are text; inside a tagged enum serde does not turn them back.
mod by_months {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use std::collections::BTreeMap;

    pub(super) fn serialize<Target: Serializer>(
        shares: &BTreeMap<u32, f64>,
        target: Target,
    ) -> Result<Target::Ok, Target::Error> {
        shares.serialize(target)
    }

    pub(super) fn deserialize<'de, Source: Deserializer<'de>>(
        source: Source,
    ) -> Result<BTreeMap<u32, f64>, Source::Error> {
        let texts = BTreeMap::<String, f64>::deserialize(source)?;
        texts
            .into_iter()
            .map(|(months, share)| Ok((months.parse().map_err(Source::Error::custom)?, share)))
            .collect()
    }
}
