//! Who the patient is, at the head of page one, and the banner of a made-up patient.

use crate::{
    canvas::{Frame, Sheet},
    context::Context,
    layout::{ascent, notice_box},
    style::{BODY, CONTENT_WIDTH, LABEL, MARGIN, NAME, NOTE, WARNING, WARNING_FAINT},
    wrapping::{fit, wrap_at_most},
};

pub(crate) fn draw(sheet: &mut Sheet, context: &Context, top: f32) -> f32 {
    let typeface = context.typeface;
    let identity = &context.identity;
    let mut y = top;
    if context.input.case.synthetic {
        let frame = Frame {
            left: MARGIN,
            top: y,
            width: CONTENT_WIDTH,
            height: 18.0,
        };
        notice_box(sheet, frame, WARNING, WARNING_FAINT);
        let style = BODY.bold().in_ink(WARNING);
        let text = context.say("report.synthetic.banner", &[]);
        let text = fit(typeface, style, &text, CONTENT_WIDTH - 20.0);
        sheet.text(MARGIN + 9.0, y + 12.2, style, &text);
        y += 25.0;
    }

    for line in wrap_at_most(typeface, NAME, &identity.printed.name, CONTENT_WIDTH, 2) {
        sheet.text(MARGIN, y + ascent(NAME) - 2.0, NAME, &line);
        y += NAME.line_height();
    }
    if let Some(remark) = &identity.printed.remark {
        for line in wrap_at_most(typeface, NOTE, remark, CONTENT_WIDTH, 2) {
            sheet.text(MARGIN, y + ascent(NOTE), NOTE, &line);
            y += NOTE.line_height();
        }
    }

    let count = u16::try_from(identity.fields.len()).unwrap_or(1).max(1);
    let column = CONTENT_WIDTH / f32::from(count);
    let mut left = MARGIN;
    for (label, value) in &identity.fields {
        let width = column - 8.0;
        sheet.text(
            left,
            y + ascent(LABEL),
            LABEL,
            &fit(typeface, LABEL, label, width),
        );
        let below = y + LABEL.line_height();
        sheet.text(
            left,
            below + ascent(BODY),
            BODY,
            &fit(typeface, BODY, value, width),
        );
        left += column;
    }
    y + LABEL.line_height() + BODY.line_height() + 8.0
}
