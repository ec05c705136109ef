//! The commands that forecast, as a person types them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn spineboard(arguments: &[&str]) -> Output {
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models/packs");
    Command::new(env!("CARGO_BIN_EXE_spineboard"))
        .arg("--packs")
        .arg(packs)
        .args(arguments)
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

fn table(folder: &Path) -> PathBuf {
    let path = folder.join("patients.csv");
    let lines = "patient,age,primary_tumour\nA,60,lung\nB,70,breast\nC,12,lung\nD,old,lung\n";
    fs::write(&path, lines).unwrap();
    path
}

#[test]
fn a_cohort_is_forecast_as_a_whole_and_the_lines_left_out_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path()).display().to_string();
    let out = folder.path().join("mean.csv").display().to_string();
    let output = spineboard(&["assess", "--csv", &table, "--cohort", "--out", &out]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 5"));
    let cohort = json(&output);
    assert_eq!(
        (&cohort["patients"], &cohort["refused"]),
        (&2.into(), &1.into())
    );
    assert!(cohort["pack"]["name"].is_string());
    let horizons = cohort["horizons"].as_array().unwrap();
    let months: Vec<f64> = horizons
        .iter()
        .map(|point| point["months"].as_f64().unwrap())
        .collect();
    assert_eq!(months, [1.0, 3.0, 6.0, 12.0, 24.0]);
    for point in horizons {
        let [low, alive, high] = ["low", "alive", "high"].map(|end| point[end].as_f64().unwrap());
        assert!(low < alive && alive < high, "{point}");
    }
    let written = fs::read_to_string(&out).unwrap();
    assert_eq!(written.lines().next(), Some("months,alive,low,high"));
    assert_eq!(written.lines().count(), 6);

    let over = spineboard(&["assess", "--csv", &table, "--cohort", "--out", &table]);
    assert_eq!(over.status.code(), Some(1), "{over:?}");
    let alone = spineboard(&["assess", "--csv", &table]);
    assert_eq!(alone.status.code(), Some(2), "{alone:?}");
}

#[test]
fn a_cohort_without_anybody_to_forecast_says_so_and_names_the_lines() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("nobody.csv");
    let out = folder.path().join("mean.csv");
    for (rows, named) in [("", "no patient"), ("A,old,lung\nB,12,lung\n", "line 2")] {
        fs::write(&table, format!("patient,age,primary_tumour\n{rows}")).unwrap();
        let [table, out] = [&table, &out].map(|path| path.display().to_string());
        let output = spineboard(&["assess", "--csv", &table, "--cohort", "--out", &out]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            said.contains("holds no patient") && said.contains(named),
            "{said}"
        );
    }
    assert!(!out.exists());
}

#[test]
fn an_unknown_setting_is_refused_naming_those_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path()).display().to_string();
    let out = folder.path().join("out.csv").display().to_string();
    for rest in [["--out", out.as_str()].as_slice(), &["--cohort"]] {
        let arguments = ["assess", "--csv", &table, "--setting", "elsewhere"];
        let output = spineboard(&[&arguments, rest].concat());
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.contains("'elsewhere'") && said.contains("referral"),
            "{said}"
        );
        assert!(!Path::new(&out).exists());
    }
    let known = spineboard(&[
        "assess",
        "--csv",
        &table,
        "--cohort",
        "--setting",
        "referral",
    ]);
    assert_eq!(json(&known)["patients"], 2);
}

#[test]
fn reasons_and_the_sweep_are_printed_as_json() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().display().to_string();
    assert!(spineboard(&["demo", &demo]).status.success());
    let case = folder.path().join("case.json").display().to_string();
    let reasons = json(&spineboard(&["explain", "--json", &case]));
    assert!(["available", "refused"].contains(&reasons["kind"].as_str().unwrap()));
    let rows = json(&spineboard(&[
        "sweep",
        "--json",
        &case,
        "--threshold",
        "3:0.5",
    ]));
    assert!(rows.is_array(), "{rows}");
    let month = spineboard(&["sweep", "--json", &case, "--threshold", "3.5:0.5"]);
    assert_eq!(month.status.code(), Some(1), "{month:?}");
    for wrong in ["3", "3:50", "three:0.5"] {
        let output = spineboard(&["sweep", "--json", &case, "--threshold", wrong]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
}
