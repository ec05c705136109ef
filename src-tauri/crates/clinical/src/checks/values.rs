//! What is wrong with single observations: not used, unlikely, in a doubtful unit, old.

use super::{shown, weight, with_unit};
use crate::{
    case::{Case, Entry, Observation, Value},
    catalogue::{Catalogue, Feature, Kind, Per, ValueProblem},
    facts::{self, Refusal},
    findings::{Finding, FindingCode, Severity},
    units,
};
use chrono::NaiveDate;

/// Findings about every observation that is not considered, and about those that count.
pub(super) fn findings(case: &Case, catalogue: &Catalogue, index_date: NaiveDate) -> Vec<Finding> {
    let mut found = not_considered(case, catalogue, index_date);
    for observation in facts::current(case, catalogue, index_date).into_values() {
        if let Some(feature) = catalogue.feature(&observation.feature) {
            found.extend(about_value(feature, observation));
            found.extend(stale(feature, observation, index_date));
        }
    }
    found
}

/// A finding about one observation.
fn about(
    observation: &Observation,
    code: FindingCode,
    severity: Severity,
    parameters: &[(&str, String)],
) -> Finding {
    Finding {
        code,
        severity,
        feature: Some(observation.feature.clone()),
        subject: Some(observation.subject.clone()),
        parameters: parameters
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.clone()))
            .collect(),
    }
}

/// Observations that no assessment of this day looks at.
fn not_considered(case: &Case, catalogue: &Catalogue, index_date: NaiveDate) -> Vec<Finding> {
    let judge = |observation: &Observation| {
        let Some(feature) = catalogue
            .feature(&observation.feature)
            .filter(|feature| feature.asked)
        else {
            return Some(about(
                observation,
                FindingCode::UnknownFeature,
                Severity::Warning,
                &[],
            ));
        };
        if !facts::fits_subject(feature, &observation.subject) {
            let per = match feature.per {
                Per::Patient => "patient",
                Per::Level => "level",
                Per::Lesion => "lesion",
            };
            let per = [("per", per.to_owned())];
            return Some(about(
                observation,
                FindingCode::WrongSubject,
                Severity::Warning,
                &per,
            ));
        }
        let later = feature.kind != Kind::Outcome && !facts::made_by(observation, index_date);
        later.then(|| {
            let date = [("date", facts::held_on(observation).to_string())];
            about(
                observation,
                FindingCode::AfterIndexDate,
                Severity::Note,
                &date,
            )
        })
    };
    case.observations.iter().filter_map(judge).collect()
}

/// What is wrong with the value that counts.
fn about_value(feature: &Feature, observation: &Observation) -> Option<Finding> {
    let Entry::Known { value, unit } = &observation.entry else {
        return None;
    };
    let unit = unit.as_deref();
    let shown = ("value", shown(feature, value, unit));
    let usable = facts::usable(feature, observation, value, unit);
    let used = usable.is_ok();
    let suggested = value
        .as_number()
        .and_then(|number| units::suggest_unit(feature, number, unit));
    let (code, parameters) = match (usable, suggested) {
        (Ok(_) | Err(Refusal::ProbablyUnit), Some(suggested)) => {
            let parameters = vec![
                shown,
                ("number", value.as_number()?.to_string()),
                ("suggested_unit", suggested.to_owned()),
                ("use", if used { "used" } else { "not_used" }.to_owned()),
            ];
            (FindingCode::ImplausibleUnit, parameters)
        }
        (Ok(Value::Number(number)), None) => {
            let limits = feature.limits?;
            if units::plausible(feature, number, None) != Ok(false) {
                return None;
            }
            let limit = |limit: f64| {
                let entered = units::from_canonical(feature, limit, unit).unwrap_or(limit);
                with_unit(entered, unit.or(feature.unit.as_deref()))
            };
            let parameters = vec![
                shown,
                ("min", limit(limits.min)),
                ("max", limit(limits.max)),
            ];
            (FindingCode::Implausible, parameters)
        }
        (Ok(_) | Err(Refusal::ProbablyUnit), None) => return None,
        (Err(Refusal::UnknownUnit(unknown)), _) => {
            let accepted = match unknown.accepted.as_str() {
                "" => "no_unit".to_owned(),
                units => units.to_owned(),
            };
            let parameters = vec![("unit", unknown.unit), ("accepted", accepted)];
            (FindingCode::UnknownUnit, parameters)
        }
        (Err(Refusal::Value(ValueProblem::UnknownOption)), _) => {
            (FindingCode::UnknownOption, vec![shown])
        }
        (Err(Refusal::Value(problem)), _) => {
            let parameters = vec![shown, ("problem", problem.id().to_owned())];
            (FindingCode::InvalidValue, parameters)
        }
    };
    Some(about(observation, code, Severity::Warning, &parameters))
}

fn stale(feature: &Feature, observation: &Observation, index_date: NaiveDate) -> Option<Finding> {
    let Entry::Known { value, unit } = &observation.entry else {
        return None;
    };
    facts::usable(feature, observation, value, unit.as_deref()).ok()?;
    let limit = feature.stale_after_days?;
    let days = (index_date - facts::held_on(observation)).num_days();
    (days > i64::from(limit)).then(|| {
        let parameters = [("days", days.to_string()), ("limit", limit.to_string())];
        about(
            observation,
            FindingCode::Stale,
            weight(feature),
            &parameters,
        )
    })
}
