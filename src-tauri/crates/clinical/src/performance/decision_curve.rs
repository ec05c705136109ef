//! What acting on a probability would bring (Vickers and Elkin 2006, doi:10.1177/0272989X06295361; with
//! censoring as in Vickers et al. 2008, doi:10.1186/1472-6947-8-53).
//!
//! Of those whose probability of death reaches the threshold, Kaplan-Meier says which share died. Net
//! benefit is the share of all patients that is treated and dies, less the share that is treated and
//! lives, weighted by the odds of the threshold. Treating nobody brings 0.

use super::{
    DecisionCurve, DecisionPoint, Estimate, Figure, NotEstimable,
    kaplan_meier::{Event, Row, curve},
    weighting::Patients,
};

/// `death` by position; absent where the predictor gives no probability.
pub(super) fn decision_curve(
    patients: &Patients,
    months: u32,
    death: Option<&[f64]>,
    thresholds: &[f64],
) -> DecisionCurve {
    let points = death.map(|death| {
        let point = |threshold: &f64| {
            let treated = |position: &usize| death[*position] >= *threshold;
            point(patients, months, *threshold, treated)
        };
        thresholds.iter().map(point).collect()
    });
    DecisionCurve {
        months,
        points: points.unwrap_or_default(),
    }
}

/// Net benefit of treating everybody.
pub(super) fn treat_all(patients: &Patients, months: u32, thresholds: &[f64]) -> DecisionCurve {
    let point = |threshold: &f64| point(patients, months, *threshold, |_| true);
    DecisionCurve {
        months,
        points: thresholds.iter().map(point).collect(),
    }
}

fn point(
    patients: &Patients,
    months: u32,
    threshold: f64,
    treated: impl Fn(&usize) -> bool + Clone,
) -> DecisionPoint {
    let positions = (0..patients.len()).filter(treated);
    let share = positions.clone().count() as f64 / patients.len() as f64;
    let rows = positions.map(|position| Row {
        months: patients.months[position],
        died: patients.died[position],
        weight: 1,
    });
    let benefit = |alive: f64| share * ((1.0 - alive) - alive * threshold / (1.0 - threshold));
    let benefit = match share > 0.0 {
        true => curve(rows, Event::Death).at(f64::from(months)).map(benefit),
        false => Some(0.0),
    };
    let net_benefit = match benefit {
        Some(point) => Figure::Estimated(Estimate {
            point,
            interval: None,
        }),
        None => Figure::NotEstimable {
            reason: NotEstimable::AllCensoredBeforeHorizon,
        },
    };
    DecisionPoint {
        threshold,
        treated: share,
        net_benefit,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{super::Outcomes, *};

    fn patients() -> Patients {
        let months = vec![1.0, 2.0, 9.0, 9.0, 2.0];
        Patients::new(&Outcomes::new(months, vec![true, true, false, false, false]).unwrap())
    }

    fn benefits(curve: &DecisionCurve) -> Vec<Option<f64>> {
        let benefit = |point: &DecisionPoint| point.net_benefit.estimate().map(|it| it.point);
        curve.points.iter().map(benefit).collect()
    }

    #[test]
    fn treating_everybody_follows_the_share_that_died() {
        let all = treat_all(&patients(), 3, &[0.2, 0.5]);
        let died = 1.0 - 0.8 * 0.75;
        for (benefit, odds) in benefits(&all).into_iter().zip([0.25, 1.0]) {
            assert!((benefit.unwrap() - (died - (1.0 - died) * odds)).abs() < 1e-15);
        }
    }

    #[test]
    fn a_threshold_that_nobody_reaches_brings_nothing_and_one_for_all_what_treating_all_does() {
        let patients = patients();
        let death = patients.in_order(&[0.8, 0.8, 0.3, 0.3, 0.3]);
        let curve = decision_curve(&patients, 3, Some(&death), &[0.9, 0.8, 0.3]);
        let all = treat_all(&patients, 3, &[0.3]);
        assert_eq!(benefits(&curve), [Some(0.0), Some(0.4), benefits(&all)[0]]);
        assert_eq!(curve.points[1].treated, 0.4);
        let shares: Vec<f64> = curve.points.iter().map(|point| point.treated).collect();
        assert_eq!(shares, [0.0, 0.4, 1.0]);
    }

    #[test]
    fn those_treated_must_be_followed_to_the_horizon() {
        let death = [0.0, 0.0, 0.9, 0.0, 0.0];
        let curve = decision_curve(&patients(), 3, Some(&death), &[0.5]);
        assert_eq!(benefits(&curve), [None]);
        assert!(
            decision_curve(&patients(), 3, None, &[0.5])
                .points
                .is_empty()
        );
    }
}
