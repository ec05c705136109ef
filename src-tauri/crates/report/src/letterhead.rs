//! Who sends a report: centre and department at the left, address lines at the right, over a thin rule.

use crate::{
    canvas::Sheet,
    layout::{ascent, rule},
    style::{ACCENT, BODY, CONTENT_WIDTH, MARGIN, NOTE, PAGE_WIDTH, Style},
    voice::Voice,
    wrapping::{fit, wrap_at_most},
};

/// Width of the address lines.
const ADDRESS: f32 = 190.0;
/// More lines are set side by side, so that a letterhead stays low.
const LINES_IN_A_COLUMN: usize = 3;

/// The letterhead in one line, for a page that is full; returns the y below it, which is `top` where a centre has none.
pub(crate) fn draw_in_a_line(sheet: &mut Sheet, voice: &Voice, top: f32) -> f32 {
    let letterhead = voice.paper.letterhead;
    let centre = voice.free(letterhead.centre.trim());
    let mut others = vec![voice.free(letterhead.department.trim())];
    others.extend(letterhead.lines.iter().map(|line| voice.free(line.trim())));
    others.retain(|text| !text.is_empty());
    if centre.is_empty() && others.is_empty() {
        return top;
    }
    let name = BODY.bold().in_ink(ACCENT);
    let baseline = top + ascent(BODY) - 2.0;
    let shown = fit(voice.typeface, name, &centre, CONTENT_WIDTH * 0.6);
    let at = sheet.text(MARGIN, baseline, name, &shown);
    let room = MARGIN + CONTENT_WIDTH - at - 12.0;
    let others = fit(voice.typeface, NOTE, &others.join(" · "), room);
    let right = PAGE_WIDTH - MARGIN;
    sheet.text_ending_at(right, baseline, NOTE, &others);
    top + BODY.line_height() + 3.0
}

/// Draws the letterhead; returns the y below it, which is `top` where a centre has none.
pub(crate) fn draw(sheet: &mut Sheet, voice: &Voice, top: f32) -> f32 {
    let letterhead = voice.paper.letterhead;
    let printable = |text: &str| voice.free(text.trim());
    let centre = printable(letterhead.centre);
    let department = printable(letterhead.department);
    let lines = letterhead.lines.iter().map(|line| printable(line));
    let mut address: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    if address.len() > LINES_IN_A_COLUMN {
        let half = address.len().div_ceil(2);
        address = (0..half)
            .map(|line| {
                let pair = [address.get(2 * line), address.get(2 * line + 1)];
                pair.into_iter()
                    .flatten()
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(" · ")
            })
            .collect();
    }
    if centre.is_empty() && department.is_empty() && address.is_empty() {
        return top;
    }
    let name = Style {
        size: 11.0,
        ..BODY.bold().in_ink(ACCENT)
    };
    let width = match address.is_empty() {
        true => CONTENT_WIDTH,
        false => CONTENT_WIDTH - ADDRESS - 12.0,
    };
    let mut left_bottom = top;
    for (style, text) in [(name, &centre), (BODY, &department)] {
        for line in wrap_at_most(voice.typeface, style, text, width, 2) {
            sheet.text(MARGIN, left_bottom + ascent(style), style, &line);
            left_bottom += style.line_height();
        }
    }
    let mut right_bottom = top + 1.5;
    for line in &address {
        let line = fit(voice.typeface, NOTE, line, ADDRESS);
        let right = PAGE_WIDTH - MARGIN;
        sheet.text_ending_at(right, right_bottom + ascent(NOTE), NOTE, &line);
        right_bottom += NOTE.line_height();
    }
    let bottom = left_bottom.max(right_bottom) + 4.0;
    rule(sheet, MARGIN, bottom, CONTENT_WIDTH);
    bottom + 7.0
}
