//! Values of a row as observations of a case, beside those that it has.

use super::{
    plan::Planning,
    view::{PatientInTable, ValueInTable},
};
use crate::{lesions::list_lesion, new_id};
use clinical::{
    case::{Case, Entry, Observation, Source, Subject, Value},
    catalogue::{Catalogue, Feature},
    units,
};
use exchange::import_csv::{
    ImportEffect, ImportFinding, ImportFindingCode, ImportRow, ImportedValue,
};

/// Two numbers that differ less are one value, entered in two units.
const SAME: f64 = 1e-6;

/// Adds the values of a row that the case does not have yet.
pub(super) fn add(
    planning: &Planning<'_>,
    case: &mut Case,
    row: &ImportRow,
    shown: &mut PatientInTable,
    findings: &mut Vec<ImportFinding>,
) {
    for value in &row.values {
        let Some(feature) = planning.catalogue.feature(&value.feature) else {
            continue;
        };
        let say =
            |code, effect| ImportFinding::new(value.line, code, effect).in_column(&value.column);
        if case
            .observations
            .iter()
            .any(|known| is_of_the_same(known, value) && has_value(feature, known, value))
        {
            shown.duplicates += 1;
            findings.push(say(
                ImportFindingCode::Duplicate,
                ImportEffect::ValueLeftOut,
            ));
            continue;
        }
        if let Some(finding) = beside(case, planning.spoken, feature, value, shown, &say) {
            findings.push(finding);
        }
        let source = Source::File {
            name: planning.file_name.to_owned(),
        };
        if let Subject::Lesion(name) = &value.subject {
            list_lesion(case, name, Some(&source), &planning.author);
        }
        case.observations.push(Observation {
            id: new_id(),
            feature: value.feature.clone(),
            subject: value.subject.clone(),
            entry: Entry::Known {
                value: value.value.clone(),
                unit: value.unit.clone(),
            },
            observed_on: value.observed_on,
            recorded_at: planning.now,
            source,
            author: planning.author.clone(),
            // A value in place of a computed one says why: it stood so in the table.
            note: feature
                .derived
                .then(|| format!("{}: {}", planning.file_name, value.column)),
        });
        shown.values.push(ValueInTable {
            line: value.line,
            feature: value.feature.clone(),
            subject: value.subject.clone(),
            value: value.value.clone(),
            unit: value.unit.clone(),
            observed_on: value.observed_on,
        });
    }
}

/// Another value of the same day, in the case or in an earlier row; both stay, and the one that comes in counts.
fn beside(
    case: &Case,
    spoken: &Catalogue,
    feature: &Feature,
    value: &ImportedValue,
    shown: &PatientInTable,
    say: &dyn Fn(ImportFindingCode, ImportEffect) -> ImportFinding,
) -> Option<ImportFinding> {
    value.observed_on?;
    let is_same = |other: &&ValueInTable| {
        other.feature == value.feature
            && other.subject == value.subject
            && other.observed_on == value.observed_on
    };
    if let Some(other) = shown.values.iter().rev().find(is_same) {
        let finding = say(ImportFindingCode::OtherValueInTable, ImportEffect::Taken);
        return Some(finding.with("other", other.line));
    }
    let known = case
        .observations
        .iter()
        .rev()
        .find(|known| is_of_the_same(known, value))?;
    let Entry::Known {
        value: earlier,
        unit,
    } = &known.entry
    else {
        return None;
    };
    let text = match earlier {
        Value::Number(number) => {
            let unit = unit
                .as_deref()
                .or(feature.unit.as_deref())
                .unwrap_or_default();
            format!("{number} {unit}").trim().to_owned()
        }
        Value::Code(code) => {
            let spoken = spoken
                .feature(&feature.id)
                .and_then(|feature| feature.option(code));
            spoken.map_or(code, |option| &option.label).clone()
        }
        Value::Flag(flag) => flag.to_string(),
    };
    Some(say(ImportFindingCode::OtherValueSameDay, ImportEffect::Taken).with("value", text))
}

fn is_of_the_same(known: &Observation, value: &ImportedValue) -> bool {
    known.feature == value.feature
        && known.subject == value.subject
        && known.observed_on == value.observed_on
}

fn has_value(feature: &Feature, known: &Observation, value: &ImportedValue) -> bool {
    let Entry::Known {
        value: earlier,
        unit,
    } = &known.entry
    else {
        return false;
    };
    let (Value::Number(one), Value::Number(other)) = (earlier, &value.value) else {
        return *earlier == value.value;
    };
    let one = units::to_canonical(feature, *one, unit.as_deref());
    let other = units::to_canonical(feature, *other, value.unit.as_deref());
    matches!((one, other), (Ok(one), Ok(other)) if (one - other).abs() <= SAME * one.abs().max(other.abs()))
}
