//! The key facts on page one, in two columns under the catalogue's headings.
//!
//! What carried a result comes first when there is not room for all: page one says how many
//! are left out, and the table on the later pages has every one.

use crate::{
    canvas::Sheet,
    context::Context,
    layout::{ascent, heading, height_of, lines},
    sections::{
        facts::{group_label, group_place, label, ordered, source_mark},
        findings,
    },
    style::{CONTENT_BOTTOM, CONTENT_WIDTH, GUTTER, HEADING, LABEL, MARGIN, NOTE, SMALL, WARNING},
    wrapping::{fit, wrap_at_most},
};
use clinical::{
    assessment::{FactOrigin, ForecastState, ScoreOutcome, UsedFact},
    case::Subject,
    catalogue::FeatureId,
};
use std::collections::BTreeSet;

/// Width of label, value and date in one of the two columns; the mark has the rest.
const LABEL_WIDTH: f32 = 106.0;
const VALUE_WIDTH: f32 = 74.0;
const DATE_WIDTH: f32 = 40.0;
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
    let findings = findings::count(context);
    let below = if findings.is_some() { 2.0 } else { 1.0 };
    let legend_top = CONTENT_BOTTOM - below * NOTE.line_height();
    if let Some(findings) = findings {
        let baseline = CONTENT_BOTTOM - NOTE.line_height() + ascent(NOTE);
        sheet.text(
            MARGIN,
            baseline,
            NOTE,
            &fit(context.typeface, NOTE, &findings, CONTENT_WIDTH),
        );
    }
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
        &fact
            .observed_on
            .map(|day| context.date(day))
            .unwrap_or_default(),
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

/// The lines that fit into two columns of a height, where the second column begins, and how many
/// facts are among them. What a score or the forecast reads comes before the rest.
fn choose<'a>(
    context: &Context,
    facts: &[&'a UsedFact],
    height: f32,
) -> (Vec<Line<'a>>, usize, usize) {
    let read = read_features(context);
    let mut by_weight: Vec<usize> = (0..facts.len()).collect();
    by_weight.sort_by_key(|index| facts.get(*index).map(|fact| weight(context, &read, fact)));
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

/// Less is more important: what a result rests on or describes the level, what some score or model
/// could read, the rest, and what only follows from other facts.
fn weight(context: &Context, read: &BTreeSet<FeatureId>, fact: &UsedFact) -> u8 {
    let read_by_some = context
        .feature(&fact.feature)
        .is_some_and(|feature| !feature.read_by.is_empty());
    match &fact.origin {
        FactOrigin::Derived { .. } => 3,
        _ if read.contains(&fact.feature) || matches!(fact.subject, Subject::Level(_)) => 0,
        _ if read_by_some => 1,
        _ => 2,
    }
}

/// The features that the forecast and the computed scores rest on.
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
