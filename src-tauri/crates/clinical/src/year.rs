//! What a board did in a span of days, mostly a year, and what came of it: counts, quorum, times, whether recommendations were
//! carried out, outcomes, and how complete the follow-up is. Screen and report show the same figures.
//!
//! Made-up cases are left out, unless there are no others.

mod figures;
mod meetings;
mod outcomes;
mod timeliness;

use crate::{
    assessment::TreatmentOption,
    decision::CarriedOutState,
    performance::{KaplanMeier, Outcomes, OutcomesError, kaplan_meier},
};
use chrono::NaiveDate;
pub use figures::{LEAST_OF_A_SHARE, Share, Spread};
pub use meetings::{MeetingFigures, MeetingRow};
pub use outcomes::{
    ComplicationAnswer, EpisodeOutcome, OutcomeFigures, SurvivalAt, episode_outcome,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
pub use timeliness::{IntervalFigures, IntervalRow};
use ts_rs::TS;

/// Everything that the figures are made from.
#[derive(Debug, Clone, PartialEq)]
pub struct YearRows {
    pub from: NaiveDate,
    /// The last day of the span.
    pub to: NaiveDate,
    pub today: NaiveDate,
    /// Those of the span.
    pub meetings: Vec<MeetingRow>,
    /// Those that were decided in the span.
    pub discussions: Vec<DiscussionRow>,
    /// Those that began in the span.
    pub intervals: Vec<IntervalRow>,
    /// Those that were due in the span.
    pub due: Vec<DueRow>,
}

/// One decided discussion.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscussionRow {
    pub case_id: String,
    pub decided_on: NaiveDate,
    /// A code of the catalogue's `primary_tumour`.
    pub primary_tumour: Option<String>,
    /// The one that stands.
    pub option: Option<TreatmentOption>,
    pub deferred: bool,
    pub signed: bool,
    pub dissenting: u32,
    pub addenda: u32,
    pub decided_by_forecast: bool,
    pub carried_out: Option<CarriedOutState>,
    /// A code of [`crate::decision::deviation_reasons`].
    pub reason: Option<String>,
    pub died_on: Option<NaiveDate>,
    pub last_alive_on: Option<NaiveDate>,
    pub outcome: EpisodeOutcome,
    pub synthetic: bool,
}

/// A follow-up that was due.
#[derive(Debug, Clone, PartialEq)]
pub struct DueRow {
    pub months: u32,
    pub due_on: NaiveDate,
    pub answered: bool,
    pub synthetic: bool,
}

/// The figures of a span.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct YearFigures {
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// The day on which they were counted.
    pub as_of: NaiveDate,
    /// Discussions of made-up cases that were left out.
    pub synthetic_left_out: u32,
    /// There are only made-up cases, so that these are counted.
    pub synthetic_only: bool,
    pub meetings: MeetingFigures,
    pub discussions: DiscussionFigures,
    /// The most frequent first; without one where it is not recorded.
    pub primaries: Vec<PrimaryCount>,
    /// In the order of the options.
    pub options: Vec<OptionCount>,
    /// In the order of the intervals, those of emergencies after the others.
    pub timeliness: Vec<IntervalFigures>,
    pub concordance: Concordance,
    pub outcomes: OutcomeFigures,
    /// Of the follow-ups that were due until the day of counting, those that were done.
    pub follow_up: Vec<FollowUpFigures>,
}

/// How many were discussed and decided.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct DiscussionFigures {
    pub discussions: u32,
    pub patients: u32,
    /// Of the discussions.
    pub signed: Share,
    /// Of the discussions: the board needed something before it could decide.
    pub deferred: Share,
    /// Of the signed ones: somebody dissented.
    pub with_dissent: Share,
    /// Of the signed ones: something was added later.
    pub with_addenda: Share,
    /// Of the signed ones: the forecast itself decided.
    pub decided_by_forecast: Share,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct PrimaryCount {
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    pub patients: u32,
    pub discussions: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct OptionCount {
    /// None where the board deferred or nothing was chosen.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<TreatmentOption>,
    pub discussions: u32,
}

/// Whether signed recommendations were carried out.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Concordance {
    /// Of the signed recommendations: what became of them is known.
    pub known: Share,
    /// Of those that are known.
    pub done: Share,
    pub changed: Share,
    pub not_done: Share,
    /// Why not as recommended, the most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// Changed or not done, and nobody said why.
    pub without_reason: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ReasonCount {
    pub code: String,
    pub changed: u32,
    pub not_done: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct FollowUpFigures {
    pub months: u32,
    pub answered: Share,
}

/// The figures of a span.
///
/// # Errors
/// More patients than can be counted.
pub fn year(rows: &YearRows) -> Result<YearFigures, OutcomesError> {
    let only = !rows.discussions.is_empty() && rows.discussions.iter().all(|row| row.synthetic);
    let counted: Vec<&DiscussionRow> = rows
        .discussions
        .iter()
        .filter(|row| only || !row.synthetic)
        .collect();
    let intervals: Vec<&IntervalRow> = rows
        .intervals
        .iter()
        .filter(|row| only || !row.synthetic)
        .collect();
    let left_out = rows.discussions.len() - counted.len();
    let curve = survival(&counted)?;
    Ok(YearFigures {
        from: rows.from,
        to: rows.to,
        as_of: rows.today,
        synthetic_left_out: count(left_out),
        synthetic_only: only,
        meetings: meetings::figures(&rows.meetings, rows.today),
        discussions: discussions(&counted),
        primaries: primaries(&counted),
        options: options(&counted),
        timeliness: timeliness::figures(&intervals, rows.today),
        concordance: concordance(&counted),
        outcomes: outcomes::figures(&first_of_each_patient(&counted), curve),
        follow_up: follow_up(rows, only),
    })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn share(rows: &[&DiscussionRow], of: usize, wanted: impl Fn(&DiscussionRow) -> bool) -> Share {
    Share {
        count: count(rows.iter().filter(|row| wanted(row)).count()),
        of: count(of),
    }
}

fn discussions(rows: &[&DiscussionRow]) -> DiscussionFigures {
    let patients: BTreeSet<&str> = rows.iter().map(|row| row.case_id.as_str()).collect();
    let signed: Vec<&DiscussionRow> = rows.iter().copied().filter(|row| row.signed).collect();
    DiscussionFigures {
        discussions: count(rows.len()),
        patients: count(patients.len()),
        signed: share(rows, rows.len(), |row| row.signed),
        deferred: share(rows, rows.len(), |row| row.deferred),
        with_dissent: share(&signed, signed.len(), |row| row.dissenting > 0),
        with_addenda: share(&signed, signed.len(), |row| row.addenda > 0),
        decided_by_forecast: share(&signed, signed.len(), |row| row.decided_by_forecast),
    }
}

fn primaries(rows: &[&DiscussionRow]) -> Vec<PrimaryCount> {
    let mut found: BTreeMap<Option<&str>, (BTreeSet<&str>, usize)> = BTreeMap::new();
    for row in rows {
        let entry = found.entry(row.primary_tumour.as_deref()).or_default();
        entry.0.insert(&row.case_id);
        entry.1 += 1;
    }
    let mut counts: Vec<PrimaryCount> = found
        .into_iter()
        .map(|(primary, (patients, discussions))| PrimaryCount {
            primary: primary.map(str::to_owned),
            patients: count(patients.len()),
            discussions: count(discussions),
        })
        .collect();
    // What is not recorded comes last, whatever its number.
    counts.sort_by_key(|one| (one.primary.is_none(), std::cmp::Reverse(one.discussions)));
    counts
}

fn options(rows: &[&DiscussionRow]) -> Vec<OptionCount> {
    let of = |option: Option<TreatmentOption>| OptionCount {
        option,
        discussions: count(rows.iter().filter(|row| row.option == option).count()),
    };
    let chosen = TreatmentOption::ALL.map(|option| of(Some(option)));
    let all = chosen.into_iter().chain([of(None)]);
    all.filter(|one| one.option.is_some() || one.discussions > 0)
        .collect()
}

fn concordance(rows: &[&DiscussionRow]) -> Concordance {
    let recommended = |row: &&&DiscussionRow| row.signed && row.option.is_some();
    let asked: Vec<&DiscussionRow> = rows.iter().filter(recommended).copied().collect();
    let known = share(&asked, asked.len(), |row| row.carried_out.is_some());
    let of = |state: CarriedOutState| {
        share(&asked, known.count as usize, |row| {
            row.carried_out == Some(state)
        })
    };
    let deviating = asked.iter().filter(|row| {
        row.carried_out
            .is_some_and(|state| state != CarriedOutState::Done)
    });
    let mut found: BTreeMap<&str, ReasonCount> = BTreeMap::new();
    let mut without_reason = 0;
    for row in deviating {
        let Some(code) = &row.reason else {
            without_reason += 1;
            continue;
        };
        let reason = found.entry(code).or_insert_with(|| ReasonCount {
            code: code.clone(),
            changed: 0,
            not_done: 0,
        });
        match row.carried_out {
            Some(CarriedOutState::NotDone) => reason.not_done += 1,
            _ => reason.changed += 1,
        }
    }
    let mut reasons: Vec<ReasonCount> = found.into_values().collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.changed + reason.not_done));
    Concordance {
        known,
        done: of(CarriedOutState::Done),
        changed: of(CarriedOutState::Changed),
        not_done: of(CarriedOutState::NotDone),
        reasons,
        without_reason,
    }
}

/// Signed decisions, one for each patient: a patient who is discussed again lives on in the same time.
fn first_of_each_patient<'a>(rows: &[&'a DiscussionRow]) -> Vec<&'a DiscussionRow> {
    let mut first: BTreeMap<&str, &DiscussionRow> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.signed) {
        let known = first.entry(&row.case_id).or_insert(row);
        if row.decided_on < known.decided_on {
            *known = row;
        }
    }
    first.into_values().collect()
}

fn survival(rows: &[&DiscussionRow]) -> Result<KaplanMeier, OutcomesError> {
    let patients = first_of_each_patient(rows);
    let followed = patients.iter().map(|row| outcomes::followed_of(row));
    let (months, died) = followed.map(|one| (one.months, one.died)).unzip();
    Ok(kaplan_meier(&Outcomes::new(months, died)?))
}

fn follow_up(rows: &YearRows, only_synthetic: bool) -> Vec<FollowUpFigures> {
    let due = rows
        .due
        .iter()
        .filter(|row| (only_synthetic || !row.synthetic) && row.due_on <= rows.today);
    let mut found: BTreeMap<u32, Share> = BTreeMap::new();
    for row in due {
        let share = found.entry(row.months).or_default();
        share.of += 1;
        share.count += u32::from(row.answered);
    }
    let figures = found.into_iter();
    figures
        .map(|(months, answered)| FollowUpFigures { months, answered })
        .collect()
}

#[cfg(test)]
mod tests;
