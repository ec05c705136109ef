//! The results of a cohort as a CSV table, safe to open in a spreadsheet.

use crate::ExchangeError;
use clinical::assessment::{
    Assessment, CordCompressionState, ForecastState, MedianTime, Recalibration, ScoreOutcome,
    ScoreResult, SurvivalForecast, SurvivalPoint,
};
use std::io::Write;

/// Months of the survival columns.
const HORIZONS_MONTHS: [u32; 3] = [3, 6, 12];

/// A number, and both ends of its interval.
const ENDS: [&str; 3] = ["", "_low", "_high"];

/// What stands behind the numbers with an interval: what a blank median means, and on what the cord
/// compression rests.
const BEYOND_MEDIAN: &str = "median_survival_beyond_months";
const ABOUT_CORD_COMPRESSION: [&str; 3] = [
    "cord_compression_within_months",
    "cord_compression_certainty",
    "cord_compression_not_shown",
];

/// On how many of a centre's own patients survival was recalibrated, and when.
const RECALIBRATION: [&str; 2] = ["recalibrated_patients", "recalibrated_on"];

/// How many columns [`forecast_columns`] names.
const FORECAST_COLUMNS: usize = ENDS.len() * (HORIZONS_MONTHS.len() + 2)
    + 1
    + ABOUT_CORD_COMPRESSION.len()
    + RECALIBRATION.len();

/// One line of results.
#[derive(Debug, Clone, PartialEq)]
pub struct CohortResult {
    /// Cells of the label columns of the input.
    pub labels: Vec<String>,
    /// The assessment, or what is wrong with the line of the input.
    pub assessment: Result<Assessment, String>,
}

/// Writes the header and one line per result, as they come. `scores` are the ids of all scores.
///
/// Columns, each blank where there is no value:
///
/// - the labels;
/// - `survival_{3,6,12}_months` each with `_low` and `_high`: probabilities, 0 to 1;
/// - `median_survival_months` with `_low` and `_high`, and `median_survival_beyond_months`: the month
///   at which the curve ends, where one of the three is blank because it lies beyond it;
/// - `cord_compression` with `_low` and `_high`: the probability, 0 to 1, within
///   `cord_compression_within_months`, with `cord_compression_certainty` (GRADE) and
///   `cord_compression_not_shown`: the code of the reason why there is none;
/// - `recalibrated_patients` and `recalibrated_on`, where the survival is not that of the shipped model;
/// - per score `.total` (points or grade) and `.group`;
/// - `in_population`, `findings` (codes with semicolons between), `error`.
///
/// Returns the number of lines.
pub fn write_rows(
    target: impl Write,
    label_columns: &[String],
    scores: &[String],
    results: impl IntoIterator<Item = CohortResult>,
) -> Result<usize, ExchangeError> {
    let unwritable = |error: csv::Error| ExchangeError::UnwritableTable(error.into());
    let mut table = csv::Writer::from_writer(target);
    let of_scores = scores
        .iter()
        .flat_map(|score| [format!("{score}.total"), format!("{score}.group")]);
    let last = ["in_population", "findings", "error"].map(str::to_owned);
    table
        .write_record(
            label_columns
                .iter()
                .cloned()
                .chain(forecast_columns())
                .chain(of_scores)
                .chain(last),
        )
        .map_err(unwritable)?;
    let mut lines = 0;
    for result in results {
        let mut cells: Vec<String> = result.labels.iter().map(|label| harmless(label)).collect();
        match &result.assessment {
            Ok(assessment) => cells.extend(assessment_cells(assessment, scores)),
            Err(reason) => {
                let blank = FORECAST_COLUMNS + scores.len() * 2 + 2;
                cells.extend(std::iter::repeat_n(String::new(), blank));
                cells.push(harmless(reason));
            }
        }
        table.write_record(&cells).map_err(unwritable)?;
        lines += 1;
    }
    table.flush().map_err(ExchangeError::UnwritableTable)?;
    Ok(lines)
}

/// Writes the mean survival of a cohort: `months`, `alive`, `low` and `high`, one line per horizon; a
/// recalibrated one has `recalibrated_on` as well.
pub fn write_mean(
    target: impl Write,
    horizons: &[SurvivalPoint],
    recalibration: Option<&Recalibration>,
) -> Result<(), ExchangeError> {
    let unwritable = |error: csv::Error| ExchangeError::UnwritableTable(error.into());
    let mut table = csv::Writer::from_writer(target);
    let names = ["months", "alive", "low", "high"].into_iter();
    table
        .write_record(names.chain(recalibration.map(|_| RECALIBRATION[1])))
        .map_err(unwritable)?;
    for point in horizons {
        let probabilities = [point.alive, point.low, point.high].map(probability);
        let cells = std::iter::once(point.months.to_string())
            .chain(probabilities)
            .chain(recalibration.map(|recalibration| recalibration.date.to_string()));
        table.write_record(cells).map_err(unwritable)?;
    }
    table.flush().map_err(ExchangeError::UnwritableTable)
}

fn forecast_columns() -> Vec<String> {
    let with_ends = |name: String| ENDS.map(|end| format!("{name}{end}"));
    let survival = HORIZONS_MONTHS.map(|months| with_ends(format!("survival_{months}_months")));
    let about = ABOUT_CORD_COMPRESSION.map(str::to_owned);
    survival
        .into_iter()
        .flatten()
        .chain(with_ends("median_survival_months".to_owned()))
        .chain([BEYOND_MEDIAN.to_owned()])
        .chain(with_ends("cord_compression".to_owned()))
        .chain(about)
        .chain(RECALIBRATION.map(str::to_owned))
        .collect()
}

/// The cells of [`forecast_columns`].
fn forecast_cells(forecast: &SurvivalForecast) -> Vec<String> {
    let mut cells = Vec::new();
    for months in HORIZONS_MONTHS {
        let point = forecast
            .horizons
            .iter()
            .find(|point| point.months == f64::from(months));
        cells.extend(
            point
                .map(|point| [point.alive, point.low, point.high].map(probability))
                .unwrap_or_default(),
        );
    }
    let median = forecast
        .median
        .map(|median| [median.time, median.low, median.high]);
    cells.extend(
        median
            .map(|times| times.map(median_cell))
            .unwrap_or_default(),
    );
    let beyond = median.into_iter().flatten().find_map(|time| match time {
        MedianTime::Reached { .. } => None,
        MedianTime::NotReached { within_months } => Some(within_months.to_string()),
    });
    cells.push(beyond.unwrap_or_default());
    let (cord_compression, not_shown): ([String; 5], String) = match &forecast.cord_compression {
        Some(CordCompressionState::Available(cord)) => (
            [
                probability(cord.probability),
                probability(cord.low),
                probability(cord.high),
                cord.months.to_string(),
                cord.certainty.code().to_owned(),
            ],
            String::new(),
        ),
        Some(CordCompressionState::NotShown { code }) => (Default::default(), harmless(code)),
        None => Default::default(),
    };
    cells.extend(cord_compression);
    cells.push(not_shown);
    let recalibration = forecast.pack.recalibration.as_ref();
    let stated = |one: &Recalibration| [one.patients.to_string(), one.date.to_string()];
    cells.extend(recalibration.map(|one| stated(one)).unwrap_or_default());
    cells
}

fn probability(number: f64) -> String {
    format!("{number:.6}")
}

fn median_cell(time: MedianTime) -> String {
    match time {
        MedianTime::Reached { months } => format!("{months:.2}"),
        MedianTime::NotReached { .. } => String::new(),
    }
}

fn assessment_cells(assessment: &Assessment, scores: &[String]) -> Vec<String> {
    let (mut cells, inside, error) = match &assessment.forecast {
        ForecastState::Available(forecast) => (
            forecast_cells(forecast),
            forecast.population.inside.to_string(),
            String::new(),
        ),
        ForecastState::Refused { code, .. } => (
            vec![String::new(); FORECAST_COLUMNS],
            String::new(),
            format!("no forecast: {code}"),
        ),
    };
    for id in scores {
        let outcome = assessment
            .scores
            .iter()
            .find(|score| score.id == *id)
            .map(score_cells);
        cells.extend(outcome.unwrap_or_default());
    }
    let mut codes: Vec<String> = Vec::new();
    for code in assessment
        .findings
        .iter()
        .map(|finding| code_of(&finding.code))
    {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    cells.extend([inside, harmless(&codes.join(";")), harmless(&error)]);
    cells
}

fn score_cells(score: &ScoreResult) -> [String; 2] {
    match &score.outcome {
        ScoreOutcome::Total { total, group, .. }
        | ScoreOutcome::TypedTotal { total, group, .. } => [total.to_string(), harmless(&group.id)],
        ScoreOutcome::Grade { grade, group, .. } => [harmless(grade), harmless(&group.id)],
        ScoreOutcome::Missing { .. }
        | ScoreOutcome::Checklist { .. }
        | ScoreOutcome::NotComputable(_) => Default::default(),
    }
}

/// The code as it is written in JSON.
fn code_of(code: &impl serde::Serialize) -> String {
    match serde_json::to_value(code) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

/// A spreadsheet runs text that begins like a formula (OWASP, "CSV injection"): such text gets an
/// apostrophe in front, which spreadsheets read as "this is text".
pub(crate) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use clinical::{
        assessment::{
            Certainty, Citation, CordCompression, Direction, FollowUp, MedianSurvival,
            PackIdentity, PopulationMatch, RecalibrationGain, ScoreFamily, ScoreGroup, ScoreStatus,
        },
        case::Subject,
    };
    use std::collections::BTreeMap;

    fn forecast(
        median: Option<[MedianTime; 3]>,
        cord_compression: Option<CordCompressionState>,
    ) -> ForecastState {
        let point = |months: f64, alive: f64| SurvivalPoint {
            months,
            alive,
            low: alive - 0.1,
            high: alive + 0.1,
        };
        ForecastState::Available(SurvivalForecast {
            pack: PackIdentity {
                name: "test".to_owned(),
                version: "1".to_owned(),
                sha256: String::new(),
                rests_on: Vec::new(),
                recalibration: None,
            },
            setting: None,
            shipped_horizons: None,
            horizons: vec![point(3.0, 0.8), point(6.0, 0.6), point(12.0, 0.4)],
            points: Vec::new(),
            median: median.map(|[time, low, high]| MedianSurvival { time, low, high }),
            cord_compression,
            curve: Vec::new(),
            interval_level: 0.9,
            population: PopulationMatch {
                inside: false,
                reasons: Vec::new(),
                similar_patients: None,
                similarity: None,
            },
            averaged_over: Vec::new(),
            used: Vec::new(),
        })
    }

    fn score(id: &str, outcome: ScoreOutcome) -> ScoreResult {
        ScoreResult {
            id: id.to_owned(),
            name: id.to_owned(),
            short_name: id.to_owned(),
            family: ScoreFamily::Survival,
            direction: Direction::HigherIsBetter,
            subject: Subject::Patient,
            outcome,
            citation: Citation {
                text: String::new(),
                doi: None,
            },
            population: None,
            caveats: Vec::new(),
            other_readings: Vec::new(),
            status: ScoreStatus::Implementable,
        }
    }

    fn group(id: &str) -> ScoreGroup {
        ScoreGroup {
            id: id.to_owned(),
            label: String::new(),
            predicted: None,
            advised: None,
            published: Vec::new(),
        }
    }

    fn written(results: Vec<CohortResult>) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
        let mut bytes = Vec::new();
        let scores = ["tokuhashi", "bilsky", "sins"].map(str::to_owned);
        let count = results.len();
        assert_eq!(
            write_rows(&mut bytes, &["patient".to_owned()], &scores, results).unwrap(),
            count
        );
        let mut table = csv::Reader::from_reader(bytes.as_slice());
        let header: Vec<String> = table.headers().unwrap().iter().map(str::to_owned).collect();
        (
            header,
            table.deserialize().map(|row| row.unwrap()).collect(),
        )
    }

    fn assessed(forecast: ForecastState) -> Assessment {
        Assessment {
            index_date: "2026-03-01".parse().unwrap(),
            app_version: String::new(),
            facts_used: Vec::new(),
            scores: Vec::new(),
            forecast,
            benefit: None,
            pathway: clinical::pathway::Pathway::default(),
            cord_dose: None,
            findings: Vec::new(),
        }
    }

    #[test]
    fn a_result_is_read_back_by_a_csv_reader() {
        let total = ScoreOutcome::Total {
            total: -1,
            minimum: 0,
            maximum: 15,
            items: Vec::new(),
            group: group("poor"),
            typed: None,
        };
        let grade = ScoreOutcome::Grade {
            grade: "1c".to_owned(),
            definition: String::new(),
            group: group("low"),
        };
        let assessment = Assessment {
            scores: vec![score("bilsky", grade), score("tokuhashi", total)],
            ..assessed(forecast(None, None))
        };
        let refused = Assessment {
            forecast: ForecastState::Refused {
                code: "children".to_owned(),
                parameters: BTreeMap::new(),
            },
            ..assessment.clone()
        };
        let (header, rows) = written(vec![
            CohortResult {
                labels: vec!["=cmd|' /C calc'!A0".to_owned()],
                assessment: Ok(assessment),
            },
            CohortResult {
                labels: vec!["B, \"two\"\nlines".to_owned()],
                assessment: Err("line 3, column age: '-'".to_owned()),
            },
            CohortResult {
                labels: vec!["C".to_owned()],
                assessment: Ok(refused),
            },
        ]);
        let expected = "patient,survival_3_months,survival_3_months_low,survival_3_months_high,survival_6_months,\
            survival_6_months_low,survival_6_months_high,survival_12_months,survival_12_months_low,\
            survival_12_months_high,median_survival_months,median_survival_months_low,median_survival_months_high,\
            median_survival_beyond_months,cord_compression,cord_compression_low,cord_compression_high,\
            cord_compression_within_months,cord_compression_certainty,cord_compression_not_shown,recalibrated_patients,recalibrated_on,tokuhashi.total,tokuhashi.group,bilsky.total,bilsky.group,sins.total,sins.group,\
            in_population,findings,error";
        assert_eq!(header.join(","), expected);
        let cell = |row: usize, name: &str| rows[row][name].as_str();
        assert_eq!(cell(0, "patient"), "'=cmd|' /C calc'!A0");
        assert_eq!(cell(0, "survival_6_months"), "0.600000");
        assert_eq!(cell(0, "survival_12_months_low"), "0.300000");
        assert_eq!(
            (cell(0, "tokuhashi.total"), cell(0, "tokuhashi.group")),
            ("-1", "poor")
        );
        assert_eq!((cell(0, "bilsky.total"), cell(0, "sins.total")), ("1c", ""));
        assert_eq!((cell(0, "in_population"), cell(0, "error")), ("false", ""));
        assert_eq!(cell(1, "patient"), "B, \"two\"\nlines");
        assert_eq!(
            (cell(1, "survival_3_months"), cell(1, "error")),
            ("", "line 3, column age: '-'")
        );
        assert_eq!(
            (cell(2, "survival_3_months"), cell(2, "error")),
            ("", "no forecast: children")
        );
        assert_eq!(
            cell(2, "tokuhashi.total"),
            "-1",
            "the scores come out all the same"
        );
    }

    #[test]
    fn a_blank_median_or_cord_compression_says_what_it_means() {
        let reached = |months| MedianTime::Reached { months };
        let beyond = MedianTime::NotReached {
            within_months: 60.0,
        };
        let cord = CordCompression {
            months: 6.0,
            probability: 0.25,
            low: 0.125,
            high: 0.5,
            certainty: Certainty::VeryLow,
        };
        let hidden = CordCompressionState::NotShown {
            code: "deficit_present".to_owned(),
        };
        let forecasts = [
            forecast(
                Some([reached(8.128), reached(4.0), reached(15.5)]),
                Some(CordCompressionState::Available(cord)),
            ),
            forecast(Some([beyond, reached(20.0), beyond]), Some(hidden)),
            forecast(Some([reached(30.0), reached(9.0), beyond]), None),
            forecast(Some([beyond; 3]), None),
            forecast(None, None),
            ForecastState::Refused {
                code: "children".to_owned(),
                parameters: BTreeMap::new(),
            },
        ];
        let results = forecasts.map(|forecast| CohortResult {
            labels: vec![String::new()],
            assessment: Ok(assessed(forecast)),
        });
        let fault = CohortResult {
            labels: vec![String::new()],
            assessment: Err("line 8".to_owned()),
        };
        let (header, rows) = written(results.into_iter().chain([fault]).collect());
        let medians = [
            ["8.13", "4.00", "15.50", ""],
            ["", "20.00", "", "60"],
            ["30.00", "9.00", "", "60"],
            ["", "", "", "60"],
            ["", "", "", ""],
            ["", "", "", ""],
            ["", "", "", ""],
        ];
        let mut cords = [[""; 6]; 7];
        cords[0] = ["0.250000", "0.125000", "0.500000", "6", "very_low", ""];
        cords[1][5] = "deficit_present";
        let first = header
            .iter()
            .position(|column| column == "median_survival_months")
            .unwrap();
        for (number, row) in rows.iter().enumerate() {
            let cells = |from: usize, to: usize| -> Vec<&str> {
                header[from..to]
                    .iter()
                    .map(|name| row[name].as_str())
                    .collect()
            };
            assert_eq!(cells(first, first + 4), medians[number], "line {number}");
            assert_eq!(cells(first + 4, first + 10), cords[number], "line {number}");
        }
    }

    #[test]
    fn the_mean_of_a_cohort_is_one_line_per_horizon() {
        let mut bytes = Vec::new();
        let point = SurvivalPoint {
            months: 12.0,
            alive: 0.5,
            low: 0.25,
            high: 0.75,
        };
        write_mean(&mut bytes, &[point], None).unwrap();
        let expected = "months,alive,low,high\n12,0.500000,0.250000,0.750000\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn a_recalibrated_forecast_says_so_in_its_line() {
        let recalibration = Recalibration {
            intercept: 0.2,
            slope: 0.9,
            patients: 212,
            deaths: 98,
            follow_up: FollowUp {
                median_months: None,
                longest_months: 40,
            },
            gain: RecalibrationGain {
                per_patient: 0.02,
                low: 0.01,
                high: 0.03,
                interval_level: 0.95,
            },
            person: "Dr Test".to_owned(),
            date: "2026-03-02".parse().unwrap(),
        };
        let ForecastState::Available(mut moved) = forecast(None, None) else {
            panic!("no forecast")
        };
        moved.pack.recalibration = Some(Box::new(recalibration.clone()));
        let states = [ForecastState::Available(moved), forecast(None, None)];
        let (_, rows) = written(
            states
                .into_iter()
                .map(|forecast| CohortResult {
                    labels: vec![String::new()],
                    assessment: Ok(assessed(forecast)),
                })
                .collect(),
        );
        let cells = |row: usize| RECALIBRATION.map(|name| rows[row][name].as_str());
        assert_eq!(cells(0), ["212", "2026-03-02"]);
        assert_eq!(cells(1), ["", ""]);
        let mut bytes = Vec::new();
        let point = SurvivalPoint {
            months: 12.0,
            alive: 0.5,
            low: 0.25,
            high: 0.75,
        };
        write_mean(&mut bytes, &[point], Some(&recalibration)).unwrap();
        let expected =
            "months,alive,low,high,recalibrated_on\n12,0.500000,0.250000,0.750000,2026-03-02\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn text_that_looks_like_a_formula_is_made_harmless() {
        for text in ["=1", "+1", "-1", "@x", "\t=1", "\r=1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("a=1"), "a=1");
    }
}
