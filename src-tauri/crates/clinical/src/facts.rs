//! What is known of a case on its index date: one value per feature, for the patient and for the
//! level in question.
//!
//! The rule. Of the observations of a feature and subject that were made on or before the index
//! date, the one with the latest day counts, then the one recorded last. If that one is an absence
//! or cannot be used (unknown unit, wrong kind, read from a file in probably another unit), the fact is not known: an
//! older value never steps in unseen. Derived features follow from the catalogue's rules, unless a
//! value or a reason of absence was recorded.

mod selection;

use crate::{
    assessment::{FactOrigin, UsedFact},
    case::{AbsenceReason, Case, Entry, Observation, Subject, Value},
    catalogue::{Catalogue, Contradiction, Feature, FeatureId, Kind, Per},
    conditions::{KnownFacts, Truth},
    level::Level,
};
use chrono::{NaiveDate, TimeDelta};
use selection::only_lesion;
pub(crate) use selection::{Refusal, current, fits_subject, held_on, made_by, usable};
use std::collections::{BTreeMap, BTreeSet};

/// One known fact in the catalogue's unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub value: Value,
    pub subject: Subject,
    pub origin: FactOrigin,
    /// The day on which it held; for a derived fact the oldest day among those it rests on.
    pub observed_on: Option<NaiveDate>,
    /// Older than the catalogue's limit on the index date, or resting on such a fact.
    pub stale: bool,
}

/// The facts of a case on a day, about the patient and one level.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    level: Option<Level>,
    known: BTreeMap<FeatureId, Fact>,
    absent: BTreeMap<FeatureId, AbsenceReason>,
    /// Recorded, but with a value that cannot be used.
    refused: BTreeSet<FeatureId>,
    /// Derived features without a value, and what has to be entered to settle them.
    open: BTreeMap<FeatureId, BTreeSet<FeatureId>>,
    /// Known facts in the order of the catalogue.
    order: Vec<FeatureId>,
}

impl Facts {
    /// The facts about the patient and [`Case::level_in_question`].
    pub fn at(case: &Case, catalogue: &Catalogue, index_date: NaiveDate) -> Facts {
        Facts::about_level(case, catalogue, index_date, case.level_in_question())
    }

    /// The facts about the patient and a level of choice.
    pub fn about_level(
        case: &Case,
        catalogue: &Catalogue,
        index_date: NaiveDate,
        level: Option<Level>,
    ) -> Facts {
        let mut facts = Facts::empty(level);
        let lesion = only_lesion(case);
        for ((id, subject), observation) in current(case, catalogue, index_date) {
            let Some(feature) = catalogue.feature(id) else {
                continue;
            };
            let wanted = match subject {
                Subject::Patient => true,
                Subject::Level(observed) => Some(*observed) == level,
                Subject::Lesion(name) => Some(name.as_str()) == lesion,
            };
            if !wanted || feature.kind == Kind::Outcome {
                continue;
            }
            match &observation.entry {
                Entry::Absent { absent } => {
                    facts.absent.insert(id.clone(), *absent);
                }
                Entry::Known { value, unit } => {
                    match usable(feature, observation, value, unit.as_deref()) {
                        Ok(value) => facts.insert_observed(feature, observation, value, index_date),
                        Err(_) => {
                            facts.refused.insert(id.clone());
                        }
                    }
                }
            }
        }
        facts.insert_from_case(case, catalogue, index_date);
        facts.derive(catalogue);
        facts.finish(catalogue);
        facts
    }

    /// Facts from plain values in the catalogue's units, without dates and without deriving
    /// anything: for the golden rows of a model pack and the worked examples of a score.
    pub fn from_values(
        catalogue: &Catalogue,
        values: &BTreeMap<FeatureId, Value>,
        level: Option<Level>,
    ) -> Facts {
        let mut facts = Facts::empty(level);
        for (id, value) in values {
            let Some(feature) = catalogue.feature(id) else {
                continue;
            };
            let fact = Fact {
                value: value.clone(),
                subject: facts.subject_of(feature),
                origin: FactOrigin::Observed {
                    observation_id: String::new(),
                },
                observed_on: None,
                stale: false,
            };
            facts.known.insert(id.clone(), fact);
        }
        facts.finish(catalogue);
        facts
    }

    /// The value of a feature in its catalogue unit, if known.
    pub fn value(&self, feature: &FeatureId) -> Option<&Value> {
        self.known.get(feature).map(|fact| &fact.value)
    }

    /// The whole fact, if known.
    pub fn fact(&self, feature: &FeatureId) -> Option<&Fact> {
        self.known.get(feature)
    }

    /// The reason that was recorded for a fact that is not known.
    pub fn absence(&self, feature: &FeatureId) -> Option<AbsenceReason> {
        self.absent.get(feature).copied()
    }

    /// Whether a value was recorded that cannot be used.
    pub(crate) fn is_refused(&self, feature: &FeatureId) -> bool {
        self.refused.contains(feature)
    }

    /// What has to be entered before a feature is known: nothing if it is, the inputs that its
    /// rule lacks if it is derived, else the feature itself.
    pub fn missing(&self, feature: &FeatureId) -> BTreeSet<FeatureId> {
        if self.known.contains_key(feature) {
            return BTreeSet::new();
        }
        self.open
            .get(feature)
            .cloned()
            .unwrap_or_else(|| BTreeSet::from([feature.clone()]))
    }

    /// Every known fact in the order of the catalogue, without the level that it is about.
    pub fn used(&self) -> Vec<UsedFact> {
        let facts = self
            .order
            .iter()
            .filter_map(|id| self.known.get(id).map(|fact| (id, fact)));
        facts
            .map(|(feature, fact)| UsedFact {
                feature: feature.clone(),
                subject: fact.subject.clone(),
                value: fact.value.clone(),
                origin: fact.origin.clone(),
                observed_on: fact.observed_on,
                stale: fact.stale,
            })
            .collect()
    }

    /// The level that level-wise facts are about.
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    fn empty(level: Option<Level>) -> Facts {
        Facts {
            level,
            known: BTreeMap::new(),
            absent: BTreeMap::new(),
            refused: BTreeSet::new(),
            open: BTreeMap::new(),
            order: Vec::new(),
        }
    }

    fn insert_observed(
        &mut self,
        feature: &Feature,
        observation: &Observation,
        value: Value,
        index_date: NaiveDate,
    ) {
        let age = index_date - held_on(observation);
        let limit = feature
            .stale_after_days
            .map(|days| TimeDelta::days(i64::from(days)));
        let fact = Fact {
            value,
            subject: observation.subject.clone(),
            origin: FactOrigin::Observed {
                observation_id: observation.id.clone(),
            },
            observed_on: observation.observed_on,
            stale: limit.is_some_and(|limit| age > limit),
        };
        self.known.insert(feature.id.clone(), fact);
    }

    /// What the case states outside its observations: the level, and the age by the birth date.
    fn insert_from_case(&mut self, case: &Case, catalogue: &Catalogue, index_date: NaiveDate) {
        let born = case.identity.birth_date;
        let age = born.and_then(|born| index_date.years_since(born));
        let stated = [
            ("age", age.map(|years| Value::Number(f64::from(years)))),
            (
                LEVEL_FEATURE,
                self.level.map(|level| Value::Code(level.name().to_owned())),
            ),
        ];
        for (id, value) in stated {
            let id = FeatureId::unchecked(id);
            let (Some(value), Some(feature)) = (value, catalogue.feature(&id)) else {
                continue;
            };
            if self.known.contains_key(&id) || self.refused.contains(&id) {
                continue;
            }
            let subject = self.subject_of(feature);
            let origin = FactOrigin::Derived { reads: Vec::new() };
            self.known.insert(
                id,
                Fact {
                    value,
                    subject,
                    origin,
                    observed_on: None,
                    stale: false,
                },
            );
        }
    }

    fn derive(&mut self, catalogue: &Catalogue) {
        let blocked: BTreeSet<FeatureId> = catalogue
            .contradictions()
            .iter()
            .filter(|contradiction| self.contradicts(contradiction))
            .flat_map(|contradiction| contradiction.leaves_open.iter().cloned())
            .collect();
        for rule in catalogue.rules() {
            let id = &rule.feature;
            let Some(feature) = catalogue.feature(id) else {
                continue;
            };
            let stated = self.absent.contains_key(id) || self.refused.contains(id);
            if stated || self.known.contains_key(id) {
                continue;
            }
            if blocked.contains(id) {
                self.open.insert(id.clone(), BTreeSet::from([id.clone()]));
                continue;
            }
            match rule.apply(self) {
                Ok(Some(value)) => {
                    let reads: Vec<FeatureId> = rule
                        .reads()
                        .into_iter()
                        .filter(|read| self.known.contains_key(read))
                        .collect();
                    let fact = self.derived_fact(feature, value, reads);
                    self.known.insert(id.clone(), fact);
                }
                Ok(None) => {
                    self.open.insert(id.clone(), BTreeSet::from([id.clone()]));
                }
                Err(missing) => {
                    let inputs = self.inputs_behind(catalogue, missing);
                    self.open.insert(id.clone(), inputs);
                }
            }
        }
    }

    /// What a person would have to enter: derived features replaced by what they lack, and without
    /// what is asked only for primary tumours that are not established.
    fn inputs_behind(
        &self,
        catalogue: &Catalogue,
        missing: BTreeSet<FeatureId>,
    ) -> BTreeSet<FeatureId> {
        let asked = |id: &FeatureId| {
            catalogue
                .feature(id)
                .is_none_or(|feature| self.relevant(feature))
        };
        let derived = |id: &FeatureId| catalogue.feature(id).is_some_and(|feature| feature.derived);
        missing
            .into_iter()
            .flat_map(|id| {
                if derived(&id) {
                    self.missing(&id)
                } else {
                    BTreeSet::from([id])
                }
            })
            .filter(asked)
            .collect()
    }

    /// Whether a feature is asked for the primary tumour at hand.
    pub(crate) fn relevant(&self, feature: &Feature) -> bool {
        let primary = self
            .value(&FeatureId::unchecked("primary_tumour"))
            .and_then(Value::as_code);
        let only = &feature.only_for_primaries;
        only.is_empty() || primary.is_some_and(|primary| only.iter().any(|one| one == primary))
    }

    fn derived_fact(&self, feature: &Feature, value: Value, reads: Vec<FeatureId>) -> Fact {
        let rests_on: Vec<&Fact> = reads
            .iter()
            .filter_map(|read| self.known.get(read))
            .collect();
        Fact {
            value,
            subject: self.subject_of(feature),
            observed_on: rests_on.iter().filter_map(|fact| fact.observed_on).min(),
            stale: rests_on.iter().any(|fact| fact.stale),
            origin: FactOrigin::Derived { reads },
        }
    }

    /// Whether facts of this kind contradict each other here.
    pub(crate) fn contradicts(&self, contradiction: &Contradiction) -> bool {
        match &contradiction.exceeds {
            None => contradiction.when.judge(self) == Truth::True,
            Some([lower, upper]) => {
                let (Some(lower), Some(upper)) = (self.fact(lower), self.fact(upper)) else {
                    return false;
                };
                let same_day =
                    lower.observed_on.is_some() && lower.observed_on == upper.observed_on;
                same_day && lower.value.as_number() > upper.value.as_number()
            }
        }
    }

    fn subject_of(&self, feature: &Feature) -> Subject {
        match (feature.per, self.level) {
            (Per::Level, Some(level)) => Subject::Level(level),
            _ => Subject::Patient,
        }
    }

    fn finish(&mut self, catalogue: &Catalogue) {
        let asked = catalogue.features().iter().filter(|feature| feature.asked);
        self.order = asked.map(|feature| feature.id.clone()).collect();
        self.order.retain(|id| self.known.contains_key(id));
    }
}

impl KnownFacts for Facts {
    fn known(&self, feature: &FeatureId) -> Option<&Value> {
        self.value(feature)
    }
}

/// The level in question, as rules may read it.
const LEVEL_FEATURE: &str = "vertebral_level";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::case::{Identity, Source};
    use chrono::{DateTime, Utc};

    fn id(text: &str) -> FeatureId {
        Catalogue::shipped()
            .id(text)
            .expect("an id of the catalogue")
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn number(value: f64) -> Value {
        Value::Number(value)
    }

    fn code(value: &str) -> Value {
        Value::Code(value.to_owned())
    }

    /// Recorded at noon of the day on which it was observed.
    fn observed(feature: &str, value: Value, on: &str) -> Observation {
        let recorded_at: DateTime<Utc> = format!("{on}T12:00:00Z").parse().expect("a time");
        Observation {
            id: format!("{feature} {on}"),
            feature: FeatureId::unchecked(feature),
            subject: Subject::Patient,
            entry: Entry::Known { value, unit: None },
            observed_on: Some(day(on)),
            recorded_at,
            source: Source::Typed,
            author: "test".into(),
        }
    }

    fn in_unit(mut observation: Observation, with: &str) -> Observation {
        if let Entry::Known { unit, .. } = &mut observation.entry {
            *unit = Some(with.to_owned());
        }
        observation
    }

    fn at_level(mut observation: Observation, level: &str) -> Observation {
        observation.subject = Subject::Level(level.parse().expect("a level"));
        observation
    }

    fn facts(observations: Vec<Observation>) -> Facts {
        Facts::at(&case(observations), Catalogue::shipped(), day("2026-03-15"))
    }

    fn case(observations: Vec<Observation>) -> Case {
        Case {
            observations,
            ..Case::new("c".into(), Identity::default())
        }
    }

    fn value(facts: &Facts, feature: &str) -> Option<Value> {
        facts.value(&id(feature)).cloned()
    }

    #[test]
    fn the_latest_day_up_to_the_index_date_counts() {
        let facts = facts(vec![
            observed("albumin", number(31.0), "2026-03-10"),
            observed("albumin", number(40.0), "2026-01-02"),
            observed("albumin", number(22.0), "2026-03-16"),
        ]);
        let fact = facts.fact(&id("albumin")).expect("albumin is known");
        assert_eq!(fact.value, number(31.0));
        assert_eq!(fact.observed_on, Some(day("2026-03-10")));
        assert_eq!(
            fact.origin,
            FactOrigin::Observed {
                observation_id: "albumin 2026-03-10".into()
            }
        );
    }

    #[test]
    fn of_one_day_the_one_recorded_last_counts() {
        let mut corrected = observed("ecog", number(3.0), "2026-03-10");
        corrected.recorded_at += TimeDelta::minutes(1);
        let facts = facts(vec![corrected, observed("ecog", number(1.0), "2026-03-10")]);
        assert_eq!(value(&facts, "ecog"), Some(number(3.0)));
    }

    #[test]
    fn an_undated_observation_counts_from_the_day_it_was_recorded() {
        let mut undated = observed("ecog", number(2.0), "2026-03-15");
        undated.observed_on = None;
        assert_eq!(
            value(&facts(vec![undated.clone()]), "ecog"),
            Some(number(2.0))
        );
        // Ten in the evening of 15 March in New York.
        undated.recorded_at = "2026-03-16T02:00:00Z".parse().unwrap();
        assert_eq!(
            value(&facts(vec![undated.clone()]), "ecog"),
            Some(number(2.0))
        );
        undated.recorded_at = "2026-03-17T02:00:00Z".parse().unwrap();
        assert_eq!(value(&facts(vec![undated]), "ecog"), None);
    }

    #[test]
    fn an_absence_that_is_latest_hides_the_older_value() {
        let mut pending = observed("albumin", number(0.0), "2026-03-14");
        pending.entry = Entry::Absent {
            absent: AbsenceReason::Pending,
        };
        let facts = facts(vec![
            observed("albumin", number(35.0), "2026-03-10"),
            pending,
        ]);
        assert_eq!(value(&facts, "albumin"), None);
        assert_eq!(facts.absence(&id("albumin")), Some(AbsenceReason::Pending));
    }

    #[test]
    fn a_value_that_cannot_be_used_hides_the_older_one_too() {
        let good = || observed("albumin", number(35.0), "2026-03-10");
        for hostile in [
            number(f64::NAN),
            number(f64::INFINITY),
            number(-2.0),
            code("low"),
            Value::Flag(true),
        ] {
            let facts = facts(vec![
                good(),
                observed("albumin", hostile.clone(), "2026-03-14"),
            ]);
            assert_eq!(value(&facts, "albumin"), None, "{hostile:?}");
        }
        let unit = in_unit(observed("albumin", number(35.0), "2026-03-14"), "stone");
        assert_eq!(value(&facts(vec![good(), unit]), "albumin"), None);
        let mut probably_per_decilitre = observed("albumin", number(3.5), "2026-03-14");
        probably_per_decilitre.source = Source::File {
            name: "cohort.csv".into(),
        };
        assert_eq!(
            value(&facts(vec![good(), probably_per_decilitre]), "albumin"),
            None
        );
    }

    #[test]
    fn an_unlikely_value_is_used() {
        let facts = facts(vec![
            observed("c_reactive_protein", number(640.0), "2026-03-14"),
            observed("albumin", number(3.5), "2026-03-14"),
        ]);
        assert_eq!(value(&facts, "c_reactive_protein"), Some(number(640.0)));
        assert_eq!(
            value(&facts, "albumin"),
            Some(number(3.5)),
            "typed, so the form asked"
        );
    }

    #[test]
    fn values_are_kept_in_the_unit_of_the_catalogue() {
        let facts = facts(vec![in_unit(
            observed("haemoglobin", number(11.2), "2026-03-14"),
            "g/dL",
        )]);
        assert_eq!(value(&facts, "haemoglobin"), Some(number(112.0)));
    }

    #[test]
    fn a_fact_is_stale_the_day_after_its_limit() {
        // Albumin ages after 14 days; the index date is 15 March.
        let stale = |on| {
            let facts = facts(vec![observed("albumin", number(35.0), on)]);
            facts.fact(&id("albumin")).map(|fact| fact.stale)
        };
        assert_eq!(stale("2026-03-01"), Some(false));
        assert_eq!(stale("2026-02-28"), Some(true));
    }

    #[test]
    fn level_facts_are_those_of_the_level_in_question() {
        let observations = vec![
            at_level(observed("bilsky_grade", code("3"), "2026-03-10"), "T8"),
            at_level(observed("bilsky_grade", code("1a"), "2026-03-11"), "L2"),
        ];
        let unclear = facts(observations.clone());
        assert_eq!(
            (unclear.level(), value(&unclear, "bilsky_grade")),
            (None, None)
        );
        let mut case = case(observations);
        case.index_level = Some("T8".parse().unwrap());
        let about = Facts::at(&case, Catalogue::shipped(), day("2026-03-15"));
        assert_eq!(value(&about, "bilsky_grade"), Some(code("3")));
        assert_eq!(value(&about, "spinal_region"), Some(code("semirigid")));
        let other = Facts::about_level(
            &case,
            Catalogue::shipped(),
            day("2026-03-15"),
            "L2".parse().ok(),
        );
        assert_eq!(value(&other, "bilsky_grade"), Some(code("1a")));
        assert_eq!(value(&other, "spinal_region"), Some(code("mobile")));
    }

    #[test]
    fn an_observation_about_the_wrong_thing_is_not_used() {
        let facts = facts(vec![
            at_level(observed("albumin", number(35.0), "2026-03-10"), "T8"),
            observed("bilsky_grade", code("3"), "2026-03-10"),
        ]);
        assert_eq!(value(&facts, "albumin"), None);
        assert_eq!(value(&facts, "bilsky_grade"), None);
    }

    #[test]
    fn derives_a_class_and_says_what_it_rests_on() {
        let facts = facts(vec![
            observed("primary_tumour", code("breast"), "2024-01-01"),
            observed("oestrogen_receptor", code("positive"), "2024-01-10"),
        ]);
        let fact = facts.fact(&id("katagiri_growth")).expect("derived");
        assert_eq!(fact.value, code("slow"));
        assert_eq!(fact.observed_on, Some(day("2024-01-01")));
        let reads = vec![id("oestrogen_receptor"), id("primary_tumour")];
        assert_eq!(fact.origin, FactOrigin::Derived { reads });
    }

    #[test]
    fn a_typed_class_goes_before_the_rule() {
        let facts = facts(vec![
            observed("primary_tumour", code("breast"), "2026-03-01"),
            observed("tomita_growth", code("rapid"), "2026-03-01"),
        ]);
        assert_eq!(value(&facts, "tomita_growth"), Some(code("rapid")));
    }

    #[test]
    fn an_open_class_names_the_inputs_that_would_settle_it() {
        let names = |facts: &Facts, feature: &str| {
            let missing = facts.missing(&id(feature));
            missing.iter().map(|id| id.to_string()).collect::<Vec<_>>()
        };
        let breast = facts(vec![observed(
            "primary_tumour",
            code("breast"),
            "2026-03-01",
        )]);
        assert_eq!(
            names(&breast, "katagiri_growth"),
            ["oestrogen_receptor", "progesterone_receptor"]
        );
        let blank = facts(vec![]);
        assert_eq!(names(&blank, "tomita_growth"), ["primary_tumour"]);
        // The paper does not class it, so a person has to.
        let thymus = facts(vec![observed(
            "primary_tumour",
            code("thymus"),
            "2026-03-01",
        )]);
        assert_eq!(names(&thymus, "tomita_growth"), ["tomita_growth"]);
    }

    #[test]
    fn the_worst_laboratory_tier_needs_every_value_that_could_be_worse() {
        let abnormal = observed("albumin", number(36.9), "2026-03-10");
        let open = facts(vec![abnormal.clone()]);
        assert_eq!(value(&open, "katagiri_laboratory"), None);
        let bloods = vec![
            abnormal,
            observed("platelets", number(100.0), "2026-03-10"),
            in_unit(observed("bilirubin", number(1.3), "2026-03-10"), "mg/dL"),
            in_unit(
                observed("calcium_corrected", number(10.2), "2026-03-10"),
                "mg/dL",
            ),
        ];
        assert_eq!(
            value(&facts(bloods.clone()), "katagiri_laboratory"),
            Some(code("abnormal"))
        );
        let mut critical = bloods;
        critical[3] = in_unit(
            observed("calcium_corrected", number(10.3), "2026-03-10"),
            "mg/dL",
        );
        assert_eq!(
            value(&facts(critical), "katagiri_laboratory"),
            Some(code("critical"))
        );
    }

    #[test]
    fn no_visceral_metastases_is_derived_only_from_a_complete_search() {
        let organs = [
            "liver",
            "lung",
            "brain",
            "adrenal",
            "pleural",
            "peritoneal",
            "leptomeningeal",
        ];
        let free: Vec<Observation> = organs
            .iter()
            .map(|organ| {
                observed(
                    &format!("{organ}_metastasis"),
                    Value::Flag(false),
                    "2026-03-10",
                )
            })
            .collect();
        let complete = facts(free.clone());
        assert_eq!(value(&complete, "visceral_metastases"), Some(code("none")));
        assert_eq!(value(&complete, "tomita_visceral"), Some(code("none")));
        assert_eq!(
            value(&facts(free[1..].to_vec()), "visceral_metastases"),
            None
        );
        let mut liver = free;
        liver[0] = observed("liver_metastasis", Value::Flag(true), "2026-03-10");
        let liver = facts(liver);
        assert_eq!(value(&liver, "visceral_metastases"), None);
        assert_eq!(value(&liver, "katagiri_visceral"), Some(code("nodular")));
        assert_eq!(value(&liver, "tomita_visceral"), None);
    }

    #[test]
    fn a_contradiction_leaves_the_class_open() {
        let facts = facts(vec![
            observed("visceral_metastases", code("none"), "2026-03-10"),
            observed("liver_metastasis", Value::Flag(true), "2026-03-10"),
        ]);
        assert_eq!(value(&facts, "katagiri_visceral"), None);
        assert_eq!(
            facts.missing(&id("tomita_visceral")),
            BTreeSet::from([id("tomita_visceral")])
        );
    }

    #[test]
    fn the_age_follows_the_birth_date_unless_it_was_typed() {
        let mut case = case(vec![]);
        case.identity.birth_date = Some(day("1950-03-16"));
        let at = |case: &Case, on| value(&Facts::at(case, Catalogue::shipped(), day(on)), "age");
        assert_eq!(at(&case, "2026-03-15"), Some(number(75.0)));
        assert_eq!(at(&case, "2026-03-16"), Some(number(76.0)));
        case.observations
            .push(observed("age", number(70.0), "2026-03-01"));
        assert_eq!(at(&case, "2026-03-15"), Some(number(70.0)));
    }

    #[test]
    fn outcomes_never_become_facts() {
        let facts = facts(vec![observed("death", code("2026-03-01"), "2026-03-01")]);
        assert_eq!(value(&facts, "death"), None);
        assert!(facts.used().is_empty());
    }

    #[test]
    fn used_facts_stand_in_the_order_of_the_catalogue() {
        let facts = facts(vec![
            observed("albumin", number(35.0), "2026-03-10"),
            observed("ecog", number(1.0), "2026-03-10"),
            observed("primary_tumour", code("lung"), "2026-03-10"),
        ]);
        let used: Vec<String> = facts
            .used()
            .iter()
            .map(|fact| fact.feature.to_string())
            .collect();
        let expected = ["ecog", "primary_tumour", "albumin", "tomita_growth"];
        assert_eq!(used, expected);
    }
}
