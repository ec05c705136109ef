//! What a row says became of a patient.

use super::super::{
    ImportFinding,
    mapping::{ColumnTarget, TableKind},
    proposal::meaning,
    table::TableRow,
};
use super::{Code, ImportRow, ImportRows, ImportedOutcome, RowLeftOut, is_blank, shortened};
use chrono::NaiveDate;

impl ImportRows<'_> {
    /// The outcome, unless it contradicts itself or has no day.
    pub(super) fn outcome(&self, row: &TableRow, day: Option<NaiveDate>, read: &mut ImportRow) {
        let is_asked = self.mapping.kind == TableKind::Outcomes;
        let before = read.findings.len();
        let died_on = self.day(row, &ColumnTarget::DiedOn, RowLeftOut, read);
        let alive_on = self
            .day(row, &ColumnTarget::AliveOn, RowLeftOut, read)
            .or(day.filter(|_| is_asked));
        if read.findings.len() > before {
            return;
        }
        let status = match self.column(&ColumnTarget::VitalStatus) {
            None => None,
            Some((position, column)) => {
                let cell = row.cells.get(position).map_or("", String::as_str);
                let means = meaning(column, self.catalogue, cell);
                if means.is_none() && !is_blank(cell) {
                    let finding = ImportFinding::new(read.line, Code::UnknownWord, RowLeftOut);
                    read.findings.push(
                        finding
                            .in_column(&column.header)
                            .with("text", shortened(cell)),
                    );
                    return;
                }
                means.filter(|means| !means.is_empty())
            }
        };
        let died_first = matches!((died_on, alive_on), (Some(died), Some(alive)) if died < alive);
        let code = match (status, died_on, alive_on) {
            (Some("alive"), Some(_), _) => Some(Code::OutcomeContradiction),
            _ if died_first => Some(Code::OutcomeContradiction),
            (Some("died"), None, _) => Some(Code::DeathWithoutDate),
            (Some("alive"), None, None) => Some(Code::OutcomeWithoutDate),
            (_, None, None) => return,
            _ => None,
        };
        match code {
            Some(code) => read.say(code, RowLeftOut),
            None => {
                read.outcome = Some(ImportedOutcome {
                    patient_id: read.patient_id.clone(),
                    died_on,
                    alive_on,
                });
            }
        }
    }
}
