//! What an image file says of people, collected before the export.

use super::{
    burned_in::{self, BurnedIn},
    identifying::Identifying,
    kept::{self, Action},
    tree::{self, Content, Element},
};
use crate::{
    charset::Charsets,
    header::ImageHeader,
    part10::{self, Purpose},
    problem::ImagingError,
    walker::is_known_vr,
};
use chrono::NaiveDate;
use dicom_core::{Tag, VR, dictionary::DataDictionary};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use std::path::Path;

/// What the export has to know of a file before it writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// Tells the patients of an export apart; identifying.
    pub patient: String,
    pub study_uid: String,
    pub series_uid: String,
    pub series_number: Option<i32>,
    pub instance_number: Option<i32>,
    pub sop_instance_uid: String,
    /// Why the picture itself may hold writing.
    pub burned_in: Vec<BurnedIn>,
}

/// Text values longer than this are not words of a person.
const TEXT_LIMIT: usize = 1024;

pub(crate) fn survey(path: &Path, found: &mut Identifying) -> Result<Surveyed, ImagingError> {
    let mut file = part10::open(path, Purpose::Header)?;
    let facts = ImageHeader::read(&file)?;
    let elements = tree::read(&mut file.source, file.start, file.encoding)?;
    collect(&elements, &file.charset, found);
    found.add_uid(&file.media_sop_instance);
    for uid in [&facts.sop_instance_uid, &facts.study_uid, &facts.series_uid] {
        found.add_uid(uid);
    }
    let id = facts.patient.patient_id.trim();
    Ok(Surveyed {
        patient: if id.is_empty() {
            format!("{:?} {:?}", facts.patient.name, facts.patient.birth_date)
        } else {
            id.to_owned()
        },
        burned_in: burned_in::signs(&elements, &facts),
        study_uid: facts.study_uid,
        series_uid: facts.series_uid,
        series_number: facts.series_number,
        instance_number: facts.instance_number,
        sop_instance_uid: facts.sop_instance_uid,
    })
}

fn collect(elements: &[Element], charset: &[u8], found: &mut Identifying) {
    let own = elements.iter().find_map(|element| match &element.value {
        Content::Bytes(bytes) if element.tag == tags::SPECIFIC_CHARACTER_SET => Some(bytes),
        _ => None,
    });
    let charset = own.map_or(charset, Vec::as_slice);
    let charsets = Charsets::parse(charset);
    for element in elements {
        match &element.value {
            Content::Items(items) => {
                for item in items {
                    collect(item, charset, found);
                }
            }
            Content::Bytes(bytes) => value(element, bytes, &charsets, found),
            Content::Unread => found.pass_over(&name(element.tag)),
        }
    }
}

fn value(element: &Element, bytes: &[u8], charsets: &Charsets, found: &mut Identifying) {
    // Kept as they are: codes, numbers and UIDs of the standard.
    if matches!(
        kept::action(element.tag),
        Some(Action::Code | Action::Words | Action::Concept | Action::Number | Action::Binary)
    ) || bytes.len() > TEXT_LIMIT * 64
    {
        return;
    }
    let name = name(element.tag);
    let latin: String = bytes.iter().copied().map(char::from).collect();
    let text = charsets.text(&latin);
    let parts = || {
        text.split('\\')
            .map(str::trim)
            .filter(|part| !part.is_empty())
    };
    match &representation(element) {
        b"PN" => {
            for part in parts() {
                found.add_name(part, &name);
            }
            for stored in bytes.split(|byte| b"\\=".contains(byte)) {
                found.add_stored(stored);
            }
        }
        b"DA" | b"DT" => parts().for_each(|part| date(part, found)),
        b"UI" => parts().for_each(|part| found.add_uid(part)),
        b"LO" | b"SH" | b"UC" | b"AE" => {
            for part in parts() {
                found.add_text(part, &name);
            }
            found.add_stored(bytes);
        }
        b"ST" | b"LT" | b"UT" | b"UR" => {
            found.add_text(&text, &name);
            found.add_stored(bytes);
        }
        // Coded values, numbers and times of day are shared by many.
        b"UN" if bytes.len() <= TEXT_LIMIT => {
            for part in parts() {
                guess(part, &name, found);
            }
        }
        _ => {}
    }
}

/// Private values come without a representation; what reads like one of these is taken for it.
fn guess(text: &str, name: &str, found: &mut Identifying) {
    // Binary numbers may look like letters; they seldom keep to the marks of written text.
    let is_text = text.chars().count() >= 3
        && text.chars().all(|letter| {
            letter.is_alphanumeric()
                || " .,-_^=/:;()'+&#*".contains(letter)
                || (letter == '@' && text.contains('.'))
        });
    if !is_text {
        return;
    }
    date(text, found);
    if text.matches('.').count() >= 3
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        found.add_uid(text);
    } else if text.contains('^') {
        found.add_name(text, name);
    } else {
        found.add_text(text, name);
    }
}

fn date(text: &str, found: &mut Identifying) {
    let digits = text.replace('.', "");
    let day = digits.get(..8).unwrap_or_default();
    if let Ok(date) = NaiveDate::parse_from_str(day, "%Y%m%d") {
        found.add_date(date);
    }
}

/// As declared, or for undeclared ones as the dictionary says.
fn representation(element: &Element) -> [u8; 2] {
    if element.vr != *b"UN" && is_known_vr(element.vr) {
        return element.vr;
    }
    StandardDataDictionary
        .by_tag(element.tag)
        .map(|entry| entry.vr.relaxed())
        .filter(|_| element.tag.0.is_multiple_of(2))
        .unwrap_or(VR::UN)
        .to_bytes()
}

/// The keyword of an attribute (PS3.6), or that it is private.
fn name(tag: Tag) -> String {
    match StandardDataDictionary.by_tag(tag) {
        Some(entry) if tag.0.is_multiple_of(2) => entry.alias.to_owned(),
        _ => "private".to_owned(),
    }
}
