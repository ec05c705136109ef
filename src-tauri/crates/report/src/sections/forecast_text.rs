//! What the report says about a forecast, in words.

use crate::context::{Context, of_hundred};
use clinical::{assessment::SurvivalForecast, catalogue::FeatureId};
use std::collections::BTreeMap;

/// Horizon by horizon in one paragraph, with the wording of the interval.
pub(crate) fn numbers(context: &Context, forecast: &SurvivalForecast) -> String {
    let mut sentences: Vec<String> = forecast
        .horizons
        .iter()
        .map(|point| {
            let months = format!("{}", point.months);
            let (alive, low, high) = (
                of_hundred(point.alive),
                of_hundred(point.low),
                of_hundred(point.high),
            );
            context.say(
                "report.forecast.sentence",
                &[
                    ("months", months.as_str()),
                    ("alive", alive.as_str()),
                    ("low", low.as_str()),
                    ("high", high.as_str()),
                ],
            )
        })
        .collect();
    sentences.push(interval(context, forecast));
    sentences.join(" ")
}

pub(crate) fn interval(context: &Context, forecast: &SurvivalForecast) -> String {
    let percent = of_hundred(forecast.interval_level);
    context.say("report.forecast.interval", &[("percent", percent.as_str())])
}

pub(crate) fn population(context: &Context, forecast: &SurvivalForecast) -> String {
    let patients = forecast
        .population
        .similar_patients
        .filter(|count| *count > 0);
    let behind = match patients.map(|count| count.to_string()) {
        Some(count) => context.say("report.forecast.patients", &[("count", count.as_str())]),
        None => context.say("report.forecast.no_patients", &[]),
    };
    if forecast.population.inside {
        let inside = context.say("report.forecast.inside", &[]);
        return format!("{inside} {behind}");
    }
    let reasons: Vec<String> = forecast
        .population
        .reasons
        .iter()
        .map(|reason| reason_text(context, reason))
        .collect();
    format!("{} {behind}", reasons.join(" "))
}

/// The words for `population.<code>`; a code may name a feature: `outside_limits:age`.
fn reason_text(context: &Context, reason: &str) -> String {
    let (code, feature) = reason.split_once(':').unwrap_or((reason, ""));
    let feature = context.feature_label(&FeatureId::unchecked(feature));
    context
        .say_if_known(
            &format!("population.{code}"),
            &[("feature", feature.as_str())],
        )
        .unwrap_or_else(|| context.say("report.forecast.outside_code", &[("code", reason)]))
}

pub(crate) fn blanks(context: &Context, forecast: &SurvivalForecast) -> String {
    if forecast.averaged_over.is_empty() {
        return context.say("report.forecast.no_blanks", &[]);
    }
    let features = context.feature_labels(&forecast.averaged_over);
    context.say("report.forecast.blanks", &[("features", features.as_str())])
}

pub(crate) fn model(context: &Context, forecast: &SurvivalForecast) -> String {
    let rests_on: Vec<String> = forecast
        .pack
        .rests_on
        .iter()
        .map(|code| {
            let key = format!("report.rests_on.{code}");
            context
                .say_if_known(&key, &[])
                .unwrap_or_else(|| context.free(code))
        })
        .collect();
    let name = context.free(&forecast.pack.name);
    let version = context.free(&forecast.pack.version);
    let rests_on = rests_on.join(", ");
    context.say(
        "report.forecast.model_line",
        &[
            ("name", name.as_str()),
            ("version", version.as_str()),
            ("rests_on", rests_on.as_str()),
        ],
    )
}

pub(crate) fn refusal(
    context: &Context,
    code: &str,
    parameters: &BTreeMap<String, String>,
) -> String {
    let values: Vec<(String, String)> = parameters
        .iter()
        .map(|(name, value)| (name.clone(), context.free(value)))
        .collect();
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    context
        .say_if_known(&format!("refusal.{code}"), &values)
        .unwrap_or_else(|| context.say("report.forecast.refused_code", &[("code", code)]))
}
