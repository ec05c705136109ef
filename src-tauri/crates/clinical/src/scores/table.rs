//! The format of `assets/scores/<id>.toml`: a published score as data.
//!
//! A score is either a **sum** of items, each a first-match table of rows with points, whose total
//! falls into a group; or a **grade**, a first-match table of definitions, each in a group (a
//! decision tree is written the same way); or a **checklist** of headings without a number; or
//! **not computable**: listed with the reason. Conditions are over catalogue ids, see
//! [`crate::conditions`]. A file that breaks a rule of [`super::check`] is refused as a whole.
//!
//! Units: survival in months, or days where the source gives days; shares alive from 0 to 1.
//! Every row and figure names an entry of `[provenance.<name>]`. What was recalled with low
//! confidence has no place in the format.

use super::check;
use crate::{
    assessment::{Direction, FigureProvenance, NotComputable, ScoreFamily, ScoreStatus},
    case::Value,
    catalogue::{Catalogue, FeatureId, Per},
    conditions::{Condition, Matcher},
    level::Level,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The version of the format that is read here.
pub const SCORE_SCHEMA: u32 = 1;

/// Why a score file is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScoreTableError {
    #[error("not a score table: {0}")]
    Unreadable(#[from] toml::de::Error),
    #[error("score table {score}: {}", problems.join("; "))]
    Invalid {
        score: String,
        problems: Vec<String>,
    },
}

/// One published score.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreTable {
    pub schema_version: u32,
    pub id: String,
    pub name: String,
    pub short_name: String,
    pub family: ScoreFamily,
    pub direction: Direction,
    pub status: ScoreStatus,
    /// Whether the patient or a single level is scored.
    pub per: Per,
    pub method: Method,
    /// Lowest and highest total; only for a sum.
    #[serde(default)]
    pub range: Option<[i32; 2]>,
    /// A catalogue feature that holds the whole total when somebody types it.
    #[serde(default)]
    pub typed_total: Option<FeatureId>,
    /// The highest total that is reported where the rows add up to more; only for a sum.
    #[serde(default)]
    pub cap: Option<i32>,
    /// A catalogue feature that takes the total, for scores and rules after this one.
    #[serde(default)]
    pub gives: Option<FeatureId>,
    /// Why some facts stand in no row: what of the paper could not be read.
    #[serde(default)]
    pub gap: Option<String>,
    /// The original paper first.
    pub citation: Vec<Paper>,
    #[serde(default)]
    pub population: Option<Population>,
    #[serde(default)]
    pub item: Vec<Item>,
    #[serde(default)]
    pub grade: Vec<Grade>,
    #[serde(default)]
    pub heading: Vec<Heading>,
    /// Why it is never computed; only for what is listed without being built.
    #[serde(default)]
    pub not_computable: Option<NotComputable>,
    /// From the low end of the scale to the high end.
    #[serde(default)]
    pub group: Vec<Group>,
    #[serde(default)]
    pub published: Vec<Published>,
    #[serde(default)]
    pub caveat: Vec<Caveat>,
    /// Worked by hand and replayed by a test.
    #[serde(default)]
    pub example: Vec<Example>,
    pub provenance: BTreeMap<String, Provenance>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Sum,
    Grade,
    Checklist,
    NotComputable,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    pub role: String,
    pub authors: String,
    pub title: String,
    pub journal: String,
    pub year: u16,
    #[serde(default)]
    pub volume: Option<String>,
    #[serde(default)]
    pub pages: Option<String>,
    #[serde(default)]
    pub doi: Option<String>,
    pub provenance: Sources,
}

/// The patients that the score was made from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    #[serde(default)]
    pub patients: Option<u32>,
    #[serde(default)]
    pub years: Option<String>,
    pub treatment: String,
    pub provenance: Sources,
}

/// One line of the score; the first row that holds gives the points.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub id: String,
    pub label: String,
    pub row: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub label: String,
    pub points: i32,
    #[serde(default)]
    pub when: Condition,
    /// A choice of the catalogue: the row takes every option that no earlier row took. A blank is
    /// not an option, so "others" never swallows what is not known. Reading the file turns this
    /// into a `when`.
    #[serde(default)]
    pub catch_all: Option<FeatureId>,
    /// What another source says.
    #[serde(default)]
    pub alternative: Option<Alternative>,
    pub provenance: Sources,
}

/// Points that another source gives for the same row.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    pub points: i32,
    /// Which source says what, and why the row's own points are preferred.
    pub reason: String,
    pub provenance: Sources,
}

/// A heading of a checklist.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    pub id: String,
    pub label: String,
    pub text: String,
    /// Facts that belong under it.
    #[serde(default)]
    pub reads: Vec<FeatureId>,
    pub provenance: Sources,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    pub id: String,
    pub definition: String,
    pub group: String,
    pub when: Condition,
    pub provenance: Sources,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub id: String,
    pub label: String,
    /// Totals from `min` to `max`, both included; absent for a grade.
    #[serde(default)]
    pub min: Option<i32>,
    #[serde(default)]
    pub max: Option<i32>,
    /// What the authors predict, in their terms.
    #[serde(default)]
    pub predicted: Option<String>,
    #[serde(default)]
    pub advised: Option<String>,
    pub provenance: Sources,
}

/// Survival of a group in one cohort.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    pub group: String,
    /// Begins with first author and year of the paper that reports it.
    pub cohort: String,
    #[serde(default)]
    pub country: Option<String>,
    #[serde(default)]
    pub treatment: Option<String>,
    #[serde(default)]
    pub years: Option<String>,
    #[serde(default)]
    pub patients: Option<u32>,
    #[serde(default)]
    pub median_months: Option<f64>,
    /// Instead of `median_months`, where the source gives days.
    #[serde(default)]
    pub median_days: Option<f64>,
    /// 95 % interval of the median, months.
    #[serde(default)]
    pub median_confidence_interval: Option<[f64; 2]>,
    /// Months to the share alive.
    #[serde(default)]
    pub alive: BTreeMap<u32, f64>,
    pub provenance: Sources,
}

/// A trap or doubt; shown always, or only where `when` holds for the case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caveat {
    pub text: String,
    #[serde(default)]
    pub when: Condition,
    #[serde(default)]
    pub provenance: Option<Sources>,
}

/// Inputs in catalogue units, and what must come out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub name: String,
    #[serde(default)]
    pub level: Option<Level>,
    pub inputs: BTreeMap<FeatureId, Value>,
    #[serde(default)]
    pub total: Option<i32>,
    #[serde(default)]
    pub grade: Option<String>,
    #[serde(default)]
    pub group: Option<String>,
    #[serde(default)]
    pub missing: Vec<FeatureId>,
    #[serde(default)]
    pub possible: Option<[i32; 2]>,
}

/// The name of one provenance for everything, or one name per figure.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Sources {
    All(String),
    Each(BTreeMap<String, String>),
}

/// Where a figure was found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    pub kind: ProvenanceKind,
    /// Required for what is recalled.
    #[serde(default)]
    pub confidence: Option<Confidence>,
    /// Address or reference.
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProvenanceKind {
    Read,
    Recalled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    High,
    Medium,
}

impl ScoreTable {
    /// Reads a table and holds it against the catalogue.
    pub fn parse(text: &str, catalogue: &Catalogue) -> Result<ScoreTable, ScoreTableError> {
        let mut table: ScoreTable = toml::from_str(text)?;
        let problems = check::problems(&table, catalogue);
        if !problems.is_empty() {
            return Err(ScoreTableError::Invalid {
                score: table.id,
                problems,
            });
        }
        for row in table.item.iter_mut().flat_map(|item| &mut item.row) {
            row.spell_out_catch_all(catalogue);
        }
        Ok(table)
    }

    /// Every feature that the items or grades read.
    pub fn reads(&self) -> BTreeSet<FeatureId> {
        let rows = self
            .item
            .iter()
            .flat_map(|item| &item.row)
            .map(|row| &row.when);
        rows.chain(self.grade.iter().map(|grade| &grade.when))
            .flat_map(Condition::reads)
            .collect()
    }

    /// Why it is never computed; says nothing of what is.
    pub fn why_not(&self) -> NotComputable {
        self.not_computable.clone().unwrap_or_default()
    }

    /// The total that is reported for a sum of points.
    pub fn capped(&self, sum: i32) -> i32 {
        self.cap.map_or(sum, |cap| sum.min(cap))
    }

    /// The weakest of the provenances that are named.
    pub fn provenance_of(&self, sources: &Sources) -> FigureProvenance {
        sources
            .names()
            .filter_map(|name| self.provenance.get(name))
            .map(Provenance::strength)
            .max()
            .unwrap_or(FigureProvenance::RecalledMedium)
    }
}

impl Paper {
    /// Whether a cohort is called by this paper: "Katagiri 2014, Shizuoka".
    pub fn names(&self, cohort: &str) -> bool {
        let first = self.authors.split([',', ';']).next().unwrap_or_default();
        let family = first.rsplit_once(' ').map_or(first, |(family, _)| family);
        let called = format!("{family} {}", self.year).to_lowercase();
        cohort.to_lowercase().starts_with(&called)
    }
}

impl Item {
    /// Every feature that its rows read.
    pub fn reads(&self) -> BTreeSet<FeatureId> {
        self.row.iter().flat_map(|row| row.when.reads()).collect()
    }
}

impl Row {
    fn spell_out_catch_all(&mut self, catalogue: &Catalogue) {
        if let Some(feature) = self.catch_all.as_ref().and_then(|id| catalogue.feature(id)) {
            let options = feature
                .options
                .iter()
                .map(|option| Value::Code(option.id.clone()));
            let known = Matcher::OneOf(options.collect());
            self.when.features.insert(feature.id.clone(), known);
        }
    }
}

impl Sources {
    /// Every provenance name that is used.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let (one, several) = match self {
            Sources::All(name) => (Some(name), None),
            Sources::Each(names) => (None, Some(names.values())),
        };
        one.into_iter()
            .chain(several.into_iter().flatten())
            .map(String::as_str)
    }
}

impl Provenance {
    fn strength(&self) -> FigureProvenance {
        match (self.kind, self.confidence) {
            (ProvenanceKind::Read, _) => FigureProvenance::Read,
            (ProvenanceKind::Recalled, Some(Confidence::High)) => FigureProvenance::RecalledHigh,
            (ProvenanceKind::Recalled, _) => FigureProvenance::RecalledMedium,
        }
    }
}
