//! What every section about one patient needs: the input, and who the patient is.

use crate::{
    ReportInput,
    fonts::Typeface,
    standing::Standing,
    voice::{PrintedName, Voice},
};
use chrono::{Datelike, NaiveDate};
use clinical::{
    case::BoardEpisode,
    decision::{BoardDecision, SealedForecast},
};
use std::ops::Deref;

/// The arguments of a report with what is derived from them once.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) input: &'a ReportInput<'a>,
    pub(crate) identity: PrintedIdentity,
    pub(crate) standing: Standing,
    voice: Voice<'a>,
}

/// Identity as it goes on the page.
#[derive(Debug)]
pub(crate) struct PrintedIdentity {
    pub(crate) printed: PrintedName,
    /// Label and value: birth date, number, sex, age.
    pub(crate) fields: Vec<(String, String)>,
}

impl<'a> Deref for Context<'a> {
    type Target = Voice<'a>;

    fn deref(&self) -> &Voice<'a> {
        &self.voice
    }
}

impl<'a> Context<'a> {
    pub(crate) fn new(input: &'a ReportInput<'a>, typeface: &'static Typeface) -> Context<'a> {
        let voice = Voice::new(input.paper, typeface, [input.case]);
        Context {
            identity: printed_identity(&voice, input),
            standing: Standing::of_case(&voice, input),
            voice,
            input,
        }
    }

    /// The discussion that the report is about.
    pub(crate) fn episode(&self) -> Option<&'a BoardEpisode> {
        self.input.case.current_episode()
    }

    /// What the board decided in it, as far as anything is written.
    pub(crate) fn decision(&self) -> Option<&'a BoardDecision> {
        self.episode()?.decision.as_ref()
    }

    /// What the model said when the decision was signed.
    pub(crate) fn sealed_forecast(&self) -> Option<&'a SealedForecast> {
        let shown = self.decision().filter(|_| !self.input.model_held_back);
        shown?.seal.as_ref()?.forecast.as_ref()
    }
}

fn printed_identity(voice: &Voice, input: &ReportInput) -> PrintedIdentity {
    let mut printed = voice.patient(input.case);
    let mut fields = Vec::new();
    let mut field = |key: &str, value: String| fields.push((voice.say(key, &[]), value));
    match &printed.number_and_birth {
        Some([number, born]) => {
            field("report.identity.born", born.clone());
            field("report.identity.number", number.clone());
        }
        None if input.dates_moved => {
            printed.remark = Some(voice.say("report.identity.dates_moved", &[]));
        }
        None => {}
    }
    field("report.identity.sex", fact_text(voice, input, "sex"));
    field("report.identity.age", age(voice, input));
    if printed.number_and_birth.is_none() {
        field("report.identity.case", printed.reference.clone());
    }
    PrintedIdentity { printed, fields }
}

/// Age on the index date: from the birth date, else the recorded age.
fn age(voice: &Voice, input: &ReportInput) -> String {
    let index_date = input.assessment.index_date;
    match input.case.identity.birth_date {
        Some(born) if born <= index_date => {
            let years = completed_years(born, index_date).to_string();
            voice.say("report.identity.years", &[("years", years.as_str())])
        }
        _ => fact_text(voice, input, "age"),
    }
}

fn fact_text(voice: &Voice, input: &ReportInput, feature: &str) -> String {
    let facts = &input.assessment.facts_used;
    let found = facts.iter().find(|fact| fact.feature.as_str() == feature);
    found.map_or_else(
        || voice.say("report.value.not_recorded", &[]),
        |fact| voice.value(&fact.feature, &fact.value),
    )
}

/// A share as a whole number of 100, rounded half up.
pub(crate) fn of_hundred(share: f64) -> String {
    format!("{:.0}", (share.clamp(0.0, 1.0) * 100.0).round())
}

fn completed_years(from: NaiveDate, until: NaiveDate) -> i32 {
    let had_birthday = (until.month(), until.day()) >= (from.month(), from.day());
    until.year() - from.year() - i32::from(!had_birthday)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn shares_are_whole_numbers_of_hundred() {
        assert_eq!(
            [0.524, 0.525, 0.0, 1.0, 1.2, -0.1].map(of_hundred),
            ["52", "53", "0", "100", "100", "0"]
        );
    }

    #[test]
    fn a_year_is_complete_on_the_birthday() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        assert_eq!(completed_years(day(1961, 2, 3), day(2026, 2, 2)), 64);
        assert_eq!(completed_years(day(1961, 2, 3), day(2026, 2, 3)), 65);
        assert_eq!(completed_years(day(2000, 2, 29), day(2026, 2, 28)), 25);
    }
}
