//! One cell of a cohort table: text to a value of a feature, or what is wrong with it.

use clinical::{
    case::Value,
    catalogue::{Feature, Kind},
    units,
};

/// Longer cells come from an unclosed quotation mark, not from a person.
const LONGEST_CELL: usize = 1000;

/// A cell without content: unknown. `NA` is what R writes.
pub(crate) fn is_blank(text: &str) -> bool {
    matches!(text.trim(), "" | "NA")
}

/// Reads a cell that is not blank.
pub(crate) fn value(feature: &Feature, unit: Option<&str>, text: &str) -> Result<Value, String> {
    let text = text.trim();
    if text.len() > LONGEST_CELL {
        return Err("the cell is very long; perhaps a quotation mark is not closed".to_owned());
    }
    let value = match feature.kind {
        Kind::Number | Kind::Integer => {
            let number = number(text)?;
            let canonical =
                units::to_canonical(feature, number, unit).map_err(|error| error.to_string())?;
            accept(feature, &Value::Number(canonical), text)?;
            return Ok(Value::Number(number));
        }
        Kind::Flag => Value::Flag(flag(text)?),
        Kind::Choice => Value::Code(option(feature, text)?),
        Kind::Outcome => return Err("an outcome is not an input".to_owned()),
    };
    accept(feature, &value, text)?;
    Ok(value)
}

/// The text of a cell in an error message, shortened.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", shortened(text))
}

/// The first letters of a text.
pub(crate) fn shortened(text: &str) -> String {
    let short: String = text.trim().chars().take(40).collect();
    if short.len() < text.trim().len() {
        format!("{short}…")
    } else {
        short
    }
}

/// Longer than every name of the catalogue; what is longer is no misspelling.
const MOST_LETTERS: usize = 64;

/// The name nearest to a misspelt one, if one is near at all.
pub(crate) fn nearest<'names>(
    text: &str,
    names: impl Iterator<Item = &'names str>,
) -> Option<&'names str> {
    if text.chars().nth(MOST_LETTERS).is_some() {
        return None;
    }
    let text = text.to_lowercase();
    let distance = |name: &str| letters_to_change(&text, &name.to_lowercase());
    let (name, distance) = names
        .map(|name| (name, distance(name)))
        .min_by_key(|(_, distance)| *distance)?;
    (distance <= text.chars().count().div_ceil(2)).then_some(name)
}

fn accept(feature: &Feature, value: &Value, text: &str) -> Result<(), String> {
    feature
        .accepts(value)
        .map_err(|problem| format!("{} {problem}", quoted(text)))
}

/// Digits with a decimal point; what else Rust would accept (`inf`, `nan`) is no value.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    let plain = text
        .chars()
        .all(|letter| letter.is_ascii_digit() || "+-.eE".contains(letter));
    if let Some(number) = text
        .parse::<f64>()
        .ok()
        .filter(|number| plain && number.is_finite())
    {
        return Ok(number);
    }
    if text.contains(',') && text.replacen(',', ".", 1).parse::<f64>().is_ok() {
        return Err(format!(
            "{} has a decimal comma; write a decimal point",
            quoted(text)
        ));
    }
    Err(format!("{} is not a number", quoted(text)))
}

fn flag(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(format!(
            "{} is not one of: true, false, yes, no, 1, 0",
            quoted(text)
        )),
    }
}

fn option(feature: &Feature, text: &str) -> Result<String, String> {
    let ids = || feature.options.iter().map(|option| option.id.as_str());
    if let Some(id) = ids().find(|id| id.eq_ignore_ascii_case(text)) {
        return Ok(id.to_owned());
    }
    let hint = match nearest(text, ids()) {
        Some(near) if feature.options.len() > 8 => format!("did you mean {near}?"),
        _ => format!("write one of: {}", ids().collect::<Vec<_>>().join(", ")),
    };
    Err(format!("{} is not an option; {hint}", quoted(text)))
}

/// Levenshtein's distance.
fn letters_to_change(first: &str, second: &str) -> usize {
    let second: Vec<char> = second.chars().collect();
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (i, letter) in first.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in second.iter().enumerate() {
            let substituted = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[second.len()]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use clinical::catalogue::{Catalogue, FeatureId};

    fn read(feature: &str, text: &str) -> Result<Value, String> {
        value(
            Catalogue::shipped()
                .feature(&FeatureId::unchecked(feature))
                .unwrap(),
            None,
            text,
        )
    }

    #[test]
    fn every_kind_is_read() {
        assert_eq!(read("albumin", " 34.5 "), Ok(Value::Number(34.5)));
        assert_eq!(read("karnofsky", "70.0"), Ok(Value::Number(70.0)));
        assert_eq!(read("liver_metastasis", "Yes"), Ok(Value::Flag(true)));
        assert_eq!(read("liver_metastasis", "0"), Ok(Value::Flag(false)));
        assert_eq!(read("frankel", "c"), Ok(Value::Code("C".to_owned())));
        assert_eq!(read("bilsky_grade", "1B"), Ok(Value::Code("1b".to_owned())));
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        let wrong = |feature, text| read(feature, text).unwrap_err();
        assert_eq!(
            wrong("albumin", "34,5"),
            "'34,5' has a decimal comma; write a decimal point"
        );
        for text in ["inf", "NaN", "1e999", "3 4", "--3", "0x1f"] {
            assert_eq!(wrong("albumin", text), format!("'{text}' is not a number"));
        }
        assert_eq!(wrong("ecog", "1.5"), "'1.5' must be a whole number");
        assert_eq!(
            wrong("liver_metastasis", "maybe"),
            "'maybe' is not one of: true, false, yes, no, 1, 0"
        );
        assert_eq!(
            wrong("sex", "m"),
            "'m' is not an option; write one of: female, male"
        );
        assert_eq!(
            wrong("primary_tumour", "Brest"),
            "'Brest' is not an option; did you mean breast?"
        );
        assert!(wrong("albumin", &"9".repeat(2000)).contains("quotation mark"));
    }

    #[test]
    fn a_unit_is_checked_with_the_value() {
        let albumin = Catalogue::shipped()
            .feature(&FeatureId::unchecked("albumin"))
            .unwrap();
        assert_eq!(
            value(albumin, Some("g/dL"), "3.4"),
            Ok(Value::Number(3.4)),
            "as entered"
        );
        assert!(
            value(albumin, Some("stone"), "3.4")
                .unwrap_err()
                .contains("stone")
        );
    }

    #[test]
    fn distances_by_hand() {
        assert_eq!(letters_to_change("kitten", "sitting"), 3);
        assert_eq!(letters_to_change("", "abc"), 3);
        assert_eq!(
            nearest("hemoglobin", ["haemoglobin", "albumin"].into_iter()),
            Some("haemoglobin")
        );
        assert_eq!(nearest("zzzz", ["albumin"].into_iter()), None);
    }
}
