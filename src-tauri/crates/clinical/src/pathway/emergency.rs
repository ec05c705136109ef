//! Signs that cannot wait: they come before every forecast.

use super::{
    Emergency, EmergencySign, EmergencyStep, Worsening,
    table::{PathwayTable, Sign},
};
use crate::{
    case::{Case, Entry, Observation, Subject},
    catalogue::{Catalogue, FeatureId},
    conditions::{KnownFacts, Truth},
    facts::{held_on, made_by},
};
use chrono::NaiveDate;

pub(super) fn emergency(
    table: &PathwayTable,
    case: &Case,
    index_date: NaiveDate,
    known: &impl KnownFacts,
) -> Option<Emergency> {
    let signs = table
        .sign
        .iter()
        .flat_map(|sign| found(sign, table, case, index_date, known));
    let signs: Vec<EmergencySign> = signs.collect();
    let steps = table.step.iter().map(|step| EmergencyStep {
        id: step.id.clone(),
        citation: table
            .citation
            .get(&step.citation)
            .cloned()
            .unwrap_or_default(),
        provenance: step.provenance,
    });
    (!signs.is_empty()).then(|| Emergency {
        signs,
        steps: steps.collect(),
    })
}

fn found(
    sign: &Sign,
    table: &PathwayTable,
    case: &Case,
    index_date: NaiveDate,
    known: &impl KnownFacts,
) -> Vec<EmergencySign> {
    let citation = sign
        .citation
        .as_ref()
        .and_then(|key| table.citation.get(key));
    let named = |reads: Vec<FeatureId>, worsening| EmergencySign {
        id: sign.id.clone(),
        reads,
        worsening,
        citation: citation.cloned(),
    };
    match &sign.when {
        Some(condition) => match condition.judge(known) {
            Truth::True => vec![named(condition.reads().into_iter().collect(), None)],
            _ => Vec::new(),
        },
        None => sign
            .worsened
            .iter()
            .filter_map(|feature| {
                let worsening = worsening(case, feature, index_date)?;
                Some(named(vec![feature.clone()], Some(worsening)))
            })
            .collect(),
    }
}

/// The last fall of a graded fact of the patient, where the latest value is lower in the order of the catalogue than the
/// value of the day before it that has one.
fn worsening(case: &Case, feature: &FeatureId, index_date: NaiveDate) -> Option<Worsening> {
    let options = &Catalogue::shipped().feature(feature)?.options;
    let rank = |code: &str| options.iter().position(|option| option.id == code);
    let mut known: Vec<(NaiveDate, &Observation, &str)> = case
        .observations
        .iter()
        .filter(|one| one.feature == *feature && one.subject == Subject::Patient)
        .filter(|one| made_by(one, index_date))
        .filter_map(|one| match &one.entry {
            Entry::Known { value, .. } => Some((held_on(one), one, value.as_code()?)),
            Entry::Absent { .. } => None,
        })
        .collect();
    known.sort_by_key(|(day, observation, _)| (*day, observation.recorded_at));
    let (to_day, _, to) = known.pop()?;
    let earlier = known.iter().rev().find(|(day, ..)| *day < to_day)?;
    let (from_day, _, from) = *earlier;
    (rank(to)? < rank(from)?).then(|| Worsening {
        feature: feature.clone(),
        from: from.to_owned(),
        to: to.to_owned(),
        from_day,
        to_day,
    })
}
