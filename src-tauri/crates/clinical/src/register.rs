//! What lists, due dates and audits read of a case, in one pass over its record. A centre with thousands of cases keeps these
//! rows beside the records, and makes them anew from a record at any time.

use crate::{
    assessment::TreatmentOption,
    case::{BoardEpisode, Case},
    decision::{CarriedOutState, SealedForecast},
    follow_up::{self, FOLLOW_UP_MONTHS},
    pathway_clock::{clock_intervals, milestone_days},
};
use chrono::{DateTime, NaiveDate, Utc};

/// Changes whenever other rows are made from the same record.
pub const REGISTER_VERSION: u32 = 1;

/// The rows of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRegister {
    pub died_on: Option<NaiveDate>,
    /// Known by a follow-up.
    pub last_alive_on: Option<NaiveDate>,
    /// In the order of the record.
    pub episodes: Vec<EpisodeEntry>,
}

/// One discussion.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeEntry {
    pub id: String,
    pub index_date: NaiveDate,
    /// Present once anything was written of a decision.
    pub decision: Option<DecisionEntry>,
    pub actions: Vec<ActionEntry>,
    pub clock: Vec<ClockEntry>,
    /// Days on which follow-ups are due; empty before somebody signed.
    pub due: Vec<DueEntry>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DecisionEntry {
    pub decided_on: Option<NaiveDate>,
    /// The one that stands; none where the board deferred.
    pub option: Option<TreatmentOption>,
    pub deferred: bool,
    pub signed_at: Option<DateTime<Utc>>,
    pub signed_by: Option<String>,
    pub dissenting: u32,
    pub addenda: u32,
    pub decided_by_forecast: bool,
    pub carried_out: Option<CarriedOutState>,
    /// A code of [`crate::decision::deviation_reasons`].
    pub reason: Option<String>,
    pub forecast: Option<SealedForecast>,
    /// Means of the members' locked estimates of 100 such patients alive after 3 and 12 months.
    pub estimates: Option<[f64; 2]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionEntry {
    pub id: String,
    pub what: String,
    pub owner: String,
    pub due_on: Option<NaiveDate>,
    pub done_on: Option<NaiveDate>,
}

/// An interval of the pathway clock that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockEntry {
    pub interval: &'static str,
    pub started_on: NaiveDate,
    pub ended_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueEntry {
    pub months: u32,
    pub due_on: NaiveDate,
}

/// The rows of a case.
pub fn register(case: &Case) -> CaseRegister {
    CaseRegister {
        died_on: follow_up::died_on(&case.follow_ups),
        last_alive_on: follow_up::last_alive_on(&case.follow_ups),
        episodes: case
            .episodes
            .iter()
            .map(|episode| entry(case, episode))
            .collect(),
    }
}

fn entry(case: &Case, episode: &BoardEpisode) -> EpisodeEntry {
    let decision = episode.decision.as_ref();
    let seal = decision.and_then(|decision| decision.seal.as_ref());
    let actions = decision.into_iter().flat_map(|decision| {
        decision.all_actions().map(|action| ActionEntry {
            id: action.id.clone(),
            what: action.what.clone(),
            owner: action.owner.clone(),
            due_on: action.due_on,
            done_on: decision.done_on(&action.id),
        })
    });
    let days = milestone_days(case, episode);
    let clock = clock_intervals().iter().filter_map(|interval| {
        Some(ClockEntry {
            interval: &interval.id,
            started_on: *days.get(&interval.from)?,
            ended_on: days.get(&interval.to).copied(),
        })
    });
    let decided_on = decision
        .filter(|_| seal.is_some())
        .and_then(|one| one.decided_on);
    let due = decided_on.into_iter().flat_map(|decided_on| {
        FOLLOW_UP_MONTHS.map(|months| DueEntry {
            months,
            due_on: follow_up::due_on(decided_on, months),
        })
    });
    EpisodeEntry {
        id: episode.id.clone(),
        index_date: episode.index_date,
        actions: actions.collect(),
        clock: clock.collect(),
        due: due.collect(),
        decision: decision.map(|decision| DecisionEntry {
            decided_on: decision.decided_on,
            option: decision.standing_recommendation().option,
            deferred: decision.standing_recommendation().is_deferred(),
            signed_at: seal.map(|seal| seal.signed_at),
            signed_by: seal.map(|seal| seal.name.clone()),
            dissenting: count(
                decision.positions.iter().filter(|position| {
                    position.stance == crate::decision::PositionStance::Dissents
                }),
            ),
            addenda: count(decision.addenda.iter()),
            decided_by_forecast: decision.decided_by_forecast,
            carried_out: decision.outcome().map(|outcome| outcome.state),
            reason: decision
                .outcome()
                .and_then(|outcome| outcome.reason.clone()),
            forecast: seal.and_then(|seal| seal.forecast.clone()),
            estimates: mean_estimates(episode),
        }),
    }
}

fn count<T>(things: impl Iterator<Item = T>) -> u32 {
    u32::try_from(things.count()).unwrap_or(u32::MAX)
}

fn mean_estimates(episode: &BoardEpisode) -> Option<[f64; 2]> {
    let number = episode.estimates.len() as f64;
    let sum = |of: fn(&crate::case::BoardEstimate) -> u8| -> f64 {
        episode.estimates.iter().map(|one| f64::from(of(one))).sum()
    };
    (number > 0.0).then(|| {
        [
            sum(|one| one.alive_3_months) / number,
            sum(|one| one.alive_12_months) / number,
        ]
    })
}
