//! Reports, key object selections and segmentations, read back by other people's programs: pydicom and
//! highdicom (`readback.py`), and DCMTK.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../dicom/mod.rs"]
mod dicom;
mod japanese;
mod marks;
#[path = "../shared/mod.rs"]
mod shared;

use chrono::{DateTime, FixedOffset};
use clinical::{
    case::KeyImage,
    marks::{Mark, MarkKind, OutlineModel, Quantity, Unit},
};
use imaging::{
    ImageRef, Library, Series, Stack, Study,
    objects::{
        Making, ObjectError, Sources, key_object_selections, measurement_reports, segmentations,
        uid_of_random,
    },
    phantom::{self, PhantomPlan},
};
use japanese::{JAPANESE, japanese_file};
use marks::{AUTHOR, INNER, Image, LARGE, key_image, mark, one_of_each};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const PLAN: PhantomPlan = PhantomPlan {
    ct_matrix: 48,
    ct_slices: 6,
    ct_pixel: 1.0,
    ct_spacing: 2.5,
    with_mr: true,
};

fn written_at() -> DateTime<FixedOffset> {
    "2026-03-05T10:15:42+01:00".parse().unwrap()
}

/// UIDs of counted bytes.
fn with_making<Outcome>(run: impl FnOnce(&mut Making) -> Outcome) -> Outcome {
    let mut count = 0_u128;
    let mut new_uid = || {
        count += 1;
        uid_of_random(count.to_be_bytes())
    };
    run(&mut Making {
        author: AUTHOR,
        written_at: written_at(),
        software_version: "9.8.7",
        new_uid: &mut new_uid,
    })
}

/// The images of a stack from `first` on, with directions and spacing as the test knows them.
fn images(
    library: &Library,
    (modality, along, down, spacing): (&'static str, [f64; 3], [f64; 3], [f64; 2]),
    chosen: impl Fn(&Stack) -> bool,
) -> Vec<Image> {
    let (study, series, stack) = library
        .stacks()
        .find(|(_, series, stack)| series.modality == modality && chosen(stack))
        .unwrap();
    stack
        .images
        .iter()
        .map(|image| Image {
            study: study.uid.clone(),
            series: series.uid.clone(),
            instance: image.sop_instance_uid.clone(),
            frame: image.frame,
            modality,
            position: image.position.unwrap(),
            along,
            down,
            spacing,
        })
        .collect()
}

fn paths<'library>(library: &'library Library, instances: &[&str]) -> Vec<&'library Path> {
    let images = library.stacks().flat_map(|(_, _, stack)| &stack.images);
    images
        .filter(|image| instances.contains(&image.sop_instance_uid.as_str()))
        .map(|image| image.path.as_path())
        .collect()
}

fn used<'mark>(marks: &'mark [Mark], keys: &'mark [KeyImage]) -> Vec<&'mark str> {
    let parts = marks.iter().flat_map(|mark| &mark.parts);
    parts
        .map(|part| part.sop_instance_uid.as_str())
        .chain(keys.iter().map(|key| key.sop_instance_uid.as_str()))
        .collect()
}

/// Writes all objects into the folder and says what they are to hold.
fn write(
    folder: &Path,
    name: &str,
    library: &Library,
    marks: &[Mark],
    keys: &[KeyImage],
) -> serde_json::Value {
    let paths = paths(library, &used(marks, keys));
    let sources = Sources::read(&shared::workers(), &paths).unwrap();
    let kinds = with_making(|making| {
        [
            measurement_reports(marks, &sources, making).unwrap(),
            key_object_selections(keys, &sources, making).unwrap(),
            segmentations(marks, &sources, making).unwrap(),
        ]
    });
    let mut written: [Vec<PathBuf>; 3] = Default::default();
    for (files, objects) in written.iter_mut().zip(kinds) {
        for (index, object) in objects.into_iter().enumerate() {
            let file = folder.join(format!("{name} {} {index}.dcm", object.modality));
            fs::write(&file, &object.bytes).unwrap();
            files.push(file);
        }
    }
    let [reports, selections, segmentations] = written;
    let mut sources = paths;
    sources.sort();
    sources.dedup();
    json!({
        "name": name, "sources": sources, "marks": marks, "key_images": keys, "author": AUTHOR,
        "written_at": "20260305101542", "software": "9.8.7",
        "reports": reports, "selections": selections, "segmentations": segmentations,
    })
}

/// CT and MR, an axial and a sagittal series: two studies, so two reports and selections.
fn phantom_case(folder: &Path) -> serde_json::Value {
    let images_folder = folder.join("phantom");
    phantom::write(&images_folder, &PLAN, &mut |_, _| {}).unwrap();
    let library = shared::scanned(&images_folder).unwrap();
    let axial = ("CT", [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0]);
    let ct = images(&library, axial, |_| true);
    let sagittal = ("MR", [0.0, 1.0, 0.0], [0.0, 0.0, -1.0], [0.75, 0.75]);
    let mr = images(&library, sagittal, |stack| stack.columns == 320);
    let mut marks = one_of_each(&ct[1..4], Unit::Hounsfield);
    marks.extend(one_of_each(&mr[6..9], Unit::None));
    // What began as the outline of one model, and of two whose names together are too long for a segment.
    let model = |pack: &str| OutlineModel {
        pack: pack.to_owned(),
        version: "1.0.0".to_owned(),
        sha256: "0123456789abcdef".repeat(4),
    };
    for mark in &mut marks {
        mark.proposed_by = match mark.kind {
            MarkKind::Freehand => vec![model("site-outlines")],
            MarkKind::CanalCompromise => vec![
                model("site-canal-with-a-long-name"),
                model("site-narrowing-with-a-long-name"),
            ],
            MarkKind::Volume => vec![model("site-lesions")],
            _ => Vec::new(),
        };
    }
    marks.extend(on_a_sagittal_plane(
        &ct[2],
        frame_of_reference(&library, "CT"),
    ));
    // A second lesion, which shares pixels with nothing.
    marks.push(mark(MarkKind::Volume, &[(&ct[5], &INNER)], Some("T4"), &[]));
    let keys = [
        key_image(&ct[2], Some("L1"), "largest extent"),
        key_image(&mr[7], None, "圧迫 here"),
        key_image(&ct[0], None, ""),
    ];
    write(folder, "phantom", &library, &marks, &keys)
}

fn frame_of_reference(library: &Library, modality: &str) -> String {
    let (_, _, stack) = library
        .stacks()
        .find(|(_, series, _)| series.modality == modality)
        .unwrap();
    stack.frame_of_reference_uid.clone()
}

/// Lines along the spine, across the axial images of which `nearest` is one.
fn on_a_sagittal_plane(nearest: &Image, frame_of_reference: String) -> Vec<Mark> {
    let drawn = |kind, points: &[[f64; 3]], values: [(Quantity, f64, Unit); 2]| {
        let mut mark = mark(kind, &[(nearest, &[])], Some("L2"), &values);
        mark.id.push_str(" on a plane");
        mark.reformatted_normal = Some([1.0, 0.0, 0.0]);
        mark.frame_of_reference_uid = Some(frame_of_reference.clone());
        mark.parts[0].points = points.to_vec();
        mark
    };
    let heights: Vec<[f64; 3]> = (0..6)
        .map(|at| [1.25, 3.5, 2.5 * f64::from(at) - 7.0])
        .collect();
    let diameters = [
        [1.25, 0.0, 0.0],
        [1.25, 12.0, 5.0],
        [1.25, 3.5, 9.0],
        [1.25, 8.5, -3.0],
    ];
    let millimetres = |quantity, value| (quantity, value, Unit::Millimetre);
    vec![
        drawn(
            MarkKind::HeightLoss,
            &heights,
            [
                millimetres(Quantity::Height, 2.5),
                millimetres(Quantity::ExpectedHeight, 2.5),
            ],
        ),
        drawn(
            MarkKind::Bidirectional,
            &diameters,
            [
                millimetres(Quantity::LongDiameter, 13.0),
                millimetres(Quantity::ShortDiameter, 13.0),
            ],
        ),
    ]
}

fn japanese_case(folder: &Path) -> serde_json::Value {
    let images_folder = folder.join("japanese");
    fs::create_dir(&images_folder).unwrap();
    japanese_file(&images_folder.join("1"), "1.2.392.1.1.1.1");
    let library = shared::scanned(&images_folder).unwrap();
    assert_eq!(library.rejected, []);
    let slices = images(&library, JAPANESE, |_| true);
    let marks = one_of_each(&slices, Unit::Hounsfield);
    let keys = [key_image(&slices[0], Some("T13"), "椎体")];
    write(folder, "japanese", &library, &marks, &keys)
}

/// A real patient with a Japanese name; axial slices in several directions in one series, so several
/// segmentations of it.
fn multiangle_case(folder: &Path) -> Option<serde_json::Value> {
    let series = shared::folder("dicom/spine_study/MR_AX_MULTIANGLE")?;
    let library = shared::scanned(&series).unwrap();
    let mut marks = Vec::new();
    let mut keys = Vec::new();
    for (study, series, stack) in library.stacks() {
        let slices = images_of(study, series, stack, "MR");
        marks.extend(one_of_each(&slices[..1], Unit::None));
        keys.push(key_image(&slices[0], Some("L4"), "level of the disc"));
    }
    let written = write(folder, "multiangle", &library, &marks, &keys);
    let segmentations = written["segmentations"].as_array().unwrap();
    assert_eq!(segmentations.len(), library.stacks().count());
    assert!(segmentations.len() >= 5);
    Some(written)
}

/// Images with the directions that the library read.
fn images_of(study: &Study, series: &Series, stack: &Stack, modality: &'static str) -> Vec<Image> {
    let [a, b, c, d, e, f] = stack.orientation.unwrap();
    let image = |image: &ImageRef| Image {
        study: study.uid.clone(),
        series: series.uid.clone(),
        instance: image.sop_instance_uid.clone(),
        frame: image.frame,
        modality,
        position: image.position.unwrap(),
        along: [a, b, c],
        down: [d, e, f],
        spacing: stack.pixel_spacing.unwrap(),
    };
    stack.images.iter().map(image).collect()
}

/// The second frame of a real enhanced MR: references name the frame.
fn multiframe_case(folder: &Path) -> Option<serde_json::Value> {
    let file = shared::folder("dicom/conformance/enhanced_mr_XA10_6_1.dcm")?;
    let library = shared::scanned(&file).unwrap();
    let (study, series, stack) = library.stacks().next().unwrap();
    let mut slices = images_of(study, series, stack, "MR");
    slices.truncate(2);
    assert!(slices.len() == 2 && slices.iter().any(|slice| slice.frame > 1));
    let marks = one_of_each(&slices, Unit::None);
    let keys = [key_image(&slices[1], None, "second")];
    Some(write(folder, "multiframe", &library, &marks, &keys))
}

/// A Python with pydicom and highdicom; none says so.
fn python() -> Option<PathBuf> {
    let home = std::env::var_os("HOME")
        .map(PathBuf::from)
        .unwrap_or_default();
    let named = std::env::var_os("SPINEBOARD_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| home.join(".cache/spineboard/venv/bin/python"));
    let output = Command::new(&python)
        .args(["-c", "import pydicom, highdicom"])
        .output();
    if output.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!(
        "SKIPPED: reading objects back needs pydicom and highdicom; SPINEBOARD_PYTHON names a Python that has them"
    );
    None
}

#[test]
fn pydicom_and_highdicom_find_every_value_point_and_pixel() {
    let folder = tempfile::tempdir().unwrap();
    let mut cases = vec![phantom_case(folder.path()), japanese_case(folder.path())];
    cases.extend(multiangle_case(folder.path()));
    cases.extend(multiframe_case(folder.path()));
    let expected = folder.path().join("expected.json");
    fs::write(&expected, serde_json::to_vec(&cases).unwrap()).unwrap();
    let Some(python) = python() else {
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/objects/readback.py");
    let output = Command::new(python)
        .arg(script)
        .arg(expected)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{wrong}");
    eprintln!("pydicom and highdicom {said}");
}

#[test]
fn dcmtk_reads_reports_selections_and_segmentations_without_complaint() {
    if Command::new("dsrdump").arg("--version").output().is_err() {
        eprintln!("SKIPPED: dcmtk is not installed (apt-get install dcmtk)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for case in [phantom_case(folder.path()), japanese_case(folder.path())] {
        let files = |kind: &str| -> Vec<String> {
            let files = case[kind].as_array().unwrap().iter();
            files
                .map(|file| file.as_str().unwrap().to_owned())
                .collect()
        };
        for file in files("reports") {
            let text = quiet("dsrdump", &[&file]);
            assert!(text.contains("Comprehensive 3D SR Document"), "{text}");
            assert!(text.contains("Imaging Measurement Report"), "{text}");
            assert!(text.contains("\"48.66\" (%,UCUM"), "{text}");
        }
        for file in files("selections") {
            let text = quiet("dsrdump", &[&file]);
            assert!(text.contains("For Conference"), "{text}");
        }
        for file in files("segmentations") {
            let text = quiet("dcmdump", &[&file]);
            assert!(text.contains("(0062,0001) CS [BINARY]"), "{text}");
        }
    }
}

/// What a program says, which must neither fail nor warn.
fn quiet(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let wrong = String::from_utf8_lossy(&output.stderr);
    let mut complaints = wrong.lines().filter(|line| {
        // It says so of every file in UTF-8, and of every template.
        let is_of_dcmtk = line
            .ends_with("does not support this Specific Character Set: ISO_IR 192")
            || line.ends_with("Check for template constraints not yet supported");
        !is_of_dcmtk && !line.trim().is_empty()
    });
    assert!(
        output.status.success() && complaints.next().is_none(),
        "{program} {arguments:?}: {wrong}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What cannot be written rightly is refused, each with its reason.
#[test]
fn what_others_could_not_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    japanese_file(&folder.path().join("1"), "1.2.392.1.1.1.1");
    // no frame of reference, no identifiers: UIDs of the test's small files
    let mut bare = dicom::Dataset::ct(30, 40, 1);
    bare.instance("1.2.392.1.1.1.2");
    fs::write(folder.path().join("2"), bare.bytes(&[0; 2400])).unwrap();
    let library = shared::scanned(folder.path()).unwrap();
    let all: Vec<&Path> = library
        .stacks()
        .flat_map(|(_, _, stack)| &stack.images)
        .map(|image| image.path.as_path())
        .collect();
    let sources = Sources::read(&shared::workers(), &all).unwrap();
    let image = images(&library, JAPANESE, |stack| stack.orientation.is_some())[0].clone();
    let reports = |marks: &[Mark]| {
        with_making(|making| measurement_reports(marks, &sources, making)).unwrap_err()
    };
    let masks =
        |marks: &[Mark]| with_making(|making| segmentations(marks, &sources, making)).unwrap_err();
    let length = |image: &Image| {
        let line: &[[f64; 2]] = &[[1.0, 1.0], [5.0, 5.0]];
        mark(MarkKind::Length, &[(image, line)], None, &[])
    };
    assert_eq!(reports(&[]), ObjectError::Nothing);
    assert_eq!(masks(&[length(&image)]), ObjectError::Nothing);
    let keys = with_making(|making| key_object_selections(&[], &sources, making));
    assert_eq!(keys, Err(ObjectError::Nothing));

    let mut gone = image.clone();
    gone.instance = "1.2.3".to_owned();
    let missing = ObjectError::ImagesMissing { count: 2 };
    assert_eq!(reports(&[length(&gone), length(&gone)]), missing);

    let mut other = image.clone();
    other.instance = "1.2.392.1.1.1.2".to_owned();
    assert_eq!(
        reports(&[length(&image), length(&other)]),
        ObjectError::SeveralPatients
    );
    assert!(matches!(
        reports(&[length(&other)]),
        ObjectError::NoPosition { .. }
    ));

    let mut lifted = length(&image);
    lifted.parts[0].points[1][2] += 3.0;
    // 3 mm along z are 3 cos 30° along the normal
    assert!(matches!(
        reports(&[lifted]),
        ObjectError::BesideItsImage { tenths: 26, .. }
    ));
    let mut nowhere = length(&image);
    nowhere.reformatted_normal = Some([1.0, 0.0, 0.0]);
    assert!(matches!(
        reports(&[nowhere]),
        ObjectError::NoFrameOfReference { .. }
    ));
    let broken = mark(MarkKind::Angle, &[(&image, &LARGE)], None, &[]);
    assert!(matches!(
        reports(&[broken]),
        ObjectError::NotOfItsKind { .. }
    ));
    let speck: &[[f64; 2]] = &[[1.2, 1.2], [1.4, 1.2], [1.3, 1.4]];
    let empty = mark(MarkKind::Volume, &[(&image, speck)], None, &[]);
    assert!(matches!(masks(&[empty]), ObjectError::EmptyOutline { .. }));
}

#[test]
fn the_same_marks_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    japanese_file(&folder.path().join("1"), "1.2.392.1.1.1.1");
    let library = shared::scanned(folder.path()).unwrap();
    let slices = images(&library, JAPANESE, |_| true);
    let marks = one_of_each(&slices, Unit::Hounsfield);
    let path = folder.path().join("1");
    let sources = Sources::read(&shared::workers(), &[&path, &path]).unwrap();
    let written = || with_making(|making| measurement_reports(&marks, &sources, making)).unwrap();
    assert_eq!(written(), written());
}
