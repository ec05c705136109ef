//! What a board should know about the data of a case: missing, stale, implausible, contradictory,
//! about another patient. Findings are shown and never block.

mod identity;

use crate::{
    assessment::FactOrigin,
    case::{AbsenceReason, Case, Entry, Observation, Subject, Value},
    catalogue::{Catalogue, Feature, FeatureId, Kind, Per, ValueProblem},
    facts::{self, Facts, Refusal},
    findings::{Finding, FindingCode, Severity},
    level::Level,
    scores, units,
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Every finding about a case as of a day: the loudest first, then in the order of the catalogue.
pub fn findings(case: &Case, catalogue: &Catalogue, index_date: NaiveDate) -> Vec<Finding> {
    let facts = Facts::at(case, catalogue, index_date);
    let mut found = identity::findings(case);
    found.extend(not_considered(case, catalogue, index_date));
    for ((_, _), observation) in facts::current(case, catalogue, index_date) {
        if let Some(feature) = catalogue.feature(&observation.feature) {
            found.extend(about_value(feature, observation));
            found.extend(stale(feature, observation, index_date));
        }
    }
    found.extend(contradictions(case, catalogue, index_date, &facts));
    found.extend(typed(case, catalogue, index_date, &facts));
    found.extend(missing(catalogue, &facts));
    found.extend(index_level_unclear(case));
    let place = |finding: &Finding| {
        finding
            .feature
            .as_ref()
            .map(|id| catalogue.position(id).unwrap_or(usize::MAX))
    };
    found.sort_by(|one, other| {
        (
            one.severity,
            place(one),
            &one.subject,
            one.code,
            &one.parameters,
        )
            .cmp(&(
                other.severity,
                place(other),
                &other.subject,
                other.code,
                &other.parameters,
            ))
    });
    found
}

/// A finding about one observation.
fn about(
    observation: &Observation,
    code: FindingCode,
    severity: Severity,
    parameters: &[(&str, String)],
) -> Finding {
    Finding {
        code,
        severity,
        feature: Some(observation.feature.clone()),
        subject: Some(observation.subject.clone()),
        parameters: parameters
            .iter()
            .map(|(name, text)| ((*name).to_owned(), text.clone()))
            .collect(),
    }
}

/// Observations that no assessment of this day looks at.
fn not_considered(case: &Case, catalogue: &Catalogue, index_date: NaiveDate) -> Vec<Finding> {
    let judge = |observation: &Observation| {
        let Some(feature) = catalogue
            .feature(&observation.feature)
            .filter(|feature| feature.asked)
        else {
            return Some(about(
                observation,
                FindingCode::UnknownFeature,
                Severity::Warning,
                &[],
            ));
        };
        if !facts::fits_subject(feature, &observation.subject) {
            let per = match feature.per {
                Per::Patient => "patient",
                Per::Level => "level",
                Per::Lesion => "lesion",
            };
            let per = [("per", per.to_owned())];
            return Some(about(
                observation,
                FindingCode::WrongSubject,
                Severity::Warning,
                &per,
            ));
        }
        let later = feature.kind != Kind::Outcome && !facts::made_by(observation, index_date);
        later.then(|| {
            let date = [("date", facts::held_on(observation).to_string())];
            about(
                observation,
                FindingCode::AfterIndexDate,
                Severity::Note,
                &date,
            )
        })
    };
    case.observations.iter().filter_map(judge).collect()
}

/// What is wrong with the value that counts.
fn about_value(feature: &Feature, observation: &Observation) -> Option<Finding> {
    let Entry::Known { value, unit } = &observation.entry else {
        return None;
    };
    let unit = unit.as_deref();
    let shown = ("value", shown(feature, value, unit));
    let usable = facts::usable(feature, observation, value, unit);
    let used = usable.is_ok();
    let suggested = value
        .as_number()
        .and_then(|number| units::suggest_unit(feature, number, unit));
    let (code, parameters) = match (usable, suggested) {
        (Ok(_) | Err(Refusal::ProbablyUnit), Some(suggested)) => {
            let parameters = vec![
                shown,
                ("number", value.as_number()?.to_string()),
                ("suggested_unit", suggested.to_owned()),
                ("use", if used { "used" } else { "not_used" }.to_owned()),
            ];
            (FindingCode::ImplausibleUnit, parameters)
        }
        (Ok(Value::Number(number)), None) => {
            let limits = feature.limits?;
            if units::plausible(feature, number, None) != Ok(false) {
                return None;
            }
            let limit = |limit: f64| with_unit(&limit.to_string(), feature.unit.as_deref());
            let parameters = vec![
                shown,
                ("min", limit(limits.min)),
                ("max", limit(limits.max)),
            ];
            (FindingCode::Implausible, parameters)
        }
        (Ok(_) | Err(Refusal::ProbablyUnit), None) => return None,
        (Err(Refusal::UnknownUnit(unknown)), _) => {
            let accepted = match unknown.accepted.as_str() {
                "" => "no_unit".to_owned(),
                units => units.to_owned(),
            };
            let parameters = vec![("unit", unknown.unit), ("accepted", accepted)];
            (FindingCode::UnknownUnit, parameters)
        }
        (Err(Refusal::Value(ValueProblem::UnknownOption)), _) => {
            (FindingCode::UnknownOption, vec![shown])
        }
        (Err(Refusal::Value(problem)), _) => {
            let parameters = vec![shown, ("problem", problem.id().to_owned())];
            (FindingCode::InvalidValue, parameters)
        }
    };
    Some(about(observation, code, Severity::Warning, &parameters))
}

fn stale(feature: &Feature, observation: &Observation, index_date: NaiveDate) -> Option<Finding> {
    let Entry::Known { value, unit } = &observation.entry else {
        return None;
    };
    facts::usable(feature, observation, value, unit.as_deref()).ok()?;
    let limit = feature.stale_after_days?;
    let days = (index_date - facts::held_on(observation)).num_days();
    (days > i64::from(limit)).then(|| {
        let parameters = [("days", days.to_string()), ("limit", limit.to_string())];
        about(
            observation,
            FindingCode::Stale,
            weight(feature),
            &parameters,
        )
    })
}

/// Facts that exclude each other, for the patient and for every level that has facts.
fn contradictions(
    case: &Case,
    catalogue: &Catalogue,
    index_date: NaiveDate,
    facts: &Facts,
) -> Vec<Finding> {
    let levels: BTreeSet<Level> = levels(case).into_iter().chain(facts.level()).collect();
    let about: Vec<Facts> = levels
        .into_iter()
        .map(|level| Facts::about_level(case, catalogue, index_date, Some(level)))
        .collect();
    let mut found = Vec::new();
    for contradiction in catalogue.contradictions() {
        let reads = contradiction.reads();
        let of_level = |id: &FeatureId| catalogue.feature(id).is_some_and(|f| f.per == Per::Level);
        let (judged, by_level) = match reads.iter().any(of_level) {
            true => (about.as_slice(), true),
            false => (std::slice::from_ref(facts), false),
        };
        for facts in judged
            .iter()
            .filter(|facts| facts.contradicts(contradiction))
        {
            let level = facts.level().filter(|_| by_level).map(Subject::Level);
            found.push(Finding {
                code: FindingCode::Contradiction,
                severity: Severity::Warning,
                feature: None,
                subject: Some(level.unwrap_or(Subject::Patient)),
                parameters: BTreeMap::from([("rule".to_owned(), contradiction.id.clone())]),
            });
        }
    }
    found
}

/// Totals and classes that were typed, and whether the other facts say otherwise.
fn typed(case: &Case, catalogue: &Catalogue, index_date: NaiveDate, facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    for feature in catalogue.features() {
        let Some(fact) = facts.fact(&feature.id) else {
            continue;
        };
        if !matches!(fact.origin, FactOrigin::Observed { .. }) {
            continue;
        }
        let computed = if feature.id.as_str() == "age" {
            age_that_differs(case, index_date, &fact.value)
        } else if feature.derived {
            let rule = catalogue.rule(&feature.id);
            match rule.and_then(|rule| rule.apply(facts).ok().flatten()) {
                Some(computed) if computed == fact.value => continue,
                computed => computed,
            }
        } else {
            continue;
        };
        let is_age = !feature.derived;
        let mut parameters = BTreeMap::from([(
            "value".to_owned(),
            shown(feature, &fact.value, feature.unit.as_deref()),
        )]);
        let (code, severity) = match computed {
            Some(computed) => {
                let computed = shown(feature, &computed, feature.unit.as_deref());
                parameters.insert("computed".to_owned(), computed);
                (FindingCode::TypedDiffers, Severity::Warning)
            }
            None if is_age => continue,
            None => (FindingCode::TypedTotal, Severity::Note),
        };
        let (feature, subject) = (Some(feature.id.clone()), Some(fact.subject.clone()));
        found.push(Finding {
            code,
            severity,
            feature,
            subject,
            parameters,
        });
    }
    found
}

/// The age by the birth date, where the typed one is off by more than a birthday.
fn age_that_differs(case: &Case, index_date: NaiveDate, typed: &Value) -> Option<Value> {
    let years = f64::from(index_date.years_since(case.identity.birth_date?)?);
    ((typed.as_number()? - years).abs() > 1.0).then_some(Value::Number(years))
}

/// What a score or a model would read and nobody has recorded.
fn missing(catalogue: &Catalogue, facts: &Facts) -> Vec<Finding> {
    let needed = needed(catalogue, facts);
    let mut found = Vec::new();
    for feature in catalogue
        .features()
        .iter()
        .filter(|feature| needed.contains(&feature.id))
    {
        let subject = match (feature.per, facts.level()) {
            (Per::Level, Some(level)) => Subject::Level(level),
            _ => Subject::Patient,
        };
        let (code, severity, parameters) = match facts.absence(&feature.id) {
            Some(AbsenceReason::NotApplicable) => continue,
            Some(reason) => {
                let reason = ("absence".to_owned(), reason.id().to_owned());
                (
                    FindingCode::RecordedAbsent,
                    Severity::Note,
                    BTreeMap::from([reason]),
                )
            }
            None => (FindingCode::Missing, weight(feature), BTreeMap::new()),
        };
        let (feature, subject) = (Some(feature.id.clone()), Some(subject));
        found.push(Finding {
            code,
            severity,
            feature,
            subject,
            parameters,
        });
    }
    found
}

/// What has to be entered before every score is computed and every model reads all it can. What
/// was recorded with an unusable value has a finding of its own.
///
/// Without a level, one remark about the level stands for all that hangs on it.
fn needed(catalogue: &Catalogue, facts: &Facts) -> BTreeSet<FeatureId> {
    let tables = scores::shipped();
    let mut needed: BTreeSet<FeatureId> = tables
        .iter()
        .flat_map(|table| table.reads())
        .flat_map(|read| facts.missing(&read))
        .collect();
    let by_a_model = |feature: &&Feature| {
        feature
            .read_by
            .iter()
            .any(|reader| tables.iter().all(|table| table.id != *reader))
    };
    let read: Vec<&Feature> = catalogue.features().iter().filter(by_a_model).collect();
    needed.extend(read.iter().flat_map(|feature| facts.missing(&feature.id)));
    let level = FeatureId::unchecked("vertebral_level");
    needed.retain(|id| {
        *id == level
            || catalogue.feature(id).is_some_and(|feature| {
                !feature.blank_is_usual
                    && !facts.is_refused(id)
                    && facts.relevant(feature)
                    && (feature.per == Per::Patient || facts.level().is_some())
            })
    });
    needed
}

fn index_level_unclear(case: &Case) -> Option<Finding> {
    if case.level_in_question().is_some() {
        return None;
    }
    let levels: Vec<&str> = levels(case).iter().map(|level| level.name()).collect();
    (levels.len() > 1).then(|| Finding {
        code: FindingCode::IndexLevelUnclear,
        severity: Severity::Warning,
        feature: None,
        subject: None,
        parameters: BTreeMap::from([("levels".to_owned(), levels.join(", "))]),
    })
}

fn levels(case: &Case) -> BTreeSet<Level> {
    let level = |observation: &Observation| match observation.subject {
        Subject::Level(level) => Some(level),
        _ => None,
    };
    case.observations.iter().filter_map(level).collect()
}

fn weight(feature: &Feature) -> Severity {
    if feature.important {
        Severity::Warning
    } else {
        Severity::Note
    }
}

/// A value as a person reads it: the label of an option, a number with its unit.
fn shown(feature: &Feature, value: &Value, unit: Option<&str>) -> String {
    match value {
        Value::Flag(flag) => flag.to_string(),
        Value::Code(code) => feature
            .option(code)
            .map_or(code, |option| &option.label)
            .clone(),
        Value::Number(number) => with_unit(&number.to_string(), unit.or(feature.unit.as_deref())),
    }
}

fn with_unit(number: &str, unit: Option<&str>) -> String {
    unit.map_or_else(|| number.to_owned(), |unit| format!("{number} {unit}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        case::{Identity, LinkedStudy, Source},
        words::Words,
    };

    const INDEX: &str = "2026-03-15";

    fn observed(feature: &str, value: Value, on: &str) -> Observation {
        Observation {
            id: format!("{feature} {on}"),
            feature: FeatureId::unchecked(feature),
            subject: Subject::Patient,
            entry: Entry::Known { value, unit: None },
            observed_on: on.parse().ok(),
            recorded_at: format!("{on}T12:00:00Z").parse().expect("a time"),
            source: Source::Typed,
            author: "test".into(),
        }
    }

    fn number(feature: &str, value: f64) -> Observation {
        observed(feature, Value::Number(value), "2026-03-14")
    }

    fn code(feature: &str, value: &str) -> Observation {
        observed(feature, Value::Code(value.to_owned()), "2026-03-14")
    }

    fn at_level(mut observation: Observation, level: &str) -> Observation {
        observation.subject = Subject::Level(level.parse().expect("a level"));
        observation
    }

    fn case(observations: Vec<Observation>) -> Case {
        Case {
            observations,
            ..Case::new("c".into(), Identity::default())
        }
    }

    fn of(case: &Case) -> Vec<Finding> {
        findings(case, Catalogue::shipped(), INDEX.parse().expect("a day"))
    }

    /// Codes and parameters of the findings about one feature.
    fn about_feature(
        observations: Vec<Observation>,
        feature: &str,
    ) -> Vec<(FindingCode, BTreeMap<String, String>)> {
        of(&case(observations))
            .into_iter()
            .filter(|finding| {
                finding
                    .feature
                    .as_ref()
                    .is_some_and(|id| id.as_str() == feature)
            })
            .map(|finding| (finding.code, finding.parameters))
            .collect()
    }

    fn codes(observations: Vec<Observation>, feature: &str) -> Vec<FindingCode> {
        about_feature(observations, feature)
            .into_iter()
            .map(|(code, _)| code)
            .collect()
    }

    fn rules(observations: Vec<Observation>) -> Vec<String> {
        of(&case(observations))
            .into_iter()
            .filter(|finding| finding.code == FindingCode::Contradiction)
            .map(|finding| finding.parameters["rule"].clone())
            .collect()
    }

    #[test]
    fn a_probable_unit_mix_up_asks_did_you_mean() {
        let mut from_file = number("haemoglobin", 12.5);
        let typed = from_file.clone();
        from_file.source = Source::File {
            name: "cohort.csv".into(),
        };
        let found = about_feature(vec![from_file], "haemoglobin");
        let expected = [
            ("number", "12.5"),
            ("suggested_unit", "g/dL"),
            ("use", "not_used"),
            ("value", "12.5 g/L"),
        ];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(
            found,
            [(FindingCode::ImplausibleUnit, BTreeMap::from(expected))]
        );
        assert_eq!(
            about_feature(vec![typed], "haemoglobin")[0].1["use"],
            "used"
        );
    }

    #[test]
    fn says_what_is_wrong_with_a_value() {
        let mut per_stone = number("albumin", 35.0);
        per_stone.entry = Entry::Known {
            value: Value::Number(35.0),
            unit: Some("stone".into()),
        };
        for (observation, feature, expected) in [
            (
                number("c_reactive_protein", 900.0),
                "c_reactive_protein",
                FindingCode::Implausible,
            ),
            (per_stone, "albumin", FindingCode::UnknownUnit),
            (
                number("albumin", f64::NAN),
                "albumin",
                FindingCode::InvalidValue,
            ),
            (
                number("karnofsky", 75.0),
                "karnofsky",
                FindingCode::InvalidValue,
            ),
            (code("frankel", "F"), "frankel", FindingCode::UnknownOption),
            (
                number("hemoglobin", 120.0),
                "hemoglobin",
                FindingCode::UnknownFeature,
            ),
            (
                code("vertebral_level", "T8"),
                "vertebral_level",
                FindingCode::UnknownFeature,
            ),
            (
                code("bilsky_grade", "3"),
                "bilsky_grade",
                FindingCode::WrongSubject,
            ),
        ] {
            let found = codes(vec![observation], feature);
            assert!(found.contains(&expected), "{feature}: {found:?}");
        }
        assert_eq!(codes(vec![number("albumin", 35.0)], "albumin"), []);
    }

    #[test]
    fn a_later_or_older_observation_is_said() {
        let later = observed("albumin", Value::Number(35.0), "2026-03-16");
        let found = codes(vec![later], "albumin");
        assert_eq!(found, [FindingCode::Missing, FindingCode::AfterIndexDate]);
        // 14 days are allowed; 28 February is 15 days before 15 March 2026.
        let old = observed("albumin", Value::Number(35.0), "2026-02-28");
        let found = about_feature(vec![old], "albumin");
        let expected = [("days", "15"), ("limit", "14")];
        let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(found, [(FindingCode::Stale, BTreeMap::from(expected))]);
        let death = observed("death", Value::Code("2026-05-01".into()), "2026-05-01");
        assert_eq!(codes(vec![death], "death"), []);
    }

    #[test]
    fn asks_only_for_what_would_settle_a_score() {
        let blank = of(&case(vec![]));
        let asked: BTreeSet<&str> = blank
            .iter()
            .filter(|finding| finding.code == FindingCode::Missing)
            .filter_map(|finding| finding.feature.as_ref().map(FeatureId::as_str))
            .collect();
        assert!(asked.contains("primary_tumour") && asked.contains("vertebral_level"));
        assert!(!asked.contains("bilsky_grade"), "no level is in question");
        assert!(
            !asked.contains("oestrogen_receptor"),
            "the primary is not known to be breast"
        );
        assert!(
            !asked.contains("tomita_growth"),
            "its input is asked instead"
        );
        assert!(!asked.contains("tumour_volume"), "nothing reads it");

        assert_eq!(
            codes(vec![code("primary_tumour", "breast")], "oestrogen_receptor"),
            [FindingCode::Missing]
        );
        // No visceral metastases covers the pleura, so that is not asked again.
        assert_eq!(
            codes(
                vec![code("visceral_metastases", "none")],
                "pleural_metastasis"
            ),
            []
        );
        assert_eq!(
            codes(
                vec![code("visceral_metastases", "resectable")],
                "pleural_metastasis"
            ),
            [FindingCode::Missing]
        );
        // No published class, so a person has to choose it.
        assert_eq!(
            codes(vec![code("primary_tumour", "thymus")], "tomita_growth"),
            [FindingCode::Missing]
        );
    }

    #[test]
    fn a_recorded_absence_is_said_with_its_reason() {
        let mut pending = number("albumin", 0.0);
        pending.entry = Entry::Absent {
            absent: AbsenceReason::Pending,
        };
        let found = about_feature(vec![pending.clone()], "albumin");
        let reason = BTreeMap::from([("absence".to_owned(), "pending".to_owned())]);
        assert_eq!(found, [(FindingCode::RecordedAbsent, reason)]);
        pending.entry = Entry::Absent {
            absent: AbsenceReason::NotApplicable,
        };
        assert_eq!(codes(vec![pending], "albumin"), []);
    }

    #[test]
    fn finds_facts_that_exclude_each_other() {
        for (one, other, rule) in [
            (
                number("ecog", 0.0),
                code("frankel", "A"),
                "ecog_0_with_severe_deficit",
            ),
            (
                number("karnofsky", 90.0),
                code("frankel", "A"),
                "karnofsky_90_with_severe_deficit",
            ),
            (
                code("walking", "independent"),
                code("frankel", "B"),
                "walking_without_motor_function",
            ),
            (
                code("walking", "not_walking"),
                number("ecog", 0.0),
                "not_walking_with_ecog_0",
            ),
            (
                number("ecog", 1.0),
                number("karnofsky", 50.0),
                "ecog_and_karnofsky_disagree",
            ),
            (
                number("ecog", 4.0),
                number("karnofsky", 60.0),
                "ecog_and_karnofsky_disagree",
            ),
            (
                code("primary_tumour", "prostate"),
                code("sex", "female"),
                "primary_tumour_with_sex",
            ),
            (
                number("neutrophils", 9.0),
                number("leucocytes", 6.0),
                "neutrophils_above_leucocytes",
            ),
            (
                code("visceral_metastases", "none"),
                observed("liver_metastasis", Value::Flag(true), "2026-03-14"),
                "no_visceral_metastases_with_involved_organ",
            ),
        ] {
            assert_eq!(rules(vec![one, other]), [rule]);
        }
    }

    #[test]
    fn facts_that_go_together_are_left_alone() {
        for (one, other) in [
            (number("ecog", 1.0), number("karnofsky", 90.0)),
            (number("ecog", 3.0), number("karnofsky", 60.0)),
            (number("ecog", 0.0), code("frankel", "D")),
            (code("walking", "with_aid"), code("frankel", "C")),
            (code("primary_tumour", "breast"), code("sex", "male")),
            (
                number("neutrophils", 9.0),
                observed("leucocytes", Value::Number(6.0), "2026-03-13"),
            ),
        ] {
            assert_eq!(rules(vec![one, other]), Vec::<String>::new());
        }
    }

    #[test]
    fn a_contradiction_at_any_level_is_found_and_names_it() {
        let mut case = case(vec![
            at_level(code("bilsky_grade", "3"), "T8"),
            at_level(number("canal_compromise", 0.0), "T8"),
            at_level(number("canal_compromise", 0.0), "L2"),
        ]);
        case.index_level = "L2".parse().ok();
        let found: Vec<Finding> = of(&case)
            .into_iter()
            .filter(|finding| finding.code == FindingCode::Contradiction)
            .collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, "T8".parse().ok().map(Subject::Level));
    }

    #[test]
    fn several_levels_need_one_to_be_chosen() {
        let two = vec![
            at_level(code("bilsky_grade", "3"), "T8"),
            at_level(code("bilsky_grade", "0"), "L2"),
        ];
        let unclear = |case: &Case| {
            of(case)
                .iter()
                .any(|f| f.code == FindingCode::IndexLevelUnclear)
        };
        let mut case = case(two);
        assert!(unclear(&case));
        case.index_level = "T8".parse().ok();
        assert!(!unclear(&case));
    }

    #[test]
    fn a_typed_class_is_said_and_compared_with_the_rule() {
        let typed = || code("tomita_growth", "rapid");
        assert_eq!(
            codes(vec![typed()], "tomita_growth"),
            [FindingCode::TypedTotal]
        );
        let differing = vec![typed(), code("primary_tumour", "breast")];
        assert_eq!(
            codes(differing, "tomita_growth"),
            [FindingCode::TypedDiffers]
        );
        assert_eq!(
            codes(
                vec![typed(), code("primary_tumour", "lung")],
                "tomita_growth"
            ),
            []
        );
    }

    #[test]
    fn a_typed_age_is_compared_with_the_birth_date() {
        let mut case = case(vec![number("age", 70.0)]);
        case.identity.birth_date = "1950-03-16".parse().ok();
        let differs = |case: &Case| of(case).iter().any(|f| f.code == FindingCode::TypedDiffers);
        assert!(differs(&case));
        case.identity.birth_date = "1955-06-01".parse().ok();
        assert!(!differs(&case));
    }

    #[test]
    fn the_loudest_come_first_and_then_the_order_of_the_catalogue() {
        let mut case = case(vec![number("haemoglobin", 12.5), code("frankel", "F")]);
        case.identity.patient_id = "1".into();
        case.studies.push(LinkedStudy {
            study_instance_uid: "2.25.1".into(),
            folder: String::new(),
            description: String::new(),
            study_date: None,
            patient_id: "2".into(),
            patient_name: String::new(),
            patient_birth_date: None,
            mismatch_confirmed_by: None,
        });
        let found = of(&case);
        assert_eq!(found[0].code, FindingCode::PatientMismatch);
        assert!(
            found
                .windows(2)
                .all(|pair| pair[0].severity <= pair[1].severity)
        );
        let place = |wanted: FindingCode| found.iter().position(|finding| finding.code == wanted);
        assert!(place(FindingCode::UnknownOption) < place(FindingCode::ImplausibleUnit));
    }

    #[test]
    fn every_finding_reads_as_a_whole_sentence() {
        let mut studied = case(vec![
            number("haemoglobin", 12.5),
            number("c_reactive_protein", 900.0),
            number("albumin", -1.0),
            number("hemoglobin", 120.0),
            code("frankel", "F"),
            code("bilsky_grade", "3"),
            at_level(code("bilsky_grade", "3"), "T8"),
            at_level(number("albumin", 30.0), "L2"),
            number("ecog", 0.0),
            code("walking", "not_walking"),
            code("primary_tumour", "breast"),
            code("tomita_growth", "rapid"),
            observed("platelets", Value::Number(200.0), "2026-01-01"),
            observed("bilirubin", Value::Number(20.0), "2026-05-01"),
        ]);
        studied.observations[2].entry = Entry::Known {
            value: Value::Number(1.0),
            unit: Some("x".into()),
        };
        for finding in of(&studied) {
            let sentence = Words::shipped("en").finding(&finding, Catalogue::shipped());
            assert!(sentence.ends_with(['.', '?']), "{sentence}");
            assert!(!sentence.contains(['{', '}', '_']), "{sentence}");
        }
    }
}
