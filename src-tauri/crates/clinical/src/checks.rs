//! What a board should know about the data of a case: missing, stale, implausible, contradictory,
//! about another patient. Findings are shown and never block.

mod agreement;
mod identity;
mod missing;
mod values;

use crate::{
    case::{Case, Observation, Subject, Value},
    catalogue::{Catalogue, Feature},
    facts::Facts,
    findings::{Finding, Severity},
    level::Level,
};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Every finding about a case as of a day: the loudest first, then in the order of the catalogue.
pub fn findings(case: &Case, catalogue: &Catalogue, index_date: NaiveDate) -> Vec<Finding> {
    let facts = Facts::at(case, catalogue, index_date);
    let mut found = identity::findings(case);
    found.extend(values::findings(case, catalogue, index_date));
    found.extend(agreement::findings(case, catalogue, index_date, &facts));
    found.extend(missing::findings(case, catalogue, &facts));
    let place = |finding: &Finding| {
        finding
            .feature
            .as_ref()
            .map(|id| catalogue.position(id).unwrap_or(usize::MAX))
    };
    found.sort_by(|one, other| {
        (
            one.severity,
            place(one),
            &one.subject,
            one.code,
            &one.parameters,
        )
            .cmp(&(
                other.severity,
                place(other),
                &other.subject,
                other.code,
                &other.parameters,
            ))
    });
    found
}

/// Every level that has facts.
fn levels(case: &Case) -> BTreeSet<Level> {
    let level = |observation: &Observation| match observation.subject {
        Subject::Level(level) => Some(level),
        _ => None,
    };
    case.observations.iter().filter_map(level).collect()
}

/// How loud a blank or old value of a feature is.
fn weight(feature: &Feature) -> Severity {
    if feature.important {
        Severity::Warning
    } else {
        Severity::Note
    }
}

/// A value for the words to put into a language: the id of an option, a number with its unit.
fn shown(feature: &Feature, value: &Value, unit: Option<&str>) -> String {
    match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Code(code) => code.clone(),
        Value::Number(number) => with_unit(*number, unit.or(feature.unit.as_deref())),
    }
}

/// A number in at most five significant digits, with its unit.
fn with_unit(number: f64, unit: Option<&str>) -> String {
    let rounded: f64 = format!("{number:.4e}").parse().unwrap_or(number);
    unit.map_or_else(|| rounded.to_string(), |unit| format!("{rounded} {unit}"))
}

#[cfg(test)]
mod tests;
