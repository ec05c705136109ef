//! De-identified copies of the shared open data: readable again, the same pixels and places, and
//! nothing of the people in them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use imaging::{
    Library,
    deidentify::{Identifying, Keys, Search, copy, survey},
    pixel_hash,
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

mod shared;

fn library(folder: &Path) -> Library {
    shared::scanned(folder).unwrap()
}

fn files(library: &Library) -> BTreeSet<PathBuf> {
    let stacks = library.stacks();
    stacks
        .flat_map(|(_, _, stack)| stack.images.iter().map(|image| image.path.clone()))
        .collect()
}

/// Where frames lie, apart from their names.
fn places(library: &Library) -> Vec<String> {
    let mut places: Vec<String> = library
        .stacks()
        .flat_map(|(_, series, stack)| {
            stack.images.iter().map(move |image| {
                format!(
                    "{} {:?} {:?} {:?} {:?} {:?} {:?} {}x{}",
                    series.modality,
                    image.position,
                    stack.orientation,
                    stack.pixel_spacing,
                    image.frame,
                    image.rescale,
                    stack.padding,
                    stack.rows,
                    stack.columns
                )
            })
        })
        .collect();
    places.sort();
    places
}

/// Copies every image of a folder; each copy is compared with its original, then all are searched.
fn check(name: &str) {
    let Some(root) = shared::folder("dicom") else {
        return;
    };
    let before = library(&root.join(name));
    let mut identifying = Identifying::default();
    let mut surveyed = Vec::new();
    for path in files(&before) {
        let facts = survey(&path, &mut identifying).unwrap();
        surveyed.push((path, facts));
    }
    assert!(!surveyed.is_empty());
    let keys = Keys::new([3; 32]);
    let search = Search::new(&identifying).unwrap();
    let out = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    let mut left_out = 0;
    let mut copied = Vec::new();
    for (number, (path, facts)) in surveyed.iter().enumerate() {
        let pseudonym = keys.pseudonym(&facts.patient, &identifying);
        let to = out.path().join(format!("{number}.dcm"));
        if let Err(error) = copy(path, &to, &keys, &pseudonym, &identifying) {
            eprintln!("left out {}: {error}", path.display());
            left_out += 1;
            continue;
        }
        let (own, other) = (pixel_hash(path), pixel_hash(&to));
        match (&own, &other) {
            (Ok(own), Ok(other)) if own == other => {}
            // What cannot be decoded must stay so.
            (Err(_), Err(_)) => {}
            _ => wrong.push(format!("{}: {own:?} {other:?}", path.display())),
        }
        if search.finds_in_image(&to).unwrap() {
            wrong.push(format!("{}: identity found", path.display()));
        }
        copied.push(to);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let after = library(out.path());
    eprintln!(
        "{name}: {} images, {} copied, {left_out} left out, {} values searched, passed over: {:?}",
        surveyed.len(),
        copied.len(),
        identifying.count(),
        identifying.not_searched().collect::<Vec<_>>()
    );
    assert_eq!(files(&after).len(), copied.len(), "{:?}", after.rejected);
    if left_out == 0 {
        // A damaged original may be read with less than its copy, which is written anew.
        let after = places(&after);
        let lost: Vec<_> = places(&before)
            .into_iter()
            .filter(|place| !place.starts_with(' ') && !after.contains(place))
            .collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}

#[test]
fn copies_of_the_spine_study_are_the_same_pictures_of_nobody() {
    check("spine_study");
}

#[test]
fn copies_of_compressed_slices_are_the_same_pictures_of_nobody() {
    check("ct_body_j2k");
}

#[test]
fn copies_of_the_conformance_files_are_the_same_pictures_of_nobody() {
    check("conformance");
}

#[test]
fn copies_of_multi_frame_objects_are_the_same_pictures_of_nobody() {
    check("objects");
}

#[test]
fn a_hostile_file_gives_a_reason_or_a_copy() {
    let Some(root) = shared::folder("dicom/malformed") else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let keys = Keys::new([3; 32]);
    let mut folders = vec![root];
    let mut counts = [0; 3];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mut identifying = Identifying::default();
            let Ok(facts) = survey(&path, &mut identifying) else {
                counts[0] += 1;
                continue;
            };
            let to = out
                .path()
                .join(format!("{}.dcm", counts.iter().sum::<u32>()));
            let pseudonym = keys.pseudonym(&facts.patient, &identifying);
            match copy(&path, &to, &keys, &pseudonym, &identifying) {
                Err(_) => counts[1] += 1,
                Ok(()) => {
                    counts[2] += 1;
                    let search = Search::new(&identifying).unwrap();
                    assert!(!search.finds_in_image(&to).unwrap(), "{}", path.display());
                }
            }
        }
    }
    eprintln!("not read, not copied, copied: {counts:?}");
    assert!(counts[2] > 0);
}
