//! What the frame of a report about one patient says.

use crate::{
    context::Context,
    frame::{Running, application, written},
};
use clinical::assessment::ForecastState;

/// `kinds` are the keys of the kind of report, on page one and on the others.
pub(crate) fn running(context: &Context, kinds: [&str; 2]) -> Running {
    let identity = context.identity.printed.running.clone();
    Running {
        kinds: kinds.map(|key| context.say(key, &[])),
        occasions: [occasion(context), identity.clone()],
        about: identity,
        made: made_by(context),
        synthetic: context.input.case.synthetic,
    }
}

/// "Index date 2026-03-14 · Level T12".
fn occasion(context: &Context) -> String {
    let date = context.date(context.input.assessment.index_date);
    match context.input.case.level_in_question() {
        Some(level) => context.say(
            "report.header.occasion_level",
            &[("date", date.as_str()), ("level", level.name())],
        ),
        None => context.say("report.header.occasion", &[("date", date.as_str())]),
    }
}

/// Application, model pack and time.
fn made_by(context: &Context) -> String {
    let input = context.input;
    let mut parts = vec![application(context)];
    if input.assessment.app_version != context.paper.app_version {
        let version = context.free(&input.assessment.app_version);
        parts.push(context.say(
            "report.footer.assessed_by",
            &[("version", version.as_str())],
        ));
    }
    parts.push(match &input.assessment.forecast {
        ForecastState::Available(forecast) => {
            let name = context.free(&format!("{} {}", forecast.pack.name, forecast.pack.version));
            let pack = context.say("report.footer.pack", &[("pack", name.as_str())]);
            match input.reproduced_rows {
                Some(rows) => {
                    let rows = rows.to_string();
                    format!(
                        "{pack} {}",
                        context.say("report.footer.reproduced", &[("rows", rows.as_str())])
                    )
                }
                None => pack,
            }
        }
        ForecastState::Refused { .. } => context.say("report.footer.no_pack", &[]),
    });
    parts.push(written(context));
    parts.join(" · ")
}
