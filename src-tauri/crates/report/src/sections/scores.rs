//! Published scores in full: items, every cohort, cautions and the citation; then, briefly, those that
//! cannot be computed yet. A figure that was recalled and not read in its source is marked.

use crate::{
    context::Context,
    layout::Flow,
    sections::score_text::{
        group_text, missing, name, published_text, reading, result, scale, status,
    },
    style::{NOTE, SMALL, SUBHEADING, WARNING},
};
use clinical::assessment::{OtherReading, ScoreGroup, ScoreItem, ScoreOutcome, ScoreResult};

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let scores = &context.input.assessment.scores;
    let computed = || {
        scores
            .iter()
            .filter_map(|score| Some((score, score.outcome.group()?)))
    };
    if computed().next().is_some() {
        flow.heading(&context.say("report.scores.in_full", &[]), 60.0);
        for (score, group) in computed() {
            one_in_full(flow, context, score, group);
            flow.space(5.0);
        }
        flow.space(3.0);
    }
    let is_missing = |score: &&ScoreResult| matches!(score.outcome, ScoreOutcome::Missing { .. });
    if scores.iter().any(|score| is_missing(&score)) {
        flow.heading(&context.say("report.scores.incomplete", &[]), 40.0);
        for score in scores.iter().filter(is_missing) {
            one_briefly(flow, context, score);
            flow.space(2.0);
        }
        flow.space(6.0);
    }
}

fn one_in_full(flow: &mut Flow, context: &Context, score: &ScoreResult, group: &ScoreGroup) {
    flow.need(52.0);
    flow.paragraph(SUBHEADING, &titled(context, score));
    let how = [scale(context, score), reading(context, score)];
    let how: Vec<String> = how.into_iter().filter(|part| !part.is_empty()).collect();
    let total = result(context, score);
    let reached = group_text(context, score, group);
    // Some groups are called by their only total.
    let reached = Some(reached).filter(|reached| *reached != total);
    let reached = reached.unwrap_or_default();
    let text = format!("{total} ({}). {reached}", how.join(", "));
    flow.paragraph(SMALL, text.trim());
    if let ScoreOutcome::Total { items, typed, .. } = &score.outcome {
        if let Some(typed) = typed {
            let typed = context.decimal(&typed.to_string());
            let text = context.say("report.scores.typed_differs", &[("typed", typed.as_str())]);
            flow.paragraph(SMALL.in_ink(WARNING), &text);
        }
        let items = items_text(context, items);
        let text = context.say("report.scores.items", &[("items", items.as_str())]);
        flow.paragraph(SMALL, &text);
    }
    for other in &score.other_readings {
        flow.paragraph(SMALL, &other_reading(context, other));
    }
    if let Some(advised) = &group.advised {
        let advised = context.free(advised);
        let values = [("advised", advised.as_str())];
        flow.paragraph(SMALL, &context.say("report.scores.advised", &values));
    }
    for figures in &group.published {
        let figures = published_text(context, figures);
        let values = [("figures", figures.as_str())];
        flow.paragraph(SMALL, &context.say("report.scores.published_line", &values));
    }
    for caveat in &score.caveats {
        let caveat = context.free(caveat);
        let values = [("caveat", caveat.as_str())];
        flow.paragraph(SMALL, &context.say("report.scores.caveat", &values));
    }
    flow.paragraph(NOTE, &source(context, score));
}

fn one_briefly(flow: &mut Flow, context: &Context, score: &ScoreResult) {
    flow.need(30.0);
    let mut text = format!("{}: {}", titled(context, score), missing(context, score));
    if let ScoreOutcome::Missing { items, .. } = &score.outcome
        && !items.is_empty()
    {
        let items = items_text(context, items);
        let settled = context.say("report.scores.settled", &[("items", items.as_str())]);
        text = format!("{text} {settled}");
    }
    flow.paragraph(SMALL, &text);
}

/// The name, with how far the score is built.
pub(crate) fn titled(context: &Context, score: &ScoreResult) -> String {
    let name = name(context, score, &score.name);
    let Some(status) = status(context, score) else {
        return name;
    };
    let values = [("name", name.as_str()), ("status", status.as_str())];
    context.say("report.scores.status", &values)
}

/// Reference of the paper, with its DOI.
pub(crate) fn source(context: &Context, score: &ScoreResult) -> String {
    let source = context.free(&score.citation.text);
    match &score.citation.doi {
        Some(doi) => format!("{source} doi:{}", context.free(doi)),
        None => source,
    }
}

fn items_text(context: &Context, items: &[ScoreItem]) -> String {
    let items = items.iter().map(|item| {
        let (label, row) = (context.free(&item.label), context.free(&item.row));
        let points = context.decimal(&item.points.to_string());
        let values = [
            ("item", label.as_str()),
            ("row", row.as_str()),
            ("points", points.as_str()),
        ];
        context.say("report.scores.item", &values)
    });
    items.collect::<Vec<_>>().join("; ")
}

fn other_reading(context: &Context, other: &OtherReading) -> String {
    let total = other.total.to_string();
    let (group, reason) = (
        context.free(&other.group.label),
        context.free(&other.reason),
    );
    let values = [
        ("total", total.as_str()),
        ("group", group.as_str()),
        ("reason", reason.as_str()),
    ];
    context.say("report.scores.other_reading", &values)
}
