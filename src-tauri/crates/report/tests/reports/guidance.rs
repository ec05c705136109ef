//! What guidelines, published effects and people say of a case: emergency, pathway, benefit, estimates, dose to the cord.

use crate::{sample::sample, tools::written};
use chrono::{TimeZone, Utc};
use clinical::{
    assessment::{
        BenefitAbsence, BenefitCell, BenefitEstimate, BenefitGrid, BenefitInterval, BenefitOutcome,
        BenefitState, Better, Citation, CriterionState, EntryCriterion, EvidenceKind,
        FigureProvenance, ForecastState, OutcomeId, TreatmentOption,
    },
    case::{BoardEstimate, CourseStatus, TreatmentCourse, TreatmentKind},
    catalogue::FeatureId,
    cord_dose::cord_dose,
    pathway::{
        Branch, Destination, Emergency, EmergencySign, EmergencyStep, Pathway, PathwayConflict,
        PathwayRule, RuleState, Stance, Way,
    },
};
use std::collections::BTreeMap;

fn cited(text: &str) -> Citation {
    Citation {
        text: text.to_owned(),
        doi: None,
    }
}

fn rule(id: &str, stance: Stance, state: RuleState) -> PathwayRule {
    PathwayRule {
        id: id.to_owned(),
        option: Some(TreatmentOption::Stereotactic),
        stance,
        state,
        text: format!("What {id} says."),
        grade: "strong".to_owned(),
        citation: cited("A guideline, 2024"),
        provenance: FigureProvenance::RecalledMedium,
        reads: Vec::new(),
        weigh: vec![FeatureId::unchecked("karnofsky")],
        months: None,
    }
}

fn pathway() -> Pathway {
    let way = |id: &str| Way {
        id: id.to_owned(),
        leads_to: None,
    };
    let branch = |id: &str, feature: &str, taken: Option<&str>, missing: &[&str]| Branch {
        id: id.to_owned(),
        feature: FeatureId::unchecked(feature),
        taken: taken.map(str::to_owned),
        missing: missing.iter().map(|id| FeatureId::unchecked(id)).collect(),
        ways: vec![way("low"), way("high")],
    };
    Pathway {
        emergency: Some(Emergency {
            signs: vec![EmergencySign {
                id: "bladder".to_owned(),
                reads: Vec::new(),
                worsening: None,
                citation: None,
            }],
            steps: vec![EmergencyStep {
                id: "mri".to_owned(),
                citation: cited("NICE guideline NG234, 2023"),
                provenance: FigureProvenance::RecalledHigh,
            }],
        }),
        walk: vec![
            branch("neurologic", "bilsky_grade", Some("high"), &[]),
            branch("systemic", "can_tolerate_surgery", None, &["karnofsky"]),
        ],
        destination: Some(Destination {
            group: "g".to_owned(),
            label: "Separation surgery".to_owned(),
        }),
        rules: vec![
            rule("first", Stance::For, RuleState::Applies),
            rule(
                "second",
                Stance::Against,
                RuleState::Open {
                    missing: vec![FeatureId::unchecked("albumin")],
                },
            ),
        ],
        conflicts: vec![PathwayConflict {
            option: TreatmentOption::Stereotactic,
            rules_for: vec!["first".to_owned()],
            rules_against: vec!["second".to_owned()],
        }],
    }
}

#[test]
fn an_emergency_stands_on_page_one_and_the_pathway_after_it() {
    let mut sample = sample();
    sample.assessment.pathway = pathway();
    let file = written("guidance_pathway.pdf", &sample.summary());
    file.assert_valid();
    let Some(page) = file.text(&["-f", "1", "-l", "1"]) else {
        return;
    };
    for expected in [
        "Act now",
        "New disturbance of bladder or bowel.",
        "MRI of the whole spine within 24 hours. [NICE guideline NG234, 2023 (from memory, to be checked)]",
    ] {
        assert!(
            page.contains(expected),
            "{expected:?} is not on page one:\n{page}"
        );
    }
    let text = file.text(&["-f", "2"]).unwrap();
    for expected in [
        "Neurologic: is the cord compressed? High-grade compression (Epidural compression (Bilsky ESCC): 2",
        "Systemic: can the patient stand an operation? Open. Not known yet: Karnofsky performance status.",
        "NOMS leads to: Separation surgery",
        "The sources contradict each other about Stereotactic radiotherapy.",
        "What first says.",
        "against",
        "Whether it applies is open: Albumin.",
        "from memory, uncertain",
    ] {
        assert!(text.contains(expected), "{expected:?} is not said:\n{text}");
    }
}

#[test]
fn benefit_says_what_it_rests_on_and_why_a_cell_is_empty() {
    let mut sample = sample();
    let ForecastState::Available(forecast) = &sample.assessment.forecast else {
        panic!("the sample has a forecast")
    };
    let criterion = |id: &str, state| EntryCriterion {
        id: id.to_owned(),
        state,
        features: Vec::new(),
    };
    let shown = BenefitEstimate {
        evidence: EvidenceKind::Randomised,
        recalled: true,
        probability: BenefitInterval {
            point: 0.844,
            low: 0.71,
            high: 0.93,
        },
        alive_and: None,
        against: None,
        criteria: vec![
            criterion("fit_for_surgery", CriterionState::Met),
            criterion("one_compressed_area", CriterionState::Unknown),
        ],
        citations: vec!["patchell2005".to_owned()],
        beside: Vec::new(),
    };
    let cell = |option, state| BenefitCell {
        option,
        outcome: OutcomeId::Walking,
        state,
    };
    sample.assessment.benefit = Some(BenefitGrid {
        pack: forecast.pack.clone(),
        options: vec![
            TreatmentOption::SurgeryWithRadiotherapy,
            TreatmentOption::Stereotactic,
        ],
        outcomes: vec![BenefitOutcome {
            id: OutcomeId::Walking,
            months: 3.0,
            better: Better::More,
            minimal_difference: 0.1,
        }],
        cells: vec![
            cell(
                TreatmentOption::SurgeryWithRadiotherapy,
                BenefitState::Shown(shown),
            ),
            cell(
                TreatmentOption::Stereotactic,
                BenefitState::Absent {
                    reason: BenefitAbsence::OutsideCriteria,
                    criteria: Vec::new(),
                    citations: Vec::new(),
                },
            ),
        ],
        interval_level: 0.9,
        sources: BTreeMap::from([("patchell2005".to_owned(), "Patchell 2005".to_owned())]),
    });
    let file = written("guidance_benefit.pdf", &sample.summary());
    file.assert_valid();
    let Some(text) = file.text(&[]) else {
        return;
    };
    for expected in [
        "Benefit and harm by option",
        "84 of 100 (71 to 93) †",
        "randomised trial",
        "recalled, not read",
        "meets 1 of 2",
        "would not have entered",
        "Sources: Patchell 2005",
    ] {
        assert!(text.contains(expected), "{expected:?} is not said:\n{text}");
    }
}

#[test]
fn estimates_stand_beside_the_model_with_name_and_time() {
    let mut sample = sample();
    sample.case.episodes[0].estimates.push(BoardEstimate {
        id: "estimate".to_owned(),
        person_id: "person".to_owned(),
        name: "Dr Adeyemi".to_owned(),
        specialty: "radiation_oncology".to_owned(),
        alive_3_months: 91,
        alive_12_months: 37,
        option: TreatmentOption::SystemicAlone,
        locked_at: Utc.with_ymd_and_hms(2026, 3, 14, 8, 5, 0).unwrap(),
        author: "Dr Adeyemi".to_owned(),
    });
    let file = written("guidance_estimates.pdf", &sample.summary());
    let Some(text) = file.text(&["-layout"]) else {
        return;
    };
    let line = |with: &str| {
        text.lines()
            .find(|line| line.contains(with))
            .unwrap_or_default()
    };
    let said = line("91");
    for expected in [
        "Dr Adeyemi",
        "Radiation oncology",
        "37",
        "Systemic therapy alone",
        "2026-03-14 09:05",
    ] {
        assert!(said.contains(expected), "{expected:?} is not in {said:?}");
    }
    // exp(-0.06 m) and exp(-0.04 m) at 3 and 12 months, as page one has them.
    let model = line("The model");
    assert!(
        model.contains("84 (76 to 89)") && model.contains("49 (34 to 62)"),
        "{model:?}"
    );
}

/// 30 Gy in 10 fractions: 37.5 Gy; 12 Gy in 2 at the cord: 12 x (6 + 2) / 4 = 24 Gy.
#[test]
fn dose_to_the_cord_is_added_up_by_level() {
    let mut sample = sample();
    let course = |id: &str, kind, status, started_on: Option<&str>| TreatmentCourse {
        id: id.to_owned(),
        kind,
        status,
        description: String::new(),
        levels: vec!["T10".parse().unwrap()],
        dose_gray: Some(30.0),
        fractions: Some(10),
        cord_dose_gray: None,
        started_on: started_on.and_then(|day| day.parse().ok()),
        ended_on: None,
        author: "Dr Adeyemi".to_owned(),
    };
    let (conventional, stereotactic) = (
        TreatmentKind::ConventionalRadiotherapy,
        TreatmentKind::StereotacticRadiotherapy,
    );
    sample.case.courses = vec![
        course(
            "first",
            conventional,
            CourseStatus::Given,
            Some("2025-03-03"),
        ),
        TreatmentCourse {
            dose_gray: Some(24.0),
            fractions: Some(2),
            cord_dose_gray: Some(12.0),
            ..course("again", stereotactic, CourseStatus::Planned, None)
        },
    ];
    sample.assessment.cord_dose = cord_dose(&sample.case, sample.assessment.index_date);
    let file = written("guidance_cord.pdf", &sample.summary());
    file.assert_valid();
    let Some(text) = file.text(&["-layout"]) else {
        return;
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "EQD2 = D × (d + α/β) ÷ (2 + α/β)",
        "30 Gy in 10 fractions, as prescribed 37.5",
        "12 Gy in 2 fractions, by the plan 24.0",
        "Sum with Stereotactic radiotherapy, planned 61.5",
        "Sum of all courses, EQD2 in Gy: 61.5; reported up to 70: within",
        "Months since the course before: 12; reported at least 5: within",
        "HyTEC",
    ] {
        assert!(text.contains(expected), "{expected:?} is not said:\n{text}");
    }
}

/// 93, 255 and 642 days, the quartiles of the paper.
#[test]
fn published_cohorts_stand_beside_the_forecast_with_what_they_reported() {
    let file = written("guidance_cohorts.pdf", &sample().summary());
    let Some(text) = file.text(&["-layout"]) else {
        return;
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "Schoenfeld 2020: spinal metastases, all treatments, 1216 patients, 2005-2017: 75 of 100 at 3.1 months, 50 of 100 at 8.4 months, 25 of 100 at 21.1 months. [Schoenfeld AJ",
        "Rades 2007: compression of the cord, radiotherapy alone, 1852 patients: 56 of 100 at 6 months",
    ] {
        assert!(text.contains(expected), "{expected:?} is not said:\n{text}");
    }
}
