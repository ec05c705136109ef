//! Table `audit`: who did what and when, each row chained to the one before it by SHA-256.
//!
//! A row holds random case ids, codes and hashes, never who the patient is. The hash of a row
//! covers its number, so that an edit, a deletion, an exchange of rows and a cut tail each break
//! something that [`Store::audit_verify`] sees. Whoever holds the passphrase could recompute the
//! whole chain; only a signature can show that, so the log proves accidents and careless edits,
//! not a determined insider.

use crate::{Store, StoreError, time_of, time_text};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};

mod verify;

pub use verify::{AuditFault, AuditReport};

/// The hash before the first row.
const BEFORE_FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What is written down; `action` is a code of lower-case letters, digits, `_` and `.`.
#[derive(Debug, Clone, Default)]
pub struct AuditEntry<'a> {
    /// The user's name; empty where the program itself acts.
    pub actor: &'a str,
    pub action: &'a str,
    /// The random id of the case.
    pub case_id: Option<&'a str>,
    pub revision: Option<u32>,
    /// Kept only as its SHA-256.
    pub details: &'a [u8],
}

/// One row as read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub number: u64,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub action: String,
    pub case_id: Option<String>,
    pub revision: Option<u32>,
    /// SHA-256 in lower-case hexadecimal, as are the two below.
    pub details_hash: String,
    pub previous_hash: String,
    pub hash: String,
}

impl<'a> AuditEntry<'a> {
    pub fn new(actor: &'a str, action: &'a str) -> AuditEntry<'a> {
        AuditEntry {
            actor,
            action,
            ..AuditEntry::default()
        }
    }
}

/// The action that a saved revision is logged under.
pub(crate) const REVISION_SAVED: &str = "revision_saved";

impl Store {
    /// Adds a row for something that changes no table, for example an export. Returns its number.
    pub fn audit_append(
        &mut self,
        entry: &AuditEntry<'_>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        begin(&mut self.connection, entry, now)
    }

    /// The whole log, oldest first.
    pub fn audit_rows(&self) -> Result<Vec<AuditRow>, StoreError> {
        read_rows(&self.connection)
    }
}

/// Appends in a transaction of its own.
pub(crate) fn begin(
    connection: &mut Connection,
    entry: &AuditEntry<'_>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = append(&transaction, entry, now)?;
    transaction.commit()?;
    Ok(number)
}

/// Appends within the transaction of the change that it describes.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    entry: &AuditEntry<'_>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let (last, previous_hash) =
        read_head(transaction)?.unwrap_or_else(|| (0, BEFORE_FIRST.to_owned()));
    let mut row = AuditRow {
        number: last + 1,
        at: now,
        actor: entry.actor.to_owned(),
        action: entry.action.to_owned(),
        case_id: entry.case_id.map(str::to_owned),
        revision: entry.revision,
        details_hash: hexadecimal(entry.details),
        previous_hash,
        hash: String::new(),
    };
    row.hash = hash_of(&row);
    transaction.execute(
        "INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            row.number as i64,
            time_text(row.at),
            row.actor,
            row.action,
            row.case_id,
            row.revision,
            row.details_hash,
            row.previous_hash,
            row.hash
        ],
    )?;
    transaction.execute(
        "INSERT INTO audit_head VALUES (1, ?1, ?2)
         ON CONFLICT (only_row) DO UPDATE SET number = excluded.number, hash = excluded.hash",
        params![row.number as i64, row.hash],
    )?;
    Ok(row.number)
}

/// SHA-256 over the row's fields, each behind a byte that tells it from an absent one and its
/// length as eight bytes, least significant first.
fn hash_of(row: &AuditRow) -> String {
    let number = row.number.to_string();
    let at = time_text(row.at);
    let revision = row.revision.map(|revision| revision.to_string());
    let fields = [
        Some("spineboard audit row 1"),
        Some(number.as_str()),
        Some(at.as_str()),
        Some(row.actor.as_str()),
        Some(row.action.as_str()),
        row.case_id.as_deref(),
        revision.as_deref(),
        Some(row.details_hash.as_str()),
        Some(row.previous_hash.as_str()),
    ];
    let mut bytes = Vec::new();
    for field in fields {
        match field {
            None => bytes.push(0),
            Some(text) => {
                bytes.push(1);
                bytes.extend((text.len() as u64).to_le_bytes());
                bytes.extend(text.as_bytes());
            }
        }
    }
    hexadecimal(&bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn read_head(connection: &Connection) -> Result<Option<(u64, String)>, StoreError> {
    let head = connection
        .query_row("SELECT number, hash FROM audit_head", [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?))
        })
        .optional()?;
    match head {
        None => Ok(None),
        Some((number, hash)) => Ok(Some((
            u64::try_from(number).map_err(|_| StoreError::Damaged)?,
            hash,
        ))),
    }
}

fn read_rows(connection: &Connection) -> Result<Vec<AuditRow>, StoreError> {
    let mut statement = connection.prepare(
        "SELECT number, at, actor, action, case_id, revision, details_hash, previous_hash, hash
         FROM audit ORDER BY number",
    )?;
    let mut rows = statement.query([])?;
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        read.push(row_of(row)?);
    }
    Ok(read)
}

fn row_of(row: &Row<'_>) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        number: u64::try_from(row.get::<_, i64>(0)?).map_err(|_| StoreError::Damaged)?,
        at: time_of(row.get_ref(1)?.as_str().map_err(|_| StoreError::Damaged)?)?,
        actor: row.get(2)?,
        action: row.get(3)?,
        case_id: row.get(4)?,
        revision: row.get(5)?,
        details_hash: row.get(6)?,
        previous_hash: row.get(7)?,
        hash: row.get(8)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        Change,
        trial::{self, minutes_later, noon},
    };
    use tempfile::TempDir;

    /// Rows: 1 created, 2 opened, 3 case-1 saved, 4 exported, 5 case-1 saved.
    pub(super) fn logged() -> (TempDir, Store) {
        let (folder, mut store) = trial::store_with_case();
        let export = AuditEntry {
            case_id: Some("case-1"),
            ..AuditEntry::new("Dr Rossi", "exported")
        };
        assert_eq!(store.audit_append(&export, minutes_later(1)), Ok(4));
        let mut case = trial::case("case-1");
        case.synthetic = false;
        store
            .put_case(
                &case,
                &Change::new("Dr Weiß", "edited", 1),
                minutes_later(2),
            )
            .unwrap();
        (folder, store)
    }

    #[test]
    fn the_log_tells_what_happened_in_order() {
        let (_folder, store) = logged();
        let rows = store.audit_rows().unwrap();
        let told: Vec<(u64, &str, &str)> = rows
            .iter()
            .map(|row| (row.number, row.actor.as_str(), row.action.as_str()))
            .collect();
        let expected = [
            (1, "", "store_created"),
            (2, "", "store_opened"),
            (3, "Dr Rossi", "revision_saved"),
            (4, "Dr Rossi", "exported"),
            (5, "Dr Weiß", "revision_saved"),
        ];
        assert_eq!(told, expected);
        assert_eq!(
            (rows[4].case_id.as_deref(), rows[4].revision),
            (Some("case-1"), Some(2))
        );
        assert_eq!(rows[4].at, minutes_later(2));
        assert_eq!(
            store.audit_verify().unwrap(),
            AuditReport {
                rows: 5,
                faults: vec![]
            }
        );
    }

    #[test]
    fn a_row_hashes_as_written_down() {
        let row = AuditRow {
            number: 1,
            at: noon(),
            actor: "A".to_owned(),
            action: "exported".to_owned(),
            case_id: None,
            revision: Some(2),
            details_hash: hexadecimal(b""),
            previous_hash: BEFORE_FIRST.to_owned(),
            hash: String::new(),
        };
        // Computed apart from this code with Python's hashlib over the same fields.
        assert_eq!(
            hash_of(&row),
            "f81d8986b31eee5c200ecbc2f8a16f5ff07a2618245444f6445bb7f498eb15f7"
        );
    }

    #[test]
    fn the_log_refuses_change_from_within() {
        let (_folder, store) = logged();
        for statement in ["UPDATE audit SET actor = ''", "DELETE FROM audit"] {
            assert!(
                store.connection.execute(statement, []).is_err(),
                "{statement}"
            );
        }
    }

    #[test]
    fn an_action_that_is_no_code_is_refused() {
        let (_folder, mut store) = trial::store();
        let entry = AuditEntry::new("A", "opened the file of Mr Öztürk");
        assert_eq!(
            store
                .audit_append(&entry, noon())
                .map_err(|error| error.code()),
            Err("database")
        );
        assert_eq!(
            store.audit_verify().unwrap(),
            AuditReport {
                rows: 2,
                faults: vec![]
            }
        );
    }
}
