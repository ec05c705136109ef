//! Measurements as a Comprehensive 3D SR with the content of TID 1500 (PS3.16 annex A).

use super::{
    Making, ObjectError, Sources, WrittenObject, codes,
    codes::Code,
    content::{self, Item, Relation, code, container, number, uid_reference, words},
    elements::{file, plain, sequence},
    modules::{self, Kind},
    outlines::{drawn_on_image, is_on_image, lines_in_patient},
};
use crate::{
    header::{ImageHeader, derived_uid},
    image_plane::ImagePlane,
    mark_shapes::{Shape, shapes},
};
use chrono::SecondsFormat;
use clinical::marks::{Mark, MarkKind, Measured, OutlineModel, Quantity};
use dicom_core::VR;
use dicom_dictionary_std::{tags, uids};

const KIND: Kind = Kind {
    sop_class: uids::COMPREHENSIVE3_DSR_STORAGE,
    modality: "SR",
    series_number: "9001",
    series_description: "SpineBoard measurements",
};

/// One report for each study that the marks lie in, in the order of their first marks; each mark is a
/// measurement group.
///
/// An ellipse and a freehand outline are planar regions (TID 1410), a volume is a volumetric one (TID 1411);
/// of the other marks (TID 1501) each value names the lines that it was computed from. Points are given as
/// pixels of their image (SCOORD); of a mark on a plane made from a volume as places in the patient
/// (SCOORD3D). A mark that another person drew names that person; one whose outlines a model proposed names
/// the model (TID 4019).
pub fn measurement_reports(
    marks: &[Mark],
    sources: &Sources,
    making: &mut Making,
) -> Result<Vec<WrittenObject>, ObjectError> {
    let frames = marks.iter().flat_map(|mark| &mark.parts);
    sources.all(frames.map(|part| (part.sop_instance_uid.as_str(), part.frame)))?;
    let mut studies: Vec<(&str, Vec<Drawn>)> = Vec::new();
    for mark in marks {
        let drawn = Drawn::of(mark, sources)?;
        let study = drawn.images[0].study_uid.as_str();
        if drawn.images.iter().any(|image| image.study_uid != study) {
            return Err(not_of_its_kind(mark));
        }
        match studies.iter_mut().find(|(known, _)| *known == study) {
            Some((_, marks)) => marks.push(drawn),
            None => studies.push((study, vec![drawn])),
        }
    }
    studies
        .into_iter()
        .map(|(_, marks)| report(&marks, making))
        .collect()
}

/// A mark with the images of its parts and its shapes.
struct Drawn<'mark> {
    mark: &'mark Mark,
    images: Vec<&'mark ImageHeader>,
    planes: Vec<ImagePlane>,
    shapes: Vec<Shape>,
}

impl<'mark> Drawn<'mark> {
    fn of(mark: &'mark Mark, sources: &'mark Sources) -> Result<Drawn<'mark>, ObjectError> {
        let shapes = shapes(mark).ok_or_else(|| not_of_its_kind(mark))?;
        if !mark.measured.iter().all(|value| value.value.is_finite()) {
            return Err(not_of_its_kind(mark));
        }
        let mut images = Vec::with_capacity(mark.parts.len());
        let mut planes = Vec::with_capacity(mark.parts.len());
        for part in &mark.parts {
            let image = sources
                .find(&part.sop_instance_uid, part.frame)
                .ok_or(ObjectError::ImagesMissing { count: 1 })?;
            let plane =
                ImagePlane::of_frame(image, part.frame).ok_or_else(|| ObjectError::NoPosition {
                    mark: mark.id.clone(),
                })?;
            if mark.reformatted_normal.is_none() {
                is_on_image(mark, part, &plane)?;
            } else if mark.frame_of_reference_uid.is_none() {
                return Err(ObjectError::NoFrameOfReference {
                    mark: mark.id.clone(),
                });
            }
            images.push(image);
            planes.push(plane);
        }
        Ok(Drawn {
            mark,
            images,
            planes,
            shapes,
        })
    }

    fn region(&self, shape: &Shape, relation: Relation, name: Option<Code>) -> Item {
        let frame_of_reference = self.mark.frame_of_reference_uid.as_deref();
        if let (Some(_), Some(uid)) = (self.mark.reformatted_normal, frame_of_reference) {
            let graphic_type = lines_in_patient(shape);
            return content::region_in_patient(relation, name, graphic_type, &shape.points, uid);
        }
        let (graphic_type, points) = drawn_on_image(shape, &self.planes[shape.part]);
        let frame = self.mark.parts[shape.part].frame;
        let image = content::image(Relation::SelectedFrom, self.images[shape.part], frame);
        content::region(relation, name, graphic_type, &points, image)
    }
}

fn not_of_its_kind(mark: &Mark) -> ObjectError {
    ObjectError::NotOfItsKind {
        mark: mark.id.clone(),
    }
}

fn report(marks: &[Drawn], making: &mut Making) -> Result<WrittenObject, ObjectError> {
    let images: Vec<&ImageHeader> = marks
        .iter()
        .flat_map(|drawn| drawn.images.clone())
        .collect();
    let first = images.first().ok_or(ObjectError::Nothing)?;
    let sop_instance_uid = (making.new_uid)();
    let mut elements = modules::common(&KIND, first, &sop_instance_uid, making);
    elements.extend(modules::document(&images));
    elements.extend([
        codes::own_scheme(),
        sequence(tags::PERFORMED_PROCEDURE_CODE_SEQUENCE, Vec::new()),
        plain(tags::COMPLETION_FLAG, VR::CS, "COMPLETE"),
        plain(tags::VERIFICATION_FLAG, VR::CS, "UNVERIFIED"),
    ]);
    let mut items = vec![content::language()];
    items.extend(content::observer(making.author));
    let mut modalities: Vec<&str> = images.iter().map(|image| image.modality.as_str()).collect();
    modalities.sort_unstable();
    modalities.dedup();
    items.extend(modalities.into_iter().map(|modality| {
        let procedure = codes::procedure(modality);
        code(
            Relation::HasConceptModifier,
            codes::PROCEDURE_REPORTED,
            procedure,
        )
    }));
    let groups = marks.iter().map(|drawn| group(drawn, making.author));
    items.push(container(
        codes::IMAGING_MEASUREMENTS,
        None,
        groups.collect(),
    ));
    elements.extend(content::root(codes::MEASUREMENT_REPORT, "1500", items));
    Ok(WrittenObject {
        bytes: file(elements, KIND.sop_class, &sop_instance_uid)?,
        sop_instance_uid,
        study_instance_uid: first.study_uid.clone(),
        modality: KIND.modality,
    })
}

/// The name and the UID under which a mark is found again in other objects. The UID follows from the mark,
/// so that it is the same whenever the mark is written.
pub(super) fn tracking(mark: &Mark) -> (String, String) {
    let level = mark.level.map_or("", |level| level.name());
    let name = [kind_words(mark.kind), level]
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let drawn = mark.drawn_at.to_rfc3339_opts(SecondsFormat::Nanos, true);
    let uid = derived_uid(&[
        b"SpineBoard mark",
        mark.id.as_bytes(),
        mark.series_instance_uid.as_bytes(),
        drawn.as_bytes(),
    ]);
    (name, uid)
}

fn kind_words(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Length => "Length",
        MarkKind::Angle => "Angle",
        MarkKind::CobbAngle => "Cobb angle",
        MarkKind::Ellipse => "Ellipse",
        MarkKind::Freehand => "Outline",
        MarkKind::Bidirectional => "Two diameters",
        MarkKind::HeightLoss => "Vertebral body height",
        MarkKind::Translation => "Translation",
        MarkKind::CanalCompromise => "Canal",
        MarkKind::Volume => "Lesion volume",
        MarkKind::PsoasArea => "Psoas muscles",
    }
}

fn group(drawn: &Drawn, author: &str) -> Item {
    let mark = drawn.mark;
    let context = Relation::HasObservationContext;
    let (name, uid) = tracking(mark);
    let mut items = vec![
        words(context, codes::TRACKING_IDENTIFIER, &name),
        uid_reference(context, codes::TRACKING_UID, &uid),
    ];
    if mark.author != author {
        items.extend(content::observer(&mark.author));
    }
    items.extend(mark.level.map(|level| {
        let site = codes::level(level);
        code(Relation::HasConceptModifier, codes::FINDING_SITE, site)
    }));
    items.extend(algorithm(mark));
    let (template, regions) = match mark.kind {
        MarkKind::Ellipse | MarkKind::Freehand => ("1410", true),
        MarkKind::Volume => ("1411", true),
        _ => ("1501", false),
    };
    if regions {
        items.extend(
            drawn
                .shapes
                .iter()
                .map(|shape| drawn.region(shape, Relation::Contains, Some(codes::IMAGE_REGION))),
        );
    }
    items.extend(
        mark.measured
            .iter()
            .map(|measured| value(drawn, measured, !regions)),
    );
    if !mark.note.trim().is_empty() {
        items.push(words(Relation::Contains, codes::COMMENT, &mark.note));
    }
    container(codes::MEASUREMENT_GROUP, Some(template), items)
}

/// The models whose proposals the outlines began as (TID 4019, which has room for one name).
fn algorithm(mark: &Mark) -> Vec<Item> {
    let models = &mark.proposed_by;
    if models.is_empty() {
        return Vec::new();
    }
    let modifier = Relation::HasConceptModifier;
    let joined = |part: fn(&OutlineModel) -> &str| {
        let parts: Vec<&str> = models.iter().map(part).collect();
        parts.join("; ")
    };
    let sha256 = joined(|model| &model.sha256);
    let said = format!(
        "Outline proposed by a model of the site, not validated by SpineBoard; a person may have corrected it. SHA-256 of its manifest: {sha256}"
    );
    vec![
        words(
            modifier,
            codes::ALGORITHM_NAME,
            &joined(|model| &model.pack),
        ),
        words(
            modifier,
            codes::ALGORITHM_VERSION,
            &joined(|model| &model.version),
        ),
        words(modifier, codes::ALGORITHM_PARAMETERS, &said),
    ]
}

/// A value (TID 300), with the shapes that it was computed from (TID 320).
fn value(drawn: &Drawn, measured: &Measured, with_shapes: bool) -> Item {
    let (kind, modality) = (drawn.mark.kind, &drawn.images[0].modality);
    let concept = codes::concept(measured.quantity, kind, measured.unit, modality);
    let modifier = Relation::HasConceptModifier;
    let mut beneath = Vec::new();
    beneath.extend(
        concept
            .derivation
            .map(|derivation| code(modifier, codes::DERIVATION, derivation)),
    );
    if let Some((site, side)) = concept.site {
        let mut site = code(modifier, codes::FINDING_SITE, site);
        if let Some(side) = side {
            let side = code(modifier, codes::LATERALITY, side);
            site.push(sequence(tags::CONTENT_SEQUENCE, vec![side]));
        }
        beneath.push(site);
    }
    if with_shapes {
        let from = computed_from(measured.quantity, drawn.shapes.len());
        let shapes = drawn.shapes[from].iter();
        let purpose = Some(codes::SOURCE_OF_MEASUREMENT);
        beneath.extend(shapes.map(|shape| drawn.region(shape, Relation::InferredFrom, purpose)));
    }
    number(concept.name, measured.value, measured.unit, beneath)
}

/// The shapes of a mark that a value follows from.
fn computed_from(quantity: Quantity, count: usize) -> std::ops::Range<usize> {
    let wanted = match quantity {
        Quantity::LongDiameter
        | Quantity::Height
        | Quantity::CanalArea
        | Quantity::PsoasAreaRight => 0..1,
        Quantity::ShortDiameter | Quantity::PsoasAreaLeft => 1..2,
        Quantity::ExpectedHeight => 1..3,
        _ => 0..count,
    };
    wanted.start.min(count)..wanted.end.min(count)
}
