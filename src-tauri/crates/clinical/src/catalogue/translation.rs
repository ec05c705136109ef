//! The catalogue in another language: `assets/words/<language>.catalogue.toml` laid over `assets/features.toml`.
//!
//! Ids, units, limits and rules are never translated, so a case, a score and a model pack are the same in every language.

use super::Catalogue;
use crate::language::Language;
use serde::Deserialize;
use std::{collections::BTreeMap, sync::OnceLock};

/// What a reader sees of the catalogue, by id.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Translation {
    group: BTreeMap<String, String>,
    feature: BTreeMap<String, Translated>,
    /// Notes of rules, by the feature that is derived.
    rule: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Translated {
    label: String,
    help: String,
    #[serde(default)]
    options: BTreeMap<String, String>,
}

const GERMAN: &str = include_str!("../../../../../assets/words/de.catalogue.toml");

impl Catalogue {
    /// The shipped catalogue with its labels, helps, options and notes of rules in a language, which is named by a tag
    /// as in [`Language::of`].
    #[expect(clippy::expect_used, reason = "compiled in, and a test parses it")]
    pub fn in_language(tag: &str) -> &'static Catalogue {
        static GERMAN_CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        match Language::of(tag) {
            Language::English => Catalogue::shipped(),
            Language::German => GERMAN_CATALOGUE.get_or_init(|| {
                let translation =
                    toml::from_str(GERMAN).expect("the shipped catalogue's words are valid");
                translated(Catalogue::shipped().clone(), &translation)
            }),
        }
    }
}

/// What has no words of its own keeps those of the catalogue.
fn translated(mut catalogue: Catalogue, words: &Translation) -> Catalogue {
    for group in &mut catalogue.groups {
        replace(&mut group.label, words.group.get(&group.id));
    }
    for feature in &mut catalogue.features {
        let Some(own) = words.feature.get(feature.id.as_str()) else {
            continue;
        };
        feature.label.clone_from(&own.label);
        feature.help.clone_from(&own.help);
        for option in &mut feature.options {
            replace(&mut option.label, own.options.get(&option.id));
        }
    }
    for rule in &mut catalogue.rules {
        replace(&mut rule.note, words.rule.get(rule.feature.as_str()));
    }
    catalogue
}

fn replace(text: &mut String, own: Option<&String>) {
    if let Some(own) = own {
        text.clone_from(own);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::catalogue::FeatureId;
    use std::collections::BTreeSet;

    fn german() -> Translation {
        toml::from_str(GERMAN).unwrap()
    }

    /// An option that is called by its id, such as a vertebral level, needs no words.
    fn options_in_words(feature: &crate::catalogue::Feature) -> BTreeSet<String> {
        let named = feature
            .options
            .iter()
            .filter(|option| option.id != option.label);
        named.map(|option| option.id.clone()).collect()
    }

    #[test]
    fn every_label_of_the_catalogue_and_none_beyond_is_there_in_german() {
        let (catalogue, german) = (Catalogue::shipped(), german());
        let ids =
            |keys: &BTreeMap<String, String>| keys.keys().cloned().collect::<BTreeSet<String>>();
        let groups: BTreeSet<String> = catalogue
            .groups()
            .iter()
            .map(|group| group.id.clone())
            .collect();
        assert_eq!(ids(&german.group), groups);
        let features: BTreeSet<&str> = catalogue
            .features()
            .iter()
            .map(|feature| feature.id.as_str())
            .collect();
        let named: BTreeSet<&str> = german.feature.keys().map(String::as_str).collect();
        assert_eq!(named, features);
        for feature in catalogue.features() {
            let own = &german.feature[feature.id.as_str()];
            assert_eq!(
                ids(&own.options),
                options_in_words(feature),
                "{}",
                feature.id
            );
            assert!(
                own.help.ends_with('.') && !own.label.trim().is_empty(),
                "{}",
                feature.id
            );
        }
        let noted = catalogue
            .rules()
            .iter()
            .filter(|rule| !rule.note.is_empty());
        let noted: BTreeSet<String> = noted.map(|rule| rule.feature.to_string()).collect();
        assert_eq!(ids(&german.rule), noted);
    }

    #[test]
    fn grades_keep_their_letter_so_that_a_sentence_can_name_them() {
        for feature in Catalogue::shipped().features() {
            for option in &feature.options {
                if option.label.starts_with(&format!("{}:", option.id)) {
                    let own = &german().feature[feature.id.as_str()].options[&option.id];
                    assert!(own.starts_with(&format!("{}:", option.id)), "{own}");
                }
            }
        }
    }

    #[test]
    fn only_words_differ_between_the_languages() {
        let (english, german) = (Catalogue::shipped(), Catalogue::in_language("de-DE"));
        let id = FeatureId::unchecked("frankel");
        assert_eq!(german.feature(&id).unwrap().label, "Frankel-Grad");
        assert_eq!(Catalogue::in_language("fr"), english);
        for (one, other) in english.features().iter().zip(german.features()) {
            let mut again = other.clone();
            again.label.clone_from(&one.label);
            again.help.clone_from(&one.help);
            for (option, source) in again.options.iter_mut().zip(&one.options) {
                option.label.clone_from(&source.label);
            }
            assert_eq!(&again, one);
        }
    }
}
