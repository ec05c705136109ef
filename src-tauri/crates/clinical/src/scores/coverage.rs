//! Whether the rows, grades and groups of a score cover everything, each case once.

use super::table::{Group, Item, ScoreTable};
use crate::{
    case::Value,
    catalogue::{Catalogue, Feature, FeatureId, Kind},
    conditions::{Condition, Truth},
};
use std::collections::{BTreeMap, BTreeSet};

/// Items give the stated range, and the groups cover it without gap or overlap.
pub(super) fn sum(table: &ScoreTable, catalogue: &Catalogue, found: &mut Vec<String>) {
    let Some([lowest, highest]) = table.range else {
        found.push("a sum needs a range".to_owned());
        return;
    };
    if table.item.is_empty() || !table.grade.is_empty() {
        found.push("a sum has items and no grades".to_owned());
    }
    distinct("item", table.item.iter().map(|item| &item.id), found);
    table
        .item
        .iter()
        .for_each(|one| item(one, table.gap.is_some(), catalogue, found));
    let points = |item: &Item| {
        item.row
            .iter()
            .map(|row| row.points)
            .collect::<BTreeSet<_>>()
    };
    let each: Vec<BTreeSet<i32>> = table.item.iter().map(points).collect();
    let computed = [
        each.iter().filter_map(|points| points.first()).sum::<i32>(),
        table.capped(each.iter().filter_map(|points| points.last()).sum::<i32>()),
    ];
    if computed != [lowest, highest] {
        found.push(format!(
            "the rows add up to {computed:?}, the range says {:?}",
            [lowest, highest]
        ));
    }
    let mut next = Some(lowest);
    for Group { id, min, max, .. } in &table.group {
        if *min != next || min > max {
            found.push(format!("group {id} leaves a gap or overlaps"));
        }
        next = max.map(|max| max + 1);
    }
    if next != Some(highest + 1) {
        found.push("the groups do not end with the range".to_owned());
    }
}

fn item(item: &Item, gap: bool, catalogue: &Catalogue, found: &mut Vec<String>) {
    let last = item.row.len().saturating_sub(1);
    for (position, row) in item.row.iter().enumerate() {
        let empty = row.when == Condition::default();
        if row.catch_all.is_some() != empty || (row.catch_all.is_some() && position != last) {
            found.push(format!(
                "{}: '{}' needs a condition, or stands last and catches all the rest",
                item.id, row.label
            ));
        }
    }
    let mut reads: BTreeSet<FeatureId> = item.row.iter().flat_map(|row| row.when.reads()).collect();
    reads.extend(item.row.iter().filter_map(|row| row.catch_all.clone()));
    let caught = item.row.last().is_some_and(|row| row.catch_all.is_some());
    if let [only] = reads.iter().collect::<Vec<_>>()[..] {
        for value in catalogue.feature(only).map(every_value).unwrap_or_default() {
            let facts = BTreeMap::from([(only.clone(), value.clone())]);
            let explicit = item.row.iter().filter(|row| row.catch_all.is_none());
            let holding = explicit
                .filter(|row| row.when.judge(&facts) == Truth::True)
                .count();
            if holding > 1 || (holding == 0 && !caught && !gap) {
                found.push(format!("{}: {value:?} stands in {holding} rows", item.id));
            }
        }
    }
    if caught && reads.len() != 1 {
        found.push(format!(
            "{}: only an item about one choice can catch all the rest",
            item.id
        ));
    }
}

/// What a choice or flag can be; nothing for numbers, whose limits are not a list.
pub(super) fn every_value(feature: &Feature) -> Vec<Value> {
    match feature.kind {
        Kind::Choice => feature
            .options
            .iter()
            .map(|option| Value::Code(option.id.clone()))
            .collect(),
        Kind::Flag => vec![Value::Flag(false), Value::Flag(true)],
        Kind::Number | Kind::Integer | Kind::Outcome => Vec::new(),
    }
}

/// Every grade has a condition of its own and a group, and no number.
pub(super) fn grade(table: &ScoreTable, catalogue: &Catalogue, found: &mut Vec<String>) {
    if table.grade.is_empty() || !table.item.is_empty() || table.range.is_some() {
        found.push("a grade has grades, no items and no range".to_owned());
    }
    if table
        .group
        .iter()
        .any(|group| group.min.is_some() || group.max.is_some())
    {
        found.push("a grade is never a number, so its groups have no min and max".to_owned());
    }
    distinct("grade", table.grade.iter().map(|grade| &grade.id), found);
    for grade in &table.grade {
        if grade.when == Condition::default() {
            found.push(format!("grade {} needs a condition", grade.id));
        }
    }
    let used: BTreeSet<&String> = table.grade.iter().map(|grade| &grade.group).collect();
    let known: BTreeSet<&String> = table.group.iter().map(|group| &group.id).collect();
    if used != known {
        found.push(format!(
            "the grades use the groups {used:?}, the file has {known:?}"
        ));
    }
    let reads: BTreeSet<FeatureId> = table
        .grade
        .iter()
        .flat_map(|grade| grade.when.reads())
        .collect();
    if let [only] = reads.iter().collect::<Vec<_>>()[..] {
        for value in catalogue.feature(only).map(every_value).unwrap_or_default() {
            let facts = BTreeMap::from([(only.clone(), value.clone())]);
            let holding = table
                .grade
                .iter()
                .filter(|grade| grade.when.judge(&facts) == Truth::True);
            let holding = holding.count();
            if holding > 1 || (holding == 0 && table.gap.is_none()) {
                found.push(format!("{value:?} does not stand in exactly one grade"));
            }
        }
    }
}

/// What is listed without a number has nothing to count.
pub(super) fn nothing_computed(table: &ScoreTable, found: &mut Vec<String>) {
    let counts = table.range.is_some() || table.cap.is_some() || table.gives.is_some();
    let rows = !(table.item.is_empty() && table.grade.is_empty() && table.group.is_empty());
    if counts || rows || !table.example.is_empty() {
        found.push("what has no number has no items, grades, groups, range or examples".to_owned());
    }
}

/// No id stands twice.
pub(super) fn distinct<'ids>(
    what: &str,
    ids: impl Iterator<Item = &'ids String>,
    found: &mut Vec<String>,
) {
    let mut seen = BTreeSet::new();
    for id in ids {
        if !seen.insert(id) {
            found.push(format!("{what} {id} stands twice"));
        }
    }
}
