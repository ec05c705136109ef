//! How patients fare after a decision: follow-ups as they are entered, and the days on which steps of the way were reached.

use crate::{Board, BoardError, CaseView, new_id, summary::local_offset};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    case::{Case, Source, latest_today},
    catalogue::Catalogue,
    follow_up::{
        Complication, DueFollowUp, EventSince, FollowUp, Followed, Retreatment, VitalStatus,
        died_on, due_follow_ups, followed, last_alive_on,
    },
    pathway_clock::{Milestone, MilestoneKind},
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A follow-up as it is entered.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct FollowUpInput {
    pub seen_on: NaiveDate,
    pub vital: VitalStatus,
    /// Option of the catalogue's `walking`.
    #[serde(default)]
    pub walking: Option<String>,
    /// 0 to 10.
    #[serde(default)]
    pub worst_pain: Option<u8>,
    #[serde(default)]
    pub continent: Option<bool>,
    #[serde(default)]
    pub cord_compression: Option<EventSince>,
    #[serde(default)]
    pub complications: Vec<Complication>,
    #[serde(default)]
    pub no_complication: bool,
    #[serde(default)]
    pub retreatments: Vec<Retreatment>,
    #[serde(default)]
    pub note: String,
}

/// What is due after one signed decision, and how long the patient was followed.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct EpisodeFollowUp {
    pub episode_id: String,
    pub due: Vec<DueFollowUp>,
    pub followed: Followed,
}

impl Board {
    /// Keeps what was learned of a patient.
    pub fn record_follow_up(
        &self,
        case_id: &str,
        input: FollowUpInput,
    ) -> Result<CaseView, BoardError> {
        let follow_up = self.follow_up_of(new_id(), input)?;
        let today = latest_today(self.now());
        self.change(case_id, "follow_up", |case| {
            refuse_faulty(&follow_up, &case.follow_ups, today)?;
            case.follow_ups.push(follow_up);
            case.follow_ups
                .sort_by_key(|one| (one.seen_on, one.recorded_at));
            Ok(())
        })
    }

    /// Puts another content in place of a follow-up that was entered by mistake; what it was stays in the record.
    pub fn change_follow_up(
        &self,
        case_id: &str,
        id: &str,
        input: FollowUpInput,
    ) -> Result<CaseView, BoardError> {
        let follow_up = self.follow_up_of(id.to_owned(), input)?;
        let today = latest_today(self.now());
        self.change(case_id, "follow_up_changed", |case| {
            refuse_faulty(&follow_up, &case.follow_ups, today)?;
            let mut known = case.follow_ups.iter_mut();
            let known = known.find(|one| one.id == id).ok_or_else(unknown)?;
            *known = follow_up;
            case.follow_ups
                .sort_by_key(|one| (one.seen_on, one.recorded_at));
            Ok(())
        })
    }

    /// Takes a follow-up that was entered by mistake out of the current revision.
    pub fn remove_follow_up(&self, case_id: &str, id: &str) -> Result<CaseView, BoardError> {
        self.change(case_id, "follow_up_removed", |case| {
            let before = case.follow_ups.len();
            case.follow_ups.retain(|one| one.id != id);
            match case.follow_ups.len() == before {
                true => Err(unknown()),
                false => Ok(()),
            }
        })
    }

    /// Says on which day a step of the way was reached in the current discussion; none takes that back.
    pub fn set_milestone(
        &self,
        case_id: &str,
        kind: MilestoneKind,
        on: Option<NaiveDate>,
    ) -> Result<CaseView, BoardError> {
        let (now, author) = (self.now(), self.author()?);
        if on.is_some_and(|on| on > latest_today(now)) {
            let message = "This day has not come yet. Correct it.";
            return Err(BoardError::new("day_to_come", message));
        }
        self.change(case_id, "milestone", |case| {
            let episode = case.episodes.last_mut().ok_or_else(|| {
                let message = "Enter the day on which the facts are judged first.";
                BoardError::new("no_episode", message)
            })?;
            episode.milestones.retain(|known| known.kind != kind);
            episode.milestones.extend(on.map(|on| Milestone {
                kind,
                on,
                author,
                recorded_at: now,
            }));
            episode.milestones.sort_by_key(|milestone| milestone.kind);
            Ok(())
        })
    }

    fn follow_up_of(&self, id: String, input: FollowUpInput) -> Result<FollowUp, BoardError> {
        let catalogue = Catalogue::shipped();
        let walking = catalogue.id("walking").ok();
        let walking = walking.and_then(|id| catalogue.feature(&id));
        let is_option = |code: &String| walking.is_some_and(|one| one.option(code).is_some());
        if !input.walking.iter().all(is_option) {
            let message = "This way of walking is not one of the catalogue.";
            return Err(BoardError::new("unknown_option", message));
        }
        Ok(FollowUp {
            id,
            seen_on: input.seen_on,
            vital: input.vital,
            walking: input.walking,
            worst_pain: input.worst_pain,
            continent: input.continent,
            cord_compression: input.cord_compression,
            complications: input.complications,
            no_complication: input.no_complication,
            retreatments: input.retreatments,
            note: input.note.trim().to_owned(),
            recorded_at: self.now(),
            source: Source::Typed,
            author: self.author()?,
        })
    }
}

/// The day that it is where this computer stands.
pub(crate) fn day_of(now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&local_offset(now)).date_naive()
}

/// Of each signed decision, what is due and how long the patient was followed.
pub(crate) fn episode_follow_ups(case: &Case, now: DateTime<Utc>) -> Vec<EpisodeFollowUp> {
    let signed = case.episodes.iter().filter(|episode| episode.is_signed());
    let (died, alive) = (died_on(&case.follow_ups), last_alive_on(&case.follow_ups));
    signed
        .filter_map(|episode| {
            let decided_on = episode.decision.as_ref()?.decided_on?;
            Some(EpisodeFollowUp {
                episode_id: episode.id.clone(),
                due: due_follow_ups(decided_on, &case.follow_ups, day_of(now)),
                followed: followed(decided_on, died, alive),
            })
        })
        .collect()
}

fn refuse_faulty(
    follow_up: &FollowUp,
    others: &[FollowUp],
    today: NaiveDate,
) -> Result<(), BoardError> {
    match follow_up.fault(others, today) {
        None => Ok(()),
        Some(fault) => Err(BoardError::new(fault.code(), fault.to_string())),
    }
}

fn unknown() -> BoardError {
    BoardError::new(
        "unknown_follow_up",
        "This follow-up is no longer there. Open the case again.",
    )
}
