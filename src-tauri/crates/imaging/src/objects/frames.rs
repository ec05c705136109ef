//! What a segmentation says of its frames, and their pixels (PS3.3 sections C.7.6.16 and C.7.6.17).

use super::{
    codes::{self, coded},
    elements::{Element, decimals, long, plain, sequence, short, uid},
    modules::frame_reference,
};
use crate::{header::ImageHeader, image_plane::ImagePlane};
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::tags;

/// One frame of an image.
#[derive(Clone, Copy)]
pub(super) struct Place<'source> {
    pub(super) image: &'source ImageHeader,
    pub(super) frame: u32,
    pub(super) plane: ImagePlane,
}

impl Place<'_> {
    pub(super) fn is(&self, other: &Place) -> bool {
        self.frame == other.frame && self.image.sop_instance_uid == other.image.sop_instance_uid
    }
}

/// Frames are told apart by segment, then by place (PS3.3 section C.7.6.17).
pub(super) fn dimensions(organization: &str) -> Vec<Element> {
    let index = |pointer, group, label: &str| {
        vec![
            uid(tags::DIMENSION_ORGANIZATION_UID, organization),
            DataElement::new(
                tags::DIMENSION_INDEX_POINTER,
                VR::AT,
                PrimitiveValue::Tags([pointer].as_slice().into()),
            ),
            DataElement::new(
                tags::FUNCTIONAL_GROUP_POINTER,
                VR::AT,
                PrimitiveValue::Tags([group].as_slice().into()),
            ),
            plain(tags::DIMENSION_DESCRIPTION_LABEL, VR::LO, label),
        ]
    };
    vec![
        sequence(
            tags::DIMENSION_ORGANIZATION_SEQUENCE,
            vec![vec![uid(tags::DIMENSION_ORGANIZATION_UID, organization)]],
        ),
        sequence(
            tags::DIMENSION_INDEX_SEQUENCE,
            vec![
                index(
                    tags::REFERENCED_SEGMENT_NUMBER,
                    tags::SEGMENT_IDENTIFICATION_SEQUENCE,
                    "Segment Number",
                ),
                index(
                    tags::IMAGE_POSITION_PATIENT,
                    tags::PLANE_POSITION_SEQUENCE,
                    "Image Position Patient",
                ),
            ],
        ),
    ]
}

pub(super) fn shared_groups(first: &Place) -> Vec<Element> {
    let mut measures = vec![decimals(tags::PIXEL_SPACING, &first.plane.pixel_spacing)];
    let facts = first.image.frames.get(first.frame as usize - 1);
    if let Some(thickness) = facts.and_then(|facts| facts.thickness) {
        measures.push(decimals(tags::SLICE_THICKNESS, &[thickness]));
    }
    vec![
        sequence(tags::PIXEL_MEASURES_SEQUENCE, vec![measures]),
        sequence(
            tags::PLANE_ORIENTATION_SEQUENCE,
            vec![vec![decimals(
                tags::IMAGE_ORIENTATION_PATIENT,
                &first.plane.orientation,
            )]],
        ),
    ]
}

/// Segment counted from 0, order of the place from 1.
pub(super) fn frame_groups(segment: usize, order: u32, place: &Place) -> Vec<Element> {
    // The number of segments was checked to fit into 16 bits.
    let number = segment as u16 + 1;
    let mut source = frame_reference(place.image, place.frame);
    source.extend([
        coded(
            tags::PURPOSE_OF_REFERENCE_CODE_SEQUENCE,
            codes::SOURCE_IMAGE_FOR_PROCESSING,
        ),
        plain(tags::SPATIAL_LOCATIONS_PRESERVED, VR::CS, "YES"),
    ]);
    let derivation = vec![
        sequence(tags::SOURCE_IMAGE_SEQUENCE, vec![source]),
        coded(tags::DERIVATION_CODE_SEQUENCE, codes::SEGMENTATION),
    ];
    vec![
        sequence(tags::DERIVATION_IMAGE_SEQUENCE, vec![derivation]),
        sequence(
            tags::FRAME_CONTENT_SEQUENCE,
            vec![vec![long(
                tags::DIMENSION_INDEX_VALUES,
                &[u32::from(number), order],
            )]],
        ),
        sequence(
            tags::PLANE_POSITION_SEQUENCE,
            vec![vec![decimals(
                tags::IMAGE_POSITION_PATIENT,
                &place.plane.position,
            )]],
        ),
        sequence(
            tags::SEGMENT_IDENTIFICATION_SEQUENCE,
            vec![vec![short(tags::REFERENCED_SEGMENT_NUMBER, number)]],
        ),
    ]
}

/// Eight pixels a byte, the first in the lowest bit; frames follow each other without a gap (PS3.5 section
/// 8.1.1 and annex D).
pub(super) fn packed<'mask>(masks: impl Iterator<Item = &'mask Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (at, bit) in masks.flatten().enumerate() {
        if at % 8 == 0 {
            bytes.push(0);
        }
        if let Some(last) = bytes.last_mut() {
            *last |= bit << (at % 8);
        }
    }
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::packed;

    #[test]
    fn frames_share_bytes() {
        // 11 pixels: bits 0, 2 and 10
        let first = vec![1, 0, 1, 0, 0];
        let second = vec![0, 0, 0, 0, 0, 1];
        assert_eq!(packed([&first, &second].into_iter()), [0b101, 0b100]);
        assert_eq!(packed([&first].into_iter()), [0b101, 0]);
    }
}
