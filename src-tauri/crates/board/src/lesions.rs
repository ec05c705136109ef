//! Lesions by name and level: each change is one revision, and the facts of a lesion follow its name.

use crate::{Board, BoardError, CaseView, LesionInput};
use clinical::case::{Case, Lesion, Source, Subject};

/// A case may have as many; more are a fault of a program.
const MOST_LESIONS: usize = 500;

impl Board {
    /// Names a lesion.
    pub fn add_lesion(&self, case_id: &str, input: LesionInput) -> Result<CaseView, BoardError> {
        let lesion = self.lesion(input)?;
        self.change(case_id, "lesion_added", |case| {
            let all = case.all_lesions();
            refuse_twin(&all, &lesion)?;
            if all.len() >= MOST_LESIONS {
                let message =
                    format!("A case holds at most {MOST_LESIONS} lesions; remove some first.");
                return Err(BoardError::new("too_many_lesions", message));
            }
            case.lesions.push(lesion);
            Ok(())
        })
    }

    /// Says where a lesion lies, or names it anew; its facts then bear the new name. Who said it last is its author.
    pub fn change_lesion(
        &self,
        case_id: &str,
        name: &str,
        input: LesionInput,
    ) -> Result<CaseView, BoardError> {
        let lesion = self.lesion(input)?;
        self.change(case_id, "lesion_changed", |case| {
            let mut others = case.all_lesions();
            let before = others.len();
            others.retain(|other| other.name != name);
            if others.len() == before {
                return Err(unknown());
            }
            refuse_twin(&others, &lesion)?;
            for observation in &mut case.observations {
                if matches!(&observation.subject, Subject::Lesion(own) if own == name) {
                    observation.subject = Subject::Lesion(lesion.name.clone());
                }
            }
            let place = case.lesions.iter().position(|known| known.name == name);
            case.lesions.retain(|known| known.name != name);
            let place = place.unwrap_or(case.lesions.len());
            case.lesions.insert(place.min(case.lesions.len()), lesion);
            Ok(())
        })
    }

    /// Takes a lesion away that nothing was recorded of.
    pub fn remove_lesion(&self, case_id: &str, name: &str) -> Result<CaseView, BoardError> {
        self.change(case_id, "lesion_removed", |case| {
            let has_facts = case.observations.iter().any(
                |observation| matches!(&observation.subject, Subject::Lesion(own) if own == name),
            );
            if has_facts {
                return Err(BoardError::new(
                    "lesion_has_facts",
                    "Facts are recorded of this lesion. Remove them first, or give it another name.",
                ));
            }
            let before = case.lesions.len();
            case.lesions.retain(|known| known.name != name);
            if case.lesions.len() == before {
                return Err(unknown());
            }
            Ok(())
        })
    }

    fn lesion(&self, input: LesionInput) -> Result<Lesion, BoardError> {
        let name = input.name.trim().to_owned();
        if name.is_empty() {
            return Err(BoardError::new(
                "lesion_name_needed",
                "A lesion needs a name that tells it from the others. Type one.",
            ));
        }
        Ok(Lesion {
            name,
            level: input.level,
            part: input.part.trim().to_owned(),
            author: self.author()?,
        })
    }
}

/// A lesion that a fact is recorded of is listed from then on, at the level of the mark that the fact was read from.
pub(crate) fn list_lesion(case: &mut Case, name: &str, source: Option<&Source>, author: &str) {
    if case.lesions.iter().any(|known| known.name == name) {
        return;
    }
    let earlier = case
        .all_lesions()
        .into_iter()
        .find(|known| known.name == name);
    let mark = match source {
        Some(Source::Image { mark: Some(id), .. }) => case.marks.iter().find(|mark| mark.id == *id),
        _ => None,
    };
    case.lesions.push(earlier.unwrap_or_else(|| Lesion {
        name: name.to_owned(),
        level: mark.and_then(|mark| mark.level),
        part: String::new(),
        author: author.to_owned(),
    }));
}

fn refuse_twin(others: &[Lesion], lesion: &Lesion) -> Result<(), BoardError> {
    match others.iter().any(|other| other.name == lesion.name) {
        true => Err(BoardError::new(
            "lesion_exists",
            "Another lesion of this case bears this name. Choose another one, so that the two can be told apart.",
        )),
        false => Ok(()),
    }
}

fn unknown() -> BoardError {
    BoardError::new("unknown_lesion", "This lesion is already gone.")
}
