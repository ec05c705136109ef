//! What every page needs, whoever it is about: the words, and how values, units, dates and names are written.

use crate::{
    Paper,
    fonts::{Typeface, UNPRINTABLE},
    identity::{Redaction, has_name, printable_name},
};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    assessment::Citation,
    case::{Case, Subject, Value},
    catalogue::{Feature, FeatureId},
};
use std::cell::Cell;

/// How one document speaks.
#[derive(Debug)]
pub(crate) struct Voice<'a> {
    pub(crate) paper: Paper<'a>,
    pub(crate) typeface: &'static Typeface,
    redaction: Redaction,
    /// Whether [`UNPRINTABLE`] stands anywhere, which the report then explains.
    has_gaps: Cell<bool>,
}

/// How a patient is named on paper.
#[derive(Debug)]
pub(crate) struct PrintedName {
    /// The name, or what stands for it.
    pub(crate) name: String,
    /// Why something else stands for the name.
    pub(crate) remark: Option<String>,
    /// Patient number and birth date; none where identity is masked.
    pub(crate) number_and_birth: Option<[String; 2]>,
    /// The first letters of the case's id.
    pub(crate) reference: String,
    /// All of it in one line.
    pub(crate) running: String,
}

impl<'a> Voice<'a> {
    /// The voice of a document about these patients: where identity is masked, none of them is named.
    pub(crate) fn new<'c>(
        paper: Paper<'a>,
        typeface: &'static Typeface,
        patients: impl IntoIterator<Item = &'c Case>,
    ) -> Voice<'a> {
        let redaction = match paper.identity_masked {
            true => Redaction::of(patients),
            false => Redaction::default(),
        };
        Voice {
            paper,
            typeface,
            redaction,
            has_gaps: Cell::new(false),
        }
    }

    /// The words of a key, with the placeholders filled in.
    pub(crate) fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.typeface.printable(&self.paper.words.text(key, values))
    }

    /// The words of a key if there are any.
    pub(crate) fn say_if_known(&self, key: &str, values: &[(&str, &str)]) -> Option<String> {
        self.paper
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
        self.paper.catalogue.feature(id)
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
        self.paper.words.language().date(day)
    }

    /// A moment as the clock of the place showed it.
    pub(crate) fn local_time(&self, moment: DateTime<Utc>) -> String {
        let local = moment.with_timezone(&self.paper.local_offset);
        self.paper.words.language().moment(local)
    }

    /// A number without noise, with the decimal mark of the language.
    pub(crate) fn number(&self, number: f64) -> String {
        self.decimal(&number_text(number))
    }

    /// A number that was written with a point, with the decimal mark of the language.
    pub(crate) fn decimal(&self, number: &str) -> String {
        self.paper.words.language().decimal(number)
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

    /// The word of a specialty, or its id where there is none.
    pub(crate) fn specialty(&self, id: &str) -> String {
        let known = self.say_if_known(&format!("specialty.{id}"), &[]);
        known.unwrap_or_else(|| self.free(id))
    }

    /// The day on which the document is written, by the clock of the place.
    pub(crate) fn today(&self) -> NaiveDate {
        let written = self
            .paper
            .generated_at
            .with_timezone(&self.paper.local_offset);
        written.date_naive()
    }

    /// How a patient is named, or what stands for the name.
    pub(crate) fn patient(&self, case: &Case) -> PrintedName {
        let reference: String = case.id.chars().take(8).collect();
        let reference = self.free(&reference);
        if self.paper.identity_masked {
            let values = [("case", reference.as_str())];
            return PrintedName {
                name: self.say("report.identity.masked", &[]),
                remark: None,
                number_and_birth: None,
                running: self.say("report.identity.running_masked", &values),
                reference,
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
        let (name, remark) = match printable_name(self.typeface, case) {
            Some(name) => (self.typeface.printable(&name), None),
            None if has_name(case) => {
                let stands_in = self.say(
                    "report.identity.patient_number",
                    &[("number", number.as_str())],
                );
                let remark = self.say("report.identity.name_not_printable", &[]);
                (stands_in, Some(remark))
            }
            None => (self.say("report.identity.no_name", &[]), None),
        };
        let values = [
            ("name", name.as_str()),
            ("number", number.as_str()),
            ("born", born.as_str()),
        ];
        // What stands for a name that cannot be printed is the number already.
        let key = match &remark {
            Some(_) => "report.identity.running_number",
            None => "report.identity.running",
        };
        let running = self.say(key, &values);
        PrintedName {
            name,
            remark,
            number_and_birth: Some([number, born]),
            reference,
            running,
        }
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

#[cfg(test)]
mod tests {
    use super::number_text;

    #[test]
    fn numbers_are_written_without_noise() {
        let written = [38.0, 0.1 + 0.2, 11.25, -0.0, 1234.5678, 0.0004, 250.0].map(number_text);
        assert_eq!(
            written,
            ["38", "0.3", "11.25", "0", "1234.568", "0.0004", "250"]
        );
    }
}
