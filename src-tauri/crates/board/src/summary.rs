//! Reports about a case on paper, in full or on one page: from a case with its kept pictures to a PDF file.

use crate::{
    APP_VERSION, Board, BoardError, ExportedFile, ReportChoices, assess,
    cases::judged_on,
    images::{self, KeyImageShape},
    reasons::reasons_of,
    week_settings::{self, Letterhead, WeekSettings},
};
use chrono::{DateTime, FixedOffset, Offset, Utc};
use clinical::{
    assessment::{Assessment, Explanation, ForecastState},
    case::Case,
    catalogue::Catalogue,
    language::Language,
    pathway_clock::{ClockReading, clock_readings},
    words::Words,
};
use imaging::{Continue, Library, Workers};
use inference::PackSet;
use report::{EdgeMarks, KeyPicture, Paper, ReportInput, board_summary, referrer_summary};
use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};
use store::{AuditEntry, StoreError, WholeFile};

/// Each key image's PNG with its shape, in the order of the case; none where it cannot be had.
pub(crate) type Pictures = Vec<Option<(Vec<u8>, KeyImageShape)>>;

/// Which report is written about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseReport {
    /// The summary for a board with everything after it.
    Full,
    /// One page for whoever referred the patient, with a page of charts after it where asked.
    Referrer { charts: bool },
}

impl CaseReport {
    /// The beginning of a file's name.
    fn file_name(self) -> &'static str {
        match self {
            CaseReport::Full => "board-summary",
            CaseReport::Referrer { .. } => "referrer-summary",
        }
    }
}

impl Board {
    /// Writes the full report of a case as it is now. Without a path, into `reports` of the data
    /// folder under a name without identity.
    pub fn export_pdf(
        &self,
        case_id: &str,
        path: Option<&Path>,
        choices: ReportChoices,
    ) -> Result<ExportedFile, BoardError> {
        self.export_case_report(case_id, path, choices, CaseReport::Full)
    }

    /// Writes the one page for whoever referred the patient, in the same way.
    pub fn export_referrer_summary(
        &self,
        case_id: &str,
        path: Option<&Path>,
        choices: ReportChoices,
    ) -> Result<ExportedFile, BoardError> {
        let charts = choices.charts;
        self.export_case_report(case_id, path, choices, CaseReport::Referrer { charts })
    }

    fn export_case_report(
        &self,
        case_id: &str,
        path: Option<&Path>,
        choices: ReportChoices,
        kind: CaseReport,
    ) -> Result<ExportedFile, BoardError> {
        let settings = self.with_store(|store| Ok(week_settings::settings(store)))?;
        let view = self.with_store(|store| self.view(store, store.case(case_id)?))?;
        let pictures = self.kept_pictures(&view.case)?;
        let now = self.now();
        let path = match path {
            Some(path) => path.to_owned(),
            None => {
                let short: String = view.case.id.chars().take(8).collect();
                self.report_path(&format!("{}-{short}", kind.file_name()), now)?
            }
        };
        let assessed = match choices.without_model {
            true => Assessed::without_model(&view.case, view.assessment),
            false => Assessed::of(&view.case, view.assessment, &self.answering().packs),
        };
        let input = Printed {
            identity_masked: choices.mask_identity,
            letterhead: settings.letterhead,
            ..Printed::here(self.language(), now)
        };
        let mut assessed = assessed;
        assessed.clock = view.week.clock;
        let pdf = printed(&view.case, &assessed, &pictures, &input, kind)?;
        self.write_report_file(&path, &pdf, Some((case_id, view.revision)))
    }

    /// Writes the bytes of a report and says so in the log; `about` is the case with its revision.
    pub(crate) fn write_report_file(
        &self,
        path: &Path,
        pdf: &[u8],
        about: Option<(&str, u32)>,
    ) -> Result<ExportedFile, BoardError> {
        let now = self.now();
        self.with_store(|store| {
            store.write_file(path, pdf)?;
            let person = self.person()?;
            let mut entry = AuditEntry::new(&person, "report_exported");
            entry.case_id = about.map(|(case_id, _)| case_id);
            entry.revision = about.map(|(_, revision)| revision);
            entry.details = pdf;
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

    /// A file in the folder of reports, by what it is and the time.
    pub(crate) fn report_path(
        &self,
        name: &str,
        now: DateTime<Utc>,
    ) -> Result<PathBuf, BoardError> {
        let folder = self.reports_folder()?;
        let time = now.format("%Y%m%d-%H%M%S");
        Ok(folder.join(format!("{name}-{time}.pdf")))
    }
}

/// Writes a report about a case file; its key images are drawn from the files of `images`, a
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
    kind: CaseReport,
) -> Result<(), BoardError> {
    let index_date = judged_on(case, now);
    let library = match images {
        Some(folder) => imaging::scan(folder, workers, &mut |_| Continue::Yes)?,
        None => Library::default(),
    };
    let pictures = images::pictures_from(case, &library, workers);
    let assessment = assess(case, index_date, packs, None);
    let assessed = Assessed::of(case, assessment, packs);
    let input = Printed {
        identity_masked: mask_identity,
        ..Printed::here(language, now)
    };
    write(path, &printed(case, &assessed, &pictures, &input, kind)?)
}

/// What was computed of a case, with the reasons of its forecast.
pub(crate) struct Assessed {
    assessment: Assessment,
    reasons: Vec<Explanation>,
    reproduced_rows: Option<usize>,
    /// Against the limits of the centre, or the shipped ones.
    clock: Vec<ClockReading>,
    /// What the model says is left out.
    model_held_back: bool,
}

impl Assessed {
    pub(crate) fn of(case: &Case, assessment: Assessment, packs: &PackSet) -> Assessed {
        Assessed {
            reasons: reasons_of(case, assessment.index_date, packs),
            reproduced_rows: reproduced_rows(&assessment, packs),
            clock: shipped_clock(case, &assessment),
            model_held_back: false,
            assessment,
        }
    }

    /// Scores, facts and pathway; nothing that the model says.
    fn without_model(case: &Case, assessment: Assessment) -> Assessed {
        Assessed {
            clock: shipped_clock(case, &assessment),
            model_held_back: true,
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

/// The way of the current discussion until the day on which the case is judged, against the shipped limits.
fn shipped_clock(case: &Case, assessment: &Assessment) -> Vec<ClockReading> {
    let settings = WeekSettings::default();
    let urgent = assessment.pathway.emergency.is_some();
    case.current_episode().map_or_else(Vec::new, |episode| {
        let until = assessment.index_date;
        clock_readings(case, episode, urgent, &settings.clock, until)
    })
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
        identity_masked: true,
        dates_moved: true,
        local_offset: Utc.fix(),
        ..Printed::here(language, now)
    };
    printed(case, assessed, pictures, &input, CaseReport::Full)
}

/// How a report is printed.
pub(crate) struct Printed {
    pub(crate) language: Language,
    pub(crate) identity_masked: bool,
    pub(crate) dates_moved: bool,
    pub(crate) now: DateTime<Utc>,
    pub(crate) local_offset: FixedOffset,
    pub(crate) letterhead: Letterhead,
}

impl Printed {
    /// With identity, by the clock of this computer, and without a letterhead.
    pub(crate) fn here(language: Language, now: DateTime<Utc>) -> Printed {
        Printed {
            language,
            identity_masked: false,
            dates_moved: false,
            now,
            local_offset: local_offset(now),
            letterhead: Letterhead::default(),
        }
    }

    pub(crate) fn paper(&self) -> Paper<'_> {
        let language = self.language.code();
        Paper {
            catalogue: Catalogue::in_language(language),
            words: Words::shipped(language),
            language,
            letterhead: report::Letterhead {
                centre: &self.letterhead.centre,
                department: &self.letterhead.department,
                lines: &self.letterhead.lines,
            },
            app_version: APP_VERSION,
            generated_at: self.now,
            local_offset: self.local_offset,
            identity_masked: self.identity_masked,
        }
    }
}

fn printed(
    case: &Case,
    assessed: &Assessed,
    pictures: &Pictures,
    input: &Printed,
    kind: CaseReport,
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
    let dates_moved = input.dates_moved;
    let input = ReportInput {
        case,
        assessment: &assessed.assessment,
        reasons: &assessed.reasons,
        reproduced_rows: assessed.reproduced_rows,
        key_pictures: &key_pictures,
        clock: &assessed.clock,
        model_held_back: assessed.model_held_back,
        dates_moved,
        paper: input.paper(),
    };
    Ok(match kind {
        CaseReport::Full => board_summary(&input)?,
        CaseReport::Referrer { charts } => referrer_summary(&input, charts)?,
    })
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
            let input = Printed::here(Language::English, now);
            let pdf = printed(&case, assessed, &pictures, &input, CaseReport::Full).unwrap();
            report::texts_of(&pdf).unwrap().join("\n")
        };
        let held = text(&Assessed::without_model(&case, assessment.clone()));
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
