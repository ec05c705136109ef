//! Which case each row belongs to, and the cases as they would be after the import.

use super::{
    outcomes,
    patients::{self, Directory},
    values,
    view::{ImportCounts, PatientInTable, PatientState},
};
use crate::{BoardError, new_id};
use chrono::{DateTime, Utc};
use clinical::{
    case::{BoardEpisode, Case, Identity},
    catalogue::Catalogue,
};
use exchange::import_csv::{ImportEffect, ImportFinding, ImportFindingCode, ImportRow};
use std::collections::BTreeMap;
use store::{ChangedCase, Store};

use ImportEffect::{HeldBack, RowLeftOut};

/// What is needed to find the cases and to write into them.
pub(super) struct Planning<'a> {
    pub store: &'a Store,
    pub catalogue: &'a Catalogue,
    /// In the language of whoever imports, for what is quoted.
    pub spoken: &'a Catalogue,
    /// Unknown patients become new cases.
    pub creates_cases: bool,
    /// Every row is of this case.
    pub case_id: Option<&'a str>,
    /// Patient numbers that somebody confirmed.
    pub confirmed: &'a [String],
    pub file_name: &'a str,
    pub author: String,
    pub now: DateTime<Utc>,
}

/// Everything that would be done.
#[derive(Default)]
pub(super) struct Plan {
    pub patients: Vec<PlannedPatient>,
    /// In the order of the table.
    pub findings: Vec<ImportFinding>,
    pub counts: ImportCounts,
}

pub(super) struct PlannedPatient {
    pub shown: PatientInTable,
    /// The case as it would be; none if it stays as it is.
    pub changed: Option<ChangedCase>,
}

impl Planning<'_> {
    pub(super) fn plan(&self, rows: Vec<ImportRow>) -> Result<Plan, BoardError> {
        let mut plan = Plan::default();
        plan.counts.rows = rows.len() as u32;
        let directory = Directory::of(self.store)?;
        for (patient_id, rows) in self.by_patient(rows, &mut plan)? {
            let planned = self.patient(&patient_id, rows, &directory, &mut plan.findings)?;
            let counts = &mut plan.counts;
            counts.duplicates += planned.shown.duplicates;
            counts.held_back += u32::from(planned.shown.state == PatientState::HeldBack);
            if let Some(changed) = &planned.changed {
                match changed.expected_revision {
                    0 => counts.new_cases += 1,
                    _ => counts.changed_cases += 1,
                }
                counts.values += planned.shown.values.len() as u32;
                let has_outcome =
                    planned.shown.died_on.is_some() || planned.shown.alive_on.is_some();
                counts.outcomes += u32::from(has_outcome);
            }
            plan.patients.push(planned);
        }
        plan.findings.sort_by_key(|finding| finding.line);
        let mut left_out: Vec<u64> = plan
            .findings
            .iter()
            .filter(|one| one.effect == RowLeftOut)
            .map(|one| one.line)
            .collect();
        left_out.dedup();
        plan.counts.rows_left_out = left_out.len() as u32;
        Ok(plan)
    }

    /// The rows that can come in, by patient in the order of the table.
    fn by_patient(
        &self,
        rows: Vec<ImportRow>,
        plan: &mut Plan,
    ) -> Result<Vec<(String, Vec<ImportRow>)>, BoardError> {
        let of_case = match self.case_id {
            Some(id) => Some(self.store.case(id)?.case.identity.patient_id),
            None => None,
        };
        let named: Vec<&str> = rows
            .iter()
            .map(|row| row.patient_id.as_str())
            .filter(|id| !id.is_empty())
            .collect();
        let names_several = named.iter().any(|id| Some(id) != named.first());
        let mut order: Vec<(String, Vec<ImportRow>)> = Vec::new();
        let mut position: BTreeMap<String, usize> = BTreeMap::new();
        for mut row in rows {
            let mut patient_id = row.patient_id.clone();
            if let Some(own) = &of_case {
                let is_other = !patient_id.is_empty() && patient_id != own.trim();
                if is_other && (!own.trim().is_empty() || names_several) {
                    row.findings.push(ImportFinding::new(
                        row.line,
                        ImportFindingCode::OtherPatient,
                        RowLeftOut,
                    ));
                }
                patient_id = own.trim().to_owned();
            }
            if row.is_left_out() {
                plan.findings.append(&mut row.findings);
                continue;
            }
            let place = *position.entry(patient_id.clone()).or_insert_with(|| {
                order.push((patient_id, Vec::new()));
                order.len() - 1
            });
            order[place].1.push(row);
        }
        Ok(order)
    }

    fn patient(
        &self,
        patient_id: &str,
        rows: Vec<ImportRow>,
        directory: &Directory,
        findings: &mut Vec<ImportFinding>,
    ) -> Result<PlannedPatient, BoardError> {
        let line = rows.first().map_or(0, |row| row.line);
        let (identity, mut remarks) = patients::identity_of(patient_id, &rows);
        let known = match self.case_id {
            Some(id) => vec![id.to_owned()],
            None => directory.cases_of(patient_id).to_vec(),
        };
        let mut shown = PatientInTable {
            patient_id: patient_id.to_owned(),
            family_name: identity.family_name.clone(),
            given_name: identity.given_name.clone(),
            state: PatientState::LeftOut,
            case_id: None,
            lines: rows.iter().map(|row| row.line).collect(),
            values: Vec::new(),
            duplicates: 0,
            died_on: None,
            alive_on: None,
        };
        let (mut case, before) = match known.as_slice() {
            [] if self.creates_cases => {
                if let Some(number) = directory.similar(patient_id, &identity) {
                    let similar =
                        ImportFinding::new(line, ImportFindingCode::SimilarPatient, HeldBack);
                    remarks.push(similar.with("number", number));
                }
                (self.new_case(identity, &rows), None)
            }
            [only] => {
                let stored = self.store.case(only)?;
                let mut case = stored.case.clone();
                remarks.extend(patients::compared(&mut case.identity, &identity, line));
                shown.case_id = Some(only.clone());
                shown.family_name.clone_from(&case.identity.family_name);
                shown.given_name.clone_from(&case.identity.given_name);
                (case, Some(stored))
            }
            others => {
                let code = match others.len() {
                    0 => ImportFindingCode::UnknownPatient,
                    _ => ImportFindingCode::AmbiguousPatient,
                };
                for mut row in rows {
                    findings.append(&mut row.findings);
                    let finding = ImportFinding::new(row.line, code, RowLeftOut);
                    findings.push(finding.with("count", others.len()));
                }
                return Ok(PlannedPatient {
                    shown,
                    changed: None,
                });
            }
        };
        let is_held_back = remarks.iter().any(|finding| finding.effect == HeldBack)
            && !self
                .confirmed
                .iter()
                .any(|confirmed| confirmed == patient_id);
        findings.append(&mut remarks);
        for mut row in rows {
            findings.append(&mut row.findings);
            values::add(self, &mut case, &row, &mut shown, findings);
            outcomes::add(self, &mut case, &row, &mut shown, findings);
        }
        let is_changed = before.as_ref().is_none_or(|before| before.case != case);
        let expected_revision = before.map_or(0, |before| before.revision);
        shown.state = match (is_held_back, is_changed, expected_revision) {
            (true, ..) => PatientState::HeldBack,
            (false, false, _) => PatientState::Unchanged,
            (false, true, 0) => PatientState::New,
            (false, true, _) => PatientState::Known,
        };
        let changed = (is_changed && !is_held_back).then_some(ChangedCase {
            case,
            expected_revision,
        });
        Ok(PlannedPatient { shown, changed })
    }

    fn new_case(&self, identity: Identity, rows: &[ImportRow]) -> Case {
        let mut case = Case::new(new_id(), identity);
        case.index_level = rows.iter().find_map(|row| row.level);
        let index_date = rows.iter().find_map(|row| row.index_date);
        let question = rows
            .iter()
            .map(|row| row.question.as_str())
            .find(|question| !question.is_empty());
        case.episodes.push(BoardEpisode::new(
            new_id(),
            index_date.unwrap_or_else(|| self.now.date_naive()),
            question.unwrap_or_default().to_owned(),
        ));
        case
    }
}
