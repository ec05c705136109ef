//! Tables `episodes`, `actions`, `clock` and `follow_ups_due`: what lists, due dates and audits read of the cases. Written with
//! each saved change and made anew from the records by a program that makes other rows. Days are ISO 8601, so that text order is
//! the order of time.
//!
//! What a whole year may hold is put in order here: SQLite's own sorting takes ten times as long, as SQLCipher locks and wipes each
//! piece of memory.

use crate::{Store, StoreError, revisions::newest_record, search, time_of, time_text};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    assessment::TreatmentOption,
    case::Case,
    decision::{CarriedOutState, SealedForecast},
    register::{EpisodeEntry, REGISTER_VERSION, register},
    year::EpisodeOutcome,
};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};
use serde::{Serialize, de::DeserializeOwned};

/// One discussion of one case, as far as lists read it.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeRow {
    pub case_id: String,
    pub id: String,
    /// Its place in the record, from 0.
    pub number: u32,
    pub index_date: NaiveDate,
    pub urgent: bool,
    pub has_decision: bool,
    pub decided_on: Option<NaiveDate>,
    pub option: Option<TreatmentOption>,
    pub deferred: bool,
    pub signed_at: Option<DateTime<Utc>>,
    pub signed_by: Option<String>,
    pub dissenting: u32,
    pub addenda: u32,
    pub decided_by_forecast: bool,
    pub carried_out: Option<CarriedOutState>,
    /// A code of [`clinical::decision::deviation_reasons`].
    pub reason: Option<String>,
    pub forecast: Option<SealedForecast>,
    /// Means of the locked estimates of 100 such patients alive after 3 and 12 months.
    pub estimates: Option<[f64; 2]>,
    /// What follow-ups say of the time since the decision.
    pub outcome: Option<EpisodeOutcome>,
    /// Of the case.
    pub primary_tumour: Option<String>,
    pub synthetic: bool,
    pub died_on: Option<NaiveDate>,
    pub last_alive_on: Option<NaiveDate>,
}

/// Something that somebody has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRow {
    pub case_id: String,
    pub episode_id: String,
    pub id: String,
    pub what: String,
    pub owner: String,
    pub due_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
}

/// An interval of the pathway clock that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRow {
    pub case_id: String,
    pub episode_id: String,
    pub interval: String,
    pub started_on: NaiveDate,
    pub ended_on: Option<NaiveDate>,
    pub urgent: bool,
}

/// A follow-up that is due on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRow {
    pub case_id: String,
    pub episode_id: String,
    pub months: u32,
    pub due_on: NaiveDate,
    pub answered: bool,
}

/// Which clock intervals are asked for: those that run and began on or before a day.
#[derive(Debug, Clone, Copy)]
pub struct RunningSince<'a> {
    pub interval: &'a str,
    pub urgent: bool,
    pub on_or_before: NaiveDate,
}

const EPISODE_COLUMNS: &str = "e.case_id, e.id, e.index_date, e.urgent, e.has_decision, e.decided_on, e.option,
    e.deferred, e.signed_at, e.signed_by, e.dissenting, e.addenda, e.by_forecast, e.carried_out, e.reason, e.forecast,
    e.estimate_3, e.estimate_12, e.outcome, e.number, c.primary_tumour, c.synthetic, c.died_on, c.last_alive_on
    FROM episodes e JOIN cases c ON c.id = e.case_id";

impl Store {
    /// The discussions that were decided in a span of days, by day and case; both ends belong to it.
    pub fn decided_episodes(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<EpisodeRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {EPISODE_COLUMNS} WHERE e.decided_on BETWEEN ?1 AND ?2"
        ))?;
        let span = params![from.to_string(), to.to_string()];
        let mut rows = all(statement.query(span)?, episode_of)?;
        fn place(row: &EpisodeRow) -> (Option<NaiveDate>, &str, u32) {
            (row.decided_on, &row.case_id, row.number)
        }
        rows.sort_by(|one, other| place(one).cmp(&place(other)));
        Ok(rows)
    }

    /// Cases with a decision that was written and that nobody signed, the oldest discussion first. The index is named, as SQLite
    /// would go through all discussions by case instead.
    pub fn unsigned_cases(&self, most: u32) -> Result<Vec<String>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT case_id FROM episodes INDEXED BY episodes_unsigned
             WHERE has_decision = 1 AND signed_at IS NULL
             GROUP BY case_id ORDER BY min(index_date), case_id LIMIT ?1",
        )?;
        all(statement.query([most])?, |row| Ok(row.get(0)?))
    }

    /// How many cases have such a decision.
    pub fn count_unsigned_cases(&self) -> Result<u32, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count(DISTINCT case_id) FROM episodes INDEXED BY episodes_unsigned
             WHERE has_decision = 1 AND signed_at IS NULL",
        )?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Actions that nobody did yet, those due first first and those without a day last.
    pub fn open_actions(&self, most: u32) -> Result<Vec<ActionRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT case_id, episode_id, id, what, owner, due_on, done_on FROM actions
             WHERE done_on IS NULL ORDER BY due_on IS NULL, due_on, case_id, id LIMIT ?1",
        )?;
        all(statement.query([most])?, action_of)
    }

    /// How many actions nobody did yet, and how many of them were due before a day.
    pub fn count_open_actions(&self, before: NaiveDate) -> Result<[u32; 2], StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE due_on < ?1) FROM actions WHERE done_on IS NULL",
        )?;
        Ok(statement.query_row([before.to_string()], |row| Ok([row.get(0)?, row.get(1)?]))?)
    }

    /// Follow-ups that nobody did and that are due on a day or before, the longest open first.
    pub fn open_follow_ups(&self, by: NaiveDate, most: u32) -> Result<Vec<DueRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT case_id, episode_id, months, due_on, answered FROM follow_ups_due
             WHERE answered = 0 AND due_on <= ?1 ORDER BY due_on, case_id, months LIMIT ?2",
        )?;
        all(statement.query(params![by.to_string(), most])?, due_of)
    }

    /// How many follow-ups are open that were due on a day or before, and on an earlier day or before.
    pub fn count_open_follow_ups(
        &self,
        by: NaiveDate,
        overdue_by: NaiveDate,
    ) -> Result<[u32; 2], StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE due_on <= ?2) FROM follow_ups_due
             WHERE answered = 0 AND due_on <= ?1",
        )?;
        let days = params![by.to_string(), overdue_by.to_string()];
        Ok(statement.query_row(days, |row| Ok([row.get(0)?, row.get(1)?]))?)
    }

    /// Follow-ups that were due in a span of days, by day and case; both ends belong to it.
    pub fn due_follow_ups(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<DueRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT case_id, episode_id, months, due_on, answered FROM follow_ups_due
             WHERE due_on BETWEEN ?1 AND ?2",
        )?;
        let span = params![from.to_string(), to.to_string()];
        let mut rows = all(statement.query(span)?, due_of)?;
        fn place(row: &DueRow) -> (NaiveDate, &str, u32) {
            (row.due_on, &row.case_id, row.months)
        }
        rows.sort_by(|one, other| place(one).cmp(&place(other)));
        Ok(rows)
    }

    /// Intervals of the clock that run, the longest first.
    pub fn running_clock(
        &self,
        since: &RunningSince<'_>,
        most: u32,
    ) -> Result<Vec<ClockRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT case_id, episode_id, interval_id, started_on, ended_on, urgent FROM clock
             WHERE ended_on IS NULL AND interval_id = ?1 AND urgent = ?2 AND started_on <= ?3
             ORDER BY started_on, case_id LIMIT ?4",
        )?;
        let wanted = params![
            since.interval,
            since.urgent,
            since.on_or_before.to_string(),
            most
        ];
        all(statement.query(wanted)?, clock_of)
    }

    /// How many intervals of the clock run.
    pub fn count_running_clock(&self, since: &RunningSince<'_>) -> Result<u32, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT count(*) FROM clock
             WHERE ended_on IS NULL AND interval_id = ?1 AND urgent = ?2 AND started_on <= ?3",
        )?;
        let wanted = params![since.interval, since.urgent, since.on_or_before.to_string()];
        Ok(statement.query_row(wanted, |row| row.get(0))?)
    }

    /// Intervals of the clock that began in a span of days, by day, case and interval; both ends belong to it.
    pub fn clock(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<ClockRow>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT case_id, episode_id, interval_id, started_on, ended_on, urgent FROM clock
             WHERE started_on BETWEEN ?1 AND ?2",
        )?;
        let span = params![from.to_string(), to.to_string()];
        let mut rows = all(statement.query(span)?, clock_of)?;
        fn place(row: &ClockRow) -> (NaiveDate, &str, &str) {
            (row.started_on, &row.case_id, &row.interval)
        }
        rows.sort_by(|one, other| place(one).cmp(&place(other)));
        Ok(rows)
    }

    /// Makes the rows of every case whose rows are of another version; returns how many cases that were.
    pub(crate) fn bring_register_up_to_date(
        connection: &mut Connection,
    ) -> Result<usize, StoreError> {
        let behind: Vec<String> = {
            let mut statement = connection.prepare(
                "SELECT id FROM cases WHERE register_version <> ?1 AND withdrawn = 0 ORDER BY id",
            )?;
            let ids = statement.query_map([REGISTER_VERSION], |row| row.get(0))?;
            ids.collect::<Result<_, _>>()?
        };
        // As at nearly every opening.
        if behind.is_empty() {
            return Ok(0);
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut made = 0;
        for id in &behind {
            // A record that only a newer program can read keeps the rows that it has.
            if let Some(case) = newest_record(&transaction, id)? {
                put(&transaction, &case)?;
                made += 1;
            }
        }
        transaction.commit()?;
        Ok(made)
    }
}

/// Writes the rows of a case, whose row in `cases` stands already, in place of those that were there.
pub(crate) fn put(transaction: &Transaction<'_>, case: &Case) -> Result<(), StoreError> {
    let made = register(case);
    clear_rows(transaction, &case.id)?;
    transaction
        .prepare_cached(
            "UPDATE cases SET register_version = ?2, died_on = ?3, last_alive_on = ?4 WHERE id = ?1",
        )?
        .execute(params![
            case.id,
            REGISTER_VERSION,
            text(made.died_on),
            text(made.last_alive_on)
        ])?;
    for (number, episode) in made.episodes.iter().enumerate() {
        put_episode(transaction, &case.id, number, episode)?;
    }
    search::put(transaction, search::TextKind::Case, &case.id, &made.texts)
}

/// Takes the rows of a case and its texts away.
pub(crate) fn clear(transaction: &Transaction<'_>, case_id: &str) -> Result<(), StoreError> {
    clear_rows(transaction, case_id)?;
    search::put(transaction, search::TextKind::Case, case_id, &[])
}

fn clear_rows(transaction: &Transaction<'_>, case_id: &str) -> Result<(), StoreError> {
    for table in ["episodes", "actions", "clock", "follow_ups_due"] {
        transaction
            .prepare_cached(&format!("DELETE FROM {table} WHERE case_id = ?1"))?
            .execute([case_id])?;
    }
    Ok(())
}

fn put_episode(
    transaction: &Transaction<'_>,
    case_id: &str,
    number: usize,
    episode: &EpisodeEntry,
) -> Result<(), StoreError> {
    let decision = episode.decision.as_ref();
    let forecast = decision.and_then(|decision| decision.forecast.as_ref());
    let forecast = forecast.map(serde_json::to_string).transpose();
    let estimates = decision.and_then(|decision| decision.estimates);
    let outcome = decision.and_then(|decision| decision.outcome.as_ref());
    let outcome = outcome.map(serde_json::to_string).transpose();
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO episodes VALUES
             (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
        )?
        .execute(params![
            case_id,
            episode.id,
            number as i64,
            episode.index_date.to_string(),
            episode.urgent,
            decision.is_some(),
            text(decision.and_then(|decision| decision.decided_on)),
            decision.and_then(|decision| decision.option.map(TreatmentOption::code)),
            decision.is_some_and(|decision| decision.deferred),
            decision.and_then(|decision| decision.signed_at.map(time_text)),
            decision.and_then(|decision| decision.signed_by.as_ref()),
            decision.map_or(0, |decision| decision.dissenting),
            decision.map_or(0, |decision| decision.addenda),
            decision.is_some_and(|decision| decision.decided_by_forecast),
            decision.and_then(|decision| decision.carried_out.map(CarriedOutState::code)),
            decision.and_then(|decision| decision.reason.as_ref()),
            forecast.map_err(|_| StoreError::NotStorable)?,
            estimates.map(|[three, _]| three),
            estimates.map(|[_, twelve]| twelve),
            outcome.map_err(|_| StoreError::NotStorable)?,
        ])?;
    // The same id may come twice in a file that somebody wrote by hand; the last one counts.
    for action in &episode.actions {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO actions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
            .execute(params![
                case_id,
                episode.id,
                action.id,
                action.what,
                action.owner,
                text(action.due_on),
                text(action.done_on)
            ])?;
    }
    for interval in &episode.clock {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO clock VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![
                case_id,
                episode.id,
                interval.interval,
                interval.started_on.to_string(),
                text(interval.ended_on),
                episode.urgent
            ])?;
    }
    for due in &episode.due {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO follow_ups_due VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![
                case_id,
                episode.id,
                due.months,
                due.due_on.to_string(),
                due.answered
            ])?;
    }
    Ok(())
}

fn text(day: Option<NaiveDate>) -> Option<String> {
    day.map(|day| day.to_string())
}

fn all<T>(
    mut rows: rusqlite::Rows<'_>,
    read: fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

fn day(row: &Row<'_>, column: usize) -> Result<NaiveDate, StoreError> {
    optional_day(row, column)?.ok_or(StoreError::Damaged)
}

fn optional_day(row: &Row<'_>, column: usize) -> Result<Option<NaiveDate>, StoreError> {
    let text: Option<String> = row.get(column)?;
    let day = text.map(|text| text.parse()).transpose();
    day.map_err(|_| StoreError::Damaged)
}

/// An enumeration by its code.
fn coded<T: DeserializeOwned + Serialize>(
    row: &Row<'_>,
    column: usize,
) -> Result<Option<T>, StoreError> {
    let code: Option<String> = row.get(column)?;
    let read = |code| serde_json::from_value(serde_json::Value::String(code));
    code.map(read).transpose().map_err(|_| StoreError::Damaged)
}

fn episode_of(row: &Row<'_>) -> Result<EpisodeRow, StoreError> {
    let signed_at: Option<String> = row.get(8)?;
    let forecast: Option<String> = row.get(15)?;
    let forecast = forecast.map(|text| serde_json::from_str(&text)).transpose();
    let estimates: (Option<f64>, Option<f64>) = (row.get(16)?, row.get(17)?);
    let outcome: Option<String> = row.get(18)?;
    let outcome = outcome.map(|text| serde_json::from_str(&text)).transpose();
    Ok(EpisodeRow {
        case_id: row.get(0)?,
        id: row.get(1)?,
        number: row.get(19)?,
        index_date: day(row, 2)?,
        urgent: row.get(3)?,
        has_decision: row.get(4)?,
        decided_on: optional_day(row, 5)?,
        option: coded(row, 6)?,
        deferred: row.get(7)?,
        signed_at: signed_at.map(|text| time_of(&text)).transpose()?,
        signed_by: row.get(9)?,
        dissenting: row.get(10)?,
        addenda: row.get(11)?,
        decided_by_forecast: row.get(12)?,
        carried_out: coded(row, 13)?,
        reason: row.get(14)?,
        forecast: forecast.map_err(|_| StoreError::Damaged)?,
        estimates: estimates.0.zip(estimates.1).map(<[f64; 2]>::from),
        outcome: outcome.map_err(|_| StoreError::Damaged)?,
        primary_tumour: row.get(20)?,
        synthetic: row.get(21)?,
        died_on: optional_day(row, 22)?,
        last_alive_on: optional_day(row, 23)?,
    })
}

fn action_of(row: &Row<'_>) -> Result<ActionRow, StoreError> {
    Ok(ActionRow {
        case_id: row.get(0)?,
        episode_id: row.get(1)?,
        id: row.get(2)?,
        what: row.get(3)?,
        owner: row.get(4)?,
        due_on: optional_day(row, 5)?,
        done_on: optional_day(row, 6)?,
    })
}

fn clock_of(row: &Row<'_>) -> Result<ClockRow, StoreError> {
    Ok(ClockRow {
        case_id: row.get(0)?,
        episode_id: row.get(1)?,
        interval: row.get(2)?,
        started_on: day(row, 3)?,
        ended_on: optional_day(row, 4)?,
        urgent: row.get(5)?,
    })
}

fn due_of(row: &Row<'_>) -> Result<DueRow, StoreError> {
    Ok(DueRow {
        case_id: row.get(0)?,
        episode_id: row.get(1)?,
        months: row.get(2)?,
        due_on: day(row, 3)?,
        answered: row.get(4)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        Change,
        trial::{self, minutes_later},
    };
    use clinical::{
        case::Source,
        decision::{Action, BoardDecision, Recommendation, Seal},
        follow_up::{FollowUp, VitalStatus},
        year::ComplicationAnswer,
    };

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn decided(id: &str) -> Case {
        let mut case = trial::case(id);
        case.episodes[0].decision = Some(BoardDecision {
            decided_on: Some(date("2026-03-05")),
            recommendation: Recommendation {
                option: Some(TreatmentOption::Stereotactic),
                ..Recommendation::default()
            },
            rationale: "Oligometastatic".to_owned(),
            actions: vec![Action {
                id: "a".to_owned(),
                what: "Plan".to_owned(),
                owner: "Ada".to_owned(),
                due_on: Some(date("2026-03-12")),
            }],
            ..BoardDecision::default()
        });
        case
    }

    fn signed(id: &str) -> Case {
        let mut case = decided(id);
        let decision = case.episodes[0].decision.as_mut().unwrap();
        decision.seal = Some(Seal {
            person_id: "p".to_owned(),
            name: "Ada".to_owned(),
            specialty: "radiology".to_owned(),
            signed_at: trial::noon(),
            sha256: String::new(),
            open_findings: vec![],
            forecast: None,
        });
        case
    }

    #[test]
    fn what_is_due_follows_each_saved_change() {
        let (_folder, mut store) = trial::store();
        let today = date("2026-06-05");
        store
            .put_case(
                &decided("case-1"),
                &Change::new("A", "decided", 0),
                trial::noon(),
            )
            .unwrap();
        assert_eq!(store.unsigned_cases(10).unwrap(), ["case-1"]);
        assert_eq!(store.count_unsigned_cases().unwrap(), 1);
        assert_eq!(store.open_follow_ups(date("2030-01-01"), 10).unwrap(), []);
        assert_eq!(
            store.count_open_actions(date("2026-03-13")).unwrap(),
            [1, 1]
        );
        assert_eq!(
            store.count_open_actions(date("2026-03-12")).unwrap(),
            [1, 0]
        );

        store
            .put_case(
                &signed("case-1"),
                &Change::new("A", "signed", 1),
                minutes_later(1),
            )
            .unwrap();
        assert_eq!(store.unsigned_cases(10).unwrap().len(), 0);
        assert_eq!(store.count_unsigned_cases().unwrap(), 0);
        let due = store.open_follow_ups(today, 10).unwrap();
        assert_eq!(due.iter().map(|due| due.months).collect::<Vec<_>>(), [3]);
        assert_eq!(
            store
                .count_open_follow_ups(today, date("2026-06-04"))
                .unwrap(),
            [1, 0]
        );
        let row = &store
            .decided_episodes(date("2026-03-05"), date("2026-03-05"))
            .unwrap()[0];
        assert_eq!(
            (row.option, row.signed_by.as_deref()),
            (Some(TreatmentOption::Stereotactic), Some("Ada"))
        );
        assert_eq!(row.primary_tumour.as_deref(), Some("kidney"));
        assert_eq!(
            store
                .decided_episodes(date("2026-03-06"), date("2027-03-05"))
                .unwrap(),
            []
        );
        let since = RunningSince {
            interval: "board_to_treatment",
            urgent: false,
            on_or_before: date("2026-03-05"),
        };
        assert_eq!(store.running_clock(&since, 10).unwrap().len(), 1);
    }

    #[test]
    fn all_unsigned_decisions_are_counted_and_the_oldest_are_listed() {
        let (_folder, mut store) = trial::store();
        for (id, index_date) in [("case-1", "2026-03-05"), ("case-2", "2026-02-05")] {
            let mut case = decided(id);
            case.episodes[0].index_date = date(index_date);
            store
                .put_case(&case, &Change::new("A", "decided", 0), trial::noon())
                .unwrap();
        }
        assert_eq!(store.unsigned_cases(1).unwrap(), ["case-2"]);
        assert_eq!(store.count_unsigned_cases().unwrap(), 2);
    }

    #[test]
    fn what_was_learned_of_a_patient_stands_beside_the_decision() {
        let (_folder, mut store) = trial::store();
        let mut case = signed("case-1");
        let whole_year = |store: &Store| {
            let rows = store.decided_episodes(date("2026-01-01"), date("2026-12-31"));
            rows.unwrap().remove(0).outcome
        };
        store
            .put_case(&case, &Change::new("A", "signed", 0), trial::noon())
            .unwrap();
        assert_eq!(whole_year(&store), Some(EpisodeOutcome::default()));
        case.follow_ups.push(FollowUp {
            id: "f".to_owned(),
            seen_on: date("2026-06-08"),
            vital: VitalStatus::Alive,
            walking: Some("with_aid".to_owned()),
            worst_pain: None,
            continent: None,
            cord_compression: None,
            complications: vec![],
            no_complication: true,
            retreatments: vec![],
            note: String::new(),
            recorded_at: trial::noon(),
            source: Source::Typed,
            author: "A".to_owned(),
        });
        store
            .put_case(&case, &Change::new("A", "follow_up", 1), minutes_later(1))
            .unwrap();
        let learned = EpisodeOutcome {
            walking: [Some(true), None, None],
            complication: ComplicationAnswer::None,
            compression: None,
        };
        assert_eq!(whole_year(&store), Some(learned));
    }

    #[test]
    fn rows_of_another_version_are_made_anew_at_the_next_opening() {
        let (folder, mut store) = trial::store();
        store
            .put_case(
                &signed("case-1"),
                &Change::new("A", "signed", 0),
                trial::noon(),
            )
            .unwrap();
        store
            .connection
            .execute_batch(
                "DELETE FROM episodes; DELETE FROM texts; UPDATE cases SET register_version = 0;",
            )
            .unwrap();
        assert_eq!(store.search("oligometastatic", 10).unwrap().len(), 0);
        store.close().unwrap();
        let store = Store::open(folder.path(), trial::PASSPHRASE, trial::noon()).unwrap();
        assert_eq!(
            store
                .decided_episodes(date("2026-01-01"), date("2026-12-31"))
                .unwrap()
                .len(),
            1
        );
        assert_eq!(store.search("oligometastatic", 10).unwrap().len(), 1);
    }
}
