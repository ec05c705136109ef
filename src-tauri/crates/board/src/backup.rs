//! Backups by hand and by schedule, and the way back from one.

use crate::{AppStatus, Board, BoardError, Secret};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use store::{AuditEntry, BackupInfo, Person, Store, StoreError, WholeFile};
use ts_rs::TS;

const FOLDER: &str = "backup_folder";
const EVERY_HOURS: &str = "backup_every_hours";
const KEEP: &str = "backup_keep";
const LAST: &str = "backup_last";
const LAST_FAULT: &str = "backup_last_fault";

const DEFAULT_EVERY_HOURS: u32 = 24;
const DEFAULT_KEEP: u32 = 7;

/// Up to once a month; up to a year of daily copies.
const MOST_HOURS: u32 = 30 * 24;
const MOST_KEPT: u32 = 365;

/// How long a scheduled backup that failed waits before the next attempt.
const RETRY_MINUTES: i64 = 30;

const PREFIX: &str = "spineboard-";
const SUFFIX: &str = ".backup";

/// The schedule and how it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BackupStatus {
    /// Where scheduled backups go; none if there is no schedule.
    pub folder: Option<String>,
    pub every_hours: u32,
    /// How many scheduled backups stay.
    pub keep: u32,
    pub last: Option<BackupView>,
    /// Why the last scheduled backup failed, until one succeeds.
    pub last_fault: Option<BackupFault>,
    pub due: bool,
}

/// A backup that was written and checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BackupView {
    pub path: String,
    #[ts(type = "number")]
    pub bytes: u64,
    pub made_at: DateTime<Utc>,
    #[ts(type = "number")]
    pub revisions: u64,
    #[ts(type = "number")]
    pub audit_entries: u64,
}

/// The words for `error.<code>` say what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BackupFault {
    pub code: String,
    pub parameters: BTreeMap<String, String>,
}

/// A fault with its time, as kept in the settings.
#[derive(Serialize, Deserialize)]
struct KeptFault {
    at: DateTime<Utc>,
    fault: BackupFault,
}

impl Default for BackupStatus {
    fn default() -> BackupStatus {
        BackupStatus {
            folder: None,
            every_hours: DEFAULT_EVERY_HOURS,
            keep: DEFAULT_KEEP,
            last: None,
            last_fault: None,
            due: false,
        }
    }
}

impl From<BackupInfo> for BackupView {
    fn from(info: BackupInfo) -> BackupView {
        BackupView {
            path: info.path.display().to_string(),
            bytes: info.bytes,
            made_at: info.made_at,
            revisions: info.revisions,
            audit_entries: info.audit_entries,
        }
    }
}

impl Board {
    /// Writes a backup and checks it by opening it; without a path, into the schedule's folder.
    /// It is encrypted, so that it needs nobody signed in.
    pub fn write_backup(&self, path: Option<&Path>) -> Result<BackupView, BoardError> {
        let person = self.person().ok();
        self.with_open_store(|store| match path {
            Some(path) => self.backup_to(store, path, person.as_ref()),
            None => self.backup_to_schedule(store, person.as_ref()),
        })
    }

    /// Writes the scheduled backup if it is time. To be called after unlocking and every minute or
    /// so; a failure stands in the status and is tried again after half an hour.
    pub fn backup_if_due(&self) -> Option<BackupView> {
        let mut open = crate::lock(&self.store);
        let store = open.as_mut()?;
        let waits = last_fault(store)
            .is_some_and(|kept| (self.now() - kept.at).abs() < Duration::minutes(RETRY_MINUTES));
        if waits || !status(store, self.now()).due {
            return None;
        }
        // Whoever is at the keyboard has no part in it.
        self.backup_to_schedule(store, None).ok()
    }

    /// Sets where, how often and how many; without a folder there is no schedule.
    pub fn set_backup_schedule(
        &self,
        folder: Option<&Path>,
        every_hours: u32,
        keep: u32,
    ) -> Result<AppStatus, BoardError> {
        if !(1..=MOST_HOURS).contains(&every_hours) || !(1..=MOST_KEPT).contains(&keep) {
            return Err(BoardError::new(
                "backup_schedule",
                format!("Between 1 and {MOST_HOURS} hours, and between 1 and {MOST_KEPT} copies."),
            )
            .with("hours", MOST_HOURS)
            .with("copies", MOST_KEPT));
        }
        let folder = folder.map(|folder| self.usable(folder)).transpose()?;
        self.with_store(|store| {
            self.manager()?;
            let text = folder.as_deref().map_or("", |folder| folder);
            store.set_setting(FOLDER, text)?;
            store.set_setting(EVERY_HOURS, &every_hours.to_string())?;
            store.set_setting(KEEP, &keep.to_string())?;
            store.set_setting(LAST_FAULT, "")?;
            self.note(store, "setting_changed", None)
        })?;
        Ok(self.status())
    }

    /// Makes a store from a backup, in a data folder that has none, and opens it.
    pub fn restore_backup(&self, path: &Path, passphrase: Secret) -> Result<AppStatus, BoardError> {
        let now = self.now();
        let open = |folder: &Path| Store::open(folder, passphrase.text(), now);
        Store::restore(&self.options.data, path, open, now)?;
        self.unlock(passphrase)
    }

    /// The same by the recovery key of that day; the restored store gets a new passphrase.
    pub fn restore_backup_with_recovery_key(
        &self,
        path: &Path,
        key: Secret,
        new_passphrase: Secret,
    ) -> Result<AppStatus, BoardError> {
        let now = self.now();
        let open = |folder: &Path| {
            Store::open_with_recovery_key(folder, key.text(), new_passphrase.text(), now)
        };
        Store::restore(&self.options.data, path, open, now)?;
        self.unlock(new_passphrase)?;
        crate::lock(&self.signed_in).recovered = true;
        Ok(self.status())
    }

    /// A folder that can be written to and is not lost together with the store.
    fn usable(&self, folder: &Path) -> Result<String, BoardError> {
        let unusable = |detail: std::io::Error| {
            BoardError::new(
                "backup_folder",
                format!("{} cannot be used for backups: {detail}.", folder.display()),
            )
            .with("detail", detail.kind())
        };
        let real = folder.canonicalize().map_err(unusable)?;
        drop(WholeFile::create(&real.join(PREFIX)).map_err(unusable)?);
        let own = self.options.data.canonicalize().ok();
        if own.is_some_and(|own| real.starts_with(own)) {
            return Err(BoardError::new(
                "backup_in_data_folder",
                "A backup in the data folder would be lost together with it.",
            ));
        }
        let text = folder
            .to_str()
            .ok_or(StoreError::Folder(std::io::ErrorKind::InvalidFilename))?;
        Ok(text.to_owned())
    }

    /// `person` wrote it by hand; none for the schedule and where nobody is signed in.
    fn backup_to(
        &self,
        store: &mut Store,
        path: &Path,
        person: Option<&Person>,
    ) -> Result<BackupView, BoardError> {
        let written = store.write_backup(path, self.now());
        let action = match &written {
            Ok(_) => "backup_written",
            Err(_) => "backup_failed",
        };
        let entry = AuditEntry::new(person, action);
        let logged = store.audit_append(&entry, self.now());
        let view = BackupView::from(written?);
        logged?;
        keep_json(store, LAST, &view)?;
        Ok(view)
    }

    fn backup_to_schedule(
        &self,
        store: &mut Store,
        person: Option<&Person>,
    ) -> Result<BackupView, BoardError> {
        let now = self.now();
        let status = status(store, now);
        let folder = status.folder.ok_or_else(|| {
            BoardError::new("no_backup_folder", "Choose a folder for backups first.")
        })?;
        let name = format!("{PREFIX}{}{SUFFIX}", now.format("%Y%m%d-%H%M%S"));
        match self.backup_to(store, &Path::new(&folder).join(name), person) {
            Ok(view) => {
                store.set_setting(LAST_FAULT, "")?;
                prune(Path::new(&folder), &view, status.keep);
                Ok(view)
            }
            Err(error) => {
                let fault = BackupFault {
                    code: error.code.clone(),
                    parameters: error.parameters.clone(),
                };
                keep_json(store, LAST_FAULT, &KeptFault { at: now, fault })?;
                Err(error)
            }
        }
    }
}

/// The schedule of an open store.
pub(crate) fn status(store: &Store, now: DateTime<Utc>) -> BackupStatus {
    let text = |name: &str| text(store, name);
    let number = |name: &str, otherwise: u32| {
        let value = text(name).and_then(|value| value.parse().ok());
        value.unwrap_or(otherwise)
    };
    let folder = text(FOLDER);
    let every_hours = number(EVERY_HOURS, DEFAULT_EVERY_HOURS);
    let last: Option<BackupView> = text(LAST).and_then(|json| serde_json::from_str(&json).ok());
    // A clock that was set back must not put off the next backup for years.
    let fresh = last.as_ref().is_some_and(|last| {
        let age = now - last.made_at;
        age < Duration::hours(i64::from(every_hours)) && age > -Duration::hours(1)
    });
    BackupStatus {
        due: folder.is_some() && !fresh,
        folder,
        every_hours,
        keep: number(KEEP, DEFAULT_KEEP),
        last_fault: last_fault(store).map(|kept| kept.fault),
        last,
    }
}

fn text(store: &Store, name: &str) -> Option<String> {
    let value = store.setting(name).ok().flatten();
    value.filter(|value| !value.is_empty())
}

fn last_fault(store: &Store) -> Option<KeptFault> {
    serde_json::from_str(&text(store, LAST_FAULT)?).ok()
}

fn keep_json(store: &mut Store, name: &str, value: &impl Serialize) -> Result<(), StoreError> {
    let text = serde_json::to_string(value).map_err(|_| StoreError::NotStorable)?;
    store.set_setting(name, &text)
}

/// Takes away the oldest scheduled backups of this installation beyond `keep`; whatever else lies
/// in the folder, and what cannot be removed now, stays. Names in time order are name order.
fn prune(folder: &Path, newest: &BackupView, keep: u32) {
    let Ok(own) = store::backup_info(Path::new(&newest.path)) else {
        return;
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut ours: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| is_scheduled(path))
        .filter(|path| store::backup_info(path).is_ok_and(|info| info.public_key == own.public_key))
        .collect();
    ours.sort();
    let surplus = ours.len().saturating_sub(keep as usize);
    for path in &ours[..surplus] {
        let _ = fs::remove_file(path);
    }
}

/// `spineboard-20261128-160328.backup`
fn is_scheduled(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let time = name.and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    time.is_some_and(|time| {
        time.len() == 15
            && time.char_indices().all(|(at, character)| match at {
                8 => character == '-',
                _ => character.is_ascii_digit(),
            })
    })
}
