//! A drawing as a file of its own: SVG 1.1, on white, readable without this program's fonts.

use super::drawing::{Anchor, Drawing, Shape};
use crate::{fonts::Weight, style::Ink};

/// White around the drawing.
const EDGE: f32 = 8.0;

pub(super) fn file(drawing: &Drawing) -> String {
    let Drawing {
        width,
        height,
        title,
        shapes,
    } = drawing;
    let title = escaped(title);
    let (all, whole) = (width + 2.0 * EDGE, height + 2.0 * EDGE);
    let elements: Vec<String> = shapes.iter().map(element).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-{EDGE} -{EDGE} {all} {whole}\" role=\"img\" font-family=\"sans-serif\">\n\
         <title>{title}</title>\n\
         <rect x=\"-{EDGE}\" y=\"-{EDGE}\" width=\"{all}\" height=\"{whole}\" fill=\"#ffffff\"/>\n\
         {}\n</svg>\n",
        elements.join("\n")
    )
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
                Weight::Bold => " font-weight=\"bold\"",
                Weight::Regular => "",
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
        let file = file(&drawing);
        for part in [
            "viewBox=\"-8 -8 116 66\"",
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
