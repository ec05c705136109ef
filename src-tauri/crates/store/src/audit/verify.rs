//! Walks the whole audit log and holds it against the saved revisions.

use super::{AuditRow, BEFORE_FIRST, REVISION_SAVED, hash_of, hexadecimal, read_head, read_rows};
use crate::{Store, StoreError};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// The result of walking the whole log; whole if `faults` is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    pub rows: u64,
    pub faults: Vec<AuditFault>,
}

/// What does not fit, in the order of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditFault {
    /// The row's content is not what its hash was made from.
    Altered { number: u64 },
    /// The row does not continue the one before it: rows were deleted, inserted or exchanged.
    BrokenLink { number: u64 },
    /// The log ends at `found`, but `expected` rows were written.
    Truncated { found: u64, expected: u64 },
    /// The last row is not the one that was written last.
    OtherHead,
    /// A saved revision is not what the log says was saved, or the log does not know it.
    RevisionAltered { case_id: String, revision: u32 },
    /// The log says a revision was saved, and there is none.
    RevisionMissing { case_id: String, revision: u32 },
}

impl Store {
    /// Recomputes every hash and holds the log against the saved revisions.
    pub fn audit_verify(&self) -> Result<AuditReport, StoreError> {
        let rows = read_rows(&self.connection)?;
        let mut faults = chain_faults(&rows);
        let head = read_head(&self.connection)?;
        let (last, last_hash) = rows
            .last()
            .map_or((0, BEFORE_FIRST), |row| (row.number, row.hash.as_str()));
        match head {
            Some((expected, _)) if expected > last => {
                faults.push(AuditFault::Truncated {
                    found: last,
                    expected,
                });
            }
            Some((expected, hash)) if expected == last && hash == last_hash => {}
            None if rows.is_empty() => {}
            _ => faults.push(AuditFault::OtherHead),
        }
        faults.extend(revision_faults(&self.connection, &rows)?);
        Ok(AuditReport {
            rows: rows.len() as u64,
            faults,
        })
    }
}

fn chain_faults(rows: &[AuditRow]) -> Vec<AuditFault> {
    let mut faults = Vec::new();
    let (mut number, mut hash) = (0, BEFORE_FIRST);
    for row in rows {
        if row.number != number + 1 || row.previous_hash != hash {
            faults.push(AuditFault::BrokenLink { number: row.number });
        }
        if row.hash != hash_of(row) {
            faults.push(AuditFault::Altered { number: row.number });
        }
        (number, hash) = (row.number, row.hash.as_str());
    }
    faults
}

fn revision_faults(
    connection: &Connection,
    rows: &[AuditRow],
) -> Result<Vec<AuditFault>, StoreError> {
    let mut logged = BTreeMap::new();
    for row in rows.iter().filter(|row| row.action == REVISION_SAVED) {
        if let (Some(case_id), Some(revision)) = (&row.case_id, row.revision) {
            logged.insert((case_id.clone(), revision), row.details_hash.as_str());
        }
    }
    let mut faults = Vec::new();
    let mut statement = connection
        .prepare("SELECT case_id, number, record FROM revisions ORDER BY case_id, number")?;
    let mut records = statement.query([])?;
    while let Some(record) = records.next()? {
        let (case_id, revision): (String, u32) = (record.get(0)?, record.get(1)?);
        let found = hexadecimal(
            record
                .get_ref(2)?
                .as_str()
                .map_err(|_| StoreError::Damaged)?
                .as_bytes(),
        );
        if logged.remove(&(case_id.clone(), revision)) != Some(found.as_str()) {
            faults.push(AuditFault::RevisionAltered { case_id, revision });
        }
    }
    let missing = logged.into_keys();
    faults.extend(
        missing.map(|(case_id, revision)| AuditFault::RevisionMissing { case_id, revision }),
    );
    Ok(faults)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::tests::logged;
    use super::*;

    /// Does what only someone with the passphrase and a SQL tool could do.
    fn tamper(store: &Store, statements: &str) -> Vec<AuditFault> {
        let triggers = "DROP TRIGGER audit_follows; DROP TRIGGER audit_stays;
            DROP TRIGGER audit_is_kept; DROP TRIGGER revisions_stay;
            DROP TRIGGER revisions_are_kept; DROP TRIGGER revisions_follow;";
        store.connection.execute_batch(triggers).unwrap();
        store.connection.execute_batch(statements).unwrap();
        store.audit_verify().unwrap().faults
    }

    #[test]
    fn an_edit_is_seen() {
        let (_folder, store) = logged();
        let faults = tamper(
            &store,
            "UPDATE audit SET actor = 'Dr Nobody' WHERE number = 4",
        );
        assert_eq!(faults, [AuditFault::Altered { number: 4 }]);
    }

    #[test]
    fn an_edit_with_its_hash_recomputed_breaks_the_next_link() {
        let (_folder, store) = logged();
        let mut row = store.audit_rows().unwrap().remove(3);
        row.actor = "Dr Nobody".to_owned();
        let hash = hash_of(&row);
        let edit =
            format!("UPDATE audit SET actor = 'Dr Nobody', hash = '{hash}' WHERE number = 4");
        assert_eq!(
            tamper(&store, &edit),
            [AuditFault::BrokenLink { number: 5 }]
        );
    }

    #[test]
    fn a_deletion_is_seen() {
        let (_folder, store) = logged();
        let faults = tamper(&store, "DELETE FROM audit WHERE number = 4");
        assert_eq!(faults, [AuditFault::BrokenLink { number: 5 }]);
    }

    #[test]
    fn a_deletion_closed_up_by_renumbering_is_seen() {
        let (_folder, store) = logged();
        let faults = tamper(
            &store,
            "DELETE FROM audit WHERE number = 4; UPDATE audit SET number = 4 WHERE number = 5;",
        );
        assert!(
            faults.contains(&AuditFault::BrokenLink { number: 4 }),
            "{faults:?}"
        );
        assert!(
            faults.contains(&AuditFault::Altered { number: 4 }),
            "{faults:?}"
        );
        assert!(
            faults.contains(&AuditFault::Truncated {
                found: 4,
                expected: 5
            }),
            "{faults:?}"
        );
    }

    #[test]
    fn an_exchange_of_rows_is_seen() {
        let (_folder, store) = logged();
        let faults = tamper(
            &store,
            "UPDATE audit SET number = 99 WHERE number = 3;
             UPDATE audit SET number = 3 WHERE number = 4;
             UPDATE audit SET number = 4 WHERE number = 99;",
        );
        assert!(
            faults.contains(&AuditFault::BrokenLink { number: 3 }),
            "{faults:?}"
        );
        assert!(
            faults.contains(&AuditFault::Altered { number: 3 }),
            "{faults:?}"
        );
    }

    #[test]
    fn a_cut_tail_is_seen() {
        let (_folder, store) = logged();
        let faults = tamper(&store, "DELETE FROM audit WHERE number >= 4");
        assert!(
            faults.contains(&AuditFault::Truncated {
                found: 3,
                expected: 5
            }),
            "{faults:?}"
        );
        let revision = AuditFault::RevisionAltered {
            case_id: "case-1".to_owned(),
            revision: 2,
        };
        assert!(faults.contains(&revision), "{faults:?}");
        assert_eq!(
            tamper_again(&store, "DELETE FROM audit_head"),
            Some(AuditFault::OtherHead)
        );
    }

    fn tamper_again(store: &Store, statements: &str) -> Option<AuditFault> {
        store.connection.execute_batch(statements).unwrap();
        store.audit_verify().unwrap().faults.into_iter().next()
    }

    #[test]
    fn an_altered_or_lost_revision_is_seen() {
        let (_folder, store) = logged();
        let faults = tamper(
            &store,
            "UPDATE revisions SET record = '{}' WHERE number = 1",
        );
        let case_id = "case-1".to_owned();
        let altered = AuditFault::RevisionAltered {
            case_id: case_id.clone(),
            revision: 1,
        };
        assert_eq!(faults, std::slice::from_ref(&altered));
        let lost = "DELETE FROM revisions WHERE number = 2";
        store.connection.execute_batch(lost).unwrap();
        let missing = AuditFault::RevisionMissing {
            case_id,
            revision: 2,
        };
        assert_eq!(store.audit_verify().unwrap().faults, [altered, missing]);
    }
}
