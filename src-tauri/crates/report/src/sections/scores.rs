//! Published scores in full: items, every cohort, cautions and the citation. A figure that was
//! recalled and not read in its source is marked.

use crate::{
    context::Context,
    layout::{Cell, Column, Flow},
    sections::score_text::{group_text, missing, name, published_text, reading, result, scale},
    style::{CONTENT_WIDTH, NOTE, SMALL, SUBHEADING, WARNING},
};
use clinical::assessment::{ScoreItem, ScoreOutcome, ScoreResult};

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
    flow.paragraph(SUBHEADING, &name(context, score, &score.name));
    let (group, items) = match &score.outcome {
        ScoreOutcome::Missing { .. } => {
            flow.paragraph(SMALL.in_ink(WARNING), &missing(context, score));
            (None, &[][..])
        }
        ScoreOutcome::Checklist { headings } => {
            for heading in headings {
                let (label, text) = (context.free(&heading.label), context.free(&heading.text));
                flow.paragraph(SMALL, &format!("{label}: {text}"));
            }
            (None, &[][..])
        }
        ScoreOutcome::NotComputable {
            reason,
            unlocked_by,
            ..
        } => {
            let (reason, unlocked_by) = (context.free(reason), context.free(unlocked_by));
            let values = [
                ("reason", reason.as_str()),
                ("unlocked_by", unlocked_by.as_str()),
            ];
            flow.paragraph(SMALL, &context.say("report.scores.not_computable", &values));
            (None, &[][..])
        }
        ScoreOutcome::Total { group, items, .. } => (Some(group), items.as_slice()),
        ScoreOutcome::TypedTotal { group, .. } | ScoreOutcome::Grade { group, .. } => {
            (Some(group), &[][..])
        }
    };
    if let Some(group) = group {
        let how = [scale(context, score), reading(context, score)];
        let how: Vec<String> = how.into_iter().filter(|part| !part.is_empty()).collect();
        let group = group_text(context, score, group);
        let total = result(context, score);
        flow.paragraph(SMALL, &format!("{total} ({}). {group}", how.join(", ")));
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
        items_table(flow, context, items);
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

fn items_table(flow: &mut Flow, context: &Context, items: &[ScoreItem]) {
    let column = |name: &str, width, ends_right| Column {
        heading: context.say(&format!("report.scores.{name}"), &[]),
        width,
        ends_right,
    };
    let columns = [
        column("item", 170.0, false),
        column("row", CONTENT_WIDTH - 170.0 - 54.0, false),
        column("points", 54.0, true),
    ];
    let cell = |text: String| Cell { text, style: SMALL };
    let rows: Vec<Vec<Cell>> = items
        .iter()
        .map(|item| {
            let points = item.points.to_string();
            vec![
                cell(context.free(&item.label)),
                cell(context.free(&item.row)),
                cell(points),
            ]
        })
        .collect();
    flow.space(2.0);
    flow.table(&columns, &rows);
    flow.space(-4.0);
}
