//! The figures of one predictor on one sample: all patients, or a resample of them.

use super::{
    CALIBRATION_NEEDS, HorizonCounts, NotEstimable, Predictor,
    brier::{Brier, brier},
    calibration::{Probabilities, Recalibration, Start, recalibrate},
    discrimination::{auc, concordance},
    weighting::{Answer, Patients, Ranks, Sample},
};

/// A predictor with its values in order of time.
pub(super) struct Prepared {
    pub(super) id: String,
    risk: Ranks,
    pub(super) horizons: Vec<PreparedHorizon>,
}

/// What a predictor says about one horizon.
pub(super) struct PreparedHorizon {
    pub(super) months: u32,
    /// The order for the AUC, where it is not that of the predictor.
    risk: Option<Ranks>,
    pub(super) death: Option<Probabilities>,
    /// Why calibration is not assessed.
    pub(super) refused: Option<NotEstimable>,
}

impl Prepared {
    /// `counts` of the horizons in `whole`, which is all patients.
    pub(super) fn new(
        whole: &Sample<'_>,
        counts: &[HorizonCounts],
        predictor: &Predictor,
    ) -> Prepared {
        let patients: &Patients = whole.patients;
        let horizon = |counts: &HorizonCounts| {
            let death = predictor.death.get(&counts.months);
            PreparedHorizon {
                months: counts.months,
                risk: (predictor.risk_at.get(&counts.months))
                    .map(|risk| Ranks::new(&patients.in_order(risk))),
                death: death.map(|death| Probabilities::new(patients, death)),
                refused: match death {
                    None => Some(NotEstimable::NoProbability),
                    Some(_) => refusal(whole, counts),
                },
            }
        };
        Prepared {
            id: predictor.id.clone(),
            risk: Ranks::new(&patients.in_order(&predictor.risk)),
            horizons: counts.iter().map(horizon).collect(),
        }
    }
}

fn refusal(whole: &Sample<'_>, counts: &HorizonCounts) -> Option<NotEstimable> {
    if let Err(reason) = whole.at(counts.months).died {
        return Some(reason);
    }
    let few = counts.deaths.min(counts.known_alive) < CALIBRATION_NEEDS;
    few.then_some(NotEstimable::TooFew {
        events: counts.deaths,
        non_events: counts.known_alive,
        needed: CALIBRATION_NEEDS,
    })
}

/// Without intervals.
pub(super) struct Figures {
    pub(super) harrell: Answer,
    pub(super) uno: Answer,
    pub(super) horizons: Vec<HorizonFigures>,
}

/// Those of one horizon.
pub(super) struct HorizonFigures {
    pub(super) auc: Answer,
    pub(super) brier: Brier,
    pub(super) recalibration: Recalibration,
}

/// `plain` are the figures of all patients, for a resample.
pub(super) fn figures(
    sample: &Sample<'_>,
    predictor: &Prepared,
    tau: u32,
    plain: Option<&Figures>,
) -> Figures {
    let risk = &predictor.risk;
    let horizons = predictor.horizons.iter().enumerate();
    let horizons = horizons.map(|(position, horizon)| {
        let start = plain.map(|plain| plain.horizons[position].recalibration.start);
        at_horizon(sample, risk, horizon, start.unwrap_or_default())
    });
    let horizons = horizons.collect();
    if risk.constant() {
        return Figures {
            harrell: Err(NotEstimable::ConstantRisk),
            uno: Err(NotEstimable::ConstantRisk),
            horizons,
        };
    }
    let concordance = concordance(sample, tau, risk);
    Figures {
        harrell: concordance.harrell,
        uno: concordance.uno,
        horizons,
    }
}

fn at_horizon(
    sample: &Sample<'_>,
    risk: &Ranks,
    predictor: &PreparedHorizon,
    start: Start,
) -> HorizonFigures {
    let horizon = sample.at(predictor.months);
    let risk = predictor.risk.as_ref().unwrap_or(risk);
    let auc = match risk.constant() {
        true => Err(NotEstimable::ConstantRisk),
        false => auc(sample, &horizon, risk),
    };
    let (brier, recalibration) = match (&predictor.death, predictor.refused) {
        (Some(death), None) => (
            brier(sample, &horizon, &death.values),
            recalibrate(sample, &horizon, death, start),
        ),
        (Some(death), Some(reason)) => (
            brier(sample, &horizon, &death.values),
            Recalibration::refused(reason, start),
        ),
        (None, _) => (
            Brier::refused(NotEstimable::NoProbability),
            Recalibration::refused(NotEstimable::NoProbability, start),
        ),
    };
    HorizonFigures {
        auc,
        brier,
        recalibration,
    }
}
