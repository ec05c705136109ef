//! The band at the head and the lines at the foot of every page.

use crate::{
    canvas::{Frame, Sheet},
    context::{Context, date_text},
    layout::rule,
    style::{
        ACCENT, BODY, CONTENT_WIDTH, FOOTER_TOP, HEADER_BOTTOM, Ink, MARGIN, NOTE, PAGE_WIDTH,
        WHITE,
    },
    wrapping::fit,
};
use clinical::assessment::ForecastState;

const ON_BAND: Ink = Ink(0xd9, 0xe7, 0xea);

pub(crate) fn draw(sheets: &mut [Sheet], context: &Context) {
    let pages = sheets.len().to_string();
    for (index, sheet) in sheets.iter_mut().enumerate() {
        let page = (index + 1).to_string();
        draw_band(sheet, context, index == 0);
        draw_foot(sheet, context, &page, &pages);
    }
}

fn draw_band(sheet: &mut Sheet, context: &Context, first: bool) {
    sheet.filled(
        Frame {
            left: 0.0,
            top: 0.0,
            width: PAGE_WIDTH,
            height: HEADER_BOTTOM,
        },
        ACCENT,
    );
    let product = BODY.bold().in_ink(WHITE);
    let product = crate::style::Style {
        size: 13.0,
        ..product
    };
    let baseline = 23.0;
    let at = sheet.text(
        MARGIN,
        baseline,
        product,
        &context.say("report.product", &[]),
    );
    let key = if first {
        "report.title.board_summary"
    } else {
        "report.title.details"
    };
    let kind = crate::style::Style {
        size: 11.0,
        ..BODY.in_ink(ON_BAND)
    };
    let at = sheet.text(at + 9.0, baseline, kind, &context.say(key, &[]));

    let right = PAGE_WIDTH - MARGIN;
    let mut top = baseline;
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
    let date = date_text(context.input.assessment.index_date);
    match context.input.case.level_in_question() {
        Some(level) => context.say(
            "report.header.occasion_level",
            &[("date", date.as_str()), ("level", level.name())],
        ),
        None => context.say("report.header.occasion", &[("date", date.as_str())]),
    }
}

fn draw_foot(sheet: &mut Sheet, context: &Context, page: &str, pages: &str) {
    rule(sheet, MARGIN, FOOTER_TOP, CONTENT_WIDTH);
    let right = PAGE_WIDTH - MARGIN;
    let first = FOOTER_TOP + 11.0;
    let numbers = context.say("report.footer.page", &[("page", page), ("pages", pages)]);
    let at = sheet.text(
        MARGIN,
        first,
        NOTE.bold(),
        &context.say("report.footer.research_use", &[]),
    );
    let room = right - at - sheet.width(NOTE, &numbers) - 30.0;
    let identity = fit(context.typeface, NOTE, &context.identity.running, room);
    sheet.text(at + 12.0, first, NOTE, &identity);
    sheet.text_ending_at(right, first, NOTE, &numbers);
    let made = fit(context.typeface, NOTE, &made_by(context), CONTENT_WIDTH);
    sheet.text(MARGIN, first + NOTE.line_height(), NOTE, &made);
}

/// Application, model pack and time.
fn made_by(context: &Context) -> String {
    let input = context.input;
    let time = input.generated_at.with_timezone(&input.local_offset);
    let time = time.format("%Y-%m-%d %H:%M (UTC%:z)").to_string();
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
