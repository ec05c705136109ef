//! A case without identity, to be written as a case file or printed.
//!
//! By a keep-list: what a person wrote in words (question, notes, reasons, descriptions, names and parts of lesions,
//! file names, authors) is left out, ids and UIDs are replaced, every date is moved by the same days, and
//! only facts that the catalogue knows stay.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use clinical::{
    case::{
        BoardEpisode, BoardEstimate, CASE_SCHEMA, Case, Entry, Identity, KeyImage, Lesion,
        LinkedStudy, Observation, Source, Subject, TreatmentCourse, Value,
    },
    catalogue::{Catalogue, FeatureId},
    decision::{BoardDecision, CarriedOut, Recommendation},
    follow_up::{Complication, EventSince, FollowUp, Retreatment, VitalStatus},
    marks::{Mark, MarkPart, OutlineModel, SpineLabels},
    pathway_clock::Milestone,
};

/// What stands for identity in one export.
pub struct Replacements<'a> {
    /// In place of name and number of the patient with a number (DICOM Patient ID).
    pub patient: &'a dyn Fn(&str) -> String,
    /// Days by which every date is moved back.
    pub days: u64,
    /// A UID or id for one of the case; the same for the same.
    pub uid: &'a dyn Fn(&str) -> String,
    pub id: &'a dyn Fn(&str) -> String,
    /// A description of images without words that may identify.
    pub description: &'a dyn Fn(&str) -> String,
    /// From this age on, in years, it is the age.
    pub oldest_age: u32,
}

/// Stands for everybody who wrote something.
const AUTHOR: &str = "de-identified";
const AGE: &str = "age";
/// In place of what somebody wrote of a complication.
const COMPLICATION: &str = "complication";

/// The case as it may leave the hospital.
pub fn deidentified(case: &Case, catalogue: &Catalogue, with: &Replacements) -> Case {
    let patient = (with.patient)(&case.identity.patient_id);
    let names: Vec<String> = case
        .all_lesions()
        .into_iter()
        .map(|lesion| lesion.name)
        .collect();
    let mut observations: Vec<Observation> = case
        .observations
        .iter()
        .filter_map(|observation| observed(&names, observation, catalogue, with))
        .collect();
    observations.extend(age_by_birth_date(case, catalogue, with));
    Case {
        schema: CASE_SCHEMA,
        id: (with.id)(&case.id),
        identity: Identity {
            patient_id: patient.clone(),
            family_name: patient.clone(),
            ..Identity::default()
        },
        synthetic: case.synthetic,
        index_level: case.index_level,
        observations,
        courses: case
            .courses
            .iter()
            .map(|course| TreatmentCourse {
                id: (with.id)(&course.id),
                kind: course.kind,
                status: course.status,
                description: String::new(),
                levels: course.levels.clone(),
                dose_gray: course.dose_gray,
                fractions: course.fractions,
                cord_dose_gray: course.cord_dose_gray,
                started_on: moved(course.started_on, with),
                ended_on: moved(course.ended_on, with),
                author: AUTHOR.to_owned(),
            })
            .collect(),
        lesions: case
            .lesions
            .iter()
            .map(|lesion| Lesion {
                name: numbered(&names, &lesion.name),
                level: lesion.level,
                part: String::new(),
                author: AUTHOR.to_owned(),
            })
            .collect(),
        episodes: case
            .episodes
            .iter()
            .map(|episode| BoardEpisode {
                estimates: episode
                    .estimates
                    .iter()
                    .map(|estimate| BoardEstimate {
                        id: (with.id)(&estimate.id),
                        person_id: (with.id)(&estimate.person_id),
                        name: AUTHOR.to_owned(),
                        locked_at: moved_time(estimate.locked_at, with),
                        author: AUTHOR.to_owned(),
                        ..estimate.clone()
                    })
                    .collect(),
                milestones: episode
                    .milestones
                    .iter()
                    .map(|milestone| Milestone {
                        kind: milestone.kind,
                        on: back(milestone.on, with),
                        author: AUTHOR.to_owned(),
                        recorded_at: moved_time(milestone.recorded_at, with),
                    })
                    .collect(),
                decision: episode
                    .decision
                    .as_ref()
                    .map(|decision| decided(decision, with)),
                ..BoardEpisode::new(
                    (with.id)(&episode.id),
                    back(episode.index_date, with),
                    String::new(),
                )
            })
            .collect(),
        studies: case
            .studies
            .iter()
            .map(|study| linked(study, with))
            .collect(),
        key_images: case
            .key_images
            .iter()
            .map(|image| key_image(image, with))
            .collect(),
        marks: case.marks.iter().map(|mark| marked(mark, with)).collect(),
        spine_labels: case
            .spine_labels
            .iter()
            .map(|labels| labelled(labels, with))
            .collect(),
        follow_ups: case
            .follow_ups
            .iter()
            .map(|follow_up| followed_up(follow_up, with))
            .collect(),
    }
}

/// What was decided and what became of it, in codes alone: a signature names people and is over their words, so it goes.
fn decided(decision: &BoardDecision, with: &Replacements) -> BoardDecision {
    let recommendation = |said: &Recommendation| Recommendation {
        deferred_for: String::new(),
        procedure: String::new(),
        systemic_plan: String::new(),
        ..said.clone()
    };
    BoardDecision {
        decided_on: moved(decision.decided_on, with),
        recommendation: recommendation(decision.standing_recommendation()),
        evidence: decision.evidence,
        decided_by_forecast: decision.decided_by_forecast,
        carried_out: decision
            .carried_out
            .iter()
            .map(|outcome| CarriedOut {
                on: moved(outcome.on, with),
                note: String::new(),
                author: AUTHOR.to_owned(),
                recorded_at: moved_time(outcome.recorded_at, with),
                ..outcome.clone()
            })
            .collect(),
        ..BoardDecision::default()
    }
}

/// How the patient fared, without words: those of complications are replaced by their kind.
fn followed_up(follow_up: &FollowUp, with: &Replacements) -> FollowUp {
    FollowUp {
        id: (with.id)(&follow_up.id),
        seen_on: back(follow_up.seen_on, with),
        vital: match follow_up.vital {
            VitalStatus::Died { on } => VitalStatus::Died { on: back(on, with) },
            other => other,
        },
        cord_compression: follow_up.cord_compression.map(|event| match event {
            EventSince::Yes { on } => EventSince::Yes {
                on: moved(on, with),
            },
            EventSince::No => EventSince::No,
        }),
        complications: follow_up
            .complications
            .iter()
            .map(|complication| Complication {
                what: COMPLICATION.to_owned(),
                grade: complication.grade,
                on: moved(complication.on, with),
            })
            .collect(),
        retreatments: follow_up
            .retreatments
            .iter()
            .map(|retreatment| Retreatment {
                kind: retreatment.kind,
                on: moved(retreatment.on, with),
                note: String::new(),
            })
            .collect(),
        note: String::new(),
        recorded_at: moved_time(follow_up.recorded_at, with),
        source: Source::Typed,
        author: AUTHOR.to_owned(),
        ..follow_up.clone()
    }
}

fn back(date: NaiveDate, with: &Replacements) -> NaiveDate {
    date.checked_sub_days(Days::new(with.days))
        .unwrap_or(NaiveDate::MIN)
}

fn moved(date: Option<NaiveDate>, with: &Replacements) -> Option<NaiveDate> {
    date.map(|date| back(date, with))
}

fn moved_time(time: DateTime<Utc>, with: &Replacements) -> DateTime<Utc> {
    time.checked_sub_days(Days::new(with.days))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// A fact of the catalogue; what the catalogue does not accept may be words.
fn observed(
    lesions: &[String],
    observation: &Observation,
    catalogue: &Catalogue,
    with: &Replacements,
) -> Option<Observation> {
    let feature = catalogue.feature(&observation.feature)?;
    if let Entry::Known { value, unit } = &observation.entry {
        let is_known = match value {
            Value::Code(code) => feature.option(code).is_some(),
            Value::Flag(_) => true,
            Value::Number(number) => number.is_finite(),
        };
        let is_unit = unit
            .as_deref()
            .is_none_or(|unit| feature.units().any(|known| known == unit));
        if !is_known || !is_unit {
            return None;
        }
    }
    Some(Observation {
        id: (with.id)(&observation.id),
        feature: observation.feature.clone(),
        subject: match &observation.subject {
            Subject::Lesion(name) => Subject::Lesion(numbered(lesions, name)),
            other => other.clone(),
        },
        entry: capped(&observation.feature, &observation.entry, with),
        observed_on: moved(observation.observed_on, with),
        recorded_at: moved_time(observation.recorded_at, with),
        source: match &observation.source {
            Source::Typed => Source::Typed,
            Source::File { .. } => Source::File {
                name: String::new(),
            },
            Source::Image {
                sop_instance_uid,
                mark,
            } => Source::Image {
                sop_instance_uid: (with.uid)(sop_instance_uid),
                mark: mark.as_deref().map(|id| (with.id)(id)),
            },
        },
        author: AUTHOR.to_owned(),
        note: None,
    })
}

fn capped(feature: &FeatureId, entry: &Entry, with: &Replacements) -> Entry {
    match entry {
        Entry::Known {
            value: Value::Number(years),
            unit,
        } if feature.as_str() == AGE => Entry::Known {
            value: Value::Number(years.min(f64::from(with.oldest_age))),
            unit: unit.clone(),
        },
        other => other.clone(),
    }
}

/// What stands for the name of a lesion: its place among those of the case.
fn numbered(lesions: &[String], name: &str) -> String {
    let place = lesions.iter().position(|known| known == name);
    (place.unwrap_or(0) + 1).to_string()
}

/// The age that followed from the birth date, where none was entered: the birth date goes.
fn age_by_birth_date(
    case: &Case,
    catalogue: &Catalogue,
    with: &Replacements,
) -> Option<Observation> {
    let feature = catalogue.id(AGE).ok()?;
    let born = case.identity.birth_date?;
    let on = case.current_episode()?.index_date;
    if case
        .observations
        .iter()
        .any(|observation| observation.feature == feature)
    {
        return None;
    }
    let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
    let years = on.year() - born.year() - i32::from(!had_birthday);
    let entry = Entry::Known {
        value: Value::Number(f64::from(years)),
        unit: None,
    };
    let day = back(on, with);
    Some(Observation {
        id: (with.id)("age by birth date"),
        entry: capped(&feature, &entry, with),
        feature,
        subject: Subject::Patient,
        observed_on: Some(day),
        recorded_at: day.and_time(chrono::NaiveTime::MIN).and_utc(),
        source: Source::Typed,
        author: AUTHOR.to_owned(),
        note: None,
    })
}

fn linked(study: &LinkedStudy, with: &Replacements) -> LinkedStudy {
    let patient = match study.patient_id.trim() {
        "" => String::new(),
        number => (with.patient)(number),
    };
    LinkedStudy {
        study_instance_uid: (with.uid)(&study.study_instance_uid),
        folder: String::new(),
        description: (with.description)(&study.description),
        study_date: moved(study.study_date, with),
        patient_name: patient.clone(),
        patient_id: patient,
        patient_birth_date: None,
        mismatch_confirmed_by: study
            .mismatch_confirmed_by
            .as_ref()
            .map(|_| AUTHOR.to_owned()),
        modalities: study.modalities.clone(),
    }
}

fn key_image(image: &KeyImage, with: &Replacements) -> KeyImage {
    KeyImage {
        id: (with.id)(&image.id),
        series_instance_uid: (with.uid)(&image.series_instance_uid),
        sop_instance_uid: (with.uid)(&image.sop_instance_uid),
        frame: image.frame,
        window_center: image.window_center,
        window_width: image.window_width,
        level: image.level,
        note: String::new(),
        caption: (with.description)(&image.caption),
        marked_at: moved_time(image.marked_at, with),
        author: AUTHOR.to_owned(),
    }
}

fn marked(mark: &Mark, with: &Replacements) -> Mark {
    let part = |part: &MarkPart| MarkPart {
        sop_instance_uid: (with.uid)(&part.sop_instance_uid),
        frame: part.frame,
        points: part.points.clone(),
    };
    // A site may have named its model after itself.
    let model = |model: &OutlineModel| OutlineModel {
        pack: (with.description)(&model.pack),
        version: (with.description)(&model.version),
        sha256: model.sha256.clone(),
    };
    Mark {
        id: (with.id)(&mark.id),
        kind: mark.kind,
        study_instance_uid: (with.uid)(&mark.study_instance_uid),
        series_instance_uid: (with.uid)(&mark.series_instance_uid),
        frame_of_reference_uid: mark
            .frame_of_reference_uid
            .as_deref()
            .map(|uid| (with.uid)(uid)),
        modality: (with.description)(&mark.modality),
        study_date: moved(mark.study_date, with),
        reformatted_normal: mark.reformatted_normal,
        parts: mark.parts.iter().map(part).collect(),
        window_center: mark.window_center,
        window_width: mark.window_width,
        level: mark.level,
        note: String::new(),
        measured: mark.measured.clone(),
        proposed_by: mark.proposed_by.iter().map(model).collect(),
        drawn_at: moved_time(mark.drawn_at, with),
        author: AUTHOR.to_owned(),
    }
}

fn labelled(labels: &SpineLabels, with: &Replacements) -> SpineLabels {
    SpineLabels {
        frame_of_reference_uid: (with.uid)(&labels.frame_of_reference_uid),
        labelled_at: moved_time(labels.labelled_at, with),
        author: AUTHOR.to_owned(),
        ..labels.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{Defaults, case_file};

    const CASE: &str = r#"{
        "schema": 1, "id": "case-QX", "identity": { "patient_id": "PID-QX", "family_name": "QXfamily",
            "given_name": "QXgiven", "alphabetic_name": "QXlatin", "birth_date": "1931-02-03" },
        "index_level": "L3",
        "observations": [
            { "id": "o-QX", "feature": "albumin", "subject": { "kind": "patient" }, "value": 3.4, "unit": "g/dL",
              "observed_on": "2026-02-27", "recorded_at": "2026-02-28T10:00:00Z",
              "source": { "kind": "file", "name": "QX.csv" }, "author": "Dr QX", "note": "QX says so" },
            { "id": "p-QX", "feature": "tumour_volume", "subject": { "kind": "lesion", "name": "QX lesion" }, "value": 12,
              "recorded_at": "2026-02-28T10:00:00Z", "source": { "kind": "image", "sop_instance_uid": "1.2.QX" },
              "author": "Dr QX" },
            { "id": "q-QX", "feature": "primary_tumour", "subject": { "kind": "patient" }, "value": "QX words",
              "recorded_at": "2026-02-28T10:00:00Z", "source": { "kind": "typed" }, "author": "Dr QX" } ],
        "courses": [ { "id": "c-QX", "kind": "surgery", "description": "QX by Dr QX", "started_on": "2025-12-24",
            "author": "Dr QX" },
            { "id": "d-QX", "kind": "stereotactic_radiotherapy", "status": "planned", "description": "QX", "levels": ["L3"],
            "author": "Dr QX" } ],
        "lesions": [ { "name": "QX first", "level": "T4", "part": "QX", "author": "Dr QX" },
            { "name": "QX lesion", "level": "L3", "author": "Dr QX" } ],
        "episodes": [ { "id": "e-QX", "index_date": "2026-03-01", "question": "QX?",
            "estimates": [ { "id": "x-QX", "person_id": "QX", "name": "Dr QX", "specialty": "radiology", "alive_3_months": 60,
              "alive_12_months": 20, "option": "stereotactic", "locked_at": "2026-02-28T10:00:00Z", "author": "Dr QX" } ] } ],
        "studies": [ { "study_instance_uid": "1.3.QX", "folder": "/QX", "description": "CT QX", "study_date": "2026-01-31",
            "patient_id": "PID-QX", "patient_name": "QX^QX", "patient_birth_date": "1931-02-03",
            "mismatch_confirmed_by": "Dr QX" } ],
        "key_images": [ { "id": "k-QX", "series_instance_uid": "1.4.QX", "sop_instance_uid": "1.2.QX", "frame": 2,
            "window_center": 40, "window_width": 400, "note": "QX", "caption": "CT · QX · 2026-01-31",
            "marked_at": "2026-02-28T10:00:00Z", "author": "Dr QX" } ],
        "marks": [ { "id": "m-QX", "kind": "length", "study_instance_uid": "1.3.QX", "series_instance_uid": "1.4.QX",
            "frame_of_reference_uid": "1.5.QX", "modality": "CT QX", "study_date": "2026-01-31",
            "parts": [ { "sop_instance_uid": "1.2.QX", "frame": 1, "points": [[0, 0, 1.5], [3, 4, 1.5]] } ],
            "window_center": 40, "window_width": 400, "level": "L3", "note": "QX",
            "measured": [ { "quantity": "length", "value": 5, "unit": "millimetre" } ],
            "proposed_by": [ { "pack": "QX-outlines", "version": "QX1", "sha256": "0a1b" } ],
            "drawn_at": "2026-02-28T10:00:00Z", "author": "Dr QX" } ],
        "spine_labels": [ { "frame_of_reference_uid": "1.5.QX", "anchor": "sacrum",
            "labels": [ { "level": "L5", "point": [0, 1, 2] } ],
            "labelled_at": "2026-02-28T10:00:00Z", "author": "Dr QX" } ] }"#;

    fn parsed(text: &str) -> Case {
        let mut new_id = || "new".to_owned();
        let mut defaults = Defaults {
            now: "2026-03-02T10:00:00Z".parse().unwrap(),
            author: "test",
            new_id: &mut new_id,
        };
        case_file::parse(text.as_bytes(), Catalogue::shipped(), &mut defaults).unwrap()
    }

    fn clean(case: &Case) -> Case {
        let with = Replacements {
            patient: &|_| "SB1".to_owned(),
            days: 365,
            uid: &|uid| format!("2.25.{}", uid.len()),
            id: &|id| format!("id-{}", id.len()),
            description: &|_| "CT".to_owned(),
            oldest_age: 90,
        };
        deidentified(case, Catalogue::shipped(), &with)
    }

    #[test]
    fn nothing_that_a_person_wrote_stays_and_the_file_can_be_read_again() {
        let case = parsed(CASE);
        let text = case_file::to_json(&clean(&case)).unwrap();
        assert!(!text.contains("QX"), "{text}");
        for date in ["2026-", "2025-12-24", "1931"] {
            assert!(!text.contains(date), "{date} in {text}");
        }
        let again = parsed(&text);
        assert_eq!(again.episodes[0].index_date, "2025-03-01".parse().unwrap());
        assert_eq!(again.studies[0].study_date, "2025-01-31".parse().ok());
        assert_eq!(again.key_images[0].sop_instance_uid, "2.25.6");
        assert_eq!(again.key_images[0].frame, 2);
        let mark = &again.marks[0];
        assert_eq!(mark.parts[0].sop_instance_uid, "2.25.6");
        assert_eq!(mark.parts[0].points, case.marks[0].parts[0].points);
        assert_eq!(mark.measured, case.marks[0].measured);
        assert_eq!(mark.proposed_by[0].sha256, "0a1b");
        assert_eq!(
            mark.frame_of_reference_uid.as_ref(),
            Some(&again.spine_labels[0].frame_of_reference_uid)
        );
        assert_eq!(again.spine_labels[0].labels, case.spine_labels[0].labels);
    }

    #[test]
    fn facts_stay_and_an_age_by_birth_date_becomes_one() {
        let case = clean(&parsed(CASE));
        let value = |feature: &str| {
            case.observations
                .iter()
                .find(|observation| observation.feature.as_str() == feature)
                .map(|observation| observation.entry.clone())
        };
        let number = |number: f64, unit: Option<&str>| {
            Some(Entry::Known {
                value: Value::Number(number),
                unit: unit.map(str::to_owned),
            })
        };
        assert_eq!(value("albumin"), number(3.4, Some("g/dL")));
        assert_eq!(value("tumour_volume"), number(12.0, None));
        assert_eq!(value("primary_tumour"), None, "words in place of a code");
        assert_eq!(value("age"), number(90.0, None), "95 years");
        let lesion = Subject::Lesion("2".to_owned());
        assert!(case.observations.iter().any(|one| one.subject == lesion));
        let lies: Vec<(&str, Option<&str>)> = case
            .lesions
            .iter()
            .map(|lesion| (lesion.name.as_str(), lesion.level.map(|level| level.name())))
            .collect();
        assert_eq!(lies, [("1", Some("T4")), ("2", Some("L3"))]);
        let planned: Vec<bool> = case
            .courses
            .iter()
            .map(TreatmentCourse::is_planned)
            .collect();
        assert_eq!(planned, [false, true]);
    }
}
