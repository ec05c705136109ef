//! Runs rows through the graphs in chunks, checks every answer, and hands the sound ones on row by row.

use crate::{
    Pack, PackError,
    encoding::EncodedRow,
    forecast_graph::Paths,
    manifest::REQUIRED_HORIZONS_MONTHS,
    survival::{MemberPaths, check_paths, check_probabilities, mean_at},
};
use clinical::assessment::ShippedPoint;
use rayon::prelude::*;

/// Numbers that one run of a graph may answer with (1 MB): larger runs were not faster, only hungrier.
const CHUNK_NUMBERS: usize = 250_000;

/// The sample paths of one patient, each member's with its weight.
pub(crate) struct RowPaths<'a> {
    /// [samples, times]
    pub(crate) survival: Vec<MemberPaths<'a, f32>>,
    /// [samples]; of no length where the model says nothing about it.
    pub(crate) cord_compression: Vec<MemberPaths<'a, f32>>,
    /// What the paths said at the horizons before a recalibration moved them.
    pub(crate) shipped_horizons: Option<Vec<ShippedPoint>>,
}

impl Pack {
    /// The place of a setting in the manifest; none is the default, the first.
    pub(crate) fn setting_number(&self, name: Option<&str>) -> Result<usize, PackError> {
        let settings = &self.manifest().setting;
        let Some(name) = name else { return Ok(0) };
        let found = settings.iter().position(|setting| setting.name == name);
        match found {
            Some(number) => Ok(number),
            None if settings.is_empty() && name == ONLY_SETTING => Ok(0),
            None => Err(PackError::SettingUnknown {
                pack: self.identity().name.clone(),
                setting: name.to_owned(),
                available: match settings.as_slice() {
                    [] => ONLY_SETTING.to_owned(),
                    settings => settings
                        .iter()
                        .map(|setting| setting.name.as_str())
                        .collect::<Vec<_>>()
                        .join(", "),
                },
            }),
        }
    }

    /// Refuses a setting that the model does not know.
    pub fn check_setting(&self, name: Option<&str>) -> Result<(), PackError> {
        self.setting_number(name).map(|_| ())
    }

    /// The name of a setting; none where the model knows one only.
    pub(crate) fn setting_name(&self, number: usize) -> Option<String> {
        let setting = self.manifest().setting.get(number);
        setting.map(|setting| setting.name.clone())
    }

    /// Rows that one run takes.
    pub(crate) fn chunk_rows(&self) -> usize {
        let output = &self.manifest().output;
        (CHUNK_NUMBERS / (output.samples * output.time_grid_months.len())).clamp(1, 256)
    }

    /// What `of_row` makes of each row's paths; a row whose answer is no forecast is refused alone.
    /// A recalibration moves the survival paths here, before anybody reads them, so that point,
    /// interval, median, reasons, cohorts and benefit follow from the same ones.
    pub(crate) fn each<T>(
        &self,
        rows: &[EncodedRow],
        setting: usize,
        mut of_row: impl FnMut(&RowPaths<'_>) -> T,
    ) -> Result<Vec<Result<T, PackError>>, PackError> {
        let times = self.manifest().output.time_grid_months.len();
        let transform = self.transform(setting);
        let mut made = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(self.chunk_rows()) {
            let mut answers = self.run(chunk, setting)?;
            for row in 0..chunk.len() {
                let paths = self.paths_of(&answers, row, chunk.len());
                let sound = paths
                    .survival
                    .iter()
                    .try_for_each(|member| check_paths(member.paths, times));
                let sound = sound.and_then(|()| {
                    let mut members = paths.cord_compression.iter();
                    members.try_for_each(|member| check_probabilities(member.paths))
                });
                let shipped_horizons = transform.map(|_| self.shipped_horizons(&paths));
                if let (Some(transform), Ok(())) = (transform, &sound) {
                    for member in &mut answers {
                        let size = member.survival.len() / chunk.len();
                        transform.apply(&mut member.survival[row * size..(row + 1) * size]);
                    }
                }
                made.push(sound.map(|()| {
                    of_row(&RowPaths {
                        shipped_horizons,
                        ..self.paths_of(&answers, row, chunk.len())
                    })
                }));
            }
        }
        Ok(made)
    }

    /// The same on all cores, in the same order.
    pub(crate) fn each_on_all_cores<T: Send>(
        &self,
        rows: &[EncodedRow],
        setting: usize,
        of_row: impl Fn(&RowPaths<'_>) -> T + Sync,
    ) -> Result<Vec<Result<T, PackError>>, PackError> {
        let share = rows.len().div_ceil(rayon::current_num_threads());
        let chunks = rows
            .par_chunks(share.clamp(1, self.chunk_rows()))
            .map(|rows| self.each(rows, setting, &of_row))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(chunks.into_iter().flatten().collect())
    }

    fn shipped_horizons(&self, paths: &RowPaths<'_>) -> Vec<ShippedPoint> {
        let grid = &self.manifest().output.time_grid_months;
        let at_horizons = grid
            .iter()
            .enumerate()
            .filter(|(_, months)| REQUIRED_HORIZONS_MONTHS.contains(months));
        at_horizons
            .map(|(time, &months)| ShippedPoint {
                months,
                alive: mean_at(&paths.survival, grid.len(), time).clamp(0.0, 1.0),
            })
            .collect()
    }

    fn run(&self, rows: &[EncodedRow], setting: usize) -> Result<Vec<Paths>, PackError> {
        let values: Vec<f32> = rows.iter().flat_map(|row| &row.values).copied().collect();
        let known: Vec<f32> = rows.iter().flat_map(|row| &row.known).copied().collect();
        let members = self.members.iter();
        members
            .map(|graph| graph.run(&values, &known, setting))
            .collect()
    }

    fn paths_of<'a>(&self, answers: &'a [Paths], row: usize, rows: usize) -> RowPaths<'a> {
        let weights = || self.manifest().member.iter().map(|member| member.weight);
        let of_row = |numbers: &'a [f32], weight: f64| {
            let size = numbers.len() / rows;
            MemberPaths {
                paths: &numbers[row * size..(row + 1) * size],
                weight,
            }
        };
        RowPaths {
            survival: answers
                .iter()
                .zip(weights())
                .map(|(paths, weight)| of_row(&paths.survival, weight))
                .collect(),
            cord_compression: answers
                .iter()
                .zip(weights())
                .map(|(paths, weight)| of_row(&paths.cord_compression, weight))
                .collect(),
            shipped_horizons: None,
        }
    }
}

/// The setting of a model that knows one only: patients referred to a spine service.
const ONLY_SETTING: &str = "referral";
