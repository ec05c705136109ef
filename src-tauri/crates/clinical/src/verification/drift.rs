//! Whether fewer or more die than expected as the years go by: deaths by a horizon over the mean of the
//! probabilities, by the calendar year or half-year of the decision.

use super::{
    CheckedForecast, Drift, DriftPeriod, DriftShown, FIGURES_NEED, ObservedDeaths, group::Group,
};
use crate::performance::Estimate;
use chrono::Datelike;
use std::collections::BTreeMap;

/// The rows of each year, or of each half of it.
type Periods<'a> = BTreeMap<(i32, Option<u32>), Vec<&'a CheckedForecast>>;

/// Half-years where these have enough deaths to be judged on average, else years.
pub(super) fn drift(rows: &[&CheckedForecast], months: u32) -> Drift {
    let halves = periods(rows, |month| Some(if month <= 6 { 1 } else { 2 }));
    let dead = |row: &&&CheckedForecast| row.died && row.months <= f64::from(months);
    let deaths = rows.iter().filter(dead).count();
    let periods = match deaths >= FIGURES_NEED as usize * halves.len() {
        true => halves,
        false => periods(rows, |_| None),
    };
    let periods: Vec<DriftPeriod> = periods
        .into_iter()
        .filter_map(|((year, half), rows)| {
            let deaths = Group { rows, months }.deaths()?;
            Some(DriftPeriod {
                year,
                half,
                judged: judged(&deaths),
                deaths,
            })
        })
        .collect();
    let latest = periods.iter().rev().find(|period| period.judged);
    let shown = latest.map_or(DriftShown::Unjudged, |period| shown(&period.deaths));
    Drift { periods, shown }
}

fn periods<'a>(rows: &[&'a CheckedForecast], half: fn(u32) -> Option<u32>) -> Periods<'a> {
    let mut found = Periods::new();
    for row in rows {
        let period = (row.decided_on.year(), half(row.decided_on.month()));
        found.entry(period).or_default().push(row);
    }
    found
}

/// No death where many were expected is a judgement too.
fn judged(deaths: &ObservedDeaths) -> bool {
    let expected = deaths.expected * f64::from(deaths.patients);
    let most = expected.max(f64::from(deaths.counts.deaths));
    most >= f64::from(FIGURES_NEED) && interval(deaths).is_some()
}

fn shown(deaths: &ObservedDeaths) -> DriftShown {
    match interval(deaths) {
        Some((low, _)) if low > 1.0 => DriftShown::MoreDeaths,
        Some((_, high)) if high < 1.0 => DriftShown::FewerDeaths,
        Some(_) => DriftShown::NoDrift,
        None => DriftShown::Unjudged,
    }
}

fn interval(deaths: &ObservedDeaths) -> Option<(f64, f64)> {
    let Estimate { interval, .. } = deaths.observed_over_expected.estimate()?;
    interval.map(|interval| (interval.low, interval.high))
}
