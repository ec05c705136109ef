//! The words of the product: `assets/words/<language>.toml`, one entry per code.
//!
//! Everything else returns codes with parameters. A parameter `{name}` whose value has an entry
//! `name.value` of its own is replaced by that entry: `{absence}` with `pending` reads
//! `absence.pending`. So a sentence stays whole in every language.

use crate::{
    case::Subject,
    catalogue::{Catalogue, FeatureId},
    findings::Finding,
    language::Language,
};
use std::{collections::BTreeMap, sync::OnceLock};

/// All words of one language by key, such as `finding.missing`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    language: Language,
    entries: BTreeMap<String, String>,
}

/// Why a words file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordsError {
    #[error("the words cannot be read; correct the line named here: {0}")]
    Syntax(String),
    #[error("'{0}' holds neither words nor a table; write its value in quotes")]
    NotText(String),
}

impl Words {
    /// Reads nested tables of text in a language; the keys are joined by dots.
    pub fn parse(language: Language, text: &str) -> Result<Words, WordsError> {
        let table: toml::Table =
            toml::from_str(text).map_err(|error| WordsError::Syntax(error.to_string()))?;
        let mut entries = BTreeMap::new();
        flatten("", table, &mut entries)?;
        Ok(Words { language, entries })
    }

    /// The words of a language by its tag, as in [`Language::of`]: English stands in for those that are not shipped.
    #[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
    pub fn shipped(tag: &str) -> &'static Words {
        static ENGLISH: OnceLock<Words> = OnceLock::new();
        static GERMAN: OnceLock<Words> = OnceLock::new();
        let language = Language::of(tag);
        let (words, text) = match language {
            Language::English => (&ENGLISH, include_str!("../../../../assets/words/en.toml")),
            Language::German => (&GERMAN, include_str!("../../../../assets/words/de.toml")),
        };
        words.get_or_init(|| Words::parse(language, text).expect("the shipped words are valid"))
    }

    /// The language that these words are in, for dates and decimals beside them.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The words of a key with its placeholders filled, or the key itself where there are none.
    ///
    /// Values are never searched for placeholders; one without a value stays as it is written.
    pub fn text(&self, key: &str, values: &[(&str, &str)]) -> String {
        let Some(template) = self.entries.get(key) else {
            return key.to_owned();
        };
        let mut text = String::with_capacity(template.len());
        let mut rest = template.as_str();
        while let Some((before, name, after)) = next_placeholder(rest) {
            text.push_str(before);
            match values.iter().find(|(given, _)| *given == name) {
                Some((_, value)) => {
                    let own = self.entries.get(&format!("{name}.{value}"));
                    text.push_str(own.map_or(value, String::as_str));
                }
                None => {
                    text.push('{');
                    text.push_str(name);
                    text.push('}');
                }
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// Whether there are words for a key.
    pub fn contains(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Every key with its words, unfilled: for a screen that fills them itself.
    pub fn entries(&self) -> BTreeMap<String, String> {
        self.entries.clone()
    }

    /// The sentence of a finding: an option by its label in the catalogue, dates and numbers as the language writes them.
    pub fn finding(&self, finding: &Finding, catalogue: &Catalogue) -> String {
        let label = |id: &FeatureId| {
            catalogue
                .feature(id)
                .map_or_else(|| id.to_string(), |feature| feature.label.clone())
        };
        let feature = finding
            .feature
            .as_ref()
            .and_then(|id| catalogue.feature(id));
        let read = |name: &str, value: &String| {
            let is_value = matches!(name, "value" | "computed");
            let feature = feature.filter(|_| is_value);
            let option = feature.and_then(|feature| feature.option(value));
            option.map_or_else(
                || self.language.written(value),
                |option| option.label.clone(),
            )
        };
        let mut values: Vec<(&str, String)> = finding
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), read(name, value)))
            .collect();
        values.extend(finding.feature.iter().map(|id| ("feature", label(id))));
        values.extend(
            finding
                .subject
                .iter()
                .map(|subject| ("subject", self.subject(subject))),
        );
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.text(&format!("finding.{}", finding.code.id()), &values)
    }

    /// What an observation is about, in words.
    pub fn subject(&self, subject: &Subject) -> String {
        match subject {
            Subject::Patient => self.text("subject.patient", &[]),
            Subject::Level(level) => self.text("subject.level", &[("name", level.name())]),
            Subject::Lesion(name) => self.text("subject.lesion", &[("name", name)]),
        }
    }
}

fn flatten(
    prefix: &str,
    table: toml::Table,
    words: &mut BTreeMap<String, String>,
) -> Result<(), WordsError> {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            toml::Value::String(text) => {
                words.insert(key, text);
            }
            toml::Value::Table(inner) => flatten(&key, inner, words)?,
            _ => return Err(WordsError::NotText(key)),
        }
    }
    Ok(())
}

/// The text before the next `{name}`, the name, and the text after it.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, from_name) = text.split_once('{')?;
    let (name, after) = from_name.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        assessment::{ExplainedEndpoint, FactForm, ReasonSentenceKind},
        findings::{FindingCode, Severity},
    };
    use std::collections::BTreeSet;

    const SMALL: &str = r#"
        plain = "Plain"
        [a.b]
        one = "{x} and {y}, {x}"
        [absence]
        pending = "result pending"
        [finding]
        recorded_absent = "{feature}: {absence}"
    "#;

    #[test]
    fn joins_nested_tables_by_dots() {
        let words = Words::parse(Language::English, SMALL).unwrap();
        assert_eq!(words.text("plain", &[]), "Plain");
        assert_eq!(
            words.text("a.b.one", &[("x", "1"), ("y", "{x}")]),
            "1 and {x}, 1"
        );
        assert_eq!(words.text("a.b.one", &[("x", "1")]), "1 and {y}, 1");
        assert_eq!(words.text("a.b.two", &[]), "a.b.two");
        assert_eq!(
            Words::parse(Language::English, "n = 1"),
            Err(WordsError::NotText("n".into()))
        );
    }

    #[test]
    fn a_parameter_with_words_of_its_own_reads_as_these() {
        let words = Words::parse(Language::English, SMALL).unwrap();
        let values = [("feature", "Albumin"), ("absence", "pending")];
        assert_eq!(
            words.text("finding.recorded_absent", &values),
            "Albumin: result pending"
        );
    }

    #[test]
    fn every_code_of_a_finding_has_words() {
        let words = Words::shipped("en");
        let lacking: Vec<&str> = FindingCode::ALL
            .iter()
            .map(|code| code.id())
            .filter(|id| !words.contains(&format!("finding.{id}")))
            .collect();
        assert_eq!(lacking, Vec::<&str>::new());
        for contradiction in Catalogue::shipped().contradictions() {
            assert!(
                words.contains(&format!("rule.{}", contradiction.id)),
                "{}",
                contradiction.id
            );
        }
    }

    #[test]
    fn the_words_of_rules_are_those_of_the_catalogue() {
        let catalogue = Catalogue::shipped();
        let ids: BTreeSet<String> = catalogue
            .contradictions()
            .iter()
            .map(|one| format!("rule.{}", one.id))
            .collect();
        assert_eq!(keys_under("rule."), ids);
    }

    fn keys_under(prefix: &str) -> BTreeSet<String> {
        let keys = Words::shipped("en").entries().into_keys();
        keys.filter(|key| key.starts_with(prefix)).collect()
    }

    #[test]
    fn every_sentence_about_reasons_has_words() {
        let mut keys: BTreeSet<String> = FactForm::ALL
            .iter()
            .map(|form| format!("reasons.fact.{}", form.code()))
            .collect();
        keys.extend(["reasons.named", "reasons.unnamed"].map(str::to_owned));
        for endpoint in ExplainedEndpoint::ALL {
            let kinds = ReasonSentenceKind::ALL.iter().map(|kind| kind.code());
            let codes = kinds.chain(["title", "numbers", "factors"]);
            keys.extend(codes.map(|code| format!("reasons.{}.{code}", endpoint.code())));
        }
        assert_eq!(keys_under("reasons."), keys);
    }

    #[test]
    fn every_group_of_facts_of_the_shipped_packs_has_its_word() {
        let mut groups = BTreeSet::new();
        for pack in [
            include_str!("../../../../models/packs/survival-linear/pack.toml"),
            include_str!("../../../../models/packs/spine-ensemble/pack.toml"),
        ] {
            let pack: toml::Table = pack.parse().unwrap();
            let plan = pack.get("explanation").and_then(toml::Value::as_table);
            let tables = ExplainedEndpoint::ALL.map(|endpoint| plan?.get(endpoint.code()));
            let tables = tables.into_iter().flatten();
            for group in tables.filter_map(toml::Value::as_array).flatten() {
                groups.insert(format!("reason_group.{}", group["id"].as_str().unwrap()));
            }
        }
        assert!(groups.len() > 10, "{groups:?}");
        let words = Words::shipped("en");
        groups.retain(|group| !words.contains(group));
        assert_eq!(groups, BTreeSet::new());
    }

    #[test]
    fn a_finding_reads_as_a_sentence() {
        let catalogue = Catalogue::shipped();
        let finding = Finding {
            code: FindingCode::RecordedAbsent,
            severity: Severity::Note,
            feature: Some(catalogue.id("albumin").unwrap()),
            subject: Some(Subject::Patient),
            parameters: BTreeMap::from([("absence".into(), "pending".into())]),
        };
        let sentence = Words::shipped("en").finding(&finding, catalogue);
        assert_eq!(sentence, "Albumin: result pending.");
    }

    #[test]
    fn braces_pair_up_in_the_shipped_words() {
        let languages = Language::ALL.map(|language| Words::shipped(language.code()).entries());
        for (key, text) in languages.into_iter().flatten() {
            assert_eq!(
                text.matches('{').count(),
                text.matches('}').count(),
                "{key}: {text}"
            );
            assert!(!text.trim().is_empty(), "{key} is empty");
        }
    }

    /// The names in braces, sorted.
    fn placeholders(text: &str) -> Vec<&str> {
        let mut names = Vec::new();
        let mut rest = text;
        while let Some((_, name, after)) = next_placeholder(rest) {
            names.push(name);
            rest = after;
        }
        names.sort_unstable();
        names
    }

    #[test]
    fn every_language_has_every_word_and_none_beyond_with_the_same_placeholders() {
        let english = Words::shipped("en").entries();
        for language in Language::ALL {
            let words = Words::shipped(language.code());
            assert_eq!(words.language(), language);
            let own = words.entries();
            let (keys, wanted): (BTreeSet<_>, BTreeSet<_>) =
                (own.keys().collect(), english.keys().collect());
            let lacking: Vec<_> = wanted.difference(&keys).collect();
            let beyond: Vec<_> = keys.difference(&wanted).collect();
            assert!(
                lacking.is_empty() && beyond.is_empty(),
                "{language:?} lacks {lacking:?} and has {beyond:?}"
            );
            for (key, text) in &own {
                assert_eq!(
                    placeholders(text),
                    placeholders(&english[key]),
                    "{language:?} {key}"
                );
            }
        }
        assert_eq!(Words::shipped("fr"), Words::shipped("en"));
        assert_ne!(Words::shipped("de"), Words::shipped("en"));
    }

    #[test]
    fn a_finding_in_german_has_german_labels_dates_and_decimals() {
        let catalogue = Catalogue::in_language("de");
        let sentence = |feature: &str, code, parameters: &[(&str, &str)]| {
            let parameters = parameters
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()));
            let finding = Finding {
                code,
                severity: Severity::Note,
                feature: Some(catalogue.id(feature).unwrap()),
                subject: None,
                parameters: parameters.collect(),
            };
            Words::shipped("de").finding(&finding, catalogue)
        };
        let after = sentence(
            "albumin",
            FindingCode::AfterIndexDate,
            &[("date", "2026-03-12")],
        );
        assert_eq!(
            after,
            "Albumin: am 12.3.2026 erhoben, nach dem Stichtag. Die Angabe wird nicht verwendet."
        );
        let typed = sentence(
            "noms_stability",
            FindingCode::TypedTotal,
            &[("value", "unstable")],
        );
        assert_eq!(
            typed,
            "Stabilität (NOMS): Instabil wurde eingetragen und nicht aus den Teilen berechnet."
        );
        let odd = [("value", "0.4 g/L"), ("min", "10 g/L"), ("max", "60.5 g/L")];
        let odd = sentence("albumin", FindingCode::Implausible, &odd);
        assert!(
            odd.starts_with(
                "Albumin: 0,4 g/L liegt außerhalb des plausiblen Bereichs von 10 g/L bis 60,5 g/L."
            ),
            "{odd}"
        );
    }
}
