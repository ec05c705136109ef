//! From the rows of a table and the facts to its outcome: a total, a grade, or what is lacking.

use super::{
    described::described,
    points::{self, Answer},
    table::{Heading, Item, Method, Row, ScoreTable},
};
use crate::{
    assessment::{ChecklistHeading, OtherReading, ScoreGroup, ScoreItem, ScoreOutcome},
    catalogue::{Catalogue, FeatureId},
    facts::Facts,
};
use std::collections::BTreeSet;

/// What keeps a score from being computed.
#[derive(Default)]
pub(super) struct Lacking {
    features: BTreeSet<FeatureId>,
    outside: BTreeSet<FeatureId>,
    level_needed: bool,
    items: Vec<ScoreItem>,
}

impl Lacking {
    /// Everything, because no level is chosen.
    pub(super) fn level(table: &ScoreTable) -> Lacking {
        Lacking {
            features: table.reads(),
            level_needed: true,
            ..Lacking::default()
        }
    }

    pub(super) fn outcome(
        self,
        table: &ScoreTable,
        facts: &Facts,
        catalogue: &Catalogue,
    ) -> ScoreOutcome {
        let sum = table.method == Method::Sum;
        ScoreOutcome::Missing {
            features: facts.enterable(&self.features, catalogue),
            outside: self.outside.into_iter().collect(),
            level_needed: self.level_needed,
            items: self.items,
            possible: sum
                .then(|| points::possible(table, facts, catalogue))
                .flatten(),
        }
    }
}

/// The rows of a sum that apply, and what the other items lack.
pub(super) fn answered<'table>(
    table: &'table ScoreTable,
    facts: &Facts,
) -> (Vec<(&'table Item, &'table Row)>, Lacking) {
    let (mut rows, mut lacking) = (Vec::new(), Lacking::default());
    for item in &table.item {
        match points::answer(&item.row, |row| &row.when, |row| row.points, facts) {
            Answer::Row(row) => rows.push((item, row)),
            Answer::Missing(features) => lacking.features.extend(features),
            Answer::Outside => lacking.outside.extend(item.reads()),
        }
    }
    (rows, lacking)
}

pub(super) fn sum(
    table: &ScoreTable,
    rows: &[(&Item, &Row)],
    lacking: Lacking,
    facts: &Facts,
    catalogue: &Catalogue,
) -> ScoreOutcome {
    let [minimum, maximum] = table.range.unwrap_or_default();
    let typed = typed_total(table, facts);
    let items: Vec<ScoreItem> = rows
        .iter()
        .map(|(item, row)| ScoreItem {
            id: item.id.clone(),
            label: item.label.clone(),
            row: row.label.clone(),
            points: row.points,
            reads: item.reads().into_iter().collect(),
        })
        .collect();
    let total = table.capped(items.iter().map(|item| item.points).sum());
    let complete = lacking.features.is_empty() && lacking.outside.is_empty();
    match (group_of_total(table, total), typed) {
        (Some(group), typed) if complete => ScoreOutcome::Total {
            total,
            minimum,
            maximum,
            items,
            group,
            typed: typed
                .map(|(typed, _)| typed)
                .filter(|typed| *typed != total),
        },
        (_, Some((total, group))) => ScoreOutcome::TypedTotal {
            total,
            minimum,
            maximum,
            group,
        },
        _ => Lacking { items, ..lacking }.outcome(table, facts, catalogue),
    }
}

/// Totals with the points of other sources, one row at a time.
pub(super) fn others(
    table: &ScoreTable,
    rows: &[(&Item, &Row)],
    lacking: &Lacking,
) -> Vec<OtherReading> {
    let complete = lacking.features.is_empty() && lacking.outside.is_empty();
    let sum: i32 = rows.iter().map(|(_, row)| row.points).sum();
    let read = |(_, row): &(&Item, &Row)| {
        let alternative = row.alternative.as_ref().filter(|_| complete)?;
        let total = table.capped(sum - row.points + alternative.points);
        Some(OtherReading {
            total,
            group: group_of_total(table, total)?,
            reason: alternative.reason.clone(),
        })
    };
    rows.iter().filter_map(read).collect()
}

pub(super) fn heading(table: &ScoreTable, heading: &Heading) -> ChecklistHeading {
    ChecklistHeading {
        id: heading.id.clone(),
        label: heading.label.clone(),
        text: heading.text.clone(),
        reads: heading.reads.clone(),
        provenance: table.provenance_of(&heading.provenance),
    }
}

pub(super) fn grade(table: &ScoreTable, facts: &Facts, catalogue: &Catalogue) -> ScoreOutcome {
    let lacking = |features, outside| Lacking {
        features,
        outside,
        ..Lacking::default()
    };
    let none = BTreeSet::new;
    let lacking = match points::answer(
        &table.grade,
        |grade| &grade.when,
        |grade| grade.id.clone(),
        facts,
    ) {
        Answer::Missing(features) => lacking(features, none()),
        Answer::Outside => lacking(none(), table.reads()),
        Answer::Row(row) => match table.group.iter().find(|group| group.id == row.group) {
            None => lacking(none(), none()),
            Some(group) => {
                return ScoreOutcome::Grade {
                    grade: row.id.clone(),
                    definition: row.definition.clone(),
                    group: described(table, group),
                };
            }
        },
    };
    lacking.outcome(table, facts, catalogue)
}

/// A total that somebody typed, if it lies on the scale.
fn typed_total(table: &ScoreTable, facts: &Facts) -> Option<(i32, ScoreGroup)> {
    let typed = facts.value(table.typed_total.as_ref()?)?.as_number()?;
    let [minimum, maximum] = table.range?;
    let total = (minimum..=maximum).find(|total| f64::from(*total) == typed)?;
    Some((total, group_of_total(table, total)?))
}

pub(super) fn group_of_total(table: &ScoreTable, total: i32) -> Option<ScoreGroup> {
    table
        .group
        .iter()
        .find(|group| group.holds(total))
        .map(|group| described(table, group))
}
