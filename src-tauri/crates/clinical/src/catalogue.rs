//! The feature catalogue: the one vocabulary of everything a case may record.
//!
//! `assets/features.toml` is compiled in. A [`FeatureId`] that is not in it cannot be resolved,
//! so a misspelt id in a score, a pack or a file is an error and never a silent blank.

use crate::{
    case::Value,
    conditions::{Condition, Rule},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, sync::OnceLock};
use ts_rs::TS;

/// The id of a catalogue entry. Resolve it with [`Catalogue::feature`] before use.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct FeatureId(String);

impl FeatureId {
    /// An id as written in data; not yet known to exist.
    pub fn unchecked(text: &str) -> FeatureId {
        FeatureId(text.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FeatureId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for FeatureId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a feature is recorded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    Patient,
    Level,
    Lesion,
}

/// How a feature is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Number,
    Integer,
    Choice,
    Flag,
    /// What happened to the patient: never an input of a form or a model.
    Outcome,
}

/// One entry of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    pub id: FeatureId,
    pub label: String,
    #[serde(default)]
    pub help: String,
    /// Heading of the form under which it is asked; one of [`Catalogue::groups`].
    pub group: String,
    pub kind: Kind,
    pub per: Per,
    /// Options of a choice, in display order; worst or highest last where they are ordered.
    #[serde(default)]
    pub options: Vec<Choice>,
    /// The unit that values are kept and computed in.
    #[serde(default)]
    #[ts(optional)]
    pub unit: Option<String>,
    #[serde(default)]
    pub other_units: Vec<UnitConversion>,
    /// Plausible limits in `unit`, both included.
    #[serde(default)]
    #[ts(optional)]
    pub limits: Option<Limits>,
    /// Days after which a value is called stale; none means it does not age.
    #[serde(default)]
    #[ts(optional)]
    pub stale_after_days: Option<u32>,
    #[serde(default)]
    pub codes: Vec<Code>,
    /// Scores and models that read it (ids or short names).
    #[serde(default)]
    pub read_by: Vec<String>,
    /// A total or class that is normally computed from other features. A typed value is allowed
    /// and shown as typed.
    #[serde(default)]
    pub derived: bool,
}

/// One option of a choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub id: String,
    pub label: String,
}

/// `canonical = entered * factor + offset`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct UnitConversion {
    pub unit: String,
    pub factor: f64,
    #[serde(default)]
    pub offset: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub min: f64,
    pub max: f64,
}

/// A code of a public terminology, with how sure we are of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// `loinc`, `snomed`, `hgnc` or `mcode`.
    pub system: String,
    pub code: String,
    /// `high`, `medium` or `low`.
    pub confidence: String,
}

/// A heading of the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub id: String,
    pub label: String,
}

/// How a name in another source is called here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceName {
    /// `evidence` or `scores`.
    pub source: String,
    pub name: String,
    pub feature: FeatureId,
    /// Option ids of the source to option ids here, where they differ.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    schema_version: u32,
    group: Vec<Group>,
    feature: Vec<Feature>,
    #[serde(default)]
    rule: Vec<Rule>,
    #[serde(default)]
    contradiction: Vec<Contradiction>,
    #[serde(default)]
    source_name: Vec<SourceName>,
}

/// Facts that cannot hold together, such as ECOG 0 with Frankel A.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    pub id: String,
    pub when: Condition,
}

/// All features, rules and names, resolved against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    groups: Vec<Group>,
    features: Vec<Feature>,
    index: BTreeMap<FeatureId, usize>,
    rules: Vec<Rule>,
    contradictions: Vec<Contradiction>,
    source_names: Vec<SourceName>,
}
