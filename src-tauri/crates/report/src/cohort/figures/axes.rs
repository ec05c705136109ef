//! A square panel with its axes: a title, ticks in hundredths, and what stands across and up.

use super::super::drawing::{Anchor, Drawing};
use crate::style::{CONTENT_WIDTH, LABEL, MUTED, NOTE, RULE};

/// Side of a panel, and from one panel to the next.
const SIDE: f32 = 128.0;
const STEP: f32 = CONTENT_WIDTH / 3.0;

/// Room for title and upward label, and for ticks and label below.
const ABOVE: f32 = 26.0;
const BELOW: f32 = 24.0;

/// Height of a row of panels.
pub(crate) const PANELS: f32 = ABOVE + SIDE + BELOW;

pub(crate) struct Axes {
    left: f32,
    /// Values at the lower and at the upper end.
    low: f64,
    high: f64,
}

impl Axes {
    /// The panel at a place from the left.
    pub(crate) fn new(panel: usize, low: f64, high: f64) -> Axes {
        Axes {
            left: 24.0 + panel as f32 * STEP,
            low,
            high,
        }
    }

    /// What lies outside is drawn at the edge.
    pub(crate) fn at(&self, x: f64, y: f64) -> (f32, f32) {
        let up = ((y - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        (
            self.left + SIDE * x.clamp(0.0, 1.0) as f32,
            ABOVE + SIDE * (1.0 - up as f32),
        )
    }

    pub(crate) fn draw(&self, drawing: &mut Drawing, title: &str, across: &str, up: &str) {
        let middle = self.left + SIDE / 2.0;
        drawing.text((middle, 9.0), Anchor::Middle, LABEL, title);
        drawing.text((self.left - 18.0, 20.0), Anchor::Start, NOTE, up);
        let step = if self.high - self.low > 0.6 {
            0.25
        } else {
            0.1
        };
        let first = (self.low / step).ceil() as i32;
        let last = (self.high / step + 1e-9).floor() as i32;
        for tick in first..=last {
            let value = f64::from(tick) * step;
            let ink = if tick == 0 { MUTED } else { RULE };
            drawing.line(&[self.at(0.0, value), self.at(1.0, value)], ink, 0.5, &[]);
            let (x, y) = self.at(0.0, value);
            let hundred = clinical::head_to_head::decimal(value * 100.0, 0);
            drawing.text((x - 3.0, y + 2.5), Anchor::End, NOTE, &hundred);
        }
        let below = ABOVE + SIDE;
        for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
            let (x, _) = self.at(tick, self.low);
            drawing.line(&[(x, below), (x, below + 3.0)], MUTED, 0.5, &[]);
            let hundred = format!("{:.0}", tick * 100.0);
            drawing.text((x, below + 11.0), Anchor::Middle, NOTE, &hundred);
        }
        drawing.text((middle, below + 21.0), Anchor::Middle, NOTE, across);
    }
}
