//! Elements of a data set, and a data set as a file.

use super::ObjectError;
use crate::{charset::PersonName, part10::EXPLICIT_LITTLE};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR, dicom_value, value::DataSetSequence};
use dicom_dictionary_std::tags;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

pub(super) type Element = DataElement<InMemDicomObject>;

/// Text of one value. What would end it or part it into several is taken out, and it is cut to what its
/// representation holds (PS3.5 section 6.2).
pub(super) fn text(tag: Tag, vr: VR, value: &str) -> Element {
    let is_paragraph = matches!(vr, VR::UT | VR::LT | VR::ST);
    let limit = match vr {
        VR::SH | VR::CS => 16,
        VR::LO => 64,
        VR::LT => 10_240,
        VR::ST => 1_024,
        _ => usize::MAX,
    };
    let is_kept = |letter: &char| match letter {
        '\n' | '\r' | '\t' => is_paragraph,
        '\\' => is_paragraph,
        letter => !letter.is_control(),
    };
    let value: String = value.trim().chars().filter(is_kept).take(limit).collect();
    plain(tag, vr, &value)
}

/// A value that is one of the standard's own, or was checked.
pub(super) fn plain(tag: Tag, vr: VR, value: &str) -> Element {
    let value = if value.is_empty() {
        PrimitiveValue::Empty
    } else {
        PrimitiveValue::from(value)
    };
    DataElement::new(tag, vr, value)
}

pub(super) fn uid(tag: Tag, value: &str) -> Element {
    plain(tag, VR::UI, value)
}

pub(super) fn strings(tag: Tag, vr: VR, values: &[&str]) -> Element {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    DataElement::new(tag, vr, PrimitiveValue::Strs(values))
}

pub(super) fn decimals(tag: Tag, values: &[f64]) -> Element {
    let values = values.iter().map(|value| decimal(*value)).collect();
    DataElement::new(tag, VR::DS, PrimitiveValue::Strs(values))
}

pub(super) fn short(tag: Tag, value: u16) -> Element {
    DataElement::new(tag, VR::US, dicom_value!(U16, [value]))
}

pub(super) fn long(tag: Tag, values: &[u32]) -> Element {
    DataElement::new(tag, VR::UL, PrimitiveValue::U32(values.into()))
}

pub(super) fn sequence(tag: Tag, items: Vec<Vec<Element>>) -> Element {
    let items: Vec<_> = items
        .into_iter()
        .map(InMemDicomObject::from_element_iter)
        .collect();
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

/// A name as it is shown, in the group of its script: ideographic where it has letters of East Asia, else
/// alphabetic (PS3.5 section 6.2.1.1).
pub(super) fn shown_name(tag: Tag, name: &str) -> Element {
    let is_east_asian = |letter: char| {
        matches!(u32::from(letter),
            0x1100..=0x11ff | 0x2e80..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0xff00..=0xffef
                | 0x2_0000..=0x3_ffff)
    };
    // A single component is a retired form; the caret says that the family name is all there is.
    let name = component(name).replace('^', " ");
    let group = if name.is_empty() {
        name
    } else if name.chars().any(is_east_asian) {
        format!("={name}^")
    } else {
        format!("{name}^")
    };
    plain(tag, VR::PN, &group)
}

/// A name with its groups, as it was read.
pub(super) fn person_name(tag: Tag, name: &PersonName) -> Element {
    let groups = [&name.alphabetic, &name.ideographic, &name.phonetic];
    let joined = groups
        .map(|group| component(group.as_deref().unwrap_or_default()))
        .join("=");
    plain(tag, VR::PN, joined.trim_end_matches('='))
}

/// 64 characters for each group (PS3.5 section 6.2), one of them kept for a caret.
fn component(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|letter| !letter.is_control() && !matches!(letter, '\\' | '='))
        .take(63)
        .collect()
}

/// A decimal string of at most 16 characters (PS3.5 section 6.2), with as many digits as fit.
pub(super) fn decimal(value: f64) -> String {
    let plain = format!("{value}");
    if plain.len() <= 16 {
        return if plain == "-0" { "0".to_owned() } else { plain };
    }
    let fits = |text: &String| text.len() <= 16;
    let is_plain = (1e-4..1e15).contains(&value.abs());
    (0..16)
        .rev()
        .map(|digits| match is_plain {
            true => format!("{value:.digits$}"),
            false => format!("{value:.digits$e}"),
        })
        .find(fits)
        .unwrap_or_else(|| "0".to_owned())
}

/// The data set as a file of explicit VR little endian (PS3.10 section 7).
pub(super) fn file(
    elements: Vec<Element>,
    sop_class: &str,
    sop_instance: &str,
) -> Result<Vec<u8>, ObjectError> {
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(EXPLICIT_LITTLE)
        .media_storage_sop_class_uid(sop_class)
        .media_storage_sop_instance_uid(sop_instance);
    let mut elements = elements;
    elements.push(plain(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 192"));
    let object = InMemDicomObject::from_element_iter(elements)
        .with_meta(meta)
        .map_err(|_| ObjectError::Encode)?;
    let mut bytes = Vec::new();
    object
        .write_all(&mut bytes)
        .map_err(|_| ObjectError::Encode)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn value(element: &Element) -> String {
        element.to_str().unwrap().into_owned()
    }

    #[test]
    fn decimals_fit_into_sixteen_characters() {
        for (number, expected) in [
            (0.0, "0"),
            (-0.0, "0"),
            (21.25, "21.25"),
            (1.0 / 3.0, "0.33333333333333"),
            (-1_234.567_890_123_456, "-1234.5678901235"),
            (1.234_567_890_123e-7, "1.23456789012e-7"),
            (-1.0 / 3.0e7, "-3.3333333333e-8"),
            (1e300, "1.0000000000e300"),
        ] {
            let text = decimal(number);
            assert!(text.len() <= 16, "{text}");
            let read: f64 = text.parse().unwrap();
            assert!((read - number).abs() <= 1e-9 * number.abs(), "{text}");
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn text_cannot_become_another_value() {
        let title = text(tags::SERIES_DESCRIPTION, VR::LO, " a\\b\nc ");
        assert_eq!(value(&title), "abc");
        let long = text(tags::ACCESSION_NUMBER, VR::SH, "12345678901234567890");
        assert_eq!(value(&long), "1234567890123456");
        let note = text(tags::TEXT_VALUE, VR::UT, "two\nlines");
        assert_eq!(value(&note), "two\nlines");
    }

    #[test]
    fn names_stand_in_the_group_of_their_script() {
        let name = |text| value(&shown_name(tags::PERSON_NAME, text));
        assert_eq!(name("Dr. Zoë O'Neil"), "Dr. Zoë O'Neil^");
        assert_eq!(name("山田 太郎"), "=山田 太郎^");
        assert_eq!(name("a^b=c\\d"), "a bcd^");
        assert_eq!(name(" "), "");
        let read = PersonName {
            alphabetic: Some("Yamada^Tarou".to_owned()),
            ideographic: None,
            phonetic: Some("やまだ^たろう".to_owned()),
        };
        let written = value(&person_name(tags::PATIENT_NAME, &read));
        assert_eq!(written, "Yamada^Tarou==やまだ^たろう");
    }
}
