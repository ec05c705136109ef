//! A table of cases with everything that is asked and said, a pasted laboratory table, and an import that is taken back, as the
//! browser tests play them.

use board::{
    Board, DateFormat, ImportChoices, ImportPreview, ImportRecord, ImportSource, ImportTable,
    TakenBack,
};
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
pub struct RecordedImports {
    pub table: ImportTable,
    pub pasted: ImportTable,
    pub preview: ImportPreview,
    /// One patient is confirmed.
    pub confirmed: ImportPreview,
    pub pasted_preview: ImportPreview,
    pub done: ImportRecord,
    pub taken_back: TakenBack,
}

const PASTED: &str = "Test\tWert\tEinheit\n\
    Hb\t10,9\tg/dl\nCRP i.S.\t12\tmg/l\nTroponin T\t14\tng/l\nLDH\t<80\tU/l\n";

/// `known` is the patient number of a case that is there.
pub fn imports_of(board: &Board, root: &Path, known: &str, case_id: &str) -> RecordedImports {
    let path = root.join("cases.csv");
    let text = format!(
        "Patient no.;Surname;First name;Date of birth;Sex;Collected;Hb [g/dL];CRP;Albumin [g/L];Ward\n\
         {known};Halloran;Mary;1949-02-01;f;03/04/2025;11,4;12;38;7B\n\
         900177;Abiodun;Tunde;1961-04-03;m;04/04/2025;9,8;4;3,4;7B\n\
         900178;Lindqvist;Ebba;1955-12-24;diverse;05/04/2025;pending;90;31;2A\n"
    );
    std::fs::write(&path, text).unwrap();
    let source = ImportSource::File {
        path: path.display().to_string(),
    };
    let table = board.read_import_table(&source, None, None, None).unwrap();
    let mut choices = ImportChoices {
        source,
        mapping: table.mapping.clone(),
        day: None,
        case_id: None,
        confirmed: Vec::new(),
    };
    choices.mapping.columns[5].date_format = Some(DateFormat::DayMonthYear);
    choices.mapping.columns[7].unit = Some("mg/L".to_owned());
    let preview = board.preview_import(&choices).unwrap();
    choices.confirmed = vec![known.to_owned()];
    let confirmed = board.preview_import(&choices).unwrap();
    let done = board.run_import(&choices, &confirmed.seen).unwrap();
    let taken_back = board.take_back_import(&done.id).unwrap();

    let source = ImportSource::Pasted {
        text: PASTED.to_owned(),
    };
    let day = "2026-03-11".parse().ok();
    let pasted = board
        .read_import_table(&source, None, None, Some(case_id))
        .unwrap();
    let pasted_choices = ImportChoices {
        source,
        mapping: pasted.mapping.clone(),
        day,
        case_id: Some(case_id.to_owned()),
        confirmed: Vec::new(),
    };
    let pasted_preview = board.preview_import(&pasted_choices).unwrap();
    // The hash hangs on random ids.
    let steady = |preview: ImportPreview| ImportPreview {
        seen: "seen".to_owned(),
        ..preview
    };
    RecordedImports {
        table,
        pasted,
        preview: steady(preview),
        confirmed: steady(confirmed),
        pasted_preview: steady(pasted_preview),
        done,
        taken_back,
    }
}
