//! The times of the pathway as a CSV table for an audit, without names: one line per interval of a discussion.

use crate::ExchangeError;
use clinical::pathway_clock::{ClockReading, MilestoneKind};
use std::io::Write;

/// One interval of one discussion.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockLine {
    /// Random ids of the installation; they name nobody outside it.
    pub case_id: String,
    pub episode_id: String,
    /// Cord compression was suspected.
    pub urgent: bool,
    pub from: MilestoneKind,
    pub to: MilestoneKind,
    pub reading: ClockReading,
}

/// Writes the header and one line per interval; blank where there is no value. Returns the number of lines.
pub fn write_clock(
    target: impl Write,
    lines: impl IntoIterator<Item = ClockLine>,
) -> Result<usize, ExchangeError> {
    let unwritable = |error: csv::Error| ExchangeError::UnwritableTable(error.into());
    let mut table = csv::Writer::from_writer(target);
    table
        .write_record([
            "case",
            "discussion",
            "interval",
            "from",
            "to",
            "cord_compression_suspected",
            "started_on",
            "ended_on",
            "days",
            "limit_days",
            "state",
        ])
        .map_err(unwritable)?;
    let mut written = 0;
    for line in lines {
        let reading = &line.reading;
        let text = |value: Option<String>| value.unwrap_or_default();
        table
            .write_record([
                line.case_id,
                line.episode_id,
                reading.id.clone(),
                line.from.code().to_owned(),
                line.to.code().to_owned(),
                u8::from(line.urgent).to_string(),
                text(reading.started_on.map(|day| day.to_string())),
                text(reading.ended_on.map(|day| day.to_string())),
                text(reading.days.map(|days| days.to_string())),
                text(reading.limit_days.map(|days| days.to_string())),
                reading.state.code().to_owned(),
            ])
            .map_err(unwritable)?;
        written += 1;
    }
    table.flush().map_err(ExchangeError::UnwritableTable)?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use clinical::pathway_clock::clock_intervals;

    #[test]
    fn a_line_says_how_long_it_took_and_against_which_limit() {
        let interval = clock_intervals()
            .iter()
            .find(|interval| interval.id == "referral_to_mri")
            .unwrap();
        let day = |text: &str| text.parse().ok();
        let today = "2026-03-20".parse().unwrap();
        let line = |ended_on| ClockLine {
            case_id: "c".to_owned(),
            episode_id: "e".to_owned(),
            urgent: true,
            from: interval.from,
            to: interval.to,
            reading: interval.read(day("2026-03-01"), ended_on, Some(1), today),
        };
        let mut text = Vec::new();
        let lines = write_clock(&mut text, [line(day("2026-03-03")), line(None)]).unwrap();
        assert_eq!(lines, 2);
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "c,e,referral_to_mri,referral,mri,1,2026-03-01,2026-03-03,2,1,late",
                "c,e,referral_to_mri,referral,mri,1,2026-03-01,,19,1,overdue"
            ]
        );
    }
}
