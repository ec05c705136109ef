//! What guidelines say of the case: an emergency at the head of page one, the walk and the rules on the pages after it.

use crate::{
    canvas::{Frame, Sheet},
    context::Context,
    layout::{Flow, height_of, lines, notice_box},
    style::{ALERT, ALERT_FAINT, BODY, CONTENT_WIDTH, MARGIN, NOTE, SMALL},
    table::{Cell, Column},
    wrapping::wrap_at_most,
};
use clinical::{
    assessment::{Citation, FigureProvenance},
    case::{Subject, Value},
    catalogue::FeatureId,
    pathway::{Branch, Emergency, EmergencySign, Pathway, PathwayRule, RuleState, Stance},
};

/// Signs and steps that page one has room for.
const SIGNS: usize = 4;

/// The box that cannot wait; nothing where no sign is known.
pub(crate) fn draw_emergency(sheet: &mut Sheet, context: &Context, top: f32) -> f32 {
    let Some(emergency) = &context.input.assessment.pathway.emergency else {
        return top;
    };
    let inner = CONTENT_WIDTH - 20.0;
    let title = context.say("pathway.act_now", &[]);
    let signs = emergency.signs.iter().take(SIGNS);
    let signs = signs.map(|sign| sign_text(context, sign));
    let signs = wrap_at_most(
        context.typeface,
        BODY,
        &signs.collect::<Vec<_>>().join(" "),
        inner,
        3,
    );
    let steps = wrap_at_most(
        context.typeface,
        SMALL,
        &steps(context, emergency),
        inner,
        5,
    );
    let height =
        height_of(BODY.bold(), 1) + height_of(BODY, signs.len()) + height_of(SMALL, steps.len());
    let frame = Frame {
        left: MARGIN,
        top,
        width: CONTENT_WIDTH,
        height: height + 11.0,
    };
    notice_box(sheet, frame, ALERT, ALERT_FAINT);
    let left = MARGIN + 10.0;
    let y = lines(sheet, BODY.bold().in_ink(ALERT), left, top + 5.0, &[title]);
    let y = lines(sheet, BODY.in_ink(ALERT), left, y, &signs);
    lines(sheet, SMALL, left, y, &steps);
    frame.bottom() + 9.0
}

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let pathway = &context.input.assessment.pathway;
    if pathway.walk.is_empty() && pathway.rules.is_empty() {
        return;
    }
    flow.heading(&context.say("pathway.title", &[]), 60.0);
    flow.paragraph(NOTE, &context.say("pathway.not_the_guideline", &[]));
    if let Some(emergency) = &pathway.emergency {
        for sign in &emergency.signs {
            flow.paragraph(BODY.bold(), &sign_text(context, sign));
        }
        flow.paragraph(NOTE, &steps(context, emergency));
        flow.space(6.0);
    }
    walk(flow, context, pathway);
    rules(flow, context, pathway);
    flow.space(8.0);
}

fn sign_text(context: &Context, sign: &EmergencySign) -> String {
    let Some(worsening) = &sign.worsening else {
        return context.say(&format!("pathway.sign.{}", sign.id), &[]);
    };
    let said = |code: &String| context.value(&worsening.feature, &Value::Code(code.clone()));
    let (from, to) = (said(&worsening.from), said(&worsening.to));
    let (from_day, to_day) = (
        context.date(worsening.from_day),
        context.date(worsening.to_day),
    );
    let fact = context.feature_label(&worsening.feature);
    let values = [
        ("fact", fact.as_str()),
        ("from", from.as_str()),
        ("from_day", from_day.as_str()),
        ("to", to.as_str()),
        ("to_day", to_day.as_str()),
    ];
    context.say("pathway.sign.worsened", &values)
}

/// What to do, each with its source.
fn steps(context: &Context, emergency: &Emergency) -> String {
    let steps = emergency.steps.iter().map(|step| {
        let words = context.say(&format!("pathway.step.{}", step.id), &[]);
        format!(
            "{words} [{}]",
            source(context, &step.citation, step.provenance)
        )
    });
    let title = context.say("pathway.steps", &[]);
    format!("{title}: {}", steps.collect::<Vec<_>>().join(" "))
}

fn source(context: &Context, citation: &Citation, provenance: FigureProvenance) -> String {
    let text = context.citation(citation);
    let recalled = match provenance {
        FigureProvenance::Read => return text,
        FigureProvenance::RecalledHigh => "screen.scores.recalled_high",
        FigureProvenance::RecalledMedium => "screen.scores.recalled_medium",
    };
    format!("{text} ({})", context.say(recalled, &[]))
}

fn walk(flow: &mut Flow, context: &Context, pathway: &Pathway) {
    flow.need(40.0);
    flow.paragraph(BODY.bold(), &context.say("pathway.walk_title", &[]));
    for branch in &pathway.walk {
        let question = context.say(&format!("pathway.branch.{}", branch.id), &[]);
        flow.paragraph(SMALL, &format!("{question} {}", answer(context, branch)));
    }
    let end = match &pathway.destination {
        Some(destination) => {
            let leads = context.say("pathway.destination", &[]);
            format!(
                "{leads} {}",
                worded(context, "end", &destination.group, &destination.label)
            )
        }
        None => context.say("pathway.no_destination", &[]),
    };
    flow.paragraph(SMALL.bold(), &end);
    flow.space(6.0);
}

/// The way that the facts take with the fact that was read, or what is missing.
fn answer(context: &Context, branch: &Branch) -> String {
    let Some(taken) = &branch.taken else {
        let (open, missing) = (
            context.say("pathway.open", &[]),
            context.say("pathway.missing", &[]),
        );
        let facts = context.feature_labels(&branch.missing);
        return format!("{open} {missing} {facts}.");
    };
    let way = context.say(&format!("pathway.way.{}_{taken}", branch.id), &[]);
    match known(context, &branch.feature) {
        Some(fact) => format!("{way} ({fact}).",),
        None => format!("{way}."),
    }
}

fn known(context: &Context, feature: &FeatureId) -> Option<String> {
    let level = context.input.case.level_in_question().map(Subject::Level);
    let mut facts = context.input.assessment.facts_used.iter();
    let fact = facts.find(|fact| {
        let subject = Some(&fact.subject);
        fact.feature == *feature && (fact.subject == Subject::Patient || subject == level.as_ref())
    })?;
    let label = context.feature_label(feature);
    Some(format!("{label}: {}", context.value(feature, &fact.value)))
}

fn rules(flow: &mut Flow, context: &Context, pathway: &Pathway) {
    if pathway.rules.is_empty() {
        return;
    }
    flow.need(60.0);
    flow.paragraph(BODY.bold(), &context.say("pathway.rules_title", &[]));
    for conflict in &pathway.conflicts {
        let option = context.say(&format!("benefit_option.{}", conflict.option.code()), &[]);
        let text = context.say("pathway.conflict", &[("option", option.as_str())]);
        flow.paragraph(SMALL.bold().in_ink(ALERT), &text);
    }
    let cell = |text: String| Cell { text, style: SMALL };
    let mut order: Vec<&PathwayRule> = pathway.rules.iter().collect();
    order.sort_by_key(|rule| (rule.option.is_none(), rule.option));
    let rows: Vec<Vec<Cell>> = order
        .into_iter()
        .map(|rule| {
            let option = match rule.option {
                Some(option) => format!("benefit_option.{}", option.code()),
                None => "pathway.any_option".to_owned(),
            };
            let stance = match rule.stance {
                Stance::For => "pathway.stance.for",
                Stance::Against => "pathway.stance.against",
                Stance::Inform => "pathway.stance.inform",
            };
            vec![
                cell(context.say(&option, &[])),
                cell(context.say(stance, &[])),
                cell(rule_text(context, rule)),
                cell(graded(context, rule)),
            ]
        })
        .collect();
    let column = |key: &str, width: f32| Column {
        heading: context.say(key, &[]),
        width,
        ends_right: false,
    };
    let (option, stance, source) = (92.0, 44.0, 150.0);
    let columns = [
        column("report.pathway.option", option),
        column("report.pathway.stance", stance),
        column(
            "report.pathway.rule",
            CONTENT_WIDTH - option - stance - source,
        ),
        column("report.pathway.source", source),
    ];
    flow.table(&columns, &rows);
}

fn rule_text(context: &Context, rule: &PathwayRule) -> String {
    let mut parts = vec![worded(context, "rule", &rule.id, &rule.text)];
    if let RuleState::Open { missing } = &rule.state {
        let open = context.say("pathway.rule_open", &[]);
        parts.push(format!("{open} {}.", context.feature_labels(missing)));
    }
    if !rule.weigh.is_empty() {
        let weigh = context.say("pathway.weigh", &[]);
        parts.push(format!("{weigh} {}.", context.feature_labels(&rule.weigh)));
    }
    parts.join(" ")
}

fn graded(context: &Context, rule: &PathwayRule) -> String {
    let grade = worded(context, "rule_grade", &rule.id, &rule.grade);
    let grade = context.say("pathway.grade", &[("grade", grade.as_str())]);
    format!(
        "{grade} {}",
        source(context, &rule.citation, rule.provenance)
    )
}

/// In the language of the report, or as an older version that knew other rules wrote it down.
fn worded(context: &Context, section: &str, id: &str, written: &str) -> String {
    let words = context.say_if_known(&format!("pathway.{section}.{id}"), &[]);
    words.unwrap_or_else(|| context.free(written))
}
