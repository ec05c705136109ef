//! What a board does with a forecast: its own estimates first, facts tried out, the blank facts that could change a decision,
//! and the limit that it set itself.

use crate::{
    AppStatus, Board, BoardError, CaseView, assess,
    cases::{judged_on, known_feature, refuse_no_number},
    new_id,
    reasons::sweep,
};
use clinical::{
    assessment::{Assessment, SweepRow, Threshold, TreatmentOption},
    case::{BoardEstimate, Case, Entry, Observation, Source, Subject},
};
use serde::{Deserialize, Serialize};
use store::{AuditEntry, Store};
use ts_rs::TS;

const ASK: &str = "estimate_first";
const THRESHOLD_MONTHS: &str = "surgery_threshold_months";
const THRESHOLD_PROBABILITY: &str = "surgery_threshold_probability";

/// A case that is tried out may differ in so many facts; more is another case.
const MOST_TRIED: usize = 50;

/// Whether a person is asked for an estimate of their own before the model shows its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EstimateFirst {
    Never,
    /// While the shared screen is open.
    #[default]
    InMeetings,
    Always,
}

/// How this board decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct DecisionSettings {
    pub estimate_first: EstimateFirst,
    /// Below this chance of being alive the board hesitates to operate; its own limit, none unless it was set.
    pub surgery_threshold: Option<Threshold>,
}

/// An estimate as it is entered.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct EstimateInput {
    /// Whose estimate it is, of the people of this installation; none is whoever is signed in.
    #[serde(default)]
    pub person_id: Option<String>,
    /// Of 100 patients like this one, so many alive.
    pub alive_3_months: u8,
    pub alive_12_months: u8,
    pub option: TreatmentOption,
}

/// A fact as it is tried out, without being recorded.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct TriedFact {
    pub feature: String,
    pub subject: Subject,
    pub entry: Entry,
}

impl Board {
    /// Keeps a person's estimate for the current episode, with name and time. It is not changed or undone afterwards.
    pub fn lock_estimate(
        &self,
        case_id: &str,
        input: EstimateInput,
    ) -> Result<CaseView, BoardError> {
        let signed_in = self.person()?;
        let person = match &input.person_id {
            None => signed_in.clone(),
            Some(id) => self.with_store(|store| Ok(store.person(id)?))?,
        };
        let now = self.now();
        self.change(case_id, "estimate_locked", |case| {
            let episode = case.episodes.last_mut().ok_or_else(|| {
                let message = "Enter the day on which the facts are judged first.";
                BoardError::new("no_episode", message)
            })?;
            let estimate = BoardEstimate {
                id: new_id(),
                person_id: person.id.clone(),
                name: person.name.clone(),
                specialty: person.specialty.code(),
                alive_3_months: input.alive_3_months,
                alive_12_months: input.alive_12_months,
                option: input.option,
                locked_at: now,
                author: signed_in.name.clone(),
            };
            if !estimate.is_possible() {
                let message =
                    "Of 100 patients at most as many are alive after 12 months as after 3.";
                return Err(BoardError::new("estimate_impossible", message));
            }
            let mut known = episode.estimates.iter();
            if known.any(|known| known.person_id == person.id) {
                let message = "This person's estimate is already locked.";
                return Err(BoardError::new("estimate_locked", message));
            }
            episode.estimates.push(estimate);
            Ok(())
        })
    }

    /// Notes that somebody looked at the model before an estimate was locked.
    pub fn reveal_without_estimate(&self, case_id: &str) -> Result<(), BoardError> {
        self.with_store(|store| {
            store.case(case_id)?;
            self.note(store, "model_shown_first", Some(case_id))
        })
    }

    /// The assessment of a case if these facts were as they are tried out; nothing is saved. It corrects or completes facts; it
    /// does not say what changing them in the patient would do.
    pub fn try_out(&self, case_id: &str, tried: Vec<TriedFact>) -> Result<Assessment, BoardError> {
        if tried.len() > MOST_TRIED {
            let message = format!("At most {MOST_TRIED} facts are tried out together.");
            return Err(BoardError::new("too_many_tried", message));
        }
        let mut case = self.with_store(|store| Ok(store.case(case_id)?))?.case;
        let (now, author) = (self.now(), self.author()?);
        let index_date = judged_on(&case, now);
        for fact in tried {
            let feature = known_feature(&fact.feature)?;
            refuse_no_number(&fact.entry)?;
            // In place of what is recorded, of whatever day.
            case.observations
                .retain(|known| known.feature != feature.id || known.subject != fact.subject);
            case.observations.push(Observation {
                id: new_id(),
                feature: feature.id.clone(),
                subject: fact.subject,
                entry: fact.entry,
                observed_on: Some(index_date),
                recorded_at: now,
                source: Source::Typed,
                author: author.clone(),
                note: None,
            });
        }
        Ok(assess(&case, index_date, &self.answering().packs, None))
    }

    /// The blank facts that could carry the forecast across the board's own limit, or that change it most; the largest change
    /// first. None where there is no forecast.
    pub fn deciding_facts(&self, case_id: &str) -> Result<Vec<SweepRow>, BoardError> {
        let (case, settings) =
            self.with_store(|store| Ok((store.case(case_id)?.case, settings(store))))?;
        let index_date = judged_on(&case, self.now());
        let thresholds: Vec<Threshold> = settings.surgery_threshold.into_iter().collect();
        let packs = &self.answering().packs;
        Ok(sweep(&case, index_date, packs, None, &thresholds).unwrap_or_default())
    }

    /// Sets how this board decides. For coordinators and chairs.
    pub fn set_decision_settings(&self, wanted: DecisionSettings) -> Result<AppStatus, BoardError> {
        let is_limit = |limit: &Threshold| {
            [3.0, 6.0, 12.0].contains(&limit.months)
                && limit.probability > 0.0
                && limit.probability < 1.0
        };
        if !wanted.surgery_threshold.iter().all(is_limit) {
            let message = "A limit is a chance between 1 and 99 of 100 at 3, 6 or 12 months.";
            return Err(BoardError::new("threshold_impossible", message));
        }
        self.with_store(|store| {
            let manager = self.manager()?;
            let limit = |number: fn(&Threshold) -> f64| {
                let set = wanted.surgery_threshold.as_ref().map(number);
                set.map_or_else(String::new, |number| number.to_string())
            };
            store.set_setting(ASK, ask_code(wanted.estimate_first))?;
            store.set_setting(THRESHOLD_MONTHS, &limit(|one| one.months))?;
            store.set_setting(THRESHOLD_PROBABILITY, &limit(|one| one.probability))?;
            let details = described(&wanted);
            let entry = AuditEntry {
                details: details.as_bytes(),
                ..AuditEntry::new(&manager, "setting_changed")
            };
            store.audit_append(&entry, self.now())?;
            Ok(())
        })?;
        Ok(self.status())
    }
}

fn described(wanted: &DecisionSettings) -> String {
    let limit = wanted.surgery_threshold.map_or_else(String::new, |limit| {
        format!(" {} {}", limit.months, limit.probability)
    });
    format!("{}{limit}", ask_code(wanted.estimate_first))
}

const fn ask_code(ask: EstimateFirst) -> &'static str {
    match ask {
        EstimateFirst::Never => "never",
        EstimateFirst::InMeetings => "in_meetings",
        EstimateFirst::Always => "always",
    }
}

/// How this board decides, as it was set.
pub(crate) fn settings(store: &Store) -> DecisionSettings {
    let set = |name: &str| store.setting(name).ok().flatten();
    let number = |name: &str| set(name)?.parse::<f64>().ok();
    let all = [
        EstimateFirst::Never,
        EstimateFirst::InMeetings,
        EstimateFirst::Always,
    ];
    let asked = set(ASK);
    DecisionSettings {
        estimate_first: all
            .into_iter()
            .find(|ask| asked.as_deref() == Some(ask_code(*ask)))
            .unwrap_or_default(),
        surgery_threshold: number(THRESHOLD_MONTHS)
            .zip(number(THRESHOLD_PROBABILITY))
            .map(|(months, probability)| Threshold {
                months,
                probability,
            }),
    }
}

/// Locked estimates stay where an earlier state of a case is taken up again.
pub(crate) fn keep_estimates(restored: &mut Case, current: &Case) {
    for episode in &mut restored.episodes {
        let same = current.episodes.iter().find(|known| known.id == episode.id);
        if let Some(same) = same {
            episode.estimates.clone_from(&same.estimates);
        }
    }
}
