//! The walk through a frame of decision: at each branch the way that the facts take, and where the others would lead.

use super::{
    Branch, Destination, Way,
    table::{Walk, WalkBranch},
};
use crate::{
    case::Value,
    catalogue::FeatureId,
    conditions::{Condition, KnownFacts, Matcher, Truth, WithOne, first_match},
    scores,
};
use std::collections::BTreeSet;

/// The branches in their order, and where they end. `enterable` turns what a condition lacks into what can be entered.
pub(super) fn walk(
    walk: &Walk,
    known: &impl KnownFacts,
    enterable: &dyn Fn(&BTreeSet<FeatureId>) -> Vec<FeatureId>,
) -> (Vec<Branch>, Option<Destination>) {
    let branches = walk.branch.iter().filter_map(|branch| {
        let feature = branch.feature()?;
        let taken = taken(branch, known);
        let missing = match known.known(&feature) {
            Some(_) => Vec::new(),
            None => enterable(&BTreeSet::from([feature.clone()])),
        };
        let ways = branch.way.iter().map(|way| Way {
            id: way.id.clone(),
            leads_to: answer(&way.when, &feature).and_then(|value| {
                let facts = WithOne {
                    facts: known,
                    feature: feature.clone(),
                    value: Some(value),
                };
                destination(&walk.frame, &facts)
            }),
        });
        Some(Branch {
            id: branch.id.clone(),
            taken,
            missing,
            ways: ways.collect(),
            feature,
        })
    });
    (branches.collect(), destination(&walk.frame, known))
}

fn taken(branch: &WalkBranch, known: &impl KnownFacts) -> Option<String> {
    let mut ways = branch.way.iter();
    let way = ways.find(|way| way.when.judge(known) == Truth::True)?;
    Some(way.id.clone())
}

/// A value of the feature for which the condition holds.
fn answer(condition: &Condition, feature: &FeatureId) -> Option<Value> {
    match condition.features.get(feature)? {
        Matcher::Is(value) => Some(value.clone()),
        Matcher::OneOf(values) => values.first().cloned(),
        Matcher::Range(_) => None,
    }
}

/// The group that a graded score puts the facts in; none where it lacks some of them.
fn destination(frame: &str, known: &impl KnownFacts) -> Option<Destination> {
    let score = scores::shipped().iter().find(|score| score.id == frame)?;
    let grade = first_match(
        &score.grade,
        |grade| &grade.when,
        |grade| grade.group.clone(),
        known,
    )
    .ok()
    .flatten()?;
    let group = score.group.iter().find(|group| group.id == grade.group)?;
    Some(Destination {
        group: group.id.clone(),
        label: group.label.clone(),
    })
}
