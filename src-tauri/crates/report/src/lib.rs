//! Printed reports. This crate fences printpdf: everything that goes in is a plain value, a PDF
//! file comes out, and the same input gives the same bytes.
//!
//! [`board_summary`] writes the full report of a case: page one is the summary that a board reads, the pages
//! after it give the decision, its follow-up and every fact, score and finding in full. [`referrer_summary`]
//! is the one page for whoever referred the patient; [`meeting_list`] and [`minutes`] are about a meeting,
//! [`year_report`] about a year. All wording comes from `assets/words/<language>.toml`, section `report`.

mod canvas;
mod cohort;
mod context;
mod document;
mod fonts;
mod frame;
mod identity;
mod layout;
mod letterhead;
mod meeting;
mod reading;
mod referrer;
mod sections;
mod standing;
mod style;
mod subset;
mod table;
mod voice;
mod wrapping;
mod year;

use canvas::Sheet;
use chrono::{DateTime, FixedOffset, Utc};
use clinical::{
    assessment::{Assessment, Explanation},
    case::{Case, KeyImage},
    catalogue::Catalogue,
    pathway_clock::ClockReading,
    words::Words,
};
pub use cohort::{CohortReportInput, FigureFile, cohort_figures, cohort_report};
use context::Context;
use document::Properties;
use fonts::Typeface;
use layout::Flow;
pub use meeting::{MeetingCase, MeetingReportInput, meeting_list, minutes};
pub use reading::texts_of;
pub use referrer::referrer_summary;
use sections::{
    agreement, benefit, checklists, cord_dose, decision, estimates, facts, findings, follow_up,
    footer, forecast, images, levels, not_computed, pathway, pathway_clock, pictures, question,
    scores, summary, treatments,
};
pub use year::{YearReportInput, year_report};

/// How a document is printed: its language, who sends it, when, and whether it names patients. Nothing is
/// read from elsewhere, not even the clock.
#[derive(Debug, Clone, Copy)]
pub struct Paper<'a> {
    pub catalogue: &'a Catalogue,
    pub words: &'a Words,
    /// BCP 47 tag of the language of `words`.
    pub language: &'a str,
    pub letterhead: Letterhead<'a>,
    /// Version of the application that writes the report.
    pub app_version: &'a str,
    pub generated_at: DateTime<Utc>,
    /// The offset of the place where it is written; the printed time says it.
    pub local_offset: FixedOffset,
    /// Leaves out name, number and birth date, and strikes them out of free text.
    pub identity_masked: bool,
}

/// Who sends a report; what is empty is left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Letterhead<'a> {
    pub centre: &'a str,
    pub department: &'a str,
    /// Address, telephone and the like.
    pub lines: &'a [String],
}

/// Everything that a report about one patient shows.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    pub case: &'a Case,
    pub assessment: &'a Assessment,
    /// Why the forecast is as it is, one for each endpoint that the model explains.
    pub reasons: &'a [Explanation],
    /// Reference patients of the pack whose forecasts this program reproduced when it started.
    pub reproduced_rows: Option<usize>,
    /// In the order of `case.key_images`; the first goes on page one.
    pub key_pictures: &'a [KeyPicture<'a>],
    /// The way of the current discussion against the centre's limits.
    pub clock: &'a [ClockReading],
    /// Nothing that a model says is printed, nor what it said when a decision was signed.
    pub model_held_back: bool,
    /// The case was de-identified: every date is moved, which the report says.
    pub dates_moved: bool,
    pub paper: Paper<'a>,
}

/// A key image with its pixels as they shall be printed.
#[derive(Debug, Clone, Copy)]
pub struct KeyPicture<'a> {
    pub key_image: &'a KeyImage,
    /// The windowed picture; none where the image could not be read, which the report says.
    pub pixels: Option<&'a image::DynamicImage>,
    /// Distance of rows and of columns in mm, for the shape of the picture and its scale bar.
    pub pixel_spacing_mm: Option<[f64; 2]>,
    pub edges: Option<EdgeMarks<'a>>,
}

/// Letters for the patient's sides at the edges of the picture as shown, for example A, P, H, F.
#[derive(Debug, Clone, Copy)]
pub struct EdgeMarks<'a> {
    pub left: &'a str,
    pub right: &'a str,
    pub top: &'a str,
    pub bottom: &'a str,
}

/// Why no report could be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// The compiled-in font cannot be read or reduced.
    #[error("the report's font cannot be read")]
    Font,
    /// The PDF writer left out a part that every file has.
    #[error("the report's file cannot be put together")]
    Structure,
}

/// The full report of a case, which a board takes along and keeps, as the bytes of a PDF file.
pub fn board_summary(input: &ReportInput) -> Result<Vec<u8>, ReportError> {
    let typeface = Typeface::shipped()?;
    let context = Context::new(input, typeface);
    let pictures = pictures::embed(&context);

    let mut flow = Flow::new(typeface);
    let left_out = summary::draw(&mut flow, &context);
    flow.new_page();
    if left_out.question {
        question::in_full(&mut flow, &context);
    }
    decision::in_full(&mut flow, &context);
    follow_up::in_full(&mut flow, &context);
    pathway_clock::in_full(&mut flow, &context);
    findings::in_full(&mut flow, &context);
    pathway::in_full(&mut flow, &context);
    forecast::in_full(&mut flow, &context);
    estimates::in_full(&mut flow, &context);
    benefit::in_full(&mut flow, &context);
    agreement::in_full(&mut flow, &context);
    scores::in_full(&mut flow, &context);
    checklists::in_full(&mut flow, &context);
    not_computed::in_full(&mut flow, &context);
    images::in_full(&mut flow, &context);
    levels::in_full(&mut flow, &context);
    facts::in_full(&mut flow, &context);
    treatments::in_full(&mut flow, &context);
    cord_dose::in_full(&mut flow, &context);
    finished(
        flow,
        &context,
        ["report.title.board_summary", "report.title.details"],
        pictures,
    )
}

/// Puts the frame around the pages of a report about one patient; `kinds` are the keys of the kind of report,
/// on page one and on the others.
fn finished(
    mut flow: Flow,
    context: &Context,
    kinds: [&str; 2],
    pictures: Vec<document::EmbeddedPicture>,
) -> Result<Vec<u8>, ReportError> {
    if context.has_gaps() {
        flow.paragraph(style::NOTE, &context.say("report.gaps", &[]));
    }
    let running = footer::running(context, kinds);
    let mut sheets: Vec<Sheet> = flow.into_sheets();
    frame::draw(&mut sheets, context, &context.standing, &running);
    let [kind, _] = running.kinds;
    let input = context.input;
    let reference = [("case", context.identity.printed.reference.as_str())];
    let about = context.say("report.title.of_case", &reference);
    let properties = Properties::of(
        context,
        &context.standing,
        &kind,
        &about,
        &format!("{} {}", input.case.id, input.paper.identity_masked),
    );
    document::write(context.typeface, sheets, pictures, &properties)
}

#[cfg(test)]
mod words_in_use;
