//! Meetings of the board: the list, its order, who is there, how long each case takes, and what is still to be fetched.

use crate::{
    Board, BoardError, CaseSummary,
    follow_up::day_of,
    new_id,
    week_settings::{self, WeekSettings},
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use clinical::{
    case::{BoardEpisode, Case},
    catalogue::Catalogue,
    checks,
    completeness::{ItemReading, ItemState, completeness},
    facts::Facts,
    findings::Severity,
    meeting::{AgendaItem, AgendaState, Attendance, Meeting, MeetingFault, Presence, QuorumState},
    pathway::emergency_at,
};
use serde::{Deserialize, Serialize};
use store::{Store, StoredMeeting};
use ts_rs::TS;

/// What a person enters for a meeting.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct MeetingInput {
    pub title: String,
    pub on: NaiveDate,
    #[serde(default)]
    #[ts(type = "string | null")]
    pub starts_at: Option<NaiveTime>,
    #[serde(default)]
    pub place: String,
    pub minutes_per_case: u32,
    #[serde(default)]
    pub list_closes_on: Option<NaiveDate>,
    #[serde(default)]
    pub note: String,
}

/// What may be changed of a case on the list.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct AgendaInput {
    #[serde(default)]
    pub minutes: Option<u32>,
    #[serde(default)]
    pub note: String,
}

/// A meeting with everything derived from it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MeetingView {
    pub meeting: Meeting,
    pub revision: u32,
    pub quorum: QuorumState,
    pub planned_minutes: u32,
    /// One for each item of the list, in its order.
    pub entries: Vec<AgendaEntry>,
}

/// What a coordinator sees of a case on the list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AgendaEntry {
    pub item_id: String,
    /// Absent where the case is not in this store any more.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseSummary>,
    pub question: String,
    /// Signs of an emergency are known on the day of the meeting.
    pub urgent: bool,
    /// What is there on the day of the meeting.
    pub completeness: Vec<ItemReading>,
    /// Findings that are alerts.
    pub alerts: u32,
    pub decision: DecisionStage,
    /// Seconds of discussion so far.
    #[ts(type = "number")]
    pub seconds: i64,
}

/// How far the decision of a discussion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DecisionStage {
    None,
    Draft,
    Signed,
}

/// A line of the list of meetings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct MeetingSummary {
    pub id: String,
    pub title: String,
    pub on: NaiveDate,
    #[ts(type = "string | null")]
    pub starts_at: Option<NaiveTime>,
    pub place: String,
    pub closed: bool,
    pub cases: u32,
    pub late: u32,
    pub discussed: u32,
    pub quorum_met: bool,
}

impl Board {
    /// The meetings of a span of days, by day; both ends belong to it.
    pub fn meetings(
        &self,
        from: NaiveDate,
        to: NaiveDate,
    ) -> Result<Vec<MeetingSummary>, BoardError> {
        self.with_store(|store| {
            let found = store.meetings(from, to)?;
            Ok(found.iter().map(|one| summary(&one.meeting)).collect())
        })
    }

    /// Shows a meeting with its cases; that the list was looked at is logged.
    pub fn meeting(&self, id: &str) -> Result<MeetingView, BoardError> {
        self.with_store(|store| {
            self.note_listing(store)?;
            let stored = store.meeting(id)?;
            self.meeting_view(store, stored)
        })
    }

    /// A new meeting to which all active people are invited.
    pub fn create_meeting(&self, input: MeetingInput) -> Result<MeetingView, BoardError> {
        self.with_store(|store| {
            let settings = week_settings::settings(store);
            let closes = settings.list_closes_days_before;
            let closes = closes.and_then(|days| input.on.checked_sub_days(Days::new(days.into())));
            let people = store.people()?;
            let invited = people.iter().filter(|person| person.active);
            let attendance = invited.map(|person| Attendance {
                person_id: Some(person.id.clone()),
                name: person.name.clone(),
                specialty: person.specialty.code(),
                presence: Presence::Invited,
            });
            let meeting = Meeting {
                id: new_id(),
                title: input.title.trim().to_owned(),
                on: input.on,
                starts_at: input.starts_at,
                place: input.place.trim().to_owned(),
                minutes_per_case: input.minutes_per_case,
                list_closes_on: input.list_closes_on.or(closes),
                quorum: settings.quorum,
                attendance: attendance.collect(),
                agenda: Vec::new(),
                note: input.note.trim().to_owned(),
                closed: None,
            };
            self.save_meeting(store, meeting, 0)
        })
    }

    /// Changes day, name and plan of a meeting. `revision` is that of the meeting that the form was filled from.
    pub fn change_meeting(
        &self,
        id: &str,
        revision: u32,
        input: MeetingInput,
    ) -> Result<MeetingView, BoardError> {
        self.with_store(|store| {
            let mut stored = open_meeting(store, id)?;
            let meeting = &mut stored.meeting;
            meeting.title = input.title.trim().to_owned();
            meeting.on = input.on;
            meeting.starts_at = input.starts_at;
            meeting.place = input.place.trim().to_owned();
            meeting.minutes_per_case = input.minutes_per_case;
            meeting.list_closes_on = input.list_closes_on;
            meeting.note = input.note.trim().to_owned();
            self.save_meeting(store, stored.meeting, revision)
        })
    }

    /// Says who is there and who is not.
    pub fn set_attendance(
        &self,
        id: &str,
        attendance: Vec<Attendance>,
    ) -> Result<MeetingView, BoardError> {
        self.edit_meeting(id, |meeting, _| {
            meeting.attendance = attendance;
            Ok(())
        })
    }

    /// Puts a case at the end of the list; late where the list has closed.
    pub fn add_to_meeting(&self, id: &str, case_id: &str) -> Result<MeetingView, BoardError> {
        self.with_store(|store| Ok(store.case_summary(case_id).map(drop)?))?;
        let author = self.author()?;
        self.edit_meeting(id, |meeting, now| {
            let known = meeting
                .agenda
                .iter_mut()
                .find(|item| item.case_id == case_id);
            if let Some(item) = known.filter(|item| item.state == AgendaState::Withdrawn) {
                item.state = AgendaState::Waiting;
                return Ok(());
            }
            let late = meeting.is_late(day_of(now));
            meeting.agenda.push(AgendaItem {
                id: new_id(),
                case_id: case_id.to_owned(),
                late,
                added_at: now,
                added_by: author,
                minutes: None,
                state: AgendaState::Waiting,
                discussed: Vec::new(),
                note: String::new(),
            });
            Ok(())
        })
    }

    /// Changes the planned minutes and the note of a case on the list.
    pub fn change_agenda_item(
        &self,
        id: &str,
        item_id: &str,
        input: AgendaInput,
    ) -> Result<MeetingView, BoardError> {
        self.edit_meeting(id, |meeting, _| {
            let mut items = meeting.agenda.iter_mut();
            let item = items.find(|item| item.id == item_id);
            let item = item.ok_or(MeetingFault::NoSuchItem)?;
            item.minutes = input.minutes;
            item.note = input.note.trim().to_owned();
            Ok(())
        })
    }

    /// Puts a case to another place of the list, counted from 0.
    pub fn move_agenda_item(
        &self,
        id: &str,
        item_id: &str,
        to: u32,
    ) -> Result<MeetingView, BoardError> {
        let to = usize::try_from(to).unwrap_or(usize::MAX);
        self.edit_meeting(id, |meeting, _| meeting.move_item(item_id, to))
    }

    /// Begins to discuss a case: its time runs, and that of the case before ends.
    pub fn start_agenda_item(&self, id: &str, item_id: &str) -> Result<MeetingView, BoardError> {
        self.edit_meeting(id, |meeting, now| meeting.start_item(item_id, now))
    }

    /// Ends the discussion of a case, or postpones or withdraws it.
    pub fn end_agenda_item(
        &self,
        id: &str,
        item_id: &str,
        state: AgendaState,
    ) -> Result<MeetingView, BoardError> {
        self.edit_meeting(id, |meeting, now| meeting.end_item(item_id, state, now))
    }

    /// Closes a meeting: nothing of it is changed afterwards. For coordinators and chairs.
    pub fn close_meeting(&self, id: &str) -> Result<MeetingView, BoardError> {
        let manager = self.manager()?;
        self.edit_meeting(id, |meeting, now| {
            meeting.close(&manager.name, now);
            Ok(())
        })
    }

    /// Changes a meeting that is not closed, as its next revision.
    fn edit_meeting(
        &self,
        id: &str,
        edit: impl FnOnce(&mut Meeting, DateTime<Utc>) -> Result<(), MeetingFault>,
    ) -> Result<MeetingView, BoardError> {
        self.with_store(|store| {
            let mut stored = open_meeting(store, id)?;
            edit(&mut stored.meeting, self.now()).map_err(refused)?;
            self.save_meeting(store, stored.meeting, stored.revision)
        })
    }

    fn save_meeting(
        &self,
        store: &mut Store,
        meeting: Meeting,
        expected: u32,
    ) -> Result<MeetingView, BoardError> {
        if let Some(fault) = meeting.fault() {
            return Err(refused(fault));
        }
        exchange::case_file::check_length(&meeting)?;
        let (person, now) = (self.person()?, self.now());
        let saved = store.put_meeting(&meeting, expected, &person, now);
        saved.map_err(|error| match error {
            store::StoreError::ChangedElsewhere { newest, .. } => BoardError::new(
                "meeting_changed_elsewhere",
                "Somebody changed this meeting since you opened the form. What you wrote is still on your screen: compare it with theirs.",
            )
            .with("newest", newest),
            other => other.into(),
        })?;
        let stored = store.meeting(&meeting.id)?;
        self.meeting_view(store, stored)
    }

    pub(crate) fn meeting_view(
        &self,
        store: &Store,
        stored: StoredMeeting,
    ) -> Result<MeetingView, BoardError> {
        let settings = week_settings::settings(store);
        let meeting = stored.meeting;
        let entries = meeting
            .agenda
            .iter()
            .map(|item| entry(store, &settings, &meeting, item, self.now()))
            .collect::<Result<_, _>>()?;
        Ok(MeetingView {
            quorum: meeting.quorum_state(),
            planned_minutes: meeting.planned_minutes(),
            revision: stored.revision,
            entries,
            meeting,
        })
    }
}

impl MeetingView {
    /// Cases that are still to be discussed and lack something.
    pub(crate) fn incomplete(&self) -> u32 {
        let items = self.meeting.agenda.iter().zip(&self.entries);
        let waiting = items.filter(|(item, _)| item.state == AgendaState::Waiting);
        let lacking = waiting.filter(|(_, entry)| {
            let mut items = entry.completeness.iter();
            items.any(|item| item.state >= ItemState::Stale)
        });
        u32::try_from(lacking.count()).unwrap_or(u32::MAX)
    }
}

fn entry(
    store: &Store,
    settings: &WeekSettings,
    meeting: &Meeting,
    item: &AgendaItem,
    now: DateTime<Utc>,
) -> Result<AgendaEntry, BoardError> {
    let seconds = item.seconds(now);
    let stored = match store.case(&item.case_id) {
        Ok(stored) => stored,
        Err(store::StoreError::UnknownCase) => {
            return Ok(AgendaEntry {
                item_id: item.id.clone(),
                case: None,
                question: String::new(),
                urgent: false,
                completeness: Vec::new(),
                alerts: 0,
                decision: DecisionStage::None,
                seconds,
            });
        }
        Err(other) => return Err(other.into()),
    };
    let case = &stored.case;
    let episode = case.current_episode();
    let facts = Facts::at(case, Catalogue::shipped(), meeting.on);
    let alerts = checks::findings(case, Catalogue::shipped(), meeting.on);
    let alerts = alerts
        .iter()
        .filter(|finding| finding.severity == Severity::Alert);
    Ok(AgendaEntry {
        item_id: item.id.clone(),
        case: Some(store.case_summary(&item.case_id)?),
        question: episode.map_or_else(String::new, |episode| episode.question.clone()),
        urgent: emergency_at(case, meeting.on, &facts),
        completeness: completeness(case, episode, &settings.completeness, meeting.on),
        alerts: u32::try_from(alerts.count()).unwrap_or(u32::MAX),
        decision: stage(episode),
        seconds,
    })
}

fn stage(episode: Option<&BoardEpisode>) -> DecisionStage {
    let decision = episode.and_then(|episode| episode.decision.as_ref());
    match decision {
        None => DecisionStage::None,
        Some(decision) if decision.is_signed() => DecisionStage::Signed,
        Some(_) => DecisionStage::Draft,
    }
}

pub(crate) fn summary(meeting: &Meeting) -> MeetingSummary {
    let count = |wanted: &dyn Fn(&AgendaItem) -> bool| {
        let found = meeting.agenda.iter().filter(|item| wanted(item)).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    MeetingSummary {
        id: meeting.id.clone(),
        title: meeting.title.clone(),
        on: meeting.on,
        starts_at: meeting.starts_at,
        place: meeting.place.clone(),
        closed: meeting.closed.is_some(),
        cases: count(&|item| item.state != AgendaState::Withdrawn),
        late: count(&|item| item.late && item.state != AgendaState::Withdrawn),
        discussed: count(&|item| item.state == AgendaState::Discussed),
        quorum_met: meeting.quorum_state().met,
    }
}

fn open_meeting(store: &Store, id: &str) -> Result<StoredMeeting, BoardError> {
    let stored = store.meeting(id)?;
    match stored.meeting.closed {
        Some(_) => Err(refused(MeetingFault::Closed)),
        None => Ok(stored),
    }
}

fn refused(fault: MeetingFault) -> BoardError {
    BoardError::new(fault.code(), fault.to_string())
}

/// The next meetings on whose list a case stands, or the last one that was.
pub(crate) fn next_meeting(
    store: &Store,
    case: &Case,
    today: NaiveDate,
) -> Result<Option<store::Listed>, BoardError> {
    let listed = store.meetings_of(&case.id)?;
    let next = listed.iter().find(|one| one.on >= today);
    Ok(next.or(listed.last()).cloned())
}
