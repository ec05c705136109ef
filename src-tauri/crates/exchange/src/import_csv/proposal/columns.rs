//! What headings and cells say of the columns of a table.

use super::{
    super::{
        cells,
        mapping::{
            ColumnMapping, ColumnTarget, DecimalSign, ImportMapping, TableKind, TestMapping,
        },
        names::names,
        table::ForeignTable,
    },
    SeenTest, TESTS, cells_of, feature_of,
};
use clinical::catalogue::{Catalogue, Feature, Kind};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn proposed_column(table: &ForeignTable, position: usize) -> ColumnMapping {
    let header = &table.headers[position];
    let (target, unit) = names().heading(header);
    let mut column = ColumnMapping::ignored(header);
    column.unit = unit;
    if let Some(target) = target {
        column.target = target;
    }
    column
}

/// What headings do not say and cells do: columns of tests, values, units and days of a table without headings, and
/// headings that are days.
pub(super) fn by_content(table: &ForeignTable, mapping: &mut ImportMapping) {
    let share = |position: usize, is: &dyn Fn(&str) -> bool| {
        let (mut all, mut met) = (0_usize, 0_usize);
        for cell in cells_of(table, position).take(200) {
            all += 1;
            met += usize::from(is(cell));
        }
        all > 0 && met * 2 > all
    };
    let is_number = |cell: &str| {
        [DecimalSign::Point, DecimalSign::Comma]
            .into_iter()
            .any(|sign| cells::number(cell, sign).is_ok())
    };
    for position in 0..mapping.columns.len() {
        if mapping.columns[position].target != ColumnTarget::Ignored {
            continue;
        }
        let has_heading = !table.headers[position].is_empty();
        let found = if has_heading
            && !cells::date_formats([table.headers[position].as_str()].into_iter()).is_empty()
        {
            Some(ColumnTarget::ValueOnDay)
        } else if has_heading {
            None
        } else if share(position, &|cell| names().test(cell).is_some()) {
            Some(ColumnTarget::Test)
        } else if share(position, &|cell| names().unit(cell).is_some()) {
            Some(ColumnTarget::Unit)
        } else if !cells::date_formats(cells_of(table, position)).is_empty() {
            Some(ColumnTarget::Day)
        } else if share(position, &is_number) {
            Some(ColumnTarget::Value)
        } else {
            None
        };
        let taken = found.as_ref().is_some_and(|found| {
            *found != ColumnTarget::ValueOnDay && mapping.column(found).is_some()
        });
        if let Some(found) = found.filter(|_| !taken) {
            mapping.columns[position].target = found;
        }
    }
    // Day columns belong to a column of tests, whatever its heading is called.
    if mapping.column(&ColumnTarget::ValueOnDay).is_some()
        && mapping.column(&ColumnTarget::Test).is_none()
    {
        let tests = (0..mapping.columns.len())
            .find(|position| share(*position, &|cell| names().test(cell).is_some()));
        if let Some(position) = tests {
            mapping.columns[position].target = ColumnTarget::Test;
        }
    }
}

/// Of two columns that could be the same the first is proposed.
pub(super) fn only_once(mapping: &mut ImportMapping) {
    let mut seen = BTreeSet::new();
    for column in &mut mapping.columns {
        let may_repeat = matches!(
            column.target,
            ColumnTarget::Ignored | ColumnTarget::ValueOnDay
        );
        if !may_repeat && !seen.insert(column.target.clone()) {
            column.target = ColumnTarget::Ignored;
        }
    }
}

pub(super) fn kind_of(
    mapping: &ImportMapping,
    catalogue: &Catalogue,
    is_of_one_patient: bool,
) -> TableKind {
    let has = |target: ColumnTarget| mapping.column(&target).is_some();
    let features: Vec<&Feature> = mapping
        .columns
        .iter()
        .filter_map(|column| feature_of(column, catalogue))
        .collect();
    if has(ColumnTarget::Test) && (has(ColumnTarget::Value) || has(ColumnTarget::ValueOnDay)) {
        return TableKind::LaboratoryLong;
    }
    if has(ColumnTarget::DiedOn)
        || has(ColumnTarget::VitalStatus)
        || (has(ColumnTarget::AliveOn) && features.is_empty())
    {
        return TableKind::Outcomes;
    }
    let is_laboratory =
        !features.is_empty() && features.iter().all(|feature| feature.group == "laboratory");
    match is_laboratory && (is_of_one_patient || has(ColumnTarget::Day)) {
        true => TableKind::LaboratoryWide,
        false => TableKind::Cases,
    }
}

/// Whether the cells of a target are days.
pub(super) fn holds_days(target: &ColumnTarget) -> bool {
    matches!(
        target,
        ColumnTarget::BirthDate
            | ColumnTarget::Day
            | ColumnTarget::IndexDate
            | ColumnTarget::DiedOn
            | ColumnTarget::AliveOn
    )
}

pub(super) fn complete_column(table: &ForeignTable, mapping: &mut ImportMapping, position: usize) {
    let column = &mapping.columns[position];
    if column.date_format.is_some() {
        return;
    }
    let formats = if column.target == ColumnTarget::ValueOnDay {
        // All headings together say more than each.
        let days = mapping
            .columns
            .iter()
            .filter(|column| column.target == ColumnTarget::ValueOnDay);
        cells::date_formats(days.map(|column| column.header.as_str()))
    } else if holds_days(&column.target) {
        cells::date_formats(cells_of(table, position))
    } else {
        return;
    };
    if let [only] = formats[..] {
        mapping.columns[position].date_format = Some(only);
    }
}

/// The decimal sign that every cell with a number agrees on; the point where none stands anywhere.
pub(super) fn decimal_of(
    table: &ForeignTable,
    mapping: &ImportMapping,
    catalogue: &Catalogue,
) -> Option<DecimalSign> {
    let mut found: Option<DecimalSign> = None;
    let mut unclear = false;
    for (position, column) in mapping.columns.iter().enumerate() {
        let is_number = match &column.target {
            ColumnTarget::Value | ColumnTarget::ValueOnDay => true,
            _ => feature_of(column, catalogue)
                .is_some_and(|feature| matches!(feature.kind, Kind::Number | Kind::Integer)),
        };
        if !is_number {
            continue;
        }
        for cell in cells_of(table, position) {
            match (cells::decimal_sign(cell), found) {
                (Some(sign), Some(other)) if sign != other => return None,
                (Some(sign), _) => found = Some(sign),
                (None, _) => unclear |= cells::has_unclear_sign(cell),
            }
        }
    }
    match (found, unclear) {
        (None, true) => None,
        (found, _) => Some(found.unwrap_or(DecimalSign::Point)),
    }
}

/// Proposes what each test is and lists those that the table has.
pub(super) fn complete_tests(table: &ForeignTable, mapping: &mut ImportMapping) -> Vec<SeenTest> {
    let Some(position) = mapping
        .column(&ColumnTarget::Test)
        .filter(|_| mapping.kind == TableKind::LaboratoryLong)
    else {
        return Vec::new();
    };
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for cell in cells_of(table, position) {
        *seen.entry(cell).or_default() += 1;
    }
    for name in seen.keys() {
        if !mapping.tests.contains_key(*name)
            && let Some(feature) = names().test(name)
        {
            let unit = names().heading(name).1;
            mapping.tests.insert(
                (*name).to_owned(),
                TestMapping {
                    feature: Some(feature),
                    unit,
                },
            );
        }
    }
    let listed = seen.into_iter().map(|(name, rows)| SeenTest {
        name: name.to_owned(),
        rows,
    });
    listed.take(TESTS).collect()
}
