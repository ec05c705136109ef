//! The demonstration patient: made up, said so everywhere, with images of a synthetic phantom.

use crate::{Board, BoardError, CaseView, KeyImageInput, images::caption, lock, new_id};
use chrono::{DateTime, Days, NaiveDate, Utc};
use clinical::{
    case::{
        BoardEpisode, Case, CourseStatus, Entry, Identity, KeyImage, Lesion, Observation, Source,
        Subject, TreatmentCourse, TreatmentKind, Value,
    },
    catalogue::FeatureId,
    level::Level,
};
use imaging::{
    Continue, Library, Series, Stack, Study, Workers,
    library::Plane,
    phantom::{self, PhantomPlan},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Patient number of the demonstration patient, in the case and in the phantom's images.
pub(crate) const DEMO_PATIENT_ID: &str = phantom::PATIENT_ID;

/// The level of the phantom's lytic lesion.
const LESION_LEVEL: &str = "L1";

const AUTHOR: &str = "demonstration";

/// What [`write_demo`] wrote.
#[derive(Debug, Clone)]
pub struct DemoFiles {
    pub case: PathBuf,
    pub images: PathBuf,
}

enum Fact {
    Number(f64, &'static str),
    Count(f64),
    Code(&'static str),
    Flag(bool),
}

/// Feature, fact, and how many days before the index date it was observed.
const PATIENT: [(&str, Fact, u64); 28] = [
    ("sex", Fact::Code("female"), 0),
    ("primary_tumour", Fact::Code("breast"), 400),
    ("oestrogen_receptor", Fact::Code("positive"), 400),
    ("progesterone_receptor", Fact::Code("negative"), 400),
    ("her2_status", Fact::Code("negative"), 400),
    (
        "months_since_primary_diagnosis",
        Fact::Number(41.0, "month"),
        2,
    ),
    ("ecog", Fact::Count(2.0), 2),
    ("karnofsky", Fact::Count(60.0), 2),
    ("frankel", Fact::Code("D"), 1),
    ("walking", Fact::Code("with_aid"), 1),
    ("motor_deficit_days", Fact::Number(9.0, "day"), 1),
    ("bladder_or_bowel_dysfunction", Fact::Flag(false), 1),
    ("worst_pain", Fact::Count(7.0), 1),
    ("visceral_metastases", Fact::Code("unresectable"), 12),
    ("liver_metastasis", Fact::Flag(true), 12),
    ("lung_metastasis", Fact::Flag(false), 12),
    ("brain_metastasis", Fact::Flag(false), 12),
    ("pleural_metastasis", Fact::Flag(false), 12),
    ("peritoneal_metastasis", Fact::Flag(false), 12),
    ("leptomeningeal_metastasis", Fact::Flag(false), 12),
    ("extraspinal_bone_metastases", Fact::Count(2.0), 12),
    ("vertebral_metastases", Fact::Count(3.0), 6),
    ("prior_chemotherapy", Fact::Flag(true), 30),
    ("systemic_option_left", Fact::Flag(true), 5),
    ("gene_pik3ca", Fact::Code("variant"), 200),
    ("gene_tp53", Fact::Code("wild_type"), 200),
    ("gene_esr1", Fact::Code("wild_type"), 200),
    ("bone_modifying_agent", Fact::Code("denosumab"), 30),
];

/// Blood of the same day, in the units a European laboratory reports; the lactate dehydrogenase
/// is left open so that the demonstration shows a blank.
const LABORATORY: [(&str, f64, &str); 9] = [
    ("haemoglobin", 10.8, "g/dL"),
    ("albumin", 34.0, "g/L"),
    ("leucocytes", 6.9, "10^9/L"),
    ("neutrophils", 4.9, "10^9/L"),
    ("lymphocytes", 1.1, "10^9/L"),
    ("platelets", 231.0, "10^9/L"),
    ("c_reactive_protein", 1.8, "mg/dL"),
    ("calcium_corrected", 2.41, "mmol/L"),
    ("bilirubin", 0.7, "mg/dL"),
];

/// Facts of the level with the lesion; the phantom is built with the same lesion.
const LEVEL: [(&str, Fact, u64); 8] = [
    ("sins_pain", Fact::Code("mechanical"), 1),
    ("lesion_type", Fact::Code("lytic"), 3),
    ("spinal_alignment", Fact::Code("normal"), 3),
    ("vertebral_collapse", Fact::Code("none_over_50_involved"), 3),
    ("posterolateral_involvement", Fact::Code("unilateral"), 3),
    ("bilsky_grade", Fact::Code("2"), 3),
    ("paraspinal_extension", Fact::Flag(false), 3),
    ("prior_radiotherapy_at_level", Fact::Flag(false), 3),
];

/// The demonstration case as known on `today`.
pub(crate) fn demo_case(now: DateTime<Utc>) -> Case {
    let today = now.date_naive();
    let level = LESION_LEVEL.parse::<Level>().ok();
    let mut case = Case::new(
        new_id(),
        Identity {
            patient_id: DEMO_PATIENT_ID.to_owned(),
            family_name: phantom::FAMILY_NAME.to_owned(),
            given_name: phantom::GIVEN_NAME.to_owned(),
            alphabetic_name: None,
            birth_date: Some(phantom::birth_date()),
        },
    );
    case.synthetic = true;
    case.index_level = level;
    let mut record = |feature: &str, subject: Subject, value: Value, unit: Option<&str>, on| {
        case.observations.push(Observation {
            id: new_id(),
            feature: FeatureId::unchecked(feature),
            subject,
            entry: Entry::Known {
                value,
                unit: unit.map(str::to_owned),
            },
            observed_on: Some(on),
            recorded_at: now,
            source: Source::Typed,
            author: AUTHOR.to_owned(),
            note: None,
        });
    };
    for (feature, fact, days) in &PATIENT {
        let (value, unit) = value(fact);
        record(feature, Subject::Patient, value, unit, before(today, *days));
    }
    for (feature, amount, unit) in LABORATORY {
        record(
            feature,
            Subject::Patient,
            Value::Number(amount),
            Some(unit),
            before(today, 2),
        );
    }
    // An earlier value stays in the history: performance before the neurological drop.
    record(
        "karnofsky",
        Subject::Patient,
        Value::Number(80.0),
        None,
        before(today, 35),
    );
    if let Some(level) = level {
        for (feature, fact, days) in &LEVEL {
            let (value, unit) = value(fact);
            record(
                feature,
                Subject::Level(level),
                value,
                unit,
                before(today, *days),
            );
        }
    }
    case.courses.push(TreatmentCourse {
        id: new_id(),
        kind: TreatmentKind::SystemicTherapy,
        status: CourseStatus::Given,
        description: "endocrine therapy with CDK4/6 inhibitor, then chemotherapy".to_owned(),
        levels: Vec::new(),
        dose_gray: None,
        fractions: None,
        cord_dose_gray: None,
        started_on: Some(before(today, 400)),
        ended_on: Some(before(today, 30)),
        author: AUTHOR.to_owned(),
    });
    case.courses.push(TreatmentCourse {
        id: new_id(),
        kind: TreatmentKind::ConventionalRadiotherapy,
        status: CourseStatus::Planned,
        description: "after the wound has healed, if operated".to_owned(),
        levels: ["T12", LESION_LEVEL, "L2"]
            .iter()
            .filter_map(|name| name.parse().ok())
            .collect(),
        dose_gray: Some(20.0),
        fractions: Some(5),
        cord_dose_gray: None,
        started_on: None,
        ended_on: None,
        author: AUTHOR.to_owned(),
    });
    case.lesions.push(Lesion {
        name: LESION_LEVEL.to_owned(),
        level,
        part: "body and one pedicle".to_owned(),
        author: AUTHOR.to_owned(),
    });
    let question = "Decompression and stabilisation before radiotherapy, or radiotherapy alone?";
    case.episodes
        .push(BoardEpisode::new(new_id(), today, question.to_owned()));
    case
}

fn value(fact: &Fact) -> (Value, Option<&'static str>) {
    match fact {
        Fact::Number(number, unit) => (Value::Number(*number), Some(unit)),
        Fact::Count(number) => (Value::Number(*number), None),
        Fact::Code(code) => (Value::Code((*code).to_owned()), None),
        Fact::Flag(flag) => (Value::Flag(*flag), None),
    }
}

fn before(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_sub_days(Days::new(days)).unwrap_or(today)
}

/// Writes the demonstration case as a case file and the phantom's CT and MR study beside it, into a
/// folder that is new or empty (`folder_not_empty`).
pub fn write_demo(
    folder: &Path,
    workers: &Workers,
    now: DateTime<Utc>,
) -> Result<DemoFiles, BoardError> {
    let is_empty = std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none());
    if !is_empty {
        return Err(BoardError::folder_not_empty());
    }
    let images = folder.join("images");
    phantom::write(&images, &PhantomPlan::DEMO, &mut |_, _| ())?;
    let library = imaging::scan(&images, workers, &mut |_| Continue::Yes)?;
    let mut case = demo_case(now);
    for (study, series, stack, index) in demo_images(&library) {
        case.key_images.push(KeyImage {
            id: new_id(),
            series_instance_uid: series.uid.clone(),
            sop_instance_uid: stack.images[index].sop_instance_uid.clone(),
            frame: stack.images[index].frame,
            window_center: demo_window(stack).0,
            window_width: demo_window(stack).1,
            level: case.index_level,
            note: String::new(),
            caption: caption(study, series),
            marked_at: now,
            author: AUTHOR.to_owned(),
        });
    }
    let file = folder.join("case.json");
    exchange::case_file::write(&file, &case)?;
    Ok(DemoFiles { case: file, images })
}

/// Writes a CT of 300 slices of 512 × 512 of the phantom, for benchmarks.
pub fn write_large_phantom(folder: &Path) -> Result<(), BoardError> {
    phantom::write(folder, &PhantomPlan::LARGE, &mut |_, _| ())?;
    Ok(())
}

/// The images that show the lesion: the middle of the sagittal T2 series, and the axial CT slice
/// through the centre of L1, which is the origin of the phantom's coordinates.
fn demo_images(library: &Library) -> Vec<(&Study, &Series, &Stack, usize)> {
    let mut found = Vec::new();
    for (study, series, stack) in library.stacks() {
        if stack.plane == Plane::Sagittal && series.description.contains("T2") {
            found.push((study, series, stack, stack.images.len() / 2));
        }
        if series.modality == "CT" {
            let height = |index: &usize| {
                stack.images[*index]
                    .position
                    .map_or(f64::INFINITY, |position| position[2].abs())
            };
            let indices = 0..stack.images.len();
            let nearest = indices.min_by(|one, other| height(one).total_cmp(&height(other)));
            found.extend(nearest.map(|index| (study, series, stack, index)));
        }
    }
    found
}

/// Centre and width as the file proposes them.
fn demo_window(stack: &Stack) -> (f64, f64) {
    stack
        .windows
        .first()
        .map_or((0.0, 1.0), |window| (window.center, window.width))
}

impl Board {
    /// Opens the demonstration case; the first time, makes it with its images.
    pub fn open_demo_case(&self) -> Result<CaseView, BoardError> {
        let known = self.list_cases(DEMO_PATIENT_ID)?;
        let view = match known.cases.iter().find(|case| case.synthetic) {
            Some(known) => self.open_case(&known.id)?,
            None => self.insert_case(demo_case(self.now()))?,
        };
        let folder = self.options.data.join("demonstration").join("images");
        if !folder.is_dir() {
            phantom::write(&folder, &PhantomPlan::DEMO, &mut |_, _| ())?;
        }
        if !view.case.studies.is_empty() {
            return Ok(view);
        }
        self.open_images(&[folder], &mut |_| ())?;
        let uids: Vec<String> = {
            let open = lock(&self.images);
            open.library
                .studies
                .iter()
                .map(|study| study.uid.clone())
                .collect()
        };
        let mut latest = view;
        for uid in uids {
            latest = self.link_study(&latest.case.id, &uid, false)?;
        }
        let open = Arc::clone(&lock(&self.images));
        for (_, _, stack, index) in demo_images(&open.library) {
            let (window_center, window_width) = demo_window(stack);
            let mark = KeyImageInput {
                stack_id: stack.id.clone(),
                image_index: index as u32,
                window_center,
                window_width,
                level: latest.case.index_level,
                note: String::new(),
            };
            latest = self.mark_key_image(&latest.case.id, mark)?;
        }
        Ok(latest)
    }
}
