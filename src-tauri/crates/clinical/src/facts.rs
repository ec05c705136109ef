//! What is known of a case on its index date: one value per feature, for the patient and for the
//! level in question.
//!
//! The rule. Of the observations of a feature and subject that were made on or before the index
//! date, the one with the latest day counts, then the one recorded last. If that one is an absence
//! or cannot be used (unknown unit, wrong kind, read from a file in probably another unit), the
//! fact is not known: an older value never steps in unseen. Derived features follow from the
//! catalogue's rules, unless a value or a reason of absence was recorded.

mod selection;
mod stated;

use crate::{
    assessment::{FactOrigin, UsedFact},
    case::{AbsenceReason, Case, Entry, Observation, Subject, Value},
    catalogue::{Catalogue, Contradiction, Feature, FeatureId, Kind, Per},
    conditions::{KnownFacts, Truth},
    level::Level,
};
use chrono::{NaiveDate, TimeDelta};
use selection::lesion_in_question;
pub(crate) use selection::{Refusal, current, fits_subject, held_on, made_by, usable};
pub(crate) use stated::stated;
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
        let lesion = lesion_in_question(case, level);
        for ((id, subject), observation) in current(case, catalogue, index_date) {
            let Some(feature) = catalogue.feature(id) else {
                continue;
            };
            let wanted = match subject {
                Subject::Patient => true,
                Subject::Level(observed) => Some(*observed) == level,
                Subject::Lesion(name) => Some(name) == lesion.as_ref(),
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
        facts.insert_stated(case, catalogue, index_date);
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

    /// What a person would have to enter to know these features, in the order of the catalogue: for a class
    /// what its rule lacks.
    pub(crate) fn enterable(
        &self,
        missing: &BTreeSet<FeatureId>,
        catalogue: &Catalogue,
    ) -> Vec<FeatureId> {
        let entered = missing.iter().flat_map(|id| {
            match catalogue.feature(id).is_some_and(|feature| feature.derived) {
                true => self.missing(id),
                false => BTreeSet::from([id.clone()]),
            }
        });
        catalogue.in_order(entered)
    }

    /// The facts with the total of a score, or with what it lacks, and what the rules make of it.
    pub(crate) fn with_total(
        mut self,
        catalogue: &Catalogue,
        feature: &Feature,
        total: Result<i32, BTreeSet<FeatureId>>,
    ) -> Facts {
        match total {
            Ok(total) => {
                let fact = self.derived_fact(feature, Value::Number(f64::from(total)), Vec::new());
                self.known.insert(feature.id.clone(), fact);
            }
            Err(missing) => {
                self.open.insert(feature.id.clone(), missing);
            }
        }
        self.derive(catalogue);
        self
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

    fn insert_stated(&mut self, case: &Case, catalogue: &Catalogue, index_date: NaiveDate) {
        for (id, value) in stated(case, index_date, self.level) {
            let Some(feature) = catalogue.feature(&id) else {
                continue;
            };
            if self.known.contains_key(&id) || self.refused.contains(&id) {
                continue;
            }
            let fact = self.derived_fact(feature, value, Vec::new());
            self.known.insert(id, fact);
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
    /// what is asked only for other primary tumours. A primary tumour that is not known comes first,
    /// because it decides what else is asked.
    fn inputs_behind(
        &self,
        catalogue: &Catalogue,
        missing: BTreeSet<FeatureId>,
    ) -> BTreeSet<FeatureId> {
        let primary = FeatureId::unchecked("primary_tumour");
        if missing.contains(&primary) {
            return BTreeSet::from([primary]);
        }
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

#[cfg(test)]
mod tests;
