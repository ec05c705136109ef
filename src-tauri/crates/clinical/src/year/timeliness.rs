//! How long the steps of the way took, and how many within their limit.

use super::{Share, Spread, count};
use crate::pathway_clock::clock_intervals;
use chrono::NaiveDate;
use serde::Serialize;
use ts_rs::TS;

/// An interval that began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntervalRow {
    /// Of [`clock_intervals`].
    pub interval: String,
    /// Cord compression was suspected, so the shorter limit holds.
    pub urgent: bool,
    pub started_on: NaiveDate,
    pub ended_on: Option<NaiveDate>,
    /// That of the centre.
    pub limit_days: Option<u32>,
    pub synthetic: bool,
}

/// One interval of the clock.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct IntervalFigures {
    /// The words are `clock.<id>`.
    pub id: String,
    pub urgent: bool,
    /// Days of those that ended.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<Spread>,
    pub running: u32,
    /// That end before they start, and are counted nowhere else.
    pub contradictions: u32,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_days: Option<u32>,
    /// Of those that ended or whose limit has passed while they run; those that run within it say nothing yet.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Share>,
}

/// Each interval that began at all, ordinary patients before emergencies.
pub(super) fn figures(rows: &[&IntervalRow], today: NaiveDate) -> Vec<IntervalFigures> {
    let kinds = clock_intervals()
        .iter()
        .flat_map(|interval| [(&interval.id, false), (&interval.id, true)]);
    let figures = kinds.filter_map(|(id, urgent)| {
        let of_kind: Vec<&IntervalRow> = rows
            .iter()
            .copied()
            .filter(|row| row.interval == *id && row.urgent == urgent)
            .collect();
        (!of_kind.is_empty()).then(|| one(id, urgent, &of_kind, today))
    });
    figures.collect()
}

fn one(id: &str, urgent: bool, rows: &[&IntervalRow], today: NaiveDate) -> IntervalFigures {
    let days = |row: &IntervalRow| (row.ended_on.unwrap_or(today) - row.started_on).num_days();
    let ended = |row: &&&IntervalRow| row.ended_on.is_some() && days(row) >= 0;
    let contradicts = |row: &&&IntervalRow| row.ended_on.is_some() && days(row) < 0;
    let limit_days = rows.iter().filter_map(|row| row.limit_days).max();
    let mut within = Share::default();
    for row in rows.iter().filter(|row| !contradicts(row)) {
        let Some(limit) = row.limit_days else {
            continue;
        };
        let is_late = days(row) > i64::from(limit);
        if row.ended_on.is_some() || is_late {
            within.of += 1;
            within.count += u32::from(!is_late);
        }
    }
    IntervalFigures {
        id: id.to_owned(),
        urgent,
        days: Spread::of(rows.iter().filter(ended).map(|row| days(row) as f64)),
        running: count(rows.iter().filter(|row| row.ended_on.is_none()).count()),
        contradictions: count(rows.iter().filter(contradicts).count()),
        limit_days,
        within: limit_days.map(|_| within),
    }
}
