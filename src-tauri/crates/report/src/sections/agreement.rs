//! The published survival scores side by side at the horizons of the forecast: a line for each cohort that
//! reported on the patient's group, on axes from 0 to 100 alive. Nothing is ranked or averaged.

use crate::{
    canvas::{Frame, Sheet},
    context::{Context, of_hundred},
    layout::{Flow, ascent, height_of, lines, rule},
    sections::score_text::{direction, median_text, result, scale},
    style::{
        ACCENT, ACCENT_FAINT, ACCENT_PALE, BLACK, CONTENT_WIDTH, LABEL, MARGIN, NOTE, RULE, SMALL,
        WHITE,
    },
    wrapping::{fit, wrap_at_most},
};
use clinical::assessment::{
    FigureProvenance, ForecastState, PublishedSurvival, ScoreFamily, ScoreGroup, ScoreResult,
    SurvivalPoint,
};

const HORIZONS: [u32; 3] = [3, 6, 12];
/// Score, result with group, cohort; the axes share the rest.
const COLUMNS: [f32; 3] = [80.0, 92.0, 104.0];
/// On both sides of an axis.
const AXIS_MARGIN: f32 = 8.0;
const LANE: f32 = 11.0;
const PADDING: f32 = 2.5;

/// The figure, if any survival score has a result.
pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let scores: Vec<(&ScoreResult, &ScoreGroup)> = context
        .input
        .assessment
        .scores
        .iter()
        .filter(|score| score.family == ScoreFamily::Survival)
        .filter_map(|score| Some((score, score.outcome.group()?)))
        .collect();
    if scores.is_empty() {
        return;
    }
    flow.heading(&context.say("report.agreement.title", &[]), 90.0);
    flow.paragraph(NOTE, &context.say("report.agreement.lead", &[]));
    flow.space(3.0);
    let points = model_points(context);
    headings(flow, context);
    model_row(flow, context, &points);
    for (score, group) in scores {
        let row = Row::new(context, score, group);
        if flow.need(row.height()) {
            headings(flow, context);
        }
        row.draw(flow, context, &points);
    }
    flow.space(8.0);
}

/// The forecast at each horizon, where there is one.
fn model_points(context: &Context) -> [Option<SurvivalPoint>; 3] {
    let ForecastState::Available(forecast) = &context.input.assessment.forecast else {
        return [None; 3];
    };
    HORIZONS.map(|months| {
        let mut points = forecast.horizons.iter();
        points
            .find(|point| point.months == f64::from(months))
            .copied()
    })
}

fn axes_left() -> f32 {
    MARGIN + COLUMNS.iter().sum::<f32>()
}

/// Where the axis of a horizon begins, and its length.
fn axis(index: u8) -> (f32, f32) {
    let width = (CONTENT_WIDTH - COLUMNS.iter().sum::<f32>()) / 3.0;
    let left = axes_left() + f32::from(index) * width;
    (left + AXIS_MARGIN, width - 2.0 * AXIS_MARGIN)
}

fn at(index: u8, share: f64) -> f32 {
    let (left, length) = axis(index);
    left + length * share.clamp(0.0, 1.0) as f32
}

fn headings(flow: &mut Flow, context: &Context) {
    let baseline = flow.y + LABEL.line_height() + ascent(LABEL);
    let mut left = MARGIN;
    for (name, width) in ["score", "result", "cohort"].iter().zip(COLUMNS) {
        let text = context.say(&format!("report.agreement.{name}"), &[]);
        flow.sheet.text(left, baseline, LABEL, &text);
        left += width;
    }
    for (index, months) in (0..).zip(HORIZONS) {
        let (left, length) = axis(index);
        let months = months.to_string();
        let text = context.say("report.agreement.axis", &[("months", months.as_str())]);
        let above = flow.y + ascent(LABEL);
        flow.sheet
            .text_centred_at(left + length / 2.0, above, LABEL, &text);
        for share in [0.0, 0.5, 1.0] {
            flow.sheet
                .text_centred_at(at(index, share), baseline, NOTE, &of_hundred(share));
        }
    }
    flow.y += 2.0 * LABEL.line_height() + 2.0;
    let (y, right) = (flow.y, MARGIN + CONTENT_WIDTH);
    flow.sheet.line((MARGIN, y), (right, y), ACCENT, 0.8, &[]);
}

fn model_row(flow: &mut Flow, context: &Context, points: &[Option<SurvivalPoint>; 3]) {
    if points.iter().all(Option::is_none) {
        return;
    }
    let (top, height) = (flow.y, LANE + 2.0 * PADDING);
    let frame = Frame {
        left: MARGIN,
        top,
        width: CONTENT_WIDTH,
        height,
    };
    flow.sheet.filled(frame, ACCENT_FAINT);
    grid(&mut flow.sheet, top, height, points, ACCENT_PALE);
    let baseline = top + PADDING + ascent(SMALL);
    let text = context.say("report.agreement.model", &[]);
    flow.sheet.text(MARGIN, baseline, SMALL.bold(), &text);
    for (index, point) in (0..).zip(points) {
        let Some(point) = point else { continue };
        let x = at(index, point.alive);
        flow.sheet.dot((x, top + height / 2.0), 2.5, ACCENT);
        let figure = of_hundred(point.alive);
        number(&mut flow.sheet, x, baseline, point.alive, &figure);
    }
    flow.y += height;
    rule(&mut flow.sheet, MARGIN, flow.y, CONTENT_WIDTH);
}

/// The interval of the model as a band, and lines at 0, 50 and 100 over it.
fn grid(
    sheet: &mut Sheet,
    top: f32,
    height: f32,
    points: &[Option<SurvivalPoint>; 3],
    ink: crate::style::Ink,
) {
    for (index, point) in (0..).zip(points) {
        if let Some(point) = point {
            let left = at(index, point.low);
            let width = at(index, point.high) - left;
            let frame = Frame {
                left,
                top,
                width,
                height,
            };
            sheet.filled(frame, ink);
        }
        for share in [0.0, 0.5, 1.0] {
            let x = at(index, share);
            sheet.line((x, top), (x, top + height), RULE, 0.4, &[]);
        }
    }
}

/// A figure beside its mark, on the side where there is room.
fn number(sheet: &mut Sheet, x: f32, baseline: f32, share: f64, text: &str) {
    let style = SMALL.bold().in_ink(BLACK);
    if share > 0.75 {
        sheet.text_ending_at(x - 4.5, baseline, style, text);
    } else {
        sheet.text(x + 4.5, baseline, style, text);
    }
}

/// One score, with a lane for each cohort.
struct Row<'a> {
    name: Vec<String>,
    reading: String,
    result: String,
    group: Vec<String>,
    cohorts: &'a [PublishedSurvival],
}

impl<'a> Row<'a> {
    fn new(context: &Context, score: &ScoreResult, group: &'a ScoreGroup) -> Row<'a> {
        let [first, second, _] = COLUMNS;
        let name = context.free(&score.short_name);
        let of = [result(context, score), scale(context, score)];
        let label = context.free(&group.label);
        let typeface = context.typeface;
        Row {
            name: wrap_at_most(typeface, SMALL.bold(), &name, first - 4.0, 2),
            reading: fit(typeface, NOTE, &direction(context, score), first - 4.0),
            result: fit(typeface, SMALL.bold(), of.join(" ").trim(), second - 6.0),
            group: wrap_at_most(typeface, NOTE, &label, second - 6.0, 2),
            cohorts: &group.published,
        }
    }

    fn height(&self) -> f32 {
        let left = height_of(SMALL, self.name.len() + 1);
        let middle = height_of(SMALL, self.group.len() + 1);
        let lanes = u16::try_from(self.cohorts.len()).unwrap_or(u16::MAX);
        left.max(middle).max(f32::from(lanes) * LANE) + 2.0 * PADDING
    }

    fn draw(&self, flow: &mut Flow, context: &Context, points: &[Option<SurvivalPoint>; 3]) {
        let (top, height) = (flow.y, self.height());
        let sheet = &mut flow.sheet;
        let [first, second, third] = COLUMNS;
        let y = lines(sheet, SMALL.bold(), MARGIN, top + PADDING, &self.name);
        sheet.text(MARGIN, y + ascent(NOTE), NOTE, &self.reading);
        let left = MARGIN + first;
        sheet.text(
            left,
            top + PADDING + ascent(SMALL),
            SMALL.bold(),
            &self.result,
        );
        let below = top + PADDING + SMALL.line_height();
        lines(sheet, NOTE, left, below, &self.group);
        let has_figures = self
            .cohorts
            .iter()
            .any(|cohort| !at_horizons(cohort).is_empty());
        if has_figures {
            grid(sheet, top, height, points, ACCENT_FAINT);
        }
        let left = left + second;
        let mut lane = top + PADDING;
        for cohort in self.cohorts {
            let baseline = lane + ascent(SMALL);
            let name = context.free(cohort.cohort.split(", ").next().unwrap_or_default());
            let name = match cohort.provenance {
                FigureProvenance::Read => name,
                _ => context.say("report.agreement.recalled", &[("cohort", name.as_str())]),
            };
            let name = fit(context.typeface, NOTE, &name, third - 4.0);
            sheet.text(left, baseline, NOTE, &name);
            let figures = at_horizons(cohort);
            if figures.is_empty() {
                let width = CONTENT_WIDTH + MARGIN - axes_left() - AXIS_MARGIN;
                let text = fit(context.typeface, NOTE, &in_words(context, cohort), width);
                sheet.text(axes_left() + AXIS_MARGIN, baseline, NOTE, &text);
            }
            for (index, share) in figures {
                let x = at(index, share);
                mark(sheet, (x, lane + LANE / 2.0 - 0.6), cohort);
                number(sheet, x, baseline, share, &of_hundred(share));
            }
            lane += LANE;
        }
        if self.cohorts.is_empty() {
            let text = context.say("report.agreement.nothing_published", &[]);
            sheet.text(left, top + PADDING + ascent(NOTE), NOTE, &text);
        }
        flow.y += height;
        rule(&mut flow.sheet, MARGIN, flow.y, CONTENT_WIDTH);
    }
}

/// The share alive at each horizon that the cohort reported, with the place of the horizon.
fn at_horizons(cohort: &PublishedSurvival) -> Vec<(u8, f64)> {
    (0..)
        .zip(HORIZONS)
        .filter_map(|(index, months)| Some((index, *cohort.alive.get(&months)?)))
        .collect()
}

fn in_words(context: &Context, cohort: &PublishedSurvival) -> String {
    match median_text(context, cohort) {
        Some(median) => median,
        None => context.say("report.agreement.other_months", &[]),
    }
}

/// A square for the paper that made the score, a circle for a later one; hollow where it is recalled.
fn mark(sheet: &mut Sheet, (x, y): (f32, f32), cohort: &PublishedSurvival) {
    let is_read = cohort.provenance == FigureProvenance::Read;
    let square = |half: f32| Frame {
        left: x - half,
        top: y - half,
        width: 2.0 * half,
        height: 2.0 * half,
    };
    if cohort.original {
        sheet.filled(square(2.4), BLACK);
        if !is_read {
            sheet.filled(square(1.6), WHITE);
        }
    } else {
        sheet.dot((x, y), 2.6, BLACK);
        if !is_read {
            sheet.dot((x, y), 1.8, WHITE);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn axes_lie_beside_each_other_within_the_page() {
        let ends = [0, 1, 2].map(|index| (at(index, 0.0), at(index, 1.0)));
        assert!(
            ends.windows(2).all(|pair| pair[0].1 < pair[1].0),
            "{ends:?}"
        );
        assert!(ends[0].0 > axes_left() && ends[2].1 < MARGIN + CONTENT_WIDTH);
        assert_eq!(at(1, 1.4), at(1, 1.0), "no figure leaves its axis");
    }
}
