//! What lists, due dates and audits read of a case, in one pass over its record. A centre with thousands of cases keeps these
//! rows beside the records, and makes them anew from a record at any time.

use crate::{
    assessment::TreatmentOption,
    case::{BoardEpisode, Case},
    catalogue::Catalogue,
    decision::{CarriedOutState, SealedForecast},
    facts::Facts,
    follow_up::{self, DueState},
    pathway::emergency_at,
    pathway_clock::{clock_intervals, milestone_days},
    year::{EpisodeOutcome, episode_outcome},
};
use chrono::{DateTime, NaiveDate, Utc};

/// Changes whenever other rows are made from the same record.
pub const REGISTER_VERSION: u32 = 2;

/// The rows of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseRegister {
    pub died_on: Option<NaiveDate>,
    /// Known by a follow-up.
    pub last_alive_on: Option<NaiveDate>,
    /// What people wrote of it, for a search.
    pub texts: Vec<String>,
    /// In the order of the record.
    pub episodes: Vec<EpisodeEntry>,
}

/// One discussion.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeEntry {
    pub id: String,
    pub index_date: NaiveDate,
    /// Signs of an emergency were known on the index date, so the shorter limits of the clock hold.
    pub urgent: bool,
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
    /// What follow-ups say of the time since; none where the decision has no day.
    pub outcome: Option<EpisodeOutcome>,
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
    /// Somebody was asked, or the patient had died.
    pub answered: bool,
}

/// The rows of a case.
pub fn register(case: &Case) -> CaseRegister {
    CaseRegister {
        died_on: follow_up::died_on(&case.follow_ups),
        last_alive_on: follow_up::last_alive_on(&case.follow_ups),
        texts: texts(case),
        episodes: case
            .episodes
            .iter()
            .map(|episode| entry(case, episode))
            .collect(),
    }
}

fn entry(case: &Case, episode: &BoardEpisode) -> EpisodeEntry {
    let facts = Facts::at(case, Catalogue::shipped(), episode.index_date);
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
    // Long after every day on which one can be due, an open one is overdue.
    let due = decided_on.into_iter().flat_map(|decided_on| {
        follow_up::due_follow_ups(decided_on, &case.follow_ups, NaiveDate::MAX)
    });
    let due = due.map(|due| DueEntry {
        months: due.months,
        due_on: due.due_on,
        answered: due.state == DueState::Answered,
    });
    EpisodeEntry {
        id: episode.id.clone(),
        index_date: episode.index_date,
        urgent: emergency_at(case, episode.index_date, &facts),
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
            outcome: decision
                .decided_on
                .map(|on| episode_outcome(on, &case.follow_ups)),
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

/// Names and numbers of the patient are not among them.
fn texts(case: &Case) -> Vec<String> {
    let mut texts = Vec::new();
    for episode in &case.episodes {
        texts.push(&episode.question);
        let Some(decision) = &episode.decision else {
            continue;
        };
        texts.push(&decision.rationale);
        let later = decision
            .addenda
            .iter()
            .filter_map(|one| one.recommendation.as_ref());
        for said in later.chain([&decision.recommendation]) {
            texts.extend([&said.deferred_for, &said.procedure, &said.systemic_plan]);
        }
        for position in &decision.positions {
            texts.extend([&position.name, &position.hinges_on, &position.would_change]);
        }
        for action in decision.all_actions() {
            texts.extend([&action.what, &action.owner]);
        }
        texts.extend(decision.addenda.iter().map(|addendum| &addendum.text));
        texts.extend(decision.carried_out.iter().map(|outcome| &outcome.note));
    }
    for follow_up in &case.follow_ups {
        texts.push(&follow_up.note);
        texts.extend(follow_up.complications.iter().map(|one| &one.what));
        texts.extend(follow_up.retreatments.iter().map(|one| &one.note));
    }
    texts.extend(case.courses.iter().map(|course| &course.description));
    texts.extend(case.lesions.iter().map(|lesion| &lesion.part));
    texts.extend(case.key_images.iter().map(|image| &image.note));
    texts.extend(case.marks.iter().map(|mark| &mark.note));
    texts.extend(case.observations.iter().filter_map(|one| one.note.as_ref()));
    let written = texts.into_iter().filter(|text| !text.trim().is_empty());
    written.cloned().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        case::{BoardEstimate, Identity, Source},
        decision::{Action, ActionDone, BoardDecision, Recommendation, Seal},
        follow_up::{FollowUp, VitalStatus},
        pathway_clock::{Milestone, MilestoneKind},
        year::ComplicationAnswer,
    };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn case() -> Case {
        let mut case = Case::new("c".to_owned(), Identity::default());
        let mut episode = BoardEpisode::new("e".to_owned(), day("2026-03-05"), "Why?".to_owned());
        let estimate = |alive_3_months, alive_12_months| BoardEstimate {
            id: String::new(),
            person_id: String::new(),
            name: String::new(),
            specialty: "radiology".to_owned(),
            alive_3_months,
            alive_12_months,
            option: TreatmentOption::Supportive,
            locked_at: DateTime::UNIX_EPOCH,
            author: String::new(),
        };
        episode.estimates = vec![estimate(80, 20), estimate(60, 10)];
        episode.milestones.push(Milestone {
            kind: MilestoneKind::Referral,
            on: day("2026-03-01"),
            author: String::new(),
            recorded_at: DateTime::UNIX_EPOCH,
        });
        episode.decision = Some(BoardDecision {
            decided_on: Some(day("2026-03-06")),
            recommendation: Recommendation {
                option: Some(TreatmentOption::Conventional),
                ..Recommendation::default()
            },
            actions: vec![Action {
                id: "a".to_owned(),
                what: "Ask for the plan".to_owned(),
                owner: "Ada".to_owned(),
                due_on: None,
            }],
            ..BoardDecision::default()
        });
        case.episodes.push(episode);
        case
    }

    fn sign(case: &mut Case) {
        let decision = case.episodes[0].decision.as_mut().unwrap();
        decision.seal = Some(Seal {
            person_id: "p".to_owned(),
            name: "Ada".to_owned(),
            specialty: "radiology".to_owned(),
            signed_at: DateTime::UNIX_EPOCH,
            sha256: String::new(),
            open_findings: vec![],
            forecast: None,
        });
    }

    fn contact(seen_on: &str) -> FollowUp {
        FollowUp {
            id: "f".to_owned(),
            seen_on: day(seen_on),
            vital: VitalStatus::Alive,
            walking: None,
            worst_pain: None,
            continent: None,
            cord_compression: None,
            complications: vec![],
            no_complication: false,
            retreatments: vec![],
            note: "by telephone".to_owned(),
            recorded_at: DateTime::UNIX_EPOCH,
            source: Source::Typed,
            author: "A".to_owned(),
        }
    }

    #[test]
    fn follow_ups_are_due_once_somebody_signed_and_not_after_a_death() {
        let mut case = case();
        assert_eq!(register(&case).episodes[0].due, []);
        sign(&mut case);
        let due = register(&case).episodes[0].due.clone();
        let days: Vec<_> = due.iter().map(|due| (due.due_on, due.answered)).collect();
        let open = [day("2026-06-06"), day("2026-09-06"), day("2027-03-06")];
        assert_eq!(days, open.map(|day| (day, false)));
        case.follow_ups.push(contact("2026-07-01"));
        let answered = |case: &Case| {
            register(case).episodes[0]
                .due
                .iter()
                .map(|due| due.answered)
                .collect::<Vec<_>>()
        };
        assert_eq!(answered(&case), [true, false, false]);
        case.follow_ups[0].vital = VitalStatus::Died {
            on: day("2026-06-30"),
        };
        assert_eq!(answered(&case), [true, true, true]);
        assert_eq!(register(&case).died_on, Some(day("2026-06-30")));
    }

    #[test]
    fn what_follow_ups_say_of_the_time_since_stands_with_a_decision_that_has_a_day() {
        let mut case = case();
        case.follow_ups.push(contact("2026-07-01"));
        case.follow_ups[0].walking = Some("not_walking".to_owned());
        case.follow_ups[0].no_complication = true;
        let outcome = |case: &Case| register(case).episodes.remove(0).decision.unwrap().outcome;
        let said = EpisodeOutcome {
            walking: [Some(false), None, None],
            complication: ComplicationAnswer::None,
            compression: None,
        };
        assert_eq!(outcome(&case), Some(said));
        case.episodes[0].decision.as_mut().unwrap().decided_on = None;
        assert_eq!(outcome(&case), None);
    }

    #[test]
    fn estimates_actions_clock_and_texts_are_those_of_the_record() {
        let mut case = case();
        let made = register(&case);
        let entry = &made.episodes[0];
        let decision = entry.decision.as_ref().unwrap();
        assert_eq!(decision.estimates, Some([70.0, 15.0]));
        assert_eq!(
            (decision.option, decision.signed_at),
            (Some(TreatmentOption::Conventional), None)
        );
        assert_eq!(entry.actions[0].done_on, None);
        assert_eq!(made.texts, ["Why?", "Ask for the plan", "Ada"]);
        let started: Vec<_> = entry
            .clock
            .iter()
            .map(|one| (one.interval, one.ended_on))
            .collect();
        // The board's day follows from the decision; no MRI and no treatment are known.
        assert_eq!(
            started,
            [("referral_to_mri", None), ("board_to_treatment", None)]
        );
        let decision = case.episodes[0].decision.as_mut().unwrap();
        decision.done.push(ActionDone {
            action_id: "a".to_owned(),
            on: day("2026-03-09"),
            author: String::new(),
            recorded_at: DateTime::UNIX_EPOCH,
        });
        let done = register(&case).episodes[0].actions[0].done_on;
        assert_eq!(done, Some(day("2026-03-09")));
    }
}
