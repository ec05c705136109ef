//! One image file without identity: by [`super::kept`] what stays, what every file says of its
//! de-identification, a new file meta group, and the pixel data as they were.
//!
//! Not carried over, because nothing here reads it: preamble, group 0002, private elements, overlays
//! and curves, icons, digital signatures, whatever follows the pixel data, and bytes of native pixel
//! data beyond the last frame.

use super::{
    CODES, IMPLEMENTATION_UID, IMPLEMENTATION_VERSION, METHOD,
    encode::{Encoded, UNDEFINED, element, header, sequence},
    is_standard_uid,
    kept::{self, Action},
    tree::{self, Content, Element},
    values::{Context, is_public_scheme, transformed},
};
use crate::{
    header::ImageHeader,
    part10::{self, OpenedFile, PixelLocation, Purpose},
    pixels::Photometric,
    problem::{ImagingError, Reason, Refusal},
    source::Source,
    walker::{Encoding, is_known_vr},
};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    path::Path,
};

/// Bytes of pixel data held at a time.
const CHUNK: usize = 1 << 20;
/// Private and retired ways of compressing have no place in an exchanged file.
const STANDARD_SYNTAXES: &str = "1.2.840.10008.1.2";

/// Writes the de-identified copy of a file; `to` must not be there yet.
pub(crate) fn rewrite(from: &Path, to: &Path, context: &Context) -> Result<(), ImagingError> {
    let mut file = part10::open(from, Purpose::Pixels)?;
    let facts = ImageHeader::read(&file)?;
    let location = file
        .pixels
        .ok_or_else(|| Reason::NoImage.because("pixel data"))?;
    let (syntax, encoding) = output_syntax(&file, location)?;
    let elements = tree::read(&mut file.source, file.start, file.encoding)?;
    let sop_class = sop_class(&elements, &file)?;
    let mut kept = converted(&elements, file.encoding, encoding, context);
    let instance = context
        .keys
        .uid(&facts.sop_instance_uid, context.identifying);
    let uid = |original: &str| context.keys.uid(original, context.identifying);
    let mut set = |tag: Tag, vr: &[u8; 2], value: &str| {
        kept.extend(element(tag, *vr, value.as_bytes(), encoding).map(|bytes| (tag, bytes)));
    };
    set(tags::SOP_CLASS_UID, b"UI", &sop_class);
    set(tags::SOP_INSTANCE_UID, b"UI", &instance);
    set(tags::STUDY_INSTANCE_UID, b"UI", &uid(&facts.study_uid));
    set(tags::SERIES_INSTANCE_UID, b"UI", &uid(&facts.series_uid));
    set(tags::PATIENT_NAME, b"PN", &context.pseudonym.name);
    set(tags::PATIENT_ID, b"LO", &context.pseudonym.name);
    set(tags::PATIENT_IDENTITY_REMOVED, b"CS", "YES");
    set(tags::DEIDENTIFICATION_METHOD, b"LO", METHOD);
    set(
        tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
        b"CS",
        "MODIFIED",
    );
    // Present without a value in every image (type 2), also where the input forgot them.
    for (tag, vr) in [
        (tags::STUDY_DATE, b"DA"),
        (tags::STUDY_TIME, b"TM"),
        (tags::ACCESSION_NUMBER, b"SH"),
        (tags::REFERRING_PHYSICIAN_NAME, b"PN"),
        (tags::PATIENT_BIRTH_DATE, b"DA"),
        (tags::PATIENT_SEX, b"CS"),
        (tags::STUDY_ID, b"SH"),
    ] {
        if !kept.contains_key(&tag) {
            kept.extend(element(tag, *vr, b"", encoding).map(|bytes| (tag, bytes)));
        }
    }
    kept.insert(
        tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
        sequence(
            tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
            &method_codes(encoding),
            encoding,
        ),
    );

    let unwritable = |error: std::io::Error| ImagingError::Write {
        folder: to.parent().unwrap_or(to).to_owned(),
        kind: error.kind(),
    };
    let output = File::create_new(to).map_err(unwritable)?;
    let mut output = BufWriter::new(output);
    output
        .write_all(&file_meta(&sop_class, &instance, &syntax))
        .map_err(unwritable)?;
    for bytes in kept.values() {
        output.write_all(bytes).map_err(unwritable)?;
    }
    let written = match location.length {
        Some(length) => {
            let length = frames_length(&facts, length);
            native(&mut file, location, length, encoding, &mut output)
        }
        None => encapsulated(&mut file.source, location, encoding, &mut output),
    };
    written.map_err(|fault| match fault {
        Fault::Read(refusal) => ImagingError::Image(refusal),
        Fault::Write(error) => unwritable(error),
    })?;
    output.flush().map_err(unwritable)?;
    output
        .into_inner()
        .map_err(|error| unwritable(error.into_error()))?
        .sync_all()
        .map_err(unwritable)
}

/// The transfer syntax of the copy: compressed pixels keep theirs, a deflated or wrongly declared
/// data set is written plainly in the encoding it turned out to have.
fn output_syntax(
    file: &OpenedFile,
    location: PixelLocation,
) -> Result<(String, Encoding), Refusal> {
    let declared = file.transfer_syntax.as_str();
    let is_native = declared == part10::DEFLATED
        || [
            part10::IMPLICIT_LITTLE,
            part10::EXPLICIT_LITTLE,
            part10::EXPLICIT_BIG,
        ]
        .contains(&declared);
    if location.length.is_some() {
        return Ok((file.encoding.native_syntax().to_owned(), file.encoding));
    }
    if is_native || file.encoding.big_endian || !declared.starts_with(STANDARD_SYNTAXES) {
        return Err(Reason::UnsupportedCompression.because(declared));
    }
    Ok((declared.to_owned(), Encoding::EXPLICIT_LITTLE))
}

fn sop_class(elements: &[Element], file: &OpenedFile) -> Result<String, Refusal> {
    let stated = elements.iter().rev().find_map(|element| {
        match (&element.value, element.tag == tags::SOP_CLASS_UID) {
            (Content::Bytes(bytes), true) => Some(String::from_utf8_lossy(bytes).into_owned()),
            _ => None,
        }
    });
    let stated = stated.unwrap_or_default();
    let stated = stated.trim_matches([' ', '\0']);
    let class = if stated.is_empty() {
        file.media_sop_class.as_str()
    } else {
        stated
    };
    if is_standard_uid(class) && class.bytes().all(|byte| b"0123456789.".contains(&byte)) {
        Ok(class.to_owned())
    } else {
        // An object of a private class is not described by the profile.
        Err(Reason::InvalidAttribute.because("SOP class"))
    }
}

/// The elements that stay, with their values as they are written.
fn converted(elements: &[Element], from: Encoding, to: Encoding, context: &Context) -> Encoded {
    let has_public_codes = elements.iter().any(|element| {
        matches!(&element.value, Content::Bytes(bytes)
            if element.tag == tags::CODING_SCHEME_DESIGNATOR && is_public_scheme(bytes))
    });
    let mut kept = Encoded::new();
    for one in elements {
        let Some(action) = kept::action(one.tag) else {
            continue;
        };
        // Values of unknown representation are little endian (PS3.5 section 6.2.2).
        if from.big_endian && one.vr == *b"UN" {
            continue;
        }
        // The reader leaves such a value out too, so that the copy shows what the original shows.
        if from.explicit && !is_known_vr(one.vr) {
            continue;
        }
        let bytes = match (&one.value, action) {
            (Content::Items(items), Action::Items) => {
                let items: Vec<Encoded> = items
                    .iter()
                    .map(|item| converted(item, from, to, context))
                    .collect();
                Some(sequence(one.tag, &items, to))
            }
            (Content::Bytes(_), Action::Concept) if !has_public_codes => None,
            (Content::Bytes(bytes), action) => transformed(action, one.tag, one.vr, bytes, context)
                .and_then(|(vr, value)| element(one.tag, vr, &value, to)),
            _ => None,
        };
        match bytes {
            Some(bytes) => kept.insert(one.tag, bytes),
            None => kept.remove(&one.tag),
        };
    }
    kept
}

/// The codes of CID 7050 (PS3.16) for the profile and its options.
fn method_codes(encoding: Encoding) -> Vec<Encoded> {
    CODES
        .iter()
        .map(|(code, meaning)| {
            [
                (tags::CODE_VALUE, *b"SH", *code),
                (tags::CODING_SCHEME_DESIGNATOR, *b"SH", "DCM"),
                (tags::CODE_MEANING, *b"LO", *meaning),
            ]
            .into_iter()
            .filter_map(|(tag, vr, text)| Some((tag, element(tag, vr, text.as_bytes(), encoding)?)))
            .collect()
        })
        .collect()
}

/// An empty preamble and a group 0002 of our own (PS3.10 section 7.1).
fn file_meta(sop_class: &str, instance: &str, syntax: &str) -> Vec<u8> {
    let plain = Encoding::EXPLICIT_LITTLE;
    let mut group = Vec::new();
    let mut add = |number: u16, vr: &[u8; 2], value: &[u8]| {
        group.extend(element(Tag(0x0002, number), *vr, value, plain).unwrap_or_default());
    };
    add(0x0001, b"OB", &[0, 1]);
    add(0x0002, b"UI", sop_class.as_bytes());
    add(0x0003, b"UI", instance.as_bytes());
    add(0x0010, b"UI", syntax.as_bytes());
    add(0x0012, b"UI", IMPLEMENTATION_UID.as_bytes());
    add(0x0013, b"SH", IMPLEMENTATION_VERSION.as_bytes());
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    let length = (group.len() as u32).to_le_bytes();
    bytes.extend(element(Tag(0x0002, 0), *b"UL", &length, plain).unwrap_or_default());
    bytes.extend(group);
    bytes
}

/// How much of the native pixel data belongs to frames.
fn frames_length(facts: &ImageHeader, stored: u64) -> u64 {
    // Some writers store full colour under this name; its length does not tell.
    if facts.shape.format.photometric == Photometric::YbrFull422 {
        return stored;
    }
    stored.min(facts.shape.native_bytes().next_multiple_of(2))
}

enum Fault {
    Read(Refusal),
    Write(std::io::Error),
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        Fault::Read(refusal)
    }
}

fn native(
    file: &mut OpenedFile,
    location: PixelLocation,
    length: u64,
    encoding: Encoding,
    output: &mut impl Write,
) -> Result<(), Fault> {
    let padded = length.next_multiple_of(2);
    let stated = u32::try_from(padded)
        .ok()
        .filter(|stated| *stated != UNDEFINED)
        .ok_or_else(|| Reason::TooLarge.because("pixel data"))?;
    let vr = match location.tag {
        Tag(_, 0x0008) => *b"OF",
        Tag(_, 0x0009) => *b"OD",
        _ if location.words => *b"OW",
        _ if !encoding.explicit => *b"OW",
        _ => *b"OB",
    };
    output
        .write_all(&header(location.tag, vr, stated, encoding))
        .map_err(Fault::Write)?;
    copy(&mut file.source, location.offset, length, output)?;
    if padded > length {
        output.write_all(&[0]).map_err(Fault::Write)?;
    }
    Ok(())
}

/// The fragments as they are, with their offset table and a delimiter at the end.
fn encapsulated(
    source: &mut Source,
    location: PixelLocation,
    encoding: Encoding,
    output: &mut impl Write,
) -> Result<(), Fault> {
    output
        .write_all(&header(tags::PIXEL_DATA, *b"OB", UNDEFINED, encoding))
        .map_err(Fault::Write)?;
    let end = source.length();
    let mut position = location.offset;
    while position + 8 <= end {
        let mut item = [0_u8; 8];
        read(source, position, &mut item)?;
        let length = u64::from(u32::from_le_bytes([item[4], item[5], item[6], item[7]]));
        match &item[..4] {
            [0xfe, 0xff, 0x00, 0xe0] if position + 8 + length <= end => {
                output.write_all(&item).map_err(Fault::Write)?;
                copy(source, position + 8, length, output)?;
            }
            [0xfe, 0xff, 0x00, 0xe0] => {
                return Err(Reason::Truncated.because("fragment of pixel data").into());
            }
            [0xfe, 0xff, 0xdd, 0xe0] => break,
            _ => {
                return Err(Reason::BrokenStructure
                    .because("fragments of pixel data")
                    .into());
            }
        }
        position += 8 + length;
    }
    output
        .write_all(&header(Tag(0xfffe, 0xe0dd), *b"UN", 0, encoding))
        .map_err(Fault::Write)
}

fn copy(
    source: &mut Source,
    start: u64,
    length: u64,
    output: &mut impl Write,
) -> Result<(), Fault> {
    let mut chunk = vec![0; CHUNK.min(length as usize)];
    let mut done = 0;
    while done < length {
        let part = (length - done).min(CHUNK as u64) as usize;
        read(source, start + done, &mut chunk[..part])?;
        output.write_all(&chunk[..part]).map_err(Fault::Write)?;
        done += part as u64;
    }
    Ok(())
}

fn read(source: &mut Source, position: u64, into: &mut [u8]) -> Result<(), Refusal> {
    source.seek_to(position)?;
    source.read_exact(into)?;
    Ok(())
}
