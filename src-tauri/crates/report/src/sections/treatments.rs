//! Courses of treatment as recorded.

use crate::{
    context::Context,
    layout::{Cell, Column, Flow},
    style::{CONTENT_WIDTH, SMALL},
};
use clinical::case::{TreatmentCourse, TreatmentKind};

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
    let rows: Vec<Vec<Cell>> = courses.iter().map(|course| row(context, course)).collect();
    flow.table(&columns, &rows);
}

fn row(context: &Context, course: &TreatmentCourse) -> Vec<Cell> {
    let cell = |text: String| Cell { text, style: SMALL };
    let kind = match course.kind {
        TreatmentKind::Surgery => "surgery",
        TreatmentKind::StereotacticRadiotherapy => "stereotactic_radiotherapy",
        TreatmentKind::ConventionalRadiotherapy => "conventional_radiotherapy",
        TreatmentKind::SystemicTherapy => "systemic_therapy",
        TreatmentKind::BoneModifyingAgent => "bone_modifying_agent",
        TreatmentKind::Supportive => "supportive",
    };
    let levels: Vec<&str> = course.levels.iter().map(|level| level.name()).collect();
    vec![
        cell(context.say(&format!("report.treatment.{kind}"), &[])),
        cell(dates(context, course)),
        cell(levels.join(", ")),
        cell(what(context, course)),
    ]
}

fn dates(context: &Context, course: &TreatmentCourse) -> String {
    match (
        course.started_on.map(|day| context.date(day)),
        course.ended_on.map(|day| context.date(day)),
    ) {
        (None, None) => context.say("report.value.not_recorded", &[]),
        (Some(start), None) => context.say("report.treatments.since", &[("start", start.as_str())]),
        (None, Some(end)) => context.say("report.treatments.until", &[("end", end.as_str())]),
        (Some(start), Some(end)) if start == end => start,
        (Some(start), Some(end)) => format!("{start} – {end}"),
    }
}

fn what(context: &Context, course: &TreatmentCourse) -> String {
    let dose = course.dose_gray.map(|dose| context.number(dose));
    let fractions = course.fractions.map(|count| count.to_string());
    let dose = match (&dose, &fractions) {
        (Some(dose), Some(count)) => context.say(
            "report.treatments.dose_fractions",
            &[("dose", dose.as_str()), ("count", count.as_str())],
        ),
        (Some(dose), None) => context.say("report.treatments.dose", &[("dose", dose.as_str())]),
        (None, Some(count)) => {
            context.say("report.treatments.fractions", &[("count", count.as_str())])
        }
        (None, None) => String::new(),
    };
    let parts = [context.free(course.description.trim()), dose];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}
