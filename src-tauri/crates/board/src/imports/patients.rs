//! Which case a patient number belongs to, and whether name and birth date of table and case go together.

use crate::BoardError;
use clinical::case::Identity;
use exchange::import_csv::{ImportEffect, ImportFinding, ImportFindingCode, ImportRow};
use std::collections::BTreeMap;
use store::Store;

/// The listed cases by what a table can name them by.
pub(super) struct Directory {
    by_number: BTreeMap<String, Vec<String>>,
    /// Numbers without leading zeros, which spreadsheets take away.
    bare: BTreeMap<String, String>,
    by_name: BTreeMap<String, String>,
}

impl Directory {
    pub(super) fn of(store: &Store) -> Result<Directory, BoardError> {
        let mut directory = Directory {
            by_number: BTreeMap::new(),
            bare: BTreeMap::new(),
            by_name: BTreeMap::new(),
        };
        for case in store.list("", u32::MAX)?.cases {
            let number = case.patient_id.trim().to_owned();
            if number.is_empty() {
                continue;
            }
            let name = full_name(&case.family_name, &case.given_name);
            directory
                .by_name
                .extend(name.map(|name| (name, number.clone())));
            directory
                .bare
                .insert(bare(&number).to_owned(), number.clone());
            directory.by_number.entry(number).or_default().push(case.id);
        }
        Ok(directory)
    }

    pub(super) fn cases_of(&self, number: &str) -> &[String] {
        self.by_number.get(number).map_or(&[], Vec::as_slice)
    }

    /// The number of a case that could be the same patient under another one.
    pub(super) fn similar(&self, number: &str, identity: &Identity) -> Option<&str> {
        let name = full_name(&identity.family_name, &identity.given_name);
        let same_name = || name.and_then(|name| self.by_name.get(&name));
        self.bare
            .get(bare(number))
            .or_else(same_name)
            .map(String::as_str)
    }
}

fn bare(number: &str) -> &str {
    number.trim_start_matches('0')
}

/// Family and given name alike, where both are known.
fn full_name(family: &str, given: &str) -> Option<String> {
    let (family, given) = (folded(family), folded(given));
    (!family.is_empty() && !given.is_empty()).then(|| format!("{family}\n{given}"))
}

/// Spellings that differ only in letter case, hyphens and spaces are one name.
fn folded(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .replace('ß', "ss")
}

/// Who the patient is by all rows together, and where these differ.
pub(super) fn identity_of(patient_id: &str, rows: &[ImportRow]) -> (Identity, Vec<ImportFinding>) {
    let mut identity = Identity {
        patient_id: patient_id.to_owned(),
        ..Identity::default()
    };
    let mut findings = Vec::new();
    for row in rows {
        let of_row = Identity {
            patient_id: patient_id.to_owned(),
            family_name: row.family_name.clone(),
            given_name: row.given_name.clone(),
            alphabetic_name: None,
            birth_date: row.birth_date,
        };
        let differing = differences(&identity, &of_row);
        findings.extend(differing.into_iter().map(|difference| {
            difference.finding(
                row.line,
                ImportFindingCode::IdentityUnclear,
                ImportEffect::HeldBack,
            )
        }));
        fill(&mut identity, &of_row);
    }
    (identity, findings)
}

/// Compares a known patient with the table, and fills blanks of the case.
pub(super) fn compared(known: &mut Identity, table: &Identity, line: u64) -> Vec<ImportFinding> {
    let differing = differences(known, table).into_iter();
    let mut findings: Vec<ImportFinding> = differing
        .map(|difference| {
            difference.finding(
                line,
                ImportFindingCode::IdentityDiffers,
                ImportEffect::HeldBack,
            )
        })
        .collect();
    findings.extend(fill(known, table).into_iter().map(|field| {
        ImportFinding::new(line, ImportFindingCode::IdentityFilled, ImportEffect::Taken)
            .with("field", field)
    }));
    findings
}

/// Of a field that both know.
struct Difference {
    /// A word of `import_field`.
    field: &'static str,
    here: String,
    there: String,
}

impl Difference {
    fn finding(self, line: u64, code: ImportFindingCode, effect: ImportEffect) -> ImportFinding {
        ImportFinding::new(line, code, effect)
            .with("field", self.field)
            .with("here", self.here)
            .with("there", self.there)
    }
}

fn differences(here: &Identity, there: &Identity) -> Vec<Difference> {
    let mut found = Vec::new();
    let names = [
        ("family_name", &here.family_name, &there.family_name),
        ("given_name", &here.given_name, &there.given_name),
    ];
    for (field, here, there) in names {
        if !here.is_empty() && !there.is_empty() && folded(here) != folded(there) {
            found.push(Difference {
                field,
                here: here.clone(),
                there: there.clone(),
            });
        }
    }
    if let (Some(here), Some(there)) = (here.birth_date, there.birth_date)
        && here != there
    {
        found.push(Difference {
            field: "birth_date",
            here: here.to_string(),
            there: there.to_string(),
        });
    }
    found
}

/// Puts what is blank here and known there; the fields that were filled.
fn fill(here: &mut Identity, there: &Identity) -> Vec<&'static str> {
    let mut filled = Vec::new();
    let names = [
        ("family_name", &mut here.family_name, &there.family_name),
        ("given_name", &mut here.given_name, &there.given_name),
        ("patient_id", &mut here.patient_id, &there.patient_id),
    ];
    for (field, here, there) in names {
        if here.trim().is_empty() && !there.is_empty() {
            here.clone_from(there);
            filled.push(field);
        }
    }
    if here.birth_date.is_none() && there.birth_date.is_some() {
        here.birth_date = there.birth_date;
        filled.push("birth_date");
    }
    filled
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn person(family: &str, given: &str, born: &str) -> Identity {
        Identity {
            patient_id: "7".to_owned(),
            family_name: family.to_owned(),
            given_name: given.to_owned(),
            alphabetic_name: None,
            birth_date: born.parse().ok(),
        }
    }

    #[test]
    fn spellings_of_one_name_are_one_and_other_names_and_days_are_said() {
        let mut known = person("Müller-Weiß", "Jürgen", "1950-02-01");
        assert_eq!(
            compared(
                &mut known,
                &person("MÜLLER WEISS", "jürgen", "1950-02-01"),
                2
            ),
            []
        );
        let found = compared(&mut known, &person("Müller", "Jürgen", "1950-01-02"), 2);
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.parameters["field"].as_str(), one.effect))
            .collect();
        assert_eq!(
            told,
            [
                ("family_name", ImportEffect::HeldBack),
                ("birth_date", ImportEffect::HeldBack)
            ]
        );
        assert_eq!(known.family_name, "Müller-Weiß", "what is known stays");
    }

    #[test]
    fn blanks_of_the_case_are_filled_and_said() {
        let mut known = person("Müller", "", "");
        let found = compared(&mut known, &person("Müller", "Jürgen", "1950-02-01"), 2);
        assert_eq!(found.len(), 2);
        assert!(
            found
                .iter()
                .all(|one| one.code == ImportFindingCode::IdentityFilled)
        );
        assert_eq!(known, person("Müller", "Jürgen", "1950-02-01"));
    }

    #[test]
    fn rows_of_one_number_with_two_names_are_unclear() {
        let row = |line, family: &str| ImportRow {
            line,
            family_name: family.to_owned(),
            ..ImportRow::default()
        };
        let (identity, findings) = identity_of("7", &[row(2, ""), row(3, "A"), row(4, "B")]);
        assert_eq!(
            (
                identity.family_name.as_str(),
                findings.len(),
                findings[0].line
            ),
            ("A", 1, 4)
        );
    }
}
