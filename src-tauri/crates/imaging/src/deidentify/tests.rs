//! One file: what stays, what goes, and what the search finds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{
    kept::{self, Action, KEPT},
    *,
};
use crate::part10;
use dicom_core::{
    DataElement, PrimitiveValue, Tag, VR, dicom_value, dictionary::DataDictionary, value::Value,
};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use std::{fs, path::PathBuf};
use tempfile::TempDir;

const TABLE: &str = include_str!("../../../../../assets/deidentify/ps3.15-table-e.1-1.csv");
const MARKER: &str = "QXMARKER";

type Element = DataElement<InMemDicomObject>;

struct Row {
    tag: Tag,
    basic: &'static str,
    /// Under the options that are claimed.
    options: [&'static str; 3],
}

/// The rows of table E.1-1 that name one attribute.
fn rows() -> Vec<Row> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#') && !line[..9].contains('x'))
        .map(|line| {
            let cells: Vec<&str> = line.split(';').collect();
            let half = |text: &str| u16::from_str_radix(text, 16).unwrap();
            Row {
                tag: Tag(half(&cells[0][..4]), half(&cells[0][5..9])),
                basic: cells[1],
                options: [cells[2], cells[3], cells[4]],
            }
        })
        .collect()
}

fn text(tag: Tag, vr: VR, value: &str) -> Element {
    DataElement::new(tag, vr, PrimitiveValue::from(value))
}

/// A small image of a fictitious person.
fn image() -> InMemDicomObject {
    let number = |tag, value: u16| DataElement::new(tag, VR::US, dicom_value!(U16, [value]));
    InMemDicomObject::from_element_iter([
        text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\AXIAL"),
        text(tags::SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.2"),
        text(tags::SOP_INSTANCE_UID, VR::UI, "1.3.6.1.4.1.77777.1.3"),
        text(tags::STUDY_DATE, VR::DA, "20190314"),
        text(tags::MODALITY, VR::CS, "CT"),
        text(
            tags::SERIES_DESCRIPTION,
            VR::LO,
            "CT Spine for Quendresa, 5mm",
        ),
        text(tags::PATIENT_NAME, VR::PN, "Xhemaili-Quist^Quendresa^M"),
        text(tags::PATIENT_ID, VR::LO, "PID-0083172645"),
        text(tags::PATIENT_BIRTH_DATE, VR::DA, "19570403"),
        text(tags::PATIENT_SEX, VR::CS, "F"),
        text(tags::PATIENT_AGE, VR::AS, "061Y"),
        text(tags::STUDY_INSTANCE_UID, VR::UI, "1.3.6.1.4.1.77777.1.1"),
        text(tags::SERIES_INSTANCE_UID, VR::UI, "1.3.6.1.4.1.77777.1.2"),
        text(tags::IMAGE_POSITION_PATIENT, VR::DS, "-12.5\\3\\40"),
        number(tags::SAMPLES_PER_PIXEL, 1),
        text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
        number(tags::ROWS, 2),
        number(tags::COLUMNS, 2),
        number(tags::BITS_ALLOCATED, 16),
        number(tags::BITS_STORED, 16),
        number(tags::HIGH_BIT, 15),
        number(tags::PIXEL_REPRESENTATION, 0),
        DataElement::new(tags::PIXEL_DATA, VR::OW, dicom_value!(U16, [1, 2, 3, 4])),
    ])
}

struct Bench {
    folder: TempDir,
    identifying: Identifying,
}

impl Bench {
    fn new() -> Bench {
        Bench {
            folder: tempfile::tempdir().unwrap(),
            identifying: Identifying::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes an object as a file.
    fn write(&self, object: InMemDicomObject, syntax: &str) -> PathBuf {
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(syntax)
            .media_storage_sop_class_uid("1.2.840.10008.5.1.4.1.1.2")
            .media_storage_sop_instance_uid("1.3.6.1.4.1.77777.1.3");
        let path = self.path("in.dcm");
        object
            .with_meta(meta)
            .unwrap()
            .write_to_file(&path)
            .unwrap();
        path
    }

    /// Surveys and copies; the copy's path.
    fn copy(&mut self, path: &std::path::Path) -> PathBuf {
        let surveyed = survey(path, &mut self.identifying).unwrap();
        let keys = Keys::new([7; 32]);
        let pseudonym = keys.pseudonym(&surveyed.patient, &self.identifying);
        let to = self.path("out.dcm");
        let _ = fs::remove_file(&to);
        copy(path, &to, &keys, &pseudonym, &self.identifying).unwrap();
        to
    }

    fn finds(&self, path: &std::path::Path) -> bool {
        Search::new(&self.identifying)
            .unwrap()
            .finds_in_image(path)
            .unwrap()
    }
}

fn read(path: &std::path::Path) -> InMemDicomObject {
    dicom_object::open_file(path).unwrap().into_inner()
}

fn string(object: &InMemDicomObject, tag: Tag) -> String {
    object.element(tag).unwrap().to_str().unwrap().into_owned()
}

fn find(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle)
}

#[test]
fn the_keep_list_is_sorted_so_that_a_search_finds_every_tag() {
    assert!(KEPT.windows(2).all(|two| two[0].0 < two[1].0));
    assert_eq!(kept::action(tags::ROWS), Some(Action::Number));
    assert_eq!(kept::action(tags::INSTITUTION_NAME), None);
}

#[test]
fn the_keep_list_agrees_with_table_e_1_1() {
    let rows = rows();
    assert!(rows.len() > 600, "{}", rows.len());
    for row in &rows {
        let Some(action) = kept::action(row.tag) else {
            continue;
        };
        let by_option = row.options.iter().any(|option| ["K", "C"].contains(option));
        let fits = match action {
            Action::Uid => row.basic.contains('U'),
            // Their instance UIDs are replaced.
            Action::Items => row.basic == "X/Z/U*",
            Action::Empty => row.basic.contains('Z'),
            Action::Pseudonym => row.basic.contains('Z') || row.basic.contains('D'),
            Action::Date | Action::DateTime | Action::Time => row.options[0] == "C",
            Action::Describe => row.options[2] == "C",
            Action::Sex | Action::Age | Action::Number => row.options[1] == "K",
            Action::Binary | Action::Code | Action::Words | Action::Concept => by_option,
            Action::StandardUid => false,
        };
        assert!(fits, "{} {action:?} against {}", row.tag, row.basic);
    }
}

/// A value that says where it came from, in each representation.
fn marked(tag: Tag, vr: VR, number: usize) -> Element {
    let marker = format!("{MARKER}{number}");
    let value = match vr {
        VR::SQ => {
            let item = InMemDicomObject::from_element_iter([
                text(tags::PATIENT_NAME, VR::PN, &format!("{marker}^{marker}")),
                text(tags::INSTITUTION_NAME, VR::LO, &marker),
                text(
                    tags::REFERENCED_SOP_INSTANCE_UID,
                    VR::UI,
                    "1.3.6.1.4.1.99999.7",
                ),
            ]);
            return DataElement::new(
                tag,
                vr,
                Value::new_sequence(vec![item], dicom_core::Length::UNDEFINED),
            );
        }
        VR::PN => format!("{marker}^{marker}"),
        VR::DA => "19570403".to_owned(),
        VR::DT => "19570403101112".to_owned(),
        VR::TM => "010203".to_owned(),
        VR::AS => "061Y".to_owned(),
        VR::UI => format!("1.3.6.1.4.1.99999.{number}"),
        VR::IS => "83172645".to_owned(),
        VR::DS => "8317.2645".to_owned(),
        VR::OB | VR::OW | VR::OF | VR::OD | VR::OL | VR::OV | VR::UN => {
            // Sixteen bytes fit every word size.
            return DataElement::new(
                tag,
                vr,
                PrimitiveValue::U8(format!("{MARKER}{number:08}").into_bytes().into()),
            );
        }
        VR::US => return DataElement::new(tag, vr, dicom_value!(U16, [31817])),
        VR::SS => return DataElement::new(tag, vr, dicom_value!(I16, [31817])),
        VR::UL => return DataElement::new(tag, vr, dicom_value!(U32, [31817])),
        VR::SL => return DataElement::new(tag, vr, dicom_value!(I32, [31817])),
        VR::UV => return DataElement::new(tag, vr, dicom_value!(U64, [31817])),
        VR::SV => return DataElement::new(tag, vr, dicom_value!(I64, [31817])),
        VR::FL => return DataElement::new(tag, vr, dicom_value!(F32, [31817.0])),
        VR::FD => return DataElement::new(tag, vr, dicom_value!(F64, [31817.0])),
        VR::AT => return DataElement::new(tag, vr, dicom_value!(Tags, [tags::ROWS])),
        _ => marker,
    };
    text(tag, vr, &value)
}

/// An image that also has every attribute of the table, at its top, inside a functional group and
/// inside a reference.
fn filled(attributes: &[(Tag, VR)]) -> InMemDicomObject {
    let mut object = image();
    let markers = |object: &mut InMemDicomObject| {
        for (number, (tag, vr)) in attributes.iter().enumerate() {
            object.put(marked(*tag, *vr, number));
        }
    };
    let mut inner = InMemDicomObject::new_empty();
    markers(&mut inner);
    let nest = |tag, item| {
        let items = Value::new_sequence(vec![item], dicom_core::Length::UNDEFINED);
        DataElement::new(tag, VR::SQ, items)
    };
    let group =
        InMemDicomObject::from_element_iter([nest(tags::PLANE_POSITION_SEQUENCE, inner.clone())]);
    let own = image();
    markers(&mut object);
    for element in own {
        object.put(element);
    }
    object.put(nest(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, group));
    object.put(nest(tags::REFERENCED_IMAGE_SEQUENCE, inner));
    object
}

/// The values of an attribute at any depth.
fn values_of(object: &InMemDicomObject, tag: Tag) -> Vec<String> {
    let mut values = Vec::new();
    for element in object {
        if let Some(items) = element.items() {
            values.extend(items.iter().flat_map(|item| values_of(item, tag)));
        }
        if element.header().tag == tag {
            values.push(element.to_str().map(String::from).unwrap_or_default());
        }
    }
    values
}

#[test]
fn no_attribute_of_table_e_1_1_stays_unless_an_option_allows_it() {
    let attributes: Vec<(Tag, VR)> = rows()
        .iter()
        .filter(|row| row.tag.0 >= 0x0008)
        .filter_map(|row| {
            let entry = StandardDataDictionary.by_tag(row.tag)?;
            Some((row.tag, entry.vr.relaxed()))
        })
        .collect();
    assert!(attributes.len() > 580, "{}", attributes.len());
    let mut bench = Bench::new();
    let path = bench.write(filled(&attributes), part10::EXPLICIT_LITTLE);
    assert!(find(&fs::read(&path).unwrap(), MARKER.as_bytes()));
    let to = bench.copy(&path);
    let bytes = fs::read(&to).unwrap();
    for forbidden in [
        MARKER,
        "Xhemaili",
        "Quist",
        "Quendresa",
        "QUENDRESA",
        "83172645",
        "19570403",
        "20190314",
        "1.3.6.1.4.1.99999",
        "1.3.6.1.4.1.77777",
    ] {
        assert!(!find(&bytes, forbidden.as_bytes()), "{forbidden}");
    }
    let copied = read(&to);
    for row in rows() {
        let values = values_of(&copied, row.tag);
        if kept::action(row.tag).is_none() {
            assert!(values.is_empty(), "{} stayed", row.tag);
        }
    }
    assert!(!bench.finds(&to));
    assert!(bench.finds(&path));
}

/// Every attribute that the dictionary knows, not only those of the table: what is not on the
/// keep-list goes.
#[test]
fn no_attribute_outside_the_keep_list_stays() {
    let groups = (0x0008..=0x0100_u16)
        .step_by(2)
        .chain([
            0x0400, 0x2030, 0x2100, 0x3002, 0x3004, 0x3006, 0x3008, 0x300a,
        ])
        .chain([
            0x300c, 0x300e, 0x3010, 0x4000, 0x4008, 0x4010, 0x5400, 0x5600,
        ]);
    let attributes: Vec<(Tag, VR)> = groups
        .flat_map(|group| (1..=u16::MAX).map(move |element| Tag(group, element)))
        .filter(|tag| kept::action(*tag).is_none() && *tag != tags::SPECIFIC_CHARACTER_SET)
        .filter_map(|tag| Some((tag, StandardDataDictionary.by_tag(tag)?.vr.relaxed())))
        .collect();
    assert!(attributes.len() > 3000, "{}", attributes.len());
    let mut bench = Bench::new();
    let path = bench.write(filled(&attributes), part10::EXPLICIT_LITTLE);
    let to = bench.copy(&path);
    let copied = read(&to);
    let added = [
        tags::PATIENT_IDENTITY_REMOVED,
        tags::DEIDENTIFICATION_METHOD,
        tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
        tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
    ];
    for element in &copied {
        let tag = element.header().tag;
        assert!(
            kept::action(tag).is_some() || added.contains(&tag) || tag == tags::PIXEL_DATA,
            "{tag}"
        );
    }
    assert!(!find(&fs::read(&to).unwrap(), MARKER.as_bytes()));
}

#[test]
fn a_copy_says_what_was_done_and_keeps_what_the_board_needs() {
    let mut bench = Bench::new();
    let path = bench.write(image(), part10::IMPLICIT_LITTLE);
    let to = bench.copy(&path);
    let copied = read(&to);
    assert_eq!(string(&copied, tags::PATIENT_IDENTITY_REMOVED), "YES");
    assert_eq!(
        string(&copied, tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED),
        "MODIFIED"
    );
    let codes: Vec<String> = copied
        .element(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE)
        .unwrap()
        .items()
        .unwrap()
        .iter()
        .map(|item| string(item, tags::CODE_VALUE))
        .collect();
    assert_eq!(codes, ["113100", "113105", "113107", "113108"]);
    assert_eq!(
        string(&copied, tags::SERIES_DESCRIPTION),
        "CT SPINE FOR 5MM"
    );
    assert_eq!(string(&copied, tags::PATIENT_SEX), "F");
    assert_eq!(string(&copied, tags::PATIENT_AGE), "061Y");
    assert_eq!(
        string(&copied, tags::IMAGE_POSITION_PATIENT),
        "-12.5\\3\\40"
    );
    assert_eq!(string(&copied, tags::PATIENT_BIRTH_DATE), "");
    let pseudonym = Keys::new([7; 32]).pseudonym("PID-0083172645", &bench.identifying);
    assert_eq!(string(&copied, tags::PATIENT_NAME), pseudonym.name);
    assert_eq!(string(&copied, tags::PATIENT_ID), pseudonym.name);
    let shifted = pseudonym.shifted("2019-03-14".parse().unwrap()).unwrap();
    assert_eq!(
        string(&copied, tags::STUDY_DATE),
        shifted.format("%Y%m%d").to_string()
    );
    let opened = dicom_object::open_file(&to).unwrap();
    assert_eq!(opened.meta().implementation_class_uid(), IMPLEMENTATION_UID);
    assert_eq!(
        opened.meta().media_storage_sop_instance_uid(),
        string(&copied, tags::SOP_INSTANCE_UID)
    );
    assert_eq!(
        crate::pixel_hash(&to).unwrap(),
        crate::pixel_hash(&path).unwrap()
    );
}

#[test]
fn identity_in_odd_places_is_gone() {
    let mut object = image();
    let name = "Xhemaili-Quist^Quendresa";
    // private elements, also inside a sequence that stays
    object.put(text(Tag(0x0029, 0x0010), VR::LO, "SOMEBODY PRIVATE"));
    object.put(text(Tag(0x0029, 0x1010), VR::LO, name));
    object.put(DataElement::new(
        Tag(0x0029, 0x1011),
        VR::UN,
        PrimitiveValue::U8(b"MOTHER^OFQUIST ".to_vec().into()),
    ));
    let mut reference = InMemDicomObject::from_element_iter([
        text(
            tags::REFERENCED_SOP_INSTANCE_UID,
            VR::UI,
            "1.3.6.1.4.1.77777.1.9",
        ),
        text(tags::RESPONSIBLE_PERSON, VR::PN, name),
        text(Tag(0x0029, 0x0010), VR::LO, name),
    ]);
    reference.put(text(tags::SERIES_DESCRIPTION, VR::LO, "of QUIST"));
    let items = Value::new_sequence(vec![reference], dicom_core::Length::UNDEFINED);
    object.put(DataElement::new(
        tags::REFERENCED_IMAGE_SEQUENCE,
        VR::SQ,
        items,
    ));
    // an overlay's words, a coded value that is none, a number that is a text
    object.put(text(Tag(0x6000, 0x4000), VR::LT, name));
    object.put(text(Tag(0x6000, 0x1500), VR::LO, name));
    object.put(text(tags::BODY_PART_EXAMINED, VR::CS, "QUIST"));
    object.put(text(
        tags::IMAGE_TYPE,
        VR::CS,
        "ORIGINAL\\PRIMARY\\QUENDRESA",
    ));
    object.put(text(tags::PATIENT_POSITION, VR::CS, "QUIST"));
    object.put(text(tags::SLICE_LOCATION, VR::DS, "Quist"));
    object.put(text(tags::SERIES_NUMBER, VR::IS, "83172645"));
    object.put(text(
        tags::WINDOW_CENTER_WIDTH_EXPLANATION,
        VR::LO,
        "BONE\\Quist",
    ));
    let mut bench = Bench::new();
    let path = bench.write(object, part10::EXPLICIT_LITTLE);
    let mut bytes = fs::read(&path).unwrap();
    // preamble and what follows the pixel data
    bytes[..16].copy_from_slice(b"Quendresa Quist ");
    bytes.extend(b"\xfc\xff\xfc\xffOB\0\0\x10\0\0\0Quendresa Quist ");
    let named = bench.path("QUIST_QUENDRESA_19570403.dcm");
    fs::write(&named, &bytes).unwrap();
    assert_eq!(
        survey(&named, &mut bench.identifying).unwrap().patient,
        "PID-0083172645"
    );
    assert!(bench.finds(&named));
    let to = bench.copy(&named);
    assert!(!bench.finds(&to));
    let copied = fs::read(&to).unwrap();
    let lower = copied.to_ascii_lowercase();
    for forbidden in [
        "quist",
        "quendresa",
        "xhemaili",
        "somebody",
        "77777",
        "83172645",
    ] {
        assert!(!find(&lower, forbidden.as_bytes()), "{forbidden}");
    }
    assert_eq!(copied[..128], [0; 128]);
    let copied = read(&to);
    // values that stay are clean, and the reference fits the other file's new UID
    assert_eq!(
        string(&copied, tags::IMAGE_TYPE),
        "ORIGINAL\\PRIMARY\\OTHER"
    );
    assert_eq!(
        string(&copied, tags::WINDOW_CENTER_WIDTH_EXPLANATION),
        "BONE\\"
    );
    let reference = &copied
        .element(tags::REFERENCED_IMAGE_SEQUENCE)
        .unwrap()
        .items()
        .unwrap()[0];
    assert_eq!(
        string(reference, tags::REFERENCED_SOP_INSTANCE_UID),
        Keys::new([7; 32]).uid("1.3.6.1.4.1.77777.1.9", &bench.identifying)
    );
    assert_eq!(
        crate::pixel_hash(&to).unwrap(),
        crate::pixel_hash(&path).unwrap()
    );
}

#[test]
fn bytes_behind_the_last_frame_are_dropped() {
    let mut object = image();
    let mut pixels = vec![1, 0, 2, 0, 3, 0, 4, 0];
    pixels.extend(b"Quendresa Quist ");
    object.put(DataElement::new(
        tags::PIXEL_DATA,
        VR::OW,
        PrimitiveValue::U8(pixels.into()),
    ));
    let mut bench = Bench::new();
    let path = bench.write(object, part10::EXPLICIT_LITTLE);
    let to = bench.copy(&path);
    assert!(!find(&fs::read(&to).unwrap(), b"Quist"));
    assert_eq!(
        crate::pixel_hash(&to).unwrap(),
        crate::pixel_hash(&path).unwrap()
    );
}

/// Found by fuzzing: the copy declared in order what the reader of the original had left out.
#[test]
fn a_value_of_damaged_representation_stays_behind_as_the_reader_leaves_it_out() {
    let mut bench = Bench::new();
    let path = bench.write(image(), part10::EXPLICIT_LITTLE);
    let mut bytes = fs::read(&path).unwrap();
    let sound = b"\x28\0\x04\0CS\x0c\0MONOCHROME2 ";
    let at = bytes.windows(sound.len()).position(|part| part == sound);
    let damaged = b"\x28\0\x04\0=S\x0c\0MONOCHROME3 ";
    bytes[at.unwrap()..][..damaged.len()].copy_from_slice(damaged);
    fs::write(&path, bytes).unwrap();
    let to = bench.copy(&path);
    assert!(read(&to).get(tags::PHOTOMETRIC_INTERPRETATION).is_none());
    assert_eq!(
        crate::pixel_hash(&to).unwrap(),
        crate::pixel_hash(&path).unwrap()
    );
}

/// Found by fuzzing: the digits of the original were two bytes of a number in the copy.
#[test]
fn a_number_that_is_declared_as_text_says_the_same_in_the_copy() {
    let mut bench = Bench::new();
    let path = bench.write(image(), part10::EXPLICIT_LITTLE);
    let mut bytes = fs::read(&path).unwrap();
    let bits_stored = b"\x28\0\x01\x01US\x02\0";
    let at = bytes
        .windows(bits_stored.len())
        .position(|part| part == bits_stored)
        .unwrap();
    let damaged = b"\x28\0\x01\x01CS\x02\x0012";
    bytes[at..][..damaged.len()].copy_from_slice(damaged);
    fs::write(&path, bytes).unwrap();
    assert_eq!(
        crate::scan::read(&path).unwrap().shape.format.bits_stored,
        12
    );
    let to = bench.copy(&path);
    assert_eq!(crate::scan::read(&to).unwrap().shape.format.bits_stored, 12);
}

#[test]
fn the_search_finds_what_a_copy_should_not_hold() {
    let mut bench = Bench::new();
    let path = bench.write(image(), part10::EXPLICIT_LITTLE);
    let clean = bench.copy(&path);
    assert!(!bench.finds(&clean));
    let planted: [(&str, Tag, VR, &str); 7] = [
        (
            "a piece of a name",
            tags::IMAGE_COMMENTS,
            VR::LT,
            "Mrs. xhemaili",
        ),
        ("a number without zeros", tags::STUDY_ID, VR::SH, "83172645"),
        (
            "the birth date as written",
            tags::IMAGE_COMMENTS,
            VR::LT,
            "* 03.04.1957",
        ),
        ("a date", tags::CONTENT_DATE, VR::DA, "20190314"),
        (
            "a UID",
            tags::CONCATENATION_UID,
            VR::UI,
            "1.3.6.1.4.1.77777.1.2",
        ),
        ("a coded value", tags::BODY_PART_EXAMINED, VR::CS, "QUIST"),
        (
            "a private one",
            Tag(0x0029, 0x1010),
            VR::LO,
            "QUENDRESA XHEMAILI",
        ),
    ];
    for (what, tag, vr, value) in planted {
        let mut object = read(&clean);
        object.put(text(tag, vr, value));
        assert!(
            bench.finds(&bench.write(object, part10::EXPLICIT_LITTLE)),
            "{what}"
        );
    }
    let bytes = fs::read(&clean).unwrap();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = bytes.clone();
        change(&mut bytes);
        let path = bench.path("planted.dcm");
        fs::write(&path, bytes).unwrap();
        bench.finds(&path)
    };
    assert!(
        with(&|bytes| bytes[..5].copy_from_slice(b"Quist")),
        "preamble"
    );
    assert!(
        with(&|bytes| bytes.extend(b"....Quendresa")),
        "after the pixels"
    );
    let wide: Vec<u8> = "Quendresa"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(with(&|bytes| bytes.extend(&wide)), "UTF-16");
    assert!(
        !with(&|bytes| bytes.extend(b"....Somebody")),
        "somebody else"
    );
}

#[test]
fn writing_in_the_picture_is_suspected_by_its_signs() {
    let signs = |change: &dyn Fn(&mut InMemDicomObject)| {
        let mut bench = Bench::new();
        let mut object = image();
        change(&mut object);
        let path = bench.write(object, part10::EXPLICIT_LITTLE);
        survey(&path, &mut bench.identifying).unwrap().burned_in
    };
    assert_eq!(signs(&|_| {}), []);
    assert_eq!(
        signs(&|object| {
            object.put(text(tags::BURNED_IN_ANNOTATION, VR::CS, "YES"));
        }),
        [BurnedIn::Stated]
    );
    assert_eq!(
        signs(&|object| {
            object.put(text(tags::MODALITY, VR::CS, "US"));
        }),
        [BurnedIn::Kind]
    );
    assert_eq!(
        signs(&|object| {
            object.put(text(
                tags::SOP_CLASS_UID,
                VR::UI,
                "1.2.840.10008.5.1.4.1.1.7",
            ));
        }),
        [BurnedIn::Kind]
    );
    assert_eq!(
        signs(&|object| {
            object.put(text(
                tags::IMAGE_TYPE,
                VR::CS,
                "DERIVED\\SECONDARY\\SCREEN SAVE",
            ));
        }),
        [BurnedIn::ImageType]
    );
    assert_eq!(
        signs(&|object| {
            object.put(DataElement::new(
                Tag(0x6000, 0x0102),
                VR::US,
                dicom_value!(U16, [12]),
            ));
        }),
        [BurnedIn::Overlay]
    );
}

#[test]
fn an_object_of_a_private_class_is_left_out() {
    let mut bench = Bench::new();
    let mut object = image();
    object.put(text(tags::SOP_CLASS_UID, VR::UI, "1.3.12.2.1107.5.9.1"));
    let path = bench.write(object, part10::EXPLICIT_LITTLE);
    let surveyed = survey(&path, &mut bench.identifying).unwrap();
    let keys = Keys::new([7; 32]);
    let pseudonym = keys.pseudonym(&surveyed.patient, &bench.identifying);
    let to = bench.path("out.dcm");
    assert!(copy(&path, &to, &keys, &pseudonym, &bench.identifying).is_err());
    assert!(!to.exists());
}
