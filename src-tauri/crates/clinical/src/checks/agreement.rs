//! Facts that do not go together, and typed values that the other facts do not bear out.

use super::{levels, shown};
use crate::{
    assessment::FactOrigin,
    case::{Case, Subject, Value},
    catalogue::{Catalogue, FeatureId, Per},
    facts::{self, Facts},
    findings::{Finding, FindingCode, Severity},
    level::Level,
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Contradictions at every level, and typed values of the patient and the level in question.
pub(super) fn findings(
    case: &Case,
    catalogue: &Catalogue,
    index_date: NaiveDate,
    facts: &Facts,
) -> Vec<Finding> {
    let mut found = contradictions(case, catalogue, index_date, facts);
    found.extend(typed(case, catalogue, index_date, facts));
    found
}

/// Facts that exclude each other, for the patient and for every level that has facts.
fn contradictions(
    case: &Case,
    catalogue: &Catalogue,
    index_date: NaiveDate,
    facts: &Facts,
) -> Vec<Finding> {
    let levels: BTreeSet<Level> = levels(case).into_iter().chain(facts.level()).collect();
    let about: Vec<Facts> = levels
        .into_iter()
        .map(|level| Facts::about_level(case, catalogue, index_date, Some(level)))
        .collect();
    let mut found = Vec::new();
    for contradiction in catalogue.contradictions() {
        let reads = contradiction.reads();
        let of_level = |id: &FeatureId| catalogue.feature(id).is_some_and(|f| f.per == Per::Level);
        let (judged, by_level) = match reads.iter().any(of_level) {
            true => (about.as_slice(), true),
            false => (std::slice::from_ref(facts), false),
        };
        for facts in judged
            .iter()
            .filter(|facts| facts.contradicts(contradiction))
        {
            let level = facts.level().filter(|_| by_level).map(Subject::Level);
            found.push(Finding {
                code: FindingCode::Contradiction,
                severity: Severity::Warning,
                feature: None,
                subject: Some(level.unwrap_or(Subject::Patient)),
                parameters: BTreeMap::from([("rule".to_owned(), contradiction.id.clone())]),
            });
        }
    }
    found
}

/// What was typed although it can be computed, and whether the other facts say otherwise.
fn typed(case: &Case, catalogue: &Catalogue, index_date: NaiveDate, facts: &Facts) -> Vec<Finding> {
    let stated = facts::stated(case, index_date, facts.level());
    let mut found = Vec::new();
    for feature in catalogue.features() {
        let Some(fact) = facts.fact(&feature.id) else {
            continue;
        };
        if !matches!(fact.origin, FactOrigin::Observed { .. }) {
            continue;
        }
        let ruled = || catalogue.rule(&feature.id)?.apply(facts).ok().flatten();
        let computed = match stated.get(&feature.id) {
            Some(stated) => Some(stated.clone()),
            None if feature.derived => ruled(),
            None => continue,
        };
        let mut parameters =
            BTreeMap::from([("value".to_owned(), shown(feature, &fact.value, None))]);
        let (code, severity) = match computed {
            Some(computed) if agree(&fact.value, &computed) => continue,
            Some(computed) => {
                let computed = shown(feature, &computed, None);
                parameters.insert("computed".to_owned(), computed);
                (FindingCode::TypedDiffers, Severity::Warning)
            }
            None => (FindingCode::TypedTotal, Severity::Note),
        };
        let (feature, subject) = (Some(feature.id.clone()), Some(fact.subject.clone()));
        found.push(Finding {
            code,
            severity,
            feature,
            subject,
            parameters,
        });
    }
    found
}

/// Numbers agree within two per cent, which covers rounding in a report and an age typed shortly
/// before a birthday; everything else agrees when it is the same.
fn agree(typed: &Value, computed: &Value) -> bool {
    match (typed.as_number(), computed.as_number()) {
        (Some(typed), Some(computed)) => (typed - computed).abs() <= 0.02 * computed.abs(),
        _ => typed == computed,
    }
}
