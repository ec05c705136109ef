//! A pack that was read and found sound: it turns facts into forecasts.

use crate::{
    PackError,
    encoding::{EncodedRow, ReadFeatures, encode, read_features},
    golden::{CheckReport, GoldenFile, replay},
    graph::{Graph, Shape},
    manifest::Manifest,
    population,
    survival::{MemberPaths, check_paths, summarise},
};
use clinical::{
    assessment::{ForecastState, PackIdentity, SurvivalForecast, SurvivalPoint},
    catalogue::Catalogue,
    conditions::KnownFacts,
};
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write, fs::File, io::Read, path::Path};

/// Larger files are not read.
pub(crate) const FILE_LIMIT_BYTES: u64 = 64 * 1024 * 1024;

/// Numbers that one run of a graph may answer with (1 MB): larger runs were not faster, only hungrier.
const CHUNK_NUMBERS: usize = 250_000;

/// A model that may answer.
pub struct Pack {
    manifest: Manifest,
    identity: PackIdentity,
    card: String,
    golden: GoldenFile,
    features: ReadFeatures,
    members: Vec<Graph>,
}

/// The mean survival of a cohort; the interval is over the sample paths of that mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CohortForecast {
    pub pack: PackIdentity,
    /// Patients that the mean is over.
    pub patients: usize,
    /// Patients for whom the model gives no forecast.
    pub refused: usize,
    pub horizons: Vec<SurvivalPoint>,
    pub curve: Vec<SurvivalPoint>,
    pub interval_level: f64,
}

impl Pack {
    /// Reads the pack in `folder`: manifest, sizes, hashes, graphs. [`Pack::check`] replays it.
    pub fn load(folder: &Path, catalogue: &Catalogue) -> Result<Pack, PackError> {
        let manifest_bytes = read_file(folder, "pack.toml")?;
        let text = std::str::from_utf8(&manifest_bytes)
            .map_err(|error| PackError::Manifest(format!("it is not UTF-8 text: {error}")))?;
        let manifest = Manifest::parse(text, catalogue)?;
        let mut files = BTreeMap::new();
        for file in &manifest.file {
            let bytes = read_file(folder, &file.path)?;
            if !hexadecimal(&bytes).eq_ignore_ascii_case(&file.sha256) {
                return Err(PackError::WrongHash {
                    file: file.path.clone(),
                });
            }
            files.insert(file.path.as_str(), bytes);
        }
        let content = |name: &str| files.get(name).map(Vec::as_slice).unwrap_or_default();
        let shape = Shape {
            columns: manifest.input.len(),
            samples: manifest.output.samples,
            times: manifest.output.time_grid_months.len(),
        };
        let members = manifest
            .member
            .iter()
            .map(|member| Graph::read(&member.file, content(&member.file), shape));
        let members = members.collect::<Result<Vec<_>, _>>()?;
        let golden = serde_json::from_slice(content("golden.json"))
            .map_err(|error| PackError::Golden(error.to_string()))?;
        let identity = PackIdentity {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            sha256: hexadecimal(&manifest_bytes),
            rests_on: manifest.rests_on.clone(),
        };
        let card = String::from_utf8_lossy(content("CARD.md")).into_owned();
        let features = read_features(&manifest.input, catalogue);
        Ok(Pack {
            identity,
            card,
            golden,
            features,
            members,
            manifest,
        })
    }

    /// Replays the golden rows.
    pub fn check(&self) -> Result<CheckReport, PackError> {
        replay(self, &self.golden)
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub fn identity(&self) -> &PackIdentity {
        &self.identity
    }

    /// The model card, Markdown.
    pub fn card(&self) -> &str {
        &self.card
    }

    /// The forecast for one patient.
    pub fn forecast(&self, facts: &impl KnownFacts) -> ForecastState {
        let row = self.encode(facts);
        match self.refuse(facts) {
            Some(refused) => refused,
            None => match self.curves(std::slice::from_ref(&row)) {
                Ok(mut curves) => {
                    self.state(facts, row, curves.pop().unwrap_or_else(|| Err(no_answer())))
                }
                Err(error) => self.failed(&error),
            },
        }
    }

    /// The forecasts for many patients, in their order, in chunks on all cores.
    pub fn forecast_many<Facts: KnownFacts + Sync>(
        &self,
        patients: &[Facts],
    ) -> Vec<ForecastState> {
        let chunks = patients
            .par_chunks(self.chunk_rows())
            .flat_map_iter(|patients| {
                let rows: Vec<EncodedRow> =
                    patients.iter().map(|facts| self.encode(facts)).collect();
                let curves = match self.curves(&rows) {
                    Ok(curves) => curves,
                    Err(error) => vec![Err(error); rows.len()],
                };
                let answers = patients.iter().zip(rows).zip(curves);
                answers
                    .map(|((facts, row), curve)| {
                        self.refuse(facts)
                            .unwrap_or_else(|| self.state(facts, row, curve))
                    })
                    .collect::<Vec<_>>()
            });
        chunks.collect()
    }

    /// The mean survival of a cohort: the mean over the patients within each sample path, then the
    /// mean and quantiles over the paths. Patients whom the model refuses are counted apart.
    pub fn cohort_forecast<Facts: KnownFacts + Sync>(
        &self,
        patients: &[Facts],
    ) -> Result<CohortForecast, PackError> {
        let accepted: Vec<&Facts> = patients
            .iter()
            .filter(|facts| self.refuse(*facts).is_none())
            .collect();
        if accepted.is_empty() {
            return Err(PackError::Output(
                "no patient of the cohort can be forecast".to_owned(),
            ));
        }
        let output = &self.manifest.output;
        let times = output.time_grid_months.len();
        let zeros = || vec![vec![0.0f64; output.samples * times]; self.members.len()];
        let sums = accepted
            .par_chunks(self.chunk_rows())
            .map(|patients| {
                let rows: Vec<EncodedRow> =
                    patients.iter().map(|facts| self.encode(*facts)).collect();
                let mut sums = zeros();
                for (sum, paths) in sums.iter_mut().zip(self.run(&rows)?) {
                    for patient in paths.chunks(sum.len()) {
                        check_paths(patient, times)?;
                        sum.iter_mut()
                            .zip(patient)
                            .for_each(|(sum, alive)| *sum += f64::from(*alive));
                    }
                }
                Ok(sums)
            })
            .try_reduce(zeros, |mut first, second| {
                for (first, second) in first.iter_mut().flatten().zip(second.iter().flatten()) {
                    *first += second;
                }
                Ok(first)
            })?;
        let count = accepted.len() as f64;
        let means: Vec<Vec<f64>> = sums
            .into_iter()
            .map(|sum| sum.into_iter().map(|alive| alive / count).collect())
            .collect();
        let members: Vec<_> = self.weighted(means.iter().map(Vec::as_slice)).collect();
        let curve = summarise(&members, &output.time_grid_months, output.interval_level);
        Ok(CohortForecast {
            pack: self.identity.clone(),
            patients: accepted.len(),
            refused: patients.len() - accepted.len(),
            horizons: self.horizons(&curve),
            curve,
            interval_level: output.interval_level,
        })
    }

    pub(crate) fn encode(&self, facts: &impl KnownFacts) -> EncodedRow {
        encode(&self.manifest.input, &self.features, facts)
    }

    /// The curve of each row; a row whose paths are not survival curves is refused alone.
    pub(crate) fn curves(
        &self,
        rows: &[EncodedRow],
    ) -> Result<Vec<Result<Vec<SurvivalPoint>, PackError>>, PackError> {
        let output = &self.manifest.output;
        let times = output.time_grid_months.len();
        let size = output.samples * times;
        let mut curves = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(self.chunk_rows()) {
            let answers = self.run(chunk)?;
            for row in 0..chunk.len() {
                let of_row = || {
                    answers
                        .iter()
                        .map(move |paths| &paths[row * size..(row + 1) * size])
                };
                let sound = of_row().try_for_each(|paths| check_paths(paths, times));
                curves.push(sound.map(|()| {
                    let members: Vec<_> = self.weighted(of_row()).collect();
                    summarise(&members, &output.time_grid_months, output.interval_level)
                }));
            }
        }
        Ok(curves)
    }

    /// The paths of every member, each [rows, samples, times].
    fn run(&self, rows: &[EncodedRow]) -> Result<Vec<Vec<f32>>, PackError> {
        let values: Vec<f32> = rows.iter().flat_map(|row| &row.values).copied().collect();
        let known: Vec<f32> = rows.iter().flat_map(|row| &row.known).copied().collect();
        self.members
            .iter()
            .map(|graph| graph.run(&values, &known))
            .collect()
    }

    fn weighted<'a, Number: 'a>(
        &'a self,
        paths: impl Iterator<Item = &'a [Number]>,
    ) -> impl Iterator<Item = MemberPaths<'a, Number>> {
        let weights = self.manifest.member.iter().map(|member| member.weight);
        paths
            .zip(weights)
            .map(|(paths, weight)| MemberPaths { paths, weight })
    }

    fn chunk_rows(&self) -> usize {
        let output = &self.manifest.output;
        (CHUNK_NUMBERS / (output.samples * output.time_grid_months.len())).clamp(1, 256)
    }

    fn refuse(&self, facts: &impl KnownFacts) -> Option<ForecastState> {
        let population = &self.manifest.population;
        population::too_young(population, facts).then(|| ForecastState::Refused {
            code: "children".to_owned(),
            parameters: BTreeMap::from([("age_min".to_owned(), population.age_min.to_string())]),
        })
    }

    fn state(
        &self,
        facts: &impl KnownFacts,
        row: EncodedRow,
        curve: Result<Vec<SurvivalPoint>, PackError>,
    ) -> ForecastState {
        let curve = match curve {
            Ok(curve) => curve,
            Err(error) => return self.failed(&error),
        };
        ForecastState::Available(SurvivalForecast {
            pack: self.identity.clone(),
            horizons: self.horizons(&curve),
            curve,
            interval_level: self.manifest.output.interval_level,
            population: population::compare(&self.manifest.population, facts, &row.doubts),
            averaged_over: row.averaged_over,
            used: row.used,
        })
    }

    fn horizons(&self, curve: &[SurvivalPoint]) -> Vec<SurvivalPoint> {
        let horizons = &self.manifest.output.horizons_months;
        curve
            .iter()
            .filter(|point| horizons.contains(&point.months))
            .copied()
            .collect()
    }

    fn failed(&self, error: &PackError) -> ForecastState {
        let parameters = [
            ("pack", self.identity.name.clone()),
            ("detail", error.to_string()),
        ];
        ForecastState::Refused {
            code: error.code().to_owned(),
            parameters: parameters
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
        }
    }
}

fn no_answer() -> PackError {
    PackError::Output("it is empty".to_owned())
}

/// Reads a file of the pack, refusing to read more than [`FILE_LIMIT_BYTES`].
fn read_file(folder: &Path, name: &str) -> Result<Vec<u8>, PackError> {
    let missing = |error: std::io::Error| PackError::MissingFile {
        file: name.to_owned(),
        reason: error.to_string(),
    };
    let file = File::open(folder.join(name)).map_err(missing)?;
    let mut bytes = Vec::new();
    file.take(FILE_LIMIT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(missing)?;
    if bytes.len() as u64 > FILE_LIMIT_BYTES {
        return Err(PackError::GiantFile {
            file: name.to_owned(),
            limit: FILE_LIMIT_BYTES,
        });
    }
    Ok(bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::synthetic::{Facts, Parts, code, expected_point, expected_samples, facts};
    use clinical::case::Value;
    use proptest::prelude::*;

    fn available(state: ForecastState) -> SurvivalForecast {
        match state {
            ForecastState::Available(forecast) => forecast,
            ForecastState::Refused { code, .. } => panic!("refused: {code}"),
        }
    }

    fn lung(age: f64) -> Facts {
        facts(&[
            ("age", Value::Number(age)),
            ("primary_tumour", code("lung")),
            ("liver_metastasis", Value::Flag(false)),
            ("karnofsky", Value::Number(80.0)),
        ])
    }

    #[test]
    fn a_forecast_is_mean_and_quantiles_of_the_paths() {
        let pack = Parts::sound().load().unwrap();
        let forecast = available(pack.forecast(&lung(75.0)));
        assert_eq!(
            forecast
                .horizons
                .iter()
                .map(|point| point.months)
                .collect::<Vec<_>>(),
            [3.0, 6.0, 12.0]
        );
        assert_eq!(forecast.curve.len(), 5);
        let expected = expected_point(&[1.0, 1.0, 0.0, 0.0, 0.0], &[1.0; 5], 6.0);
        let point = forecast.horizons[1];
        let pairs = [
            (point.alive, expected.alive),
            (point.low, expected.low),
            (point.high, expected.high),
        ];
        assert!(
            pairs
                .iter()
                .all(|(found, expected)| (found - expected).abs() < 1e-6),
            "{point:?} {expected:?}"
        );
        assert!(forecast.population.inside);
        assert_eq!(forecast.population.similar_patients, Some(1000));
        assert_eq!(forecast.pack.sha256.len(), 64);
    }

    #[test]
    fn many_at_once_are_the_same_as_one_by_one() {
        let pack = Parts::sound().load().unwrap();
        let patients: Vec<Facts> = (10..90)
            .cycle()
            .take(700)
            .map(|age| lung(f64::from(age)))
            .collect();
        let many = pack.forecast_many(&patients);
        assert_eq!(many.len(), patients.len());
        for (facts, state) in patients.iter().zip(many) {
            assert_eq!(pack.forecast(facts), state);
        }
    }

    #[test]
    fn children_are_refused() {
        let pack = Parts::sound().load().unwrap();
        let state = pack.forecast(&lung(17.9));
        let ForecastState::Refused { code, parameters } = state else {
            panic!("{state:?}")
        };
        assert_eq!(
            (code.as_str(), parameters["age_min"].as_str()),
            ("children", "18")
        );
        assert!(matches!(
            pack.forecast(&lung(18.0)),
            ForecastState::Available(_)
        ));
    }

    #[test]
    fn strangers_are_told_apart() {
        let pack = Parts::sound().load().unwrap();
        let population =
            |pairs: &[(&str, Value)]| available(pack.forecast(&facts(pairs))).population;
        let age = ("age", Value::Number(60.0));
        let of = |primary: &str| population(&[age.clone(), ("primary_tumour", code(primary))]);
        assert_eq!(of("myeloma").reasons, ["primary_excluded"]);
        assert_eq!(of("other").reasons, ["primary_not_represented"]);
        assert_eq!(of("breast").similar_patients, Some(2000));
        assert!(of("breast").inside);
        assert_eq!(population(&[]).reasons, ["age_unknown", "primary_unknown"]);
        let old = population(&[
            ("age", Value::Number(110.0)),
            ("primary_tumour", code("lung")),
        ]);
        assert!(!old.inside);
        assert_eq!(old.reasons, ["outside_limits:age"]);
    }

    #[test]
    fn a_cohort_is_averaged_within_each_path_first() {
        let pack = Parts::sound().load().unwrap();
        let cohort = pack
            .cohort_forecast(&[lung(55.0), lung(12.0), lung(85.0)])
            .unwrap();
        assert_eq!((cohort.patients, cohort.refused), (2, 1));
        let young = expected_samples(&[-1.0, 1.0, 0.0, 0.0, 0.0], &[1.0; 5], 12.0);
        let old = expected_samples(&[2.0, 1.0, 0.0, 0.0, 0.0], &[1.0; 5], 12.0);
        let mut means: Vec<f64> = young
            .iter()
            .zip(old)
            .map(|(young, old)| (young + old) / 2.0)
            .collect();
        means.sort_by(f64::total_cmp);
        let point = cohort.horizons[2];
        assert!((point.alive - means.iter().sum::<f64>() / 4.0).abs() < 1e-6);
        assert!((point.low - (means[0] + 0.15 * (means[1] - means[0]))).abs() < 1e-6);
        assert!((point.high - (means[2] + 0.85 * (means[3] - means[2]))).abs() < 1e-6);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever is known of a patient: falling lines, within 0 to 1, the point inside.
        #[test]
        fn every_forecast_is_a_falling_probability(
            age in prop::option::of(18.0f64..150.0), liver in prop::option::of(any::<bool>()),
            karnofsky in prop::option::of(0.0f64..120.0), primary in prop::option::of("lung|breast|myeloma|other|x"),
        ) {
            let pack = PACK.get_or_init(|| Parts::sound().load().unwrap());
            let pairs = [
                age.map(|age| ("age", Value::Number(age))),
                liver.map(|liver| ("liver_metastasis", Value::Flag(liver))),
                karnofsky.map(|karnofsky| ("karnofsky", Value::Number(karnofsky))),
                primary.map(|primary| ("primary_tumour", Value::Code(primary))),
            ];
            let forecast = available(pack.forecast(&facts(&pairs.into_iter().flatten().collect::<Vec<_>>())));
            for point in &forecast.curve {
                prop_assert!(0.0 <= point.low && point.low <= point.alive);
                prop_assert!(point.alive <= point.high && point.high <= 1.0);
            }
            for pair in forecast.curve.windows(2) {
                prop_assert!(pair[1].alive <= pair[0].alive && pair[1].low <= pair[0].low && pair[1].high <= pair[0].high);
            }
        }
    }

    static PACK: std::sync::OnceLock<Pack> = std::sync::OnceLock::new();
}
