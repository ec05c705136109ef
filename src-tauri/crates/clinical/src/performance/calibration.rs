//! Whether as many die as the probabilities say, on average (observed over expected, intercept) and in
//! spread (slope), at one horizon (McLernon et al. 2023, doi:10.7326/M22-0844).
//!
//! Intercept and slope are those of logistic recalibration (Cox 1958, doi:10.1093/biomet/45.3-4.562;
//! levels as in Van Calster et al. 2016, doi:10.1016/j.jclinepi.2015.12.005) of death by the horizon,
//! weighted for censoring as in `weighting` (BLR-IPCW of Pate et al. 2024, doi:10.1002/sim.10094):
//! - intercept: a of logit(death) = a + logit(probability);
//! - slope: b of logit(death) = a + b logit(probability).
//!
//! McLernon et al. take both from a Cox model of the complementary log-log instead, so that figures
//! published that way are close to these and not the same.

use super::{
    NotEstimable,
    weighting::{Answer, AtHorizon, Patients, Ranks, Sample},
};

/// Steps of the fit after which its answer is taken to be out of reach: each moves a logit by up to 1.
const STEPS: usize = 60;

/// A step that moves no logit by more than this is the last.
const CONVERGED: f64 = 1e-9;

/// What a predictor says about one horizon, in order of time.
pub(super) struct Probabilities {
    pub(super) values: Vec<f64>,
    pub(super) ranks: Ranks,
    /// Logits of the distinct values, where none of them is 0 or 1.
    logits: Result<Vec<f64>, NotEstimable>,
}

impl Probabilities {
    /// Row by row.
    pub(super) fn new(patients: &Patients, death: &[f64]) -> Probabilities {
        let values = patients.in_order(death);
        let ranks = Ranks::new(&values);
        let certain = values
            .iter()
            .filter(|value| **value <= 0.0 || **value >= 1.0);
        let logits = match certain.count() {
            0 => Ok(ranks.distinct.iter().map(|value| logit(*value)).collect()),
            patients => Err(NotEstimable::CertainProbability {
                patients: patients as u32,
            }),
        };
        Probabilities {
            values,
            ranks,
            logits,
        }
    }

    /// Mean over the sample.
    pub(super) fn expected(&self, sample: &Sample<'_>) -> f64 {
        let each = self.values.iter().zip(&sample.weights);
        each.map(|(value, weight)| value * f64::from(*weight))
            .sum::<f64>()
            / sample.size
    }
}

fn logit(probability: f64) -> f64 {
    probability.ln() - (-probability).ln_1p()
}

/// The line logit(death) = intercept + slope logit(probability).
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    intercept: f64,
    slope: f64,
}

/// Where the fits set out from: perfect calibration for all patients, their own lines for resamples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    shifted: Line,
    tilted: Line,
}

impl Default for Start {
    fn default() -> Start {
        let perfect = Line {
            intercept: 0.0,
            slope: 1.0,
        };
        Start {
            shifted: perfect,
            tilted: perfect,
        }
    }
}

/// The three figures of calibration.
pub(super) struct Recalibration {
    pub(super) observed_over_expected: Answer,
    pub(super) intercept: Answer,
    pub(super) slope: Answer,
    /// For the resamples.
    pub(super) start: Start,
}

impl Recalibration {
    pub(super) fn refused(reason: NotEstimable, start: Start) -> Recalibration {
        Recalibration {
            observed_over_expected: Err(reason),
            intercept: Err(reason),
            slope: Err(reason),
            start,
        }
    }
}

pub(super) fn recalibrate(
    sample: &Sample<'_>,
    horizon: &AtHorizon,
    death: &Probabilities,
    start: Start,
) -> Recalibration {
    let expected = death.expected(sample);
    let ratio = horizon.died.and_then(|observed| match expected > 0.0 {
        true => Ok(observed / expected),
        false => Err(NotEstimable::NoDeathExpected),
    });
    let logits = horizon
        .mixed()
        .and(death.logits.as_ref().map_err(|reason| *reason));
    let points = logits.map(|logits| points(sample, horizon, &death.ranks, logits));
    let fitted = |from: Line, tilting: bool| {
        let points = points.as_ref().map_err(|reason| *reason)?;
        fit(points, from, tilting)
    };
    let (shifted, tilted) = (fitted(start.shifted, false), fitted(start.tilted, true));
    Recalibration {
        observed_over_expected: ratio,
        intercept: shifted.map(|line| line.intercept),
        slope: tilted.map(|line| line.slope),
        start: Start {
            shifted: shifted.unwrap_or(start.shifted),
            tilted: tilted.unwrap_or(start.tilted),
        },
    }
}

/// Everybody with the same probability.
struct Point {
    logit: f64,
    dead: f64,
    alive: f64,
}

impl Point {
    fn known(&self) -> f64 {
        self.dead + self.alive
    }
}

fn points(sample: &Sample<'_>, horizon: &AtHorizon, ranks: &Ranks, logits: &[f64]) -> Vec<Point> {
    let point = |logit: &f64| Point {
        logit: *logit,
        dead: 0.0,
        alive: 0.0,
    };
    let mut points: Vec<Point> = logits.iter().map(point).collect();
    for (position, rank) in ranks.of.iter().enumerate() {
        let (dead, alive) = sample.counts(position, horizon);
        let point = &mut points[*rank as usize];
        point.dead += dead;
        point.alive += alive;
    }
    points.retain(|point| point.known() > 0.0);
    points
}

/// Whether some probability has the dead on one side and the living on the other, both at it allowed:
/// then no finite slope is the likeliest (Albert and Anderson 1984, doi:10.1093/biomet/71.1.1). Within
/// rounding the search for it can seem to end, so it is not asked.
fn separated(points: &[Point]) -> bool {
    let has_dead = |point: &&Point| point.dead > 0.0;
    let has_alive = |point: &&Point| point.alive > 0.0;
    let ends = |found: Vec<&Point>| Some((found.first()?.logit, found.last()?.logit));
    let dead = ends(points.iter().filter(has_dead).collect());
    let alive = ends(points.iter().filter(has_alive).collect());
    match (dead, alive) {
        (Some((lowest_dead, highest_dead)), Some((lowest_alive, highest_alive))) => {
            highest_alive <= lowest_dead || highest_dead <= lowest_alive
        }
        _ => true,
    }
}

/// Newton's method for the weighted likelihood, shortened so that no logit moves by more than 1, within
/// which each step comes nearer (Bach 2010, doi:10.1214/09-EJS521).
fn fit(points: &[Point], start: Line, tilting: bool) -> Result<Line, NotEstimable> {
    if tilting && points.len() < 2 {
        return Err(NotEstimable::ConstantProbability);
    }
    if tilting && separated(points) {
        return Err(NotEstimable::Separated);
    }
    let mut line = start;
    // Points rise in their logit, and a line moves most at one of its ends.
    let ends = [points.first(), points.last()].map(|end| end.map_or(0.0, |point| point.logit));
    for _ in 0..STEPS {
        let (mut gradient, mut crossed) = (0.0, 0.0);
        let (mut flat, mut mixed, mut steep) = (0.0, 0.0, 0.0);
        for point in points {
            let chance = 1.0 / (1.0 + (-line.intercept - line.slope * point.logit).exp());
            let residual = point.dead - point.known() * chance;
            let spread = point.known() * chance * (1.0 - chance);
            gradient += residual;
            crossed += residual * point.logit;
            flat += spread;
            mixed += spread * point.logit;
            steep += spread * point.logit * point.logit;
        }
        let (up, tilt) = match tilting {
            true => {
                let determinant = flat * steep - mixed * mixed;
                (
                    (steep * gradient - mixed * crossed) / determinant,
                    (flat * crossed - mixed * gradient) / determinant,
                )
            }
            false => (gradient / flat, 0.0),
        };
        let moved = ends.map(|logit| (up + tilt * logit).abs());
        let most = moved[0].max(moved[1]);
        if !(up.is_finite() && tilt.is_finite()) {
            return Err(NotEstimable::Separated);
        }
        let share = if most > 1.0 { 1.0 / most } else { 1.0 };
        line.intercept += share * up;
        line.slope += share * tilt;
        if most <= CONVERGED {
            return Ok(line);
        }
    }
    Err(NotEstimable::Separated)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{super::Outcomes, *};

    /// So many patients with this probability, of whom so many died within a month; the rest lived on.
    fn figures(groups: &[(u32, f64, u32)]) -> Recalibration {
        let (mut months, mut died, mut death) = (vec![], vec![], vec![]);
        for (patients, probability, dead) in groups {
            for patient in 0..*patients {
                died.push(patient < *dead);
                months.push(if patient < *dead { 1.0 } else { 9.0 });
                death.push(*probability);
            }
        }
        let patients = Patients::new(&Outcomes::new(months, died).unwrap());
        let sample = Sample::new(&patients, vec![1; death.len()]);
        let death = Probabilities::new(&patients, &death);
        recalibrate(&sample, &sample.at(3), &death, Start::default())
    }

    #[test]
    fn a_line_through_two_groups_is_found() {
        let line = figures(&[(100, 0.1, 20), (100, 0.6, 50)]);
        let slope = (logit(0.5) - logit(0.2)) / (logit(0.6) - logit(0.1));
        assert!((line.slope.unwrap() - slope).abs() < 1e-12);
        assert!((line.observed_over_expected.unwrap() - 1.0).abs() < 1e-12);
        let perfect = figures(&[(100, 0.2, 20), (100, 0.5, 50)]);
        assert!((perfect.slope.unwrap() - 1.0).abs() < 1e-12);
        assert!(perfect.intercept.unwrap().abs() < 1e-12);
    }

    #[test]
    fn probabilities_far_from_the_truth_still_converge() {
        let line = figures(&[(1000, 1e-12, 900), (1000, 1.0 - 1e-12, 100)]);
        let slope = (logit(0.1) - logit(0.9)) / (2.0 * logit(1.0 - 1e-12));
        assert!((line.slope.unwrap() - slope).abs() < 1e-6);
    }

    #[test]
    fn what_has_no_line_is_a_reason() {
        let one = figures(&[(100, 0.3, 40)]);
        assert_eq!(one.slope, Err(NotEstimable::ConstantProbability));
        assert!((one.intercept.unwrap() - (logit(0.4) - logit(0.3))).abs() < 1e-12);
        let apart = figures(&[(100, 0.3, 0), (100, 0.6, 100)]);
        assert_eq!(apart.slope, Err(NotEstimable::Separated));
        let quasi = figures(&[(100, 0.3, 0), (100, 0.6, 50)]);
        assert_eq!(quasi.slope, Err(NotEstimable::Separated));
        // The chance of the dead group reaches 1 within rounding, and the search seems to end.
        for dead in 1..14 {
            let seeming = figures(&[(14, 0.0474, dead), (3, 0.7311, 3)]);
            assert_eq!(seeming.slope, Err(NotEstimable::Separated), "{dead}");
        }
        let sure = figures(&[(10, 0.0, 1), (100, 0.6, 50)]);
        let certain = Err(NotEstimable::CertainProbability { patients: 10 });
        assert_eq!(sure.slope, certain);
        assert_eq!(sure.intercept, certain);
        let none = figures(&[(10, 0.0, 1)]);
        assert_eq!(
            none.observed_over_expected,
            Err(NotEstimable::NoDeathExpected)
        );
    }
}
