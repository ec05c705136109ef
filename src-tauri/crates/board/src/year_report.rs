//! What the board did in a span of days, and the yearly report about it.

use crate::{
    Board, BoardError, ExportedFile,
    follow_up::day_of,
    summary::Printed,
    week_settings::{self, WeekSettings},
};
use chrono::NaiveDate;
use clinical::{
    pathway_clock::clock_intervals,
    year::{DiscussionRow, DueRow, IntervalRow, MeetingRow, YearFigures, YearRows, year},
};
use report::{YearReportInput, year_report};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use store::{Store, StoreError};

impl Board {
    /// What was done in a span of days and what came of it; both ends belong to it.
    pub fn year(&self, from: NaiveDate, to: NaiveDate) -> Result<YearFigures, BoardError> {
        let now = self.now();
        if from > to {
            let message = "The first day lies after the last. Correct one of the two.";
            return Err(BoardError::new("span_reversed", message));
        }
        self.with_store(|store| {
            self.note_listing(store)?;
            let settings = week_settings::settings(store);
            let made_up = store.synthetic_cases()?;
            let meetings = store.meetings(from, to)?;
            let rows = YearRows {
                from,
                to,
                today: day_of(now),
                meetings: meetings
                    .iter()
                    .map(|stored| MeetingRow::of(&stored.meeting, now))
                    .collect(),
                discussions: discussions(store, from, to)?,
                intervals: intervals(store, &settings, &made_up, (from, to))?,
                due: due(store, &made_up, (from, to))?,
            };
            let counted = year(&rows);
            Ok(counted.map_err(|_| StoreError::Damaged)?)
        })
    }

    /// Writes the report of a span of days. Without a path, into `reports` of the data folder.
    pub fn export_year(
        &self,
        from: NaiveDate,
        to: NaiveDate,
        path: Option<&Path>,
    ) -> Result<ExportedFile, BoardError> {
        let figures = self.year(from, to)?;
        let now = self.now();
        let settings = self.with_store(|store| Ok(week_settings::settings(store)))?;
        let printed = Printed {
            letterhead: settings.letterhead,
            ..Printed::here(self.language(), now)
        };
        let verification = self.own_results_of_a_report()?;
        let pdf = year_report(&YearReportInput {
            figures: &figures,
            verification: verification.as_ref(),
            paper: printed.paper(),
        })?;
        let path = match path {
            Some(path) => path.to_owned(),
            None => self.report_path(&format!("year-{from}-{to}"), now)?,
        };
        self.write_report_file(&path, &pdf, None)
    }
}

fn discussions(
    store: &Store,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<DiscussionRow>, BoardError> {
    let rows = store.decided_episodes(from, to)?.into_iter();
    let rows = rows.filter_map(|row| {
        Some(DiscussionRow {
            case_id: row.case_id,
            decided_on: row.decided_on?,
            primary_tumour: row.primary_tumour,
            option: row.option,
            deferred: row.deferred,
            signed: row.signed_at.is_some(),
            dissenting: row.dissenting,
            addenda: row.addenda,
            decided_by_forecast: row.decided_by_forecast,
            carried_out: row.carried_out,
            reason: row.reason,
            died_on: row.died_on,
            last_alive_on: row.last_alive_on,
            outcome: row.outcome.unwrap_or_default(),
            synthetic: row.synthetic,
        })
    });
    Ok(rows.collect())
}

fn intervals(
    store: &Store,
    settings: &WeekSettings,
    made_up: &BTreeSet<String>,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<IntervalRow>, BoardError> {
    let known: BTreeMap<&str, _> = clock_intervals()
        .iter()
        .map(|interval| (interval.id.as_str(), interval))
        .collect();
    let rows = store.clock(from, to)?.into_iter();
    let rows = rows.filter_map(|row| {
        let interval = known.get(row.interval.as_str())?;
        Some(IntervalRow {
            limit_days: interval.limit(&settings.clock, row.urgent),
            interval: row.interval,
            urgent: row.urgent,
            started_on: row.started_on,
            ended_on: row.ended_on,
            synthetic: made_up.contains(&row.case_id),
        })
    });
    Ok(rows.collect())
}

fn due(
    store: &Store,
    made_up: &BTreeSet<String>,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<DueRow>, BoardError> {
    let rows = store.due_follow_ups(from, to)?.into_iter();
    let rows = rows.map(|row| DueRow {
        months: row.months,
        due_on: row.due_on,
        answered: row.answered,
        synthetic: made_up.contains(&row.case_id),
    });
    Ok(rows.collect())
}
