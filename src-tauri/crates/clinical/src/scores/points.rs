//! From facts to the row of an item, to what is missing, and to what is still possible.

use super::{
    coverage::every_value,
    table::{Group, Item, ScoreTable},
};
use crate::{
    assessment::PossibleTotals,
    case::Value,
    catalogue::{Catalogue, Feature, FeatureId},
    conditions::{Condition, KnownFacts, Rule, RuleRow, Truth, first_match},
};
use std::collections::BTreeSet;

/// What a first-match table says about the facts.
#[derive(Debug, PartialEq)]
pub(super) enum Answer<'rows, Row> {
    Row(&'rows Row),
    /// These features would have to be known.
    Missing(BTreeSet<FeatureId>),
    /// Everything is known and stands in no row, such as a Karnofsky of 45.
    Outside,
}

/// Reads a first-match table; rows with equal `outcome` count as the same answer.
pub(super) fn answer<'rows, Row, Outcome: PartialEq>(
    rows: &'rows [Row],
    condition: impl Fn(&Row) -> &Condition,
    outcome: impl Fn(&Row) -> Outcome,
    facts: &impl KnownFacts,
) -> Answer<'rows, Row> {
    match first_match(rows, condition, outcome, facts) {
        Ok(Some(row)) => Answer::Row(row),
        Ok(None) => Answer::Outside,
        Err(missing) => Answer::Missing(missing),
    }
}

/// The rule of a feature that is asked for as a class, not entered as a fact.
fn rule_of<'catalogue>(
    id: &FeatureId,
    catalogue: &'catalogue Catalogue,
) -> Option<&'catalogue Rule> {
    catalogue.feature(id).filter(|feature| feature.derived)?;
    catalogue.rule(id)
}

/// Totals and groups that the known facts still allow.
pub(super) fn possible(
    table: &ScoreTable,
    facts: &impl KnownFacts,
    catalogue: &Catalogue,
) -> Option<PossibleTotals> {
    let mut totals = BTreeSet::from([0]);
    for item in &table.item {
        let points = possible_points(item, facts, catalogue);
        totals = totals
            .iter()
            .flat_map(|total| points.iter().map(move |more| total + more))
            .collect();
    }
    let totals: BTreeSet<i32> = totals.into_iter().map(|sum| table.capped(sum)).collect();
    let groups = table
        .group
        .iter()
        .filter(|group| totals.iter().any(|total| group.holds(*total)));
    Some(PossibleTotals {
        minimum: *totals.first()?,
        maximum: *totals.last()?,
        groups: groups.map(|group| group.label.clone()).collect(),
    })
}

fn possible_points(item: &Item, facts: &impl KnownFacts, catalogue: &Catalogue) -> BTreeSet<i32> {
    let conditions = || item.row.iter().map(|row| &row.when);
    let rows = match answer(&item.row, |row| &row.when, |row| row.points, facts) {
        Answer::Row(row) => return BTreeSet::from([row.points]),
        Answer::Outside => (0..item.row.len()).collect(),
        Answer::Missing(missing) => {
            let only = missing.iter().next().filter(|_| missing.len() == 1);
            match only.and_then(|id| rule_of(id, catalogue).map(|rule| (id, rule))) {
                Some((feature, rule)) => open_values(rule, facts, catalogue)
                    .iter()
                    .flat_map(|value| {
                        candidates(
                            conditions(),
                            &Supposing {
                                facts,
                                feature,
                                value,
                            },
                        )
                    })
                    .collect(),
                None => candidates(conditions(), facts),
            }
        }
    };
    rows.into_iter()
        .filter_map(|row| item.row.get(row))
        .map(|row| row.points)
        .collect()
}

/// The classes that a rule may still give: what each answer to its one open question leads to, or
/// what its rows allow. Every option where it may run out of rows, so that a person would choose.
fn open_values(rule: &Rule, facts: &impl KnownFacts, catalogue: &Catalogue) -> Vec<Value> {
    let answered = match rule.apply(facts) {
        Err(missing) if missing.len() == 1 => missing
            .first()
            .and_then(|id| catalogue.feature(id))
            .and_then(|asked| each_answer(rule, asked, facts)),
        _ => None,
    };
    let rows = candidates(rule.row.iter().map(|row| &row.when), facts);
    let open: Vec<&RuleRow> = rows.iter().filter_map(|row| rule.row.get(*row)).collect();
    let settled = |row: &&RuleRow| row.when.judge(facts) == Truth::True;
    match answered {
        Some(values) => values,
        None if open.last().is_some_and(settled) => {
            open.into_iter().map(|row| row.value.clone()).collect()
        }
        None => catalogue
            .feature(&rule.feature)
            .map(every_value)
            .unwrap_or_default(),
    }
}

/// What a rule gives for each answer to a question; none where an answer leaves it open.
fn each_answer(rule: &Rule, asked: &Feature, facts: &impl KnownFacts) -> Option<Vec<Value>> {
    let answers = every_value(asked);
    let given = answers.iter().map(|value| {
        let supposing = Supposing {
            facts,
            feature: &asked.id,
            value,
        };
        rule.apply(&supposing).ok().flatten()
    });
    given
        .collect::<Option<Vec<Value>>>()
        .filter(|values| !values.is_empty())
}

/// Positions of the rows that may be the first to hold.
fn candidates<'conditions>(
    conditions: impl Iterator<Item = &'conditions Condition>,
    facts: &impl KnownFacts,
) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    for (position, condition) in conditions.enumerate() {
        match condition.judge(facts) {
            Truth::False => {}
            Truth::Unknown(_) => {
                found.insert(position);
            }
            Truth::True => {
                found.insert(position);
                break;
            }
        }
    }
    found
}

/// The facts, with one class supposed to be known.
struct Supposing<'facts, Facts> {
    facts: &'facts Facts,
    feature: &'facts FeatureId,
    value: &'facts Value,
}

impl<Facts: KnownFacts> KnownFacts for Supposing<'_, Facts> {
    fn known(&self, feature: &FeatureId) -> Option<&Value> {
        if feature == self.feature {
            Some(self.value)
        } else {
            self.facts.known(feature)
        }
    }
}

impl Group {
    /// True if the total falls into the group's band.
    pub(super) fn holds(&self, total: i32) -> bool {
        self.min.is_some_and(|min| min <= total) && self.max.is_some_and(|max| total <= max)
    }
}
