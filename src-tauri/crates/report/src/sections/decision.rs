//! What the board decided, on what it rests, who agreed and who did not, and who does what by when.

use crate::{
    canvas::{Frame, Sheet},
    context::Context,
    layout::{Flow, ascent, height_of, lines, notice_box},
    sections::{
        actions,
        recommendation::{changed_by, evidence, in_a_line, option, parts},
        versions,
    },
    style::{
        ACCENT, ACCENT_FAINT, BODY, CONTENT_WIDTH, LABEL, MARGIN, SMALL, SUBHEADING, WARNING,
        WARNING_FAINT,
    },
    table::{Cell, Column},
    voice::Voice,
    wrapping::wrap_at_most,
};
use clinical::decision::{BoardDecision, Position, Recommendation};

/// The recommendation in a box on page one, where anything is decided; the rest follows on the next page.
pub(crate) fn draw(sheet: &mut Sheet, context: &Context, top: f32) -> f32 {
    let Some(decision) = context.decision() else {
        return top;
    };
    let (bar, tint) = match decision.is_signed() {
        true => (ACCENT, ACCENT_FAINT),
        false => (WARNING, WARNING_FAINT),
    };
    let text = in_a_line(context, decision.standing_recommendation());
    let inner = CONTENT_WIDTH - 20.0;
    let shown = wrap_at_most(context.typeface, BODY.bold(), &text, inner, 2);
    let frame = Frame {
        left: MARGIN,
        top,
        width: CONTENT_WIDTH,
        height: LABEL.line_height() + height_of(BODY, shown.len()) + 9.0,
    };
    notice_box(sheet, frame, bar, tint);
    let label = match decision.is_signed() {
        true => title(context, decision),
        false => context.say("report.decision.draft_title", &[]),
    };
    let left = MARGIN + 10.0;
    sheet.text(left, top + 4.0 + ascent(LABEL), LABEL.in_ink(bar), &label);
    lines(
        sheet,
        BODY.bold(),
        left,
        top + 4.0 + LABEL.line_height(),
        &shown,
    );
    frame.bottom() + 8.0
}

/// "Decision of the board", with the version of the recommendation that holds.
pub(crate) fn title(context: &Context, decision: &BoardDecision) -> String {
    match changed_by(decision) {
        Some(version) => {
            let version = version.to_string();
            context.say(
                "report.decision.title_of_version",
                &[("version", version.as_str())],
            )
        }
        None => context.say("report.decision.title", &[]),
    }
}

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let Some(decision) = context.decision() else {
        return;
    };
    flow.heading(&title(context, decision), 60.0);
    if let Some(day) = decision.decided_on {
        let label = context.say("report.decision.decided_on", &[]);
        flow.entry(&label, SMALL, &context.date(day));
    }
    recommended(flow, context, decision.standing_recommendation());
    let rationale = context.free(decision.rationale.trim());
    let rationale = match rationale.is_empty() {
        true => context.say("report.decision.no_rationale", &[]),
        false => rationale,
    };
    flow.entry(
        &context.say("report.decision.rationale", &[]),
        SMALL,
        &rationale,
    );
    if let Some(evidence) = evidence(context, decision) {
        flow.entry(
            &context.say("report.decision.evidence", &[]),
            SMALL,
            &evidence,
        );
    }
    if decision.decided_by_forecast {
        let label = context.say("report.decision.forecast_label", &[]);
        let text = context.say("report.decision.decided_by_forecast", &[]);
        flow.entry(&label, SMALL, &text);
    }
    flow.space(4.0);
    positions(flow, context, &decision.positions);
    actions::in_full(flow, context, decision);
    if let Some(seal) = &decision.seal {
        versions::signature(flow, context, seal);
        versions::addenda(flow, context, decision);
    }
    versions::carried_out(flow, context, &decision.carried_out);
    flow.space(4.0);
}

fn recommended(flow: &mut Flow, context: &Context, recommendation: &Recommendation) {
    let label = context.say("report.decision.recommendation", &[]);
    flow.entry(&label, BODY.bold(), &option(context, recommendation));
    for (label, text) in parts(context, recommendation) {
        flow.entry(&label, SMALL, &text);
    }
}

fn positions(flow: &mut Flow, context: &Context, positions: &[Position]) {
    if positions.is_empty() {
        return;
    }
    subheading(flow, context, "report.decision.positions");
    let column = |key: &str, width| Column::new(context.say(key, &[]), width);
    let (name, stance, hinges) = (128.0, 92.0, 146.0);
    let columns = [
        column("report.decision.who", name),
        column("report.decision.position", stance),
        column("report.decision.hinges_on", hinges),
        column(
            "report.decision.would_change",
            CONTENT_WIDTH - name - stance - hinges,
        ),
    ];
    let rows: Vec<Vec<Cell>> = positions
        .iter()
        .map(|position| {
            let style = match position.stance.code() {
                "dissents" => SMALL.bold(),
                _ => SMALL,
            };
            vec![
                Cell::new(SMALL, who(context, position)),
                Cell::new(style, stance_of(context, position)),
                Cell::new(SMALL, context.free(position.hinges_on.trim())),
                Cell::new(SMALL, context.free(position.would_change.trim())),
            ]
        })
        .collect();
    flow.table_in_full(&columns, &rows);
}

/// "Dr Adeyemi (Radiology)"
pub(crate) fn who(voice: &Voice, position: &Position) -> String {
    let name = voice.free(position.name.trim());
    let specialty = voice.specialty(&position.specialty);
    format!("{name} ({specialty})")
}

/// "dissents, prefers supportive care"
pub(crate) fn stance_of(voice: &Voice, position: &Position) -> String {
    let stance = voice.say(&format!("position.{}", position.stance.code()), &[]);
    match position.prefers {
        Some(option) => {
            let option = voice.say(&format!("benefit_option.{}", option.code()), &[]);
            let values = [("position", stance.as_str()), ("option", option.as_str())];
            voice.say("report.decision.prefers", &values)
        }
        None => stance,
    }
}

/// "Dr Adeyemi (Radiation oncology) dissents, prefers supportive care. Hinges on: … Would change: …"
pub(crate) fn one_dissent(voice: &Voice, position: &Position) -> String {
    let (person, stance) = (who(voice, position), stance_of(voice, position));
    let one_line = |text: &str| {
        let line = voice.free(text.trim()).replace('\n', " ");
        match line.ends_with(['.', '!', '?']) || line.is_empty() {
            true => line,
            false => line + ".",
        }
    };
    let hinges = one_line(&position.hinges_on);
    let change = one_line(&position.would_change);
    let values = [
        ("person", person.as_str()),
        ("position", stance.as_str()),
        ("hinges", hinges.as_str()),
        ("change", change.as_str()),
    ];
    let key = match (hinges.is_empty(), change.is_empty()) {
        (true, _) => "report.referrer.dissents",
        (false, true) => "report.referrer.dissents_hinging",
        (false, false) => "report.referrer.dissents_in_full",
    };
    voice.say(key, &values)
}

pub(crate) fn subheading(flow: &mut Flow, context: &Context, key: &str) {
    flow.need(SUBHEADING.line_height() + 40.0);
    flow.paragraph(SUBHEADING, &context.say(key, &[]));
    flow.space(2.0);
}
