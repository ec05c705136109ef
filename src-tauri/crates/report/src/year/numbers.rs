//! How counts, shares and middles are written: a share always with its number, and not at all where few stand behind it.

use crate::{
    canvas::Frame,
    context::of_hundred,
    layout::{Flow, ascent, height_of, lines},
    style::{ACCENT_PALE, CONTENT_WIDTH, MARGIN, NOTE, SMALL},
    table::{Cell, Column},
    voice::Voice,
    wrapping::wrap,
};
use clinical::year::{Share, Spread};

/// "36 of 40 (90 %)", or "3 of 4, too few to say"
pub(super) fn share(voice: &Voice, share: Share) -> String {
    let (count, of) = (share.count.to_string(), share.of.to_string());
    let percent = share.value().map(of_hundred).unwrap_or_default();
    let values = [
        ("count", count.as_str()),
        ("of", of.as_str()),
        ("percent", percent.as_str()),
    ];
    let key = match (share.of, share.value()) {
        (0, _) => "report.year.none",
        (_, None) => "report.year.share_of_few",
        (_, Some(_)) => "report.year.share",
    };
    voice.say(key, &values)
}

/// "6 (3 to 12)", the middle with the quartiles, or that they are too few.
pub(super) fn spread(voice: &Voice, spread: Option<&Spread>) -> String {
    let Some(spread) = spread else {
        return String::new();
    };
    if !spread.is_shown() {
        return voice.say("report.year.too_few", &[]);
    }
    let written = [spread.median, spread.lower_quartile, spread.upper_quartile]
        .map(|number| voice.number((number * 10.0).round() / 10.0));
    let [median, low, high] = written.each_ref().map(String::as_str);
    let values = [("median", median), ("low", low), ("high", high)];
    voice.say("report.year.spread", &values)
}

/// Label and text, one below the other in two columns of a table without headings.
pub(super) fn entries(flow: &mut Flow, entries: &[(String, String)]) {
    for (label, text) in entries {
        flow.entry(label, SMALL, text);
    }
    flow.space(4.0);
}

/// A count with a bar beside it, for comparison at a glance; the number is the message.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) count: u32,
    /// After the number.
    pub(super) note: String,
}

const LABEL_WIDTH: f32 = 190.0;
const COUNT_WIDTH: f32 = 36.0;
const NOTE_WIDTH: f32 = 96.0;

pub(super) fn bars(flow: &mut Flow, bars: &[Bar]) {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    for bar in bars {
        let labels = wrap(flow.typeface, SMALL, &bar.label, LABEL_WIDTH - 6.0);
        let height = height_of(SMALL, labels.len()) + 2.5;
        flow.need(height);
        let top = flow.y;
        lines(&mut flow.sheet, SMALL, MARGIN, top, &labels);
        let baseline = top + ascent(SMALL);
        let count = bar.count.to_string();
        let right = MARGIN + LABEL_WIDTH + COUNT_WIDTH;
        flow.sheet
            .text_ending_at(right, baseline, SMALL.bold(), &count);
        flow.sheet.text(right + 8.0, baseline, NOTE, &bar.note);
        let left = right + NOTE_WIDTH;
        let room = MARGIN + CONTENT_WIDTH - left;
        let width = room * (f64::from(bar.count) / f64::from(most)) as f32;
        let frame = Frame {
            left,
            top: top + 2.2,
            width,
            height: SMALL.line_height() - 2.6,
        };
        if bar.count > 0 {
            flow.sheet.filled(frame, ACCENT_PALE);
        }
        flow.y += height;
    }
    flow.space(8.0);
}

pub(super) fn column(voice: &Voice, key: &str, width: f32) -> Column {
    Column::new(voice.say(key, &[]), width)
}

pub(super) fn number_column(voice: &Voice, key: &str, width: f32) -> Column {
    Column::of_numbers(voice.say(key, &[]), width)
}

pub(super) fn cell(text: impl Into<String>) -> Cell {
    Cell::new(SMALL, text)
}
