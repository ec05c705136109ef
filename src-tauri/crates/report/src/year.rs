//! The yearly report: what a board did and what came of it, never a share without the number that it is of.

mod activity;
mod calibration;
mod concordance;
mod numbers;
mod outcomes;
mod survival_curve;
mod timeliness;

use crate::{
    Paper, ReportError,
    document::{self, Properties},
    fonts::Typeface,
    frame::{self, Running, application, written},
    layout::Flow,
    letterhead,
    standing::Standing,
    style::{BODY, NAME, NOTE, WARNING},
    voice::Voice,
};
use clinical::{
    verification::Verification,
    year::{LEAST_OF_A_SHARE, YearFigures},
};

/// Everything that the yearly report shows.
#[derive(Debug, Clone, Copy)]
pub struct YearReportInput<'a> {
    pub figures: &'a YearFigures,
    /// How the forecasts did that the board decided with; none where no decision has one.
    pub verification: Option<&'a Verification>,
    pub paper: Paper<'a>,
}

/// The yearly report as the bytes of a PDF file.
pub fn year_report(input: &YearReportInput) -> Result<Vec<u8>, ReportError> {
    let typeface = Typeface::shipped()?;
    let voice = Voice::new(input.paper, typeface, []);
    let figures = input.figures;
    let mut flow = Flow::new(typeface);
    title(&mut flow, &voice, figures);
    activity::draw(&mut flow, &voice, figures);
    timeliness::draw(&mut flow, &voice, figures);
    concordance::draw(&mut flow, &voice, figures);
    outcomes::draw(&mut flow, &voice, figures);
    calibration::draw(&mut flow, &voice, input.verification);

    let span = span(&voice, figures);
    let kind = voice.say("report.title.year", &[]);
    let running = Running {
        kinds: [kind.clone(), kind.clone()],
        occasions: [span.clone(), span.clone()],
        about: span.clone(),
        made: [application(&voice), written(&voice)].join(" · "),
        synthetic: figures.synthetic_only,
    };
    let day = voice.date(figures.as_of);
    let values = [("day", day.as_str())];
    let standing = Standing::AsOf(match figures.as_of > figures.to {
        true => voice.say("report.year.as_of", &values),
        false => voice.say("report.year.provisional", &values),
    });
    let mut sheets = flow.into_sheets();
    frame::draw(&mut sheets, &voice, &standing, &running);
    let fingerprint = format!("year {} {}", figures.from, figures.to);
    let properties = Properties::of(&voice, &standing, &kind, &span, &fingerprint);
    document::write(typeface, sheets, Vec::new(), &properties)
}

/// "2026-01-01 to 2026-12-31"
fn span(voice: &Voice, figures: &YearFigures) -> String {
    let (from, to) = (voice.date(figures.from), voice.date(figures.to));
    let values = [("from", from.as_str()), ("to", to.as_str())];
    voice.say("report.year.span", &values)
}

fn title(flow: &mut Flow, voice: &Voice, figures: &YearFigures) {
    flow.y = letterhead::draw(&mut flow.sheet, voice, flow.y);
    flow.paragraph(NAME, &voice.say("report.title.year", &[]));
    flow.paragraph(BODY, &span(voice, figures));
    flow.space(3.0);
    if figures.synthetic_only {
        let text = voice.say("report.year.synthetic_only", &[]);
        flow.paragraph(BODY.bold().in_ink(WARNING), &text);
    }
    if figures.synthetic_left_out > 0 {
        let count = figures.synthetic_left_out.to_string();
        let values = [("count", count.as_str())];
        flow.paragraph(NOTE, &voice.say("report.year.synthetic_left_out", &values));
    }
    let least = LEAST_OF_A_SHARE.to_string();
    let values = [("least", least.as_str())];
    flow.paragraph(NOTE, &voice.say("report.year.rule", &values));
    flow.space(8.0);
}
