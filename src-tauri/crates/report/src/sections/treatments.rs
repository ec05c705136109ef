//! Courses of treatment as recorded: those that were given, then those that are planned, which say so.

use crate::{
    context::Context,
    layout::Flow,
    style::{CONTENT_WIDTH, SMALL},
    table::{Cell, Column},
    voice::Voice,
};
use clinical::case::TreatmentCourse;

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let courses = &context.input.case.courses;
    if courses.is_empty() {
        return;
    }
    flow.heading(&context.say("report.treatments.title", &[]), 40.0);
    let column = |name: &str, width| Column {
        heading: context.say(&format!("report.treatments.{name}"), &[]),
        width,
        ends_right: false,
    };
    let columns = [
        column("kind", 128.0),
        column("dates", 110.0),
        column("levels", 66.0),
        column("description", CONTENT_WIDTH - 128.0 - 110.0 - 66.0),
    ];
    let (plans, given): (Vec<_>, Vec<_>) = courses.iter().partition(|course| course.is_planned());
    let rows: Vec<Vec<Cell>> = given
        .into_iter()
        .chain(plans)
        .map(|course| row(context, course))
        .collect();
    flow.table(&columns, &rows);
}

fn row(context: &Context, course: &TreatmentCourse) -> Vec<Cell> {
    let cell = |text: String| Cell { text, style: SMALL };
    let levels: Vec<&str> = course.levels.iter().map(|level| level.name()).collect();
    vec![
        cell(named(context, course)),
        cell(dates(context, course)),
        cell(levels.join(", ")),
        cell(what(context, course)),
    ]
}

/// "Surgery", or "Surgery, planned".
pub(crate) fn named(context: &Context, course: &TreatmentCourse) -> String {
    let kind = context.say(&format!("report.treatment.{}", course.kind.code()), &[]);
    match course.is_planned() {
        true => context.say("report.treatments.planned", &[("treatment", kind.as_str())]),
        false => kind,
    }
}

pub(crate) fn dates(context: &Context, course: &TreatmentCourse) -> String {
    match (
        course.started_on.map(|day| context.date(day)),
        course.ended_on.map(|day| context.date(day)),
    ) {
        (None, None) if course.is_planned() => context.say("report.treatments.no_day", &[]),
        (None, None) => context.say("report.value.not_recorded", &[]),
        (Some(start), None) if course.is_planned() => {
            context.say("report.treatments.from", &[("start", start.as_str())])
        }
        (Some(start), None) => context.say("report.treatments.since", &[("start", start.as_str())]),
        (None, Some(end)) => context.say("report.treatments.until", &[("end", end.as_str())]),
        (Some(start), Some(end)) if start == end => start,
        (Some(start), Some(end)) => format!("{start} – {end}"),
    }
}

fn what(context: &Context, course: &TreatmentCourse) -> String {
    let parts = [
        context.free(course.description.trim()),
        dose(context, course),
    ];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// "20 Gy in 5 fractions", or nothing.
pub(crate) fn dose(context: &Context, course: &TreatmentCourse) -> String {
    dose_in_words(context, course.dose_gray, course.fractions)
}

/// The same of a total dose in Gy and its fractions, whoever planned or gave them.
pub(crate) fn dose_in_words(voice: &Voice, dose: Option<f64>, fractions: Option<u32>) -> String {
    let dose = dose.map(|dose| voice.number(dose)).unwrap_or_default();
    let count = fractions.map(|count| count.to_string()).unwrap_or_default();
    let values = [("dose", dose.as_str()), ("count", count.as_str())];
    let key = match (dose.is_empty(), fractions) {
        (true, None) => return String::new(),
        (false, None) => "report.treatments.dose",
        (true, Some(1)) => "report.treatments.one_fraction",
        (true, Some(_)) => "report.treatments.fractions",
        (false, Some(1)) => "report.treatments.dose_one_fraction",
        (false, Some(_)) => "report.treatments.dose_fractions",
    };
    voice.say(key, &values)
}
