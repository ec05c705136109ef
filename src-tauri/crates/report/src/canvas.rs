//! One page to draw on. The origin is the upper left corner, y grows downwards, lengths are
//! points; the translation to PDF's upward y happens here and nowhere else.

use crate::{
    fonts::Typeface,
    style::{Ink, PAGE_HEIGHT, Style},
};
use printpdf::{
    Color, FontId, Line, LineCapStyle, LineDashPattern, LineJoinStyle, LinePoint, Op, PaintMode,
    PdfFontHandle, Point, Polygon, PolygonRing, Pt, Rect, Rgb, TextItem, TextMatrix, WindingOrder,
    XObjectId, XObjectTransform,
};

/// A rectangle on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

impl Frame {
    pub(crate) fn right(self) -> f32 {
        self.left + self.width
    }

    pub(crate) fn bottom(self) -> f32 {
        self.top + self.height
    }
}

/// The drawing operations of one page.
#[derive(Debug)]
pub(crate) struct Sheet {
    typeface: &'static Typeface,
    operations: Vec<Op>,
}

impl Sheet {
    pub(crate) fn new(typeface: &'static Typeface) -> Sheet {
        Sheet {
            typeface,
            operations: Vec::new(),
        }
    }

    pub(crate) fn into_operations(self) -> Vec<Op> {
        self.operations
    }

    /// One line of text that starts at `left`; returns where it ends.
    /// Characters that cannot be printed must have been replaced before.
    pub(crate) fn text(&mut self, left: f32, baseline: f32, style: Style, text: &str) -> f32 {
        if text.trim().is_empty() {
            return left + self.width(style, text);
        }
        self.fill_with(style.ink);
        self.operations.push(Op::StartTextSection);
        let mut at = left;
        for (face, run) in self.typeface.runs(style.weight, text) {
            self.operations.extend([
                Op::SetFont {
                    font: PdfFontHandle::External(FontId(face.name().to_owned())),
                    size: Pt(style.size),
                },
                Op::SetTextMatrix {
                    matrix: TextMatrix::Translate(Pt(at), Pt(PAGE_HEIGHT - baseline)),
                },
                Op::ShowText {
                    items: vec![TextItem::Text(run.to_owned())],
                },
            ]);
            at += self.typeface.width(style.weight, style.size, run);
        }
        self.operations.push(Op::EndTextSection);
        at
    }

    /// One line of text that ends at `right`.
    pub(crate) fn text_ending_at(&mut self, right: f32, baseline: f32, style: Style, text: &str) {
        self.text(right - self.width(style, text), baseline, style, text);
    }

    /// One line of text with its middle at `middle`.
    pub(crate) fn text_centred_at(&mut self, middle: f32, baseline: f32, style: Style, text: &str) {
        self.text(
            middle - self.width(style, text) / 2.0,
            baseline,
            style,
            text,
        );
    }

    pub(crate) fn width(&self, style: Style, text: &str) -> f32 {
        self.typeface.width(style.weight, style.size, text)
    }

    pub(crate) fn filled(&mut self, frame: Frame, ink: Ink) {
        self.fill_with(ink);
        self.rectangle(frame, PaintMode::Fill);
    }

    pub(crate) fn outlined(&mut self, frame: Frame, ink: Ink, thickness: f32) {
        self.stroke_with(ink, thickness, &[]);
        self.rectangle(frame, PaintMode::Stroke);
    }

    /// A straight line, dashed when `dashes` (lengths of stroke and gap) is not empty.
    pub(crate) fn line(
        &mut self,
        from: (f32, f32),
        to: (f32, f32),
        ink: Ink,
        thickness: f32,
        dashes: &[f32],
    ) {
        self.stroke_with(ink, thickness, dashes);
        self.operations.push(Op::DrawLine {
            line: Line {
                points: points(&[from, to]),
                is_closed: false,
            },
        });
    }

    /// An open line through the points.
    pub(crate) fn polyline(&mut self, through: &[(f32, f32)], ink: Ink, thickness: f32) {
        self.stroke_with(ink, thickness, &[]);
        self.operations.push(Op::DrawLine {
            line: Line {
                points: points(through),
                is_closed: false,
            },
        });
    }

    /// A filled outline through the points.
    pub(crate) fn polygon(&mut self, corners: &[(f32, f32)], ink: Ink) {
        self.fill_with(ink);
        self.operations.push(Op::DrawPolygon {
            polygon: Polygon {
                rings: vec![PolygonRing {
                    points: points(corners),
                }],
                mode: PaintMode::Fill,
                winding_order: WindingOrder::NonZero,
            },
        });
    }

    /// A filled disc, as a regular polygon fine enough for a dot.
    pub(crate) fn dot(&mut self, centre: (f32, f32), radius: f32, ink: Ink) {
        let corners: Vec<(f32, f32)> = (0u8..24)
            .map(|step| {
                let angle = f32::from(step) * std::f32::consts::TAU / 24.0;
                (
                    centre.0 + radius * angle.cos(),
                    centre.1 + radius * angle.sin(),
                )
            })
            .collect();
        self.polygon(&corners, ink);
    }

    /// A picture that was registered under `name`, stretched over the frame.
    pub(crate) fn picture(&mut self, name: &str, frame: Frame) {
        self.operations.push(Op::UseXobject {
            id: XObjectId(name.to_owned()),
            transform: XObjectTransform {
                translate_x: Some(Pt(frame.left)),
                translate_y: Some(Pt(PAGE_HEIGHT - frame.bottom())),
                scale_x: Some(frame.width),
                scale_y: Some(frame.height),
                no_auto_scale: true,
                ..XObjectTransform::default()
            },
        });
    }

    fn rectangle(&mut self, frame: Frame, mode: PaintMode) {
        self.operations.push(Op::DrawRectangle {
            rectangle: Rect {
                x: Pt(frame.left),
                y: Pt(PAGE_HEIGHT - frame.bottom()),
                width: Pt(frame.width),
                height: Pt(frame.height),
                mode: Some(mode),
                winding_order: None,
            },
        });
    }

    fn fill_with(&mut self, ink: Ink) {
        self.operations.push(Op::SetFillColor { col: color(ink) });
    }

    fn stroke_with(&mut self, ink: Ink, thickness: f32, dashes: &[f32]) {
        self.operations.extend([
            Op::SetOutlineColor { col: color(ink) },
            Op::SetOutlineThickness { pt: Pt(thickness) },
            Op::SetLineDashPattern {
                dash: LineDashPattern::new(0.0, dashes),
            },
            Op::SetLineCapStyle {
                cap: LineCapStyle::Butt,
            },
            Op::SetLineJoinStyle {
                join: LineJoinStyle::Round,
            },
        ]);
    }
}

fn color(ink: Ink) -> Color {
    let share = |byte: u8| f32::from(byte) / 255.0;
    Color::Rgb(Rgb {
        r: share(ink.0),
        g: share(ink.1),
        b: share(ink.2),
        icc_profile: None,
    })
}

fn points(corners: &[(f32, f32)]) -> Vec<LinePoint> {
    corners
        .iter()
        .map(|(x, y)| LinePoint {
            p: Point {
                x: Pt(*x),
                y: Pt(PAGE_HEIGHT - y),
            },
            bezier: false,
        })
        .collect()
}
