//! Flowing text over pages.
//!
//! A [`Flow`] holds the pages made so far and how far down the last one is filled. Whatever
//! does not fit goes to a new page; headers and footers are drawn when the count is known.

use crate::{
    canvas::{Frame, Sheet},
    fonts::Typeface,
    style::{CONTENT_BOTTOM, CONTENT_TOP, CONTENT_WIDTH, HEADING, LABEL, MARGIN, RULE, Style},
    wrapping::wrap,
};

/// Width of the label of an entry.
const ENTRY_LABEL: f32 = 112.0;

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

    /// A label with its text beside it, line by line over as many pages as it takes.
    pub(crate) fn entry(&mut self, label: &str, style: Style, text: &str) {
        let left = MARGIN + ENTRY_LABEL;
        let labels = wrap(self.typeface, LABEL, label, ENTRY_LABEL - 8.0);
        let texts = wrap(self.typeface, style, text, CONTENT_WIDTH - ENTRY_LABEL);
        self.need(height_of(LABEL, labels.len()).max(height_of(style, texts.len().min(3))));
        // Both are of one baseline.
        let drop = ascent(style) - ascent(LABEL);
        let below = lines(&mut self.sheet, LABEL, MARGIN, self.y + drop, &labels);
        let (page, top) = (self.finished.len(), self.y);
        for line in &texts {
            self.need(style.line_height());
            self.sheet.text(left, self.y + ascent(style), style, line);
            self.y += style.line_height();
        }
        if self.finished.len() == page {
            self.y = self.y.max(below).max(top + LABEL.line_height());
        }
        self.y += 2.0;
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
    use crate::{
        style::BODY,
        table::{Cell, Column},
    };

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

    #[test]
    fn a_cell_longer_than_a_page_loses_no_word_where_nothing_is_cut() {
        let mut flow = Flow::new(Typeface::shipped().unwrap());
        let words: Vec<String> = (0..2000).map(|number| format!("w{number}")).collect();
        let columns = [Column::new("Fact".to_owned(), CONTENT_WIDTH)];
        flow.table_in_full(&columns, &[vec![Cell::new(BODY, words.join(" "))]]);
        flow.entry("Label", BODY, &words.join(" "));
        let sheets = flow.into_sheets();
        assert!(sheets.len() >= 4);
        let drawn: Vec<String> = sheets.into_iter().flat_map(texts).collect();
        let mut drawn: Vec<&str> = drawn.iter().flat_map(|text| text.split(' ')).collect();
        drawn.sort_unstable();
        for word in &words {
            let first = drawn.partition_point(|one| *one < word.as_str());
            let times = drawn[first..].iter().take_while(|one| *one == word);
            assert_eq!(times.count(), 2, "{word}");
        }
    }

    /// The lines of text of a page.
    fn texts(sheet: Sheet) -> Vec<String> {
        let shown = sheet.into_operations().into_iter();
        let shown = shown.filter_map(|operation| match operation {
            printpdf::Op::ShowText { items } => Some(items),
            _ => None,
        });
        let items = shown.flatten().filter_map(|item| match item {
            printpdf::TextItem::Text(text) => Some(text),
            _ => None,
        });
        items.collect()
    }
}
