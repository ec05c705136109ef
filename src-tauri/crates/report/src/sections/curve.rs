//! The survival curve as vector graphics: the band of the interval, the curve, the horizons.

use crate::{
    canvas::{Frame, Sheet},
    context::{Context, of_hundred},
    style::{ACCENT, ACCENT_PALE, BLACK, LABEL, MUTED, NOTE, RULE, SMALL, WHITE},
};
use clinical::assessment::{SurvivalForecast, SurvivalPoint};

/// Months beyond this are not drawn: decisions of the board lie within.
const LAST_MONTH: f64 = 24.0;
const MONTH_TICKS: [f64; 7] = [0.0, 3.0, 6.0, 12.0, 18.0, 24.0, 36.0];
const SHARE_TICKS: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// Places of months and shares within a frame.
#[derive(Debug, Clone, Copy)]
struct Axes {
    plot: Frame,
    months: f64,
}

impl Axes {
    fn x(&self, months: f64) -> f32 {
        self.plot.left + self.plot.width * (months / self.months).clamp(0.0, 1.0) as f32
    }

    fn y(&self, share: f64) -> f32 {
        self.plot.bottom() - self.plot.height * share.clamp(0.0, 1.0) as f32
    }

    fn place(
        &self,
        points: &[SurvivalPoint],
        share: impl Fn(&SurvivalPoint) -> f64,
    ) -> Vec<(f32, f32)> {
        points
            .iter()
            .map(|point| (self.x(point.months), self.y(share(point))))
            .collect()
    }
}

/// Draws axes, band, curve and horizons into the frame.
pub(crate) fn draw(
    sheet: &mut Sheet,
    context: &Context,
    forecast: &SurvivalForecast,
    frame: Frame,
) {
    let drawn = drawable(&forecast.curve);
    let axes = axes(frame, &drawn, &forecast.horizons);
    draw_axes(sheet, context, &axes);

    let upper = axes.place(&drawn, |point| point.high);
    let lower = axes.place(&drawn, |point| point.low);
    let band: Vec<(f32, f32)> = upper.iter().chain(lower.iter().rev()).copied().collect();
    if drawn.len() > 1 {
        sheet.polygon(&band, ACCENT_PALE);
        draw_grid(sheet, &axes);
        sheet.polyline(&axes.place(&drawn, |point| point.alive), ACCENT, 1.6);
    } else {
        draw_grid(sheet, &axes);
    }

    for point in drawable(&forecast.horizons) {
        let (x, y) = (axes.x(point.months), axes.y(point.alive));
        sheet.line(
            (x, axes.y(point.high)),
            (x, axes.y(point.low)),
            ACCENT,
            0.8,
            &[2.0, 1.4],
        );
        sheet.dot((x, y), 3.4, WHITE);
        sheet.dot((x, y), 2.5, ACCENT);
        sheet.text(
            x + 4.5,
            y - 3.5,
            SMALL.bold().in_ink(BLACK),
            &of_hundred(point.alive),
        );
    }
}

fn axes(frame: Frame, drawn: &[SurvivalPoint], horizons: &[SurvivalPoint]) -> Axes {
    let last = drawn
        .last()
        .into_iter()
        .chain(horizons)
        .map(|point| point.months)
        .filter(|months| months.is_finite())
        .fold(1.0, f64::max);
    let plot = Frame {
        left: frame.left + 22.0,
        top: frame.top + 13.0,
        width: frame.width - 30.0,
        height: frame.height - 36.0,
    };
    Axes {
        plot,
        months: last.min(LAST_MONTH),
    }
}

/// The points that can be drawn, up to the last month shown.
fn drawable(points: &[SurvivalPoint]) -> Vec<SurvivalPoint> {
    points
        .iter()
        .filter(|point| {
            let values = [point.months, point.alive, point.low, point.high];
            values.iter().all(|value| value.is_finite())
                && (0.0..=LAST_MONTH).contains(&point.months)
        })
        .copied()
        .collect()
}

fn draw_axes(sheet: &mut Sheet, context: &Context, axes: &Axes) {
    let plot = axes.plot;
    let title = context.say("report.curve.alive_of_hundred", &[]);
    sheet.text(plot.left - 22.0, plot.top - 6.5, LABEL, &title);
    for share in SHARE_TICKS {
        sheet.text_ending_at(
            plot.left - 4.0,
            axes.y(share) + 2.5,
            NOTE,
            &of_hundred(share),
        );
    }
    for month in MONTH_TICKS
        .into_iter()
        .filter(|month| *month <= axes.months)
    {
        let x = axes.x(month);
        sheet.line(
            (x, plot.bottom()),
            (x, plot.bottom() + 3.0),
            MUTED,
            0.6,
            &[],
        );
        sheet.text_centred_at(x, plot.bottom() + 11.0, NOTE, &format!("{month}"));
    }
    let title = context.say("report.curve.months", &[]);
    let middle = plot.left + plot.width / 2.0;
    sheet.text_centred_at(middle, plot.bottom() + 20.5, LABEL, &title);
}

/// Grid lines lie over the band so that they can be read through it.
fn draw_grid(sheet: &mut Sheet, axes: &Axes) {
    let plot = axes.plot;
    for share in SHARE_TICKS {
        let y = axes.y(share);
        let (ink, thickness) = if share == 0.0 {
            (MUTED, 0.7)
        } else {
            (RULE, 0.4)
        };
        sheet.line((plot.left, y), (plot.right(), y), ink, thickness, &[]);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn point(months: f64, alive: f64, low: f64, high: f64) -> SurvivalPoint {
        SurvivalPoint {
            months,
            alive,
            low,
            high,
        }
    }

    fn frame() -> Frame {
        Frame {
            left: 100.0,
            top: 200.0,
            width: 330.0,
            height: 136.0,
        }
    }

    #[test]
    fn everybody_alive_is_the_upper_left_corner_and_nobody_the_lower_right() {
        let curve = [point(0.0, 1.0, 1.0, 1.0), point(24.0, 0.0, 0.0, 0.0)];
        let axes = axes(frame(), &curve, &[]);
        assert_eq!(
            axes.place(&curve, |point| point.alive),
            [(122.0, 213.0), (422.0, 313.0)]
        );
    }

    #[test]
    fn a_falling_curve_falls_on_paper_and_stays_inside_its_band() {
        let curve: Vec<SurvivalPoint> = (0u8..=60)
            .map(|month| {
                let alive = (-f64::from(month) / 14.0).exp();
                point(f64::from(month), alive, alive * alive, alive.sqrt())
            })
            .collect();
        let drawn = drawable(&curve);
        let axes = axes(frame(), &drawn, &[]);
        let line = axes.place(&drawn, |point| point.alive);
        assert_eq!(line.len(), 25);
        assert!(
            line.windows(2)
                .all(|pair| pair[1].0 > pair[0].0 && pair[1].1 > pair[0].1)
        );
        let (upper, lower) = (
            axes.place(&drawn, |point| point.high),
            axes.place(&drawn, |point| point.low),
        );
        for ((middle, upper), lower) in line.iter().zip(upper).zip(lower) {
            assert!(upper.1 <= middle.1 && middle.1 <= lower.1);
            assert!((213.0..=313.0).contains(&upper.1) && (213.0..=313.0).contains(&lower.1));
        }
    }

    #[test]
    fn values_that_are_no_probability_do_not_leave_the_frame() {
        let curve = [
            point(0.0, 1.7, -1.0, 9.0),
            point(1.0, f64::NAN, 0.0, 1.0),
            point(f64::INFINITY, 0.5, 0.4, 0.6),
            point(2.0, -3.0, -3.0, -3.0),
        ];
        let drawn = drawable(&curve);
        let axes = axes(frame(), &drawn, &[]);
        assert_eq!(
            axes.place(&drawn, |point| point.alive),
            [(122.0, 213.0), (422.0, 313.0)]
        );
    }
}
