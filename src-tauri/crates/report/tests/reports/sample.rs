//! A made-up patient and an assessment of her, as plain values.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone, Utc};
use clinical::{
    assessment::{
        Assessment, Certainty, ChecklistHeading, Citation, CordCompression, CordCompressionState,
        Direction, ExplainedEndpoint, Explanation, FactForm, FactOrigin, FigureProvenance,
        FollowUp, ForecastReason, ForecastState, MedianSurvival, MedianTime, NamedFact,
        NamedReason, NotComputable, PackIdentity, PopulationMatch, PossibleTotals,
        PublishedSurvival, ReasonSentence, ReasonSentenceKind, Recalibration, RecalibrationGain,
        ScoreFamily, ScoreGroup, ScoreItem, ScoreOutcome, ScoreResult, ScoreStatus,
        SurvivalForecast, SurvivalPoint, UsedFact,
    },
    case::{
        BoardEpisode, Case, CourseStatus, Entry, Identity, KeyImage, Lesion, Observation, Source,
        Subject, TreatmentCourse, TreatmentKind, Value,
    },
    catalogue::{Catalogue, FeatureId},
    findings::{Finding, FindingCode, Severity},
    level::Level,
    pathway_clock::{ClockLimits, ClockReading, clock_readings},
    words::Words,
};
use image::{DynamicImage, GrayImage, Luma};
use report::{EdgeMarks, KeyPicture, Letterhead, Paper, ReportInput};
use std::collections::BTreeMap;

/// Everything that a [`ReportInput`] borrows.
pub(crate) struct Sample {
    pub(crate) case: Case,
    pub(crate) assessment: Assessment,
    pub(crate) reasons: Vec<Explanation>,
    pub(crate) pixels: Vec<Option<DynamicImage>>,
    pub(crate) generated_at: DateTime<Utc>,
    pub(crate) identity_masked: bool,
    pub(crate) dates_moved: bool,
    pub(crate) model_held_back: bool,
    /// Lines of the letterhead below centre and department.
    pub(crate) address: Vec<String>,
}

impl Sample {
    /// The bytes of the board summary.
    pub(crate) fn summary(&self) -> Vec<u8> {
        self.summary_in("en")
    }

    pub(crate) fn summary_in(&self, language: &str) -> Vec<u8> {
        self.printed(language, |input| report::board_summary(input).unwrap())
    }

    /// The one page for the referrer.
    pub(crate) fn referrer_summary(&self, language: &str, charts: bool) -> Vec<u8> {
        self.printed(language, |input| {
            report::referrer_summary(input, charts).unwrap()
        })
    }

    /// How the reports of this sample are printed.
    pub(crate) fn paper<'a>(&'a self, language: &'a str) -> Paper<'a> {
        Paper {
            catalogue: Catalogue::in_language(language),
            words: Words::shipped(language),
            language,
            letterhead: Letterhead {
                centre: "Made-up University Hospital",
                department: "Spine centre",
                lines: &self.address,
            },
            app_version: "0.1.0",
            generated_at: self.generated_at,
            local_offset: FixedOffset::east_opt(3600).unwrap(),
            identity_masked: self.identity_masked,
        }
    }

    fn printed(&self, language: &str, print: impl Fn(&ReportInput) -> Vec<u8>) -> Vec<u8> {
        let pictures: Vec<KeyPicture> = self
            .case
            .key_images
            .iter()
            .zip(&self.pixels)
            .map(|(key_image, pixels)| KeyPicture {
                key_image,
                pixels: pixels.as_ref(),
                pixel_spacing_mm: Some([0.5, 0.5]),
                edges: Some(EdgeMarks {
                    left: "A",
                    right: "P",
                    top: "H",
                    bottom: "F",
                }),
            })
            .collect();
        let input = ReportInput {
            case: &self.case,
            assessment: &self.assessment,
            reasons: &self.reasons,
            reproduced_rows: Some(49),
            key_pictures: &pictures,
            clock: &self.clock(),
            model_held_back: self.model_held_back,
            dates_moved: self.dates_moved,
            paper: self.paper(language),
        };
        print(&input)
    }

    fn clock(&self) -> Vec<ClockReading> {
        let limits = ClockLimits::default();
        let today = self.generated_at.date_naive();
        self.case
            .current_episode()
            .map_or_else(Vec::new, |episode| {
                clock_readings(&self.case, episode, true, &limits, today)
            })
    }
}

pub(crate) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub(crate) fn id(feature: &str) -> FeatureId {
    Catalogue::shipped().id(feature).unwrap()
}

fn level(name: &str) -> Level {
    name.parse().unwrap()
}

pub(crate) fn sample() -> Sample {
    let identity = Identity {
        patient_id: "SYN-000417".to_owned(),
        family_name: "Ñandú-Öztürk".to_owned(),
        given_name: "Łukasz".to_owned(),
        alphabetic_name: None,
        birth_date: Some(day(1961, 2, 3)),
    };
    let mut case = Case::new("7f3a90c2-5d1e-4f6b-9c7d-2f9d4a1b8e55".to_owned(), identity);
    case.synthetic = true;
    case.index_level = Some(level("T10"));
    let question = "Painful T10 metastasis of a lung adenocarcinoma with epidural disease, walking with aid \
                    since five days. Separation surgery and SBRT, or conventional radiotherapy alone?";
    case.episodes.push(BoardEpisode::new(
        "episode-1".to_owned(),
        day(2026, 3, 14),
        question.to_owned(),
    ));
    case.courses.push(TreatmentCourse {
        id: "course-1".to_owned(),
        kind: TreatmentKind::ConventionalRadiotherapy,
        status: CourseStatus::Given,
        description: "Left femur".to_owned(),
        levels: Vec::new(),
        dose_gray: Some(20.0),
        fractions: Some(5),
        cord_dose_gray: None,
        started_on: Some(day(2025, 11, 3)),
        ended_on: Some(day(2025, 11, 7)),
        author: "Dr Adeyemi".to_owned(),
    });
    case.courses.push(TreatmentCourse {
        id: "course-2".to_owned(),
        kind: TreatmentKind::StereotacticRadiotherapy,
        status: CourseStatus::Planned,
        description: "After separation".to_owned(),
        levels: vec![level("T9"), level("T10")],
        dose_gray: Some(24.0),
        fractions: Some(2),
        cord_dose_gray: None,
        started_on: Some(day(2026, 4, 2)),
        ended_on: None,
        author: "Dr Adeyemi".to_owned(),
    });
    case.lesions.push(Lesion {
        name: "Apollo".to_owned(),
        level: Some(level("T10")),
        part: "left pedicle".to_owned(),
        author: "Dr Adeyemi".to_owned(),
    });
    let key_image = |number: u32, caption: &str, note: &str| KeyImage {
        id: format!("key-{number}"),
        series_instance_uid: "2.25.1".to_owned(),
        sop_instance_uid: format!("2.25.1.{number}"),
        frame: 1,
        window_center: 300.0,
        window_width: 1500.0,
        level: Some(level("T10")),
        note: note.to_owned(),
        caption: caption.to_owned(),
        marked_at: Utc.with_ymd_and_hms(2026, 3, 13, 16, 0, 0).unwrap(),
        author: "Dr Adeyemi".to_owned(),
    };
    case.key_images = vec![
        key_image(
            1,
            "CT, sagittal bone, 2026-03-10",
            "Lytic lesion of the body, posterior wall breached",
        ),
        key_image(
            2,
            "MR, T2 axial, 2026-03-11",
            "Epidural disease, cord touched",
        ),
        key_image(3, "MR, T1 sagittal, 2026-03-11", ""),
    ];
    let facts_used = facts(&mut case);
    Sample {
        reasons: vec![reasons(), reasons_of_cord_compression()],
        assessment: Assessment {
            index_date: day(2026, 3, 14),
            app_version: "0.1.0".to_owned(),
            facts_used,
            scores: scores(),
            forecast: ForecastState::Available(forecast()),
            benefit: None,
            pathway: clinical::pathway::Pathway::default(),
            cord_dose: None,
            findings: findings(),
        },
        case,
        pixels: vec![Some(picture(512, 512)), Some(picture(320, 320)), None],
        generated_at: Utc.with_ymd_and_hms(2026, 3, 14, 9, 22, 5).unwrap(),
        identity_masked: false,
        dates_moved: false,
        model_held_back: false,
        address: vec![
            "1 Example Street, Example Town".to_owned(),
            "Telephone 555 0100".to_owned(),
        ],
    }
}

/// Rings and a gradient, so that a stretched or mirrored picture would be seen.
pub(crate) fn picture(columns: u32, rows: u32) -> DynamicImage {
    DynamicImage::ImageLuma8(GrayImage::from_fn(columns, rows, |x, y| {
        let (dx, dy) = (
            f64::from(x) - f64::from(columns) / 2.0,
            f64::from(y) - f64::from(rows) / 2.0,
        );
        let distance = dx.hypot(dy) / f64::from(columns.min(rows));
        let ring = if ((distance * 10.0) as u32).is_multiple_of(2) {
            60.0
        } else {
            0.0
        };
        Luma([(ring + 150.0 * f64::from(x) / f64::from(columns)) as u8])
    }))
}

fn facts(case: &mut Case) -> Vec<UsedFact> {
    let number = |value: f64| Value::Number(value);
    let code = |value: &str| Value::Code(value.to_owned());
    let typed = Source::Typed;
    let file = Source::File {
        name: "laboratory-2026-03.csv".to_owned(),
    };
    let image = Source::Image {
        mark: None,
        sop_instance_uid: "2.25.1.1".to_owned(),
    };
    let recorded: [(&str, Value, &Source, NaiveDate, bool); 20] = [
        ("sex", code("male"), &typed, day(2026, 3, 12), false),
        (
            "primary_tumour",
            code("lung"),
            &typed,
            day(2025, 6, 2),
            false,
        ),
        (
            "lung_histology",
            code("adenocarcinoma"),
            &typed,
            day(2025, 6, 2),
            false,
        ),
        ("ecog", number(2.0), &typed, day(2026, 3, 12), false),
        ("karnofsky", number(60.0), &typed, day(2026, 3, 12), false),
        (
            "visceral_metastases",
            code("unresectable"),
            &typed,
            day(2026, 2, 20),
            false,
        ),
        (
            "liver_metastasis",
            Value::Flag(true),
            &typed,
            day(2026, 2, 20),
            false,
        ),
        (
            "brain_metastasis",
            Value::Flag(false),
            &typed,
            day(2025, 12, 1),
            true,
        ),
        (
            "extraspinal_bone_metastases",
            number(2.0),
            &typed,
            day(2026, 2, 20),
            false,
        ),
        (
            "vertebral_metastases",
            number(3.0),
            &image,
            day(2026, 3, 11),
            false,
        ),
        ("frankel", code("D"), &typed, day(2026, 3, 12), false),
        ("walking", code("with_aid"), &typed, day(2026, 3, 12), false),
        ("worst_pain", number(7.0), &typed, day(2026, 3, 12), false),
        ("albumin", number(34.0), &file, day(2026, 3, 10), false),
        ("haemoglobin", number(104.0), &file, day(2026, 3, 10), false),
        ("leucocytes", number(9.8), &file, day(2026, 3, 10), false),
        (
            "lactate_dehydrogenase",
            number(412.0),
            &file,
            day(2026, 1, 5),
            true,
        ),
        ("bilsky_grade", code("2"), &image, day(2026, 3, 11), false),
        (
            "lesion_type",
            code("lytic"),
            &image,
            day(2026, 3, 10),
            false,
        ),
        (
            "vertebral_collapse",
            code("under_50"),
            &image,
            day(2026, 3, 10),
            false,
        ),
    ];
    let mut used = Vec::new();
    for (index, (feature, value, source, observed_on, stale)) in recorded.into_iter().enumerate() {
        let per_level = ["bilsky_grade", "lesion_type", "vertebral_collapse"].contains(&feature);
        let subject = if per_level {
            Subject::Level(level("T10"))
        } else {
            Subject::Patient
        };
        let observation_id = format!("observation-{index}");
        case.observations.push(Observation {
            id: observation_id.clone(),
            feature: id(feature),
            subject: subject.clone(),
            entry: Entry::Known {
                value: value.clone(),
                unit: None,
            },
            observed_on: Some(observed_on),
            recorded_at: Utc.with_ymd_and_hms(2026, 3, 13, 8, 0, 0).unwrap(),
            source: source.clone(),
            author: "Dr Adeyemi".to_owned(),
            note: None,
        });
        used.push(UsedFact {
            feature: id(feature),
            subject,
            value,
            origin: FactOrigin::Observed { observation_id },
            observed_on: Some(observed_on),
            stale,
        });
    }
    used.push(UsedFact {
        feature: id("tomita_growth"),
        subject: Subject::Patient,
        value: code("rapid"),
        origin: FactOrigin::Derived {
            reads: vec![id("primary_tumour")],
        },
        observed_on: None,
        stale: false,
    });
    used
}

fn group(label: &str, predicted: &str, published: Vec<PublishedSurvival>) -> ScoreGroup {
    ScoreGroup {
        id: label.to_owned(),
        label: label.to_owned(),
        predicted: Some(predicted.to_owned()).filter(|text| !text.is_empty()),
        advised: Some("palliative surgery or conservative treatment".to_owned()),
        published,
    }
}

fn score(name: &str, direction: Direction, subject: Subject, outcome: ScoreOutcome) -> ScoreResult {
    ScoreResult {
        id: name.to_lowercase().replace(' ', "_"),
        name: name.to_owned(),
        short_name: name.to_owned(),
        family: ScoreFamily::Survival,
        direction,
        subject,
        outcome,
        citation: Citation {
            text: "An author, another author. A made-up paper for a made-up score. Journal 2005; 1: 1–9."
                .to_owned(),
            doi: Some("10.0000/made.up".to_owned()),
        },
        population: None,
        caveats: vec!["Made before molecularly targeted drugs.".to_owned()],
            other_readings: Vec::new(),
            status: ScoreStatus::Implementable,
    }
}

fn scores() -> Vec<ScoreResult> {
    let published = PublishedSurvival {
        cohort: "Made-up cohort, 1998–2004, surgery".to_owned(),
        original: true,
        patients: Some(164),
        median_months: Some(5.3),
        median_confidence_interval: Some([4.1, 6.6]),
        alive: BTreeMap::from([(6, 0.41), (12, 0.17)]),
        provenance: FigureProvenance::RecalledHigh,
    };
    let item = |label: &str, row: &str, points, feature| ScoreItem {
        id: label.to_owned(),
        label: label.to_owned(),
        row: row.to_owned(),
        points,
        reads: vec![id(feature)],
    };
    let t10 = || Subject::Level(level("T10"));
    vec![
        score(
            "Tokuhashi score, revised 2005",
            Direction::HigherIsBetter,
            Subject::Patient,
            ScoreOutcome::Total {
                total: 5,
                minimum: 0,
                maximum: 15,
                items: vec![
                    item(
                        "General condition (Karnofsky)",
                        "moderate, 50–70 %",
                        1,
                        "karnofsky",
                    ),
                    item(
                        "Extraspinal bone metastases",
                        "1–2",
                        1,
                        "extraspinal_bone_metastases",
                    ),
                    item("Vertebral metastases", "≥ 3", 0, "vertebral_metastases"),
                    item(
                        "Metastases to major organs",
                        "not removable",
                        0,
                        "visceral_metastases",
                    ),
                    item("Primary tumour", "lung", 0, "primary_tumour"),
                    item("Palsy (Frankel)", "incomplete, C–D", 1, "frankel"),
                ],
                group: group("0–8 points", "less than 6 months", vec![published.clone()]),
                typed: None,
            },
        ),
        score(
            "Tomita score 2001",
            Direction::LowerIsBetter,
            Subject::Patient,
            ScoreOutcome::TypedTotal {
                total: 8,
                minimum: 2,
                maximum: 10,
                group: group("8–10 points", "", vec![published]),
            },
        ),
        score(
            "Katagiri score, revised 2014",
            Direction::LowerIsBetter,
            Subject::Patient,
            ScoreOutcome::Missing {
                features: vec![id("c_reactive_protein"), id("platelets")],
                outside: Vec::new(),
                level_needed: false,
                items: vec![item("Previous chemotherapy", "no", 0, "karnofsky")],
                possible: Some(PossibleTotals {
                    minimum: 6,
                    maximum: 8,
                    groups: vec!["4–6 points".to_owned(), "7–10 points".to_owned()],
                }),
            },
        ),
        score(
            "SINS",
            Direction::HigherIsLessStable,
            t10(),
            ScoreOutcome::Missing {
                features: vec![id("sins_pain"), id("spinal_alignment")],
                outside: Vec::new(),
                level_needed: false,
                items: Vec::new(),
                possible: None,
            },
        ),
        score(
            "Bilsky ESCC",
            Direction::HigherIsWorse,
            t10(),
            ScoreOutcome::Grade {
                grade: "2".to_owned(),
                definition: "spinal cord compression with cerebrospinal fluid seen".to_owned(),
                group: group("high grade", "", Vec::new()),
            },
        ),
        score(
            "LMNOP framework",
            Direction::Unordered,
            Subject::Patient,
            ScoreOutcome::Checklist {
                headings: [
                    ("N: Neurology", vec![id("frankel")]),
                    ("P: Patient", vec![]),
                ]
                .map(|(label, reads)| ChecklistHeading {
                    id: label.to_owned(),
                    label: label.to_owned(),
                    text: String::new(),
                    reads,
                    provenance: FigureProvenance::Read,
                })
                .into(),
            },
        ),
        score(
            "Boosted trees 2019",
            Direction::HigherIsBetter,
            Subject::Patient,
            ScoreOutcome::NotComputable(NotComputable {
                reason: "the trees are not public.".to_owned(),
                unlocked_by: "publication of the trees.".to_owned(),
                address: Some("trees.example.org".to_owned()),
            }),
        ),
    ]
}

/// Alive with a constant hazard of 0.06 a month; interval ends with 0.04 and 0.09.
pub(crate) fn forecast() -> SurvivalForecast {
    let point = |months: f64| SurvivalPoint {
        months,
        alive: (-0.06 * months).exp(),
        low: (-0.09 * months).exp(),
        high: (-0.04 * months).exp(),
    };
    SurvivalForecast {
        pack: PackIdentity {
            name: "survival-linear".to_owned(),
            version: "0.1.0".to_owned(),
            sha256: "0123456789abcdef".repeat(4),
            rests_on: vec!["real_patients".to_owned(), "published_evidence".to_owned()],
            recalibration: None,
        },
        setting: None,
        shipped_horizons: None,
        horizons: [3.0, 6.0, 12.0].map(point).to_vec(),
        points: [1.0, 3.0, 6.0, 12.0, 24.0].map(point).to_vec(),
        median: Some(MedianSurvival {
            time: MedianTime::Reached { months: 11.6 },
            low: MedianTime::Reached { months: 7.7 },
            high: MedianTime::NotReached {
                within_months: 60.0,
            },
        }),
        curve: (0u8..=60).map(|month| point(f64::from(month))).collect(),
        interval_level: 0.9,
        population: PopulationMatch {
            inside: true,
            reasons: Vec::new(),
            similar_patients: Some(1184),
            similarity: None,
        },
        cord_compression: Some(CordCompressionState::Available(CordCompression {
            months: 6.0,
            probability: 0.021,
            low: 0.008,
            high: 0.043,
            certainty: Certainty::Low,
        })),
        averaged_over: vec![id("c_reactive_protein"), id("platelets")],
        used: vec![id("karnofsky"), id("albumin"), id("primary_tumour")],
    }
}

pub(crate) fn recalibration() -> Recalibration {
    Recalibration {
        intercept: 0.31,
        slope: 0.9,
        patients: 212,
        deaths: 98,
        follow_up: FollowUp {
            median_months: Some(14),
            longest_months: 40,
        },
        gain: RecalibrationGain {
            per_patient: 0.02,
            low: 0.01,
            high: 0.03,
            interval_level: 0.95,
        },
        person: "Dr Rossi".to_owned(),
        date: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
    }
}

fn reason(group: &str, factor: f64, features: &[&str]) -> ForecastReason {
    ForecastReason {
        group: group.to_owned(),
        amount: factor.ln(),
        factor,
        features: features.iter().map(|text| id(text)).collect(),
        blank: Vec::new(),
        citations: Vec::new(),
    }
}

fn named(group: &str, factor: f64, facts: &[(&str, Value, FactForm)]) -> NamedReason {
    let facts = facts.iter().map(|(feature, value, form)| NamedFact {
        feature: id(feature),
        value: value.clone(),
        form: *form,
    });
    NamedReason {
        group: group.to_owned(),
        factor,
        facts: facts.collect(),
    }
}

pub(crate) fn reasons() -> Explanation {
    let performance = [("karnofsky", Value::Number(50.0), FactForm::Number)];
    let tumour = [
        (
            "primary_tumour",
            Value::Code("breast".to_owned()),
            FactForm::Choice,
        ),
        ("liver_metastasis", Value::Flag(false), FactForm::Absent),
    ];
    Explanation {
        pack: forecast().pack,
        endpoint: ExplainedEndpoint::Survival,
        months: 12.0,
        baseline: -0.3,
        total: 0.2,
        baseline_probability: 0.48,
        total_probability: 0.29,
        standard_error: 0.0,
        reasons: vec![
            reason("performance_status", 2.01, &["karnofsky"]),
            reason("laboratory", 1.22, &["albumin"]),
            reason(
                "primary_tumour",
                0.82,
                &["primary_tumour", "liver_metastasis"],
            ),
        ],
        sentences: vec![
            ReasonSentence {
                kind: ReasonSentenceKind::Lower,
                reasons: vec![
                    named("performance_status", 2.01, &performance),
                    named("laboratory", 1.22, &[]),
                ],
            },
            ReasonSentence {
                kind: ReasonSentenceKind::Raised,
                reasons: vec![named("primary_tumour", 0.82, &tumour)],
            },
        ],
        sources: Vec::new(),
    }
}

fn reasons_of_cord_compression() -> Explanation {
    let grade = [(
        "bilsky_grade",
        Value::Code("1c".to_owned()),
        FactForm::Grade,
    )];
    Explanation {
        endpoint: ExplainedEndpoint::CordCompression,
        months: 6.0,
        baseline_probability: 0.012,
        total_probability: 0.004,
        reasons: vec![reason("bilsky_grade", 0.33, &["bilsky_grade"])],
        sentences: vec![
            ReasonSentence {
                kind: ReasonSentenceKind::Lower,
                reasons: vec![named("bilsky_grade", 0.33, &grade)],
            },
            ReasonSentence {
                kind: ReasonSentenceKind::Raised,
                reasons: vec![named("of_another_pack", 1.4, &[])],
            },
        ],
        ..reasons()
    }
}

fn findings() -> Vec<Finding> {
    let finding = |code, severity, feature: &str, parameters: &[(&str, &str)]| Finding {
        code,
        severity,
        feature: Some(id(feature)),
        subject: Some(Subject::Patient),
        parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    vec![
        finding(FindingCode::Missing, Severity::Note, "platelets", &[]),
        finding(
            FindingCode::Stale,
            Severity::Warning,
            "lactate_dehydrogenase",
            &[("days", "68"), ("limit", "14")],
        ),
        Finding {
            code: FindingCode::PatientMismatch,
            severity: Severity::Alert,
            feature: None,
            subject: None,
            parameters: BTreeMap::from([
                ("element".to_owned(), "patient_id".to_owned()),
                ("date".to_owned(), "2026-03-10".to_owned()),
            ]),
        },
    ]
}
