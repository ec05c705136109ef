//! A study in words, for paper and terminal. The screen fills the same words, `study.<key>`, itself.

use super::{
    CohortPart, CohortPartKind, CohortStudy, LeftOut, MODEL, PassedColumn, PredictorSource,
};
use crate::{
    assessment::{FigureProvenance, ScorePopulation},
    catalogue::{Catalogue, FeatureId},
    performance::{CalibrationState, Compared, Comparison, Figure, NotEstimable},
    scores,
    words::Words,
};

/// Facts that are named where a score lacks many.
const LACKING_NAMED: usize = 3;

/// The words and labels that a study is told in.
#[derive(Debug, Clone, Copy)]
pub struct StudyWords<'a> {
    pub words: &'a Words,
    pub catalogue: &'a Catalogue,
}

impl StudyWords<'_> {
    /// The words of `study.<key>`.
    pub fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.words.text(&format!("study.{key}"), values)
    }

    /// The short name of a predictor.
    pub fn name(&self, id: &str) -> String {
        if id == MODEL {
            return self.say("model", &[]);
        }
        let table = scores::prognostic().find(|table| table.id == id);
        table
            .map_or(id, |table| table.short_name.as_str())
            .to_owned()
    }

    pub fn feature(&self, id: &str) -> String {
        let feature = self.catalogue.feature(&FeatureId::unchecked(id));
        feature
            .map_or(id, |feature| feature.label.as_str())
            .to_owned()
    }

    /// How many lines were read, what the model is, and in which setting it answers.
    pub fn read(&self, study: &CohortStudy) -> Vec<String> {
        let (patients, lines) = (study.result.patients.to_string(), study.lines.to_string());
        let counts = [("patients", patients.as_str()), ("lines", lines.as_str())];
        let setting = match &study.setting {
            Some(setting) => self.say("setting", &[("setting", setting)]),
            None => self.say("no_setting", &[]),
        };
        let model = study.pack.as_ref().map(|pack| {
            let part = |code: &String| {
                let key = format!("screen.model.rests_on_{code}");
                self.words.text(&key, &[])
            };
            let parts: Vec<String> = pack.rests_on.iter().map(part).collect();
            let values = [
                ("name", pack.name.as_str()),
                ("version", &pack.version),
                ("parts", &parts.join(", ")),
            ];
            self.say("model_is", &values)
        });
        let mut said = vec![self.say("counts", &counts)];
        said.extend(model);
        said.push(setting);
        said
    }

    /// What makes the comparison doubtful, the gravest first. Faults of lines are not among it.
    pub fn doubts(&self, study: &CohortStudy) -> Vec<String> {
        let suspicious = study.result.suspicious.iter().map(|fact| {
            let c = self.decimal(fact.harrell_c, 2);
            let feature = self.feature(&fact.feature);
            self.say("suspicious", &[("feature", &feature), ("c", &c)])
        });
        let recalibrated = study.pack.iter().filter_map(|pack| {
            let recalibration = pack.recalibration.as_deref()?;
            let values = [
                ("patients", recalibration.patients.to_string()),
                ("deaths", recalibration.deaths.to_string()),
                ("person", recalibration.person.clone()),
                ("date", self.words.language().date(recalibration.date)),
            ];
            let values = values
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            let named = self.words.text("recalibration.named", &values);
            Some(format!("{named} {}", self.say("recalibrated", &[])))
        });
        let developed_here = study.developed_here.iter();
        let developed_here =
            developed_here.map(|id| self.say("developed_here", &[("name", &self.name(id))]));
        let passed = study.passed.iter().map(|column| self.passed(column));
        suspicious
            .chain(recalibrated)
            .chain(developed_here)
            .chain(passed)
            .collect()
    }

    /// How to read the figures.
    pub fn notes(&self, study: &CohortStudy) -> Vec<String> {
        let reading = study.result.any().map(|comparison| {
            let (tau, count) = (
                comparison.tau.to_string(),
                comparison.bootstraps.to_string(),
            );
            let seed = comparison.seed.to_string();
            let values = [
                ("tau", tau.as_str()),
                ("count", count.as_str()),
                ("seed", seed.as_str()),
            ];
            self.say("note_reading", &values)
        });
        let others = ["note_difference", "note_censoring", "note_no_winner"];
        let others = others.map(|note| self.say(note, &[]));
        reading.into_iter().chain(others).collect()
    }

    /// Which scores take no part on the same rows, and why.
    pub fn left_out(&self, study: &CohortStudy) -> Vec<String> {
        let named = |why: LeftOut| {
            let scores = study.result.predictors.iter();
            let scores = scores.filter(|source| source.left_out == Some(why));
            let names: Vec<String> = scores.map(|source| self.name(&source.id)).collect();
            let key = format!("not_on_these_rows_{}", why.code());
            (!names.is_empty()).then(|| self.say(&key, &[("names", &names.join(", "))]))
        };
        let reasons = [LeftOut::FewRows, LeftOut::NoRow];
        reasons.into_iter().filter_map(named).collect()
    }

    /// That a column was not read, and why.
    pub fn passed(&self, column: &PassedColumn) -> String {
        let name = ("name", column.name.as_str());
        match &column.nearest {
            Some(nearest) => self.say("passed_nearest", &[name, ("nearest", nearest)]),
            None => self.say(&format!("passed_{}", column.reason.code()), &[name]),
        }
    }

    /// Patients, deaths, and what is known at each horizon.
    pub fn counts(&self, comparison: &Comparison) -> String {
        let counts = &comparison.counts;
        let (patients, deaths) = (counts.patients.to_string(), counts.deaths.to_string());
        let values = [("patients", patients.as_str()), ("deaths", deaths.as_str())];
        let mut sentences = vec![self.say("patients_and_deaths", &values)];
        for horizon in &counts.horizons {
            let values = [
                ("months", horizon.months.to_string()),
                ("deaths", horizon.deaths.to_string()),
                ("alive", horizon.known_alive.to_string()),
                ("censored", horizon.censored_before.to_string()),
            ];
            let values = values
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            sentences.push(self.say("at_horizon", &values));
        }
        sentences.join(" ")
    }

    /// "0.742 (0.713 to 0.771)" with so many digits, or why there is none.
    pub fn figure(&self, figure: &Figure, digits: usize) -> String {
        let estimate = match figure {
            Figure::Estimated(estimate) => estimate,
            Figure::NotEstimable { reason } => return self.why_not(reason),
        };
        let point = self.decimal(estimate.point, digits);
        let Some(interval) = estimate.interval else {
            return point;
        };
        let (low, high) = (
            self.decimal(interval.low, digits),
            self.decimal(interval.high, digits),
        );
        let values = [
            ("point", point.as_str()),
            ("low", low.as_str()),
            ("high", high.as_str()),
        ];
        self.say("with_interval", &values)
    }

    /// A net benefit as patients of 100, as the curves have it, or why there is none.
    pub fn benefit(&self, benefit: &Figure) -> String {
        match benefit {
            Figure::Estimated(estimate) => self.decimal(estimate.point * 100.0, 1),
            Figure::NotEstimable { reason } => self.why_not(reason),
        }
    }

    /// A difference from the model and what it shows; nothing for the model itself.
    pub fn difference(&self, compared: &Compared, digits: usize) -> Option<String> {
        let difference = self.figure(compared.difference.as_ref()?, digits);
        if compared.difference.as_ref()?.estimate().is_none() {
            return Some(difference);
        }
        let verdict = self.say(&format!("shown_{}", compared.shown?.code()), &[]);
        let values = [
            ("difference", difference.as_str()),
            ("verdict", verdict.as_str()),
        ];
        Some(self.say("with_verdict", &values))
    }

    /// Observed over expected, intercept and slope in one line, or why there are none.
    pub fn calibration(&self, calibration: &CalibrationState) -> String {
        let found = match calibration {
            CalibrationState::Assessed(found) => found,
            CalibrationState::NotEstimable { reason } => return self.why_not(reason),
        };
        let figures = [
            (
                "column_observed_over_expected",
                &found.observed_over_expected,
            ),
            ("column_intercept", &found.intercept),
            ("column_slope", &found.slope),
        ];
        let figures = figures
            .map(|(label, figure)| format!("{} {}", self.say(label, &[]), self.figure(figure, 2)));
        figures.join("; ")
    }

    /// A number as [`decimal`] writes it, with the mark of the language.
    pub fn decimal(&self, value: f64, digits: usize) -> String {
        self.words.language().decimal(&decimal(value, digits))
    }

    /// A share as [`percent`] writes it, with the mark of the language.
    pub fn percent(&self, share: f64) -> String {
        self.words.language().decimal(&percent(share))
    }

    pub fn why_not(&self, reason: &NotEstimable) -> String {
        let parameters = reason.parameters();
        let values: Vec<(&str, &str)> = parameters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.say(&format!("reason_{}", reason.code()), &values)
    }

    /// A primary tumour by its label, or an era by its years.
    pub fn part(&self, part: &CohortPart) -> String {
        let feature = self
            .catalogue
            .feature(&FeatureId::unchecked("primary_tumour"));
        let option = match part.kind {
            CohortPartKind::Primary => feature.and_then(|feature| feature.option(&part.value)),
            CohortPartKind::Era => None,
        };
        option
            .map_or(part.value.as_str(), |option| option.label.as_str())
            .to_owned()
    }

    /// How many rows a score can use and what the others lack, why it takes no part on the same rows,
    /// which patients it was made from, and where its probabilities come from.
    pub fn source(&self, source: &PredictorSource) -> String {
        let mut sentences = vec![self.say("rows", &[("rows", &source.rows.to_string())])];
        if let Some(left_out) = source.left_out {
            sentences.push(self.say(&format!("left_out_{}", left_out.code()), &[]));
        }
        let lacking = source.lacking.iter().take(LACKING_NAMED).map(|fact| {
            let (feature, rows) = (self.feature(&fact.feature), fact.missing.to_string());
            self.say("lacking_fact", &[("feature", &feature), ("rows", &rows)])
        });
        let lacking = lacking.collect::<Vec<_>>().join(", ");
        if !lacking.is_empty() {
            sentences.push(self.say("lacking", &[("features", &lacking)]));
        }
        if let Some(paper) = &source.paper {
            let population = source.made_from.as_ref().map(population_in_short);
            let values = [
                ("paper", paper.as_str()),
                ("population", population.as_deref().unwrap_or_default()),
            ];
            let key = population.as_ref().map_or("made_by", |_| "made_from");
            sentences.push(self.say(key, &values));
        }
        for one in &source.probabilities {
            let months = one.months.to_string();
            let values = [("months", months.as_str()), ("cohort", one.cohort.as_str())];
            sentences.push(self.say("probabilities", &values));
            if one.provenance != FigureProvenance::Read {
                sentences.push(self.say("probabilities_recalled", &[]));
            }
        }
        if source.probabilities.is_empty() && source.id != MODEL {
            sentences.push(self.say("no_probabilities", &[]));
        }
        sentences.join(" ")
    }
}

/// As the file of the score says it: patients, treatment and years, as far as they are known.
fn population_in_short(population: &ScorePopulation) -> String {
    let patients = population
        .patients
        .map(|patients| format!("n = {patients}"));
    let parts = [
        patients,
        Some(population.treatment.clone()),
        population.years.clone(),
    ];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

/// A share as percent, with a digit after the point where there is one.
pub fn percent(share: f64) -> String {
    let text = decimal(share * 100.0, 1);
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

/// With a minus sign, and never minus nothing.
pub fn decimal(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(number) if number.chars().all(|digit| matches!(digit, '0' | '.')) => number.to_owned(),
        Some(number) => format!("−{number}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::performance::{Estimate, Interval};

    fn words() -> StudyWords<'static> {
        StudyWords {
            words: Words::shipped("en"),
            catalogue: Catalogue::shipped(),
        }
    }

    fn estimated(point: f64, low: f64, high: f64) -> Figure {
        Figure::Estimated(Estimate {
            point,
            interval: Some(Interval { low, high }),
        })
    }

    #[test]
    fn a_difference_around_zero_is_said_not_to_be_shown() {
        let difference = |low, high| {
            let compared =
                Compared::new(estimated(0.7, 0.6, 0.8), Some(estimated(-0.02, low, high)));
            words().difference(&compared, 3)
        };
        assert_eq!(
            difference(-0.05, 0.0104).as_deref(),
            Some("−0.020 (−0.050 to 0.010): no difference shown")
        );
        assert_eq!(
            difference(-0.05, -0.0004).as_deref(),
            Some("−0.020 (−0.050 to 0.000): lower than the model")
        );
        let model = Compared::new(estimated(0.7, 0.6, 0.8), None);
        assert_eq!(words().difference(&model, 3), None);
    }

    #[test]
    fn a_refused_calibration_says_its_counts() {
        let reason = NotEstimable::TooFew {
            events: 40,
            non_events: 230,
            needed: 100,
        };
        assert_eq!(
            words().why_not(&reason),
            "not assessed: 40 deaths and 230 known alive, 100 of each are needed"
        );
    }

    #[test]
    fn net_benefit_is_of_100_patients_and_a_threshold_has_no_needless_digit() {
        assert_eq!(words().benefit(&estimated(-0.078, -0.1, 0.0)), "−7.8");
        assert_eq!(
            [0.3, 0.125, 0.29].map(percent),
            ["30", "12.5", "29"].map(str::to_owned)
        );
    }

    #[test]
    fn every_reason_and_code_has_words() {
        let reasons = [
            NotEstimable::AllCensoredBeforeHorizon,
            NotEstimable::NobodyDied,
            NotEstimable::NobodyAlive,
            NotEstimable::NoProbability,
            NotEstimable::ConstantRisk,
            NotEstimable::ConstantProbability,
            NotEstimable::CertainProbability { patients: 3 },
            NotEstimable::NoDeathExpected,
            NotEstimable::Separated,
            NotEstimable::NoComparablePairs,
        ];
        for reason in reasons {
            let text = words().why_not(&reason);
            assert!(text.starts_with("none: ") && !text.contains('{'), "{text}");
        }
        let codes = [
            "shown_lower",
            "shown_higher",
            "shown_no_difference",
            "shown_unjudged",
        ];
        let codes = codes.into_iter().chain([
            "left_out_no_row",
            "left_out_few_rows",
            "passed_outcome_like",
            "passed_unknown",
            "passed_unit_without_number",
        ]);
        for code in codes {
            assert!(words().words.contains(&format!("study.{code}")), "{code}");
        }
    }
}
