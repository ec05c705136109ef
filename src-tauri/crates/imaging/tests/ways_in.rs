//! Several folders, archives and discs at once: nothing comes in twice, no two patients become one, and
//! opening can be stopped at any moment.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use imaging::{
    Continue, ImagingError, Library, LibraryQuestion, Reason, ScanProgress, scan, scan_all,
};
use made::{Member, SLICE, Slice, dicomdir, zip};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

mod made;
mod shared;

fn open(sources: &[PathBuf]) -> Library {
    scan_all(sources, &shared::workers(), &mut |_| Continue::Yes).unwrap()
}

fn images(library: &Library) -> usize {
    library
        .stacks()
        .map(|(_, _, stack)| stack.images.len())
        .sum()
}

fn reasons(library: &Library) -> Vec<Reason> {
    library.rejected.iter().map(|file| file.reason).collect()
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn numbered(number: usize) -> String {
    format!("2.25.1000{number}")
}

#[test]
fn one_image_from_a_folder_an_archive_and_a_disc_comes_in_once() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("folder");
    let disc = place.path().join("disc");
    let archive = place.path().join("exam.zip");
    write(&folder.join("IM1"), &SLICE.bytes());
    write(&disc.join("IM1"), &SLICE.bytes());
    write(&disc.join("DICOMDIR"), &dicomdir(&["IM1"], 0));
    write(&archive, &zip(&[Member::deflated("IM1", &SLICE.bytes())]));
    let library = open(&[archive.clone(), disc.join("DICOMDIR"), folder.clone()]);
    assert_eq!(
        library.sources,
        [archive.clone(), disc.clone(), folder.clone()]
    );
    assert_eq!(images(&library), 1);
    assert_eq!(
        reasons(&library),
        [Reason::Dicomdir, Reason::Duplicate, Reason::Duplicate]
    );
    assert_eq!(library.files, 4);
    let (study, _, stack) = library.stacks().next().unwrap();
    assert_eq!(
        stack.images[0].path,
        disc.join("IM1"),
        "the first path in order"
    );
    assert_eq!(library.source_of(study), Some(&disc));
}

#[test]
fn a_source_within_another_is_read_once() {
    let place = tempfile::tempdir().unwrap();
    write(&place.path().join("inner/IM1"), &SLICE.bytes());
    let all = [
        place.path().join("inner"),
        place.path().to_owned(),
        place.path().join("inner/IM1"),
        place.path().join("inner/../inner"),
    ];
    let library = open(&all);
    assert_eq!((images(&library), library.files), (1, 1));
    assert_eq!(library.sources, [place.path().to_owned()]);
}

#[test]
fn a_copy_and_another_image_under_the_same_identifier_are_told_apart() {
    let place = tempfile::tempdir().unwrap();
    let with_preamble = [vec![0; 128], b"DICM".to_vec(), SLICE.bytes()].concat();
    let other_values = Slice {
        values: [9, 2, 3, 4],
        ..SLICE
    };
    let other_series = Slice {
        series: "2.25.21",
        ..SLICE
    };
    for (name, bytes) in [
        ("1", SLICE.bytes()),
        ("2_same", SLICE.bytes()),
        ("3_same", with_preamble),
        ("4_pixels", other_values.bytes()),
        ("5_series", other_series.bytes()),
    ] {
        write(&place.path().join(name), &bytes);
    }
    let library = open(&[place.path().to_owned()]);
    assert_eq!(images(&library), 1);
    use Reason::{Duplicate, DuplicateDiffers};
    assert_eq!(
        reasons(&library),
        [Duplicate, Duplicate, DuplicateDiffers, DuplicateDiffers]
    );
}

#[test]
fn the_same_exam_under_two_patients_is_a_question_and_never_merged() {
    let place = tempfile::tempdir().unwrap();
    let (a, b, c) = (
        place.path().join("a"),
        place.path().join("b"),
        place.path().join("c"),
    );
    write(&a.join("IM1"), &SLICE.bytes());
    write(
        &a.join("IM2"),
        &Slice {
            instance: "2.25.2",
            ..SLICE
        }
        .bytes(),
    );
    write(
        &b.join("IM1"),
        &Slice {
            patient: "B2",
            ..SLICE
        }
        .bytes(),
    );
    // Another person with an exam of their own.
    let own = Slice {
        patient: "C3",
        study: "2.25.11",
        series: "2.25.22",
        instance: "2.25.3",
        ..SLICE
    };
    write(&c.join("IM1"), &own.bytes());
    let library = open(&[a, b, c]);
    assert_eq!(library.studies.len(), 3);
    assert!(library.rejected.is_empty(), "{:?}", library.rejected);
    let [
        LibraryQuestion::SameExamOtherPatient {
            study_uids,
            patients,
            images,
        },
    ] = library.questions.as_slice()
    else {
        panic!("{:?}", library.questions);
    };
    assert_eq!(*study_uids, ["2.25.10"]);
    let numbers: Vec<_> = patients
        .iter()
        .map(|patient| patient.patient_id.as_str())
        .collect();
    assert_eq!(numbers, ["A1", "B2"]);
    assert_eq!(*images, 3);
    let ids: BTreeSet<_> = library.stacks().map(|(_, _, stack)| &stack.id).collect();
    assert_eq!(
        ids.len(),
        3,
        "no stack of one patient is taken for another's"
    );
}

#[test]
fn one_image_number_in_two_studies_of_two_patients_is_a_question_too() {
    let place = tempfile::tempdir().unwrap();
    write(&place.path().join("1"), &SLICE.bytes());
    let other = Slice {
        patient: "B2",
        study: "2.25.11",
        series: "2.25.22",
        ..SLICE
    };
    write(&place.path().join("2"), &other.bytes());
    let library = open(&[place.path().to_owned()]);
    let [LibraryQuestion::SameExamOtherPatient { study_uids, .. }] = library.questions.as_slice()
    else {
        panic!("{:?}", library.questions);
    };
    assert_eq!(*study_uids, ["2.25.10", "2.25.11"]);
}

#[test]
fn files_that_a_disc_names_and_does_not_hold_are_told_by_name() {
    let place = tempfile::tempdir().unwrap();
    let disc = place.path();
    // Lower case and a version number, as some systems show a disc.
    write(&disc.join("images/im1"), &SLICE.bytes());
    write(
        &disc.join("IMAGES2/IM2;1"),
        &Slice {
            instance: "2.25.2",
            ..SLICE
        }
        .bytes(),
    );
    write(
        &disc.join("EXTRA"),
        &Slice {
            instance: "2.25.3",
            ..SLICE
        }
        .bytes(),
    );
    let named = ["IMAGES\\IM1", "IMAGES2\\IM2", "IMAGES\\IM3", "IMAGES\\IM4"];
    write(&disc.join("DICOMDIR"), &dicomdir(&named, 0));
    for source in [disc.to_owned(), disc.join("DICOMDIR")] {
        let library = open(&[source]);
        assert_eq!(images(&library), 3, "also what the directory does not name");
        let missing: Vec<_> = library
            .missing
            .iter()
            .map(|missing| missing.file.as_str())
            .collect();
        assert_eq!(missing, ["IMAGES/IM3", "IMAGES/IM4"]);
        assert_eq!(library.missing[0].directory, disc.join("DICOMDIR"));
    }
}

#[test]
fn a_disc_in_an_archive_is_checked_too() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("disc.zip");
    let members = [
        Member::deflated("CD/DICOMDIR", &dicomdir(&["A\\IM1", "A\\IM2"], 0)),
        Member::deflated("CD/A/IM1", &SLICE.bytes()),
    ];
    write(&path, &zip(&members));
    let library = open(std::slice::from_ref(&path));
    assert_eq!(images(&library), 1);
    assert_eq!(library.missing.len(), 1);
    assert_eq!(library.missing[0].file, "A/IM2");
    assert_eq!(library.missing[0].directory, path.join("CD/DICOMDIR"));
}

#[test]
fn references_that_lead_out_of_the_disc_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let disc = place.path().join("disc");
    write(&place.path().join("secret"), &SLICE.bytes());
    let named = [
        "..\\SECRET",
        "A\\..\\..\\SECRET",
        "/etc/passwd",
        "C:\\X",
        "\\X",
        "A\\\\B",
        "A/B",
    ];
    write(&disc.join("DICOMDIR"), &dicomdir(&named, 0));
    let library = open(&[disc.join("DICOMDIR")]);
    assert_eq!(images(&library), 0);
    assert!(library.missing.is_empty(), "{:?}", library.missing);
    let refused: Vec<_> = library
        .rejected
        .iter()
        .map(|file| (file.reason, file.detail.as_str()))
        .collect();
    assert_eq!(
        refused,
        [(Reason::Dicomdir, ""), (Reason::UnsafePath, "7 references")]
    );
}

/// Records that point to themselves, and a directory with any byte changed.
#[test]
fn loops_and_damage_in_the_directory_of_a_disc_end() {
    let names: Vec<String> = (0..500).map(|number| format!("DIR\\IM{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let looping = dicomdir(&names[..50], 1);
    assert_eq!(imaging::fuzzing::dicomdir(&looping).unwrap(), (50, 0));
    let whole = dicomdir(&names[..5], 0);
    let mut state = 20_261_128_u32;
    let mut read = 0;
    for _ in 0..10_000 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            // Numerical Recipes' linear congruential generator
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let place = 132 + (state >> 8) as usize % (bytes.len() - 132);
            bytes[place] = state.to_le_bytes()[3];
        }
        read += u32::from(imaging::fuzzing::dicomdir(&bytes).is_ok());
    }
    assert!((500..9_900).contains(&read), "{read} read");
}

/// A disc of pydicom, whole, and with nothing left but its directory, which names 31 files (counted as
/// elements (0004,1500) in its bytes).
#[test]
fn a_real_disc_is_complete() {
    let Some(folder) = shared::folder("dicom/conformance/pydicom/test_files/dicomdirtests") else {
        return;
    };
    let library = open(&[folder.join("DICOMDIR")]);
    assert_eq!(library.sources, std::slice::from_ref(&folder));
    let missing: Vec<_> = library
        .missing
        .iter()
        .filter(|missing| missing.directory == folder.join("DICOMDIR"))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let copy = tempfile::tempdir().unwrap();
    fs::copy(folder.join("DICOMDIR"), copy.path().join("DICOMDIR")).unwrap();
    let library = open(&[copy.path().to_owned()]);
    assert_eq!(library.missing.len(), 31);
}

#[test]
fn one_source_that_is_gone_costs_itself_only() {
    let place = tempfile::tempdir().unwrap();
    write(&place.path().join("here/IM1"), &SLICE.bytes());
    let library = open(&[place.path().join("gone"), place.path().join("here")]);
    assert_eq!(images(&library), 1);
    assert_eq!(reasons(&library), [Reason::Missing]);
    let gone = scan(&place.path().join("gone"), &shared::workers(), &mut |_| {
        Continue::Yes
    });
    assert!(matches!(
        gone,
        Err(ImagingError::Folder(std::io::ErrorKind::NotFound))
    ));
}

/// 300 files in one folder with copies among them, so that every phase has something to do.
fn busy_folder() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    for number in 0..300 {
        let instance = numbered(number % 200);
        let slice = Slice {
            instance: &instance,
            ..SLICE
        };
        write(
            &place.path().join(format!("{}/{number:04}", number % 7)),
            &slice.bytes(),
        );
    }
    write(&place.path().join("DICOMDIR"), &dicomdir(&["GONE"], 0));
    place
}

#[test]
fn opening_stops_in_every_phase_and_counts_rightly() {
    let place = busy_folder();
    let mut reports: Vec<ScanProgress> = Vec::new();
    let library = scan(place.path(), &shared::workers(), &mut |progress| {
        reports.push(progress);
        Continue::Yes
    })
    .unwrap();
    assert_eq!((images(&library), library.missing.len()), (200, 1));
    let listing = reports.iter().filter(|report| report.done == 0).count();
    let last = reports.last().unwrap();
    assert!(listing >= 8, "a report for every folder");
    assert_eq!(
        (last.done, last.found, last.images, last.rejected),
        (301, 301, 200, 101)
    );
    assert!(
        reports
            .windows(2)
            .all(|pair| pair[0].done <= pair[1].done && pair[0].found <= pair[1].found)
    );
    // Reading, the directory of the disc, copies and grouping all report after the last file is read.
    let after_reading = reports.iter().filter(|report| report.done == 301).count();
    assert!(after_reading >= 5, "{after_reading} reports");
    for stop in 0..listing + 5 {
        stop_at(place.path(), stop);
    }
    for after_last_file in 0..3 {
        let mut seen = 0;
        let outcome = scan(place.path(), &shared::workers(), &mut |progress| {
            seen += usize::from(progress.done == 301);
            if seen > after_last_file {
                Continue::No
            } else {
                Continue::Yes
            }
        });
        assert!(
            matches!(outcome, Err(ImagingError::Cancelled)),
            "{after_last_file}"
        );
    }
}

fn stop_at(folder: &Path, stop: usize) {
    let mut reports = 0;
    let outcome = scan(folder, &shared::workers(), &mut |_| {
        reports += 1;
        if reports > stop {
            Continue::No
        } else {
            Continue::Yes
        }
    });
    assert!(
        matches!(outcome, Err(ImagingError::Cancelled)),
        "report {stop}"
    );
    assert_eq!(reports, stop + 1, "nothing is reported after the stop");
}

#[cfg(unix)]
#[test]
fn deep_empty_and_closed_folders_end_in_a_listing() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().unwrap();
    for number in 0..500 {
        fs::create_dir(place.path().join(format!("empty{number}"))).unwrap();
    }
    let deep: PathBuf = (0..80).map(|_| "d").collect();
    write(&place.path().join(&deep).join("IM1"), &SLICE.bytes());
    let closed = place.path().join("closed");
    write(
        &closed.join("IM2"),
        &Slice {
            instance: "2.25.2",
            ..SLICE
        }
        .bytes(),
    );
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    std::os::unix::fs::symlink(place.path(), place.path().join("loop")).unwrap();
    let is_refused = fs::read_dir(&closed).is_err();
    let library = open(&[place.path().to_owned()]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let found = reasons(&library);
    // The administrator may read a closed folder.
    assert_eq!(images(&library), usize::from(!is_refused));
    assert_eq!(
        found
            .iter()
            .filter(|reason| **reason == Reason::Link)
            .count(),
        1
    );
    assert!(found.contains(&Reason::Unreadable), "nested too deeply");
}

#[test]
fn many_frames_claimed_by_a_few_bytes_cost_no_memory() {
    let place = tempfile::tempdir().unwrap();
    let image = SLICE.bytes();
    let pixels = image.len() - 20;
    let frames = made::element([0x0028, 0x0008], "IS", b"200000");
    let rows = image
        .windows(4)
        .position(|part| part == [0x28, 0, 0x10, 0])
        .unwrap();
    let encapsulated = [
        &[
            0xe0, 0x7f, 0x10, 0x00, b'O', b'B', 0, 0, 0xff, 0xff, 0xff, 0xff,
        ][..],
        &[
            0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0,
        ][..],
    ]
    .concat();
    let bytes = [&image[..rows], &frames, &image[rows..pixels], &encapsulated].concat();
    write(&place.path().join("IM1"), &bytes);
    assert_eq!(
        reasons(&open(&[place.path().to_owned()])),
        [Reason::Truncated]
    );
}
