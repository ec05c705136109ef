//! The case list and the open case. Every committed change is one new revision and answers with
//! the fresh view; keystrokes go to a draft; undo is a new revision with the earlier content.

use crate::{
    Board, BoardError, CaseView, EntryAdvice, Identity, Level, ListedIn, ObservationInput,
    WeekOfCase, assess,
    decision::keep_estimates,
    follow_up::{day_of, episode_follow_ups},
    lesions::list_lesion,
    meetings::next_meeting,
    new_id,
    signing::{decision_checks, keep_signed},
    week_settings,
};
use chrono::{DateTime, NaiveDate, Utc};
use clinical::{
    assessment::Assessment,
    case::{BoardEpisode, Case, Entry, Observation, Source, Subject, Value},
    catalogue::{Catalogue, Feature},
    completeness::completeness,
    marks,
    pathway_clock::clock_readings,
    spine::spine_index,
    units,
};
use std::collections::BTreeMap;
use store::{CaseList, Change, RevisionInfo, Store, StoredCase};

/// The list shows no more; a search finds the others.
const MOST_LISTED: u32 = 200;

impl Board {
    /// Cases whose name or patient number contains every word; the latest change first, and how many there are if that is more
    /// than are shown.
    pub fn list_cases(&self, search: &str) -> Result<CaseList, BoardError> {
        self.with_store(|store| {
            self.note_listing(store)?;
            Ok(store.list(search, MOST_LISTED)?)
        })
    }

    /// A new case with today as its index date.
    pub fn create_case(&self, identity: Identity, question: &str) -> Result<CaseView, BoardError> {
        let mut case = Case::new(new_id(), identity);
        let today = self.now().date_naive();
        case.episodes
            .push(BoardEpisode::new(new_id(), today, question.to_owned()));
        self.insert_case(case)
    }

    /// Saves a case that is not in the store yet.
    pub fn insert_case(&self, case: Case) -> Result<CaseView, BoardError> {
        self.with_store(|store| {
            let person = self.person()?;
            self.save(store, &case, &Change::new(&person, "created", 0))
        })
    }

    /// Shows a case; that it was looked at is logged.
    pub fn open_case(&self, id: &str) -> Result<CaseView, BoardError> {
        self.with_store(|store| {
            let stored = store.case(id)?;
            self.note(store, "case_viewed", Some(id))?;
            self.view(store, stored)
        })
    }

    pub fn set_identity(&self, id: &str, identity: Identity) -> Result<CaseView, BoardError> {
        self.change(id, "identity", |case| {
            case.identity = identity;
            Ok(())
        })
    }

    pub fn set_episode(
        &self,
        id: &str,
        index_date: NaiveDate,
        question: String,
    ) -> Result<CaseView, BoardError> {
        self.change(id, "episode", |case| {
            match case.episodes.last_mut() {
                Some(current) if current.is_signed() => return Err(signed()),
                Some(current) => {
                    current.index_date = index_date;
                    current.question = question;
                }
                None => {
                    case.episodes
                        .push(BoardEpisode::new(new_id(), index_date, question));
                }
            }
            Ok(())
        })
    }

    pub fn set_index_level(&self, id: &str, level: Option<Level>) -> Result<CaseView, BoardError> {
        self.change(id, "index_level", |case| {
            case.index_level = level;
            Ok(())
        })
    }

    /// Adds an observation; an earlier one of the same feature stays in the history. A value of what
    /// is normally derived needs a reason in words: `reason_needed`.
    pub fn record_observation(
        &self,
        id: &str,
        input: ObservationInput,
    ) -> Result<CaseView, BoardError> {
        let feature = known_feature(&input.feature)?;
        refuse_no_number(&input.entry)?;
        let note = input.note.map(|note| note.trim().to_owned());
        let note = note.filter(|note| !note.is_empty());
        let is_known = matches!(input.entry, Entry::Known { .. });
        if is_known && note.is_none() && feature.derived {
            let spoken = Catalogue::in_language(self.language().code()).feature(&feature.id);
            let label = spoken.map_or(&feature.label, |feature| &feature.label);
            return Err(BoardError::new(
                "reason_needed",
                "This value is normally computed. Say why another one is typed.",
            )
            .with("feature", label));
        }
        let (now, author) = (self.now(), self.author()?);
        self.change(id, "observation", |case| {
            if let Subject::Lesion(name) = &input.subject {
                list_lesion(case, name, input.source.as_ref(), &author);
            }
            case.observations.push(Observation {
                id: new_id(),
                feature: feature.id.clone(),
                subject: input.subject,
                entry: input.entry,
                observed_on: input.observed_on,
                recorded_at: now,
                source: input.source.unwrap_or(Source::Typed),
                author,
                note,
            });
            Ok(())
        })
    }

    /// Takes an observation that was entered by mistake out of the current revision.
    pub fn retract_observation(&self, id: &str, observation: &str) -> Result<CaseView, BoardError> {
        self.change(id, "retraction", |case| {
            let before = case.observations.len();
            case.observations.retain(|known| known.id != observation);
            if case.observations.len() == before {
                return Err(BoardError::new(
                    "unknown_observation",
                    "This entry is already gone.",
                ));
            }
            Ok(())
        })
    }

    /// Saves the content of the revision before the current one as a new revision. A second undo
    /// goes one further back.
    pub fn undo(&self, id: &str) -> Result<CaseView, BoardError> {
        self.with_store(|store| {
            let target = undo_target(&store.revisions(id)?).ok_or_else(|| {
                BoardError::new("nothing_to_undo", "There is no earlier state of this case.")
            })?;
            self.restore(store, id, target)
        })
    }

    /// Takes an undo back; a second one goes one step further forward.
    pub fn redo(&self, id: &str) -> Result<CaseView, BoardError> {
        self.with_store(|store| {
            let target = redo_target(&store.revisions(id)?).ok_or_else(|| {
                BoardError::new(
                    "nothing_to_redo",
                    "No undo is left that could be taken back.",
                )
            })?;
            self.restore(store, id, target)
        })
    }

    /// Saves the content of an earlier revision as a new one.
    fn restore(&self, store: &mut Store, id: &str, target: u32) -> Result<CaseView, BoardError> {
        let current = store.case(id)?;
        let mut earlier = store.case_at(id, target)?;
        keep_signed(&mut earlier.case, &current.case);
        keep_estimates(&mut earlier.case, &current.case);
        let (summary, person) = (format!("{UNDO}{target}"), self.person()?);
        let change = Change::new(&person, &summary, current.revision);
        self.save(store, &earlier.case, &change)
    }

    /// Whether a typed number is plausible in its unit, and if not, in which unit it would be.
    pub fn check_entry(
        &self,
        feature: &str,
        value: f64,
        unit: Option<&str>,
    ) -> Result<EntryAdvice, BoardError> {
        let feature = known_feature(feature)?;
        let Ok(plausible) = units::plausible(feature, value, unit) else {
            return Ok(EntryAdvice::UnknownUnit);
        };
        if plausible {
            return Ok(EntryAdvice::Plausible);
        }
        if let Some(suggested) = units::suggest_unit(feature, value, unit) {
            return Ok(EntryAdvice::DidYouMean {
                unit: suggested.to_owned(),
            });
        }
        let limit = |bound: f64| units::from_canonical(feature, bound, unit).ok();
        let limits = feature.limits.as_ref();
        Ok(
            match limits.and_then(|limits| Some((limit(limits.min)?, limit(limits.max)?))) {
                Some((low, high)) => EntryAdvice::Implausible { low, high },
                None => EntryAdvice::Plausible,
            },
        )
    }

    /// Keeps the keystrokes of a field that was not left yet; empty text forgets them.
    pub fn save_draft(&self, id: &str, field: &str, text: &str) -> Result<(), BoardError> {
        self.with_store(|store| {
            if text.is_empty() {
                return Ok(store.discard_draft(id, field)?);
            }
            Ok(store.put_draft(id, field, text, &self.author()?, self.now())?)
        })
    }

    /// The keystrokes that were kept, by field.
    pub fn drafts(&self, id: &str) -> Result<BTreeMap<String, String>, BoardError> {
        self.with_store(|store| {
            let drafts = store.drafts(id)?;
            Ok(drafts
                .into_iter()
                .map(|draft| (draft.field, draft.content))
                .collect())
        })
    }

    /// Reads the case, changes it, saves it as the next revision and shows the result.
    pub(crate) fn change(
        &self,
        id: &str,
        summary: &str,
        change: impl FnOnce(&mut Case) -> Result<(), BoardError>,
    ) -> Result<CaseView, BoardError> {
        self.with_store(|store| {
            let mut current = store.case(id)?;
            change(&mut current.case)?;
            let person = self.person()?;
            let made = Change::new(&person, summary, current.revision);
            self.save(store, &current.case, &made)
        })
    }

    /// Saves a revision with the assessment that is shown for it.
    pub(crate) fn save(
        &self,
        store: &mut Store,
        case: &Case,
        change: &Change<'_>,
    ) -> Result<CaseView, BoardError> {
        exchange::case_file::check_texts(case)?;
        store.put_case(case, change, self.now())?;
        let stored = store.case(&case.id)?;
        let view = self.view(store, stored)?;
        let revision = view.revision;
        store.put_assessment(
            &case.id,
            revision,
            &view.assessment,
            change.author,
            self.now(),
        )?;
        Ok(view)
    }

    /// Where a case stands in the board's week.
    fn week_of(
        &self,
        store: &Store,
        case: &Case,
        assessment: &Assessment,
    ) -> Result<WeekOfCase, BoardError> {
        let (now, settings) = (self.now(), week_settings::settings(store));
        let today = day_of(now);
        let meeting = next_meeting(store, case, today)?;
        let day = meeting
            .as_ref()
            .map_or(today, |meeting| meeting.on.max(today));
        let episode = case.current_episode();
        let urgent = assessment.pathway.emergency.is_some();
        Ok(WeekOfCase {
            completeness: completeness(case, episode, &settings.completeness, day),
            clock: episode.map_or_else(Vec::new, |episode| {
                clock_readings(case, episode, urgent, &settings.clock, today)
            }),
            urgent,
            decisions: decision_checks(case, assessment, now),
            follow_ups: episode_follow_ups(case, now),
            meeting: meeting.map(|meeting| ListedIn {
                meeting_id: meeting.meeting_id,
                title: meeting.title,
                on: meeting.on,
            }),
        })
    }

    pub(crate) fn view(&self, store: &Store, stored: StoredCase) -> Result<CaseView, BoardError> {
        let index_date = judged_on(&stored.case, self.now());
        let history = store.revisions(&stored.case.id)?;
        let assessment = assess(&stored.case, index_date, &self.answering().packs, None);
        Ok(CaseView {
            week: self.week_of(store, &stored.case, &assessment)?,
            assessment,
            level: stored.case.level_in_question(),
            spine: spine_index(&stored.case, Catalogue::shipped(), index_date),
            lesions: stored.case.all_lesions(),
            proposals: marks::proposals(&stored.case, Catalogue::shipped()),
            progressions: marks::latest_progressions(&stored.case.marks),
            can_undo: undo_target(&history).is_some(),
            can_redo: redo_target(&history).is_some(),
            revision: stored.revision,
            saved_at: stored.saved_at,
            case: stored.case,
        })
    }
}

/// Day and question of a signed decision stay as they are.
pub(crate) fn signed() -> BoardError {
    BoardError::new(
        "decision_signed",
        "This decision is signed and stays as it is. Add an addendum, or open a new discussion.",
    )
}

/// The day on which a case is judged, if one was stated.
pub fn index_date_of(case: &Case) -> Option<NaiveDate> {
    case.current_episode().map(|episode| episode.index_date)
}

/// The day on which a case is judged: the stated one, else today (UTC).
pub(crate) fn judged_on(case: &Case, now: DateTime<Utc>) -> NaiveDate {
    index_date_of(case).unwrap_or_else(|| now.date_naive())
}

/// Refuses what no file can hold and no score can read: infinite numbers and none.
pub(crate) fn refuse_no_number(entry: &Entry) -> Result<(), BoardError> {
    match entry {
        Entry::Known {
            value: Value::Number(number),
            ..
        } if !number.is_finite() => Err(BoardError::new("not_a_number", "Enter a number.")),
        _ => Ok(()),
    }
}

/// Summary code of a revision that restored an earlier one, before that one's number.
const UNDO: &str = "undo.";

/// The revision whose content an undo restores.
fn undo_target(history: &[RevisionInfo]) -> Option<u32> {
    let last = history.last()?;
    let shown = match last.summary.strip_prefix(UNDO) {
        Some(restored) => restored.parse().ok()?,
        None => last.number,
    };
    (shown > 1).then(|| shown - 1)
}

/// The revision whose content takes an undo back: the one after what is shown, up to the last change that was none.
fn redo_target(history: &[RevisionInfo]) -> Option<u32> {
    let shown: u32 = history.last()?.summary.strip_prefix(UNDO)?.parse().ok()?;
    let mut made = history.iter().rev();
    let last = made.find(|one| !one.summary.starts_with(UNDO))?;
    (shown < last.number).then(|| shown + 1)
}

pub(crate) fn known_feature(text: &str) -> Result<&'static Feature, BoardError> {
    let catalogue = Catalogue::shipped();
    let known = catalogue.id(text).ok();
    known.and_then(|id| catalogue.feature(&id)).ok_or_else(|| {
        BoardError::new(
            "unknown_feature",
            format!("'{text}' is not in the catalogue."),
        )
        .with("feature", text)
    })
}
