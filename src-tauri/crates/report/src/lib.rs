//! Printed reports. This crate fences printpdf: everything that goes in is a plain value, a PDF
//! file comes out, and the same input gives the same bytes.
//!
//! [`board_summary`] writes an A4 report: page one is the summary that a board reads, the pages
//! after it give every fact, score and finding in full. All wording comes from
//! `assets/words/<language>.toml`, section `report`.

mod canvas;
mod cohort;
mod context;
mod document;
mod fonts;
mod identity;
mod layout;
mod reading;
mod sections;
mod style;
mod subset;
mod wrapping;

use canvas::Sheet;
use chrono::{DateTime, FixedOffset, Utc};
use clinical::{
    assessment::{Assessment, Explanation},
    case::{Case, KeyImage},
    catalogue::Catalogue,
    words::Words,
};
pub use cohort::{CohortReportInput, FigureFile, cohort_figures, cohort_report};
use context::Context;
use document::Properties;
use fonts::Typeface;
use layout::Flow;
pub use reading::texts_of;
use sections::{
    agreement, benefit, checklists, cord_dose, estimates, facts, findings, footer, forecast,
    images, levels, not_computed, pathway, pictures, question, scores, summary, treatments,
};

/// Everything that a report shows. Nothing is read from elsewhere, not even the clock.
#[derive(Debug, Clone, Copy)]
pub struct ReportInput<'a> {
    pub case: &'a Case,
    pub assessment: &'a Assessment,
    /// Why the forecast is as it is, one for each endpoint that the model explains.
    pub reasons: &'a [Explanation],
    /// Reference patients of the pack whose forecasts this program reproduced when it started.
    pub reproduced_rows: Option<usize>,
    pub catalogue: &'a Catalogue,
    pub words: &'a Words,
    /// BCP 47 tag of the language of `words`.
    pub language: &'a str,
    /// In the order of `case.key_images`; the first goes on page one.
    pub key_pictures: &'a [KeyPicture<'a>],
    /// Version of the application that writes the report.
    pub app_version: &'a str,
    pub generated_at: DateTime<Utc>,
    /// The offset of the place where it is written; the printed time says it.
    pub local_offset: FixedOffset,
    /// Leaves out name, number and birth date, and strikes them out of free text.
    pub identity_masked: bool,
    /// The case was de-identified: every date is moved, which the report says.
    pub dates_moved: bool,
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

/// The report that a board takes along, as the bytes of a PDF file.
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
    if context.has_gaps() {
        flow.paragraph(style::NOTE, &context.say("report.gaps", &[]));
    }

    let mut sheets: Vec<Sheet> = flow.into_sheets();
    footer::draw(&mut sheets, &context);
    document::write(typeface, sheets, pictures, &properties(&context))
}

fn properties(context: &Context) -> Properties {
    let input = context.input;
    let subject = context.say("report.title.board_summary", &[]);
    Properties {
        title: format!("{subject}: {}", context.identity.running),
        subject,
        application: format!(
            "{} {}",
            context.say("report.product", &[]),
            input.app_version
        ),
        language: input.language.to_owned(),
        created_at: input.generated_at,
        fingerprint: format!(
            "{} {} {}",
            input.case.id, input.generated_at, input.identity_masked
        ),
    }
}

#[cfg(test)]
mod words_in_use;
