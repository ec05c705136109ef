//! The survival forecast: for whom the model was made first, then the numbers with their
//! interval, the curve, what was averaged over, and which model answered.

use crate::{
    canvas::{Frame, Sheet},
    context::{Context, of_hundred},
    layout::{Flow, ascent, heading, height_of, lines, notice_box},
    sections::{
        curve,
        forecast_text::{
            blanks, cord_compression, interval, median, model, numbers, population,
            reason_sentences, reasons, recalibration, recalibration_in_full, refusal,
        },
    },
    style::{
        ALERT, ALERT_FAINT, BODY, FIGURE, HEADING, LABEL, NOTE, SMALL, SUBHEADING, Style, WARNING,
        WARNING_FAINT,
    },
    wrapping::{wrap, wrap_at_most},
};
use clinical::{
    assessment::{ForecastState, SurvivalForecast, SurvivalPoint},
    catalogue::FeatureId,
    reference_cohorts::{ReferenceCohort, reference_cohorts},
};

const CURVE_HEIGHT: f32 = 104.0;
const LOWEST_CURVE: f32 = 72.0;

pub(crate) fn draw(sheet: &mut Sheet, context: &Context, left: f32, top: f32, width: f32) -> f32 {
    heading(
        sheet,
        left,
        top,
        width,
        &context.say("report.forecast.title", &[]),
    );
    let y = top + HEADING.line_height() + 7.0;
    match &context.input.assessment.forecast {
        ForecastState::Available(forecast) => {
            draw_available(sheet, context, forecast, left, y, width)
        }
        ForecastState::Refused { code, parameters } => {
            let title = context.say("report.forecast.refused", &[]);
            let reason = refusal(context, code, parameters);
            draw_notice(
                sheet,
                context,
                Frame {
                    left,
                    top: y,
                    width,
                    height: 0.0,
                },
                &title,
                &reason,
                true,
            )
        }
    }
}

fn draw_available(
    sheet: &mut Sheet,
    context: &Context,
    forecast: &SurvivalForecast,
    left: f32,
    top: f32,
    width: f32,
) -> f32 {
    let mut y = top;
    let place = |y: f32| Frame {
        left,
        top: y,
        width,
        height: 0.0,
    };
    if forecast
        .pack
        .rests_on
        .iter()
        .any(|code| code == "simulation")
    {
        let title = context.say("report.forecast.simulated", &[]);
        y = draw_notice(sheet, context, place(y), &title, "", true);
    }
    let population = population(context, forecast);
    if forecast.population.inside {
        y = short(sheet, context, SMALL, (left, y, width), &population, 3) + 5.0;
    } else {
        let title = context.say("report.forecast.outside", &[]);
        y = draw_notice(sheet, context, place(y), &title, &population, false);
    }
    if let Some(text) = recalibration(context, forecast) {
        y = short(sheet, context, SMALL.bold(), (left, y, width), &text, 3) + 5.0;
    }

    let count = u16::try_from(forecast.horizons.len()).unwrap_or(1).max(1);
    let step = width / f32::from(count);
    let mut at = left;
    for point in &forecast.horizons {
        draw_horizon(sheet, context, point, at, y);
        at += step;
    }
    y += LABEL.line_height() + FIGURE.line_height() - 1.0;
    y = short(
        sheet,
        context,
        NOTE,
        (left, y, width),
        &interval(context, forecast),
        3,
    ) + 3.0;
    let bottom_of_curve = y + 4.0 + CURVE_HEIGHT;
    for text in [
        median(context, forecast),
        cord_compression(context, forecast),
    ]
    .iter()
    .flatten()
    {
        y = short(sheet, context, NOTE, (left, y, width), text, 2);
    }
    y += 4.0;

    // What is said above it is taken from the curve, so that the facts below stay on the page.
    let frame = Frame {
        left,
        top: y,
        width,
        height: (bottom_of_curve - y).max(LOWEST_CURVE),
    };
    curve::draw(sheet, context, forecast, frame);
    y = frame.bottom() + 4.0;
    y = short(
        sheet,
        context,
        NOTE,
        (left, y, width),
        &blanks(context, forecast),
        2,
    );
    short(
        sheet,
        context,
        NOTE,
        (left, y, width),
        &model(context, forecast),
        2,
    )
}

/// "3 months" over "78 of 100 (64–88)".
fn draw_horizon(sheet: &mut Sheet, context: &Context, point: &SurvivalPoint, left: f32, top: f32) {
    let months = format!("{}", point.months);
    let label = context.say("report.forecast.at_months", &[("months", months.as_str())]);
    sheet.text(left, top + ascent(LABEL), LABEL, &label);
    let baseline = top + LABEL.line_height() + ascent(FIGURE) - 2.0;
    let at = sheet.text(left, baseline, FIGURE, &of_hundred(point.alive));
    let (low, high) = (of_hundred(point.low), of_hundred(point.high));
    let rest = context.say(
        "report.forecast.of_hundred",
        &[("low", low.as_str()), ("high", high.as_str())],
    );
    sheet.text(at + 2.6, baseline, BODY, &rest);
}

pub(crate) fn in_full(flow: &mut Flow, context: &Context) {
    let ForecastState::Available(forecast) = &context.input.assessment.forecast else {
        return;
    };
    flow.heading(&context.say("report.forecast.details", &[]), 40.0);
    part(
        flow,
        context,
        "report.forecast.population",
        population(context, forecast),
    );
    part(
        flow,
        context,
        "report.forecast.numbers",
        numbers(context, forecast),
    );
    if let Some(text) = recalibration_in_full(context, forecast) {
        part(flow, context, "recalibration.title", text);
    }
    if let Some(text) = median(context, forecast) {
        part(flow, context, "report.forecast.median_title", text);
    }
    if let Some(text) = cord_compression(context, forecast) {
        part(flow, context, "report.forecast.cord_title", text);
    }
    let mut beside: Vec<(Style, String)> = reference_cohorts()
        .iter()
        .map(|cohort| (SMALL, published(context, cohort)))
        .collect();
    beside.push((NOTE, context.say("report.forecast.cohorts_note", &[])));
    part_of(flow, context, "report.forecast.cohorts", &beside);
    for explanation in context.input.reasons {
        let sentences = reason_sentences(context, explanation).into_iter();
        let mut texts: Vec<(Style, String)> = sentences.map(|text| (SMALL, text)).collect();
        if let Some((style, _)) = texts.first_mut() {
            *style = SMALL.bold();
        }
        texts.push((NOTE, reasons(context, explanation)));
        let title = format!("reasons.{}.title", explanation.endpoint.code());
        part_of(flow, context, &title, &texts);
    }
    part(
        flow,
        context,
        "report.forecast.used",
        listed(context, &forecast.used),
    );
    part(
        flow,
        context,
        "report.forecast.averaged",
        listed(context, &forecast.averaged_over),
    );
    let digest = context.free(&forecast.pack.sha256);
    let model = model(context, forecast);
    part(
        flow,
        context,
        "report.forecast.model",
        context.say(
            "report.forecast.model_digest",
            &[("model", model.as_str()), ("sha256", digest.as_str())],
        ),
    );
    flow.space(6.0);
}

/// "Schoenfeld 2020: …, 1216 patients, 2005-2017: 75 of 100 at 3.1 months, … [citation]"
fn published(context: &Context, cohort: &ReferenceCohort) -> String {
    let setting = context.say(&format!("reference_cohort.{}", cohort.setting), &[]);
    let patients = cohort.patients.to_string();
    let values = [
        ("name", cohort.name.as_str()),
        ("setting", setting.as_str()),
        ("patients", patients.as_str()),
        ("years", cohort.years.as_str()),
    ];
    let named = match cohort.years.is_empty() {
        true => "reference_cohort.named_undated",
        false => "reference_cohort.named",
    };
    let points = cohort.points.iter().map(|[months, alive]| {
        let (months, alive) = (
            context.number((months * 10.0).round() / 10.0),
            of_hundred(*alive),
        );
        let values = [("months", months.as_str()), ("alive", alive.as_str())];
        context.say("reference_cohort.point", &values)
    });
    let points = points.collect::<Vec<_>>().join(", ");
    let named = context.say(named, &values);
    format!(
        "{named}: {points}. [{}]",
        context.citation(&cohort.citation)
    )
}

fn part(flow: &mut Flow, context: &Context, title: &str, text: String) {
    part_of(flow, context, title, &[(SMALL, text)]);
}

/// A title over paragraphs.
fn part_of(flow: &mut Flow, context: &Context, title: &str, texts: &[(Style, String)]) {
    flow.need(SUBHEADING.line_height() + SMALL.line_height());
    flow.paragraph(SUBHEADING, &context.say(title, &[]));
    for (style, text) in texts {
        flow.paragraph(*style, text);
    }
    flow.space(4.0);
}

fn listed(context: &Context, features: &[FeatureId]) -> String {
    if features.is_empty() {
        return context.say("report.forecast.none", &[]);
    }
    context.feature_labels(features)
}

/// A boxed remark; `loud` for what must stop a reader.
fn draw_notice(
    sheet: &mut Sheet,
    context: &Context,
    place: Frame,
    title: &str,
    text: &str,
    loud: bool,
) -> f32 {
    let (bar, tint) = if loud {
        (ALERT, ALERT_FAINT)
    } else {
        (WARNING, WARNING_FAINT)
    };
    let inner = place.width - 18.0;
    let title_style = BODY.bold().in_ink(bar);
    let titles = wrap(context.typeface, title_style, title, inner);
    let texts = wrap_at_most(context.typeface, SMALL, text, inner, 8);
    let height = height_of(title_style, titles.len()) + height_of(SMALL, texts.len()) + 8.0;
    let frame = Frame { height, ..place };
    notice_box(sheet, frame, bar, tint);
    let y = lines(
        sheet,
        title_style,
        place.left + 9.0,
        place.top + 3.5,
        &titles,
    );
    lines(sheet, SMALL, place.left + 9.0, y, &texts);
    frame.bottom() + 6.0
}

/// At most `most` lines at (left, top, width); returns the y below.
fn short(
    sheet: &mut Sheet,
    context: &Context,
    style: Style,
    (left, top, width): (f32, f32, f32),
    text: &str,
    most: usize,
) -> f32 {
    let wrapped = wrap_at_most(context.typeface, style, text, width, most);
    lines(sheet, style, left, top, &wrapped)
}
