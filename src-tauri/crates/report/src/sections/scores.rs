//! Published scores: one row each on page one, with items, every cohort and the citation on the
//! pages after it. A figure that was recalled and not read in its source is marked.

use crate::{
    canvas::Sheet,
    context::{Context, number_text, of_hundred},
    layout::{Cell, Column, Flow, ascent, fit, heading, lines, rule, wrap_at_most},
    style::{BODY, CONTENT_WIDTH, HEADING, LABEL, MARGIN, NOTE, SMALL, SUBHEADING, WARNING},
};
use clinical::assessment::{
    Direction, FigureProvenance, PublishedSurvival, ScoreGroup, ScoreOutcome, ScoreResult,
};

/// Name, result, group with the authors' prediction, published survival.
const COLUMNS: [f32; 4] = [112.0, 82.0, 126.0, 191.0];
const PADDING: f32 = 3.0;

/// Draws the scores until `bottom`; the last line says how many follow on later pages.
pub(crate) fn draw(sheet: &mut Sheet, context: &Context, top: f32, bottom: f32) -> f32 {
    heading(
        sheet,
        MARGIN,
        top,
        CONTENT_WIDTH,
        &context.say("report.scores.title", &[]),
    );
    let mut y = top + HEADING.line_height() + 5.0;
    let headings = ["score", "result", "group", "published"];
    let mut left = MARGIN;
    for (name, width) in headings.iter().zip(COLUMNS) {
        let text = context.say(&format!("report.scores.{name}"), &[]);
        sheet.text(left, y + ascent(LABEL), LABEL, &text);
        left += width;
    }
    y += LABEL.line_height() + 1.0;

    let scores = &context.input.assessment.scores;
    for (index, score) in scores.iter().enumerate() {
        let row = Row::new(context, score);
        if y + row.height() > bottom - NOTE.line_height() {
            let count = (scores.len() - index).to_string();
            let text = context.say("report.scores.more", &[("count", count.as_str())]);
            sheet.text(MARGIN, y + ascent(NOTE) + 2.0, NOTE, &text);
            return y + NOTE.line_height() + 2.0;
        }
        rule(sheet, MARGIN, y, CONTENT_WIDTH);
        row.draw(sheet, y);
        y += row.height();
    }
    y
}

/// One score, wrapped into its columns.
struct Row {
    name: Vec<String>,
    result: String,
    result_note: Vec<String>,
    middle: Vec<String>,
    last: Vec<String>,
    computed: bool,
}

impl Row {
    fn new(context: &Context, score: &ScoreResult) -> Row {
        let wrapped = |text: &str, width: f32, most: usize| {
            wrap_at_most(context.typeface, SMALL, text, width - 8.0, most)
        };
        let name = wrap_at_most(
            context.typeface,
            SMALL.bold(),
            &name(context, score),
            COLUMNS[0] - 8.0,
            2,
        );
        match &score.outcome {
            ScoreOutcome::Missing { .. } => Row {
                name,
                result: String::new(),
                result_note: Vec::new(),
                middle: wrapped(
                    &missing(context, score),
                    COLUMNS[1] + COLUMNS[2] + COLUMNS[3],
                    3,
                ),
                last: Vec::new(),
                computed: false,
            },
            ScoreOutcome::Total { group, .. }
            | ScoreOutcome::TypedTotal { group, .. }
            | ScoreOutcome::Grade { group, .. } => {
                let note = result_note(context, score);
                let published = group.published.first();
                let published = published.map(|figures| published_text(context, figures));
                Row {
                    name,
                    result: fit(
                        context.typeface,
                        BODY.bold(),
                        &result(context, score),
                        COLUMNS[1] - 8.0,
                    ),
                    result_note: wrapped(&note, COLUMNS[1], 2),
                    middle: wrapped(&group_text(context, score, group), COLUMNS[2], 4),
                    last: wrapped(&published.unwrap_or_default(), COLUMNS[3], 4),
                    computed: true,
                }
            }
        }
    }

    fn height(&self) -> f32 {
        let result = usize::from(self.computed) + self.result_note.len();
        let most = [self.name.len(), result, self.middle.len(), self.last.len()];
        let most = most.into_iter().max().unwrap_or(1);
        crate::layout::height_of(SMALL, most.max(1)) + 2.0 * PADDING
    }

    fn draw(&self, sheet: &mut Sheet, top: f32) {
        let y = top + PADDING;
        let [name, result, middle, _] = COLUMNS;
        lines(sheet, SMALL.bold(), MARGIN, y, &self.name);
        if !self.computed {
            lines(sheet, SMALL.in_ink(WARNING), MARGIN + name, y, &self.middle);
            return;
        }
        let left = MARGIN + name;
        sheet.text(left, y + ascent(SMALL), BODY.bold(), &self.result);
        lines(
            sheet,
            NOTE,
            left,
            y + SMALL.line_height(),
            &self.result_note,
        );
        lines(sheet, SMALL, left + result, y, &self.middle);
        lines(sheet, NOTE, left + result + middle, y, &self.last);
    }
}

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    if context.input.assessment.scores.is_empty() {
        return;
    }
    flow.heading(&context.say("report.scores.in_full", &[]), 60.0);
    for score in &context.input.assessment.scores {
        one_in_full(flow, context, score);
        flow.space(7.0);
    }
}

fn one_in_full(flow: &mut Flow, context: &Context, score: &ScoreResult) {
    flow.need(52.0);
    flow.paragraph(SUBHEADING, &name(context, score));
    let (group, items) = match &score.outcome {
        ScoreOutcome::Missing { .. } => {
            flow.paragraph(SMALL.in_ink(WARNING), &missing(context, score));
            (None, &[][..])
        }
        ScoreOutcome::Total { group, items, .. } => (Some(group), items.as_slice()),
        ScoreOutcome::TypedTotal { group, .. } | ScoreOutcome::Grade { group, .. } => {
            (Some(group), &[][..])
        }
    };
    if let Some(group) = group {
        let total = result(context, score);
        let note = result_note(context, score);
        flow.paragraph(
            SMALL,
            &format!("{total} ({note}). {}", group_text(context, score, group)),
        );
        if let ScoreOutcome::Total {
            typed: Some(typed), ..
        } = &score.outcome
        {
            let typed = typed.to_string();
            let text = context.say("report.scores.typed_differs", &[("typed", typed.as_str())]);
            flow.paragraph(SMALL.in_ink(WARNING), &text);
        }
    }
    if !items.is_empty() {
        let heading = |key: &str| context.say(key, &[]);
        let column = |key: &str, width, ends_right| Column {
            heading: heading(key),
            width,
            ends_right,
        };
        let columns = [
            column("report.scores.item", 170.0, false),
            column("report.scores.row", CONTENT_WIDTH - 170.0 - 54.0, false),
            column("report.scores.points", 54.0, true),
        ];
        let cell = |text: String| Cell { text, style: SMALL };
        let rows: Vec<Vec<Cell>> = items
            .iter()
            .map(|item| {
                vec![
                    cell(context.free(&item.label)),
                    cell(context.free(&item.row)),
                    cell(item.points.to_string()),
                ]
            })
            .collect();
        flow.space(2.0);
        flow.table(&columns, &rows);
        flow.space(-4.0);
    }
    if let Some(group) = group {
        if let Some(advised) = &group.advised {
            let advised = context.free(advised);
            flow.paragraph(
                SMALL,
                &context.say("report.scores.advised", &[("advised", advised.as_str())]),
            );
        }
        for figures in &group.published {
            let figures = published_text(context, figures);
            let values = [("figures", figures.as_str())];
            flow.paragraph(SMALL, &context.say("report.scores.published_line", &values));
        }
    }
    for caveat in &score.caveats {
        let caveat = context.free(caveat);
        flow.paragraph(
            SMALL,
            &context.say("report.scores.caveat", &[("caveat", caveat.as_str())]),
        );
    }
    let mut source = context.free(&score.citation.text);
    if let Some(doi) = &score.citation.doi {
        source = format!("{source} doi:{}", context.free(doi));
    }
    flow.paragraph(NOTE, &source);
}

/// The name, with the level of a score that belongs to one.
fn name(context: &Context, score: &ScoreResult) -> String {
    let name = context.free(&score.name);
    match context.subject(&score.subject) {
        level if level.is_empty() => name,
        level => format!("{name}, {level}"),
    }
}

fn result(context: &Context, score: &ScoreResult) -> String {
    match &score.outcome {
        ScoreOutcome::Total { total, .. } | ScoreOutcome::TypedTotal { total, .. } => {
            total.to_string()
        }
        ScoreOutcome::Grade { grade, .. } => {
            let grade = context.free(grade);
            context.say("report.scores.grade", &[("grade", grade.as_str())])
        }
        ScoreOutcome::Missing { .. } => String::new(),
    }
}

/// The scale and how to read it.
fn result_note(context: &Context, score: &ScoreResult) -> String {
    let direction = match score.direction {
        Direction::HigherIsBetter => "higher_is_better",
        Direction::LowerIsBetter => "lower_is_better",
        Direction::HigherIsLessStable => "higher_is_less_stable",
        Direction::HigherIsWorse => "higher_is_worse",
    };
    let direction = context.say(&format!("report.scores.{direction}"), &[]);
    match &score.outcome {
        ScoreOutcome::Total {
            minimum, maximum, ..
        } => {
            let (minimum, maximum) = (minimum.to_string(), maximum.to_string());
            let values = [("minimum", minimum.as_str()), ("maximum", maximum.as_str())];
            format!(
                "{}, {direction}",
                context.say("report.scores.scale", &values)
            )
        }
        ScoreOutcome::TypedTotal {
            minimum, maximum, ..
        } => {
            let (minimum, maximum) = (minimum.to_string(), maximum.to_string());
            let values = [("minimum", minimum.as_str()), ("maximum", maximum.as_str())];
            let typed = context.say("report.scores.typed", &[]);
            format!(
                "{typed}, {}, {direction}",
                context.say("report.scores.scale", &values)
            )
        }
        ScoreOutcome::Grade { .. } | ScoreOutcome::Missing { .. } => direction,
    }
}

fn group_text(context: &Context, score: &ScoreResult, group: &ScoreGroup) -> String {
    let mut parts = vec![context.free(&group.label)];
    if let ScoreOutcome::Grade { definition, .. } = &score.outcome {
        parts.push(context.free(definition));
    }
    if let Some(predicted) = &group.predicted {
        let predicted = context.free(predicted);
        parts.push(context.say(
            "report.scores.predicted",
            &[("predicted", predicted.as_str())],
        ));
    }
    parts.retain(|part| !part.is_empty());
    parts.dedup();
    parts.join("; ")
}

/// "Zeng 2007, China, 211 patients: alive at 6 months 41 of 100; median 4 months". A figure that
/// nobody read in its source begins with the remark, so that it is never cut off.
fn published_text(context: &Context, figures: &PublishedSurvival) -> String {
    let mut survival = Vec::new();
    for (months, share) in &figures.alive {
        let (months, alive) = (months.to_string(), of_hundred(*share));
        let values = [("months", months.as_str()), ("alive", alive.as_str())];
        survival.push(context.say("report.scores.alive", &values));
    }
    if let Some(median) = figures.median_months {
        let median = number_text(median);
        survival.push(match figures.median_confidence_interval {
            Some([low, high]) => {
                let (low, high) = (number_text(low), number_text(high));
                let values = [
                    ("median", median.as_str()),
                    ("low", low.as_str()),
                    ("high", high.as_str()),
                ];
                context.say("report.scores.median_interval", &values)
            }
            None => context.say("report.scores.median", &[("median", median.as_str())]),
        });
    }
    let mut cohort = context.free(&figures.cohort);
    if let Some(patients) = figures.patients {
        let patients = patients.to_string();
        let patients = context.say("report.scores.patients", &[("patients", patients.as_str())]);
        cohort = format!("{cohort}, {patients}");
    }
    let remark = match figures.provenance {
        FigureProvenance::Read => String::new(),
        FigureProvenance::RecalledHigh => context.say("report.scores.recalled_high", &[]),
        FigureProvenance::RecalledMedium => context.say("report.scores.recalled_medium", &[]),
    };
    format!("{remark} {cohort}: {}", survival.join("; "))
        .trim()
        .to_owned()
}

fn missing(context: &Context, score: &ScoreResult) -> String {
    let ScoreOutcome::Missing {
        features,
        outside,
        level_needed,
        possible,
    } = &score.outcome
    else {
        return String::new();
    };
    let mut sentences = Vec::new();
    if *level_needed {
        sentences.push(context.say("report.scores.level_needed", &[]));
    }
    if !features.is_empty() {
        let names = context.feature_labels(features);
        sentences.push(context.say("report.scores.missing", &[("features", names.as_str())]));
    }
    if !outside.is_empty() {
        let names = context.feature_labels(outside);
        sentences.push(context.say("report.scores.outside", &[("features", names.as_str())]));
    }
    if let Some(possible) = possible {
        let (minimum, maximum) = (possible.minimum.to_string(), possible.maximum.to_string());
        let groups = context.free(&possible.groups.join(", "));
        let values = [
            ("minimum", minimum.as_str()),
            ("maximum", maximum.as_str()),
            ("groups", groups.as_str()),
        ];
        sentences.push(context.say("report.scores.possible", &values));
    }
    sentences.join(" ")
}
