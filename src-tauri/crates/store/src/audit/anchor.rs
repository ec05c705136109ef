//! The anchor: a small file beside the database that repeats the end of the log.
//!
//! A database can be replaced by an older copy of itself without any passphrase, and the older copy
//! is whole in itself. The anchor was moved on after every row, so the next opening sees that the
//! log ends before it, notes that in the log for good, and goes on: the copy may have been put there
//! with good reason. Whoever replaces the anchor too, or holds the passphrase, gets past it; then
//! only a log or backup kept elsewhere tells ([`Store::audit_against`]).

use super::{AuditEntry, begin, digits, read_head, signing, signing::Signing};
use crate::{Store, StoreError, files};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use std::{fs, io, io::Read, path::Path};

/// The file in the data folder.
pub const ANCHOR_FILE: &str = "spineboard.anchor";

/// An anchor is a fifth of this.
const MAXIMUM_BYTES: u64 = 4096;

/// The end of a log as it is repeated in anchors, exports and backups. Its signature is that of the
/// last row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    pub number: u64,
    pub hash: String,
    pub signature: String,
    /// The public key, lower-case hexadecimal.
    pub public_key: String,
}

/// What an opening found wrong beside the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorFault {
    /// The log ends before the anchor: an older copy was put in place.
    OlderCopy,
    /// The log has another row where the anchor was set: it went on from an older copy elsewhere.
    OtherHistory,
    /// There was an anchor, and it is gone.
    Missing,
    /// The anchor was not made by this installation.
    Forged,
}

impl AnchorFault {
    const ALL: [AnchorFault; 4] = [
        AnchorFault::OlderCopy,
        AnchorFault::OtherHistory,
        AnchorFault::Missing,
        AnchorFault::Forged,
    ];

    /// A stable code, which is also the action that the finding is logged under.
    pub fn code(self) -> &'static str {
        match self {
            AnchorFault::OlderCopy => "older_copy",
            AnchorFault::OtherHistory => "other_history",
            AnchorFault::Missing => "anchor_missing",
            AnchorFault::Forged => "anchor_forged",
        }
    }

    pub(crate) fn of_action(action: &str) -> Option<AnchorFault> {
        Self::ALL.into_iter().find(|fault| fault.code() == action)
    }
}

impl SignedHead {
    /// The end of the log; none if it is empty or not signed.
    pub(crate) fn of(
        connection: &Connection,
        schema: &str,
    ) -> Result<Option<SignedHead>, StoreError> {
        let (Some(signing), Some((number, hash))) = (
            Signing::read(connection, schema)?,
            read_head(connection, schema)?,
        ) else {
            return Ok(None);
        };
        let query = format!("SELECT signature FROM {schema}.audit WHERE number = ?1");
        let signature: Option<Option<String>> = connection
            .query_row(&query, [number as i64], |row| row.get(0))
            .optional()?;
        Ok(signature.flatten().map(|signature| SignedHead {
            number,
            hash,
            signature,
            public_key: digits(signing.public_key.as_bytes()),
        }))
    }

    /// Whether the key it names made its signature.
    pub(crate) fn is_whole(&self) -> bool {
        signing::key_of(&self.public_key)
            .is_some_and(|key| signing::verifies(&key, self.number, &self.hash, &self.signature))
    }
}

impl Store {
    /// Moves the anchor to the end of the log. Where that fails, the anchor stays behind, which is
    /// no fault: the change itself is saved, and the next row moves it on.
    pub(crate) fn move_anchor(&self) {
        let _ = write(&self.connection, &self.folder);
    }
}

/// Compares at an opening, before the first new row; logs what does not fit and sets the anchor anew.
pub(crate) fn check(
    connection: &mut Connection,
    folder: &Path,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if let Some(fault) = compare(connection, folder)? {
        begin(connection, &AuditEntry::new("", fault.code()), now)?;
    }
    Ok(())
}

/// Writes the anchor. That there is one is noted after the first is on the disk: in this order an
/// interruption is no fault. Later ones may be lost to a power failure, which only leaves the anchor
/// some rows behind.
pub(crate) fn write(connection: &Connection, folder: &Path) -> Result<(), StoreError> {
    let Some(head) = SignedHead::of(connection, "main")? else {
        return Ok(());
    };
    let text = serde_json::to_vec(&head).map_err(|_| StoreError::NotStorable)?;
    let path = folder.join(ANCHOR_FILE);
    files::replace(&path, &text)?;
    if !Signing::read(connection, "main")?.is_some_and(|signing| signing.anchored) {
        files::sync_folder_of(&path)?;
        connection.execute("UPDATE audit_signing SET anchored = 1", [])?;
    }
    Ok(())
}

/// What the anchor says, if it is one; whether it is true is not checked. What cannot be read is no
/// anchor of ours, and no reason to keep anybody from the cases.
pub(crate) fn read(folder: &Path) -> io::Result<Option<SignedHead>> {
    let mut text = Vec::new();
    let file = fs::File::open(folder.join(ANCHOR_FILE))?;
    file.take(MAXIMUM_BYTES).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text).ok())
}

fn compare(connection: &Connection, folder: &Path) -> Result<Option<AnchorFault>, StoreError> {
    let Some(signing) = Signing::read(connection, "main")? else {
        return Ok(None);
    };
    let anchor = match read(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(signing.anchored.then_some(AnchorFault::Missing));
        }
        read => read.ok().flatten(),
    };
    let own_key = digits(signing.public_key.as_bytes());
    let anchor = anchor.filter(|anchor| anchor.public_key == own_key && anchor.is_whole());
    let Some(anchor) = anchor else {
        return Ok(Some(AnchorFault::Forged));
    };
    let last = read_head(connection, "main")?.map_or(0, |(number, _)| number);
    if last < anchor.number {
        return Ok(Some(AnchorFault::OlderCopy));
    }
    let found: Option<String> = connection
        .query_row(
            "SELECT hash FROM audit WHERE number = ?1",
            [i64::try_from(anchor.number).unwrap_or(i64::MAX)],
            |row| row.get(0),
        )
        .optional()?;
    Ok((found != Some(anchor.hash)).then_some(AnchorFault::OtherHistory))
}
