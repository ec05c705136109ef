//! A figure as shapes, which goes onto a page and into an SVG file alike. The origin is the upper left
//! corner, y grows downwards, lengths are points.

use crate::{
    canvas::{Frame, Sheet},
    style::{Ink, Style},
};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Line {
        through: Vec<(f32, f32)>,
        ink: Ink,
        thickness: f32,
        /// Lengths of stroke and gap; empty for a whole line.
        dashes: Vec<f32>,
    },
    Dot {
        centre: (f32, f32),
        radius: f32,
        ink: Ink,
    },
    Text {
        at: (f32, f32),
        anchor: Anchor,
        style: Style,
        text: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drawing {
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// For who cannot see it.
    pub(crate) title: String,
    pub(crate) shapes: Vec<Shape>,
}

impl Drawing {
    pub(crate) fn new(width: f32, height: f32, title: String) -> Drawing {
        Drawing {
            width,
            height,
            title,
            shapes: Vec::new(),
        }
    }

    pub(crate) fn line(
        &mut self,
        through: &[(f32, f32)],
        ink: Ink,
        thickness: f32,
        dashes: &[f32],
    ) {
        self.shapes.push(Shape::Line {
            through: through.to_vec(),
            ink,
            thickness,
            dashes: dashes.to_vec(),
        });
    }

    pub(crate) fn dot(&mut self, centre: (f32, f32), radius: f32, ink: Ink) {
        self.shapes.push(Shape::Dot {
            centre,
            radius,
            ink,
        });
    }

    pub(crate) fn text(&mut self, at: (f32, f32), anchor: Anchor, style: Style, text: &str) {
        self.shapes.push(Shape::Text {
            at,
            anchor,
            style,
            text: text.to_owned(),
        });
    }

    /// Draws it with its upper left corner in that of the frame.
    pub(crate) fn onto(&self, sheet: &mut Sheet, frame: Frame) {
        let moved = |(x, y): (f32, f32)| (x + frame.left, y + frame.top);
        for shape in &self.shapes {
            match shape {
                Shape::Line {
                    through,
                    ink,
                    thickness,
                    dashes,
                } => {
                    for pair in through.windows(2) {
                        sheet.line(moved(pair[0]), moved(pair[1]), *ink, *thickness, dashes);
                    }
                }
                Shape::Dot {
                    centre,
                    radius,
                    ink,
                } => sheet.dot(moved(*centre), *radius, *ink),
                Shape::Text {
                    at,
                    anchor,
                    style,
                    text,
                } => {
                    let (x, y) = moved(*at);
                    match anchor {
                        Anchor::Start => {
                            sheet.text(x, y, *style, text);
                        }
                        Anchor::Middle => sheet.text_centred_at(x, y, *style, text),
                        Anchor::End => sheet.text_ending_at(x, y, *style, text),
                    }
                }
            }
        }
    }
}
