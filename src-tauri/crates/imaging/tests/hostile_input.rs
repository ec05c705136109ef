//! Folders and files as they come from the world: damaged, mixed, linked, without their headers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use imaging::{Library, Reason};
use made::{SLICE, Slice, element};
use std::{fs, path::Path};

mod made;
mod shared;

use shared::scanned;

fn open(folder: &Path) -> Library {
    scanned(folder).unwrap()
}

fn reasons(library: &Library) -> Vec<Reason> {
    library.rejected.iter().map(|file| file.reason).collect()
}

/// A data set of two by two pixels without preamble or meta information.
fn small_image(patient: &str, instance: &str) -> Vec<u8> {
    let slice = Slice {
        patient,
        instance,
        ..SLICE
    };
    slice.bytes()
}

#[test]
fn data_sets_without_preamble_are_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bare"), small_image("A1", "2.25.1\0\0")).unwrap();
    let library = open(folder.path());
    assert!(library.rejected.is_empty(), "{:?}", library.rejected);
    let (study, _, stack) = library.stacks().next().unwrap();
    assert_eq!(study.patient.patient_id, "A1");
    let pixels = imaging::decode(&stack.images[0]).unwrap();
    assert_eq!(pixels.values().collect::<Vec<_>>(), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn an_image_that_spoils_after_the_scan_does_not_hide_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let image = |name: &str| small_image("A1", &format!("2.25.{name}\0\0"));
    let spoil = |name: &str| {
        let bytes = image(name);
        fs::write(folder.path().join(name), &bytes[..bytes.len() - 2]).unwrap();
    };
    for name in ["1", "2", "3"] {
        fs::write(folder.path().join(name), image(name)).unwrap();
    }
    let library = open(folder.path());
    let (_, _, stack) = library.stacks().next().unwrap();
    assert_eq!(stack.images.len(), 3, "{:?}", library.rejected);
    let cache = || imaging::FrameCache::new(shared::workers(), 1 << 20);

    spoil("2");
    assert!(cache().frame(&stack.images[1]).is_err(), "the middle one");
    let window = imaging::auto_window(&cache(), stack).unwrap().unwrap();
    assert_eq!((window.center, window.width), (2.5, 3.0));
    spoil("1");
    spoil("3");
    assert_eq!(imaging::auto_window(&cache(), stack).unwrap(), None);
}

/// Found by fuzzing: two slices at opposite ends of all numbers lay infinitely far apart.
#[test]
fn places_beyond_all_measure_are_no_places() {
    let folder = tempfile::tempdir().unwrap();
    for (name, height) in [("1", "-1e308 "), ("2", "1e308 "), ("3", "1e308 ")] {
        let image = small_image("A1", &format!("2.25.{name}\0\0"));
        let rows = image.windows(4).position(|tag| tag == [0x28, 0, 2, 0]);
        let (before, after) = image.split_at(rows.unwrap());
        let place = [
            element([0x20, 0x32], "DS", format!("0\\0\\{height}").as_bytes()),
            element([0x20, 0x37], "DS", b"1\\0\\0\\0\\1\\0 "),
        ];
        let bytes = [before, &place.concat(), after].concat();
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    let library = open(folder.path());
    let images: Vec<_> = library
        .stacks()
        .flat_map(|(_, _, stack)| {
            assert!(!stack.is_volume && stack.spacing_between_slices.is_none());
            &stack.images
        })
        .collect();
    assert_eq!(images.len(), 3, "{:?}", library.rejected);
    assert!(images.iter().all(|image| image.position.is_none()));
}

#[test]
fn patients_are_kept_apart_even_under_one_study() {
    let folder = tempfile::tempdir().unwrap();
    for (name, patient, instance) in [("1", "A1", "2.25.1\0\0"), ("2", "B2", "2.25.2\0\0")] {
        fs::write(folder.path().join(name), small_image(patient, instance)).unwrap();
    }
    // the same instance under another patient is no copy
    fs::write(folder.path().join("3"), small_image("B2", "2.25.1\0\0")).unwrap();
    let library = open(folder.path());
    let patients: Vec<_> = library
        .studies
        .iter()
        .map(|study| study.patient.patient_id.as_str())
        .collect();
    assert_eq!(patients, ["A1", "B2"]);
    assert!(library.rejected.is_empty());
}

#[test]
fn every_file_left_out_has_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let image = small_image("A1", "2.25.1\0\0");
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("a_empty", b"");
    write("b_text.txt", b"a letter to the clinic");
    write("c_truncated", &image[..image.len() - 3]);
    let no_rows: Vec<u8> = element([0x0028, 0x0010], "US", &[2, 0]);
    let start = image
        .windows(no_rows.len())
        .position(|part| part == no_rows)
        .unwrap();
    write(
        "d_no_rows",
        &[&image[..start], &image[start + no_rows.len()..]].concat(),
    );
    let nothing = [&image[..start], &element([0x0028, 0x0010], "US", &[0, 0])].concat();
    write(
        "e_zero_rows",
        &[&nothing[..], &image[start + no_rows.len()..]].concat(),
    );
    let end = image.len() - 20;
    write("f_no_pixels", &image[..end]);
    assert_eq!(
        reasons(&open(folder.path())),
        [
            Reason::Empty,
            Reason::NotDicom,
            Reason::Truncated,
            Reason::MissingAttribute,
            Reason::InvalidAttribute,
            Reason::NoImage,
        ]
    );
}

/// Found by fuzzing: two bytes too many made the next elements one of 776 MB.
#[test]
fn a_number_of_broken_length_is_left_out_and_moves_nothing_behind_it() {
    let image = small_image("A ", "2.25.1");
    let study = image
        .windows(4)
        .position(|tag| tag == [0x20, 0, 0x0d, 0])
        .unwrap();
    let broken = element([0x0018, 0x0050], "UL", &[0, 0, 0, 0, b'X', b'X']);
    let file = [&image[..study], &broken, &image[study..]].concat();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("image"), file).unwrap();
    let library = open(folder.path());
    assert_eq!(reasons(&library), []);
    let (study, _, stack) = library.stacks().next().unwrap();
    assert_eq!((study.uid.as_str(), stack.rows), ("2.25.10", 2));
}

#[test]
fn sequences_nested_without_end_are_stepped_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut nested = Vec::new();
    for _ in 0..100_000 {
        nested.extend_from_slice(&[0x08, 0x00, 0x40, 0x11, b'S', b'Q', 0, 0]);
        nested.extend_from_slice(&[0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0x00, 0xe0]);
        nested.extend_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    }
    let opening = element([0x0008, 0x0016], "UI", b"1.2.840.10008.5.1.4.1.1.2\0");
    fs::write(folder.path().join("deep"), [opening, nested].concat()).unwrap();
    assert_eq!(reasons(&open(folder.path())), [Reason::BrokenStructure]);
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(
        elsewhere.path().join("image"),
        small_image("A1", "2.25.1\0\0"),
    )
    .unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("link")).unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
    let library = open(folder.path());
    assert!(library.studies.is_empty());
    assert_eq!(reasons(&library), [Reason::Link, Reason::Link]);
}

#[test]
fn a_missing_folder_says_what_to_do() {
    let error = scanned(Path::new("/nowhere/at/all")).unwrap_err();
    assert!(error.to_string().contains("check that the disc"), "{error}");
}

/// Frames, orientation and spacing stand in functional groups; counts and distances as pydicom
/// reads them from the files.
#[test]
fn enhanced_multi_frame_objects_become_stacks_of_frames() {
    let Some(folder) = shared::folder("dicom/conformance") else {
        return;
    };
    let stacks = |file: &str| -> Vec<(usize, bool, f64)> {
        open(&folder.join(file))
            .stacks()
            .map(|(_, _, stack)| {
                let spacing = stack.spacing_between_slices.unwrap();
                (stack.images.len(), stack.is_volume, spacing)
            })
            .collect()
    };
    assert_eq!(stacks("enhanced_mr_XA10_6_1.dcm"), [(6, true, 2.4)]);
    // magnitude and field map at the same 32 places
    assert_eq!(
        stacks("enhanced_mr_philips_IM_0027_fMAP.dcm"),
        [(32, true, 4.0), (32, true, 4.0)]
    );
}

#[test]
fn directories_of_discs_are_left_out_as_such() {
    let Some(folder) = shared::folder("dicom/conformance/pydicom/test_files/dicomdirtests") else {
        return;
    };
    let library = open(&folder);
    let directories: Vec<_> = library
        .rejected
        .iter()
        .filter(|file| file.path.file_name().is_some_and(|name| name == "DICOMDIR"))
        .map(|file| file.reason)
        .collect();
    assert_eq!(directories, [Reason::Dicomdir, Reason::Dicomdir]);
}
