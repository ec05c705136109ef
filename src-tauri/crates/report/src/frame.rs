//! What stands around every page: the band at the head, the strip that says whether it is a draft, and the lines at the foot.

use crate::{
    canvas::{Frame, Sheet},
    layout::rule,
    standing::Standing,
    style::{
        ACCENT, BODY, CONTENT_WIDTH, FOOTER_TOP, HEADER_BOTTOM, Ink, MARGIN, NOTE, PAGE_WIDTH,
        Style, WHITE,
    },
    voice::Voice,
    wrapping::{fit, fit_one_of},
};

const ON_BAND: Ink = Ink(0xd9, 0xe7, 0xea);
pub(crate) const BAND_BASELINE: f32 = 23.0;
const FOOT_BASELINE: f32 = FOOTER_TOP + 11.0;

/// What the frame of a document says.
#[derive(Debug)]
pub(crate) struct Running {
    /// The kind of document, on page one and on the others.
    pub(crate) kinds: [String; 2],
    /// At the right of the band, on page one and on the others.
    pub(crate) occasions: [String; 2],
    /// Whom or what it is about, at the foot.
    pub(crate) about: String,
    /// Application, model and time.
    pub(crate) made: String,
    /// Every page says that a patient is made up; page one of a report about one says so by itself.
    pub(crate) synthetic: bool,
}

/// Draws band, strip and foot of every page.
pub(crate) fn draw(sheets: &mut [Sheet], voice: &Voice, standing: &Standing, running: &Running) {
    let pages = sheets.len().to_string();
    let product = voice.say("report.product", &[]);
    for (index, sheet) in sheets.iter_mut().enumerate() {
        let later = usize::from(index > 0);
        let at = band(sheet, &product, &running.kinds[later]);
        let mark = running.synthetic && index > 0;
        draw_occasion(sheet, voice, &running.occasions[later], mark, at);
        standing.draw(sheet, voice);
        let page = (index + 1).to_string();
        draw_foot(sheet, voice, running, [page.as_str(), pages.as_str()]);
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

fn draw_occasion(sheet: &mut Sheet, voice: &Voice, text: &str, mark: bool, left: f32) {
    let right = PAGE_WIDTH - MARGIN;
    let mut baseline = BAND_BASELINE;
    if mark {
        let style = NOTE.bold().in_ink(WHITE);
        sheet.text_ending_at(right, 13.5, style, &voice.say("report.synthetic.mark", &[]));
        baseline = 26.5;
    }
    // A birth date that is cut off tells nobody apart.
    let styles = [BODY, NOTE].map(|style| style.in_ink(WHITE));
    let (style, text) = fit_one_of(voice.typeface, styles, text, right - left - 20.0);
    sheet.text_ending_at(right, baseline, style, &text);
}

fn draw_foot(sheet: &mut Sheet, voice: &Voice, running: &Running, [page, pages]: [&str; 2]) {
    let numbers = voice.say("report.footer.page", &[("page", page), ("pages", pages)]);
    let research_use = voice.say("report.footer.research_use", &[]);
    let made = fit(voice.typeface, NOTE, &running.made, CONTENT_WIDTH);
    let at = foot(sheet, &research_use, &numbers, &made);
    let room = PAGE_WIDTH - MARGIN - at - sheet.width(NOTE, &numbers) - 30.0;
    let about = fit(voice.typeface, NOTE, &running.about, room);
    sheet.text(at + 12.0, FOOT_BASELINE, NOTE, &about);
}

/// "SpineBoard 0.1.0": what a document was written with.
pub(crate) fn application(voice: &Voice) -> String {
    let product = voice.say("report.product", &[]);
    format!("{product} {}", voice.paper.app_version)
}

/// "written 2026-03-14 10:22 (UTC+01:00)"
pub(crate) fn written(voice: &Voice) -> String {
    let time = voice.local_time(voice.paper.generated_at);
    voice.say("report.footer.generated", &[("time", time.as_str())])
}
