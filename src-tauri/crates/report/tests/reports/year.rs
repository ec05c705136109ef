//! The yearly report.

use crate::{
    hostile::assert_tidy,
    sample::{Sample, day, sample},
    tools::written,
};
use chrono::Days;
use clinical::{
    assessment::TreatmentOption,
    decision::CarriedOutState,
    verification::{CheckedForecast, CheckedModel, Verification, VerificationQuestion, verify},
    year::{
        ComplicationAnswer, DiscussionRow, DueRow, EpisodeOutcome, IntervalRow, MeetingRow,
        YearRows, year,
    },
};
use report::YearReportInput;
use std::collections::BTreeMap;

/// A year with so many discussions.
fn rows(discussions: usize) -> YearRows {
    let primaries = ["breast", "lung", "prostate", "kidney"];
    let states = [
        Some(CarriedOutState::Done),
        Some(CarriedOutState::Changed),
        Some(CarriedOutState::Done),
        None,
        Some(CarriedOutState::NotDone),
    ];
    let all = (0..discussions).map(|number| {
        let decided_on = day(2026, 1, 5) + Days::new(number as u64 * 3 % 340);
        let died = number % 3 == 0;
        DiscussionRow {
            case_id: (number * 9 / 10).to_string(),
            decided_on,
            primary_tumour: primaries.get(number % 5).map(|code| (*code).to_owned()),
            option: (number % 8 > 0).then(|| TreatmentOption::ALL[number % 5]),
            deferred: number % 8 == 0,
            signed: number % 12 > 0,
            dissenting: u32::from(number % 6 == 0),
            addenda: u32::from(number % 9 == 0),
            decided_by_forecast: number % 15 == 0,
            carried_out: states[number % 5],
            reason: (number % 4 > 0).then(|| "patient-wish".to_owned()),
            died_on: died.then(|| decided_on + Days::new(20 + number as u64 * 5 % 300)),
            last_alive_on: Some(decided_on + Days::new(60 + number as u64 * 7 % 400)),
            outcome: EpisodeOutcome {
                walking: [
                    Some(number % 4 > 0),
                    (number % 2 == 0).then_some(true),
                    None,
                ],
                complication: match number % 7 {
                    0 => ComplicationAnswer::Serious,
                    1 => ComplicationAnswer::NotAsked,
                    _ => ComplicationAnswer::None,
                },
                compression: Some(number % 20 == 0),
            },
            synthetic: false,
        }
    });
    let intervals = ["referral_to_mri", "mri_to_board", "board_to_treatment"];
    let intervals = (0..discussions * 3).map(|number| {
        let started_on = day(2026, 1, 5) + Days::new(number as u64 % 340);
        IntervalRow {
            interval: intervals[number % 3].to_owned(),
            urgent: number % 4 == 0,
            started_on,
            ended_on: (number % 11 > 0).then(|| started_on + Days::new(number as u64 % 13)),
            limit_days: (number % 3 == 0).then_some(if number % 4 == 0 { 1 } else { 7 }),
            synthetic: false,
        }
    });
    YearRows {
        from: day(2026, 1, 1),
        to: day(2026, 12, 31),
        today: day(2027, 2, 1),
        meetings: (0..discussions / 6)
            .map(|number| MeetingRow {
                on: day(2026, 1, 8) + Days::new(7 * number as u64),
                closed: true,
                quorum_met: number % 5 > 0,
                listed: 7,
                late: 1,
                discussed: 6,
                postponed: 1,
                withdrawn: 0,
                seconds: vec![300, 420, 600, 540],
            })
            .collect(),
        discussions: all.collect(),
        intervals: intervals.collect(),
        due: (0..discussions)
            .map(|number| DueRow {
                months: [3, 6, 12][number % 3],
                due_on: day(2026, 4, 5),
                answered: number % 4 > 0,
                synthetic: false,
            })
            .collect(),
    }
}

fn printed(
    sample: &Sample,
    language: &str,
    rows: &YearRows,
    verification: Option<&Verification>,
) -> Vec<u8> {
    let figures = year(rows).unwrap();
    let input = YearReportInput {
        figures: &figures,
        verification,
        paper: sample.paper(language),
    };
    report::year_report(&input).unwrap()
}

/// Forecasts of so many patients: every third dies within half a year, the others are seen alive after a year.
fn verification(patients: usize) -> Verification {
    let model = CheckedModel {
        name: "survival-linear".to_owned(),
        version: "0.1.0".to_owned(),
        sha256: "0".repeat(64),
        recalibration: None,
    };
    let forecasts: Vec<CheckedForecast> = (0..patients)
        .map(|number| {
            let died = number % 3 == 0;
            let alive = 0.5 + (number % 10) as f64 / 25.0;
            CheckedForecast {
                case_id: number.to_string(),
                decided_on: day(2025, 1, 1) + Days::new(number as u64 % 300),
                place: 0,
                primary: None,
                model: model.clone(),
                alive: [3, 6, 12]
                    .map(|months| (months, alive - f64::from(months) / 60.0))
                    .into(),
                estimated: BTreeMap::new(),
                months: if died {
                    1.0 + (number % 6) as f64
                } else {
                    13.0
                },
                died,
                option: Some(TreatmentOption::Stereotactic),
                forecast_decided: false,
            }
        })
        .collect();
    let question = VerificationQuestion {
        model,
        today: day(2027, 2, 1),
        bootstraps: 0,
        seed: 1,
    };
    verify(&forecasts, &question, &mut |_| true).unwrap()
}

/// The report of a year with 120 discussions and a model that is checked.
pub(crate) fn of_many(language: &str) -> Vec<u8> {
    printed(&sample(), language, &rows(120), Some(&verification(400)))
}

#[test]
fn a_year_is_told_with_the_number_behind_each_share() {
    for (name, language) in [("year-en.pdf", "en"), ("year-de.pdf", "de")] {
        assert_tidy(&written(name, &of_many(language)));
    }
    let pdf = of_many("en");
    let Some(text) = written("year-en.pdf", &pdf).text(&[]) else {
        return;
    };
    for said in [
        "Made-up University Hospital",
        "2026-01-01 to 2026-12-31",
        "Figures as of 2027-02-01.",
        "Meetings held 20",
        "With a quorum 16 of 20 (80 %)",
        "Listed late 20 of 140 (14 %)",
        "8 (6.5 to 9.3), median with quartiles of 80 cases",
        "120, of 108 patients",
        "Deferred 15 of 120 (13 %)",
        "Lung",
        "not recorded",
        "Stereotactic radiotherapy",
        "Referral to MRI, emergency",
        "NICE guideline NG234",
        "Not done",
        "patient-wish",
        "mii-cs-mtb-therapiestatusgrund",
        "Without a recorded reason",
        "At risk",
        "Kaplan-Meier estimate",
        "Walking at 3 months",
        "Grade 3 or more",
        "Done at 3 months 30 of 40 (75 %)",
        "Model survival-linear 0.1.0: the forecasts sealed",
        "400 patients: 134 died, 266 known alive, 0 lost",
        "Checked on 400 of your patients",
        "Of 100, 34 died",
        "Slope",
    ] {
        assert!(text.contains(said), "{said}:\n{text}");
    }
    // A per cent sign stands behind its count, or names an interval.
    let words: Vec<&str> = text.split_whitespace().collect();
    for at in (0..words.len()).filter(|at| words[*at].starts_with("%)") || words[*at] == "%") {
        let before = words[at.saturating_sub(4)..at].join(" ");
        let is_counted = before.contains(" of ") || before.contains("95");
        assert!(is_counted, "{before} %");
    }
}

#[test]
fn of_a_few_no_share_is_given() {
    let pdf = printed(&sample(), "en", &rows(8), None);
    let file = written("year-few.pdf", &pdf);
    assert_tidy(&file);
    let text = report::texts_of(&pdf).unwrap().join(" ");
    let shares = text.replace("95 %", "");
    assert!(!shares.contains('%'), "{text}");
    assert!(text.contains("too few to say"));
    assert!(text.contains("so no model was checked on your patients"));
}

#[test]
fn a_year_without_anything_and_one_that_has_not_ended_are_told() {
    let mut nothing = rows(0);
    nothing.today = day(2026, 6, 1);
    let pdf = printed(&sample(), "de", &nothing, None);
    assert_tidy(&written("year-nothing.pdf", &pdf));
    let text = report::texts_of(&pdf).unwrap().join(" ");
    assert!(text.contains("VORLÄUFIG") && text.contains("Keine Zeit auf dem Weg"));
}

#[test]
fn made_up_patients_are_called_so() {
    let mut made_up = rows(40);
    for row in &mut made_up.discussions {
        row.synthetic = true;
    }
    let text = |rows: &YearRows| {
        let pdf = printed(&sample(), "en", rows, None);
        report::texts_of(&pdf).unwrap().join(" ")
    };
    assert!(text(&made_up).contains("SYNTHETIC PATIENTS: all of these patients are made up"));
    made_up.discussions[0].synthetic = false;
    assert!(text(&made_up).contains("Discussions of made-up patients that were left out: 39."));
}

#[test]
fn a_model_is_not_called_checked_on_a_few_patients() {
    let pdf = printed(&sample(), "en", &rows(40), Some(&verification(30)));
    assert_tidy(&written("year-unchecked.pdf", &pdf));
    let text = report::texts_of(&pdf).unwrap().join(" ");
    assert!(
        text.contains("Not yet checked on your patients: "),
        "{text}"
    );
    assert!(text.contains("Not drawn yet"));
}
