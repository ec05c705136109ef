//! Table `cases`: one row per case, for the list and its search, and the one way to save a change.

use crate::{
    Store, StoreError,
    audit::{self, Actor, AuditEntry},
    drafts,
    key_images::{self, KeyImagePixels},
    register, revisions, time_of, time_text,
};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::case::{Case, Entry, Subject, Value};
use rusqlite::{OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;
use std::collections::BTreeSet;
use ts_rs::TS;

/// Who changes a case, and what goes with it in the same transaction.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    pub author: Actor<'a>,
    /// What was done, as a code of lower-case letters, digits, `_` and `.`.
    pub summary: &'a str,
    /// The revision that the change was made from; 0 for a case that is new here.
    pub expected_revision: u32,
    /// The field whose draft this change commits.
    pub commits_draft: Option<&'a str>,
    /// The pixels of an image that this change marks.
    pub key_image: Option<KeyImagePixels<'a>>,
}

/// A line of the case list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CaseSummary {
    pub id: String,
    pub family_name: String,
    pub given_name: String,
    pub patient_id: String,
    /// The catalogue's option id of the primary tumour recorded last.
    pub primary_tumour: Option<String>,
    /// The index date of the current episode.
    pub index_date: Option<NaiveDate>,
    pub synthetic: bool,
    pub revision: u32,
    pub saved_at: DateTime<Utc>,
}

/// The first lines of a list, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CaseList {
    pub total: u32,
    pub cases: Vec<CaseSummary>,
}

impl<'a> Change<'a> {
    pub fn new(
        author: impl Into<Actor<'a>>,
        summary: &'a str,
        expected_revision: u32,
    ) -> Change<'a> {
        Change {
            author: author.into(),
            summary,
            expected_revision,
            commits_draft: None,
            key_image: None,
        }
    }
}

impl Store {
    /// Saves a case as a new revision and returns its number. Refuses with
    /// [`StoreError::ChangedElsewhere`] if another change came first; then nothing is written.
    pub fn put_case(
        &mut self,
        case: &Case,
        change: &Change<'_>,
        now: DateTime<Utc>,
    ) -> Result<u32, StoreError> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let revision = put(&transaction, case, change, now)?;
        transaction.commit()?;
        self.move_anchor();
        Ok(revision)
    }

    /// The first cases whose name, alphabetic name or patient number contains every word of `search`, whatever the letter case,
    /// and how many there are; the one saved last comes first.
    pub fn list(&self, search: &str, most: u32) -> Result<CaseList, StoreError> {
        let folded = fold(search);
        let words: Vec<&str> = folded.split_whitespace().collect();
        let mut list = CaseList {
            total: 0,
            cases: Vec::new(),
        };
        if words.is_empty() {
            let mut statement = self
                .connection
                .prepare_cached("SELECT count(*) FROM cases WHERE withdrawn = 0")?;
            list.total = statement.query_row([], |row| row.get(0))?;
        }
        let limit = if words.is_empty() {
            i64::from(most)
        } else {
            -1
        };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {SUMMARY_COLUMNS}, search_text FROM cases WHERE withdrawn = 0
             ORDER BY saved_at DESC, id LIMIT ?1"
        ))?;
        let mut rows = statement.query([limit])?;
        while let Some(row) = rows.next()? {
            let text = row.get_ref(9)?.as_str().map_err(|_| StoreError::Damaged)?;
            if !words.iter().all(|word| text.contains(word)) {
                continue;
            }
            if !words.is_empty() {
                list.total += 1;
            }
            if list.cases.len() < most as usize {
                list.cases.push(summary_of(row)?);
            }
        }
        Ok(list)
    }

    /// The ids of the cases that are made up.
    pub fn synthetic_cases(&self) -> Result<BTreeSet<String>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id FROM cases WHERE synthetic = 1")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// The line of one case.
    pub fn case_summary(&self, id: &str) -> Result<CaseSummary, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {SUMMARY_COLUMNS} FROM cases WHERE id = ?1"
        ))?;
        let mut rows = statement.query([id])?;
        match rows.next()? {
            Some(row) => summary_of(row),
            None => Err(StoreError::UnknownCase),
        }
    }
}

const SUMMARY_COLUMNS: &str = "id, family_name, given_name, patient_id, primary_tumour, index_date, synthetic, revision, saved_at";

/// Saves a case within a transaction: row of the list, revision, what goes with the change, and row of the log.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    case: &Case,
    change: &Change<'_>,
    now: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let record = serde_json::to_string(case).map_err(|_| StoreError::NotStorable)?;
    // A number that is not finite is written as null and would not come back.
    serde_json::from_str::<Case>(&record).map_err(|_| StoreError::NotStorable)?;
    let revision = expected(transaction, &case.id, change.expected_revision)? + 1;
    put_row(transaction, case, revision, now)?;
    register::put(transaction, case)?;
    revisions::append(transaction, &case.id, revision, &record, change, now)?;
    if let Some(pixels) = &change.key_image {
        key_images::append(transaction, &case.id, pixels, change.author, now)?;
    }
    if let Some(field) = change.commits_draft {
        drafts::clear(transaction, &case.id, field)?;
    }
    let entry = AuditEntry {
        actor: change.author,
        action: audit::REVISION_SAVED,
        case_id: Some(&case.id),
        revision: Some(revision),
        details: record.as_bytes(),
    };
    audit::append(transaction, &entry, now)?;
    Ok(revision)
}

/// Takes a case out of every list, due date and search; the next change of it brings it back.
pub(crate) fn withdraw(
    transaction: &Transaction<'_>,
    id: &str,
    expected_revision: u32,
) -> Result<(), StoreError> {
    expected(transaction, id, expected_revision)?;
    transaction.execute("UPDATE cases SET withdrawn = 1 WHERE id = ?1", [id])?;
    register::clear(transaction, id)
}

/// The newest revision, which has to be the expected one.
fn expected(transaction: &Transaction<'_>, id: &str, expected: u32) -> Result<u32, StoreError> {
    match newest_revision(transaction, id)?.unwrap_or(0) {
        newest if newest == expected => Ok(newest),
        newest => Err(StoreError::ChangedElsewhere { expected, newest }),
    }
}

/// The number of the newest revision, or none if the case is not here.
pub(crate) fn newest_revision(
    connection: &rusqlite::Connection,
    id: &str,
) -> Result<Option<u32>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT revision FROM cases WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| row.get(0)).optional()?)
}

fn put_row(
    transaction: &Transaction<'_>,
    case: &Case,
    revision: u32,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let identity = &case.identity;
    transaction.execute(
        "INSERT INTO cases (id, revision, family_name, given_name, patient_id, primary_tumour, index_date, synthetic,
            saved_at, search_text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET
            revision = excluded.revision, family_name = excluded.family_name,
            given_name = excluded.given_name, patient_id = excluded.patient_id,
            primary_tumour = excluded.primary_tumour, index_date = excluded.index_date,
            synthetic = excluded.synthetic, saved_at = excluded.saved_at,
            search_text = excluded.search_text, withdrawn = 0",
        params![
            case.id,
            revision,
            identity.family_name,
            identity.given_name,
            identity.patient_id,
            primary_tumour(case),
            case.current_episode()
                .map(|episode| episode.index_date.to_string()),
            case.synthetic,
            time_text(now),
            search_text(case)
        ],
    )?;
    Ok(())
}

fn summary_of(row: &Row<'_>) -> Result<CaseSummary, StoreError> {
    let index_date: Option<String> = row.get(5)?;
    let index_date = index_date
        .map(|text| text.parse())
        .transpose()
        .map_err(|_| StoreError::Damaged)?;
    let saved_at: String = row.get(8)?;
    Ok(CaseSummary {
        id: row.get(0)?,
        family_name: row.get(1)?,
        given_name: row.get(2)?,
        patient_id: row.get(3)?,
        primary_tumour: row.get(4)?,
        index_date,
        synthetic: row.get(6)?,
        revision: row.get(7)?,
        saved_at: time_of(&saved_at)?,
    })
}

/// The primary tumour recorded last, for the list only; an assessment selects by its index date.
fn primary_tumour(case: &Case) -> Option<String> {
    let recorded = case.observations.iter().filter(|observation| {
        observation.feature.as_str() == "primary_tumour" && observation.subject == Subject::Patient
    });
    match &recorded
        .max_by_key(|observation| observation.recorded_at)?
        .entry
    {
        Entry::Known {
            value: Value::Code(code),
            ..
        } => Some(code.clone()),
        _ => None,
    }
}

fn search_text(case: &Case) -> String {
    let identity = &case.identity;
    let alphabetic = identity.alphabetic_name.as_deref().unwrap_or("");
    fold(
        &[
            &identity.family_name,
            &identity.given_name,
            alphabetic,
            &identity.patient_id,
        ]
        .join("\n"),
    )
}

/// Makes spellings that differ only in letter case equal: `ß` and `SS`, `ς` and `Σ` too.
fn fold(text: &str) -> String {
    text.to_uppercase().to_lowercase().replace('ς', "σ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::trial::{self, minutes_later, noon};

    fn ids(found: &[CaseSummary]) -> Vec<&str> {
        found.iter().map(|summary| summary.id.as_str()).collect()
    }

    #[test]
    fn a_saved_case_comes_back_as_it_was() {
        let (_folder, store) = trial::store_with_case();
        let stored = store.case("case-1").unwrap();
        assert_eq!(stored.case, trial::case("case-1"));
        assert_eq!((stored.revision, stored.saved_at), (1, noon()));
        assert_eq!(
            (stored.author.as_str(), stored.summary.as_str()),
            ("Dr Rossi", "case_created")
        );
    }

    #[test]
    fn a_change_from_an_old_revision_is_refused_and_writes_nothing() {
        let (_folder, mut store) = trial::store_with_case();
        let mut case = trial::case("case-1");
        case.identity.given_name = "First".to_owned();
        store
            .put_case(&case, &Change::new("A", "edited", 1), minutes_later(1))
            .unwrap();
        let rows = store.audit_rows().unwrap().len();

        case.identity.given_name = "Second".to_owned();
        let refused = store.put_case(&case, &Change::new("B", "edited", 1), minutes_later(2));
        assert_eq!(
            refused,
            Err(StoreError::ChangedElsewhere {
                expected: 1,
                newest: 2
            })
        );
        assert_eq!(
            store.case("case-1").unwrap().case.identity.given_name,
            "First"
        );
        assert_eq!(store.audit_rows().unwrap().len(), rows);

        let second = Change::new("B", "edited", 2);
        assert_eq!(store.put_case(&case, &second, minutes_later(3)), Ok(3));
        let given = |revision| {
            store
                .case_at("case-1", revision)
                .unwrap()
                .case
                .identity
                .given_name
        };
        assert_eq!(
            [given(1), given(2), given(3)],
            ["Łukasz", "First", "Second"]
        );
    }

    #[test]
    fn a_new_case_under_a_known_id_is_refused() {
        let (_folder, mut store) = trial::store_with_case();
        let again = store.put_case(&trial::case("case-1"), &Change::new("B", "new", 0), noon());
        assert_eq!(
            again,
            Err(StoreError::ChangedElsewhere {
                expected: 0,
                newest: 1
            })
        );
    }

    #[test]
    fn a_number_that_json_cannot_carry_is_refused() {
        let (_folder, mut store) = trial::store();
        let mut case = trial::case("case-1");
        case.observations.push(trial::observation(
            "albumin",
            Value::Number(f64::NAN),
            noon(),
        ));
        let refused = store.put_case(&case, &Change::new("A", "new", 0), noon());
        assert_eq!(refused, Err(StoreError::NotStorable));
        assert_eq!(store.list("", 50).unwrap().cases, []);
    }

    #[test]
    fn the_list_finds_by_part_of_name_or_number_in_any_letter_case() {
        let (_folder, mut store) = trial::store();
        let mut put = |id: &str, family: &str, given: &str, number: &str, minute| {
            let mut case = trial::case(id);
            case.identity.family_name = family.to_owned();
            case.identity.given_name = given.to_owned();
            case.identity.patient_id = number.to_owned();
            case.identity.alphabetic_name = (id == "d").then(|| "Yamada^Tarou".to_owned());
            store
                .put_case(&case, &Change::new("A", "new", 0), minutes_later(minute))
                .unwrap();
        };
        put("a", "Ñandú-Öztürk", "Łukasz", "MRN-1", 3);
        put("b", "Weißgerber", "Zoë", "MRN-2", 1);
        put("c", "Παπάς", "Νίκος", "100%_x", 2);
        put("d", "山田", "太郎", "77", 4);
        let found = |search: &str| -> Vec<String> {
            ids(&store.list(search, 50).unwrap().cases)
                .into_iter()
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(found(""), ["d", "a", "c", "b"]);
        assert_eq!(found("öZTÜRK łuk"), ["a"]);
        assert_eq!(found("WEISSGERBER"), ["b"]);
        assert_eq!(found("ΠΑΠΆΣ"), ["c"]);
        assert_eq!(found("mrn-"), ["a", "b"]);
        assert_eq!(found("%"), ["c"]);
        assert_eq!(found("_"), ["c"]);
        assert_eq!(found("yamada"), ["d"]);
        assert_eq!(found("山田"), ["d"]);
        assert_eq!(found("rossi"), Vec::<String>::new());
    }

    #[test]
    fn the_list_shows_the_newest_state() {
        let (_folder, mut store) = trial::store_with_case();
        let mut case = trial::case("case-1");
        case.synthetic = false;
        let lung = Value::Code("lung".to_owned());
        case.observations
            .push(trial::observation("primary_tumour", lung, minutes_later(5)));
        store
            .put_case(&case, &Change::new("A", "edited", 1), minutes_later(6))
            .unwrap();
        let expected = CaseSummary {
            id: "case-1".to_owned(),
            family_name: "Ñandú-Öztürk".to_owned(),
            given_name: "Łukasz".to_owned(),
            patient_id: "MRN-0042".to_owned(),
            primary_tumour: Some("lung".to_owned()),
            index_date: NaiveDate::from_ymd_opt(2026, 3, 2),
            synthetic: false,
            revision: 2,
            saved_at: minutes_later(6),
        };
        assert_eq!(store.list("", 50).unwrap().cases, [expected]);
    }
}
