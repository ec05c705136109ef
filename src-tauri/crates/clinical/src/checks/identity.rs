//! Whose images are these? The patient of a case compared with the patient in linked images.
//!
//! Patient ID (0010,0020), Patient's Birth Date (0010,0030) and Patient's Name (0010,0010) of
//! DICOM PS3.3 C.7.1.1. What is blank on one side cannot differ, but somebody has to be told when
//! neither number nor birth date could be compared. The findings name what differs, never the
//! values, because findings may leave the hospital.

use crate::{
    case::{Case, Identity, LinkedStudy},
    findings::{Finding, FindingCode, Severity},
};
use std::collections::{BTreeMap, BTreeSet};

/// Findings about every linked study that is not clearly of this patient. The parameter `study` is its
/// number among the studies of the case, counted from 1.
pub(super) fn findings(case: &Case) -> Vec<Finding> {
    let numbered = case.studies.iter().enumerate();
    let found = numbered.filter_map(|(index, study)| {
        let mut finding = finding(&case.identity, study)?;
        let number = (index + 1).to_string();
        finding.parameters.insert("study".to_owned(), number);
        Some(finding)
    });
    found.collect()
}

fn finding(identity: &Identity, study: &LinkedStudy) -> Option<Finding> {
    let number = same_number(&identity.patient_id, &study.patient_id);
    let born = identity
        .birth_date
        .zip(study.patient_birth_date)
        .map(|(case, image)| case == image);
    let name = same_name(identity, &study.patient_name);
    let differing: Vec<&str> = [("patient_id", number), ("birth_date", born), ("name", name)]
        .into_iter()
        .filter(|(_, same)| *same == Some(false))
        .map(|(element, _)| element)
        .collect();
    let (code, severity) = if !differing.is_empty() {
        match &study.mismatch_confirmed_by {
            None => (FindingCode::PatientMismatch, Severity::Alert),
            Some(_) => (FindingCode::PatientMismatchConfirmed, Severity::Note),
        }
    } else if number.is_none() && born.is_none() {
        (FindingCode::PatientUnverified, Severity::Warning)
    } else {
        return None;
    };
    let date = study
        .study_date
        .map_or_else(|| "unknown".to_owned(), |date| date.to_string());
    let mut parameters = BTreeMap::from([("date".to_owned(), date)]);
    if !differing.is_empty() {
        parameters.insert("element".to_owned(), differing.join("_"));
    }
    Some(Finding {
        code,
        severity,
        feature: None,
        subject: None,
        parameters,
    })
}

/// Numbers are equal to the character, because leading zeros tell patients apart; blanks around
/// them are padding in DICOM (PS3.5 section 6.2, LO).
fn same_number(case: &str, image: &str) -> Option<bool> {
    let (case, image) = (case.trim(), image.trim());
    (!case.is_empty() && !image.is_empty()).then(|| case == image)
}

/// Whether the name in the images fits one of the names of the case; unknown where either is
/// blank or the two share no script.
///
/// Letter case, accents, the order of the parts, titles and further given names do not count: the
/// parts of one name must all occur in the other.
fn same_name(identity: &Identity, image: &str) -> Option<bool> {
    let written = format!("{} {}", identity.family_name, identity.given_name);
    let own = [Some(written.as_str()), identity.alphabetic_name.as_deref()];
    let own: Vec<BTreeSet<String>> = own.into_iter().flatten().map(parts).collect();
    // Component groups: alphabetic, ideographic, phonetic (PS3.5 section 6.2.1.1). The prefix and
    // suffix of a group are titles.
    let groups = image
        .split('=')
        .map(|group| parts(&group.split('^').take(3).collect::<Vec<_>>().join(" ")));
    let mut compared = None;
    for group in groups {
        for name in &own {
            if name.is_empty() || group.is_empty() || latin(name) != latin(&group) {
                continue;
            }
            if name.is_subset(&group) || group.is_subset(name) {
                return Some(true);
            }
            compared = Some(false);
        }
    }
    compared
}

fn parts(name: &str) -> BTreeSet<String> {
    name.split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .map(folded)
        .collect()
}

fn latin(parts: &BTreeSet<String>) -> bool {
    parts.iter().all(|part| part.is_ascii())
}

/// Lower case without accents. An umlaut and its transcription with e fold alike, as one hospital
/// system writes Müller and another Mueller.
fn folded(part: &str) -> String {
    let plain: String = part
        .chars()
        .flat_map(char::to_lowercase)
        .map(unaccented)
        .collect();
    let plain = plain
        .replace('ß', "ss")
        .replace('æ', "ae")
        .replace('œ', "oe")
        .replace('þ', "th");
    plain
        .replace("ae", "a")
        .replace("oe", "o")
        .replace("ue", "u")
}

fn unaccented(letter: char) -> char {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ĥ' | 'ħ' => 'h',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ŧ' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ŵ' => 'w',
        'ý' | 'ÿ' | 'ŷ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn identity(number: &str, family: &str, given: &str, born: &str) -> Identity {
        Identity {
            patient_id: number.into(),
            family_name: family.into(),
            given_name: given.into(),
            alphabetic_name: None,
            birth_date: born.parse().ok(),
        }
    }

    fn study(number: &str, name: &str, born: &str) -> LinkedStudy {
        LinkedStudy {
            study_instance_uid: "2.25.1".into(),
            folder: "ct".into(),
            description: String::new(),
            study_date: "2026-03-10".parse().ok(),
            patient_id: number.into(),
            patient_name: name.into(),
            patient_birth_date: born.parse().ok(),
            mismatch_confirmed_by: None,
            modalities: Vec::new(),
        }
    }

    fn judged(identity: &Identity, study: &LinkedStudy) -> Option<(FindingCode, Option<String>)> {
        let found = finding(identity, study)?;
        Some((found.code, found.parameters.get("element").cloned()))
    }

    #[test]
    fn the_same_patient_in_other_spellings_is_no_finding() {
        let case = identity("0042", "Ñandú-Öztürk", "Łukasz", "1950-03-16");
        for name in [
            "NANDU OZTURK^LUKASZ",
            "Ñandu Öztürk^Łukasz^Maria^Dr.",
            "Nandu-Oeztuerk^Lukasz",
        ] {
            assert_eq!(
                judged(&case, &study("0042 ", name, "1950-03-16")),
                None,
                "{name}"
            );
        }
    }

    #[test]
    fn names_what_differs_and_not_the_values() {
        let case = identity("0042", "Specimen", "Ada", "1950-03-16");
        for (other, element) in [
            (study("42", "Specimen^Ada", "1950-03-16"), "patient_id"),
            (study("0042", "Specimen^Ada", "1951-03-16"), "birth_date"),
            (study("0042", "Specimen^Eva", "1950-03-16"), "name"),
            (
                study("7", "Phantom^Eva", "1949-01-01"),
                "patient_id_birth_date_name",
            ),
            (study("7", "Phantom^Eva", ""), "patient_id_name"),
        ] {
            let expected = Some((FindingCode::PatientMismatch, Some(element.to_owned())));
            assert_eq!(judged(&case, &other), expected);
        }
        let found = finding(&case, &study("7", "Phantom^Eva", "1949-01-01")).unwrap();
        let shown = found.parameters.values().cloned().collect::<String>();
        assert!(
            !shown.contains("Phantom") && !shown.contains("1949"),
            "{shown}"
        );
    }

    /// Two of one day, of which the second is another patient's.
    #[test]
    fn a_finding_names_its_study_among_those_of_the_case() {
        let mut case = Case::new(
            "c".into(),
            identity("0042", "Specimen", "Ada", "1950-03-16"),
        );
        case.studies = vec![
            study("0042", "Specimen^Ada", "1950-03-16"),
            study("43", "Specimen^Ada", "1950-03-16"),
        ];
        let found = findings(&case);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].parameters["study"], "2");
    }

    #[test]
    fn a_confirmed_mismatch_is_a_note() {
        let case = identity("0042", "Specimen", "Ada", "1950-03-16");
        let mut other = study("43", "Specimen^Ada", "1950-03-16");
        assert_eq!(
            finding(&case, &other).map(|found| found.severity),
            Some(Severity::Alert)
        );
        other.mismatch_confirmed_by = Some("a physician".into());
        let found = finding(&case, &other).expect("still said");
        assert_eq!(
            (found.code, found.severity),
            (FindingCode::PatientMismatchConfirmed, Severity::Note)
        );
    }

    #[test]
    fn images_without_number_and_birth_date_are_not_taken_on_trust() {
        let case = identity("0042", "Specimen", "Ada", "1950-03-16");
        let bare = study("", "Specimen^Ada", "");
        assert_eq!(
            judged(&case, &bare),
            Some((FindingCode::PatientUnverified, None))
        );
    }

    #[test]
    fn scripts_are_compared_with_their_like() {
        let mut case = identity("0042", "山田", "太郎", "1950-03-16");
        let image = "Yamada^Tarou=山田^太郎=やまだ^たろう";
        assert_eq!(judged(&case, &study("0042", image, "1950-03-16")), None);
        assert_eq!(
            judged(&case, &study("0042", "Yamada^Tarou", "1950-03-16")),
            None
        );
        case.alphabetic_name = Some("Suzuki Tarou".into());
        let expected = Some((FindingCode::PatientMismatch, Some("name".to_owned())));
        assert_eq!(
            judged(&case, &study("0042", "Yamada^Tarou", "1950-03-16")),
            expected
        );
    }
}
