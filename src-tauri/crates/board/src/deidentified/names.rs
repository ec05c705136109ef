//! Who is in a case, and what stands for them in an export.

use clinical::{
    case::{Case, Source},
    catalogue::Catalogue,
};
use exchange::deidentified::{Replacements, deidentified};
use imaging::deidentify::{self, Identifying, Keys, Pseudonym, Surveyed};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// Everything in a case that names the patient or another person.
pub(super) fn collect(case: &Case, found: &mut Identifying) {
    let identity = &case.identity;
    let latin = identity.alphabetic_name.as_deref().unwrap_or_default();
    for name in [&identity.family_name, &identity.given_name, latin] {
        found.add_name(name, "case name");
    }
    found.add_text(&identity.patient_id, "case patient number");
    found.add_text(&case.id, "case id");
    let mut dates: Vec<_> = vec![identity.birth_date];
    for observation in &case.observations {
        dates.push(observation.observed_on);
        dates.push(Some(observation.recorded_at.date_naive()));
        found.add_name(&observation.author, "author");
        found.add_text(&observation.id, "observation id");
        if let Some(note) = &observation.note {
            found.add_text(note, "reason");
        }
        match &observation.source {
            Source::Image {
                sop_instance_uid, ..
            } => found.add_uid(sop_instance_uid),
            Source::File { name } => found.add_text(name, "file name"),
            Source::Typed => {}
        }
    }
    for course in &case.courses {
        dates.extend([course.started_on, course.ended_on]);
        found.add_name(&course.author, "author");
        found.add_text(&course.id, "treatment id");
        found.add_text(&course.description, "treatment");
    }
    for lesion in case.all_lesions() {
        found.add_text(&lesion.name, "lesion name");
        found.add_text(&lesion.part, "lesion part");
        found.add_name(&lesion.author, "author");
    }
    for episode in &case.episodes {
        dates.push(Some(episode.index_date));
        found.add_text(&episode.question, "question");
        for estimate in &episode.estimates {
            dates.push(Some(estimate.locked_at.date_naive()));
            found.add_name(&estimate.name, "author");
            found.add_name(&estimate.author, "author");
        }
    }
    for study in &case.studies {
        dates.extend([study.study_date, study.patient_birth_date]);
        found.add_uid(&study.study_instance_uid);
        found.add_text(&study.patient_id, "patient number of images");
        found.add_name(&study.patient_name, "patient name of images");
        found.add_text(&study.folder, "folder");
        if let Some(person) = &study.mismatch_confirmed_by {
            found.add_name(person, "author");
        }
    }
    for image in &case.key_images {
        dates.push(Some(image.marked_at.date_naive()));
        found.add_uid(&image.series_instance_uid);
        found.add_uid(&image.sop_instance_uid);
        found.add_text(&image.note, "note");
        found.add_name(&image.author, "author");
    }
    for mark in &case.marks {
        dates.extend([mark.study_date, Some(mark.drawn_at.date_naive())]);
        found.add_uid(&mark.study_instance_uid);
        found.add_uid(&mark.series_instance_uid);
        mark.frame_of_reference_uid
            .iter()
            .chain(mark.parts.iter().map(|part| &part.sop_instance_uid))
            .for_each(|uid| found.add_uid(uid));
        found.add_text(&mark.id, "mark id");
        found.add_text(&mark.note, "note");
        found.add_name(&mark.author, "author");
    }
    for labels in &case.spine_labels {
        dates.push(Some(labels.labelled_at.date_naive()));
        found.add_uid(&labels.frame_of_reference_uid);
        found.add_name(&labels.author, "author");
    }
    dates
        .into_iter()
        .flatten()
        .for_each(|date| found.add_date(date));
}

/// The pseudonyms of an export: with a case, every date is moved by the shift of its patient.
pub(super) struct Names {
    by_patient: BTreeMap<String, Pseudonym>,
    case: Pseudonym,
    pub(super) days: u64,
}

impl Names {
    pub(super) fn new(
        case: Option<&Case>,
        surveyed: &[(&PathBuf, Surveyed)],
        keys: &Keys,
        identifying: &Identifying,
    ) -> Names {
        let number = case.map_or("", |case| case.identity.patient_id.trim());
        let own = keys.pseudonym(number, identifying);
        let mut patients: BTreeSet<&str> = surveyed
            .iter()
            .map(|(_, facts)| facts.patient.as_str())
            .collect();
        if let Some(case) = case {
            patients.extend(case.studies.iter().map(|study| study.patient_id.trim()));
            patients.insert(number);
        }
        let by_patient = patients
            .into_iter()
            .map(|patient| {
                let mut pseudonym = keys.pseudonym(patient, identifying);
                if case.is_some() {
                    pseudonym.days = own.days;
                }
                (patient.to_owned(), pseudonym)
            })
            .collect();
        Names {
            by_patient,
            days: own.days,
            case: own,
        }
    }

    pub(super) fn of(&self, patient: &str) -> &Pseudonym {
        self.by_patient.get(patient.trim()).unwrap_or(&self.case)
    }
}

/// The case with everything that [`collect`] finds replaced or left out.
pub(super) fn without_identity(
    case: &Case,
    keys: &Keys,
    names: &Names,
    identifying: &Identifying,
) -> Case {
    let uid = |uid: &str| keys.uid(uid, identifying);
    let with = Replacements {
        patient: &|patient| names.of(patient).name.clone(),
        days: names.days,
        uid: &uid,
        // Digits only, so that no letters come together to a name.
        id: &|id| uid(id).trim_start_matches("2.25.").to_owned(),
        description: &|text| deidentify::described(text, identifying),
        oldest_age: deidentify::OLDEST_AGE,
    };
    deidentified(case, Catalogue::shipped(), &with)
}
