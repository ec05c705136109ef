//! `pack.toml`: what a pack says about itself, checked against the feature catalogue.

mod additions;
mod checks;

use crate::PackError;
pub use crate::files::PackFile;
use clinical::{
    assessment::Certainty,
    case::Value,
    catalogue::{Catalogue, FeatureId},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The newest structure of `pack.toml` that this program reads; it reads the earlier ones too.
pub const PACK_SCHEMA: u32 = 2;

/// Months at which every forecast is given, besides the curve.
pub const REQUIRED_HORIZONS_MONTHS: [f64; 3] = [3.0, 6.0, 12.0];

/// The manifest as written.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub schema_version: u32,
    pub name: String,
    pub version: String,
    pub title: String,
    pub licence: String,
    #[serde(default)]
    pub notices: Vec<String>,
    /// `real_patients`, `published_evidence`, `simulation`.
    pub rests_on: Vec<String>,
    /// In the order of the tensor's columns.
    pub input: Vec<Input>,
    /// Kinds of cohort whose baseline the model knows, the default first; none means one only.
    #[serde(default)]
    pub setting: Vec<Setting>,
    pub output: Output,
    pub member: Vec<Member>,
    #[serde(default)]
    pub explanation: Option<ExplanationPlan>,
    #[serde(default)]
    pub sweep: Vec<SweepValues>,
    #[serde(default)]
    pub benefit: Option<BenefitFile>,
    pub population: Population,
    pub training: Training,
    pub file: Vec<PackFile>,
}

/// One column of the tensors `values` and `known`.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub column: String,
    pub feature: FeatureId,
    pub encoding: Encoding,
    /// Where this does not hold, the column is 0 and known: it does not apply.
    #[serde(default)]
    pub only_when: BTreeMap<FeatureId, Vec<Value>>,
}

/// How a fact becomes a number.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Encoding {
    /// `(clip(x, min, max) - center) / scale`
    Number {
        center: f64,
        scale: f64,
        min: f64,
        max: f64,
    },
    /// 1 if the choice is `value`, or one of `values`.
    Indicator {
        #[serde(default)]
        value: Option<String>,
        #[serde(default)]
        values: Vec<String>,
    },
    /// 1 if true.
    Flag {},
    /// 1 if the number is below, or at or above, the limit.
    Threshold {
        #[serde(default)]
        below: Option<f64>,
        #[serde(default)]
        at_or_above: Option<f64>,
    },
}

/// What the graph's output means.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    pub endpoint: Endpoint,
    pub time_grid_months: Vec<f64>,
    pub horizons_months: Vec<f64>,
    /// Equally likely sample paths of each member.
    pub samples: usize,
    /// Worlds that the paths belong to, the paths of one world side by side; none means that each path
    /// is a world of its own. The paths of one world differ only in what stands in for the blanks.
    #[serde(default)]
    pub worlds: Option<usize>,
    pub point: Point,
    /// Share of the sample paths inside the interval: 0.9 for the 5 % and 95 % quantiles.
    pub interval_level: f64,
    /// Where it is there, the graph has an output of that name, [N, samples].
    #[serde(default)]
    pub cord_compression: Option<CordCompressionOutput>,
}

/// Cumulative incidence of symptomatic cord compression, with death competing, of each sample path.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CordCompressionOutput {
    pub months: f64,
    pub certainty: Certainty,
    /// The deficit is already there where any of these is known.
    #[serde(default)]
    pub hidden_when: Vec<KnownValues>,
}

/// A feature that is known to have one of these values.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KnownValues {
    pub feature: FeatureId,
    pub values: Vec<Value>,
}

/// A kind of cohort: a property of the baseline, never a fact of a patient.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    pub name: String,
}

/// The players of the Shapley game for each endpoint.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExplanationPlan {
    /// Survival at this month is explained.
    pub months: f64,
    /// Sampling goes on until the largest standard error of an amount is below.
    pub standard_error: f64,
    pub survival: Vec<FactGroup>,
    #[serde(default)]
    pub cord_compression: Vec<FactGroup>,
    /// What the model reads for cord compression alone: in no group of survival.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survival_unread: Vec<FeatureId>,
}

/// Facts that are explained together.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FactGroup {
    pub id: String,
    pub features: Vec<FeatureId>,
    /// Ids of evidence rows.
    #[serde(default)]
    pub citations: Vec<String>,
}

/// What a blank fact could plausibly be.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SweepValues {
    pub feature: FeatureId,
    pub values: Vec<Value>,
    /// Primary tumours in which another value than the usual one is not rare; none means all.
    #[serde(default)]
    pub only_for: Vec<String>,
}

/// The file of the pack that holds benefit by option.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BenefitFile {
    pub file: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    OverallSurvival,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Point {
    Mean,
}

/// One graph of the ensemble.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub file: String,
    pub weight: f64,
}

/// For whom the model was made.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    pub age_min: f64,
    #[serde(default)]
    pub primary_excluded: Vec<String>,
    #[serde(default)]
    pub primary: Vec<PrimaryCount>,
    /// The same patients counted by subtype and age.
    #[serde(default)]
    pub stratum: Vec<Stratum>,
    /// Primary tumours for which the model rests on published figures alone.
    #[serde(default)]
    pub literature_only: Vec<String>,
}

/// Real patients of one primary tumour, of one subtype where it was known, in one band of age.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    pub primary: String,
    #[serde(default)]
    pub when: BTreeMap<FeatureId, Value>,
    /// Years; inclusive.
    pub age_min: f64,
    /// Years; exclusive.
    pub age_max: f64,
    pub patients: u32,
}

/// Patients of one primary tumour in the real training data.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PrimaryCount {
    pub value: String,
    pub patients: u32,
}

/// Who trained it, when, on what. Shown as written.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    pub who: String,
    pub when: toml::Value,
    pub script: String,
    pub data: toml::Value,
    pub events: u64,
    #[serde(default)]
    pub primary: Vec<TrainingCount>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingCount {
    pub value: String,
    pub patients: u32,
    pub events: u32,
}

#[derive(Deserialize)]
struct SchemaOnly {
    schema_version: i64,
}

impl Manifest {
    /// Reads and checks the text of a `pack.toml`.
    pub fn parse(text: &str, catalogue: &Catalogue) -> Result<Manifest, PackError> {
        let unreadable =
            |error: toml::de::Error| PackError::Manifest(error.to_string().trim().to_owned());
        let SchemaOnly { schema_version } = toml::from_str(text).map_err(unreadable)?;
        if !(1..=i64::from(PACK_SCHEMA)).contains(&schema_version) {
            return Err(PackError::NewerSchema {
                found: schema_version,
                supported: PACK_SCHEMA,
            });
        }
        let manifest: Manifest = toml::from_str(text).map_err(unreadable)?;
        manifest.check_files()?;
        manifest.check_output()?;
        manifest.check_inputs(catalogue)?;
        manifest.check_additions(catalogue)?;
        Ok(manifest)
    }

    /// The catalogue ids that the model reads, each once, in the order of the columns.
    pub fn features(&self) -> Vec<FeatureId> {
        let mut features: Vec<FeatureId> = Vec::new();
        for input in &self.input {
            if !features.contains(&input.feature) {
                features.push(input.feature.clone());
            }
        }
        features
    }
}
