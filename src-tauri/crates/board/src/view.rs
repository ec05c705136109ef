//! What a screen is shown: plain values, made fresh after every change.

use crate::{
    BackupStatus, CrashReport, DecisionCheck, DecisionSettings, EpisodeFollowUp, KeychainState,
    OutlineOffer, Person, RefusedRecalibration,
};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    assessment::{Assessment, ModelLabel},
    case::{Case, CourseStatus, Lesion, TreatmentKind},
    completeness::ItemReading,
    language::Language,
    level::Level,
    marks::{LabelAnchor, MarkKind, Point, Progression, Proposal, SpineLabel},
    pathway_clock::ClockReading,
    spine::LevelEntry,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// The state of the application before and after a case is opened.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AppStatus {
    pub app_version: String,
    pub store: StoreStatus,
    /// Whether a person of this installation accepted the research-use statement.
    pub research_use_accepted: bool,
    pub data_folder: String,
    /// What the window speaks now.
    pub language: Language,
    /// Whether somebody chose it, here or at an earlier start.
    pub language_chosen: bool,
    pub packs: Vec<PackStatus>,
    /// Recalibrations beside the packs that are not used; the packs answer as shipped.
    pub refused_recalibrations: Vec<RefusedRecalibration>,
    pub start: StartArguments,
    /// An error of an earlier run that ended something unexpectedly, told once.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_crash: Option<CrashReport>,
    /// Everybody who works here; empty while the store is locked.
    pub people: Vec<Person>,
    /// Who is signed in.
    pub person: Option<Person>,
    /// True from an unlocking by the recovery key until somebody signs in: meanwhile a forgotten
    /// personal secret may be set anew.
    pub recovered: bool,
    /// Minutes without input after which the store locks itself.
    pub auto_lock_minutes: u32,
    pub decision: DecisionSettings,
    /// How whoever is signed in likes to look at things, by name.
    pub preferences: BTreeMap<String, String>,
    pub recovery_key_made_at: Option<DateTime<Utc>>,
    pub keychain: KeychainState,
    pub minimum_passphrase: u32,
    pub minimum_secret: u32,
    pub backup: BackupStatus,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StoreStatus {
    /// First start: a passphrase has to be chosen.
    Absent,
    Locked,
    Open,
    /// The words for `error.<code>` say what to do.
    Failed {
        code: String,
        parameters: BTreeMap<String, String>,
    },
}

/// A model pack that was found, usable or refused.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PackStatus {
    pub name: String,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    pub state: PackState,
    pub is_default: bool,
    /// The model card's text, as Markdown.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// Who made a model that forecasts, from what, and what was measured of it.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<ModelLabel>,
    /// Notices that the pack's data licences ask for.
    pub notices: Vec<String>,
    /// Where the pack does not forecast and proposes outlines: on which images.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outlines: Option<OutlineOffer>,
}

#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PackState {
    Ready,
    /// The words for `refusal.<code>` say why.
    Refused {
        code: String,
        detail: String,
    },
}

/// What the window was asked to open on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
pub struct StartArguments {
    pub demo: bool,
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images_path: Option<String>,
}

/// An open case with everything derived from it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CaseView {
    pub case: Case,
    pub revision: u32,
    pub saved_at: DateTime<Utc>,
    pub assessment: Assessment,
    /// The level that level-wise results are about, if it is clear which.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// What hangs on each level, from head to foot.
    pub spine: Vec<LevelEntry>,
    /// Every lesion, also those that only facts name.
    pub lesions: Vec<Lesion>,
    /// What the marks propose as facts.
    pub proposals: Vec<Proposal>,
    /// How measurements changed from one day to a later one, the latest pair of days of each kind and level.
    pub progressions: Vec<Progression>,
    /// Where the case stands in the board's week.
    pub week: WeekOfCase,
    /// True if there is an earlier revision to go back to.
    pub can_undo: bool,
    /// True if an undo can be taken back.
    pub can_redo: bool,
}

/// Where a case stands in the board's week.
#[derive(Debug, Clone, Serialize, TS)]
pub struct WeekOfCase {
    /// The next meeting on whose list it stands, else the last one.
    #[ts(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<ListedIn>,
    /// What is there on the day of that meeting where it comes, else today.
    pub completeness: Vec<ItemReading>,
    /// Of the current discussion.
    pub clock: Vec<ClockReading>,
    /// Signs of an emergency were known on its index date, so the shorter limits hold.
    pub urgent: bool,
    pub decisions: Vec<DecisionCheck>,
    /// Of each signed decision.
    pub follow_ups: Vec<EpisodeFollowUp>,
}

/// A meeting on whose list a case stands.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ListedIn {
    pub meeting_id: String,
    pub title: String,
    pub on: NaiveDate,
}

/// What a person enters for one observation.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct ObservationInput {
    pub feature: String,
    pub subject: clinical::case::Subject,
    pub entry: clinical::case::Entry,
    #[serde(default)]
    pub observed_on: Option<NaiveDate>,
    #[serde(default)]
    pub source: Option<clinical::case::Source>,
    /// Why, in words; needed for a value that is typed in place of a derived one.
    #[serde(default)]
    #[ts(optional)]
    pub note: Option<String>,
}

/// What a person enters for one course of treatment, given or planned.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct CourseInput {
    pub kind: TreatmentKind,
    pub status: CourseStatus,
    #[serde(default)]
    pub description: String,
    /// In any order.
    #[serde(default)]
    pub levels: Vec<Level>,
    #[serde(default)]
    pub dose_gray: Option<f64>,
    /// As it was typed, so that a number that is none of fractions is refused in words.
    #[serde(default)]
    pub fractions: Option<f64>,
    /// See [`clinical::case::TreatmentCourse::cord_dose_gray`].
    #[serde(default)]
    pub cord_dose_gray: Option<f64>,
    #[serde(default)]
    pub started_on: Option<NaiveDate>,
    #[serde(default)]
    pub ended_on: Option<NaiveDate>,
}

/// What a person says of one lesion.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct LesionInput {
    pub name: String,
    #[serde(default)]
    pub level: Option<Level>,
    /// Side or part of the vertebra, in words.
    #[serde(default)]
    pub part: String,
}

/// Whether a number that is being typed is plausible.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryAdvice {
    Plausible,
    /// Outside the limits, which are given in the unit of entry.
    Implausible {
        low: f64,
        high: f64,
    },
    /// Plausible if it was meant in this unit.
    DidYouMean {
        unit: String,
    },
    /// The catalogue does not convert this unit.
    UnknownUnit,
}

/// A key image to be marked: a frame of an open stack as it is shown.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct KeyImageInput {
    pub stack_id: String,
    /// Position in the stack, counted from 0.
    pub image_index: u32,
    pub window_center: f64,
    pub window_width: f64,
    #[serde(default)]
    pub level: Option<Level>,
    #[serde(default)]
    pub note: String,
}

/// A mark as it is drawn on images of an open stack; its values are computed here.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct MarkInput {
    pub stack_id: String,
    pub kind: MarkKind,
    /// Where it was drawn on a plane made from the stack's volume: the plane's normal. Then there is one part,
    /// whose `image_index` is not read.
    #[serde(default)]
    pub reformatted_normal: Option<Point>,
    pub parts: Vec<MarkPartInput>,
    pub window_center: f64,
    pub window_width: f64,
    /// None asks for the nearest labelled vertebra.
    #[serde(default)]
    pub level: Option<Level>,
    #[serde(default)]
    pub note: String,
    /// The models, by the SHA-256 of their manifests, whose outlines are in it, corrected or not. A mark that is
    /// redrawn keeps those that it has.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub proposed_by: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MarkPartInput {
    /// Position in the stack, counted from 0.
    pub image_index: u32,
    pub points: Vec<Point>,
}

/// The vertebrae of a frame of reference, in any order.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct SpineLabelsInput {
    pub frame_of_reference_uid: String,
    pub anchor: LabelAnchor,
    /// Where it is not 12.
    #[serde(default)]
    pub thoracic: Option<u8>,
    /// Where it is not 5.
    #[serde(default)]
    pub lumbar: Option<u8>,
    pub labels: Vec<SpineLabel>,
}

/// What a report leaves out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, TS)]
pub struct ReportChoices {
    /// Name, number and birth date, in free text too.
    pub mask_identity: bool,
    /// Forecast, reasons and benefit, for people who have not yet said what they expect.
    pub without_model: bool,
    /// Puts a page with the curve and the first key image after the one page for the referrer.
    #[serde(default)]
    pub charts: bool,
}

/// Where a report was written.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ExportedFile {
    pub path: String,
}
