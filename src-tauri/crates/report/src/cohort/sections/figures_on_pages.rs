//! The figures, each under its title.

use super::super::{Talk, figures};
use crate::{
    canvas::Frame,
    layout::Flow,
    style::{CONTENT_WIDTH, MARGIN},
};

pub(crate) fn draw(flow: &mut Flow, talk: &Talk) {
    for figure in figures::all(talk, &talk.study().result) {
        let drawing = &figure.drawing;
        flow.heading(&drawing.title, drawing.height);
        let frame = Frame {
            left: MARGIN,
            top: flow.y,
            width: CONTENT_WIDTH,
            height: drawing.height,
        };
        drawing.onto(&mut flow.sheet, frame);
        flow.space(drawing.height + 8.0);
    }
}
