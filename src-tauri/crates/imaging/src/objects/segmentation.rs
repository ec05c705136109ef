//! Outlines as binary Segmentations on the pixels of their images (PS3.3 sections A.51 and C.8.20).

use super::{
    Making, ObjectError, Sources, WrittenObject, codes,
    elements::{Element, file, plain, sequence, short, strings, text, uid},
    frames::{Place, dimensions, frame_groups, packed, shared_groups},
    modules::{self, Kind, RESEARCH_USE, by_series},
    outlines::{is_on_image, mask},
    segments::{Tissue, described},
};
use crate::{
    geometry::{dot, normal, same_orientation},
    header::ImageHeader,
    image_plane::ImagePlane,
    mark_shapes::shapes,
    pixels::FRAME_LIMIT,
};
use clinical::marks::Mark;
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};

const KIND: Kind = Kind {
    sop_class: uids::SEGMENTATION_STORAGE,
    modality: "SEG",
    series_number: "9003",
    series_description: "SpineBoard outlines",
};
/// Spacings that differ by less (a share) are those of one grid.
const SAME_SPACING: f64 = 1e-4;

/// The outlines of canals, of what narrows them, of lesions and psoas muscles, as masks; other marks are
/// passed over.
///
/// One segmentation for each series and grid of pixels (matrix, spacing, orientation, frame of reference),
/// in the order of the first marks; in it one segment for each mark and tissue, with the tracking UID that
/// [`super::measurement_reports`] gives the mark. A pixel belongs to a segment where its centre lies within
/// the outline.
pub fn segmentations(
    marks: &[Mark],
    sources: &Sources,
    making: &mut Making,
) -> Result<Vec<WrittenObject>, ObjectError> {
    let outlined = |mark: &&Mark| Tissue::of(mark.kind, 0).is_some();
    let marks: Vec<&Mark> = marks.iter().filter(outlined).collect();
    let frames = marks.iter().flat_map(|mark| &mark.parts);
    sources.all(frames.map(|part| (part.sop_instance_uid.as_str(), part.frame)))?;
    let mut grids: Vec<Grid> = Vec::new();
    for mark in marks {
        let Some(shapes) = shapes(mark) else {
            return Err(ObjectError::NotOfItsKind {
                mark: mark.id.clone(),
            });
        };
        for shape in shapes {
            let part = &mark.parts[shape.part];
            let image = sources
                .find(&part.sop_instance_uid, part.frame)
                .ok_or(ObjectError::ImagesMissing { count: 1 })?;
            let id = || mark.id.clone();
            let plane = ImagePlane::of_frame(image, part.frame)
                .ok_or_else(|| ObjectError::NoPosition { mark: id() })?;
            if image.frame_of_reference_uid.is_empty() {
                return Err(ObjectError::NoFrameOfReference { mark: id() });
            }
            is_on_image(mark, part, &plane)?;
            let place = Place {
                image,
                frame: part.frame,
                plane,
            };
            let grid = match grids.iter().position(|grid| grid.holds(&place)) {
                Some(at) => &mut grids[at],
                None => {
                    grids.push(Grid::default());
                    let last = grids.len() - 1;
                    &mut grids[last]
                }
            };
            if let Some(tissue) = Tissue::of(mark.kind, shape.part) {
                grid.add(mark, tissue, place, &mask(&shape.points, &plane))?;
            }
        }
    }
    grids.iter().map(|grid| grid.write(making)).collect()
}

/// What one segmentation holds.
#[derive(Default)]
struct Grid<'source> {
    segments: Vec<(&'source Mark, Tissue)>,
    places: Vec<Place<'source>>,
    /// Place of the segment, place of the image, and pixels 0 or 1.
    masks: Vec<(usize, usize, Vec<u8>)>,
}

impl<'source> Grid<'source> {
    fn holds(&self, place: &Place) -> bool {
        let Some(own) = self.places.first() else {
            return false;
        };
        let (a, b) = (&own.plane, &place.plane);
        let is_near = |axis: usize| {
            (a.pixel_spacing[axis] / b.pixel_spacing[axis] - 1.0).abs() < SAME_SPACING
        };
        own.image.series_uid == place.image.series_uid
            && own.image.study_uid == place.image.study_uid
            && own.image.frame_of_reference_uid == place.image.frame_of_reference_uid
            && (a.rows, a.columns) == (b.rows, b.columns)
            && is_near(0)
            && is_near(1)
            && same_orientation(a.orientation, b.orientation)
    }

    fn add(
        &mut self,
        mark: &'source Mark,
        tissue: Tissue,
        place: Place<'source>,
        mask: &[u8],
    ) -> Result<(), ObjectError> {
        if !mask.contains(&1) {
            return Err(ObjectError::EmptyOutline {
                mark: mark.id.clone(),
            });
        }
        let is_this = |(known, of): &(&Mark, Tissue)| std::ptr::eq(*known, mark) && *of == tissue;
        let segment = self.segments.iter().position(is_this).unwrap_or_else(|| {
            self.segments.push((mark, tissue));
            self.segments.len() - 1
        });
        let at = self.places.iter().position(|known| known.is(&place));
        let at = at.unwrap_or_else(|| {
            self.places.push(place);
            self.places.len() - 1
        });
        // A lesion may have several outlines on one image.
        let known = self
            .masks
            .iter()
            .position(|known| (known.0, known.1) == (segment, at));
        if let Some(known) = known {
            for (bit, more) in self.masks[known].2.iter_mut().zip(mask) {
                *bit |= more;
            }
            return Ok(());
        }
        if (self.masks.len() as u64 + 1).saturating_mul(mask.len() as u64) > FRAME_LIMIT {
            return Err(ObjectError::TooLarge);
        }
        self.masks.push((segment, at, mask.to_vec()));
        Ok(())
    }

    fn write(&self, making: &mut Making) -> Result<WrittenObject, ObjectError> {
        let first = self.places.first().ok_or(ObjectError::Nothing)?;
        let too_large = |_| ObjectError::TooLarge;
        let order = self.order(first.plane.orientation);
        let mut frames: Vec<_> = self.masks.iter().collect();
        frames.sort_by_key(|(segment, at, _)| (*segment, order[*at]));
        let count = u32::try_from(frames.len()).map_err(too_large)?;
        let images: Vec<&ImageHeader> = self.places.iter().map(|place| place.image).collect();
        let sop_instance_uid = (making.new_uid)();
        let mut elements = modules::common(&KIND, first.image, &sop_instance_uid, making);
        elements.extend(self.image(first, making));
        elements.extend(dimensions(&(making.new_uid)()));
        let mut segments = Vec::with_capacity(self.segments.len());
        for (index, (mark, tissue)) in self.segments.iter().enumerate() {
            let number = u16::try_from(index + 1).map_err(too_large)?;
            segments.push(described(number, *tissue, mark));
        }
        let per_frame = frames
            .iter()
            .map(|(segment, at, _)| frame_groups(*segment, order[*at], &self.places[*at]))
            .collect();
        let referenced = by_series(&images)
            .into_iter()
            .map(|(series, images)| {
                vec![
                    sequence(tags::REFERENCED_INSTANCE_SEQUENCE, images),
                    uid(tags::SERIES_INSTANCE_UID, series),
                ]
            })
            .collect();
        elements.extend([
            codes::own_scheme(),
            plain(tags::NUMBER_OF_FRAMES, VR::IS, &count.to_string()),
            sequence(tags::SEGMENT_SEQUENCE, segments),
            sequence(tags::REFERENCED_SERIES_SEQUENCE, referenced),
            sequence(
                tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE,
                vec![shared_groups(first)],
            ),
            sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, per_frame),
            DataElement::new(
                tags::PIXEL_DATA,
                VR::OB,
                PrimitiveValue::U8(packed(frames.iter().map(|(_, _, mask)| mask)).into()),
            ),
        ]);
        Ok(WrittenObject {
            bytes: file(elements, KIND.sop_class, &sop_instance_uid)?,
            sop_instance_uid,
            study_instance_uid: first.image.study_uid.clone(),
            modality: KIND.modality,
        })
    }

    /// For each place its number along the normal, counted from 1; images at one place share it.
    fn order(&self, orientation: [f64; 6]) -> Vec<u32> {
        let along = |place: &Place| dot(place.plane.position, normal(orientation));
        let mut sorted: Vec<f64> = self.places.iter().map(along).collect();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        let number = |place: &Place| {
            let before = sorted.partition_point(|other| *other < along(place));
            before as u32 + 1
        };
        self.places.iter().map(number).collect()
    }

    fn image(&self, first: &Place, making: &Making) -> Vec<Element> {
        let is_lossy = self.places.iter().any(|place| place.image.entry.is_lossy);
        vec![
            strings(tags::IMAGE_TYPE, VR::CS, &["DERIVED", "PRIMARY"]),
            uid(
                tags::FRAME_OF_REFERENCE_UID,
                &first.image.frame_of_reference_uid,
            ),
            plain(tags::POSITION_REFERENCE_INDICATOR, VR::LO, ""),
            plain(tags::CONTENT_LABEL, VR::CS, "SPINEBOARD"),
            text(tags::CONTENT_DESCRIPTION, VR::LO, RESEARCH_USE),
            modules::creator(making),
            short(tags::SAMPLES_PER_PIXEL, 1),
            plain(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
            short(tags::ROWS, first.image.shape.rows),
            short(tags::COLUMNS, first.image.shape.columns),
            short(tags::BITS_ALLOCATED, 1),
            short(tags::BITS_STORED, 1),
            short(tags::HIGH_BIT, 0),
            short(tags::PIXEL_REPRESENTATION, 0),
            plain(
                tags::LOSSY_IMAGE_COMPRESSION,
                VR::CS,
                if is_lossy { "01" } else { "00" },
            ),
            plain(tags::SEGMENTATION_TYPE, VR::CS, "BINARY"),
            plain(
                tags::SEGMENTS_OVERLAP,
                VR::CS,
                if self.overlap() { "YES" } else { "NO" },
            ),
        ]
    }

    fn overlap(&self) -> bool {
        let shares = |one: &[u8], other: &[u8]| one.iter().zip(other).any(|(a, b)| a & b == 1);
        let masks = self.masks.iter().enumerate();
        masks.into_iter().any(|(index, (_, at, mask))| {
            let mut later = self.masks[index + 1..].iter();
            later.any(|(_, other, pixels)| other == at && shares(mask, pixels))
        })
    }
}
