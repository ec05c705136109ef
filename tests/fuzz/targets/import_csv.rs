//! A table of another program: whatever its bytes, it is refused by a code or read to its last row, with every column
//! mapped somewhere, and every value that comes out is one of its feature.
#![no_main]

use clinical::catalogue::Catalogue;
use exchange::import_csv::{DateFormat, DecimalSign, ImportRows, TableOrigin, propose, read_table};
use libfuzzer_sys::fuzz_target;
use spineboard_fuzz::{Panics, noon, start};

fuzz_target!(
    init: start(Panics::All, || {
        vec![
            "Pat.-Nr.;Nachname;Geb.-Datum;Geschlecht;Hb [g/dl];Datum\n4711;Kowalska;01.02.1950;w;11,4;20.03.2026\n".into(),
            b"MRN,Test,Result,Unit,Collected\n7,Hb,11.4,g/dL,2026-03-20\n7,CRP i.S.,<5 H,mg/l,20260320\n".to_vec(),
            "Test\t01.03.2026\t08.03.2026\nHb\t11,4\t\"9\"\"8\"\nThrombos\t250.000\t1'234\n".into(),
            b"Patientennummer;Vitalstatus;Sterbedatum;zuletzt gesehen\n1;verstorben;04/03/26;\n2;lebt;;05.03.2026\n".to_vec(),
            b"Hb   12.5   g/dL\nINR   1.1\n".to_vec(),
            b"H\xe4mo|\xb5\n1|2\n".to_vec(),
            b"\xff\xfea\0;\0b\0\n\0001\0;\0002\0".to_vec(),
            br#"{"schema":1,"observations":[]}"#.to_vec(),
        ]
    }),
    |bytes: &[u8]| {
        let catalogue = Catalogue::shipped();
        for origin in [TableOrigin::File, TableOrigin::Pasted] {
            let Ok(table) = read_table(bytes, origin) else {
                continue;
            };
            let proposal = propose(&table, None, catalogue, false, true);
            let mut mapping = proposal.mapping;
            assert_eq!(mapping.columns.len(), table.headers.len());
            mapping.decimal = mapping.decimal.or(Some(DecimalSign::Comma));
            for column in &mut mapping.columns {
                column.date_format = column.date_format.or(Some(DateFormat::DayMonthYear));
            }
            let again = propose(&table, Some(&mapping), catalogue, false, true);
            assert_eq!(again.mapping.columns, mapping.columns, "a mapping is kept as it is");
            let latest = noon().date_naive();
            let rows = ImportRows {
                table: &table,
                mapping: &mapping,
                catalogue,
                latest,
                day: Some(latest),
                is_of_one_patient: true,
            };
            let read = rows.read();
            assert_eq!(read.len(), table.rows.len(), "no row is lost without a word");
            for row in read {
                for value in row.values {
                    let feature = catalogue.feature(&value.feature).expect("a feature of the catalogue");
                    let canonical = match value.value.as_number() {
                        Some(number) => clinical::case::Value::Number(
                            clinical::units::to_canonical(feature, number, value.unit.as_deref()).expect("a known unit"),
                        ),
                        None => value.value,
                    };
                    assert_eq!(feature.accepts(&canonical), Ok(()));
                    assert!(value.observed_on.is_none_or(|day| day <= latest));
                }
            }
        }
    }
);
