//! The audit log as people see it: who did what, whether the log is whole, and the log as a file.

use crate::{Board, BoardError, ExportedFile};
use chrono::{DateTime, Duration, Utc};
use clinical::{language::Language, words::Words};
use serde::Serialize;
use std::path::{Path, PathBuf};
use store::{AgainstFault, AuditEntry, AuditFault, AuditRow, Store};
use ts_rs::TS;

/// Rows of the log that are handed out at once.
const PAGE: u32 = 500;

/// Looking at the list again within this time is the same looking.
const LISTING_MINUTES: i64 = 10;

/// What a walk over the audit log found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct AuditView {
    #[ts(type = "number")]
    pub entries: u64,
    /// Codes for the words `audit.<code>`, with the number of the entry or revision; empty if the
    /// log is whole.
    pub faults: Vec<AuditFaultView>,
    /// Fingerprint of the installation's public key, in groups of four digits, to be compared by eye.
    pub signing_key: String,
    pub checked_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct AuditFaultView {
    pub code: String,
    #[ts(type = "number")]
    pub number: u64,
}

/// One entry. The words for `audit_action.<action>` say what was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct AuditRowView {
    #[ts(type = "number")]
    pub number: u64,
    pub at: DateTime<Utc>,
    /// Empty where the program itself acted.
    pub actor: String,
    pub action: String,
    pub case_id: Option<String>,
    pub revision: Option<u32>,
}

/// What a comparison with an earlier export or backup found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgainstView {
    /// Entries that both have.
    pub entries: u64,
    /// As in [`AuditView::faults`].
    pub fault: Option<AuditFaultView>,
}

impl Board {
    /// Checks the log from end to end, and notes that it was checked. Like the export of the log it
    /// shows no patient and needs nobody signed in, so that the command line can do it.
    pub fn audit_verify(&self) -> Result<AuditView, BoardError> {
        self.with_open_store(|store| {
            let report = store.audit_verify()?;
            self.note(store, "audit_verified", None)?;
            Ok(AuditView {
                entries: report.rows,
                faults: report.faults.iter().map(fault_view).collect(),
                signing_key: report.signing_key,
                checked_at: self.now(),
            })
        })
    }

    /// Holds the log against an exported log or a backup that was kept elsewhere.
    pub fn audit_against(&self, earlier: &Path) -> Result<AgainstView, BoardError> {
        self.with_open_store(|store| {
            let report = store.audit_against(earlier)?;
            self.note(store, "audit_verified", None)?;
            Ok(AgainstView {
                entries: report.rows,
                fault: report.fault.map(against_view),
            })
        })
    }

    /// Entries before entry `before`, or the last ones; newest first, at most 500.
    pub fn audit_rows(
        &self,
        before: Option<u64>,
        count: u32,
    ) -> Result<Vec<AuditRowView>, BoardError> {
        self.with_store(|store| {
            let rows = store.audit_page(before, count.min(PAGE))?;
            Ok(rows.into_iter().map(row_view).collect())
        })
    }

    /// Writes the log as JSON lines, with the ids of persons instead of their names. Without a
    /// path, into `reports` of the data folder.
    pub fn export_audit(&self, path: Option<&Path>) -> Result<ExportedFile, BoardError> {
        let now = self.now();
        let path = match path {
            Some(path) => path.to_owned(),
            None => self.audit_path(now)?,
        };
        self.with_open_store(|store| {
            let mut text = Vec::new();
            store.write_audit_export(&mut text, now)?;
            store.write_file(&path, &text)?;
            let person = self.person().ok();
            let mut entry = AuditEntry::new(person.as_ref(), "audit_exported");
            entry.details = &text;
            store.audit_append(&entry, now)?;
            Ok(ExportedFile {
                path: path.display().to_string(),
            })
        })
    }

    fn audit_path(&self, now: DateTime<Utc>) -> Result<PathBuf, BoardError> {
        Ok(self
            .reports_folder()?
            .join(format!("audit-log-{}.jsonl", now.format("%Y%m%d-%H%M%S"))))
    }

    /// Adds an entry for the person at the keyboard, or for the program itself.
    pub(crate) fn note(
        &self,
        store: &mut Store,
        action: &str,
        case_id: Option<&str>,
    ) -> Result<(), BoardError> {
        let person = self.person().ok();
        let mut entry = AuditEntry::new(person.as_ref(), action);
        entry.case_id = case_id;
        store.audit_append(&entry, self.now())?;
        Ok(())
    }

    /// The time of the last entry of the record, where the clock stands before it: it was set back, or stood ahead before. The
    /// clock is read after the record, so that an entry that is made meanwhile is no sign of it.
    pub(crate) fn clock_set_back(
        &self,
        store: &Store,
    ) -> Result<Option<DateTime<Utc>>, BoardError> {
        let last = store.last_logged_at()?;
        Ok(last.filter(|last| *last > self.now()))
    }

    /// Adds an entry for a look at the list of cases, once in a while for each person: a list that
    /// is searched letter by letter would else fill the log. What was searched for is not kept.
    pub(crate) fn note_listing(&self, store: &mut Store) -> Result<(), BoardError> {
        let (now, person) = (self.now(), self.person()?);
        let mut noted = crate::lock(&self.listings);
        let recent = noted
            .get(&person.id)
            .is_some_and(|last| (now - *last).abs() < Duration::minutes(LISTING_MINUTES));
        if !recent {
            self.note(store, "cases_listed", None)?;
            noted.insert(person.id, now);
        }
        Ok(())
    }
}

/// What a fault means and what to do, in English, for terminals.
pub fn audit_words(fault: &AuditFaultView, language: Language) -> String {
    let code = format!("audit.{}", fault.code);
    let number = fault.number.to_string();
    Words::shipped(language.code()).text(&code, &[("number", &number)])
}

fn row_view(row: AuditRow) -> AuditRowView {
    AuditRowView {
        number: row.number,
        at: row.at,
        actor: row.actor,
        action: row.action,
        case_id: row.case_id,
        revision: row.revision,
    }
}

fn fault_view(fault: &AuditFault) -> AuditFaultView {
    let (code, number) = match fault {
        AuditFault::Altered { number } => ("altered", *number),
        AuditFault::BrokenLink { number } => ("broken_link", *number),
        AuditFault::Unsigned { number } => ("unsigned", *number),
        AuditFault::ForgedSignature { number } => ("forged_signature", *number),
        AuditFault::OtherKey { number } => ("other_key", *number),
        AuditFault::KeyMissing => ("key_missing", 0),
        AuditFault::Truncated { found, .. } => ("truncated", *found),
        AuditFault::OtherHead => ("other_head", 0),
        AuditFault::RevisionAltered { revision, .. } => ("revision_altered", u64::from(*revision)),
        AuditFault::RevisionMissing { revision, .. } => ("revision_missing", u64::from(*revision)),
        AuditFault::KeyImageAltered { number } => ("key_image_altered", *number),
        AuditFault::KeyImageUnlogged { .. } => ("key_image_unlogged", 0),
        AuditFault::MeetingAltered { .. } => ("meeting_altered", 0),
        AuditFault::MeetingMissing { number } => ("meeting_missing", *number),
        AuditFault::Anchor { fault, number } => (fault.code(), *number),
    };
    AuditFaultView {
        code: code.to_owned(),
        number,
    }
}

fn against_view(fault: AgainstFault) -> AuditFaultView {
    let (code, number) = match fault {
        AgainstFault::ExportAltered { number } => ("export_altered", number),
        AgainstFault::OtherKey => ("export_other_key", 0),
        AgainstFault::Shorter { found, .. } => ("shorter_than_export", found),
        AgainstFault::Rewritten { number } => ("rewritten", number),
    };
    AuditFaultView {
        code: code.to_owned(),
        number,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use store::AnchorFault;

    #[test]
    fn every_fault_of_the_log_has_words_that_say_what_to_do() {
        let number = 3;
        let case_id = String::new;
        let anchor = |fault| AuditFault::Anchor { fault, number };
        let faults = [
            AuditFault::Altered { number },
            AuditFault::BrokenLink { number },
            AuditFault::Unsigned { number },
            AuditFault::ForgedSignature { number },
            AuditFault::OtherKey { number },
            AuditFault::KeyMissing,
            AuditFault::Truncated {
                found: number,
                expected: 9,
            },
            AuditFault::OtherHead,
            AuditFault::RevisionAltered {
                case_id: case_id(),
                revision: 3,
            },
            AuditFault::RevisionMissing {
                case_id: case_id(),
                revision: 3,
            },
            AuditFault::KeyImageAltered { number },
            AuditFault::KeyImageUnlogged { case_id: case_id() },
            AuditFault::MeetingAltered {
                meeting_id: case_id(),
            },
            AuditFault::MeetingMissing { number },
            anchor(AnchorFault::OlderCopy),
            anchor(AnchorFault::OtherHistory),
            anchor(AnchorFault::Missing),
            anchor(AnchorFault::Forged),
        ];
        let against = [
            AgainstFault::ExportAltered { number },
            AgainstFault::OtherKey,
            AgainstFault::Shorter {
                found: number,
                expected: 9,
            },
            AgainstFault::Rewritten { number },
        ];
        let views = faults.iter().map(fault_view);
        let views: Vec<_> = views.chain(against.map(against_view)).collect();
        for view in &views {
            let words = audit_words(view, Language::German);
            assert!(words.contains("Zeile") || words.len() > 60, "{words}");
            let words = audit_words(view, Language::English);
            assert!(words.len() > 60 && !words.contains("audit."), "{words}");
            assert_eq!(view.number == 3, words.contains('3'), "{words}");
        }
        let mut codes: Vec<_> = views.iter().map(|view| &view.code).collect();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), views.len(), "each has a code of its own");
    }
}
