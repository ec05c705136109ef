#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::{
    case::Source,
    follow_up::{Complication, EventSince, FollowUp, VitalStatus},
};
use chrono::{DateTime, Days, TimeDelta};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn discussion(case_id: &str, decided_on: &str) -> DiscussionRow {
    DiscussionRow {
        case_id: case_id.to_owned(),
        decided_on: day(decided_on),
        primary_tumour: Some("lung".to_owned()),
        option: Some(TreatmentOption::Stereotactic),
        deferred: false,
        signed: true,
        dissenting: 0,
        addenda: 0,
        decided_by_forecast: false,
        carried_out: Some(CarriedOutState::Done),
        reason: None,
        died_on: None,
        last_alive_on: None,
        outcome: EpisodeOutcome::default(),
        synthetic: false,
    }
}

fn rows(discussions: Vec<DiscussionRow>) -> YearRows {
    YearRows {
        from: day("2026-01-01"),
        to: day("2026-12-31"),
        today: day("2027-03-01"),
        meetings: Vec::new(),
        discussions,
        intervals: Vec::new(),
        due: Vec::new(),
    }
}

fn figures(discussions: Vec<DiscussionRow>) -> YearFigures {
    year(&rows(discussions)).unwrap()
}

#[test]
fn a_patient_discussed_twice_is_one_patient_and_two_discussions() {
    let mut deferred = discussion("b", "2026-03-01");
    deferred.option = None;
    deferred.deferred = true;
    deferred.primary_tumour = None;
    let found = figures(vec![
        discussion("a", "2026-02-01"),
        discussion("a", "2026-05-01"),
        deferred,
    ]);
    let counts = &found.discussions;
    assert_eq!((counts.discussions, counts.patients), (3, 2));
    assert_eq!(counts.deferred, Share { count: 1, of: 3 });
    let primaries: Vec<_> = found
        .primaries
        .iter()
        .map(|one| (one.primary.as_deref(), one.patients, one.discussions))
        .collect();
    assert_eq!(primaries, [(Some("lung"), 1, 2), (None, 1, 1)]);
    let options: Vec<_> = found.options.iter().map(|one| one.discussions).collect();
    assert_eq!(options, [0, 2, 0, 0, 0, 1]);
    // A deferred decision recommends nothing that could be carried out.
    assert_eq!(found.concordance.known, Share { count: 2, of: 2 });
}

#[test]
fn made_up_cases_count_only_where_there_are_no_others() {
    let made_up = DiscussionRow {
        synthetic: true,
        ..discussion("s", "2026-02-01")
    };
    let mixed = figures(vec![made_up.clone(), discussion("a", "2026-02-01")]);
    assert_eq!(
        (mixed.discussions.discussions, mixed.synthetic_left_out),
        (1, 1)
    );
    assert!(!mixed.synthetic_only);
    let alone = figures(vec![made_up]);
    assert_eq!(
        (alone.discussions.discussions, alone.synthetic_left_out),
        (1, 0)
    );
    assert!(alone.synthetic_only);
}

#[test]
fn a_deviation_counts_with_its_reason_or_says_that_nobody_gave_one() {
    let of = |state, reason: Option<&str>| DiscussionRow {
        carried_out: Some(state),
        reason: reason.map(str::to_owned),
        ..discussion("a", "2026-02-01")
    };
    let unknown = DiscussionRow {
        carried_out: None,
        ..discussion("a", "2026-02-01")
    };
    let found = figures(vec![
        of(CarriedOutState::Done, None),
        of(CarriedOutState::Changed, Some("toxicity")),
        of(CarriedOutState::NotDone, Some("patient-wish")),
        of(CarriedOutState::NotDone, Some("patient-wish")),
        of(CarriedOutState::NotDone, None),
        unknown,
    ]);
    let concordance = found.concordance;
    assert_eq!(concordance.known, Share { count: 5, of: 6 });
    assert_eq!(concordance.done, Share { count: 1, of: 5 });
    assert_eq!(concordance.not_done, Share { count: 3, of: 5 });
    assert_eq!(concordance.without_reason, 1);
    let reasons: Vec<_> = concordance
        .reasons
        .iter()
        .map(|one| (one.code.as_str(), one.changed, one.not_done))
        .collect();
    assert_eq!(reasons, [("patient-wish", 0, 2), ("toxicity", 1, 0)]);
}

#[test]
fn an_interval_that_runs_beyond_its_limit_is_not_within_it() {
    let interval = |started: &str, ended: Option<&str>| IntervalRow {
        interval: "referral_to_mri".to_owned(),
        urgent: false,
        started_on: day(started),
        ended_on: ended.map(day),
        limit_days: Some(7),
        synthetic: false,
    };
    let mut all = rows(Vec::new());
    all.intervals = vec![
        interval("2026-02-01", Some("2026-02-08")),
        interval("2026-02-01", Some("2026-02-09")),
        interval("2026-02-01", None),
        // Runs since the day before: says nothing yet.
        interval("2027-02-28", None),
        interval("2026-02-05", Some("2026-02-01")),
    ];
    let found = &year(&all).unwrap().timeliness[0];
    assert_eq!(found.within, Some(Share { count: 1, of: 3 }));
    assert_eq!((found.running, found.contradictions), (2, 1));
    let days = found.days.unwrap();
    assert_eq!((days.n, days.median), (2, 7.5));
}

#[test]
fn survival_is_that_of_a_table_of_life_and_is_silent_where_few_are_left() {
    // Twelve patients: four die after 100 days, eight are seen alive after a year.
    let patients = (0..12).map(|number| {
        let mut one = discussion(&format!("case {number}"), "2026-01-01");
        match number < 4 {
            true => one.died_on = Some(day("2026-04-11")),
            false => one.last_alive_on = Some(day("2027-01-01")),
        }
        one
    });
    let found = figures(patients.collect()).outcomes;
    assert_eq!(
        (found.patients, found.deaths, found.never_followed),
        (12, 4, 0)
    );
    let at: Vec<_> = found
        .survival
        .iter()
        .map(|one| (one.months, one.at_risk, one.alive))
        .collect();
    // 100 days are 3.3 months, and 365 days are a little less than 12.
    assert_eq!(at, [(3, 12, Some(1.0)), (6, 8, None), (12, 0, None)]);
    assert_eq!(found.curve.at(6.0), Some(8.0 / 12.0));
}

fn contact(on: &str, walking: Option<&str>) -> FollowUp {
    FollowUp {
        id: on.to_owned(),
        seen_on: day(on),
        vital: VitalStatus::Alive,
        walking: walking.map(str::to_owned),
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

#[test]
fn a_contact_counts_for_the_time_that_it_is_near() {
    let mut contacts = vec![
        contact("2026-03-10", Some("independent")),
        contact("2026-03-18", Some("with_aid")),
        contact("2026-06-16", Some("not_walking")),
        contact("2027-03-01", Some("independent")),
    ];
    let of = |contacts: &[FollowUp]| episode_outcome(day("2026-01-01"), contacts);
    // 3 months are 2026-04-01, and a contact counts from 2026-03-18; 12 months end on 2027-01-31.
    assert_eq!(of(&contacts).walking, [Some(true), None, None]);
    contacts[2].seen_on = day("2026-06-17");
    assert_eq!(of(&contacts).walking, [Some(true), Some(false), None]);
    assert_eq!(of(&contacts).complication, ComplicationAnswer::NotAsked);
    contacts[0].no_complication = true;
    assert_eq!(of(&contacts).complication, ComplicationAnswer::None);
    contacts[1].complications = vec![Complication {
        what: "wound".to_owned(),
        grade: Some(3),
        on: None,
    }];
    assert_eq!(of(&contacts).complication, ComplicationAnswer::Serious);
    assert_eq!(of(&contacts).compression, None);
    contacts[0].cord_compression = Some(EventSince::Yes { on: None });
    contacts[2].cord_compression = Some(EventSince::No);
    assert_eq!(of(&contacts).compression, Some(true));
}

fn any_discussion() -> impl Strategy<Value = DiscussionRow> {
    let option = prop::option::of(0_usize..5);
    let state = prop::option::of(0_usize..3);
    let died = prop::option::of(0_u64..500);
    (
        0_u32..30,
        0_u64..364,
        option,
        state,
        died,
        any::<bool>(),
        any::<[bool; 3]>(),
    )
        .prop_map(
            |(case, decided, option, state, died, signed, [synthetic, dissent, reason])| {
                let states = [
                    CarriedOutState::Done,
                    CarriedOutState::Changed,
                    CarriedOutState::NotDone,
                ];
                let decided_on = day("2026-01-01") + Days::new(decided);
                DiscussionRow {
                    case_id: case.to_string(),
                    decided_on,
                    primary_tumour: (case % 4 > 0).then(|| (case % 4).to_string()),
                    option: option.map(|at| TreatmentOption::ALL[at]),
                    deferred: option.is_none(),
                    signed,
                    dissenting: u32::from(dissent),
                    carried_out: state.map(|at| states[at]),
                    reason: reason.then(|| "toxicity".to_owned()),
                    died_on: died.map(|days| decided_on + Days::new(days)),
                    last_alive_on: Some(decided_on + TimeDelta::days(i64::from(case) * 20)),
                    synthetic,
                    ..discussion("x", "2026-01-01")
                }
            },
        )
}

proptest! {
    #[test]
    fn what_is_counted_adds_up_and_has_no_order(discussions in prop::collection::vec(any_discussion(), 0..80)) {
        let found = figures(discussions.clone());
        let counts = &found.discussions;
        let all = counts.discussions;
        prop_assert_eq!(found.options.iter().map(|one| one.discussions).sum::<u32>(), all);
        prop_assert_eq!(found.primaries.iter().map(|one| one.discussions).sum::<u32>(), all);
        let concordance = &found.concordance;
        let states = [concordance.done, concordance.changed, concordance.not_done];
        prop_assert_eq!(states.iter().map(|one| one.count).sum::<u32>(), concordance.known.count);
        let reasons = concordance.reasons.iter().map(|one| one.changed + one.not_done).sum::<u32>();
        prop_assert_eq!(
            reasons + concordance.without_reason,
            concordance.changed.count + concordance.not_done.count
        );
        let shares = [counts.signed, counts.deferred, counts.with_dissent, concordance.known];
        for share in shares.iter().chain(&states) {
            prop_assert!(share.count <= share.of, "{:?}", share);
        }
        let alive: Vec<f64> = found.outcomes.survival.iter().filter_map(|one| one.alive).collect();
        prop_assert!(alive.windows(2).all(|pair| pair[0] >= pair[1]), "{:?}", alive);
        prop_assert!(found.outcomes.deaths + found.outcomes.never_followed <= found.outcomes.patients);
        let mut turned = discussions;
        turned.reverse();
        let again = figures(turned);
        prop_assert_eq!(again.concordance.reasons, found.concordance.reasons);
        prop_assert_eq!(again.primaries, found.primaries);
        prop_assert_eq!(again.discussions, found.discussions);
    }
}
