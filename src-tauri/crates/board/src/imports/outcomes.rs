//! What became of a patient, as a follow-up of the case.

use super::{plan::Planning, view::PatientInTable};
use crate::new_id;
use clinical::{
    case::{Case, Source, latest_today},
    follow_up::{FollowUp, VitalStatus},
};
use exchange::import_csv::{ImportEffect, ImportFinding, ImportFindingCode, ImportRow};

/// Adds the outcome of a row, unless the case knows it or knows otherwise.
pub(super) fn add(
    planning: &Planning<'_>,
    case: &mut Case,
    row: &ImportRow,
    shown: &mut PatientInTable,
    findings: &mut Vec<ImportFinding>,
) {
    let Some(outcome) = &row.outcome else { return };
    let (seen_on, vital) = match (outcome.died_on, outcome.alive_on) {
        (Some(on), _) => (on, VitalStatus::Died { on }),
        (None, Some(on)) => (on, VitalStatus::Alive),
        (None, None) => return,
    };
    let say = |code| ImportFinding::new(row.line, code, ImportEffect::ValueLeftOut);
    let is_known = |known: &FollowUp| match vital {
        VitalStatus::Died { on } => known.died_on() == Some(on),
        _ => known.alive_on() == Some(seen_on),
    };
    if case.follow_ups.iter().any(is_known) {
        shown.duplicates += 1;
        findings.push(say(ImportFindingCode::DuplicateOutcome));
        return;
    }
    let follow_up = FollowUp {
        id: new_id(),
        seen_on,
        vital,
        walking: None,
        worst_pain: None,
        continent: None,
        cord_compression: None,
        complications: Vec::new(),
        no_complication: false,
        retreatments: Vec::new(),
        note: String::new(),
        recorded_at: planning.now,
        source: Source::File {
            name: planning.file_name.to_owned(),
        },
        author: planning.author.clone(),
    };
    if follow_up
        .fault(&case.follow_ups, latest_today(planning.now))
        .is_some()
    {
        let died = case.follow_ups.iter().find_map(FollowUp::died_on);
        let seen = case.follow_ups.iter().filter_map(FollowUp::alive_on).max();
        let known = died.or(seen).map(|day| day.to_string());
        findings
            .push(say(ImportFindingCode::OtherOutcome).with("known", known.unwrap_or_default()));
        return;
    }
    match vital {
        VitalStatus::Died { on } => shown.died_on = Some(on),
        _ => shown.alive_on = Some(seen_on),
    }
    case.follow_ups.push(follow_up);
}
