//! A line of the table as a patient of the comparison.

use super::HORIZONS;
use clinical::{
    assessment::{FactOrigin, ForecastState},
    case::Value,
    catalogue::{Catalogue, FeatureId},
    facts::Facts,
    head_to_head::Patient,
    scores::{self, ScoreTable},
};
use exchange::outcome_columns::FollowedPatient;
use std::collections::{BTreeMap, BTreeSet};

/// What a line gives to the comparison.
pub(super) fn patient(
    one: &FollowedPatient,
    facts: &Facts,
    forecast: &ForecastState,
    tables: &[&'static ScoreTable],
) -> Patient {
    let results = scores::compute_all(facts);
    let prognosis = |table: &&'static ScoreTable| {
        let result = results.iter().find(|result| result.id == table.id);
        result.map_or(Err(BTreeSet::new()), |result| {
            scores::prognosis(table, result)
        })
    };
    Patient {
        months: one.followed.months,
        died: one.followed.died,
        primary: facts
            .value(&FeatureId::unchecked("primary_tumour"))
            .and_then(Value::as_code)
            .map(str::to_owned),
        year: one.patient.year,
        model: deaths(forecast),
        scores: tables.iter().map(prognosis).collect(),
        facts: numbers(facts),
    }
}

/// Probability of death by each horizon, where the model gives all of them.
fn deaths(forecast: &ForecastState) -> Option<BTreeMap<u32, f64>> {
    let ForecastState::Available(forecast) = forecast else {
        return None;
    };
    let at = |months: u32| {
        let points = forecast.horizons.iter();
        let mut points = points.filter(|point| point.months == f64::from(months));
        Some((months, 1.0 - points.next()?.alive))
    };
    HORIZONS.into_iter().map(at).collect()
}

/// What was recorded, as numbers: an option by its place, a yes as 1.
fn numbers(facts: &Facts) -> BTreeMap<String, f64> {
    let catalogue = Catalogue::shipped();
    let recorded = facts
        .used()
        .into_iter()
        .filter(|fact| matches!(fact.origin, FactOrigin::Observed { .. }));
    let number = |feature: &FeatureId, value: &Value| match value {
        Value::Number(number) => Some(*number),
        Value::Flag(flag) => Some(f64::from(u8::from(*flag))),
        Value::Code(code) => {
            let options = &catalogue.feature(feature)?.options;
            let place = options.iter().position(|option| option.id == *code)?;
            Some(place as f64)
        }
    };
    recorded
        .filter_map(|fact| {
            Some((
                fact.feature.to_string(),
                number(&fact.feature, &fact.value)?,
            ))
        })
        .collect()
}
