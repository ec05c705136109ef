//! A figure as shapes, which goes onto a page and into an SVG file alike. The origin is the upper left
//! corner, y grows downwards, lengths are points.

use crate::{
    canvas::{Frame, Sheet},
    style::{Ink, Style},
};
use std::fmt::Write;

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

    /// The figure as a file of its own (SVG 1.1), on white.
    pub(crate) fn svg(&self) -> String {
        let mut file = String::new();
        let (width, height) = (self.width, self.height);
        let _ = write!(
            file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"sans-serif\">\n<title>{}</title>\n<rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
            escaped(&self.title)
        );
        for shape in &self.shapes {
            file.push_str(&element(shape));
            file.push('\n');
        }
        file.push_str("</svg>\n");
        file
    }
}

fn element(shape: &Shape) -> String {
    match shape {
        Shape::Line {
            through,
            ink,
            thickness,
            dashes,
        } => {
            let points: Vec<String> = through
                .iter()
                .map(|(x, y)| format!("{x:.2},{y:.2}"))
                .collect();
            let dashes: Vec<String> = dashes.iter().map(f32::to_string).collect();
            let dashes = match dashes.is_empty() {
                true => String::new(),
                false => format!(" stroke-dasharray=\"{}\"", dashes.join(" ")),
            };
            format!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{thickness}\"{dashes}/>",
                points.join(" "),
                hexadecimal(*ink)
            )
        }
        Shape::Dot {
            centre: (x, y),
            radius,
            ink,
        } => format!(
            "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{radius}\" fill=\"{}\"/>",
            hexadecimal(*ink)
        ),
        Shape::Text {
            at: (x, y),
            anchor,
            style,
            text,
        } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let weight = match style.weight {
                crate::fonts::Weight::Bold => " font-weight=\"bold\"",
                crate::fonts::Weight::Regular => "",
            };
            format!(
                "<text x=\"{x:.2}\" y=\"{y:.2}\" text-anchor=\"{anchor}\" font-size=\"{}\" fill=\"{}\"{weight}>{}</text>",
                style.size,
                hexadecimal(style.ink),
                escaped(text)
            )
        }
    }
}

fn hexadecimal(Ink(red, green, blue): Ink) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::style::{BLACK, SMALL};

    #[test]
    fn a_drawing_becomes_a_file_of_its_own() {
        let mut drawing = Drawing::new(100.0, 50.0, "AUC <0.5".to_owned());
        drawing.line(&[(0.0, 0.0), (10.0, 5.0)], BLACK, 1.0, &[2.0, 1.0]);
        drawing.dot((3.0, 4.0), 2.0, BLACK);
        drawing.text((1.0, 2.0), Anchor::End, SMALL, "a & b");
        let file = drawing.svg();
        for part in [
            "viewBox=\"0 0 100 50\"",
            "<title>AUC &lt;0.5</title>",
            "points=\"0.00,0.00 10.00,5.00\"",
            "stroke-dasharray=\"2 1\"",
            "cx=\"3.00\"",
            "text-anchor=\"end\"",
            ">a &amp; b</text>",
        ] {
            assert!(file.contains(part), "{part} in {file}");
        }
    }
}
