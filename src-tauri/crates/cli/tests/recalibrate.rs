//! Recalibrating a pack, as a person types it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use board::{Board, BoardOptions, PersonInput, Role, Secret, Specialty};
use serde_json::Value;
use std::{
    fmt::Write,
    fs,
    path::Path,
    process::{Command, Output},
};

const PASSPHRASE: &str = "correct horse battery staple";
const PIN: &str = "294817";
const CHAIR: &str = "Dr Rossi";
const MEMBER: &str = "Dr Member";

/// A store with a chair and a member, a cohort whose patients die early, and a case.
fn prepare(folder: &Path) {
    let board = Board::start(BoardOptions {
        data: folder.join("data"),
        ..BoardOptions::default()
    });
    let secret = |text: &str| Secret::from(text.to_owned());
    board.create_store(secret(PASSPHRASE)).unwrap();
    for (name, role) in [(CHAIR, Role::Chair), (MEMBER, Role::Member)] {
        let person = PersonInput {
            name: name.to_owned(),
            specialty: Specialty::SpineSurgery,
            role,
            secret: secret(PIN),
        };
        board.add_person(person).unwrap();
    }
    board.lock();
    let mut text = "id,age,primary_tumour,karnofsky,months,died\n".to_owned();
    for number in 0..120 {
        let place = f64::from(number * 37 % 120) + 0.5;
        let months = -1.5 * (1.0 - place / 120.0).ln();
        let (age, karnofsky) = (45 + number % 40, 50 + 10 * (number % 4));
        writeln!(text, "{number},{age},lung,{karnofsky},{months:.3},1").unwrap();
    }
    text.push_str("119,60,lung,70,3,1\n");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("cohort.csv", &text);
    write("passphrase", PASSPHRASE);
    write("pin", PIN);
    write("patients.csv", "id,age,primary_tumour\nA,60,lung\n");
    let case = r#"{"observations": [
        {"feature": "age", "value": 60}, {"feature": "primary_tumour", "value": "lung"}]}"#;
    write("case.json", case);
}

fn spineboard(folder: &Path, arguments: &[&str]) -> Output {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models/packs");
    Command::new(env!("CARGO_BIN_EXE_spineboard"))
        .env("LC_ALL", "C")
        .current_dir(folder)
        .arg("--packs")
        .arg(packs)
        .args(["--passphrase-file", "passphrase"])
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn lines(path: &Path) -> Vec<Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    let cells = |line: &str| line.split(',').map(str::to_owned).collect();
    text.lines().map(cells).collect()
}

#[test]
fn a_recalibration_is_learned_kept_shown_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    prepare(folder);
    let (code, out, err) = said(&spineboard(
        folder,
        &["recalibrate", "cohort.csv", "--dry-run"],
    ));
    assert_eq!(code, Some(3), "one line counts twice: {err}");
    assert!(
        err.contains("line 122, column id: the same as on line 121"),
        "{err}"
    );
    for part in [
        "pack       spine-ensemble",
        "patients   120, 1",
        "intercept  +",
        "slope ",
        "gain ",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    assert!(!folder.join("data/packs").exists());

    let keep = |person: &str| {
        let arguments = [
            "--data",
            "data",
            "recalibrate",
            "cohort.csv",
            "--person",
            person,
            "--secret-file",
            "pin",
        ];
        said(&spineboard(folder, &arguments))
    };
    let (code, _, err) = keep(MEMBER);
    assert!(
        code == Some(1) && err.contains("Only a coordinator or a chair"),
        "{err}"
    );
    let (code, _, err) = keep("Dr Nobody");
    assert!(code == Some(2) && err.contains("nobody active"), "{err}");
    let (code, out, err) = keep(CHAIR);
    assert_eq!(code, Some(3), "{err}");
    assert!(out.contains("spine-ensemble.recalibration.toml"), "{out}");

    let horizon = |value: &Value| value["forecast"]["horizons"][2]["alive"].as_f64().unwrap();
    let plain = json(&spineboard(folder, &["assess", "--json", "case.json"]));
    assert!(plain["forecast"]["pack"]["recalibration"].is_null());
    let moved = json(&spineboard(
        folder,
        &["--data", "data", "assess", "--json", "case.json"],
    ));
    let stated = &moved["forecast"]["pack"]["recalibration"];
    assert_eq!(
        (&stated["patients"], &stated["person"]),
        (&120.into(), &CHAIR.into())
    );
    assert!(horizon(&moved) < horizon(&plain));
    let beside = moved["forecast"]["shipped_horizons"][2]["alive"]
        .as_f64()
        .unwrap();
    assert!((beside - horizon(&plain)).abs() < 1e-6);
    let sweep = json(&spineboard(
        folder,
        &["--data", "data", "sweep", "--json", "case.json"],
    ));
    assert_eq!(sweep[0]["recalibration"]["patients"], 120);
    let table = [
        "--data",
        "data",
        "assess",
        "--csv",
        "patients.csv",
        "--out",
        "out.csv",
    ];
    assert_eq!(said(&spineboard(folder, &table)).0, Some(0));
    let written = lines(&folder.join("out.csv"));
    let column = |name: &str| written[0].iter().position(|cell| cell == name).unwrap();
    assert_eq!(written[1][column("recalibrated_patients")], "120");
    let checked = spineboard(folder, &["--data", "data", "pack", "check"]);
    assert!(checked.status.success(), "{checked:?}");

    let file = folder.join("data/packs/spine-ensemble.recalibration.toml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("patients = 120", "patients = 121")).unwrap();
    let refused = spineboard(folder, &["--data", "data", "assess", "--json", "case.json"]);
    assert!(
        said(&refused)
            .2
            .contains("spine-ensemble.recalibration.toml: forged")
    );
    assert!((horizon(&json(&refused)) - horizon(&plain)).abs() < 1e-12);

    let remove = [
        "--data",
        "data",
        "recalibrate",
        "--remove",
        "--person",
        CHAIR,
        "--secret-file",
        "pin",
    ];
    let (code, out, err) = said(&spineboard(folder, &remove));
    assert!(
        code == Some(0) && out.contains("answers as shipped"),
        "{out}{err}"
    );
    assert!(!file.exists());
    assert_eq!(said(&spineboard(folder, &remove)).0, Some(1));
    let verified = said(&spineboard(folder, &["--data", "data", "audit", "verify"]));
    assert!(verified.1.contains("0 faults"), "{verified:?}");
}

#[test]
fn what_teaches_nothing_is_refused_and_wrong_usage_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(
        folder.join("few.csv"),
        "age,months,died\n60,2,1\n61,3,1\n62,4,0\nx,1,1\n",
    )
    .unwrap();
    let (code, _, err) = said(&spineboard(
        folder,
        &["recalibrate", "few.csv", "--dry-run"],
    ));
    assert_eq!(code, Some(1));
    assert!(
        err.contains("at least 50 are needed") && err.contains("line 5, column age"),
        "{err}"
    );
    for arguments in [
        &["recalibrate"][..],
        &["recalibrate", "few.csv"],
        &["recalibrate", "few.csv", "--remove", "--person", CHAIR],
        &["recalibrate", "--dry-run"],
    ] {
        assert_eq!(
            said(&spineboard(folder, arguments)).0,
            Some(2),
            "{arguments:?}"
        );
    }
}
