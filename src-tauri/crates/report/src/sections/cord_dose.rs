//! What radiotherapy adds up to at the cord, level by level, with what was reported of such sums.

use crate::{
    context::{Context, of_hundred},
    layout::Flow,
    sections::treatments::named,
    style::{CONTENT_WIDTH, NOTE, SMALL},
    table::{Cell, Column},
};
use clinical::cord_dose::{
    Appraisal, CordBasis, CordCheck, CordLack, CordLimit, CordShare, CordVerdict, LevelCordDose,
};

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let Some(dose) = &context.input.assessment.cord_dose else {
        return;
    };
    flow.heading(&context.say("cord_dose.title", &[]), 80.0);
    let ratio = context.number(dose.alpha_beta_gray);
    let formula = context.say("cord_dose.formula", &[("ratio", ratio.as_str())]);
    let assumptions = context.say("cord_dose.assumptions", &[]);
    let source = context.citation(&dose.formula.citation);
    flow.paragraph(NOTE, &format!("{formula} [{source}] {assumptions}"));
    if !dose.levels.is_empty() {
        flow.space(3.0);
        table(flow, context, &dose.levels);
    }
    for entry in &dose.levels {
        for appraisal in &entry.appraised {
            appraised(flow, context, &named_levels(entry), appraisal);
        }
    }
    if dose.levels.iter().any(|entry| {
        let mut appraised = entry.appraised.iter();
        appraised.any(|appraisal| !appraisal.checks.is_empty())
    }) {
        flow.paragraph(NOTE, &context.citation(&dose.limits.citation));
    }
    if !dose.without_level.is_empty() {
        let courses: Vec<String> = dose
            .without_level
            .iter()
            .map(|id| name(context, id))
            .collect();
        let courses = courses.join("; ");
        let text = context.say("cord_dose.without_level", &[("courses", courses.as_str())]);
        flow.paragraph(SMALL, &text);
    }
    flow.space(8.0);
}

fn named_levels(entry: &LevelCordDose) -> String {
    let names: Vec<&str> = entry.levels.iter().map(|level| level.name()).collect();
    names.join(", ")
}

fn table(flow: &mut Flow, context: &Context, entries: &[LevelCordDose]) {
    let cell = |text: String| Cell { text, style: SMALL };
    let strong = |text: String| Cell {
        text,
        style: SMALL.bold(),
    };
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for entry in entries {
        let levels = named_levels(entry);
        for course in &entry.courses {
            rows.push(vec![
                cell(levels.clone()),
                cell(name(context, &course.course)),
                cell(dose_text(context, &course.dose)),
                cell(gray(context, course.dose.equivalent_gray())),
            ]);
        }
        let mut sum = |title: String, gray: String| {
            let row = vec![
                cell(levels.clone()),
                strong(title),
                cell(String::new()),
                strong(gray),
            ];
            rows.push(row);
        };
        sum(
            context.say("cord_dose.given", &[]),
            gray(context, entry.given_gray),
        );
        for appraisal in &entry.appraised {
            let course = name(context, &appraisal.course);
            sum(
                context.say("cord_dose.sum", &[("course", course.as_str())]),
                gray(context, appraisal.cumulative_gray),
            );
        }
    }
    let (levels, dose, equivalent) = (70.0, 170.0, 60.0);
    let column = |key: &str, width: f32, ends_right: bool| Column {
        heading: context.say(key, &[]),
        width,
        ends_right,
    };
    let columns = [
        column("cord_dose.level", levels, false),
        column(
            "cord_dose.course",
            CONTENT_WIDTH - levels - dose - equivalent,
            false,
        ),
        column("cord_dose.dose", dose, false),
        column("cord_dose.equivalent", equivalent, true),
    ];
    flow.table(&columns, &rows);
}

fn name(context: &Context, id: &str) -> String {
    let mut courses = context.input.case.courses.iter();
    let course = courses.find(|course| course.id == id);
    course.map_or_else(|| context.free(id), |course| named(context, course))
}

fn gray(context: &Context, gray: Option<f64>) -> String {
    match gray {
        Some(gray) => context.decimal(&format!("{gray:.1}")),
        None => context.say("cord_dose.not_known", &[]),
    }
}

fn dose_text(context: &Context, share: &CordShare) -> String {
    match share {
        CordShare::Known {
            dose_gray,
            fractions,
            basis,
            ..
        } => {
            let (dose, fractions) = (context.number(*dose_gray), fractions.to_string());
            let values = [("dose", dose.as_str()), ("fractions", fractions.as_str())];
            let key = match basis {
                CordBasis::Plan => "cord_dose.basis_plan",
                CordBasis::Prescription => "cord_dose.basis_prescription",
            };
            context.say(key, &values)
        }
        CordShare::Unknown { lacks } => {
            let key = match lacks {
                CordLack::CordDose => "cord_dose.lacks_cord_dose",
                CordLack::Dose => "cord_dose.lacks_dose",
                CordLack::Fractions => "cord_dose.lacks_fractions",
            };
            context.say(key, &[])
        }
    }
}

fn appraised(flow: &mut Flow, context: &Context, levels: &str, appraisal: &Appraisal) {
    let course = name(context, &appraisal.course);
    let values = [("course", course.as_str()), ("levels", levels)];
    if appraisal.checks.is_empty() {
        flow.paragraph(NOTE, &context.say("cord_dose.no_limit", &values));
        return;
    }
    flow.need(40.0);
    flow.paragraph(SMALL.bold(), &context.say("cord_dose.checks", &values));
    for check in &appraisal.checks {
        flow.paragraph(SMALL, &check_text(context, check));
    }
    let means = match appraisal.is_first {
        true => "cord_dose.first_means",
        false => "cord_dose.again_means",
    };
    flow.paragraph(NOTE, &context.say(means, &[]));
}

/// "Sum of all courses, EQD2 in Gy: 55.0, up to 70: within"
fn check_text(context: &Context, check: &CordCheck) -> String {
    let (what, is_share) = match check.limit {
        CordLimit::First => ("cord_dose.limit_first", false),
        CordLimit::Cumulative => ("cord_dose.limit_cumulative", false),
        CordLimit::Stereotactic => ("cord_dose.limit_stereotactic", false),
        CordLimit::Share => ("cord_dose.limit_share", true),
        CordLimit::MonthsBetween => ("cord_dose.limit_months_between", false),
    };
    let is_months = check.limit == CordLimit::MonthsBetween;
    let here = match check.value {
        Some(share) if is_share => of_hundred(share),
        Some(months) if is_months => context.number(months),
        value => gray(context, value),
    };
    let said = |limit: f64| match is_share {
        true => of_hundred(limit),
        false => context.number(limit),
    };
    let (low, high) = (said(check.reported[0]), said(check.reported[1]));
    let reported = if low != high {
        let values = [("low", low.as_str()), ("high", high.as_str())];
        context.say("cord_dose.between", &values)
    } else if is_months {
        context.say("cord_dose.at_least", &[("limit", low.as_str())])
    } else {
        context.say("cord_dose.at_most", &[("limit", low.as_str())])
    };
    let verdict = match check.verdict {
        CordVerdict::Within => "cord_dose.verdict_within",
        CordVerdict::Between => "cord_dose.verdict_between",
        CordVerdict::Beyond => "cord_dose.verdict_beyond",
        CordVerdict::Unknown => "cord_dose.verdict_unknown",
    };
    let (what, verdict) = (context.say(what, &[]), context.say(verdict, &[]));
    let reported_word = context.say("report.cord_dose.reported", &[("limit", reported.as_str())]);
    format!("{what}: {here}; {reported_word}: {verdict}")
}
