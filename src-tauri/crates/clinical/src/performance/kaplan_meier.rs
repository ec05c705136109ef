//! The Kaplan-Meier estimate (Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452) of survival,
//! and of staying in sight. At a tie in time deaths come before censorings.

use super::{Interval, Outcomes};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The two-sided 95 % quantile of the normal distribution.
const NORMAL_QUANTILE: f64 = 1.959_963_984_540_054;

/// A curve that starts at 1 and falls at each step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct KaplanMeier {
    /// In rising order of time.
    pub steps: Vec<KaplanMeierStep>,
    /// The longest follow-up in months. Beyond it the curve is not known, unless it has reached 0.
    pub followed: f64,
}

/// A time at which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
pub struct KaplanMeierStep {
    pub months: f64,
    pub at_risk: u32,
    pub events: u32,
    /// From this time on, 0 to 1.
    pub survival: f64,
    /// Greenwood's sum of `events / (at_risk (at_risk - events))` up to here. The last step to 0 adds
    /// nothing, as the sum would be infinite.
    pub greenwood: f64,
}

/// Survival of the patients.
pub fn kaplan_meier(outcomes: &Outcomes) -> KaplanMeier {
    curve(sorted(outcomes).into_iter(), Event::Death)
}

/// Staying in sight: censoring is the event, and death takes out of risk just before it. Its median is
/// the median follow-up by the reverse Kaplan-Meier method (Schemper and Smith 1996,
/// doi:10.1016/0197-2456(96)00075-X).
pub fn censoring(outcomes: &Outcomes) -> KaplanMeier {
    curve(sorted(outcomes).into_iter(), Event::Censoring)
}

impl KaplanMeier {
    /// The curve at a time in months; `None` beyond the follow-up, unless it has reached 0.
    pub fn at(&self, months: f64) -> Option<f64> {
        let step = self.step(months);
        let survival = step.map_or(1.0, |step| step.survival);
        (months <= self.followed || survival == 0.0).then_some(survival)
    }

    /// The curve just before a time in months, also beyond the follow-up.
    pub(super) fn before(&self, months: f64) -> f64 {
        let passed = self.steps.partition_point(|step| step.months < months);
        self.steps[..passed]
            .last()
            .map_or(1.0, |step| step.survival)
    }

    /// The 95 % interval at a time by Greenwood's variance on the log-log scale (Kalbfleisch and Prentice
    /// 2002, doi:10.1002/9781118032985); `None` where the curve is at 1 or 0, or not known.
    pub fn interval(&self, months: f64) -> Option<Interval> {
        let survival = self.at(months)?;
        let step = self.step(months)?;
        if survival <= 0.0 {
            return None;
        }
        let spread = NORMAL_QUANTILE * step.greenwood.sqrt() / survival.ln().abs();
        Some(Interval {
            low: survival.powf(spread.exp()),
            high: survival.powf((-spread).exp()),
        })
    }

    /// The first time at which the curve is at a half or below, in months.
    pub fn median(&self) -> Option<f64> {
        let reached = self.steps.iter().find(|step| step.survival <= 0.5)?;
        Some(reached.months)
    }

    fn step(&self, months: f64) -> Option<&KaplanMeierStep> {
        let passed = self.steps.partition_point(|step| step.months <= months);
        self.steps[..passed].last()
    }
}

/// What the curve falls at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    Death,
    Censoring,
}

/// One patient, `weight` times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) months: f64,
    pub(super) died: bool,
    pub(super) weight: u32,
}

fn sorted(outcomes: &Outcomes) -> Vec<Row> {
    let all = outcomes.months().iter().zip(outcomes.died());
    let mut rows: Vec<Row> = all
        .map(|(months, died)| Row {
            months: *months,
            died: *died,
            weight: 1,
        })
        .collect();
    rows.sort_by(|one, other| one.months.total_cmp(&other.months));
    rows
}

/// The curve of rows in rising order of time.
pub(super) fn curve(rows: impl Iterator<Item = Row> + Clone, event: Event) -> KaplanMeier {
    let mut in_sight: u32 = rows.clone().map(|row| row.weight).sum();
    let mut curve = KaplanMeier {
        steps: Vec::new(),
        followed: 0.0,
    };
    let (mut survival, mut greenwood) = (1.0, 0.0);
    let mut rows = rows.filter(|row| row.weight > 0).peekable();
    while let Some(first) = rows.next() {
        let (mut deaths, mut censored) = (0, 0);
        let mut count = |row: &Row| match row.died {
            true => deaths += row.weight,
            false => censored += row.weight,
        };
        count(&first);
        while let Some(row) = rows.next_if(|row| row.months == first.months) {
            count(&row);
        }
        let (at_risk, events) = match event {
            Event::Death => (in_sight, deaths),
            Event::Censoring => (in_sight - deaths, censored),
        };
        if events > 0 {
            let (all, gone) = (f64::from(at_risk), f64::from(events));
            survival *= (all - gone) / all;
            if events < at_risk {
                greenwood += gone / (all * (all - gone));
            }
            curve.steps.push(KaplanMeierStep {
                months: first.months,
                at_risk,
                events,
                survival,
                greenwood,
            });
        }
        in_sight -= deaths + censored;
        curve.followed = first.months;
    }
    curve
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Two die at 1, one is censored at 1; one dies at 2; one is censored at 3.
    fn five() -> Outcomes {
        let months = vec![3.0, 1.0, 2.0, 1.0, 1.0];
        Outcomes::new(months, vec![false, true, true, false, true]).unwrap()
    }

    #[test]
    fn deaths_come_before_censorings() {
        let survival = kaplan_meier(&five());
        assert_eq!(survival.at(0.9), Some(1.0));
        assert_eq!(survival.at(1.0), Some(0.6));
        assert_eq!(survival.at(2.5), Some(0.3));
        assert_eq!(survival.at(3.1), None);
        assert_eq!(survival.median(), Some(2.0));
        let sight = censoring(&five());
        assert_eq!(sight.at(1.0), Some(2.0 / 3.0));
        assert_eq!(sight.at(3.1), Some(0.0));
    }

    #[test]
    fn the_interval_is_absent_where_nobody_or_everybody_died() {
        let survival = kaplan_meier(&five());
        assert_eq!(survival.interval(0.5), None);
        let interval = survival.interval(1.0).unwrap();
        assert!(0.0 < interval.low && interval.low < 0.6);
        assert!(0.6 < interval.high && interval.high < 1.0);
        let all = Outcomes::new(vec![1.0, 2.0], vec![true, true]).unwrap();
        assert_eq!(kaplan_meier(&all).at(9.0), Some(0.0));
        assert_eq!(kaplan_meier(&all).interval(9.0), None);
    }
}
