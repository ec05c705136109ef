//! Who the patient is, as it may be printed.
//!
//! A name in a script that the font lacks is replaced by its alphabetic group (DICOM PS3.5
//! section 6.2.1), or by the patient number with a remark. When identity is masked, names,
//! numbers and birth dates are also struck out of free text.

use crate::fonts::Typeface;
use clinical::case::Case;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// What stands where identity was struck out.
pub(crate) const STRUCK_OUT: &str = "•••";

/// The patient's name in letters that can be printed, given name first.
pub(crate) fn printable_name(typeface: &Typeface, case: &Case) -> Option<String> {
    let identity = &case.identity;
    let joined = format!("{}^{}", identity.family_name, identity.given_name);
    let written = if joined.contains('=') || identity.family_name.contains('^') {
        identity.family_name.clone()
    } else {
        joined
    };
    written
        .split('=')
        .chain(
            identity
                .alphabetic_name
                .iter()
                .flat_map(|name| name.split('=')),
        )
        .map(spoken_order)
        .find(|name| !name.is_empty() && typeface.covers(name))
}

/// True when a name is recorded, printable or not.
pub(crate) fn has_name(case: &Case) -> bool {
    let identity = &case.identity;
    let parts = [
        Some(&identity.family_name),
        Some(&identity.given_name),
        identity.alphabetic_name.as_ref(),
    ];
    parts
        .into_iter()
        .flatten()
        .any(|part| !part.trim().is_empty())
}

/// `family^given^middle^prefix^suffix` (DICOM PS3.5 section 6.2.1) in the order it is spoken.
fn spoken_order(name: &str) -> String {
    let parts: Vec<&str> = name.split('^').map(str::trim).collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or("");
    [part(3), part(1), part(2), part(0), part(4)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Strikes words out of free text.
#[derive(Debug, Default)]
pub(crate) struct Redaction {
    /// Lower case, longest first.
    terms: Vec<Vec<char>>,
}

impl Redaction {
    /// Everything in the cases that names their patients, or the other one that a linked study names.
    pub(crate) fn of<'c>(cases: impl IntoIterator<Item = &'c Case>) -> Redaction {
        let mut terms: BTreeSet<Vec<char>> = BTreeSet::new();
        for case in cases {
            terms.extend(naming(case));
        }
        // A single letter would strike out articles and levels.
        let mut terms: Vec<Vec<char>> = terms.into_iter().filter(|term| term.len() >= 2).collect();
        terms.sort_by_key(|term| std::cmp::Reverse(term.len()));
        Redaction { terms }
    }

    /// The text with every whole-word occurrence struck out, whatever its letter case and accents.
    pub(crate) fn apply(&self, text: &str) -> String {
        if self.terms.is_empty() {
            return text.to_owned();
        }
        let characters: Vec<char> = text.chars().collect();
        let lower: Vec<char> = characters
            .iter()
            .map(|character| plain_letter(*character))
            .collect();
        let joins = |index: Option<usize>| {
            index
                .and_then(|index| lower.get(index))
                .is_some_and(|character| character.is_alphanumeric())
        };
        let mut clean = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(character) = characters.get(at) {
            let struck = self.terms.iter().find(|term| {
                lower[at..].starts_with(term)
                    && !joins(at.checked_sub(1))
                    && !joins(Some(at + term.len()))
            });
            if let Some(term) = struck {
                clean.push_str(STRUCK_OUT);
                at += term.len();
            } else {
                clean.push(*character);
                at += 1;
            }
        }
        clean
    }
}

/// The terms by which a case names its patient.
fn naming(case: &Case) -> BTreeSet<Vec<char>> {
    let identity = &case.identity;
    let mut names = vec![identity.family_name.as_str(), identity.given_name.as_str()];
    names.extend(identity.alphabetic_name.as_deref());
    let mut numbers = vec![identity.patient_id.clone()];
    let mut birth_dates = vec![identity.birth_date];
    for study in &case.studies {
        names.push(&study.patient_name);
        numbers.push(study.patient_id.clone());
        birth_dates.push(study.patient_birth_date);
    }
    for date in birth_dates.into_iter().flatten() {
        for form in [
            "%Y-%m-%d",
            "%Y%m%d",
            "%d.%m.%Y",
            "%-d.%-m.%Y",
            "%d/%m/%Y",
            "%m/%d/%Y",
        ] {
            numbers.push(date.format(form).to_string());
        }
    }
    let mut terms: BTreeSet<Vec<char>> = BTreeSet::new();
    for name in names {
        terms.insert(folded(name.trim()));
        let parts = name.split(|character: char| "^= ,-".contains(character));
        terms.extend(parts.map(folded));
    }
    terms.extend(numbers.iter().map(|number| folded(number.trim())));
    terms
}

fn folded(text: &str) -> Vec<char> {
    text.chars().map(plain_letter).collect()
}

/// One lower-case letter without its accent for one letter, so that positions stay.
fn plain_letter(character: char) -> char {
    let base = std::iter::once(character).nfd().next().unwrap_or(character);
    let mut lower = base.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some('ł'), None) => 'l',
        (Some('ø'), None) => 'o',
        (Some('đ'), None) => 'd',
        (Some('ı'), None) => 'i',
        (Some(only), None) => only,
        _ => base,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use clinical::case::Identity;

    fn case(family: &str, given: &str, alphabetic: Option<&str>) -> Case {
        let identity = Identity {
            patient_id: "ID-4711".to_owned(),
            family_name: family.to_owned(),
            given_name: given.to_owned(),
            alphabetic_name: alphabetic.map(str::to_owned),
            birth_date: chrono::NaiveDate::from_ymd_opt(1961, 2, 3),
        };
        Case::new("c".to_owned(), identity)
    }

    fn name(family: &str, given: &str, alphabetic: Option<&str>) -> Option<String> {
        printable_name(
            Typeface::shipped().unwrap(),
            &case(family, given, alphabetic),
        )
    }

    #[test]
    fn a_name_prints_in_a_script_that_the_font_has() {
        assert_eq!(
            name("Ñandú-Öztürk", "Łukasz", None).unwrap(),
            "Łukasz Ñandú-Öztürk"
        );
        assert_eq!(
            name("山田", "太郎", Some("Yamada^Tarou")).unwrap(),
            "Tarou Yamada"
        );
        assert_eq!(
            name("Yamada^Tarou=山田^太郎", "", None).unwrap(),
            "Tarou Yamada"
        );
        assert_eq!(name("山田^太郎", "", None), None);
        assert_eq!(name("", "", None), None);
        assert!(has_name(&case("山田", "太郎", None)) && !has_name(&case("", " ", None)));
    }

    #[test]
    fn masking_strikes_out_whole_words_in_any_letter_case_and_without_accents() {
        let redaction = Redaction::of([&case("Ñandú-Öztürk", "Łukasz", None)]);
        assert_eq!(
            redaction
                .apply("Mr ÑANDÚ-ÖZTÜRK (łukasz), born 1961-02-03 / 03.02.1961, id-4711: SBRT?"),
            "Mr ••• (•••), born ••• / •••, •••: SBRT?"
        );
        assert_eq!(
            redaction.apply("Lukasz OZTURK, Nandu-Ozturk, Öztürks"),
            "••• •••, •••, Öztürks"
        );
        let redaction = Redaction::of([&case("Bone", "Al", None)]);
        assert_eq!(
            redaction.apply("Al Bone: albumin, bones, bone"),
            "••• •••: albumin, bones, •••"
        );
    }
}
