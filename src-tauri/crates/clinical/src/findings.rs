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

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FindingCode {
    /// The images name another patient than the case.
    PatientMismatch,
    /// Two facts cannot hold together; `rule` names the contradiction.
    Contradiction,
    /// Outside the plausible limits in the unit given.
    Implausible,
    /// Implausible as entered, plausible in `suggested_unit`.
    ImplausibleUnit,
    /// The unit is not one that the catalogue converts.
    UnknownUnit,
    /// The feature or option is not in the catalogue.
    UnknownFeature,
    UnknownOption,
    /// Observed after the index date, so not used.
    AfterIndexDate,
    /// Older than the catalogue's limit on the index date.
    Stale,
    /// Not known; `important` for features that a score or the forecast reads.
    Missing,
    /// Level-wise facts exist for several levels and none is stated as the index level.
    IndexLevelUnclear,
    /// A total was typed although its items are not recorded.
    TypedTotal,
}

/// How loud a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Alert,
    Warning,
    Note,
}
