//! What a coordinator sees on Tuesday for Thursday and an oncologist on opening: what is next, due, overdue and missing; and a
//! search over everything.

use crate::{
    Board, BoardError, CaseSummary, MeetingSummary,
    follow_up::day_of,
    meetings::summary,
    week_settings::{self, WeekSettings},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use clinical::{
    follow_up::{DueState, OVERDUE_AFTER_DAYS, due_state},
    pathway_clock::{ClockReading, clock_intervals},
};
use serde::Serialize;
use store::{ActionRow, RunningSince, Store, TextKind};
use ts_rs::TS;

/// Lines of each list; the counts are of all.
const MOST_LINES: u32 = 12;

/// Meetings that are shown ahead.
const MOST_MEETINGS: u32 = 3;

/// Results of a search, of cases and of meetings each.
const MOST_FOUND: u32 = 50;

/// The home screen.
#[derive(Debug, Clone, Serialize, TS)]
pub struct HomeView {
    pub today: NaiveDate,
    /// The last entry of the record lies after the computer's clock: the clock was set back.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_set_back: Option<DateTime<Utc>>,
    /// Today's and later ones, the next first.
    pub meetings: Vec<NextMeeting>,
    pub follow_ups: Due<DueLine>,
    pub steps: Due<ClockLine>,
    pub actions: Due<ActionLine>,
    pub unsigned: Unsigned,
    /// How many there are; the list of cases shows those that were saved last.
    pub cases: u32,
}

/// A meeting that comes, with how many of its cases lack something.
#[derive(Debug, Clone, Serialize, TS)]
pub struct NextMeeting {
    pub meeting: MeetingSummary,
    pub incomplete: u32,
    pub urgent: u32,
}

/// What is open, how much of it is overdue, and the first lines.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Due<Line> {
    pub open: u32,
    pub overdue: u32,
    pub lines: Vec<Line>,
}

/// Decisions that were written and that nobody signed.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Unsigned {
    /// Cases that have one.
    pub open: u32,
    /// The first of them.
    pub cases: Vec<CaseSummary>,
}

/// A follow-up that is due.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DueLine {
    pub case: CaseSummary,
    pub episode_id: String,
    pub months: u32,
    pub due_on: NaiveDate,
    pub state: DueState,
}

/// A step of the way that takes longer than its limit.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ClockLine {
    pub case: CaseSummary,
    pub episode_id: String,
    pub reading: ClockReading,
    pub urgent: bool,
}

/// Something that somebody has to do.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ActionLine {
    pub case: CaseSummary,
    pub episode_id: String,
    pub action_id: String,
    pub what: String,
    pub owner: String,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    pub overdue: bool,
}

/// What a search found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SearchView {
    /// By name or number, then by what people wrote.
    pub cases: Vec<FoundCase>,
    pub meetings: Vec<FoundMeeting>,
    /// More fit than are listed.
    pub more: bool,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct FoundCase {
    pub case: CaseSummary,
    /// Words around what was found; empty where name or number was.
    pub excerpt: String,
}

#[derive(Debug, Clone, Serialize, TS)]
pub struct FoundMeeting {
    pub meeting: MeetingSummary,
    pub excerpt: String,
}

impl Board {
    /// What is next, due, overdue and missing; that it was looked at is logged as the list of cases is.
    pub fn home(&self) -> Result<HomeView, BoardError> {
        let today = day_of(self.now());
        self.with_store(|store| {
            self.note_listing(store)?;
            let settings = week_settings::settings(store);
            Ok(HomeView {
                today,
                clock_set_back: self.clock_set_back(store)?,
                meetings: self.next_meetings(store, today)?,
                follow_ups: follow_ups(store, today)?,
                steps: steps(store, &settings, today)?,
                actions: actions(store, today)?,
                unsigned: unsigned(store)?,
                cases: store.list("", 0)?.total,
            })
        })
    }

    /// Cases by name, number or what people wrote of them, and meetings.
    pub fn search(&self, search: &str) -> Result<SearchView, BoardError> {
        self.with_store(|store| {
            self.note_listing(store)?;
            let by_name = store.list(search, MOST_FOUND)?;
            let mut texts = store.search(search, MOST_FOUND + 1)?;
            let more = by_name.total > MOST_FOUND || texts.len() > MOST_FOUND as usize;
            texts.truncate(MOST_FOUND as usize);
            let mut cases: Vec<FoundCase> = by_name
                .cases
                .into_iter()
                .map(|case| FoundCase {
                    case,
                    excerpt: String::new(),
                })
                .collect();
            let mut meetings = Vec::new();
            for text in texts {
                match text.kind {
                    TextKind::Case => {
                        if cases.iter().all(|found| found.case.id != text.id) {
                            cases.push(FoundCase {
                                case: store.case_summary(&text.id)?,
                                excerpt: text.excerpt,
                            });
                        }
                    }
                    TextKind::Meeting => meetings.push(FoundMeeting {
                        meeting: summary(&store.meeting(&text.id)?.meeting),
                        excerpt: text.excerpt,
                    }),
                }
            }
            Ok(SearchView {
                cases,
                meetings,
                more,
            })
        })
    }

    fn next_meetings(
        &self,
        store: &Store,
        today: NaiveDate,
    ) -> Result<Vec<NextMeeting>, BoardError> {
        let next = store.meetings_beside(today, false, MOST_MEETINGS)?;
        let mut shown = Vec::with_capacity(next.len());
        for stored in next {
            let view = self.meeting_view(store, stored)?;
            let urgent = view.entries.iter().filter(|entry| entry.urgent).count();
            shown.push(NextMeeting {
                meeting: summary(&view.meeting),
                incomplete: view.incomplete(),
                urgent: u32::try_from(urgent).unwrap_or(u32::MAX),
            });
        }
        Ok(shown)
    }
}

fn follow_ups(store: &Store, today: NaiveDate) -> Result<Due<DueLine>, BoardError> {
    let days = Days::new(OVERDUE_AFTER_DAYS + 1);
    let overdue_by = today.checked_sub_days(days).unwrap_or(NaiveDate::MIN);
    let [open, overdue] = store.count_open_follow_ups(today, overdue_by)?;
    let lines = store
        .open_follow_ups(today, MOST_LINES)?
        .into_iter()
        .map(|row| {
            Ok(DueLine {
                case: store.case_summary(&row.case_id)?,
                episode_id: row.episode_id,
                months: row.months,
                due_on: row.due_on,
                state: due_state(row.due_on, None, false, today),
            })
        });
    Ok(Due {
        open,
        overdue,
        lines: lines.collect::<Result<_, BoardError>>()?,
    })
}

/// Those that run beyond their limit; what runs within it is not shown here.
fn steps(
    store: &Store,
    settings: &WeekSettings,
    today: NaiveDate,
) -> Result<Due<ClockLine>, BoardError> {
    let mut lines = Vec::new();
    let mut overdue = 0;
    for interval in clock_intervals() {
        for urgent in [true, false] {
            let Some(limit) = interval.limit(&settings.clock, urgent) else {
                continue;
            };
            // The day before the last on which it would be in time.
            let on_or_before = today.checked_sub_days(Days::new(u64::from(limit) + 1));
            let since = RunningSince {
                interval: &interval.id,
                urgent,
                on_or_before: on_or_before.unwrap_or(NaiveDate::MIN),
            };
            overdue += store.count_running_clock(&since)?;
            for row in store.running_clock(&since, MOST_LINES)? {
                let reading = interval.read(Some(row.started_on), None, Some(limit), today);
                lines.push((row.case_id, row.episode_id, reading, urgent));
            }
        }
    }
    // The furthest beyond its limit first.
    lines.sort_by_key(|(_, _, reading, urgent)| {
        let beyond = reading.days.unwrap_or(0) - i64::from(reading.limit_days.unwrap_or(0));
        (!*urgent, -beyond)
    });
    lines.truncate(MOST_LINES as usize);
    let lines = lines
        .into_iter()
        .map(|(case_id, episode_id, reading, urgent)| {
            Ok(ClockLine {
                case: store.case_summary(&case_id)?,
                episode_id,
                reading,
                urgent,
            })
        });
    Ok(Due {
        open: overdue,
        overdue,
        lines: lines.collect::<Result<_, BoardError>>()?,
    })
}

fn actions(store: &Store, today: NaiveDate) -> Result<Due<ActionLine>, BoardError> {
    let [open, overdue] = store.count_open_actions(today)?;
    let line = |row: ActionRow| {
        Ok(ActionLine {
            case: store.case_summary(&row.case_id)?,
            episode_id: row.episode_id,
            action_id: row.id,
            what: row.what,
            owner: row.owner,
            due_on: row.due_on,
            overdue: row.due_on.is_some_and(|due| due < today),
        })
    };
    let lines = store.open_actions(MOST_LINES)?.into_iter().map(line);
    Ok(Due {
        open,
        overdue,
        lines: lines.collect::<Result<_, BoardError>>()?,
    })
}

fn unsigned(store: &Store) -> Result<Unsigned, BoardError> {
    let ids = store.unsigned_cases(MOST_LINES)?;
    let cases = ids.iter().map(|id| store.case_summary(id));
    Ok(Unsigned {
        open: store.count_unsigned_cases()?,
        cases: cases.collect::<Result<_, _>>()?,
    })
}
