//! The Kaplan-Meier curve as steps, drawn as far as enough patients are at risk, with their numbers below.

use crate::{
    canvas::Frame,
    context::of_hundred,
    layout::Flow,
    style::{ACCENT, CONTENT_WIDTH, LABEL, MARGIN, MUTED, NOTE, RULE},
    voice::Voice,
};
use clinical::year::{LEAST_OF_A_SHARE, OutcomeFigures};

const HEIGHT: f32 = 150.0;
/// Room for the shares, and for months and numbers at risk.
const LEFT: f32 = 74.0;
const BELOW: f32 = 40.0;
const LAST_MONTH: f64 = 12.0;
const SHARES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

pub(super) fn draw(flow: &mut Flow, voice: &Voice, found: &OutcomeFigures) {
    let Some(last) = last_shown(found) else {
        return;
    };
    flow.need(HEIGHT + BELOW + 20.0);
    let plot = Frame {
        left: MARGIN + LEFT,
        top: flow.y + 14.0,
        width: CONTENT_WIDTH - LEFT - 90.0,
        height: HEIGHT,
    };
    let x = |months: f64| plot.left + plot.width * (months / LAST_MONTH) as f32;
    let y = |share: f64| plot.bottom() - plot.height * share as f32;
    let sheet = &mut flow.sheet;
    let title = voice.say("report.curve.alive_of_hundred", &[]);
    sheet.text(MARGIN, plot.top - 6.0, LABEL, &title);
    for share in SHARES {
        let ends = ((plot.left, y(share)), (plot.right(), y(share)));
        sheet.line(ends.0, ends.1, RULE, 0.5, &[]);
        let label = of_hundred(share);
        sheet.text_ending_at(plot.left - 4.0, y(share) + 2.5, NOTE, &label);
    }
    let mut through = vec![(x(0.0), y(1.0))];
    let mut level = 1.0;
    for step in found.curve.steps.iter().filter(|step| step.months <= last) {
        through.push((x(step.months), y(level)));
        level = step.survival;
        through.push((x(step.months), y(level)));
    }
    through.push((x(last), y(level)));
    sheet.polyline(&through, ACCENT, 1.6);

    let below = plot.bottom();
    let at_risk = voice.say("report.year.at_risk", &[]);
    sheet.text(MARGIN, below + 24.0, NOTE, &at_risk);
    let start = [(0, found.patients)].into_iter();
    let marks = start.chain(found.survival.iter().map(|one| (one.months, one.at_risk)));
    for (months, number) in marks {
        let at = x(f64::from(months));
        sheet.line((at, below), (at, below + 3.0), MUTED, 0.5, &[]);
        sheet.text_centred_at(at, below + 12.0, NOTE, &months.to_string());
        sheet.text_centred_at(at, below + 24.0, NOTE, &number.to_string());
    }
    let axis = voice.say("report.year.months_since", &[]);
    sheet.text_ending_at(MARGIN + CONTENT_WIDTH, below + 12.0, NOTE, &axis);
    flow.y = below + BELOW;
}

/// The last time in months until which enough are at risk; none where they are too few from the beginning.
fn last_shown(found: &OutcomeFigures) -> Option<f64> {
    let enough = found.patients >= LEAST_OF_A_SHARE;
    let steps = found.curve.steps.iter();
    let steps = steps.filter(|step| step.at_risk >= LEAST_OF_A_SHARE);
    let horizons = found.survival.iter();
    let horizons = horizons.filter(|one| one.at_risk >= LEAST_OF_A_SHARE);
    let last = steps
        .map(|step| step.months)
        .chain(horizons.map(|one| f64::from(one.months)))
        .fold(0.0, f64::max);
    (enough && last > 0.0).then_some(last.min(LAST_MONTH))
}
