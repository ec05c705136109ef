//! The results of a cohort as a CSV table, safe to open in a spreadsheet.

use crate::ExchangeError;
use clinical::assessment::{Assessment, ForecastState, ScoreOutcome, ScoreResult, SurvivalPoint};
use std::io::Write;

/// Months of the survival columns.
const HORIZONS_MONTHS: [u32; 3] = [3, 6, 12];

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
/// Columns: the labels, `survival_{3,6,12}_months` each with `_low` and `_high` (probabilities, 0 to
/// 1), per score `.total` (points or grade) and `.group`, `in_population`, `findings` (codes with
/// semicolons between), `error`. Returns the number of lines.
pub fn write_rows(
    target: impl Write,
    label_columns: &[String],
    scores: &[String],
    results: impl IntoIterator<Item = CohortResult>,
) -> Result<usize, ExchangeError> {
    let unwritable = |error: csv::Error| ExchangeError::UnwritableTable(error.into());
    let mut table = csv::Writer::from_writer(target);
    let survival = HORIZONS_MONTHS.iter().flat_map(|months| {
        ["", "_low", "_high"].map(|end| format!("survival_{months}_months{end}"))
    });
    let of_scores = scores
        .iter()
        .flat_map(|score| [format!("{score}.total"), format!("{score}.group")]);
    let last = ["in_population", "findings", "error"].map(str::to_owned);
    table
        .write_record(
            label_columns
                .iter()
                .cloned()
                .chain(survival)
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
                let blank = HORIZONS_MONTHS.len() * 3 + scores.len() * 2 + 2;
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

/// Writes the mean survival of a cohort: `months`, `alive`, `low` and `high`, one line per horizon.
pub fn write_mean(target: impl Write, horizons: &[SurvivalPoint]) -> Result<(), ExchangeError> {
    let unwritable = |error: csv::Error| ExchangeError::UnwritableTable(error.into());
    let mut table = csv::Writer::from_writer(target);
    table
        .write_record(["months", "alive", "low", "high"])
        .map_err(unwritable)?;
    for point in horizons {
        let probabilities = [point.alive, point.low, point.high].map(|end| format!("{end:.6}"));
        let cells = std::iter::once(point.months.to_string()).chain(probabilities);
        table.write_record(cells).map_err(unwritable)?;
    }
    table.flush().map_err(ExchangeError::UnwritableTable)
}

fn assessment_cells(assessment: &Assessment, scores: &[String]) -> Vec<String> {
    let mut cells = Vec::new();
    let (inside, error) = match &assessment.forecast {
        ForecastState::Available(forecast) => {
            for months in HORIZONS_MONTHS {
                let point = forecast
                    .horizons
                    .iter()
                    .find(|point| point.months == f64::from(months));
                let ends = point.map(|point| [point.alive, point.low, point.high]);
                cells.extend(
                    ends.map_or_else(Default::default, |ends| ends.map(|end| format!("{end:.6}"))),
                );
            }
            (forecast.population.inside.to_string(), String::new())
        }
        ForecastState::Refused { code, .. } => {
            cells.extend(std::iter::repeat_n(
                String::new(),
                HORIZONS_MONTHS.len() * 3,
            ));
            (String::new(), format!("no forecast: {code}"))
        }
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
        ScoreOutcome::Missing { .. } => Default::default(),
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
fn harmless(text: &str) -> String {
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
            Citation, Direction, PackIdentity, PopulationMatch, ScoreFamily, ScoreGroup,
            SurvivalForecast,
        },
        case::Subject,
    };
    use std::collections::BTreeMap;

    fn forecast() -> ForecastState {
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
            },
            setting: None,
            horizons: vec![point(3.0, 0.8), point(6.0, 0.6), point(12.0, 0.4)],
            points: Vec::new(),
            median: None,
            cord_compression: None,
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
            index_date: "2026-03-01".parse().unwrap(),
            app_version: String::new(),
            facts_used: Vec::new(),
            scores: vec![score("bilsky", grade), score("tokuhashi", total)],
            forecast: forecast(),
            benefit: None,
            findings: Vec::new(),
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
            survival_12_months_high,tokuhashi.total,tokuhashi.group,bilsky.total,bilsky.group,sins.total,sins.group,\
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
    fn the_mean_of_a_cohort_is_one_line_per_horizon() {
        let mut bytes = Vec::new();
        let point = SurvivalPoint {
            months: 12.0,
            alive: 0.5,
            low: 0.25,
            high: 0.75,
        };
        write_mean(&mut bytes, &[point]).unwrap();
        let expected = "months,alive,low,high\n12,0.500000,0.250000,0.750000\n";
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
