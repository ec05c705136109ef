//! A table of patients, with and without follow-up: every line is a patient or has a fault, and no cell
//! of the results starts like a formula.
#![no_main]

use clinical::catalogue::Catalogue;
use exchange::{
    cohort_csv::{RowDefaults, read_rows},
    cohort_output::{CohortResult, write_rows},
    outcome_columns::{MOST_MONTHS, read_followed_rows},
};
use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, assess, noon, start};

fuzz_target!(
    init: start(Panics::All, || {
        let mut seeds = vec![
            b"id,primary_tumour,age,haemoglobin,haemoglobin_unit\na,lung,60,9.5,g/dL\nb,lung,sixty,95,g/L\n".to_vec(),
            "\u{feff}patient;index_date;index_level;ecog\n=1+1;2026-03-01;L3;2\n\"a\"\"b\";;;NA\n".into(),
            b"id\tage\n\xff\t3\n".to_vec(),
            b"id,months,died,age\na,3.5,1,60\na,-1,0,61\nb,0,2,62\n".to_vec(),
            b"id,months,died,year,death_date,albumin_unit\na,3.5,1,2019,x,g/L\nb,1,0,20x,,\n".to_vec(),
        ];
        for line in spineboard_fuzz::golden_facts() {
            let (names, values): (Vec<_>, Vec<_>) = line.into_iter().unzip();
            seeds.push(format!("{}\n{}\n", names.join(","), values.join(",")).replace('"', "").into_bytes());
        }
        seeds
    }),
    |bytes: &[u8]| {
        let defaults = RowDefaults {
            now: noon(),
            author: "fuzz".to_owned(),
            file_name: "table.csv".to_owned(),
        };
        if let Ok(rows) = read_followed_rows(bytes, Catalogue::shipped(), defaults.clone()) {
            for patient in rows.take(50).filter_map(|row| row.patient.ok()) {
                assert!((0.0..=MOST_MONTHS).contains(&patient.followed.months));
            }
        }
        let Ok(rows) = read_rows(bytes, Catalogue::shipped(), defaults) else {
            return;
        };
        let labels = rows.label_columns();
        let results: Vec<CohortResult> = rows
            .take(50)
            .map(|row| CohortResult {
                labels: row.labels,
                assessment: row.patient.and_then(|patient| {
                    assess(&patient.case);
                    Err("=no forecast here".to_owned())
                }),
            })
            .collect();
        let mut written = Vec::new();
        let lines = write_rows(&mut written, &labels, &[], results).expect("memory can be written");
        let mut table = csv::Reader::from_reader(&written[..]);
        for record in table.records() {
            let record = record.expect("the results are a table");
            for cell in &record {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
            }
        }
        assert!(lines <= 50);
    }
);
