//! The report in German: its words, dates and decimals, and letters that can be searched for.

use crate::{sample::sample, tools::written};

#[test]
fn a_german_report_has_german_words_dates_and_decimals() {
    let file = written("german.pdf", &sample().summary_in("de"));
    file.assert_valid();
    let Some(page) = file.text(&["-f", "1", "-l", "1"]) else {
        return;
    };
    for expected in [
        "Zusammenfassung für das Tumorboard",
        "Angaben zum 14.3.2026 (Stichtag)",
        "3.2.1961",
        "65 Jahre",
        "Männlich",
        "Łukasz Ñandú-Öztürk",
        "84 von 100 (76–89)",
        "Am Leben nach 12 Monaten",
        "C-reaktives Protein",
        "Thrombozyten",
        "Veröffentlichte Scores",
        "Tokuhashi score, revised 2005",
        "Aus dem Gedächtnis",
        "Nur für Forschungszwecke. Kein Medizinprodukt.",
        "14.3.2026, 10:22 (UTC+01:00)",
        "Seite 1 von",
    ] {
        assert!(
            page.contains(expected),
            "{expected:?} is not on page one:\n{page}"
        );
    }
    let all = file.text(&[]).unwrap();
    for letter in ["ä", "ö", "ü", "ß", "Ü", "–"] {
        assert!(all.contains(letter), "{letter} cannot be searched for");
    }
    for english in [
        "Research use only",
        "Key facts",
        "not recorded",
        "Index date",
        "2026-03-14",
    ] {
        assert!(
            !all.contains(english),
            "{english:?} stands in a German report"
        );
    }
}

#[test]
fn german_quotation_marks_are_printed() {
    let mut sample = sample();
    sample.case.episodes[0].question = "Ist „Höhe T10“ größer als ‚üblich‘?".to_owned();
    let file = written("german_quotes.pdf", &sample.summary_in("de"));
    if let Some(text) = file.text(&[]) {
        assert!(
            text.contains("Ist „Höhe T10“ größer als ‚üblich‘?"),
            "{text}"
        );
    }
}
