//! Patients in order of time, resampled by whole weights, and the weights that stand in for those lost
//! from sight.
//!
//! A death at X counts 1/G(X-) times and somebody known to be alive at the horizon t counts 1/G(t-)
//! times, with G the Kaplan-Meier curve of censoring in the same resample (Robins and Rotnitzky 1992;
//! Graf et al. 1999, doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5).

use super::{
    NotEstimable, Outcomes,
    kaplan_meier::{Event, KaplanMeier, Row, curve},
};

/// A number, or why there is none.
pub(super) type Answer = Result<f64, NotEstimable>;

/// Patients in rising order of time, the dead first at a tie. A position is a place in this order.
pub(super) struct Patients {
    pub(super) months: Vec<f64>,
    pub(super) died: Vec<bool>,
    /// The row of the outcomes at each position.
    rows: Vec<usize>,
}

impl Patients {
    pub(super) fn new(outcomes: &Outcomes) -> Patients {
        let (months, died) = (outcomes.months(), outcomes.died());
        let mut rows: Vec<usize> = (0..outcomes.len()).collect();
        rows.sort_by(|one, other| {
            let time = months[*one].total_cmp(&months[*other]);
            time.then(died[*other].cmp(&died[*one]))
        });
        Patients {
            months: rows.iter().map(|row| months[*row]).collect(),
            died: rows.iter().map(|row| died[*row]).collect(),
            rows,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Values given row by row, in order of time.
    pub(super) fn in_order(&self, values: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|row| values[*row]).collect()
    }

    /// The position from which on everybody is known to have been alive at a time in months. Before it
    /// are the dead, and those censored before.
    pub(super) fn alive_from(&self, months: f64) -> usize {
        let sooner = self.months.partition_point(|time| *time < months);
        let same = self.months[sooner..].iter().zip(&self.died[sooner..]);
        sooner
            + same
                .take_while(|(time, died)| **time == months && **died)
                .count()
    }
}

/// Each patient so many times, with what follows for censoring.
pub(super) struct Sample<'a> {
    pub(super) patients: &'a Patients,
    /// How often the patient at each position is in the sample.
    pub(super) weights: Vec<u32>,
    /// Number of patients in the sample.
    pub(super) size: f64,
    /// By position, 1/G(X-) for the dead, else 0.
    pub(super) inverse: Vec<f64>,
    survival: KaplanMeier,
    sight: KaplanMeier,
}

/// What a sample knows about a horizon.
pub(super) struct AtHorizon {
    /// [`Patients::alive_from`].
    pub(super) alive_from: usize,
    /// 1/G(t-).
    pub(super) inverse: f64,
    /// Died by the horizon, by Kaplan-Meier.
    pub(super) died: Answer,
}

impl AtHorizon {
    /// The share that died, where some did and some did not.
    pub(super) fn mixed(&self) -> Answer {
        match self.died? {
            0.0 => Err(NotEstimable::NobodyDied),
            1.0 => Err(NotEstimable::NobodyAlive),
            died => Ok(died),
        }
    }
}

impl<'a> Sample<'a> {
    /// Weights by position, one of them above 0.
    pub(super) fn new(patients: &'a Patients, weights: Vec<u32>) -> Sample<'a> {
        let rows = (0..patients.len()).map(|position| Row {
            months: patients.months[position],
            died: patients.died[position],
            weight: weights[position],
        });
        let sight = curve(rows.clone(), Event::Censoring);
        let mut steps = sight.steps.iter().peekable();
        let mut probability = 1.0;
        let mut inverse = Vec::with_capacity(patients.len());
        for row in rows.clone() {
            while let Some(step) = steps.next_if(|step| step.months < row.months) {
                probability = step.survival;
            }
            let counted = row.died && row.weight > 0;
            inverse.push(if counted { 1.0 / probability } else { 0.0 });
        }
        Sample {
            size: weights.iter().map(|weight| f64::from(*weight)).sum(),
            survival: curve(rows, Event::Death),
            patients,
            weights,
            inverse,
            sight,
        }
    }

    pub(super) fn at(&self, horizon: u32) -> AtHorizon {
        let months = f64::from(horizon);
        let survival = self.survival.at(months);
        AtHorizon {
            alive_from: self.patients.alive_from(months),
            inverse: 1.0 / self.sight.before(months),
            died: match survival {
                Some(survival) => Ok(1.0 - survival),
                None => Err(NotEstimable::AllCensoredBeforeHorizon),
            },
        }
    }

    /// How much the patient at a position counts as dead by the horizon, and as alive at it; both are 0
    /// for those censored before.
    pub(super) fn counts(&self, position: usize, horizon: &AtHorizon) -> (f64, f64) {
        let weight = f64::from(self.weights[position]);
        if position < horizon.alive_from {
            (weight * self.inverse[position], 0.0)
        } else {
            (0.0, weight * horizon.inverse)
        }
    }
}

/// The place of each patient's value among the distinct values.
pub(super) struct Ranks {
    /// By position, from 0.
    pub(super) of: Vec<u32>,
    /// In rising order.
    pub(super) distinct: Vec<f64>,
}

impl Ranks {
    /// Finite values by position.
    pub(super) fn new(values: &[f64]) -> Ranks {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|one, other| values[*one].total_cmp(&values[*other]));
        let mut ranks = Ranks {
            of: vec![0; values.len()],
            distinct: Vec::new(),
        };
        let mut rank = 0;
        for position in order {
            let value = values[position];
            match ranks.distinct.last() {
                Some(last) if *last == value => {}
                last => {
                    rank = if last.is_some() { rank + 1 } else { 0 };
                    ranks.distinct.push(value);
                }
            }
            ranks.of[position] = rank;
        }
        ranks
    }

    pub(super) fn constant(&self) -> bool {
        self.distinct.len() < 2
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn weights_sum_to_the_patients_and_to_kaplan_meier() {
        let months = vec![1.0, 3.0, 3.0, 2.0, 2.0, 5.0, 0.5, 4.0, 3.0];
        let died = vec![true, true, false, true, false, false, false, true, false];
        let patients = Patients::new(&Outcomes::new(months, died).unwrap());
        for weights in [vec![1; 9], vec![2, 0, 1, 3, 1, 0, 1, 2, 4]] {
            let sample = Sample::new(&patients, weights);
            let horizon = sample.at(3);
            let counts = (0..9).map(|position| sample.counts(position, &horizon));
            let (dead, alive) =
                counts.fold((0.0, 0.0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
            assert!((dead + alive - sample.size).abs() < 1e-12);
            assert!((dead / sample.size - horizon.died.unwrap()).abs() < 1e-12);
        }
    }

    #[test]
    fn somebody_censored_at_the_horizon_is_known_alive_and_somebody_who_died_is_not() {
        let outcomes = Outcomes::new(vec![3.0, 3.0, 2.0], vec![false, true, false]).unwrap();
        let patients = Patients::new(&outcomes);
        assert_eq!(patients.alive_from(3.0), 2);
        assert_eq!(patients.alive_from(2.0), 0);
        assert_eq!(patients.alive_from(4.0), 3);
    }

    #[test]
    fn equal_values_share_a_rank() {
        let ranks = Ranks::new(&[2.0, -1.0, 2.0, 0.0, -0.0]);
        assert_eq!(ranks.of, [2, 0, 2, 1, 1]);
        assert_eq!(ranks.distinct, [-1.0, 0.0, 2.0]);
    }
}
