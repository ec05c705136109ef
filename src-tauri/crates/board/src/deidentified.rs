//! Export without identity: images by the DICOM profile, the case file, and the report, under one set
//! of pseudonyms and one shift of dates.
//!
//! Everything is written into a folder inside the target, searched for every identifying value of the
//! input, and only then moved to its place. When something is found, or fails, nothing stays behind.

mod names;
mod search;
mod target;

use crate::{
    Board, BoardError, assess,
    cases::judged_on,
    lock,
    summary::{self, Pictures},
};
use chrono::{DateTime, Days, Utc};
use clinical::{case::Case, language::Language};
use exchange::case_file;
use imaging::{
    Continue, ImagingError, Library, Workers,
    deidentify::{self, Identifying, Keys},
    library::RejectedFile,
};
use inference::PackSet;
use names::{Names, collect, without_identity};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};
use store::AuditEntry;
use target::{Numbers, Target, unwritable};
use ts_rs::TS;

/// Paths of images with suspected writing that are named at once.
const PATHS_SHOWN: usize = 20;

/// What to export and where.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct DeidentifiedInput {
    /// A new or empty folder.
    pub folder: String,
    pub images: bool,
    pub case_file: bool,
    pub pdf: bool,
    /// A person looked at the pictures: no name is written in them.
    pub confirm_burned_in: bool,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DeidentifiedView {
    pub folder: String,
    /// Written files, relative to the folder.
    pub files: Vec<String>,
    pub images: u32,
    pub warnings: Vec<DeidentifiedWarning>,
    /// Different identifying values that were looked for in every file.
    #[ts(type = "number")]
    pub searched_values: u64,
    pub searched_files: u32,
    /// Attributes with values that are too short or too common to be looked for.
    #[ts(as = "Option<Vec<String>>", optional)]
    pub not_searched: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DeidentifiedWarning {
    pub code: DeidentifiedWarningCode,
    /// The written file, or the one that was left out.
    pub path: String,
    /// Why: a code of the words `deidentified_sign` or `image_rejection`.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeidentifiedWarningCode {
    /// The picture itself may hold writing; a person confirmed that it does not name anybody.
    BurnedInPossible,
    /// The file could not be de-identified and is not part of the export.
    LeftOut,
}

/// Everything an export is made from.
struct Export<'a> {
    folder: &'a Path,
    images: Vec<PathBuf>,
    rejected: &'a [RejectedFile],
    case: Option<&'a Case>,
    case_file: bool,
    /// The kept pictures of the case's key images, where a report is wanted.
    pdf: Option<Pictures>,
    confirm_burned_in: bool,
    packs: Option<&'a PackSet>,
    language: Language,
    now: DateTime<Utc>,
}

/// An export that was searched, and waits to be moved to its place.
struct Exported {
    target: Target,
    view: DeidentifiedView,
    case_file: Vec<u8>,
    pdf: Vec<u8>,
}

impl Board {
    /// Exports a case with its open images without identity. Of the open images, those of the
    /// studies that are linked to the case are taken.
    ///
    /// Codes: `no_open_images`, `folder_not_empty`, `burned_in_not_confirmed` with `count` and some
    /// `paths`, `identity_found` with `count`, `export_unwritable`.
    pub fn export_deidentified(
        &self,
        case_id: &str,
        input: &DeidentifiedInput,
    ) -> Result<DeidentifiedView, BoardError> {
        let person = self.person()?;
        let (stored, pictures) = {
            let stored = self.with_store(|store| Ok(store.case(case_id)?))?;
            let pictures = self.kept_pictures(&stored.case)?;
            (stored, pictures)
        };
        let open = std::sync::Arc::clone(&lock(&self.images));
        let images = if input.images {
            images_of(&stored.case, &open.library)
        } else {
            Vec::new()
        };
        if input.images && images.is_empty() {
            return Err(BoardError::new(
                "no_open_images",
                "No image of a study that is linked to this case is open. Open the folder of the study first.",
            ));
        }
        let now = self.now();
        let exported = export(&Export {
            folder: Path::new(&input.folder),
            images,
            rejected: &[],
            case: Some(&stored.case),
            case_file: input.case_file,
            pdf: input.pdf.then_some(pictures),
            confirm_burned_in: input.confirm_burned_in,
            packs: Some(&self.answering().packs),
            language: self.language(),
            now,
        })?;
        self.with_store(|store| {
            let mut record = |action, details: &[u8]| {
                let mut entry = AuditEntry::new(&person, action);
                entry.case_id = Some(case_id);
                entry.revision = Some(stored.revision);
                entry.details = details;
                store.audit_append(&entry, now)
            };
            if exported.view.images > 0 {
                record("images_exported", exported.view.files.join("\n").as_bytes())?;
            }
            if input.case_file {
                record("case_exported", &exported.case_file)?;
            }
            if input.pdf {
                record("report_exported", &exported.pdf)?;
            }
            Ok(())
        })?;
        // Logged before it is there: an export without its row cannot be.
        exported.target.finish()?;
        Ok(exported.view)
    }
}

/// Exports folders of images, and a case file, without a board.
pub fn write_deidentified(
    paths: &[PathBuf],
    case: Option<&Case>,
    folder: &Path,
    confirm_burned_in: bool,
    workers: &Workers,
    now: DateTime<Utc>,
) -> Result<DeidentifiedView, BoardError> {
    let library = imaging::scan_all(paths, workers, &mut |_| Continue::Yes)?;
    let images = files(&library, |_| true);
    let rejected = library.rejected;
    let exported = export(&Export {
        folder,
        images: images.into_iter().collect(),
        rejected: &rejected,
        case,
        case_file: case.is_some(),
        pdf: None,
        confirm_burned_in,
        packs: None,
        language: Language::default(),
        now,
    })?;
    exported.target.finish()?;
    Ok(exported.view)
}

fn images_of(case: &Case, library: &Library) -> Vec<PathBuf> {
    let linked: BTreeSet<&str> = case
        .studies
        .iter()
        .map(|study| study.study_instance_uid.as_str())
        .collect();
    files(library, |study| linked.contains(study))
        .into_iter()
        .collect()
}

fn files(library: &Library, of_study: impl Fn(&str) -> bool) -> BTreeSet<PathBuf> {
    library
        .stacks()
        .filter(|(study, _, _)| of_study(&study.uid))
        .flat_map(|(_, _, stack)| stack.images.iter().map(|image| image.path.clone()))
        .collect()
}

fn export(export: &Export) -> Result<Exported, BoardError> {
    let mut identifying = Identifying::default();
    if let Some(case) = export.case {
        collect(case, &mut identifying);
    }
    let mut warnings: Vec<DeidentifiedWarning> = export
        .rejected
        .iter()
        .map(|file| left_out(&file.path, code_of(file.reason)))
        .collect();
    let mut surveyed = Vec::new();
    for path in &export.images {
        match deidentify::survey(path, &mut identifying) {
            Ok(facts) => surveyed.push((path, facts)),
            Err(error) => warnings.push(left_out(path, reason_of(&error))),
        }
    }
    let shown_first: Vec<String> = surveyed
        .iter()
        .filter(|(_, facts)| !facts.burned_in.is_empty())
        .map(|(path, _)| path.display().to_string())
        .collect();
    let suspicious = shown_first.len() + suspicious_marks(export);
    if suspicious > 0 && !export.confirm_burned_in {
        return Err(BoardError::new(
            "burned_in_not_confirmed",
            format!(
                "{suspicious} images may have writing in the picture. Look at them; if no name is in them, confirm it and export again."
            ),
        )
        .with("count", suspicious)
        .with("paths", shown_first[..shown_first.len().min(PATHS_SHOWN)].join("\n")));
    }

    let target = Target::new(export.folder)?;
    // 244 random bits: of each UUID, 122 come from the operating system.
    let mut key = [0; 32];
    key[..16].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    key[16..].copy_from_slice(uuid::Uuid::new_v4().as_bytes());
    let keys = Keys::new(key);
    let names = Names::new(export.case, &surveyed, &keys, &identifying);

    let mut files: Vec<PathBuf> = Vec::new();
    let mut images = 0;
    let mut numbers = Numbers::default();
    for (path, facts) in &surveyed {
        let pseudonym = names.of(&facts.patient);
        let place = numbers.place(&pseudonym.name, facts);
        let to = target.part.join(&place);
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).map_err(|error| unwritable(&error))?;
        }
        match deidentify::copy(path, &to, &keys, pseudonym, &identifying) {
            Ok(()) => images += 1,
            Err(ImagingError::Write { kind, .. }) => return Err(unwritable(&kind.into())),
            Err(error) => {
                // What was begun is no file.
                let _ = std::fs::remove_file(&to);
                warnings.push(left_out(path, reason_of(&error)));
                continue;
            }
        }
        for sign in &facts.burned_in {
            warnings.push(DeidentifiedWarning {
                code: DeidentifiedWarningCode::BurnedInPossible,
                path: shown(&place),
                detail: words_code(sign),
            });
        }
        files.push(place);
    }

    let mut texts = (Vec::new(), Vec::new());
    if let Some(case) = export.case {
        let clean = without_identity(case, &keys, &names, &identifying);
        if export.case_file {
            texts.0 = case_file::to_json(&clean)?.into_bytes();
            target.write("case.json", &texts.0)?;
            files.push("case.json".into());
        }
        if let (Some(pictures), Some(packs)) = (&export.pdf, export.packs) {
            texts.1 = report(
                &clean,
                pictures,
                packs,
                export.language,
                names.days,
                export.now,
            )?;
            target.write("board-summary.pdf", &texts.1)?;
            files.push("board-summary.pdf".into());
        }
    }

    let found = search::files_with_identity(&target.part, &files, &identifying, export.packs)?;
    if found.files > 0 {
        return Err(BoardError::new(
            "identity_found",
            format!(
                "In {} of the written files something that identifies the patient was found. All of them were removed again; nothing was exported.",
                found.files
            ),
        )
        .with("count", found.files));
    }
    let mut not_searched: BTreeSet<String> =
        identifying.not_searched().map(str::to_owned).collect();
    not_searched.extend(found.not_searched);
    Ok(Exported {
        target,
        view: DeidentifiedView {
            folder: export.folder.display().to_string(),
            searched_files: u32::try_from(files.len()).unwrap_or(u32::MAX),
            files: files.iter().map(|file| shown(file)).collect(),
            images,
            warnings,
            searched_values: identifying.count() as u64,
            not_searched: not_searched.into_iter().collect(),
        },
        case_file: texts.0,
        pdf: texts.1,
    })
}

/// Key images of a kind that often carries writing, for a report that would print them.
fn suspicious_marks(export: &Export) -> usize {
    let (Some(case), Some(_)) = (export.case, &export.pdf) else {
        return 0;
    };
    case.key_images
        .iter()
        .filter(|mark| {
            let modality = mark.caption.split(" · ").next().unwrap_or_default();
            !["CT", "MR", "PT", "NM"].contains(&modality)
        })
        .count()
}

/// The report of the clean case, dated in its moved time.
fn report(
    case: &Case,
    pictures: &Pictures,
    packs: &PackSet,
    language: Language,
    days: u64,
    now: DateTime<Utc>,
) -> Result<Vec<u8>, BoardError> {
    let now = now.checked_sub_days(Days::new(days)).unwrap_or(now);
    let index_date = judged_on(case, now);
    let assessment = assess(case, index_date, packs, None);
    let assessed = summary::Assessed::of(case, assessment, packs);
    summary::deidentified(case, &assessed, pictures, language, now)
}

fn left_out(path: &Path, detail: String) -> DeidentifiedWarning {
    DeidentifiedWarning {
        code: DeidentifiedWarningCode::LeftOut,
        path: path.display().to_string(),
        detail,
    }
}

fn reason_of(error: &ImagingError) -> String {
    match error {
        ImagingError::Image(refusal) => code_of(refusal.reason),
        _ => code_of(imaging::Reason::Unreadable),
    }
}

fn code_of(reason: imaging::Reason) -> String {
    words_code(&reason)
}

/// The code under which an enumeration stands in the words file.
fn words_code(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    }
}

/// A path as text, the same on every system.
fn shown(path: &Path) -> String {
    path.iter()
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}
