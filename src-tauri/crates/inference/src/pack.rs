//! A pack that was read and found sound: it turns facts into forecasts.

use crate::{
    PackError,
    benefit::{BenefitDraws, PatientPaths},
    encoding::{EncodedRow, ReadFeatures, encode, read_features},
    files::{hexadecimal, read_listed, read_manifest},
    forecast_graph::{ForecastGraph, Shape},
    golden::{CheckReport, GoldenFile, replay, replay_reasons},
    label::label,
    manifest::{Manifest, REQUIRED_HORIZONS_MONTHS},
    population,
    recalibration::{CentreSpread, Transform},
    runs::RowPaths,
    survival::{median, summarise},
};
use clinical::{
    assessment::{
        BenefitGrid, CordCompression, CordCompressionState, ForecastState, ModelLabel,
        PackIdentity, Recalibration, Refusal, ShippedPoint, SurvivalForecast, SurvivalPoint,
    },
    catalogue::Catalogue,
    conditions::KnownFacts,
};
use rayon::prelude::*;
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// Months of the survival view, as far as the model answers for them.
const VIEW_MONTHS: [f64; 5] = [1.0, 3.0, 6.0, 12.0, 24.0];

/// A model that may answer: as shipped, or recalibrated on a centre's patients.
#[derive(Clone)]
pub struct Pack {
    manifest: Arc<Manifest>,
    /// Names the recalibration, where there is one.
    identity: PackIdentity,
    card: Arc<str>,
    label: Arc<ModelLabel>,
    golden: Arc<GoldenFile>,
    pub(crate) features: Arc<ReadFeatures>,
    pub(crate) members: Arc<[ForecastGraph]>,
    benefit: Option<Arc<BenefitDraws>>,
    pub(crate) centre_spread: CentreSpread,
}

/// The forecast of one patient before it is compared with the population.
pub(crate) struct Answer {
    pub(crate) curve: Vec<SurvivalPoint>,
    pub(crate) cord_compression: Option<CordCompression>,
    shipped_horizons: Option<Vec<ShippedPoint>>,
}

impl Pack {
    /// Reads the pack in `folder`: manifest, sizes, hashes, graphs. [`Pack::check`] replays it.
    pub fn load(folder: &Path, catalogue: &Catalogue) -> Result<Pack, PackError> {
        let (manifest_bytes, text) = read_manifest(folder)?;
        let manifest = Manifest::parse(&text, catalogue)?;
        let files = read_listed(folder, &manifest.file)?;
        let content = |name: &str| files.get(name).map(Vec::as_slice).unwrap_or_default();
        let shape = Shape {
            columns: manifest.input.len(),
            settings: manifest.setting.len(),
            samples: manifest.output.samples,
            times: manifest.output.time_grid_months.len(),
            cord_compression: manifest.output.cord_compression.is_some(),
        };
        let members = manifest
            .member
            .iter()
            .map(|member| ForecastGraph::read(&member.file, content(&member.file), shape));
        let members = members.collect::<Result<Vec<_>, _>>()?;
        let golden = serde_json::from_slice(content("golden.json"))
            .map_err(|error| PackError::Golden(error.to_string()))?;
        let benefit = match &manifest.benefit {
            Some(benefit) => Some(Arc::new(BenefitDraws::parse(
                content(&benefit.file),
                &manifest.output,
                catalogue,
            )?)),
            None => None,
        };
        let identity = PackIdentity {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            sha256: hexadecimal(&manifest_bytes),
            rests_on: manifest.rests_on.clone(),
            recalibration: None,
        };
        let card = String::from_utf8_lossy(content("CARD.md")).into();
        let features = Arc::new(read_features(&manifest.input, catalogue));
        let centre_spread = CentreSpread::of(content("measured.json"));
        let label = label(&manifest, content("measured.json"));
        Ok(Pack {
            identity,
            card,
            label: Arc::new(label),
            golden: Arc::new(golden),
            features,
            members: members.into(),
            benefit,
            centre_spread,
            manifest: Arc::new(manifest),
        })
    }

    /// The same model, moved by a recalibration; whether that belongs to it is for
    /// [`crate::RecalibrationFile::fits`] to say.
    pub fn recalibrated(&self, recalibration: Recalibration) -> Pack {
        let mut pack = self.clone();
        pack.identity.recalibration = Some(Box::new(recalibration));
        pack
    }

    /// The same model as shipped.
    pub fn shipped(&self) -> Pack {
        let mut pack = self.clone();
        pack.identity.recalibration = None;
        pack
    }

    /// What the recalibration does to survival paths in a setting. It was learned in the default one;
    /// another baseline stays as shipped.
    pub(crate) fn transform(&self, setting: usize) -> Option<Transform> {
        let recalibration = self.identity.recalibration.as_deref();
        recalibration.filter(|_| setting == 0).map(Transform::from)
    }

    /// Which model answers for survival in a setting.
    pub(crate) fn identity_in(&self, setting: usize) -> PackIdentity {
        let recalibration = self
            .transform(setting)
            .and(self.identity.recalibration.clone());
        PackIdentity {
            recalibration,
            ..self.identity.clone()
        }
    }

    /// Replays the golden rows of the model as shipped, and of their reasons those of the first row that has any: as reasons
    /// take a hundred runs each, [`Pack::check_reasons`] replays all of them.
    pub fn check(&self) -> Result<CheckReport, PackError> {
        let shipped = self.shipped();
        let report = replay(&shipped, &self.golden)?;
        replay_reasons(&shipped, &self.golden, 1)?;
        Ok(report)
    }

    /// Replays the reasons of every golden row that has any, and says how many rows these are.
    pub fn check_reasons(&self) -> Result<usize, PackError> {
        replay_reasons(&self.shipped(), &self.golden, usize::MAX)
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub fn identity(&self) -> &PackIdentity {
        &self.identity
    }

    /// Who made it, from what, and what was measured of it.
    pub fn label(&self) -> &ModelLabel {
        &self.label
    }

    /// The model card, Markdown.
    pub fn card(&self) -> &str {
        &self.card
    }

    /// Names of the settings, the default first; empty where the model knows one only.
    pub fn settings(&self) -> Vec<String> {
        let settings = self.manifest.setting.iter();
        settings.map(|setting| setting.name.clone()).collect()
    }

    /// The forecast for one patient in a setting; none is the default one.
    pub fn forecast(&self, facts: &impl KnownFacts, setting: Option<&str>) -> ForecastState {
        self.one_forecast(facts, setting, |_| {})
            .map_or_else(ForecastState::from, ForecastState::Available)
    }

    fn one_forecast(
        &self,
        facts: &impl KnownFacts,
        setting: Option<&str>,
        mut look: impl FnMut(&RowPaths<'_>),
    ) -> Result<SurvivalForecast, Refusal> {
        let setting = self
            .setting_number(setting)
            .map_err(|error| self.failed(&error))?;
        if let Some(refusal) = self.refuse(facts) {
            return Err(refusal);
        }
        let row = self.encode(facts);
        let answers = self.each(std::slice::from_ref(&row), setting, |paths| {
            look(paths);
            self.answer(paths)
        });
        let answer =
            answers.and_then(|mut answers| answers.pop().unwrap_or_else(|| Err(no_answer())));
        self.state(facts, row, answer, setting)
    }

    /// The forecast, and what each option may bring, where the pack says something about it.
    pub fn forecast_with_benefit(
        &self,
        facts: &impl KnownFacts,
        setting: Option<&str>,
    ) -> (ForecastState, Option<BenefitGrid>) {
        let mut grid = None;
        let number = self.setting_number(setting).unwrap_or_default();
        let forecast = self.one_forecast(facts, setting, |paths| {
            grid = self.benefit_of(facts, paths, number);
        });
        let forecast = forecast.map_or_else(ForecastState::from, ForecastState::Available);
        (forecast, grid)
    }

    /// The forecasts for many patients, in their order, in chunks on all cores.
    pub fn forecast_many<Facts: KnownFacts + Sync>(
        &self,
        patients: &[Facts],
        setting: Option<&str>,
    ) -> Vec<ForecastState> {
        let setting = match self.setting_number(setting) {
            Ok(setting) => setting,
            Err(error) => return vec![self.failed(&error).into(); patients.len()],
        };
        let chunks = patients
            .par_chunks(self.chunk_rows())
            .flat_map_iter(|patients| {
                let rows: Vec<EncodedRow> =
                    patients.iter().map(|facts| self.encode(facts)).collect();
                let answers = match self.answers(&rows, setting) {
                    Ok(answers) => answers,
                    Err(error) => rows.iter().map(|_| Err(error.clone())).collect(),
                };
                let answers = patients.iter().zip(rows).zip(answers);
                answers
                    .map(|((facts, row), answer)| match self.refuse(facts) {
                        Some(refusal) => refusal.into(),
                        None => self
                            .state(facts, row, answer, setting)
                            .map_or_else(ForecastState::from, ForecastState::Available),
                    })
                    .collect::<Vec<_>>()
            });
        chunks.collect()
    }

    pub(crate) fn encode(&self, facts: &impl KnownFacts) -> EncodedRow {
        encode(&self.manifest.input, &self.features, facts)
    }

    /// The answer for each row; a row whose paths are no forecast is refused alone.
    pub(crate) fn answers(
        &self,
        rows: &[EncodedRow],
        setting: usize,
    ) -> Result<Vec<Result<Answer, PackError>>, PackError> {
        self.each(rows, setting, |paths| self.answer(paths))
    }

    pub(crate) fn answer(&self, paths: &RowPaths<'_>) -> Answer {
        let output = &self.manifest.output;
        let level = output.interval_level;
        let cord_compression = output.cord_compression.as_ref().and_then(|cord| {
            let range = summarise(&paths.cord_compression, &[cord.months], level);
            range.first().map(|range| CordCompression {
                months: cord.months,
                probability: range.alive,
                low: range.low,
                high: range.high,
                certainty: cord.certainty,
            })
        });
        Answer {
            curve: summarise(&paths.survival, &output.time_grid_months, level),
            cord_compression,
            shipped_horizons: paths.shipped_horizons.clone(),
        }
    }

    pub(crate) fn benefit_of(
        &self,
        facts: &impl KnownFacts,
        paths: &RowPaths<'_>,
        setting: usize,
    ) -> Option<BenefitGrid> {
        let output = &self.manifest.output;
        let paths = PatientPaths {
            members: &paths.survival,
            grid: &output.time_grid_months,
            interval_level: output.interval_level,
        };
        let draws = self.benefit.as_ref()?;
        Some(draws.grid(facts, paths, &self.identity_in(setting)))
    }

    /// Why the model gives this patient no forecast at all, if it gives none.
    pub(crate) fn refuse(&self, facts: &impl KnownFacts) -> Option<Refusal> {
        let population = &self.manifest.population;
        population::too_young(population, facts).then(|| Refusal {
            code: "children".to_owned(),
            parameters: BTreeMap::from([("age_min".to_owned(), population.age_min.to_string())]),
        })
    }

    /// Whether what cord compression would bring is there already.
    pub(crate) fn deficit_present(&self, facts: &impl KnownFacts) -> bool {
        let output = self.manifest.output.cord_compression.iter();
        output.flat_map(|output| &output.hidden_when).any(|hidden| {
            facts
                .known(&hidden.feature)
                .is_some_and(|value| hidden.values.contains(value))
        })
    }

    fn state(
        &self,
        facts: &impl KnownFacts,
        row: EncodedRow,
        answer: Result<Answer, PackError>,
        setting: usize,
    ) -> Result<SurvivalForecast, Refusal> {
        let Answer {
            curve,
            cord_compression,
            shipped_horizons,
        } = answer.map_err(|error| self.failed(&error))?;
        let cord_compression = cord_compression.map(|cord| match self.deficit_present(facts) {
            true => CordCompressionState::NotShown {
                code: "deficit_present".to_owned(),
            },
            false => CordCompressionState::Available(cord),
        });
        Ok(SurvivalForecast {
            pack: self.identity_in(setting),
            setting: self.setting_name(setting),
            shipped_horizons,
            horizons: at_months(&curve, &REQUIRED_HORIZONS_MONTHS),
            points: self.points(&curve),
            median: Some(median(&curve)),
            curve,
            interval_level: self.manifest.output.interval_level,
            population: population::compare(&self.manifest.population, facts, &row.doubts),
            cord_compression,
            averaged_over: row.averaged_over,
            used: row.used,
        })
    }

    /// The points of a curve at 1, 3, 6, 12 and 24 months.
    pub(crate) fn points(&self, curve: &[SurvivalPoint]) -> Vec<SurvivalPoint> {
        at_months(curve, &VIEW_MONTHS)
    }

    pub(crate) fn failed(&self, error: &PackError) -> Refusal {
        let mut parameters = BTreeMap::from([
            ("pack".to_owned(), self.identity.name.clone()),
            ("detail".to_owned(), error.to_string()),
        ]);
        if let PackError::SettingUnknown {
            setting, available, ..
        } = error
        {
            parameters.insert("setting".to_owned(), setting.clone());
            parameters.insert("available".to_owned(), available.clone());
        }
        Refusal {
            code: error.code().to_owned(),
            parameters,
        }
    }
}

fn at_months(curve: &[SurvivalPoint], months: &[f64]) -> Vec<SurvivalPoint> {
    let wanted = curve.iter().filter(|point| months.contains(&point.months));
    wanted.copied().collect()
}

fn no_answer() -> PackError {
    PackError::Output("it is empty".to_owned())
}
