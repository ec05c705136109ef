//! The comparison of the model and the scores, as a person types it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn validate(table: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spineboard"))
        .arg("--packs")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models/packs"))
        .arg("validate")
        .arg(table)
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .unwrap()
}

/// 30 patients whose deaths follow their Karnofsky; then lines with one fault each.
fn table(folder: &Path, faults: &[&str]) -> PathBuf {
    let mut text =
        "id,months,died,age,primary_tumour,karnofsky,albumin,albumin_unit,death_date\n".to_owned();
    for number in 0..30 {
        let karnofsky = 40 + 10 * (number % 6);
        let months = 1 + karnofsky / 5 - number % 3;
        let primary = ["lung", "breast", "kidney"][number % 3];
        let died = u8::from(number % 4 != 0);
        text += &format!(
            "Zebedee-{number},{months},{died},60,{primary},{karnofsky},38,g/L,2020-01-01\n"
        );
    }
    text += &faults.join("\n");
    let path = folder.join("cohort.csv");
    fs::write(&path, text).unwrap();
    path
}

const FAULTS: [&str; 7] = [
    "Zebedee-3,4,1,60,lung,70,38,g/L,",
    "x1,-4,1,60,lung,70,38,g/L,",
    "x2,4,dead,60,lung,70,38,g/L,",
    "x3,,1,60,lung,70,38,g/L,",
    "x4,4,1,60,lung,seventy,38,g/L,",
    "x5,4,1,60,lung,70,38,stone/L,",
    "x6,4,1,60",
];

#[test]
fn each_fault_is_named_by_line_and_column_and_the_rest_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let output = validate(&table(folder.path(), &FAULTS), &["--bootstraps", "40"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let (said, shown) = (
        String::from_utf8(output.stderr).unwrap(),
        String::from_utf8(output.stdout).unwrap(),
    );
    for fault in [
        "line 32, column id: the same as on line 5, which is used",
        "line 33, column months: the value is negative",
        "line 34, column died: the value is neither 0",
        "line 35, column months: it is blank",
        "line 36, column karnofsky: the value is not a number",
        "line 37, column albumin: albumin cannot be read in the value",
        "line 38: it has 4 cells, the header has 9",
        "Column 'death_date' looks like what happened afterwards",
        "A score does better on the patients that it was made from.",
    ] {
        assert!(said.contains(fault), "{fault} in {said}");
    }
    for part in [
        "30 patients with follow-up, of 37 lines.",
        "On the same rows",
        "not assessed: ",
        "Left out: no row has all that it reads.",
        "Most often missing: ",
        "Made by ",
        "no difference is shown",
        "research use",
    ] {
        assert!(
            shown.to_lowercase().contains(&part.to_lowercase()),
            "{part} in {shown}"
        );
    }
    for secret in ["Zebedee", "seventy", "stone"] {
        assert!(
            !said.contains(secret) && !shown.contains(secret),
            "{secret}"
        );
    }
}

#[test]
fn files_are_written_beside_what_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let path = out.display().to_string();
    let arguments = [
        "--out",
        &path,
        "--score",
        "osri_2013",
        "--cohort-of",
        "osri_2013",
        "--threshold",
        "0.3",
        "--bootstraps",
        "40",
        "--json",
    ];
    let output = validate(&table(folder.path(), &[]), &arguments);
    assert_eq!(
        output.status.code(),
        Some(3),
        "a column was passed over: {output:?}"
    );
    let study: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(study["result"]["same_rows"]["counts"]["patients"], 30);
    assert_eq!(study["thresholds"][0], 0.3);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("was made from these patients"), "{said}");
    assert!(
        fs::read(out.join("report.pdf"))
            .unwrap()
            .starts_with(b"%PDF")
    );
    let curves = fs::read_to_string(out.join("decision_curves.csv")).unwrap();
    assert!(curves.contains("same_rows,model,12,0.300000,"), "{curves}");
    let origin = fs::read_to_string(out.join("origin.csv")).unwrap();
    for key in [
        "model_sha256,",
        "bootstraps,40",
        "seed,1",
        "stated_threshold,0.3",
        "setting,",
    ] {
        assert!(origin.contains(key), "{key} in {origin}");
    }
}

#[test]
fn wrong_questions_are_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path(), &[]);
    let refused = |arguments: &[&str]| {
        let output = validate(&table, arguments);
        assert!(!output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&["--score", "sins_2010"]).contains("'sins_2010' is no score of survival"));
    assert!(refused(&["--cohort-of", "nobody"]).contains("'nobody' is no score"));
    assert!(refused(&["--threshold", "30"]).contains("between 0 and 1"));
    assert!(refused(&["--setting", "moon"]).contains("moon"));
    let other = folder.path().join("other.csv");
    fs::write(&other, "id,age,died\nA,60,1\n").unwrap();
    let output = validate(&other, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("there is no column 'months'")
    );
}

#[test]
fn the_comparison_is_told_in_the_language_that_was_asked_for_and_its_tables_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(folder.path(), &[]);
    let out = |language: &str| folder.path().join(language);
    let told = |language: &str| {
        let out = out(language);
        let arguments = [
            "--bootstraps",
            "40",
            "--language",
            language,
            "--out",
            out.to_str().unwrap(),
        ];
        String::from_utf8(validate(&table, &arguments).stdout).unwrap()
    };
    let (english, german) = (told("en"), told("de"));
    assert!(
        english.contains("For research use only. Not a medical device"),
        "{english}"
    );
    assert!(
        german.contains("Nur für Forschungszwecke. Kein Medizinprodukt"),
        "{german}"
    );
    assert!(
        german.contains("An denselben Zeilen") && !german.contains("On the same rows"),
        "{german}"
    );
    let point = english
        .lines()
        .find(|line| line.contains("AUC, 12 months"))
        .unwrap();
    let comma = german
        .lines()
        .find(|line| line.contains("AUC, 12 Monate"))
        .unwrap();
    assert!(
        point.contains("0.") && comma.contains("0,") && !comma.contains("0."),
        "{point}\n{comma}"
    );
    for name in ["performance.csv", "counts.csv"] {
        let read = |language| fs::read_to_string(out(language).join(name)).unwrap();
        assert_eq!(read("en"), read("de"), "{name}");
    }
}
