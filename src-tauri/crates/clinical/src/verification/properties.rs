//! What must hold for any decisions of any centre.
#![allow(clippy::unwrap_used)]

use super::{
    tests::{model, question, row},
    *,
};
use proptest::{collection::vec, prelude::*};

/// Decisions of up to 30 patients, of two models, some of them twice, on any day of two years.
fn decisions() -> impl Strategy<Value = Vec<CheckedForecast>> {
    let one = (
        0usize..30,
        0u64..720,
        0u32..40,
        any::<bool>(),
        0usize..4,
        1u32..99,
        any::<bool>(),
    );
    vec(one, 0..60).prop_map(|all| {
        let of = |(place, (patient, days, halves, died, primary, percent, fulfilled))| {
            let decided_on =
                NaiveDate::from_ymd_opt(2023, 6, 20).unwrap() + chrono::Days::new(days);
            let followed = months_between(decided_on, question(0).today);
            let alive = f64::from(percent) / 100.0;
            CheckedForecast {
                case_id: format!("case {patient}"),
                decided_on,
                place,
                primary: ["lung", "breast", "prostate"]
                    .get(primary)
                    .map(|id: &&str| (*id).to_owned()),
                model: model(if place % 5 == 0 { "2" } else { "1" }),
                alive: [(3, alive), (6, alive * alive), (12, alive.powi(3))].into(),
                estimated: if fulfilled {
                    [(3, alive)].into()
                } else {
                    Default::default()
                },
                months: (f64::from(halves) / 2.0).min(followed),
                died,
                option: fulfilled.then_some(crate::assessment::TreatmentOption::Supportive),
                forecast_decided: fulfilled,
            }
        };
        (0u32..).zip(all).map(of).collect()
    })
}

fn run(rows: &[CheckedForecast]) -> Verification {
    verify(rows, &question(0), &mut |_| true).unwrap()
}

proptest! {
    #[test]
    fn the_order_of_the_decisions_does_not_matter(rows in decisions(), turn in 0usize..60) {
        let mut turned: Vec<CheckedForecast> = rows.iter().rev().cloned().collect();
        if !turned.is_empty() {
            let by = turn % turned.len();
            turned.rotate_left(by);
        }
        prop_assert_eq!(run(&turned), run(&rows));
    }

    #[test]
    fn everybody_is_somewhere_once(rows in decisions()) {
        let found = run(&rows);
        let mut patients: Vec<&str> = rows
            .iter()
            .filter(|row| row.model == found.model)
            .map(|row| row.case_id.as_str())
            .collect();
        patients.sort_unstable();
        patients.dedup();
        prop_assert_eq!(found.patients as usize, patients.len());
        for horizon in &found.horizons {
            let deaths = &horizon.everybody.deaths;
            prop_assert_eq!(deaths.patients + horizon.not_old_enough, found.patients);
            let counts = deaths.counts;
            prop_assert_eq!(counts.deaths + counts.censored_before + counts.known_alive, deaths.patients);
            let primaries = horizon.by_primary.iter().map(|one| one.checked.deaths.patients);
            prop_assert_eq!(primaries.sum::<u32>(), deaths.patients);
            let periods = horizon.drift.periods.iter().map(|one| one.deaths.patients);
            prop_assert_eq!(periods.sum::<u32>(), deaths.patients);
            let without = horizon.without_fulfilled.as_ref();
            let decided = without.map_or(deaths.patients, |group| group.deaths.patients);
            prop_assert_eq!(decided + horizon.fulfilled, deaths.patients);
            if let Some(estimate) = deaths.observed.estimate() {
                prop_assert!(deaths.at_least <= estimate.point + 1e-12);
                prop_assert!(estimate.point <= deaths.at_most + 1e-12);
            }
        }
    }

    #[test]
    fn later_decisions_and_other_models_change_no_figure(rows in decisions()) {
        let found = run(&rows);
        let mut more = rows.clone();
        for (number, one) in rows.iter().enumerate().filter(|(_, one)| one.model == model("1")) {
            let mut again = one.clone();
            again.place += 1000;
            again.alive = row(0).alive;
            more.push(again.clone());
            again.model = model("3");
            again.case_id = format!("case of another model {number}");
            more.push(again);
        }
        let more = run(&more);
        prop_assert_eq!(&more.horizons, &found.horizons);
        prop_assert_eq!(more.patients, found.patients);
    }

    #[test]
    fn whoever_is_seen_for_longer_is_lost_from_sight_no_more(rows in decisions()) {
        let censored = |rows: &[CheckedForecast]| -> Vec<u32> {
            run(rows).horizons.iter().map(|one| one.everybody.deaths.counts.censored_before).collect()
        };
        let mut longer = rows.clone();
        for one in longer.iter_mut().filter(|one| !one.died) {
            one.months = months_between(one.decided_on, question(0).today);
        }
        prop_assert_eq!(censored(&longer), vec![0; 3]);
        prop_assert!(censored(&rows).iter().all(|count| *count as usize <= rows.len()));
    }
}
