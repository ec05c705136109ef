#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::import_csv::{
    DateFormat, DecimalSign, OpenQuestion, TableOrigin, TestMapping, propose, read_table,
};

const TODAY: &str = "2026-03-31";

fn date(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

fn proposed(text: &str) -> (ForeignTable, ImportMapping, Vec<OpenQuestion>) {
    let table = read_table(text.as_bytes(), TableOrigin::File).unwrap();
    let proposal = propose(&table, None, Catalogue::shipped(), false, false);
    (table, proposal.mapping, proposal.questions)
}

fn applied(table: &ForeignTable, mapping: &ImportMapping) -> Vec<ImportRow> {
    let rows = ImportRows {
        table,
        mapping,
        catalogue: Catalogue::shipped(),
        latest: TODAY.parse().unwrap(),
        day: None,
        is_of_one_patient: false,
    };
    rows.read()
}

/// The rows as the proposal reads them, which has to leave no question open.
fn rows(text: &str) -> Vec<ImportRow> {
    let (table, mapping, questions) = proposed(text);
    assert_eq!(questions, []);
    applied(&table, &mapping)
}

fn codes(row: &ImportRow) -> Vec<(Code, ImportEffect)> {
    row.findings
        .iter()
        .map(|finding| (finding.code, finding.effect))
        .collect()
}

fn values(row: &ImportRow) -> Vec<(&str, Value, Option<&str>)> {
    let value = |value: &'_ ImportedValue| value.value.clone();
    row.values
        .iter()
        .map(|one| (one.feature.as_str(), value(one), one.unit.as_deref()))
        .collect()
}

#[test]
fn a_german_table_of_cases_is_read_without_a_word_of_help() {
    let text = "Pat.-Nr.;Nachname;Vorname;Geb.-Datum;Geschlecht;Primärtumor;Abnahme;Hb [g/dl];Thrombozyten (Tsd/µl);Höhe;Bilsky;Lebermetastase\n\
        4711;Kowalska;Zoë;01.02.1950;w;Mamma-Ca;20.03.2026;11,4;250;BWK 12;1b;\n";
    let (table, mut mapping, questions) = proposed(text);
    assert_eq!(questions, []);
    assert_eq!(
        (mapping.kind, mapping.decimal),
        (TableKind::Cases, Some(DecimalSign::Comma))
    );
    let liver = mapping.columns.last_mut().unwrap();
    liver.target = ColumnTarget::Feature {
        feature: FeatureId::unchecked("liver_metastasis"),
    };
    let read = applied(&table, &mapping);
    let row = &read[0];
    assert_eq!(
        (
            row.patient_id.as_str(),
            row.family_name.as_str(),
            row.given_name.as_str(),
            row.birth_date
        ),
        ("4711", "Kowalska", "Zoë", date("1950-02-01"))
    );
    assert_eq!(
        values(row),
        [
            ("sex", Value::Code("female".into()), None),
            ("primary_tumour", Value::Code("breast".into()), None),
            ("haemoglobin", Value::Number(11.4), Some("g/dL")),
            ("platelets", Value::Number(250.0), Some("10^3/uL")),
            ("bilsky_grade", Value::Code("1b".into()), None),
        ]
    );
    assert!(
        row.values
            .iter()
            .all(|value| value.observed_on == date("2026-03-20"))
    );
    assert_eq!(
        row.values[4].subject,
        Subject::Level("T12".parse().unwrap())
    );
    assert_eq!(row.findings, []);
}

#[test]
fn laboratory_values_in_rows_are_read_with_their_units_and_days() {
    let read = rows(
        "MRN,Test,Result,Unit,Collected\n\
        7,Hb,11.4,g/dL,2026-03-20\n7,CRP i.S.,12 H,mg/l,2026-03-20\n7,Troponin,5,ng/L,2026-03-20\n\
        7,LDH,<80,U/L,2026-03-20\n7,Hb,11.4,stone,2026-03-20\n7,Hb,114,g/dL,2026-03-20\n7,INR,1.1,1,2027-01-01\n7,Hb,11,g/dL,\n",
    );
    assert_eq!(
        values(&read[0]),
        [("haemoglobin", Value::Number(11.4), Some("g/dL"))]
    );
    assert_eq!(
        values(&read[1]),
        [("c_reactive_protein", Value::Number(12.0), Some("mg/L"))]
    );
    assert_eq!(codes(&read[2]), [(Code::UnknownTest, RowLeftOut)]);
    assert_eq!(codes(&read[3]), [(Code::OnlyABound, ValueLeftOut)]);
    assert_eq!(codes(&read[4]), [(Code::UnknownUnit, ValueLeftOut)]);
    assert_eq!(codes(&read[5]), [(Code::ImplausibleUnit, ValueLeftOut)]);
    assert_eq!(read[5].findings[0].parameters["suggested_unit"], "g/L");
    assert_eq!(
        codes(&read[6]),
        [
            (Code::FutureDate, RowLeftOut),
            (Code::DayMissing, ValueLeftOut)
        ]
    );
    assert_eq!(codes(&read[7]), [(Code::DayMissing, ValueLeftOut)]);
    assert!(read[2..].iter().all(|row| row.values.is_empty()));
}

#[test]
fn a_cumulative_table_has_its_days_in_the_heading() {
    let read =
        rows("Patient;Test;Einheit;01.03.2026;08.03.2026\n7;Hb;g/dl;11,4;9,8\n7;INR;;1,1;\n");
    let days: Vec<_> = read[0]
        .values
        .iter()
        .map(|value| value.observed_on)
        .collect();
    assert_eq!(days, [date("2026-03-01"), date("2026-03-08")]);
    assert_eq!(values(&read[1]), [("inr", Value::Number(1.1), None)]);
}

#[test]
fn what_could_be_read_in_two_ways_is_asked_and_never_guessed() {
    let (_, mapping, questions) =
        proposed("Patient;Datum;CRP;Thrombozyten /nl\n7;03/04/2026;5;1.234\n");
    assert_eq!(mapping.columns[1].date_format, None);
    assert_eq!(
        questions,
        [
            OpenQuestion::DecimalSign,
            OpenQuestion::DateFormat { column: 1 },
            OpenQuestion::Unit { column: 2 },
        ]
    );
    let (_, mapping, questions) =
        proposed("Patient;Test;Wert;Datum\n7;CRP;5;2026-03-04\n7;INR;1,1;2026-03-04\n");
    assert_eq!(mapping.decimal, Some(DecimalSign::Comma));
    assert_eq!(questions, [OpenQuestion::TestUnit { test: "CRP".into() }]);
    let (_, _, questions) = proposed("Test;Wert;Einheit\nHb;11;g/dL\n");
    assert_eq!(questions, [OpenQuestion::PatientColumn, OpenQuestion::Day]);
    let (_, _, questions) =
        proposed("Patientennummer;Sterbedatum;zuletzt gesehen\n7;;2026-03-04\n");
    assert_eq!(
        questions,
        [],
        "a column without a day has no order to ask for"
    );
    let (_, _, questions) = proposed("Patient;Datum;Hb [furlong/l]\n7;2026-03-04;5\n");
    assert_eq!(questions, [OpenQuestion::Unit { column: 2 }]);
}

#[test]
fn outcomes_are_read_and_contradictions_and_missing_days_left_out() {
    let read = rows(
        "Patientennummer;Vitalstatus;Sterbedatum;zuletzt gesehen\n\
        1;verstorben;04.03.2026;01.02.2026\n2;lebt;;05.03.2026\n3;lebt;04.03.2026;\n4;tot;;05.03.2026\n\
        5;lebt;;\n6;vielleicht;;05.03.2026\n7;verstorben;04.03.2026;05.03.2026\n8;verstorben;04.03.2027;\n",
    );
    let outcome = |row: &ImportRow| {
        row.outcome
            .clone()
            .map(|outcome| (outcome.died_on, outcome.alive_on))
    };
    assert_eq!(
        outcome(&read[0]),
        Some((date("2026-03-04"), date("2026-02-01")))
    );
    assert_eq!(outcome(&read[1]), Some((None, date("2026-03-05"))));
    let left_out = [
        Code::OutcomeContradiction,
        Code::DeathWithoutDate,
        Code::OutcomeWithoutDate,
        Code::UnknownWord,
        Code::OutcomeContradiction,
        Code::FutureDate,
    ];
    for (row, code) in read[2..].iter().zip(left_out) {
        assert_eq!(codes(row)[0], (code, RowLeftOut), "{}", row.patient_id);
        assert_eq!(row.outcome, None);
    }
}

#[test]
fn short_rows_bad_days_and_unknown_words_are_said_by_line() {
    let read = rows(
        "MRN;Nachname;Geburtsdatum;Geschlecht;ECOG\n1;A;01.02.1950;divers;2\n2;B\n;C;01.02.1950;m;1\n4;D;01.02.50;m;7\n5;E;32.01.1950;m;1.5\n",
    );
    assert_eq!(
        codes(&read[0]),
        [(Code::UnknownWord, ValueLeftOut), (Code::DayMissing, Taken)]
    );
    assert_eq!(
        (read[1].line, codes(&read[1])),
        (3, vec![(Code::CellCount, RowLeftOut)])
    );
    assert_eq!(codes(&read[2]), [(Code::NoPatientNumber, RowLeftOut)]);
    assert_eq!(codes(&read[3])[0], (Code::TwoDigitBirthYear, ValueLeftOut));
    assert!(codes(&read[3]).contains(&(Code::InvalidValue, ValueLeftOut)));
    assert_eq!(codes(&read[4])[0], (Code::UnreadableDate, ValueLeftOut));
    assert!(read[1].is_left_out() && !read[3].is_left_out());
}

#[test]
fn a_saved_mapping_meets_the_next_export_by_its_headings() {
    let (_, mut mapping, _) = proposed("MRN;CRP;Datum;Sex\n7;5;03/04/2026;X\n");
    mapping.columns[1].unit = Some("mg/L".into());
    mapping.columns[2].date_format = Some(DateFormat::DayMonthYear);
    mapping.columns[3].words.insert("X".into(), "male".into());
    let next = read_table(b"Datum;neu;CRP;MRN\n05/04/2025;1;6;8\n", TableOrigin::File).unwrap();
    let proposal = propose(&next, Some(&mapping), Catalogue::shipped(), false, false);
    assert_eq!(proposal.questions, []);
    assert_eq!(proposal.missing, ["Sex"]);
    assert_eq!(proposal.mapping.columns[1].target, ColumnTarget::Ignored);
    let row = &applied(&next, &proposal.mapping)[0];
    assert_eq!(
        values(row),
        [("c_reactive_protein", Value::Number(6.0), Some("mg/L"))]
    );
    assert_eq!(row.values[0].observed_on, date("2025-04-05"));
}

#[test]
fn a_test_that_was_left_out_by_hand_is_silent() {
    let (table, mut mapping, _) =
        proposed("MRN;Test;Wert;Einheit;Datum\n7;Troponin;5;ng/L;2026-03-04\n");
    mapping.tests.insert(
        "Troponin".into(),
        TestMapping {
            feature: None,
            unit: None,
        },
    );
    let row = &applied(&table, &mapping)[0];
    assert_eq!(
        (codes(row), row.values.len()),
        (vec![(Code::NothingInRow, RowLeftOut)], 0)
    );
}

#[test]
fn vertebrae_are_read_as_they_are_written_here_and_there() {
    for (text, name) in [
        ("Th12", "T12"),
        ("BWK 12", "T12"),
        ("LWK3", "L3"),
        ("HWK 2", "C2"),
        ("t 8", "T8"),
    ] {
        assert_eq!(level(text).unwrap().name(), name);
    }
    assert_eq!(level("T12-L1"), None);
    assert_eq!(level("X1"), None);
}
