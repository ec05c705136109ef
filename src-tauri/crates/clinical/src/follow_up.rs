//! How patients fare after a decision, and when somebody is due to be asked.

use crate::case::{Source, TreatmentKind};
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Months after a decision at which a patient is followed up: the horizons of the forecast.
pub const FOLLOW_UP_MONTHS: [u32; 3] = [3, 6, 12];

/// A contact so many days before the day counts for it. A rule of display, not from a paper; whoever is known to have been alive
/// only until then is censored there all the same.
pub const EARLY_DAYS: u64 = 14;

/// So many days after its day an open follow-up is overdue. A working limit, not from a paper.
pub const OVERDUE_AFTER_DAYS: u64 = 30;

/// Mean length of a month in days, the one by which survival in months is counted.
const DAYS_PER_MONTH: f64 = 365.25 / 12.0;

/// What was learned of a patient on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "RecordedFollowUp")]
pub struct FollowUp {
    pub id: String,
    /// The day of the contact.
    pub seen_on: NaiveDate,
    pub vital: VitalStatus,
    /// Option of the catalogue's `walking`; none where it was not learned, as in all that follows.
    #[serde(default)]
    pub walking: Option<String>,
    /// Worst pain, 0 to 10.
    #[serde(default)]
    pub worst_pain: Option<u8>,
    /// Bladder and bowel are controlled.
    #[serde(default)]
    pub continent: Option<bool>,
    /// Whether symptomatic cord compression came since the decision, and when.
    #[serde(default)]
    pub cord_compression: Option<EventSince>,
    #[serde(default)]
    pub complications: Vec<Complication>,
    /// Whether none were seen, which is not the same as none being written down.
    #[serde(default)]
    pub no_complication: bool,
    /// Treatments of the spine that were not part of the decision.
    #[serde(default)]
    pub retreatments: Vec<Retreatment>,
    #[serde(default)]
    pub note: String,
    pub recorded_at: DateTime<Utc>,
    pub source: Source,
    pub author: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VitalStatus {
    Alive,
    Died {
        on: NaiveDate,
    },
    /// Nobody could be asked; says nothing of the patient.
    NotReached,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventSince {
    No,
    Yes {
        #[serde(default)]
        on: Option<NaiveDate>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Complication {
    /// In words.
    pub what: String,
    /// Clavien-Dindo grade 1 to 5 (Dindo et al. 2004, doi:10.1097/01.sla.0000133083.54934.ae), where somebody graded it.
    #[serde(default)]
    pub grade: Option<u8>,
    #[serde(default)]
    pub on: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Retreatment {
    pub kind: TreatmentKind,
    #[serde(default)]
    pub on: Option<NaiveDate>,
    #[serde(default)]
    pub note: String,
}

/// Why a follow-up cannot be as it is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FollowUpFault {
    #[error("The day of the contact has not come yet. Correct it.")]
    SeenInTheFuture,
    #[error("The day of death lies after the day on which it was learned. Correct one of the two.")]
    DiedAfterSeen,
    #[error(
        "A patient who is recorded as dead cannot be seen alive later. Correct one of the two."
    )]
    AliveAfterDeath,
    #[error("Another day of death is recorded already. Correct one of the two.")]
    DiedTwice,
    #[error("Pain is a number from 0 to 10.")]
    PainOutOfRange,
    #[error("A Clavien-Dindo grade is a number from 1 to 5.")]
    GradeOutOfRange,
    #[error("Say what the complication was, or take it away.")]
    ComplicationWithoutName,
    #[error("An event lies after the day of the contact. Correct one of the two.")]
    EventAfterSeen,
}

/// Of one decision, what is due at one horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
pub struct DueFollowUp {
    pub months: u32,
    pub due_on: NaiveDate,
    pub state: DueState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DueState {
    /// Somebody was asked, or the patient had died.
    Answered,
    NotYet,
    Due,
    Overdue,
}

/// How long a patient was followed from a day, and whether that ended with death.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct Followed {
    /// From the day of the decision; 0 where nobody asked since.
    pub months: f64,
    pub died: bool,
    /// The day of death, or the last day known alive.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
}

impl FollowUpFault {
    pub fn code(self) -> &'static str {
        match self {
            FollowUpFault::SeenInTheFuture => "follow_up_in_the_future",
            FollowUpFault::DiedAfterSeen => "follow_up_died_after_seen",
            FollowUpFault::AliveAfterDeath => "follow_up_alive_after_death",
            FollowUpFault::DiedTwice => "follow_up_died_twice",
            FollowUpFault::PainOutOfRange => "follow_up_pain_out_of_range",
            FollowUpFault::GradeOutOfRange => "follow_up_grade_out_of_range",
            FollowUpFault::ComplicationWithoutName => "follow_up_complication_without_name",
            FollowUpFault::EventAfterSeen => "follow_up_event_after_seen",
        }
    }
}

impl DueState {
    /// The code of the words `due.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            DueState::Answered => "answered",
            DueState::NotYet => "not_yet",
            DueState::Due => "due",
            DueState::Overdue => "overdue",
        }
    }
}

impl FollowUp {
    /// The last day on which this says that the patient lived.
    pub fn alive_on(&self) -> Option<NaiveDate> {
        matches!(self.vital, VitalStatus::Alive).then_some(self.seen_on)
    }

    pub fn died_on(&self) -> Option<NaiveDate> {
        match self.vital {
            VitalStatus::Died { on } => Some(on),
            _ => None,
        }
    }

    /// What this cannot be, alone or beside what else is known. `today` is the latest day that it is anywhere.
    pub fn fault(&self, others: &[FollowUp], today: NaiveDate) -> Option<FollowUpFault> {
        let others = || others.iter().filter(|other| other.id != self.id);
        if self.seen_on > today {
            return Some(FollowUpFault::SeenInTheFuture);
        }
        if self.died_on().is_some_and(|on| on > self.seen_on) {
            return Some(FollowUpFault::DiedAfterSeen);
        }
        if let Some(on) = self.died_on() {
            if others().any(|other| other.died_on().is_some_and(|earlier| earlier != on)) {
                return Some(FollowUpFault::DiedTwice);
            }
            if others().any(|other| other.alive_on().is_some_and(|alive| alive > on)) {
                return Some(FollowUpFault::AliveAfterDeath);
            }
        }
        if let Some(alive) = self.alive_on()
            && others().any(|other| other.died_on().is_some_and(|on| on < alive))
        {
            return Some(FollowUpFault::AliveAfterDeath);
        }
        self.detail_fault()
    }

    fn detail_fault(&self) -> Option<FollowUpFault> {
        let compression = match self.cord_compression {
            Some(EventSince::Yes { on }) => on,
            _ => None,
        };
        let events = self
            .complications
            .iter()
            .map(|complication| complication.on)
            .chain(self.retreatments.iter().map(|retreatment| retreatment.on))
            .chain([compression]);
        let is_graded = |grade: Option<u8>| grade.is_none_or(|grade| (1..=5).contains(&grade));
        if self.worst_pain.is_some_and(|pain| pain > 10) {
            Some(FollowUpFault::PainOutOfRange)
        } else if !self.complications.iter().all(|one| is_graded(one.grade)) {
            Some(FollowUpFault::GradeOutOfRange)
        } else if self
            .complications
            .iter()
            .any(|one| one.what.trim().is_empty())
        {
            Some(FollowUpFault::ComplicationWithoutName)
        } else if events.flatten().any(|on| on > self.seen_on) {
            Some(FollowUpFault::EventAfterSeen)
        } else {
            None
        }
    }
}

/// The day of death, where it is known.
pub fn died_on(follow_ups: &[FollowUp]) -> Option<NaiveDate> {
    follow_ups.iter().filter_map(FollowUp::died_on).min()
}

/// The last day on which somebody knew that the patient lived.
pub fn last_alive_on(follow_ups: &[FollowUp]) -> Option<NaiveDate> {
    follow_ups.iter().filter_map(FollowUp::alive_on).max()
}

/// How long a patient was followed after a decision: to death, or to the last day known alive.
pub fn followed(
    decided_on: NaiveDate,
    died_on: Option<NaiveDate>,
    last_alive_on: Option<NaiveDate>,
) -> Followed {
    let on = died_on.or(last_alive_on.filter(|day| *day >= decided_on));
    let days = on.map_or(0, |on| (on - decided_on).num_days().max(0));
    Followed {
        months: days as f64 / DAYS_PER_MONTH,
        died: died_on.is_some(),
        on,
    }
}

/// The day on which a follow-up is due; at the end of a shorter month that month's last day.
pub fn due_on(decided_on: NaiveDate, months: u32) -> NaiveDate {
    decided_on
        .checked_add_months(Months::new(months))
        .unwrap_or(NaiveDate::MAX)
}

/// The day from which a contact counts for a follow-up.
pub fn counts_from(due_on: NaiveDate) -> NaiveDate {
    due_on
        .checked_sub_days(Days::new(EARLY_DAYS))
        .unwrap_or(NaiveDate::MIN)
}

/// Where the follow-up of a day stands, given the last day on which somebody knew how the patient was.
pub fn due_state(
    due_on: NaiveDate,
    known_on: Option<NaiveDate>,
    died: bool,
    today: NaiveDate,
) -> DueState {
    let overdue_from = due_on.checked_add_days(Days::new(OVERDUE_AFTER_DAYS));
    if died || known_on.is_some_and(|known| known >= counts_from(due_on)) {
        DueState::Answered
    } else if today < due_on {
        DueState::NotYet
    } else if overdue_from.is_some_and(|from| today > from) {
        DueState::Overdue
    } else {
        DueState::Due
    }
}

/// What is due after a decision, in the order of the horizons.
pub fn due_follow_ups(
    decided_on: NaiveDate,
    follow_ups: &[FollowUp],
    today: NaiveDate,
) -> Vec<DueFollowUp> {
    let (died, alive) = (died_on(follow_ups), last_alive_on(follow_ups));
    let due = FOLLOW_UP_MONTHS.map(|months| {
        let day = due_on(decided_on, months);
        DueFollowUp {
            months,
            due_on: day,
            state: due_state(day, alive, died.is_some(), today),
        }
    });
    due.to_vec()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn seen(id: &str, on: &str, vital: VitalStatus) -> FollowUp {
        FollowUp {
            id: id.to_owned(),
            seen_on: day(on),
            vital,
            walking: None,
            worst_pain: None,
            continent: None,
            cord_compression: None,
            complications: vec![],
            no_complication: false,
            retreatments: vec![],
            note: String::new(),
            recorded_at: DateTime::UNIX_EPOCH,
            source: Source::Typed,
            author: "A".to_owned(),
        }
    }

    fn died(on: &str) -> VitalStatus {
        VitalStatus::Died { on: day(on) }
    }

    fn states(follow_ups: &[FollowUp], today: &str) -> Vec<(&'static str, String)> {
        let due = due_follow_ups(day("2026-01-31"), follow_ups, day(today));
        due.iter()
            .map(|due| (due.state.code(), due.due_on.to_string()))
            .collect()
    }

    #[test]
    fn a_follow_up_is_due_at_3_6_and_12_calendar_months() {
        let codes = |today| {
            let states = states(&[], today);
            states.iter().map(|(code, _)| *code).collect::<Vec<_>>()
        };
        // The end of January has no counterpart in April.
        let days: Vec<String> = states(&[], "2026-02-01")
            .into_iter()
            .map(|(_, day)| day)
            .collect();
        assert_eq!(days, ["2026-04-30", "2026-07-31", "2027-01-31"]);
        assert_eq!(codes("2026-04-29"), ["not_yet", "not_yet", "not_yet"]);
        assert_eq!(codes("2026-04-30"), ["due", "not_yet", "not_yet"]);
        assert_eq!(codes("2026-05-30"), ["due", "not_yet", "not_yet"]);
        assert_eq!(codes("2026-05-31"), ["overdue", "not_yet", "not_yet"]);
    }

    #[test]
    fn a_contact_shortly_before_counts_and_one_that_reached_nobody_does_not() {
        let answered = |on, vital| states(&[seen("1", on, vital)], "2026-06-15")[0].0;
        assert_eq!(answered("2026-04-16", VitalStatus::Alive), "answered");
        assert_eq!(answered("2026-04-15", VitalStatus::Alive), "overdue");
        assert_eq!(answered("2026-05-20", VitalStatus::NotReached), "overdue");
    }

    #[test]
    fn nobody_is_asked_after_a_death() {
        let all = states(&[seen("1", "2026-03-01", died("2026-02-10"))], "2027-06-01");
        assert!(all.iter().all(|(state, _)| *state == "answered"));
    }

    #[test]
    fn time_counts_to_death_or_to_the_last_day_known_alive() {
        let of = |died: Option<&str>, alive: Option<&str>| {
            followed(day("2026-01-01"), died.map(day), alive.map(day))
        };
        assert_eq!(of(None, None).months, 0.0);
        // Seen before the decision, and never since.
        assert_eq!(of(None, Some("2025-12-01")).months, 0.0);
        let year = of(None, Some("2027-01-01"));
        assert!((year.months - 11.99).abs() < 0.01 && !year.died);
        let death = of(Some("2026-04-02"), Some("2026-03-02"));
        assert!((death.months - 2.99).abs() < 0.01 && death.died);
    }

    #[test]
    fn what_contradicts_what_is_known_is_refused() {
        use FollowUpFault::*;
        let today = day("2026-07-01");
        let fault = |one: &FollowUp, others: &[FollowUp]| one.fault(others, today);
        let alive = seen("1", "2026-05-01", VitalStatus::Alive);
        assert_eq!(fault(&alive, &[]), None);
        let late = seen("1", "2026-07-02", VitalStatus::Alive);
        assert_eq!(fault(&late, &[]), Some(SeenInTheFuture));
        let before = seen("2", "2026-06-01", died("2026-04-01"));
        assert_eq!(
            fault(&before, std::slice::from_ref(&alive)),
            Some(AliveAfterDeath)
        );
        assert_eq!(
            fault(&alive, std::slice::from_ref(&before)),
            Some(AliveAfterDeath)
        );
        let again = seen("3", "2026-06-02", died("2026-04-02"));
        assert_eq!(fault(&again, &[before]), Some(DiedTwice));
        let learned_before = seen("4", "2026-05-01", died("2026-05-02"));
        assert_eq!(fault(&learned_before, &[]), Some(DiedAfterSeen));
        let change = |change: fn(&mut FollowUp)| {
            let mut changed = alive.clone();
            change(&mut changed);
            changed.fault(&[], today)
        };
        assert_eq!(
            change(|one| one.worst_pain = Some(11)),
            Some(PainOutOfRange)
        );
        let bleeding = |grade, on: &str| Complication {
            what: "bleeding".to_owned(),
            grade,
            on: Some(on.parse().unwrap()),
        };
        let mut graded = alive.clone();
        graded.complications = vec![bleeding(Some(6), "2026-04-01")];
        assert_eq!(fault(&graded, &[]), Some(GradeOutOfRange));
        graded.complications = vec![bleeding(Some(2), "2026-05-02")];
        assert_eq!(fault(&graded, &[]), Some(EventAfterSeen));
        graded.complications = vec![bleeding(None, "2026-05-01")];
        assert_eq!(fault(&graded, &[]), None);
    }
}
