//! Tables over the full width of a page, whose headings are repeated on every page that they reach.

use crate::{
    canvas::Sheet,
    layout::{Flow, ascent, height_of, rule},
    style::{ACCENT, CONTENT_WIDTH, LABEL, MARGIN, Style},
    wrapping::wrap_at_most,
};

/// Lines of one table cell; a longer text ends in an ellipsis.
const CELL_LINES: usize = 8;
pub(crate) const CELL_PADDING: f32 = 3.0;
/// Between a number and the column after it.
const NUMBER_INSET: f32 = 11.0;
/// Lines of a cell that are kept together where nothing is cut.
const LINES_IN_A_PIECE: usize = 24;

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

impl Cell {
    pub(crate) fn new(style: Style, text: impl Into<String>) -> Cell {
        Cell {
            text: text.into(),
            style,
        }
    }
}

impl Column {
    /// A column whose text begins at its left.
    pub(crate) fn new(heading: String, width: f32) -> Column {
        Column {
            heading,
            width,
            ends_right: false,
        }
    }

    /// A column of numbers.
    pub(crate) fn of_numbers(heading: String, width: f32) -> Column {
        Column {
            ends_right: true,
            ..Column::new(heading, width)
        }
    }
}

impl Flow {
    /// A table over the full width; the headings are repeated on every page it reaches. A longer cell ends in
    /// an ellipsis.
    pub(crate) fn table(&mut self, columns: &[Column], rows: &[Vec<Cell>]) {
        self.need(60.0);
        self.table_headings(columns);
        for row in rows {
            let cells = self.wrapped(columns, row, CELL_LINES);
            self.table_row(columns, row, &cells);
            rule(&mut self.sheet, MARGIN, self.y, CONTENT_WIDTH);
        }
        self.y += 8.0;
    }

    /// The same for what must not be cut: a row that is longer than a page goes on on the next.
    pub(crate) fn table_in_full(&mut self, columns: &[Column], rows: &[Vec<Cell>]) {
        self.need(60.0);
        self.table_headings(columns);
        for row in rows {
            let cells = self.wrapped(columns, row, usize::MAX);
            let most = cells.iter().map(Vec::len).max().unwrap_or(0);
            for from in (0..most.max(1)).step_by(LINES_IN_A_PIECE) {
                let piece = cells.iter().map(|lines| {
                    let lines = lines.iter().skip(from).take(LINES_IN_A_PIECE);
                    lines.cloned().collect()
                });
                let piece: Vec<Vec<String>> = piece.collect();
                self.table_row(columns, row, &piece);
            }
            rule(&mut self.sheet, MARGIN, self.y, CONTENT_WIDTH);
        }
        self.y += 8.0;
    }

    fn wrapped(&self, columns: &[Column], row: &[Cell], most: usize) -> Vec<Vec<String>> {
        let cells = columns.iter().zip(row).map(|(column, cell)| {
            let beside = if column.ends_right {
                NUMBER_INSET
            } else {
                CELL_PADDING
            };
            let width = column.width - CELL_PADDING - beside;
            wrap_at_most(self.typeface, cell.style, &cell.text, width, most)
        });
        cells.collect()
    }

    fn table_row(&mut self, columns: &[Column], row: &[Cell], cells: &[Vec<String>]) {
        let height = cells
            .iter()
            .zip(row)
            .map(|(lines, cell)| height_of(cell.style, lines.len()))
            .fold(0.0, f32::max)
            + CELL_PADDING;
        if self.need(height) {
            self.table_headings(columns);
        }
        draw_row(&mut self.sheet, columns, row, cells, self.y);
        self.y += height;
    }

    fn table_headings(&mut self, columns: &[Column]) {
        let mut left = MARGIN;
        for column in columns {
            let baseline = self.y + ascent(LABEL);
            if column.ends_right {
                let right = left + column.width - NUMBER_INSET;
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

/// The cells of a row, with their upper ends at `top`.
pub(crate) fn draw_row(
    sheet: &mut Sheet,
    columns: &[Column],
    row: &[Cell],
    cells: &[Vec<String>],
    top: f32,
) {
    let mut left = MARGIN;
    for ((column, cell), lines) in columns.iter().zip(row).zip(cells) {
        let mut baseline = top + CELL_PADDING / 2.0 + ascent(cell.style);
        for line in lines {
            if column.ends_right {
                let right = left + column.width - NUMBER_INSET;
                sheet.text_ending_at(right, baseline, cell.style, line);
            } else {
                sheet.text(left + CELL_PADDING, baseline, cell.style, line);
            }
            baseline += cell.style.line_height();
        }
        left += column.width;
    }
}
