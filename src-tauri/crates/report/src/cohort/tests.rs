#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::texts_of;
use clinical::{
    assessment::{FollowUp, PackIdentity, Recalibration, RecalibrationGain},
    head_to_head::{Compared, PassedColumn, PassedReason, Patient, head_to_head},
    performance::Settings,
    scores::{Prognosis, prognostic},
};
use std::collections::BTreeMap;

/// 300 patients of whom every second dies within the year, faster the higher the number; the model and
/// Mizumoto know as much, Tomita nothing, and every third has no Katagiri.
fn study(deaths: usize) -> CohortStudy {
    let scores = ["mizumoto_2008", "tomita_2001", "katagiri_2014"];
    let named = |id: &&str| prognostic().find(|table| table.id == *id).unwrap();
    let tables: Vec<_> = scores.iter().map(named).collect();
    let patients: Vec<Patient> = (0..300)
        .map(|number| {
            let rank = (number * 7 % 300) as f64;
            let score = |risk: f64, group: &str| {
                Ok(Prognosis {
                    risk,
                    group: group.to_owned(),
                })
            };
            Patient {
                months: 1.0 + (299.0 - rank) / 20.0,
                died: rank as usize >= 300 - deaths,
                primary: Some(if number % 2 == 0 { "lung" } else { "breast" }.to_owned()),
                year: Some(2013 + number / 60),
                model: Some(
                    [3, 6, 12]
                        .map(|months| (months, 0.05 + rank / 400.0))
                        .into(),
                ),
                scores: vec![
                    score(rank, if rank > 200.0 { "C" } else { "A" }),
                    score((number % 5) as f64, "4-5"),
                    if number % 3 == 0 {
                        Err([clinical::catalogue::FeatureId::unchecked("albumin")].into())
                    } else {
                        score((number % 7) as f64, "0-3")
                    },
                ],
                facts: BTreeMap::from([("age".to_owned(), 60.0)]),
            }
        })
        .collect();
    let compared = Compared {
        tables: &tables,
        chosen: false,
    };
    let settings = Settings {
        bootstraps: 40,
        seed: 7,
        ..Settings::default()
    };
    CohortStudy {
        made_on: "2026-03-02".parse().unwrap(),
        app_version: "9.8.7".to_owned(),
        pack: Some(PackIdentity {
            name: "test-pack".to_owned(),
            version: "3".to_owned(),
            sha256: "0123456789abcdef".repeat(4),
            rests_on: vec!["real_patients".to_owned(), "published_evidence".to_owned()],
            recalibration: None,
        }),
        setting: Some("referral".to_owned()),
        lines: 325,
        faults: (1..=25)
            .map(|line| format!("line {line}, column months: the value is negative"))
            .collect(),
        passed: vec![PassedColumn {
            name: "OS_days".to_owned(),
            reason: PassedReason::OutcomeLike,
            nearest: None,
        }],
        chosen: false,
        thresholds: vec![0.3],
        developed_here: vec!["mizumoto_2008".to_owned()],
        result: head_to_head(&patients, &compared, &settings, &mut |_| true).unwrap(),
    }
}

fn input(study: &CohortStudy) -> CohortReportInput<'_> {
    CohortReportInput {
        study,
        catalogue: Catalogue::shipped(),
        words: Words::shipped("en"),
        language: "en",
        generated_at: "2026-03-02T10:00:00Z".parse().unwrap(),
        local_offset: FixedOffset::east_opt(3600).unwrap(),
    }
}

fn text_of(study: &CohortStudy) -> String {
    let pdf = cohort_report(&input(study)).unwrap();
    let texts = texts_of(&pdf).unwrap().join(" ");
    texts.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_report_says_what_is_needed_to_judge_and_to_repeat_it() {
    let text = text_of(&study(150));
    for part in [
        "300 patients with follow-up, of 325 lines.",
        "setting referral",
        "SpineBoard 9.8.7",
        "test-pack 3 (0123456789ab)",
        "40 resamples, seed 7",
        "25 lines have a fault and were left out:",
        "and 5 more",
        "Column 'OS_days' looks like what happened afterwards.",
        "Mizumoto was made from these patients, as was stated",
        "A score does better on the patients that it was made from.",
        "no difference shown",
        "lower than the model",
        "Lung",
        "2010-2014",
        "Made by",
        "Most often missing: Albumin (100).",
        "No order of merit follows from it",
        "Net benefit, of 100 patients, at a threshold of 30 %",
        "Model test-pack 3; rests on survival times of real patients, published evidence.",
        "act for everybody",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    for word in ["best", "winner", "superior", "study.", "{"] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn a_recalibrated_model_is_said_to_be_one_and_to_flatter_itself_on_the_same_patients() {
    let mut study = study(150);
    assert!(!text_of(&study).contains("ecalibrated"));
    let recalibration = Recalibration {
        intercept: 0.31,
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
        person: "Dr Rossi".to_owned(),
        date: "2026-03-02".parse().unwrap(),
    };
    study.pack.as_mut().unwrap().recalibration = Some(Box::new(recalibration));
    let text = text_of(&study);
    for part in [
        "Recalibrated on 212 patients of this centre (98 deaths), Dr Rossi, 2026-03-02.",
        "calibration and Brier score look better than they are",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn every_page_says_research_use_and_what_it_was_made_with() {
    let study = study(150);
    let pdf = cohort_report(&input(&study)).unwrap();
    let texts = texts_of(&pdf).unwrap();
    let pages: Vec<&String> = texts.iter().filter(|text| text.contains("Page ")).collect();
    assert!(pages.len() >= 8, "each page is read in two ways");
    let research_use = Words::shipped("en").text("report.footer.research_use", &[]);
    for page in pages {
        for part in [
            research_use.as_str(),
            "test-pack 3 (0123456789ab)",
            "setting referral",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }
}

#[test]
fn below_a_hundred_deaths_calibration_is_refused_with_its_counts_and_not_drawn() {
    let few = study(60);
    let text = text_of(&few);
    let refused = "not assessed: 60 deaths and";
    assert!(text.contains(refused), "{text}");
    let names = |study: &CohortStudy| -> Vec<String> {
        let figures = cohort_figures(&input(study)).unwrap().into_iter();
        figures.map(|figure| figure.name).collect()
    };
    assert_eq!(names(&few), ["auc_same_rows", "decision_curves_same_rows"]);
    assert_eq!(
        names(&study(150)),
        [
            "auc_same_rows",
            "decision_curves_same_rows",
            "calibration_model",
            "calibration_mizumoto_2008"
        ]
    );
}

#[test]
fn every_figure_has_a_title_labelled_axes_and_a_light_ground() {
    for figure in cohort_figures(&input(&study(150))).unwrap() {
        let svg = &figure.svg;
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
            "{}",
            figure.name
        );
        assert!(svg.contains("<title>") && svg.contains("fill=\"#ffffff\"/>"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        let labels: &[&str] = match figure.name.as_str() {
            "auc_same_rows" => &["AUC, 12 months", "Model", "0.5"],
            "decision_curves_same_rows" => {
                &["net benefit, of 100", "threshold: ", "act for everybody"]
            }
            _ => &["expected deaths of 100", "observed deaths of 100"],
        };
        for label in labels {
            assert!(svg.contains(label), "{label} in {}", figure.name);
        }
    }
}
