//! What became of the patients of a span.

use super::{DiscussionRow, LEAST_OF_A_SHARE, Share, count};
use crate::{
    follow_up::{
        EventSince, FOLLOW_UP_MONTHS, FollowUp, Followed, OVERDUE_AFTER_DAYS, counts_from, due_on,
        followed,
    },
    performance::KaplanMeier,
};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Clavien-Dindo grades that need an operation or more, or worse (Dindo et al. 2004,
/// doi:10.1097/01.sla.0000133083.54934.ae).
const SERIOUS_GRADE: u8 = 3;

/// A code of the catalogue's `walking`.
const NOT_WALKING: &str = "not_walking";

/// What was learned of one patient after a decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpisodeOutcome {
    /// Whether the patient walked, with an aid or without, about 3, 6 and 12 months after.
    pub walking: [Option<bool>; 3],
    pub complication: ComplicationAnswer,
    /// Symptomatic cord compression since; none where nobody asked.
    pub compression: Option<bool>,
}

/// Whether a complication was seen within a year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComplicationAnswer {
    #[default]
    NotAsked,
    None,
    /// Below grade 3, or not graded.
    Minor,
    Serious,
}

/// What became of the first signed decision of each patient.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct OutcomeFigures {
    pub patients: u32,
    pub deaths: u32,
    /// About whom nobody learned anything since the decision.
    pub never_followed: u32,
    /// At 3, 6 and 12 months.
    pub survival: Vec<SurvivalAt>,
    pub curve: KaplanMeier,
    /// Of those alive and asked at 3, 6 and 12 months.
    pub walking: Vec<WalkingAt>,
    /// Of those who were asked within a year: any complication.
    pub complications: Share,
    /// Of the same: one of grade 3 or more.
    pub serious_complications: Share,
    /// Of those who were asked: symptomatic cord compression.
    pub compression: Share,
}

/// The Kaplan-Meier estimate at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct SurvivalAt {
    pub months: u32,
    /// Alive and in sight just before.
    pub at_risk: u32,
    /// Absent where fewer than [`LEAST_OF_A_SHARE`] are at risk.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alive: Option<f64>,
    /// The ends of its 95 % interval (Greenwood, on the log-log scale); absent where nobody died.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, TS)]
pub struct WalkingAt {
    pub months: u32,
    pub walking: Share,
}

/// What follow-ups say of the time after a decision. A contact counts for a time from two weeks before it until it counts for the
/// next, or until the last is overdue.
pub fn episode_outcome(decided_on: NaiveDate, follow_ups: &[FollowUp]) -> EpisodeOutcome {
    let last = FOLLOW_UP_MONTHS[FOLLOW_UP_MONTHS.len() - 1];
    let end = due_on(decided_on, last)
        .checked_add_days(Days::new(OVERDUE_AFTER_DAYS))
        .unwrap_or(NaiveDate::MAX);
    let mut since: Vec<&FollowUp> = follow_ups
        .iter()
        .filter(|one| one.seen_on >= decided_on && one.seen_on <= end)
        .collect();
    since.sort_by_key(|one| (one.seen_on, one.recorded_at));
    let mut walking = [None; 3];
    for (at, months) in FOLLOW_UP_MONTHS.iter().enumerate() {
        let from = counts_from(due_on(decided_on, *months));
        let until = FOLLOW_UP_MONTHS
            .get(at + 1)
            .map(|next| counts_from(due_on(decided_on, *next)));
        let within = since
            .iter()
            .filter(|one| one.seen_on >= from && until.is_none_or(|until| one.seen_on < until));
        let mut answers = within.filter_map(|one| one.walking.as_deref());
        walking[at] = answers.next().map(|code| code != NOT_WALKING);
    }
    let complications = since.iter().flat_map(|one| &one.complications);
    let grades = complications.map(|one| one.grade.unwrap_or_default());
    let complication = match grades.max() {
        Some(grade) if grade >= SERIOUS_GRADE => ComplicationAnswer::Serious,
        Some(_) => ComplicationAnswer::Minor,
        None if since.iter().any(|one| one.no_complication) => ComplicationAnswer::None,
        None => ComplicationAnswer::NotAsked,
    };
    let answers = since.iter().filter_map(|one| one.cord_compression);
    let compression = answers
        .map(|answer| matches!(answer, EventSince::Yes { .. }))
        .reduce(|one, other| one || other);
    EpisodeOutcome {
        walking,
        complication,
        compression,
    }
}

/// How long a patient was followed from the decision of a row.
pub(super) fn followed_of(row: &DiscussionRow) -> Followed {
    followed(row.decided_on, row.died_on, row.last_alive_on)
}

pub(super) fn figures(patients: &[&DiscussionRow], curve: KaplanMeier) -> OutcomeFigures {
    let all: Vec<Followed> = patients.iter().map(|row| followed_of(row)).collect();
    let survival = FOLLOW_UP_MONTHS.map(|months| {
        let at = f64::from(months);
        let at_risk = count(all.iter().filter(|one| one.months >= at).count());
        let enough = at_risk >= LEAST_OF_A_SHARE;
        SurvivalAt {
            months,
            at_risk,
            alive: curve.at(at).filter(|_| enough),
            interval: curve
                .interval(at)
                .filter(|_| enough)
                .map(|interval| [interval.low, interval.high]),
        }
    });
    let walking = FOLLOW_UP_MONTHS.iter().enumerate().map(|(at, months)| {
        let answers: Vec<bool> = patients
            .iter()
            .filter_map(|row| row.outcome.walking[at])
            .collect();
        WalkingAt {
            months: *months,
            walking: Share {
                count: count(answers.iter().filter(|walks| **walks).count()),
                of: count(answers.len()),
            },
        }
    });
    let asked: Vec<ComplicationAnswer> = patients
        .iter()
        .map(|row| row.outcome.complication)
        .filter(|answer| *answer != ComplicationAnswer::NotAsked)
        .collect();
    let complicated = |wanted: &[ComplicationAnswer]| Share {
        count: count(asked.iter().filter(|one| wanted.contains(one)).count()),
        of: count(asked.len()),
    };
    let compression: Vec<bool> = patients
        .iter()
        .filter_map(|row| row.outcome.compression)
        .collect();
    OutcomeFigures {
        patients: count(patients.len()),
        deaths: count(all.iter().filter(|one| one.died).count()),
        never_followed: count(all.iter().filter(|one| one.on.is_none()).count()),
        survival: survival.to_vec(),
        curve,
        walking: walking.collect(),
        complications: complicated(&[ComplicationAnswer::Minor, ComplicationAnswer::Serious]),
        serious_complications: complicated(&[ComplicationAnswer::Serious]),
        compression: Share {
            count: count(compression.iter().filter(|came| **came).count()),
            of: count(compression.len()),
        },
    }
}
