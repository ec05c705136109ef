//! The model and every published score on the same patients of a centre, whose survival is known:
//! which rows each of them can use, how they compare on rows that all can use and pairwise on those
//! that each can, and in parts of the cohort. The statistics are those of [`crate::performance`].

mod result;
mod sentences;

use crate::{
    catalogue::FeatureId,
    performance::{Comparison, ComparisonError, Outcomes, Predictor, Settings, compare},
    scores::{self, Prognosis, ScoreTable},
};
pub use result::{
    CohortPart, CohortPartKind, CohortStudy, HeadToHead, LeftOut, MissingFact, PairOfPredictors,
    PassedColumn, PassedReason, PredictorSource, ProbabilitySource, SuspiciousFact,
};
pub use sentences::{StudyWords, decimal, percent};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

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
    /// Calendar year of diagnosis, treatment or the index date, where the row has one.
    pub year: Option<i32>,
    /// Probability of death by each horizon in months; none where the model gives no forecast.
    pub model: Option<BTreeMap<u32, f64>>,
    /// In the order of the scores asked about.
    /// Without a value, the facts that it lacks.
    pub scores: Vec<Result<Prognosis, BTreeSet<FeatureId>>>,
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
    let predictors = cohort.sources(&settings.horizons);
    let together: Vec<usize> = (0..compared.tables.len())
        .filter(|score| predictors[score + 1].left_out.is_none())
        .collect();
    let mut found = HeadToHead {
        patients: patients.len() as u32,
        predictors,
        same_rows: None,
        model_alone: None,
        pairs: Vec::new(),
        parts: Vec::new(),
        missing: cohort.missing(),
        suspicious: cohort.suspicious()?,
    };
    let wanted = cohort.wanted(&together);
    let all: f64 = wanted.iter().map(Wanted::effort).sum();
    let mut done = 0.0;
    for one in wanted {
        let mut step = |share: f64| progress((done + share * one.effort()) / all);
        let comparison = cohort.compare(&one, settings, &mut step)?;
        done += one.effort();
        match one.what {
            What::SameRows => found.same_rows = Some(comparison),
            What::ModelAlone => found.model_alone = Some(comparison),
            What::Pair(score) => found.pairs.push(PairOfPredictors {
                score: compared.tables[score].id.clone(),
                comparison,
            }),
            What::Part(kind, value) => found.parts.push(CohortPart {
                kind,
                value,
                comparison,
            }),
        }
    }
    Ok(found)
}

/// One of the comparisons that make up the whole.
struct Wanted<'a> {
    what: What,
    scores: Vec<usize>,
    /// Those with a forecast and every one of the scores; at least one.
    rows: Vec<&'a Patient>,
}

enum What {
    SameRows,
    ModelAlone,
    Pair(usize),
    Part(CohortPartKind, String),
}

impl Wanted<'_> {
    /// Time goes with patients and predictors.
    fn effort(&self) -> f64 {
        (self.rows.len() * (self.scores.len() + 1)) as f64
    }
}

struct Cohort<'a> {
    patients: &'a [Patient],
    compared: &'a Compared<'a>,
}

impl<'a> Cohort<'a> {
    /// The model first, then the scores.
    fn sources(&self, horizons: &[u32]) -> Vec<PredictorSource> {
        let model = PredictorSource {
            id: MODEL.to_owned(),
            name: String::new(),
            rows: self.rows_of(&[], true) as u32,
            paper: None,
            made_from: None,
            probabilities: Vec::new(),
            left_out: None,
            lacking: Vec::new(),
        };
        let left_out = self.left_out();
        let scores = self.compared.tables.iter().enumerate();
        let scores = scores.map(|(score, table)| PredictorSource {
            id: table.id.clone(),
            name: table.short_name.clone(),
            rows: self.rows_of(&[score], false) as u32,
            paper: scores::first_paper(table),
            made_from: scores::made_from(table),
            probabilities: probabilities(table, horizons),
            left_out: left_out[score],
            lacking: self.lacking(score),
        });
        std::iter::once(model).chain(scores).collect()
    }

    /// How many rows have all of these scores, and the model where asked.
    fn rows_of(&self, scores: &[usize], with_model: bool) -> usize {
        let has = |one: &&Patient| {
            (one.model.is_some() || !with_model)
                && scores.iter().all(|score| one.scores[*score].is_ok())
        };
        self.patients.iter().filter(has).count()
    }

    /// For want of which facts how many rows have no value of a score; most rows first.
    fn lacking(&self, score: usize) -> Vec<MissingFact> {
        let mut rows: BTreeMap<&FeatureId, u32> = BTreeMap::new();
        let lacking = self
            .patients
            .iter()
            .filter_map(|one| one.scores[score].as_ref().err());
        for feature in lacking.flatten() {
            *rows.entry(feature).or_default() += 1;
        }
        let of = |(feature, missing): (&FeatureId, u32)| MissingFact {
            feature: feature.to_string(),
            missing,
        };
        let mut found: Vec<MissingFact> = rows.into_iter().map(of).collect();
        found.sort_by_key(|one| Reverse(one.missing));
        found
    }

    /// Which scores take no part on the same rows; see [`SHARE_OF_ROWS`].
    fn left_out(&self) -> Vec<Option<LeftOut>> {
        let least = SHARE_OF_ROWS * self.rows_of(&[], true) as f64;
        let mut order: Vec<usize> = (0..self.compared.tables.len()).collect();
        order.sort_by_key(|score| Reverse(self.rows_of(&[*score], true)));
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

    /// Every comparison that has a row: all predictors on the same rows, the model, each score with the
    /// model, and the parts of the same rows by primary tumour and by five calendar years.
    fn wanted(&self, together: &[usize]) -> Vec<Wanted<'a>> {
        let on = |what: What, scores: &[usize]| Wanted {
            what,
            rows: self.rows(scores),
            scores: scores.to_vec(),
        };
        let mut wanted = vec![on(What::SameRows, together), on(What::ModelAlone, &[])];
        let scores = 0..self.compared.tables.len();
        wanted.extend(scores.map(|score| on(What::Pair(score), &[score])));
        let rows = self.rows(together);
        for (kind, value_of) in [
            (
                CohortPartKind::Primary,
                primary as fn(&Patient) -> Option<String>,
            ),
            (CohortPartKind::Era, era),
        ] {
            let mut parts: BTreeMap<String, Vec<&Patient>> = BTreeMap::new();
            for row in &rows {
                if let Some(value) = value_of(row) {
                    parts.entry(value).or_default().push(row);
                }
            }
            wanted.extend(parts.into_iter().map(|(value, rows)| Wanted {
                what: What::Part(kind, value),
                scores: together.to_vec(),
                rows,
            }));
        }
        wanted.retain(|one| !one.rows.is_empty());
        wanted
    }

    /// The patients with a forecast and all of these scores.
    fn rows(&self, scores: &[usize]) -> Vec<&'a Patient> {
        let usable = |one: &&Patient| {
            one.model.is_some() && scores.iter().all(|score| one.scores[*score].is_ok())
        };
        self.patients.iter().filter(usable).collect()
    }

    fn compare(
        &self,
        wanted: &Wanted,
        settings: &Settings,
        progress: &mut dyn FnMut(f64) -> bool,
    ) -> Result<Comparison, ComparisonError> {
        let outcomes = outcomes(&wanted.rows)?;
        let mut predictors = vec![of_model(&wanted.rows, &settings.horizons)];
        for score in &wanted.scores {
            let table = self.compared.tables[*score];
            predictors.push(of_score(table, *score, &wanted.rows, &settings.horizons));
        }
        compare(&outcomes, &predictors, settings, progress)
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
            let outcomes = outcomes(&rows)?;
            let alone = Predictor {
                id: feature.clone(),
                risk: rows
                    .iter()
                    .filter_map(|one| one.facts.get(&feature).copied())
                    .collect(),
                risk_at: BTreeMap::new(),
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

fn primary(patient: &Patient) -> Option<String> {
    patient.primary.clone()
}

fn era(patient: &Patient) -> Option<String> {
    let first = patient.year?.div_euclid(5) * 5;
    Some(format!("{first}-{}", first + 4))
}

fn outcomes(rows: &[&Patient]) -> Result<Outcomes, ComparisonError> {
    let months = rows.iter().map(|one| one.months).collect();
    let died = rows.iter().map(|one| one.died).collect();
    Ok(Outcomes::new(months, died)?)
}

fn probabilities(table: &ScoreTable, horizons: &[u32]) -> Vec<ProbabilitySource> {
    let of = |months: &u32| {
        scores::published_deaths(table, *months).map(|deaths| ProbabilitySource {
            months: *months,
            cohort: deaths.cohort,
            provenance: deaths.provenance,
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
        // Forecasts may cross, so each horizon has an order of its own.
        risk_at: death.clone(),
        death,
    }
}

fn of_score(table: &ScoreTable, score: usize, rows: &[&Patient], horizons: &[u32]) -> Predictor {
    let prognoses = || {
        rows.iter()
            .filter_map(|one| one.scores[score].as_ref().ok())
    };
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
        risk_at: BTreeMap::new(),
        death,
    }
}

#[cfg(test)]
mod tests;
