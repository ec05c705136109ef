//! The languages of screen, report and terminal, and how each of them writes dates and decimals.
//!
//! Files for machines (JSON, CSV, case files) never come here: ISO dates and points whatever the language.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A language that words and catalogue are shipped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "de")]
    German,
}

impl Language {
    /// Every language there is.
    pub const ALL: [Language; 2] = [Language::English, Language::German];

    /// The language of a tag such as `de`, `de-AT` (BCP 47) or `de_DE.UTF-8` (POSIX); English for every other.
    pub fn of(tag: &str) -> Language {
        let primary = tag.split(['-', '_', '.', '@']).next().unwrap_or_default();
        Language::ALL
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.code()))
            .unwrap_or_default()
    }

    /// The tag of the language, as the words file is called.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// A day on paper: ISO 8601 in English, which no reader of English takes for another day, and `12.3.2026` in German.
    pub fn date(self, day: NaiveDate) -> String {
        match self {
            Language::English => day.format("%Y-%m-%d").to_string(),
            Language::German => format!("{}.{}.{}", day.day(), day.month(), day.year()),
        }
    }

    /// A moment on paper, to the minute, with its distance from UTC.
    pub fn moment(self, time: DateTime<FixedOffset>) -> String {
        let clock = time.format("%H:%M (UTC%:z)");
        match self {
            Language::English => format!("{} {clock}", self.date(time.date_naive())),
            Language::German => format!("{}, {clock}", self.date(time.date_naive())),
        }
    }

    /// A number that was written with a point, with the mark of the language.
    pub fn decimal(self, number: &str) -> String {
        match self {
            Language::English => number.to_owned(),
            Language::German => number.replace('.', ","),
        }
    }

    /// The parameter of a finding as a reader of the language writes it, where it is an ISO date or a number that a
    /// unit may follow; anything else as it is.
    pub fn written(self, parameter: &str) -> String {
        if let Ok(day) = NaiveDate::parse_from_str(parameter, "%Y-%m-%d") {
            return self.date(day);
        }
        let (number, unit) = parameter
            .split_once(' ')
            .map_or((parameter, None), |(number, unit)| (number, Some(unit)));
        if number.parse::<f64>().is_err() {
            return parameter.to_owned();
        }
        let number = self.decimal(number);
        unit.map_or_else(|| number.clone(), |unit| format!("{number} {unit}"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tags_of_every_kind_name_their_language_and_others_are_english() {
        for tag in ["de", "DE", "de-AT", "de_DE.UTF-8", "de@euro"] {
            assert_eq!(Language::of(tag), Language::German, "{tag}");
        }
        for tag in ["en-GB", "fr", "C", "", "den", "deu"] {
            assert_eq!(Language::of(tag), Language::English, "{tag}");
        }
    }

    #[test]
    fn dates_and_numbers_follow_the_language() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 12).unwrap();
        assert_eq!(Language::English.date(day), "2026-03-12");
        assert_eq!(Language::German.date(day), "12.3.2026");
        assert_eq!(Language::German.decimal("−12.50"), "−12,50");
    }

    #[test]
    fn a_parameter_is_written_anew_only_where_it_is_a_date_or_a_number() {
        let written = [
            "2026-03-12",
            "1.25 mg/dL",
            "0.4",
            "12",
            "T12",
            "v. 1.5",
            "nan.txt",
        ]
        .map(|text| Language::German.written(text));
        let expected = [
            "12.3.2026",
            "1,25 mg/dL",
            "0,4",
            "12",
            "T12",
            "v. 1.5",
            "nan.txt",
        ];
        assert_eq!(written, expected);
        assert_eq!(Language::English.written("1.25 mg/dL"), "1.25 mg/dL");
    }
}
