//! Measurements, key images and outlines of a case as DICOM objects for other systems.

use crate::{APP_VERSION, Board, BoardError, ExportedFile, tables::file_error};
use clinical::case::Case;
use imaging::{
    Library,
    objects::{
        Making, ObjectError, Sources, WrittenObject, key_object_selections, measurement_reports,
        segmentations, uid_of_random,
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use store::AuditEntry;

impl Board {
    /// Writes the measurements of a case as structured reports, its key images as key object selections and
    /// its outlines as segmentations into a new folder inside `folder`, or inside `reports` of the data
    /// folder. The images have to be open, as each object repeats whose study it belongs to.
    pub fn export_objects(
        &self,
        case_id: &str,
        folder: Option<&Path>,
    ) -> Result<ExportedFile, BoardError> {
        let (now, author) = (self.now(), self.author()?);
        let case = self.with_store(|store| Ok(store.case(case_id)?))?.case;
        let open = self.open();
        let paths = image_paths(&case, &open.library);
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        let sources = Sources::read(&self.workers, &paths)?;
        let mut new_uid = || uid_of_random(*uuid::Uuid::new_v4().as_bytes());
        let mut making = Making {
            author: &author,
            written_at: now.with_timezone(&crate::summary::local_offset(now)),
            software_version: APP_VERSION,
            new_uid: &mut new_uid,
        };
        let written = objects(&case, &sources, &mut making)?;
        let parent = match folder {
            Some(folder) => folder.to_owned(),
            None => self.reports_folder()?,
        };
        let folder = parent.join(format!("dicom-objects-{}", now.format("%Y%m%d-%H%M%S")));
        self.with_store(|store| {
            std::fs::create_dir_all(&folder).map_err(|error| file_error(&folder, error))?;
            let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
            for object in &written {
                let number = counts.entry(object.modality).or_default();
                *number += 1;
                let name = format!("{}-{number}.dcm", object.modality);
                store.write_file(&folder.join(name), &object.bytes)?;
            }
            let person = self.person()?;
            let mut entry = AuditEntry::new(&person, "dicom_objects_exported");
            entry.case_id = Some(case_id);
            entry.details = written.first().map_or(&[], |object| &object.bytes);
            Ok(store.audit_append(&entry, now)?)
        })?;
        Ok(ExportedFile {
            path: folder.display().to_string(),
        })
    }
}

/// The files of every image that a mark or a key image lies on.
fn image_paths(case: &Case, library: &Library) -> Vec<PathBuf> {
    let parts = case.marks.iter().flat_map(|mark| &mark.parts);
    let marked = parts.map(|part| (part.sop_instance_uid.as_str(), part.frame));
    let keys = case.key_images.iter();
    let keys = keys.map(|image| (image.sop_instance_uid.as_str(), image.frame));
    let path_of = |(uid, frame): (&str, u32)| {
        let (_, stack, index) = library.find_images(uid, frame).next()?;
        Some(stack.images.get(index)?.path.clone())
    };
    marked.chain(keys).filter_map(path_of).collect()
}

/// Reports, selections and segmentations; a kind of which the case has nothing is left out.
fn objects(
    case: &Case,
    sources: &Sources,
    making: &mut Making,
) -> Result<Vec<WrittenObject>, BoardError> {
    let mut written = Vec::new();
    if !case.marks.is_empty() {
        written.extend(measurement_reports(&case.marks, sources, making).map_err(refused)?);
        match segmentations(&case.marks, sources, making) {
            Err(ObjectError::Nothing) => {}
            made => written.extend(made.map_err(refused)?),
        }
    }
    if !case.key_images.is_empty() {
        written.extend(key_object_selections(&case.key_images, sources, making).map_err(refused)?);
    }
    match written.is_empty() {
        true => Err(refused(ObjectError::Nothing)),
        false => Ok(written),
    }
}

fn refused(error: ObjectError) -> BoardError {
    BoardError::new("dicom_objects", error.to_string()).with("detail", error.to_string())
}
