//! Maximum a posteriori of intercept and slope on right-censored follow-up.
//!
//! The likelihood is that of the curve that is shown: S'(t) = mean over the paths of exp(-H'(t)), read
//! between two months k and k + 1 of the model's grid as a constant hazard. With L = -ln S', p the share
//! of the interval that the patient lived through and w its months,
//!
//! ```text
//! died at t:   ln((L(k+1) - L(k)) / w) - (1 - p) L(k) - p L(k+1)
//! alive at t:                          - (1 - p) L(k) - p L(k+1)
//! ```
//!
//! Whoever was followed beyond the grid was alive at its end. The prior is intercept ~ N(0, SD between
//! centres) and slope ~ N(1, 0.2), independent: with few deaths the curvature of the likelihood is
//! small beside the prior's and the numbers stay near "no change"; with many it is the other way round.

use super::prior::SLOPE_SD;
use rayon::prelude::*;

/// Survival nearer to 0 or 1 is rounding of single precision.
const LEAST_ALIVE: f64 = 1e-30;
const MOST_ALIVE: f64 = 1.0 - 1e-7;
/// Per month; keeps a death where the model sees none from weighing without end.
const LEAST_DENSITY: f64 = 1e-12;
/// A slope is kept above: at 0 patients no longer differ, and the prior is five SDs away.
const LEAST_SLOPE: f64 = 0.02;

/// What the fit needs of one patient.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Followed {
    /// ln H of each path at the month of the grid before the end of follow-up and at the next.
    log_hazard: [Vec<f32>; 2],
    /// False where the first of the two is month 0, at which H = 0.
    started: bool,
    /// Share of the months between the two that the patient lived through.
    position: f64,
    /// Months between the two.
    width: f64,
    /// Within the grid.
    pub(super) died: bool,
}

impl Followed {
    /// `paths` gives each path's P(alive) at a place of the grid.
    pub(super) fn new<Paths: Iterator<Item = f32>>(
        grid: &[f64],
        paths: impl Fn(usize) -> Paths,
        months: f64,
        died: bool,
    ) -> Followed {
        let last = grid.last().copied().unwrap_or_default();
        let inside = months.min(last);
        let most = grid.len().saturating_sub(2);
        let after = grid.partition_point(|month| *month <= inside);
        let before = after.saturating_sub(1).min(most);
        let log_hazard = |place: usize| paths(place).map(log_cumulative_hazard).collect();
        let width = grid[before + 1] - grid[before];
        Followed {
            log_hazard: [log_hazard(before), log_hazard(before + 1)],
            started: grid[before] > 0.0,
            position: (inside - grid[before]) / width,
            width,
            died: died && months <= last,
        }
    }

    /// Log likelihood of this patient's follow-up with its derivatives.
    fn score(&self, weights: &[f64], at: Numbers) -> Score {
        let start = match self.started {
            true => log_alive(&self.log_hazard[0], weights, at),
            false => Score::default(),
        };
        let end = log_alive(&self.log_hazard[1], weights, at);
        let lived = start
            .times(1.0 - self.position)
            .plus(end.times(self.position));
        match self.died {
            true => lived.plus(start.plus(end.times(-1.0)).log_density(self.width)),
            false => lived,
        }
    }
}

fn log_cumulative_hazard(alive: f32) -> f32 {
    let alive = f64::from(alive).clamp(LEAST_ALIVE, MOST_ALIVE);
    (-alive.ln()).ln() as f32
}

/// The two numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Numbers {
    pub(super) intercept: f64,
    pub(super) slope: f64,
}

impl Numbers {
    pub(super) const NO_CHANGE: Numbers = Numbers {
        intercept: 0.0,
        slope: 1.0,
    };
}

/// The posterior's top, and SDs by Laplace's approximation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Fitted {
    pub(super) numbers: Numbers,
    pub(super) intercept_sd: f64,
    pub(super) slope_sd: f64,
}

/// A number with its gradient in (intercept, slope) and its second derivatives: intercept twice, both,
/// slope twice.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Score {
    value: f64,
    first: [f64; 2],
    second: [f64; 3],
}

impl Score {
    fn times(self, factor: f64) -> Score {
        Score {
            value: factor * self.value,
            first: self.first.map(|part| factor * part),
            second: self.second.map(|part| factor * part),
        }
    }

    fn plus(self, other: Score) -> Score {
        let mut sum = self;
        sum.value += other.value;
        for (sum, part) in sum.first.iter_mut().zip(other.first) {
            *sum += part;
        }
        for (sum, part) in sum.second.iter_mut().zip(other.second) {
            *sum += part;
        }
        sum
    }

    /// Of the logarithm.
    fn ln(self) -> Score {
        let first = self.first.map(|part| part / self.value);
        let [both, mixed, slope] = self.second.map(|part| part / self.value);
        Score {
            value: self.value.ln(),
            first,
            second: [
                both - first[0] * first[0],
                mixed - first[0] * first[1],
                slope - first[1] * first[1],
            ],
        }
    }

    /// Of a fall of ln S' over `width` months, the logarithm of the density.
    fn log_density(mut self, width: f64) -> Score {
        self = self.times(1.0 / width);
        self.value = self.value.max(LEAST_DENSITY);
        self.ln()
    }
}

/// ln of the mean over the paths of exp(-exp(intercept + slope * ln H)).
fn log_alive(log_hazard: &[f32], weights: &[f64], at: Numbers) -> Score {
    let mut sum = Score::default();
    for (&log_hazard, weight) in log_hazard.iter().zip(weights) {
        let log_hazard = f64::from(log_hazard);
        let hazard = (at.intercept + at.slope * log_hazard).exp();
        let alive = weight * (-hazard).exp();
        let falls = hazard * alive;
        let bends = falls * (hazard - 1.0);
        sum.value += alive;
        sum.first[0] -= falls;
        sum.first[1] -= falls * log_hazard;
        sum.second[0] += bends;
        sum.second[1] += bends * log_hazard;
        sum.second[2] += bends * log_hazard * log_hazard;
    }
    sum.value = sum.value.max(LEAST_ALIVE);
    sum.ln()
}

/// Log likelihood of each patient's follow-up.
pub(super) fn log_scores(patients: &[&Followed], weights: &[f64], at: Numbers) -> Vec<f64> {
    let scores = patients.par_iter().map(|one| one.score(weights, at).value);
    scores.collect()
}

/// Newton's method with halved steps. `weights` of the paths add up to 1.
pub(super) fn fit(patients: &[&Followed], weights: &[f64], centre_sd: f64) -> Fitted {
    let precision = [centre_sd.powi(-2), SLOPE_SD.powi(-2)];
    let posterior = |at: Numbers| {
        // Summed in order, so that every run gives the same last digit.
        let scores: Vec<Score> = patients
            .par_iter()
            .map(|one| one.score(weights, at))
            .collect();
        let mut sum = scores.into_iter().fold(Score::default(), Score::plus);
        let away = [at.intercept, at.slope - 1.0];
        for part in 0..2 {
            let pull = precision[part] * away[part];
            sum.value -= 0.5 * pull * away[part];
            sum.first[part] -= pull;
            sum.second[2 * part] -= precision[part];
        }
        sum
    };
    let mut numbers = Numbers::NO_CHANGE;
    let mut here = posterior(numbers);
    for _ in 0..60 {
        // The likelihood of a mean of curves need not be concave everywhere; the prior's part always is.
        let step = solve(here.second, here.first)
            .unwrap_or([here.first[0] / precision[0], here.first[1] / precision[1]]);
        let longest = step[0].abs().max(step[1].abs());
        let mut scale = f64::min(1.0, 0.5 / longest);
        let moved = loop {
            if scale * longest < 1e-9 || scale < 1e-6 {
                break None;
            }
            let next = Numbers {
                intercept: numbers.intercept + scale * step[0],
                slope: numbers.slope + scale * step[1],
            };
            if next.slope > LEAST_SLOPE {
                let there = posterior(next);
                if there.value >= here.value {
                    break Some((next, there));
                }
            }
            scale /= 2.0;
        };
        let Some((next, there)) = moved else { break };
        (numbers, here) = (next, there);
    }
    let [both, mixed, slope] = here.second;
    let determinant = both * slope - mixed * mixed;
    Fitted {
        numbers,
        intercept_sd: (-slope / determinant).sqrt(),
        slope_sd: (-both / determinant).sqrt(),
    }
}

/// The step to where the gradient is 0, if that is a top.
fn solve([both, mixed, slope]: [f64; 3], [first, second]: [f64; 2]) -> Option<[f64; 2]> {
    let determinant = both * slope - mixed * mixed;
    (both < 0.0 && determinant > 0.0).then(|| {
        [
            (mixed * second - slope * first) / determinant,
            (mixed * first - both * second) / determinant,
        ]
    })
}
