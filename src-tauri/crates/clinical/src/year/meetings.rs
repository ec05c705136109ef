//! What became of the lists of a span's meetings.

use super::{Share, Spread, count};
use crate::meeting::{AgendaState, Meeting};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use ts_rs::TS;

/// Seconds of a minute.
const MINUTE: f64 = 60.0;

/// One meeting.
#[derive(Debug, Clone, PartialEq)]
pub struct MeetingRow {
    pub on: NaiveDate,
    pub closed: bool,
    pub quorum_met: bool,
    /// Without those that were withdrawn.
    pub listed: u32,
    pub late: u32,
    pub discussed: u32,
    pub postponed: u32,
    pub withdrawn: u32,
    /// Seconds of discussion of each case that was discussed and timed.
    pub seconds: Vec<i64>,
}

/// The meetings of a span until the day of counting.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct MeetingFigures {
    /// That were closed or discussed a case.
    pub held: u32,
    /// Of those that were held.
    pub with_quorum: Share,
    pub listed: u32,
    pub discussed: u32,
    pub postponed: u32,
    pub withdrawn: u32,
    /// Of the cases on the lists: listed after the list had closed.
    pub late: Share,
    /// Minutes of discussion for a case.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<Spread>,
}

impl MeetingRow {
    /// What counts of a meeting.
    pub fn of(meeting: &Meeting, now: DateTime<Utc>) -> MeetingRow {
        let of = |state: AgendaState| {
            let items = meeting.agenda.iter();
            count(items.filter(|item| item.state == state).count())
        };
        let withdrawn = of(AgendaState::Withdrawn);
        let is_late =
            |item: &&crate::meeting::AgendaItem| item.late && item.state != AgendaState::Withdrawn;
        let discussed = meeting
            .agenda
            .iter()
            .filter(|item| item.state == AgendaState::Discussed);
        let seconds = discussed.map(|item| item.seconds(now));
        MeetingRow {
            on: meeting.on,
            closed: meeting.closed.is_some(),
            quorum_met: meeting.quorum_state().met,
            listed: count(meeting.agenda.len()).saturating_sub(withdrawn),
            late: count(meeting.agenda.iter().filter(is_late).count()),
            discussed: of(AgendaState::Discussed),
            postponed: of(AgendaState::Postponed),
            withdrawn,
            seconds: seconds.filter(|seconds| *seconds > 0).collect(),
        }
    }

    fn was_held(&self, today: NaiveDate) -> bool {
        self.on <= today && (self.closed || self.discussed > 0)
    }
}

pub(super) fn figures(rows: &[MeetingRow], today: NaiveDate) -> MeetingFigures {
    let held: Vec<&MeetingRow> = rows.iter().filter(|row| row.was_held(today)).collect();
    let sum = |of: fn(&MeetingRow) -> u32| held.iter().map(|row| of(row)).sum::<u32>();
    let seconds = held.iter().flat_map(|row| &row.seconds);
    MeetingFigures {
        held: count(held.len()),
        with_quorum: Share {
            count: count(held.iter().filter(|row| row.quorum_met).count()),
            of: count(held.len()),
        },
        listed: sum(|row| row.listed),
        discussed: sum(|row| row.discussed),
        postponed: sum(|row| row.postponed),
        withdrawn: sum(|row| row.withdrawn),
        late: Share {
            count: sum(|row| row.late),
            of: sum(|row| row.listed),
        },
        minutes: Spread::of(seconds.map(|seconds| *seconds as f64 / MINUTE)),
    }
}
