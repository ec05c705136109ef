//! A centre's own patients move a model's survival: two numbers, learned from follow-up, shrunk towards
//! "no change", and used only where they foresee patients better whom they were not learned from.
//!
//! Every survival path S(t) = exp(-H(t)) becomes exp(-H'(t)) with
//!
//! ```text
//! ln H'(t) = intercept + slope * ln H(t),   slope > 0,
//! ```
//!
//! which never falls where H does not, so that horizons and both ends of intervals stay in order, and
//! patients keep their order at every month. The intercept is the shift where H = 1, that is where 37 %
//! are alive; a slope below 1 brings patients nearer to each other and weakens the rise of H with time.
//! `models/training adapt` makes a new pack of a similar idea, but moves time and patients apart and
//! narrows the interval; here the interval keeps its spread, but for the slope.
//!
//! - [`fit`]: maximum a posteriori of the two numbers on right-censored follow-up.
//! - [`gain`]: what they gain on patients whom they were not learned from.
//! - [`cohort`]: who counts, and when nothing is learned at all.
//! - [`file`]: the small file beside the packs.

mod cohort;
mod file;
mod fit;
mod gain;
mod prior;
#[cfg(test)]
mod tests;

use clinical::assessment::Recalibration;
pub use cohort::{Found, Outcome, RecalibrationCohort, RecalibrationRefusal};
pub use file::{RecalibrationFile, RecalibrationFileError};
pub(crate) use prior::CentreSpread;

/// What a recalibration does to a probability of being alive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Transform {
    /// exp(intercept)
    factor: f64,
    slope: f64,
}

impl From<&Recalibration> for Transform {
    fn from(recalibration: &Recalibration) -> Transform {
        Transform {
            factor: recalibration.intercept.exp(),
            slope: recalibration.slope,
        }
    }
}

impl Transform {
    pub(crate) fn apply(self, paths: &mut [f32]) {
        for alive in paths {
            *alive = self.alive(f64::from(*alive)) as f32;
        }
    }

    fn alive(self, alive: f64) -> f64 {
        let hazard = -alive.clamp(0.0, 1.0).ln();
        (-self.factor * hazard.powf(self.slope)).exp()
    }
}
