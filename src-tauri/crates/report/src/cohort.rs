//! The report of a cohort study: how the model and the scores did on a centre's own patients, with the
//! figures also as files of their own.

pub(crate) mod drawing;
pub(crate) mod figures;
mod pages;
mod sections;
mod svg;

use crate::{
    ReportError,
    document::{self, Properties},
    fonts::Typeface,
    layout::Flow,
    style::SMALL,
    table::{Cell, Column},
};
use chrono::{DateTime, FixedOffset, Utc};
use clinical::{
    catalogue::Catalogue,
    head_to_head::{CohortStudy, StudyWords},
    words::Words,
};
use sections::{
    benefit, calibration, discrimination, figures_on_pages, pairs, parts, reading, sources,
};

/// Everything that the report of a study shows.
#[derive(Debug, Clone, Copy)]
pub struct CohortReportInput<'a> {
    pub study: &'a CohortStudy,
    pub catalogue: &'a Catalogue,
    pub words: &'a Words,
    /// BCP 47 tag of the language of `words`.
    pub language: &'a str,
    pub generated_at: DateTime<Utc>,
    /// The offset of the place where it is written; the printed time says it.
    pub local_offset: FixedOffset,
}

/// A figure as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureFile {
    /// Name of the file, without the ending.
    pub name: String,
    pub svg: String,
}

/// The report as the bytes of a PDF file.
pub fn cohort_report(input: &CohortReportInput) -> Result<Vec<u8>, ReportError> {
    let talk = Talk::new(input)?;
    let mut flow = Flow::new(talk.typeface);
    pages::title(&mut flow, &talk);
    reading::draw(&mut flow, &talk);
    discrimination::draw(&mut flow, &talk);
    figures_on_pages::draw(&mut flow, &talk);
    benefit::draw(&mut flow, &talk);
    calibration::draw(&mut flow, &talk);
    pairs::draw(&mut flow, &talk);
    parts::draw(&mut flow, &talk);
    sources::draw(&mut flow, &talk);
    let mut sheets = flow.into_sheets();
    pages::frame(&mut sheets, &talk);
    document::write(talk.typeface, sheets, Vec::new(), &properties(&talk))
}

/// The figures of a study as SVG files, in the order of the report.
pub fn cohort_figures(input: &CohortReportInput) -> Result<Vec<FigureFile>, ReportError> {
    let talk = Talk::new(input)?;
    let figures = figures::all(&talk, &input.study.result).into_iter();
    Ok(figures
        .map(|figure| FigureFile {
            svg: svg::file(&figure.drawing),
            name: figure.name,
        })
        .collect())
}

/// What every page of a study needs.
struct Talk<'a> {
    input: &'a CohortReportInput<'a>,
    /// What is said is printable only after [`Talk::printable`].
    words: StudyWords<'a>,
    typeface: &'static Typeface,
}

impl<'a> Talk<'a> {
    fn new(input: &'a CohortReportInput<'a>) -> Result<Talk<'a>, ReportError> {
        Ok(Talk {
            input,
            words: StudyWords {
                words: input.words,
                catalogue: input.catalogue,
            },
            typeface: Typeface::shipped()?,
        })
    }

    fn study(&self) -> &'a CohortStudy {
        self.input.study
    }

    fn printable(&self, text: &str) -> String {
        self.typeface.printable(text)
    }

    /// The words of `study.<key>`.
    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.printable(&self.words.say(key, values))
    }

    /// The words of `report.<key>`, as every report says them.
    fn report(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.printable(&self.input.words.text(key, values))
    }

    fn name(&self, id: &str) -> String {
        self.printable(&self.words.name(id))
    }

    fn months(&self, months: u32) -> String {
        self.say("at_months", &[("months", &months.to_string())])
    }

    fn column(&self, name: &str, width: f32) -> Column {
        self.headed(self.say(&format!("column_{name}"), &[]), width)
    }

    fn headed(&self, heading: String, width: f32) -> Column {
        Column {
            heading,
            width,
            ends_right: false,
        }
    }

    fn cell(&self, text: &str) -> Cell {
        Cell {
            text: self.printable(text),
            style: SMALL,
        }
    }
}

fn properties(talk: &Talk) -> Properties {
    let study = talk.study();
    let title = talk.say("title", &[]);
    let product = talk.report("report.product", &[]);
    let application = format!("{product} {}", study.app_version);
    Properties {
        title: title.clone(),
        subject: title,
        author: application.clone(),
        keywords: Vec::new(),
        application,
        language: talk.input.language.to_owned(),
        created_at: talk.input.generated_at,
        fingerprint: format!("{} {}", talk.input.generated_at, study.result.patients),
    }
}

#[cfg(test)]
mod tests;
