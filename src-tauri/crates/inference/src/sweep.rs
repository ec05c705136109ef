//! Which blank fact could carry a forecast across a threshold.

use crate::{Pack, PackError};
use clinical::{
    assessment::{Refusal, SurvivalPoint, SweepAnswer, SweepRow, Threshold},
    case::Value,
    catalogue::FeatureId,
    conditions::{KnownFacts, WithOne},
};

/// The months that are compared where no threshold names any.
const MONTHS: [f64; 3] = [3.0, 6.0, 12.0];

impl Pack {
    /// For each blank fact that could apply to the patient, the forecast at each of the values that
    /// the manifest calls plausible; the largest change first.
    pub fn sweep(
        &self,
        facts: &impl KnownFacts,
        setting: Option<&str>,
        thresholds: &[Threshold],
    ) -> Result<Vec<SweepRow>, Refusal> {
        if let Some(refusal) = self.refuse(facts) {
            return Err(refusal);
        }
        let failed = |error: PackError| self.failed(&error);
        let setting = self.setting_number(setting).map_err(failed)?;
        let months = self.months_asked(thresholds).map_err(failed)?;
        let blank = self.encode(facts);
        let primary = facts
            .known(&FeatureId::unchecked("primary_tumour"))
            .and_then(Value::as_code);
        let asked: Vec<(&FeatureId, &Value)> = self
            .manifest()
            .sweep
            .iter()
            .filter(|sweep| blank.averaged_over.contains(&sweep.feature))
            .filter(|sweep| {
                let feature = self.features.get(&sweep.feature);
                feature.is_none_or(|feature| feature.may_apply_to(primary))
            })
            .filter(|sweep| {
                let named = |primary: &str| sweep.only_for.iter().any(|value| value == primary);
                sweep.only_for.is_empty() || primary.is_none_or(named)
            })
            .flat_map(|sweep| sweep.values.iter().map(|value| (&sweep.feature, value)))
            .collect();
        let filled = asked.iter().map(|(feature, value)| {
            self.encode(&WithOne {
                facts,
                feature: (*feature).clone(),
                value: Some((*value).clone()),
            })
        });
        let rows: Vec<_> = std::iter::once(blank.clone()).chain(filled).collect();
        let answers = self.each_on_all_cores(&rows, setting, |paths| {
            let curve = self.answer(paths).curve;
            let wanted = curve
                .into_iter()
                .filter(|point| months.contains(&point.months));
            wanted.collect::<Vec<_>>()
        });
        let answers =
            answers.and_then(|answers| answers.into_iter().collect::<Result<Vec<_>, _>>());
        let mut answers = answers.map_err(failed)?.into_iter();
        let now = answers.next().unwrap_or_default();

        let recalibration = self.identity_in(setting).recalibration;
        let mut found: Vec<SweepRow> = Vec::new();
        for ((feature, value), points) in asked.into_iter().zip(answers) {
            if found.last().is_none_or(|row| row.feature != *feature) {
                found.push(SweepRow {
                    feature: feature.clone(),
                    largest_change: 0.0,
                    crosses: Vec::new(),
                    answers: Vec::new(),
                    recalibration: recalibration.clone(),
                });
            }
            if let Some(row) = found.last_mut() {
                add(row, &now, value, points, thresholds);
            }
        }
        found.sort_by(|first, second| second.largest_change.total_cmp(&first.largest_change));
        Ok(found)
    }

    /// The months of the thresholds, each once; all must lie on the model's grid, after 0.
    fn months_asked(&self, thresholds: &[Threshold]) -> Result<Vec<f64>, PackError> {
        if thresholds.is_empty() {
            return Ok(MONTHS.to_vec());
        }
        let grid = &self.manifest().output.time_grid_months;
        let mut months = Vec::new();
        for threshold in thresholds {
            if threshold.months <= 0.0 || !grid.contains(&threshold.months) {
                return Err(PackError::MonthUnknown {
                    months: threshold.months,
                    available: grid
                        .iter()
                        .skip(1)
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .join(", "),
                });
            }
            if !months.contains(&threshold.months) {
                months.push(threshold.months);
            }
        }
        Ok(months)
    }
}

fn add(
    row: &mut SweepRow,
    now: &[SurvivalPoint],
    value: &Value,
    points: Vec<SurvivalPoint>,
    thresholds: &[Threshold],
) {
    for (now, then) in now.iter().zip(&points) {
        row.largest_change = row.largest_change.max((then.alive - now.alive).abs());
        for threshold in thresholds {
            let reaches = |point: &SurvivalPoint| point.alive >= threshold.probability;
            let crosses = threshold.months == now.months && reaches(now) != reaches(then);
            if crosses && !row.crosses.contains(threshold) {
                row.crosses.push(*threshold);
            }
        }
    }
    row.answers.push(SweepAnswer {
        value: value.clone(),
        points,
    });
}
