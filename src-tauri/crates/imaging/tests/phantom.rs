//! The phantom as files: what it claims is what reading them back finds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use imaging::{
    FrameCache, Stack, auto_window,
    library::Plane,
    phantom::{self, PhantomPlan, PhantomTruth},
    png, render_image, stack_geometry,
};
use std::fs;

mod shared;

use shared::scanned;

struct Written {
    library: imaging::Library,
    truth: PhantomTruth,
    folder: tempfile::TempDir,
}

fn written() -> Written {
    let folder = tempfile::tempdir().unwrap();
    let mut reports = Vec::new();
    let truth = phantom::write(folder.path(), &PhantomPlan::SMALL, &mut |done, total| {
        reports.push((done, total));
    })
    .unwrap();
    assert_eq!(reports.last(), Some(&(24, 24)));
    let library = scanned(folder.path()).unwrap();
    Written {
        library,
        truth,
        folder,
    }
}

/// Mean CT number within `radius` mm of a point.
fn mean_within(stack: &Stack, point: [f64; 3], radius: f64) -> f64 {
    let count = stack.images.len();
    let volume = shared::frames()
        .frames_for_display(stack, 0, count)
        .unwrap();
    let values: Vec<i16> = volume
        .chunks_exact(2)
        .map(|two| i16::from_le_bytes([two[0], two[1]]))
        .collect();
    let [row_step, column_step] = stack.pixel_spacing.unwrap();
    let mut sum = 0.0;
    let mut count = 0.0;
    let mut index = 0;
    for image in &stack.images {
        let [x0, y0, z] = image.position.unwrap();
        for row in 0..stack.rows {
            for column in 0..stack.columns {
                let x = x0 + f64::from(column) * column_step;
                let y = y0 + f64::from(row) * row_step;
                let apart =
                    (x - point[0]).powi(2) + (y - point[1]).powi(2) + (z - point[2]).powi(2);
                if apart <= radius * radius {
                    sum += f64::from(values[index]);
                    count += 1.0;
                }
                index += 1;
            }
        }
    }
    sum / count
}

#[test]
fn files_become_one_axial_volume_of_the_synthetic_patient() {
    let written = written();
    assert!(written.library.rejected.is_empty());
    let (study, series, stack) = written.library.stacks().next().unwrap();
    assert_eq!(written.library.stacks().count(), 1);
    assert_eq!(study.patient.patient_id, "SPINEBOARD-DEMO");
    assert_eq!(study.patient.name.display(), "DEMO, Synthetic");
    assert_eq!(series.uid, written.truth.ct_series_uid);
    assert_eq!((stack.plane, stack.is_volume), (Plane::Axial, true));
    let geometry = stack_geometry(study, series, stack);
    let volume = geometry.volume.unwrap();
    assert_eq!(volume.dimensions, [128, 128, 24]);
    assert_eq!(volume.spacing, [1.0, 1.0, 2.0]);
    // 128 pixels about x = 0 and y = 10, 24 slices about z = 0
    assert_eq!(volume.origin, [-63.5, -53.5, -23.0]);
    assert_eq!(
        volume.direction,
        [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    );
    assert_eq!(geometry.bytes_per_frame, 128 * 128 * 2);
    assert_eq!(geometry.default_window.unwrap().width, 1800.0);
}

#[test]
fn known_tissues_have_their_known_ct_numbers() {
    let written = written();
    let (_, _, stack) = written.library.stacks().next().unwrap();
    let lesion = mean_within(stack, written.truth.lytic_lesion_centre, 5.0);
    assert!((lesion - 30.0).abs() < 2.0, "lytic lesion {lesion} HU");
    let marrow = mean_within(stack, [-11.0, -4.0, 0.0], 5.0);
    assert!((marrow - 180.0).abs() < 20.0, "cancellous bone {marrow} HU");
}

/// By integration in polar coordinates elsewhere: 48.66 % of an ellipse of 10.5 and 8 mm.
#[test]
fn the_truth_is_that_of_the_drawing() {
    let truth = written().truth;
    assert!((truth.canal_compromise - 48.66).abs() < 0.05);
    assert!((truth.canal_area - 263.894).abs() < 0.001);
    // 4/3 pi 9 x 8 x 8.5 mm
    assert!((truth.lytic_lesion_volume - 2.5635).abs() < 0.0001);
}

#[test]
fn the_same_plan_writes_the_same_bytes() {
    let (first, second) = (written(), written());
    let file = "SPINEBOARD-DEMO/CT/SER00002/IM000012";
    assert_eq!(
        fs::read(first.folder.path().join(file)).unwrap(),
        fs::read(second.folder.path().join(file)).unwrap()
    );
}

#[test]
fn frames_come_from_the_cache_and_pictures_from_frames() {
    let written = written();
    let (_, _, stack) = written.library.stacks().next().unwrap();
    let cache = FrameCache::new(shared::workers(), 4 * 128 * 128 * 2);
    let direct: Vec<u8> = stack.images[3..5]
        .iter()
        .flat_map(|image| imaging::decode(image).unwrap().bytes)
        .collect();
    assert_eq!(cache.frames_for_display(stack, 3, 2).unwrap(), direct);
    assert_eq!(cache.frames_for_display(stack, 3, 2).unwrap(), direct);
    assert_eq!(cache.bytes(), 2 * 128 * 128 * 2);
    assert!(cache.frames_for_display(stack, 24, 1).is_err());
    let window = auto_window(&cache, stack).unwrap().unwrap();
    assert!(window.width > 200.0 && window.width < 4000.0, "{window:?}");
    let picture = render_image(&cache, stack, 12, None, [200, 100]).unwrap();
    assert_eq!((picture.width(), picture.height()), (100, 100));
    assert!(png(&picture).unwrap().len() > 1000);
}

#[test]
fn an_unwritable_folder_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = phantom::write(&file, &PhantomPlan::SMALL, &mut |_, _| {}).unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
}
