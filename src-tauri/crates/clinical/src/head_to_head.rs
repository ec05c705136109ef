//! The model and every published score on the same patients of a centre, whose survival is known:
//! which rows each of them can use, how they compare on rows that all can use and pairwise on those
//! that each can, and in parts of the cohort. The statistics are those of [`crate::performance`].

mod result;

use crate::{
    performance::{Comparison, ComparisonError, Outcomes, Predictor, Settings, compare},
    scores::{self, Prognosis, ScoreTable},
};
pub use result::{
    CohortPart, CohortPartKind, CohortStudy, HeadToHead, LeftOut, MissingFact, PairOfPredictors,
    PredictorSource, ProbabilitySource, SuspiciousFact,
};
use std::collections::BTreeMap;

/// The id of the model among the predictors.
pub const MODEL: &str = "model";

/// Scores join the comparison on the same rows, those that most rows have first, as long as this share
/// of the model's rows is left. A display rule, so that one score with rare inputs does not empty it.
pub const SHARE_OF_ROWS: f64 = 0.5;

/// One patient of the cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct Patient {
    /// Follow-up in months, to death where `died`.
    pub months: f64,
    pub died: bool,
    /// Option of the primary tumour, where known.
    pub primary: Option<String>,
    /// Calendar year of the index date, where the row has one.
    pub year: Option<i32>,
    /// Probability of death by each horizon in months; none where the model gives no forecast.
    pub model: Option<BTreeMap<u32, f64>>,
    /// In the order of the scores asked about.
    pub scores: Vec<Option<Prognosis>>,
    /// Known facts as numbers, for the search for columns that know the outcome.
    pub facts: BTreeMap<String, f64>,
}

/// What is compared with the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared<'a> {
    pub tables: &'a [&'static ScoreTable],
    /// Named by the person who asks: these take part on the same rows whatever their share.
    pub chosen: bool,
}

/// A comparison, or nothing where no row is left.
type Part = Result<Option<Comparison>, ComparisonError>;

/// Compares the model and the scores. `progress` is told the share that is done and may end it.
///
/// # Errors
/// Those of [`compare`].
pub fn head_to_head(
    patients: &[Patient],
    compared: &Compared,
    settings: &Settings,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<HeadToHead, ComparisonError> {
    let cohort = Cohort { patients, compared };
    let months = settings.horizons.as_slice();
    let sources = cohort.sources(months);
    let together: Vec<usize> = (0..compared.tables.len())
        .filter(|score| sources[score + 1].left_out.is_none())
        .collect();
    // The pairs and the parts take about as many resamples as the rest.
    let steps = 2 + sources.len() + 2;
    let mut done = 0;
    let mut step = |part: f64| progress((f64::from(done) + part).min(steps as f64) / steps as f64);
    let same_rows = cohort.on_rows(&together, settings, &mut step, |_| true)?;
    done += 2;
    let mut pairs = Vec::new();
    for (score, table) in compared.tables.iter().enumerate() {
        let mut step =
            |part: f64| progress((f64::from(done) + part).min(steps as f64) / steps as f64);
        if let Some(comparison) = cohort.on_rows(&[score], settings, &mut step, |_| true)? {
            pairs.push(PairOfPredictors {
                score: table.id.clone(),
                comparison,
            });
        }
        done += 1;
    }
    let mut step = |part: f64| progress((f64::from(done) + part).min(steps as f64) / steps as f64);
    let model_alone = cohort.on_rows(&[], settings, &mut step, |_| true)?;
    let parts = cohort.parts(&together, settings, &mut step)?;
    Ok(HeadToHead {
        patients: patients.len() as u32,
        predictors: sources,
        same_rows,
        model_alone,
        pairs,
        parts,
        missing: cohort.missing(),
        suspicious: cohort.suspicious()?,
    })
}

struct Cohort<'a> {
    patients: &'a [Patient],
    compared: &'a Compared<'a>,
}

impl Cohort<'_> {
    /// The model first, then the scores.
    fn sources(&self, horizons: &[u32]) -> Vec<PredictorSource> {
        let model = PredictorSource {
            id: MODEL.to_owned(),
            name: String::new(),
            rows: self.rows_of(&[], true) as u32,
            made_from: None,
            probabilities: Vec::new(),
            left_out: None,
        };
        let left_out = self.left_out();
        let scores = self.compared.tables.iter().enumerate();
        let scores = scores.map(|(score, table)| PredictorSource {
            id: table.id.clone(),
            name: table.name.clone(),
            rows: self.rows_of(&[score], false) as u32,
            made_from: scores::made_from(table),
            probabilities: probabilities(table, horizons),
            left_out: left_out[score],
        });
        std::iter::once(model).chain(scores).collect()
    }

    /// How many rows have all of these scores, and the model where asked.
    fn rows_of(&self, scores: &[usize], with_model: bool) -> usize {
        let has = |one: &&Patient| {
            (one.model.is_some() || !with_model)
                && scores.iter().all(|score| one.scores[*score].is_some())
        };
        self.patients.iter().filter(has).count()
    }

    /// Which scores take no part on the same rows; see [`SHARE_OF_ROWS`].
    fn left_out(&self) -> Vec<Option<LeftOut>> {
        let least = SHARE_OF_ROWS * self.rows_of(&[], true) as f64;
        let mut order: Vec<usize> = (0..self.compared.tables.len()).collect();
        order.sort_by_key(|score| std::cmp::Reverse(self.rows_of(&[*score], true)));
        let mut found = vec![None; order.len()];
        let mut joined = Vec::new();
        for score in order {
            joined.push(score);
            let alone = self.rows_of(&[score], true);
            let left = self.rows_of(&joined, true);
            found[score] = match alone {
                0 => Some(LeftOut::NoRow),
                _ if !self.compared.chosen && (left as f64) < least => Some(LeftOut::FewRows),
                _ => continue,
            };
            joined.pop();
        }
        found
    }

    /// The model and some scores on the rows that have a value of each.
    fn on_rows(
        &self,
        scores: &[usize],
        settings: &Settings,
        progress: &mut dyn FnMut(f64) -> bool,
        keep: impl Fn(&Patient) -> bool,
    ) -> Part {
        let usable = |one: &&Patient| {
            let whole = scores.iter().all(|score| one.scores[*score].is_some());
            one.model.is_some() && whole && keep(one)
        };
        let rows: Vec<&Patient> = self.patients.iter().filter(usable).collect();
        let Ok(outcomes) = Outcomes::new(
            rows.iter().map(|one| one.months).collect(),
            rows.iter().map(|one| one.died).collect(),
        ) else {
            return Ok(None);
        };
        if rows.is_empty() {
            return Ok(None);
        }
        let mut predictors = vec![of_model(&rows, &settings.horizons)];
        for score in scores {
            let table = self.compared.tables[*score];
            predictors.push(of_score(table, *score, &rows, &settings.horizons));
        }
        compare(&outcomes, &predictors, settings, progress).map(Some)
    }

    /// By primary tumour and by five calendar years, on the same rows as the whole.
    fn parts(
        &self,
        scores: &[usize],
        settings: &Settings,
        progress: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Vec<CohortPart>, ComparisonError> {
        let primaries = |one: &Patient| one.primary.clone();
        let eras = |one: &Patient| {
            one.year.map(|year| {
                let first = year.div_euclid(5) * 5;
                format!("{first}-{}", first + 4)
            })
        };
        let mut found = self.by(
            CohortPartKind::Primary,
            primaries,
            scores,
            settings,
            progress,
        )?;
        found.extend(self.by(CohortPartKind::Era, eras, scores, settings, progress)?);
        Ok(found)
    }

    fn by(
        &self,
        kind: CohortPartKind,
        value: impl Fn(&Patient) -> Option<String>,
        scores: &[usize],
        settings: &Settings,
        progress: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Vec<CohortPart>, ComparisonError> {
        let mut values: Vec<String> = self.patients.iter().filter_map(&value).collect();
        values.sort();
        values.dedup();
        let mut parts = Vec::new();
        for one in values {
            let keep = |patient: &Patient| value(patient).as_ref() == Some(&one);
            if let Some(comparison) = self.on_rows(scores, settings, progress, keep)? {
                parts.push(CohortPart {
                    kind,
                    value: one.clone(),
                    comparison,
                });
            }
        }
        Ok(parts)
    }

    /// How often each fact that a score reads or a column holds is known.
    fn missing(&self) -> Vec<MissingFact> {
        let mut known: BTreeMap<&str, u32> = BTreeMap::new();
        for name in self.patients.iter().flat_map(|one| one.facts.keys()) {
            *known.entry(name).or_default() += 1;
        }
        let all = self.patients.len() as u32;
        let of = |(feature, rows): (&str, u32)| MissingFact {
            feature: feature.to_owned(),
            missing: all - rows,
        };
        known.into_iter().map(of).collect()
    }

    /// Facts that alone rank the deaths nearly perfectly: more likely the outcome in another column
    /// than a finding before treatment. Half of the patients must have them.
    fn suspicious(&self) -> Result<Vec<SuspiciousFact>, ComparisonError> {
        let settings = Settings {
            bootstraps: 0,
            ..Settings::default()
        };
        let mut found = Vec::new();
        for MissingFact { feature, missing } in self.missing() {
            if 2 * missing > self.patients.len() as u32 {
                continue;
            }
            let rows: Vec<&Patient> = self
                .patients
                .iter()
                .filter(|one| one.facts.contains_key(&feature))
                .collect();
            let Ok(outcomes) = Outcomes::new(
                rows.iter().map(|one| one.months).collect(),
                rows.iter().map(|one| one.died).collect(),
            ) else {
                continue;
            };
            let alone = Predictor {
                id: feature.clone(),
                risk: rows
                    .iter()
                    .filter_map(|one| one.facts.get(&feature).copied())
                    .collect(),
                death: BTreeMap::new(),
            };
            let compared = compare(&outcomes, &[alone], &settings, &mut |_| true)?;
            let harrell = compared
                .predictors
                .first()
                .and_then(|one| one.harrell_c.figure.estimate());
            if let Some(c) = harrell.map(|estimate| estimate.point.max(1.0 - estimate.point))
                && c >= SUSPICIOUS
            {
                found.push(SuspiciousFact {
                    feature,
                    harrell_c: c,
                });
            }
        }
        Ok(found)
    }
}

/// No single fact before treatment is known to rank survival so well; the best published model reached
/// an AUC of 0.81 on 953 patients (Bindels 2025, doi:10.1016/j.spinee.2025.01.014).
const SUSPICIOUS: f64 = 0.9;

fn probabilities(table: &ScoreTable, horizons: &[u32]) -> Vec<ProbabilitySource> {
    let of = |months: &u32| {
        scores::published_deaths(table, *months).map(|deaths| ProbabilitySource {
            months: *months,
            cohort: deaths.cohort,
        })
    };
    horizons.iter().filter_map(of).collect()
}

fn of_model(rows: &[&Patient], horizons: &[u32]) -> Predictor {
    let by = |months: &u32| -> Vec<f64> {
        let death = |one: &&Patient| one.model.as_ref()?.get(months).copied();
        rows.iter().filter_map(death).collect()
    };
    let death: BTreeMap<u32, Vec<f64>> = horizons
        .iter()
        .map(|months| (*months, by(months)))
        .filter(|(_, deaths)| deaths.len() == rows.len())
        .collect();
    Predictor {
        id: MODEL.to_owned(),
        risk: death.values().next_back().cloned().unwrap_or_default(),
        death,
    }
}

fn of_score(table: &ScoreTable, score: usize, rows: &[&Patient], horizons: &[u32]) -> Predictor {
    let prognoses = || rows.iter().filter_map(|one| one.scores[score].as_ref());
    let mut death = BTreeMap::new();
    for months in horizons {
        if let Some(published) = scores::published_deaths(table, *months) {
            let of = |one: &Prognosis| published.shares.get(&one.group).copied();
            let deaths: Option<Vec<f64>> = prognoses().map(of).collect();
            death.extend(deaths.map(|deaths| (*months, deaths)));
        }
    }
    Predictor {
        id: table.id.clone(),
        risk: prognoses().map(|one| one.risk).collect(),
        death,
    }
}

#[cfg(test)]
mod tests;
