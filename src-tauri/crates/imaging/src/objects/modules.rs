//! The modules that all objects have: patient and study of the images, series, equipment, evidence
//! (PS3.3 sections C.7.1, C.7.2, C.7.5, C.17.2).

use super::{
    Making,
    elements::{Element, person_name, plain, sequence, shown_name, text, uid},
};
use crate::header::ImageHeader;
use chrono::NaiveDate;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

const NAME: &str = "SpineBoard";
/// In the name of every series, since no other element is sure to be shown.
pub(super) const RESEARCH_USE: &str = "research use, not a medical device";

/// What parts one kind of object from another.
pub(super) struct Kind {
    pub(super) sop_class: &'static str,
    pub(super) modality: &'static str,
    /// High numbers, so that the scanner's own series stay in front.
    pub(super) series_number: &'static str,
    pub(super) series_description: &'static str,
}

/// Elements of an object whose study is that of `image`; its series is new.
pub(super) fn common(
    kind: &Kind,
    image: &ImageHeader,
    sop_instance_uid: &str,
    making: &mut Making,
) -> Vec<Element> {
    let date = making.written_at.format("%Y%m%d").to_string();
    let time = making.written_at.format("%H%M%S").to_string();
    let mut elements = patient_and_study(image);
    elements.extend([
        uid(tags::SOP_CLASS_UID, kind.sop_class),
        uid(tags::SOP_INSTANCE_UID, sop_instance_uid),
        plain(tags::INSTANCE_CREATION_DATE, VR::DA, &date),
        plain(tags::INSTANCE_CREATION_TIME, VR::TM, &time),
        plain(tags::SERIES_DATE, VR::DA, &date),
        plain(tags::SERIES_TIME, VR::TM, &time),
        plain(tags::CONTENT_DATE, VR::DA, &date),
        plain(tags::CONTENT_TIME, VR::TM, &time),
        plain(tags::MODALITY, VR::CS, kind.modality),
        text(
            tags::SERIES_DESCRIPTION,
            VR::LO,
            &format!("{}, {RESEARCH_USE}", kind.series_description),
        ),
        uid(tags::SERIES_INSTANCE_UID, &(making.new_uid)()),
        plain(tags::SERIES_NUMBER, VR::IS, kind.series_number),
        plain(tags::INSTANCE_NUMBER, VR::IS, "1"),
        plain(tags::MANUFACTURER, VR::LO, NAME),
        plain(tags::MANUFACTURER_MODEL_NAME, VR::LO, NAME),
        // Asked for by the Enhanced General Equipment Module (PS3.3 section C.7.5.2); software has none.
        plain(tags::DEVICE_SERIAL_NUMBER, VR::LO, "none"),
        text(tags::SOFTWARE_VERSIONS, VR::LO, making.software_version),
    ]);
    elements
}

fn patient_and_study(image: &ImageHeader) -> Vec<Element> {
    let (patient, entry) = (&image.patient, &image.entry);
    let is_time = entry.study_time.len() <= 14
        && entry
            .study_time
            .bytes()
            .all(|letter| letter.is_ascii_digit() || letter == b'.');
    let sex = patient.sex.as_deref().unwrap_or_default();
    vec![
        person_name(tags::PATIENT_NAME, &patient.name),
        text(tags::PATIENT_ID, VR::LO, &patient.patient_id),
        day(tags::PATIENT_BIRTH_DATE, patient.birth_date),
        plain(
            tags::PATIENT_SEX,
            VR::CS,
            if matches!(sex, "M" | "F" | "O") {
                sex
            } else {
                ""
            },
        ),
        uid(tags::STUDY_INSTANCE_UID, &image.study_uid),
        day(tags::STUDY_DATE, image.study_date),
        plain(
            tags::STUDY_TIME,
            VR::TM,
            if is_time { &entry.study_time } else { "" },
        ),
        person_name(tags::REFERRING_PHYSICIAN_NAME, &entry.referring_physician),
        text(tags::STUDY_ID, VR::SH, &entry.study_id),
        text(tags::ACCESSION_NUMBER, VR::SH, &entry.accession_number),
        text(tags::STUDY_DESCRIPTION, VR::LO, &image.study_description),
    ]
}

fn day(tag: Tag, date: Option<NaiveDate>) -> Element {
    let date = date.map(|date| date.format("%Y%m%d").to_string());
    plain(tag, VR::DA, &date.unwrap_or_default())
}

/// What a structured report and a key object selection have beside (PS3.3 sections C.17.1 to C.17.3).
pub(super) fn document(images: &[&ImageHeader]) -> Vec<Element> {
    vec![
        sequence(
            tags::REFERENCED_PERFORMED_PROCEDURE_STEP_SEQUENCE,
            Vec::new(),
        ),
        evidence(images),
    ]
}

/// The images by series, in their order, each once; all are of one study.
fn evidence(images: &[&ImageHeader]) -> Element {
    let series = by_series(images)
        .into_iter()
        .map(|(series, images)| {
            vec![
                sequence(tags::REFERENCED_SOP_SEQUENCE, images),
                uid(tags::SERIES_INSTANCE_UID, series),
            ]
        })
        .collect();
    let study = images.first().map_or("", |image| &image.study_uid);
    let item = vec![
        sequence(tags::REFERENCED_SERIES_SEQUENCE, series),
        uid(tags::STUDY_INSTANCE_UID, study),
    ];
    sequence(
        tags::CURRENT_REQUESTED_PROCEDURE_EVIDENCE_SEQUENCE,
        vec![item],
    )
}

/// References to images under the UID of their series.
pub(super) fn by_series<'image>(
    images: &[&'image ImageHeader],
) -> Vec<(&'image str, Vec<Vec<Element>>)> {
    let mut series: Vec<(&str, Vec<Vec<Element>>)> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for image in images {
        if seen.contains(&image.sop_instance_uid.as_str()) {
            continue;
        }
        seen.push(&image.sop_instance_uid);
        let item = reference(image);
        match series.iter_mut().find(|(uid, _)| *uid == image.series_uid) {
            Some((_, items)) => items.push(item),
            None => series.push((&image.series_uid, vec![item])),
        }
    }
    series
}

pub(super) fn reference(image: &ImageHeader) -> Vec<Element> {
    vec![
        uid(tags::REFERENCED_SOP_CLASS_UID, &image.entry.sop_class_uid),
        uid(tags::REFERENCED_SOP_INSTANCE_UID, &image.sop_instance_uid),
    ]
}

/// The same with the frame, counted from 1, where the image has several.
pub(super) fn frame_reference(image: &ImageHeader, frame: u32) -> Vec<Element> {
    let mut elements = reference(image);
    if image.shape.frames > 1 {
        elements.push(plain(
            tags::REFERENCED_FRAME_NUMBER,
            VR::IS,
            &frame.to_string(),
        ));
    }
    elements
}

/// The person who writes, as creator of the content of an image object.
pub(super) fn creator(making: &Making) -> Element {
    shown_name(tags::CONTENT_CREATOR_NAME, making.author)
}
