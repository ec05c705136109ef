//! The commands that forecast, as a person types them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models/packs")
}

fn spineboard(arguments: &[&str]) -> Output {
    spineboard_with(&packs(), arguments)
}

fn spineboard_with(packs: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spineboard"))
        .env("LC_ALL", "C")
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

/// The lines of a table without quotes, each by its column.
fn lines(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let header: Vec<String> = lines.next().unwrap().collect();
    lines
        .map(|cells| header.iter().cloned().zip(cells).collect())
        .collect()
}

const MEDIANS: [&str; 3] = [
    "median_survival_months",
    "median_survival_months_low",
    "median_survival_months_high",
];
const CORD_COMPRESSION: [&str; 5] = [
    "cord_compression_low",
    "cord_compression",
    "cord_compression_high",
    "cord_compression_within_months",
    "cord_compression_certainty",
];

#[test]
fn a_table_has_the_median_and_cord_compression_or_says_why_not() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("patients.csv");
    let rows = "patient,age,primary_tumour,frankel,karnofsky\n\
        walks,60,lung,E,80\nparetic,60,lung,C,80\nlong,45,thyroid,E,100\nchild,12,lung,E,80\n";
    fs::write(&table, rows).unwrap();
    let out = folder.path().join("forecasts.csv");
    let [table, written] = [&table, &out].map(|path| path.display().to_string());
    let arguments = ["assess", "--csv", &table, "--out", &written];
    let output = spineboard(&arguments);
    assert!(output.status.success(), "{output:?}");
    let found = lines(&out);
    assert_eq!(found.len(), 4);
    for line in &found[..3] {
        let mut blanks = 0;
        // The median lies on one side of a year as the survival at a year lies on one side of one half.
        for (end, median) in ["", "_low", "_high"].iter().zip(MEDIANS) {
            let alive: f64 = line[&format!("survival_12_months{end}")].parse().unwrap();
            match line[median].parse::<f64>() {
                Ok(months) => assert_eq!(months <= 12.0, alive <= 0.5, "{line:?}"),
                Err(_) => {
                    blanks += 1;
                    assert!(alive > 0.5, "{line:?}");
                }
            }
        }
        let beyond = &line["median_survival_beyond_months"];
        assert_eq!(beyond, if blanks > 0 { "60" } else { "" }, "{line:?}");
    }
    assert_eq!(
        found[2]["median_survival_months_high"], "",
        "the forecast goes to 60 months"
    );
    assert_ne!(found[0]["median_survival_months"], "");
    let [low, point, high] = [0, 1, 2].map(|one| {
        let cell = &found[0][CORD_COMPRESSION[one]];
        cell.parse::<f64>().unwrap()
    });
    assert!(0.0 < low && low < point && point < high && high < 1.0);
    assert_eq!(
        (
            found[0]["cord_compression_within_months"].as_str(),
            found[0]["cord_compression_certainty"].as_str()
        ),
        ("6", "low")
    );
    let blank = |line: &BTreeMap<String, String>, columns: &[&str]| {
        columns.iter().all(|column| line[*column].is_empty())
    };
    for (line, reason) in found.iter().zip(["", "deficit_present", "", ""]) {
        assert_eq!(line["cord_compression_not_shown"], reason, "{line:?}");
    }
    assert!(blank(&found[1], &CORD_COMPRESSION) && !blank(&found[1], &MEDIANS));
    assert!(blank(&found[3], &CORD_COMPRESSION) && blank(&found[3], &MEDIANS));
    assert_eq!(found[3]["median_survival_beyond_months"], "");

    let older = folder.path().join("packs/survival-linear");
    fs::create_dir_all(&older).unwrap();
    for file in fs::read_dir(packs().join("survival-linear")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), older.join(file.file_name())).unwrap();
    }
    let output = spineboard_with(&folder.path().join("packs"), &arguments);
    assert!(output.status.success(), "{output:?}");
    for line in &lines(&out)[..3] {
        assert!(blank(line, &CORD_COMPRESSION), "{line:?}");
        assert_eq!(line["cord_compression_not_shown"], "", "{line:?}");
        assert_ne!(line["survival_12_months"], "", "{line:?}");
        let beyond = &line["median_survival_beyond_months"];
        assert_eq!(
            blank(line, &MEDIANS[..1]) || blank(line, &MEDIANS[1..2]) || blank(line, &MEDIANS[2..]),
            !beyond.is_empty(),
            "{line:?}"
        );
    }
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
