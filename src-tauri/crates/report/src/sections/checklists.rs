//! Headings for the discussion, each with what is known of the facts that belong under it.

use crate::{
    context::Context,
    layout::Flow,
    sections::scores::{source, titled},
    style::{NOTE, SMALL, SUBHEADING},
};
use clinical::assessment::{ChecklistHeading, ScoreOutcome};

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let scores = &context.input.assessment.scores;
    let mut begun = false;
    for score in scores {
        let ScoreOutcome::Checklist { headings } = &score.outcome else {
            continue;
        };
        if !begun {
            flow.heading(&context.say("report.scores.checklists", &[]), 60.0);
            begun = true;
        }
        flow.need(40.0);
        flow.paragraph(SUBHEADING, &titled(context, score));
        for heading in headings {
            flow.paragraph(SMALL, &heading_text(context, heading));
        }
        flow.paragraph(NOTE, &source(context, score));
        flow.space(5.0);
    }
}

fn heading_text(context: &Context, heading: &ChecklistHeading) -> String {
    let facts = context.input.assessment.facts_used.iter();
    let known: Vec<String> = facts
        .filter(|fact| heading.reads.contains(&fact.feature))
        .map(|fact| {
            let feature = context.feature_label(&fact.feature);
            let value = context.value(&fact.feature, &fact.value);
            let values = [("feature", feature.as_str()), ("value", value.as_str())];
            context.say("report.scores.fact", &values)
        })
        .collect();
    let known = match known.is_empty() {
        true => context.say("report.scores.nothing_known", &[]),
        false => known.join("; "),
    };
    let label = context.free(&heading.label);
    let values = [("label", label.as_str()), ("facts", known.as_str())];
    context.say("report.scores.heading", &values)
}
