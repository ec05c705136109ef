//! A Case: who the patient is, what the board is asked, and a list of dated observations.
//!
//! Observations are never overwritten: a laboratory value that is measured again is a second
//! observation. What an assessment uses is decided by [`crate::facts`], by date.

mod courses;
mod lesions;

use crate::{
    assessment::TreatmentOption,
    catalogue::FeatureId,
    decision::BoardDecision,
    follow_up::FollowUp,
    level::Level,
    marks::{Mark, SpineLabels},
    pathway_clock::Milestone,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use courses::{CourseFault, CourseStatus, TreatmentCourse, TreatmentKind, latest_today};
pub use lesions::Lesion;

/// Names the structure of a case file; a reader refuses a higher number.
pub const CASE_SCHEMA: u32 = 1;

/// Everything recorded of one patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Structure of this record, see [`CASE_SCHEMA`].
    pub schema: u32,
    /// Random identifier of the case, without meaning.
    pub id: String,
    pub identity: Identity,
    /// True for a made-up patient: said on every screen and page.
    #[serde(default)]
    pub synthetic: bool,
    /// The level that level-wise scores and forecasts are about.
    #[serde(default)]
    pub index_level: Option<Level>,
    #[serde(default)]
    pub observations: Vec<Observation>,
    #[serde(default)]
    pub courses: Vec<TreatmentCourse>,
    /// Lesions that somebody named; see [`Case::all_lesions`] for those that only facts name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Lesion>>", optional)]
    pub lesions: Vec<Lesion>,
    /// One entry per time a board discusses the patient; the last is the current one.
    #[serde(default)]
    pub episodes: Vec<BoardEpisode>,
    #[serde(default)]
    pub studies: Vec<LinkedStudy>,
    #[serde(default)]
    pub key_images: Vec<KeyImage>,
    /// Measurements on images.
    #[serde(default)]
    pub marks: Vec<Mark>,
    /// One for each frame of reference whose vertebrae are labelled.
    #[serde(default)]
    pub spine_labels: Vec<SpineLabels>,
    /// What was learned of the patient after a decision. Not written where there is none, so that such a file stays readable for
    /// readers that do not know it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FollowUp>>", optional)]
    pub follow_ups: Vec<FollowUp>,
}

/// Who the patient is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The hospital's patient number, compared with DICOM Patient ID (0010,0020).
    pub patient_id: String,
    pub family_name: String,
    pub given_name: String,
    /// The name in Latin letters, where the name above is in another script
    /// (the alphabetic component group of DICOM PS3.5 section 6.2.1.1).
    #[serde(default)]
    pub alphabetic_name: Option<String>,
    #[serde(default)]
    pub birth_date: Option<NaiveDate>,
}

/// One dated fact, or the reason why it is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(try_from = "ObservationRecord")]
pub struct Observation {
    pub id: String,
    pub feature: FeatureId,
    pub subject: Subject,
    #[serde(flatten)]
    pub entry: Entry,
    /// The day the fact held (blood drawn, image taken, patient examined).
    #[serde(default)]
    pub observed_on: Option<NaiveDate>,
    /// When it was entered here.
    pub recorded_at: DateTime<Utc>,
    pub source: Source,
    pub author: String,
    /// Why it was entered so, in words; asked for where it takes the place of a derived value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
}

/// An observation as it stands in a file. A key that is not known here, such as a misspelt unit,
/// is refused: read without it the value would mean something else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObservationRecord {
    id: String,
    feature: FeatureId,
    subject: Subject,
    value: Option<Value>,
    unit: Option<String>,
    absent: Option<AbsenceReason>,
    observed_on: Option<NaiveDate>,
    recorded_at: DateTime<Utc>,
    source: Source,
    author: String,
    note: Option<String>,
}

/// The record gives both or neither of a value and a reason of absence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("observation '{0}' needs either a value or, without a unit, a reason in 'absent'")]
struct NotOneEntry(String);

impl TryFrom<ObservationRecord> for Observation {
    type Error = NotOneEntry;

    fn try_from(record: ObservationRecord) -> Result<Self, NotOneEntry> {
        let entry = match (record.value, record.unit, record.absent) {
            (Some(value), unit, None) => Entry::Known { value, unit },
            (None, None, Some(absent)) => Entry::Absent { absent },
            _ => return Err(NotOneEntry(record.id)),
        };
        Ok(Observation {
            id: record.id,
            feature: record.feature,
            subject: record.subject,
            entry,
            observed_on: record.observed_on,
            recorded_at: record.recorded_at,
            source: record.source,
            author: record.author,
            note: record.note,
        })
    }
}

/// What an observation is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "name", rename_all = "snake_case")]
pub enum Subject {
    Patient,
    Level(Level),
    Lesion(String),
}

/// A value with the unit it was entered in, or a reason of absence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Entry {
    Known {
        value: Value,
        /// Unit as entered; none means the catalogue's unit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        unit: Option<String>,
    },
    Absent {
        absent: AbsenceReason,
    },
}

/// A number, a yes or no, or the id of a catalogue option (dates as ISO 8601 text).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Value {
    Flag(bool),
    Number(f64),
    Code(String),
}

/// Why a fact is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AbsenceReason {
    NotDone,
    Pending,
    NotAvailable,
    NotApplicable,
    Declined,
}

/// Where an observation comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// Typed by a person.
    Typed,
    /// Read from a file (its name without folders).
    File { name: String },
    /// Read from or measured on an image.
    Image {
        sop_instance_uid: String,
        /// The mark that was measured, in [`Case::marks`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        mark: Option<String>,
    },
}

/// One discussion of the patient by a board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BoardEpisode {
    pub id: String,
    /// The day on which the facts are judged.
    pub index_date: NaiveDate,
    /// The question to the board.
    #[serde(default)]
    pub question: String,
    /// What each person expected before they saw the model.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<BoardEstimate>>", optional)]
    pub estimates: Vec<BoardEstimate>,
    /// Days on which steps of the way were reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<Milestone>>", optional)]
    pub milestones: Vec<Milestone>,
    /// What the board decided, as far as anything was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub decision: Option<BoardDecision>,
}

/// A person's own estimate, locked before the model was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct BoardEstimate {
    pub id: String,
    /// Of the people of the installation.
    pub person_id: String,
    pub name: String,
    /// Id of a specialty; the words are `specialty.<id>`.
    pub specialty: String,
    /// Of 100 patients like this one, so many alive.
    pub alive_3_months: u8,
    pub alive_12_months: u8,
    /// What they would do.
    pub option: TreatmentOption,
    pub locked_at: DateTime<Utc>,
    /// Who entered it.
    pub author: String,
}

impl BoardEpisode {
    /// A discussion of which only the day and the question are known.
    pub fn new(id: String, index_date: NaiveDate, question: String) -> BoardEpisode {
        BoardEpisode {
            id,
            index_date,
            question,
            estimates: Vec::new(),
            milestones: Vec::new(),
            decision: None,
        }
    }

    /// Whether somebody signed the decision, so that day, question and decision stay as they are.
    pub fn is_signed(&self) -> bool {
        self.decision.as_ref().is_some_and(BoardDecision::is_signed)
    }
}

impl BoardEstimate {
    /// Whether so many of 100 patients can be alive after 3 and after 12 months.
    pub fn is_possible(&self) -> bool {
        self.alive_12_months <= self.alive_3_months && self.alive_3_months <= 100
    }
}

/// A DICOM study that was opened for this patient, by reference to where its files lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct LinkedStudy {
    pub study_instance_uid: String,
    pub folder: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub study_date: Option<NaiveDate>,
    /// Patient ID in the images; a difference from the case is a finding.
    pub patient_id: String,
    #[serde(default)]
    pub patient_name: String,
    #[serde(default)]
    pub patient_birth_date: Option<NaiveDate>,
    /// A person looked at the mismatch and took responsibility for it.
    #[serde(default)]
    pub mismatch_confirmed_by: Option<String>,
    /// Modalities of its series (DICOM PS3.3 C.7.3.1.1.1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<String>>", optional)]
    pub modalities: Vec<String>,
}

/// An image that the board should see again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct KeyImage {
    pub id: String,
    pub series_instance_uid: String,
    pub sop_instance_uid: String,
    /// Frame number within the instance, counted from 1 (DICOM PS3.3 C.7.6.6).
    pub frame: u32,
    /// Window centre and width in the units of the rescaled pixel values.
    pub window_center: f64,
    pub window_width: f64,
    #[serde(default)]
    pub level: Option<Level>,
    #[serde(default)]
    pub note: String,
    /// Modality, series description and date for the caption; never the name.
    #[serde(default)]
    pub caption: String,
    pub marked_at: DateTime<Utc>,
    pub author: String,
}

impl Case {
    /// A case with nothing known yet.
    pub fn new(id: String, identity: Identity) -> Case {
        Case {
            schema: CASE_SCHEMA,
            id,
            identity,
            synthetic: false,
            index_level: None,
            observations: Vec::new(),
            courses: Vec::new(),
            lesions: Vec::new(),
            episodes: Vec::new(),
            studies: Vec::new(),
            key_images: Vec::new(),
            marks: Vec::new(),
            spine_labels: Vec::new(),
            follow_ups: Vec::new(),
        }
    }

    /// An episode by its id.
    pub fn episode(&self, id: &str) -> Option<&BoardEpisode> {
        self.episodes.iter().find(|episode| episode.id == id)
    }

    /// The episode under discussion, if any was opened.
    pub fn current_episode(&self) -> Option<&BoardEpisode> {
        self.episodes.last()
    }

    /// The level that level-wise results are about: the stated one, else the only one that has
    /// observations.
    pub fn level_in_question(&self) -> Option<Level> {
        if self.index_level.is_some() {
            return self.index_level;
        }
        let mut only = None;
        for observation in &self.observations {
            if let Subject::Level(level) = observation.subject {
                match only {
                    None => only = Some(level),
                    Some(known) if known == level => {}
                    Some(_) => return None,
                }
            }
        }
        only
    }
}

impl AbsenceReason {
    /// The code as it stands in a case file and in the words file, under `absence`.
    pub fn id(self) -> &'static str {
        match self {
            AbsenceReason::NotDone => "not_done",
            AbsenceReason::Pending => "pending",
            AbsenceReason::NotAvailable => "not_available",
            AbsenceReason::NotApplicable => "not_applicable",
            AbsenceReason::Declined => "declined",
        }
    }
}

impl Value {
    /// The number, if this is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The option id, if this is one.
    pub fn as_code(&self) -> Option<&str> {
        match self {
            Value::Code(code) => Some(code),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const ALBUMIN: &str = r#"
        id = "1"
        feature = "albumin"
        subject = { kind = "patient" }
        value = 3.5
        unit = "g/dL"
        observed_on = "2026-03-10"
        recorded_at = "2026-03-10T12:00:00Z"
        source = { kind = "typed" }
        author = "test"
    "#;

    fn read(text: &str) -> Result<Observation, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_a_value_with_its_unit_or_a_reason_of_absence() {
        let known = read(ALBUMIN).expect("a value");
        let unit = Some("g/dL".to_owned());
        assert_eq!(
            known.entry,
            Entry::Known {
                value: Value::Number(3.5),
                unit
            }
        );
        let absent = ALBUMIN
            .replace("value = 3.5", "absent = \"pending\"")
            .replace("unit = \"g/dL\"", "");
        let absent = read(&absent).expect("an absence");
        assert_eq!(
            absent.entry,
            Entry::Absent {
                absent: AbsenceReason::Pending
            }
        );
    }

    #[test]
    fn a_misspelt_unit_is_refused_and_not_read_as_the_default_unit() {
        let refused = read(&ALBUMIN.replace("unit =", "units =")).expect_err("an unknown key");
        assert!(refused.contains("units"), "{refused}");
    }

    #[test]
    fn a_reason_is_kept_and_an_older_record_has_none() {
        assert_eq!(read(ALBUMIN).expect("a value").note, None);
        let noted = read(&format!("{ALBUMIN}\nnote = \"seen twice\"")).expect("a value");
        assert_eq!(noted.note.as_deref(), Some("seen twice"));
    }

    #[test]
    fn a_value_and_an_absence_exclude_each_other() {
        let both = ALBUMIN.replace("unit = \"g/dL\"", "absent = \"pending\"");
        assert!(read(&both).expect_err("both").contains("either a value"));
        assert!(read(&ALBUMIN.replace("value = 3.5", "")).is_err());
    }

    #[test]
    fn the_level_in_question_is_the_stated_or_the_only_one() {
        let mut case = Case::new("c".into(), Identity::default());
        let at = |level: &str| {
            let subject = Subject::Level(level.parse().expect("a level"));
            Observation {
                subject,
                ..read(ALBUMIN).expect("an observation")
            }
        };
        assert_eq!(case.level_in_question(), None);
        case.observations = vec![at("T8"), at("T8")];
        assert_eq!(case.level_in_question(), "T8".parse().ok());
        case.observations.push(at("L2"));
        assert_eq!(case.level_in_question(), None);
        case.index_level = "L2".parse().ok();
        assert_eq!(case.level_in_question(), "L2".parse().ok());
    }
}
