//! A centre's own patients and a model: learning two numbers from a table, and keeping or removing
//! them in a chair's or coordinator's name.

use crate::{
    Board, BoardError, Person,
    assess::with_stability,
    recalibration_files::file_of,
    tables::{BATCH, facts_of, open_followed},
};
use chrono::{DateTime, Utc};
use clinical::{
    assessment::{PackIdentity, Recalibration},
    facts::Facts,
    head_to_head::PassedColumn,
    scores,
};
use inference::{Found, Outcome, PackSet, RecalibrationCohort, RecalibrationFile};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use store::{AuditEntry, Store, StoreError};

/// What a table taught about a pack; nothing is kept yet.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedRecalibration {
    pub pack: PackIdentity,
    pub found: Found,
    /// What is wrong with which line of the table; these were left out.
    pub faults: Vec<String>,
    /// Columns of the table that were not read.
    pub passed: Vec<PassedColumn>,
}

/// Learns from a table of followed patients. `pack` names the model; none is the one that answers.
pub fn learn_recalibration(
    table: &Path,
    packs: &PackSet,
    pack: Option<&str>,
    now: DateTime<Utc>,
) -> Result<LearnedRecalibration, BoardError> {
    let pack = match pack {
        Some(name) => packs.named(name),
        None => packs.default_pack(),
    };
    let pack = pack.ok_or_else(|| {
        let message = "No such model pack is ready, so there is nothing to recalibrate; name a folder with --packs.";
        BoardError::new("no_pack", message)
    })?;
    let mut cohort = pack.recalibration_cohort().map_err(refused)?;
    let mut faults = Vec::new();
    let mut rows = open_followed(table, now)?;
    let passed = rows.passed_columns().to_vec();
    loop {
        let mut read = false;
        let mut batch = Vec::new();
        for row in rows.by_ref().take(BATCH) {
            read = true;
            match row.patient {
                Ok(patient) => {
                    let (_, facts) = facts_of(&patient.patient, now.date_naive());
                    let outcome = Outcome {
                        months: patient.followed.months,
                        died: patient.followed.died,
                    };
                    batch.push((row.line, facts, outcome));
                }
                Err(fault) => faults.push(fault),
            }
        }
        if !read {
            break;
        }
        faults.extend(add(&mut cohort, batch));
    }
    let found = cohort.learn().map_err(|refusal| {
        let reason = format!("{}: {refusal}.", table.display());
        let message: Vec<String> = std::iter::once(reason).chain(faults.clone()).collect();
        refused(message.join("\n"))
    })?;
    Ok(LearnedRecalibration {
        pack: pack.shipped().identity().clone(),
        found,
        faults,
        passed,
    })
}

pub(crate) fn refused(reason: impl ToString) -> BoardError {
    BoardError::new("no_recalibration", reason.to_string())
}

/// Adds lines of a table; returns what is wrong with whom.
fn add(cohort: &mut RecalibrationCohort, batch: Vec<(u64, Facts, Outcome)>) -> Vec<String> {
    let (lines, patients): (Vec<u64>, Vec<(Facts, Outcome)>) = batch
        .into_iter()
        .map(|(line, facts, outcome)| (line, (facts, outcome)))
        .unzip();
    let reasons = lines.iter().zip(add_covered(cohort, &patients));
    reasons
        .filter_map(|(line, reason)| Some(format!("line {line}: {}", reason?)))
        .collect()
}

/// Adds patients as the assessment of a case sees them; for each, why they do not count, if they do not.
pub(crate) fn add_covered(
    cohort: &mut RecalibrationCohort,
    patients: &[(Facts, Outcome)],
) -> Vec<Option<String>> {
    let covered: Vec<_> = patients
        .iter()
        .map(|(facts, outcome)| {
            let scores = scores::compute_all(facts);
            (with_stability(facts, &scores), *outcome)
        })
        .collect();
    cohort.add(&covered)
}

impl Board {
    /// Keeps what was learned as a small signed file in the data folder; the pack itself stays as it
    /// is. For coordinators and chairs. An earlier recalibration of the pack is kept under another name.
    pub fn keep_recalibration(
        &self,
        learned: &LearnedRecalibration,
    ) -> Result<PathBuf, BoardError> {
        let now = self.now();
        self.with_store(|store| {
            let person = self.manager()?;
            let path = self.recalibration_path(&learned.pack.name)?;
            let text = signed(store, learned, &person, now)?;
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(unwritable)?;
            }
            let earlier = set_aside(&path, now)?;
            let kept = store
                .write_file(&path, text.as_bytes())
                .and_then(|()| record(store, &person, "recalibrated", text.as_bytes(), now));
            if kept.is_err() {
                // What the log does not know must not answer.
                let _ = fs::remove_file(&path);
                let _ = earlier.map(|earlier| fs::rename(earlier, &path));
            }
            self.trust_recalibrations_of(Some(store));
            kept?;
            Ok(path)
        })
    }

    /// Takes the recalibration of a pack away; its file is kept under another name, which is returned.
    /// For coordinators and chairs.
    pub fn remove_recalibration(&self, pack: &str) -> Result<PathBuf, BoardError> {
        let now = self.now();
        self.with_store(|store| {
            let person = self.manager()?;
            let path = self.recalibration_path(pack)?;
            let aside = set_aside(&path, now)?.ok_or_else(|| {
                let message = format!(
                    "{} is not there: {pack} answers as shipped.",
                    path.display()
                );
                BoardError::new("no_recalibration", message)
            })?;
            let action = "recalibration_removed";
            let logged = record(store, &person, action, pack.as_bytes(), now);
            if logged.is_err() {
                let _ = fs::rename(&aside, &path);
            }
            self.trust_recalibrations_of(Some(store));
            logged?;
            Ok(aside)
        })
    }

    /// A name of a pack comes from its manifest or from a person, and must not lead elsewhere.
    fn recalibration_path(&self, pack: &str) -> Result<PathBuf, BoardError> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if pack.is_empty() || pack.starts_with('.') || !pack.chars().all(plain) {
            let message = "A pack whose name is not of letters, digits, '-', '_' and '.' cannot be recalibrated.";
            return Err(BoardError::new("no_recalibration", message));
        }
        Ok(file_of(&self.options.data, pack))
    }
}

fn signed(
    store: &Store,
    learned: &LearnedRecalibration,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<String, BoardError> {
    let Found {
        intercept, slope, ..
    } = learned.found;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let recalibration = Recalibration {
        intercept,
        slope,
        patients: count(learned.found.patients),
        deaths: count(learned.found.deaths),
        follow_up: learned.found.follow_up,
        gain: learned.found.gain,
        person: person.name.clone(),
        date: now.date_naive(),
    };
    let key = store.public_key()?;
    let unsigned = RecalibrationFile::unsigned(&learned.pack, &recalibration, &key)
        .map_err(|error| BoardError::new("no_recalibration", error.to_string()))?;
    let signature = store.sign_recalibration(unsigned.as_bytes())?;
    Ok(RecalibrationFile::signed(&unsigned, &signature))
}

fn record(
    store: &mut Store,
    person: &Person,
    action: &str,
    details: &[u8],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut entry = AuditEntry::new(person, action);
    entry.details = details;
    store.audit_append(&entry, now).map(|_| ())
}

/// Renames a recalibration that is there; returns its new name.
fn set_aside(path: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, BoardError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".removed-{}", now.format("%Y%m%d-%H%M%S-%3f")));
    let aside = path.with_file_name(name);
    match fs::rename(path, &aside) {
        Ok(()) => Ok(Some(aside)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unwritable(error)),
    }
}

fn unwritable(error: io::Error) -> BoardError {
    StoreError::Unwritable(error.kind()).into()
}
