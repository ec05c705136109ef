//! Blocks of a page that share its height: the longest gives way first, line by line, and says that it goes on.

use super::texts::Part;
use crate::{
    canvas::{Frame, Sheet},
    context::Context,
    layout::{ascent, heading, height_of, notice_box},
    style::{ACCENT, CONTENT_WIDTH, HEADING, Ink, LABEL, MARGIN, NOTE, RULE, Style},
    table::{Cell, Column, draw_row},
    wrapping::wrap,
};

/// Between blocks.
const GAP: f32 = 9.0;
/// From the edge of a box to its text, across and down.
const INSET: f32 = 10.0;
const PADDING: f32 = 5.0;
/// Lines of an action on page one; a longer one is given in full on the next.
const LINES_OF_A_ROW: usize = 3;

/// One part of page one.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) part: Part,
    pub(super) title: String,
    /// Bar and tint of the box around it; none for a heading with a rule.
    pub(super) colours: Option<(Ink, Ink)>,
    pub(super) content: Content,
    /// So many lines stay on page one, whatever else there is.
    pub(super) least: usize,
}

#[derive(Debug)]
pub(super) enum Content {
    Lines(Vec<(Style, String)>),
    Rows {
        columns: Vec<Column>,
        rows: Vec<Vec<Cell>>,
        cells: Vec<Vec<Vec<String>>>,
    },
}

impl Content {
    /// Text broken into lines for a box or for the full width.
    pub(super) fn of_texts(context: &Context, texts: &[(Style, String)], boxed: bool) -> Content {
        let width = match boxed {
            true => CONTENT_WIDTH - 2.0 * INSET,
            false => CONTENT_WIDTH,
        };
        let lines = texts.iter().flat_map(|(style, text)| {
            let lines = wrap(context.typeface, *style, text, width);
            lines.into_iter().map(|line| (*style, line))
        });
        Content::Lines(lines.collect())
    }

    pub(super) fn of_rows(
        context: &Context,
        columns: Vec<Column>,
        rows: Vec<Vec<Cell>>,
    ) -> Content {
        let cells = rows.iter().map(|row| {
            let cells = columns.iter().zip(row).map(|(column, cell)| {
                wrap(context.typeface, cell.style, &cell.text, column.width - 6.0)
            });
            cells.collect()
        });
        Content::Rows {
            cells: cells.collect(),
            columns,
            rows,
        }
    }

    fn len(&self) -> usize {
        match self {
            Content::Lines(lines) => lines.len(),
            Content::Rows { rows, .. } => rows.len(),
        }
    }

    /// Height of one line or row; 0 beyond the last.
    fn height(&self, index: usize) -> f32 {
        match self {
            Content::Lines(lines) => lines
                .get(index)
                .map_or(0.0, |(style, _)| style.line_height()),
            Content::Rows { rows, cells, .. } => {
                let heights = rows.iter().zip(cells).nth(index).map(|(row, cells)| {
                    let lines = row.iter().zip(cells);
                    lines
                        .map(|(cell, lines)| height_of(cell.style, lines.len().min(LINES_OF_A_ROW)))
                        .fold(0.0, f32::max)
                });
                heights.map_or(0.0, |height| height + 3.0)
            }
        }
    }

    /// Whether a row is longer than page one shows.
    fn is_long(&self) -> bool {
        match self {
            Content::Lines(_) => false,
            Content::Rows { cells, .. } => cells
                .iter()
                .flatten()
                .any(|lines| lines.len() > LINES_OF_A_ROW),
        }
    }
}

impl Block {
    /// Whether page one shows less than all of it.
    pub(super) fn is_cut(&self, shown: usize) -> bool {
        shown < self.content.len() || self.content.is_long()
    }

    fn around(&self) -> f32 {
        let head = match self.colours {
            Some(_) => LABEL.line_height() + 2.0 * PADDING,
            None => HEADING.line_height() + 5.0,
        };
        let columns = match self.content {
            Content::Lines(_) => 0.0,
            Content::Rows { .. } => LABEL.line_height() + 2.0,
        };
        head + columns + GAP
    }

    /// Height with its first `shown` lines.
    fn height(&self, shown: usize) -> f32 {
        let lines: f32 = (0..shown).map(|index| self.content.height(index)).sum();
        let remark = match self.is_cut(shown) {
            true => NOTE.line_height(),
            false => 0.0,
        };
        self.around() + lines + remark
    }

    /// Draws its first `shown` lines; returns the y below.
    pub(super) fn draw(&self, sheet: &mut Sheet, context: &Context, top: f32, shown: usize) -> f32 {
        let bottom = top + self.height(shown);
        let (left, mut y) = match self.colours {
            Some((bar, tint)) => {
                let frame = Frame {
                    left: MARGIN,
                    top,
                    width: CONTENT_WIDTH,
                    height: bottom - top - GAP,
                };
                notice_box(sheet, frame, bar, tint);
                let left = MARGIN + INSET;
                let label = LABEL.in_ink(bar);
                sheet.text(
                    left,
                    top + PADDING - 1.0 + ascent(LABEL),
                    label,
                    &self.title,
                );
                (left, top + PADDING - 1.0 + LABEL.line_height())
            }
            None => {
                heading(sheet, MARGIN, top, CONTENT_WIDTH, &self.title);
                (MARGIN, top + HEADING.line_height() + 5.0)
            }
        };
        match &self.content {
            Content::Lines(lines) => {
                for (style, line) in lines.iter().take(shown) {
                    sheet.text(left, y + ascent(*style), *style, line);
                    y += style.line_height();
                }
            }
            Content::Rows {
                columns,
                rows,
                cells,
            } => {
                let mut at = MARGIN;
                for column in columns {
                    sheet.text(at + 3.0, y + ascent(LABEL), LABEL, &column.heading);
                    at += column.width;
                }
                y += LABEL.line_height() + 2.0;
                line_below(sheet, y - 1.0, ACCENT, 0.8);
                for (index, (row, cells)) in rows.iter().zip(cells).take(shown).enumerate() {
                    draw_row(sheet, columns, row, &shortened(cells), y);
                    y += self.content.height(index);
                    line_below(sheet, y, RULE, 0.5);
                }
            }
        }
        if self.is_cut(shown) {
            let hidden = (self.content.len() - shown).to_string();
            let remark = match (&self.content, self.content.len() - shown) {
                (Content::Rows { .. }, 1..) => {
                    context.say("report.referrer.more_rows", &[("count", hidden.as_str())])
                }
                _ => context.say("report.referrer.continues", &[]),
            };
            sheet.text(left, y + ascent(NOTE), NOTE.bold(), &remark);
        }
        bottom
    }
}

fn line_below(sheet: &mut Sheet, y: f32, ink: Ink, thickness: f32) {
    sheet.line(
        (MARGIN, y),
        (MARGIN + CONTENT_WIDTH, y),
        ink,
        thickness,
        &[],
    );
}

/// The first lines of each cell, the last of them with an ellipsis where more follow.
fn shortened(cells: &[Vec<String>]) -> Vec<Vec<String>> {
    let shorten = |lines: &Vec<String>| {
        let mut kept: Vec<String> = lines.iter().take(LINES_OF_A_ROW).cloned().collect();
        if lines.len() > LINES_OF_A_ROW
            && let Some(last) = kept.last_mut()
        {
            // The last word makes room for the sign.
            let end = last.rfind(' ').unwrap_or(last.len().saturating_sub(1));
            *last = format!("{}…", last.get(..end).unwrap_or_default());
        }
        kept
    };
    cells.iter().map(shorten).collect()
}

/// How many lines of each block are shown so that all of them fit into a height, as far as their least lines allow.
pub(super) fn fit(blocks: &[Block], height: f32) -> Vec<usize> {
    let mut shown: Vec<usize> = blocks.iter().map(|block| block.content.len()).collect();
    loop {
        let total: f32 = blocks
            .iter()
            .zip(&shown)
            .map(|(block, count)| block.height(*count))
            .sum();
        if total - GAP <= height {
            return shown;
        }
        let spare = |index: usize| {
            let block = &blocks[index];
            let lines = block.least.min(shown[index])..shown[index];
            lines.map(|line| block.content.height(line)).sum::<f32>()
        };
        let longest = (0..blocks.len()).max_by(|one, other| spare(*one).total_cmp(&spare(*other)));
        match longest {
            Some(index) if spare(index) > 0.0 => shown[index] -= 1,
            _ => return shown,
        }
    }
}
