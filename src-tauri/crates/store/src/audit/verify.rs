//! Walks the whole audit log: hashes, links and signatures, and the saved revisions and pictures that
//! it speaks of.

use super::{
    AuditRow, BEFORE_FIRST, KEY_IMAGE_STORED, MEETING_SAVED, REVISION_SAVED, SIGNED_VERSION,
    anchor::AnchorFault, hash_of, hexadecimal, read_head, read_rows, signing, signing::Signing,
};
use crate::{Store, StoreError, time_text};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// The result of walking the whole log; whole if `faults` is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    pub rows: u64,
    /// Fingerprint of the public key, to be compared by eye; empty where there is no key.
    pub signing_key: String,
    pub faults: Vec<AuditFault>,
}

/// What does not fit, in the order of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditFault {
    /// The row's content is not what its hash was made from.
    Altered { number: u64 },
    /// The row does not continue the one before it: rows were deleted, inserted or exchanged.
    BrokenLink { number: u64 },
    /// A row from the time of signatures has none.
    Unsigned { number: u64 },
    /// The row's signature was not made by this installation's key for this row.
    ForgedSignature { number: u64 },
    /// The key is not the one that the log names at `number`, so no signature can be judged.
    OtherKey { number: u64 },
    /// Rows are signed, but the key is gone.
    KeyMissing,
    /// The log ends at `found`, but `expected` rows were written.
    Truncated { found: u64, expected: u64 },
    /// The last row is not the one that was written last.
    OtherHead,
    /// A saved revision is not what the log says was saved, or the log does not know it.
    RevisionAltered { case_id: String, revision: u32 },
    /// The log says a revision was saved, and there is none.
    RevisionMissing { case_id: String, revision: u32 },
    /// The log says at `number` that a picture was kept, and it is not there as it was.
    KeyImageAltered { number: u64 },
    /// A kept picture that the log does not know.
    KeyImageUnlogged { case_id: String },
    /// A saved meeting is not what the log says was saved, or the log does not know it.
    MeetingAltered { meeting_id: String },
    /// The log says at `number` that a meeting was saved, and it is not there as it was.
    MeetingMissing { number: u64 },
    /// At `number`, an opening found that something other than this program had changed the folder.
    Anchor { fault: AnchorFault, number: u64 },
}

impl Store {
    /// Recomputes every hash, checks every signature and holds the log against what was saved.
    pub fn audit_verify(&self) -> Result<AuditReport, StoreError> {
        verify(&self.connection, "main")
    }
}

/// `schema` is `main`, or the name under which a copy is attached.
pub(crate) fn verify(connection: &Connection, schema: &str) -> Result<AuditReport, StoreError> {
    let rows = read_rows(connection, schema)?;
    let signing = Signing::read(connection, schema)?;
    let mut faults = row_faults(&rows, signing.as_ref());
    faults.extend(signature_faults(&rows, signing.as_ref()));
    faults.extend(head_fault(&rows, read_head(connection, schema)?));
    faults.extend(revision_faults(connection, schema, &rows)?);
    faults.extend(key_image_faults(connection, schema, &rows)?);
    faults.extend(meeting_faults(connection, schema, &rows)?);
    faults.extend(rows.iter().filter_map(|row| {
        let fault = AnchorFault::of_action(&row.action)?;
        let number = row.number;
        Some(AuditFault::Anchor { fault, number })
    }));
    Ok(AuditReport {
        rows: rows.len() as u64,
        signing_key: signing.map_or_else(String::new, |signing| {
            signing::fingerprint(&signing.public_key)
        }),
        faults,
    })
}

/// Content and links. A seal can only be recomputed with the key's salt; where the key is another
/// than the row's, [`signature_faults`] says so.
fn row_faults(rows: &[AuditRow], signing: Option<&Signing>) -> Vec<AuditFault> {
    let mut faults = Vec::new();
    let (mut number, mut hash) = (0, BEFORE_FIRST);
    for row in rows {
        if row.number != number + 1 || row.previous_hash != hash {
            faults.push(AuditFault::BrokenLink { number: row.number });
        }
        let seal = match (row.hash_version, signing) {
            (SIGNED_VERSION, Some(signing)) if row.number >= signing.first_number => {
                Some(signing.seal(&row.actor))
            }
            (SIGNED_VERSION, _) => None,
            _ => Some(String::new()),
        };
        if seal.is_some_and(|seal| row.hash != hash_of(row, &seal)) {
            faults.push(AuditFault::Altered { number: row.number });
        }
        (number, hash) = (row.number, row.hash.as_str());
    }
    faults
}

fn signature_faults(rows: &[AuditRow], signing: Option<&Signing>) -> Vec<AuditFault> {
    let Some(signing) = signing else {
        let signed = rows.iter().any(|row| row.hash_version == SIGNED_VERSION);
        return signed
            .then_some(AuditFault::KeyMissing)
            .into_iter()
            .collect();
    };
    let first = signing.first_number;
    let signed_before = rows
        .iter()
        .any(|row| row.number < first && row.hash_version == SIGNED_VERSION);
    let named = rows
        .iter()
        .find(|row| row.number == first)
        .is_some_and(|row| signing.is_named_by(row));
    if signed_before || !named {
        return vec![AuditFault::OtherKey { number: first }];
    }
    let judge = |row: &AuditRow| {
        let number = row.number;
        match &row.signature {
            None => Some(AuditFault::Unsigned { number }),
            Some(signature) => {
                let whole = row.hash_version == SIGNED_VERSION
                    && signing::verifies(&signing.public_key, number, &row.hash, signature);
                (!whole).then_some(AuditFault::ForgedSignature { number })
            }
        }
    };
    rows.iter()
        .filter(|row| row.number >= first)
        .filter_map(judge)
        .collect()
}

fn head_fault(rows: &[AuditRow], head: Option<(u64, String)>) -> Option<AuditFault> {
    let (last, last_hash) = rows
        .last()
        .map_or((0, BEFORE_FIRST), |row| (row.number, row.hash.as_str()));
    match head {
        Some((expected, _)) if expected > last => Some(AuditFault::Truncated {
            found: last,
            expected,
        }),
        Some((expected, hash)) if expected == last && hash == last_hash => None,
        None if rows.is_empty() => None,
        _ => Some(AuditFault::OtherHead),
    }
}

/// Content, author and time of every revision.
fn revision_faults(
    connection: &Connection,
    schema: &str,
    rows: &[AuditRow],
) -> Result<Vec<AuditFault>, StoreError> {
    let mut logged = BTreeMap::new();
    for row in rows.iter().filter(|row| row.action == REVISION_SAVED) {
        if let (Some(case_id), Some(revision)) = (&row.case_id, row.revision) {
            logged.insert((case_id.clone(), revision), row);
        }
    }
    let mut faults = Vec::new();
    let mut statement = connection.prepare(&format!(
        "SELECT case_id, number, record, author, saved_at FROM {schema}.revisions
         ORDER BY case_id, number"
    ))?;
    let mut records = statement.query([])?;
    while let Some(record) = records.next()? {
        let (case_id, revision): (String, u32) = (record.get(0)?, record.get(1)?);
        let text = |column: usize| -> Result<&str, StoreError> {
            let value = record.get_ref(column)?;
            value.as_str().map_err(|_| StoreError::Damaged)
        };
        let found = hexadecimal(text(2)?.as_bytes());
        let (author, saved_at) = (text(3)?, text(4)?);
        let whole = logged
            .remove(&(case_id.clone(), revision))
            .is_some_and(|row| {
                row.details_hash == found && row.actor == author && time_text(row.at) == saved_at
            });
        if !whole {
            faults.push(AuditFault::RevisionAltered { case_id, revision });
        }
    }
    let missing = logged.into_keys();
    faults.extend(
        missing.map(|(case_id, revision)| AuditFault::RevisionMissing { case_id, revision }),
    );
    Ok(faults)
}

fn key_image_faults(
    connection: &Connection,
    schema: &str,
    rows: &[AuditRow],
) -> Result<Vec<AuditFault>, StoreError> {
    // The same picture may be kept for several marks, so each row answers for one of them.
    let mut logged: BTreeMap<(String, String), Vec<u64>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.action == KEY_IMAGE_STORED) {
        if let Some(case_id) = &row.case_id {
            let key = (case_id.clone(), row.details_hash.clone());
            logged.entry(key).or_default().push(row.number);
        }
    }
    let mut faults = Vec::new();
    let mut statement =
        connection.prepare(&format!("SELECT case_id, pixels FROM {schema}.key_images"))?;
    let mut images = statement.query([])?;
    while let Some(image) = images.next()? {
        let case_id: String = image.get(0)?;
        let pixels = image
            .get_ref(1)?
            .as_blob()
            .map_err(|_| StoreError::Damaged)?;
        let known = logged.get_mut(&(case_id.clone(), hexadecimal(pixels)));
        if known.and_then(Vec::pop).is_none() {
            faults.push(AuditFault::KeyImageUnlogged { case_id });
        }
    }
    let mut lost: Vec<u64> = logged.into_values().flatten().collect();
    lost.sort_unstable();
    faults.extend(
        lost.into_iter()
            .map(|number| AuditFault::KeyImageAltered { number }),
    );
    Ok(faults)
}

/// Content, author and time of every revision of a meeting.
fn meeting_faults(
    connection: &Connection,
    schema: &str,
    rows: &[AuditRow],
) -> Result<Vec<AuditFault>, StoreError> {
    // A copy of an earlier version has no meetings.
    let has_meetings = connection
        .prepare(&format!(
            "SELECT 1 FROM {schema}.sqlite_master WHERE name = 'meeting_revisions'"
        ))?
        .exists([])?;
    if !has_meetings {
        return Ok(Vec::new());
    }
    let mut logged: BTreeMap<(String, String, String), Vec<u64>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.action == MEETING_SAVED) {
        let key = (
            row.details_hash.clone(),
            row.actor.clone(),
            time_text(row.at),
        );
        logged.entry(key).or_default().push(row.number);
    }
    let mut faults = Vec::new();
    let mut statement = connection.prepare(&format!(
        "SELECT meeting_id, record, author, saved_at FROM {schema}.meeting_revisions ORDER BY meeting_id, number"
    ))?;
    let mut records = statement.query([])?;
    while let Some(record) = records.next()? {
        let text = |column: usize| -> Result<String, StoreError> { Ok(record.get(column)?) };
        let key = (hexadecimal(text(1)?.as_bytes()), text(2)?, text(3)?);
        let known = logged.get_mut(&key);
        if known.and_then(Vec::pop).is_none() {
            let meeting_id = text(0)?;
            faults.push(AuditFault::MeetingAltered { meeting_id });
        }
    }
    let mut lost: Vec<u64> = logged.into_values().flatten().collect();
    lost.sort_unstable();
    let missing = lost
        .into_iter()
        .map(|number| AuditFault::MeetingMissing { number });
    faults.extend(missing);
    Ok(faults)
}
