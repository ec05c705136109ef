//! Backups: one encrypted file that holds everything, and the way back to a new machine.
//!
//! A backup is written under a temporary name, read back, opened and checked from its first page to
//! its last log entry, and only then gets its name. So a file that has its name was whole once.

use crate::{
    ANCHOR_FILE, DATABASE_FILE, Store, StoreError,
    audit::{self, AuditEntry, anchor::SignedHead},
    files, opening,
};
use chrono::{DateTime, Utc};
use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

mod container;
#[cfg(test)]
mod trials;

use crate::KEYS_FILE;
use container::{Heading, MAXIMUM_KEYS_BYTES};

/// Where a copy is made and looked at, and where a backup becomes a store again; inside the data
/// folder, encrypted like the rest, and removed at the next opening if something came between.
const CHECKING_FOLDER: &str = "spineboard.checking";
const RESTORING_FOLDER: &str = "spineboard.restoring";

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupInfo {
    pub path: PathBuf,
    pub bytes: u64,
    pub made_at: DateTime<Utc>,
    pub revisions: u64,
    pub audit_entries: u64,
    /// The public key of the installation, lower-case hexadecimal: whose backup it is.
    pub public_key: String,
}

impl Store {
    /// Writes a backup and checks it. What had the name before stays until the new one is whole.
    /// The store takes no change meanwhile.
    pub fn write_backup(
        &mut self,
        target: &Path,
        now: DateTime<Utc>,
    ) -> Result<BackupInfo, StoreError> {
        let part = self.begin_file(target)?;
        let checking = self.folder.join(CHECKING_FOLDER);
        files::remove(&checking)?;
        fs::create_dir(&checking)?;
        let written = self.write_and_check(&part, &checking, now);
        let finished = written.and_then(|info| {
            fs::rename(&part, target).map_err(StoreError::target)?;
            files::sync_folder_of(target).map_err(StoreError::target)?;
            Ok(BackupInfo {
                path: target.to_owned(),
                ..info
            })
        });
        // The first reason is the one to tell; what stays here goes at the next opening.
        let _ = files::remove(&checking);
        let _ = self.end_file(&part);
        finished
    }

    fn write_and_check(
        &mut self,
        part: &Path,
        checking: &Path,
        now: DateTime<Utc>,
    ) -> Result<BackupInfo, StoreError> {
        let copy = checking.join("copy.db");
        self.connection
            .execute("VACUUM INTO ?1", [files::path_text(&copy)?])?;
        let count = |table: &str| -> Result<u64, StoreError> {
            let query = format!("SELECT count(*) FROM {table}");
            let rows: i64 = self.connection.query_row(&query, [], |row| row.get(0))?;
            u64::try_from(rows).map_err(|_| StoreError::Damaged)
        };
        let heading = Heading {
            made_at: now,
            revisions: count("revisions")?,
            audit_entries: count("audit")?,
            head: SignedHead::of(&self.connection, "main")?.ok_or(StoreError::Damaged)?,
        };
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .open(part)
            .map_err(StoreError::target)?;
        let keys = keys_file(&self.folder)?;
        let bytes = container::write(&mut file, &heading, &keys, &mut File::open(&copy)?)?;
        file.sync_all().map_err(StoreError::target)?;
        drop(file);
        fs::remove_file(&copy)?;

        let read_back = container::open(part)?.extract(checking)?;
        let keys_came_back = match keys.is_empty() {
            true => Vec::new(),
            false => fs::read(checking.join(KEYS_FILE))?,
        };
        if read_back != heading || keys_came_back != keys {
            return Err(StoreError::BackupUnfaithful);
        }
        self.check_copy(&checking.join(DATABASE_FILE))?;
        Ok(BackupInfo {
            path: part.to_owned(),
            bytes,
            made_at: now,
            revisions: heading.revisions,
            audit_entries: heading.audit_entries,
            public_key: heading.head.public_key,
        })
    }

    /// Opens a copy under this store's key and reads every page, the structure and the whole log.
    fn check_copy(&self, path: &Path) -> Result<(), StoreError> {
        self.connection
            .execute("ATTACH DATABASE ?1 AS copy", [files::path_text(path)?])?;
        let checked = self.check_attached();
        self.connection.execute_batch("DETACH DATABASE copy")?;
        checked
    }

    fn check_attached(&self) -> Result<(), StoreError> {
        let mut said = Vec::new();
        for check in ["cipher_integrity_check", "integrity_check"] {
            self.connection.pragma_query(Some("copy"), check, |row| {
                said.push(row.get::<_, String>(0)?);
                Ok(())
            })?;
        }
        let report = audit::verify(&self.connection, "copy")?;
        let head = |schema| SignedHead::of(&self.connection, schema);
        // A fault that the log itself has is copied faithfully: a backup of it is better than none.
        let faithful = report.faults.is_empty() || report == self.audit_verify()?;
        if said != ["ok"] || head("copy")? != head("main")? || !faithful {
            return Err(StoreError::BackupUnfaithful);
        }
        Ok(())
    }

    /// Makes a store from a backup, in a folder that has none. `open` opens a data folder by
    /// whatever secret the person has; afterwards the folder is closed again.
    pub fn restore(
        folder: &Path,
        backup: &Path,
        open: impl FnOnce(&Path) -> Result<Store, StoreError>,
        now: DateTime<Utc>,
    ) -> Result<BackupInfo, StoreError> {
        let container = container::open(backup)?;
        fs::create_dir_all(folder)?;
        let _lock = opening::lock(folder)?;
        if folder.join(DATABASE_FILE).try_exists()? {
            return Err(StoreError::AlreadyCreated);
        }
        let restoring = folder.join(RESTORING_FOLDER);
        files::remove(&restoring)?;
        fs::create_dir(&restoring)?;
        let restored = (|| {
            let heading = container.extract(&restoring)?;
            look_into(&restoring, &heading, open, now)?;
            take_place(&restoring, folder, now)?;
            Ok(BackupInfo {
                path: backup.to_owned(),
                bytes: fs::metadata(backup)?.len(),
                made_at: heading.made_at,
                revisions: heading.revisions,
                audit_entries: heading.audit_entries,
                public_key: heading.head.public_key,
            })
        })();
        let _ = files::remove(&restoring);
        restored
    }

    /// Removes what an interruption left. What cannot be removed now is tried again next time: it
    /// is encrypted, and no reason to keep anybody from the cases.
    pub(crate) fn clear_away(&mut self) -> Result<(), StoreError> {
        for name in [CHECKING_FOLDER, RESTORING_FOLDER] {
            let _ = files::remove(&self.folder.join(name));
        }
        self.clear_unfinished()
    }
}

/// Reads what a backup says about itself, without its content.
pub fn backup_info(path: &Path) -> Result<BackupInfo, StoreError> {
    let heading = container::open(path)?.heading;
    Ok(BackupInfo {
        path: path.to_owned(),
        bytes: fs::metadata(path)?.len(),
        made_at: heading.made_at,
        revisions: heading.revisions,
        audit_entries: heading.audit_entries,
        public_key: heading.head.public_key,
    })
}

/// The signed head of a backup; none if the file is something else.
pub(crate) fn head_of(path: &Path) -> Result<Option<SignedHead>, StoreError> {
    match container::open(path) {
        Ok(container) => Ok(Some(container.heading.head)),
        Err(StoreError::NotABackup) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens the extracted store, holds it against its heading and notes in its log where it came from.
fn look_into(
    restoring: &Path,
    heading: &Heading,
    open: impl FnOnce(&Path) -> Result<Store, StoreError>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut store = open(restoring)?;
    let row = store
        .audit_rows()?
        .into_iter()
        .find(|row| row.number == heading.head.number);
    if row.is_none_or(|row| row.hash != heading.head.hash) {
        return Err(StoreError::BackupDamaged);
    }
    store.audit_append(&AuditEntry::new("", "backup_restored"), now)?;
    store.close()
}

/// Moves the files into the data folder; the database comes last, because it makes the store.
fn take_place(restoring: &Path, folder: &Path, now: DateTime<Utc>) -> Result<(), StoreError> {
    opening::set_aside_keys(folder, now)?;
    // Companions of a database that is no longer there would be taken for those of the new one.
    for companion in ["-wal", "-shm", "-journal"] {
        files::remove(&folder.join(format!("{DATABASE_FILE}{companion}")))?;
        if restoring
            .join(format!("{DATABASE_FILE}{companion}"))
            .try_exists()?
        {
            return Err(StoreError::Damaged);
        }
    }
    for name in [KEYS_FILE, ANCHOR_FILE, DATABASE_FILE] {
        let from = restoring.join(name);
        if from.try_exists()? {
            File::options().write(true).open(&from)?.sync_all()?;
            fs::rename(&from, folder.join(name))?;
        } else {
            files::remove(&folder.join(name))?;
        }
        files::sync_folder_of(&folder.join(name))?;
    }
    Ok(())
}

fn keys_file(folder: &Path) -> Result<Vec<u8>, StoreError> {
    let path = folder.join(KEYS_FILE);
    if !path.try_exists()? {
        return Ok(Vec::new());
    }
    let mut keys = Vec::new();
    let limit = u64::from(MAXIMUM_KEYS_BYTES);
    File::open(path)?.take(limit + 1).read_to_end(&mut keys)?;
    match keys.len() as u64 > limit {
        true => Err(StoreError::Damaged),
        false => Ok(keys),
    }
}
