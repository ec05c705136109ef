//! The band at the head and the lines at the foot of every page.

use crate::{
    canvas::{Frame, Sheet},
    context::Context,
    layout::rule,
    style::{
        ACCENT, BODY, CONTENT_WIDTH, FOOTER_TOP, HEADER_BOTTOM, Ink, MARGIN, NOTE, PAGE_WIDTH,
        Style, WHITE,
    },
    wrapping::fit,
};
use clinical::assessment::ForecastState;

const ON_BAND: Ink = Ink(0xd9, 0xe7, 0xea);
pub(crate) const BAND_BASELINE: f32 = 23.0;
const FOOT_BASELINE: f32 = FOOTER_TOP + 11.0;

pub(crate) fn draw(sheets: &mut [Sheet], context: &Context) {
    let pages = sheets.len().to_string();
    for (index, sheet) in sheets.iter_mut().enumerate() {
        let page = (index + 1).to_string();
        draw_band(sheet, context, index == 0);
        draw_foot(sheet, context, &page, &pages);
    }
}

/// The band with the product and the kind of report; returns where the words end.
pub(crate) fn band(sheet: &mut Sheet, product: &str, kind: &str) -> f32 {
    let whole = Frame {
        left: 0.0,
        top: 0.0,
        width: PAGE_WIDTH,
        height: HEADER_BOTTOM,
    };
    sheet.filled(whole, ACCENT);
    let large = Style {
        size: 13.0,
        ..BODY.bold().in_ink(WHITE)
    };
    let at = sheet.text(MARGIN, BAND_BASELINE, large, product);
    let beside = Style {
        size: 11.0,
        ..BODY.in_ink(ON_BAND)
    };
    sheet.text(at + 9.0, BAND_BASELINE, beside, kind)
}

/// The rule, the remark on research use with the page's number, and who made it; returns where the
/// remark ends.
pub(crate) fn foot(sheet: &mut Sheet, research_use: &str, numbers: &str, made: &str) -> f32 {
    rule(sheet, MARGIN, FOOTER_TOP, CONTENT_WIDTH);
    let at = sheet.text(MARGIN, FOOT_BASELINE, NOTE.bold(), research_use);
    sheet.text_ending_at(PAGE_WIDTH - MARGIN, FOOT_BASELINE, NOTE, numbers);
    sheet.text(MARGIN, FOOT_BASELINE + NOTE.line_height(), NOTE, made);
    at
}

fn draw_band(sheet: &mut Sheet, context: &Context, first: bool) {
    let key = if first {
        "report.title.board_summary"
    } else {
        "report.title.details"
    };
    let (product, kind) = (context.say("report.product", &[]), context.say(key, &[]));
    let at = band(sheet, &product, &kind);

    let right = PAGE_WIDTH - MARGIN;
    let mut top = BAND_BASELINE;
    if context.input.case.synthetic && !first {
        let style = NOTE.bold().in_ink(WHITE);
        sheet.text_ending_at(
            right,
            13.5,
            style,
            &context.say("report.synthetic.mark", &[]),
        );
        top = 26.5;
    }
    let style = BODY.in_ink(WHITE);
    let text = if first {
        occasion(context)
    } else {
        context.identity.running.clone()
    };
    let text = fit(context.typeface, style, &text, right - at - 20.0);
    sheet.text_ending_at(right, top, style, &text);
}

/// "Index date 2026-03-14 · Level T12".
fn occasion(context: &Context) -> String {
    let date = context.date(context.input.assessment.index_date);
    match context.input.case.level_in_question() {
        Some(level) => context.say(
            "report.header.occasion_level",
            &[("date", date.as_str()), ("level", level.name())],
        ),
        None => context.say("report.header.occasion", &[("date", date.as_str())]),
    }
}

fn draw_foot(sheet: &mut Sheet, context: &Context, page: &str, pages: &str) {
    let numbers = context.say("report.footer.page", &[("page", page), ("pages", pages)]);
    let research_use = context.say("report.footer.research_use", &[]);
    let made = fit(context.typeface, NOTE, &made_by(context), CONTENT_WIDTH);
    let at = foot(sheet, &research_use, &numbers, &made);
    let room = PAGE_WIDTH - MARGIN - at - sheet.width(NOTE, &numbers) - 30.0;
    let identity = fit(context.typeface, NOTE, &context.identity.running, room);
    sheet.text(at + 12.0, FOOT_BASELINE, NOTE, &identity);
}

/// Application, model pack and time.
fn made_by(context: &Context) -> String {
    let input = context.input;
    let time = context.local_time(input.generated_at);
    let mut parts = vec![format!(
        "{} {}",
        context.say("report.product", &[]),
        input.app_version
    )];
    if input.assessment.app_version != input.app_version {
        let version = context.free(&input.assessment.app_version);
        parts.push(context.say(
            "report.footer.assessed_by",
            &[("version", version.as_str())],
        ));
    }
    parts.push(match &input.assessment.forecast {
        ForecastState::Available(forecast) => {
            let name = context.free(&format!("{} {}", forecast.pack.name, forecast.pack.version));
            let pack = context.say("report.footer.pack", &[("pack", name.as_str())]);
            match input.reproduced_rows {
                Some(rows) => {
                    let rows = rows.to_string();
                    format!(
                        "{pack} {}",
                        context.say("report.footer.reproduced", &[("rows", rows.as_str())])
                    )
                }
                None => pack,
            }
        }
        ForecastState::Refused { .. } => context.say("report.footer.no_pack", &[]),
    });
    parts.push(context.say("report.footer.generated", &[("time", time.as_str())]));
    parts.join(" · ")
}
