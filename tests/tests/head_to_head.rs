//! The model and the scores on a made-up cohort whose truth is known, from the table to the files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    BoardError, CohortStudy, Comparison, Language, PackSet, StudyQuestion, study_cohort,
    write_study,
};
use clinical::{
    head_to_head::{LeftOut, PassedReason},
    performance::{CalibrationState, Figure, NotEstimable, Shown},
};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use support::{
    cohort::{Made, cohort, table},
    opened, packs,
};

const MIZUMOTO: &str = "mizumoto_2008";

fn question(scores: &[&str]) -> StudyQuestion {
    StudyQuestion {
        scores: scores.iter().map(|id| (*id).to_owned()).collect(),
        bootstraps: 40,
        ..StudyQuestion::default()
    }
}

fn study_of(text: &str, question: &StudyQuestion) -> Result<CohortStudy, BoardError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cohort.csv");
    fs::write(&path, text).unwrap();
    let now = "2026-03-12T09:30:00Z".parse().unwrap();
    study_cohort(&path, question, &PackSet::open(&packs()), now, &mut |_| {
        true
    })
}

/// The share of pairs of a dead and a living patient of whom the dead one had more points.
fn auc_by_hand(patients: &[Made], months: f64) -> f64 {
    let (dead, alive): (Vec<&Made>, Vec<&Made>) = patients
        .iter()
        .partition(|one| one.died && one.months <= months);
    let pairs = dead
        .iter()
        .flat_map(|dead| alive.iter().map(move |alive| (dead, alive)));
    let right = pairs.map(|(dead, alive)| match dead.points.cmp(&alive.points) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    });
    right.sum::<f64>() / (dead.len() * alive.len()) as f64
}

fn point(figure: &Figure) -> f64 {
    figure
        .estimate()
        .unwrap_or_else(|| panic!("{figure:?}"))
        .point
}

fn predictor<'a>(comparison: &'a Comparison, id: &str) -> &'a board::PredictorPerformance {
    comparison
        .predictors
        .iter()
        .find(|one| one.id == id)
        .unwrap()
}

#[test]
fn the_figures_of_a_score_are_those_counted_by_hand() {
    let patients = cohort(500, 11);
    let study = study_of(&table(&patients), &question(&[MIZUMOTO])).unwrap();
    assert_eq!((study.lines, study.result.patients), (500, 500));
    let same = study.result.same_rows.as_ref().unwrap();
    assert_eq!(same.counts.patients, 500);
    let score = predictor(same, MIZUMOTO);
    for horizon in &score.horizons {
        let months = f64::from(horizon.months);
        let died = patients
            .iter()
            .filter(|one| one.died && one.months <= months);
        let counts = same
            .counts
            .horizons
            .iter()
            .find(|one| one.months == horizon.months);
        let deaths = died.count();
        assert_eq!(counts.unwrap().deaths as usize, deaths);
        assert_eq!(counts.unwrap().censored_before, 0);
        let auc = point(&horizon.auc.figure);
        assert!((auc - auc_by_hand(&patients, months)).abs() < 1e-9, "{auc}");
    }
    // At 12 months 77, 22 and 4 of 100 were alive of 0 to 4, 5 to 9 and 10 to 14 points.
    let expected = patients.iter().map(|one| match one.points {
        0..=4 => 0.23,
        5..=9 => 0.78,
        _ => 0.96,
    });
    let expected = expected.sum::<f64>() / 500.0;
    let observed = patients
        .iter()
        .filter(|one| one.died && one.months <= 12.0)
        .count() as f64
        / 500.0;
    let CalibrationState::Assessed(calibration) = &score.horizons[2].calibration else {
        panic!("{:?}", score.horizons[2].calibration);
    };
    assert!((calibration.expected - expected).abs() < 1e-9);
    assert!((point(&calibration.observed_over_expected) - observed / expected).abs() < 1e-9);
    let three = &score.horizons[0].calibration;
    let none = NotEstimable::NoProbability;
    assert_eq!(*three, CalibrationState::NotEstimable { reason: none });
}

#[test]
fn every_part_is_counted_and_small_ones_are_not_calibrated() {
    let patients = cohort(240, 5);
    let study = study_of(&table(&patients), &question(&[MIZUMOTO])).unwrap();
    let count = |keep: &dyn Fn(&Made) -> bool| patients.iter().filter(|one| keep(one)).count();
    let parts: Vec<(&str, usize)> = study
        .result
        .parts
        .iter()
        .map(|part| {
            (
                part.value.as_str(),
                part.comparison.counts.patients as usize,
            )
        })
        .collect();
    assert_eq!(
        parts,
        [
            ("breast", count(&|one| one.primary == "breast")),
            ("kidney", count(&|one| one.primary == "kidney")),
            ("lung", count(&|one| one.primary == "lung")),
            ("2010-2014", count(&|one| one.year < 2015)),
            ("2015-2019", count(&|one| (2015..2020).contains(&one.year))),
            ("2020-2024", count(&|one| one.year >= 2020)),
        ]
    );
    for part in &study.result.parts {
        for horizon in &predictor(&part.comparison, "model").horizons {
            let counts = part.comparison.counts.horizons.iter();
            let counts = counts
                .clone()
                .find(|one| one.months == horizon.months)
                .unwrap();
            let reason = NotEstimable::TooFew {
                events: counts.deaths,
                non_events: counts.known_alive,
                needed: 100,
            };
            assert_eq!(
                horizon.calibration,
                CalibrationState::NotEstimable { reason }
            );
        }
    }
}

#[test]
fn of_survival_that_hangs_on_nothing_no_difference_is_shown() {
    let mut lines: Vec<String> = Vec::new();
    // The facts of one cohort with the survival of another.
    for (facts, fate) in cohort(300, 3).iter().zip(cohort(300, 4)) {
        let cells: Vec<&str> = facts.line.split(',').collect();
        let died = u8::from(fate.died);
        lines.push(format!(
            "{},{},{died},{}",
            cells[0],
            fate.months,
            cells[3..].join(",")
        ));
    }
    let text = format!("{}\n{}\n", support::cohort::HEADER, lines.join("\n"));
    let study = study_of(&text, &question(&[MIZUMOTO])).unwrap();
    let same = study.result.same_rows.unwrap();
    let compared = &predictor(&same, MIZUMOTO).horizons[2].auc;
    assert_eq!(compared.shown, Some(Shown::NoDifference), "{compared:?}");
    for one in &same.predictors {
        let interval = one.harrell_c.figure.estimate().unwrap().interval.unwrap();
        assert!(interval.low < 0.5 && interval.high > 0.5, "{interval:?}");
    }
}

#[test]
fn what_cannot_be_used_is_named_and_the_rest_is_computed() {
    let patients = cohort(120, 8);
    let mut text = table(&patients);
    let spoilt = |column: usize, cell: &str| {
        let mut cells: Vec<&str> = patients[0].line.split(',').collect();
        cells[column] = cell;
        // The name of the first patient would be a fault of its own.
        cells[0] = "";
        cells.join(",") + "\n"
    };
    text += &(patients[0].line.clone() + "\n");
    text += &spoilt(1, "-2");
    text += &spoilt(1, "NaN");
    text += &spoilt(2, "2");
    text += &spoilt(3, "in 2015");
    text += &spoilt(4, "old");
    text += &spoilt(5, "Secret tumour");
    let study = study_of(&text, &question(&[MIZUMOTO])).unwrap();
    assert_eq!(
        study.faults,
        [
            "line 122, column id: the same as on line 2, which is used",
            "line 123, column months: the value is negative",
            "line 124, column months: the value is not a number",
            "line 125, column died: the value is neither 0 (alive then) nor 1 (died then)",
            "line 126, column year: the value is not a year such as 2019",
            "line 127, column age: the value is not a number",
            study.faults[6].as_str(),
        ]
    );
    let tumour = &study.faults[6];
    assert!(tumour.starts_with("line 128, column primary_tumour: the value is not an option"));
    assert!(!tumour.contains("Secret"), "{tumour}");
    assert_eq!((study.lines, study.result.patients), (127, 120));
    let passed: Vec<_> = study
        .passed
        .iter()
        .map(|one| (one.name.as_str(), one.reason))
        .collect();
    assert_eq!(passed, [("survival_days", PassedReason::OutcomeLike)]);
    assert!(
        point(
            &study.result.same_rows.unwrap().predictors[1]
                .harrell_c
                .figure
        ) > 0.6
    );
}

#[test]
fn a_horizon_that_nobody_reached_is_refused_and_the_others_are_not() {
    let short = |one: &Made| {
        let (months, died) = if one.months > 4.0 {
            (4.0, false)
        } else {
            (one.months, one.died)
        };
        let cells: Vec<&str> = one.line.split(',').collect();
        format!(
            "{},{months},{},{}\n",
            cells[0],
            u8::from(died),
            cells[3..].join(",")
        )
    };
    let lines: String = cohort(200, 9).iter().map(short).collect();
    let text = format!("{}\n{lines}", support::cohort::HEADER);
    let study = study_of(&text, &question(&[MIZUMOTO])).unwrap();
    let same = study.result.same_rows.unwrap();
    let [three, six, _] = predictor(&same, "model").horizons.as_slice() else {
        panic!("three horizons");
    };
    assert!(three.auc.figure.estimate().is_some());
    let reason = NotEstimable::AllCensoredBeforeHorizon;
    assert_eq!(six.auc.figure, Figure::NotEstimable { reason });
    assert_eq!(six.calibration, CalibrationState::NotEstimable { reason });
}

#[test]
fn every_score_of_survival_is_compared_and_what_it_lacks_is_said() {
    let study = study_of(&table(&cohort(150, 2)), &question(&[])).unwrap();
    let result = &study.result;
    let asked: BTreeSet<&str> = clinical::scores::prognostic()
        .map(|table| table.id.as_str())
        .collect();
    let found: BTreeSet<&str> = result
        .predictors
        .iter()
        .skip(1)
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!(found, asked);
    let tomita = result
        .predictors
        .iter()
        .find(|one| one.id == "tomita_2001")
        .unwrap();
    assert_eq!(tomita.left_out, Some(LeftOut::NoRow));
    assert!(
        !tomita.lacking.is_empty(),
        "it lacks the number of bone metastases"
    );
    let same = result.same_rows.as_ref().unwrap();
    assert!(same.predictors.iter().any(|one| one.id == MIZUMOTO));
    assert!(2 * same.counts.patients >= 150);
    for source in result.predictors.iter().skip(1) {
        assert!(source.paper.is_some(), "{}", source.id);
        let takes_part = same.predictors.iter().any(|one| one.id == source.id);
        assert_eq!(takes_part, source.left_out.is_none(), "{}", source.id);
    }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn the_window_compares_writes_and_keeps_nothing_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let board = opened(&data);
    let path = folder.path().join("cohort.csv");
    fs::write(&path, table(&cohort(260, 6))).unwrap();
    assert_eq!(board.export_study(None).unwrap_err().code, "no_study");
    let asked = StudyQuestion {
        thresholds: vec![0.3],
        developed_here: vec![MIZUMOTO.to_owned()],
        ..question(&[MIZUMOTO, "osri_2013"])
    };
    let mut told = Vec::new();
    let study = board
        .study_table(&path, &asked, &mut |share| told.push(share))
        .unwrap();
    assert!(told.is_sorted() && told.last().is_some_and(|last| *last > 0.999));
    assert_eq!(study.developed_here, [MIZUMOTO]);

    let out = folder.path().join("out");
    let written = board.export_study(Some(&out)).unwrap();
    let names = names_in(Path::new(&written.path));
    for name in [
        "report.pdf",
        "performance.csv",
        "calibration.csv",
        "decision_curves.csv",
        "counts.csv",
        "origin.csv",
        "auc_same_rows.svg",
        "decision_curves_same_rows.svg",
        "calibration_model.svg",
        "calibration_mizumoto_2008.svg",
    ] {
        assert!(names.contains(&name.to_owned()), "{name} in {names:?}");
    }
    for path in files_below(&out).into_iter().chain(files_below(&data)) {
        let bytes = fs::read(&path).unwrap();
        let found = bytes.windows(8).any(|part| part == b"Zebedee-");
        assert!(!found, "{} names a patient", path.display());
    }
    let rows = board.audit_rows(None, 50).unwrap();
    let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions[..2],
        ["cohort_comparison_exported", "cohort_compared"]
    );

    // Ended by the person, and forgotten with the lock.
    let ended = std::thread::scope(|scope| {
        let running =
            scope.spawn(|| board.study_table(&path, &asked, &mut |_| board.cancel_study()));
        running.join().unwrap()
    });
    assert_eq!(ended.unwrap_err().code, "study_stopped");
    board.lock();
    assert_eq!(board.export_study(None).unwrap_err().code, "no_study");
    assert_eq!(
        board
            .study_table(&path, &asked, &mut |_| ())
            .unwrap_err()
            .code,
        "store_locked"
    );
}

#[test]
fn a_comparison_is_the_same_each_time_and_its_files_are_not_written_over_the_table() {
    let text = table(&cohort(100, 1));
    let asked = question(&[MIZUMOTO]);
    let (one, other) = (
        study_of(&text, &asked).unwrap(),
        study_of(&text, &asked).unwrap(),
    );
    assert_eq!(one, other);
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("counts.csv");
    fs::write(&input, &text).unwrap();
    let now = "2026-03-12T09:30:00Z".parse().unwrap();
    let refused = write_study(folder.path(), &input, &one, Language::English, now).unwrap_err();
    assert_eq!(refused.code, "table_file");
    assert_eq!(
        names_in(folder.path()),
        ["counts.csv"],
        "nothing was written"
    );
}
