//! What is compared and how, and the checks before anything is computed.

use super::{Outcomes, OutcomesError};
use std::collections::BTreeMap;

/// What one score or model says about each patient, in the order of the outcomes.
#[derive(Debug, Clone, PartialEq)]
pub struct Predictor {
    pub id: String,
    /// Higher means earlier death; only the order counts.
    pub risk: Vec<f64>,
    /// The same for the AUC at a horizon in months, where the order differs from that of `risk`.
    pub risk_at: BTreeMap<u32, Vec<f64>>,
    /// Probability of having died by a horizon in months, 0 to 1; horizons for which the predictor gives
    /// none are absent, others than those of the settings are left alone.
    pub death: BTreeMap<u32, Vec<f64>>,
}

/// What is computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// In months; rising.
    pub horizons: Vec<u32>,
    /// Resamples for the intervals; below 40 there are none, as then no resample lies outside of 95 %.
    pub bootstraps: u32,
    pub seed: u64,
    /// Of the decision curves: probabilities of death above 0 and below 1 at which one would act.
    pub thresholds: Vec<f64>,
    /// In months, for Uno's C; the last horizon where absent.
    pub tau: Option<u32>,
    /// Groups of a calibration curve.
    pub calibration_groups: u32,
}

impl Default for Settings {
    /// 3, 6 and 12 months, 200 resamples, thresholds from 5 % to 95 %, ten groups.
    fn default() -> Settings {
        Settings {
            horizons: vec![3, 6, 12],
            bootstraps: 200,
            seed: 1,
            thresholds: (1..20).map(|step| f64::from(step) / 20.0).collect(),
            tau: None,
            calibration_groups: 10,
        }
    }
}

/// Why nothing was compared; rows are counted from 0.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ComparisonError {
    #[error("no patients")]
    NoPatients,
    #[error(transparent)]
    Outcomes(#[from] OutcomesError),
    #[error("horizons must be whole months above 0 in rising order, and there must be one")]
    Horizons,
    #[error("tau must be above 0")]
    Tau,
    #[error("a calibration curve needs at least two groups")]
    CalibrationGroups,
    #[error("{0} is not a threshold above 0 and below 1")]
    Threshold(f64),
    #[error("{predictor}: two predictors have this name")]
    SameId { predictor: String },
    #[error("{predictor}: {given} values for {patients} patients")]
    Length {
        predictor: String,
        given: usize,
        patients: usize,
    },
    #[error("{predictor}, row {row}: the risk {risk} is not a number")]
    Risk {
        predictor: String,
        row: usize,
        risk: f64,
    },
    #[error(
        "{predictor}, row {row}: {probability} is not a probability of death by month {months}"
    )]
    Probability {
        predictor: String,
        row: usize,
        months: u32,
        probability: f64,
    },
    #[error("cancelled")]
    Cancelled,
}

/// Refuses what cannot be computed with.
pub(super) fn check(
    outcomes: &Outcomes,
    predictors: &[Predictor],
    settings: &Settings,
) -> Result<(), ComparisonError> {
    if outcomes.is_empty() {
        return Err(ComparisonError::NoPatients);
    }
    check_settings(settings)?;
    for (position, predictor) in predictors.iter().enumerate() {
        let name = || predictor.id.clone();
        if predictors[..position]
            .iter()
            .any(|other| other.id == predictor.id)
        {
            return Err(ComparisonError::SameId { predictor: name() });
        }
        let risks = || std::iter::once(&predictor.risk).chain(predictor.risk_at.values());
        for values in risks().chain(predictor.death.values()) {
            if values.len() != outcomes.len() {
                return Err(ComparisonError::Length {
                    predictor: name(),
                    given: values.len(),
                    patients: outcomes.len(),
                });
            }
        }
        for risks in risks() {
            if let Some(row) = risks.iter().position(|risk| !risk.is_finite()) {
                return Err(ComparisonError::Risk {
                    predictor: name(),
                    row,
                    risk: risks[row],
                });
            }
        }
        for (months, probabilities) in &predictor.death {
            let wrong = |probability: &f64| !(0.0..=1.0).contains(probability);
            if let Some(row) = probabilities.iter().position(wrong) {
                return Err(ComparisonError::Probability {
                    predictor: name(),
                    row,
                    months: *months,
                    probability: probabilities[row],
                });
            }
        }
    }
    Ok(())
}

fn check_settings(settings: &Settings) -> Result<(), ComparisonError> {
    let horizons = &settings.horizons;
    if horizons.is_empty() || horizons.contains(&0) || !horizons.is_sorted_by(|a, b| a < b) {
        return Err(ComparisonError::Horizons);
    }
    if settings.tau == Some(0) {
        return Err(ComparisonError::Tau);
    }
    if settings.calibration_groups < 2 {
        return Err(ComparisonError::CalibrationGroups);
    }
    let wrong = |threshold: &&f64| !(**threshold > 0.0 && **threshold < 1.0);
    match settings.thresholds.iter().find(wrong) {
        Some(threshold) => Err(ComparisonError::Threshold(*threshold)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refused(change: impl Fn(&mut Predictor, &mut Settings)) -> ComparisonError {
        let outcomes = Outcomes::new(vec![1.0, 2.0], vec![true, false]).unwrap();
        let mut predictor = Predictor {
            id: "score".into(),
            risk: vec![1.0, 0.0],
            risk_at: BTreeMap::new(),
            death: BTreeMap::from([(3, vec![0.5, 0.1])]),
        };
        let mut settings = Settings::default();
        assert_eq!(check(&outcomes, &[predictor.clone()], &settings), Ok(()));
        change(&mut predictor, &mut settings);
        check(&outcomes, &[predictor], &settings).unwrap_err()
    }

    #[test]
    fn what_is_no_number_is_refused_with_its_place() {
        let risk = refused(|predictor, _| predictor.risk[1] = f64::INFINITY);
        assert_eq!(
            risk.to_string(),
            "score, row 1: the risk inf is not a number"
        );
        for wrong in [f64::NAN, 1.01, -0.01] {
            let probability = refused(|predictor, _| {
                predictor.death.insert(3, vec![wrong, 0.2]);
            });
            assert!(matches!(
                probability,
                ComparisonError::Probability {
                    row: 0,
                    months: 3,
                    ..
                }
            ));
        }
        let at_horizon = refused(|predictor, _| {
            predictor.risk_at.insert(3, vec![0.0, f64::NAN]);
        });
        assert!(matches!(at_horizon, ComparisonError::Risk { row: 1, .. }));
        let short = refused(|predictor, _| predictor.risk.truncate(1));
        assert!(matches!(short, ComparisonError::Length { given: 1, .. }));
    }

    #[test]
    fn settings_without_meaning_are_refused() {
        for horizons in [vec![], vec![0, 3], vec![6, 3], vec![3, 3]] {
            let error = refused(|_, settings| settings.horizons.clone_from(&horizons));
            assert_eq!(error, ComparisonError::Horizons);
        }
        for threshold in [0.0, 1.0, f64::NAN] {
            let error = refused(|_, settings| settings.thresholds = vec![threshold]);
            assert!(matches!(error, ComparisonError::Threshold(_)));
        }
        assert_eq!(
            refused(|_, settings| settings.tau = Some(0)),
            ComparisonError::Tau
        );
        assert_eq!(
            refused(|_, settings| settings.calibration_groups = 1),
            ComparisonError::CalibrationGroups
        );
    }
}
