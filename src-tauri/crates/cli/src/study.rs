//! A comparison of the model and the scores on the terminal, in the words of the report.

use board::{CohortStudy, Language, PredictorPerformance, StudyWords, study_words};

/// Digits after the point of AUC and C.
const DIGITS: usize = 3;

/// What was read, the comparison on the same rows, then each score with the model on all rows of the two.
pub(crate) fn print(study: &CohortStudy, language: Language) {
    let words = study_words(language);
    let result = &study.result;
    words.read(study).iter().for_each(|line| println!("{line}"));
    println!("\n{}", words.say("same_rows", &[]));
    match &result.same_rows {
        Some(comparison) => {
            println!("{}", words.counts(comparison));
            words
                .left_out(study)
                .iter()
                .for_each(|line| println!("{line}"));
            let predictors = comparison.predictors.iter();
            predictors.for_each(|one| predictor(&words, one));
        }
        None => println!("{}", words.say("no_same_rows", &[])),
    }
    println!("\n{}", words.say("pairs", &[]));
    println!("{}", words.say("pairs_note", &[]));
    for pair in &result.pairs {
        if let Some(score) = pair.comparison.predictors.last() {
            predictor(&words, score);
            println!("    {}", words.counts(&pair.comparison));
        }
    }
    println!("\n{}", words.say("sources", &[]));
    let scores = result.predictors.iter().skip(1);
    for source in scores {
        println!("  {}: {}", words.name(&source.id), words.source(source));
    }
    println!();
    words
        .notes(study)
        .iter()
        .for_each(|note| println!("{note}"));
    println!("{}", words.words.text("screen.footer.research_use", &[]));
}

/// What makes it doubtful and which lines were left out, on standard error.
pub(crate) fn doubts(study: &CohortStudy, language: Language) {
    let words = study_words(language);
    words
        .doubts(study)
        .iter()
        .for_each(|doubt| eprintln!("{doubt}"));
    eprintln!("{}", words.say("reminder", &[]));
    study.faults.iter().for_each(|fault| eprintln!("{fault}"));
}

/// Discrimination with its intervals, how far it lies from that of the model, and calibration.
fn predictor(words: &StudyWords, one: &PredictorPerformance) {
    println!("  {}", words.name(&one.id));
    let line = |label: &str, compared| {
        let difference = words.difference(compared, DIGITS);
        let difference = difference
            .map(|text| format!("; {text}"))
            .unwrap_or_default();
        println!(
            "    {label}: {}{difference}",
            words.figure(&compared.figure, DIGITS)
        );
    };
    for horizon in &one.horizons {
        let months = horizon.months.to_string();
        line(&words.say("auc_at", &[("months", &months)]), &horizon.auc);
    }
    line(&words.say("column_harrell_c", &[]), &one.harrell_c);
    line(&words.say("column_uno_c", &[]), &one.uno_c);
    for horizon in &one.horizons {
        let (months, calibration) = (
            horizon.months.to_string(),
            words.calibration(&horizon.calibration),
        );
        let values = [("months", months.as_str()), ("calibration", &calibration)];
        println!("    {}", words.say("calibration_at", &values));
    }
}
