//! Tables `imports` and `import_revisions`: which table of another program made which revisions, so that an import can be
//! taken back. An import and its taking back are one transaction each, with every revision chained in the log.

use crate::{Actor, AuditEntry, Change, Store, StoreError, audit, cases, time_of, time_text};
use chrono::{DateTime, Utc};
use clinical::case::Case;
use rusqlite::{OptionalExtension, Row, Transaction, TransactionBehavior, params};

/// Summary code of the revisions that an import makes.
pub(crate) const IMPORTED: &str = "imported";

/// Summary code of the revisions that take an import back.
pub(crate) const IMPORT_TAKEN_BACK: &str = "import_taken_back";

/// An import that is about to be written.
#[derive(Debug, Clone)]
pub struct NewImport<'a> {
    pub id: &'a str,
    /// Without folders.
    pub file_name: &'a str,
    /// SHA-256 of the content, see [`content_hash`].
    pub sha256: &'a str,
    /// Code of what the table holds.
    pub kind: &'a str,
    /// Counts as JSON, for people; nothing of a patient.
    pub counts: &'a str,
    pub author: Actor<'a>,
}

/// A case as an import or its taking back leaves it, and the revision that this was made from; 0 for a new case.
#[derive(Debug, Clone)]
pub struct ChangedCase {
    pub case: Case,
    pub expected_revision: u32,
}

/// An import as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredImport {
    pub id: String,
    pub file_name: String,
    pub sha256: String,
    pub kind: String,
    pub person: String,
    pub person_id: String,
    pub imported_at: DateTime<Utc>,
    pub counts: String,
    pub taken_back_at: Option<DateTime<Utc>>,
    pub taken_back_by: Option<String>,
}

/// A revision that an import made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRevision {
    pub case_id: String,
    /// 0 if the import made the case.
    pub before: u32,
    pub after: u32,
}

/// SHA-256 as lower-case hexadecimal.
pub fn content_hash(bytes: &[u8]) -> String {
    audit::hexadecimal(bytes)
}

impl Store {
    /// Writes every case of an import and the import itself, or nothing: one that was changed since refuses all.
    pub fn put_import(
        &mut self,
        import: &NewImport<'_>,
        changed: &[ChangedCase],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO imports (id, file_name, sha256, kind, person, person_id, imported_at, counts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                import.id,
                import.file_name,
                import.sha256,
                import.kind,
                import.author.name,
                import.author.person_id.unwrap_or_default(),
                time_text(now),
                import.counts
            ],
        )?;
        put_all(&transaction, changed, import.author, IMPORTED, now)?;
        for one in changed {
            transaction.execute(
                "INSERT INTO import_revisions VALUES (?1, ?2, ?3, ?4)",
                params![
                    import.id,
                    one.case.id,
                    one.expected_revision,
                    one.expected_revision + 1
                ],
            )?;
        }
        let entry = AuditEntry {
            details: import.id.as_bytes(),
            ..AuditEntry::new(import.author, "table_imported")
        };
        audit::append(&transaction, &entry, now)?;
        transaction.commit()?;
        self.move_anchor();
        Ok(())
    }

    /// Writes the cases as they are without the import, takes those out of the lists that only the import made
    /// (`withdrawn`, with the revision that was looked at), and marks the import; or nothing at all.
    pub fn put_import_taken_back(
        &mut self,
        id: &str,
        changed: &[ChangedCase],
        withdrawn: &[(String, u32)],
        author: Actor<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let marked = transaction.execute(
            "UPDATE imports SET taken_back_at = ?2, taken_back_by = ?3
             WHERE id = ?1 AND taken_back_at IS NULL",
            params![id, time_text(now), author.name],
        )?;
        if marked != 1 {
            return Err(StoreError::UnknownImport);
        }
        put_all(&transaction, changed, author, IMPORT_TAKEN_BACK, now)?;
        for (case_id, expected) in withdrawn {
            cases::withdraw(&transaction, case_id, *expected)?;
            let entry = AuditEntry {
                case_id: Some(case_id),
                ..AuditEntry::new(author, "case_withdrawn")
            };
            audit::append(&transaction, &entry, now)?;
        }
        let entry = AuditEntry {
            details: id.as_bytes(),
            ..AuditEntry::new(author, IMPORT_TAKEN_BACK)
        };
        audit::append(&transaction, &entry, now)?;
        transaction.commit()?;
        self.move_anchor();
        Ok(())
    }

    /// Every import, the latest first.
    pub fn imports(&self) -> Result<Vec<StoredImport>, StoreError> {
        let mut statement = self.connection.prepare(&format!(
            "SELECT {COLUMNS} FROM imports ORDER BY imported_at DESC, rowid DESC"
        ))?;
        let mut rows = statement.query([])?;
        let mut imports = Vec::new();
        while let Some(row) = rows.next()? {
            imports.push(import_of(row)?);
        }
        Ok(imports)
    }

    pub fn import(&self, id: &str) -> Result<StoredImport, StoreError> {
        self.one_import("id = ?1", id)?
            .ok_or(StoreError::UnknownImport)
    }

    /// The last import of a file with this content that was not taken back.
    pub fn import_of_file(&self, sha256: &str) -> Result<Option<StoredImport>, StoreError> {
        self.one_import("sha256 = ?1 AND taken_back_at IS NULL", sha256)
    }

    fn one_import(&self, which: &str, value: &str) -> Result<Option<StoredImport>, StoreError> {
        let query = format!(
            "SELECT {COLUMNS} FROM imports WHERE {which} ORDER BY imported_at DESC, rowid DESC LIMIT 1"
        );
        let mut statement = self.connection.prepare_cached(&query)?;
        let found = statement
            .query_row([value], |row| Ok(import_of(row)))
            .optional()?;
        found.transpose()
    }

    /// What an import made, by case.
    pub fn import_revisions(&self, id: &str) -> Result<Vec<ImportRevision>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT case_id, revision_before, revision_after FROM import_revisions
             WHERE import_id = ?1 ORDER BY rowid",
        )?;
        let mut rows = statement.query([id])?;
        let mut made = Vec::new();
        while let Some(row) = rows.next()? {
            made.push(ImportRevision {
                case_id: row.get(0)?,
                before: row.get(1)?,
                after: row.get(2)?,
            });
        }
        Ok(made)
    }

    /// Mappings of columns by name, in the order of their names.
    pub fn import_mappings(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT name, mapping FROM import_mappings ORDER BY name")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps a mapping under a name, in place of an earlier one of that name; none forgets it.
    pub fn put_import_mapping(
        &mut self,
        name: &str,
        mapping: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        match mapping {
            Some(mapping) => self.connection.execute(
                "INSERT INTO import_mappings VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET mapping = excluded.mapping, saved_at = excluded.saved_at",
                params![name, mapping, time_text(now)],
            )?,
            None => self
                .connection
                .execute("DELETE FROM import_mappings WHERE name = ?1", [name])?,
        };
        Ok(())
    }
}

fn put_all(
    transaction: &Transaction<'_>,
    changed: &[ChangedCase],
    author: Actor<'_>,
    summary: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for one in changed {
        let change = Change::new(author, summary, one.expected_revision);
        cases::put(transaction, &one.case, &change, now)?;
    }
    Ok(())
}

const COLUMNS: &str = "id, file_name, sha256, kind, person, person_id, imported_at, counts,
    taken_back_at, taken_back_by";

fn import_of(row: &Row<'_>) -> Result<StoredImport, StoreError> {
    let imported_at: String = row.get(6)?;
    let taken_back_at: Option<String> = row.get(8)?;
    Ok(StoredImport {
        id: row.get(0)?,
        file_name: row.get(1)?,
        sha256: row.get(2)?,
        kind: row.get(3)?,
        person: row.get(4)?,
        person_id: row.get(5)?,
        imported_at: time_of(&imported_at)?,
        counts: row.get(7)?,
        taken_back_at: taken_back_at.as_deref().map(time_of).transpose()?,
        taken_back_by: row.get(9)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::trial::{self, minutes_later, noon};

    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn import(id: &'static str) -> NewImport<'static> {
        NewImport {
            id,
            file_name: "labs.csv",
            sha256: HASH,
            kind: "cases",
            counts: "{}",
            author: Actor {
                name: "Dr Rossi",
                person_id: Some("person-1"),
            },
        }
    }

    fn changed(id: &str, given: &str, expected_revision: u32) -> ChangedCase {
        let mut case = trial::case(id);
        case.identity.given_name = given.to_owned();
        ChangedCase {
            case,
            expected_revision,
        }
    }

    #[test]
    fn the_hash_of_nothing_is_that_of_the_standard() {
        assert_eq!(content_hash(b""), HASH);
    }

    #[test]
    fn an_import_is_one_transaction_with_every_revision_in_the_log() {
        let (_folder, mut store) = trial::store_with_case();
        let cases = [changed("case-1", "A", 1), changed("case-2", "B", 0)];
        store
            .put_import(&import("i"), &cases, minutes_later(1))
            .unwrap();
        let made = |case: &str, before| ImportRevision {
            case_id: case.to_owned(),
            before,
            after: before + 1,
        };
        assert_eq!(
            store.import_revisions("i").unwrap(),
            [made("case-1", 1), made("case-2", 0)]
        );
        assert_eq!(store.case("case-1").unwrap().summary, IMPORTED);
        assert_eq!(
            store.import_of_file(HASH).unwrap(),
            Some(store.import("i").unwrap())
        );
        let actions: Vec<_> = store
            .audit_rows()
            .unwrap()
            .into_iter()
            .map(|row| row.action)
            .collect();
        assert_eq!(
            actions[3..],
            ["revision_saved", "revision_saved", "table_imported"]
        );
        assert_eq!(store.audit_verify().unwrap().faults, []);
    }

    #[test]
    fn one_case_that_was_changed_since_refuses_the_whole_import() {
        let (_folder, mut store) = trial::store_with_case();
        let rows = store.audit_rows().unwrap().len();
        let cases = [changed("case-2", "B", 0), changed("case-1", "A", 3)];
        let refused = store.put_import(&import("i"), &cases, noon());
        let expected = StoreError::ChangedElsewhere {
            expected: 3,
            newest: 1,
        };
        assert_eq!(refused, Err(expected));
        assert_eq!(store.case("case-2"), Err(StoreError::UnknownCase));
        assert_eq!(store.imports().unwrap(), []);
        assert_eq!(store.audit_rows().unwrap().len(), rows);
    }

    #[test]
    fn what_is_taken_back_leaves_the_list_and_stays_in_the_record() {
        let (_folder, mut store) = trial::store_with_case();
        let cases = [changed("case-1", "A", 1), changed("case-2", "B", 0)];
        store
            .put_import(&import("i"), &cases, minutes_later(1))
            .unwrap();
        let before = store.case_at("case-1", 1).unwrap().case;
        let restored = ChangedCase {
            case: before.clone(),
            expected_revision: 2,
        };
        let author = import("i").author;
        let withdrawn = [("case-2".to_owned(), 1)];
        store
            .put_import_taken_back("i", &[restored], &withdrawn, author, minutes_later(2))
            .unwrap();
        let list = store.list("", 10).unwrap();
        let listed: Vec<_> = list.cases.into_iter().map(|case| case.id).collect();
        assert_eq!((list.total, listed), (1, vec!["case-1".to_owned()]));
        let found = store.search("separation", 10).unwrap();
        assert_eq!(found.len(), 1, "nor is it found by its question");
        assert_eq!(store.case("case-1").unwrap().case, before);
        assert_eq!(store.case("case-2").unwrap().case.identity.given_name, "B");
        assert_eq!(store.import_of_file(HASH).unwrap(), None);
        assert_eq!(
            store.import("i").unwrap().taken_back_by.as_deref(),
            Some("Dr Rossi")
        );
        let again = store.put_import_taken_back("i", &[], &[], author, minutes_later(3));
        assert_eq!(again, Err(StoreError::UnknownImport));
        assert_eq!(store.audit_verify().unwrap().faults, []);

        // Whoever goes on with such a case has it back in the list.
        let edited = changed("case-2", "C", 1);
        let change = Change::new("Dr Weiß", "edited", 1);
        store
            .put_case(&edited.case, &change, minutes_later(4))
            .unwrap();
        assert_eq!(store.list("", 10).unwrap().cases.len(), 2);
    }

    #[test]
    fn a_case_that_was_changed_meanwhile_is_not_withdrawn() {
        let (_folder, mut store) = trial::store_with_case();
        store
            .put_import(&import("i"), &[changed("case-2", "B", 0)], noon())
            .unwrap();
        let edited = changed("case-2", "C", 1);
        store
            .put_case(&edited.case, &Change::new("A", "edited", 1), noon())
            .unwrap();
        let author = import("i").author;
        let refused =
            store.put_import_taken_back("i", &[], &[("case-2".to_owned(), 1)], author, noon());
        let expected = StoreError::ChangedElsewhere {
            expected: 1,
            newest: 2,
        };
        assert_eq!(refused, Err(expected));
        assert_eq!(store.import("i").unwrap().taken_back_at, None);
    }

    #[test]
    fn mappings_are_kept_by_name_until_forgotten() {
        let (_folder, mut store) = trial::store();
        store
            .put_import_mapping("LIS", Some("{1}"), noon())
            .unwrap();
        store
            .put_import_mapping("LIS", Some("{2}"), noon())
            .unwrap();
        store
            .put_import_mapping("Board", Some("{3}"), noon())
            .unwrap();
        let pair = |name: &str, mapping: &str| (name.to_owned(), mapping.to_owned());
        assert_eq!(
            store.import_mappings().unwrap(),
            [pair("Board", "{3}"), pair("LIS", "{2}")]
        );
        store.put_import_mapping("LIS", None, noon()).unwrap();
        assert_eq!(store.import_mappings().unwrap().len(), 1);
    }
}
