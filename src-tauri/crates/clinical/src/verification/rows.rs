//! One decision with its forecast and what became of the patient, and which of them count.

use super::{CheckedModel, HORIZONS, ModelInUse, VerificationQuestion};
use crate::assessment::TreatmentOption;
use chrono::{Months, NaiveDate};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

/// Rounding within which a follow-up ends today.
const ROUNDING: f64 = 1e-9;

/// A decision of the board with the forecast that was sealed with it.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedForecast {
    /// One case is one patient.
    pub case_id: String,
    pub decided_on: NaiveDate,
    /// Place of the decision among those of the case: tells two of one day apart.
    pub place: u32,
    /// Option of the primary tumour, where it is known.
    pub primary: Option<String>,
    /// Which model answered then.
    pub model: CheckedModel,
    /// Probability of being alive at each of [`HORIZONS`], as sealed.
    pub alive: BTreeMap<u32, f64>,
    /// Mean of the shares alive that the members had locked before they saw the model, by month; empty
    /// where nobody had.
    pub estimated: BTreeMap<u32, f64>,
    /// Calendar months from the decision to death, or to the last day on which the patient was known to
    /// be alive, as [`months_between`] gives them; 0 where nothing was heard since.
    pub months: f64,
    pub died: bool,
    /// What the board recommended.
    pub option: Option<TreatmentOption>,
    /// The forecast decided, as the board itself stated.
    pub forecast_decided: bool,
}

impl CheckedForecast {
    /// The forecast itself led away from local treatment, so that it may have helped to come true.
    pub fn fulfils_itself(&self) -> bool {
        let withheld = matches!(
            self.option,
            Some(TreatmentOption::Supportive | TreatmentOption::SystemicAlone)
        );
        self.forecast_decided && withheld
    }

    /// Whether the row can be true: a forecast for every horizon and a follow-up that does not end
    /// after today, which is `age` months after the decision.
    fn usable(&self, age: f64) -> bool {
        let is_share = |share: &f64| (0.0..=1.0).contains(share);
        let mut shares = self.alive.values().chain(self.estimated.values());
        let followed_within = self.months <= age + ROUNDING;
        HORIZONS
            .iter()
            .all(|months| self.alive.contains_key(months))
            && shares.all(is_share)
            && self.months >= 0.0
            && followed_within
    }

    /// In an order that does not depend on how the rows came.
    fn order(&self, other: &CheckedForecast) -> Ordering {
        let key = |row: &CheckedForecast| (row.decided_on, row.place, row.died);
        let time = self.months.total_cmp(&other.months);
        (self.case_id.cmp(&other.case_id))
            .then(key(self).cmp(&key(other)))
            .then(time)
    }
}

/// Calendar months from one day to another, with the share of the last one that has passed; below 0 where
/// the second day is earlier. The same day of the month is a whole number of months, so that a follow-up
/// on the day on which it is due reaches its horizon; a month without that day ends with its last.
pub fn months_between(from: NaiveDate, to: NaiveDate) -> f64 {
    if to < from {
        return -months_between(to, from);
    }
    let after = |months: u32| {
        from.checked_add_months(Months::new(months))
            .unwrap_or(NaiveDate::MAX)
    };
    // At least so many: no month has more than 31 days.
    let mut whole = u32::try_from((to - from).num_days() / 31).unwrap_or(u32::MAX - 1);
    while after(whole + 1) <= to {
        whole += 1;
    }
    let (start, end) = (after(whole), after(whole + 1));
    let share = (to - start).num_days() as f64 / (end - start).num_days().max(1) as f64;
    f64::from(whole) + share
}

/// Every model that forecasts were sealed of, the latest used first.
pub fn models_in_use(forecasts: &[CheckedForecast]) -> Vec<ModelInUse> {
    let mut found: BTreeMap<&CheckedModel, Vec<&CheckedForecast>> = BTreeMap::new();
    for forecast in forecasts {
        found.entry(&forecast.model).or_default().push(forecast);
    }
    let in_use = |(model, of_it): (&CheckedModel, Vec<&CheckedForecast>)| {
        let days = || of_it.iter().map(|one| one.decided_on);
        let patients: BTreeSet<&str> = of_it.iter().map(|one| one.case_id.as_str()).collect();
        Some(ModelInUse {
            model: model.clone(),
            decisions: of_it.len() as u32,
            patients: patients.len() as u32,
            first: days().min()?,
            last: days().max()?,
        })
    };
    let mut models: Vec<ModelInUse> = found.into_iter().filter_map(in_use).collect();
    models.sort_by_key(|one| std::cmp::Reverse(one.last));
    models
}

/// Who counts.
pub(super) struct Rows<'a> {
    /// One of each patient, in the order of their ids, with the age of the decision in months.
    patients: Vec<(f64, &'a CheckedForecast)>,
    /// Of patients who count by an earlier one.
    pub(super) later_decisions: u32,
    pub(super) unusable: u32,
}

impl<'a> Rows<'a> {
    pub(super) fn of(
        forecasts: &'a [CheckedForecast],
        question: &VerificationQuestion,
    ) -> Rows<'a> {
        let of_model = forecasts.iter().filter(|row| row.model == question.model);
        let (mut usable, unusable): (Vec<_>, Vec<_>) = of_model
            .map(|row| (months_between(row.decided_on, question.today), row))
            .partition(|(age, row)| row.usable(*age));
        usable.sort_by(|(_, one), (_, other)| one.order(other));
        let decisions = usable.len();
        usable.dedup_by(|(_, later), (_, earlier)| later.case_id == earlier.case_id);
        Rows {
            later_decisions: (decisions - usable.len()) as u32,
            unusable: unusable.len() as u32,
            patients: usable,
        }
    }

    pub(super) fn patients(&self) -> usize {
        self.patients.len()
    }

    /// Whose decision is at least so many months old.
    pub(super) fn old_enough(&self, months: u32) -> Vec<&'a CheckedForecast> {
        let reached = |(age, _): &&(f64, _)| *age >= f64::from(months);
        let reached = self.patients.iter().filter(reached);
        reached.map(|(_, row)| *row).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn months(from: &str, to: &str) -> f64 {
        months_between(from.parse().unwrap(), to.parse().unwrap())
    }

    #[test]
    fn the_same_day_of_a_month_is_whole_months_away() {
        assert_eq!(months("2025-01-15", "2025-04-15"), 3.0);
        assert_eq!(months("2024-02-29", "2025-02-28"), 12.0);
        // A month without a 31st ends with its last day.
        assert_eq!(months("2025-01-31", "2025-04-30"), 3.0);
        assert_eq!(months("2025-01-31", "2025-02-28"), 1.0);
        assert_eq!(months("2025-01-15", "2025-01-15"), 0.0);
        assert_eq!(months("2025-04-15", "2025-01-15"), -3.0);
        // Fifteen of the thirty days of April.
        assert_eq!(months("2025-01-15", "2025-04-30"), 3.5);
    }

    #[test]
    fn a_later_day_is_never_fewer_months_away() {
        let from: NaiveDate = "2023-10-31".parse().unwrap();
        let days = from.iter_days().take(900);
        let all: Vec<f64> = days.map(|day| months_between(from, day)).collect();
        assert!(all.is_sorted_by(|one, next| one < next));
    }
}
