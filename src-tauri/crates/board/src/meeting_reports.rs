//! The list before a meeting and the minutes after it, as PDF files.

use crate::{
    Board, BoardError, ExportedFile, MeetingView, ReportChoices, summary::Printed, week_settings,
};
use clinical::{
    case::{BoardEpisode, Case},
    meeting::Meeting,
};
use report::{MeetingCase, MeetingReportInput, ReportError};
use std::path::Path;
use store::StoreError;

type Print = fn(&MeetingReportInput) -> Result<Vec<u8>, ReportError>;

impl Board {
    /// Writes the list of a meeting with what is to be fetched. Without a path, into `reports` of the data folder under a name
    /// without identity.
    pub fn export_meeting_list(
        &self,
        meeting_id: &str,
        path: Option<&Path>,
        choices: ReportChoices,
    ) -> Result<ExportedFile, BoardError> {
        self.export_meeting(
            meeting_id,
            path,
            choices,
            "meeting-list",
            report::meeting_list,
        )
    }

    /// Writes the minutes of a meeting: a draft until it is closed and every decision signed.
    pub fn export_minutes(
        &self,
        meeting_id: &str,
        path: Option<&Path>,
        choices: ReportChoices,
    ) -> Result<ExportedFile, BoardError> {
        self.export_meeting(meeting_id, path, choices, "minutes", report::minutes)
    }

    fn export_meeting(
        &self,
        meeting_id: &str,
        path: Option<&Path>,
        choices: ReportChoices,
        name: &str,
        print: Print,
    ) -> Result<ExportedFile, BoardError> {
        let now = self.now();
        let (view, cases, settings) = self.with_store(|store| {
            let stored = store.meeting(meeting_id)?;
            let view = self.meeting_view(store, stored)?;
            let cases: Vec<Option<Case>> = view
                .meeting
                .agenda
                .iter()
                .map(|item| match store.case(&item.case_id) {
                    Ok(stored) => Ok(Some(stored.case)),
                    Err(StoreError::UnknownCase) => Ok(None),
                    Err(other) => Err(other),
                })
                .collect::<Result<_, _>>()?;
            Ok((view, cases, week_settings::settings(store)))
        })?;
        let printed = Printed {
            identity_masked: choices.mask_identity,
            letterhead: settings.letterhead,
            ..Printed::here(self.language(), now)
        };
        let cases = listed(&view, &cases);
        let input = MeetingReportInput {
            meeting: &view.meeting,
            cases: &cases,
            paper: printed.paper(),
        };
        let pdf = print(&input)?;
        let path = match path {
            Some(path) => path.to_owned(),
            None => self.report_path(&format!("{name}-{}", view.meeting.on), now)?,
        };
        self.write_report_file(&path, &pdf, None)
    }
}

fn listed<'a>(view: &'a MeetingView, cases: &'a [Option<Case>]) -> Vec<MeetingCase<'a>> {
    let entries = view.entries.iter().zip(cases);
    entries
        .map(|(entry, case)| MeetingCase {
            case: case.as_ref(),
            episode: case
                .as_ref()
                .and_then(|case| discussion_at(case, &view.meeting)),
            urgent: entry.urgent,
            completeness: &entry.completeness,
            alerts: entry.alerts,
        })
        .collect()
}

/// The discussion of a case that a meeting held, or is to hold.
fn discussion_at<'a>(case: &'a Case, meeting: &Meeting) -> Option<&'a BoardEpisode> {
    let decided = |episode: &&BoardEpisode| {
        let decision = episode.decision.as_ref();
        decision.is_some_and(|decision| decision.decided_on == Some(meeting.on))
    };
    let mut episodes = case.episodes.iter().rev();
    episodes.find(decided).or(case.current_episode())
}
