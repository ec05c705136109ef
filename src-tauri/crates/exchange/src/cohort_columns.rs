//! The header of a cohort table: which column is which, strictly. What is wrong is said in words.

use crate::{
    ExchangeError,
    cell::{nearest, quoted, shortened},
    outcome_columns::{DIED, MONTHS, YEAR},
};
use clinical::{
    catalogue::{Catalogue, Feature, FeatureId, Kind},
    head_to_head::{PassedColumn, PassedReason},
};

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
    Year,
    /// Not read.
    Passed,
}

/// Whether a table tells how its patients fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FollowUp {
    /// It has no such columns.
    None,
    /// It has both, and perhaps `year`; columns that are none of the application's are passed over.
    Known,
}

/// Pieces of names that a table of patients gives to what happened after the forecast, and whole ones;
/// without anything but letters, as `performance_status` is no outcome.
const OUTCOME_PIECES: [&str; 14] = [
    "death",
    "dead",
    "died",
    "surviv",
    "alive",
    "mortal",
    "deceas",
    "follow",
    "outcome",
    "event",
    "censor",
    "lastseen",
    "lastcontact",
    "vitalstat",
];
const OUTCOME_NAMES: [&str; 8] = [
    "status", "exitus", "dod", "os", "osmonths", "osdays", "osstatus", "time",
];

/// Resolves the names of a header, and names the columns that are passed over.
pub(crate) fn resolve(
    names: &[String],
    catalogue: &Catalogue,
    follow_up: FollowUp,
) -> Result<(Vec<Column>, Vec<PassedColumn>), ExchangeError> {
    if names.iter().all(|name| name.is_empty()) {
        return Err(wrong("the table has no header line"));
    }
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    let mut passed = Vec::new();
    for (position, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(wrong(&format!("column {} has no name", position + 1)));
        }
        let column = match (follow_up, name.as_str()) {
            (FollowUp::Known, MONTHS) => Column::Months,
            (FollowUp::Known, DIED) => Column::Died,
            (FollowUp::Known, YEAR) => Column::Year,
            _ => match column(name, catalogue) {
                Err(problem) if follow_up == FollowUp::Known => {
                    passed.push(problem.passed(name));
                    Column::Passed
                }
                resolved => resolved.map_err(|problem| wrong(&problem.text(name)))?,
            },
        };
        let once = !matches!(column, Column::Label | Column::Passed);
        if names[..position].contains(name) || (once && columns.contains(&column)) {
            return Err(wrong(&format!("column {} is there twice", quoted(name))));
        }
        columns.push(column);
    }
    for position in 0..columns.len() {
        if let Column::Unit(feature) = &columns[position]
            && !columns.contains(&Column::Value(feature.clone()))
        {
            let (name, feature) = (&names[position], feature.clone());
            let problem = Problem::UnitWithoutColumn(feature);
            if follow_up != FollowUp::Known {
                return Err(wrong(&problem.text(name)));
            }
            passed.push(problem.passed(name));
            columns[position] = Column::Passed;
        }
    }
    for (name, column) in [(MONTHS, Column::Months), (DIED, Column::Died)] {
        if follow_up != FollowUp::None && !columns.contains(&column) {
            return Err(wrong(&format!(
                "there is no column '{name}'; a cohort needs 'months' of follow-up and 'died' (0 or 1)"
            )));
        }
    }
    Ok((columns, passed))
}

/// Why a column is not read.
enum Problem {
    Outcome,
    UnitWithoutColumn(FeatureId),
    UnitOfNoNumber(FeatureId),
    Unknown { nearest: Option<String> },
}

impl Problem {
    fn text(&self, name: &str) -> String {
        let name = quoted(name);
        match self {
            Problem::Outcome => {
                format!("column {name} is an outcome, which is never an input; remove it")
            }
            Problem::UnitWithoutColumn(feature) => {
                format!("column {name} gives a unit, but '{feature}' has no column")
            }
            Problem::UnitOfNoNumber(feature) => {
                format!("column {name} gives a unit, but '{feature}' is not a measured number")
            }
            Problem::Unknown { nearest } => {
                let hint = nearest
                    .as_ref()
                    .map(|near| format!("; did you mean '{near}'?"));
                format!("column {name} is not known{}", hint.unwrap_or_default())
            }
        }
    }

    fn passed(self, name: &str) -> PassedColumn {
        let (reason, nearest) = match self {
            Problem::Outcome => (PassedReason::OutcomeLike, None),
            Problem::Unknown { .. } if looks_like_outcome(name) => {
                (PassedReason::OutcomeLike, None)
            }
            Problem::Unknown { nearest } => (PassedReason::Unknown, nearest),
            Problem::UnitWithoutColumn(_) | Problem::UnitOfNoNumber(_) => {
                (PassedReason::UnitWithoutNumber, None)
            }
        };
        PassedColumn {
            name: shortened(name),
            reason,
            nearest,
        }
    }
}

/// By its name alone: a death, a survival, a status, or when somebody was last seen.
fn looks_like_outcome(name: &str) -> bool {
    let letters = name.chars().filter(|letter| letter.is_alphabetic());
    let letters = letters.collect::<String>().to_lowercase();
    OUTCOME_PIECES.iter().any(|piece| letters.contains(piece))
        || OUTCOME_NAMES.contains(&letters.as_str())
}

fn column(name: &str, catalogue: &Catalogue) -> Result<Column, Problem> {
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
            Kind::Outcome => Err(Problem::Outcome),
            _ => Ok(Column::Value(id.clone())),
        };
    }
    if let Some(Feature { id, unit, .. }) = name.strip_suffix("_unit").and_then(feature) {
        return match unit {
            Some(_) => Ok(Column::Unit(id.clone())),
            None => Err(Problem::UnitOfNoNumber(id.clone())),
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
    Err(Problem::Unknown {
        nearest: nearest(name, ids).map(str::to_owned),
    })
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
        resolve(&names, Catalogue::shipped(), FollowUp::None).map(|(columns, _)| columns)
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

    #[test]
    fn a_study_passes_over_what_is_not_its_own_and_says_why() {
        use PassedReason::{OutcomeLike, UnitWithoutNumber, Unknown};
        let header = "id,months,died,year,age,hemoglobin,death,Date of death,OS_months,vital-status,performance_status,albumin_unit,sex_unit";
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        let (columns, passed) = resolve(&names, Catalogue::shipped(), FollowUp::Known).unwrap();
        assert_eq!(columns[3], Column::Year);
        assert!(columns[5..].iter().all(|column| *column == Column::Passed));
        let passed: Vec<(&str, PassedReason, Option<&str>)> = passed
            .iter()
            .map(|one| (one.name.as_str(), one.reason, one.nearest.as_deref()))
            .collect();
        assert_eq!(
            passed,
            [
                ("hemoglobin", Unknown, Some("haemoglobin")),
                ("death", OutcomeLike, None),
                ("Date of death", OutcomeLike, None),
                ("OS_months", OutcomeLike, None),
                ("vital-status", OutcomeLike, None),
                ("performance_status", Unknown, Some("her2_status")),
                ("sex_unit", UnitWithoutNumber, None),
                ("albumin_unit", UnitWithoutNumber, None),
            ]
        );
        let refused = |header: &str| {
            let names: Vec<String> = header.split(',').map(str::to_owned).collect();
            resolve(&names, Catalogue::shipped(), FollowUp::Known).is_err()
        };
        assert!(
            refused("months,age") && refused("months,died,age,age") && refused("months,died,x,x")
        );
    }
}
