//! The index of a case by vertebra: what hangs on each level, from head to foot.

use crate::{
    assessment::{FactOrigin, ScoreOutcome, UsedFact},
    case::{Case, Lesion, Subject, TreatmentCourse},
    catalogue::Catalogue,
    facts::Facts,
    level::Level,
    marks::{Mark, MarkKind, Measured},
    scores::{self, ScoreTable},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use ts_rs::TS;

/// The scores whose items are read on images, level by level.
const LEVEL_SCORES: [&str; 2] = ["sins_2010", "bilsky_escc_2010"];

/// What hangs on one vertebra.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LevelEntry {
    /// None for what nobody said the level of.
    pub level: Option<Level>,
    /// The vertebra is labelled in a frame of reference.
    pub is_labelled: bool,
    /// SINS, then the Bilsky grade, where a fact of the level is known that they read.
    pub scores: Vec<LevelScore>,
    /// What is known of the level on the index date, derived facts too.
    pub facts: Vec<UsedFact>,
    /// How many of these somebody recorded.
    pub recorded: u32,
    pub lesions: Vec<Lesion>,
    pub marks: Vec<LevelMark>,
    /// Ids of [`Case::key_images`].
    pub key_images: Vec<String>,
    /// Ids of those of [`Case::courses`] that were given.
    pub courses: Vec<String>,
    /// Ids of those that are planned.
    pub plans: Vec<String>,
}

/// A score of a level, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LevelScore {
    /// Id of the score.
    pub score: String,
    pub short_name: String,
    /// The total or grade; none while facts are missing.
    pub result: Option<String>,
    /// Label of the group, where there is a result.
    pub group: Option<String>,
    /// A total that was typed and not computed from its items.
    pub is_typed: bool,
    /// How many facts would have to be entered before there is a result.
    pub missing: u32,
}

/// A measurement with what it is made for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LevelMark {
    pub id: String,
    pub kind: MarkKind,
    /// In the order of [`MarkKind::main_quantities`]; empty where nothing could be measured.
    pub values: Vec<Measured>,
}

/// The levels that are labelled or that something hangs on, from head to foot; last the lesions, measurements and key
/// images without a level, if there are any. Treatments without one are of the body or of another place.
pub fn spine_index(case: &Case, catalogue: &Catalogue, index_date: NaiveDate) -> Vec<LevelEntry> {
    let lesions = case.all_lesions();
    let labelled: BTreeSet<Level> = case
        .spine_labels
        .iter()
        .flat_map(|labels| labels.labels.iter().map(|label| label.level))
        .collect();
    let observed = case
        .observations
        .iter()
        .filter_map(|observation| match observation.subject {
            Subject::Level(level) => Some(level),
            _ => None,
        });
    let levels: BTreeSet<Level> = labelled
        .iter()
        .copied()
        .chain(observed)
        .chain(lesions.iter().filter_map(|lesion| lesion.level))
        .chain(case.marks.iter().filter_map(|mark| mark.level))
        .chain(case.key_images.iter().filter_map(|image| image.level))
        .chain(case.courses.iter().flat_map(|course| course.levels.clone()))
        .collect();
    let at = |level: Option<Level>| {
        let hangs =
            |course: &&TreatmentCourse| level.is_some_and(|level| course.levels.contains(&level));
        let (plans, courses): (Vec<_>, Vec<_>) = case
            .courses
            .iter()
            .filter(hangs)
            .partition(|course| course.is_planned());
        let ids = |courses: Vec<&TreatmentCourse>| {
            courses.iter().map(|course| course.id.clone()).collect()
        };
        let (facts, scores) = level.map_or_else(Default::default, |level| {
            known_at(case, catalogue, index_date, level)
        });
        LevelEntry {
            level,
            is_labelled: level.is_some_and(|level| labelled.contains(&level)),
            scores,
            recorded: facts.iter().filter(|fact| is_recorded(fact)).count() as u32,
            facts,
            lesions: lesions
                .iter()
                .filter(|lesion| lesion.level == level)
                .cloned()
                .collect(),
            marks: case
                .marks
                .iter()
                .filter(|mark| mark.level == level)
                .map(in_short)
                .collect(),
            key_images: case
                .key_images
                .iter()
                .filter(|image| image.level == level)
                .map(|image| image.id.clone())
                .collect(),
            courses: ids(courses),
            plans: ids(plans),
        }
    };
    let nowhere = at(None);
    let mut index: Vec<LevelEntry> = levels.into_iter().map(|level| at(Some(level))).collect();
    index.extend(Some(nowhere).filter(|entry| !entry.is_empty()));
    index
}

impl LevelEntry {
    /// Nothing hangs on it, though it may be labelled.
    pub fn is_empty(&self) -> bool {
        self.recorded == 0
            && self.scores.is_empty()
            && self.lesions.is_empty()
            && self.marks.is_empty()
            && self.key_images.is_empty()
            && self.courses.is_empty()
            && self.plans.is_empty()
    }
}

fn is_recorded(fact: &UsedFact) -> bool {
    matches!(fact.origin, FactOrigin::Observed { .. })
}

fn known_at(
    case: &Case,
    catalogue: &Catalogue,
    index_date: NaiveDate,
    level: Level,
) -> (Vec<UsedFact>, Vec<LevelScore>) {
    let facts = Facts::about_level(case, catalogue, index_date, Some(level));
    let mut known = facts.used();
    known.retain(|fact| fact.subject == Subject::Level(level));
    let is_begun = |table: &&ScoreTable| {
        let mut reads = table.reads();
        reads.extend(table.typed_total.clone());
        known
            .iter()
            .any(|fact| is_recorded(fact) && reads.contains(&fact.feature))
    };
    let scores = LEVEL_SCORES
        .iter()
        .filter_map(|id| scores::shipped().iter().find(|table| table.id == *id))
        .filter(is_begun)
        .map(|table| score(table, &facts))
        .collect();
    (known, scores)
}

fn score(table: &ScoreTable, facts: &Facts) -> LevelScore {
    let computed = scores::compute(table, facts);
    let group = computed.outcome.group().map(|group| group.label.clone());
    let (result, is_typed, missing) = match computed.outcome {
        ScoreOutcome::Total { total, .. } => (Some(total.to_string()), false, 0),
        ScoreOutcome::TypedTotal { total, .. } => (Some(total.to_string()), true, 0),
        ScoreOutcome::Grade { grade, .. } => (Some(grade), false, 0),
        ScoreOutcome::Missing { features, .. } => (None, false, features.len() as u32),
        ScoreOutcome::Checklist { .. } | ScoreOutcome::NotComputable(_) => (None, false, 0),
    };
    LevelScore {
        score: computed.id,
        short_name: computed.short_name,
        result,
        group,
        is_typed,
        missing,
    }
}

fn in_short(mark: &Mark) -> LevelMark {
    let value = |quantity| mark.measured.iter().find(|one| one.quantity == quantity);
    LevelMark {
        id: mark.id.clone(),
        kind: mark.kind,
        values: mark
            .kind
            .main_quantities()
            .iter()
            .filter_map(|quantity| value(*quantity).cloned())
            .collect(),
    }
}

#[cfg(test)]
mod tests;
