//! Reading single values of parsed elements; what cannot be read is absent, never zero.

use chrono::NaiveDate;
use dicom_core::{PrimitiveValue, Tag, value::Value};
use dicom_object::InMemDicomObject;

/// Text of an element byte by byte, all values with their backslashes.
pub(crate) fn raw(object: &InMemDicomObject, tag: Tag) -> String {
    match object.get(tag).map(|element| element.value()) {
        Some(Value::Primitive(PrimitiveValue::Str(text))) => text.clone(),
        Some(Value::Primitive(PrimitiveValue::Strs(values))) => values.join("\\"),
        _ => String::new(),
    }
}

/// Codes and UIDs, which have no character set.
pub(crate) fn plain(object: &InMemDicomObject, tag: Tag) -> String {
    raw(object, tag).trim_matches([' ', '\0']).to_owned()
}

/// Every finite number of an element; empty where one of them is none.
pub(crate) fn numbers(object: &InMemDicomObject, tag: Tag) -> Vec<f64> {
    let Some(Value::Primitive(value)) = object.get(tag).map(|element| element.value()) else {
        return Vec::new();
    };
    let parsed: Option<Vec<f64>> = match value {
        PrimitiveValue::Str(_) | PrimitiveValue::Strs(_) => raw(object, tag)
            .split('\\')
            .map(|text| text.trim_matches([' ', '\0']).parse().ok())
            .collect(),
        other => other.to_multi_float64().ok(),
    };
    parsed
        .filter(|values| values.iter().all(|value| value.is_finite()))
        .unwrap_or_default()
}

pub(crate) fn fixed<const N: usize>(object: &InMemDicomObject, tag: Tag) -> Option<[f64; N]> {
    numbers(object, tag).try_into().ok()
}

pub(crate) fn whole(object: &InMemDicomObject, tag: Tag) -> Option<i64> {
    let value = numbers(object, tag).first().copied()?;
    (value.fract() == 0.0 && value.abs() < 1e15).then_some(value as i64)
}

pub(crate) fn small(object: &InMemDicomObject, tag: Tag) -> Option<i32> {
    whole(object, tag).and_then(|value| i32::try_from(value).ok())
}

/// YYYYMMDD (PS3.5 section 6.2), or YYYY.MM.DD as before 1993.
pub(crate) fn date(object: &InMemDicomObject, tag: Tag) -> Option<NaiveDate> {
    let digits = plain(object, tag).replace('.', "");
    NaiveDate::parse_from_str(&digits, "%Y%m%d").ok()
}
