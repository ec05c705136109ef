//! Lesions by name, and the vertebra that each lies in.

use super::{Case, Observation, Source, Subject};
use crate::level::Level;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A lesion that facts may be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Lesion {
    /// As facts name it in [`Subject::Lesion`]; no other lesion of the case bears it.
    pub name: String,
    /// None where nobody said in which vertebra it lies.
    #[serde(default)]
    pub level: Option<Level>,
    /// Side or part of the vertebra, in words.
    #[serde(default)]
    pub part: String,
    pub author: String,
}

impl Case {
    /// Every lesion, each name once: those of [`Case::lesions`], then those that only facts name, in the order of
    /// the facts. A lesion of the second kind lies at the level of the marks that its facts were read from, where
    /// these agree. Its name alone says nothing: T1 is a level, and to others the first target lesion.
    pub fn all_lesions(&self) -> Vec<Lesion> {
        let mut found: Vec<Lesion> = Vec::new();
        for lesion in &self.lesions {
            if !found.iter().any(|known| known.name == lesion.name) {
                found.push(lesion.clone());
            }
        }
        for observation in &self.observations {
            let Subject::Lesion(name) = &observation.subject else {
                continue;
            };
            if !found.iter().any(|known| known.name == *name) {
                found.push(Lesion {
                    name: name.clone(),
                    level: self.level_of_marks(name),
                    part: String::new(),
                    author: observation.author.clone(),
                });
            }
        }
        found
    }

    /// The only lesion at a level, if there is exactly one.
    pub fn lesion_at(&self, level: Level) -> Option<Lesion> {
        let mut here = self
            .all_lesions()
            .into_iter()
            .filter(|lesion| lesion.level == Some(level));
        here.next().filter(|_| here.next().is_none())
    }

    fn level_of_marks(&self, name: &str) -> Option<Level> {
        let of_lesion = |observation: &&Observation| matches!(&observation.subject, Subject::Lesion(own) if own == name);
        let mut levels = self
            .observations
            .iter()
            .filter(of_lesion)
            .filter_map(|observation| match &observation.source {
                Source::Image { mark, .. } => mark.as_deref(),
                _ => None,
            })
            .filter_map(|id| self.marks.iter().find(|mark| mark.id == id)?.level);
        let first = levels.next()?;
        levels.all(|level| level == first).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::{
        case::{Entry, Identity, Value},
        catalogue::FeatureId,
        marks::{MarkKind, tests::mark},
    };

    fn level(name: &str) -> Option<Level> {
        name.parse().ok()
    }

    fn volume(name: &str, mark: Option<&str>) -> Observation {
        Observation {
            id: "o".to_owned(),
            feature: FeatureId::unchecked("tumour_volume"),
            subject: Subject::Lesion(name.to_owned()),
            entry: Entry::Known {
                value: Value::Number(12.0),
                unit: None,
            },
            observed_on: None,
            recorded_at: "2026-03-02T10:00:00Z".parse().unwrap(),
            source: match mark {
                Some(mark) => Source::Image {
                    sop_instance_uid: "1.4".to_owned(),
                    mark: Some(mark.to_owned()),
                },
                None => Source::Typed,
            },
            author: "Dr Test".to_owned(),
            note: None,
        }
    }

    fn lesion(name: &str, at: &str) -> Lesion {
        Lesion {
            name: name.to_owned(),
            level: level(at),
            part: String::new(),
            author: "Dr Test".to_owned(),
        }
    }

    fn told(case: &Case) -> Vec<(String, Option<Level>)> {
        let all = case.all_lesions().into_iter();
        all.map(|lesion| (lesion.name, lesion.level)).collect()
    }

    #[test]
    fn a_lesion_of_facts_lies_where_its_marks_lie_and_nowhere_by_its_name() {
        let mut case = Case::new("c".to_owned(), Identity::default());
        let mut one = mark(MarkKind::Volume, "2026-03-02");
        one.id = "one".to_owned();
        let mut other = one.clone();
        other.id = "other".to_owned();
        other.level = level("L2");
        case.marks = vec![one, other];
        case.observations = vec![volume("T1", None), volume("mass", Some("one"))];
        let expected = |at: &str| vec![("T1".to_owned(), None), ("mass".to_owned(), level(at))];
        assert_eq!(told(&case), expected("L1"));
        assert_eq!(
            case.lesion_at("L1".parse().unwrap()),
            case.all_lesions().pop()
        );
        case.observations.push(volume("mass", Some("other")));
        assert_eq!(told(&case), expected("nowhere"), "its marks disagree");
    }

    #[test]
    fn what_somebody_said_of_a_lesion_wins_and_stands_first() {
        let mut case = Case::new("c".to_owned(), Identity::default());
        case.observations = vec![volume("a", None), volume("b", None)];
        case.lesions = vec![lesion("b", "L3"), lesion("c", "L3"), lesion("b", "T4")];
        let expected = [("b", "L3"), ("c", "L3"), ("a", "nowhere")];
        assert_eq!(
            told(&case),
            expected.map(|(name, at)| (name.to_owned(), level(at)))
        );
        assert_eq!(case.lesion_at("L3".parse().unwrap()), None, "there are two");
    }
}
