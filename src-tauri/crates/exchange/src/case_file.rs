//! A case as a JSON file: written whole, read whole or as a person would write it by hand.
//!
//! ```json
//! { "index_date": "2026-03-01", "index_level": "L3",
//!   "observations": [
//!     { "feature": "age", "value": 67 },
//!     { "feature": "primary_tumour", "value": "breast" },
//!     { "feature": "albumin", "value": 3.4, "unit": "g/dL", "observed_on": "2026-02-27" },
//!     { "feature": "bilsky_grade", "value": "2", "subject": "L3" },
//!     { "feature": "haemoglobin", "absent": "pending" } ],
//!   "courses": [
//!     { "kind": "conventional_radiotherapy", "levels": ["T9"], "dose_gray": 20, "fractions": 5, "started_on": "2025-01-13" },
//!     { "kind": "surgery", "status": "planned", "levels": ["L2", "L3"] } ],
//!   "lesions": [ { "name": "a", "level": "L3", "part": "left pedicle" } ] }
//! ```
//!
//! `schema`, ids, authors, times of recording, sources and subjects may be left out.

use crate::{Defaults, ExchangeError, case_draft::CaseDraft};
use clinical::{
    case::{CASE_SCHEMA, Case, Entry, Value},
    catalogue::Catalogue,
};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
};

/// Larger files are not read.
pub const FILE_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// Longer than any question or note; a report measures each letter of a text several times.
pub const TEXT_LIMIT_CHARACTERS: usize = 10_000;

/// Reads a case file.
pub fn read(
    path: &Path,
    catalogue: &Catalogue,
    defaults: &mut Defaults<'_>,
) -> Result<Case, ExchangeError> {
    let unreadable = |reason| ExchangeError::Unreadable {
        path: path.to_owned(),
        reason,
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(FILE_LIMIT_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    parse(&bytes, catalogue, defaults)
}

/// Reads the content of a case file.
pub fn parse(
    bytes: &[u8],
    catalogue: &Catalogue,
    defaults: &mut Defaults<'_>,
) -> Result<Case, ExchangeError> {
    if bytes.len() as u64 > FILE_LIMIT_BYTES {
        return Err(ExchangeError::TooLarge {
            limit: FILE_LIMIT_BYTES / 1024 / 1024,
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| ExchangeError::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match text.trim_start().chars().next() {
        None => return Err(ExchangeError::Empty),
        Some('{') => {}
        // Serde would read a list as the fields of a case in their order.
        Some(_) => return Err(ExchangeError::NotACase),
    }
    check_schema(text)?;
    let draft: CaseDraft = serde_json::from_str(text).map_err(syntax)?;
    let case = draft.complete(catalogue, defaults)?;
    check_texts(&case)?;
    Ok(case)
}

/// Refuses a case with a text of more than [`TEXT_LIMIT_CHARACTERS`].
pub fn check_texts(case: &Case) -> Result<(), ExchangeError> {
    check_length(case)
}

/// Refuses a record with a text of more than [`TEXT_LIMIT_CHARACTERS`].
pub fn check_length(record: &impl Serialize) -> Result<(), ExchangeError> {
    let whole = serde_json::to_value(record).map_err(syntax)?;
    match has_long_text(&whole) {
        true => Err(ExchangeError::TextTooLong {
            limit: TEXT_LIMIT_CHARACTERS,
        }),
        false => Ok(()),
    }
}

fn has_long_text(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.chars().nth(TEXT_LIMIT_CHARACTERS).is_some(),
        serde_json::Value::Array(items) => items.iter().any(has_long_text),
        serde_json::Value::Object(fields) => fields.values().any(has_long_text),
        _ => false,
    }
}

/// The text of a case file. Numbers that JSON cannot hold are refused.
pub fn to_json(case: &Case) -> Result<String, ExchangeError> {
    for (position, observation) in case.observations.iter().enumerate() {
        if let Entry::Known {
            value: Value::Number(number),
            ..
        } = observation.entry
            && !number.is_finite()
        {
            return Err(ExchangeError::Observation {
                number: position + 1,
                feature: observation.feature.to_string(),
                reason: "its value is not a finite number".to_owned(),
            });
        }
    }
    serde_json::to_string_pretty(case)
        .map(|text| text + "\n")
        .map_err(syntax)
}

/// Writes a case file; an existing file stays whole until the new one is on disk.
pub fn write(path: &Path, case: &Case) -> Result<(), ExchangeError> {
    let text = to_json(case)?;
    let part = path.with_added_extension("part");
    let written = File::create(&part)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())
                .and_then(|()| file.sync_all())
        })
        .and_then(|()| std::fs::rename(&part, path));
    written.map_err(|reason| {
        // What is half written is worth nothing; the reason to report is the first one.
        let _ = std::fs::remove_file(&part);
        ExchangeError::Unwritable {
            path: path.to_owned(),
            reason,
        }
    })
}

/// The schema is looked at first, so that a newer file is not called misspelt.
fn check_schema(text: &str) -> Result<(), ExchangeError> {
    #[derive(Deserialize)]
    struct SchemaOnly {
        schema: Option<u64>,
    }
    match serde_json::from_str::<SchemaOnly>(text)
        .map_err(syntax)?
        .schema
    {
        Some(found) if found > u64::from(CASE_SCHEMA) => Err(ExchangeError::NewerSchema { found }),
        Some(found) if found != u64::from(CASE_SCHEMA) => {
            Err(ExchangeError::UnknownSchema { found })
        }
        _ => Ok(()),
    }
}

fn syntax(error: serde_json::Error) -> ExchangeError {
    if error.is_eof() {
        return ExchangeError::CutOff { line: error.line() };
    }
    let place = format!(" at line {} column {}", error.line(), error.column());
    let reason = error.to_string();
    ExchangeError::Syntax {
        line: error.line(),
        column: error.column(),
        reason: reason.strip_suffix(&place).unwrap_or(&reason).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use chrono::{DateTime, NaiveDate, Utc};
    use clinical::{
        assessment::TreatmentOption,
        case::{
            AbsenceReason, BoardEpisode, BoardEstimate, CourseStatus, Identity, KeyImage, Lesion,
            LinkedStudy, Observation, Source, Subject, TreatmentCourse, TreatmentKind,
        },
        catalogue::FeatureId,
        decision::{
            Action, ActionDone, Addendum, BoardDecision, CarriedOut, CarriedOutState, Position,
            PositionStance, Recommendation, Seal,
        },
        follow_up::{Complication, EventSince, FollowUp, Retreatment, VitalStatus},
        level::Level,
        marks::{
            LabelAnchor, Mark, MarkKind, MarkPart, Measured, OutlineModel, Quantity, SpineLabel,
            SpineLabels, Unit,
        },
        pathway_clock::{Milestone, MilestoneKind},
    };
    use proptest::prelude::*;

    fn now() -> DateTime<Utc> {
        "2026-03-02T10:00:00Z".parse().unwrap()
    }

    fn parsed(text: &str) -> Result<Case, ExchangeError> {
        let mut count = 0;
        let mut new_id = || {
            count += 1;
            format!("new-{count}")
        };
        let mut defaults = Defaults {
            now: now(),
            author: "Dr Test",
            new_id: &mut new_id,
        };
        parse(text.as_bytes(), Catalogue::shipped(), &mut defaults)
    }

    fn refusal(text: &str) -> String {
        match parsed(text) {
            Ok(_) => panic!("was read: {text}"),
            Err(error) => error.to_string(),
        }
    }

    fn known(case: &Case, position: usize) -> (&Value, Option<&str>) {
        match &case.observations[position].entry {
            Entry::Known { value, unit } => (value, unit.as_deref()),
            Entry::Absent { .. } => panic!("absent"),
        }
    }

    #[test]
    fn a_text_without_end_is_refused() {
        let parse_with = |length: usize| {
            let name = "N".repeat(length);
            let file = format!(r#"{{"identity":{{"family_name":"{name}"}}}}"#);
            let mut new_id = || "new".to_owned();
            let mut defaults = Defaults {
                now: chrono::DateTime::UNIX_EPOCH,
                author: "Dr Test",
                new_id: &mut new_id,
            };
            parse(file.as_bytes(), Catalogue::shipped(), &mut defaults)
        };
        assert!(parse_with(TEXT_LIMIT_CHARACTERS).is_ok());
        let refused = parse_with(TEXT_LIMIT_CHARACTERS + 1).unwrap_err();
        assert_eq!(refused.code(), "text_too_long");
        assert!(!refused.to_string().contains('N'), "{refused}");
    }

    #[test]
    fn a_case_written_by_hand() {
        let case = parsed(
            r#"{ "index_date": "2026-03-01", "index_level": "L3", "observations": [
                { "feature": "age", "value": 67 },
                { "feature": "liver_metastasis", "value": false },
                { "feature": "albumin", "value": 3.4, "unit": "g/dL", "observed_on": "2026-02-27" },
                { "feature": "bilsky_grade", "value": "2", "subject": "Th12" },
                { "feature": "sins_pain", "value": "mechanical" },
                { "feature": "haemoglobin", "absent": "pending" },
                { "feature": "tumour_volume", "value": 12, "subject": { "kind": "lesion", "name": "a" } },
                { "feature": "ecog", "value": null } ] }"#,
        )
        .unwrap();
        assert_eq!(case.id, "new-1");
        assert_eq!(case.episodes[0].index_date, "2026-03-01".parse().unwrap());
        assert_eq!(
            case.observations.len(),
            7,
            "the blank ECOG is no observation"
        );
        let age = &case.observations[0];
        assert_eq!((age.author.as_str(), age.recorded_at), ("Dr Test", now()));
        assert_eq!(
            age.observed_on,
            Some("2026-03-01".parse().unwrap()),
            "undated facts hold on the index date"
        );
        assert_eq!(known(&case, 0).0, &Value::Number(67.0));
        assert_eq!(known(&case, 1).0, &Value::Flag(false));
        assert_eq!(known(&case, 2), (&Value::Number(3.4), Some("g/dL")));
        assert_eq!(
            case.observations[2].observed_on,
            Some("2026-02-27".parse().unwrap())
        );
        let level = |name: &str| Subject::Level(name.parse().unwrap());
        assert_eq!(case.observations[3].subject, level("T12"));
        assert_eq!(
            case.observations[4].subject,
            level("L3"),
            "the index level is meant"
        );
        assert_eq!(
            case.observations[5].entry,
            Entry::Absent {
                absent: AbsenceReason::Pending
            }
        );
        assert_eq!(
            case.observations[6].subject,
            Subject::Lesion("a".to_owned())
        );
    }

    #[test]
    fn the_smallest_case_is_an_empty_object() {
        let case = parsed("\u{feff}{}").unwrap();
        assert!(case.observations.is_empty() && case.episodes.is_empty());
        assert_eq!(case.schema, CASE_SCHEMA);
    }

    #[test]
    fn errors_name_the_place_and_what_to_do() {
        let misspelt =
            refusal("{\n  \"observations\": [\n    { \"feature\": \"age\", \"valeu\": 3 } ] }");
        assert!(misspelt.starts_with("line 3, column "), "{misspelt}");
        assert!(misspelt.contains("unknown field `valeu`"), "{misspelt}");
        let cut_off = refusal("{\n\"observations\": [");
        assert!(
            cut_off.contains("ends in the middle of line 2"),
            "{cut_off}"
        );
        for other in ["[1, 2]", "[]", "\"a\"", "7", "name;value"] {
            assert!(refusal(other).starts_with("the file is no case file"));
        }
        for empty in ["", "\u{feff} \n"] {
            assert!(refusal(empty).starts_with("the file is empty"));
        }
        let list = refusal(r#"{"observations": [{"feature": "age", "value": [3]}]}"#);
        assert!(
            list.contains("a number, true or false, or the id of an option"),
            "{list}"
        );
        let level = refusal(r#"{"observations": [{"feature": "bilsky_grade", "value": "2"}]}"#);
        assert!(
            level.starts_with("observation 1 (bilsky_grade): it is about a vertebral level"),
            "{level}"
        );
        let subject = refusal(
            r#"{"observations": [{"feature": "bilsky_grade", "value": "2", "subject": "L9"}]}"#,
        );
        assert!(subject.contains("is not a vertebral level"), "{subject}");
        let both =
            refusal(r#"{"observations": [{"feature": "age", "value": 2, "absent": "pending"}]}"#);
        assert!(
            both.contains("either a value or a reason of absence"),
            "{both}"
        );
        let dates =
            refusal(r#"{"index_date": "2026-01-01", "episodes": [{"index_date": "2026-01-01"}]}"#);
        assert_eq!(dates, "give either index_date or episodes, not both");
        let estimate = |specialty: &str, months_3: u32, months_12: u32| {
            format!(
                r#"{{"episodes": [{{"index_date": "2026-01-01", "estimates": [{{"id": "1", "person_id": "2", "name": "A",
                "specialty": "{specialty}", "alive_3_months": {months_3}, "alive_12_months": {months_12}, "option": "supportive",
                "locked_at": "2026-01-01T10:00:00Z", "author": "A"}}]}}]}}"#
            )
        };
        assert_eq!(
            parsed(&estimate("radiology", 60, 60)).unwrap().episodes[0]
                .estimates
                .len(),
            1
        );
        for (specialty, months_3, months_12) in [
            ("radiology", 60, 61),
            ("radiology", 101, 50),
            ("magic", 60, 50),
        ] {
            assert!(
                refusal(&estimate(specialty, months_3, months_12))
                    .contains("an estimate is impossible")
            );
        }
        let course = |fields: &str| {
            let first = r#"{"kind": "surgery"}"#;
            format!(
                r#"{{"courses": [{first}, {{"kind": "conventional_radiotherapy", {fields}}}]}}"#
            )
        };
        assert_eq!(
            parsed(&course(
                r#""dose_gray": 8, "cord_dose_gray": 8.2, "fractions": 1"#
            ))
            .unwrap()
            .courses[1]
                .cord_dose_gray,
            Some(8.2)
        );
        for (fields, reason) in [
            (r#""dose_gray": -5"#, "a number above 0"),
            (r#""cord_dose_gray": 0"#, "a number above 0"),
            (r#""fractions": 0"#, "are counted"),
            (
                r#""started_on": "2026-01-02", "ended_on": "2026-01-01""#,
                "ends before it starts",
            ),
            (r#""started_on": "2026-03-04""#, "in the future"),
        ] {
            let said = refusal(&course(fields));
            assert!(
                said.starts_with("course 2: ") && said.contains(reason),
                "{said}"
            );
        }
        assert!(refusal("{\"index_date\": \"1.2.2026\"}").starts_with("line 1, column"));
        assert!(
            refusal(r#"{"observations": [{"feature": "age", "value": 1e999}]}"#)
                .contains("number out of range")
        );
    }

    #[test]
    fn a_newer_schema_is_refused_before_its_fields_are_judged() {
        let newer = refusal(r#"{"schema": 2, "something_new": true}"#);
        assert!(newer.contains("newer version of SpineBoard"), "{newer}");
        assert!(refusal(r#"{"schema": 0}"#).contains("schema 0 is not known"));
    }

    #[test]
    fn hostile_bytes_are_refused() {
        let mut new_id = String::new;
        let mut defaults = Defaults {
            now: now(),
            author: "",
            new_id: &mut new_id,
        };
        let mut read =
            |bytes: &[u8]| parse(bytes, Catalogue::shipped(), &mut defaults).unwrap_err();
        assert!(matches!(
            read(&[0xff, 0xfe, 0x7b, 0]),
            ExchangeError::NotText
        ));
        assert!(matches!(
            read(&vec![b' '; 16 * 1024 * 1024 + 1]),
            ExchangeError::TooLarge { .. }
        ));
        let deep = format!("{{\"observations\": {}", "[".repeat(100_000));
        assert!(matches!(
            read(deep.as_bytes()),
            ExchangeError::CutOff { line: 1 }
        ));
        let closed = format!("{deep}{}}}", "]".repeat(100_000));
        assert!(matches!(
            read(closed.as_bytes()),
            ExchangeError::Syntax { .. }
        ));
    }

    #[test]
    fn a_number_that_json_cannot_hold_is_not_written() {
        let mut case = Case::new("1".to_owned(), Identity::default());
        case.observations
            .push(observation("age", Value::Number(f64::NAN)));
        assert!(matches!(
            to_json(&case),
            Err(ExchangeError::Observation { number: 1, .. })
        ));
    }

    #[test]
    fn a_reason_is_written_where_there_is_one_and_has_a_limit() {
        let mut case = Case::new("1".to_owned(), Identity::default());
        let mut class = observation("tomita_growth", Value::Code("slow".to_owned()));
        case.observations.push(class.clone());
        assert!(!to_json(&case).unwrap().contains("note"));
        class.note = Some("stable for six years".to_owned());
        case.observations[0] = class.clone();
        assert_eq!(parsed(&to_json(&case).unwrap()).unwrap(), case);
        class.note = Some("x".repeat(TEXT_LIMIT_CHARACTERS + 1));
        case.observations[0] = class;
        assert_eq!(check_texts(&case).unwrap_err().code(), "text_too_long");
    }

    #[test]
    fn a_file_without_plans_and_lesions_is_one_that_older_readers_know() {
        let course = r#"{ "courses": [ { "kind": "surgery", "levels": ["T8"] } ] }"#;
        let case = parsed(course).unwrap();
        assert_eq!(case.courses[0].status, CourseStatus::Given);
        let written = to_json(&case).unwrap();
        assert!(
            !written.contains("status") && !written.contains("lesions"),
            "{written}"
        );
        let plan = course.replace("\"surgery\"", "\"surgery\", \"status\": \"planned\"");
        let case = parsed(&plan).unwrap();
        assert_eq!(case.courses[0].status, CourseStatus::Planned);
        let written = to_json(&case).unwrap();
        assert!(written.contains("\"status\": \"planned\""), "{written}");
    }

    #[test]
    fn lesions_are_read_with_their_levels_and_each_has_a_name_of_its_own() {
        let file = |second: &str| {
            let first = r#"{ "name": "a", "level": "Th12", "part": "left pedicle" }"#;
            format!(r#"{{ "lesions": [ {first}, {{ "name": "{second}" }} ] }}"#)
        };
        let case = parsed(&file("b")).unwrap();
        let told: Vec<(&str, Option<&str>, &str, &str)> = case
            .lesions
            .iter()
            .map(|one| {
                (
                    one.name.as_str(),
                    one.level.map(Level::name),
                    one.part.as_str(),
                    one.author.as_str(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("a", Some("T12"), "left pedicle", "Dr Test"),
                ("b", None, "", "Dr Test")
            ]
        );
        for second in ["a", " "] {
            let refused = refusal(&file(second));
            assert!(refused.starts_with("lesion 2 has no name"), "{refused}");
        }
    }

    #[test]
    fn writes_beside_and_renames() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case.json");
        std::fs::write(&path, "older").unwrap();
        let case = Case::new("1".to_owned(), Identity::default());
        write(&path, &case).unwrap();
        let mut new_id = String::new;
        let mut defaults = Defaults {
            now: now(),
            author: "",
            new_id: &mut new_id,
        };
        assert_eq!(
            read(&path, Catalogue::shipped(), &mut defaults).unwrap(),
            case
        );
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = write(&folder.path().join("absent/case.json"), &case).unwrap_err();
        assert!(matches!(nowhere, ExchangeError::Unwritable { .. }));
        let absent = read(
            &folder.path().join("absent.json"),
            Catalogue::shipped(),
            &mut defaults,
        )
        .unwrap_err();
        assert!(matches!(absent, ExchangeError::Unreadable { .. }));
    }

    fn observation(feature: &str, value: Value) -> Observation {
        Observation {
            id: "o".to_owned(),
            feature: FeatureId::unchecked(feature),
            subject: Subject::Patient,
            entry: Entry::Known { value, unit: None },
            observed_on: None,
            recorded_at: now(),
            source: Source::Typed,
            author: "Ñ".to_owned(),
            note: None,
        }
    }

    fn any_level() -> impl Strategy<Value = Level> {
        (0usize..32).prop_map(|index| Level::all().nth(index).unwrap())
    }

    fn any_day() -> impl Strategy<Value = NaiveDate> {
        (0i64..60_000).prop_map(|days| NaiveDate::default() + chrono::TimeDelta::days(days))
    }

    fn any_observation() -> impl Strategy<Value = Observation> {
        let value = prop_oneof![
            any::<bool>().prop_map(Value::Flag),
            any::<f64>()
                .prop_filter("finite", |number| number.is_finite())
                .prop_map(Value::Number),
            any::<String>().prop_map(Value::Code),
        ];
        let entry = prop_oneof![
            (value, any::<Option<String>>()).prop_map(|(value, unit)| Entry::Known { value, unit }),
            Just(Entry::Absent {
                absent: AbsenceReason::NotApplicable
            }),
        ];
        let subject = prop_oneof![
            Just(Subject::Patient),
            any_level().prop_map(Subject::Level),
            any::<String>().prop_map(Subject::Lesion),
        ];
        let source = prop_oneof![
            Just(Source::Typed),
            any::<String>().prop_map(|name| Source::File { name }),
            (any::<String>(), any::<Option<String>>()).prop_map(|(sop_instance_uid, mark)| {
                Source::Image {
                    sop_instance_uid,
                    mark,
                }
            }),
        ];
        let texts = (
            any::<String>(),
            any::<String>(),
            any::<String>(),
            any::<Option<String>>(),
        );
        let times = (
            prop::option::of(any_day()),
            0i64..4_000_000_000,
            0u32..1_000_000_000,
        );
        (entry, subject, source, texts, times).prop_map(
            |(entry, subject, source, (id, feature, author, note), times)| Observation {
                id,
                feature: FeatureId::unchecked(&feature),
                subject,
                entry,
                observed_on: times.0,
                recorded_at: DateTime::from_timestamp(times.1, times.2).unwrap(),
                source,
                author,
                note,
            },
        )
    }

    fn decision(
        texts: &[String],
        day: NaiveDate,
        dose: Option<f64>,
        level: Option<Level>,
    ) -> BoardDecision {
        let text = |index: usize| texts[index].clone();
        let recommendation = |option: Option<TreatmentOption>| Recommendation {
            option,
            deferred_for: String::new(),
            levels: level.into_iter().collect(),
            dose_gray: dose,
            fractions: Some(5),
            procedure: text(3),
            systemic_plan: text(4),
        };
        let action = || Action {
            id: text(0),
            what: "ask".to_owned(),
            owner: "the nurse".to_owned(),
            due_on: Some(day),
        };
        BoardDecision {
            decided_on: Some(day),
            recommendation: recommendation(Some(TreatmentOption::Conventional)),
            rationale: text(1),
            evidence: None,
            positions: vec![Position {
                person_id: None,
                name: text(2),
                specialty: "radiology".to_owned(),
                stance: PositionStance::Dissents,
                prefers: Some(TreatmentOption::Supportive),
                hinges_on: text(5),
                would_change: text(6),
            }],
            actions: vec![action()],
            decided_by_forecast: true,
            seal: Some(Seal {
                person_id: text(0),
                name: text(1),
                specialty: "radiology".to_owned(),
                signed_at: now(),
                sha256: text(2),
                open_findings: vec![text(3)],
                forecast: None,
            }),
            addenda: vec![Addendum {
                version: 2,
                text: text(4),
                recommendation: Some(recommendation(None)),
                actions: vec![action()],
                person_id: text(5),
                name: text(6),
                written_at: now(),
                sha256: text(7),
            }],
            done: vec![ActionDone {
                action_id: text(0),
                on: day,
                author: text(1),
                recorded_at: now(),
            }],
            carried_out: vec![CarriedOut {
                state: CarriedOutState::NotDone,
                reason: Some("patient-wish".to_owned()),
                on: Some(day),
                note: text(2),
                author: text(3),
                recorded_at: now(),
            }],
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_written_is_read_again(
            observations in prop::collection::vec(any_observation(), 0..6),
            texts in prop::collection::vec(any::<String>(), 8), level in prop::option::of(any_level()),
            day in prop::option::of(any_day()), dose in prop::option::of(0.1f64..100.0), synthetic in any::<bool>(),
            is_planned in any::<bool>(), lesion in "\\PC{0,8}[a-z]",
        ) {
            let text = |index: usize| texts[index].clone();
            let identity = Identity {
                patient_id: text(0), family_name: text(1), given_name: text(2),
                alphabetic_name: Some(text(3)), birth_date: day,
            };
            let mut case = Case { synthetic, index_level: level, observations, ..Case::new(text(4), identity) };
            case.courses.push(TreatmentCourse {
                id: text(5), kind: TreatmentKind::StereotacticRadiotherapy, description: text(6),
                status: if is_planned || day > Some(now().date_naive()) { CourseStatus::Planned } else { CourseStatus::Given },
                levels: level.into_iter().collect(), dose_gray: dose, fractions: Some(5), cord_dose_gray: dose.map(|dose| dose / 2.0),
                started_on: day, ended_on: None, author: text(7),
            });
            case.lesions.push(Lesion { name: lesion, level, part: text(1), author: text(2) });
            case.episodes.extend(day.map(|index_date| BoardEpisode {
                estimates: vec![BoardEstimate {
                    id: text(2), person_id: text(3), name: text(4), specialty: "radiology".to_owned(), alive_3_months: 60, alive_12_months: 20,
                    option: TreatmentOption::Stereotactic, locked_at: now(), author: text(6),
                }],
                milestones: vec![Milestone { kind: MilestoneKind::Mri, on: index_date, author: text(3), recorded_at: now() }],
                decision: Some(decision(&texts, index_date, dose, level)),
                ..BoardEpisode::new(text(0), index_date, text(1))
            }));
            case.follow_ups.extend(day.filter(|day| *day <= now().date_naive()).map(|seen_on| FollowUp {
                id: text(1), seen_on, vital: VitalStatus::Died { on: seen_on }, walking: Some("unable".to_owned()), worst_pain: Some(4),
                continent: Some(true), cord_compression: Some(EventSince::Yes { on: day }), no_complication: false,
                complications: vec![Complication { what: "wound infection".to_owned(), grade: Some(3), on: day }],
                retreatments: vec![Retreatment { kind: TreatmentKind::Surgery, on: None, note: text(2) }],
                note: text(3), recorded_at: now(), source: Source::File { name: text(4) }, author: text(5),
            }));
            case.studies.push(LinkedStudy {
                study_instance_uid: text(0), folder: text(1), description: text(2), study_date: day,
                patient_id: text(3), patient_name: text(4), patient_birth_date: day, mismatch_confirmed_by: Some(text(5)),
                modalities: vec!["MR".to_owned()],
            });
            case.key_images.push(KeyImage {
                id: text(0), series_instance_uid: text(1), sop_instance_uid: text(2), frame: 1, window_center: 40.0,
                window_width: 400.0, level, note: text(3), caption: text(4), marked_at: now(), author: text(5),
            });
            case.marks.push(Mark {
                id: text(0), kind: MarkKind::Length, study_instance_uid: text(1), series_instance_uid: text(2),
                frame_of_reference_uid: Some(text(3)), modality: text(4), study_date: day,
                reformatted_normal: day.map(|_| [1.0, 0.0, 0.0]),
                parts: vec![MarkPart { sop_instance_uid: text(5), frame: 2, points: vec![[0.5, -1.25, 3.0], [4.0, 5.0, -6.5]] }],
                window_center: 40.0, window_width: 400.0, level, note: text(6),
                measured: vec![Measured { quantity: Quantity::Length, value: 12.5, unit: Unit::Millimetre }],
                proposed_by: vec![OutlineModel { pack: text(1), version: text(2), sha256: text(3) }],
                drawn_at: now(), author: text(0),
            });
            case.spine_labels.extend(level.map(|level| SpineLabels {
                frame_of_reference_uid: text(1), anchor: LabelAnchor::Sacrum, thoracic: None, lumbar: Some(6),
                labels: vec![SpineLabel { level, point: [1.0, 2.0, 3.5] }], labelled_at: now(), author: text(2),
            }));
            prop_assert_eq!(parsed(&to_json(&case).unwrap()).unwrap(), case);
        }
    }
}
