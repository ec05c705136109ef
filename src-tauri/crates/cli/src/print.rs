//! What the terminal shows. Results go to standard output, faults to standard error.

use board::{
    AgainstView, AuditFaultView, AuditView, BackupView, CohortOutcome, DeidentifiedView,
    DeidentifiedWarningCode, DemoFiles, ImagesReport, Language, LearnedRecalibration,
    LibraryQuestion, PackCheck, Refusal, RefusedRecalibration, TableOutcome, study_words,
};
use serde::Serialize;
use std::{collections::BTreeMap, io::IsTerminal, path::Path};

pub(crate) fn json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => println!("{text}"),
        Err(error) => eprintln!("spineboard: the result cannot be written as JSON: {error}"),
    }
}

pub(crate) fn demo(files: &DemoFiles) {
    println!("A synthetic patient was written.");
    println!("case    {}", files.case.display());
    println!("images  {}", files.images.display());
}

/// Patients are not named: a terminal is often copied into a message.
pub(crate) fn images(report: &ImagesReport) {
    for study in &report.studies {
        let study = &study.study;
        println!(
            "study {}",
            join([
                study.date.map(|date| date.to_string()),
                some(&study.description)
            ])
        );
        for series in &study.series {
            let number = series.number.map(|number| number.to_string());
            println!(
                "  series {}",
                join([number, some(&series.modality), some(&series.description)])
            );
            for stack in &series.stacks {
                let spacing = stack
                    .spacing_between_slices
                    .map(|mm| format!("every {mm:.2} mm"));
                let kind = if stack.is_volume { "volume" } else { "stack" };
                let size = format!(
                    "{} × {} × {}",
                    stack.columns,
                    stack.rows,
                    stack.images.len()
                );
                println!("    {kind} {}", join([Some(size), spacing]));
            }
        }
    }
    println!("{} files, {} left out", report.files, report.rejected.len());
    for question in &report.questions {
        let LibraryQuestion::SameExamOtherPatient {
            study_uids,
            patients,
            images,
        } = question;
        println!(
            "the same exam stands under {} patients ({images} images): check whose it is; study {}",
            patients.len(),
            study_uids.join(", ")
        );
    }
    for file in &report.missing {
        eprintln!(
            "{}: names {}, which is not there: copy the disc again",
            file.directory.display(),
            file.file
        );
    }
    for file in &report.rejected {
        let detail = match file.detail.as_str() {
            "" => String::new(),
            detail => format!(" ({detail})"),
        };
        eprintln!(
            "{}: {}{detail}",
            file.path.display(),
            file.reason.sentence()
        );
    }
}

pub(crate) fn table(outcome: &TableOutcome, out: &Path) {
    for fault in &outcome.faults {
        eprintln!("{fault}");
    }
    println!(
        "{} rows, {} with a fault: {}",
        outcome.rows,
        outcome.faults.len(),
        out.display()
    );
}

pub(crate) fn cohort(outcome: &CohortOutcome) {
    for fault in &outcome.faults {
        eprintln!("{fault}");
    }
    json(&outcome.forecast);
}

/// What a table taught, with what the prior allowed.
pub(crate) fn learned(learned: &LearnedRecalibration, language: Language) {
    let words = study_words(language);
    for column in &learned.passed {
        eprintln!("{}", words.passed(column));
    }
    for fault in &learned.faults {
        eprintln!("{fault}");
    }
    let (found, pack) = (&learned.found, &learned.pack);
    let median = match found.follow_up.median_months {
        Some(months) => format!("median follow-up {months} months, "),
        None => String::new(),
    };
    println!("pack       {} {}", pack.name, pack.version);
    println!(
        "patients   {}, {} deaths, {median}longest {} months, {} lines left out",
        found.patients,
        found.deaths,
        found.follow_up.longest_months,
        learned.faults.len()
    );
    println!(
        "intercept  {:+.3}, left open {:.3}; prior 0, SD {:.3} between centres",
        found.intercept, found.intercept_sd, found.intercept_prior_sd
    );
    println!(
        "slope      {:.3}, left open {:.3}; prior 1, SD {:.3}",
        found.slope, found.slope_sd, found.slope_prior_sd
    );
    println!(
        "gain       {:.4} ({:.4} to {:.4}) in log likelihood per patient, held out, {:.0} % interval",
        found.gain.per_patient,
        found.gain.low,
        found.gain.high,
        found.gain.interval_level * 100.0
    );
    if found.unusual {
        eprintln!(
            "the intercept is further from 0 than centres usually are: check the units and the follow-up of the table"
        );
    }
}

pub(crate) fn refused_recalibrations(refused: &[RefusedRecalibration]) {
    for refused in refused {
        eprintln!(
            "{}: {}: {}; the pack answers as shipped",
            refused.file, refused.code, refused.detail
        );
    }
}

/// How far a long job is, on a terminal only.
#[derive(Default)]
pub(crate) struct Progress {
    told: Option<u32>,
}

impl Progress {
    pub(crate) fn tell(&mut self, share: f64) {
        let hundred = (share * 100.0) as u32;
        if self.told != Some(hundred) && std::io::stderr().is_terminal() {
            eprint!("\r{hundred:3} %");
            self.told = Some(hundred);
        }
    }

    pub(crate) fn end(&self) {
        if self.told.is_some() {
            eprint!("\r     \r");
        }
    }
}

/// Why a model gives no answer: its own words where it says more than its code.
pub(crate) fn refusal(refusal: &Refusal) {
    match refusal.parameters.get("detail") {
        Some(detail) => eprintln!("spineboard: {detail}"),
        None => eprintln!("spineboard: no forecast: {}", refusal.code),
    }
}

pub(crate) fn deidentified(view: &DeidentifiedView) {
    // One line for a series, whose images mostly have the same sign.
    let mut lines: BTreeMap<(String, &str, &str), usize> = BTreeMap::new();
    for warning in &view.warnings {
        let (place, said) = match warning.code {
            DeidentifiedWarningCode::BurnedInPossible => (
                Path::new(&warning.path).parent(),
                "may show a name in the picture",
            ),
            DeidentifiedWarningCode::LeftOut => (Some(Path::new(&warning.path)), "left out"),
        };
        let place = place.unwrap_or(Path::new("")).display().to_string();
        *lines.entry((place, said, &warning.detail)).or_default() += 1;
    }
    for ((place, said, detail), count) in lines {
        let count = if count > 1 {
            format!(", {count} images")
        } else {
            String::new()
        };
        eprintln!("{place}: {said} ({detail}{count})");
    }
    println!(
        "{} images, {} files without identity: {}",
        view.images,
        view.files.len(),
        view.folder
    );
    println!(
        "searched {} files for {} identifying values",
        view.searched_files, view.searched_values
    );
    if !view.not_searched.is_empty() {
        println!(
            "too short or too common to be searched: {}",
            view.not_searched.join(", ")
        );
    }
}

pub(crate) fn packs(checks: &[PackCheck]) {
    for check in checks {
        let verdict = if check.ready { "ready" } else { "refused" };
        println!("{verdict}  {}: {}", check.name, check.verdict);
    }
}

pub(crate) fn audit(found: &AuditView, language: Language) {
    println!("{} entries, {} faults", found.entries, found.faults.len());
    println!("signing key  {}", found.signing_key);
    for fault in &found.faults {
        audit_fault(fault, language);
    }
}

pub(crate) fn against(found: &AgainstView, earlier: &Path, language: Language) {
    match &found.fault {
        None => println!("{} entries as in {}", found.entries, earlier.display()),
        Some(fault) => audit_fault(fault, language),
    }
}

fn audit_fault(fault: &AuditFaultView, language: Language) {
    eprintln!("{}", board::audit_words(fault, language));
}

pub(crate) fn backup(written: &BackupView) {
    println!(
        "{}: {} bytes, {} revisions, {} entries of the audit log",
        written.path, written.bytes, written.revisions, written.audit_entries
    );
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn join<const COUNT: usize>(parts: [Option<String>; COUNT]) -> String {
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
