//! What every section needs: the input, the words, and how values, units and dates are written.

use crate::{
    ReportInput,
    fonts::{Typeface, UNPRINTABLE},
    identity::{Redaction, has_name, printable_name},
};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use clinical::{
    assessment::Citation,
    case::{Subject, Value},
    catalogue::{Feature, FeatureId},
};
use std::cell::Cell;

/// The arguments of a report with what is derived from them once.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) input: &'a ReportInput<'a>,
    pub(crate) typeface: &'static Typeface,
    pub(crate) identity: PrintedIdentity,
    redaction: Redaction,
    /// Whether [`UNPRINTABLE`] stands anywhere, which the report then explains.
    has_gaps: Cell<bool>,
}

/// Identity as it goes on the page.
#[derive(Debug)]
pub(crate) struct PrintedIdentity {
    /// The name, or what stands for it.
    pub(crate) name: String,
    /// Why something else stands for the name.
    pub(crate) remark: Option<String>,
    /// Label and value: birth date, number, sex, age.
    pub(crate) fields: Vec<(String, String)>,
    /// One line for the pages after the first and for the title.
    pub(crate) running: String,
}

impl<'a> Context<'a> {
    pub(crate) fn new(input: &'a ReportInput<'a>, typeface: &'static Typeface) -> Context<'a> {
        let redaction = if input.identity_masked {
            Redaction::of(input.case)
        } else {
            Redaction::default()
        };
        let empty = PrintedIdentity {
            name: String::new(),
            remark: None,
            fields: Vec::new(),
            running: String::new(),
        };
        let mut context = Context {
            input,
            typeface,
            identity: empty,
            redaction,
            has_gaps: Cell::new(false),
        };
        context.identity = context.printed_identity();
        context
    }

    /// The words of a key, with the placeholders filled in.
    pub(crate) fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.typeface.printable(&self.input.words.text(key, values))
    }

    /// The words of a key if there are any.
    pub(crate) fn say_if_known(&self, key: &str, values: &[(&str, &str)]) -> Option<String> {
        self.input
            .words
            .contains(key)
            .then(|| self.say(key, values))
    }

    /// Text that a person or a file wrote: masked where asked, and printable.
    pub(crate) fn free(&self, text: &str) -> String {
        let printable = self.typeface.printable(&self.redacted(text));
        if printable.contains(UNPRINTABLE) {
            self.has_gaps.set(true);
        }
        printable
    }

    /// A paper with its DOI, if it is known.
    pub(crate) fn citation(&self, citation: &Citation) -> String {
        let text = self.free(&citation.text);
        match &citation.doi {
            Some(doi) => format!("{text}, doi:{}", self.free(doi)),
            None => text,
        }
    }

    /// True when some text so far could not be printed whole.
    pub(crate) fn has_gaps(&self) -> bool {
        self.has_gaps.get()
    }

    /// The text without identity, where identity is masked.
    pub(crate) fn redacted(&self, text: &str) -> String {
        self.redaction.apply(text)
    }

    pub(crate) fn feature(&self, id: &FeatureId) -> Option<&'a Feature> {
        self.input.catalogue.feature(id)
    }

    /// The catalogue's label, or the id of a feature that the catalogue does not know.
    pub(crate) fn feature_label(&self, id: &FeatureId) -> String {
        let label = self
            .feature(id)
            .map_or(id.as_str(), |feature| feature.label.as_str());
        self.typeface.printable(label)
    }

    /// Labels in one sentence; a label may hold a comma of its own.
    pub(crate) fn feature_labels(&self, ids: &[FeatureId]) -> String {
        ids.iter()
            .map(|id| self.feature_label(id))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// A value with the catalogue's unit, or the label of its option.
    pub(crate) fn value(&self, id: &FeatureId, value: &Value) -> String {
        let feature = self.feature(id);
        match value {
            Value::Flag(true) => self.say("value.true", &[]),
            Value::Flag(false) => self.say("value.false", &[]),
            Value::Code(code) => {
                let options = feature
                    .map(|feature| feature.options.as_slice())
                    .unwrap_or_default();
                let known = options.iter().find(|option| option.id == *code);
                match known {
                    Some(option) => self.typeface.printable(&option.label),
                    None => self.free(code),
                }
            }
            Value::Number(number) => {
                let unit = feature.and_then(|feature| feature.unit.as_deref());
                match unit {
                    Some(unit) => format!("{} {}", self.number(*number), self.unit(unit)),
                    None => self.number(*number),
                }
            }
        }
    }

    /// A day as the language of the report writes it.
    pub(crate) fn date(&self, day: NaiveDate) -> String {
        self.input.words.language().date(day)
    }

    /// A moment as the clock of the place showed it.
    pub(crate) fn local_time(&self, moment: DateTime<Utc>) -> String {
        let local = moment.with_timezone(&self.input.local_offset);
        self.input.words.language().moment(local)
    }

    /// A number without noise, with the decimal mark of the language.
    pub(crate) fn number(&self, number: f64) -> String {
        self.decimal(&number_text(number))
    }

    /// A number that was written with a point, with the decimal mark of the language.
    pub(crate) fn decimal(&self, number: &str) -> String {
        self.input.words.language().decimal(number)
    }

    /// A unit as it is printed: `10^9/L` becomes 10⁹/L.
    pub(crate) fn unit(&self, unit: &str) -> String {
        let printed = match unit {
            "10^9/L" => "10⁹/L",
            "kg/m2" => "kg/m²",
            "umol/L" => "µmol/L",
            "ug/L" => "µg/L",
            other => other,
        };
        self.say_if_known(&format!("unit_name.{unit}"), &[])
            .unwrap_or_else(|| self.typeface.printable(printed))
    }

    /// Empty for the patient, else the level or the lesion.
    pub(crate) fn subject(&self, subject: &Subject) -> String {
        match subject {
            Subject::Patient => String::new(),
            Subject::Level(level) => level.name().to_owned(),
            Subject::Lesion(name) => self.free(name),
        }
    }

    fn printed_identity(&self) -> PrintedIdentity {
        let case = self.input.case;
        let reference: String = case.id.chars().take(8).collect();
        let reference = self.free(&reference);
        let mut fields = Vec::new();
        let mut field = |key: &str, value: String| {
            fields.push((self.say(key, &[]), value));
        };
        let demographics = [
            ("report.identity.sex", self.fact_text("sex")),
            ("report.identity.age", self.age()),
        ];
        if self.input.identity_masked {
            for (key, value) in demographics {
                field(key, value);
            }
            field("report.identity.case", reference.clone());
            let name = self.say("report.identity.masked", &[]);
            let running = self.say(
                "report.identity.running_masked",
                &[("case", reference.as_str())],
            );
            let remark = self
                .input
                .dates_moved
                .then(|| self.say("report.identity.dates_moved", &[]));
            return PrintedIdentity {
                name,
                remark,
                fields,
                running,
            };
        }

        let unknown = self.say("report.value.not_recorded", &[]);
        let number = Some(self.free(case.identity.patient_id.trim()))
            .filter(|number| !number.is_empty())
            .unwrap_or_else(|| unknown.clone());
        let born = case
            .identity
            .birth_date
            .map_or(unknown, |day| self.date(day));
        let printable = printable_name(self.typeface, case);
        let (name, remark) = match printable {
            Some(name) => (self.typeface.printable(&name), None),
            None if has_name(case) => {
                let stands_in = self.say(
                    "report.identity.patient_number",
                    &[("number", number.as_str())],
                );
                (
                    stands_in,
                    Some(self.say("report.identity.name_not_printable", &[])),
                )
            }
            None => (self.say("report.identity.no_name", &[]), None),
        };
        field("report.identity.born", born.clone());
        field("report.identity.number", number.clone());
        for (key, value) in demographics {
            field(key, value);
        }
        let running = self.say(
            "report.identity.running",
            &[
                ("name", name.as_str()),
                ("number", number.as_str()),
                ("born", born.as_str()),
            ],
        );
        PrintedIdentity {
            name,
            remark,
            fields,
            running,
        }
    }

    /// Age on the index date: from the birth date, else the recorded age.
    fn age(&self) -> String {
        let index_date = self.input.assessment.index_date;
        match self.input.case.identity.birth_date {
            Some(born) if born <= index_date => {
                let years = completed_years(born, index_date).to_string();
                self.say("report.identity.years", &[("years", years.as_str())])
            }
            _ => self.fact_text("age"),
        }
    }

    fn fact_text(&self, feature: &str) -> String {
        self.input
            .assessment
            .facts_used
            .iter()
            .find(|fact| fact.feature.as_str() == feature)
            .map_or_else(
                || self.say("report.value.not_recorded", &[]),
                |fact| self.value(&fact.feature, &fact.value),
            )
    }
}

/// A number with at most three decimals and no trailing zeros; a smaller one in full.
fn number_text(number: f64) -> String {
    if number != 0.0 && number.abs() < 0.001 {
        return number.to_string();
    }
    let fixed = format!("{number:.3}");
    let short = fixed.trim_end_matches('0').trim_end_matches('.');
    match short {
        "-0" | "" => "0".to_owned(),
        other => other.to_owned(),
    }
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
    fn numbers_are_written_without_noise() {
        let written = [38.0, 0.1 + 0.2, 11.25, -0.0, 1234.5678, 0.0004, 250.0].map(number_text);
        assert_eq!(
            written,
            ["38", "0.3", "11.25", "0", "1234.568", "0.0004", "250"]
        );
    }

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
