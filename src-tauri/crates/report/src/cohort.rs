//! The report of a cohort study: how the model and the scores did on a centre's own patients, with the
//! figures also as files of their own.

mod drawing;
mod figures;
mod pages;
mod tables;

use crate::{
    ReportError,
    canvas::Frame,
    document::{self, Properties},
    fonts::Typeface,
    layout::Flow,
    style::{CONTENT_WIDTH, MARGIN, NOTE, SMALL, SUBHEADING, WARNING},
};
use chrono::{DateTime, FixedOffset, Utc};
use clinical::{
    assessment::ScorePopulation,
    catalogue::{Catalogue, FeatureId},
    head_to_head::{CohortStudy, LeftOut, MODEL, PredictorSource},
    words::Words,
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

/// Faults that are printed; the count says how many there are.
const FAULTS_PRINTED: usize = 20;

/// The report as the bytes of a PDF file.
pub fn cohort_report(input: &CohortReportInput) -> Result<Vec<u8>, ReportError> {
    let typeface = Typeface::shipped()?;
    let talk = Talk { input, typeface };
    let mut flow = Flow::new(typeface);
    pages::title(&mut flow, &talk);
    what_was_compared(&mut flow, &talk);
    tables::discrimination(&mut flow, &talk);
    for figure in figures::all(&talk, &input.study.result) {
        flow.heading(&figure.drawing.title, figure.drawing.height);
        let frame = Frame {
            left: MARGIN,
            top: flow.y,
            width: CONTENT_WIDTH,
            height: figure.drawing.height,
        };
        figure.drawing.onto(&mut flow.sheet, frame);
        flow.space(figure.drawing.height + 8.0);
    }
    tables::calibration(&mut flow, &talk);
    tables::pairs(&mut flow, &talk);
    tables::parts(&mut flow, &talk);
    tables::missing(&mut flow, &talk);
    sources(&mut flow, &talk);
    let mut sheets = flow.into_sheets();
    pages::frame(&mut sheets, &talk);
    document::write(typeface, sheets, Vec::new(), &properties(&talk))
}

/// The figures of a study as SVG files, in the order of the report.
pub fn cohort_figures(input: &CohortReportInput) -> Result<Vec<FigureFile>, ReportError> {
    let talk = Talk {
        input,
        typeface: Typeface::shipped()?,
    };
    let figures = figures::all(&talk, &input.study.result).into_iter();
    Ok(figures
        .map(|figure| FigureFile {
            svg: figure.drawing.svg(),
            name: figure.name,
        })
        .collect())
}

/// What every page of a study needs.
pub(crate) struct Talk<'a> {
    input: &'a CohortReportInput<'a>,
    typeface: &'static Typeface,
}

impl Talk<'_> {
    pub(crate) fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.typeface.printable(&self.input.words.text(key, values))
    }

    /// The short name of a predictor.
    pub(crate) fn name_of(&self, id: &str) -> String {
        if id == MODEL {
            return self.say("report.cohort.model", &[]);
        }
        let tables = clinical::scores::prognostic();
        let mut tables = tables.filter(|table| table.id == id);
        self.typeface
            .printable(tables.next().map_or(id, |table| table.short_name.as_str()))
    }

    pub(crate) fn feature(&self, id: &str) -> String {
        let feature = self.input.catalogue.feature(&FeatureId::unchecked(id));
        self.typeface
            .printable(feature.map_or(id, |feature| feature.label.as_str()))
    }

    /// The label of an option of the primary tumour.
    pub(crate) fn primary(&self, option: &str) -> String {
        let id = FeatureId::unchecked("primary_tumour");
        let feature = self.input.catalogue.feature(&id);
        let label = feature.and_then(|feature| feature.option(option));
        self.typeface
            .printable(label.map_or(option, |option| option.label.as_str()))
    }
}

/// Counts, what is doubtful about the table, and how to read the rest.
fn what_was_compared(flow: &mut Flow, talk: &Talk) {
    let study = talk.input.study;
    let result = &study.result;
    let (patients, lines) = (result.patients.to_string(), study.lines.to_string());
    let counts = [("patients", patients.as_str()), ("lines", lines.as_str())];
    flow.paragraph(SMALL, &talk.say("report.cohort.counts", &counts));
    let setting = study.setting.as_deref().unwrap_or_default();
    if !setting.is_empty() {
        flow.paragraph(
            SMALL,
            &talk.say("report.cohort.setting", &[("setting", setting)]),
        );
    }
    for id in &study.developed_here {
        let name = talk.name_of(id);
        let text = talk.say("report.cohort.developed_here", &[("name", &name)]);
        flow.paragraph(SMALL.in_ink(WARNING), &text);
    }
    for fact in &result.suspicious {
        let (name, c) = (
            talk.feature(&fact.feature),
            format!("{:.2}", fact.harrell_c),
        );
        let values = [("feature", name.as_str()), ("c", c.as_str())];
        flow.paragraph(
            SMALL.in_ink(WARNING),
            &talk.say("report.cohort.suspicious", &values),
        );
    }
    if !study.faults.is_empty() {
        let count = study.faults.len().to_string();
        let text = talk.say("report.cohort.faults", &[("count", &count)]);
        flow.paragraph(SMALL.in_ink(WARNING), &text);
        for fault in study.faults.iter().take(FAULTS_PRINTED) {
            flow.paragraph(NOTE, &talk.typeface.printable(fault));
        }
    }
    for key in ["reading", "censoring", "no_winner"] {
        flow.paragraph(NOTE, &talk.say(&format!("report.cohort.note_{key}"), &[]));
    }
    flow.space(6.0);
}

/// Which patients each score was made from, where its probabilities come from, and why it was left out.
fn sources(flow: &mut Flow, talk: &Talk) {
    flow.heading(&talk.say("report.cohort.sources", &[]), 40.0);
    let scores = talk
        .input
        .study
        .result
        .predictors
        .iter()
        .filter(|one| one.id != MODEL);
    for source in scores {
        flow.need(24.0);
        flow.paragraph(SUBHEADING, &talk.name_of(&source.id));
        flow.paragraph(NOTE, &source_text(talk, source));
    }
}

fn source_text(talk: &Talk, source: &PredictorSource) -> String {
    let mut sentences = Vec::new();
    if let Some(population) = &source.made_from {
        let from = population_text(talk, population);
        sentences.push(talk.say("report.cohort.made_from", &[("population", &from)]));
    }
    for one in &source.probabilities {
        let months = one.months.to_string();
        let cohort = talk.typeface.printable(&one.cohort);
        let values = [("months", months.as_str()), ("cohort", cohort.as_str())];
        sentences.push(talk.say("report.cohort.probabilities", &values));
    }
    let left_out = source.left_out.map(|why| match why {
        LeftOut::NoRow => "no_row",
        LeftOut::FewRows => "few_rows",
    });
    sentences.extend(left_out.map(|code| talk.say(&format!("report.cohort.left_out_{code}"), &[])));
    sentences.join(" ")
}

fn population_text(talk: &Talk, population: &ScorePopulation) -> String {
    let patients = population.patients.map(|patients| {
        let patients = patients.to_string();
        talk.say("report.scores.patients", &[("patients", &patients)])
    });
    let treatment = Some(talk.typeface.printable(&population.treatment));
    let parts = [patients, treatment, population.years.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn properties(talk: &Talk) -> Properties {
    let study = talk.input.study;
    let title = talk.say("report.title.cohort", &[]);
    Properties {
        title: title.clone(),
        subject: title,
        application: format!("{} {}", talk.say("report.product", &[]), study.app_version),
        language: talk.input.language.to_owned(),
        created_at: talk.input.generated_at,
        fingerprint: format!("{} {}", talk.input.generated_at, study.result.patients),
    }
}
