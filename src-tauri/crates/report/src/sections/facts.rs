//! The facts that the assessment used: the key ones on page one, all of them in a table later.
//!
//! Each says when it was observed and where it comes from; an old one is marked in words.

use crate::{
    canvas::Sheet,
    context::{Context, date_text},
    layout::{Cell, Column, Flow, ascent, fit, heading, height_of, lines, wrap_at_most},
    style::{CONTENT_BOTTOM, CONTENT_WIDTH, GUTTER, HEADING, LABEL, MARGIN, NOTE, SMALL, WARNING},
};
use clinical::{
    assessment::{FactOrigin, ForecastState, ScoreOutcome, UsedFact},
    case::{Observation, Source},
    catalogue::FeatureId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Width of label, value and date in one of the two columns; the mark has the rest.
const LABEL_WIDTH: f32 = 98.0;
const VALUE_WIDTH: f32 = 78.0;
const DATE_WIDTH: f32 = 41.0;
const COLUMN_WIDTH: f32 = (CONTENT_WIDTH - GUTTER) / 2.0;
/// More than page one can ever hold.
const MOST: usize = 80;

/// One entry of the key facts on page one.
enum Line<'a> {
    Group(String),
    Fact {
        fact: &'a UsedFact,
        label: Vec<String>,
        value: Vec<String>,
    },
}

impl Line<'_> {
    fn height(&self) -> f32 {
        match self {
            Line::Group(_) => LABEL.line_height() + 2.0,
            Line::Fact { label, value, .. } => {
                height_of(SMALL, label.len().max(value.len()).max(1)) + 0.8
            }
        }
    }
}

pub(crate) fn draw(sheet: &mut Sheet, context: &Context, top: f32) {
    heading(
        sheet,
        MARGIN,
        top,
        CONTENT_WIDTH,
        &context.say("report.facts.title", &[]),
    );
    let first = top + HEADING.line_height() + 5.0;
    // Sex and age stand at the head of the page.
    let facts: Vec<&UsedFact> = ordered(context)
        .into_iter()
        .filter(|fact| !["sex", "age"].contains(&fact.feature.as_str()))
        .collect();
    if facts.is_empty() {
        sheet.text(
            MARGIN,
            first + ascent(NOTE),
            NOTE,
            &context.say("report.facts.none", &[]),
        );
        return;
    }

    let legend_top = CONTENT_BOTTOM - NOTE.line_height();
    let (chosen, split, shown) = choose(context, &facts, legend_top - first - 2.0);
    let mut y = first;
    let mut left = MARGIN;
    for (index, line) in chosen.iter().enumerate() {
        if index == split {
            (y, left) = (first, MARGIN + COLUMN_WIDTH + GUTTER);
        }
        match line {
            Line::Group(label) => {
                let label = fit(context.typeface, LABEL, label, COLUMN_WIDTH);
                sheet.text(left, y + ascent(LABEL) + 1.6, LABEL, &label);
            }
            Line::Fact { fact, label, value } => {
                draw_fact(sheet, context, fact, (label, value), left, y);
            }
        }
        y += line.height();
    }

    let mut legend = context.say("report.facts.legend", &[]);
    if shown < facts.len() {
        let count = (facts.len() - shown).to_string();
        let more = context.say("report.facts.more", &[("count", count.as_str())]);
        legend = format!("{more} {legend}");
    }
    let legend = fit(context.typeface, NOTE, &legend, CONTENT_WIDTH);
    sheet.text(MARGIN, legend_top + ascent(NOTE), NOTE, &legend);
}

fn draw_fact(
    sheet: &mut Sheet,
    context: &Context,
    fact: &UsedFact,
    (label, value): (&[String], &[String]),
    left: f32,
    top: f32,
) {
    lines(sheet, NOTE, left, top, label);
    lines(sheet, SMALL.bold(), left + LABEL_WIDTH, top, value);
    let at = left + LABEL_WIDTH + VALUE_WIDTH;
    let baseline = top + ascent(SMALL);
    sheet.text(
        at,
        baseline,
        NOTE,
        &fact.observed_on.map(date_text).unwrap_or_default(),
    );
    let (mark, style) = if fact.stale {
        (
            context.say("report.facts.stale", &[]),
            NOTE.bold().in_ink(WARNING),
        )
    } else {
        (source_mark(context, fact), NOTE)
    };
    let room = COLUMN_WIDTH - LABEL_WIDTH - VALUE_WIDTH - DATE_WIDTH;
    sheet.text(
        at + DATE_WIDTH,
        baseline,
        style,
        &fit(context.typeface, style, &mark, room),
    );
}

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
            let mut observed = fact.observed_on.map(date_text).unwrap_or_default();
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
fn ordered<'a>(context: &Context<'a>) -> Vec<&'a UsedFact> {
    let places: BTreeMap<&FeatureId, usize> = context
        .input
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

fn group_place(context: &Context, fact: &UsedFact) -> usize {
    let group = context
        .feature(&fact.feature)
        .map(|feature| feature.group.as_str());
    let groups = context.input.catalogue.groups();
    groups
        .iter()
        .position(|entry| Some(entry.id.as_str()) == group)
        .unwrap_or(usize::MAX)
}

fn group_label(context: &Context, fact: &UsedFact) -> String {
    match context
        .input
        .catalogue
        .groups()
        .get(group_place(context, fact))
    {
        Some(group) => context.typeface.printable(&group.label),
        None => context.say("report.facts.other", &[]),
    }
}

/// The lines that fit into two columns of a height, where the second column begins, and how many
/// facts are among them. What a score or the forecast reads comes before the rest.
fn choose<'a>(
    context: &Context,
    facts: &[&'a UsedFact],
    height: f32,
) -> (Vec<Line<'a>>, usize, usize) {
    let read = read_features(context);
    let mut by_weight: Vec<usize> = (0..facts.len()).collect();
    by_weight.sort_by_key(|index| {
        facts
            .get(*index)
            .is_some_and(|fact| !read.contains(&fact.feature))
    });
    for count in (1..=facts.len().min(MOST)).rev() {
        let kept: BTreeSet<usize> = by_weight.iter().take(count).copied().collect();
        let chosen = facts
            .iter()
            .enumerate()
            .filter(|(index, _)| kept.contains(index));
        let lines = grouped(context, chosen.map(|(_, fact)| *fact));
        if let Some(split) = split(&lines, height) {
            return (lines, split, count);
        }
    }
    (Vec::new(), 0, 0)
}

fn grouped<'a>(context: &Context, facts: impl Iterator<Item = &'a UsedFact>) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut group = None;
    for fact in facts {
        let place = group_place(context, fact);
        if group != Some(place) {
            lines.push(Line::Group(group_label(context, fact)));
            group = Some(place);
        }
        let wrapped = |style, text: &str, width: f32| {
            wrap_at_most(context.typeface, style, text, width - 4.0, 2)
        };
        let value = context.value(&fact.feature, &fact.value);
        lines.push(Line::Fact {
            fact,
            label: wrapped(NOTE, &label(context, fact), LABEL_WIDTH),
            value: wrapped(SMALL.bold(), &value, VALUE_WIDTH),
        });
    }
    lines
}

/// Where the second column begins so that the columns are nearly even and no heading is left
/// alone below a column; none where both columns cannot hold the lines.
fn split(lines: &[Line], height: f32) -> Option<usize> {
    let total: f32 = lines.iter().map(Line::height).sum();
    let mut first = 0.0;
    let mut best: Option<(f32, usize)> = None;
    for (index, line) in lines.iter().enumerate() {
        first += line.height();
        let taller = first.max(total - first);
        let alone = matches!(line, Line::Group(_));
        if !alone && taller <= height && best.is_none_or(|(lowest, _)| taller < lowest) {
            best = Some((taller, index + 1));
        }
    }
    best.map(|(_, split)| split)
}

fn read_features(context: &Context) -> BTreeSet<FeatureId> {
    let mut read = BTreeSet::new();
    if let ForecastState::Available(forecast) = &context.input.assessment.forecast {
        read.extend(forecast.used.iter().cloned());
    }
    for score in &context.input.assessment.scores {
        if let ScoreOutcome::Total { items, .. } = &score.outcome {
            read.extend(items.iter().flat_map(|item| item.reads.iter().cloned()));
        }
    }
    read
}

fn label(context: &Context, fact: &UsedFact) -> String {
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
fn source_mark(context: &Context, fact: &UsedFact) -> String {
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
        return format!("{mark}: {}", context.feature_labels(reads));
    }
    let Some(observation) = observation(context, fact) else {
        return mark;
    };
    let author = context.free(&observation.author);
    match &observation.source {
        Source::File { name } => format!("{mark} {}, {author}", context.free(name)),
        Source::Typed | Source::Image { .. } => format!("{mark}, {author}"),
    }
}
