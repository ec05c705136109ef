//! Items of the content tree of structured reports (PS3.3 section C.17.3).

use super::{
    codes::{self, Code, coded},
    elements::{Element, decimal, plain, sequence, shown_name, text, uid},
    modules::frame_reference,
};
use crate::header::ImageHeader;
use clinical::marks::{Point, Unit};
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::tags;

/// How an item stands to its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Contains,
    HasObservationContext,
    HasConceptModifier,
    InferredFrom,
    SelectedFrom,
}

impl Relation {
    fn term(self) -> &'static str {
        match self {
            Relation::Contains => "CONTAINS",
            Relation::HasObservationContext => "HAS OBS CONTEXT",
            Relation::HasConceptModifier => "HAS CONCEPT MOD",
            Relation::InferredFrom => "INFERRED FROM",
            Relation::SelectedFrom => "SELECTED FROM",
        }
    }
}

/// Elements of one item.
pub(super) type Item = Vec<Element>;

fn item(relation: Relation, value_type: &str, name: Option<Code>) -> Item {
    let mut elements = vec![
        plain(tags::RELATIONSHIP_TYPE, VR::CS, relation.term()),
        plain(tags::VALUE_TYPE, VR::CS, value_type),
    ];
    elements.extend(name.map(|name| coded(tags::CONCEPT_NAME_CODE_SEQUENCE, name)));
    elements
}

pub(super) fn code(relation: Relation, name: Code, value: Code) -> Item {
    let mut item = item(relation, "CODE", Some(name));
    item.push(coded(tags::CONCEPT_CODE_SEQUENCE, value));
    item
}

pub(super) fn words(relation: Relation, name: Code, value: &str) -> Item {
    let mut item = item(relation, "TEXT", Some(name));
    item.push(text(tags::TEXT_VALUE, VR::UT, value));
    item
}

pub(super) fn uid_reference(relation: Relation, name: Code, value: &str) -> Item {
    let mut item = item(relation, "UIDREF", Some(name));
    item.push(uid(tags::UID, value));
    item
}

pub(super) fn image(relation: Relation, header: &ImageHeader, frame: u32) -> Item {
    let mut item = item(relation, "IMAGE", None);
    let reference = frame_reference(header, frame);
    item.push(sequence(tags::REFERENCED_SOP_SEQUENCE, vec![reference]));
    item
}

/// A region of an image. Points are columns and rows where the upper left corner of the first pixel is
/// 0, 0 and its centre a half, a half (PS3.3 section C.18.6.1.1).
pub(super) fn region(
    relation: Relation,
    name: Option<Code>,
    graphic_type: &str,
    points: &[[f64; 2]],
    of: Item,
) -> Item {
    let mut item = item(relation, "SCOORD", name);
    item.extend([
        graphic_data(points.iter().flatten()),
        plain(tags::GRAPHIC_TYPE, VR::CS, graphic_type),
        sequence(tags::CONTENT_SEQUENCE, vec![of]),
    ]);
    item
}

/// Places in the patient, mm, in a frame of reference (PS3.3 section C.18.9).
pub(super) fn region_in_patient(
    relation: Relation,
    name: Option<Code>,
    graphic_type: &str,
    points: &[Point],
    frame_of_reference_uid: &str,
) -> Item {
    let mut item = item(relation, "SCOORD3D", name);
    item.extend([
        graphic_data(points.iter().flatten()),
        plain(tags::GRAPHIC_TYPE, VR::CS, graphic_type),
        uid(
            tags::REFERENCED_FRAME_OF_REFERENCE_UID,
            frame_of_reference_uid,
        ),
    ]);
    item
}

fn graphic_data<'at>(numbers: impl Iterator<Item = &'at f64>) -> Element {
    let numbers: Vec<f32> = numbers.map(|at| *at as f32).collect();
    DataElement::new(
        tags::GRAPHIC_DATA,
        VR::FL,
        PrimitiveValue::F32(numbers.into()),
    )
}

/// A number, as decimal string and as the double that it is.
pub(super) fn number(name: Code, value: f64, unit: Unit, beneath: Vec<Item>) -> Item {
    let mut item = item(Relation::Contains, "NUM", Some(name));
    let measured = vec![
        DataElement::new(
            tags::FLOATING_POINT_VALUE,
            VR::FD,
            PrimitiveValue::F64([value].as_slice().into()),
        ),
        plain(tags::NUMERIC_VALUE, VR::DS, &decimal(value)),
        coded(tags::MEASUREMENT_UNITS_CODE_SEQUENCE, codes::unit(unit)),
    ];
    item.push(sequence(tags::MEASURED_VALUE_SEQUENCE, vec![measured]));
    if !beneath.is_empty() {
        item.push(sequence(tags::CONTENT_SEQUENCE, beneath));
    }
    item
}

/// A heading within a document; `template` of PS3.16 where it follows one.
pub(super) fn container(name: Code, template: Option<&str>, beneath: Vec<Item>) -> Item {
    let mut item = item(Relation::Contains, "CONTAINER", Some(name));
    item.extend(container_elements(template, beneath));
    item
}

/// The document's own heading.
pub(super) fn root(title: Code, template: &str, beneath: Vec<Item>) -> Vec<Element> {
    let mut elements = vec![
        plain(tags::VALUE_TYPE, VR::CS, "CONTAINER"),
        coded(tags::CONCEPT_NAME_CODE_SEQUENCE, title),
    ];
    elements.extend(container_elements(Some(template), beneath));
    elements
}

fn container_elements(template: Option<&str>, beneath: Vec<Item>) -> Vec<Element> {
    let mut elements = vec![plain(tags::CONTINUITY_OF_CONTENT, VR::CS, "SEPARATE")];
    elements.extend(template.map(|template| {
        let named = vec![
            plain(tags::MAPPING_RESOURCE, VR::CS, "DCMR"),
            plain(tags::TEMPLATE_IDENTIFIER, VR::CS, template),
        ];
        sequence(tags::CONTENT_TEMPLATE_SEQUENCE, vec![named])
    }));
    if !beneath.is_empty() {
        elements.push(sequence(tags::CONTENT_SEQUENCE, beneath));
    }
    elements
}

/// The person who observed (TID 1002 and 1003).
pub(super) fn observer(name: &str) -> Vec<Item> {
    let context = Relation::HasObservationContext;
    let mut named = item(context, "PNAME", Some(codes::PERSON_OBSERVER_NAME));
    named.push(shown_name(tags::PERSON_NAME, name));
    vec![code(context, codes::OBSERVER_TYPE, codes::PERSON), named]
}

/// The language of the texts (TID 1204).
pub(super) fn language() -> Item {
    code(
        Relation::HasConceptModifier,
        codes::LANGUAGE,
        codes::ENGLISH,
    )
}
