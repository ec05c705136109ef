//! Who does what by when, and what of it is done.

use crate::{
    layout::Flow,
    style::{ALERT, CONTENT_WIDTH, SMALL, SUBHEADING},
    table::{Cell, Column},
    voice::Voice,
};
use clinical::decision::{Action, BoardDecision};

const BY: f32 = 64.0;
const OWNER: f32 = 128.0;
const DONE: f32 = 82.0;

/// What to do, who does it, by when, whether it is done.
pub(crate) fn columns(voice: &Voice) -> [Column; 4] {
    let column = |key: &str, width| Column::new(voice.say(key, &[]), width);
    [
        column("report.decision.action", CONTENT_WIDTH - OWNER - BY - DONE),
        column("report.decision.owner", OWNER),
        column("report.decision.due", BY),
        column("report.decision.done", DONE),
    ]
}

pub(crate) fn row(voice: &Voice, decision: &BoardDecision, action: &Action) -> Vec<Cell> {
    let done = decision.done_on(&action.id);
    let late = done.is_none() && action.due_on.is_some_and(|due| due < voice.today());
    let state = match (done, late) {
        (Some(day), _) => {
            let day = voice.date(day);
            voice.say("report.decision.done_on", &[("day", day.as_str())])
        }
        (None, true) => voice.say("report.decision.overdue", &[]),
        (None, false) => voice.say("report.decision.open", &[]),
    };
    let due = action.due_on.map_or_else(
        || voice.say("report.decision.no_day", &[]),
        |day| voice.date(day),
    );
    let style = match late {
        true => SMALL.bold().in_ink(ALERT),
        false => SMALL,
    };
    vec![
        Cell::new(SMALL, voice.free(action.what.trim())),
        Cell::new(SMALL.bold(), voice.free(action.owner.trim())),
        Cell::new(SMALL, due),
        Cell::new(style, state),
    ]
}

pub(crate) fn in_full(flow: &mut Flow, voice: &Voice, decision: &BoardDecision) {
    flow.need(SUBHEADING.line_height() + 40.0);
    flow.paragraph(SUBHEADING, &voice.say("report.decision.actions", &[]));
    flow.space(2.0);
    let rows: Vec<Vec<Cell>> = decision
        .all_actions()
        .map(|action| row(voice, decision, action))
        .collect();
    if rows.is_empty() {
        flow.paragraph(SMALL, &voice.say("report.decision.no_actions", &[]));
        flow.space(6.0);
        return;
    }
    flow.table_in_full(&columns(voice), &rows);
}
