//! The mean squared error of a probability (Graf et al. 1999,
//! doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5).

use super::{
    NotEstimable,
    weighting::{Answer, AtHorizon, Sample},
};

/// The Brier score and the scaled one.
pub(super) struct Brier {
    pub(super) score: Answer,
    /// 1 less the score over that of the Kaplan-Meier estimate for everybody.
    pub(super) scaled: Answer,
}

impl Brier {
    pub(super) fn refused(reason: NotEstimable) -> Brier {
        Brier {
            score: Err(reason),
            scaled: Err(reason),
        }
    }
}

/// `death` is the probability of death by the horizon, by position.
pub(super) fn brier(sample: &Sample<'_>, horizon: &AtHorizon, death: &[f64]) -> Brier {
    let errors = death.iter().enumerate().map(|(position, probability)| {
        let (dead, alive) = sample.counts(position, horizon);
        dead * (1.0 - probability).powi(2) + alive * probability.powi(2)
    });
    let score = errors.sum::<f64>() / sample.size;
    // As the weights of the dead sum to the Kaplan-Meier estimate, its own score is its variance.
    Brier {
        score: horizon.died.map(|_| score),
        scaled: horizon
            .mixed()
            .map(|died| 1.0 - score / (died * (1.0 - died))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{super::Outcomes, super::weighting::Patients, *};

    #[test]
    fn the_kaplan_meier_estimate_for_everybody_scales_to_nothing() {
        let months = vec![1.0, 2.0, 2.0, 4.0, 5.0, 6.0];
        let outcomes = Outcomes::new(months, vec![true, false, true, true, false, true]).unwrap();
        let patients = Patients::new(&outcomes);
        let sample = Sample::new(&patients, vec![1; 6]);
        let horizon = sample.at(4);
        let died = horizon.died.unwrap();
        let null = brier(&sample, &horizon, &[died; 6]);
        assert!((null.score.unwrap() - died * (1.0 - died)).abs() < 1e-15);
        assert!(null.scaled.unwrap().abs() < 1e-15);
    }
}
