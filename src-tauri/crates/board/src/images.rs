//! Open images: folders, archives and discs are read into a library, stacks are shown frame by frame,
//! studies are linked to a case, and key images are kept with their pixels.

use crate::{Board, BoardError, CaseView, KeyImageInput, lock, new_id};
use clinical::{
    case::{Case, KeyImage, LinkedStudy},
    marks::lettered,
};
use imaging::{
    Continue, FrameCache, ImagePlane, ImagingError, Library, ScanProgress, Series, Stack,
    StackGeometry, Study, Workers,
    cache::DEFAULT_LIMIT,
    charset::PersonName,
    library::Window,
    orientation::{self, Edges},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use store::{Change, KeyImagePixels};
use ts_rs::TS;

/// Longest side of a kept key image, in pixels: enough for 300 dots per inch across half a page.
const KEY_IMAGE_SIDE: u32 = 1024;

/// What is open at the moment. Shared, so that frames can be read while another folder opens.
pub(crate) struct OpenImages {
    pub(crate) library: Library,
    pub(crate) cache: FrameCache,
}

impl OpenImages {
    pub(crate) fn nothing(workers: &Arc<Workers>) -> OpenImages {
        OpenImages::new(Library::default(), workers)
    }

    pub(crate) fn new(library: Library, workers: &Arc<Workers>) -> OpenImages {
        OpenImages {
            library,
            cache: FrameCache::new(Arc::clone(workers), DEFAULT_LIMIT),
        }
    }
}

/// What was opened, and what is in it.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ImageLibrary {
    /// The sources as one name to show.
    pub folder: String,
    #[serde(flatten)]
    pub library: Library,
}

/// How a kept key image is to be printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeyImageShape {
    /// Between rows and between columns of the kept picture, mm.
    pub(crate) pixel_spacing: Option<[f64; 2]>,
    /// Letters at the left, right, top and bottom.
    pub(crate) edges: Option<[String; 4]>,
    /// Where the image lies, so that marks can be drawn on it; none where it does not say.
    #[serde(default)]
    pub(crate) plane: Option<ImagePlane>,
}

impl Board {
    /// Reads folders, ZIP archives, discs and files as one library. `progress` hears about every
    /// batch of files; [`Board::cancel_images`] or a later opening ends it and leaves what was open
    /// before.
    pub fn open_images(
        &self,
        paths: &[PathBuf],
        progress: &mut dyn FnMut(ScanProgress),
    ) -> Result<ImageLibrary, BoardError> {
        if paths.is_empty() {
            return Err(BoardError::new(
                "nothing_to_open",
                "No folder or file was named. Choose a folder, a ZIP file or a disc with images.",
            ));
        }
        let cancelled = Arc::new(AtomicBool::new(false));
        self.replace_scan(Arc::clone(&cancelled));
        let library = imaging::scan_all(paths, &self.workers, &mut |report| {
            progress(report);
            match cancelled.load(Ordering::Relaxed) {
                true => Continue::No,
                false => Continue::Yes,
            }
        })?;
        let opened = ImageLibrary {
            folder: joined(&library.sources),
            library,
        };
        let open = OpenImages::new(opened.library.clone(), &self.workers);
        let mut images = lock(&self.images);
        // A later opening may have begun meanwhile; the one that was asked for last counts.
        if cancelled.load(Ordering::Relaxed) {
            return Err(ImagingError::Cancelled.into());
        }
        *images = Arc::new(open);
        Ok(opened)
    }

    /// Ends a running [`Board::open_images`].
    pub fn cancel_images(&self) {
        self.replace_scan(Arc::default());
    }

    fn replace_scan(&self, next: Arc<AtomicBool>) {
        let previous = std::mem::replace(&mut *lock(&self.scan), next);
        previous.store(true, Ordering::Relaxed);
    }

    /// Everything needed to draw a stack. Where the file names no window, one from the values of
    /// the middle image.
    pub fn stack_geometry(&self, stack_id: &str) -> Result<StackGeometry, BoardError> {
        let open = self.open();
        let (study, series, stack) = find(&open.library, stack_id)?;
        let mut geometry = imaging::stack_geometry(study, series, stack);
        if geometry.default_window.is_none() {
            geometry.default_window = imaging::auto_window(&open.cache, stack)?;
        }
        Ok(geometry)
    }

    /// Frames as raw little-endian values in the geometry's data type.
    pub fn read_frames(
        &self,
        stack_id: &str,
        first: u32,
        count: u32,
    ) -> Result<Vec<u8>, BoardError> {
        let open = self.open();
        let (_, _, stack) = find(&open.library, stack_id)?;
        Ok(open
            .cache
            .frames_for_display(stack, first as usize, count as usize)?)
    }

    /// Links an open study to the case. A patient who differs becomes a finding;
    /// `confirm_mismatch` records that the person at the keyboard takes responsibility.
    pub fn link_study(
        &self,
        case_id: &str,
        study_uid: &str,
        confirm_mismatch: bool,
    ) -> Result<CaseView, BoardError> {
        let open = self.open();
        let author = self.author()?;
        let confirmed = confirm_mismatch.then_some(author);
        self.change(case_id, "study_linked", |case| {
            let study = study_for(case, &open.library, study_uid)?;
            let source = open.library.source_of(study);
            let link = linked(
                study,
                source.map_or("".as_ref(), PathBuf::as_path),
                confirmed,
            );
            case.studies
                .retain(|known| known.study_instance_uid != study_uid);
            case.studies.push(link);
            Ok(())
        })
    }

    /// Takes the link away; the files and the key images stay.
    pub fn unlink_study(&self, case_id: &str, study_uid: &str) -> Result<CaseView, BoardError> {
        self.change(case_id, "study_unlinked", |case| {
            case.studies
                .retain(|known| known.study_instance_uid != study_uid);
            Ok(())
        })
    }

    /// Marks a frame as shown. Its picture is kept in the database, so that the report can be
    /// printed when the disc is gone.
    pub fn mark_key_image(
        &self,
        case_id: &str,
        input: KeyImageInput,
    ) -> Result<CaseView, BoardError> {
        let open = self.open();
        let (study, series, stack) = find(&open.library, &input.stack_id)?;
        let index = input.image_index as usize;
        let image = stack.images.get(index).ok_or(ImagingError::NoSuchImage {
            index,
            count: stack.images.len(),
        })?;
        let mark = KeyImage {
            id: new_id(),
            series_instance_uid: series.uid.clone(),
            sop_instance_uid: image.sop_instance_uid.clone(),
            frame: image.frame,
            window_center: input.window_center,
            window_width: input.window_width,
            level: input.level,
            note: input.note,
            caption: caption(study, series),
            marked_at: self.now(),
            author: self.author()?,
        };
        let (png, shape) = picture(&open.cache, stack, index, &mark)?;
        let shape = serde_json::to_string(&shape).unwrap_or_default();
        self.with_store(|store| {
            let mut current = store.case(case_id)?;
            let id = mark.id.clone();
            current.case.key_images.push(mark);
            let person = self.person()?;
            let mut change = Change::new(&person, "key_image", current.revision);
            change.key_image = Some(KeyImagePixels {
                id: &id,
                geometry: &shape,
                pixels: &png,
            });
            self.save(store, &current.case, &change)
        })
    }

    /// Takes the mark away; the picture stays with the earlier revisions.
    pub fn remove_key_image(&self, case_id: &str, id: &str) -> Result<CaseView, BoardError> {
        self.change(case_id, "key_image_removed", |case| {
            case.key_images.retain(|known| known.id != id);
            Ok(())
        })
    }

    /// The kept picture of a key image with the measurements on it as they are now, PNG.
    pub fn key_image_png(&self, case_id: &str, id: &str) -> Result<Vec<u8>, BoardError> {
        let kept = self.with_store(|store| Ok(store.key_image(id)?))?;
        let kept = kept
            .filter(|image| image.case_id == case_id)
            .ok_or_else(|| {
                BoardError::new(
                    "unknown_key_image",
                    "The picture of this mark was not kept.",
                )
            })?;
        let case = self.with_store(|store| Ok(store.case(case_id)?.case))?;
        let shape: Option<KeyImageShape> = serde_json::from_str(&kept.geometry).ok();
        let plane = shape.and_then(|shape| shape.plane);
        let Some(key_image) = case.key_images.iter().find(|known| known.id == id) else {
            return Ok(kept.pixels);
        };
        let (image, frame) = (&key_image.sop_instance_uid, key_image.frame);
        if lettered(&case.marks, image, frame).is_empty() {
            return Ok(kept.pixels);
        }
        let picture = imaging::from_png(&kept.pixels)?;
        let drawn = imaging::draw_marks(picture, plane.as_ref(), image, frame, &case.marks);
        Ok(imaging::png(&drawn)?)
    }

    pub(crate) fn open(&self) -> Arc<OpenImages> {
        Arc::clone(&lock(&self.images))
    }
}

pub(crate) fn find<'library>(
    library: &'library Library,
    stack_id: &str,
) -> Result<(&'library Study, &'library Series, &'library Stack), BoardError> {
    library
        .stacks()
        .find(|(_, _, stack)| stack.id == stack_id)
        .ok_or_else(BoardError::unknown_stack)
}

/// The open study with a UID. Where it stands under several patients, one of a patient who is not the
/// case's: which of them is looked at is not known here, so that the alert must come.
fn study_for<'library>(
    case: &Case,
    library: &'library Library,
    study_uid: &str,
) -> Result<&'library Study, BoardError> {
    let mut named = library
        .studies
        .iter()
        .filter(|study| study.uid == study_uid);
    let first = named.next().ok_or_else(BoardError::unknown_stack)?;
    let is_own = |study: &Study| is_patient_of(case, study);
    Ok(std::iter::once(first)
        .chain(named)
        .find(|study| !is_own(study))
        .unwrap_or(first))
}

fn is_patient_of(case: &Case, study: &Study) -> bool {
    study.patient.patient_id.trim() == case.identity.patient_id.trim()
}

/// Several sources as one name; of many only the first are named.
fn joined(sources: &[PathBuf]) -> String {
    const NAMED: usize = 3;
    let more = (sources.len() > NAMED).then(|| "…".to_owned());
    sources
        .iter()
        .take(NAMED)
        .map(|source| source.display().to_string())
        .chain(more)
        .collect::<Vec<_>>()
        .join(" + ")
}

fn linked(study: &Study, source: &Path, mismatch_confirmed_by: Option<String>) -> LinkedStudy {
    let modalities = study.series.iter().map(|series| series.modality.clone());
    let modalities: BTreeSet<String> = modalities.filter(|code| !code.is_empty()).collect();
    LinkedStudy {
        study_instance_uid: study.uid.clone(),
        folder: source.display().to_string(),
        description: study.description.clone(),
        study_date: study.date,
        patient_id: study.patient.patient_id.clone(),
        patient_name: latin_or_display(&study.patient.name),
        patient_birth_date: study.patient.birth_date,
        mismatch_confirmed_by,
        modalities: modalities.into_iter().collect(),
    }
}

/// Names are compared in Latin letters where the file has them.
fn latin_or_display(name: &PersonName) -> String {
    name.alphabetic.clone().unwrap_or_else(|| name.display())
}

/// Modality, description and date; never the patient.
pub(crate) fn caption(study: &Study, series: &Series) -> String {
    let date = series.date.or(study.date).map(|date| date.to_string());
    [
        Some(series.modality.clone()),
        Some(series.description.clone()),
        date,
    ]
    .into_iter()
    .flatten()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join(" · ")
}

/// A key image drawn by `imaging`, with what is needed to print it true to shape and to draw marks on it.
pub(crate) fn picture(
    frames: &FrameCache,
    stack: &Stack,
    index: usize,
    mark: &KeyImage,
) -> Result<(Vec<u8>, KeyImageShape), BoardError> {
    let window = Window {
        center: mark.window_center,
        width: mark.window_width,
        name: String::new(),
    };
    let side = KEY_IMAGE_SIDE;
    let drawn = imaging::render_image(frames, stack, index, Some(&window), [side, side])?;
    let pixel_spacing = stack.pixel_spacing.map(|[between_rows, between_columns]| {
        [
            between_rows * f64::from(stack.rows) / f64::from(drawn.height().max(1)),
            between_columns * f64::from(stack.columns) / f64::from(drawn.width().max(1)),
        ]
    });
    let edges = stack.orientation.map(|cosines| {
        let Edges {
            left,
            right,
            top,
            bottom,
        } = orientation::edges(cosines);
        [left, right, top, bottom]
    });
    Ok((
        imaging::png(&drawn)?,
        KeyImageShape {
            pixel_spacing,
            edges,
            plane: ImagePlane::of(stack, index),
        },
    ))
}

/// Draws the key images of a case anew from the files of a folder.
pub(crate) fn pictures_from(
    case: &Case,
    library: &Library,
    workers: &Arc<Workers>,
) -> Vec<Option<(Vec<u8>, KeyImageShape)>> {
    let frames = FrameCache::new(Arc::clone(workers), DEFAULT_LIMIT);
    case.key_images
        .iter()
        .map(|mark| {
            let mut found: Vec<_> = library
                .find_images(&mark.sop_instance_uid, mark.frame)
                .collect();
            if found.len() > 1 {
                // The same image under several patients: only that of the case's own is its image.
                found.retain(|(study, ..)| is_patient_of(case, study));
            }
            let (_, stack, index) = *found.first()?;
            picture(&frames, stack, index, mark).ok()
        })
        .collect()
}

/// What was opened for the command line, with the hashes of decoded pixels where asked for.
#[derive(Debug, Clone, Serialize)]
pub struct ImagesReport {
    pub folder: String,
    pub sources: Vec<PathBuf>,
    pub files: u64,
    pub studies: Vec<StudyReport>,
    pub rejected: Vec<imaging::library::RejectedFile>,
    pub questions: Vec<imaging::LibraryQuestion>,
    pub missing: Vec<imaging::MissingFile>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hashes: Vec<FileHash>,
}

#[derive(Debug, Clone, Serialize)]
pub struct StudyReport {
    #[serde(flatten)]
    pub study: Study,
    /// Geometry of every stack of the study that is a volume.
    pub volumes: Vec<StackGeometry>,
}

/// The decoded stored values of a file, or why they cannot be had.
#[derive(Debug, Clone, Serialize)]
pub struct FileHash {
    pub path: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// Reads folders, archives, discs and files without opening a board.
pub fn images_report(
    paths: &[PathBuf],
    with_hashes: bool,
    workers: &Workers,
) -> Result<ImagesReport, BoardError> {
    let library = imaging::scan_all(paths, workers, &mut |_| Continue::Yes)?;
    let hashes = if with_hashes {
        hashes(&library, workers)
    } else {
        Vec::new()
    };
    let studies = library.studies.iter().map(|study| StudyReport {
        volumes: volumes(study),
        study: study.clone(),
    });
    Ok(ImagesReport {
        folder: joined(&library.sources),
        files: library.files,
        studies: studies.collect(),
        sources: library.sources.clone(),
        rejected: library.rejected.clone(),
        questions: library.questions.clone(),
        missing: library.missing.clone(),
        hashes,
    })
}

fn volumes(study: &Study) -> Vec<StackGeometry> {
    let stacks = study.series.iter().flat_map(|series| {
        series
            .stacks
            .iter()
            .filter(|stack| stack.is_volume)
            .map(move |stack| (series, stack))
    });
    stacks
        .map(|(series, stack)| imaging::stack_geometry(study, series, stack))
        .collect()
}

fn hashes(library: &Library, workers: &Workers) -> Vec<FileHash> {
    let mut paths: Vec<&PathBuf> = library
        .stacks()
        .flat_map(|(_, _, stack)| stack.images.iter().map(|image| &image.path))
        .collect();
    paths.sort();
    paths.dedup();
    let hash = |(path, hashed): (&PathBuf, Result<String, ImagingError>)| match hashed {
        Ok(sha256) => FileHash {
            path: path.clone(),
            sha256: Some(sha256),
            refused: None,
        },
        Err(error) => FileHash {
            path: path.clone(),
            sha256: None,
            refused: Some(error.to_string()),
        },
    };
    let hashed = workers.pixel_hashes(&paths);
    paths.into_iter().zip(hashed).map(hash).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use imaging::library::PatientFacts;

    fn study(uid: &str, patient_id: &str) -> Study {
        Study {
            uid: uid.to_owned(),
            description: String::new(),
            date: None,
            patient: PatientFacts {
                patient_id: patient_id.to_owned(),
                ..PatientFacts::default()
            },
            series: Vec::new(),
        }
    }

    fn case_of(patient_id: &str) -> Case {
        let mut case = crate::demo::demo_case(chrono::Utc::now());
        case.identity.patient_id = patient_id.to_owned();
        case
    }

    #[test]
    fn a_picture_that_was_kept_without_its_plane_is_still_read() {
        let kept = r#"{"pixel_spacing":[0.5,0.5],"edges":["R","L","A","P"]}"#;
        let shape: KeyImageShape = serde_json::from_str(kept).unwrap();
        assert_eq!((shape.pixel_spacing, shape.plane), (Some([0.5, 0.5]), None));
    }

    /// Which patient's stack is looked at is not known when a study is linked by its UID.
    #[test]
    fn a_study_under_several_patients_is_never_linked_as_the_cases_own() {
        let library = Library {
            studies: vec![study("1", "A1"), study("1", "B2"), study("2", "A1")],
            ..Library::default()
        };
        for (patient, uid, expected) in [("A1", "1", "B2"), ("B2", "1", "A1"), ("A1", "2", "A1")] {
            let chosen = study_for(&case_of(patient), &library, uid).unwrap();
            assert_eq!(chosen.patient.patient_id, expected, "{patient} {uid}");
        }
        assert!(study_for(&case_of("A1"), &library, "3").is_err());
    }
}
