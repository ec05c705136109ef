//! A centre's patients with their follow-up: who counts, when nothing is learned, and what is.

use super::{
    fit::{Fitted, Followed, fit},
    gain::held_out,
    prior::{FEWEST_DEATHS, FEWEST_TIMES, SLOPE_SD, UNUSUAL_SDS},
};
use crate::{Pack, encoding::EncodedRow, population};
use clinical::{
    assessment::{FollowUp, RecalibrationGain},
    conditions::KnownFacts,
};
use rayon::prelude::*;

/// How a patient fared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// From the day of the forecast; finite and at least 0.
    pub months: f64,
    /// Died then; else alive then.
    pub died: bool,
}

/// Patients to learn from, added in batches of any size.
pub struct RecalibrationCohort {
    /// As shipped: what was learned earlier is learned anew.
    pack: Pack,
    /// Of each path; they add up to 1.
    pub(super) weights: Vec<f64>,
    pub(super) patients: Vec<Followed>,
    outcomes: Vec<Outcome>,
}

/// What was learned, and what it gains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    pub intercept: f64,
    /// SD of what is left open about it.
    pub intercept_sd: f64,
    pub slope: f64,
    pub slope_sd: f64,
    /// SD of the prior around 0.
    pub intercept_prior_sd: f64,
    /// SD of the prior around 1.
    pub slope_prior_sd: f64,
    /// The intercept lies further away than centres usually do; perhaps the table is wrong.
    pub unusual: bool,
    pub patients: usize,
    /// Within the time that the model answers for.
    pub deaths: usize,
    pub follow_up: FollowUp,
    pub gain: RecalibrationGain,
}

/// Why nothing is learned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RecalibrationRefusal {
    #[error(
        "the pack was adapted to a centre already, so what is known of other centres is spent; use the shipped pack"
    )]
    AlreadyAdapted,
    #[error("nobody died: nothing can be learned from follow-up without an event")]
    NobodyDied,
    #[error("fewer than {FEWEST_TIMES} different times of follow-up")]
    TooFewTimes,
    #[error(
        "{deaths} deaths within the model's {months} months; at least {FEWEST_DEATHS} are needed, because with fewer a difference between the centre and the model cannot be told from noise (working rule)"
    )]
    TooFewDeaths { deaths: usize, months: f64 },
    #[error(
        "no gain: on patients whom they were not learned from, the two numbers change the log likelihood per patient by {:.4} ({:.4} to {:.4}), and the interval's lower end is not above 0. The model stays as shipped",
        .0.gain.per_patient, .0.gain.low, .0.gain.high
    )]
    NoGain(Found),
}

impl RecalibrationRefusal {
    /// The code of the words `own_results.refused_<code>`.
    pub fn code(&self) -> &'static str {
        match self {
            RecalibrationRefusal::AlreadyAdapted => "already_adapted",
            RecalibrationRefusal::NobodyDied => "nobody_died",
            RecalibrationRefusal::TooFewTimes => "too_few_times",
            RecalibrationRefusal::TooFewDeaths { .. } => "too_few_deaths",
            RecalibrationRefusal::NoGain(_) => "no_gain",
        }
    }
}

impl Pack {
    /// An empty cohort to learn a recalibration of the model's default setting from.
    pub fn recalibration_cohort(&self) -> Result<RecalibrationCohort, RecalibrationRefusal> {
        if self.centre_spread.adapted {
            return Err(RecalibrationRefusal::AlreadyAdapted);
        }
        let samples = self.manifest().output.samples;
        let members = &self.manifest().member;
        let total: f64 = members.iter().map(|member| member.weight).sum();
        let of_member = |weight: f64| vec![weight / total / samples as f64; samples];
        Ok(RecalibrationCohort {
            pack: self.shipped(),
            weights: members
                .iter()
                .flat_map(|member| of_member(member.weight))
                .collect(),
            patients: Vec::new(),
            outcomes: Vec::new(),
        })
    }
}

impl RecalibrationCohort {
    /// Adds patients; for each, why they do not count, if they do not.
    pub fn add<Facts: KnownFacts + Sync>(
        &mut self,
        patients: &[(Facts, Outcome)],
    ) -> Vec<Option<String>> {
        let made: Vec<Result<Followed, String>> = patients
            .par_iter()
            .map(|(facts, outcome)| self.followed(facts, *outcome))
            .collect();
        let mut left_out = Vec::with_capacity(made.len());
        for ((_, outcome), made) in patients.iter().zip(made) {
            left_out.push(match made {
                Ok(followed) => {
                    self.patients.push(followed);
                    self.outcomes.push(*outcome);
                    None
                }
                Err(reason) => Some(reason),
            });
        }
        left_out
    }

    fn followed(&self, facts: &impl KnownFacts, outcome: Outcome) -> Result<Followed, String> {
        let population = &self.pack.manifest().population;
        if population::too_young(population, facts) {
            return Err(format!(
                "a child; the model answers from {} years on",
                population.age_min
            ));
        }
        let row: EncodedRow = self.pack.encode(facts);
        let inside = population::compare(population, facts, &row.doubts);
        if inside
            .reasons
            .iter()
            .any(|reason| reason == "primary_excluded")
        {
            return Err("the model is not made for primary tumours of this kind".to_owned());
        }
        let grid = &self.pack.manifest().output.time_grid_months;
        let answers = self.pack.each(&[row], 0, |paths| {
            let at = |place: usize| {
                let members = paths.survival.iter();
                members.flat_map(move |member| {
                    member.paths.iter().skip(place).step_by(grid.len()).copied()
                })
            };
            Followed::new(grid, at, outcome.months, outcome.died)
        });
        let answer = answers.and_then(|mut answers| {
            let nothing = || Err(crate::PackError::Output("it is empty".to_owned()));
            answers.pop().unwrap_or_else(nothing)
        });
        answer.map_err(|error| error.to_string())
    }

    /// The two numbers, if there are patients enough and they gain.
    pub fn learn(&self) -> Result<Found, RecalibrationRefusal> {
        if !self.outcomes.iter().any(|outcome| outcome.died) {
            return Err(RecalibrationRefusal::NobodyDied);
        }
        let mut times: Vec<f64> = self.outcomes.iter().map(|one| one.months).collect();
        times.sort_by(f64::total_cmp);
        times.dedup();
        if times.len() < FEWEST_TIMES {
            return Err(RecalibrationRefusal::TooFewTimes);
        }
        let deaths = self.patients.iter().filter(|one| one.died).count();
        if deaths < FEWEST_DEATHS {
            let grid = &self.pack.manifest().output.time_grid_months;
            let months = grid.last().copied().unwrap_or_default();
            return Err(RecalibrationRefusal::TooFewDeaths { deaths, months });
        }
        let centre_sd = self.pack.centre_spread.sd;
        let all: Vec<&Followed> = self.patients.iter().collect();
        let Fitted {
            numbers,
            intercept_sd,
            slope_sd,
        } = fit(&all, &self.weights, centre_sd);
        let found = Found {
            intercept: numbers.intercept,
            intercept_sd,
            slope: numbers.slope,
            slope_sd,
            intercept_prior_sd: centre_sd,
            slope_prior_sd: SLOPE_SD,
            unusual: numbers.intercept.abs() > UNUSUAL_SDS * centre_sd,
            patients: self.patients.len(),
            deaths,
            follow_up: follow_up(&self.outcomes),
            gain: held_out(&self.patients, &self.weights, centre_sd),
        };
        match found.gain.low > 0.0 {
            true => Ok(found),
            false => Err(RecalibrationRefusal::NoGain(found)),
        }
    }
}

/// The median by Kaplan and Meier with deaths and ends of follow-up exchanged; at equal times deaths
/// leave last, as they would have been followed on.
fn follow_up(outcomes: &[Outcome]) -> FollowUp {
    let mut ordered: Vec<Outcome> = outcomes.to_vec();
    ordered.sort_by(|first, second| {
        let times = first.months.total_cmp(&second.months);
        times.then(first.died.cmp(&second.died))
    });
    let mut followed = 1.0;
    let mut median = None;
    for (place, outcome) in ordered.iter().enumerate() {
        if !outcome.died {
            followed *= 1.0 - 1.0 / (ordered.len() - place) as f64;
        }
        if followed <= 0.5 && median.is_none() {
            median = Some(outcome.months.round() as u32);
        }
    }
    FollowUp {
        median_months: median,
        longest_months: ordered.last().map_or(0, |last| last.months.round() as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_follow_up_is_that_of_the_censored() {
        let followed = |rows: &[(f64, bool)]| {
            let rows = rows.iter().map(|&(months, died)| Outcome { months, died });
            follow_up(&rows.collect::<Vec<_>>())
        };
        // Of four, one ends at 2 (3/4 left), one at 6 of the two that are left (3/8).
        let found = followed(&[(6.4, false), (2.0, false), (4.0, true), (30.0, true)]);
        assert_eq!((found.median_months, found.longest_months), (Some(6), 30));
        let found = followed(&[(1.0, true), (2.0, true), (3.0, true)]);
        assert_eq!((found.median_months, found.longest_months), (None, 3));
    }
}
