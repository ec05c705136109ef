//! Table `audit`: who did what and when, each row chained to the one before it by SHA-256 and signed
//! by the key of this installation.
//!
//! A row holds random ids, codes and hashes, never who the patient is. The hash of a row covers its
//! number, so that an edit, a deletion, an exchange of rows and a cut tail each break something that
//! [`Store::audit_verify`] sees. What the signature proves, and against whom it proves nothing,
//! stands in `signing.rs`.

use crate::{Store, StoreError, time_of, time_text};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};

pub(crate) mod anchor;
mod export;
pub(crate) mod signing;
#[cfg(test)]
mod tampering;
mod verify;

pub use export::{AgainstFault, AgainstReport};
pub(crate) use verify::verify;
pub use verify::{AuditFault, AuditReport};

use signing::Signing;

/// The hash before the first row.
const BEFORE_FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Rows of the first form name nobody by id and are not signed.
const SIGNED_VERSION: u8 = 2;

/// Who acts: the name that is shown, and the id that an export carries instead of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Actor<'a> {
    /// Empty where the program itself acts.
    pub name: &'a str,
    pub person_id: Option<&'a str>,
}

impl<'a> From<&'a str> for Actor<'a> {
    fn from(name: &'a str) -> Actor<'a> {
        Actor {
            name,
            person_id: None,
        }
    }
}

/// What is written down; `action` is a code of lower-case letters, digits, `_` and `.`.
#[derive(Debug, Clone, Default)]
pub struct AuditEntry<'a> {
    pub actor: Actor<'a>,
    pub action: &'a str,
    /// The random id of the case.
    pub case_id: Option<&'a str>,
    pub revision: Option<u32>,
    /// Kept only as its SHA-256, which an export carries: nothing that could be guessed from it.
    pub details: &'a [u8],
}

/// One row as read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    pub number: u64,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub person_id: Option<String>,
    pub action: String,
    pub case_id: Option<String>,
    pub revision: Option<u32>,
    /// SHA-256 in lower-case hexadecimal, as are the two below.
    pub details_hash: String,
    pub previous_hash: String,
    pub hash: String,
    /// 1 or 2: which fields the hash covers.
    pub hash_version: u8,
    /// Ed25519 over number and hash, lower-case hexadecimal; none in rows before the key was made.
    pub signature: Option<String>,
}

impl<'a> AuditEntry<'a> {
    pub fn new(actor: impl Into<Actor<'a>>, action: &'a str) -> AuditEntry<'a> {
        AuditEntry {
            actor: actor.into(),
            action,
            ..AuditEntry::default()
        }
    }
}

/// The actions that verification holds against other tables or gives a meaning to.
pub(crate) const REVISION_SAVED: &str = "revision_saved";
pub(crate) const MEETING_SAVED: &str = "meeting_saved";
pub(crate) const KEY_IMAGE_STORED: &str = "key_image_stored";

impl Store {
    /// The latest time of any entry; a clock before it was set back, or stood ahead before.
    pub fn last_logged_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT max(at) FROM audit")?;
        let latest: Option<String> = statement.query_row([], |row| row.get(0))?;
        latest.map(|text| time_of(&text)).transpose()
    }

    /// Adds a row for something that changes no table, for example an export. Returns its number.
    pub fn audit_append(
        &mut self,
        entry: &AuditEntry<'_>,
        now: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let number = begin(&mut self.connection, entry, now)?;
        self.move_anchor();
        Ok(number)
    }

    /// The whole log, oldest first.
    pub fn audit_rows(&self) -> Result<Vec<AuditRow>, StoreError> {
        read_rows(&self.connection, "main")
    }

    /// Up to `count` rows, newest first, that were written before row `before`.
    pub fn audit_page(&self, before: Option<u64>, count: u32) -> Result<Vec<AuditRow>, StoreError> {
        let before = before.map_or(i64::MAX, |number| i64::try_from(number).unwrap_or(i64::MAX));
        let query =
            format!("SELECT {COLUMNS} FROM audit WHERE number < ?1 ORDER BY number DESC LIMIT ?2");
        let mut statement = self.connection.prepare_cached(&query)?;
        collect(statement.query(params![before, count])?)
    }
}

/// Makes the key where there is none yet: a new database signs from `store_created` on, one made
/// before there were signatures from `signing_key_made` on. The chain covers the rows before.
pub(crate) fn sign_from_here(
    connection: &mut Connection,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if Signing::read(&transaction, "main")?.is_none() {
        let last = read_head(&transaction, "main")?.map_or(0, |(number, _)| number);
        let signing = Signing::make(&transaction, last + 1)?;
        let action = match last {
            0 => "store_created",
            _ => "signing_key_made",
        };
        let entry = AuditEntry {
            details: signing.public_key.as_bytes(),
            ..AuditEntry::new("", action)
        };
        append(&transaction, &entry, now)?;
    }
    Ok(transaction.commit()?)
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
    let signing = Signing::read(transaction, "main")?.ok_or(StoreError::Damaged)?;
    let (last, previous_hash) =
        read_head(transaction, "main")?.unwrap_or_else(|| (0, BEFORE_FIRST.to_owned()));
    let mut row = AuditRow {
        number: last + 1,
        at: now,
        actor: entry.actor.name.to_owned(),
        person_id: entry.actor.person_id.map(str::to_owned),
        action: entry.action.to_owned(),
        case_id: entry.case_id.map(str::to_owned),
        revision: entry.revision,
        details_hash: hexadecimal(entry.details),
        previous_hash,
        hash: String::new(),
        hash_version: SIGNED_VERSION,
        signature: None,
    };
    row.hash = hash_of(&row, &signing.seal(&row.actor));
    let signature = signing.sign(row.number, &row.hash);
    transaction.execute(
        "INSERT INTO audit (number, at, actor, person_id, action, case_id, revision, details_hash,
            previous_hash, hash, hash_version, signature)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            row.number as i64,
            time_text(row.at),
            row.actor,
            row.person_id,
            row.action,
            row.case_id,
            row.revision,
            row.details_hash,
            row.previous_hash,
            row.hash,
            row.hash_version,
            signature
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
/// length as eight bytes, least significant first. The first form covers the name itself, the
/// second its seal and the person's id.
fn hash_of(row: &AuditRow, actor_seal: &str) -> String {
    let number = row.number.to_string();
    let at = time_text(row.at);
    let revision = row.revision.map(|revision| revision.to_string());
    let mut fields = match row.hash_version {
        SIGNED_VERSION => vec![Some("spineboard audit row 2")],
        _ => vec![Some("spineboard audit row 1")],
    };
    fields.extend([Some(number.as_str()), Some(at.as_str())]);
    match row.hash_version {
        SIGNED_VERSION => fields.extend([Some(actor_seal), row.person_id.as_deref()]),
        _ => fields.push(Some(row.actor.as_str())),
    }
    fields.extend([
        Some(row.action.as_str()),
        row.case_id.as_deref(),
        revision.as_deref(),
        Some(row.details_hash.as_str()),
        Some(row.previous_hash.as_str()),
    ]);
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

/// SHA-256 as digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    digits(&Sha256::digest(bytes))
}

/// SHA-256 in lower-case hexadecimal.
pub fn fingerprint(bytes: &[u8]) -> String {
    hexadecimal(bytes)
}

/// Lower-case hexadecimal.
pub(crate) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Number and hash of the row that was written last; `schema` as in [`Signing::read`].
pub(crate) fn read_head(
    connection: &Connection,
    schema: &str,
) -> Result<Option<(u64, String)>, StoreError> {
    let head = connection
        .query_row(
            &format!("SELECT number, hash FROM {schema}.audit_head"),
            [],
            |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)),
        )
        .optional()?;
    match head {
        None => Ok(None),
        Some((number, hash)) => Ok(Some((
            u64::try_from(number).map_err(|_| StoreError::Damaged)?,
            hash,
        ))),
    }
}

const COLUMNS: &str = "number, at, actor, person_id, action, case_id, revision, details_hash,
    previous_hash, hash, hash_version, signature";

fn read_rows(connection: &Connection, schema: &str) -> Result<Vec<AuditRow>, StoreError> {
    let query = format!("SELECT {COLUMNS} FROM {schema}.audit ORDER BY number");
    let mut statement = connection.prepare(&query)?;
    collect(statement.query([])?)
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<AuditRow>, StoreError> {
    let mut read = Vec::new();
    while let Some(row) = rows.next()? {
        read.push(row_of(row)?);
    }
    Ok(read)
}

fn row_of(row: &Row<'_>) -> Result<AuditRow, StoreError> {
    Ok(AuditRow {
        number: u64::try_from(row.get::<_, i64>(0)?).map_err(|_| StoreError::Damaged)?,
        // A time that is none has been put in: it is read as another one, and the hash tells.
        at: time_of(row.get_ref(1)?.as_str().unwrap_or_default()).unwrap_or_default(),
        actor: row.get(2)?,
        person_id: row.get(3)?,
        action: row.get(4)?,
        case_id: row.get(5)?,
        revision: row.get(6)?,
        details_hash: row.get(7)?,
        previous_hash: row.get(8)?,
        hash: row.get(9)?,
        hash_version: row.get(10)?,
        signature: row.get(11)?,
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
            (2, "", "unlocked"),
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
        let report = store.audit_verify().unwrap();
        assert_eq!((report.rows, report.faults), (5, vec![]));
    }

    #[test]
    fn a_row_hashes_as_written_down() {
        let mut row = AuditRow {
            number: 1,
            at: noon(),
            actor: "A".to_owned(),
            person_id: Some("person-1".to_owned()),
            action: "exported".to_owned(),
            case_id: None,
            revision: Some(2),
            details_hash: hexadecimal(b""),
            previous_hash: BEFORE_FIRST.to_owned(),
            hash: String::new(),
            hash_version: 1,
            signature: None,
        };
        // Computed apart from this code with Python's hashlib over the same fields.
        assert_eq!(
            hash_of(&row, "seal"),
            "f81d8986b31eee5c200ecbc2f8a16f5ff07a2618245444f6445bb7f498eb15f7"
        );
        row.hash_version = 2;
        assert_eq!(
            hash_of(&row, "seal"),
            "e05ba7cb1e1f69d82bf36f43ccc59fbe6bc62b6560e937b641adc426423083ca"
        );
    }

    #[test]
    fn a_page_of_the_log_is_newest_first() {
        let (_folder, store) = logged();
        let numbers = |before, count| -> Vec<u64> {
            let page = store.audit_page(before, count).unwrap();
            page.iter().map(|row| row.number).collect()
        };
        assert_eq!(numbers(None, 2), [5, 4]);
        assert_eq!(numbers(Some(4), 9), [3, 2, 1]);
        assert!(numbers(Some(1), 9).is_empty());
        assert_eq!(numbers(Some(u64::MAX), 1), [5]);
    }

    #[test]
    fn a_log_from_before_signatures_goes_on_signed_and_still_verifies() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(include_str!("migrations/1.sql"))
            .unwrap();
        let mut previous = BEFORE_FIRST.to_owned();
        for number in 1..=3_u64 {
            let mut row = AuditRow {
                number,
                at: noon(),
                actor: "Dr Rossi".to_owned(),
                person_id: None,
                action: "exported".to_owned(),
                case_id: None,
                revision: None,
                details_hash: hexadecimal(b""),
                previous_hash: previous,
                hash: String::new(),
                hash_version: 1,
                signature: None,
            };
            row.hash = hash_of(&row, "");
            let values = params![
                number as i64,
                time_text(row.at),
                row.actor,
                row.action,
                row.details_hash,
                row.previous_hash,
                row.hash
            ];
            connection
                .execute(
                    "INSERT INTO audit VALUES (?1, ?2, ?3, ?4, NULL, NULL, ?5, ?6, ?7)",
                    values,
                )
                .unwrap();
            previous = row.hash;
        }
        let head = params![3, previous];
        connection
            .execute("INSERT INTO audit_head VALUES (1, ?1, ?2)", head)
            .unwrap();
        connection
            .execute_batch(include_str!("migrations/3.sql"))
            .unwrap();

        anchor::check(&mut connection, folder.path(), noon()).unwrap();
        sign_from_here(&mut connection, noon()).unwrap();
        sign_from_here(&mut connection, noon()).unwrap();
        let report = verify(&connection, "main").unwrap();
        assert_eq!((report.rows, report.faults), (4, vec![]));
        let rows = read_rows(&connection, "main").unwrap();
        assert_eq!(rows[3].action, "signing_key_made");

        connection
            .execute_batch(
                "DROP TRIGGER audit_stays; UPDATE audit SET actor = 'X' WHERE number = 2",
            )
            .unwrap();
        let faults = verify(&connection, "main").unwrap().faults;
        assert_eq!(faults, [AuditFault::Altered { number: 2 }]);
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
        let report = store.audit_verify().unwrap();
        assert_eq!((report.rows, report.faults), (2, vec![]));
    }
}
