//! How the patient fared after the decision: the outcome beside the forecast made that day and beside what people
//! expected, then each contact.

use crate::{
    context::{Context, of_hundred},
    layout::Flow,
    style::{CONTENT_WIDTH, NOTE, SMALL},
    table::{Cell, Column},
};
use chrono::NaiveDate;
use clinical::{
    case::Value,
    follow_up::{
        Complication, DueState, EventSince, FOLLOW_UP_MONTHS, FollowUp, Retreatment, VitalStatus,
        died_on, due_follow_ups, followed, last_alive_on,
    },
};

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let contacts = &context.input.case.follow_ups;
    let decided_on = context
        .decision()
        .filter(|decision| decision.is_signed())
        .and_then(|decision| decision.decided_on);
    if contacts.is_empty() && decided_on.is_none() {
        return;
    }
    flow.heading(&context.say("report.follow_up.title", &[]), 60.0);
    if let Some(decided_on) = decided_on {
        beside(flow, context, decided_on);
    }
    if contacts.is_empty() {
        flow.paragraph(SMALL, &context.say("report.follow_up.no_contact", &[]));
        flow.space(8.0);
        return;
    }
    let column = |key: &str, width| Column::new(context.say(key, &[]), width);
    let (seen, vital, state) = (58.0, 92.0, 134.0);
    let columns = [
        column("report.follow_up.seen", seen),
        column("report.follow_up.vital", vital),
        column("report.follow_up.state", state),
        column(
            "report.follow_up.events",
            CONTENT_WIDTH - seen - vital - state,
        ),
    ];
    let rows: Vec<Vec<Cell>> = contacts.iter().map(|one| row(context, one)).collect();
    flow.table_in_full(&columns, &rows);
}

/// What was forecast, what people expected, and what came, at each horizon.
fn beside(flow: &mut Flow, context: &Context, decided_on: NaiveDate) {
    let contacts = &context.input.case.follow_ups;
    let (died, alive) = (died_on(contacts), last_alive_on(contacts));
    let column = |key: &str, width| Column::new(context.say(key, &[]), width);
    let (at, forecast, expected) = (96.0, 130.0, 110.0);
    let columns = [
        column("report.follow_up.after", at),
        column("report.follow_up.forecast", forecast),
        column("report.follow_up.expected", expected),
        column(
            "report.follow_up.outcome",
            CONTENT_WIDTH - at - forecast - expected,
        ),
    ];
    let rows = due_follow_ups(decided_on, contacts, context.today()).into_iter();
    let rows = rows.map(|due| {
        let months = due.months.to_string();
        let day = context.date(due.due_on);
        let values = [("months", months.as_str()), ("day", day.as_str())];
        let outcome = match (died, alive) {
            (Some(death), _) if death <= due.due_on => {
                let after = followed(decided_on, died, alive).months;
                let (death, after) = (context.date(death), context.decimal(&format!("{after:.1}")));
                let values = [("day", death.as_str()), ("months", after.as_str())];
                context.say("report.follow_up.died", &values)
            }
            (Some(_), _) => context.say("report.follow_up.alive", &[]),
            (None, Some(known)) if known >= due.due_on => {
                context.say("report.follow_up.alive", &[])
            }
            (None, Some(known)) if due.state == DueState::Answered => {
                let known = context.date(known);
                context.say("report.follow_up.alive_on", &[("day", known.as_str())])
            }
            _ => context.say(&format!("due.{}", due.state.code()), &[]),
        };
        vec![
            Cell::new(SMALL, context.say("report.follow_up.at", &values)),
            Cell::new(SMALL, forecast_at(context, due.months)),
            Cell::new(SMALL, expected_at(context, due.months)),
            Cell::new(SMALL.bold(), outcome),
        ]
    });
    let rows: Vec<Vec<Cell>> = rows.collect();
    flow.table(&columns, &rows);
    let note = match context.decision().and_then(|one| one.seal.as_ref()) {
        _ if context.input.model_held_back => "report.follow_up.held_back",
        Some(seal) if seal.forecast.is_some() => "report.follow_up.forecast_of_that_day",
        _ => "report.follow_up.no_forecast",
    };
    flow.paragraph(NOTE, &context.say(note, &[]));
    flow.space(6.0);
}

/// "84 of 100 (76–89)"
fn forecast_at(context: &Context, months: u32) -> String {
    let forecast = context.sealed_forecast();
    let point = forecast.and_then(|forecast| {
        let mut points = forecast.horizons.iter();
        points.find(|point| point.months == f64::from(months))
    });
    point.map_or_else(String::new, |point| {
        let ends = [point.alive, point.low, point.high].map(of_hundred);
        let [alive, low, high] = ends.each_ref().map(String::as_str);
        let interval = context.say(
            "report.forecast.of_hundred",
            &[("low", low), ("high", high)],
        );
        format!("{alive} {interval}")
    })
}

/// Each of the locked estimates, which people gave for 3 and 12 months.
fn expected_at(context: &Context, months: u32) -> String {
    let [three, .., twelve] = FOLLOW_UP_MONTHS;
    let estimates = context.episode().map_or(&[][..], |one| &one.estimates);
    let estimates = estimates.iter().filter_map(|estimate| match months {
        asked if asked == three => Some(estimate.alive_3_months),
        asked if asked == twelve => Some(estimate.alive_12_months),
        _ => None,
    });
    let mut expected: Vec<u8> = estimates.collect();
    expected.sort_unstable();
    let expected: Vec<String> = expected.iter().map(u8::to_string).collect();
    if expected.is_empty() {
        return String::new();
    }
    let values = expected.join(", ");
    context.say("report.follow_up.estimates", &[("values", values.as_str())])
}

fn row(context: &Context, contact: &FollowUp) -> Vec<Cell> {
    let vital = match contact.vital {
        VitalStatus::Alive => context.say("report.follow_up.vital_alive", &[]),
        VitalStatus::Died { on } => {
            let day = context.date(on);
            context.say("report.follow_up.vital_died", &[("day", day.as_str())])
        }
        VitalStatus::NotReached => context.say("report.follow_up.vital_not_reached", &[]),
    };
    let events = [
        compression(context, contact.cord_compression),
        complications(context, contact),
        retreatments(context, &contact.retreatments),
        context.free(contact.note.trim()),
    ];
    let events: Vec<String> = events.into_iter().filter(|text| !text.is_empty()).collect();
    vec![
        Cell::new(SMALL, context.date(contact.seen_on)),
        Cell::new(SMALL, vital),
        Cell::new(SMALL, state(context, contact)),
        Cell::new(SMALL, events.join("\n")),
    ]
}

/// Walking, pain and continence, as far as they were learned.
fn state(context: &Context, contact: &FollowUp) -> String {
    let walking = contact.walking.as_ref().map(|code| {
        let value = Value::Code(code.clone());
        match context.paper.catalogue.id("walking") {
            Ok(id) => context.value(&id, &value),
            Err(_) => context.free(code),
        }
    });
    let pain = contact.worst_pain.map(|pain| {
        let pain = pain.to_string();
        context.say("report.follow_up.pain", &[("pain", pain.as_str())])
    });
    let continence = contact.continent.map(|continent| match continent {
        true => context.say("report.follow_up.continent", &[]),
        false => context.say("report.follow_up.incontinent", &[]),
    });
    let learned = [walking, pain, continence];
    learned.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn compression(context: &Context, event: Option<EventSince>) -> String {
    match event {
        None => String::new(),
        Some(EventSince::No) => context.say("report.follow_up.no_compression", &[]),
        Some(EventSince::Yes { on: None }) => context.say("report.follow_up.compression", &[]),
        Some(EventSince::Yes { on: Some(on) }) => {
            let day = context.date(on);
            context.say("report.follow_up.compression_on", &[("day", day.as_str())])
        }
    }
}

fn complications(context: &Context, contact: &FollowUp) -> String {
    if contact.complications.is_empty() {
        return match contact.no_complication {
            true => context.say("report.follow_up.no_complication", &[]),
            false => String::new(),
        };
    }
    let named = |complication: &Complication| {
        let grade = complication.grade.map(|grade| {
            let grade = grade.to_string();
            context.say("report.follow_up.grade", &[("grade", grade.as_str())])
        });
        let parts = [
            Some(context.free(complication.what.trim())),
            grade,
            complication.on.map(|day| context.date(day)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    };
    let all: Vec<String> = contact.complications.iter().map(named).collect();
    let all = all.join("; ");
    context.say(
        "report.follow_up.complications",
        &[("complications", all.as_str())],
    )
}

fn retreatments(context: &Context, retreatments: &[Retreatment]) -> String {
    if retreatments.is_empty() {
        return String::new();
    }
    let named = |one: &Retreatment| {
        let kind = context.say(&format!("report.treatment.{}", one.kind.code()), &[]);
        let parts = [
            kind,
            one.on.map(|day| context.date(day)).unwrap_or_default(),
            context.free(one.note.trim()),
        ];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(", ")
    };
    let all: Vec<String> = retreatments.iter().map(named).collect();
    let all = all.join("; ");
    context.say(
        "report.follow_up.retreatments",
        &[("treatments", all.as_str())],
    )
}
