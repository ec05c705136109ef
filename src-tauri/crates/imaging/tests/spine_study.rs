//! A real spine study with its traps: never one wrong volume.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use imaging::{Continue, Library, Reason, Series, library::Plane, scan};
use std::fs;

mod shared;

use shared::scanned;

fn library(name: &str) -> Option<Library> {
    let folder = shared::folder(name)?;
    Some(scanned(&folder).unwrap())
}

fn by_number(library: &Library, number: i32) -> &Series {
    library
        .studies
        .iter()
        .flat_map(|study| &study.series)
        .find(|series| series.number == Some(number))
        .unwrap()
}

fn shape(series: &Series) -> Vec<(Plane, usize, bool)> {
    series
        .stacks
        .iter()
        .map(|stack| (stack.plane, stack.images.len(), stack.is_volume))
        .collect()
}

/// Counts from the README beside the files.
#[test]
fn the_coronal_reference_image_is_parted_from_the_sagittal_slices() {
    let Some(library) = library("dicom/spine_study") else {
        return;
    };
    assert_eq!(library.files, 74);
    assert!(library.rejected.is_empty());
    assert_eq!(
        shape(by_number(&library, 5)),
        [(Plane::Coronal, 1, false), (Plane::Sagittal, 24, true)]
    );
    let sagittal = &by_number(&library, 5).stacks[1];
    assert!((sagittal.spacing_between_slices.unwrap() - 3.0).abs() < 0.001);
    assert_eq!(sagittal.pixel_spacing, Some([0.633, 0.633]));
}

/// Orientations as the Image Orientation (Patient) values in the files change: 3, 3, 3, 5, 5.
#[test]
fn slices_along_five_discs_are_five_stacks() {
    let Some(library) = library("dicom/spine_study") else {
        return;
    };
    let series = by_number(&library, 6001);
    assert_eq!(
        shape(series),
        [
            (Plane::Axial, 3, true),
            (Plane::Axial, 3, true),
            (Plane::Axial, 3, true),
            (Plane::Axial, 5, true),
            (Plane::Axial, 5, true)
        ]
    );
    for stack in &series.stacks {
        assert!((stack.spacing_between_slices.unwrap() - 4.8).abs() < 0.01);
    }
}

#[test]
fn sagittal_series_are_volumes_of_fifteen_slices_ordered_by_position() {
    let Some(library) = library("dicom/spine_study") else {
        return;
    };
    let sagittal: Vec<_> = library
        .stacks()
        .filter(|(_, series, stack)| series.modality == "MR" && stack.plane == Plane::Sagittal)
        .collect();
    assert_eq!(sagittal.len(), 2);
    for (_, _, stack) in sagittal {
        assert_eq!((stack.images.len(), stack.is_volume), (15, true));
        assert!((stack.spacing_between_slices.unwrap() - 4.8).abs() < 0.001);
        // the normal of these slices points to the patient's right (x falls along it)
        let x: Vec<f64> = stack
            .images
            .iter()
            .map(|image| image.position.unwrap()[0])
            .collect();
        assert!(x.is_sorted_by(|a, b| a > b), "{x:?}");
    }
}

#[test]
fn names_come_in_their_three_scripts() {
    let Some(library) = library("dicom/spine_study") else {
        return;
    };
    let patient = &library.studies[0].patient;
    assert_eq!(patient.name.alphabetic.as_deref(), Some("YAMADA TAROU"));
    assert_eq!(
        patient.name.ideographic.as_deref(),
        Some("山田\u{3000}太郎")
    );
    assert_eq!(patient.name.phonetic.as_deref(), Some("ﾔﾏﾀﾞ ﾀﾛｳ"));
}

#[test]
fn copies_are_not_doubled_and_the_order_of_files_does_not_matter() {
    let Some(folder) = shared::folder("dicom/spine_study/MR_T2_SAG") else {
        return;
    };
    let copy = tempfile::tempdir().unwrap();
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for (index, file) in files.iter().rev().enumerate() {
        fs::copy(file, copy.path().join(format!("{index:03}"))).unwrap();
    }
    fs::copy(&files[0], copy.path().join("copy")).unwrap();
    fs::write(copy.path().join("notes.txt"), "not an image").unwrap();
    let original = scanned(&folder).unwrap();
    let copied = scanned(copy.path()).unwrap();
    let uids = |library: &Library| -> Vec<String> {
        library.studies[0].series[0].stacks[0]
            .images
            .iter()
            .map(|image| image.sop_instance_uid.clone())
            .collect()
    };
    assert_eq!(uids(&original), uids(&copied));
    let reasons: Vec<_> = copied.rejected.iter().map(|file| file.reason).collect();
    assert_eq!(reasons, [Reason::Duplicate, Reason::NotDicom]);
}

#[test]
fn a_scan_can_be_cancelled() {
    let Some(folder) = shared::folder("dicom/spine_study") else {
        return;
    };
    let outcome = scan(&folder, &shared::workers(), &mut |progress| {
        if progress.done > 0 {
            Continue::No
        } else {
            Continue::Yes
        }
    });
    assert!(matches!(outcome, Err(imaging::ImagingError::Cancelled)));
}
