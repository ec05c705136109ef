//! Key images as a Key Object Selection Document with the content of TID 2010 (PS3.16 annex A).

use super::{
    Making, ObjectError, Sources, WrittenObject, codes,
    content::{self, Relation, words},
    elements::file,
    modules::{self, Kind, RESEARCH_USE},
};
use crate::header::ImageHeader;
use clinical::case::KeyImage;
use dicom_dictionary_std::uids;

const KIND: Kind = Kind {
    sop_class: uids::KEY_OBJECT_SELECTION_DOCUMENT_STORAGE,
    modality: "KO",
    series_number: "9002",
    series_description: "SpineBoard key images",
};

/// One selection, titled For Conference, for each study that has key images, in the order of their first
/// ones. A selection has one description: it holds the notes of all its images, numbered in the order of the
/// images.
pub fn key_object_selections(
    key_images: &[KeyImage],
    sources: &Sources,
    making: &mut Making,
) -> Result<Vec<WrittenObject>, ObjectError> {
    let frames = key_images.iter();
    let headers =
        sources.all(frames.map(|image| (image.sop_instance_uid.as_str(), image.frame)))?;
    let mut studies: Vec<(&str, Vec<Selected>)> = Vec::new();
    for selected in key_images.iter().zip(headers) {
        let study = selected.1.study_uid.as_str();
        match studies.iter_mut().find(|(known, _)| *known == study) {
            Some((_, images)) => images.push(selected),
            None => studies.push((study, vec![selected])),
        }
    }
    studies
        .into_iter()
        .map(|(_, images)| selection(&images, making))
        .collect()
}

type Selected<'image> = (&'image KeyImage, &'image ImageHeader);

fn selection(images: &[Selected], making: &mut Making) -> Result<WrittenObject, ObjectError> {
    let headers: Vec<&ImageHeader> = images.iter().map(|(_, header)| *header).collect();
    let first = headers.first().ok_or(ObjectError::Nothing)?;
    let sop_instance_uid = (making.new_uid)();
    let mut elements = modules::common(&KIND, first, &sop_instance_uid, making);
    elements.extend(modules::document(&headers));
    let mut items = vec![content::language()];
    items.extend(content::observer(making.author));
    items.push(words(
        Relation::Contains,
        codes::KEY_OBJECT_DESCRIPTION,
        &description(images),
    ));
    items.extend(
        images
            .iter()
            .map(|(image, header)| content::image(Relation::Contains, header, image.frame)),
    );
    elements.extend(content::root(codes::FOR_CONFERENCE, "2010", items));
    Ok(WrittenObject {
        bytes: file(elements, KIND.sop_class, &sop_instance_uid)?,
        sop_instance_uid,
        study_instance_uid: first.study_uid.clone(),
        modality: KIND.modality,
    })
}

fn description(images: &[Selected]) -> String {
    let lines = images.iter().enumerate().map(|(index, (image, _))| {
        let level = image.level.map_or("", |level| level.name());
        let window = format!("window {} / {}", image.window_center, image.window_width);
        let said = [level, image.note.trim(), &window];
        let said: Vec<_> = said.into_iter().filter(|text| !text.is_empty()).collect();
        format!("{}. {}", index + 1, said.join("; "))
    });
    let statement = format!("Written by SpineBoard, {RESEARCH_USE}.");
    lines.chain([statement]).collect::<Vec<_>>().join("\n")
}
