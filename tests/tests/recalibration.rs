//! A centre's own patients move the model: learned, signed, shown as such, refused where it may not be
//! believed, and taken away again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use board::{
    Board, CaseView, ExplainedEndpoint, ExplanationState, ForecastState, LearnedRecalibration,
    PackSet, PersonInput, Role, Specialty, SurvivalForecast, answering, learn_recalibration,
};
use chrono::{DateTime, Utc};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};
use support::{PASSPHRASE, PIN, enter, opened, packs, secret, start};

fn shipped() -> &'static PackSet {
    static PACKS: OnceLock<PackSet> = OnceLock::new();
    PACKS.get_or_init(|| PackSet::open(&packs()))
}

fn now() -> DateTime<Utc> {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

/// Made-up patients whose survival is exponential with this mean in months: each number of the
/// quantiles once, in an order that goes with nothing. Every fourth leaves at half of it.
fn table(folder: &Path, patients: u32, mean: f64) -> PathBuf {
    let mut text = "patient,age,primary_tumour,karnofsky,months,died\n".to_owned();
    for number in 0..patients {
        let place = f64::from(number * 37 % patients) + 0.5;
        let death = -mean * (1.0 - place / f64::from(patients)).ln();
        let left = number % 4 == 3;
        let months = if left { death / 2.0 } else { death };
        let (age, karnofsky) = (45 + number % 40, 50 + 10 * (number % 4));
        let died = u8::from(!left);
        writeln!(text, "P{number},{age},lung,{karnofsky},{months:.3},{died}").unwrap();
    }
    let path = folder.join("cohort.csv");
    fs::write(&path, text).unwrap();
    path
}

fn learned() -> &'static LearnedRecalibration {
    static LEARNED: OnceLock<LearnedRecalibration> = OnceLock::new();
    LEARNED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let table = table(folder.path(), 160, 1.5);
        learn_recalibration(&table, shipped(), None, now()).unwrap()
    })
}

fn forecast(view: CaseView) -> SurvivalForecast {
    match view.assessment.forecast {
        ForecastState::Available(forecast) => forecast,
        ForecastState::Refused { code, .. } => panic!("refused: {code}"),
    }
}

fn demo(board: &Board) -> SurvivalForecast {
    forecast(board.open_demo_case().unwrap())
}

/// The refusals of a board that was locked and entered again, and what it forecasts then.
fn entered_again(board: &Board) -> (Vec<String>, SurvivalForecast) {
    board.lock();
    enter(board);
    let refused = board.status().refused_recalibrations;
    let codes = refused.into_iter().map(|refused| refused.code).collect();
    (codes, demo(board))
}

#[test]
fn a_recalibrated_forecast_is_said_to_be_one_and_the_shipped_figure_stands_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let view = board.open_demo_case().unwrap();
    let (id, plain) = (view.case.id.clone(), forecast(view));
    assert_eq!(
        (&plain.pack.recalibration, &plain.shipped_horizons),
        (&None, &None)
    );

    let kept = board.keep_recalibration(learned()).unwrap();
    assert!(kept.ends_with("packs/spine-ensemble.recalibration.toml"));
    let moved = forecast(board.open_case(&id).unwrap());
    let [as_shipped] = board.earlier_results(&id).unwrap().try_into().unwrap();
    assert!(
        !as_shipped.forecast.unwrap().recalibrated,
        "the model as shipped answers no more"
    );
    let stated = moved.pack.recalibration.as_ref().unwrap();
    assert_eq!((stated.patients, stated.person.as_str()), (160, "Dr Rossi"));
    assert_eq!(stated.deaths as usize, learned().found.deaths);
    assert!(stated.gain.low > 0.0 && stated.intercept > 0.0);
    for (beside, before) in moved
        .shipped_horizons
        .as_ref()
        .unwrap()
        .iter()
        .zip(&plain.horizons)
    {
        assert_eq!(beside.months, before.months);
        assert!((beside.alive - before.alive).abs() < 1e-6);
    }
    for (now, before) in moved.horizons.iter().zip(&plain.horizons) {
        assert!(
            now.alive < before.alive,
            "this centre's patients die earlier"
        );
        assert!(now.low <= now.alive && now.alive <= now.high);
    }
    assert_eq!(moved.cord_compression, plain.cord_compression);
    let benefit = board.open_case(&id).unwrap().assessment.benefit.unwrap();
    assert_eq!(benefit.pack.recalibration, moved.pack.recalibration);

    let explained = board.explain(&id, ExplainedEndpoint::Survival).unwrap();
    let ExplanationState::Available(explained) = explained else {
        panic!("no reasons")
    };
    let amounts: f64 = explained.reasons.iter().map(|reason| reason.amount).sum();
    assert!((amounts - (explained.total - explained.baseline)).abs() < 1e-6);
    let at = moved
        .curve
        .iter()
        .find(|point| point.months == explained.months);
    assert!((explained.total_probability - at.unwrap().alive).abs() < 1e-6);
    assert_eq!(explained.pack.recalibration, moved.pack.recalibration);

    // Whoever forecasts without opening the store goes by the anchor beside it.
    let outside = answering(shipped(), folder.path());
    assert!(outside.refused.is_empty());
    let pack = outside.packs.default_pack().unwrap();
    assert_eq!(pack.identity(), &moved.pack);
    assert!(pack.check().is_ok(), "golden rows are of the shipped model");

    let (refused, again) = entered_again(&board);
    assert_eq!((refused, again), (Vec::new(), moved));
    drop(board);
    let board = start(folder.path());
    assert!(
        board.status().refused_recalibrations.is_empty(),
        "locked: nothing to say"
    );
    enter(&board);
    assert!(demo(&board).pack.recalibration.is_some());

    let aside = board.remove_recalibration("spine-ensemble").unwrap();
    assert!(
        aside
            .to_string_lossy()
            .contains(".recalibration.toml.removed-")
    );
    assert!(aside.exists() && !kept.exists());
    let (refused, again) = entered_again(&board);
    assert_eq!((refused, again), (Vec::new(), plain));
    let nothing = board.remove_recalibration("spine-ensemble").unwrap_err();
    assert_eq!(nothing.code, "no_recalibration");
    let rows = board.audit_rows(None, 100).unwrap();
    let by_whom = |action: &str| {
        rows.iter()
            .find(|row| row.action == action)
            .unwrap()
            .actor
            .clone()
    };
    assert_eq!(by_whom("recalibrated"), "Dr Rossi");
    assert_eq!(by_whom("recalibration_removed"), "Dr Rossi");
    assert!(board.audit_verify().unwrap().faults.is_empty());
}

#[test]
fn a_recalibration_that_is_forged_or_of_another_pack_or_installation_is_refused_and_the_pack_answers_as_shipped()
 {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let plain = demo(&board);
    let kept = board.keep_recalibration(learned()).unwrap();
    let text = fs::read_to_string(&kept).unwrap();
    let slope = text
        .lines()
        .find(|line| line.starts_with("slope = "))
        .unwrap();
    for (spoilt, code) in [
        (text.replace(slope, "slope = 1.5"), "forged"),
        (text.replace("Dr Rossi", "Dr Else"), "forged"),
        (text.replace("patients = 160", "patients = 161"), "forged"),
        (text.replace(slope, ""), "unreadable"),
        (text[..text.len() / 2].to_owned(), "unreadable"),
        (text.replace(slope, "slope = -1.0"), "implausible"),
        (text.replace("format = 1", "format = 7"), "newer_format"),
    ] {
        assert_ne!(spoilt, text);
        fs::write(&kept, spoilt).unwrap();
        let (refused, forecast) = entered_again(&board);
        assert_eq!(refused, [code]);
        assert_eq!(forecast, plain);
        let outside = answering(shipped(), folder.path());
        assert_eq!(outside.refused[0].code, code);
        assert_eq!(outside.refused[0].file, "spine-ensemble.recalibration.toml");
        assert_eq!(
            outside.packs.default_pack().unwrap().identity(),
            &plain.pack
        );
    }
    fs::write(&kept, &text).unwrap();
    let (refused, moved) = entered_again(&board);
    assert!(refused.is_empty() && moved != plain);

    // Under the name of another pack, and rightly signed for a version that is not there.
    let other = kept.with_file_name("survival-linear.recalibration.toml");
    fs::rename(&kept, &other).unwrap();
    assert_eq!(
        entered_again(&board),
        (vec!["other_pack".to_owned()], plain.clone())
    );
    fs::remove_file(&other).unwrap();
    let mut newer = learned().clone();
    newer.pack.version = "0.2.0".to_owned();
    newer.pack.sha256 = "0".repeat(64);
    board.keep_recalibration(&newer).unwrap();
    assert_eq!(
        entered_again(&board),
        (vec!["other_pack".to_owned()], plain.clone())
    );

    let elsewhere = tempfile::tempdir().unwrap();
    let stranger = opened(elsewhere.path());
    stranger.keep_recalibration(learned()).unwrap();
    let name = kept.file_name().unwrap();
    fs::copy(elsewhere.path().join("packs").join(name), &kept).unwrap();
    assert_eq!(
        entered_again(&board),
        (vec!["other_installation".to_owned()], plain)
    );
}

#[test]
fn only_a_chair_or_coordinator_recalibrates() {
    let folder = tempfile::tempdir().unwrap();
    let board = opened(folder.path());
    let chair = board.status().person.unwrap().id;
    let member = PersonInput {
        name: "Dr Member".to_owned(),
        specialty: Specialty::Radiology,
        role: Role::Member,
        secret: secret(PIN),
    };
    let status = board.add_person(member).unwrap();
    let id = status
        .people
        .iter()
        .find(|person| person.name == "Dr Member")
        .unwrap()
        .id
        .clone();
    board.keep_recalibration(learned()).unwrap();
    board.sign_out().unwrap();
    assert_eq!(
        board.keep_recalibration(learned()).unwrap_err().code,
        "sign_in_needed"
    );
    board.sign_in(&id, secret(PIN)).unwrap();
    assert_eq!(
        board.keep_recalibration(learned()).unwrap_err().code,
        "not_allowed"
    );
    let refused = board.remove_recalibration("spine-ensemble").unwrap_err();
    assert_eq!(refused.code, "not_allowed");
    assert!(
        demo(&board).pack.recalibration.is_some(),
        "it stays as it was"
    );
    board.lock();
    let refused = board.keep_recalibration(learned()).unwrap_err();
    assert_eq!(refused.code, "store_locked");
    board.unlock(secret(PASSPHRASE)).unwrap();
    board.sign_in(&chair, secret(PIN)).unwrap();
    let astray = board.remove_recalibration("../spine-ensemble").unwrap_err();
    assert_eq!(astray.code, "no_recalibration");
}

#[test]
fn what_can_be_used_of_a_table_is_used_and_the_rest_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = table(folder.path(), 160, 1.5);
    let mut text = fs::read_to_string(&path).unwrap();
    text.push_str(
        "P3,60,lung,70,2,1\nQ1,60,lung,70,-2,1\nQ2,60,lung,70,nan,0\nQ3,60,lung,70,2,2\nQ4,12,lung,70,2,1\n",
    );
    fs::write(&path, &text).unwrap();
    let found = learn_recalibration(&path, shipped(), Some("spine-ensemble"), now()).unwrap();
    assert_eq!(
        found.found,
        learned().found,
        "the same patients teach the same"
    );
    assert_eq!(found.faults.len(), 5, "{:?}", found.faults);
    for (line, what) in [
        (162, "column patient: the same as on line 5"),
        (163, "column months: the value is negative"),
        (164, "column months: the value is not a number"),
        (165, "column died: the value is neither 0"),
        (166, "a child"),
    ] {
        let named =
            |fault: &String| fault.starts_with(&format!("line {line}")) && fault.contains(what);
        assert!(
            found.faults.iter().any(named),
            "{line} {what}: {:?}",
            found.faults
        );
    }

    let mut wider = String::new();
    for (number, line) in text.lines().enumerate() {
        let more = if number == 0 {
            "albumen,albumin_unit,death_date"
        } else {
            "3,g/L,2025-01-01"
        };
        writeln!(wider, "{line},{more}").unwrap();
    }
    fs::write(&path, wider).unwrap();
    let passed = learn_recalibration(&path, shipped(), None, now()).unwrap();
    assert_eq!(passed.found, found.found);
    let names: Vec<&str> = passed
        .passed
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(names, ["albumen", "death_date", "albumin_unit"]);

    let refusal = |text: &str| {
        fs::write(&path, text).unwrap();
        let refused = learn_recalibration(&path, shipped(), None, now()).unwrap_err();
        (refused.code, refused.message)
    };
    let lines: Vec<&str> = text.lines().collect();
    let (code, message) = refusal(&lines[..40].join("\n"));
    assert_eq!(code, "no_recalibration");
    assert!(message.contains("at least 50 are needed"), "{message}");
    let censored = text.replace(",1\n", ",0\n");
    assert!(refusal(&censored).1.contains("nobody died"));
    assert!(refusal("age,months\n60,1\n").1.contains("'died'"));
    let absent = learn_recalibration(&path, shipped(), Some("nobody"), now()).unwrap_err();
    assert_eq!(absent.code, "no_pack");
}
