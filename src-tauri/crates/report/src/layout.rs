//! Flowing text and tables over pages.
//!
//! A [`Flow`] holds the pages made so far and how far down the last one is filled. Whatever
//! does not fit goes to a new page; headers and footers are drawn when the count is known.

use crate::{
    canvas::{Frame, Sheet},
    fonts::Typeface,
    style::{
        ACCENT, CONTENT_BOTTOM, CONTENT_TOP, CONTENT_WIDTH, HEADING, LABEL, MARGIN, RULE, Style,
    },
    wrapping::{wrap, wrap_at_most},
};

/// Lines of one table cell; a longer text ends in an ellipsis.
const CELL_LINES: usize = 8;
const CELL_PADDING: f32 = 3.0;

/// Height of `lines` lines.
pub(crate) fn height_of(style: Style, lines: usize) -> f32 {
    let lines = u16::try_from(lines).unwrap_or(u16::MAX);
    f32::from(lines) * style.line_height()
}

/// From the top of a line of text to its baseline.
pub(crate) fn ascent(style: Style) -> f32 {
    style.size * 1.06
}

/// The pages of a document while it is written.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) typeface: &'static Typeface,
    finished: Vec<Sheet>,
    /// The page being written.
    pub(crate) sheet: Sheet,
    /// Where the next content goes on it.
    pub(crate) y: f32,
}

/// One column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) heading: String,
    pub(crate) width: f32,
    pub(crate) ends_right: bool,
}

/// One cell of a table.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) style: Style,
}

impl Flow {
    pub(crate) fn new(typeface: &'static Typeface) -> Flow {
        Flow {
            typeface,
            finished: Vec::new(),
            sheet: Sheet::new(typeface),
            y: CONTENT_TOP,
        }
    }

    pub(crate) fn into_sheets(mut self) -> Vec<Sheet> {
        self.finished.push(self.sheet);
        self.finished
    }

    pub(crate) fn new_page(&mut self) {
        let full = std::mem::replace(&mut self.sheet, Sheet::new(self.typeface));
        self.finished.push(full);
        self.y = CONTENT_TOP;
    }

    /// Height left on this page.
    pub(crate) fn room(&self) -> f32 {
        CONTENT_BOTTOM - self.y
    }

    /// Makes sure that `height` fits, on a new page if needed. True when a page was begun.
    pub(crate) fn need(&mut self, height: f32) -> bool {
        let begin = self.room() < height && self.y > CONTENT_TOP;
        if begin {
            self.new_page();
        }
        begin
    }

    pub(crate) fn space(&mut self, height: f32) {
        self.y += height;
    }

    /// A section's heading, kept together with at least `following` points of content.
    pub(crate) fn heading(&mut self, text: &str, following: f32) {
        self.need(HEADING.line_height() + 8.0 + following);
        heading(&mut self.sheet, MARGIN, self.y, CONTENT_WIDTH, text);
        self.y += HEADING.line_height() + 5.0;
    }

    /// Wrapped text over the full width, line by line over as many pages as it takes.
    pub(crate) fn paragraph(&mut self, style: Style, text: &str) {
        self.paragraph_within(style, text, MARGIN, CONTENT_WIDTH);
    }

    pub(crate) fn paragraph_within(&mut self, style: Style, text: &str, left: f32, width: f32) {
        for line in wrap(self.typeface, style, text, width) {
            self.need(style.line_height());
            self.sheet.text(left, self.y + ascent(style), style, &line);
            self.y += style.line_height();
        }
    }

    /// A table over the full width; the headings are repeated on every page it reaches.
    pub(crate) fn table(&mut self, columns: &[Column], rows: &[Vec<Cell>]) {
        self.need(60.0);
        self.table_headings(columns);
        for row in rows {
            let cells: Vec<Vec<String>> = columns
                .iter()
                .zip(row)
                .map(|(column, cell)| {
                    let width = column.width - 2.0 * CELL_PADDING;
                    wrap_at_most(self.typeface, cell.style, &cell.text, width, CELL_LINES)
                })
                .collect();
            let height = cells
                .iter()
                .zip(row)
                .map(|(lines, cell)| height_of(cell.style, lines.len()))
                .fold(0.0, f32::max)
                + CELL_PADDING;
            if self.need(height) {
                self.table_headings(columns);
            }
            let mut left = MARGIN;
            for ((column, cell), lines) in columns.iter().zip(row).zip(cells) {
                let mut baseline = self.y + CELL_PADDING / 2.0 + ascent(cell.style);
                for line in lines {
                    if column.ends_right {
                        let right = left + column.width - CELL_PADDING;
                        self.sheet
                            .text_ending_at(right, baseline, cell.style, &line);
                    } else {
                        self.sheet
                            .text(left + CELL_PADDING, baseline, cell.style, &line);
                    }
                    baseline += cell.style.line_height();
                }
                left += column.width;
            }
            self.y += height;
            rule(&mut self.sheet, MARGIN, self.y, CONTENT_WIDTH);
        }
        self.y += 8.0;
    }

    fn table_headings(&mut self, columns: &[Column]) {
        let mut left = MARGIN;
        for column in columns {
            let baseline = self.y + ascent(LABEL);
            if column.ends_right {
                let right = left + column.width - CELL_PADDING;
                self.sheet
                    .text_ending_at(right, baseline, LABEL, &column.heading);
            } else {
                self.sheet
                    .text(left + CELL_PADDING, baseline, LABEL, &column.heading);
            }
            left += column.width;
        }
        self.y += LABEL.line_height() + 2.0;
        self.sheet.line(
            (MARGIN, self.y),
            (MARGIN + CONTENT_WIDTH, self.y),
            ACCENT,
            0.8,
            &[],
        );
    }
}

/// A heading with a thin rule under it; takes `HEADING.line_height() + 5` points.
pub(crate) fn heading(sheet: &mut Sheet, left: f32, top: f32, width: f32, text: &str) {
    sheet.text(left, top + ascent(HEADING), HEADING, text);
    rule(sheet, left, top + HEADING.line_height() + 1.0, width);
}

pub(crate) fn rule(sheet: &mut Sheet, left: f32, y: f32, width: f32) {
    sheet.line((left, y), (left + width, y), RULE, 0.5, &[]);
}

/// Lines of text from `top` downwards; returns the y below them.
pub(crate) fn lines(
    sheet: &mut Sheet,
    style: Style,
    left: f32,
    top: f32,
    text: &[impl AsRef<str>],
) -> f32 {
    let mut y = top;
    for line in text {
        sheet.text(left, y + ascent(style), style, line.as_ref());
        y += style.line_height();
    }
    y
}

/// A tinted box with a bar at its left edge.
pub(crate) fn notice_box(
    sheet: &mut Sheet,
    frame: Frame,
    bar: crate::style::Ink,
    tint: crate::style::Ink,
) {
    sheet.filled(frame, tint);
    sheet.filled(
        Frame {
            width: 2.5,
            ..frame
        },
        bar,
    );
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::style::BODY;

    #[test]
    fn a_long_text_flows_over_pages_and_a_table_repeats_its_headings() {
        let mut flow = Flow::new(Typeface::shipped().unwrap());
        flow.paragraph(BODY, &"word ".repeat(10_000));
        let columns = [
            Column {
                heading: "Fact".to_owned(),
                width: 300.0,
                ends_right: false,
            },
            Column {
                heading: "Value".to_owned(),
                width: 211.0,
                ends_right: true,
            },
        ];
        let cell = |text: &str| Cell {
            text: text.to_owned(),
            style: BODY,
        };
        let before = flow.finished.len();
        flow.table(&columns, &vec![vec![cell("albumin"), cell("38 g/L")]; 300]);
        let sheets = flow.into_sheets();
        assert!(before >= 7, "{before} pages of text");
        let pages_with_headings = sheets[before..]
            .iter()
            .filter(|sheet| format!("{sheet:?}").contains("Text(\"Fact\")"))
            .count();
        assert!(pages_with_headings >= 5);
        assert_eq!(pages_with_headings, sheets.len() - before);
    }
}
