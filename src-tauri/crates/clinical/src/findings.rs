//! What a board should know about the data of a case. Findings are shown and never block.

use crate::{case::Subject, catalogue::FeatureId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// One remark; the words for `finding.<code>` and the parameters make the sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Finding {
    pub code: FindingCode,
    pub severity: Severity,
    /// The feature it is about, if it is about one.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feature: Option<FeatureId>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// Values for the placeholders of the sentence.
    pub parameters: BTreeMap<String, String>,
}

impl Finding {
    /// Its code and, where it is about one, the feature: what a person acknowledges.
    pub fn key(&self) -> String {
        match &self.feature {
            Some(feature) => format!("{}:{feature}", self.code.id()),
            None => self.code.id().to_owned(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FindingCode {
    /// The images name another patient than the case; `element` says in what they differ.
    PatientMismatch,
    /// They do, and a person took responsibility for it.
    PatientMismatchConfirmed,
    /// Neither number nor birth date could be compared.
    PatientUnverified,
    /// Facts cannot hold together; `rule` names the contradiction.
    Contradiction,
    /// Implausible as entered, plausible in `suggested_unit`; not used.
    ImplausibleUnit,
    /// Outside the plausible limits in every unit; used.
    Implausible,
    /// The unit is not one that the catalogue converts; not used.
    UnknownUnit,
    /// The feature is not in the catalogue; not used.
    UnknownFeature,
    /// The option is not in the catalogue; not used.
    UnknownOption,
    /// No value of the feature at all; `problem` says why. Not used.
    InvalidValue,
    /// Recorded for the patient, a level or a lesion where another of them is asked; not used.
    WrongSubject,
    /// Level-wise facts exist for several levels and none is stated as the index level.
    IndexLevelUnclear,
    /// Typed, while the other facts give another value; the typed one is used.
    TypedDiffers,
    /// Not known, and a score or a model reads it.
    Missing,
    /// Older than the catalogue's limit on the index date; used.
    Stale,
    /// Recorded as not known, with the reason; a score or a model reads it.
    RecordedAbsent,
    /// A total or class was typed, and the facts to compute it are not all recorded.
    TypedTotal,
    /// Observed after the index date, so not used.
    AfterIndexDate,
}

impl FindingCode {
    /// Every code there is.
    pub const ALL: [FindingCode; 18] = [
        FindingCode::PatientMismatch,
        FindingCode::PatientMismatchConfirmed,
        FindingCode::PatientUnverified,
        FindingCode::Contradiction,
        FindingCode::ImplausibleUnit,
        FindingCode::Implausible,
        FindingCode::UnknownUnit,
        FindingCode::UnknownFeature,
        FindingCode::UnknownOption,
        FindingCode::InvalidValue,
        FindingCode::WrongSubject,
        FindingCode::IndexLevelUnclear,
        FindingCode::TypedDiffers,
        FindingCode::Missing,
        FindingCode::Stale,
        FindingCode::RecordedAbsent,
        FindingCode::TypedTotal,
        FindingCode::AfterIndexDate,
    ];

    /// The code as it stands in the words file and in an export.
    pub fn id(self) -> &'static str {
        match self {
            FindingCode::PatientMismatch => "patient_mismatch",
            FindingCode::PatientMismatchConfirmed => "patient_mismatch_confirmed",
            FindingCode::PatientUnverified => "patient_unverified",
            FindingCode::Contradiction => "contradiction",
            FindingCode::ImplausibleUnit => "implausible_unit",
            FindingCode::Implausible => "implausible",
            FindingCode::UnknownUnit => "unknown_unit",
            FindingCode::UnknownFeature => "unknown_feature",
            FindingCode::UnknownOption => "unknown_option",
            FindingCode::InvalidValue => "invalid_value",
            FindingCode::WrongSubject => "wrong_subject",
            FindingCode::IndexLevelUnclear => "index_level_unclear",
            FindingCode::TypedDiffers => "typed_differs",
            FindingCode::Missing => "missing",
            FindingCode::Stale => "stale",
            FindingCode::RecordedAbsent => "recorded_absent",
            FindingCode::TypedTotal => "typed_total",
            FindingCode::AfterIndexDate => "after_index_date",
        }
    }
}

/// How loud a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Alert,
    Warning,
    Note,
}
