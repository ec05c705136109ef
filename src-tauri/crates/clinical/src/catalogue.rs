//! The feature catalogue: the one vocabulary of everything a case may record.
//!
//! `assets/features.toml` is compiled in. A [`FeatureId`] that is not in it cannot be resolved,
//! so a misspelt id in a score, a pack or a file is an error and never a silent blank.

mod parse;
mod translation;

use crate::{
    case::Value,
    conditions::{Condition, Rule},
    units::{self, UnknownUnit},
};
pub use parse::CatalogueError;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::OnceLock,
};
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub unit: Option<String>,
    #[serde(default)]
    pub other_units: Vec<UnitConversion>,
    /// Plausible limits in `unit`, both included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub limits: Option<Limits>,
    /// The limits are the ends of a scale, such as ECOG 0 to 4: nothing outside them exists.
    #[serde(default)]
    pub bounded: bool,
    /// Distance between the values of a scale, counted from zero: 10 for Karnofsky.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub step: Option<f64>,
    /// Days after which a value is called stale; none means it does not age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// Options of `primary_tumour` for which it is asked and missed; empty means for all.
    #[serde(default)]
    pub only_for_primaries: Vec<String>,
    /// A blank is a warning and not a note.
    #[serde(default)]
    pub important: bool,
    /// Most patients have none, so that a blank is no finding; the forecast says what it averaged
    /// over.
    #[serde(default)]
    pub blank_is_usual: bool,
    /// False for what the case itself states, such as the level in question: no form asks for it.
    #[serde(default = "yes")]
    pub asked: bool,
}

fn yes() -> bool {
    true
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
    /// The unit that the source writes, where it is not the catalogue's.
    #[serde(default)]
    pub unit: Option<String>,
    /// Option ids of the source to option ids here, where they differ.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// How far the two mean the same.
    #[serde(default)]
    pub note: String,
}

/// Facts that cannot hold together, such as ECOG 0 with Frankel A.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contradiction {
    pub id: String,
    #[serde(default)]
    pub when: Condition,
    /// The first must not be greater than the second when both are of the same day.
    #[serde(default)]
    pub exceeds: Option<[FeatureId; 2]>,
    /// Derived features that would have to choose between the two, and so are not derived.
    #[serde(default)]
    pub leaves_open: Vec<FeatureId>,
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

/// The text is no id of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not in the feature catalogue; use an id from assets/features.toml")]
pub struct UnknownFeature(pub String);

/// Why a value cannot be one of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueProblem {
    #[error("is not one of the options")]
    UnknownOption,
    #[error("is of another kind than the feature")]
    WrongKind,
    #[error("is not a finite number")]
    NotFinite,
    #[error("must be a whole number")]
    NotWhole,
    #[error("does not lie on the steps of the scale")]
    OffStep,
    #[error("must not be negative")]
    Negative,
    #[error("lies outside the scale")]
    OffScale,
}

impl ValueProblem {
    /// The code as it stands in the words file, under `problem`.
    pub fn id(self) -> &'static str {
        match self {
            ValueProblem::UnknownOption => "unknown_option",
            ValueProblem::WrongKind => "wrong_kind",
            ValueProblem::NotFinite => "not_finite",
            ValueProblem::NotWhole => "not_whole",
            ValueProblem::OffStep => "off_step",
            ValueProblem::Negative => "negative",
            ValueProblem::OffScale => "off_scale",
        }
    }
}

impl Contradiction {
    /// Every feature that it reads.
    pub fn reads(&self) -> BTreeSet<FeatureId> {
        self.when
            .reads()
            .into_iter()
            .chain(self.exceeds.iter().flatten().cloned())
            .collect()
    }
}

impl Catalogue {
    /// Reads and checks a catalogue: every id, option, unit and limit is resolved.
    pub fn parse(text: &str) -> Result<Catalogue, CatalogueError> {
        parse::parse(text)
    }

    /// The catalogue that this version was built with.
    #[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
    pub fn shipped() -> &'static Catalogue {
        static SHIPPED: OnceLock<Catalogue> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            Catalogue::parse(include_str!("../../../../assets/features.toml"))
                .expect("the shipped catalogue is valid")
        })
    }

    /// Headings of the form, in display order.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// All features, in the order of the file.
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// The entry of an id, if there is one.
    pub fn feature(&self, id: &FeatureId) -> Option<&Feature> {
        self.position(id).map(|position| &self.features[position])
    }

    /// Where a feature stands in the file: the order of every list of features.
    pub fn position(&self, id: &FeatureId) -> Option<usize> {
        self.index.get(id).copied()
    }

    /// Features without doubles, in the order of the file.
    pub fn in_order(&self, features: impl IntoIterator<Item = FeatureId>) -> Vec<FeatureId> {
        let distinct: BTreeSet<FeatureId> = features.into_iter().collect();
        let mut ordered: Vec<FeatureId> = distinct.into_iter().collect();
        ordered.sort_by_key(|id| self.position(id));
        ordered
    }

    /// The id that a text names.
    pub fn id(&self, text: &str) -> Result<FeatureId, UnknownFeature> {
        let id = FeatureId::unchecked(text);
        if self.index.contains_key(&id) {
            Ok(id)
        } else {
            Err(UnknownFeature(text.to_owned()))
        }
    }

    /// The rules of the derived features, each after those that it reads.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of a derived feature, if it has one.
    pub fn rule(&self, feature: &FeatureId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.feature == *feature)
    }

    /// Facts that cannot hold together.
    pub fn contradictions(&self) -> &[Contradiction] {
        &self.contradictions
    }

    /// The names of the features in other sources.
    pub fn source_names(&self) -> &[SourceName] {
        &self.source_names
    }

    /// A number as entered, in the catalogue's unit; no unit means that it is already.
    pub fn to_canonical(
        &self,
        feature: &Feature,
        number: f64,
        unit: Option<&str>,
    ) -> Result<f64, UnknownUnit> {
        units::to_canonical(feature, number, unit)
    }

    /// Refuses a condition that names unknown features or options, or that can never be judged.
    pub fn check_condition(
        &self,
        place: &str,
        condition: &Condition,
    ) -> Result<(), CatalogueError> {
        parse::check_condition(&self.index, &self.features, place, condition)
    }
}

impl Feature {
    /// Every unit that a value may be entered in, the catalogue's first.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        let others = self.other_units.iter().map(|other| other.unit.as_str());
        self.unit.as_deref().into_iter().chain(others)
    }

    /// The words for a value: the label of an option, else the value itself.
    pub fn option(&self, id: &str) -> Option<&Choice> {
        self.options.iter().find(|option| option.id == id)
    }

    /// Whether a value, in the catalogue's unit, can be one of this feature at all.
    ///
    /// Plausible limits are not asked here, because an unlikely value is a finding and is used; the
    /// ends of a bounded scale are. A negative number is no value of any feature.
    pub fn accepts(&self, value: &Value) -> Result<(), ValueProblem> {
        match (self.kind, value) {
            (Kind::Flag, Value::Flag(_)) => Ok(()),
            (Kind::Choice, Value::Code(code)) => self
                .option(code)
                .map(|_| ())
                .ok_or(ValueProblem::UnknownOption),
            (Kind::Number | Kind::Integer, Value::Number(number)) => self.accepts_number(*number),
            (Kind::Outcome, Value::Flag(_)) => Ok(()),
            (Kind::Outcome, Value::Code(date)) => {
                let read = date.parse::<chrono::NaiveDate>();
                read.map(|_| ()).map_err(|_| ValueProblem::WrongKind)
            }
            _ => Err(ValueProblem::WrongKind),
        }
    }

    /// False for a feature of other primary tumours, such as lung histology in breast cancer: nobody
    /// would look for it. Where the primary tumour is not known, every feature may apply.
    pub fn may_apply_to(&self, primary: Option<&str>) -> bool {
        let only = &self.only_for_primaries;
        only.is_empty() || primary.is_none_or(|primary| only.iter().any(|one| one == primary))
    }

    fn accepts_number(&self, number: f64) -> Result<(), ValueProblem> {
        if !number.is_finite() {
            return Err(ValueProblem::NotFinite);
        }
        if number < 0.0 {
            return Err(ValueProblem::Negative);
        }
        if self.kind == Kind::Integer && number.fract() != 0.0 {
            return Err(ValueProblem::NotWhole);
        }
        let within = |limits: Limits| (limits.min..=limits.max).contains(&number);
        if self.bounded && !self.limits.is_none_or(within) {
            return Err(ValueProblem::OffScale);
        }
        match self.step {
            Some(step) if number % step != 0.0 => Err(ValueProblem::OffStep),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn feature(id: &str) -> &'static Feature {
        Catalogue::shipped()
            .feature(&FeatureId::unchecked(id))
            .expect("a feature of the catalogue")
    }

    #[test]
    fn resolves_ids_and_refuses_misspelt_ones() {
        let catalogue = Catalogue::shipped();
        assert_eq!(
            catalogue.id("haemoglobin").map(|id| id.to_string()),
            Ok("haemoglobin".into())
        );
        assert_eq!(
            catalogue.id("hemoglobin"),
            Err(UnknownFeature("hemoglobin".into()))
        );
        assert_eq!(feature("frankel").options.len(), 5);
    }

    #[test]
    fn the_level_in_question_has_every_level_name() {
        let options = &feature("vertebral_level").options;
        let names: Vec<&str> = options.iter().map(|option| option.id.as_str()).collect();
        assert_eq!(names, crate::level::LEVEL_NAMES);
    }

    #[test]
    fn accepts_only_values_of_the_kind() {
        let number = Value::Number;
        assert_eq!(feature("ecog").accepts(&number(2.0)), Ok(()));
        assert_eq!(
            feature("ecog").accepts(&number(1.5)),
            Err(ValueProblem::NotWhole)
        );
        assert_eq!(
            feature("ecog").accepts(&Value::Code("2".into())),
            Err(ValueProblem::WrongKind)
        );
        assert_eq!(
            feature("karnofsky").accepts(&number(75.0)),
            Err(ValueProblem::OffStep)
        );
        assert_eq!(
            feature("karnofsky").accepts(&number(0.0)),
            Err(ValueProblem::OffScale),
            "0 means dead"
        );
        assert_eq!(feature("ecog").accepts(&number(4.0)), Ok(()));
        assert_eq!(
            feature("ecog").accepts(&number(5.0)),
            Err(ValueProblem::OffScale)
        );
        assert_eq!(
            feature("albumin").accepts(&number(f64::NAN)),
            Err(ValueProblem::NotFinite)
        );
        assert_eq!(
            feature("albumin").accepts(&number(f64::INFINITY)),
            Err(ValueProblem::NotFinite)
        );
        assert_eq!(
            feature("albumin").accepts(&number(-1.0)),
            Err(ValueProblem::Negative)
        );
        assert_eq!(
            feature("bilsky_grade").accepts(&number(2.0)),
            Err(ValueProblem::WrongKind)
        );
        let unknown = Value::Code("4".into());
        assert_eq!(
            feature("bilsky_grade").accepts(&unknown),
            Err(ValueProblem::UnknownOption)
        );
        assert_eq!(
            feature("death").accepts(&Value::Code("2026-02-30".into())),
            Err(ValueProblem::WrongKind)
        );
        assert_eq!(
            feature("death").accepts(&Value::Code("2026-02-28".into())),
            Ok(())
        );
    }

    #[test]
    fn every_entry_can_be_asked_in_a_form() {
        for feature in Catalogue::shipped().features() {
            assert!(feature.help.ends_with('.'), "{} has no help", feature.id);
            let numeric = matches!(feature.kind, Kind::Number | Kind::Integer);
            assert_eq!(feature.limits.is_some(), numeric, "{} limits", feature.id);
        }
    }

    /// What a score reads, with the inputs behind its derived features.
    fn behind(reads: BTreeSet<FeatureId>) -> BTreeSet<FeatureId> {
        let mut all = reads;
        loop {
            let derived = all.iter().filter(|id| feature(id.as_str()).derived);
            let rules = derived.filter_map(|id| Catalogue::shipped().rule(id));
            let inputs: BTreeSet<FeatureId> = rules.flat_map(Rule::reads).collect();
            let before = all.len();
            all.extend(inputs);
            if all.len() == before {
                return all;
            }
        }
    }

    fn listed(reader: &str) -> BTreeSet<FeatureId> {
        let features = Catalogue::shipped().features().iter();
        let readers = features.filter(|feature| feature.read_by.iter().any(|one| one == reader));
        readers.map(|feature| feature.id.clone()).collect()
    }

    #[test]
    fn read_by_names_the_scores_that_read_a_feature() {
        for table in crate::scores::shipped() {
            assert_eq!(listed(&table.id), behind(table.reads()), "{}", table.id);
        }
    }

    #[test]
    fn read_by_names_the_models_that_read_a_feature() {
        for pack in [
            include_str!("../../../../models/packs/survival-linear/pack.toml"),
            include_str!("../../../../models/packs/spine-ensemble/pack.toml"),
        ] {
            let pack: toml::Table = pack.parse().expect("a pack");
            let inputs = pack["input"].as_array().expect("inputs").iter();
            let reads =
                inputs.map(|input| FeatureId::unchecked(input["feature"].as_str().unwrap()));
            let name = pack["name"].as_str().expect("a name");
            assert_eq!(listed(name), behind(reads.collect()));
        }
    }

    #[test]
    fn outcomes_are_read_by_nothing() {
        let catalogue = Catalogue::shipped();
        let outcomes: BTreeSet<&FeatureId> = catalogue
            .features()
            .iter()
            .filter(|feature| feature.kind == Kind::Outcome)
            .map(|feature| &feature.id)
            .collect();
        assert_eq!(outcomes.len(), 2);
        for rule in catalogue.rules() {
            assert!(
                rule.reads().iter().all(|read| !outcomes.contains(read)),
                "{}",
                rule.feature
            );
        }
    }
}
