//! What each option of treatment may bring for one patient: one cell per option and outcome, and only
//! where published evidence covers such a patient.

use super::PackIdentity;
use crate::catalogue::FeatureId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// All cells, option by option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BenefitGrid {
    pub pack: PackIdentity,
    pub options: Vec<TreatmentOption>,
    pub outcomes: Vec<BenefitOutcome>,
    pub cells: Vec<BenefitCell>,
    /// Share of the draws that lie inside each interval, for example 0.9.
    pub interval_level: f64,
    /// Authors, journal, year and link by the ids that the cells cite.
    pub sources: BTreeMap<String, String>,
}

/// What the board may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TreatmentOption {
    SurgeryWithRadiotherapy,
    Stereotactic,
    Conventional,
    SystemicAlone,
    Supportive,
}

/// What may come of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeId {
    Walking,
    CompletePainResponse,
    LocalControl,
    VertebralFracture,
    #[serde(rename = "death_30_days")]
    DeathIn30Days,
    SeriousComplication,
}

/// An outcome and how it is judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct BenefitOutcome {
    pub id: OutcomeId,
    pub months: f64,
    pub better: Better,
    /// The least difference of probability that counts as benefit, 0 to 1; assumed.
    pub minimal_difference: f64,
}

/// Which way an outcome is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    More,
    Less,
}

/// One option and one outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BenefitCell {
    pub option: TreatmentOption,
    pub outcome: OutcomeId,
    pub state: BenefitState,
}

/// An estimate, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BenefitState {
    Shown(BenefitEstimate),
    /// The words for `benefit_absent.<reason>` say why.
    Absent {
        reason: BenefitAbsence,
        /// Of the evidence that does not cover the patient, where there is one.
        criteria: Vec<EntryCriterion>,
        citations: Vec<String>,
    },
}

/// Why a cell is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BenefitAbsence {
    NoEvidence,
    /// There are studies, with another outcome.
    MeasuredOtherwise,
    /// The survival forecast is the answer for every option but surgery.
    SeeSurvivalForecast,
    TrialsExcludedSuchPatients,
    /// The patient misses an entry criterion.
    OutsideCriteria,
    /// A fact is blank without which nobody can say whether the evidence covers the patient.
    CriteriaUnknown,
}

/// The probability of an outcome under an option, for patients like this one in a new centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct BenefitEstimate {
    pub evidence: EvidenceKind,
    /// A number behind it was recalled by the authors of the collection, not read.
    pub recalled: bool,
    /// Among those alive at the outcome's month.
    pub probability: BenefitInterval,
    /// Alive at that month and with the wanted outcome (of a harm: without it); absent for death.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alive_and: Option<BenefitInterval>,
    /// Only where randomised evidence compares the option with another.
    #[ts(optional)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<BenefitComparison>,
    pub criteria: Vec<EntryCriterion>,
    /// Ids of the evidence behind the numbers.
    pub citations: Vec<String>,
    /// Ids of evidence that says otherwise or more.
    pub beside: Vec<String>,
}

/// Mean over the draws, and the interval's ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct BenefitInterval {
    pub point: f64,
    pub low: f64,
    pub high: f64,
}

/// The option against another one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct BenefitComparison {
    pub option: TreatmentOption,
    /// Probability under the cell's option less that under the other.
    pub difference: BenefitInterval,
    /// Share of draws in which the mean effect for such patients exceeds the minimal difference.
    pub likelihood_of_benefit: f64,
    /// The same in the unwanted direction.
    pub likelihood_of_harm: f64,
}

/// What the numbers rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    Randomised,
    PooledRandomised,
    Observational,
    Consensus,
}

/// Whether the patient would have entered the study; the words for `benefit_criterion.<id>` say what
/// it asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EntryCriterion {
    pub id: String,
    pub state: CriterionState,
    /// The blank facts that would decide it.
    pub features: Vec<FeatureId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CriterionState {
    Met,
    Missed,
    Unknown,
    /// The catalogue holds no fact that could tell.
    Unchecked,
}

impl TreatmentOption {
    /// In the order in which they are shown.
    pub const ALL: [TreatmentOption; 5] = [
        TreatmentOption::SurgeryWithRadiotherapy,
        TreatmentOption::Stereotactic,
        TreatmentOption::Conventional,
        TreatmentOption::SystemicAlone,
        TreatmentOption::Supportive,
    ];

    /// The code as it stands in a file and in the words file, under `benefit_option`.
    pub fn code(self) -> &'static str {
        match self {
            TreatmentOption::SurgeryWithRadiotherapy => "surgery_with_radiotherapy",
            TreatmentOption::Stereotactic => "stereotactic",
            TreatmentOption::Conventional => "conventional",
            TreatmentOption::SystemicAlone => "systemic_alone",
            TreatmentOption::Supportive => "supportive",
        }
    }
}

impl OutcomeId {
    /// The code as it stands in a file and in the words file, under `benefit_outcome`.
    pub fn code(self) -> &'static str {
        match self {
            OutcomeId::Walking => "walking",
            OutcomeId::CompletePainResponse => "complete_pain_response",
            OutcomeId::LocalControl => "local_control",
            OutcomeId::VertebralFracture => "vertebral_fracture",
            OutcomeId::DeathIn30Days => "death_30_days",
            OutcomeId::SeriousComplication => "serious_complication",
        }
    }
}

impl BenefitAbsence {
    /// The code as it stands in a file and in the words file, under `benefit_absent`.
    pub fn code(self) -> &'static str {
        match self {
            BenefitAbsence::NoEvidence => "no_evidence",
            BenefitAbsence::MeasuredOtherwise => "measured_otherwise",
            BenefitAbsence::SeeSurvivalForecast => "see_survival_forecast",
            BenefitAbsence::TrialsExcludedSuchPatients => "trials_excluded_such_patients",
            BenefitAbsence::OutsideCriteria => "outside_criteria",
            BenefitAbsence::CriteriaUnknown => "criteria_unknown",
        }
    }
}

impl EvidenceKind {
    /// The code as it stands in a file and in the words file, under `benefit_evidence`.
    pub fn code(self) -> &'static str {
        match self {
            EvidenceKind::Randomised => "randomised",
            EvidenceKind::PooledRandomised => "pooled_randomised",
            EvidenceKind::Observational => "observational",
            EvidenceKind::Consensus => "consensus",
        }
    }
}
