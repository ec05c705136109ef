//! Who signed a decision, what was added later, and what became of it.

use crate::{
    context::Context,
    layout::{Flow, ascent, height_of, lines},
    sections::{decision::subheading, recommendation::in_a_line},
    style::{CONTENT_WIDTH, LABEL, MARGIN, NOTE, SMALL},
    table::{Cell, Column},
    wrapping::wrap_at_most,
};
use clinical::{
    catalogue::FeatureId,
    decision::{Addendum, BoardDecision, CarriedOut, Seal, deviation_reasons},
};

pub(crate) fn signature(flow: &mut Flow, context: &Context, seal: &Seal) {
    subheading(flow, context, "report.decision.signature");
    let (name, specialty) = (context.free(&seal.name), context.specialty(&seal.specialty));
    let time = context.local_time(seal.signed_at);
    let values = [
        ("name", name.as_str()),
        ("specialty", specialty.as_str()),
        ("time", time.as_str()),
    ];
    flow.paragraph(SMALL, &context.say("report.decision.signed_by", &values));
    fingerprint(flow, context, &seal.sha256);
    let label = context.say("report.decision.open_findings", &[]);
    let open: Vec<String> = seal
        .open_findings
        .iter()
        .map(|key| open_finding(context, key))
        .collect();
    let open = match open.is_empty() {
        true => context.say("report.decision.no_open_findings", &[]),
        false => open.join("; "),
    };
    flow.entry(&label, SMALL, &open);
    flow.space(4.0);
}

/// "Albumin: older than its limit", from the code of a finding and the feature that it is about.
fn open_finding(context: &Context, key: &str) -> String {
    let (code, feature) = key.split_once(':').unwrap_or((key, ""));
    let feature = context.feature_label(&FeatureId::unchecked(feature));
    let values = [("feature", feature.as_str())];
    let known = context.say_if_known(&format!("report.open_finding.{code}"), &values);
    known.unwrap_or_else(|| context.free(key))
}

/// SHA-256 in two rows of eight groups of four digits that stand below each other, so that an eye can compare them.
fn fingerprint(flow: &mut Flow, context: &Context, sha256: &str) {
    let digits: Vec<char> = context.free(sha256).chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|four| four.iter().collect()).collect();
    let label = context.say("report.decision.fingerprint", &[]);
    let rows = groups.chunks(8);
    flow.need(height_of(SMALL, rows.len()));
    let labels = wrap_at_most(context.typeface, LABEL, &label, 104.0, 2);
    lines(&mut flow.sheet, LABEL, MARGIN, flow.y, &labels);
    for row in rows {
        let mut left = MARGIN + 112.0;
        for group in row {
            flow.sheet.text(left, flow.y + ascent(SMALL), SMALL, group);
            left += 34.0;
        }
        flow.y += SMALL.line_height();
    }
    flow.space(3.0);
}

pub(crate) fn addenda(flow: &mut Flow, context: &Context, decision: &BoardDecision) {
    if decision.addenda.is_empty() {
        return;
    }
    subheading(flow, context, "report.decision.versions");
    let signed = in_a_line(context, &decision.recommendation);
    let values = [("recommendation", signed.as_str())];
    flow.paragraph(
        SMALL,
        &context.say("report.decision.first_version", &values),
    );
    flow.space(3.0);
    for addendum in &decision.addenda {
        version(flow, context, addendum);
    }
    flow.space(2.0);
}

fn version(flow: &mut Flow, context: &Context, addendum: &Addendum) {
    let number = addendum.version.to_string();
    let (name, time) = (
        context.free(&addendum.name),
        context.local_time(addendum.written_at),
    );
    let values = [
        ("version", number.as_str()),
        ("name", name.as_str()),
        ("time", time.as_str()),
    ];
    flow.need(height_of(SMALL, 4));
    flow.paragraph(
        SMALL.bold(),
        &context.say("report.decision.version", &values),
    );
    flow.paragraph(SMALL, &context.free(addendum.text.trim()));
    if let Some(recommendation) = &addendum.recommendation {
        let text = in_a_line(context, recommendation);
        let values = [("recommendation", text.as_str())];
        flow.paragraph(
            SMALL,
            &context.say("report.decision.new_recommendation", &values),
        );
    }
    if !addendum.actions.is_empty() {
        let count = addendum.actions.len().to_string();
        let values = [("count", count.as_str())];
        flow.paragraph(SMALL, &context.say("report.decision.new_actions", &values));
    }
    fingerprint(flow, context, &addendum.sha256);
    flow.space(2.0);
}

pub(crate) fn carried_out(flow: &mut Flow, context: &Context, entries: &[CarriedOut]) {
    if entries.is_empty() {
        return;
    }
    subheading(flow, context, "report.decision.carried_out");
    let column = |key: &str, width| Column::new(context.say(key, &[]), width);
    let (state, on, reason, entered) = (112.0, 58.0, 130.0, 104.0);
    let columns = [
        column("report.decision.state", state),
        column("report.decision.on", on),
        column("report.decision.reason", reason),
        column(
            "report.decision.note",
            CONTENT_WIDTH - state - on - reason - entered,
        ),
        column("report.decision.entered", entered),
    ];
    let rows = entries.iter().map(|entry| {
        let author = context.free(&entry.author);
        let entered = format!("{author}, {}", context.local_time(entry.recorded_at));
        let on = entry.on.map(|day| context.date(day)).unwrap_or_default();
        vec![
            Cell::new(
                SMALL.bold(),
                context.say(&format!("carried_out.{}", entry.state.code()), &[]),
            ),
            Cell::new(SMALL, on),
            Cell::new(SMALL, reason_text(context, entry)),
            Cell::new(SMALL, context.free(entry.note.trim())),
            Cell::new(SMALL, entered),
        ]
    });
    flow.table_in_full(&columns, &rows.collect::<Vec<_>>());
    if entries.iter().any(|entry| entry.reason.is_some()) {
        let source = context.free(&deviation_reasons().citation);
        let system = context.free(&deviation_reasons().system);
        let values = [("source", source.as_str()), ("system", system.as_str())];
        flow.paragraph(NOTE, &context.say("report.decision.reasons_from", &values));
        flow.space(4.0);
    }
}

/// "At the patient's wish [patient-wish]"
fn reason_text(context: &Context, entry: &CarriedOut) -> String {
    let Some(code) = &entry.reason else {
        return String::new();
    };
    let known = context.say_if_known(&format!("deviation.{code}"), &[]);
    match known {
        Some(words) => format!("{words} [{}]", context.free(code)),
        None => context.free(code),
    }
}
