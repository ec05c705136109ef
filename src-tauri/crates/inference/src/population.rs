//! For whom the model was made, and whether this patient is one of them.

use crate::manifest::Population;
use clinical::{
    assessment::PopulationMatch, case::Value, catalogue::FeatureId, conditions::KnownFacts,
};

/// A patient below the age for which the model may answer at all.
pub(crate) fn too_young(population: &Population, facts: &impl KnownFacts) -> bool {
    let age = facts
        .known(&FeatureId::unchecked("age"))
        .and_then(Value::as_number);
    age.is_some_and(|age| age < population.age_min)
}

/// Compares the patient with the population; `doubts` are the codes of the encoding.
pub(crate) fn compare(
    population: &Population,
    facts: &impl KnownFacts,
    doubts: &[String],
) -> PopulationMatch {
    let age = facts
        .known(&FeatureId::unchecked("age"))
        .and_then(Value::as_number);
    let primary = facts
        .known(&FeatureId::unchecked("primary_tumour"))
        .and_then(Value::as_code);
    let counted = population
        .primary
        .iter()
        .find(|count| Some(count.value.as_str()) == primary);
    let mut reasons = Vec::new();
    if age.is_none() {
        reasons.push("age_unknown".to_owned());
    }
    match primary {
        None => reasons.push("primary_unknown".to_owned()),
        Some(primary)
            if population
                .primary_excluded
                .iter()
                .any(|excluded| excluded == primary) =>
        {
            reasons.push("primary_excluded".to_owned());
        }
        Some(_) if counted.is_none() => reasons.push("primary_not_represented".to_owned()),
        Some(_) => {}
    }
    reasons.extend_from_slice(doubts);
    PopulationMatch {
        inside: reasons.is_empty(),
        reasons,
        similar_patients: counted.map(|count| count.patients),
    }
}
