//! Table `revisions`: the whole record after every saved change. Rows are only added; triggers
//! refuse anything else.

use crate::{Change, Store, StoreError, cases, time_of, time_text};
use chrono::{DateTime, Utc};
use clinical::case::Case;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use ts_rs::TS;

/// A case as it was at one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCase {
    pub case: Case,
    /// Counted from 1 without gaps.
    pub revision: u32,
    pub author: String,
    /// What was done, as a code.
    pub summary: String,
    pub saved_at: DateTime<Utc>,
}

/// A line of a case's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct RevisionInfo {
    pub number: u32,
    pub author: String,
    /// What was done, as a code.
    pub summary: String,
    pub saved_at: DateTime<Utc>,
}

impl Store {
    /// The case as it was saved last.
    pub fn case(&self, id: &str) -> Result<StoredCase, StoreError> {
        let newest = cases::newest_revision(&self.connection, id)?;
        self.case_at(id, newest.ok_or(StoreError::UnknownCase)?)
    }

    /// The case as it was at a revision.
    pub fn case_at(&self, id: &str, revision: u32) -> Result<StoredCase, StoreError> {
        cases::newest_revision(&self.connection, id)?.ok_or(StoreError::UnknownCase)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT record, author, summary_code, saved_at FROM revisions
             WHERE case_id = ?1 AND number = ?2",
        )?;
        let found = statement
            .query_row(params![id, revision], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get::<_, String>(3)?,
                ))
            })
            .optional()?;
        let (record, author, summary, saved_at) =
            found.ok_or(StoreError::UnknownRevision { revision })?;
        let case = serde_json::from_str(&record)
            .map_err(|_| StoreError::UnreadableRevision { revision })?;
        Ok(StoredCase {
            case,
            revision,
            author,
            summary,
            saved_at: time_of(&saved_at)?,
        })
    }

    /// A number that rises with each saved change of any case.
    pub fn latest_change(&self) -> Result<i64, StoreError> {
        let latest = "SELECT coalesce(max(rowid), 0) FROM revisions";
        Ok(self.connection.query_row(latest, [], |row| row.get(0))?)
    }

    /// The history of a case, oldest first.
    pub fn revisions(&self, id: &str) -> Result<Vec<RevisionInfo>, StoreError> {
        cases::newest_revision(&self.connection, id)?.ok_or(StoreError::UnknownCase)?;
        let mut statement = self.connection.prepare_cached(
            "SELECT number, author, summary_code, saved_at FROM revisions
             WHERE case_id = ?1 ORDER BY number",
        )?;
        let mut rows = statement.query([id])?;
        let mut history = Vec::new();
        while let Some(row) = rows.next()? {
            let saved_at: String = row.get(3)?;
            history.push(RevisionInfo {
                number: row.get(0)?,
                author: row.get(1)?,
                summary: row.get(2)?,
                saved_at: time_of(&saved_at)?,
            });
        }
        Ok(history)
    }
}

/// The newest record of a case; none where only a newer program can read it.
pub(crate) fn newest_record(
    transaction: &Transaction<'_>,
    id: &str,
) -> Result<Option<Case>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "SELECT r.record FROM cases c JOIN revisions r ON r.case_id = c.id AND r.number = c.revision
         WHERE c.id = ?1",
    )?;
    let record: Option<String> = statement.query_row([id], |row| row.get(0)).optional()?;
    Ok(record.and_then(|record| serde_json::from_str(&record).ok()))
}

/// Adds a record under the next number; the row in `cases` stands already.
pub(crate) fn append(
    transaction: &Transaction<'_>,
    case_id: &str,
    number: u32,
    record: &str,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT INTO revisions VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            case_id,
            number,
            record,
            change.author.name,
            time_text(now),
            change.summary
        ],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::trial::{self, minutes_later, noon};
    use clinical::case::{AbsenceReason, Entry, Observation, Value};
    use proptest::{prelude::*, strategy::ValueTree};

    #[test]
    fn rows_cannot_be_changed_deleted_or_skipped() {
        let (_folder, store) = trial::store_with_case();
        let insert = "INSERT INTO revisions VALUES ('case-1', 3, '{}', 'A', 'now', 'edited')";
        let replace = "INSERT OR REPLACE INTO revisions
                       VALUES ('case-1', 1, '{}', 'A', 'now', 'edited')";
        for statement in [
            "UPDATE revisions SET record = '{}'",
            "DELETE FROM revisions",
            insert,
            replace,
        ] {
            assert!(
                store.connection.execute(statement, []).is_err(),
                "{statement}"
            );
        }
        assert_eq!(store.case("case-1").unwrap().case, trial::case("case-1"));
    }

    #[test]
    fn a_summary_that_is_no_code_is_refused_whole() {
        let (_folder, mut store) = trial::store();
        let change = Change::new("A", "Changed the name of Mr Öztürk", 0);
        let refused = store
            .put_case(&trial::case("case-1"), &change, noon())
            .unwrap_err();
        assert_eq!(refused.code(), "database");
        assert_eq!(store.list("", 50).unwrap().cases, []);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let (_folder, store) = trial::store_with_case();
        assert_eq!(store.case("case-2"), Err(StoreError::UnknownCase));
        assert_eq!(store.revisions("case-2"), Err(StoreError::UnknownCase));
        assert_eq!(
            store.case_at("case-1", 2),
            Err(StoreError::UnknownRevision { revision: 2 })
        );
        assert_eq!(
            store.case_at("case-1", 0),
            Err(StoreError::UnknownRevision { revision: 0 })
        );
    }

    #[test]
    fn a_record_of_a_later_program_is_kept_and_said_to_be_unreadable() {
        let (_folder, store) = trial::store_with_case();
        store
            .connection
            .execute_batch(
                "INSERT INTO revisions VALUES ('case-1', 2, '{\"schema\":9}', 'A',
                    '2026-03-02T12:00:00.000000Z', 'edited');
                 UPDATE cases SET revision = 2;",
            )
            .unwrap();
        assert_eq!(
            store.case("case-1"),
            Err(StoreError::UnreadableRevision { revision: 2 })
        );
        assert_eq!(
            store.case_at("case-1", 1).unwrap().case,
            trial::case("case-1")
        );
        assert_eq!(store.revisions("case-1").unwrap().len(), 2);
    }

    /// Values as people and files write them: at most three decimals, so that text is exact.
    fn entry() -> impl Strategy<Value = Entry> {
        let number =
            (-1_000_000_000_i64..1_000_000_000).prop_map(|n| Value::Number(n as f64 / 1e3));
        let value = prop_oneof![
            number,
            any::<bool>().prop_map(Value::Flag),
            "\\PC*".prop_map(Value::Code)
        ];
        let unit = proptest::option::of("\\PC{1,8}");
        prop_oneof![
            (value, unit).prop_map(|(value, unit)| Entry::Known { value, unit }),
            Just(Entry::Absent {
                absent: AbsenceReason::Pending
            }),
        ]
    }

    fn observation() -> impl Strategy<Value = Observation> {
        ("[a-z_]{1,20}", entry(), 0_i64..100_000).prop_map(|(feature, entry, minute)| Observation {
            entry,
            ..trial::observation(&feature, Value::Flag(true), minutes_later(minute))
        })
    }

    fn case() -> impl Strategy<Value = Case> {
        let texts = (
            "\\PC*",
            "\\PC*",
            "\\PC*",
            proptest::option::of("\\PC*"),
            any::<bool>(),
        );
        (texts, proptest::collection::vec(observation(), 0..12)).prop_map(
            |(texts, observations)| {
                let mut case = trial::case("case-p");
                let identity = &mut case.identity;
                identity.family_name = texts.0;
                identity.given_name = texts.1;
                identity.patient_id = texts.2;
                identity.alphabetic_name = texts.3;
                case.synthetic = texts.4;
                case.observations = observations;
                case
            },
        )
    }

    #[test]
    fn any_sequence_of_cases_comes_back_under_consecutive_numbers() {
        let (folder, mut store) = trial::store();
        let mut saved: Vec<Case> = Vec::new();
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        for round in 0..200 {
            let next = case().new_tree(&mut runner).unwrap().current();
            let change = Change::new("A", "edited", round);
            assert_eq!(
                store.put_case(&next, &change, minutes_later(1)),
                Ok(round + 1)
            );
            saved.push(next);
        }
        store.close().unwrap();
        let store = Store::open(folder.path(), trial::PASSPHRASE, noon()).unwrap();
        for (number, case) in (1..).zip(&saved) {
            assert_eq!(&store.case_at("case-p", number).unwrap().case, case);
        }
        let numbers: Vec<u32> = store
            .revisions("case-p")
            .unwrap()
            .iter()
            .map(|revision| revision.number)
            .collect();
        assert_eq!(numbers, (1..=200).collect::<Vec<u32>>());
        assert_eq!(store.audit_verify().unwrap().faults, []);
    }
}
