//! Tables of other programs: cases, laboratory values and outcomes come in by a mapping of columns, after a preview that
//! writes nothing, and an import can be taken back. What a cell says is decided in `exchange`, whom it is about here.

mod outcomes;
mod patients;
mod plan;
mod take_back;
mod values;
mod view;

pub use exchange::import_csv::{
    ColumnMapping, ColumnTarget, ColumnView, DateFormat, DecimalSign, ImportEffect, ImportFinding,
    ImportFindingCode, ImportMapping, OpenQuestion, TableEncoding, TableKind, TestMapping,
};
pub use view::{
    ImportChoices, ImportCounts, ImportPreview, ImportRecord, ImportSource, ImportTable,
    PatientInTable, PatientState, SavedMapping, TakenBack, ValueInTable,
};

use crate::{Board, BoardError, new_id};
use chrono::NaiveDate;
use clinical::{case::latest_today, catalogue::Catalogue, words::Words};
use exchange::import_csv::{
    ForeignTable, ImportRows, Proposal, TABLE_LIMIT_BYTES, TableOrigin, propose, read_table,
};
use plan::{Plan, Planning};
use std::{fs::File, io::Read, path::Path};
use store::{ChangedCase, NewImport, Store, content_hash};

/// Findings and patients that a preview hands out; the others are counted.
const SHOWN_PATIENTS: usize = 300;
const SHOWN_FINDINGS: usize = 1000;

/// Longer names of mappings do not fit where they are chosen.
const LONGEST_NAME: usize = 60;

/// A table with what makes it the one that was looked at.
struct ReadTable {
    table: ForeignTable,
    /// Without folders.
    name: String,
    sha256: String,
}

impl Board {
    /// Reads a table and says what its columns could be, on top of a mapping that is there already. For an open case it need not
    /// name a patient.
    pub fn read_import_table(
        &self,
        source: &ImportSource,
        mapping: Option<&ImportMapping>,
        day: Option<NaiveDate>,
        case_id: Option<&str>,
    ) -> Result<ImportTable, BoardError> {
        let person = self.person()?;
        let read = self.read_source(source)?;
        let proposal = proposed(&read.table, mapping, case_id.is_some(), day);
        self.with_store(|store| {
            let earlier = store.import_of_file(&read.sha256)?;
            Ok(ImportTable {
                file_name: read.name,
                encoding: read.table.encoding,
                separator: read.table.separator.to_string(),
                rows: read.table.rows.len() as u32,
                mapping: proposal.mapping,
                columns: proposal.columns,
                tests: proposal.tests,
                questions: proposal.questions,
                missing: proposal.missing,
                earlier: earlier.map(|import| view::record(import, &person)),
            })
        })
    }

    /// What an import would do. Nothing is written.
    pub fn preview_import(&self, choices: &ImportChoices) -> Result<ImportPreview, BoardError> {
        let person = self.person()?;
        let read = self.read_source(&choices.source)?;
        self.with_store(|store| {
            self.note_listing(store)?;
            let plan = self.plan_import(store, choices, &read)?;
            let earlier = store.import_of_file(&read.sha256)?;
            Ok(ImportPreview {
                seen: seen(&read, &plan),
                counts: plan.counts,
                patients_left: plan.patients.len().saturating_sub(SHOWN_PATIENTS) as u32,
                patients: plan
                    .patients
                    .into_iter()
                    .map(|patient| patient.shown)
                    .take(SHOWN_PATIENTS)
                    .collect(),
                findings_left: plan.findings.len().saturating_sub(SHOWN_FINDINGS) as u32,
                findings: plan.findings.into_iter().take(SHOWN_FINDINGS).collect(),
                earlier: earlier.map(|import| view::record(import, &person)),
            })
        })
    }

    /// Writes what a preview showed, all of it or nothing. `seen` is [`ImportPreview::seen`]: where file, mapping or cases have
    /// changed since, nothing is written.
    pub fn run_import(
        &self,
        choices: &ImportChoices,
        looked_at: &str,
    ) -> Result<ImportRecord, BoardError> {
        let person = self.person()?;
        let read = self.read_source(&choices.source)?;
        self.with_store(|store| {
            let plan = self.plan_import(store, choices, &read)?;
            if seen(&read, &plan) != looked_at {
                return Err(BoardError::new(
                    "import_changed",
                    "The table or the cases changed since the preview. Nothing was written; look at the preview again.",
                ));
            }
            let changed: Vec<ChangedCase> = plan.patients.into_iter().filter_map(|patient| patient.changed).collect();
            if changed.is_empty() {
                return Err(BoardError::new(
                    "import_nothing",
                    "Nothing of this table would come in. Nothing was written; see the findings.",
                ));
            }
            for one in &changed {
                exchange::case_file::check_texts(&one.case)?;
            }
            let counts = serde_json::to_string(&plan.counts).unwrap_or_default();
            let import = NewImport {
                id: &new_id(),
                file_name: &read.name,
                sha256: &read.sha256,
                kind: view::kind_code(choices.mapping.kind),
                counts: &counts,
                author: (&person).into(),
            };
            store.put_import(&import, &changed, self.now())?;
            Ok(view::record(store.import(import.id)?, &person))
        })
    }

    /// Every import, the latest first.
    pub fn imports(&self) -> Result<Vec<ImportRecord>, BoardError> {
        let person = self.person()?;
        self.with_store(|store| {
            let imports = store.imports()?.into_iter();
            Ok(imports
                .map(|import| view::record(import, &person))
                .collect())
        })
    }

    /// Mappings by name.
    pub fn import_mappings(&self) -> Result<Vec<SavedMapping>, BoardError> {
        self.with_store(|store| {
            self.person()?;
            let kept = store.import_mappings()?.into_iter();
            // One that a later version wrote is passed over; it stays where it is.
            let read = kept.filter_map(|(name, text)| {
                let mapping = serde_json::from_str(&text).ok()?;
                Some(SavedMapping { name, mapping })
            });
            Ok(read.collect())
        })
    }

    /// Keeps a mapping under a name for the next table of the same program, in place of an earlier one; none forgets it.
    pub fn save_import_mapping(
        &self,
        name: &str,
        mapping: Option<&ImportMapping>,
    ) -> Result<Vec<SavedMapping>, BoardError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.contains(char::is_control)
        {
            return Err(BoardError::new(
                "mapping_name",
                format!(
                    "A mapping needs a name of at most {LONGEST_NAME} letters. Nothing was saved."
                ),
            )
            .with("limit", LONGEST_NAME));
        }
        let text = mapping.map(serde_json::to_string).transpose();
        let text = text.map_err(|_| BoardError::interrupted())?;
        self.with_store(|store| {
            self.person()?;
            Ok(store.put_import_mapping(name, text.as_deref(), self.now())?)
        })?;
        self.import_mappings()
    }

    fn read_source(&self, source: &ImportSource) -> Result<ReadTable, BoardError> {
        let (bytes, name, origin) = match source {
            ImportSource::File { path } => {
                let path = Path::new(path);
                let name = path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                (content_of(path)?, name, TableOrigin::File)
            }
            ImportSource::Pasted { text } => {
                let words = Words::shipped(self.language().code());
                let name = words.text("import.pasted", &[]);
                (text.clone().into_bytes(), name, TableOrigin::Pasted)
            }
        };
        Ok(ReadTable {
            table: read_table(&bytes, origin)?,
            name,
            sha256: content_hash(&bytes),
        })
    }

    fn plan_import(
        &self,
        store: &Store,
        choices: &ImportChoices,
        read: &ReadTable,
    ) -> Result<Plan, BoardError> {
        let is_of_one_patient = choices.case_id.is_some();
        let proposal = proposed(
            &read.table,
            Some(&choices.mapping),
            is_of_one_patient,
            choices.day,
        );
        if !proposal.questions.is_empty() {
            return Err(BoardError::new(
                "import_questions_open",
                "Some columns are not clear yet, and what they hold may not be guessed. Answer what is asked beside them.",
            ));
        }
        let now = self.now();
        let latest = latest_today(now);
        if choices.day.is_some_and(|day| day > latest) {
            return Err(BoardError::new(
                "import_day_in_the_future",
                "The day of the values has not come yet. Correct it.",
            ));
        }
        let rows = ImportRows {
            table: &read.table,
            mapping: &proposal.mapping,
            catalogue: Catalogue::shipped(),
            latest,
            day: choices.day,
            is_of_one_patient,
        };
        let planning = Planning {
            store,
            catalogue: Catalogue::shipped(),
            spoken: Catalogue::in_language(self.language().code()),
            creates_cases: proposal.mapping.kind == TableKind::Cases && !is_of_one_patient,
            case_id: choices.case_id.as_deref(),
            confirmed: &choices.confirmed,
            file_name: &read.name,
            author: self.author()?,
            now,
        };
        planning.plan(rows.read())
    }
}

fn proposed(
    table: &ForeignTable,
    mapping: Option<&ImportMapping>,
    is_of_one_patient: bool,
    day: Option<NaiveDate>,
) -> Proposal {
    propose(
        table,
        mapping,
        Catalogue::shipped(),
        is_of_one_patient,
        day.is_some(),
    )
}

fn content_of(path: &Path) -> Result<Vec<u8>, BoardError> {
    let unreadable = |error: std::io::Error| {
        BoardError::new(
            "file_unreadable",
            format!("The file cannot be read ({:?}).", error.kind()),
        )
        .with("detail", error.kind())
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(TABLE_LIMIT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(bytes)
}

/// What was looked at: the file and everything that would be done.
fn seen(read: &ReadTable, plan: &Plan) -> String {
    let shown: Vec<&PatientInTable> = plan.patients.iter().map(|patient| &patient.shown).collect();
    let told = serde_json::to_vec(&(&read.sha256, &plan.counts, shown, &plan.findings));
    content_hash(&told.unwrap_or_default())
}
