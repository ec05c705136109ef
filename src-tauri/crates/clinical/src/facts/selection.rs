//! Which observation counts on a day, and whether its value can be used.

use crate::{
    case::{Case, Observation, Source, Subject, Value},
    catalogue::{Catalogue, Feature, FeatureId, Per, ValueProblem},
    level::Level,
    units,
};
use chrono::{NaiveDate, TimeDelta};
use std::collections::BTreeMap;

/// Why an observation is not used.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Refusal {
    UnknownUnit(units::UnknownUnit),
    Value(ValueProblem),
    /// Implausible as read from a file, plausible in another unit.
    ProbablyUnit,
}

/// The day an observation is about: the day it was made, else the day it was recorded (UTC).
pub(crate) fn held_on(observation: &Observation) -> NaiveDate {
    observation
        .observed_on
        .unwrap_or_else(|| observation.recorded_at.date_naive())
}

/// Whether an observation was made by the end of a day.
///
/// An undated one counts from the day of its recording in the westernmost time zone (UTC−12): what
/// is entered in the evening in America bears tomorrow's date in UTC and must not vanish today.
pub(crate) fn made_by(observation: &Observation, day: NaiveDate) -> bool {
    let recorded = observation.recorded_at;
    let western = recorded
        .checked_sub_signed(TimeDelta::hours(12))
        .unwrap_or(recorded);
    observation.observed_on.unwrap_or(western.date_naive()) <= day
}

/// Whether an observation is about what its feature is recorded for.
pub(crate) fn fits_subject(feature: &Feature, subject: &Subject) -> bool {
    matches!(
        (feature.per, subject),
        (Per::Patient, Subject::Patient)
            | (Per::Level, Subject::Level(_))
            | (Per::Lesion, Subject::Lesion(_))
    )
}

/// The observation that counts on a day, for every feature and subject.
pub(crate) fn current<'case>(
    case: &'case Case,
    catalogue: &Catalogue,
    index_date: NaiveDate,
) -> BTreeMap<(&'case FeatureId, &'case Subject), &'case Observation> {
    let mut latest: BTreeMap<_, &Observation> = BTreeMap::new();
    let order = |observation: &Observation| (held_on(observation), observation.recorded_at);
    for observation in &case.observations {
        let Some(feature) = catalogue.feature(&observation.feature) else {
            continue;
        };
        let counts = feature.asked
            && fits_subject(feature, &observation.subject)
            && made_by(observation, index_date);
        if !counts {
            continue;
        }
        let held = latest
            .entry((&observation.feature, &observation.subject))
            .or_insert(observation);
        if order(observation) >= order(held) {
            *held = observation;
        }
    }
    latest
}

/// The value in the catalogue's unit, or why it cannot be used.
///
/// A value that another unit would explain is used where a person typed it, because the form asks
/// and takes an answer. Where it was read from a file nobody was asked, and it is held back.
pub(crate) fn usable(
    feature: &Feature,
    observation: &Observation,
    value: &Value,
    unit: Option<&str>,
) -> Result<Value, Refusal> {
    let number = value.as_number();
    let canonical = units::to_canonical(feature, number.unwrap_or_default(), unit);
    let canonical = canonical.map_err(Refusal::UnknownUnit)?;
    let value = number.map_or_else(|| value.clone(), |_| Value::Number(canonical));
    feature.accepts(&value).map_err(Refusal::Value)?;
    let suggested = number.and_then(|number| units::suggest_unit(feature, number, unit));
    match suggested {
        Some(_) if observation.source != Source::Typed => Err(Refusal::ProbablyUnit),
        _ => Ok(value),
    }
}

/// The lesion that lesion-wise facts are about. Of those that facts were recorded of, one that lies at the level in
/// question goes before one of which nobody said where it lies, and one at another level is never meant; without
/// a level in question all of them are. There has to be exactly one.
pub(super) fn lesion_in_question(case: &Case, level: Option<Level>) -> Option<String> {
    let mut recorded = case.all_lesions();
    recorded.retain(|lesion| {
        case.observations.iter().any(
            |observation| matches!(&observation.subject, Subject::Lesion(name) if *name == lesion.name),
        )
    });
    if level.is_some() {
        let is_here = recorded.iter().any(|lesion| lesion.level == level);
        let wanted = if is_here { level } else { None };
        recorded.retain(|lesion| lesion.level == wanted);
    }
    let only = recorded.pop()?;
    recorded.is_empty().then_some(only.name)
}
