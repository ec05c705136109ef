//! The times of the pathway as a table for an audit.

use crate::{Board, BoardError, ExportedFile, follow_up::day_of, week_settings};
use chrono::NaiveDate;
use clinical::pathway_clock::clock_intervals;
use exchange::clock_output::{ClockLine, write_clock};
use std::path::Path;
use store::AuditEntry;

impl Board {
    /// Writes every interval that began in a span of days, against the centre's limits, without names. Without a path it goes
    /// into `reports` of the data folder.
    pub fn export_clock(
        &self,
        from: NaiveDate,
        to: NaiveDate,
        path: Option<&Path>,
    ) -> Result<ExportedFile, BoardError> {
        let now = self.now();
        let path = match path {
            Some(path) => path.to_owned(),
            None => self
                .reports_folder()?
                .join(format!("pathway-clock-{from}-{to}.csv")),
        };
        self.with_store(|store| {
            let limits = week_settings::settings(store).clock;
            let rows = store.clock(from, to)?;
            let lines = rows.into_iter().filter_map(|row| {
                let mut intervals = clock_intervals().iter();
                // A row of an interval that this version no longer knows is left out.
                let interval = intervals.find(|interval| interval.id == row.interval)?;
                let limit = interval.limit(&limits, row.urgent);
                Some(ClockLine {
                    case_id: row.case_id,
                    episode_id: row.episode_id,
                    urgent: row.urgent,
                    from: interval.from,
                    to: interval.to,
                    reading: interval.read(Some(row.started_on), row.ended_on, limit, day_of(now)),
                })
            });
            let mut text = Vec::new();
            write_clock(&mut text, lines)?;
            store.write_file(&path, &text)?;
            let person = self.person()?;
            let entry = AuditEntry {
                details: &text,
                ..AuditEntry::new(&person, "clock_exported")
            };
            store.audit_append(&entry, now)?;
            Ok(())
        })?;
        Ok(ExportedFile {
            path: path.display().to_string(),
        })
    }
}
