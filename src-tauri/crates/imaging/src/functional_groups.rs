//! Functional groups of enhanced multi-frame objects (PS3.3 section C.7.6.16): what stands in the
//! item of a frame goes before what all frames share, and that before the data set itself.

use crate::{
    charset::Charsets,
    header::{FrameFacts, frame_facts},
    values::{numbers, plain},
};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

pub(crate) struct FunctionalGroups<'object> {
    shared: Option<&'object InMemDicomObject>,
    per_frame: &'object [InMemDicomObject],
}

impl<'object> FunctionalGroups<'object> {
    /// None for an object that has no functional groups.
    pub(crate) fn of(object: &'object InMemDicomObject) -> Option<FunctionalGroups<'object>> {
        let items = |tag| object.get(tag).and_then(|element| element.items());
        let shared = items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
        let per_frame = items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
        if shared.is_none() && per_frame.is_none() {
            return None;
        }
        Some(FunctionalGroups {
            shared: shared.and_then(|items| items.first()),
            per_frame: per_frame.unwrap_or_default(),
        })
    }

    /// The facts of a frame, counted from 0.
    pub(crate) fn frame(
        &self,
        frame: usize,
        of_file: &FrameFacts,
        charsets: &Charsets,
    ) -> FrameFacts {
        let read = |tag| {
            self.group(frame, tag)
                .map(|item| frame_facts(item, charsets))
                .unwrap_or_default()
        };
        let measures = read(tags::PIXEL_MEASURES_SEQUENCE);
        let mut windows = read(tags::FRAME_VOILUT_SEQUENCE).windows;
        if windows.is_empty() {
            windows = of_file.windows.clone();
        }
        FrameFacts {
            position: read(tags::PLANE_POSITION_SEQUENCE).position,
            orientation: read(tags::PLANE_ORIENTATION_SEQUENCE)
                .orientation
                .or(of_file.orientation),
            spacing: measures.spacing.or(of_file.spacing),
            thickness: measures.thickness.or(of_file.thickness),
            rescale: read(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)
                .rescale
                .or(of_file.rescale),
            windows,
            pass: self.pass(frame),
        }
    }

    /// What parts repeated passes: frame type, time, echo, segment.
    fn pass(&self, frame: usize) -> String {
        let text = |group, tag| self.group(frame, group).map(|item| plain(item, tag));
        let number = |group, tag| {
            self.group(frame, group)
                .and_then(|item| numbers(item, tag).first().map(f64::to_string))
        };
        [
            text(tags::MR_IMAGE_FRAME_TYPE_SEQUENCE, tags::FRAME_TYPE),
            text(tags::CT_IMAGE_FRAME_TYPE_SEQUENCE, tags::FRAME_TYPE),
            number(tags::FRAME_CONTENT_SEQUENCE, tags::TEMPORAL_POSITION_INDEX),
            number(tags::MR_ECHO_SEQUENCE, tags::EFFECTIVE_ECHO_TIME),
            number(
                tags::SEGMENT_IDENTIFICATION_SEQUENCE,
                tags::REFERENCED_SEGMENT_NUMBER,
            ),
        ]
        .map(Option::unwrap_or_default)
        .join("|")
    }

    fn group(&self, frame: usize, tag: Tag) -> Option<&'object InMemDicomObject> {
        let within = |groups: &'object InMemDicomObject| {
            groups
                .get(tag)
                .and_then(|element| element.items())
                .and_then(|items| items.first())
        };
        self.per_frame
            .get(frame)
            .and_then(within)
            .or_else(|| self.shared.and_then(within))
    }
}
