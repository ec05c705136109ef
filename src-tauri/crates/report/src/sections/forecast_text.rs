//! What the report says about a forecast, in words.

use crate::context::{Context, of_hundred};
use clinical::{
    assessment::{
        CordCompressionState, ExplainedEndpoint, Explanation, ForecastReason, MedianTime,
        NamedReason, PopulationMatch, Similarity, SurvivalForecast,
    },
    catalogue::FeatureId,
};
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

/// The median with its interval, where the forecast has one.
pub(crate) fn median(context: &Context, forecast: &SurvivalForecast) -> Option<String> {
    let time = |time: MedianTime| match time {
        MedianTime::Reached { months } => context.decimal(&format!("{months:.1}")),
        MedianTime::NotReached { within_months } => {
            let months = format!("{within_months}");
            context.say("report.forecast.beyond", &[("months", months.as_str())])
        }
    };
    let median = forecast.median?;
    let (middle, low, high) = (time(median.time), time(median.low), time(median.high));
    let values = [
        ("months", middle.as_str()),
        ("low", low.as_str()),
        ("high", high.as_str()),
    ];
    Some(context.say("report.forecast.median", &values))
}

/// Cord compression as a band with its certainty, or why it is not forecast.
pub(crate) fn cord_compression(context: &Context, forecast: &SurvivalForecast) -> Option<String> {
    match forecast.cord_compression.as_ref()? {
        CordCompressionState::NotShown { code } => {
            context.say_if_known(&format!("cord_compression.{code}"), &[])
        }
        CordCompressionState::Available(cord) => {
            let months = format!("{}", cord.months);
            let band = about(context, cord.low, cord.high);
            let certainty = cord.certainty.code();
            let values = [
                ("months", months.as_str()),
                ("band", band.as_str()),
                ("certainty", certainty),
            ];
            Some(context.say("cord_compression.forecast", &values))
        }
    }
}

/// "about 1 to 4 of 100": whole numbers, since no figure behind it is more exact.
fn about(context: &Context, low: f64, high: f64) -> String {
    let (low, high) = (of_hundred(low), of_hundred(high));
    let values = [("low", low.as_str()), ("high", high.as_str())];
    let key = match (low.as_str(), high.as_str()) {
        (_, "0") => "cord_compression.below_one",
        ("0", _) => "cord_compression.up_to",
        (low, high) if low == high => "cord_compression.about",
        _ => "cord_compression.between",
    };
    context.say(key, &values)
}

/// The forecast beside that of a patient of whom nothing is known, then what made the difference.
pub(crate) fn reason_sentences(context: &Context, explanation: &Explanation) -> Vec<String> {
    let endpoint = explanation.endpoint;
    let months = format!("{}", explanation.months);
    let people = |share: f64| match endpoint {
        ExplainedEndpoint::Survival => of_hundred(share),
        ExplainedEndpoint::CordCompression => about(context, share, share),
    };
    let total = people(explanation.total_probability);
    let baseline = people(explanation.baseline_probability);
    let numbers = context.say(
        &format!("reasons.{}.numbers", endpoint.code()),
        &[
            ("months", months.as_str()),
            ("total", total.as_str()),
            ("baseline", baseline.as_str()),
        ],
    );
    let sentences = explanation.sentences.iter().map(|sentence| {
        let reasons: Vec<String> = sentence
            .reasons
            .iter()
            .map(|reason| named(context, reason))
            .collect();
        let key = format!("reasons.{}.{}", endpoint.code(), sentence.kind.code());
        context.say(&key, &[("reasons", reasons.join("; ").as_str())])
    });
    std::iter::once(numbers).chain(sentences).collect()
}

/// By its facts with their values, or by the word of its group.
fn named(context: &Context, reason: &NamedReason) -> String {
    let facts: Vec<String> = reason
        .facts
        .iter()
        .map(|fact| {
            let feature = context.feature_label(&fact.feature);
            let reading = context.value(&fact.feature, &fact.value);
            context.say(
                &format!("reasons.fact.{}", fact.form.code()),
                &[("feature", feature.as_str()), ("reading", reading.as_str())],
            )
        })
        .collect();
    let names = if facts.is_empty() {
        context
            .say_if_known(&format!("reason_group.{}", reason.group), &[])
            .unwrap_or_else(|| {
                let group = context.free(&reason.group);
                context.say("reasons.unnamed", &[("group", group.as_str())])
            })
    } else {
        facts.join(", ")
    };
    let factor = context.decimal(&format!("{:.2}", reason.factor));
    let values = [("names", names.as_str()), ("factor", factor.as_str())];
    context.say("reasons.named", &values)
}

/// What each known group of facts adds, the largest first.
pub(crate) fn reasons(context: &Context, explanation: &Explanation) -> String {
    let months = format!("{}", explanation.months);
    let key = format!("reasons.{}.factors", explanation.endpoint.code());
    let mut sentences = vec![context.say(&key, &[("months", months.as_str())])];
    sentences.extend(
        explanation
            .reasons
            .iter()
            .map(|reason| one_reason(context, reason)),
    );
    sentences.join(" ")
}

fn one_reason(context: &Context, reason: &ForecastReason) -> String {
    let features = context.feature_labels(&reason.features);
    let factor = context.decimal(&format!("{:.2}", reason.factor));
    let values = [("features", features.as_str()), ("factor", factor.as_str())];
    context.say("report.forecast.reason", &values)
}

pub(crate) fn population(context: &Context, forecast: &SurvivalForecast) -> String {
    let population = &forecast.population;
    let mut sentences: Vec<String> = population
        .reasons
        .iter()
        .map(|reason| reason_text(context, reason))
        .collect();
    if population.inside {
        sentences = vec![context.say("report.forecast.inside", &[])];
    }
    sentences.extend(patients_behind(context, &forecast.population));
    sentences.join(" ")
}

/// How many real patients stood behind the model, unless a reason says it already.
fn patients_behind(context: &Context, population: &PopulationMatch) -> Option<String> {
    let count = population.similar_patients.filter(|count| *count > 0);
    let count = count.map(|count| count.to_string());
    let values = [("count", count.as_deref().unwrap_or("0"))];
    match population.similarity {
        Some(Similarity::SimilarHardlyAny | Similarity::LiteratureOnly) => None,
        Some(similarity) => Some(context.say(similarity.words(), &values)),
        None if count.is_some() => Some(context.say("report.forecast.patients", &values)),
        None => Some(context.say("report.forecast.no_patients", &[])),
    }
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

/// On whom the model was recalibrated, by whom and when, and what the shipped one says. A report without
/// identity names nobody, and one with moved dates has no date beside them that was not moved.
pub(crate) fn recalibration(context: &Context, forecast: &SurvivalForecast) -> Option<String> {
    let recalibration = forecast.pack.recalibration.as_ref()?;
    let (patients, deaths) = (
        recalibration.patients.to_string(),
        recalibration.deaths.to_string(),
    );
    let (person, date) = (
        context.free(&recalibration.person),
        context.date(recalibration.date),
    );
    let key = match (context.paper.identity_masked, context.input.dates_moved) {
        (_, true) => "recalibration.undated",
        (true, false) => "recalibration.unnamed",
        (false, false) => "recalibration.named",
    };
    let values = [
        ("patients", patients.as_str()),
        ("deaths", deaths.as_str()),
        ("person", person.as_str()),
        ("date", date.as_str()),
    ];
    let points = forecast.shipped_horizons.iter().flatten().map(|point| {
        let (alive, months) = (of_hundred(point.alive), point.months.to_string());
        let values = [("alive", alive.as_str()), ("months", months.as_str())];
        context.say("recalibration.point", &values)
    });
    let points: Vec<String> = points.collect();
    let shipped = match points.is_empty() {
        true => String::new(),
        false => context.say(
            "recalibration.shipped",
            &[("points", points.join(", ").as_str())],
        ),
    };
    Some(format!("{} {shipped}", context.say(key, &values)))
}

/// The two numbers, the follow-up and the gain, and what they leave alone.
pub(crate) fn recalibration_in_full(
    context: &Context,
    forecast: &SurvivalForecast,
) -> Option<String> {
    let first = recalibration(context, forecast)?;
    let recalibration = forecast.pack.recalibration.as_ref()?;
    let (intercept, slope) = (
        context.decimal(&format!("{:+.2}", recalibration.intercept)),
        context.decimal(&format!("{:.2}", recalibration.slope)),
    );
    let numbers = context.say(
        "recalibration.numbers",
        &[("intercept", intercept.as_str()), ("slope", slope.as_str())],
    );
    let longest = recalibration.follow_up.longest_months.to_string();
    let followed = match recalibration.follow_up.median_months {
        Some(median) => context.say(
            "recalibration.followed",
            &[
                ("median", median.to_string().as_str()),
                ("longest", longest.as_str()),
            ],
        ),
        None => context.say(
            "recalibration.followed_short",
            &[("longest", longest.as_str())],
        ),
    };
    let ends = [
        recalibration.gain.per_patient,
        recalibration.gain.low,
        recalibration.gain.high,
    ]
    .map(|gain| context.decimal(&format!("{gain:.3}")));
    let [gain, low, high] = ends.each_ref().map(String::as_str);
    let gain = context.say(
        "recalibration.gain",
        &[("gain", gain), ("low", low), ("high", high)],
    );
    let rest = context.say(
        "report.forecast.recalibration_numbers",
        &[
            ("numbers", numbers.as_str()),
            ("followed", followed.as_str()),
            ("gain", gain.as_str()),
        ],
    );
    let only = context.say("recalibration.only_survival", &[]);
    Some(format!("{first} {rest} {only}"))
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
