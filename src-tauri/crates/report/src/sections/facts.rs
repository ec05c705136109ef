//! All facts that the assessment used, in a table on the pages after the first.
//!
//! Each says when it was observed and where it comes from; an old one is marked in words.

use crate::{
    context::Context,
    layout::Flow,
    style::{CONTENT_WIDTH, SMALL},
    table::{Cell, Column},
};
use clinical::{
    assessment::{FactOrigin, UsedFact},
    case::{Observation, Source},
    catalogue::FeatureId,
};
use std::collections::BTreeMap;

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let facts = ordered(context);
    if facts.is_empty() {
        return;
    }
    flow.heading(&context.say("report.facts.in_full", &[]), 60.0);
    let column = |name: &str, width| Column {
        heading: context.say(&format!("report.facts.{name}"), &[]),
        width,
        ends_right: false,
    };
    let columns = [
        column("fact", 160.0),
        column("value", 126.0),
        column("observed", 64.0),
        column("source", CONTENT_WIDTH - 160.0 - 126.0 - 64.0),
    ];
    let rows: Vec<Vec<Cell>> = facts
        .iter()
        .map(|fact| {
            let cell = |text: String| Cell { text, style: SMALL };
            let mut observed = fact
                .observed_on
                .map(|day| context.date(day))
                .unwrap_or_default();
            if fact.stale {
                observed = format!("{observed} {}", context.say("report.facts.stale", &[]));
            }
            vec![
                cell(label(context, fact)),
                Cell {
                    text: context.value(&fact.feature, &fact.value),
                    style: SMALL.bold(),
                },
                cell(observed.trim().to_owned()),
                cell(source_text(context, fact)),
            ]
        })
        .collect();
    flow.table(&columns, &rows);
}

/// The facts in the order of the catalogue, level by level.
pub(crate) fn ordered<'a>(context: &Context<'a>) -> Vec<&'a UsedFact> {
    let places: BTreeMap<&FeatureId, usize> = context
        .paper
        .catalogue
        .features()
        .iter()
        .enumerate()
        .map(|(place, feature)| (&feature.id, place))
        .collect();
    let mut facts: Vec<&UsedFact> = context.input.assessment.facts_used.iter().collect();
    facts.sort_by(|one, other| {
        let key = |fact: &UsedFact| {
            (
                group_place(context, fact),
                places.get(&fact.feature).copied().unwrap_or(usize::MAX),
            )
        };
        key(one)
            .cmp(&key(other))
            .then_with(|| one.feature.cmp(&other.feature))
            .then_with(|| one.subject.cmp(&other.subject))
    });
    facts
}

pub(crate) fn group_place(context: &Context, fact: &UsedFact) -> usize {
    let group = context
        .feature(&fact.feature)
        .map(|feature| feature.group.as_str());
    let groups = context.paper.catalogue.groups();
    groups
        .iter()
        .position(|entry| Some(entry.id.as_str()) == group)
        .unwrap_or(usize::MAX)
}

pub(crate) fn group_label(context: &Context, fact: &UsedFact) -> String {
    match context
        .paper
        .catalogue
        .groups()
        .get(group_place(context, fact))
    {
        Some(group) => context.typeface.printable(&group.label),
        None => context.say("report.facts.other", &[]),
    }
}

pub(crate) fn label(context: &Context, fact: &UsedFact) -> String {
    let label = context.feature_label(&fact.feature);
    match context.subject(&fact.subject) {
        subject if subject.is_empty() => label,
        subject => format!("{subject} {label}"),
    }
}

fn observation<'a>(context: &Context<'a>, fact: &UsedFact) -> Option<&'a Observation> {
    let FactOrigin::Observed { observation_id } = &fact.origin else {
        return None;
    };
    context
        .input
        .case
        .observations
        .iter()
        .find(|observation| observation.id == *observation_id)
}

/// One word for where a fact comes from.
pub(crate) fn source_mark(context: &Context, fact: &UsedFact) -> String {
    let mark = match (
        &fact.origin,
        observation(context, fact).map(|observation| &observation.source),
    ) {
        (FactOrigin::Derived { .. }, _) => "computed",
        (_, Some(Source::Typed)) => "typed",
        (_, Some(Source::File { .. })) => "file",
        (_, Some(Source::Image { .. })) => "image",
        (_, None) => "unknown",
    };
    context.say(&format!("report.source.{mark}"), &[])
}

/// Where a fact comes from, with file, author or inputs.
fn source_text(context: &Context, fact: &UsedFact) -> String {
    let mark = source_mark(context, fact);
    if let FactOrigin::Derived { reads } = &fact.origin {
        if reads.is_empty() {
            return mark;
        }
        return format!("{mark}: {}", context.feature_labels(reads));
    }
    let Some(observation) = observation(context, fact) else {
        return mark;
    };
    let author = context.free(&observation.author);
    let source = match &observation.source {
        // The name of a file often holds the name of its patient.
        Source::File { name } if !context.paper.identity_masked => {
            format!("{mark} {}, {author}", context.free(name))
        }
        Source::File { .. } | Source::Typed | Source::Image { .. } => format!("{mark}, {author}"),
    };
    match &observation.note {
        None => source,
        Some(note) => {
            let note = context.free(note);
            let values = [("source", source.as_str()), ("note", note.as_str())];
            context.say("report.facts.because", &values)
        }
    }
}
