//! What the report says about a score, in words.

use crate::context::{Context, of_hundred};
use clinical::assessment::{
    Direction, FigureProvenance, PublishedSurvival, ScoreGroup, ScoreOutcome, ScoreResult,
    ScoreStatus,
};

/// A score's full or short name, with the level of a score that belongs to one.
pub(crate) fn name(context: &Context, score: &ScoreResult, name: &str) -> String {
    let name = context.free(name);
    match context.subject(&score.subject) {
        level if level.is_empty() => name,
        level => format!("{name}, {level}"),
    }
}

pub(crate) fn result(context: &Context, score: &ScoreResult) -> String {
    match &score.outcome {
        ScoreOutcome::Total { total, .. } | ScoreOutcome::TypedTotal { total, .. } => {
            context.decimal(&total.to_string())
        }
        ScoreOutcome::Grade { grade, .. } => {
            let grade = context.free(grade);
            context.say("report.scores.grade", &[("grade", grade.as_str())])
        }
        ScoreOutcome::Missing { .. }
        | ScoreOutcome::Checklist { .. }
        | ScoreOutcome::NotComputable(_) => String::new(),
    }
}

/// The ends of the scale; nothing for a grade.
pub(crate) fn scale(context: &Context, score: &ScoreResult) -> String {
    match &score.outcome {
        ScoreOutcome::Total {
            minimum, maximum, ..
        }
        | ScoreOutcome::TypedTotal {
            minimum, maximum, ..
        } => {
            let (minimum, maximum) = (minimum.to_string(), maximum.to_string());
            let values = [("minimum", minimum.as_str()), ("maximum", maximum.as_str())];
            context.say("report.scores.scale", &values)
        }
        _ => String::new(),
    }
}

/// How to read the total.
pub(crate) fn direction(context: &Context, score: &ScoreResult) -> String {
    let direction = match score.direction {
        Direction::HigherIsBetter => "higher_is_better",
        Direction::LowerIsBetter => "lower_is_better",
        Direction::HigherIsLessStable => "higher_is_less_stable",
        Direction::HigherIsWorse => "higher_is_worse",
        Direction::Unordered => "unordered",
    };
    context.say(&format!("report.scores.{direction}"), &[])
}

/// How to read the total, and that it was typed where it was.
pub(crate) fn reading(context: &Context, score: &ScoreResult) -> String {
    let direction = direction(context, score);
    match &score.outcome {
        ScoreOutcome::TypedTotal { .. } => {
            format!("{}; {direction}", context.say("report.scores.typed", &[]))
        }
        _ => direction,
    }
}

pub(crate) fn group_text(context: &Context, score: &ScoreResult, group: &ScoreGroup) -> String {
    let mut parts = vec![context.free(&group.label)];
    if let ScoreOutcome::Grade { definition, .. } = &score.outcome {
        parts.push(context.free(definition));
    }
    if let Some(predicted) = &group.predicted {
        let predicted = context.free(predicted);
        parts.push(context.say(
            "report.scores.predicted",
            &[("predicted", predicted.as_str())],
        ));
    }
    parts.retain(|part| !part.is_empty());
    parts.dedup();
    parts.join("; ")
}

/// "Zeng 2007, China, 211 patients: 41 of 100 alive at 6 months; median 4 months". A figure that
/// nobody read in its source begins with the remark, so that it is never cut off.
pub(crate) fn published_text(context: &Context, figures: &PublishedSurvival) -> String {
    let mut survival = Vec::new();
    for (months, share) in &figures.alive {
        let (months, alive) = (months.to_string(), of_hundred(*share));
        let values = [("months", months.as_str()), ("alive", alive.as_str())];
        survival.push(context.say("report.scores.alive", &values));
    }
    survival.extend(median_text(context, figures));
    let mut cohort = context.free(&figures.cohort);
    if let Some(patients) = figures.patients {
        let patients = patients.to_string();
        let patients = context.say("report.scores.patients", &[("patients", patients.as_str())]);
        cohort = format!("{cohort}, {patients}");
    }
    let remark = match figures.provenance {
        FigureProvenance::Read => String::new(),
        FigureProvenance::RecalledHigh => context.say("report.scores.recalled_high", &[]),
        FigureProvenance::RecalledMedium => context.say("report.scores.recalled_medium", &[]),
    };
    format!("{remark} {cohort}: {}", survival.join("; "))
        .trim()
        .to_owned()
}

/// "median 4 months (3 to 5)".
pub(crate) fn median_text(context: &Context, figures: &PublishedSurvival) -> Option<String> {
    let median = context.number(figures.median_months?);
    let Some([low, high]) = figures.median_confidence_interval else {
        return Some(context.say("report.scores.median", &[("median", median.as_str())]));
    };
    let (low, high) = (context.number(low), context.number(high));
    let values = [
        ("median", median.as_str()),
        ("low", low.as_str()),
        ("high", high.as_str()),
    ];
    Some(context.say("report.scores.median_interval", &values))
}

/// How far a score is built, where not every point of it was read.
pub(crate) fn status(context: &Context, score: &ScoreResult) -> Option<String> {
    let status = match score.status {
        ScoreStatus::Implementable => return None,
        ScoreStatus::ImplementableWithCaveats => "with_caveats",
        ScoreStatus::Partial => "partial",
        ScoreStatus::ReferenceOnly => "reference_only",
        ScoreStatus::NotPublic => "not_public",
    };
    Some(context.say(&format!("report.score_status.{status}"), &[]))
}

pub(crate) fn missing(context: &Context, score: &ScoreResult) -> String {
    let ScoreOutcome::Missing {
        features,
        outside,
        level_needed,
        possible,
        ..
    } = &score.outcome
    else {
        return String::new();
    };
    let mut sentences = Vec::new();
    if *level_needed {
        sentences.push(context.say("report.scores.level_needed", &[]));
    }
    if !features.is_empty() && !*level_needed {
        let names = context.feature_labels(features);
        sentences.push(context.say("report.scores.missing", &[("features", names.as_str())]));
    }
    if !outside.is_empty() {
        let names = context.feature_labels(outside);
        sentences.push(context.say("report.scores.outside", &[("features", names.as_str())]));
    }
    if let Some(possible) = possible {
        let (minimum, maximum) = (possible.minimum.to_string(), possible.maximum.to_string());
        let groups = context.free(&possible.groups.join(", "));
        let values = [
            ("minimum", minimum.as_str()),
            ("maximum", maximum.as_str()),
            ("groups", groups.as_str()),
        ];
        sentences.push(context.say("report.scores.possible", &values));
    }
    sentences.join(" ")
}
