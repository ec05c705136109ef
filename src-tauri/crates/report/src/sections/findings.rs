//! Findings about the data: alerts at the head of page one, all of them on the pages after it.
//! Severity is said by a word and a shape, not by colour alone.

use crate::{
    canvas::{Frame, Sheet},
    context::Context,
    layout::{Flow, ascent, heading, height_of, lines, notice_box},
    style::{
        ALERT, ALERT_FAINT, BODY, CONTENT_WIDTH, HEADING, Ink, LABEL, MARGIN, MUTED, NOTE, SMALL,
        WARNING, WHITE,
    },
    wrapping::{wrap, wrap_at_most},
};
use clinical::{
    catalogue::FeatureId,
    findings::{Finding, FindingCode, Severity},
};

/// Alerts that page one has room for; the others are counted there.
const ALERTS: usize = 3;
const INDENT: f32 = 13.0;

/// The alerts in one box, nothing when there are none.
pub(crate) fn draw_alerts(sheet: &mut Sheet, context: &Context, top: f32) -> f32 {
    let alerts: Vec<&Finding> = sorted(context)
        .into_iter()
        .filter(|finding| finding.severity == Severity::Alert)
        .collect();
    if alerts.is_empty() {
        return top;
    }
    let inner = CONTENT_WIDTH - 34.0;
    let mut texts: Vec<Vec<String>> = alerts
        .iter()
        .take(ALERTS)
        .map(|finding| {
            wrap_at_most(
                context.typeface,
                BODY,
                &sentence(context, finding),
                inner,
                2,
            )
        })
        .collect();
    if alerts.len() > ALERTS {
        let count = (alerts.len() - ALERTS).to_string();
        texts.push(vec![
            context.say("report.findings.more_alerts", &[("count", count.as_str())]),
        ]);
    }
    let height = texts
        .iter()
        .map(|text| height_of(BODY, text.len()))
        .sum::<f32>()
        + 11.0;
    let frame = Frame {
        left: MARGIN,
        top,
        width: CONTENT_WIDTH,
        height,
    };
    notice_box(sheet, frame, ALERT, ALERT_FAINT);
    let mut y = top + 5.0;
    for text in texts {
        draw_shape(sheet, Severity::Alert, MARGIN + 10.0, y + 1.8);
        y = lines(sheet, BODY.in_ink(ALERT), MARGIN + 10.0 + INDENT, y, &text);
    }
    frame.bottom() + 9.0
}

/// The findings that are no alerts, where page one has no picture to show.
pub(crate) fn draw_beside(sheet: &mut Sheet, context: &Context, frame: Frame) -> f32 {
    heading(
        sheet,
        frame.left,
        frame.top,
        frame.width,
        &context.say("report.findings.title", &[]),
    );
    let mut y = frame.top + HEADING.line_height() + 7.0;
    let others: Vec<&Finding> = sorted(context)
        .into_iter()
        .filter(|finding| finding.severity != Severity::Alert)
        .collect();
    if others.is_empty() {
        sheet.text(
            frame.left,
            y + ascent(NOTE),
            NOTE,
            &context.say("report.findings.none", &[]),
        );
        return y + NOTE.line_height();
    }
    for (index, finding) in others.iter().enumerate() {
        let text = wrap_at_most(
            context.typeface,
            SMALL,
            &sentence(context, finding),
            frame.width - INDENT,
            3,
        );
        let last = index + 1 == others.len();
        let reserve = if last { 0.0 } else { NOTE.line_height() };
        if y + height_of(SMALL, text.len()) + reserve > frame.bottom() {
            let count = (others.len() - index).to_string();
            let more = context.say("report.findings.more", &[("count", count.as_str())]);
            sheet.text(frame.left, y + ascent(NOTE), NOTE, &more);
            return y + NOTE.line_height();
        }
        draw_shape(sheet, finding.severity, frame.left, y + 1.0);
        y = lines(sheet, SMALL, frame.left + INDENT, y, &text) + 3.0;
    }
    y
}

/// All findings by severity. What is merely not recorded makes one entry for each severity, so that
/// it does not bury the rest.
pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    flow.heading(&context.say("report.findings.in_full", &[]), 30.0);
    let findings = sorted(context);
    if findings.is_empty() {
        flow.paragraph(SMALL, &context.say("report.findings.none", &[]));
    }
    for severity in [Severity::Alert, Severity::Warning, Severity::Note] {
        let (missing, others): (Vec<&Finding>, Vec<&Finding>) = findings
            .iter()
            .copied()
            .filter(|finding| finding.severity == severity)
            .partition(|finding| {
                finding.code == FindingCode::Missing && severity != Severity::Alert
            });
        let mut texts: Vec<String> = others
            .into_iter()
            .map(|finding| sentence(context, finding))
            .collect();
        let missing: Vec<FeatureId> = missing
            .into_iter()
            .filter_map(|finding| finding.feature.clone())
            .collect();
        if !missing.is_empty() {
            let features = context.feature_labels(&missing);
            let values = [("features", features.as_str())];
            texts.push(context.say("report.findings.not_recorded", &values));
        }
        one_severity(flow, context, severity, &texts);
    }
    flow.space(8.0);
}

fn one_severity(flow: &mut Flow, context: &Context, severity: Severity, texts: &[String]) {
    for (index, text) in texts.iter().enumerate() {
        let wrapped = wrap(context.typeface, SMALL, text, CONTENT_WIDTH - INDENT);
        let height = height_of(SMALL, wrapped.len().min(4));
        if index == 0 {
            flow.need(LABEL.line_height() + height + 4.0);
            flow.space(2.0);
            flow.paragraph(LABEL, &severity_word(context, severity));
            flow.space(1.0);
        }
        flow.need(height);
        draw_shape(&mut flow.sheet, severity, MARGIN, flow.y + 1.0);
        flow.paragraph_within(SMALL, text, MARGIN + INDENT, CONTENT_WIDTH - INDENT);
        flow.space(2.0);
    }
}

/// How many findings stand on the later pages, where page one has a picture in their place.
pub(crate) fn count(context: &Context) -> Option<String> {
    let of = |severity| {
        let findings = context.input.assessment.findings.iter();
        findings
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let (warnings, notes) = (of(Severity::Warning), of(Severity::Note));
    if context.input.key_pictures.is_empty() || warnings + notes == 0 {
        return None;
    }
    let (warnings, notes) = (warnings.to_string(), notes.to_string());
    let values = [("warnings", warnings.as_str()), ("notes", notes.as_str())];
    Some(context.say("report.findings.count", &values))
}

/// Alerts first; findings of one severity stay in the order of the assessment.
fn sorted<'a>(context: &Context<'a>) -> Vec<&'a Finding> {
    let mut findings: Vec<&Finding> = context.input.assessment.findings.iter().collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// The finding in words, with identity struck out of its parameters where that is asked.
fn sentence(context: &Context, finding: &Finding) -> String {
    let mut shown = finding.clone();
    for value in shown.parameters.values_mut() {
        *value = context.redacted(value);
    }
    context
        .typeface
        .printable(&context.paper.words.finding(&shown, context.paper.catalogue))
}

fn severity_word(context: &Context, severity: Severity) -> String {
    let word = match severity {
        Severity::Alert => "alert",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    context.say(&format!("severity.{word}"), &[])
}

/// Triangle with a sign for an alert, diamond for a warning, disc for a note; 8 points wide.
fn draw_shape(sheet: &mut Sheet, severity: Severity, left: f32, top: f32) {
    let at = |x: f32, y: f32| (left + x, top + y);
    match severity {
        Severity::Alert => {
            sheet.polygon(&[at(4.0, 0.0), at(8.4, 8.0), at(-0.4, 8.0)], ALERT);
            let sign: Ink = WHITE;
            sheet.line(at(4.0, 2.6), at(4.0, 5.4), sign, 1.0, &[]);
            sheet.line(at(4.0, 6.1), at(4.0, 7.1), sign, 1.0, &[]);
        }
        Severity::Warning => {
            sheet.polygon(
                &[at(4.0, 0.4), at(7.6, 4.0), at(4.0, 7.6), at(0.4, 4.0)],
                WARNING,
            );
        }
        Severity::Note => sheet.dot(at(4.0, 4.0), 2.0, MUTED),
    }
}
