//! The one page for whoever referred the patient: who it is, what was asked, what the board decided and why, who does
//! what by when, who signed, and the forecast in a line. What does not fit goes on in full on the next page, and the
//! block says so.

mod blocks;
mod texts;

use crate::{
    KeyPicture, ReportError, ReportInput,
    context::Context,
    finished,
    fonts::Typeface,
    layout::Flow,
    letterhead,
    sections::{forecast, identity, images, pathway, pictures},
    style::{CONTENT_BOTTOM, CONTENT_TOP, CONTENT_WIDTH, GUTTER, MARGIN},
};
use blocks::{Block, fit};
use clinical::assessment::ForecastState;

/// The summary for whoever referred the patient. `charts` puts the curve of the forecast and the first key image on a
/// page after it.
pub fn referrer_summary(input: &ReportInput, charts: bool) -> Result<Vec<u8>, ReportError> {
    let typeface = Typeface::shipped()?;
    let without_pictures: &[KeyPicture] = &[];
    let pictured = ReportInput {
        key_pictures: match charts {
            true => input.key_pictures.get(..1).unwrap_or_default(),
            false => without_pictures,
        },
        ..*input
    };
    let context = Context::new(&pictured, typeface);
    let pictures = pictures::embed(&context);

    let mut flow = Flow::new(typeface);
    let mut y = letterhead::draw(&mut flow.sheet, &context, flow.y);
    y = identity::draw(&mut flow.sheet, &context, y) + 2.0;
    y = pathway::draw_emergency(&mut flow.sheet, &context, y);

    let blocks = texts::blocks(&context);
    let shown = fit(&blocks, CONTENT_BOTTOM - y);
    for (block, count) in blocks.iter().zip(&shown) {
        y = block.draw(&mut flow.sheet, &context, y, *count);
    }
    flow.y = y;
    let continued: Vec<&Block> = blocks
        .iter()
        .zip(&shown)
        .filter(|(block, count)| block.is_cut(**count))
        .map(|(block, _)| block)
        .collect();
    if !continued.is_empty() {
        flow.new_page();
    }
    for block in continued {
        texts::in_full(&mut flow, &context, block.part);
    }
    if charts {
        draw_charts(&mut flow, &context);
    }
    finished(
        flow,
        &context,
        [
            "report.title.referrer_summary",
            "report.title.referrer_more",
        ],
        pictures,
    )
}

fn draw_charts(flow: &mut Flow, context: &Context) {
    let has_forecast = matches!(
        context.input.assessment.forecast,
        ForecastState::Available(_)
    );
    let has_picture = !context.input.key_pictures.is_empty();
    if !has_forecast && !has_picture {
        return;
    }
    flow.new_page();
    let left_width = CONTENT_WIDTH - pictures::BESIDE - GUTTER;
    let mut bottom = flow.y;
    if has_forecast {
        bottom = forecast::draw(&mut flow.sheet, context, MARGIN, flow.y, left_width);
    }
    if has_picture {
        let side = crate::canvas::Frame {
            left: MARGIN + left_width + GUTTER,
            top: CONTENT_TOP,
            width: pictures::BESIDE,
            height: (bottom - flow.y).max(260.0),
        };
        bottom = bottom.max(images::draw_first(&mut flow.sheet, context, side));
    }
    flow.y = bottom + 10.0;
}
