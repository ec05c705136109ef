//! Open images: a folder is read into a library, stacks are shown frame by frame, studies are
//! linked to a case, and key images are kept with their pixels.

use crate::{Board, BoardError, CaseView, KeyImageInput, lock, new_id};
use clinical::case::{Case, KeyImage, LinkedStudy};
use imaging::{
    Continue, FrameCache, ImagingError, Library, ScanProgress, Series, Stack, StackGeometry, Study,
    cache::DEFAULT_LIMIT,
    charset::PersonName,
    library::Window,
    orientation::{self, Edges},
};
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
};
use store::{Change, KeyImagePixels};
use ts_rs::TS;

/// Longest side of a kept key image, in pixels: enough for 300 dots per inch across half a page.
const KEY_IMAGE_SIDE: u32 = 1024;

/// What is open at the moment. Shared, so that frames can be read while another folder opens.
pub(crate) struct OpenImages {
    folder: PathBuf,
    pub(crate) library: Library,
    cache: FrameCache,
}

impl Default for OpenImages {
    fn default() -> OpenImages {
        OpenImages {
            folder: PathBuf::new(),
            library: Library::default(),
            cache: FrameCache::new(DEFAULT_LIMIT),
        }
    }
}

/// What a folder holds.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ImageLibrary {
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
}

impl Board {
    /// Reads a folder. `progress` hears about every batch of files; [`Board::cancel_images`] ends it
    /// and leaves what was open before.
    pub fn open_images(
        &self,
        folder: &Path,
        progress: &mut dyn FnMut(ScanProgress),
    ) -> Result<ImageLibrary, BoardError> {
        self.cancel_scan.store(false, Ordering::Relaxed);
        let library = imaging::scan(folder, &mut |report| {
            progress(report);
            match self.cancel_scan.load(Ordering::Relaxed) {
                true => Continue::No,
                false => Continue::Yes,
            }
        })?;
        let opened = ImageLibrary {
            folder: folder.display().to_string(),
            library,
        };
        *lock(&self.images) = Arc::new(OpenImages {
            folder: folder.to_owned(),
            library: opened.library.clone(),
            ..OpenImages::default()
        });
        Ok(opened)
    }

    /// Ends a running [`Board::open_images`].
    pub fn cancel_images(&self) {
        self.cancel_scan.store(true, Ordering::Relaxed);
    }

    /// Everything needed to draw a stack. Where the file names no window, one from the values of
    /// the middle image.
    pub fn stack_geometry(&self, stack_id: &str) -> Result<StackGeometry, BoardError> {
        let open = self.open();
        let (study, series, stack) = find(&open.library, stack_id)?;
        let mut geometry = imaging::stack_geometry(study, series, stack);
        if geometry.default_window.is_none() {
            geometry.default_window = imaging::auto_window(stack)?;
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
        let study = open
            .library
            .studies
            .iter()
            .find(|study| study.uid == study_uid)
            .ok_or_else(BoardError::unknown_stack)?;
        let confirmed = confirm_mismatch.then(|| self.options.author.clone());
        let link = linked(study, &open.folder, confirmed);
        self.change(case_id, "study_linked", |case| {
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
            author: self.options.author.clone(),
        };
        let (png, shape) = picture(stack, index, &mark)?;
        let shape = serde_json::to_string(&shape).unwrap_or_default();
        self.with_store(|store| {
            let mut current = store.case(case_id)?;
            let id = mark.id.clone();
            current.case.key_images.push(mark);
            let author = self.options.author.as_str();
            let mut change = Change::new(author, "key_image", current.revision);
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

    /// The kept picture of a key image, PNG.
    pub fn key_image_png(&self, case_id: &str, id: &str) -> Result<Vec<u8>, BoardError> {
        let kept = self.with_store(|store| Ok(store.key_image(id)?))?;
        kept.filter(|image| image.case_id == case_id)
            .map(|image| image.pixels)
            .ok_or_else(|| {
                BoardError::new(
                    "unknown_key_image",
                    "The picture of this mark was not kept.",
                )
            })
    }

    fn open(&self) -> Arc<OpenImages> {
        Arc::clone(&lock(&self.images))
    }
}

fn find<'library>(
    library: &'library Library,
    stack_id: &str,
) -> Result<(&'library Study, &'library Series, &'library Stack), BoardError> {
    library
        .stacks()
        .find(|(_, _, stack)| stack.id == stack_id)
        .ok_or_else(BoardError::unknown_stack)
}

fn linked(study: &Study, folder: &Path, mismatch_confirmed_by: Option<String>) -> LinkedStudy {
    LinkedStudy {
        study_instance_uid: study.uid.clone(),
        folder: folder.display().to_string(),
        description: study.description.clone(),
        study_date: study.date,
        patient_id: study.patient.patient_id.clone(),
        patient_name: latin_or_display(&study.patient.name),
        patient_birth_date: study.patient.birth_date,
        mismatch_confirmed_by,
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

/// A key image drawn by `imaging`, with what is needed to print it true to shape.
pub(crate) fn picture(
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
    let drawn = imaging::render_image(stack, index, Some(&window), [side, side])?;
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
        },
    ))
}

/// Draws the key images of a case anew from the files of a folder.
pub(crate) fn pictures_from(
    case: &Case,
    library: &Library,
) -> Vec<Option<(Vec<u8>, KeyImageShape)>> {
    case.key_images
        .iter()
        .map(|mark| {
            let (stack, index) = library.find_image(&mark.sop_instance_uid, mark.frame)?;
            picture(stack, index, mark).ok()
        })
        .collect()
}

/// A folder's content for the command line, with the hashes of decoded pixels where asked for.
#[derive(Debug, Clone, Serialize)]
pub struct ImagesReport {
    pub folder: String,
    pub files: u64,
    pub studies: Vec<StudyReport>,
    pub rejected: Vec<imaging::library::RejectedFile>,
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

/// Reads a folder without opening a board.
pub fn images_report(folder: &Path, with_hashes: bool) -> Result<ImagesReport, BoardError> {
    let library = imaging::scan(folder, &mut |_| Continue::Yes)?;
    let hashes = if with_hashes {
        hashes(&library)
    } else {
        Vec::new()
    };
    let studies = library.studies.iter().map(|study| StudyReport {
        volumes: volumes(study),
        study: study.clone(),
    });
    Ok(ImagesReport {
        folder: folder.display().to_string(),
        files: library.files,
        studies: studies.collect(),
        rejected: library.rejected.clone(),
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

fn hashes(library: &Library) -> Vec<FileHash> {
    let mut paths: Vec<&PathBuf> = library
        .stacks()
        .flat_map(|(_, _, stack)| stack.images.iter().map(|image| &image.path))
        .collect();
    paths.sort();
    paths.dedup();
    let hash = |path: &&PathBuf| match imaging::pixel_hash(path) {
        Ok(sha256) => FileHash {
            path: (*path).clone(),
            sha256: Some(sha256),
            refused: None,
        },
        Err(error) => FileHash {
            path: (*path).clone(),
            sha256: None,
            refused: Some(error.to_string()),
        },
    };
    paths.iter().map(hash).collect()
}
