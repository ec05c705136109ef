//! The mean survival of a cohort: the mean over the patients and over what stands in for their blanks
//! within each world first, then the mean and the quantiles over the worlds. In one path the blanks of
//! all patients lean the same way, which a cohort averages out. Patients come in batches of any size.

use crate::{
    Pack, PackError,
    encoding::EncodedRow,
    survival::{MemberPaths, summarise},
};
use clinical::{
    assessment::{PackIdentity, SurvivalPoint},
    conditions::KnownFacts,
};
use rayon::prelude::*;
use serde::Serialize;

/// The mean survival of a cohort; the interval is over the worlds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CohortForecast {
    pub pack: PackIdentity,
    /// Absent where the model knows one setting only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// Patients that the mean is over.
    pub patients: usize,
    /// Patients for whom the model gives no forecast.
    pub refused: usize,
    /// At 1, 3, 6, 12 and 24 months, as far as the model answers for them.
    pub horizons: Vec<SurvivalPoint>,
    pub interval_level: f64,
}

/// Adds up the sample paths of the patients of a cohort.
pub struct CohortSum<'pack> {
    pack: &'pack Pack,
    setting: usize,
    /// Of each member [samples, times].
    sums: Vec<Vec<f64>>,
    patients: usize,
    refused: usize,
}

impl Pack {
    /// An empty cohort in a setting; none is the default one.
    pub fn cohort(&self, setting: Option<&str>) -> Result<CohortSum<'_>, PackError> {
        Ok(CohortSum {
            pack: self,
            setting: self.setting_number(setting)?,
            sums: self.zeros(),
            patients: 0,
            refused: 0,
        })
    }

    /// The mean survival of a whole cohort.
    pub fn cohort_forecast<Facts: KnownFacts + Sync>(
        &self,
        patients: &[Facts],
        setting: Option<&str>,
    ) -> Result<CohortForecast, PackError> {
        let mut cohort = self.cohort(setting)?;
        cohort.add(patients)?;
        cohort.forecast()
    }

    fn zeros(&self) -> Vec<Vec<f64>> {
        let output = &self.manifest().output;
        vec![vec![0.0; output.samples * output.time_grid_months.len()]; self.members.len()]
    }
}

impl CohortSum<'_> {
    /// Adds patients; those whom the model refuses are counted apart.
    pub fn add<Facts: KnownFacts + Sync>(&mut self, patients: &[Facts]) -> Result<(), PackError> {
        let accepted = patients
            .iter()
            .filter(|facts| self.pack.refuse(*facts).is_none());
        let rows: Vec<EncodedRow> = accepted.map(|facts| self.pack.encode(facts)).collect();
        self.patients += rows.len();
        self.refused += patients.len() - rows.len();
        let chunks = rows.par_chunks(self.pack.chunk_rows()).map(|rows| {
            let mut sums = self.pack.zeros();
            let answers = self.pack.each(rows, self.setting, |paths| {
                for (sum, member) in sums.iter_mut().zip(&paths.survival) {
                    sum.iter_mut()
                        .zip(member.paths)
                        .for_each(|(sum, alive)| *sum += f64::from(*alive));
                }
            })?;
            answers.into_iter().collect::<Result<(), _>>()?;
            Ok(sums)
        });
        let sums = chunks.try_reduce(
            || self.pack.zeros(),
            |first, second| Ok(added(first, &second)),
        )?;
        self.sums = added(std::mem::take(&mut self.sums), &sums);
        Ok(())
    }

    /// Patients that were added and can be forecast.
    pub fn patients(&self) -> usize {
        self.patients
    }

    /// The mean survival of the patients that were added.
    pub fn forecast(self) -> Result<CohortForecast, PackError> {
        if self.patients == 0 {
            return Err(PackError::Output(
                "no patient of the cohort can be forecast".to_owned(),
            ));
        }
        let output = &self.pack.manifest().output;
        let count = self.patients as f64;
        let in_world = output.samples / output.worlds.unwrap_or(output.samples);
        let times = output.time_grid_months.len();
        let means: Vec<Vec<f64>> = self
            .sums
            .iter()
            .map(|sum| {
                let worlds = sum.chunks(in_world * times);
                let mean = |paths: &[f64], time: usize| {
                    paths.iter().skip(time).step_by(times).sum::<f64>() / (count * in_world as f64)
                };
                worlds
                    .flat_map(|paths| (0..times).map(move |time| mean(paths, time)))
                    .collect()
            })
            .collect();
        let weights = self
            .pack
            .manifest()
            .member
            .iter()
            .map(|member| member.weight);
        let members: Vec<_> = means
            .iter()
            .zip(weights)
            .map(|(paths, weight)| MemberPaths { paths, weight })
            .collect();
        let curve = summarise(&members, &output.time_grid_months, output.interval_level);
        Ok(CohortForecast {
            pack: self.pack.identity_in(self.setting),
            setting: self.pack.setting_name(self.setting),
            patients: self.patients,
            refused: self.refused,
            horizons: self.pack.points(&curve),
            interval_level: output.interval_level,
        })
    }
}

fn added(mut first: Vec<Vec<f64>>, second: &[Vec<f64>]) -> Vec<Vec<f64>> {
    for (first, second) in first.iter_mut().flatten().zip(second.iter().flatten()) {
        *first += second;
    }
    first
}
