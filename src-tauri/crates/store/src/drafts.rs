//! Table `drafts`: what is being typed into a field, kept so that a crash loses no keystrokes. A
//! draft is no fact: it enters the case only by [`Store::put_case`], which clears it.

use crate::{Store, StoreError, cases, time_of, time_text};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use serde::Serialize;
use ts_rs::TS;

/// The text of an open field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Draft {
    /// Names the field within the case.
    pub field: String,
    pub content: String,
    pub author: String,
    pub written_at: DateTime<Utc>,
}

impl Store {
    /// Keeps the text of a field in place of what was kept before.
    pub fn put_draft(
        &mut self,
        case_id: &str,
        field: &str,
        content: &str,
        author: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        cases::newest_revision(&self.connection, case_id)?.ok_or(StoreError::UnknownCase)?;
        self.connection.execute(
            "INSERT INTO drafts VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (case_id, field) DO UPDATE SET content = excluded.content,
                author = excluded.author, written_at = excluded.written_at",
            params![case_id, field, content, author, time_text(now)],
        )?;
        Ok(())
    }

    /// The open fields of a case by name.
    pub fn drafts(&self, case_id: &str) -> Result<Vec<Draft>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT field, content, author, written_at FROM drafts WHERE case_id = ?1 ORDER BY field",
        )?;
        let mut rows = statement.query([case_id])?;
        let mut drafts = Vec::new();
        while let Some(row) = rows.next()? {
            let written_at: String = row.get(3)?;
            drafts.push(Draft {
                field: row.get(0)?,
                content: row.get(1)?,
                author: row.get(2)?,
                written_at: time_of(&written_at)?,
            });
        }
        Ok(drafts)
    }

    /// Forgets what was typed into a field; nothing happens if there is none.
    pub fn discard_draft(&mut self, case_id: &str, field: &str) -> Result<(), StoreError> {
        clear(&self.connection, case_id, field)
    }
}

pub(crate) fn clear(connection: &Connection, case_id: &str, field: &str) -> Result<(), StoreError> {
    connection.execute(
        "DELETE FROM drafts WHERE case_id = ?1 AND field = ?2",
        params![case_id, field],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        Change,
        trial::{self, minutes_later, noon},
    };

    fn contents(store: &Store) -> Vec<(String, String)> {
        let drafts = store.drafts("case-1").unwrap();
        drafts
            .into_iter()
            .map(|draft| (draft.field, draft.content))
            .collect()
    }

    fn pair(field: &str, content: &str) -> (String, String) {
        (field.to_owned(), content.to_owned())
    }

    #[test]
    fn the_last_keystroke_wins_and_a_commit_clears_only_its_field() {
        let (folder, mut store) = trial::store_with_case();
        for content in ["1", "11", "11.4"] {
            store
                .put_draft("case-1", "haemoglobin", content, "A", noon())
                .unwrap();
        }
        store
            .put_draft("case-1", "albumin", "3", "A", minutes_later(1))
            .unwrap();
        drop(store);

        let mut store = Store::open(folder.path(), trial::PASSPHRASE, noon()).unwrap();
        assert_eq!(
            contents(&store),
            [pair("albumin", "3"), pair("haemoglobin", "11.4")]
        );

        let change = Change {
            commits_draft: Some("haemoglobin"),
            ..Change::new("A", "fact_set", 1)
        };
        store
            .put_case(&trial::case("case-1"), &change, minutes_later(2))
            .unwrap();
        assert_eq!(contents(&store), [pair("albumin", "3")]);
        store.discard_draft("case-1", "albumin").unwrap();
        assert_eq!(contents(&store), []);
    }

    #[test]
    fn a_refused_change_keeps_the_draft() {
        let (_folder, mut store) = trial::store_with_case();
        store
            .put_draft("case-1", "albumin", "38", "A", noon())
            .unwrap();
        let change = Change {
            commits_draft: Some("albumin"),
            ..Change::new("A", "fact_set", 0)
        };
        assert!(
            store
                .put_case(&trial::case("case-1"), &change, noon())
                .is_err()
        );
        assert_eq!(contents(&store), [pair("albumin", "38")]);
    }

    #[test]
    fn a_draft_needs_its_case() {
        let (_folder, mut store) = trial::store();
        let refused = store.put_draft("nobody", "albumin", "38", "A", noon());
        assert_eq!(refused, Err(StoreError::UnknownCase));
    }
}
