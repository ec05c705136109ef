//! The case file as it may be written by hand, and how it is completed to a case.

use crate::{Defaults, ExchangeError};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    case::{
        AbsenceReason, BoardEpisode, BoardEstimate, CASE_SCHEMA, Case, CourseStatus, Entry,
        Identity, KeyImage, Lesion, LinkedStudy, Observation, Source, Subject, TreatmentCourse,
        TreatmentKind, Value, latest_today,
    },
    catalogue::{Catalogue, FeatureId, Per},
    decision::{BoardDecision, deviation_reasons},
    follow_up::FollowUp,
    level::Level,
    marks::{Mark, SpineLabels},
    pathway_clock::Milestone,
    words::Words,
};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use std::fmt;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseDraft {
    /// Judged before the draft is read.
    #[serde(default, rename = "schema")]
    _schema: Option<u32>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    identity: IdentityDraft,
    #[serde(default)]
    synthetic: bool,
    #[serde(default)]
    index_level: Option<Level>,
    /// Short for an episode with this date.
    #[serde(default)]
    index_date: Option<NaiveDate>,
    #[serde(default)]
    observations: Vec<ObservationDraft>,
    #[serde(default)]
    courses: Vec<CourseDraft>,
    #[serde(default)]
    lesions: Vec<LesionDraft>,
    #[serde(default)]
    episodes: Vec<EpisodeDraft>,
    #[serde(default)]
    studies: Vec<LinkedStudy>,
    #[serde(default)]
    key_images: Vec<KeyImage>,
    #[serde(default)]
    marks: Vec<Mark>,
    #[serde(default)]
    spine_labels: Vec<SpineLabels>,
    #[serde(default)]
    follow_ups: Vec<FollowUp>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct IdentityDraft {
    patient_id: String,
    family_name: String,
    given_name: String,
    alphabetic_name: Option<String>,
    birth_date: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObservationDraft {
    #[serde(default)]
    id: Option<String>,
    feature: FeatureId,
    #[serde(default)]
    subject: Option<SubjectDraft>,
    #[serde(default)]
    value: Option<ValueDraft>,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    absent: Option<AbsenceReason>,
    #[serde(default)]
    observed_on: Option<NaiveDate>,
    #[serde(default)]
    recorded_at: Option<DateTime<Utc>>,
    #[serde(default)]
    source: Option<Source>,
    #[serde(default)]
    author: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CourseDraft {
    #[serde(default)]
    id: Option<String>,
    kind: TreatmentKind,
    #[serde(default)]
    status: CourseStatus,
    #[serde(default)]
    description: String,
    #[serde(default)]
    levels: Vec<Level>,
    #[serde(default)]
    dose_gray: Option<f64>,
    #[serde(default)]
    fractions: Option<u32>,
    #[serde(default)]
    cord_dose_gray: Option<f64>,
    #[serde(default)]
    started_on: Option<NaiveDate>,
    #[serde(default)]
    ended_on: Option<NaiveDate>,
    #[serde(default)]
    author: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LesionDraft {
    name: String,
    #[serde(default)]
    level: Option<Level>,
    #[serde(default)]
    part: String,
    #[serde(default)]
    author: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EpisodeDraft {
    #[serde(default)]
    id: Option<String>,
    index_date: NaiveDate,
    #[serde(default)]
    question: String,
    #[serde(default)]
    estimates: Vec<BoardEstimate>,
    #[serde(default)]
    milestones: Vec<Milestone>,
    #[serde(default)]
    decision: Option<BoardDecision>,
}

/// A value, read with an error that says what may stand there.
struct ValueDraft(Value);

/// `"patient"`, a level such as `"L1"`, or the whole object.
struct SubjectDraft(Subject);

impl CaseDraft {
    /// Fills in what was left out. A fact without any date holds on the stated index date.
    pub(crate) fn complete(
        self,
        catalogue: &Catalogue,
        defaults: &mut Defaults<'_>,
    ) -> Result<Case, ExchangeError> {
        let id = self.id.unwrap_or_else(&mut defaults.new_id);
        let mut episodes: Vec<BoardEpisode> = Vec::new();
        for episode in self.episodes {
            for estimate in &episode.estimates {
                let specialty = format!("specialty.{}", estimate.specialty);
                if !estimate.is_possible() || !Words::shipped("en").contains(&specialty) {
                    return Err(ExchangeError::Estimate);
                }
            }
            let id = episode.id.unwrap_or_else(&mut defaults.new_id);
            if let Some(decision) = &episode.decision {
                check_decision(decision)?;
            }
            episodes.push(BoardEpisode {
                estimates: episode.estimates,
                milestones: episode.milestones,
                decision: episode.decision,
                ..BoardEpisode::new(id, episode.index_date, episode.question)
            });
        }
        if let Some(index_date) = self.index_date {
            if !episodes.is_empty() {
                return Err(ExchangeError::TwoIndexDates);
            }
            let id = (defaults.new_id)();
            episodes.push(BoardEpisode::new(id, index_date, String::new()));
        }
        let index_date = episodes.last().map(|episode| episode.index_date);
        let mut observations = Vec::with_capacity(self.observations.len());
        for (position, draft) in self.observations.into_iter().enumerate() {
            let feature = draft.feature.to_string();
            let completed = draft.complete(catalogue, self.index_level, index_date, defaults);
            let observation = completed.map_err(|reason| ExchangeError::Observation {
                number: position + 1,
                feature,
                reason,
            })?;
            observations.extend(observation);
        }
        let today = latest_today(defaults.now);
        let mut courses = Vec::with_capacity(self.courses.len());
        for (position, draft) in self.courses.into_iter().enumerate() {
            let course = draft.complete(defaults);
            if let Some(fault) = course.fault(today) {
                let number = position + 1;
                return Err(ExchangeError::Course { number, fault });
            }
            courses.push(course);
        }
        let mut lesions: Vec<Lesion> = Vec::with_capacity(self.lesions.len());
        for (position, draft) in self.lesions.into_iter().enumerate() {
            let is_known = lesions.iter().any(|known| known.name == draft.name);
            if is_known || draft.name.trim().is_empty() {
                return Err(ExchangeError::Lesion {
                    number: position + 1,
                });
            }
            lesions.push(Lesion {
                name: draft.name,
                level: draft.level,
                part: draft.part,
                author: draft.author.unwrap_or_else(|| defaults.author.to_owned()),
            });
        }
        for (position, follow_up) in self.follow_ups.iter().enumerate() {
            if let Some(fault) = follow_up.fault(&self.follow_ups, today) {
                let number = position + 1;
                return Err(ExchangeError::FollowUp { number, fault });
            }
        }
        let IdentityDraft {
            patient_id,
            family_name,
            given_name,
            alphabetic_name,
            birth_date,
        } = self.identity;
        Ok(Case {
            schema: CASE_SCHEMA,
            id,
            identity: Identity {
                patient_id,
                family_name,
                given_name,
                alphabetic_name,
                birth_date,
            },
            synthetic: self.synthetic,
            index_level: self.index_level,
            observations,
            courses,
            lesions,
            episodes,
            studies: self.studies,
            key_images: self.key_images,
            marks: self.marks,
            spine_labels: self.spine_labels,
            follow_ups: self.follow_ups,
        })
    }
}

/// Refuses a decision that cannot be one, or that names what this version does not know.
fn check_decision(decision: &BoardDecision) -> Result<(), ExchangeError> {
    if let Some(fault) = decision.fault() {
        return Err(ExchangeError::Decision { fault });
    }
    let words = Words::shipped("en");
    let is_specialty = |specialty: &str| words.contains(&format!("specialty.{specialty}"));
    let mut positions = decision.positions.iter();
    let mut reasons = decision
        .carried_out
        .iter()
        .filter_map(|one| one.reason.as_ref());
    match positions.all(|position| is_specialty(&position.specialty))
        && reasons.all(|reason| deviation_reasons().knows(reason))
    {
        true => Ok(()),
        false => Err(ExchangeError::DecisionCodes),
    }
}

impl ObservationDraft {
    /// None where neither a value nor a reason of absence is given: a blank.
    fn complete(
        self,
        catalogue: &Catalogue,
        index_level: Option<Level>,
        index_date: Option<NaiveDate>,
        defaults: &mut Defaults<'_>,
    ) -> Result<Option<Observation>, String> {
        let entry = match (self.value, self.absent) {
            (Some(_), Some(_)) => {
                return Err("give either a value or a reason of absence, not both".to_owned());
            }
            (Some(ValueDraft(value)), None) => Entry::Known {
                value,
                unit: self.unit,
            },
            (None, Some(absent)) => Entry::Absent { absent },
            (None, None) => return Ok(None),
        };
        let subject = match self.subject {
            Some(SubjectDraft(subject)) => subject,
            None => match catalogue.feature(&self.feature).map(|feature| feature.per) {
                None | Some(Per::Patient) => Subject::Patient,
                Some(Per::Level) => Subject::Level(index_level.ok_or(
                    "it is about a vertebral level: add \"subject\": \"L1\" here or \"index_level\": \"L1\" to the case",
                )?),
                Some(Per::Lesion) => {
                    return Err("it is about one lesion: add \"subject\": { \"kind\": \"lesion\", \"name\": \"1\" }".to_owned());
                }
            },
        };
        let undated = self.observed_on.is_none() && self.recorded_at.is_none();
        Ok(Some(Observation {
            id: self.id.unwrap_or_else(&mut defaults.new_id),
            feature: self.feature,
            subject,
            entry,
            observed_on: if undated {
                index_date
            } else {
                self.observed_on
            },
            recorded_at: self.recorded_at.unwrap_or(defaults.now),
            source: self.source.unwrap_or(Source::Typed),
            author: self.author.unwrap_or_else(|| defaults.author.to_owned()),
            note: self.note,
        }))
    }
}

impl CourseDraft {
    fn complete(self, defaults: &mut Defaults<'_>) -> TreatmentCourse {
        TreatmentCourse {
            id: self.id.unwrap_or_else(&mut defaults.new_id),
            kind: self.kind,
            status: self.status,
            description: self.description,
            levels: self.levels,
            dose_gray: self.dose_gray,
            fractions: self.fractions,
            cord_dose_gray: self.cord_dose_gray,
            started_on: self.started_on,
            ended_on: self.ended_on,
            author: self.author.unwrap_or_else(|| defaults.author.to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for ValueDraft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;
        impl Visitor<'_> for AnyValue {
            type Value = Value;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter
                    .write_str("a number, true or false, or the id of an option in quotation marks")
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
                Ok(Value::Flag(flag))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
                Ok(Value::Number(number))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
                Ok(Value::Number(number as f64))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Number(number as f64))
            }
            fn visit_str<E: Error>(self, code: &str) -> Result<Value, E> {
                Ok(Value::Code(code.to_owned()))
            }
        }
        deserializer.deserialize_any(AnyValue).map(ValueDraft)
    }
}

impl<'de> Deserialize<'de> for SubjectDraft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Name(String),
            Whole(Subject),
        }
        let expected = "the subject is \"patient\", a level such as \"L1\", or { \"kind\": \"lesion\", \"name\": \"1\" }";
        match Written::deserialize(deserializer).map_err(|_| D::Error::custom(expected))? {
            Written::Whole(subject) => Ok(SubjectDraft(subject)),
            Written::Name(name) if name == "patient" => Ok(SubjectDraft(Subject::Patient)),
            Written::Name(name) => {
                let level = name.parse().map_err(D::Error::custom)?;
                Ok(SubjectDraft(Subject::Level(level)))
            }
        }
    }
}
