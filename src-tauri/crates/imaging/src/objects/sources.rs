//! The images that an object refers to, by their own headers.

use super::ObjectError;
use crate::{
    header::ImageHeader,
    library::PatientFacts,
    problem::{ImagingError, Refusal},
    scan::Continue,
    worker::{FileAnswer, FileQuestion, Workers},
};
use std::path::Path;

/// The headers of the images that marks and key images lie on.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    images: Vec<ImageHeader>,
}

impl Sources {
    /// Reads the headers of image files ([`crate::ImageRef::path`]); a path may come several times. A file
    /// that cannot be read is an error.
    pub fn read(workers: &Workers, paths: &[&Path]) -> Result<Sources, ImagingError> {
        let mut paths = paths.to_vec();
        paths.sort_unstable();
        paths.dedup();
        let questions: Vec<_> = paths
            .iter()
            .map(|path| FileQuestion::Header(path))
            .collect();
        let mut answers: Vec<Option<Result<ImageHeader, Refusal>>> =
            paths.iter().map(|_| None).collect();
        workers.ask(&questions, &mut |news| {
            for (at, outcome) in news {
                answers[at] = match outcome {
                    Ok(FileAnswer::Header(header)) => Some(Ok(*header)),
                    Ok(_) => None,
                    Err(refusal) => Some(Err(refusal)),
                };
            }
            Continue::Yes
        })?;
        let mut images = Vec::with_capacity(answers.len());
        for answer in answers {
            images.push(answer.ok_or(ImagingError::Cancelled)??);
        }
        Ok(Sources { images })
    }

    /// The header of a frame's image, counted from 1; none where it is not there.
    pub(super) fn find(&self, sop_instance_uid: &str, frame: u32) -> Option<&ImageHeader> {
        self.images.iter().find(|header| {
            header.sop_instance_uid == sop_instance_uid
                && (1..=header.shape.frames).contains(&frame)
        })
    }

    /// Frames by SOP Instance UID and number, all of one patient and known to other systems.
    pub(super) fn all<'sources, 'frame>(
        &'sources self,
        frames: impl Iterator<Item = (&'frame str, u32)>,
    ) -> Result<Vec<&'sources ImageHeader>, ObjectError> {
        let mut found = Vec::new();
        let mut missing = 0;
        for (sop_instance_uid, frame) in frames {
            match self.find(sop_instance_uid, frame) {
                Some(header) => found.push(header),
                None => missing += 1,
            }
        }
        if missing > 0 {
            return Err(ObjectError::ImagesMissing { count: missing });
        }
        let first = found.first().ok_or(ObjectError::Nothing)?;
        if !found.iter().all(|header| has_identifiers(header)) {
            return Err(ObjectError::NoIdentifiers);
        }
        let patient = &first.patient;
        if !found.iter().all(|header| is_same(&header.patient, patient)) {
            return Err(ObjectError::SeveralPatients);
        }
        Ok(found)
    }
}

fn is_same(one: &PatientFacts, other: &PatientFacts) -> bool {
    one.patient_id == other.patient_id
        && one.name == other.name
        && one.birth_date == other.birth_date
}

fn has_identifiers(header: &ImageHeader) -> bool {
    let is_uid = |text: &str| {
        (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|letter| letter.is_ascii_digit() || letter == b'.')
    };
    !header.derived_identifiers
        && is_uid(&header.entry.sop_class_uid)
        && is_uid(&header.sop_instance_uid)
        && is_uid(&header.series_uid)
        && is_uid(&header.study_uid)
}
