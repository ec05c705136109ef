//! What nobody may guess of a table.

use super::{
    super::{
        cells,
        mapping::{ColumnTarget, ImportMapping, TableKind},
        names::{folded, names},
        table::ForeignTable,
    },
    OpenQuestion, cells_of,
    columns::holds_days,
    feature_of,
};
use clinical::catalogue::{Catalogue, Feature};
use std::collections::BTreeSet;

pub(super) fn questions(
    table: &ForeignTable,
    mapping: &ImportMapping,
    catalogue: &Catalogue,
    is_of_one_patient: bool,
    has_day: bool,
) -> Vec<OpenQuestion> {
    let mut open = Vec::new();
    let has = |target: ColumnTarget| mapping.column(&target).is_some();
    if !is_of_one_patient && !has(ColumnTarget::PatientId) {
        open.push(OpenQuestion::PatientColumn);
    }
    let features = mapping
        .columns
        .iter()
        .any(|column| feature_of(column, catalogue).is_some());
    match mapping.kind {
        TableKind::LaboratoryLong => {
            if !has(ColumnTarget::Test) {
                open.push(OpenQuestion::TestColumn);
            }
            if !has(ColumnTarget::Value) && !has(ColumnTarget::ValueOnDay) {
                open.push(OpenQuestion::ValueColumn);
            }
        }
        TableKind::LaboratoryWide if !features => open.push(OpenQuestion::ValueColumn),
        TableKind::Outcomes if !has(ColumnTarget::DiedOn) && !has(ColumnTarget::AliveOn) => {
            open.push(OpenQuestion::OutcomeColumn);
        }
        _ => {}
    }
    let is_laboratory = matches!(
        mapping.kind,
        TableKind::LaboratoryLong | TableKind::LaboratoryWide
    );
    if is_laboratory && !has_day && !has(ColumnTarget::Day) && !has(ColumnTarget::ValueOnDay) {
        open.push(OpenQuestion::Day);
    }
    if mapping.decimal.is_none() {
        open.push(OpenQuestion::DecimalSign);
    }
    let mut seen = BTreeSet::new();
    for (position, column) in (0_u32..).zip(&mapping.columns) {
        let may_repeat = matches!(
            column.target,
            ColumnTarget::Ignored | ColumnTarget::ValueOnDay
        );
        if !may_repeat && !seen.insert(&column.target) {
            open.push(OpenQuestion::TwiceTheSame { column: position });
        }
        let has_days = match column.target {
            ColumnTarget::ValueOnDay => true,
            _ => holds_days(&column.target) && cells_of(table, position as usize).next().is_some(),
        };
        if has_days && column.date_format.is_none() {
            open.push(OpenQuestion::DateFormat { column: position });
        }
        // A table of laboratory values in rows has its units elsewhere.
        if let Some(feature) = feature_of(column, catalogue)
            && mapping.kind != TableKind::Outcomes
            && !unit_is_clear(feature, column.unit.as_deref())
        {
            open.push(OpenQuestion::Unit { column: position });
        }
    }
    open.extend(test_units(table, mapping, catalogue));
    open
}

/// Whether a unit is given where there are several, and is one of the feature's. A value without unit in the table must
/// not be taken for the catalogue's: a C-reactive protein of 5 is possible in mg/L and in mg/dL.
fn unit_is_clear(feature: &Feature, unit: Option<&str>) -> bool {
    match unit {
        Some(unit) => feature.units().any(|known| known == unit),
        None => feature.units().count() < 2,
    }
}

/// Tests with rows that give no unit, where one is needed and the mapping has none.
fn test_units(
    table: &ForeignTable,
    mapping: &ImportMapping,
    catalogue: &Catalogue,
) -> Vec<OpenQuestion> {
    let Some(tests) = mapping
        .column(&ColumnTarget::Test)
        .filter(|_| mapping.kind == TableKind::LaboratoryLong)
    else {
        return Vec::new();
    };
    let unit_column = mapping.column(&ColumnTarget::Unit);
    let mut without: BTreeSet<&str> = BTreeSet::new();
    for row in &table.rows {
        let cell = |position: usize| row.cells.get(position).map_or("", String::as_str);
        let values = mapping.columns.iter().enumerate().filter(|(_, column)| {
            matches!(
                column.target,
                ColumnTarget::Value | ColumnTarget::ValueOnDay
            )
        });
        let in_value = |text: &str| {
            let read = mapping
                .decimal
                .and_then(|sign| cells::number(text, sign).ok());
            read.is_none_or(|read| !read.rest.is_empty())
        };
        let needs = values
            .map(|(position, _)| cell(position))
            .any(|text| !text.is_empty() && !in_value(text));
        if needs && unit_column.is_none_or(|position| cell(position).is_empty()) {
            without.insert(cell(tests));
        }
    }
    let is_open = |name: &&str| {
        let Some(test) = mapping.tests.get(*name) else {
            return false;
        };
        let feature = test.feature.as_ref().and_then(|id| catalogue.feature(id));
        feature.is_some_and(|feature| !unit_is_clear(feature, test.unit.as_deref()))
    };
    let open = without.into_iter().filter(is_open);
    open.map(|name| OpenQuestion::TestUnit {
        test: name.to_owned(),
    })
    .collect()
}

/// The unit of the catalogue that is spelt most alike, for a question.
pub(in super::super) fn near_unit<'feature>(
    feature: &'feature Feature,
    unit: &str,
) -> Option<&'feature str> {
    let known = names().unit(unit);
    let same = feature.units().find(|own| Some(*own) == known);
    same.or_else(|| crate::cell::nearest(&folded(unit), feature.units()))
}
