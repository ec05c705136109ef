//! Tables `meetings`, `meeting_revisions` and `agenda`: each meeting with its whole record after every saved change.

use crate::{
    Store, StoreError,
    audit::{self, Actor, AuditEntry},
    search, time_of, time_text,
};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::meeting::Meeting;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// A meeting as it was saved last.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMeeting {
    pub meeting: Meeting,
    /// Counted from 1 without gaps.
    pub revision: u32,
    pub saved_at: DateTime<Utc>,
}

/// Of which meetings a case is, or was, on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub meeting_id: String,
    pub title: String,
    pub on: NaiveDate,
}

impl Store {
    /// Saves a meeting as a new revision and returns its number. Refuses with [`StoreError::ChangedElsewhere`] if another
    /// change came first; then nothing is written.
    pub fn put_meeting<'a>(
        &mut self,
        meeting: &Meeting,
        expected_revision: u32,
        author: impl Into<Actor<'a>>,
        now: DateTime<Utc>,
    ) -> Result<u32, StoreError> {
        let author = author.into();
        let record = serde_json::to_string(meeting).map_err(|_| StoreError::NotStorable)?;
        serde_json::from_str::<Meeting>(&record).map_err(|_| StoreError::NotStorable)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let newest = newest_revision(&transaction, &meeting.id)?.unwrap_or(0);
        if newest != expected_revision {
            return Err(StoreError::ChangedElsewhere {
                expected: expected_revision,
                newest,
            });
        }
        let revision = newest + 1;
        transaction.execute(
            "INSERT INTO meetings VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, held_on = excluded.held_on,
                title = excluded.title, closed = excluded.closed, saved_at = excluded.saved_at",
            params![
                meeting.id,
                revision,
                meeting.on.to_string(),
                meeting.title,
                meeting.closed.is_some(),
                time_text(now)
            ],
        )?;
        transaction.execute(
            "INSERT INTO meeting_revisions VALUES (?1, ?2, ?3, ?4, ?5)",
            params![meeting.id, revision, record, author.name, time_text(now)],
        )?;
        transaction.execute("DELETE FROM agenda WHERE meeting_id = ?1", [&meeting.id])?;
        for (position, item) in meeting.agenda.iter().enumerate() {
            transaction.execute(
                "INSERT INTO agenda VALUES (?1, ?2, ?3, ?4)",
                params![meeting.id, position as i64, item.case_id, item.state.code()],
            )?;
        }
        search::put(
            &transaction,
            search::TextKind::Meeting,
            &meeting.id,
            &texts(meeting),
        )?;
        let entry = AuditEntry {
            details: record.as_bytes(),
            ..AuditEntry::new(author, audit::MEETING_SAVED)
        };
        audit::append(&transaction, &entry, now)?;
        transaction.commit()?;
        self.move_anchor();
        Ok(revision)
    }

    pub fn meeting(&self, id: &str) -> Result<StoredMeeting, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT r.record, r.number, r.saved_at FROM meetings m
             JOIN meeting_revisions r ON r.meeting_id = m.id AND r.number = m.revision WHERE m.id = ?1",
        )?;
        let found = statement
            .query_row([id], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get(1)?,
                    row.get::<_, String>(2)?,
                ))
            })
            .optional()?;
        let (record, revision, saved_at) = found.ok_or(StoreError::UnknownMeeting)?;
        stored(&record, revision, &saved_at)
    }

    /// The meetings of a span of days, by day; both ends belong to it.
    pub fn meetings(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<StoredMeeting>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT r.record, r.number, r.saved_at FROM meetings m
             JOIN meeting_revisions r ON r.meeting_id = m.id AND r.number = m.revision
             WHERE m.held_on BETWEEN ?1 AND ?2 ORDER BY m.held_on, m.id",
        )?;
        let mut rows = statement.query(params![from.to_string(), to.to_string()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (record, saved_at): (String, String) = (row.get(0)?, row.get(2)?);
            found.push(stored(&record, row.get(1)?, &saved_at)?);
        }
        Ok(found)
    }

    /// The days of the meetings next to a day: the first ones on or after it, or the last ones before it; by day.
    pub fn meetings_beside(
        &self,
        day: NaiveDate,
        before: bool,
        most: u32,
    ) -> Result<Vec<StoredMeeting>, StoreError> {
        let (sign, order) = match before {
            true => ("<", "DESC"),
            false => (">=", "ASC"),
        };
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT id FROM meetings WHERE held_on {sign} ?1 ORDER BY held_on {order}, id LIMIT ?2"
        ))?;
        let ids = statement.query_map(params![day.to_string(), most], |row| {
            row.get::<_, String>(0)
        })?;
        let ids: Vec<String> = ids.collect::<Result<_, _>>()?;
        let mut found = ids
            .iter()
            .map(|id| self.meeting(id))
            .collect::<Result<Vec<_>, _>>()?;
        if before {
            found.reverse();
        }
        Ok(found)
    }

    /// The meetings on whose list a case stands, by day.
    pub fn meetings_of(&self, case_id: &str) -> Result<Vec<Listed>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT m.id, m.title, m.held_on FROM agenda a JOIN meetings m ON m.id = a.meeting_id
             WHERE a.case_id = ?1 ORDER BY m.held_on, m.id",
        )?;
        let mut rows = statement.query([case_id])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let on: String = row.get(2)?;
            found.push(Listed {
                meeting_id: row.get(0)?,
                title: row.get(1)?,
                on: on.parse().map_err(|_| StoreError::Damaged)?,
            });
        }
        Ok(found)
    }
}

fn newest_revision(connection: &Connection, id: &str) -> Result<Option<u32>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT revision FROM meetings WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| row.get(0)).optional()?)
}

fn stored(record: &str, revision: u32, saved_at: &str) -> Result<StoredMeeting, StoreError> {
    Ok(StoredMeeting {
        meeting: serde_json::from_str(record)
            .map_err(|_| StoreError::UnreadableRevision { revision })?,
        revision,
        saved_at: time_of(saved_at)?,
    })
}

fn texts(meeting: &Meeting) -> Vec<String> {
    let notes = meeting.agenda.iter().map(|item| &item.note);
    [&meeting.title, &meeting.place, &meeting.note]
        .into_iter()
        .chain(notes)
        .filter(|text| !text.trim().is_empty())
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::trial::{self, minutes_later, noon};
    use clinical::meeting::{AgendaItem, AgendaState, QuorumRule};

    fn meeting(id: &str, on: &str) -> Meeting {
        Meeting {
            id: id.to_owned(),
            title: format!("Board of {on}"),
            on: on.parse().unwrap(),
            starts_at: None,
            place: "Room 3".to_owned(),
            minutes_per_case: 8,
            list_closes_on: None,
            quorum: QuorumRule {
                specialties: vec![],
                people: 3,
            },
            attendance: vec![],
            agenda: vec![AgendaItem {
                id: "i".to_owned(),
                case_id: "case-1".to_owned(),
                late: false,
                added_at: noon(),
                added_by: "A".to_owned(),
                minutes: None,
                state: AgendaState::Waiting,
                discussed: vec![],
                note: String::new(),
            }],
            note: String::new(),
            closed: None,
        }
    }

    #[test]
    fn a_meeting_comes_back_as_it_was_and_an_old_state_is_refused() {
        let (_folder, mut store) = trial::store_with_case();
        let mut one = meeting("m", "2026-03-05");
        assert_eq!(store.put_meeting(&one, 0, "A", noon()), Ok(1));
        one.agenda.clear();
        let refused = store.put_meeting(&one, 0, "B", minutes_later(1));
        let (expected, newest) = (0, 1);
        assert_eq!(
            refused,
            Err(StoreError::ChangedElsewhere { expected, newest })
        );
        assert_eq!(store.meetings_of("case-1").unwrap().len(), 1);
        assert_eq!(store.put_meeting(&one, 1, "B", minutes_later(2)), Ok(2));
        let kept = store.meeting("m").unwrap();
        assert_eq!((kept.meeting, kept.revision), (one, 2));
        assert_eq!(store.meetings_of("case-1").unwrap(), []);
        assert_eq!(store.meeting("x"), Err(StoreError::UnknownMeeting));
        assert!(store.audit_verify().unwrap().faults.is_empty());
    }

    #[test]
    fn meetings_are_found_by_day_and_by_word() {
        let (_folder, mut store) = trial::store_with_case();
        for (id, on) in [
            ("c", "2026-03-19"),
            ("a", "2026-03-05"),
            ("b", "2026-03-12"),
        ] {
            store.put_meeting(&meeting(id, on), 0, "A", noon()).unwrap();
        }
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let ids = |found: Vec<StoredMeeting>| -> String {
            found.into_iter().map(|one| one.meeting.id).collect()
        };
        assert_eq!(
            ids(store
                .meetings(day("2026-03-05"), day("2026-03-12"))
                .unwrap()),
            "ab"
        );
        assert_eq!(
            ids(store.meetings_beside(day("2026-03-12"), false, 9).unwrap()),
            "bc"
        );
        assert_eq!(
            ids(store.meetings_beside(day("2026-03-19"), true, 1).unwrap()),
            "b"
        );
        assert_eq!(store.search("board room", 10).unwrap().len(), 3);
    }

    #[test]
    fn revisions_of_meetings_stay_and_a_changed_one_is_seen() {
        let (_folder, mut store) = trial::store_with_case();
        store
            .put_meeting(&meeting("m", "2026-03-05"), 0, "A", noon())
            .unwrap();
        for statement in [
            "UPDATE meeting_revisions SET record = '{}'",
            "DELETE FROM meeting_revisions",
            "DELETE FROM meetings",
            "INSERT INTO meeting_revisions VALUES ('m', 3, '{}', 'A', 'now')",
        ] {
            assert!(
                store.connection.execute(statement, []).is_err(),
                "{statement}"
            );
        }
        store
            .connection
            .execute_batch(
                "DROP TRIGGER meeting_revisions_stay; UPDATE meeting_revisions SET author = 'B';",
            )
            .unwrap();
        let faults = store.audit_verify().unwrap().faults;
        let altered = audit::AuditFault::MeetingAltered {
            meeting_id: "m".to_owned(),
        };
        assert_eq!(faults.first(), Some(&altered));
    }
}
