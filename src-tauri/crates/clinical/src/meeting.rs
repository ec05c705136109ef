//! A meeting of the board: who is there, which cases in which order, how long each took, and whether there was a quorum.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// More cases than any meeting can discuss.
pub const MOST_AGENDA_ITEMS: usize = 200;

/// One meeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    pub id: String,
    pub title: String,
    pub on: NaiveDate,
    /// By the clock of the place; none where nobody said.
    #[serde(default)]
    #[ts(type = "string | null")]
    pub starts_at: Option<NaiveTime>,
    #[serde(default)]
    pub place: String,
    /// Planned for each case unless the item says otherwise.
    pub minutes_per_case: u32,
    /// Cases that are listed after this day are late.
    #[serde(default)]
    pub list_closes_on: Option<NaiveDate>,
    /// Who has to be there; kept with the meeting, so that a later change of the rule does not change it.
    pub quorum: QuorumRule,
    #[serde(default)]
    pub attendance: Vec<Attendance>,
    /// In the order of discussion.
    #[serde(default)]
    pub agenda: Vec<AgendaItem>,
    #[serde(default)]
    pub note: String,
    /// Nothing is changed once it is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub closed: Option<Closing>,
}

/// Who closed a meeting, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    pub name: String,
    pub at: DateTime<Utc>,
}

/// Who has to be there for a decision to be one of the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct QuorumRule {
    /// Ids of specialties, each of which has to be there once.
    pub specialties: Vec<String>,
    /// At least so many people.
    pub people: u32,
}

/// Somebody who was asked to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Attendance {
    /// Of the people of the installation; none for a guest.
    #[serde(default)]
    pub person_id: Option<String>,
    pub name: String,
    /// Id of a specialty; the words are `specialty.<id>`.
    pub specialty: String,
    pub presence: Presence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    Invited,
    Present,
    Remote,
    Excused,
    Absent,
}

/// A case on the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct AgendaItem {
    pub id: String,
    pub case_id: String,
    /// Listed after the list was closed.
    #[serde(default)]
    pub late: bool,
    pub added_at: DateTime<Utc>,
    pub added_by: String,
    /// Planned, where other than the meeting's.
    #[serde(default)]
    pub minutes: Option<u32>,
    pub state: AgendaState,
    /// When it was discussed; again after an interruption.
    #[serde(default)]
    pub discussed: Vec<DiscussedSpan>,
    #[serde(default)]
    pub note: String,
}

/// From when to when a case was discussed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct DiscussedSpan {
    pub from: DateTime<Utc>,
    /// None while it goes on.
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AgendaState {
    Waiting,
    InDiscussion,
    Discussed,
    /// To another meeting.
    Postponed,
    Withdrawn,
}

/// Whether the people who are there are enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct QuorumState {
    pub met: bool,
    pub present: u32,
    /// Specialties that the rule asks for and nobody speaks for.
    pub missing_specialties: Vec<String>,
    /// So many people are missing.
    pub missing_people: u32,
}

/// Why a meeting cannot be as it is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MeetingFault {
    #[error("Give the meeting a name.")]
    NoTitle,
    #[error("Plan at least one minute for a case and at most 240.")]
    MinutesImpossible,
    #[error("This case is on the list already.")]
    CaseTwice,
    #[error("The list is full. Make another meeting.")]
    ListFull,
    #[error("This person is on the list of attendance already.")]
    PersonTwice,
    #[error(
        "This meeting is closed, so nothing of it is changed. Make another meeting for what is left."
    )]
    Closed,
    #[error("This case is no longer on the list.")]
    NoSuchItem,
    #[error("The list closes after the meeting. Choose an earlier day.")]
    ListClosesAfter,
}

impl MeetingFault {
    pub fn code(self) -> &'static str {
        match self {
            MeetingFault::NoTitle => "meeting_no_title",
            MeetingFault::MinutesImpossible => "meeting_minutes_impossible",
            MeetingFault::CaseTwice => "meeting_case_twice",
            MeetingFault::ListFull => "meeting_list_full",
            MeetingFault::PersonTwice => "meeting_person_twice",
            MeetingFault::Closed => "meeting_closed",
            MeetingFault::NoSuchItem => "meeting_no_such_item",
            MeetingFault::ListClosesAfter => "meeting_list_closes_after",
        }
    }
}

impl Presence {
    pub fn is_there(self) -> bool {
        matches!(self, Presence::Present | Presence::Remote)
    }

    /// The code as it stands in a file and in the words file, under `presence`.
    pub fn code(self) -> &'static str {
        match self {
            Presence::Invited => "invited",
            Presence::Present => "present",
            Presence::Remote => "remote",
            Presence::Excused => "excused",
            Presence::Absent => "absent",
        }
    }
}

impl AgendaState {
    /// The code as it stands in a file and in the words file, under `agenda`.
    pub fn code(self) -> &'static str {
        match self {
            AgendaState::Waiting => "waiting",
            AgendaState::InDiscussion => "in_discussion",
            AgendaState::Discussed => "discussed",
            AgendaState::Postponed => "postponed",
            AgendaState::Withdrawn => "withdrawn",
        }
    }
}

impl AgendaItem {
    /// Seconds of discussion until `now`; a clock that was set back meanwhile counts as none.
    pub fn seconds(&self, now: DateTime<Utc>) -> i64 {
        let span = |span: &DiscussedSpan| {
            let until = span.until.unwrap_or(now);
            (until - span.from).num_seconds().max(0)
        };
        self.discussed.iter().map(span).sum()
    }

    fn stop(&mut self, now: DateTime<Utc>) {
        for span in &mut self.discussed {
            span.until.get_or_insert(now);
        }
    }
}

impl Meeting {
    /// What cannot be.
    pub fn fault(&self) -> Option<MeetingFault> {
        let mut cases = BTreeMap::new();
        let twice = self
            .agenda
            .iter()
            .any(|item| cases.insert(&item.case_id, ()).is_some());
        let same = |one: &Attendance, other: &Attendance| match (&one.person_id, &other.person_id) {
            (Some(one), Some(other)) => one == other,
            _ => one.name.trim() == other.name.trim(),
        };
        let person_twice = self.attendance.iter().enumerate().any(|(at, person)| {
            self.attendance[..at]
                .iter()
                .any(|earlier| same(earlier, person))
        });
        let possible = |minutes: u32| (1..=240).contains(&minutes);
        let minutes = self.agenda.iter().filter_map(|item| item.minutes);
        if self.title.trim().is_empty() {
            Some(MeetingFault::NoTitle)
        } else if !minutes.chain([self.minutes_per_case]).all(possible) {
            Some(MeetingFault::MinutesImpossible)
        } else if self.list_closes_on.is_some_and(|day| day > self.on) {
            Some(MeetingFault::ListClosesAfter)
        } else if twice {
            Some(MeetingFault::CaseTwice)
        } else if self.agenda.len() > MOST_AGENDA_ITEMS {
            Some(MeetingFault::ListFull)
        } else if person_twice {
            Some(MeetingFault::PersonTwice)
        } else {
            None
        }
    }

    /// Whether a case that is listed on a day comes too late.
    pub fn is_late(&self, listed_on: NaiveDate) -> bool {
        self.list_closes_on.is_some_and(|closes| listed_on > closes)
    }

    /// Puts an item to another place of the list, counted from 0; beyond the end is the end.
    pub fn move_item(&mut self, item_id: &str, to: usize) -> Result<(), MeetingFault> {
        let from = self.position(item_id)?;
        let item = self.agenda.remove(from);
        self.agenda.insert(to.min(self.agenda.len()), item);
        Ok(())
    }

    /// Begins to discuss an item; whatever was discussed until now is ended as discussed.
    pub fn start_item(&mut self, item_id: &str, now: DateTime<Utc>) -> Result<(), MeetingFault> {
        let at = self.position(item_id)?;
        for (position, item) in self.agenda.iter_mut().enumerate() {
            if position != at && item.state == AgendaState::InDiscussion {
                item.stop(now);
                item.state = AgendaState::Discussed;
            }
        }
        let item = &mut self.agenda[at];
        if item.state != AgendaState::InDiscussion {
            item.discussed.push(DiscussedSpan {
                from: now,
                until: None,
            });
            item.state = AgendaState::InDiscussion;
        }
        Ok(())
    }

    /// Ends the discussion of an item, or says what became of it without one.
    pub fn end_item(
        &mut self,
        item_id: &str,
        state: AgendaState,
        now: DateTime<Utc>,
    ) -> Result<(), MeetingFault> {
        let at = self.position(item_id)?;
        self.agenda[at].stop(now);
        self.agenda[at].state = state;
        Ok(())
    }

    /// Ends whatever is still being discussed and closes the meeting.
    pub fn close(&mut self, name: &str, now: DateTime<Utc>) {
        for item in &mut self.agenda {
            item.stop(now);
            if item.state == AgendaState::InDiscussion {
                item.state = AgendaState::Discussed;
            }
        }
        self.closed = Some(Closing {
            name: name.to_owned(),
            at: now,
        });
    }

    fn position(&self, item_id: &str) -> Result<usize, MeetingFault> {
        let mut items = self.agenda.iter();
        items
            .position(|item| item.id == item_id)
            .ok_or(MeetingFault::NoSuchItem)
    }

    /// Planned for what is still to be discussed or was, without what was taken off.
    pub fn planned_minutes(&self) -> u32 {
        let on = self
            .agenda
            .iter()
            .filter(|item| !matches!(item.state, AgendaState::Postponed | AgendaState::Withdrawn));
        on.map(|item| item.minutes.unwrap_or(self.minutes_per_case))
            .sum()
    }

    /// Whether the people who are there are enough.
    pub fn quorum_state(&self) -> QuorumState {
        let there: Vec<&Attendance> = self
            .attendance
            .iter()
            .filter(|person| person.presence.is_there())
            .collect();
        let speaks = |specialty: &&String| !there.iter().any(|one| one.specialty == **specialty);
        let missing: Vec<String> = self
            .quorum
            .specialties
            .iter()
            .filter(speaks)
            .cloned()
            .collect();
        let present = u32::try_from(there.len()).unwrap_or(u32::MAX);
        let missing_people = self.quorum.people.saturating_sub(present);
        QuorumState {
            met: missing.is_empty() && missing_people == 0,
            present,
            missing_specialties: missing,
            missing_people,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn item(id: &str) -> AgendaItem {
        AgendaItem {
            id: id.to_owned(),
            case_id: format!("case-{id}"),
            late: false,
            added_at: at(0),
            added_by: "A".to_owned(),
            minutes: None,
            state: AgendaState::Waiting,
            discussed: vec![],
            note: String::new(),
        }
    }

    fn meeting() -> Meeting {
        Meeting {
            id: "m".to_owned(),
            title: "Thursday".to_owned(),
            on: "2026-03-05".parse().unwrap(),
            starts_at: None,
            place: String::new(),
            minutes_per_case: 8,
            list_closes_on: "2026-03-03".parse().ok(),
            quorum: QuorumRule {
                specialties: vec!["radiology".to_owned(), "spine_surgery".to_owned()],
                people: 3,
            },
            attendance: vec![],
            agenda: ["a", "b", "c"].map(item).to_vec(),
            note: String::new(),
            closed: None,
        }
    }

    fn order(meeting: &Meeting) -> String {
        meeting.agenda.iter().map(|item| item.id.as_str()).collect()
    }

    #[test]
    fn an_item_moves_and_the_others_keep_their_order() {
        let mut one = meeting();
        one.move_item("a", 2).unwrap();
        assert_eq!(order(&one), "bca");
        one.move_item("a", 0).unwrap();
        assert_eq!(order(&one), "abc");
        one.move_item("b", 99).unwrap();
        assert_eq!(order(&one), "acb");
        assert_eq!(one.move_item("x", 0), Err(MeetingFault::NoSuchItem));
    }

    proptest! {
        #[test]
        fn no_case_is_lost_by_moving(moves in proptest::collection::vec((0_usize..3, 0_usize..5), 0..20)) {
            let mut one = meeting();
            for (item, to) in moves {
                one.move_item(["a", "b", "c"][item], to).unwrap();
            }
            let mut letters: Vec<char> = order(&one).chars().collect();
            letters.sort_unstable();
            prop_assert_eq!(letters, ['a', 'b', 'c']);
        }
    }

    #[test]
    fn one_case_is_discussed_at_a_time_and_interruptions_add_up() {
        let mut one = meeting();
        one.start_item("a", at(0)).unwrap();
        one.start_item("b", at(5)).unwrap();
        assert_eq!(one.agenda[0].state, AgendaState::Discussed);
        one.start_item("a", at(8)).unwrap();
        // Asked for again while it runs: nothing begins anew.
        one.start_item("a", at(9)).unwrap();
        one.end_item("a", AgendaState::Discussed, at(10)).unwrap();
        let seconds: Vec<i64> = one.agenda.iter().map(|item| item.seconds(at(60))).collect();
        assert_eq!(seconds, [7 * 60, 3 * 60, 0]);
        one.end_item("c", AgendaState::Postponed, at(11)).unwrap();
        assert_eq!(one.planned_minutes(), 16);
    }

    #[test]
    fn a_clock_that_was_set_back_gives_no_negative_time() {
        let mut one = meeting();
        one.start_item("a", at(10)).unwrap();
        one.close("A", at(5));
        assert_eq!(one.agenda[0].seconds(at(5)), 0);
        assert_eq!(one.agenda[0].state, AgendaState::Discussed);
    }

    #[test]
    fn a_quorum_needs_each_specialty_and_enough_people() {
        let mut one = meeting();
        let person = |name: &str, specialty: &str, presence| Attendance {
            person_id: None,
            name: name.to_owned(),
            specialty: specialty.to_owned(),
            presence,
        };
        one.attendance = vec![
            person("Ada", "radiology", Presence::Present),
            person("Bob", "spine_surgery", Presence::Excused),
            person("Cem", "nursing", Presence::Remote),
        ];
        let state = one.quorum_state();
        assert_eq!(
            (state.met, state.present, state.missing_people),
            (false, 2, 1)
        );
        assert_eq!(state.missing_specialties, ["spine_surgery"]);
        one.attendance[1].presence = Presence::Remote;
        assert!(one.quorum_state().met);
    }

    #[test]
    fn what_cannot_be_is_named() {
        let fault = |change: fn(&mut Meeting)| {
            let mut one = meeting();
            change(&mut one);
            one.fault()
        };
        assert_eq!(fault(|_| ()), None);
        assert_eq!(
            fault(|one| one.title = " ".to_owned()),
            Some(MeetingFault::NoTitle)
        );
        assert_eq!(
            fault(|one| one.minutes_per_case = 0),
            Some(MeetingFault::MinutesImpossible)
        );
        assert_eq!(
            fault(|one| one.agenda[1].minutes = Some(241)),
            Some(MeetingFault::MinutesImpossible)
        );
        assert_eq!(
            fault(|one| one.agenda.push(item("a"))),
            Some(MeetingFault::CaseTwice)
        );
        assert_eq!(
            fault(|one| one.list_closes_on = "2026-03-06".parse().ok()),
            Some(MeetingFault::ListClosesAfter)
        );
    }

    #[test]
    fn a_case_listed_after_the_list_closed_is_late() {
        let one = meeting();
        assert!(!one.is_late("2026-03-03".parse().unwrap()));
        assert!(one.is_late("2026-03-04".parse().unwrap()));
    }
}
