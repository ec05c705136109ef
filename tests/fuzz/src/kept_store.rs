//! A small store with a backup and an exported log of it. It is made anew in every process, so
//! that the log it is compared with is another one each time.

use chrono::{DateTime, Utc};
use std::{fs, path::PathBuf};
use store::Store;

/// Long enough, and nobody's.
const PASSPHRASE: &str = "a passphrase that opens a fuzzed store";

/// The numbers of a backup's heading: lengths of heading and keys at 20 and 24, of the database at
/// 28, and the heading itself from 36 on.
const HEADING_LENGTH: usize = 20;
const KEYS_LENGTH: usize = 24;
const DATABASE_LENGTH: usize = 28;
const FIXED: usize = 36;
const PAGE: usize = 4096;
const CHECK_SUM: usize = 32;

/// An open store, and the folder that goes with it.
pub struct KeptStore {
    pub store: Store,
    folder: tempfile::TempDir,
    now: DateTime<Utc>,
}

impl KeptStore {
    pub fn new(now: DateTime<Utc>) -> KeptStore {
        let folder = tempfile::tempdir().expect("the folder for temporary files is writable");
        let data = folder.path().join("data");
        let store = Store::create(&data, PASSPHRASE, now).expect("an empty folder takes a store");
        KeptStore { store, folder, now }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The keys file without its check sum.
    pub fn keys(&self) -> Vec<u8> {
        let keys = self.path("data").join(store::KEYS_FILE);
        without_check_sum(fs::read(keys).expect("a store has a keys file"))
    }

    /// A backup of the first page of the database only, without its check sum.
    pub fn backup(&mut self) -> Vec<u8> {
        let path = self.path("seed.backup");
        self.store
            .write_backup(&path, self.now)
            .expect("the folder is writable");
        let mut backup = without_check_sum(fs::read(path).expect("the backup was written"));
        let length = |at: usize| {
            let four = backup[at..at + 4].try_into().expect("four bytes are four");
            u32::from_le_bytes(four) as usize
        };
        let end = FIXED + length(HEADING_LENGTH) + length(KEYS_LENGTH) + PAGE;
        backup.truncate(end);
        backup[DATABASE_LENGTH..FIXED].copy_from_slice(&(PAGE as u64).to_le_bytes());
        backup
    }

    /// The exported log.
    pub fn log(&self) -> Vec<u8> {
        let mut log = Vec::new();
        self.store
            .write_audit_export(&mut log, self.now)
            .expect("memory can be written");
        log
    }
}

fn without_check_sum(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - CHECK_SUM);
    bytes
}
