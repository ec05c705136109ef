//! Page one: what a board reads. Every block has its place and a limit; what is longer goes on
//! in full on the pages after it, and page one says so.

use crate::{
    canvas::Frame,
    context::Context,
    layout::Flow,
    letterhead,
    sections::{
        decision, findings, forecast, identity, images, key_facts, pathway, pictures::BESIDE,
        question, score_rows,
    },
    style::{CONTENT_BOTTOM, CONTENT_WIDTH, GUTTER, MARGIN},
};

/// Page one keeps this much for facts, however many scores there are.
const FACTS_HEIGHT: f32 = 118.0;

/// What page one could not show whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LeftOut {
    pub(crate) question: bool,
}

pub(crate) fn draw(flow: &mut Flow, context: &Context) -> LeftOut {
    let mut y = letterhead::draw_in_a_line(&mut flow.sheet, context, flow.y);
    y = identity::draw(&mut flow.sheet, context, y);
    let (below, question_left_out) = question::draw(&mut flow.sheet, context, y);
    y = decision::draw(&mut flow.sheet, context, below);
    y = pathway::draw_emergency(&mut flow.sheet, context, y);
    y = findings::draw_alerts(&mut flow.sheet, context, y);

    let left_width = CONTENT_WIDTH - BESIDE - GUTTER;
    let forecast_bottom = forecast::draw(&mut flow.sheet, context, MARGIN, y, left_width);
    let side = Frame {
        left: MARGIN + left_width + GUTTER,
        top: y,
        width: BESIDE,
        height: (forecast_bottom - y).max(200.0),
    };
    let side_bottom = if context.input.key_pictures.is_empty() {
        findings::draw_beside(&mut flow.sheet, context, side)
    } else {
        images::draw_first(&mut flow.sheet, context, side)
    };
    y = forecast_bottom.max(side_bottom) + 10.0;

    y = score_rows::draw(&mut flow.sheet, context, y, CONTENT_BOTTOM - FACTS_HEIGHT) + 8.0;
    key_facts::draw(&mut flow.sheet, context, y);
    flow.y = CONTENT_BOTTOM;
    LeftOut {
        question: question_left_out,
    }
}
