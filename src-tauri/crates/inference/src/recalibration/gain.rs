//! What two numbers gain on patients from whom they were not learned: each fifth is foreseen by the
//! fit to the other four, and the difference of the log likelihood to the shipped model is averaged.

use super::{
    fit::{Followed, Numbers, fit, log_scores},
    prior::{BOOTSTRAPS, FOLDS, SEED},
};
use crate::random::SplitMix;
use clinical::assessment::RecalibrationGain;

/// Between the 2.5 % and 97.5 % quantiles of the repeats.
const INTERVAL_LEVEL: f64 = 0.95;

/// The mean difference with the interval of a paired bootstrap over the patients (percentile method).
pub(super) fn held_out(
    patients: &[Followed],
    weights: &[f64],
    centre_sd: f64,
) -> RecalibrationGain {
    let mut random = SplitMix(SEED);
    let mut order: Vec<usize> = (0..patients.len()).collect();
    random.shuffle(&mut order);
    let mut gains = vec![0.0; patients.len()];
    for fold in 0..FOLDS {
        let in_fold = |place: &usize| place % FOLDS == fold;
        let (out, learned): (Vec<usize>, Vec<usize>) =
            (0..order.len()).partition(|place| in_fold(place));
        let of = |places: &[usize]| -> Vec<&Followed> {
            places
                .iter()
                .map(|place| &patients[order[*place]])
                .collect()
        };
        let fitted = fit(&of(&learned), weights, centre_sd);
        let held_out = of(&out);
        let moved = log_scores(&held_out, weights, fitted.numbers);
        let shipped = log_scores(&held_out, weights, Numbers::NO_CHANGE);
        for ((place, moved), shipped) in out.iter().zip(moved).zip(shipped) {
            gains[order[*place]] = moved - shipped;
        }
    }
    interval(&gains, &mut random)
}

fn interval(gains: &[f64], random: &mut SplitMix) -> RecalibrationGain {
    let count = gains.len() as f64;
    let mut means: Vec<f64> = (0..BOOTSTRAPS)
        .map(|_| {
            let drawn = gains.iter().map(|_| gains[random.below(gains.len())]);
            drawn.sum::<f64>() / count
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let tail = (1.0 - INTERVAL_LEVEL) / 2.0;
    let at = |share: f64| means[((BOOTSTRAPS - 1) as f64 * share).round() as usize];
    RecalibrationGain {
        per_patient: gains.iter().sum::<f64>() / count,
        low: at(tail),
        high: at(1.0 - tail),
        interval_level: INTERVAL_LEVEL,
    }
}
