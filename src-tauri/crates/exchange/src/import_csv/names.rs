//! What other programs call our features, fields, units and answers: `assets/import_names.toml` over the catalogue in
//! every language.

use super::mapping::ColumnTarget;
use clinical::{
    catalogue::{Catalogue, Feature, FeatureId, Kind},
    language::Language,
};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::OnceLock};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamesFile {
    field: BTreeMap<String, Vec<String>>,
    specimen: Specimen,
    feature: BTreeMap<String, Vec<String>>,
    unit: BTreeMap<String, Vec<String>>,
    answer: BTreeMap<String, Vec<String>>,
    vital: BTreeMap<String, Vec<String>>,
    /// By feature, then by option.
    option: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Specimen {
    words: Vec<String>,
}

/// Names by their folded form.
pub(super) struct Names {
    fields: BTreeMap<String, ColumnTarget>,
    features: BTreeMap<String, FeatureId>,
    specimens: Vec<String>,
    units: BTreeMap<String, String>,
    answers: BTreeMap<String, &'static str>,
    vital: BTreeMap<String, &'static str>,
    options: BTreeMap<FeatureId, BTreeMap<String, String>>,
}

const SHIPPED: &str = include_str!("../../../../../assets/import_names.toml");

/// The names that this version was built with.
#[expect(clippy::expect_used, reason = "compiled in, and a test reads it")]
pub(super) fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let file = toml::from_str(SHIPPED).expect("the shipped names are valid");
        Names::of(file)
    })
}

/// Whether a table may give a value of a feature.
pub(super) fn can_come_in(feature: &Feature) -> bool {
    feature.asked && feature.kind != Kind::Outcome
}

impl Names {
    fn of(file: NamesFile) -> Names {
        let mut names = Names {
            fields: BTreeMap::new(),
            features: BTreeMap::new(),
            specimens: file
                .specimen
                .words
                .iter()
                .map(|word| folded(word))
                .collect(),
            units: BTreeMap::new(),
            answers: BTreeMap::new(),
            vital: BTreeMap::new(),
            options: BTreeMap::new(),
        };
        let catalogues = Language::ALL.map(|language| Catalogue::in_language(language.code()));
        for feature in catalogues.iter().flat_map(|catalogue| catalogue.features()) {
            if !can_come_in(feature) {
                continue;
            }
            for name in [feature.id.as_str(), &feature.label] {
                names
                    .features
                    .entry(folded(name))
                    .or_insert_with(|| feature.id.clone());
            }
            let options = names.options.entry(feature.id.clone()).or_default();
            for option in &feature.options {
                for name in [&option.id, &option.label] {
                    options
                        .entry(folded(name))
                        .or_insert_with(|| option.id.clone());
                }
            }
            for unit in feature.units() {
                names
                    .units
                    .entry(folded_unit(unit))
                    .or_insert_with(|| unit.to_owned());
            }
        }
        for (id, others) in &file.feature {
            for name in others {
                names
                    .features
                    .insert(folded(name), FeatureId::unchecked(id));
            }
        }
        for (id, options) in &file.option {
            let known = names.options.entry(FeatureId::unchecked(id)).or_default();
            for (option, others) in options {
                known.extend(others.iter().map(|name| (folded(name), option.clone())));
            }
        }
        for (field, others) in &file.field {
            if let Some(target) = field_target(field) {
                names
                    .fields
                    .extend(others.iter().map(|name| (folded(name), target.clone())));
                names.fields.insert(folded(field), target);
            }
        }
        for (unit, others) in &file.unit {
            names
                .units
                .extend(others.iter().map(|name| (folded_unit(name), unit.clone())));
        }
        for answer in ["yes", "no"] {
            let others = file.answer.get(answer).into_iter().flatten();
            names
                .answers
                .extend(others.map(|name| (folded_word(name), answer)));
        }
        for state in ["alive", "died"] {
            let others = file.vital.get(state).into_iter().flatten();
            names
                .vital
                .extend(others.map(|name| (folded_word(name), state)));
        }
        names
    }

    /// What a heading names, and the unit in it.
    pub(super) fn heading(&self, header: &str) -> (Option<ColumnTarget>, Option<String>) {
        let whole = folded(header);
        let (name, unit) = self.without_unit(header);
        let feature = || self.feature_of(&whole).or_else(|| self.test(name));
        let field = || {
            self.fields
                .get(&whole)
                .or_else(|| self.fields.get(&folded(name)))
                .cloned()
        };
        let target = field().or_else(|| feature().map(|feature| ColumnTarget::Feature { feature }));
        (target, unit)
    }

    /// The feature that a laboratory test is, whatever was sampled.
    pub(super) fn test(&self, name: &str) -> Option<FeatureId> {
        let (name, _) = self.without_unit(name);
        if let Some(found) = self.feature_of(&folded(name)) {
            return Some(found);
        }
        if let Some((outside, inside)) = bracketed(name) {
            let found = self
                .feature_of(&folded(outside))
                .or_else(|| self.feature_of(&folded(inside)));
            if found.is_some() {
                return found;
            }
        }
        let mut words: Vec<&str> = name
            .split([' ', ',', '_', '/', '(', ')'])
            .filter(|word| !word.is_empty())
            .collect();
        while words.len() > 1
            && words
                .last()
                .is_some_and(|word| self.specimens.contains(&folded(word)))
        {
            words.pop();
            if let Some(found) = self.feature_of(&folded(&words.concat())) {
                return Some(found);
            }
        }
        None
    }

    fn feature_of(&self, folded: &str) -> Option<FeatureId> {
        self.features.get(folded).cloned()
    }

    /// The catalogue's spelling of a unit.
    pub(super) fn unit(&self, text: &str) -> Option<&str> {
        self.units.get(&folded_unit(text)).map(String::as_str)
    }

    /// The option id that a word stands for, or `yes` and `no` of a flag.
    pub(super) fn option<'names>(
        &'names self,
        feature: &Feature,
        word: &str,
    ) -> Option<&'names str> {
        match feature.kind {
            Kind::Flag => self.answers.get(&folded_word(word)).copied(),
            _ => self
                .options
                .get(&feature.id)?
                .get(&folded(word))
                .map(String::as_str),
        }
    }

    /// `alive` or `died`.
    pub(super) fn vital(&self, word: &str) -> Option<&'static str> {
        self.vital.get(&folded_word(word)).copied()
    }

    /// A heading such as `Hb [g/dL]`, `Hb (g/dL)` or `Hb in g/dL` as name and unit. Behind a name in brackets that is no
    /// unit nothing is cut off.
    fn without_unit<'text>(&self, header: &'text str) -> (&'text str, Option<String>) {
        if let Some((outside, inside)) = bracketed(header)
            && looks_like_a_unit(inside)
        {
            let known = self
                .unit(inside)
                .map_or_else(|| inside.trim().to_owned(), str::to_owned);
            return (outside, Some(known));
        }
        for parting in [" in ", ", ", " "] {
            if let Some((name, unit)) = header.rsplit_once(parting)
                && looks_like_a_unit(unit)
                && let Some(known) = self.unit(unit)
            {
                return (name.trim(), Some(known.to_owned()));
            }
        }
        (header.trim(), None)
    }
}

/// What stands before the last bracket and what stands in it.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let closed = text.strip_suffix([')', ']'])?;
    let (outside, inside) = closed.rsplit_once(['(', '['])?;
    (!outside.trim().is_empty()).then(|| (outside.trim(), inside.trim()))
}

/// A unit has a stroke, is a percent sign, or is one that is known by its word.
fn looks_like_a_unit(text: &str) -> bool {
    text.contains(['/', '%']) || names_of_time(text)
}

fn names_of_time(text: &str) -> bool {
    [
        "day", "days", "tage", "month", "months", "monate", "year", "years", "jahre", "week",
        "weeks", "wochen", "hours", "stunden", "ml", "cm3", "ccm",
    ]
    .contains(&text.trim().to_lowercase().as_str())
}

/// Letters and digits alone, so that spellings meet: `C-reaktives Protein`, `Geb.-Datum`, `Hämoglobin`.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' => folded.push_str("ae"),
            'ö' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            '%' => folded.push('%'),
            _ if letter.is_alphanumeric() => folded.push(letter),
            _ => {}
        }
    }
    folded
}

/// As [`folded`], where signs such as `+` and `-` are answers of their own.
fn folded_word(text: &str) -> String {
    let plain = folded(text);
    if plain.is_empty() {
        text.trim().to_owned()
    } else {
        plain
    }
}

fn folded_unit(text: &str) -> String {
    let letters = text.chars().filter(|letter| !letter.is_whitespace());
    let letters = letters
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'µ' | 'μ' => 'u',
            '²' => '2',
            '³' => '3',
            '⁴' => '4',
            '⁹' => '9',
            '×' => 'x',
            _ => letter,
        });
    letters.collect()
}

fn field_target(field: &str) -> Option<ColumnTarget> {
    Some(match field {
        "patient_id" => ColumnTarget::PatientId,
        "family_name" => ColumnTarget::FamilyName,
        "given_name" => ColumnTarget::GivenName,
        "birth_date" => ColumnTarget::BirthDate,
        "day" => ColumnTarget::Day,
        "index_date" => ColumnTarget::IndexDate,
        "question" => ColumnTarget::Question,
        "level" => ColumnTarget::Level,
        "test" => ColumnTarget::Test,
        "value" => ColumnTarget::Value,
        "unit" => ColumnTarget::Unit,
        "vital_status" => ColumnTarget::VitalStatus,
        "died_on" => ColumnTarget::DiedOn,
        "alive_on" => ColumnTarget::AliveOn,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn feature(id: &str) -> ColumnTarget {
        ColumnTarget::Feature {
            feature: FeatureId::unchecked(id),
        }
    }

    #[test]
    fn every_name_of_the_asset_stands_for_one_thing_that_there_is() {
        let file: NamesFile = toml::from_str(SHIPPED).unwrap();
        let catalogue = Catalogue::shipped();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let fields = file.field.iter().map(|(id, others)| (id, others, false));
        for (id, others, is_feature) in
            fields.chain(file.feature.iter().map(|(id, others)| (id, others, true)))
        {
            match is_feature {
                true => assert!(
                    can_come_in(catalogue.feature(&catalogue.id(id).unwrap()).unwrap()),
                    "{id}"
                ),
                false => assert!(field_target(id).is_some(), "{id}"),
            }
            for name in others {
                let before = seen.insert(folded(name), id.clone());
                assert!(
                    before.is_none_or(|before| before == *id),
                    "{name} is two things"
                );
                let own = names().features.get(&folded(name)).map(FeatureId::as_str);
                assert!(!is_feature || own == Some(id), "{name}");
            }
        }
        for unit in file.unit.keys() {
            let known = |feature: &Feature| feature.units().any(|one| one == unit);
            assert!(catalogue.features().iter().any(known), "{unit}");
        }
        for (id, options) in &file.option {
            let feature = catalogue.feature(&catalogue.id(id).unwrap()).unwrap();
            assert!(
                options
                    .keys()
                    .all(|option| feature.option(option).is_some()),
                "{id}"
            );
        }
    }

    #[test]
    fn headings_are_known_by_id_label_and_what_laboratories_write() {
        let known = |header: &str| names().heading(header);
        let unit = |unit: &str| Some(unit.to_owned());
        assert_eq!(
            known("lactate_dehydrogenase"),
            (Some(feature("lactate_dehydrogenase")), None)
        );
        assert_eq!(
            known("Hb [g/dl]"),
            (Some(feature("haemoglobin")), unit("g/dL"))
        );
        assert_eq!(
            known("Leukozyten (Gpt/l)"),
            (Some(feature("leucocytes")), unit("10^9/L"))
        );
        assert_eq!(
            known("Kreatinin in µmol/l"),
            (Some(feature("creatinine")), unit("umol/L"))
        );
        assert_eq!(
            known("CRP mg/L"),
            (Some(feature("c_reactive_protein")), unit("mg/L"))
        );
        assert_eq!(
            known("Calcium korr. (mmol/L)"),
            (Some(feature("calcium_corrected")), unit("mmol/L"))
        );
        assert_eq!(
            known("Hb [stone/acre]"),
            (Some(feature("haemoglobin")), unit("stone/acre"))
        );
        assert_eq!(
            known("Epidurale Kompression (Bilsky ESCC)").0.is_some(),
            known("Bilsky").0.is_some()
        );
        assert_eq!(known("Pat.-Nr.").0, Some(ColumnTarget::PatientId));
        assert_eq!(known("Geb.-Datum").0, Some(ColumnTarget::BirthDate));
        assert_eq!(known("Primärtumor").0, Some(feature("primary_tumour")));
    }

    #[test]
    fn what_could_be_two_things_is_not_proposed() {
        for header in [
            "Calcium",
            "Ca",
            "Neutrophile [%]",
            "Neutrophile %",
            "Fallnummer",
            "Bilirubin direkt",
            "x",
        ] {
            let (target, unit) = names().heading(header);
            let is_share = unit.as_deref() == Some("%");
            assert!(target.is_none() || is_share, "{header}: {target:?}");
        }
    }

    #[test]
    fn tests_are_known_whatever_was_sampled() {
        for name in [
            "CRP i.S.",
            "CRP (Serum)",
            "C-reaktives Protein (CRP)",
            "CRP, Plasma",
            "crp",
        ] {
            assert_eq!(
                names().test(name),
                Some(FeatureId::unchecked("c_reactive_protein")),
                "{name}"
            );
        }
        assert_eq!(
            names().test("Hämoglobin (Hb)").unwrap().as_str(),
            "haemoglobin"
        );
        assert_eq!(names().test("Troponin T hs"), None);
    }

    #[test]
    fn words_are_read_in_both_languages() {
        let catalogue = Catalogue::shipped();
        let word = |id: &str, text: &str| {
            names().option(catalogue.feature(&FeatureId::unchecked(id)).unwrap(), text)
        };
        assert_eq!(word("sex", "männlich"), Some("male"));
        assert_eq!(word("sex", "W"), Some("female"));
        assert_eq!(word("primary_tumour", "Mamma-Ca"), Some("breast"));
        assert_eq!(word("liver_metastasis", "Ja"), Some("yes"));
        assert_eq!(word("liver_metastasis", "-"), Some("no"));
        assert_eq!(word("sex", "x"), None);
        assert_eq!(names().vital("Verstorben"), Some("died"));
        assert_eq!(names().vital("1"), None);
    }
}
