//! What hangs on each vertebra, from head to foot: scores, counts, lesions, measurements and treatments.

use crate::{
    context::Context,
    layout::Flow,
    sections::{
        images::measured_text,
        treatments::{dates, dose, named},
    },
    style::{CONTENT_WIDTH, SMALL},
    table::{Cell, Column},
};
use clinical::{
    case::{Lesion, TreatmentCourse},
    spine::{LevelEntry, LevelMark, LevelScore, spine_index},
};

const LEVEL: f32 = 46.0;
const SCORES: f32 = 104.0;
const RECORDED: f32 = 70.0;
const SEEN: f32 = 140.0;

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let input = context.input;
    let mut index = spine_index(
        input.case,
        input.paper.catalogue,
        input.assessment.index_date,
    );
    index.retain(|entry| !entry.is_empty());
    if index.is_empty() {
        return;
    }
    flow.heading(&context.say("report.levels.title", &[]), 40.0);
    let column = |name: &str, width| Column {
        heading: context.say(&format!("report.levels.{name}"), &[]),
        width,
        ends_right: false,
    };
    let columns = [
        column("level", LEVEL),
        column("scores", SCORES),
        column("recorded", RECORDED),
        column("seen", SEEN),
        column(
            "treatments",
            CONTENT_WIDTH - LEVEL - SCORES - RECORDED - SEEN,
        ),
    ];
    let rows: Vec<Vec<Cell>> = index.iter().map(|entry| row(context, entry)).collect();
    flow.table(&columns, &rows);
}

fn row(context: &Context, entry: &LevelEntry) -> Vec<Cell> {
    let cell = |parts: Vec<String>| Cell {
        text: parts.join("; "),
        style: SMALL,
    };
    let level = match entry.level {
        Some(level) => level.name().to_owned(),
        None => context.say("report.levels.none", &[]),
    };
    let scores = entry.scores.iter().map(|score| told(context, score));
    let lesions = entry.lesions.iter().map(|one| lesion(context, one));
    let marks = entry.marks.iter().map(|mark| measured(context, mark));
    let courses = entry.courses.iter().chain(&entry.plans);
    let courses = courses.filter_map(|id| {
        let mut all = context.input.case.courses.iter();
        all.find(|course| course.id == *id)
    });
    vec![
        Cell {
            text: level,
            style: SMALL.bold(),
        },
        cell(scores.collect()),
        cell(counts(context, entry)),
        cell(lesions.chain(marks).collect()),
        cell(courses.map(|course| treatment(context, course)).collect()),
    ]
}

/// "SINS 11: potentially unstable", or what it lacks.
fn told(context: &Context, score: &LevelScore) -> String {
    let name = context.free(&score.short_name);
    let Some(result) = &score.result else {
        let missing = score.missing.to_string();
        return context.say(
            "report.levels.score_missing",
            &[("score", name.as_str()), ("count", missing.as_str())],
        );
    };
    let key = match score.is_typed {
        true => "report.levels.score_typed",
        false => "report.levels.score",
    };
    let group = context.free(score.group.as_deref().unwrap_or_default());
    let values = [
        ("score", name.as_str()),
        ("result", result.as_str()),
        ("group", group.as_str()),
    ];
    context.say(key, &values)
}

fn counts(context: &Context, entry: &LevelEntry) -> Vec<String> {
    let count = |key: &str, number: usize| {
        let number = number.to_string();
        context.say(key, &[("count", number.as_str())])
    };
    let mut told = Vec::new();
    if entry.recorded > 0 {
        told.push(count("report.levels.facts", entry.recorded as usize));
    }
    if !entry.key_images.is_empty() {
        told.push(count("report.levels.key_images", entry.key_images.len()));
    }
    told
}

fn lesion(context: &Context, lesion: &Lesion) -> String {
    let (name, part) = (context.free(&lesion.name), context.free(lesion.part.trim()));
    let name = context.say("report.levels.lesion", &[("name", name.as_str())]);
    match part.is_empty() {
        true => name,
        false => format!("{name} ({part})"),
    }
}

fn measured(context: &Context, mark: &LevelMark) -> String {
    let values = mark.values.iter().map(|one| measured_text(context, one));
    values.collect::<Vec<_>>().join(", ")
}

/// In short; the table of treatments has the rest.
fn treatment(context: &Context, course: &TreatmentCourse) -> String {
    let is_dated = course.started_on.is_some() || course.ended_on.is_some();
    let days = is_dated.then(|| dates(context, course));
    let parts = [
        named(context, course),
        dose(context, course),
        days.unwrap_or_default(),
    ];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}
