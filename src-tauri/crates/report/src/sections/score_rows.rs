//! Published scores on page one: a row each with result, group and one cohort.

use crate::{
    canvas::Sheet,
    context::Context,
    layout::{ascent, heading, height_of, lines, rule},
    sections::score_text::{group_text, missing, name, published_text, reading, result, scale},
    style::{BODY, CONTENT_WIDTH, HEADING, LABEL, MARGIN, NOTE, SMALL, WARNING},
    wrapping::{fit, wrap_at_most},
};
use clinical::assessment::{ScoreFamily, ScoreOutcome, ScoreResult};

/// Name, result, group with the authors' prediction, published survival.
const COLUMNS: [f32; 4] = [102.0, 80.0, 120.0, 209.0];
const PADDING: f32 = 3.0;
/// Survival scores before those of the level.
const LEADING: usize = 3;

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

    let scores = by_use(&context.input.assessment.scores);
    for (index, score) in scores.iter().enumerate() {
        let Some(row) = Row::new(context, score) else {
            continue;
        };
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

/// What has a result comes first: the leading survival scores, then stability and compression, without
/// which no board decides, then the rest in the shipped order.
fn by_use(scores: &[ScoreResult]) -> Vec<&ScoreResult> {
    let counted = |score: &&ScoreResult| {
        let outcome = &score.outcome;
        outcome.group().is_some() || matches!(outcome, ScoreOutcome::Missing { .. })
    };
    let mut survival = 0;
    let mut weight = |score: &ScoreResult| match (score.outcome.group(), score.family) {
        (None, _) => 3,
        (_, ScoreFamily::Survival) => {
            survival += 1;
            if survival > LEADING { 2 } else { 0 }
        }
        (_, ScoreFamily::Stability | ScoreFamily::Compression) => 1,
        _ => 2,
    };
    let mut counted: Vec<&ScoreResult> = scores.iter().filter(counted).collect();
    counted.sort_by_cached_key(|score| weight(score));
    counted
}

/// One score, wrapped into its columns.
struct Row {
    name: Vec<String>,
    /// The total or grade, and the ends of its scale.
    result: (String, String),
    reading: Vec<String>,
    middle: Vec<String>,
    last: Vec<String>,
    computed: bool,
}

impl Row {
    fn new(context: &Context, score: &ScoreResult) -> Option<Row> {
        let typeface = context.typeface;
        let wrapped = |style, text: &str, width: f32, most: usize| {
            wrap_at_most(typeface, style, text, width - 8.0, most)
        };
        let [first, second, third, fourth] = COLUMNS;
        let name = name(context, score, &score.short_name);
        let name = wrapped(SMALL.bold(), &name, first, 2);
        match &score.outcome {
            ScoreOutcome::Checklist { .. } | ScoreOutcome::NotComputable(_) => None,
            ScoreOutcome::Missing { .. } => Some(Row {
                name,
                result: (String::new(), String::new()),
                reading: Vec::new(),
                middle: wrapped(SMALL, &missing(context, score), second + third + fourth, 3),
                last: Vec::new(),
                computed: false,
            }),
            ScoreOutcome::Total { group, .. }
            | ScoreOutcome::TypedTotal { group, .. }
            | ScoreOutcome::Grade { group, .. } => {
                let published = group.published.first();
                let published = published.map(|figures| published_text(context, figures));
                let result = fit(typeface, BODY.bold(), &result(context, score), second - 8.0);
                Some(Row {
                    name,
                    result: (result, scale(context, score)),
                    reading: wrapped(NOTE, &reading(context, score), second, 2),
                    middle: wrapped(SMALL, &group_text(context, score, group), third, 4),
                    last: wrapped(NOTE, &published.unwrap_or_default(), fourth, 4),
                    computed: true,
                })
            }
        }
    }

    fn height(&self) -> f32 {
        let result = usize::from(self.computed) + self.reading.len();
        let most = [self.name.len(), result, self.middle.len(), self.last.len()];
        height_of(SMALL, most.into_iter().max().unwrap_or(1).max(1)) + 2.0 * PADDING
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
        let baseline = y + ascent(SMALL);
        let at = sheet.text(left, baseline, BODY.bold(), &self.result.0);
        sheet.text(at + 3.0, baseline, NOTE, &self.result.1);
        lines(sheet, NOTE, left, y + SMALL.line_height(), &self.reading);
        lines(sheet, SMALL, left + result, y, &self.middle);
        lines(sheet, NOTE, left + result + middle, y, &self.last);
    }
}
