//! Taking an import back. Cases are never deleted and what somebody did since stays.

use super::view::{self, TakenBack};
use crate::{Board, BoardError};
use clinical::case::Case;
use std::collections::BTreeSet;
use store::{ChangedCase, ImportRevision, Store, StoreError};

/// What becomes of one case.
enum Without {
    /// It is as the import left it, and goes back to what was before.
    Restored(Case),
    /// Only the import made it.
    Withdrawn,
    /// Somebody changed it or put it on the list of a meeting since; so many entries of the import are taken out.
    Partly(Case, u32),
    /// Somebody changed it since, and nothing of the import is left in it.
    Untouched,
}

impl Board {
    /// Takes an import back, whole or not at all. For whoever imported it, coordinators and chairs. Where a case was changed
    /// since, only the values and outcomes that the import added are taken out of it.
    pub fn take_back_import(&self, id: &str) -> Result<TakenBack, BoardError> {
        let person = self.person()?;
        self.with_store(|store| {
            let import = store.import(id)?;
            if import.taken_back_at.is_some() {
                return Err(StoreError::UnknownImport.into());
            }
            if !view::record(import, &person).can_take_back {
                return Err(BoardError::new(
                    "not_your_import",
                    "Only whoever imported a table, a coordinator or a chair may take it back. Ask one of them.",
                ));
            }
            let (mut changed, mut withdrawn) = (Vec::new(), Vec::new());
            let (mut restored, mut partly, mut untouched, mut taken_out) = (0, 0, 0, 0);
            for made in store.import_revisions(id)? {
                let expected_revision = store.case(&made.case_id)?.revision;
                let case = match without(store, &made)? {
                    Without::Untouched => {
                        untouched += 1;
                        continue;
                    }
                    Without::Withdrawn => {
                        withdrawn.push((made.case_id, expected_revision));
                        continue;
                    }
                    Without::Restored(case) => {
                        restored += 1;
                        case
                    }
                    Without::Partly(case, entries) => {
                        partly += 1;
                        taken_out += entries;
                        case
                    }
                };
                changed.push(ChangedCase { case, expected_revision });
            }
            store.put_import_taken_back(id, &changed, &withdrawn, (&person).into(), self.now())?;
            Ok(TakenBack {
                import: view::record(store.import(id)?, &person),
                restored,
                withdrawn: withdrawn.len() as u32,
                partly,
                untouched,
                taken_out,
            })
        })
    }
}

fn without(store: &Store, made: &ImportRevision) -> Result<Without, BoardError> {
    let now = store.case(&made.case_id)?.case;
    let imported = store.case_at(&made.case_id, made.after)?.case;
    let before = match made.before {
        0 => None,
        revision => Some(store.case_at(&made.case_id, revision)?.case),
    };
    // The content decides and not the number: an undo that was taken back is no change. A case that somebody put on the
    // list of a meeting stays a case.
    if now == imported {
        match &before {
            Some(before) => return Ok(Without::Restored(before.clone())),
            None if store.meetings_of(&made.case_id)?.is_empty() => return Ok(Without::Withdrawn),
            None => {}
        }
    }
    let earlier = before.as_ref();
    let observations = earlier
        .into_iter()
        .flat_map(|case| &case.observations)
        .map(|one| &one.id);
    let follow_ups = earlier
        .into_iter()
        .flat_map(|case| &case.follow_ups)
        .map(|one| &one.id);
    let known: BTreeSet<&String> = observations.chain(follow_ups).collect();
    let observations = imported.observations.iter().map(|one| &one.id);
    let added: BTreeSet<&String> = observations
        .chain(imported.follow_ups.iter().map(|one| &one.id))
        .filter(|id| !known.contains(id))
        .collect();
    let mut case = now;
    let count = |case: &Case| case.observations.len() + case.follow_ups.len();
    let entries = count(&case);
    case.observations.retain(|one| !added.contains(&one.id));
    case.follow_ups.retain(|one| !added.contains(&one.id));
    match entries - count(&case) {
        0 => Ok(Without::Untouched),
        taken_out => Ok(Without::Partly(case, taken_out as u32)),
    }
}
