//! The board summary on paper: from a case with its kept pictures to a PDF file.

use crate::{
    APP_VERSION, Board, BoardError, ExportedFile, ReportChoices, assess,
    cases::judged_on,
    images::{self, KeyImageShape},
    reasons::reasons_of,
};
use chrono::{DateTime, FixedOffset, Offset, Utc};
use clinical::{
    assessment::{Assessment, Explanation, ForecastState},
    case::Case,
    catalogue::Catalogue,
    language::Language,
    words::Words,
};
use imaging::{Continue, Library, Workers};
use inference::PackSet;
use report::{EdgeMarks, KeyPicture, ReportInput, board_summary};
use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{AuditEntry, StoreError, WholeFile};

/// Each key image's PNG with its shape, in the order of the case; none where it cannot be had.
pub(crate) type Pictures = Vec<Option<(Vec<u8>, KeyImageShape)>>;

impl Board {
    /// Writes the summary of a case as it is now. Without a path, into `reports` of the data
    /// folder under a name without identity.
    pub fn export_pdf(
        &self,
        case_id: &str,
        path: Option<&Path>,
        choices: ReportChoices,
    ) -> Result<ExportedFile, BoardError> {
        let view = self.with_store(|store| self.view(store, store.case(case_id)?))?;
        let pictures = self.kept_pictures(&view.case)?;
        let now = self.now();
        let path = match path {
            Some(path) => path.to_owned(),
            None => self.report_path(&view.case, now)?,
        };
        let assessed = match choices.without_model {
            true => Assessed::without_model(view.assessment),
            false => Assessed::of(&view.case, view.assessment, &self.answering().packs),
        };
        let language = self.language();
        let pdf = summary(
            &view.case,
            &assessed,
            &pictures,
            choices.mask_identity,
            language,
            now,
        )?;
        self.with_store(|store| {
            store.write_file(&path, &pdf)?;
            let person = self.person()?;
            let mut entry = AuditEntry::new(&person, "report_exported");
            entry.case_id = Some(case_id);
            entry.revision = Some(view.revision);
            entry.details = &pdf;
            Ok(store.audit_append(&entry, now)?)
        })?;
        Ok(ExportedFile {
            path: path.display().to_string(),
        })
    }

    pub(crate) fn kept_pictures(&self, case: &Case) -> Result<Pictures, BoardError> {
        self.with_store(|store| {
            let mut pictures = Pictures::new();
            for mark in &case.key_images {
                let kept = store.key_image(&mark.id)?;
                pictures.push(kept.and_then(|image| {
                    Some((image.pixels, serde_json::from_str(&image.geometry).ok()?))
                }));
            }
            Ok(pictures)
        })
    }

    /// Where files go that were given no other place; made where needed.
    pub(crate) fn reports_folder(&self) -> Result<PathBuf, BoardError> {
        let folder = self.options.data.join("reports");
        std::fs::create_dir_all(&folder).map_err(StoreError::from)?;
        Ok(folder)
    }

    fn report_path(&self, case: &Case, now: DateTime<Utc>) -> Result<PathBuf, BoardError> {
        let folder = self.reports_folder()?;
        let short: String = case.id.chars().take(8).collect();
        Ok(folder.join(format!(
            "board-summary-{short}-{}.pdf",
            now.format("%Y%m%d-%H%M%S")
        )))
    }
}

/// Writes the summary of a case file; its key images are drawn from the files of `images`, a
/// folder, ZIP archive, disc or file.
#[expect(clippy::too_many_arguments, reason = "what a report is made of")]
pub fn write_report(
    case: &Case,
    images: Option<&Path>,
    workers: &Arc<Workers>,
    path: &Path,
    mask_identity: bool,
    language: Language,
    packs: &PackSet,
    now: DateTime<Utc>,
) -> Result<(), BoardError> {
    let index_date = judged_on(case, now);
    let library = match images {
        Some(folder) => imaging::scan(folder, workers, &mut |_| Continue::Yes)?,
        None => Library::default(),
    };
    let pictures = images::pictures_from(case, &library, workers);
    let assessment = assess(case, index_date, packs, None);
    let assessed = Assessed::of(case, assessment, packs);
    write(
        path,
        &summary(case, &assessed, &pictures, mask_identity, language, now)?,
    )
}

/// What was computed of a case, with the reasons of its forecast.
pub(crate) struct Assessed {
    assessment: Assessment,
    reasons: Vec<Explanation>,
    reproduced_rows: Option<usize>,
}

impl Assessed {
    pub(crate) fn of(case: &Case, assessment: Assessment, packs: &PackSet) -> Assessed {
        Assessed {
            reasons: reasons_of(case, assessment.index_date, packs),
            reproduced_rows: reproduced_rows(&assessment, packs),
            assessment,
        }
    }

    /// Scores, facts and pathway; nothing that the model says.
    fn without_model(assessment: Assessment) -> Assessed {
        Assessed {
            assessment: Assessment {
                forecast: ForecastState::Refused {
                    code: "held_back".to_owned(),
                    parameters: BTreeMap::new(),
                },
                benefit: None,
                ..assessment
            },
            reasons: Vec::new(),
            reproduced_rows: None,
        }
    }
}

/// Reference patients of the pack that answered, if it is one of those that were checked at the start.
fn reproduced_rows(assessment: &Assessment, packs: &PackSet) -> Option<usize> {
    let ForecastState::Available(forecast) = &assessment.forecast else {
        return None;
    };
    let pack = packs
        .packs()
        .find(|pack| *pack.identity() == forecast.pack)?;
    packs.check_of(pack).map(|check| check.rows)
}

fn summary(
    case: &Case,
    assessed: &Assessed,
    pictures: &Pictures,
    mask_identity: bool,
    language: Language,
    now: DateTime<Utc>,
) -> Result<Vec<u8>, BoardError> {
    let input = Printed {
        language,
        identity_masked: mask_identity,
        dates_moved: false,
        now,
        local_offset: local_offset(now),
    };
    printed(case, assessed, pictures, &input)
}

/// The summary of a de-identified case: its time is moved, and its place is not told by an offset.
pub(crate) fn deidentified(
    case: &Case,
    assessed: &Assessed,
    pictures: &Pictures,
    language: Language,
    now: DateTime<Utc>,
) -> Result<Vec<u8>, BoardError> {
    let input = Printed {
        language,
        identity_masked: true,
        dates_moved: true,
        now,
        local_offset: Utc.fix(),
    };
    printed(case, assessed, pictures, &input)
}

/// How a summary is printed.
struct Printed {
    language: Language,
    identity_masked: bool,
    dates_moved: bool,
    now: DateTime<Utc>,
    local_offset: FixedOffset,
}

fn printed(
    case: &Case,
    assessed: &Assessed,
    pictures: &Pictures,
    input: &Printed,
) -> Result<Vec<u8>, BoardError> {
    let drawn: Vec<_> = case
        .key_images
        .iter()
        .zip(pictures)
        .map(|(key_image, picture)| {
            let (png, shape) = picture.as_ref()?;
            let pixels = imaging::draw_marks(
                imaging::from_png(png).ok()?,
                shape.plane.as_ref(),
                &key_image.sop_instance_uid,
                key_image.frame,
                &case.marks,
            );
            Some((pixels, shape))
        })
        .collect();
    let key_pictures: Vec<KeyPicture> = case
        .key_images
        .iter()
        .zip(&drawn)
        .map(|(key_image, picture)| KeyPicture {
            key_image,
            pixels: picture.as_ref().map(|(pixels, _)| pixels),
            pixel_spacing_mm: picture.as_ref().and_then(|(_, shape)| shape.pixel_spacing),
            edges: picture
                .as_ref()
                .and_then(|(_, shape)| shape.edges.as_ref())
                .map(|[left, right, top, bottom]| EdgeMarks {
                    left,
                    right,
                    top,
                    bottom,
                }),
        })
        .collect();
    Ok(board_summary(&ReportInput {
        case,
        assessment: &assessed.assessment,
        reasons: &assessed.reasons,
        reproduced_rows: assessed.reproduced_rows,
        catalogue: Catalogue::in_language(input.language.code()),
        words: Words::shipped(input.language.code()),
        language: input.language.code(),
        key_pictures: &key_pictures,
        app_version: APP_VERSION,
        generated_at: input.now,
        local_offset: input.local_offset,
        identity_masked: input.identity_masked,
        dates_moved: input.dates_moved,
    })?)
}

/// The offset of this computer's clock at that time.
pub(crate) fn local_offset(now: DateTime<Utc>) -> FixedOffset {
    now.with_timezone(&chrono::Local).offset().fix()
}

/// An existing file stays whole until the new one is written.
fn write(path: &Path, pdf: &[u8]) -> Result<(), BoardError> {
    let whole = WholeFile::create(path).and_then(|mut file| {
        file.write_all(pdf)?;
        file.finish()
    });
    Ok(whole.map_err(|error| StoreError::Unwritable(error.kind()))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::demo;

    #[test]
    fn a_report_for_people_who_have_not_seen_the_model_says_nothing_of_it() {
        let now: DateTime<Utc> = "2026-03-12T10:00:00Z".parse().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../models/packs");
        let packs = PackSet::open(&[folder]);
        let case = demo::demo_case(now);
        let assessment = assess(&case, judged_on(&case, now), &packs, None);
        let text = |assessed: &Assessed| {
            let pictures: Pictures = case.key_images.iter().map(|_| None).collect();
            let pdf = summary(&case, assessed, &pictures, false, Language::English, now).unwrap();
            report::texts_of(&pdf).unwrap().join("\n")
        };
        let held = text(&Assessed::without_model(assessment.clone()));
        let whole = text(&Assessed::of(&case, assessment, &packs));
        let words = Words::shipped("en");
        for of_the_model in [
            "Benefit and harm by option",
            "Why this survival",
            "Median survival",
        ] {
            assert!(whole.contains(of_the_model), "{of_the_model}");
            assert!(!held.contains(of_the_model), "{of_the_model}");
        }
        let said = words.text("refusal.held_back", &[]);
        assert!(held.contains(said.split_whitespace().next().unwrap()));
        assert!(held.contains("Pathway") && held.contains("Tomita 2001"));
    }
}
