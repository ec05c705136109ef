//! The way from the first symptom to the treatment, step by step, against the limits of the centre.

use crate::{
    context::Context,
    layout::Flow,
    style::{ALERT, CONTENT_WIDTH, NOTE, SMALL},
    table::{Cell, Column},
};
use clinical::pathway_clock::{
    ClockReading, ClockState, MilestoneKind, clock_audit_citation, clock_intervals, milestone_days,
};

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let begun: Vec<&ClockReading> = context
        .input
        .clock
        .iter()
        .filter(|reading| reading.started_on.is_some())
        .collect();
    let Some(episode) = context.episode().filter(|_| !begun.is_empty()) else {
        return;
    };
    flow.heading(&context.say("report.clock.title", &[]), 60.0);
    let days = milestone_days(context.input.case, episode);
    let steps = MilestoneKind::ALL.iter().filter_map(|kind| {
        let day = context.date(*days.get(kind)?);
        let step = context.say(&format!("milestone.{}", kind.code()), &[]);
        Some(format!("{step} {day}"))
    });
    flow.paragraph(SMALL, &steps.collect::<Vec<_>>().join(" · "));
    flow.space(4.0);
    let column = |key: &str, width| Column::new(context.say(key, &[]), width);
    let number = |key: &str, width| Column::of_numbers(context.say(key, &[]), width);
    let (interval, day, length) = (170.0, 68.0, 62.0);
    let columns = [
        column("report.clock.interval", interval),
        column("report.clock.from", day),
        column("report.clock.until", day),
        number("report.clock.days", length),
        number("report.clock.limit", length),
        column(
            "report.clock.state",
            CONTENT_WIDTH - interval - 2.0 * day - 2.0 * length,
        ),
    ];
    let rows: Vec<Vec<Cell>> = begun.iter().map(|reading| row(context, reading)).collect();
    flow.table(&columns, &rows);
    let audit = context.citation(clock_audit_citation());
    let mut sources = vec![context.say("report.clock.why", &[("source", audit.as_str())])];
    let limits = clock_intervals().iter().filter(|interval| {
        let mut shown = begun.iter();
        shown.any(|reading| reading.id == interval.id && reading.limit_days.is_some())
    });
    sources.extend(limits.filter_map(|interval| {
        let name = context.say(&format!("clock.{}", interval.id), &[]);
        Some(format!(
            "{name}: {}.",
            context.citation(interval.citation.as_ref()?)
        ))
    }));
    flow.paragraph(NOTE, &sources.join(" "));
    flow.space(8.0);
}

fn row(context: &Context, reading: &ClockReading) -> Vec<Cell> {
    let day = |day| Option::map(day, |day| context.date(day)).unwrap_or_default();
    let is_late = matches!(
        reading.state,
        ClockState::Late | ClockState::Overdue | ClockState::Contradiction
    );
    let style = match is_late {
        true => SMALL.bold().in_ink(ALERT),
        false => SMALL,
    };
    let number = |number: Option<i64>| number.map(|days| days.to_string()).unwrap_or_default();
    vec![
        Cell::new(SMALL, context.say(&format!("clock.{}", reading.id), &[])),
        Cell::new(SMALL, day(reading.started_on)),
        Cell::new(SMALL, day(reading.ended_on)),
        Cell::new(style, number(reading.days)),
        Cell::new(SMALL, number(reading.limit_days.map(i64::from))),
        Cell::new(
            style,
            context.say(&format!("clock_state.{}", reading.state.code()), &[]),
        ),
    ]
}
