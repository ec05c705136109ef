//! The header of a cohort table: which column is which, strictly. What is wrong is said in words.

use crate::{
    ExchangeError,
    cell::{nearest, quoted},
    outcome_columns::{DIED, MONTHS},
};
use clinical::catalogue::{Catalogue, Feature, FeatureId, Kind};

/// Columns that are carried over to the output.
const LABELS: [&str; 2] = ["patient", "id"];

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Column {
    Label,
    IndexDate,
    IndexLevel,
    Value(FeatureId),
    Unit(FeatureId),
    Months,
    Died,
}

/// Whether a table tells how its patients fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FollowUp {
    /// It has no such columns.
    None,
    /// It has both.
    Both,
}

/// Resolves the names of a header.
pub(crate) fn resolve(
    names: &[String],
    catalogue: &Catalogue,
    follow_up: FollowUp,
) -> Result<Vec<Column>, ExchangeError> {
    if names.iter().all(|name| name.is_empty()) {
        return Err(wrong("the table has no header line"));
    }
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    for (position, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(wrong(&format!("column {} has no name", position + 1)));
        }
        let column = match (follow_up, name.as_str()) {
            (FollowUp::Both, MONTHS) => Column::Months,
            (FollowUp::Both, DIED) => Column::Died,
            _ => column(name, catalogue)?,
        };
        if names[..position].contains(name)
            || (column != Column::Label && columns.contains(&column))
        {
            return Err(wrong(&format!("column {} is there twice", quoted(name))));
        }
        columns.push(column);
    }
    for (name, column) in names.iter().zip(&columns) {
        if let Column::Unit(feature) = column
            && !columns.contains(&Column::Value(feature.clone()))
        {
            return Err(wrong(&format!(
                "column {} gives a unit, but '{feature}' has no column",
                quoted(name)
            )));
        }
    }
    for (name, column) in [(MONTHS, Column::Months), (DIED, Column::Died)] {
        if follow_up == FollowUp::Both && !columns.contains(&column) {
            return Err(wrong(&format!(
                "there is no column '{name}'; a cohort needs 'months' of follow-up and 'died' (0 or 1)"
            )));
        }
    }
    Ok(columns)
}

fn column(name: &str, catalogue: &Catalogue) -> Result<Column, ExchangeError> {
    if LABELS.contains(&name) {
        return Ok(Column::Label);
    }
    match name {
        "index_date" => return Ok(Column::IndexDate),
        // The catalogue's name for the level in question, which is stated with the case.
        "index_level" | "vertebral_level" => return Ok(Column::IndexLevel),
        _ => {}
    }
    let feature = |name: &str| catalogue.feature(&FeatureId::unchecked(name));
    if let Some(Feature { id, kind, .. }) = feature(name) {
        return match kind {
            Kind::Outcome => Err(wrong(&format!(
                "column {} is an outcome, which is never an input; remove it",
                quoted(name)
            ))),
            _ => Ok(Column::Value(id.clone())),
        };
    }
    if let Some(Feature { id, unit, .. }) = name.strip_suffix("_unit").and_then(feature) {
        return match unit {
            Some(_) => Ok(Column::Unit(id.clone())),
            None => Err(wrong(&format!(
                "column {} gives a unit, but '{id}' is not a measured number",
                quoted(name)
            ))),
        };
    }
    let inputs = catalogue
        .features()
        .iter()
        .filter(|feature| feature.kind != Kind::Outcome);
    let ids = inputs
        .map(|feature| feature.id.as_str())
        .chain(LABELS)
        .chain(["index_date", "index_level"]);
    let hint = nearest(name, ids).map(|near| format!("; did you mean '{near}'?"));
    Err(wrong(&format!(
        "column {} is not known{}",
        quoted(name),
        hint.unwrap_or_default()
    )))
}

fn wrong(reason: &str) -> ExchangeError {
    ExchangeError::Header(reason.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn resolved(header: &str) -> Result<Vec<Column>, ExchangeError> {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        resolve(&names, Catalogue::shipped(), FollowUp::None)
    }

    #[test]
    fn names_are_resolved() {
        let albumin = || FeatureId::unchecked("albumin");
        assert_eq!(
            resolved("patient,albumin,albumin_unit,index_date,index_level").unwrap(),
            [
                Column::Label,
                Column::Value(albumin()),
                Column::Unit(albumin()),
                Column::IndexDate,
                Column::IndexLevel
            ]
        );
    }

    #[test]
    fn a_wrong_header_is_refused_in_words() {
        let refusal = |header| match resolved(header) {
            Err(ExchangeError::Header(reason)) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            refusal("age,hemoglobin"),
            "column 'hemoglobin' is not known; did you mean 'haemoglobin'?"
        );
        assert_eq!(
            refusal("age,qqqqqqqqqqqq"),
            "column 'qqqqqqqqqqqq' is not known"
        );
        assert_eq!(refusal("age,age"), "column 'age' is there twice");
        assert_eq!(
            refusal("index_level,vertebral_level"),
            "column 'vertebral_level' is there twice"
        );
        assert_eq!(refusal("age,"), "column 2 has no name");
        assert_eq!(
            refusal("age,death"),
            "column 'death' is an outcome, which is never an input; remove it"
        );
        assert_eq!(
            refusal("albumin_unit"),
            "column 'albumin_unit' gives a unit, but 'albumin' has no column"
        );
        assert!(refusal("sex,sex_unit").ends_with("'sex' is not a measured number"));
        assert_eq!(refusal(""), "the table has no header line");
    }
}
