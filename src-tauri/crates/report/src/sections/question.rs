//! The question to the board.

use crate::{
    canvas::{Frame, Sheet},
    context::Context,
    layout::{Flow, ascent, height_of, lines, notice_box},
    style::{ACCENT, ACCENT_FAINT, BODY, CONTENT_WIDTH, LABEL, MARGIN, NOTE},
    wrapping::wrap,
};

/// Lines of the question on page one.
const LINES: usize = 4;
const PADDING: f32 = 6.0;

/// Draws the question; true when it continues on a later page.
pub(crate) fn draw(sheet: &mut Sheet, context: &Context, top: f32) -> (f32, bool) {
    let inner = CONTENT_WIDTH - 20.0;
    let text = text(context);
    let style = BODY;
    let mut shown = wrap(context.typeface, style, &text, inner);
    let continues = shown.len() > LINES;
    shown.truncate(if continues { LINES - 1 } else { LINES });

    let extra = if continues { NOTE.line_height() } else { 0.0 };
    let height = LABEL.line_height() + height_of(style, shown.len()) + extra + 2.0 * PADDING - 2.0;
    let frame = Frame {
        left: MARGIN,
        top,
        width: CONTENT_WIDTH,
        height,
    };
    notice_box(sheet, frame, ACCENT, ACCENT_FAINT);
    let left = MARGIN + 10.0;
    let label = context.say("report.question.title", &[]);
    sheet.text(
        left,
        top + PADDING - 1.0 + ascent(LABEL),
        LABEL.in_ink(ACCENT),
        &label,
    );
    let y = lines(
        sheet,
        style,
        left,
        top + PADDING - 1.0 + LABEL.line_height(),
        &shown,
    );
    if continues {
        let remark = context.say("report.question.continues", &[]);
        sheet.text(left, y + ascent(NOTE), NOTE, &remark);
    }
    (frame.bottom() + 9.0, continues)
}

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    flow.heading(&context.say("report.question.in_full", &[]), 30.0);
    flow.paragraph(BODY, &text(context));
    flow.space(10.0);
}

pub(crate) fn text(context: &Context) -> String {
    let asked = context
        .input
        .case
        .current_episode()
        .map(|episode| episode.question.trim());
    match asked {
        Some(question) if !question.is_empty() => context.free(question),
        _ => context.say("report.question.none", &[]),
    }
}
