//! What the files leave open and a person has to judge: the same exam under several patients.
//!
//! Only identifiers that are unique in the world count: the UIDs of study, series and image (PS3.5
//! section 9). A shared accession number, date or scanner is not enough to suspect a mix-up.

use crate::{
    grouping::ReadFile,
    library::{LibraryQuestion, PatientFacts},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A study under one patient.
type Exam<'files> = (&'files PatientFacts, &'files str);

/// Questions in the order of their studies.
pub(crate) fn questions(files: &[ReadFile]) -> Vec<LibraryQuestion> {
    let mut exams: Vec<(Exam<'_>, u64)> = Vec::new();
    let mut places: HashMap<Exam<'_>, usize> = HashMap::new();
    let mut holders: HashMap<(u8, &str), usize> = HashMap::new();
    let mut groups = Groups::default();
    for (_, header) in files {
        let exam = (&header.patient, header.study_uid.as_str());
        let place = *places.entry(exam).or_insert_with(|| {
            exams.push((exam, 0));
            groups.add()
        });
        exams[place].1 += 1;
        if header.derived_identifiers {
            // Identifiers of our own making say nothing about who was examined.
            continue;
        }
        for key in [
            (0, header.study_uid.as_str()),
            (1, header.series_uid.as_str()),
            (2, header.sop_instance_uid.as_str()),
        ] {
            let holder = *holders.entry(key).or_insert(place);
            if exams[holder].0.0 != exam.0 {
                groups.join(holder, place);
            }
        }
    }
    let mut together: BTreeMap<usize, (BTreeSet<&str>, BTreeSet<&PatientFacts>, u64)> =
        BTreeMap::new();
    for (place, ((patient, study_uid), images)) in exams.iter().enumerate() {
        let group = together.entry(groups.head(place)).or_default();
        group.0.insert(study_uid);
        group.1.insert(patient);
        group.2 += images;
    }
    let mut questions: Vec<_> = together
        .into_values()
        .filter(|(_, patients, _)| patients.len() > 1)
        .collect();
    questions.sort();
    questions
        .into_iter()
        .map(
            |(studies, patients, images)| LibraryQuestion::SameExamOtherPatient {
                study_uids: studies.into_iter().map(str::to_owned).collect(),
                patients: patients.into_iter().cloned().collect(),
                images,
            },
        )
        .collect()
}

/// Disjoint sets.
#[derive(Default)]
struct Groups {
    parents: Vec<usize>,
}

impl Groups {
    fn add(&mut self) -> usize {
        self.parents.push(self.parents.len());
        self.parents.len() - 1
    }

    fn head(&mut self, mut place: usize) -> usize {
        while self.parents[place] != place {
            self.parents[place] = self.parents[self.parents[place]];
            place = self.parents[place];
        }
        place
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.head(a), self.head(b));
        self.parents[a.max(b)] = a.min(b);
    }
}
