//! A recommendation in words: its option with levels, dose, procedure and systemic plan, or why the board deferred.

use crate::{sections::treatments::dose_in_words, voice::Voice};
use clinical::decision::{BoardDecision, Recommendation};

/// The option, or what the board needs before it can decide.
pub(crate) fn option(voice: &Voice, recommendation: &Recommendation) -> String {
    match recommendation.option {
        Some(option) => voice.say(&format!("benefit_option.{}", option.code()), &[]),
        None if recommendation.is_deferred() => {
            let what = voice.free(recommendation.deferred_for.trim());
            voice.say("report.decision.deferred", &[("what", what.as_str())])
        }
        None => voice.say("report.decision.nothing", &[]),
    }
}

/// Label and text of each part that was said beside the option.
pub(crate) fn parts(voice: &Voice, recommendation: &Recommendation) -> Vec<(String, String)> {
    let levels: Vec<&str> = recommendation
        .levels
        .iter()
        .map(|level| level.name())
        .collect();
    let parts = [
        ("report.decision.levels", levels.join(", ")),
        (
            "report.decision.dose",
            dose_in_words(voice, recommendation.dose_gray, recommendation.fractions),
        ),
        (
            "report.decision.procedure",
            voice.free(recommendation.procedure.trim()),
        ),
        (
            "report.decision.systemic_plan",
            voice.free(recommendation.systemic_plan.trim()),
        ),
    ];
    parts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(key, text)| (voice.say(key, &[]), text))
        .collect()
}

/// "Stereotactic radiotherapy · T10, T11 · 24 Gy in 2 fractions"
pub(crate) fn in_a_line(voice: &Voice, recommendation: &Recommendation) -> String {
    let parts = parts(voice, recommendation).into_iter();
    let parts = parts.map(|(_, text)| text.replace('\n', " "));
    std::iter::once(option(voice, recommendation))
        .chain(parts)
        .collect::<Vec<_>>()
        .join(" · ")
}

/// The version by which the recommendation that holds differs from the signed one.
pub(crate) fn changed_by(decision: &BoardDecision) -> Option<u32> {
    let mut later = decision.addenda.iter().rev();
    let later = later.find(|addendum| addendum.recommendation.is_some());
    later.map(|addendum| addendum.version)
}

/// What the recommendation rests on, as the board judged it.
pub(crate) fn evidence(voice: &Voice, decision: &BoardDecision) -> Option<String> {
    let kind = decision.evidence?;
    Some(voice.say(&format!("benefit_evidence.{}", kind.code()), &[]))
}
