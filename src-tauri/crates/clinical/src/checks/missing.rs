//! What is not known and would settle a score or serve a model.

use super::{levels, weight};
use crate::{
    case::{AbsenceReason, Case, Subject},
    catalogue::{Catalogue, Feature, FeatureId, Per},
    facts::Facts,
    findings::{Finding, FindingCode, Severity},
    scores,
};
use std::collections::{BTreeMap, BTreeSet};

/// Blanks that matter, and whether the level in question is clear.
pub(super) fn findings(case: &Case, catalogue: &Catalogue, facts: &Facts) -> Vec<Finding> {
    let mut found = blanks(catalogue, facts);
    found.extend(index_level_unclear(case));
    found
}

/// What a score or a model would read and nobody has recorded.
fn blanks(catalogue: &Catalogue, facts: &Facts) -> Vec<Finding> {
    let needed = needed(catalogue, facts);
    let mut found = Vec::new();
    for feature in catalogue
        .features()
        .iter()
        .filter(|feature| needed.contains(&feature.id))
    {
        let subject = match (feature.per, facts.level()) {
            (Per::Level, Some(level)) => Subject::Level(level),
            _ => Subject::Patient,
        };
        let (code, severity, parameters) = match facts.absence(&feature.id) {
            Some(AbsenceReason::NotApplicable) => continue,
            Some(reason) => {
                let reason = ("absence".to_owned(), reason.id().to_owned());
                (
                    FindingCode::RecordedAbsent,
                    Severity::Note,
                    BTreeMap::from([reason]),
                )
            }
            None => (FindingCode::Missing, weight(feature), BTreeMap::new()),
        };
        let (feature, subject) = (Some(feature.id.clone()), Some(subject));
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

/// What has to be entered before every score is computed and every model reads all it can. What
/// was recorded with an unusable value has a finding of its own.
///
/// Without a level, one remark about the level stands for all that hangs on it.
fn needed(catalogue: &Catalogue, facts: &Facts) -> BTreeSet<FeatureId> {
    let tables = scores::shipped();
    let mut needed: BTreeSet<FeatureId> = tables
        .iter()
        .flat_map(|table| table.reads())
        .flat_map(|read| facts.missing(&read))
        .collect();
    let by_a_model = |feature: &&Feature| {
        feature
            .read_by
            .iter()
            .any(|reader| tables.iter().all(|table| table.id != *reader))
    };
    let read: Vec<&Feature> = catalogue.features().iter().filter(by_a_model).collect();
    needed.extend(read.iter().flat_map(|feature| facts.missing(&feature.id)));
    let level = FeatureId::unchecked("vertebral_level");
    needed.retain(|id| {
        *id == level
            || catalogue.feature(id).is_some_and(|feature| {
                !feature.blank_is_usual
                    && !facts.is_refused(id)
                    && facts.relevant(feature)
                    && (feature.per == Per::Patient || facts.level().is_some())
            })
    });
    needed
}

fn index_level_unclear(case: &Case) -> Option<Finding> {
    if case.level_in_question().is_some() {
        return None;
    }
    let levels: Vec<&str> = levels(case).iter().map(|level| level.name()).collect();
    (levels.len() > 1).then(|| Finding {
        code: FindingCode::IndexLevelUnclear,
        severity: Severity::Warning,
        feature: None,
        subject: None,
        parameters: BTreeMap::from([("levels".to_owned(), levels.join(", "))]),
    })
}
