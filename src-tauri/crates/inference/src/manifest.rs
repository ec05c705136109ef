//! `pack.toml`: what a pack says about itself, checked against the feature catalogue.

use crate::PackError;
use clinical::{
    case::Value,
    catalogue::{Catalogue, Feature, FeatureId, Kind},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The structure of `pack.toml` that this program reads.
pub const PACK_SCHEMA: u32 = 1;

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
    pub output: Output,
    pub member: Vec<Member>,
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
    pub point: Point,
    /// Share of the sample paths inside the interval: 0.9 for the 5 % and 95 % quantiles.
    pub interval_level: f64,
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

/// A file of the pack and its SHA-256, hexadecimal.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PackFile {
    pub path: String,
    pub sha256: String,
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
        if schema_version != i64::from(PACK_SCHEMA) {
            return Err(PackError::NewerSchema {
                found: schema_version,
                supported: PACK_SCHEMA,
            });
        }
        let manifest: Manifest = toml::from_str(text).map_err(unreadable)?;
        manifest.check_files()?;
        manifest.check_output()?;
        manifest.check_inputs(catalogue)?;
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

    fn check_files(&self) -> Result<(), PackError> {
        if !is_plain_name(&self.name) {
            return Err(PackError::Manifest(format!(
                "'{}' is not a plain name",
                self.name
            )));
        }
        let listed = |name: &str| self.file.iter().any(|file| file.path == name);
        let members = self.member.iter().map(|member| member.file.as_str());
        let names = self
            .file
            .iter()
            .map(|file| file.path.as_str())
            .chain(members);
        for name in names {
            if !is_plain_name(name) {
                return Err(PackError::FileName(name.to_owned()));
            }
            if !listed(name) {
                return Err(PackError::Manifest(format!(
                    "no [[file]] gives the SHA-256 of {name}"
                )));
            }
        }
        for name in ["golden.json", "CARD.md"] {
            if !listed(name) {
                return Err(PackError::Manifest(format!(
                    "no [[file]] gives the SHA-256 of {name}"
                )));
            }
        }
        Ok(())
    }

    fn check_output(&self) -> Result<(), PackError> {
        let wrong = |reason: &str| Err(PackError::Manifest(format!("[output] {reason}")));
        let Output {
            time_grid_months: grid,
            horizons_months: horizons,
            ..
        } = &self.output;
        if grid.first() != Some(&0.0) || !grid.windows(2).all(|pair| pair[0] < pair[1]) {
            return wrong("time_grid_months must start at 0 and rise");
        }
        if !horizons.iter().all(|horizon| grid.contains(horizon)) {
            return wrong("horizons_months must lie on time_grid_months");
        }
        if !REQUIRED_HORIZONS_MONTHS
            .iter()
            .all(|horizon| horizons.contains(horizon))
        {
            return wrong("horizons_months must contain 3, 6 and 12");
        }
        if self.output.samples == 0 {
            return wrong("samples must be at least 1");
        }
        let level = self.output.interval_level;
        if !(level > 0.0 && level < 1.0) {
            return wrong("interval_level must lie between 0 and 1");
        }
        let weights = self.member.iter().map(|member| member.weight);
        if self.member.is_empty()
            || !weights
                .clone()
                .all(|weight| weight.is_finite() && weight > 0.0)
        {
            return Err(PackError::Manifest(
                "[[member]] needs a weight above 0".to_owned(),
            ));
        }
        Ok(())
    }

    fn check_inputs(&self, catalogue: &Catalogue) -> Result<(), PackError> {
        if self.input.is_empty() {
            return Err(PackError::Manifest("no [[input]]".to_owned()));
        }
        for (position, input) in self.input.iter().enumerate() {
            let Input {
                column, encoding, ..
            } = input;
            if self.input[..position]
                .iter()
                .any(|earlier| earlier.column == *column)
            {
                return Err(PackError::Manifest(format!(
                    "column {column} is there twice"
                )));
            }
            let feature = resolve(catalogue, column, &input.feature)?;
            if let Some(reason) = encoding.misfit(feature) {
                return Err(PackError::Encoding {
                    column: column.clone(),
                    reason,
                });
            }
            for (id, values) in &input.only_when {
                let condition = resolve(catalogue, column, id)?;
                let unknown = values
                    .iter()
                    .filter_map(Value::as_code)
                    .find(|code| !has_option(condition, code));
                if let Some(code) = unknown {
                    let reason = format!("only_when: {id} has no option '{code}'");
                    return Err(PackError::Encoding {
                        column: column.clone(),
                        reason,
                    });
                }
            }
        }
        Ok(())
    }
}

impl Encoding {
    /// Why the encoding does not fit the feature, if it does not.
    fn misfit(&self, feature: &Feature) -> Option<String> {
        let wants = |kinds: &[Kind], name: &str| {
            let kind = feature.kind;
            (!kinds.contains(&kind))
                .then(|| format!("{name} does not fit {} of kind {kind:?}", feature.id))
        };
        match self {
            Encoding::Flag {} => wants(&[Kind::Flag], "flag"),
            Encoding::Number {
                center,
                scale,
                min,
                max,
            } => wants(&[Kind::Number, Kind::Integer], "number").or_else(|| {
                let sound = [center, scale, min, max]
                    .iter()
                    .all(|number| number.is_finite());
                (!sound || *scale <= 0.0 || min >= max).then(|| {
                    "number needs finite limits, min below max and a scale above 0".to_owned()
                })
            }),
            Encoding::Threshold { below, at_or_above } => {
                wants(&[Kind::Number, Kind::Integer], "threshold").or_else(|| {
                    match (below, at_or_above) {
                        (Some(limit), None) | (None, Some(limit)) if limit.is_finite() => None,
                        _ => Some("threshold needs one of below and at_or_above".to_owned()),
                    }
                })
            }
            Encoding::Indicator { value, values } => {
                wants(&[Kind::Choice], "indicator").or_else(|| {
                    if value.is_some() != values.is_empty() {
                        return Some("indicator needs one of value and values".to_owned());
                    }
                    let unknown = value
                        .iter()
                        .chain(values)
                        .find(|code| !has_option(feature, code));
                    unknown.map(|code| format!("{} has no option '{code}'", feature.id))
                })
            }
        }
    }
}

fn resolve<'catalogue>(
    catalogue: &'catalogue Catalogue,
    column: &str,
    id: &FeatureId,
) -> Result<&'catalogue Feature, PackError> {
    catalogue
        .feature(id)
        .ok_or_else(|| PackError::UnknownFeature {
            column: column.to_owned(),
            feature: id.to_string(),
        })
}

fn has_option(feature: &Feature, code: &str) -> bool {
    feature.options.iter().any(|option| option.id == code)
}

/// A name without folders, drive letters or tricks on any system.
fn is_plain_name(name: &str) -> bool {
    let allowed =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && name.chars().all(allowed)
}
