//! What the blocks of the page say, and the same in full.

use super::blocks::{Block, Content};
use crate::{
    context::{Context, of_hundred},
    layout::Flow,
    sections::{
        actions,
        decision::{one_dissent, title},
        forecast_text::refusal,
        question,
        recommendation::{evidence, option, parts},
    },
    style::{ACCENT, ACCENT_FAINT, BODY, NOTE, Style, WARNING, WARNING_FAINT},
};
use clinical::{
    assessment::{ForecastState, PackIdentity, SurvivalPoint},
    decision::{BoardDecision, PositionStance},
};

/// The recommendation is what a reader looks for.
const RECOMMENDED: Style = Style { size: 12.5, ..BODY };
/// A letter is set larger than a report.
const TEXT: Style = Style { size: 9.4, ..BODY };
const REMARK: Style = Style { size: 8.0, ..NOTE };
/// Of the table of actions.
const ACTION_SIZE: f32 = 8.4;

/// What a block is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Question,
    Decision,
    Rationale,
    Dissent,
    Actions,
    Signature,
    Forecast,
}

/// The blocks of page one, from top to bottom.
pub(super) fn blocks(context: &Context) -> Vec<Block> {
    let decision = context.decision();
    let mut blocks = vec![
        texts(context, Part::Question, 2),
        texts(context, Part::Decision, 4),
    ];
    if let Some(decision) = decision {
        blocks.push(texts(context, Part::Rationale, 2));
        blocks.push(texts(context, Part::Dissent, 2));
        let mut rows = rows(context, decision);
        for cell in rows.iter_mut().flatten() {
            cell.style.size = ACTION_SIZE;
        }
        if rows.is_empty() {
            blocks.push(texts(context, Part::Actions, 1));
        } else {
            let columns = actions::columns(context).to_vec();
            blocks.push(Block {
                part: Part::Actions,
                title: heading(context, Part::Actions),
                colours: None,
                content: Content::of_rows(context, columns, rows),
                least: 3,
            });
        }
    }
    blocks.push(texts(context, Part::Signature, usize::MAX));
    blocks.push(texts(context, Part::Forecast, usize::MAX));
    blocks
}

fn texts(context: &Context, part: Part, least: usize) -> Block {
    let signed = context.decision().is_some_and(BoardDecision::is_signed);
    let colours = match (part, signed) {
        (Part::Question, _) | (Part::Decision, true) => Some((ACCENT, ACCENT_FAINT)),
        (Part::Decision, false) => Some((WARNING, WARNING_FAINT)),
        _ => None,
    };
    Block {
        part,
        title: heading(context, part),
        colours,
        content: Content::of_texts(context, &said(context, part), colours.is_some()),
        least,
    }
}

/// A part with everything that it says, over as many pages as it takes.
pub(super) fn in_full(flow: &mut Flow, context: &Context, part: Part) {
    let title = heading(context, part);
    let values = [("title", title.as_str())];
    flow.heading(&context.say("report.referrer.in_full", &values), 40.0);
    if let (Part::Actions, Some(decision)) = (part, context.decision()) {
        let rows = rows(context, decision);
        if !rows.is_empty() {
            flow.table_in_full(&actions::columns(context), &rows);
            return;
        }
    }
    for (style, text) in said(context, part) {
        flow.paragraph(style, &text);
    }
    flow.space(10.0);
}

fn heading(context: &Context, part: Part) -> String {
    let key = match part {
        Part::Question => "report.question.title",
        Part::Decision => match context.decision() {
            Some(decision) if decision.is_signed() => return title(context, decision),
            _ => "report.decision.draft_title",
        },
        Part::Rationale => "report.decision.rationale",
        Part::Dissent => "report.referrer.dissent",
        Part::Actions => "report.decision.actions",
        Part::Signature => "report.decision.signature",
        Part::Forecast => "report.referrer.forecast",
    };
    context.say(key, &[])
}

fn said(context: &Context, part: Part) -> Vec<(Style, String)> {
    let decision = context.decision();
    match part {
        Part::Question => vec![(TEXT, question::text(context))],
        Part::Decision => decision.map_or_else(
            || vec![(TEXT, context.say("report.decision.none", &[]))],
            |decision| recommended(context, decision),
        ),
        Part::Rationale => decision.map_or_else(Vec::new, |one| rationale(context, one)),
        Part::Dissent => decision.map_or_else(Vec::new, |one| dissent(context, one)),
        Part::Actions => vec![(TEXT, context.say("report.decision.no_actions", &[]))],
        Part::Signature => signature(context),
        Part::Forecast => forecast(context),
    }
}

fn recommended(context: &Context, decision: &BoardDecision) -> Vec<(Style, String)> {
    let recommendation = decision.standing_recommendation();
    let mut texts = vec![(RECOMMENDED.bold(), option(context, recommendation))];
    for (label, text) in parts(context, recommendation) {
        let values = [("label", label.as_str()), ("text", text.as_str())];
        texts.push((TEXT, context.say("report.referrer.part", &values)));
    }
    if let Some(day) = decision.decided_on {
        let day = context.date(day);
        let values = [("day", day.as_str())];
        texts.push((REMARK, context.say("report.referrer.discussed", &values)));
    }
    texts
}

fn rationale(context: &Context, decision: &BoardDecision) -> Vec<(Style, String)> {
    let text = context.free(decision.rationale.trim());
    let mut texts = vec![match text.is_empty() {
        true => (TEXT, context.say("report.decision.no_rationale", &[])),
        false => (TEXT, text),
    }];
    if let Some(evidence) = evidence(context, decision) {
        let values = [("evidence", evidence.as_str())];
        texts.push((REMARK, context.say("report.referrer.evidence", &values)));
    }
    if let Some(last) = decision.addenda.last() {
        let (version, text) = (last.version.to_string(), context.free(last.text.trim()));
        let values = [("version", version.as_str()), ("text", text.as_str())];
        texts.push((TEXT, context.say("report.referrer.addendum", &values)));
    }
    texts
}

fn dissent(context: &Context, decision: &BoardDecision) -> Vec<(Style, String)> {
    let of = |stance: PositionStance| {
        let positions = decision.positions.iter();
        positions.filter(move |one| one.stance == stance)
    };
    let mut texts: Vec<(Style, String)> = of(PositionStance::Dissents)
        .map(|position| (TEXT, one_dissent(context, position)))
        .collect();
    if texts.is_empty() {
        texts.push((TEXT, context.say("report.referrer.no_dissent", &[])));
    }
    let agreed = of(PositionStance::Agrees).count().to_string();
    let abstained = of(PositionStance::Abstains).count().to_string();
    let values = [
        ("agreed", agreed.as_str()),
        ("abstained", abstained.as_str()),
    ];
    texts.push((REMARK, context.say("report.referrer.agreed", &values)));
    texts
}

fn rows(context: &Context, decision: &BoardDecision) -> Vec<Vec<crate::table::Cell>> {
    let actions = decision.all_actions();
    actions
        .map(|action| actions::row(context, decision, action))
        .collect()
}

fn signature(context: &Context) -> Vec<(Style, String)> {
    let seal = context.decision().and_then(|one| one.seal.as_ref());
    let Some(seal) = seal else {
        return vec![(TEXT, context.say("report.referrer.not_signed", &[]))];
    };
    let (name, specialty) = (context.free(&seal.name), context.specialty(&seal.specialty));
    let time = context.local_time(seal.signed_at);
    let values = [
        ("name", name.as_str()),
        ("specialty", specialty.as_str()),
        ("time", time.as_str()),
    ];
    let digits: String = seal.sha256.chars().take(16).collect();
    let short = context.free(&digits);
    let version = context
        .decision()
        .and_then(|one| one.addenda.last())
        .map_or(1, |last| last.version)
        .to_string();
    let below = [("version", version.as_str()), ("digits", short.as_str())];
    vec![
        (TEXT, context.say("report.decision.signed_by", &values)),
        (REMARK, context.say("report.referrer.version", &below)),
    ]
}

/// In one sentence with its interval; for whom it was made and on what it rests is said before any number.
fn forecast(context: &Context) -> Vec<(Style, String)> {
    if context.input.model_held_back {
        return vec![(TEXT, context.say("report.follow_up.held_back", &[]))];
    }
    if let Some(sealed) = context.sealed_forecast() {
        return in_a_line(
            context,
            &sealed.pack,
            &sealed.horizons,
            sealed.interval_level,
            sealed.inside_population,
        );
    }
    match &context.input.assessment.forecast {
        ForecastState::Available(forecast) => in_a_line(
            context,
            &forecast.pack,
            &forecast.horizons,
            forecast.interval_level,
            forecast.population.inside,
        ),
        ForecastState::Refused { code, parameters } => {
            vec![(TEXT, refusal(context, code, parameters))]
        }
    }
}

fn in_a_line(
    context: &Context,
    pack: &PackIdentity,
    horizons: &[SurvivalPoint],
    interval_level: f64,
    inside: bool,
) -> Vec<(Style, String)> {
    let mut warnings = Vec::new();
    if pack.rests_on.iter().any(|code| code == "simulation") {
        warnings.push(context.say("report.forecast.simulated", &[]));
    }
    if !inside {
        warnings.push(context.say("report.referrer.outside", &[]));
    }
    let points: Vec<String> = horizons
        .iter()
        .map(|point| {
            let months = format!("{}", point.months);
            let ends = [point.alive, point.low, point.high].map(of_hundred);
            let [alive, low, high] = ends.each_ref().map(String::as_str);
            let values = [
                ("months", months.as_str()),
                ("alive", alive),
                ("low", low),
                ("high", high),
            ];
            context.say("report.referrer.point", &values)
        })
        .collect();
    let points = points.join(", ");
    let percent = of_hundred(interval_level);
    let model = context.free(&format!("{} {}", pack.name, pack.version));
    let values = [
        ("points", points.as_str()),
        ("percent", percent.as_str()),
        ("model", model.as_str()),
    ];
    let mut texts = Vec::new();
    if !warnings.is_empty() {
        texts.push((TEXT.bold().in_ink(WARNING), warnings.join(" ")));
    }
    texts.push((TEXT, context.say("report.referrer.points", &values)));
    texts
}
