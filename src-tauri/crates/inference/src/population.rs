//! For whom the model was made, and whether this patient is one of them.

use crate::manifest::{Population, Stratum};
use clinical::{
    assessment::{PopulationMatch, Similarity},
    case::Value,
    catalogue::FeatureId,
    conditions::KnownFacts,
};

/// From how many similar patients on there are many, some, few. Working limits of this program, not
/// published ones: below ten a handful of deaths is all that the model can have seen.
const MANY: u32 = 200;
const SOME: u32 = 50;
const FEW: u32 = 10;

/// A patient below the age for which the model may answer at all.
pub(crate) fn too_young(population: &Population, facts: &impl KnownFacts) -> bool {
    age_of(facts).is_some_and(|age| age < population.age_min)
}

/// Compares the patient with the population; `doubts` are the codes of the encoding.
pub(crate) fn compare(
    population: &Population,
    facts: &impl KnownFacts,
    doubts: &[String],
) -> PopulationMatch {
    let age = age_of(facts);
    let primary = facts
        .known(&FeatureId::unchecked("primary_tumour"))
        .and_then(Value::as_code);
    let counted = population
        .primary
        .iter()
        .find(|count| Some(count.value.as_str()) == primary);
    let holds = |list: &[String], primary: &str| list.iter().any(|one| one == primary);
    let literature_only =
        primary.is_some_and(|primary| holds(&population.literature_only, primary));
    let similar = match primary {
        Some(_) if literature_only => None,
        Some(primary) if !population.stratum.is_empty() => {
            Some(similar_patients(&population.stratum, primary, age, facts))
        }
        _ => None,
    };
    let similarity = match similar {
        _ if literature_only => Some(Similarity::LiteratureOnly),
        Some(MANY..) => Some(Similarity::SimilarMany),
        Some(SOME..) => Some(Similarity::SimilarSome),
        Some(FEW..) => Some(Similarity::SimilarFew),
        Some(_) => Some(Similarity::SimilarHardlyAny),
        None => None,
    };
    let mut reasons = Vec::new();
    if age.is_none() {
        reasons.push("age_unknown");
    }
    match primary {
        None => reasons.push("primary_unknown"),
        Some(primary) if holds(&population.primary_excluded, primary) => {
            reasons.push("primary_excluded");
        }
        Some(_) if literature_only => reasons.push("literature_only"),
        Some(_) if counted.is_none() => reasons.push("primary_not_represented"),
        Some(_) if similarity == Some(Similarity::SimilarHardlyAny) => {
            reasons.push("similar_hardly_any");
        }
        Some(_) => {}
    }
    let mut reasons: Vec<String> = reasons.into_iter().map(str::to_owned).collect();
    reasons.extend_from_slice(doubts);
    PopulationMatch {
        inside: reasons.is_empty(),
        reasons,
        similar_patients: similar.or(counted.map(|count| count.patients)),
        similarity,
    }
}

fn age_of(facts: &impl KnownFacts) -> Option<f64> {
    let age = facts.known(&FeatureId::unchecked("age"));
    age.and_then(Value::as_number)
}

/// Patients of this primary tumour, in the band that holds the age, whose subtype is not another one:
/// what is not known does not narrow.
fn similar_patients(
    strata: &[Stratum],
    primary: &str,
    age: Option<f64>,
    facts: &impl KnownFacts,
) -> u32 {
    let alike = |stratum: &&Stratum| {
        let subtype = |(feature, value)| facts.known(feature).is_none_or(|known| known == value);
        stratum.primary == primary
            && age.is_none_or(|age| (stratum.age_min..stratum.age_max).contains(&age))
            && stratum.when.iter().all(subtype)
    };
    let patients = strata.iter().filter(alike).map(|stratum| stratum.patients);
    patients.fold(0, u32::saturating_add)
}
