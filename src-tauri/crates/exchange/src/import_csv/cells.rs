//! Numbers and dates of a cell as other programs and other countries write them.

use super::mapping::{DateFormat, DecimalSign};
use chrono::NaiveDate;

/// Why a cell is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoNumber {
    /// `<0.6`, `> 100`, `≤ 5`
    OnlyABound,
    Unreadable,
}

/// A number and what stands behind it, which may be a unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ReadNumber<'text> {
    pub number: f64,
    pub rest: &'text str,
}

/// What laboratories put behind a value: too high, too low, looked at again.
const FLAGS: [&str; 14] = [
    "H", "L", "HH", "LL", "+", "++", "-", "--", "*", "**", "!", "↑", "↓", "#",
];

/// Reads a number. Signs of thousands are taken where they part groups of three digits.
pub(super) fn number(text: &str, decimal: DecimalSign) -> Result<ReadNumber<'_>, NoNumber> {
    let text = text.trim();
    if text.starts_with(['<', '>', '≤', '≥', '≦', '≧']) {
        return Err(NoNumber::OnlyABound);
    }
    let is_part = |letter: char| letter.is_ascii_digit() || ".,'’\u{a0}\u{202f}".contains(letter);
    let signed = usize::from(text.starts_with(['+', '-']));
    let digits = &text[signed..];
    let end = digits
        .find(|letter| !is_part(letter))
        .unwrap_or(digits.len());
    let (mut digits, mut rest) = digits.split_at(end);
    // A hard space may part a number from its unit.
    let trimmed = digits.trim_end_matches(['\u{a0}', '\u{202f}']);
    if trimmed.len() < digits.len() {
        (digits, rest) = text[signed..].split_at(trimmed.len());
    }
    let (sign, grouping): (char, &[char]) = match decimal {
        DecimalSign::Point => ('.', &[',', '\'', '’', '\u{a0}', '\u{202f}']),
        DecimalSign::Comma => (',', &['.', '\'', '’', '\u{a0}', '\u{202f}']),
    };
    let (whole, fraction) = digits.split_once(sign).unwrap_or((digits, ""));
    let whole = ungrouped(whole, grouping).ok_or(NoNumber::Unreadable)?;
    let is_digits = |part: &str| part.chars().all(|letter| letter.is_ascii_digit());
    if !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return Err(NoNumber::Unreadable);
    }
    // `1.5E3`: spreadsheets write large numbers so.
    let (exponent, rest) = exponent(rest);
    let plain = format!(
        "{}{whole}.{fraction}0{exponent}",
        if text.starts_with('-') { "-" } else { "" }
    );
    let number = plain
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite());
    let rest = rest.trim();
    Ok(ReadNumber {
        number: number.ok_or(NoNumber::Unreadable)?,
        rest: if FLAGS.contains(&rest) { "" } else { rest },
    })
}

fn exponent(rest: &str) -> (&str, &str) {
    let Some(behind) = rest.strip_prefix(['e', 'E']) else {
        return ("", rest);
    };
    let digits = behind.strip_prefix(['+', '-']).unwrap_or(behind);
    let count = digits
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(digits.len());
    match count {
        0 => ("", rest),
        _ => rest.split_at(rest.len() - digits.len() + count),
    }
}

/// The digits without signs of thousands; none if these stand anywhere else than between groups of three.
fn ungrouped(whole: &str, grouping: &[char]) -> Option<String> {
    let mut groups = whole.split(grouping);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let is_digits = |part: &str| part.chars().all(|letter| letter.is_ascii_digit());
    let grouped = rest.is_empty() || (1..=3).contains(&first.len());
    let whole_groups = rest
        .iter()
        .all(|group| group.len() == 3 && is_digits(group));
    (is_digits(first) && grouped && whole_groups).then(|| format!("{first}{}", rest.concat()))
}

/// Whether one of the cells is a number and nothing else, so that the row is no heading.
pub(super) fn has_plain_number(cells: &[String]) -> bool {
    let is_number = |cell: &String| {
        [DecimalSign::Point, DecimalSign::Comma]
            .into_iter()
            .any(|sign| number(cell, sign).is_ok_and(|read| read.rest.is_empty()))
    };
    cells.iter().any(is_number)
}

/// What one cell says of the decimal sign of its table; none where it could be either, as `1.234`.
pub(super) fn decimal_sign(text: &str) -> Option<DecimalSign> {
    let text = text
        .trim()
        .trim_start_matches(['<', '>', '≤', '≥', '+', '-', ' ']);
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !".,".contains(letter));
    let digits = &text[..end.unwrap_or(text.len())];
    let last = digits.rfind(['.', ','])?;
    let (before, after) = (&digits[..last], &digits[last + 1..]);
    let found = if digits[last..].starts_with('.') {
        DecimalSign::Point
    } else {
        DecimalSign::Comma
    };
    let other = match found {
        DecimalSign::Point => ',',
        DecimalSign::Comma => '.',
    };
    if before.contains(other) {
        return Some(found);
    }
    if before.contains(['.', ',']) {
        // The same sign twice parts thousands.
        return Some(match found {
            DecimalSign::Point => DecimalSign::Comma,
            DecimalSign::Comma => DecimalSign::Point,
        });
    }
    let may_be_thousands =
        after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
    (!may_be_thousands && !before.is_empty() && !after.is_empty()).then_some(found)
}

/// Whether a decimal sign or one of thousands stands in it that could be read as the other.
pub(super) fn has_unclear_sign(text: &str) -> bool {
    let text = text
        .trim()
        .trim_start_matches(['<', '>', '≤', '≥', '+', '-', ' ']);
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !".,".contains(letter));
    let digits = &text[..end.unwrap_or(text.len())];
    digits.starts_with(|letter: char| letter.is_ascii_digit())
        && digits.contains(['.', ','])
        && decimal_sign(digits).is_none()
        && digits.ends_with(|letter: char| letter.is_ascii_digit())
}

/// Why a cell is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoDate {
    TwoDigitYear,
    Unreadable,
}

/// A day; a time behind it is passed over. A year of two digits is one of this century, unless `whole_year` asks for all.
pub(super) fn date(text: &str, format: DateFormat, whole_year: bool) -> Result<NaiveDate, NoDate> {
    let text = text.trim();
    let day = text.split([' ', 'T', '\u{a0}']).next().unwrap_or_default();
    let day = day.trim_end_matches(',');
    let separators: &[char] = match format {
        DateFormat::Iso => &['-', '/'],
        DateFormat::DayMonthYear => &['.', '/', '-'],
        DateFormat::MonthDayYear => &['/', '-'],
    };
    let parts: Vec<&str> = day.split(separators).collect();
    let is_digits =
        |part: &&str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_digit());
    let [first, second, third] = parts[..] else {
        return compact(day, format);
    };
    if ![first, second, third].iter().all(is_digits) {
        return Err(NoDate::Unreadable);
    }
    let (year, month, day) = match format {
        DateFormat::Iso => (first, second, third),
        DateFormat::DayMonthYear => (third, second, first),
        DateFormat::MonthDayYear => (third, first, second),
    };
    let read = |part: &str| part.parse::<u32>().map_err(|_| NoDate::Unreadable);
    if month.len() > 2 || day.len() > 2 {
        return Err(NoDate::Unreadable);
    }
    let (month, day) = (read(month)?, read(day)?);
    let year = match (year.len(), format) {
        (4, _) => read(year)?,
        (2, DateFormat::DayMonthYear | DateFormat::MonthDayYear) => {
            let this_century = 2000 + read(year)?;
            NaiveDate::from_ymd_opt(this_century as i32, month, day).ok_or(NoDate::Unreadable)?;
            if whole_year {
                return Err(NoDate::TwoDigitYear);
            }
            this_century
        }
        _ => return Err(NoDate::Unreadable),
    };
    NaiveDate::from_ymd_opt(year as i32, month, day).ok_or(NoDate::Unreadable)
}

/// `20260331`, as in HL7 and DICOM.
fn compact(text: &str, format: DateFormat) -> Result<NaiveDate, NoDate> {
    let is_compact = format == DateFormat::Iso
        && text.len() == 8
        && text.chars().all(|letter| letter.is_ascii_digit());
    if !is_compact {
        return Err(NoDate::Unreadable);
    }
    NaiveDate::parse_from_str(text, "%Y%m%d").map_err(|_| NoDate::Unreadable)
}

/// The formats in which every one of these cells, or else most of them, is a day. More than one are a question. With
/// points nobody writes the month first.
pub(super) fn date_formats<'cells>(cells: impl Iterator<Item = &'cells str>) -> Vec<DateFormat> {
    let formats = [
        DateFormat::Iso,
        DateFormat::DayMonthYear,
        DateFormat::MonthDayYear,
    ];
    let mut read = [0_usize; 3];
    let mut all = 0;
    for cell in cells {
        all += 1;
        for (count, format) in read.iter_mut().zip(formats) {
            *count += usize::from(date(cell, format, false).is_ok());
        }
    }
    let most = read.into_iter().max().unwrap_or(0);
    if most == 0 || most * 2 <= all {
        return Vec::new();
    }
    let best = formats
        .into_iter()
        .zip(read)
        .filter(|(_, count)| *count == most);
    best.map(|(format, _)| format).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn read(text: &str, sign: DecimalSign) -> Option<(f64, &str)> {
        number(text, sign).ok().map(|read| (read.number, read.rest))
    }

    #[test]
    fn numbers_are_read_with_either_sign_and_thousands_only_in_threes() {
        let (point, comma) = (DecimalSign::Point, DecimalSign::Comma);
        assert_eq!(read("12.5", point), Some((12.5, "")));
        assert_eq!(read("12,5", comma), Some((12.5, "")));
        assert_eq!(read("250.000", comma), Some((250_000.0, "")));
        assert_eq!(read("250,000.5", point), Some((250_000.5, "")));
        assert_eq!(read("1'234", point), Some((1234.0, "")));
        assert_eq!(read("12,5", point), None);
        assert_eq!(read("1.23,4", comma), None);
        assert_eq!(read("12.5", comma), None);
        assert_eq!(read("-3", point), Some((-3.0, "")));
        assert_eq!(read(".5", point), Some((0.5, "")));
        assert_eq!(read("1.5E3", point), Some((1500.0, "")));
        for text in ["", "abc", "--3", "1..2", "inf", "NaN", ",", "1e999"] {
            assert_eq!(read(text, point), None, "{text}");
        }
    }

    #[test]
    fn flags_go_units_stay_and_bounds_are_no_values() {
        let point = DecimalSign::Point;
        for text in ["12.5 H", "12.5*", "12.5 ↓", "12.5 ++", "12.5-"] {
            assert_eq!(read(text, point), Some((12.5, "")), "{text}");
        }
        assert_eq!(read("12.5 g/dL", point), Some((12.5, "g/dL")));
        assert_eq!(read("12.5\u{a0}g/dL", point), Some((12.5, "g/dL")));
        assert_eq!(read("3 e", point), Some((3.0, "e")));
        assert_eq!(number("<0.6", point), Err(NoNumber::OnlyABound));
        assert_eq!(number("≥ 90", point), Err(NoNumber::OnlyABound));
    }

    #[test]
    fn a_decimal_sign_is_concluded_only_where_it_can_be_no_other() {
        let (point, comma) = (Some(DecimalSign::Point), Some(DecimalSign::Comma));
        for (text, sign) in [
            ("12,5", comma),
            ("12.5", point),
            ("1.234,5", comma),
            ("1,234.5", point),
            ("1.234.567", comma),
            ("0.123", point),
            ("1234.567", point),
            ("<0,5", comma),
            ("1.234", None),
            ("250,000", None),
            ("12", None),
            ("abc", None),
        ] {
            assert_eq!(decimal_sign(text), sign, "{text}");
        }
        assert!(has_unclear_sign("1.234") && has_unclear_sign("250,000"));
        assert!(!has_unclear_sign("12") && !has_unclear_sign("12,5"));
        assert!(!has_unclear_sign("a.b"));
    }

    #[test]
    fn days_of_every_format_are_read_and_impossible_ones_are_not() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 4).unwrap();
        let read = |text: &str, format| date(text, format, true).ok();
        assert_eq!(read("2026-03-04T08:15:00", DateFormat::Iso), Some(day));
        assert_eq!(read("20260304", DateFormat::Iso), Some(day));
        assert_eq!(read("4.3.2026 08:15", DateFormat::DayMonthYear), Some(day));
        assert_eq!(read("03/04/2026", DateFormat::MonthDayYear), Some(day));
        assert_eq!(date("04.03.26", DateFormat::DayMonthYear, false), Ok(day));
        assert_eq!(
            date("04.03.26", DateFormat::DayMonthYear, true),
            Err(NoDate::TwoDigitYear)
        );
        for text in [
            "31.02.2026",
            "4.3",
            "4.3.026",
            "a.b.c",
            "4.3.2026.1",
            "",
            "99999999999.1.2026",
        ] {
            assert_eq!(read(text, DateFormat::DayMonthYear), None, "{text}");
        }
    }

    #[test]
    fn day_and_month_that_could_change_places_leave_two_formats() {
        let formats = |cells: &[&str]| date_formats(cells.iter().copied());
        assert_eq!(formats(&["2026-03-04"]), [DateFormat::Iso]);
        assert_eq!(formats(&["04.03.2026"]), [DateFormat::DayMonthYear]);
        assert_eq!(
            formats(&["04/03/2026"]),
            [DateFormat::DayMonthYear, DateFormat::MonthDayYear]
        );
        assert_eq!(
            formats(&["04/03/2026", "31/03/2026"]),
            [DateFormat::DayMonthYear]
        );
        assert_eq!(
            formats(&["04/03/2026", "03/31/2026"]),
            [DateFormat::MonthDayYear]
        );
        assert_eq!(formats(&["Kowalska", "12"]), []);
    }
}
